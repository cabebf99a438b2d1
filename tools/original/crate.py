"""The adapter of the Rust original: built with cargo, and asked."""

from __future__ import annotations

import base64
import json
import shlex
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CRATE: Final = Path(__file__).resolve().parents[2] / "conformance" / "adapters" / "rust"
#: The published versions that it offers: the source documents' behaviour, and the newest stable one.
VERSIONS: Final = ("0.4.4", "1.2.0")
STORES: Final = ("memory", "redis")


class CrateError(Exception):
    """The adapter can't be built, or did not answer; the message says why."""


def cargo() -> str:
    """The cargo that builds the adapter.

    Raises:
        CrateError: there is none, or it doesn't run.
    """
    found = shutil.which("cargo")
    if found is None:
        raise CrateError("there is no cargo on the PATH, which builds the Rust original")
    # rustup's cargo is on the PATH before there is a toolchain for it.
    asked = subprocess.run([found, "--version"], cwd=CRATE, capture_output=True, text=True, check=False)
    if asked.returncode:
        told = asked.stderr.strip().partition("\n")[0]
        raise CrateError(f"the cargo on the PATH, which builds the Rust original, doesn't run: {told}")
    return found


def build() -> Path:
    """Build the adapter, where that isn't done yet.

    Returns:
        The program.

    Raises:
        CrateError: there is no cargo that runs, or it fails.
    """
    built = subprocess.run(
        [cargo(), "build", "--release", "--quiet"], cwd=CRATE, capture_output=True, text=True, check=False
    )
    if built.returncode:
        raise CrateError(f"cargo build failed in {CRATE.name}/:\n{built.stderr}")
    return CRATE / "target" / "release" / "greentic-session-adapter"


@dataclass(frozen=True, slots=True)
class Adapter:
    """One version of the original with one of its stores.

    Attributes:
        program: the adapter, as :func:`build` made it.
        version: one of ``VERSIONS``.
        store: one of ``STORES``.
    """

    program: Path
    version: str
    store: str = "memory"

    @property
    def words(self) -> list[str]:
        """The program and its arguments."""
        return [str(self.program), "--original", self.version, "--store", self.store]

    @property
    def command(self) -> str:
        """The same as one types it in a shell."""
        return shlex.join(self.words)

    def ask_all(self, requests: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
        """Make requests of a fresh process without waiting for answers in between.

        Returns:
            The responses, in the order of the requests.

        Raises:
            CrateError: one was not answered.
        """
        lines = (
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"
            for number, (method, params) in enumerate(requests)
        )
        with subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            writer = threading.Thread(target=_write, args=(process, lines))
            writer.start()
            assert process.stdout is not None
            responses = [json.loads(line) for line in process.stdout]
            writer.join()
        if len(responses) != len(requests):
            raise CrateError(f"{len(requests)} requests, {len(responses)} responses")
        return sorted(responses, key=lambda response: int(response["id"]))

    def decode_all(self, texts: Iterable[bytes]) -> list[bytes | None]:
        """What the original's decoder and encoder make of texts; ``None`` where it refuses one."""
        asked = [("decode", {"text": base64.b64encode(text).decode()}) for text in texts]
        return [
            base64.b64decode(response["result"]["text"]) if "result" in response else None
            for response in self.ask_all(asked)
        ]

    def derive_all(self, cases: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
        """The keys that the original derives from a function's name and three parts."""
        asked = [("derive", {"function": function, "parts": list(parts)}) for function, parts in cases]
        return [response["result"]["key"] for response in self.ask_all(asked)]


def _write(process: subprocess.Popen[bytes], lines: Iterable[bytes]) -> None:
    assert process.stdin is not None
    with process.stdin as pipe:
        for line in lines:
            pipe.write(line)
