"""Connections to a Redis server, held open and used by one caller at a time.

redis-py's connections (its sockets, TLS, handshake and parser) are used without its client, pool and retry:
those cost as much as the round trip itself, and an operation whose outcome is unknown is never repeated in
silence.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast

from redis.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import NoScriptError, RedisError

from greentic_session import _arguments as arguments
from greentic_session.redis_store._failures import Stage, WrongTypeError, failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greentic_session.redis_store._scripts import Script
    from greentic_session.redis_store._settings import Endpoint


class _Wire(Protocol):
    """What is used of redis-py's connections."""

    redis_connect_func: Callable[[_Wire], None]

    def connect(self) -> None: ...
    def on_connect(self) -> None: ...
    def disconnect(self) -> None: ...
    def can_read(self, timeout: float) -> bool: ...
    def send_command(self, *words: bytes | str) -> None: ...
    def read_response(self) -> Any: ...


_Words: TypeAlias = "tuple[bytes | str, ...]"


class Connections:
    """As many connections as there are callers at a time, made when needed and kept.

    Nothing connects before the first call. Safe to share between threads; after a fork a child makes its own.

    Args:
        endpoint: the server.
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer, or for the server to take what is sent.
    """

    def __init__(self, endpoint: Endpoint, connect_timeout: float, read_timeout: float) -> None:
        self._endpoint = endpoint
        self._settings: dict[str, Any] = {
            "db": endpoint.database,
            "username": endpoint.username,
            "password": endpoint.password,
            "socket_timeout": read_timeout,
            "socket_connect_timeout": connect_timeout,
            "protocol": 2,
            **dict(endpoint.tls),
        }
        self._lock = Lock()
        self._idle: list[_Wire] = []
        self._pid = os.getpid()
        self._closed = False

    def get(self, name: bytes) -> bytes | Literal[False] | None:
        """The string of that name; ``None`` where there is nothing, ``False`` where something else is there.

        Raises:
            GreenticError: see :func:`greentic_session.redis_store._failures.failure`.
        """
        try:
            return cast("bytes | None", self._exchange(("GET", name)))
        except WrongTypeError:
            return False

    def script(self, script: Script, keys: Sequence[bytes], words: Sequence[bytes | str]) -> Any:
        """Run a script in one round trip, in two where the server doesn't know it yet, and return its answer.

        Raises:
            GreenticError: see :func:`greentic_session.redis_store._failures.failure`.
        """
        rest = (str(len(keys)), *keys, *words)
        return self._exchange(("EVALSHA", script.sha, *rest), ("EVAL", script.text, *rest))

    def _exchange(self, words: _Words, words_if_unknown: _Words = ()) -> Any:
        """Send a command and read its answer; a connection that meets any other exception is given up."""
        connection = self._take()
        try:
            try:
                connection.send_command(*words)
                answer = connection.read_response()
            except NoScriptError:
                connection.send_command(*words_if_unknown)
                answer = connection.read_response()
        except (RedisError, OSError) as error:
            connection.disconnect()
            raise failure(error, Stage.CALL, self._endpoint) from None
        except BaseException:
            connection.disconnect()
            raise
        self._give_back(connection)
        return answer

    def close(self) -> None:
        """Close what is idle now, and what is in use when its call ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.disconnect()

    def _take(self) -> _Wire:
        """A connection that is connected and has nothing left to read."""
        with self._lock:
            if self._closed:
                raise arguments.closed()
            if self._pid != os.getpid():
                self._idle, self._pid = [], os.getpid()
            connection = self._idle.pop() if self._idle else None
        if connection is not None:
            if _is_usable(connection):
                return connection
            connection.disconnect()
        else:
            connection = self._new()
        return self._connected(connection)

    def _give_back(self, connection: _Wire) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.disconnect()

    def _new(self) -> _Wire:
        endpoint = self._endpoint
        kind: Any = SSLConnection if endpoint.scheme == "rediss" else Connection
        place: dict[str, Any] = {"host": endpoint.host, "port": endpoint.port}
        if endpoint.path:
            kind, place = UnixDomainSocketConnection, {"path": endpoint.path}
        return cast("_Wire", kind(**place, **self._settings))

    def _connected(self, connection: _Wire) -> _Wire:
        """Connect and introduce; the two fail differently."""
        stage = Stage.CONNECT

        def introduce(connected: _Wire) -> None:
            nonlocal stage
            stage = Stage.INTRODUCE
            connected.on_connect()

        connection.redis_connect_func = introduce
        try:
            connection.connect()
        except (RedisError, OSError) as error:
            connection.disconnect()
            raise failure(error, stage, self._endpoint) from None
        except BaseException:
            connection.disconnect()
            raise
        return connection


def _is_usable(connection: _Wire) -> bool:
    """Whether an idle connection is still good: a closed one, or one with an answer left, can be read."""
    try:
        return not connection.can_read(timeout=0)
    except (RedisError, OSError):
        return False
