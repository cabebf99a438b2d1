"""A second process that watches a pytest run: it writes the report where the store takes the first one down.

A hang that no signal interrupts, because it is in C code or swallows every exception, and a store that exits or dies, leave the
process that pytest runs in unable to say anything. The second process reads what it was doing from the pulse and the journal.

Run as a program it is that second process.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from greentic_session_conformance.door.book import Book, Journal
from greentic_session_conformance.run.pulse import Pulse

#: How long after its time is up an operation may still be interrupted by a signal.
GRACE_SECONDS = 3.5
LOOK_SECONDS = 0.2
_GOODBYE = b"done\n"


class Watchdog:
    """The watched process's end.

    Args:
        config: pytest's configuration.
        folder: where the report goes.
        seed: the run's seed.
        effort: the run's effort.
        timeout: seconds that one operation may take.
        deviations: the deviations file, if there is one.
        write: whether to write a report, or (in a worker of xdist, whose controller reports) only to end the process.
    """

    def __init__(
        self,
        config: Any,
        folder: Path,
        seed: int,
        effort: str,
        timeout: float,
        *,
        deviations: str | None = None,
        write: bool,
    ) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="greentic-session-")
        place = Path(self._place.name)
        self.pulse = Pulse(place / "pulse")
        self.journal = Journal(place / "journal")
        job = {
            "pid": os.getpid(),
            "place": str(place),
            "folder": str(folder),
            "seed": seed,
            "effort": effort,
            "timeout": timeout,
            "deviations": deviations and str(Path(deviations).absolute()),
            "write": write,
        }
        # While a test runs, pytest's capture stands in for standard output; what is told when pytest is dead goes to the real one.
        capture = config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
            self._process = subprocess.Popen(
                [sys.executable, "-m", __spec__.name, json.dumps(job)],
                stdin=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Say that the run has ended in good order."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(_GOODBYE)
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.wait()
        self.journal.close()
        self._place.cleanup()


def _watch(job: dict[str, Any]) -> str:
    """Watch until the run ends; answers what became of it, or nothing where it ended in good order."""
    pulse = Pulse(Path(job["place"]) / "pulse")
    stdin = sys.stdin.buffer
    while True:
        ready, _, _ = select.select([stdin], [], [], LOOK_SECONDS)
        if ready:
            if os.read(stdin.fileno(), 64).startswith(_GOODBYE):
                return ""
            during = f" during {pulse.running()}" if pulse.running() else ""
            return f"the store's process ended{during}"
        if pulse.overdue() > GRACE_SECONDS:
            operation = pulse.running()
            os.kill(job["pid"], signal.SIGKILL)
            return f"{operation} did not return in time, could not be interrupted, and the process was ended"


def _report(job: dict[str, Any], what: str) -> list[str]:
    from greentic_session_conformance.case import Conditions  # noqa: PLC0415 - needed only where something went wrong
    from greentic_session_conformance.checks import checks  # noqa: PLC0415 - the same
    from greentic_session_conformance.deviations import read_deviations  # noqa: PLC0415 - the same
    from greentic_session_conformance.run.judge import Result  # noqa: PLC0415 - the same
    from greentic_session_conformance.run.script import whole_check_script  # noqa: PLC0415 - the same

    place = Path(job["place"])
    pulse = Pulse(place / "pulse")
    declared = read_deviations(Path(job["deviations"])) if job["deviations"] else ()
    book = Book(job["seed"], job["effort"], declared)
    for event in Journal.read(place / "journal"):
        book.take(event)
    lines = [f"greentic-session: {what}"]
    if book.running is not None:
        suite, name = book.running
        check = next(item for item in checks() if item.name == name)
        expected = "every operation returns, and leaves its process alive"
        result = Result(
            name,
            "failed",
            check.rules[0],
            expected=expected,
            got=what,
            operations=pulse.operations(),
            hung=pulse.running() or "",
        )
        spec = book.records[suite].target.spec
        conditions = Conditions(job["seed"], job["effort"], job["timeout"], target_name=spec or None)
        result.script = whole_check_script(result, check, conditions)
        book.records[suite].results.append(result)
        lines.append(f"  while {check.id} was running; after")
        lines += [f"    {call}" for call in pulse.operations()[-12:]]
    for record in book.records.values():
        record.ended_early = what
    for report, folder in book.reports(Path(job["folder"])):
        lines.append(f"  verdict {report.verdict.upper()} of {report.target.name}   {folder / 'report.html'}")
    return lines


def main() -> None:
    """Watch, and report where the watched process can't."""
    job = json.loads(sys.argv[1])
    what = _watch(job)
    if what and job["write"]:
        sys.stdout.write("\n" + "\n".join(_report(job, what)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
