"""The messages of the adapter protocol: written, read, and held to their schemas (rule ADAPT-01)."""

import json
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from greentic_session import schema
from greentic_session_conformance.servers import without_password

#: The version of the protocol that is spoken here.
PROTOCOL_VERSION: Final = "1.0"
#: The longest line that is read, in bytes (rule ADAPT-04).
LONGEST_LINE: Final = 32 * 1024 * 1024
#: How much of a line is shown.
SHOWN: Final = 200

REFUSED: Final = -32000
PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
UNKNOWN_METHOD: Final = -32601
INVALID_PARAMS: Final = -32602
FAILED: Final = -32603
#: Errors that tell of the adapter: the request was not understood, or there is no such method.
NOT_OF_THE_STORE: Final = frozenset({PARSE_ERROR, INVALID_REQUEST, UNKNOWN_METHOD, INVALID_PARAMS})

_REQUEST: Final = "adapter-request"
_RESPONSE: Final = "adapter-response"


class MalformedError(ValueError):
    """A line is no message of this protocol; the text says why."""


def methods() -> frozenset[str]:
    """The methods that a suite may ask for."""
    return _definitions(_REQUEST)


@cache
def _definitions(name: str) -> frozenset[str]:
    return frozenset(schema.load(name)["$defs"])


def written(message: dict[str, Any]) -> bytes:
    """A message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def request(number: int, method: str, params: dict[str, Any]) -> bytes:
    """A request as a line; a method that isn't known is asked for as it is.

    Raises:
        MalformedError: it isn't what the schema wants: a fault of ours.
    """
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    if method in methods():
        hold_request(message)
    return written(message)


def read(line: bytes) -> dict[str, Any]:
    """The JSON object that a line holds.

    Raises:
        MalformedError: it holds none, or one in which a member is repeated.
    """
    try:
        message = json.loads(line.decode(), object_pairs_hook=_members, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"it is no JSON ({error})"
        raise MalformedError(reason if not isinstance(error, MalformedError) else str(error)) from None
    if b"\\ud" in line.lower() and not _is_text(message):
        reason = "it holds half of a surrogate pair, which is no text"
        raise MalformedError(reason)
    if not isinstance(message, dict):
        message = f"it is no JSON object but a {type(message).__name__}"
        raise MalformedError(message)
    return message


def read_response(line: bytes) -> dict[str, Any]:
    """The response that a line holds; what came of the method is for :func:`hold_result`.

    Raises:
        MalformedError: it holds none.
    """
    message = read(line)
    _hold(message, _RESPONSE, "failure" if "error" in message else "success")
    return message


def hold_request(message: dict[str, Any]) -> None:
    """See that a request of a known method is one.

    Raises:
        MalformedError: it isn't what the schema wants.
    """
    _hold(message, _REQUEST, str(message.get("method")))


def hold_result(method: str, result: Any) -> None:
    """See that what came of a method has the form that the method's results have.

    Raises:
        MalformedError: it hasn't.
    """
    if method in _definitions(_RESPONSE):
        _hold(result, _RESPONSE, method)


def shown(line: bytes) -> str:
    """The beginning of a line, as it is shown to people."""
    text = line.decode(errors="replace")
    return repr(text[:SHOWN]) + (f" and {len(line) - SHOWN:,} more" if len(line) > SHOWN else "")


def plain(text: str) -> str:
    """A text as it can be shown to people: without passwords, and with what would move a terminal's cursor escaped."""
    kept = (c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
    return without_password("".join(kept))


def _is_text(message: Any) -> bool:
    try:
        json.dumps(message, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = "a member is repeated in it"
        raise MalformedError(message)
    return members


def _no_number(text: str) -> None:
    message = f"it holds {text}, which is no JSON"
    raise MalformedError(message)


def _hold(message: Any, name: str, definition: str) -> None:
    try:
        fault = next(_validator(name, definition).iter_errors(message), None)
    except RecursionError:
        text = "it is nested too deeply"
        raise MalformedError(text) from None
    if fault is not None:
        place = "".join(f"/{part}" for part in fault.absolute_path) or "the message"
        text = f"{place}: {fault.message[:SHOWN]}"
        raise MalformedError(text)


@cache
def _validator(name: str, definition: str) -> Draft202012Validator:
    """A validator of one definition.

    The contexts and sessions in a message are objects to it. Of those that we send the library has made sure, and those that come are
    judged: a wrong one is the store's fault, not the adapter's.
    """
    values = ({"$id": schema.load(value)["$id"], "type": "object"} for value in ("session-data", "tenant-ctx"))
    known = (*values, schema.load(_REQUEST), schema.load(_RESPONSE))
    registry: Registry[Any] = Registry().with_resources(
        (content["$id"], DRAFT202012.create_resource(content)) for content in known
    )
    return Draft202012Validator({"$ref": f"{schema.load(name)['$id']}#/$defs/{definition}"}, registry=registry)
