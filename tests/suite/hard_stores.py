"""Stores that a suite must survive: they hang, die, raise what nobody expects, or don't come at all.

Each is loaded by a door of the suite as ``hard_stores.py:NAME``.
"""

import itertools
import os
import pickle
import signal
import sqlite3
import sys
import threading
from collections import deque
from collections.abc import MutableMapping
from pathlib import Path

from greentic_session_conformance import Target

from greentic_session import InMemorySessionStore

sys.path.append(str(Path(__file__).parents[1] / "mutants"))
from base import Base


class Table(MutableMapping):
    """A dictionary in a table."""

    def __init__(self, connection, name):
        self.connection, self.name = connection, name
        connection.execute(f"create table {name} (k text primary key, v blob)")

    def __getitem__(self, key):
        row = self.connection.execute(f"select v from {self.name} where k = ?", (repr(key),)).fetchone()
        if row is None:
            raise KeyError(key)
        return pickle.loads(row[0])

    def __setitem__(self, key, value):
        self.connection.execute(f"insert or replace into {self.name} values (?, ?)", (repr(key), pickle.dumps(value)))

    def __delitem__(self, key):
        self.connection.execute(f"delete from {self.name} where k = ?", (repr(key),))

    def __iter__(self):
        raise NotImplementedError

    def __len__(self):
        raise NotImplementedError


class ThreadBound(Base):
    """A correct store on a connection that refuses every thread but the one that opened it."""

    def __init__(self):
        super().__init__()
        self.connection = sqlite3.connect(":memory:")
        self.sessions, self.entries, self.scopes = (
            Table(self.connection, name) for name in ("sessions", "entries", "scopes")
        )

    def close(self):
        self.connection.close()


class Async(InMemorySessionStore):
    """A correct store whose operations are coroutines."""

    async def create_session(self, ctx, data, key=None):
        return super().create_session(ctx, data, key)

    async def get_session(self, key):
        return super().get_session(key)

    async def update_session(self, key, data):
        super().update_session(key, data)

    async def remove_session(self, key):
        super().remove_session(key)

    async def find_by_user(self, ctx, user):
        return super().find_by_user(ctx, user)


class Blocked(InMemorySessionStore):
    """Find waits for a lock that is never let go."""

    def find_by_user(self, ctx, user):
        lock = threading.Lock()
        with lock, lock:
            return super().find_by_user(ctx, user)


class StuckInC(InMemorySessionStore):
    """Get is in C code that no signal handler interrupts, and that keeps every other thread from running."""

    def get_session(self, key):
        deque(itertools.repeat(None), maxlen=0)
        return super().get_session(key)


class Stubborn(InMemorySessionStore):
    """Update goes on whatever is raised."""

    def update_session(self, key, data):
        while True:
            try:
                threading.Event().wait()
            except BaseException:  # noqa: BLE001 - that is what is wrong with it
                continue


class Late(InMemorySessionStore):
    """Get takes the interruption for an answer to come, and answers rightly, late."""

    def get_session(self, key):
        try:
            threading.Event().wait()
        except BaseException:  # noqa: BLE001 - that is what is wrong with it
            return super().get_session(key)


class Exits(InMemorySessionStore):
    """Update ends the process."""

    def update_session(self, key, data):
        os._exit(3)


class ExitsAtCreate(InMemorySessionStore):
    """So does create, before any rule could be judged."""

    def create_session(self, ctx, data, key=None):
        os._exit(3)


class RaisesSystemExit(InMemorySessionStore):
    """Update raises what ends a program."""

    def update_session(self, key, data):
        raise SystemExit(3)


class NeverFinds(InMemorySessionStore):
    """Find raises whatever it is asked."""

    def find_by_user(self, ctx, user):
        raise RuntimeError("no index today")


class RaisesKeyboardInterrupt(InMemorySessionStore):
    """Update raises what only a user should."""

    def update_session(self, key, data):
        raise KeyboardInterrupt


class Crashes(InMemorySessionStore):
    """Remove dies as C code dies."""

    def remove_session(self, key):
        os.kill(os.getpid(), signal.SIGSEGV)


class Recurses(InMemorySessionStore):
    """Update calls itself."""

    def update_session(self, key, data):
        self.update_session(key, data)


class Waits(InMemorySessionStore):
    """Update tells a file that it has begun, and waits."""

    def update_session(self, key, data):
        Path(os.environ["HARD_STORES_BEGUN"]).touch()
        threading.Event().wait()


def raises():
    """A factory that fails."""
    raise RuntimeError("no database today")


def gives_none():
    """A factory that forgets to return."""


SHARED = InMemorySessionStore()


def always_the_same():
    """Two storages that are one."""
    return SHARED


POOL = itertools.cycle([InMemorySessionStore() for _ in range(5)])


def from_a_pool():
    """A store out of five, which come again."""
    return next(POOL)


class Sharing(Target):
    """Two storages that see each other, behind handles that differ."""

    name = "Sharing"

    def open_storage(self):
        return SHARED

    def open_store(self, storage):
        handle = Async()
        vars(handle).update(vars(SHARED))
        return handle

    def close_store(self, store):
        pass


class ClaimsCodec(Target):
    """A target that claims more than it has."""

    name = "ClaimsCodec"
    profiles = frozenset({"core", "codec"})

    def open_storage(self):
        return InMemorySessionStore()

    def open_store(self, storage):
        return storage


NUMBER = 42
