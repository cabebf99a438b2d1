"""Making races likely: the interpreter turns to another thread in the middle of a store's own lines."""

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from greentic_session_conformance.targets.target import OPERATIONS

#: How often a line of the store's code is a place to turn to another thread.
_ODDS: Final = 0.06
#: For how long the thread steps back there: long enough for another one to get its turn.
_PAUSE: Final = 1e-6
#: For how long one caller halts at least, where the others wait for what it holds, in seconds.
HALT: Final = 2e-3
#: For how long the others wait for one that doesn't come to where it halts, in seconds.
PATIENCE: Final = 5e-2
#: How often the interpreter looks for another thread by itself, in seconds.
_INTERVAL: Final = 1e-5


@contextmanager
def often() -> Iterator[None]:
    """Let the interpreter switch between threads much more often than it does by itself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _packages(store: Any) -> frozenset[str]:
    """The packages, or modules, that a store's classes come from."""
    found = {cls.__module__.partition(".")[0] for cls in type(store).__mro__}
    return frozenset(found - {"builtins", "abc", "typing", "greentic_session_conformance"})


def has_lines(store: Any) -> bool:
    """Whether a store is code of its own in this process, and not another one's behind an adapter."""
    return bool(_packages(store))


@dataclass(slots=True)
class Lines:
    """How many lines of the store's code a thread has come through.

    Attributes:
        all: all of them.
        own: those of the methods that are called as the operations are, without what these call.
    """

    all: int = 0
    own: int = 0

    def since(self, before: "Lines") -> "Lines":
        """Those since an earlier count."""
        return Lines(self.all - before.all, self.own - before.own)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the store's code.

    Attributes:
        line: which one, counted from the first that a thread comes through.
        own: whether only the operations' own lines are counted.
    """

    line: int
    own: bool

    def is_reached(self, lines: Lines, *, at_own: bool) -> bool:
        """Whether a thread that has come through so many lines is there."""
        return (at_own and lines.own == self.line) if self.own else lines.all == self.line


class Places:
    """The places in each operation, as far as they are known: those that a caller has come through before.

    Args:
        seed: what decides which comes first.
    """

    def __init__(self, seed: str) -> None:
        self._choose = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._most: dict[str, Lines] = {}
        self._turns: dict[str, int] = {}

    def note(self, operation: str, lines: Lines) -> None:
        """Know through how many lines a call has come."""
        most = self._most.setdefault(operation, Lines())
        most.all, most.own = max(most.all, lines.all), max(most.own, lines.own)

    def next(self, operation: str) -> Place | None:
        """Another place each time, until all have had their turn; nothing while none is known.

        Every other one is a line of the operation's own method: they are few, and most races lie between two of them.
        """
        most = self._most.get(operation, Lines())
        if not most.all:
            return None
        turn = self._turns.setdefault(operation, self._choose.randrange(1000))
        self._turns[operation] += 1
        own = bool(turn % 2 and most.own)
        return Place(turn // 2 % (most.own if own else most.all) + 1, own)


class Halt:
    """A place in the store's code where one caller halts, until the others have gone through all that they do, or wait for it.

    A race that needs one turn to the others at one line is so met as soon as that line is chosen.

    Args:
        place: where it halts.
        others: how many others there are.
        seconds: how long it halts at most, where the others wait for what it holds.
    """

    def __init__(self, place: Place, others: int, seconds: float = HALT) -> None:
        self.place = place
        self._left, self._seconds = others, seconds
        self._reached, self._through = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Halt."""
        self._reached.set()
        self._through.wait(self._seconds)

    @contextmanager
    def halting(self) -> Iterator[None]:
        """The caller that halts; the others aren't kept waiting by one that has ended before."""
        try:
            yield
        finally:
            self._reached.set()

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """One of the others, who begins when the one has halted."""
        self._reached.wait(PATIENCE)
        try:
            yield
        finally:
            with self._lock:
                self._left -= 1
                if not self._left:
                    self._through.set()


@contextmanager
def within(store: Any, seed: str, halt: Halt | None = None) -> Iterator[Lines]:
    """Let this thread step back in the middle of the store's code; not under a debugger or a coverage.

    Args:
        store: the store whose code it is.
        seed: what decides at which lines it steps back.
        halt: where it halts instead.
    """
    lines = Lines()
    if sys.gettrace() is not None:
        yield lines
        return
    packages, choice = _packages(store), random.Random(seed).random  # noqa: S311 - repeatable on purpose

    def line(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            own = frame.f_code.co_name in OPERATIONS
            lines.all += 1
            lines.own += own
            if halt is not None:
                if halt.place.is_reached(lines, at_own=own):
                    halt.stop()
            elif choice() < _ODDS:
                time.sleep(_PAUSE)
        return line

    def call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return line if frame.f_globals.get("__name__", "").partition(".")[0] in packages else None

    sys.settrace(call)
    try:
        yield lines
    finally:
        sys.settrace(None)
