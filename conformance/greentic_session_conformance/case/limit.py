"""Time limits on a store's operations, for the thread that a check runs on.

A signal interrupts whatever Python code or system call the operation is in. What can't be interrupted so (a loop in C
code, a store that swallows every exception) is the supervising process's business: the pulse tells it what
is running and until when.
"""

import signal
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Self

from greentic_session_conformance.case.verdicts import OperationHung
from greentic_session_conformance.run.pulse import Pulse

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from greentic_session_conformance.case.loop import Loop


class Limit:
    """A time limit that is armed for one operation at a time.

    While it is entered it owns ``SIGALRM`` on the main thread; on any other thread nothing can be
    interrupted, and only the pulse is kept. It also notes whether the user has sent ``SIGINT``: a ``KeyboardInterrupt``
    without one is the store's own and no wish to end the run.

    Attributes:
        interrupted: whether ``SIGINT`` has come.

    Args:
        seconds: how long one operation may take.
        pulse: where the supervising process sees what runs.
    """

    #: How often the interruption is repeated for a store that swallows it.
    AGAIN_AFTER = 1.0

    def __init__(self, seconds: float, pulse: Pulse) -> None:
        self.seconds = seconds
        self._pulse = pulse
        self._operation = ""
        self._fired = False
        self._armed = False
        self._before: object = None
        self._interrupt_before: object = None
        self.interrupted = False

    def __enter__(self) -> Self:
        self._armed = threading.current_thread() is threading.main_thread()
        if self._armed:
            self._before = signal.signal(signal.SIGALRM, self._fire)
            # One that is ignored, as in a background job of a shell, stays ignored.
            if callable(signal.getsignal(signal.SIGINT)):
                self._interrupt_before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)  # type: ignore[arg-type]
            if self._interrupt_before is not None:
                signal.signal(signal.SIGINT, self._interrupt_before)  # type: ignore[arg-type]

    def _fire(self, _signal: int, _frame: "FrameType | None") -> None:
        if self._operation:
            self._fired = True
            raise OperationHung(self._operation, self.seconds)

    def _interrupt(self, _signal: int, _frame: "FrameType | None") -> None:
        self.interrupted = True
        raise KeyboardInterrupt

    def begin(self, operation: str, seconds: float | None = None) -> None:
        """Start the clock for an operation of the given name."""
        limit = self.seconds if seconds is None else seconds
        self._operation, self._fired = operation, False
        self._pulse.begin(operation, monotonic() + limit)
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, limit, self.AGAIN_AFTER)

    def close(self, loop: "Loop") -> None:
        """Close an event loop; what doesn't end on it in time is given up with the store."""
        with suppress(OperationHung):
            self.begin("close the event loop")
            try:
                loop.close()
            finally:
                self.end()

    def end(self) -> None:
        """Stop the clock.

        Raises:
            OperationHung: the time was up before, and the store swallowed the interruption and went on.
        """
        operation, self._operation = self._operation, ""
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._pulse.end()
        if self._fired:
            self._fired = False
            raise OperationHung(operation, self.seconds)
