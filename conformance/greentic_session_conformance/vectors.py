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


@cache
def rows_by_rule(path: str) -> Mapping[str, list[Row]]:
    """The rows of a file under the rule that they show: the first one that they name."""
    found: dict[str, list[Row]] = {}
    for row in rows(path):
        found.setdefault(row["rules"][0], []).append(row)
    return found


def rows_for(path: str, rule: str) -> list[Row]:
    """The rows of a file that show one rule, of which there must be some."""
    found = rows_by_rule(path).get(rule)
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
    said = [tuple([tuple(map(ctx.get, names)) for ctx in contexts]) for names in _DIMENSIONS]
    same = tuple([one == other for one, other in said])
    besides = tuple([str([(name, ctx[name]) for name in ctx if name not in _NAMES]) for ctx in contexts])
    shown = (row.get("user"), row["expect"], same)
    return {(shown, index, case) for index, case in enumerate((*said, besides))}


#: What the rows hold, by how it looks: most of them hold the same few.
_CONTEXTS: dict[str, TenantCtx] = {}


def context(document: Mapping[str, Any]) -> TenantCtx:
    """The TenantCtx that a row holds as a JSON object."""
    looks = repr(document)
    if looks not in _CONTEXTS:
        _CONTEXTS[looks] = TenantCtx.from_json(json.dumps(document))
    return _CONTEXTS[looks]


def text(row: Row) -> bytes:
    """The document of a row as bytes."""
    return base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()
