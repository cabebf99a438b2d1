"""The strict look at a document: every fault with its place, and the values that it holds.

It reads what the original reads, and tells all that is wrong at once. The quick way past it, for documents
as we write them ourselves, is in `_codec`.
"""

import re
from typing import Any

from greentic_session._document import Members, NotADocumentError, Number, parse
from greentic_session._fault import Fault, pointer_to
from greentic_session._limits import Flaw, identifier_flaw, integer_wanted, text_flaw
from greentic_session._shape import Attributes, Code, Form, Identifier, Integer, Shape, Text
from greentic_session.errors import ErrorCode

_INTEGER = re.compile(r"-?[0-9]+").fullmatch
_DIGITS = 40  # more than any integer of the model has


def read(document: bytes | str, form: Form) -> tuple[Any, list[Fault]]:
    """What a document of a form holds, as plain dictionaries, strings and integers, and its faults.

    Where there are faults, the first result is of no use. Members that are unknown, absent or null are
    left out of the dictionaries.
    """
    try:
        tree = parse(document)
    except NotADocumentError as error:
        return None, [error.fault]
    faults: list[Fault] = []
    return _value(tree, form, "", faults), faults


def faults_of(tree: Any, form: Form) -> list[Fault]:
    """The faults of a parsed document of a form."""
    faults: list[Fault] = []
    _value(tree, form, "", faults)
    return faults


def _value(value: Any, form: Form, pointer: str, faults: list[Fault]) -> Any:
    match form:
        case Shape():
            return _object(value, form, pointer, faults)
        case Attributes():
            return _attributes(value, pointer, faults)
        case Integer():
            return _integer(value, form, pointer, faults)
        case Text():
            return _string(value, "a string", pointer, faults, text_flaw)
        case Code():
            return _code(value, pointer, faults)
        case Identifier():
            return _string(value, "an id", pointer, faults, identifier_flaw)


def _object(value: Any, shape: Shape, pointer: str, faults: list[Fault]) -> dict[str, Any]:
    read_members: dict[str, Any] = {}
    if not isinstance(value, Members):
        faults.append(Fault(pointer, f"{kind_of(value)}; an object is wanted", "DATA-21"))
        return read_members
    known = {member.name: member for member in shape.members}
    seen: set[str] = set()
    for name, held in value.pairs:
        member = known.get(name)
        if member is None:
            _refuse_name(name, pointer, faults)
            continue
        place = pointer_to(pointer, name)
        if name in seen:
            faults.append(Fault(place, "the member is there more than once; once is wanted", "DATA-17"))
            continue
        seen.add(name)
        if held is None and member.nullable:
            continue
        if held is None:
            rule = "DATA-07" if member.required else "DATA-15"
            faults.append(Fault(place, f"null; {_wanted(member.form)} is wanted", rule))
            continue
        read_members[name] = _value(held, member.form, place, faults)
    faults.extend(
        Fault(pointer, f"{member.name} is missing", "DATA-07")
        for member in shape.members
        if member.required and member.name not in seen
    )
    return read_members


def _attributes(value: Any, pointer: str, faults: list[Fault]) -> dict[str, str]:
    if not isinstance(value, Members):
        faults.append(Fault(pointer, f"{kind_of(value)}; an object of strings is wanted", "DATA-15"))
        return {}
    for name, held in value.pairs:
        _refuse_name(name, pointer, faults)
        place = pointer if text_flaw(name) else pointer_to(pointer, name)
        if not isinstance(held, str) or isinstance(held, Number):
            faults.append(Fault(place, f"{kind_of(held)}; a string is wanted", "DATA-15"))
        elif flaw := text_flaw(held):
            faults.append(_flawed(flaw, place))
    return dict(value.pairs)


def _integer(value: Any, form: Integer, pointer: str, faults: list[Fault]) -> int:
    wanted = integer_wanted(form.limits)
    if not isinstance(value, Number):
        faults.append(Fault(pointer, f"{kind_of(value)}; {wanted} is wanted", form.rule))
        return 0
    shown = value if len(value) <= _DIGITS else f"a number of {len(value)} characters"
    got = None
    if not _INTEGER(value):
        got = f"{shown} is written with {'an exponent' if 'e' in value.lower() else 'a fraction'}"
    elif value == "-0":
        got = None if form.minus_zero else "-0 is written with a sign"
    elif len(value) > _DIGITS or int(value) not in form.limits:
        got = f"{shown} is out of range"
    if got is None:
        return int(value)
    faults.append(Fault(pointer, f"{got}; {wanted} is wanted", form.rule))
    return 0


def _code(value: Any, pointer: str, faults: list[Fault]) -> Any:
    if not isinstance(value, str) or isinstance(value, Number) or value not in set(ErrorCode):
        faults.append(Fault(pointer, f"no error code; {_wanted(Code())} is wanted", "ERR-09"))
    return value


def _string(value: Any, wanted: str, pointer: str, faults: list[Fault], flaw_of: Any) -> Any:
    if not isinstance(value, str) or isinstance(value, Number):
        faults.append(Fault(pointer, f"{kind_of(value)}; {wanted} is wanted", "DATA-21"))
    elif flaw := flaw_of(value):
        faults.append(_flawed(flaw, pointer))
    return value


def _refuse_name(name: str, pointer: str, faults: list[Fault]) -> None:
    if text_flaw(name):
        faults.append(Fault(pointer, "a member's name has a lone surrogate", "DATA-19"))


def _flawed(flaw: Flaw, pointer: str) -> Fault:
    return Fault(pointer, f"{flaw.got}; {flaw.wanted} is wanted", flaw.rule)


def _wanted(form: Form) -> str:
    match form:
        case Shape():
            return "an object"
        case Attributes():
            return "an object of strings"
        case Integer():
            return integer_wanted(form.limits)
        case Code():
            return "one of " + ", ".join(ErrorCode)
        case Text():
            return "a string"
        case Identifier():
            return "an id"


def kind_of(value: Any) -> str:
    """What a value of a parsed document is, without its text."""
    match value:
        case None:
            return "null"
        case True | False:
            return str(value).lower()
        case Number() | int() | float():
            return "a number"
        case str():
            return "a string"
        case Members() | dict():
            return "an object"
        case _:
            return "an array"
