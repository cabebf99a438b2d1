"""JSON text into a tree that forgets nothing: members in order and repeated, numbers as they were written."""

import json
import re
from typing import Any, NoReturn

from greentic_session._fault import Fault

MAX_DEPTH = 256
"""How deep arrays and objects may be nested, the outermost included (DATA-22 asks for 200 at least)."""

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


class Members:
    """A JSON object: its members in the order of the text, repeated ones included."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


class Number(str):
    """A JSON number, letter for letter."""

    __slots__ = ()


class NotADocumentError(Exception):
    """The text isn't one JSON document."""

    def __init__(self, message: str, rule: str) -> None:
        super().__init__(message)
        self.fault = Fault("", message, rule)


def parse(document: bytes | str) -> Any:
    """The tree of a document: `Members`, lists, strings, `Number`, True, False, None.

    Raises:
        NotADocumentError: It isn't one JSON document in UTF-8 without a byte-order mark (DATA-13), or is
            nested too deep (DATA-22).
    """
    text = _decoded(document)
    _refuse_depth(text)
    try:
        return _parse(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        message = f"the text is no JSON document: {error.msg.removesuffix(' at')} at {where}"
        raise NotADocumentError(message, "DATA-13") from None


def _decoded(document: bytes | str) -> str:
    try:
        if isinstance(document, str):
            document.encode()
            text = document
        else:
            text = document.decode()
    except UnicodeEncodeError as error:
        message = f"the text has a lone surrogate at character {error.start + 1}; UTF-8 can't carry it"
        raise NotADocumentError(message, "DATA-13") from None
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} isn't part of any UTF-8 text"
        raise NotADocumentError(message, "DATA-13") from None
    if text.startswith("\ufeff"):
        raise NotADocumentError("the text begins with a byte-order mark; leave it out", "DATA-13")
    return text


def _refuse_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    depth = 0
    # What a string holds doesn't nest. An unclosed one runs to the end here; the parser will refuse it.
    for bracket in _NO_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            message = f"arrays and objects are nested deeper than {MAX_DEPTH} levels"
            raise NotADocumentError(message, "DATA-22")


def _no_constant(name: str) -> NoReturn:
    raise NotADocumentError(f"the text is no JSON document: {name} is no JSON number", "DATA-13")


_parse = json.JSONDecoder(
    object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=_no_constant
).decode
