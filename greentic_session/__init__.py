"""Session stores for flows that pause, wait for a person and resume where they left off."""

from greentic_session._version import __version__
from greentic_session.errors import ErrorCode, GreenticError
from greentic_session.factory import InMemoryConfig, RedisConfig, SessionBackendConfig, create_session_store
from greentic_session.inmemory import InMemorySessionStore
from greentic_session.model import (
    EnvId,
    FlowId,
    Impersonation,
    InvocationDeadline,
    PackId,
    SessionCursor,
    SessionData,
    SessionKey,
    TeamId,
    TenantCtx,
    TenantId,
    UserId,
)
from greentic_session.redis_store import RedisSessionStore
from greentic_session.store import AsyncSessionStore, SessionStore

__all__ = [
    "AsyncSessionStore",
    "EnvId",
    "ErrorCode",
    "FlowId",
    "GreenticError",
    "Impersonation",
    "InMemoryConfig",
    "InMemorySessionStore",
    "InvocationDeadline",
    "PackId",
    "RedisConfig",
    "RedisSessionStore",
    "SessionBackendConfig",
    "SessionCursor",
    "SessionData",
    "SessionKey",
    "SessionStore",
    "TeamId",
    "TenantCtx",
    "TenantId",
    "UserId",
    "__version__",
    "create_session_store",
]
