"""Ending the process after one of the calls by which code in Python writes to what outlives it."""

import os
import signal
import sys
from types import FrameType, ModuleType
from typing import Any, Final, Self

#: The functions of C that write, or make what was written count, by their names.
_WRITES: Final = frozenset(
    [
        "open",
        "write",
        "writelines",
        "writev",
        "pwrite",
        "truncate",
        "ftruncate",
        "close",
        "flush",
        "fsync",
        "fdatasync",
        "replace",
        "rename",
        "link",
        "symlink",
        "unlink",
        "remove",
        "mkdir",
        "rmdir",
        "flock",
        "lockf",
        "send",
        "sendall",
        "sendto",
        "sendmsg",
        "sync",
        "store",
        "execute",
        "executemany",
        "executescript",
        "commit",
        "copy_file_range",
        "sendfile",
    ]
)


class Cut:
    """Counts the calls that write in a block, and ends the process with SIGKILL after one of them.

    Args:
        after: after which one; 0 for none.

    Attributes:
        count: how many there were so far.
    """

    def __init__(self, after: int) -> None:
        self._after = after
        self.count = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _look(self, _: FrameType, event: str, function: Any) -> None:
        if event in {"c_return", "c_exception"} and _writes(function):
            self.count += 1
            if self.count == self._after:
                os.kill(os.getpid(), signal.SIGKILL)


def _writes(function: Any) -> bool:
    owner = getattr(function, "__self__", None)
    # A method of a list, a text or bytes may have such a name, too.
    return function.__name__ in _WRITES and (isinstance(owner, ModuleType) or type(owner).__module__ != "builtins")
