"""The store that keeps sessions in this process: for tests, tools and single-process runners."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import uuid4

from greentic_session import _arguments as arguments
from greentic_session import fence, routing

if TYPE_CHECKING:
    from types import TracebackType

    from greentic_session.model import SessionData, SessionKey, TenantCtx

__all__ = ["InMemorySessionStore"]


class _Record(NamedTuple):
    """A stored session and the routing entry that was written for it, whoever's it is by now."""

    data: SessionData
    entry: routing.RoutingEntry | None


class InMemorySessionStore:
    """Sessions in a dictionary behind one lock; they are gone with the process.

    Safe to share between threads: every operation is atomic. Values are immutable, so the very object that
    was stored is handed out again. Reading what isn't there leaves nothing behind, and a store whose sessions
    are all removed is empty. As a context manager it closes at the end.

    Example:
        >>> from greentic_session import SessionCursor, SessionData, TenantCtx
        >>> ctx = TenantCtx.new("dev", "tenant-42").with_user("user-7")
        >>> data = SessionData(ctx, "support.flow", SessionCursor("ask"), "{}")
        >>> with InMemorySessionStore() as store:
        ...     key = store.create_session(ctx, data)
        ...     store.find_by_user(ctx, "user-7") == (key, data)
        True
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._sessions: dict[str, _Record] = {}
        self._routes: dict[routing.RoutingEntry, str] = {}
        self._closed = False

    def create_session(self, ctx: TenantCtx, data: SessionData, key: SessionKey | None = None) -> SessionKey:
        """Store ``data`` and route its user, else the caller's, to it.

        Args:
            ctx: who creates it; env, tenant and team must be those of ``data``, and the user where it names
                one.
            data: the session.
            key: the key to create it under, such as one of :mod:`greentic_session.mapping`; without it a
                random UUID is issued.

        Returns:
            The key.

        Raises:
            InvalidInputError: ``ctx`` may not create ``data`` (fence), or ``key`` is empty or not encodable.
            ConflictError: ``key`` is taken, by a session of any tenant.
            UnavailableError: the store is closed.
        """
        refused = fence.at_create(arguments.checked_ctx(ctx), arguments.checked_data(data).tenant_ctx)
        if refused is not None:
            raise arguments.refuse_create(refused)
        record = _Record(data, routing.entry_at_create(ctx, data))
        if key is not None:
            key = arguments.checked_new_key(key)
            if not self._put_new(key, record):
                raise arguments.conflict(key)
            return key
        issued = str(uuid4())
        while not self._put_new(issued, record):
            issued = str(uuid4())
        return issued

    def get_session(self, key: SessionKey) -> SessionData | None:
        """The session under ``key``; ``None`` for any string that isn't there.

        Raises:
            InvalidInputError: ``key`` is no string.
            UnavailableError: the store is closed.
        """
        key = arguments.checked_key(key)
        with self._lock:
            self._check_open()
            record = self._sessions.get(key)
        return None if record is None else record.data

    def update_session(self, key: SessionKey, data: SessionData) -> None:
        """Replace the session under ``key``, and route its user to it; one without a user keeps its routing.

        Raises:
            NotFoundError: there is none under ``key``.
            InvalidInputError: env, tenant, team or user would change (fence).
            UnavailableError: the store is closed.
        """
        key = arguments.checked_key(key)
        new = arguments.checked_data(data).tenant_ctx
        entry = routing.entry_of(data)
        with self._lock:
            self._check_open()
            record = self._sessions.get(key)
            if record is None:
                raise arguments.not_found(key)
            refused = fence.at_update(record.data.tenant_ctx, new)
            if refused is not None:
                raise arguments.refuse_update(refused)
            self._sessions[key] = _Record(data, record.entry)
            if entry is not None:
                self._routes[entry] = key

    def remove_session(self, key: SessionKey) -> None:
        """Remove the session under ``key``, and the routing entry where it leads there; none takes its place.

        Raises:
            NotFoundError: there is none under ``key``.
            InvalidInputError: ``key`` is no string.
            UnavailableError: the store is closed.
        """
        key = arguments.checked_key(key)
        with self._lock:
            self._check_open()
            record = self._sessions.pop(key, None)
            if record is None:
                raise arguments.not_found(key)
            if record.entry is not None and self._routes.get(record.entry) == key:
                del self._routes[record.entry]

    def find_by_user(self, ctx: TenantCtx, user: str) -> tuple[SessionKey, SessionData] | None:
        """The session most recently created or updated for ``user`` in env, tenant and team of ``ctx``.

        Args:
            ctx: who asks. One that itself names another user finds nothing.
            user: whose session it is.

        Returns:
            Its key and data, or ``None`` where there is none that ``ctx`` may have.

        Raises:
            InvalidInputError: ``user`` is no id.
            UnavailableError: the store is closed.
        """
        user = arguments.checked_user(user)
        asked = routing.entry_asked(arguments.checked_ctx(ctx), user)
        with self._lock:
            self._check_open()
            key = None if asked is None else self._routes.get(asked)
            if key is None:
                return None
            record = self._sessions[key]
        finding = routing.decide(ctx, user, record.data, record.entry)
        return (key, record.data) if finding is routing.Finding.FOUND else None

    def close(self) -> None:
        """Let go of every session; closing again does nothing, other operations are ``unavailable`` then."""
        with self._lock:
            self._closed = True
            self._sessions.clear()
            self._routes.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _put_new(self, key: str, record: _Record) -> bool:
        """Store ``record`` under a key that nothing has; whether it was free."""
        with self._lock:
            self._check_open()
            if key in self._sessions:
                return False
            self._sessions[key] = record
            if record.entry is not None:
                self._routes[record.entry] = key
            return True

    def _check_open(self) -> None:
        if self._closed:
            raise arguments.closed()
