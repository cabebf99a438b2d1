"""What a constructor of the model does with its arguments: make them plain, or refuse them by name.

The constructors look for the usual case (plain strings of ASCII) quickly; everything else is settled.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec.structs import force_setattr

from greentic_session._limits import (
    Flaw,
    identifier_flaw,
    integer_shown,
    integer_wanted,
    is_identifier,
    text_flaw,
)
from greentic_session._shape import Identifier, Integer, Shape, Text
from greentic_session.errors import InvalidInputError

Check: TypeAlias = Callable[[str, Any], Any]
"""Takes a member's full name and a value; returns the plain value or raises `InvalidInputError`."""


def are_usual(*values: object) -> bool:
    """Whether each is None or a plain string of ASCII; what isn't may still be right."""
    # A plain loop: this runs for every value that is made, and a generator would double its cost.
    for value in values:  # noqa: SIM110
        if value is not None and not (type(value) is str and value.isascii()):
            return False
    return True


def are_usual_ids(*values: object) -> bool:
    """Whether each is None or a plain string that is an id; what isn't may still be right."""
    for value in values:  # noqa: SIM110 - a generator costs twice the time of this loop
        if value is not None and not (type(value) is str and is_identifier(value)):
            return False
    return True


def settle(value: Any, checks: dict[str, Check]) -> None:
    """Check each member of a new value, and put the plain form in its place where it differs."""
    owner = type(value).__name__
    for name, check in checks.items():
        given = getattr(value, name)
        plain = check(f"{owner}.{name}", given)
        if plain is not given:
            force_setattr(value, name, plain)


def checks_of(shape: Shape, kinds: dict[str, type]) -> dict[str, Check]:
    """The checks of a class's members; a container's own constructor checks it.

    Args:
        shape: The form of the class's documents.
        kinds: The classes of the members that are values themselves.
    """
    checks: dict[str, Check] = {}
    for member in shape.members:
        check: Check
        match member.form:
            case Text():
                check = _text
            case Identifier():
                check = _identifier
            case Integer(limits):
                check = _integer(limits)
            case Shape():
                check = _exactly(kinds[member.name])
            case _:
                continue
        checks[member.name] = check if member.required else _optional(check)
    return checks


def _text(name: str, value: object) -> str:
    return _string(name, value, text_flaw)


def _identifier(name: str, value: object) -> str:
    return _string(name, value, identifier_flaw)


def _string(name: str, value: object, flaw_of: Callable[[str], Flaw | None]) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"{name}: got {type(value).__name__}, must be str")
    if flaw := flaw_of(value):
        raise InvalidInputError(f"{name}: got {flaw.got}, must be {flaw.wanted}")
    return str.__str__(value)


def _integer(limits: range) -> Check:
    def check(name: str, value: object) -> int:
        wanted = integer_wanted(limits)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInputError(f"{name}: got {type(value).__name__}, must be {wanted}")
        plain = int.__int__(value)
        if plain not in limits:
            raise InvalidInputError(f"{name}: got {integer_shown(plain)}, must be {wanted}")
        return plain

    return check


def _exactly(kind: type) -> Check:
    # A subclass could hold what the model doesn't know.
    def check(name: str, value: object) -> object:
        if type(value) is not kind:
            raise InvalidInputError(f"{name}: got {type(value).__name__}, must be {kind.__name__}")
        return value

    return check


def _optional(check: Check) -> Check:
    def check_or_none(name: str, value: object) -> object:
        return None if value is None else check(name, value)

    return check_or_none
