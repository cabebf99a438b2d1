"""Making races likely among tasks: one of them isn't resumed, at one of the places where it awaits, until the others are through.

Nothing promises a task that it is resumed soon; so a store that is confused by it is wrong.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from typing import Any

from greentic_session_conformance.search.switching import HALT, PATIENCE, Lines, Place


class TaskHalt:
    """A place in the store's code where one task halts, until the others have gone through all that they do, or wait for it.

    Args:
        place: at which of the suspensions of the one task; none of them is an operation's own more than another.
        others: how many others there are.
        seconds: how long it halts at most, where the others wait for what it holds.

    Attributes:
        held: whether it halted, and the others weren't through when it went on; ``None`` where it hasn't halted.
    """

    def __init__(self, place: Place, others: int, seconds: float = HALT) -> None:
        self.place = place
        self.held: bool | None = None
        self._left, self._seconds = others, seconds
        self._reached, self._through = asyncio.Event(), asyncio.Event()

    async def stop(self) -> None:
        """Halt."""
        self._reached.set()
        await _at_most(self._seconds, self._through)
        self.held = not self._through.is_set()

    @asynccontextmanager
    async def halting(self) -> AsyncIterator[None]:
        """The task that halts; the others aren't kept waiting by one that has ended before."""
        try:
            yield
        finally:
            self._reached.set()

    @asynccontextmanager
    async def meanwhile(self) -> AsyncIterator[None]:
        """One of the others, who begins when the one has halted."""
        await _at_most(PATIENCE, self._reached)
        try:
            yield
        finally:
            self._left -= 1
            if not self._left:
                self._through.set()


async def _at_most(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


class Counted:
    """What an operation answered, to be awaited: how often it suspends its task is counted, and it halts where it is told to.

    Args:
        coroutine: what the operation answered.
        lines: the count, which goes on.
        halt: where to halt, if at all.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any], lines: Lines, halt: TaskHalt | None) -> None:
        self._coroutine, self._lines, self._halt = coroutine, lines, halt

    def __await__(self) -> Generator[Any, Any, Any]:
        resume: Callable[[Any], Any] = self._coroutine.send
        given: Any = None
        while True:
            try:
                waited_for = resume(given)
            except StopIteration as ended:
                return ended.value
            try:
                resume, given = self._coroutine.send, (yield waited_for)
                self._lines.all += 1
                if self._halt is not None and self._halt.place.is_reached(self._lines, at_own=False):
                    yield from self._halt.stop().__await__()
            except BaseException as error:  # noqa: BLE001 - cancelled, say: for the store to see
                resume, given = self._coroutine.throw, error


def counted(value: Awaitable[Any], lines: Lines, halt: TaskHalt | None) -> Awaitable[Any]:
    """An awaitable that is counted, where it is a coroutine; others are awaited as they are."""
    return Counted(value, lines, halt) if inspect.iscoroutine(value) else value
