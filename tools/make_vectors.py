"""Writes the generated rows of ``spec/vectors`` and their manifest.

What a row expects is worked out in ``vector_tables`` from the text of the specification, by truth tables
plain enough to be checked by eye. Nothing of the library is imported: a vector that asked it would only
repeat its faults.

Rows with ``"made": "hand"`` are data, not output. They are read from the folder and written back as they are,
behind the generated rows of their file.

    python -m tools.make_vectors                # rewrite spec/vectors in place
    python -m tools.make_vectors --output DIR   # the same files elsewhere, for a test that looks for drift
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tools.vector_tables import fence, fence_names
from tools.vector_tables.documents import session_data_rows, tenant_ctx_rows
from tools.vector_tables.keys import key_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Row = dict[str, Any]

VECTORS = Path(__file__).resolve().parent.parent / "spec" / "vectors"
SPEC_VERSION = "1.0"
MANIFEST_SCHEMA = "https://greentic-ai.github.io/greentic-session/schemas/v1/vector-manifest.schema.json"


class VectorFile(NamedTuple):
    """A file of vectors: where it lies, what its rows are, and what it is about."""

    path: str
    kind: str
    description: str


FILES = (
    VectorFile("ids.jsonl", "ids", "Texts that are ids, and texts that are none."),
    VectorFile(
        "documents/session-data.jsonl",
        "session-data",
        "SessionData documents: whether a decoder accepts them, and what an encoder writes back.",
    ),
    VectorFile("documents/tenant-ctx.jsonl", "tenant-ctx", "The same for TenantCtx documents."),
    VectorFile("documents/canonical.jsonl", "canonical", "SessionData values and their canonical writing."),
    VectorFile("fence/create.jsonl", "fence-create", "The tenant fence of create_session."),
    VectorFile("fence/update.jsonl", "fence-update", "The tenant fence of update_session."),
    VectorFile("fence/find.jsonl", "fence-find", "The tenant fence of find_by_user."),
    VectorFile("keys/derivation.jsonl", "key-derivation", "Session keys derived from what a connector knows."),
    VectorFile("redis/names.jsonl", "redis-names", "Full names of the keys in Redis."),
    VectorFile(
        "adapter/responses.jsonl",
        "adapter-response",
        "Lines of an adapter that are responses, and lines that are none.",
    ),
)

GENERATED: dict[str, Sequence[Callable[[], Iterable[Row]]]] = {
    "documents/session-data.jsonl": [session_data_rows],
    "documents/tenant-ctx.jsonl": [tenant_ctx_rows],
    "fence/create.jsonl": [fence.create_rows, fence_names.create_rows],
    "fence/update.jsonl": [fence.update_rows, fence_names.update_rows],
    "fence/find.jsonl": [fence.find_rows, fence_names.find_rows],
    "keys/derivation.jsonl": [key_rows],
}


def hand_rows(path: Path) -> list[Row]:
    """The rows of a file that were written by hand, in their order."""
    if not path.exists():
        return []
    rows: list[Row] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [row for row in rows if row["made"] == "hand"]


def manifest_entry(file: VectorFile, rows: Sequence[Row]) -> dict[str, Any]:
    """What the manifest says about a file."""
    made = {row["made"] for row in rows}
    return {
        "path": file.path,
        "kind": file.kind,
        "rows": len(rows),
        "rules": sorted({rule for row in rows for rule in row["rules"]}),
        "description": file.description,
        "made": "both" if len(made) > 1 else made.pop(),
    }


def main() -> None:
    """Write every file with its generated and its hand-written rows, then the manifest."""
    parser = argparse.ArgumentParser(description="Write the generated vectors and their manifest.")
    parser.add_argument("--output", type=Path, default=VECTORS, help="the folder to write to (spec/vectors)")
    output: Path = parser.parse_args().output
    entries = []
    for file in FILES:
        generated = [row for table in GENERATED.get(file.path, ()) for row in table()]
        rows = [*generated, *hand_rows(VECTORS / file.path)]
        lines = [json.dumps(row, separators=(",", ":")) + "\n" for row in rows]
        path = output / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), "utf-8", newline="\n")
        entries.append(manifest_entry(file, rows))
    manifest = {"$schema": MANIFEST_SCHEMA, "spec_version": SPEC_VERSION, "files": entries}
    (output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
