"""Connections to a Redis server, held open and used by one caller at a time.

redis-py's connections (its sockets, TLS, handshake and parser) are used without its client, pool and retry:
those cost as much as the round trip itself, and an operation whose outcome is unknown is never repeated in
silence.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Any

from redis.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import NoScriptError, RedisError

from greentic_session import _arguments as arguments
from greentic_session.redis_store._failures import Stage, failure

if TYPE_CHECKING:
    from greentic_session.errors import GreenticError
    from greentic_session.redis_store._scripts import Script
    from greentic_session.redis_store._settings import Endpoint

_Argument = bytes | str


class Connections:
    """As many connections as there are callers at a time, made when needed and kept.

    Nothing connects before the first call. Safe to share between threads; after a fork the child makes its own.

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
        self._idle: list[Connection] = []
        self._pid = os.getpid()
        self._closed = False

    def command(self, *words: _Argument) -> Any:
        """Send one command and return its answer.

        Raises:
            GreenticError: see :func:`greentic_session.redis_store._failures.failure`.
        """
        connection = self._take()
        try:
            connection.send_command(*words)
            answer = connection.read_response()
        except (RedisError, OSError) as error:
            connection.disconnect()
            raise self._failure(error, Stage.CALL) from None
        except BaseException:
            connection.disconnect()
            raise
        self._give_back(connection)
        return answer

    def get(self, name: bytes) -> Any:
        """The string of that name; ``None`` where there is none, `WRONG_TYPE` where it is no string."""
        raise NotImplementedError

    def script(self, script: Script, keys: tuple[_Argument, ...], arguments: tuple[_Argument, ...]) -> Any:
        """Run a script in one round trip; in two where the server doesn't know it yet.

        Raises:
            GreenticError: see :func:`greentic_session.redis_store._failures.failure`.
        """
        words = (str(len(keys)), *keys, *arguments)
        connection = self._take()
        try:
            try:
                connection.send_command("EVALSHA", script.sha, *words)
                answer = connection.read_response()
            except NoScriptError:
                connection.send_command("EVAL", script.text, *words)
                answer = connection.read_response()
        except (RedisError, OSError) as error:
            connection.disconnect()
            raise self._failure(error, Stage.CALL) from None
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

    def _take(self) -> Connection:
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

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.disconnect()

    def _new(self) -> Connection:
        endpoint = self._endpoint
        if endpoint.path:
            return UnixDomainSocketConnection(path=endpoint.path, **self._settings)
        kind = SSLConnection if endpoint.scheme == "rediss" else Connection
        return kind(host=endpoint.host, port=endpoint.port, **self._settings)

    def _connected(self, connection: Connection) -> Connection:
        """Connect and introduce; the two fail differently."""
        stage = Stage.CONNECT

        def introduce(connected: Connection) -> None:
            nonlocal stage
            stage = Stage.INTRODUCE
            connected.on_connect()

        connection.redis_connect_func = introduce
        try:
            connection.connect()
        except (RedisError, OSError) as error:
            connection.disconnect()
            raise self._failure(error, stage) from None
        except BaseException:
            connection.disconnect()
            raise
        return connection

    def _failure(self, error: Exception, stage: Stage) -> GreenticError:
        return failure(error, stage, self._endpoint)


def _is_usable(connection: Connection) -> bool:
    """Whether an idle connection is still there: a closed one, or one with an answer left over, can be read."""
    try:
        return not connection.can_read(timeout=0)
    except (RedisError, OSError):
        return False
