"""The Redis store: what it sends for each operation, and what the answers mean."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, Self, cast
from uuid import uuid4

from greentic_session import _arguments as arguments
from greentic_session import fence, routing
from greentic_session.errors import InternalError, InvalidInputError, MissingExtraError
from greentic_session.model import SessionData
from greentic_session.redis_store import _scripts as scripts
from greentic_session.redis_store._keys import KeyNames
from greentic_session.redis_store._settings import (
    DEFAULT_NAMESPACE,
    DEFAULT_TIMEOUT,
    checked_namespace,
    checked_seconds,
    parse_url,
)

if TYPE_CHECKING:
    from types import TracebackType

    from greentic_session.model import SessionKey, TenantCtx
    from greentic_session.redis_store._connection import Connections

__all__ = ["RedisSessionStore"]


class RedisSessionStore:
    """Sessions in a Redis (or Valkey) server, on the layout that the original's runners use.

    Safe to share between threads and across a fork. Every operation is atomic and takes one round trip on a
    connection that is kept; an update or remove of a document in another form than the original's takes a
    second one. Nothing connects before the first operation, and nothing is repeated in silence:
    ``unavailable`` and ``timeout`` tell that the operation happened wholly or not at all. As a context
    manager it closes at the end. A Redis Cluster is not supported.

    Args:
        url: ``redis://``, ``rediss://`` (TLS) or ``unix://``, with user, password and database where wanted.
        namespace: what the names of all its keys begin with. Two stores meet where one's is the other's
            followed by ``:session``, ``:user`` or ``:routed``.
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer.

    Raises:
        InvalidInputError: one of them isn't that (ERR-17).
        MissingExtraError: the package ``redis`` isn't installed.

    Example:
        >>> RedisSessionStore("redis://runner:secret@cache/2", namespace="myapp:session")
        RedisSessionStore('redis://***@cache:6379/2', namespace='myapp:session')
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str = DEFAULT_NAMESPACE,
        connect_timeout: float = DEFAULT_TIMEOUT,
        read_timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        self._endpoint = parse_url(url)
        self._namespace = checked_namespace(namespace)
        connect_timeout = checked_seconds("connect_timeout", connect_timeout)
        read_timeout = checked_seconds("read_timeout", read_timeout)
        self._names = KeyNames(self._namespace)
        self._server = _connections()(self._endpoint, connect_timeout, read_timeout)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._endpoint)!r}, namespace={self._namespace!r})"

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
            ConflictError: ``key`` is taken, by anything, of any tenant.
            GreenticError: the server can't be reached, doesn't answer or refuses.
        """
        refused = fence.at_create(arguments.checked_ctx(ctx), arguments.checked_data(data).tenant_ctx)
        if refused is not None:
            raise arguments.refuse_create(refused)
        entry = routing.entry_at_create(ctx, data)
        given = None if key is None else arguments.checked_new_key(key)
        document = data.to_json()
        userless = b"1" if data.tenant_ctx.effective_user is None else b""
        names = self._names
        route = () if entry is None else (names.entry(entry),)
        while True:
            new = given or str(uuid4())
            keys = (names.session(new), names.routed_of(new), *route)
            if self._server.script(scripts.load("create"), keys, (new, document, userless)) == 1:
                return new
            if given is not None:
                raise arguments.conflict(given)

    def get_session(self, key: SessionKey) -> SessionData | None:
        """The session under ``key``; ``None`` for any string that isn't there.

        Raises:
            InvalidInputError: ``key`` is no string.
            InternalError: what is there is no session.
            GreenticError: the server can't be reached, doesn't answer or refuses.
        """
        key = arguments.checked_key(key)
        if not arguments.is_encodable(key):
            return None
        document = self._server.get(self._names.session(key))
        if document is None:
            return None
        if document is False:
            raise _no_session(key)
        return _decoded(key, document)

    def update_session(self, key: SessionKey, data: SessionData) -> None:
        """Replace the session under ``key``, and route its user to it; one without a user keeps its routing.

        A time to live that someone put on the session stays.

        Raises:
            NotFoundError: there is none under ``key``.
            InvalidInputError: env, tenant, team or user would change (fence).
            InternalError: what is there is no session.
            GreenticError: the server can't be reached, doesn't answer or refuses.
        """
        key = arguments.checked_key(key)
        new = arguments.checked_data(data).tenant_ctx
        if not arguments.is_encodable(key):
            raise arguments.not_found(key)
        entry = routing.entry_of(data)
        names = self._names
        keys = (names.session(key),) if entry is None else (names.session(key), names.entry(entry))
        ids = (new.env, new.tenant_id, new.effective_team or "", new.effective_user or "")
        words = (key, data.to_json(), *ids)
        seen = b""
        while True:
            state, *rest = self._server.script(scripts.load("update"), keys, (*words, seen))
            if state != b"undecided":
                break
            refused = fence.at_update(_decoded(key, rest[0]).tenant_ctx, new)
            if refused is not None:
                raise arguments.refuse_update(refused)
            seen = _seen(rest[0])
        if state == b"gone":
            raise arguments.not_found(key)
        if state == b"other":
            raise _no_session(key)
        if state != b"updated":
            raise arguments.refuse_update(cast("fence.Dimension", state.decode()))

    def remove_session(self, key: SessionKey) -> None:
        """Remove the session under ``key``, and the routing entry where it leads there; none takes its place.

        A record that is no session is removed too.

        Raises:
            NotFoundError: there is none under ``key``.
            InvalidInputError: ``key`` is no string.
            GreenticError: the server can't be reached, doesn't answer or refuses.
        """
        key = arguments.checked_key(key)
        if not arguments.is_encodable(key):
            raise arguments.not_found(key)
        names = self._names
        keys = (names.session(key), names.routed_of(key))
        seen, entry = b"", b""
        while True:
            state, *rest = self._server.script(scripts.load("remove"), keys, (key, names.entries, seen, entry))
            if state != b"undecided":
                break
            seen, entry = _seen(rest[0]), self._entry_in(rest[0])
        if state == b"gone":
            raise arguments.not_found(key)

    def find_by_user(self, ctx: TenantCtx, user: str) -> tuple[SessionKey, SessionData] | None:
        """The session most recently created or updated for ``user`` in env, tenant and team of ``ctx``.

        Args:
            ctx: who asks. One that itself names another user finds nothing.
            user: whose session it is.

        Returns:
            Its key and data, or ``None`` where there is none that ``ctx`` may have.

        Raises:
            InvalidInputError: ``user`` is no id.
            InternalError: what the user's entry leads to is no session.
            GreenticError: the server can't be reached, doesn't answer or refuses.
        """
        user = arguments.checked_user(user)
        asked = routing.entry_asked(arguments.checked_ctx(ctx), user)
        if asked is None:
            return None
        names = self._names
        name = names.entry(asked)
        answer = self._server.script(scripts.load("find"), (name,), (names.sessions, names.routed))
        if answer is None:
            return None
        raw_key, state, *rest = answer
        if state == b"entry":
            raise InternalError("the routing entry of this user is no string; delete it by hand")
        document, routed = rest or (b"", None)
        key = _key(raw_key)
        if state == b"other":
            raise _no_session(key)
        if state == b"text":
            data = _decoded(key, document)
            noted = routing.UNSAID if routed is None else routed
            finding = routing.decide(ctx, user, data, noted, names.entry)
            if finding is routing.Finding.FOUND:
                return key, data
            if finding is routing.Finding.NOTHING:
                return None
        self._clear_stale(name, key, _seen(document) if document else b"", routed)
        return None

    def close(self) -> None:
        """Close its connections; closing again does nothing, other operations are ``unavailable`` then."""
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _clear_stale(self, entry: bytes, key: str, seen: bytes, routed: bytes | None) -> None:
        keys = (entry, self._names.session(key), self._names.routed_of(key))
        noted = b"" if routed is None else b"=" + routed
        self._server.script(scripts.load("clear_stale"), keys, (key, seen, noted))

    def _entry_in(self, document: bytes) -> bytes:
        """The name of the entry of a document's user; empty where it names none, or is no session."""
        try:
            entry = routing.entry_of(SessionData.from_json(document))
        except InvalidInputError:
            return b""
        return b"" if entry is None else self._names.entry(entry)


def _connections() -> type[Connections]:
    """The class of connections; redis-py is imported when a store is made, not with the library."""
    try:
        from greentic_session.redis_store._connection import Connections  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "redis":
            raise
        raise MissingExtraError("redis", "redis") from error
    return Connections


def _decoded(key: str, document: bytes) -> SessionData:
    try:
        return SessionData.from_json(document)
    except InvalidInputError as error:
        raise _no_session(key) from error


def _no_session(key: str) -> InternalError:
    return InternalError(f"the record under key {key!r} is no session; remove it, or mend it by hand")


def _key(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InternalError(f"the routing entry of this user leads to a key that is no text: {raw!r}") from None


def _seen(document: bytes) -> bytes:
    """What names a document to a script that is to act on that one only."""
    return sha1(document, usedforsecurity=False).hexdigest().encode()
