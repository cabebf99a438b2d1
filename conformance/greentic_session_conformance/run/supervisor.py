"""The parent process of door 3: it starts children that run the checks and survives whatever becomes of them."""

import contextlib
import json
import math
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import IO, Any

from greentic_session_conformance.case import Conditions
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import Result
from greentic_session_conformance.run.plan import Selection
from greentic_session_conformance.run.pulse import Pulse
from greentic_session_conformance.run.record import Record, TargetInfo
from greentic_session_conformance.run.script import whole_check_script
from greentic_session_conformance.run.worker import Job
from greentic_session_conformance.servers import without_password
from greentic_session_conformance.targets.target import JUDGED, OPERATIONS

#: How long after its time is up an operation may still be interrupted by the child itself.
GRACE_SECONDS = 3.5
#: How often the parent looks whether an operation is overdue.
LOOK_SECONDS = 0.2
#: How long a child may take to end after its last event.
END_SECONDS = 5.0
#: How much of what the store printed is shown where its process died.
SHOWN_OUTPUT = 2000


class UsageError(Exception):
    """The command line names what isn't there (status 2)."""


#: Told of progress: (checks done, checks planned, name of the running check).
Progress = Callable[[int, int, str], None]


class Supervisor:
    """Runs a job in child processes, one after another, until every check has a result.

    Args:
        job: the job.
        progress: told of every check that begins.
    """

    def __init__(self, job: Job, progress: Progress = lambda *_: None) -> None:
        self._job = job
        self._progress = progress
        self._planned: list[str] = []
        self._running = ""
        self._ended = False
        self._interrupted = False
        self.record = Record(
            TargetInfo(without_password(job.target), spec=without_password(job.target)),
            Selection(frozenset(), frozenset()),
            seed=job.seed,
            effort=job.effort,
        )

    def run(self) -> Record:
        """Run the job.

        Raises:
            UsageError: the target's name, a profile or a rule is wrong.
        """
        with tempfile.TemporaryDirectory(prefix="greentic-session-") as folder, self._interruptible():
            place = Path(folder)
            pulse_path = place / "pulse"
            self._job.pulse = str(pulse_path)
            pulse = Pulse(pulse_path)
            try:
                while not self._ended:
                    self._child(place, pulse)
            except KeyboardInterrupt:
                self.record.interrupted = True
        return self.record

    def plan(self) -> list[str]:
        """The names of the checks that the job consists of, without running any."""
        self._job.plan_only = True
        self.run()
        return self._planned

    # -- one child

    def _child(self, place: Path, pulse: Pulse) -> None:
        self._running = ""
        pulse.clear()
        read_end, write_end = os.pipe()
        with (place / "output").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "greentic_session_conformance.run.worker", str(write_end)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[write_end],
                start_new_session=True,
            )
        os.close(write_end)
        try:
            assert process.stdin is not None
            # A child that is gone already shows at the other pipe.
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(asdict(self._job)).encode() + b"\n")
                process.stdin.flush()
            with os.fdopen(read_end, "rb") as events:
                hung = self._follow(events, process, pulse)
            self._after(process, pulse, hung, place / "output")
        finally:
            if process.returncode is None:
                _end(process)

    def _follow(self, events: IO[bytes], process: "subprocess.Popen[bytes]", pulse: Pulse) -> bool:
        """Follow a child's events to their end; answers whether it had to be killed over a hang."""
        until = math.inf
        for line in _lines(events):
            if line:
                self._event(json.loads(line))
            elif self._interrupted:
                break
            if self._interrupted:
                _end(process)  # what it has told already is still read
            elif self._ended:
                until = min(until, time.monotonic() + END_SECONDS)
                if time.monotonic() >= until:
                    return False
            elif pulse.overdue() > GRACE_SECONDS:
                _end(process)
                return True
        if self._interrupted and not self._ended:
            raise KeyboardInterrupt
        return False

    def _event(self, told: dict[str, Any]) -> None:
        kind = told["event"]
        if kind == "usage":
            raise UsageError(told["message"])
        if kind == "fatal":
            self._fatal(without_password(told["message"]))
        elif kind == "fault":
            self._ended = True
            self.record.fatal = told["message"]
        elif kind == "plan":
            self._planned = told["checks"]
            chosen = {name: frozenset(value) for name, value in told["selection"].items()}
            self.record.selection = Selection(**chosen)
            self._know(told["target"])
            self._ended = self._job.plan_only
        elif kind == "target":
            self._know(told["target"])
        elif kind == "start":
            self._running = told["check"]
            self._progress(len(self._job.done), len(self._planned), self._running)
        elif kind == "result":
            self._result(Result(**told["result"]))
        elif kind == "done":
            self._ended = True
        elif kind == "interrupted":
            raise KeyboardInterrupt

    def _know(self, told: dict[str, Any]) -> None:
        self.record.target = TargetInfo(**told | {"claims": tuple(told["claims"]), "offers": tuple(told["offers"])})

    def _result(self, result: Result) -> None:
        self.record.results.append(result)
        self._job.done.append(result.check)
        self._running = ""
        if self._job.counts_hang(result, self.record.target.name):
            self._job.hangs[result.hung] = self._job.hangs.get(result.hung, 0) + 1
        if self._job.ends_at(result, self.record.target.name):
            self._ended = True
            self.record.ended_early = f"ended at the first failure (-x), {result.rule}"

    def _fatal(self, message: str) -> None:
        """The target can't be run. What earlier children have judged stays."""
        self._ended = True
        if self.record.results:
            self.record.ended_early = message
        else:
            self.record.fatal = message

    def _after(self, process: "subprocess.Popen[bytes]", pulse: Pulse, hung: bool, output: Path) -> None:
        """Make sense of a child whose events have ended."""
        if self._ended:
            return
        status = _end(process)
        operation = pulse.running() or ""
        told = _ending(status, hung=hung, operation=operation, seconds=self._job.operation_timeout)
        if self._running:
            self._result(self._lost(told, operation if hung else "", pulse.operations()))
            return
        if self.record.results and set(self._planned) <= set(self._job.done):
            self._ended = True
            return
        if operation in OPERATIONS and not self._job.opened:
            self._job.opened = True  # it can be opened; what the operation does is for the rules to say
            return
        shown = output.read_text(errors="replace")[-SHOWN_OUTPUT:].strip()
        self._fatal(f"the target's process {told} before any check ran" + (f"; it printed:\n{shown}" if shown else ""))

    def _lost(self, told: str, hung: str, operations: list[str]) -> Result:
        check = next(item for item in checks() if item.name == self._running)
        if hung and hung not in JUDGED:
            return Result(check.name, "not-judged", reason=f"the store's process {told}", operations=operations)
        expected = (
            f"{hung} returns within {self._job.operation_timeout:g} s" if hung else "the store leaves its process alive"
        )
        result = Result(
            check.name,
            "failed",
            check.rules[0],
            expected=expected,
            got=f"the store's process {told}",
            operations=operations,
            hung=hung,
        )
        job = self._job
        conditions = Conditions(job.seed, job.effort, job.operation_timeout, target_name=job.target)
        result.script = whole_check_script(result, check, conditions)
        return result

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Within it Ctrl-C, and SIGTERM by which a CI job ends, end the run after what has been told so far; a second one ends it at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def interrupt(number: int, frame: FrameType | None) -> None:
            if self._interrupted:
                signal.default_int_handler(number, frame)
            self._interrupted = True

        before = {number: signal.signal(number, interrupt) for number in _interruptions()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _interruptions() -> Iterator[signal.Signals]:
    yield signal.SIGTERM
    # One that is ignored, as in a background job of a shell, stays ignored.
    if callable(signal.getsignal(signal.SIGINT)):
        yield signal.SIGINT


def _ending(status: int, *, hung: bool, operation: str, seconds: float) -> str:
    during = f" during {operation}" if operation else ""
    if hung:
        return f"did not come back from {operation} within {seconds:g} s, could not be interrupted, and was ended"
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}{during}"
    return f"exited with status {status}{during}"


def _lines(events: IO[bytes]) -> Iterator[bytes]:
    """The lines of a pipe; an empty one whenever nothing has come for a while."""
    buffer = b""
    while True:
        ready, _, _ = select.select([events], [], [], LOOK_SECONDS)
        if not ready:
            yield b""
            continue
        piece = os.read(events.fileno(), 65536)
        if not piece:
            return
        *lines, buffer = (buffer + piece).split(b"\n")
        yield from (line for line in lines if line)


def _end(process: "subprocess.Popen[bytes]") -> int:
    """End a child and what it has started (it leads a process group of its own), and answer its status.

    A child whose pipe has closed has its status already; for any other one this is the end.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    return process.wait()
