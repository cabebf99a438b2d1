"""Values in words for a failure, and as Python for a script that repeats it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from greentic_session import SessionData, TenantCtx

_LONG = 200


def context(ctx: TenantCtx) -> str:
    """A context by the four dimensions of the fence, such as ``dev / tenant-42 / red / user-7``."""
    team, user = ctx.effective_team, ctx.effective_user
    parts = (ctx.env, ctx.tenant_id, "no team" if team is None else team, "no user" if user is None else user)
    told = " / ".join(parts)
    return told if len(told) <= 40 else " / ".join(map(_short, parts))


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:20]}… ({len(text)} characters)"


def members(value: Any, prefix: str = "") -> dict[str, Any]:
    """A value's members by their dotted names."""
    found: dict[str, Any] = {}
    for name in value.__struct_fields__:
        member = getattr(value, name)
        if hasattr(member, "__struct_fields__"):
            found |= members(member, f"{prefix}{name}.")
        else:
            found[prefix + name] = member
    return found


def difference(got: SessionData, wanted: SessionData) -> str:
    """Which members of ``got`` are not what they are in ``wanted``, with both values where they are short."""
    mine, theirs = members(got), members(wanted)
    names = [name for name in {**theirs, **mine} if mine.get(name) != theirs.get(name)]
    told = [f"{name} {_value(mine.get(name))} instead of {_value(theirs.get(name))}" for name in names]
    if told:
        return ", ".join(told)
    kind = type(got)
    # A value within can't be of a subclass: a SessionData isn't made of one.
    if kind is not SessionData:
        return (
            f"a {kind.__module__}.{kind.__qualname__}, which never equals a SessionData: hand out a SessionData itself"
        )
    return "a SessionData that compares as different though its members are the same"


def _value(value: Any) -> str:
    text = "nothing" if value is None else ascii(dict(value)) if isinstance(value, Mapping) else ascii(value)
    return text if len(text) <= 60 else f"{text[:40]}… ({len(text)} characters)"


def python(value: Any) -> str:
    """A Python expression for an argument of an operation, written so that a reader can take it in."""
    if isinstance(value, str):
        return _string(str.__str__(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{python(key)}: {python(item)}" for key, item in value.items()) + "}"
    if isinstance(value, msgspec.Struct):
        defaults = dict(zip(reversed(value.__struct_fields__), reversed(value.__struct_defaults__), strict=False))
        given = ((name, getattr(value, name)) for name in value.__struct_fields__)
        told = (f"{name}={python(item)}" for name, item in given if item != _default(defaults, name))
        return f"{type(value).__name__}({', '.join(told)})"
    return repr(value)


def _default(defaults: dict[str, Any], name: str) -> Any:
    default = defaults.get(name, ...)
    factory = getattr(default, "factory", None)
    return factory() if callable(factory) else default


def _string(text: str) -> str:
    for size in (1, 2, 4, 8, 16, 32):
        if len(text) > _LONG and text == (text[:size] * (len(text) // size + 1))[: len(text)]:
            whole, rest = divmod(len(text), size)
            return f"{text[:size]!a} * {whole}" + (f" + {text[:rest]!a}" if rest else "")
    return ascii(text)
