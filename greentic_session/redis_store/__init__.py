"""The store that keeps sessions in Redis, on the layout of the original; needs the extra ``[redis]``."""

from greentic_session.redis_store._settings import DEFAULT_NAMESPACE, DEFAULT_TIMEOUT
from greentic_session.redis_store._store import RedisSessionStore

__all__ = ["DEFAULT_NAMESPACE", "DEFAULT_TIMEOUT", "RedisSessionStore"]
