"""Documents against their JSON Schemas, with what a schema can't see added (extra ``[schema]``).

A JSON Schema judges values, not text: ``1.0`` and ``1`` are one value to it, a repeated member has no trace,
a lone surrogate is a character like any other. The library's strict reader sees these, so both are asked.
"""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from greentic_session import _shape
from greentic_session._document import Members, NotADocumentError, Number, parse
from greentic_session._fault import Fault, pointer_to
from greentic_session._reader import faults_of, kind_of
from greentic_session.errors import InvalidInputError, MissingExtraError
from greentic_session.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["Fault", "load", "names", "validate"]

_SUFFIX = ".schema.json"
_FORMS: dict[str, _shape.Form] = {
    "session-data": _shape.SESSION_DATA,
    "tenant-ctx": _shape.TENANT_CTX,
    "session-cursor": _shape.SESSION_CURSOR,
    "session-key": _shape.SESSION_KEY,
    "identifier": _shape.IDENTIFIER,
    "error": _shape.ERROR,
}


def names() -> list[str]:
    """The names of the schemas, sorted; ``session-data`` is what a store keeps."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in _folder().glob(f"*{_SUFFIX}"))


def load(name: str) -> dict[str, Any]:
    """The schema of a name.

    Args:
        name: One of `names`.

    Raises:
        InvalidInputError: There is none of this name.
    """
    known = names()
    if name not in known:
        raise InvalidInputError(f"there is no schema {name!r}; there are {', '.join(known)}")
    schema: dict[str, Any] = json.loads((_folder() / f"{name}{_SUFFIX}").read_bytes())
    return schema


def validate(document: bytes | str, name: str = "session-data") -> list[Fault]:
    """What is wrong with a document; nothing, if it is as the schema and the rules of reading want it.

    Args:
        document: The text, unparsed: as a parsed value it has lost what some rules are about.
        name: The schema, one of `names`.

    Raises:
        InvalidInputError: There is no such schema.
        MissingExtraError: The extra ``[schema]`` isn't installed.
    """
    validator = _validator(name)
    try:
        tree = parse(document)
    except NotADocumentError as error:
        return [error.fault]
    form = _FORMS.get(name)
    faults = faults_of(tree, form) if form else []
    told = {fault.pointer for fault in faults}
    for breach in validator.iter_errors(_value(tree)):
        for fault in _faults(breach):
            if fault.pointer not in told and fault not in faults:
                faults.append(fault)
    return faults


def _folder() -> Path:
    return folder("schemas") / "v1"


@cache
def _validator(name: str) -> "Draft202012Validator":
    schema = load(name)
    try:
        from jsonschema import Draft202012Validator  # noqa: PLC0415 - an extra: only who validates needs it
        from referencing import Registry  # noqa: PLC0415
        from referencing.jsonschema import DRAFT202012  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError(error.name or "jsonschema", "schema") from error
    # All that a schema refers to is beside it; this registry fetches nothing.
    schemas = [load(other) for other in names()]
    registry: Registry[Any] = Registry().with_resources(
        (other["$id"], DRAFT202012.create_resource(other)) for other in schemas
    )
    return Draft202012Validator(schema, registry=registry)


def _value(tree: Any) -> Any:
    """The tree as the values that a JSON Schema judges; of a repeated member, the last."""
    match tree:
        case Members():
            return {name: _value(held) for name, held in tree.pairs}
        case list():
            return [_value(held) for held in tree]
        case Number():
            return _number(tree)
        case _:
            return tree


def _number(text: str) -> int | float:
    # Python reads no integer of more than some thousand digits; as a float it is out of every range, too.
    return int(text) if len(text) <= 1000 and text.lstrip("-").isdigit() else float(text)


def _faults(breach: "ValidationError") -> "Iterator[Fault]":
    within = [
        inner
        for inner in breach.context or ()
        # Of what may also be null, the fault is that it isn't the other thing.
        if not (inner.validator == "type" and inner.validator_value == "null")
    ]
    if within:
        for inner in within:
            yield from _faults(inner)
        return
    pointer = ""
    for part in breach.absolute_path:
        pointer = pointer_to(pointer, part)
    rule = breach.schema.get("x-rule") if isinstance(breach.schema, dict) else None
    for message in _messages(breach):
        yield Fault(pointer, message, rule)


def _messages(breach: "ValidationError") -> list[str]:
    # The validator's own messages hold the document's values.
    wanted: Any = breach.validator_value
    instance: Any = breach.instance
    match breach.validator:
        case "required":
            return [f"{name} is missing" for name in wanted if name not in instance]
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return [f"{kind_of(instance)}; {' or '.join(kinds)} is wanted"]
        case "enum":
            return [f"none of the values known; one of {', '.join(map(str, wanted))} is wanted"]
        case "additionalProperties" | "unevaluatedProperties":
            return ["there are members that don't belong here"]
    shown = json.dumps(wanted)
    rule = f"{breach.validator} {shown}" if len(shown) <= 80 else str(breach.validator)
    return [f"{kind_of(instance)} that breaks the schema's {rule}"]
