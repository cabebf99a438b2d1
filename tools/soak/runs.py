"""One run of a store through door 3, and the results of all so far, which a later soak goes on from."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.soak.stores import Soaked

#: A file system that needs no disk, on Linux.
IN_MEMORY = "/dev/shm"  # noqa: S108 - the folder for a run is made in it under a name that nobody knows
ROOT = Path(__file__).resolve().parent.parent.parent
#: What a run's outcome depends on: results of other code don't count.
CODE = (
    "conformance/greentic_session_conformance",
    "greentic_session",
    "spec",
    "schemas",
    "examples/sqlite",
    "tests/odd",
)


@dataclass(frozen=True, slots=True)
class Run:
    """How one run ended.

    Attributes:
        store: the store's name.
        effort: the run's effort.
        seed: the run's seed.
        code: the fingerprint of the code that ran.
        status: the exit status of the command.
        verdict: the report's verdict.
        seconds: how long the checks took.
        faults: every rule that wasn't kept or judged, but for the store's known warnings.
    """

    store: str
    effort: str
    seed: int
    code: str
    status: int
    verdict: str
    seconds: float
    faults: list[dict[str, Any]]

    @property
    def conformant(self) -> bool:
        """Whether the store was called what it is."""
        return self.status == 0 and self.verdict == "conformant" and not self.faults


def key_of(ended: Run) -> tuple[str, str, int]:
    """What a run is known by: the store, the effort and the seed."""
    return ended.store, ended.effort, ended.seed


def fingerprint() -> str:
    """A hash of all code that a run's outcome depends on."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".md", ".json", ".jsonl", ".lua"} and path.name != "soak.md":
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def in_memory() -> dict[str, str]:
    """The environment in which the stores' files lie in memory, where that can be had: a disk is waited for at every commit."""
    return {"TMPDIR": IN_MEMORY} if Path(IN_MEMORY).is_dir() else {}


def run(store: Soaked, effort: str, seed: int, code: str) -> Run:
    """Judge a store through door 3."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        command = [sys.executable, "-m", "greentic_session_conformance", "conformance", store.target, "--quiet"]
        command += ["--effort", effort, "--seed", str(seed), "--report", folder]
        command += [word for profile in store.adds for word in ("--profile", profile)]
        # A run is a group of its own: who interrupts the soak lets those that have begun come to their end.
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **in_memory()},
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        path = Path(folder) / "report.json"
        report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    faults = [fault for item in report.get("requirements", ()) for fault in _faults(item, store)]
    if not report or report.get("reason"):
        faults.append({"rule": "", "status": "not run", "told": report.get("reason") or done.stderr[-1000:]})
    verdict = report.get("verdict", "none")
    return Run(store.name, effort, seed, code, done.returncode, verdict, report.get("seconds", 0.0), faults)


def _faults(item: dict[str, Any], store: Soaked) -> Iterator[dict[str, Any]]:
    rule, status = item["id"], item["status"]
    if status in {"passed", "skipped"} or (status == "warned" and rule in store.warned):
        return
    failures: list[dict[str, Any]] = item["failures"] or [{}]
    for failure in failures:
        told = f"expected {failure['expected']}; got {failure['got']}" if failure else item["reason"]
        yield {"rule": rule, "status": status, "on": failure.get("vector", ""), "told": told}


class Results:
    """The runs so far, a line each in a file.

    Args:
        path: the file; it is made if it isn't there.
        code: the fingerprint of the code; runs of other code are left out.
    """

    def __init__(self, path: Path, code: str) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        # A line that was cut short by the end of a process is run again.
        told = [json.loads(line) for line in lines if line.endswith("}")]
        self.runs = [Run(**line) for line in told if line["code"] == code]
        self._done = {key_of(found) for found in self.runs}

    def has(self, store: str, effort: str, seed: int) -> bool:
        """Whether such a run has ended already."""
        return (store, effort, seed) in self._done

    def add(self, ended: Run) -> None:
        """Keep a run."""
        self.runs.append(ended)
        self._done.add(key_of(ended))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(ended)) + "\n")
