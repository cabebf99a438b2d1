"""The language-neutral cases of ``spec/vectors``, as values of the library."""

import base64
import json
import random
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from greentic_session import TenantCtx
from greentic_session.resources import folder

Row = Mapping[str, Any]


@cache
def rows(path: str) -> tuple[Row, ...]:
    """The rows of a file of vectors, such as ``"fence/create.jsonl"``."""
    text = (folder("spec") / "vectors" / path).read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines() if line)


def rows_for(path: str, rule: str) -> tuple[Row, ...]:
    """The rows of a file that show one rule: the first one that they name."""
    found = tuple(row for row in rows(path) if row["rules"][0] == rule)
    if not found:
        message = f"no vector in {path} shows {rule}"
        raise LookupError(message)
    return found


_DIMENSIONS = (("env",), ("tenant", "tenant_id"), ("team", "team_id"), ("user", "user_id"))
_NAMES = frozenset(name for names in _DIMENSIONS for name in names)


def sample(of: Sequence[Row], generator: random.Random) -> list[Row]:
    """The hand-written ones of some rows of the fence, and as many generated ones as show each case of each dimension.

    A case is what the contexts of a row say about one dimension, or hold besides, while the other dimensions are each
    the same or not. Which of several rows is taken that would do is chosen at random.
    """
    seen: set[Any] = set()
    chosen = set()
    for index in generator.sample(range(len(of)), len(of)):
        cases = _cases(of[index])
        if of[index]["made"] == "hand" or not cases <= seen:
            chosen.add(index)
            seen |= cases
    return [of[index] for index in sorted(chosen)]


def _cases(row: Row) -> set[Any]:
    contexts = [row[name] for name in ("stored", "data", "new", "caller") if name in row]
    said = [tuple(tuple(ctx.get(name) for name in names) for ctx in contexts) for names in _DIMENSIONS]
    same = tuple(one == other for one, other in said)
    besides = tuple(tuple((name, str(ctx[name])) for name in ctx if name not in _NAMES) for ctx in contexts)
    return {(row.get("user"), row["expect"], same, index, case) for index, case in enumerate((*said, besides))}


@cache
def _context(document: str) -> TenantCtx:
    return TenantCtx.from_json(document)


def context(document: Mapping[str, Any]) -> TenantCtx:
    """The TenantCtx that a row holds as a JSON object."""
    return _context(json.dumps(document))


def text(row: Row) -> bytes:
    """The document of a row as bytes."""
    return base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()
