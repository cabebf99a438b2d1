"""The library's own stores as targets."""

import uuid
from typing import Any, ClassVar

import greentic_session
from greentic_session import InMemorySessionStore, RedisSessionStore, SessionData
from greentic_session.mapping import telegram_update_to_session_key, webhook_to_session_key
from greentic_session_conformance.servers import private_redis_url, without_password
from greentic_session_conformance.targets.target import Target


class _ReferenceTarget(Target):
    """What the library offers besides its stores."""

    version = greentic_session.__version__
    thread_safe = True

    def decode(self, text: bytes) -> bytes:
        """Read a document and write it canonically."""
        return SessionData.from_json(text).to_json()

    def derive(self, function: str, a: str, b: str, c: str) -> str:
        """Derive a key."""
        helper = {"telegram": telegram_update_to_session_key, "webhook": webhook_to_session_key}[function]
        return helper(a, b, c)


class MemoryTarget(_ReferenceTarget):
    """The in-memory store. A storage is one store; all its handles are that store."""

    name = "greentic_session.InMemorySessionStore"
    profiles = frozenset({"core", "keyed-create", "concurrent", "codec", "mapping"})

    def open_storage(self) -> InMemorySessionStore:
        """A store of its own."""
        return InMemorySessionStore()

    def open_store(self, storage: InMemorySessionStore) -> InMemorySessionStore:
        """The store itself."""
        return storage

    def close_store(self, store: Any) -> None:
        """The store lives until its storage is closed: another handle on it may be open."""

    def close_storage(self, storage: InMemorySessionStore) -> None:
        """Close the store."""
        storage.close()


class RedisTarget(_ReferenceTarget):
    """The Redis store on a server that may be anybody's: a random namespace a storage, its keys deleted one by one.

    Args:
        url: any URL that the library takes.
    """

    name = "greentic_session.RedisSessionStore"
    profiles = frozenset({"core", "keyed-create", "concurrent", "durable", "redis-layout", "codec", "mapping"})
    _PREFIX: ClassVar = "greentic-session-conformance"

    def __init__(self, url: str) -> None:
        self._url = url

    def __repr__(self) -> str:
        """The target without its password (rule VERD-13)."""
        return f"RedisTarget({without_password(self._url)!r})"

    def open_storage(self) -> str:
        """A namespace that nobody else has."""
        return f"{self._PREFIX}:{uuid.uuid4().hex}"

    def open_store(self, storage: str) -> RedisSessionStore:
        """A store with connections of its own."""
        return RedisSessionStore(self._url, namespace=storage)

    def close_storage(self, storage: str) -> None:
        """Delete the namespace's keys."""
        delete_namespace(self._url, storage)

    def redis(self, storage: str) -> tuple[str, str]:
        """Where the storage lies."""
        return self._url, storage


class EmbeddedRedisTarget(RedisTarget):
    """The Redis store on a server that is started for this run and ends with it."""

    def __init__(self) -> None:
        super().__init__("")

    def open_storage(self) -> str:
        """A namespace, on a server that now runs."""
        self._url = self._url or private_redis_url()
        return super().open_storage()

    def __getstate__(self) -> dict[str, Any]:
        """Another process gets the address of the server that runs, not one of its own."""
        return {"_url": self._url or private_redis_url()}


def delete_namespace(url: str, namespace: str) -> None:
    """Delete the keys of a namespace, one by one, and nobody else's."""
    from redis import Redis  # noqa: PLC0415 - only where a target is on Redis

    with Redis.from_url(url) as client:
        for key in list(client.scan_iter(match=f"{namespace}:*", count=1000)):
            client.delete(key)
