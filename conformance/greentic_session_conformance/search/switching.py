"""Making races likely: the interpreter turns to another thread in the middle of a store's own lines."""

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from greentic_session_conformance.targets.target import OPERATIONS

#: How often a line of the store's code is a place to turn to another thread.
_ODDS: Final = 0.06
#: For how long the thread steps back there: long enough for another one to get its turn.
_PAUSE: Final = 1e-6
#: How often a thread steps back in one call at most. One time costs a tenth of a millisecond, and others may be waiting for what it holds:
#: of eight that want one lock the last has all of it to bear, half a second of the ten that an operation has. A call of some
#: hundred lines, as stores have them, steps back a few dozen times.
MOST_STEPS: Final = 500
#: How many lines, and calls of functions, of one call of an operation are traced at most; from there on it runs as fast as untraced. One takes a
#: microsecond, so all of them again less than half a second where eight wait. Both are counts and no times: the same seed gives the same run.
MOST_TRACED: Final = 50_000
#: For how long one caller halts at least, where the others wait for what it holds, in seconds.
HALT: Final = 2e-3
#: How many times as long it halts where the others have come through before: what makes them late there is no lock, but the machine.
_FREE: Final = 5
#: For what part of that time the others must not have got on.
_LOOK: Final = 1 / 4
#: How often in a row a place counts as one where the others wait: it is passed over, and the next halt is longer, twice as much each time.
_MOST_HELD: Final = 4
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


@dataclass(slots=True)
class _Known:
    """What is known of a place.

    Attributes:
        held: how often in a row the others waited there for what the one that halts holds.
        rest: how many more times it is passed over.
        free: whether the others came through there when it was tried last.
    """

    held: int = 0
    rest: int = 0
    free: bool = False


@dataclass(slots=True)
class _Turns:
    """Whose turn it is: whether a line of the operation's own comes next, and which one of them, and of all."""

    own_next: bool
    own: int
    all: int


class Places:
    """The places in each operation, as far as they are known: those that a caller has come through before.

    Args:
        seed: what decides which comes first.
    """

    def __init__(self, seed: str) -> None:
        self._choose = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._most: dict[str, Lines] = {}
        self._turns: dict[tuple[str, str], _Turns] = {}
        self._known: dict[tuple[str, Place], _Known] = {}

    def note(self, operation: str, lines: Lines) -> None:
        """Know through how many lines a call has come."""
        most = self._most.setdefault(operation, Lines())
        most.all, most.own = max(most.all, lines.all), max(most.own, lines.own)

    def next(self, operation: str, what: str = "") -> Place | None:
        """Another place each time, until all have had their turn; nothing while none is known.

        Every other one is a line of the operation's own method: they are few, and most races lie between two of them. Where one
        that halted was waited for, there is nothing to see, mostly: such a place is passed over, more and more often.

        Args:
            operation: the operation during which one halts.
            what: what the others do meanwhile: for each of that all places have their turn.
        """
        most = self._most.get(operation, Lines())
        if not most.all:
            return None
        choose = self._choose.randrange
        turns = self._turns.get((operation, what))
        if turns is None:
            turns = self._turns[operation, what] = _Turns(bool(choose(2)), choose(1000), choose(1000))
        own = turns.own_next and most.own > 0
        turns.own_next = not turns.own_next
        place = self._next(turns, most, own=own)
        for _ in range(most.own if own else most.all):
            known = self._known.get((operation, place))
            if known is None or not known.rest:
                break
            known.rest -= 1
            place = self._next(turns, most, own=own)
        return place

    @staticmethod
    def _next(turns: _Turns, most: Lines, *, own: bool) -> Place:
        if own:
            turns.own += 1
            return Place(turns.own % most.own + 1, own)
        turns.all += 1
        return Place(turns.all % most.all + 1, own)

    def ease(self, operation: str, place: Place) -> int:
        """How many times as long as elsewhere one halts at a place."""
        known = self._known.get((operation, place), _Known())
        return _FREE if known.free else 2**known.held

    def tell(self, operation: str, place: Place, *, held: bool) -> None:
        """Know how it went at a place: did the others wait for what the one that halted there holds?

        Whoever is late for another reason has more time when the place is tried again.
        """
        known = self._known.setdefault((operation, place), _Known())
        known.held, known.free = min(known.held + 1, _MOST_HELD) if held else 0, not held
        known.rest = 2**known.held - 1


class Halt:
    """A place in the store's code where one caller halts, until the others have gone through all that they do, or wait for it.

    A race that needs one turn to the others at one line is so met as soon as that line is chosen.

    Args:
        place: where it halts.
        others: how many others there are.
        seconds: how long it halts at most, where the others wait for what it holds.

    Attributes:
        held: whether it halted, and the others weren't through when it went on; ``None`` where it hasn't halted.
    """

    def __init__(self, place: Place, others: int, seconds: float = HALT) -> None:
        self.place = place
        self.held: bool | None = None
        self._others, self._left, self._seconds = others, others, seconds
        self._reached, self._through = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._threads: list[int] = []
        self._lines: list[Lines] = []

    def stop(self) -> None:
        """Halt: for longer, while the others get on, or would if they had a processor."""
        self._reached.set()
        until, look = time.monotonic() + max(self._seconds, PATIENCE), self._seconds * _LOOK
        self.held = not self._through.wait(self._seconds - look)
        come = -1
        while self.held and time.monotonic() < until and (come != self._come() or self._would_go_on()):
            come = self._come()
            self.held = not self._through.wait(look)

    def watch(self, lines: Lines) -> None:
        """See by the lines that one of the others comes through whether it gets on."""
        self._lines.append(lines)

    def _come(self) -> int:
        return sum(lines.all for lines in list(self._lines))

    def _would_go_on(self) -> bool:
        """Whether one of the others hasn't begun, or waits for nothing but a processor."""
        return len(self._threads) < self._others or any(map(_is_ready, list(self._threads)))

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
        self._threads.append(threading.get_native_id())
        self._reached.wait(PATIENCE)
        try:
            yield
        finally:
            with self._lock:
                self._left -= 1
                if not self._left:
                    self._through.set()


def _is_ready(thread: int) -> bool:
    """Whether a thread of this process runs, or could; where the system doesn't tell, it doesn't."""
    try:
        told = Path(f"/proc/self/task/{thread}/stat").read_bytes()
    except OSError:
        return False
    return told.rpartition(b")")[2].split()[:1] == [b"R"]


@contextmanager
def within(store: Any, seed: str, halt: Halt | None = None, lines: Lines | None = None) -> Iterator[Lines]:
    """Let this thread step back in the middle of the store's code, during one call; not under a debugger or a coverage.

    What that adds to the call is bounded: a store that comes through millions of lines has its time limit for itself.

    Args:
        store: the store whose code it is.
        seed: what decides at which lines it steps back.
        halt: where it halts instead.
        lines: the count of the caller's lines, which goes on; without it one begins.
    """
    counted = Lines() if lines is None else lines
    if sys.gettrace() is not None:
        yield counted
        return
    packages, choice = _packages(store), random.Random(seed).random  # noqa: S311 - repeatable on purpose
    traced = steps = 0

    def is_enough() -> bool:
        nonlocal traced
        traced += 1
        if traced > MOST_TRACED:
            sys.settrace(None)
        return traced > MOST_TRACED

    def line(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal steps
        if event == "line" and not is_enough():
            own = frame.f_code.co_name in OPERATIONS
            counted.all += 1
            counted.own += own
            if halt is not None:
                if halt.place.is_reached(counted, at_own=own):
                    halt.stop()
            elif steps < MOST_STEPS and choice() < _ODDS:
                steps += 1
                time.sleep(_PAUSE)
        return line

    def call(frame: FrameType, _event: str, _argument: Any) -> Any:
        is_own = frame.f_globals.get("__name__", "").partition(".")[0] in packages
        return line if not is_enough() and is_own else None

    sys.settrace(call)
    try:
        yield counted
    finally:
        sys.settrace(None)
