"""Holds an adapter: a process between it and the suite, which sees to it that nothing is left of it, whatever either of them does.

Run as a program with the number of a file descriptor and the adapter's command. When the other end of the descriptor closes, for the suite
has closed it or is gone, the adapter and all that it has started are killed; and so is what it leaves behind when it ends by itself. It ends as
the adapter ended. The standard library is all that it needs, so that it starts at once.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

_CANNOT_RUN = 127


def main() -> None:
    """Start the adapter, hold it, and end as it ends."""
    lifeline, command = int(sys.argv[1]), sys.argv[2:]
    try:
        adapter = subprocess.Popen(command, process_group=0)
    except OSError as error:
        sys.stderr.write(f"{command[0]!r} can't be run as a program: {error.strerror}\n")
        sys.exit(_CANNOT_RUN)
    # The adapter alone holds its ends of the pipes.
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    threading.Thread(target=_end_with_suite, args=(lifeline, adapter.pid), daemon=True).start()
    status = adapter.wait()
    _kill(adapter.pid)
    if status < 0:
        with contextlib.suppress(OSError):
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status if status >= 0 else 128 - status)


def _end_with_suite(lifeline: int, group: int) -> None:
    while os.read(lifeline, 64):
        pass
    _kill(group)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
