"""A store from a URL or a configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from greentic_session.errors import InvalidInputError
from greentic_session.inmemory import InMemorySessionStore
from greentic_session.redis_store import DEFAULT_NAMESPACE, DEFAULT_TIMEOUT, RedisSessionStore
from greentic_session.redis_store._settings import parse_url

__all__ = ["InMemoryConfig", "RedisConfig", "SessionBackendConfig", "create_session_store"]

_FORMS = "'memory:', a URL as redis://host/0, rediss://host/0, unix:///path, InMemoryConfig() or RedisConfig(url)"


@dataclass(frozen=True)
class InMemoryConfig:
    """Sessions in this process."""


@dataclass(frozen=True)
class RedisConfig:
    """Sessions in Redis. The ``repr`` leaves credentials out; what is wrong is told when the store is made.

    Args:
        url: the server, see :class:`~greentic_session.RedisSessionStore`.
        namespace: what the names of all keys begin with.
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer.

    Example:
        >>> RedisConfig("redis://:secret@cache:6380/2")
        RedisConfig(url='redis://***@cache:6380/2', namespace='greentic:session')
    """

    url: str = field(repr=False)
    namespace: str = DEFAULT_NAMESPACE
    connect_timeout: float = DEFAULT_TIMEOUT
    read_timeout: float = DEFAULT_TIMEOUT

    def __repr__(self) -> str:
        try:
            shown = str(parse_url(self.url))
        except InvalidInputError:
            shown = "***"
        return f"{type(self).__name__}(url={shown!r}, namespace={self.namespace!r})"


SessionBackendConfig: TypeAlias = InMemoryConfig | RedisConfig
"""Which backend, and how to reach it."""


def create_session_store(config: str | SessionBackendConfig) -> InMemorySessionStore | RedisSessionStore:
    """The store that ``config`` describes; nothing connects yet.

    Args:
        config: ``"memory:"``, the URL of a Redis server (``redis://``, ``rediss://`` or ``unix://``, see
            :class:`~greentic_session.RedisSessionStore`), or a configuration.

    Raises:
        InvalidInputError: it describes none.
        MissingExtraError: it is in Redis, and the package ``redis`` isn't installed.

    Example:
        >>> create_session_store("memory:").get_session("unknown") is None
        True
    """
    if isinstance(config, InMemoryConfig) or config == "memory:":
        return InMemorySessionStore()
    if isinstance(config, RedisConfig):
        return RedisSessionStore(
            config.url,
            namespace=config.namespace,
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
        )
    if not isinstance(config, str):
        raise InvalidInputError(f"config: got {type(config).__name__}, must be {_FORMS}")
    if not config.startswith(("redis://", "rediss://", "unix://")):
        raise InvalidInputError(f"config: got text that names no backend, must be {_FORMS}")
    return RedisSessionStore(config)
