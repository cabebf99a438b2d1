"""The language-neutral cases of ``spec/vectors``, as values of the library."""

import base64
import json
from collections.abc import Mapping
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


@cache
def _context(document: str) -> TenantCtx:
    return TenantCtx.from_json(document)


def context(document: Mapping[str, Any]) -> TenantCtx:
    """The TenantCtx that a row holds as a JSON object."""
    return _context(json.dumps(document))


def text(row: Row) -> bytes:
    """The document of a row as bytes."""
    return base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()
