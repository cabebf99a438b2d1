"""Judges published stores, and writes what came of it to ``conformance/results``.

    python -m tools.make_results            # all of them
    python -m tools.make_results NAME ...   # some

A folder a store: ``report.json`` and ``summary.md``, as ``greentic-session conformance`` writes them, but for what differs from run to run
without meaning anything: the seconds are left out, the keys that stores issue are spelt KEY, and of a race only its outcome is kept. It ends
with the rules whose status has changed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tools.original.crate import CRATE, STORES, VERSIONS, build

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "conformance" / "results"
SEED: Final = 20261124
#: A UUID, with its dashes or without.
_KEY: Final = re.compile(r"\b[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\b")


class Published(NamedTuple):
    """A published store under the suite.

    Attributes:
        name: the folder of its results.
        command: what starts its adapter, from the top of the repository.
        deviations: the file of the rules that it breaks, from there, too.
    """

    name: str
    command: str
    deviations: str


def _original(version: str, store: str) -> Published:
    crate = CRATE.relative_to(ROOT).as_posix()
    return Published(
        f"rust-{version}-{store}",
        f"{crate}/target/release/greentic-session-adapter --original {version} --store {store}",
        f"{crate}/deviations-{version}-{store}.toml",
    )


PUBLISHED: Final = tuple(_original(version, store) for version in VERSIONS for store in STORES)


def judge(published: Published, folder: Path, *options: str) -> dict[str, Any]:
    """Judge a store, and answer the report.

    Args:
        published: the store, whose adapter is built.
        folder: where the report's files go.
        options: more options of ``greentic-session conformance``.
    """
    program = (sys.executable, "-m", "greentic_session_conformance", "conformance", "--quiet")
    which = ("--command", published.command, "--deviations", published.deviations, "--seed", str(SEED))
    command = [*program, *which, "--report", str(folder), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1, 3}:
        raise SystemExit(f"{published.name}: status {done.returncode}\n{done.stdout}{done.stderr}")
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def settled(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report without what differs from run to run."""
    kept = {name: value for name, value in report.items() if name != "seconds"}
    kept["requirements"] = [_settled(item) for item in report["requirements"]]
    spelt: dict[str, Any] = json.loads(_KEY.sub("KEY", json.dumps(kept)))
    return spelt


def _settled(requirement: Mapping[str, Any]) -> dict[str, Any]:
    if requirement["profile"] != "concurrent":
        return dict(requirement)
    kept = ("test", "expected", "got")
    failures = [{name: failure[name] for name in kept} for failure in requirement["failures"]]
    return {**requirement, "failures": failures}


def statuses(report: Mapping[str, Any]) -> dict[str, str]:
    """What each rule came to."""
    return {item["id"]: item["status"] for item in report["requirements"]}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The rules that came to something else, in words."""
    either = sorted({*before, *after}, key=lambda rule: list({**after, **before}).index(rule))
    return [
        f"{rule} was {before.get(rule, 'absent')} and is {after.get(rule, 'absent')}"
        for rule in either
        if before.get(rule) != after.get(rule)
    ]


def committed(name: str) -> dict[str, Any] | None:
    """The report that was written before; ``None`` where there is none."""
    path = FOLDER / name / "report.json"
    if not path.exists():
        return None
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def main(names: Sequence[str]) -> None:
    """Judge the stores of these names, or all, and write their results."""
    known = {published.name: published for published in PUBLISHED}
    if strange := sorted(set(names) - set(known)):
        raise SystemExit(f"there is no {', '.join(strange)}; there are {', '.join(known)}")
    build()
    for name in names or known:
        before = committed(name)
        with tempfile.TemporaryDirectory() as made:
            report = settled(judge(known[name], Path(made)))
            summary = (Path(made) / "summary.md").read_text(encoding="utf-8")
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (folder / "summary.md").write_text(_KEY.sub("KEY", summary), encoding="utf-8")
        print(f"{name}: {report['verdict']}, {report['deviations']} deviations")  # noqa: T201 - a command tells what it did
        for line in changed(statuses(before), statuses(report)) if before else ():
            print(f"  {line}")  # noqa: T201 - the same


if __name__ == "__main__":
    main(sys.argv[1:])
