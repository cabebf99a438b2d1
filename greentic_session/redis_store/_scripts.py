"""The Lua scripts beside this module, read when first needed, named by SHA-1 as the server names them."""

from __future__ import annotations

from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

Name: TypeAlias = Literal["create", "update", "remove", "find", "clear_stale"]

_PARTS: dict[Name, tuple[str, ...]] = {
    "create": ("entry", "create"),
    "update": ("identity", "update"),
    "remove": ("entry", "identity", "remove"),
    "find": ("find",),
    "clear_stale": ("clear_stale",),
}


class Script(NamedTuple):
    """A script as it is sent."""

    text: bytes
    sha: bytes


@cache
def load(name: Name) -> Script:
    """The script of that name, with the parts that it shares with others in front."""
    folder = files("greentic_session.redis_store") / "lua"
    text = b"\n".join((folder / f"{part}.lua").read_bytes() for part in _PARTS[name])
    return Script(text, sha1(text, usedforsecurity=False).hexdigest().encode())
