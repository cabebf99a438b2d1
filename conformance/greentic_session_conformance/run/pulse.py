"""What a running store is doing, kept where another process can read it even after this one died."""

import mmap
import struct
from pathlib import Path
from time import monotonic
from typing import Final

_DEADLINE = struct.Struct("d")
_COUNT = struct.Struct("I")
_NAME_AT: Final = _DEADLINE.size
_NAME_SIZE: Final = 32
_COUNT_AT: Final = _NAME_AT + _NAME_SIZE
_TEXT_AT: Final = _COUNT_AT + _COUNT.size
_SIZE: Final = 1 << 16


class Pulse:
    """The operation that runs, until when it may, and the operations before it.

    It lies in a small file that both processes map; without a path it is this process's own.

    Args:
        path: a file, made if it isn't there.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            self._map = mmap.mmap(-1, _SIZE)
            return
        with path.open("ab") as made:
            made.truncate(_SIZE)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)

    def begin(self, operation: str, deadline: float) -> None:
        """Note that an operation begins that is due at a time of the monotonic clock, which all processes share."""
        self._map[_NAME_AT:_COUNT_AT] = operation.encode()[:_NAME_SIZE].ljust(_NAME_SIZE)
        _DEADLINE.pack_into(self._map, 0, deadline)

    def end(self) -> None:
        """Note that the operation has returned."""
        _DEADLINE.pack_into(self._map, 0, 0.0)

    def clear(self) -> None:
        """Forget the operations so far: another check, or another row of one, begins."""
        _DEADLINE.pack_into(self._map, 0, 0.0)
        _COUNT.pack_into(self._map, _COUNT_AT, 0)

    def note(self, line: str) -> None:
        """Keep a line of text about an operation; what doesn't fit is left out."""
        size: int = _COUNT.unpack_from(self._map, _COUNT_AT)[0]
        text = (line + "\n").encode("utf-8", "backslashreplace")
        if _TEXT_AT + size + len(text) <= _SIZE:
            self._map[_TEXT_AT + size : _TEXT_AT + size + len(text)] = text
            _COUNT.pack_into(self._map, _COUNT_AT, size + len(text))

    def operations(self) -> list[str]:
        """The lines noted since the last :meth:`clear`."""
        size: int = _COUNT.unpack_from(self._map, _COUNT_AT)[0]
        return self._map[_TEXT_AT : _TEXT_AT + size].decode("utf-8", "replace").splitlines()

    def running(self) -> str | None:
        """The name of the operation that has begun and not returned."""
        if not _DEADLINE.unpack_from(self._map, 0)[0]:
            return None
        return self._map[_NAME_AT:_COUNT_AT].decode().strip()

    def overdue(self) -> float:
        """For how many seconds the running operation is overdue; 0 or less where none is."""
        deadline: float = _DEADLINE.unpack_from(self._map, 0)[0]
        return monotonic() - deadline if deadline else 0.0
