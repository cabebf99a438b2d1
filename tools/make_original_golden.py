"""Writes what the Rust original answers to ``tests/interop/golden``, so that tests need no cargo to compare with it.

    python -m tools.make_original_golden                # rewrite the folder in place
    python -m tools.make_original_golden --output DIR   # the same files elsewhere, for a test that looks for drift

It builds the adapter, which needs cargo, and asks both versions; the server is ``REDIS_URL``, or one of its own.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from greentic_session_conformance.servers import redis_url

from tools.original.answers import Row, Stores, documents, keys, layout, refusals
from tools.original.crate import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "interop" / "golden"


def write(folder: Path, name: str, rows: Iterable[Row]) -> None:
    """Write a file, a row a line."""
    text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    (folder / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask the original, and write the files."""
    parser = argparse.ArgumentParser(description="Write what the Rust original answers.")
    parser.add_argument("--output", type=Path, default=GOLDEN, help="the folder that the files go to")
    folder: Path = parser.parse_args(arguments).output
    folder.mkdir(parents=True, exist_ok=True)
    program = build()
    write(folder, "documents.jsonl", documents(program))
    write(folder, "keys.jsonl", keys(program))
    stores = Stores(program, redis_url())
    try:
        write(folder, "refusals.jsonl", refusals(stores))
        write(folder, "layout.jsonl", layout(stores))
    finally:
        stores.close()


if __name__ == "__main__":
    main()
