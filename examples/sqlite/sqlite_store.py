"""A session store in one SQLite file: what is acknowledged is on disk, and any thread or process may use it."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from greentic_session import ErrorCode, GreenticError, SessionData, SessionKey, TenantCtx, UserId

# A session, and beside it the routing: which session waits for a user. No team is '', which is no id.
_TABLES = """
CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS routes (
    env TEXT, tenant TEXT, team TEXT, user TEXT, key TEXT NOT NULL, PRIMARY KEY (env, tenant, team, user)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS routes_by_key ON routes (key);
"""


class SqliteSessionStore:
    """Sessions in a file, with a connection a call: a handle holds nothing, so every thread may share it.

    Args:
        path: the file; it is made if it isn't there.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        with self._connected() as connection:
            connection.executescript(_TABLES)

    # -- the five operations

    def create_session(self, ctx: TenantCtx, data: SessionData, key: SessionKey | None = None) -> SessionKey:
        """Store a session and route its user to it; under the given key, if that is free."""
        _refuse_another_scope(ctx, data.tenant_ctx)
        user = data.tenant_ctx.effective_user
        if user is not None and user != ctx.effective_user:
            raise GreenticError(ErrorCode.INVALID_INPUT, "the user of the data is not the caller's")
        key = str(uuid.uuid4()) if key is None else _checked(key)
        with self._writing() as connection:
            if _read(connection, key) is not None:
                raise GreenticError(ErrorCode.CONFLICT, f"there is a session under the key {key}")
            connection.execute("INSERT INTO sessions VALUES (?, ?)", (key, data.to_json()))
            _route(connection, data.tenant_ctx, ctx.effective_user, key)
        return key

    def get_session(self, key: SessionKey) -> SessionData | None:
        """The session under a key."""
        with self._connected() as connection:
            return _read(connection, key)

    def update_session(self, key: SessionKey, data: SessionData) -> None:
        """Put new data in the place of a session's, and route its user to it again."""
        with self._writing() as connection:
            stored = _existing(connection, key).tenant_ctx
            _refuse_another_scope(stored, data.tenant_ctx)
            user = data.tenant_ctx.effective_user
            if user != stored.effective_user:
                raise GreenticError(ErrorCode.INVALID_INPUT, "the user of a session can't change")
            connection.execute("UPDATE sessions SET data = ? WHERE key = ?", (data.to_json(), key))
            _route(connection, data.tenant_ctx, user, key)

    def remove_session(self, key: SessionKey) -> None:
        """Remove a session, and whatever leads to it."""
        with self._writing() as connection:
            _existing(connection, key)
            connection.execute("DELETE FROM sessions WHERE key = ?", (key,))
            connection.execute("DELETE FROM routes WHERE key = ?", (key,))

    def find_by_user(self, ctx: TenantCtx, user: UserId) -> tuple[SessionKey, SessionData] | None:
        """The session that was created or updated last for a user, if the caller may see it."""
        if ctx.effective_user not in {None, user}:
            return None
        with self._connected() as connection:
            found = connection.execute(
                "SELECT key, data FROM routes JOIN sessions USING (key) WHERE (env, tenant, team, user) = (?, ?, ?, ?)",
                _scope(ctx, user),
            ).fetchone()
        return None if found is None else (found[0], SessionData.from_json(found[1]))

    # -- connections

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection for one statement, or for one transaction: what isn't committed when it closes never was."""
        try:
            connection = sqlite3.connect(self._path, isolation_level=None)
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            raise GreenticError(ErrorCode.UNAVAILABLE, f"the file of the sessions can't be used: {error}") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else writes in: what it reads stays true until it has written."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")


def _scope(ctx: TenantCtx, user: UserId) -> tuple[str, str, str, str]:
    return ctx.env, ctx.tenant_id, ctx.effective_team or "", user


def _refuse_another_scope(ours: TenantCtx, theirs: TenantCtx) -> None:
    """Refuse what is of another env, tenant or team, and name the first that differs."""
    dimensions = ("env", "tenant", "team")
    for dimension, one, other in zip(dimensions, _scope(ours, ""), _scope(theirs, ""), strict=False):
        if one != other:
            raise GreenticError(ErrorCode.INVALID_INPUT, f"the {dimension} differs")


def _checked(key: SessionKey) -> SessionKey:
    try:
        if key.encode():
            return key
    except UnicodeEncodeError:
        pass
    raise GreenticError(ErrorCode.INVALID_INPUT, "a key is text that UTF-8 can encode, and not empty")


def _read(connection: sqlite3.Connection, key: SessionKey) -> SessionData | None:
    found = connection.execute("SELECT data FROM sessions WHERE key = ?", (key,)).fetchone()
    return None if found is None else SessionData.from_json(found[0])


def _existing(connection: sqlite3.Connection, key: SessionKey) -> SessionData:
    data = _read(connection, key)
    if data is None:
        raise GreenticError(ErrorCode.NOT_FOUND, f"there is no session under the key {key}")
    return data


def _route(connection: sqlite3.Connection, ctx: TenantCtx, user: UserId | None, key: SessionKey) -> None:
    """Lead a user to a session; one without a user leads nobody."""
    if user is not None:
        connection.execute("REPLACE INTO routes VALUES (?, ?, ?, ?, ?)", (*_scope(ctx, user), key))
