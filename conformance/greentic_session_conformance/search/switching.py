"""Making races likely: the interpreter turns to another thread in the middle of a store's own lines."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

#: How often a line of the store's code is a place to turn to another thread.
_ODDS: Final = 0.06
#: For how long the thread steps back there: long enough for another one to get its turn.
_PAUSE: Final = 1e-6
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


@contextmanager
def within(store: Any, seed: str) -> Iterator[None]:
    """Let this thread step back in the middle of the store's code, at lines that a seed decides; not under a debugger or a coverage.

    Args:
        store: the store whose code it is.
        seed: what decides.
    """
    if sys.gettrace() is not None:
        yield
        return
    packages, choice = _packages(store), random.Random(seed).random  # noqa: S311 - repeatable on purpose

    def line(_frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line" and choice() < _ODDS:
            time.sleep(_PAUSE)
        return line

    def call(frame: FrameType, _event: str, _argument: Any) -> Any:
        return line if frame.f_globals.get("__name__", "").partition(".")[0] in packages else None

    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(None)
