"""Stores that several callers at once can confuse: between a read and a write the others are let in."""

import asyncio
import contextlib
import threading
import time
import uuid

from base import Base
from greentic_session_conformance import Target


class LetsOthersIn(Base):
    """No lock around ``unlocked``; there a pause hands the interpreter to the other callers."""

    unlocked = ""

    def __init__(self):
        super().__init__()
        self.safe, self.lock = self.lock, contextlib.nullcontext()

    def pause(self):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.001)

    def __getattribute__(self, name):
        method = super().__getattribute__(name)
        if (
            name not in {"create_session", "get_session", "update_session", "remove_session", "find_by_user"}
            or name == self.unlocked
        ):
            return method

        def locked(*arguments, **keywords):
            with self.safe:
                return method(*arguments, **keywords)

        return locked


class WritesInHalves(LetsOthersIn):
    """CONC-01: the context and the snapshot lie in two places, written one after the other."""

    rule = "CONC-01"
    fault = "two HSETs, or two tables without a transaction"
    also = frozenset({"CONC-02"})
    unlocked = "update_session"

    def write(self, key, data):
        old = self.sessions.get(key, data)
        self.sessions[key] = data.replace(context_json=old.context_json)
        self.pause()
        self.sessions[key] = self.sessions[key].replace(context_json=data.context_json)


class Resurrects(LetsOthersIn):
    """CONC-02: an update reads, and writes later, whatever happened in between."""

    rule = "CONC-02"
    fault = "GET, compare, SET: greentic-session 0.4.4 brought a removed session back in one try of nine"
    unlocked = "update_session"

    def route_at_update(self, key, data):
        if self.user(data.tenant_ctx) is not None:
            self.route(self.scopes.get(key), key)


class ResurrectsAmongTasks(Base):
    """CONC-02: the same in an asynchronous store, which awaits between its read and its write."""

    rule = "CONC-02"
    fault = "an await between reading and writing, on the belief that one loop needs no lock"

    async def create_session(self, ctx, data, key=None):
        return super().create_session(ctx, data, key)

    async def get_session(self, key):
        return super().get_session(key)

    async def update_session(self, key, data):
        self.fence_update(self.existing(key), data)
        await asyncio.sleep(0)
        self.write(key, data)
        if key in self.scopes:
            self.route_at_update(key, data)

    async def remove_session(self, key):
        return super().remove_session(key)

    async def find_by_user(self, ctx, user):
        return super().find_by_user(ctx, user)


class LooksThenCreates(LetsOthersIn):
    """CONC-03: whether the key is taken is asked before, and not again."""

    rule = "CONC-03"
    fault = "EXISTS, then SET; SELECT, then INSERT without a unique index"
    unlocked = "create_session"


class CachingHandle(Base):
    """A handle that asks the place only once for each key."""

    def __init__(self, place):
        super().__init__()
        vars(self).update(sessions=place.sessions, entries=place.entries, scopes=place.scopes, lock=place.lock)
        self.cache = {}

    def get_session(self, key):
        if key not in self.cache or self.cache[key] is None:
            self.cache[key] = super().get_session(key)
        return self.cache[key]

    def write(self, key, data):
        super().write(key, data)
        self.cache[key] = data

    def forget(self, key):
        super().forget(key)
        self.cache.pop(key, None)


class HandlesCache(Target):
    """CONC-04: each handle keeps what it has read, and never asks again."""

    rule = "CONC-04"
    fault = "an LRU cache in each worker, without invalidation"
    also = frozenset({"CONC-01", "CONC-02"})
    found_by = ""
    name = "HandlesCache"
    profiles = frozenset({"concurrent"})

    def open_storage(self):
        return Base()

    def open_store(self, storage):
        return CachingHandle(storage)


class IssuesOneKeyTwice(LetsOthersIn):
    """CONC-05: the next key is read, used, and only then replaced."""

    rule = "CONC-05"
    fault = "a sequence that is read and then incremented"
    also = frozenset({"CONC-03", "KEY-06"})
    unlocked = "create_session"

    def __init__(self):
        super().__init__()
        self.next = str(uuid.uuid4())

    def issue(self, ctx, data):
        issued = self.next
        self.pause()
        self.next = str(uuid.uuid4())
        return issued

    def taken(self, key):
        return False


class RemovesTwice(LetsOthersIn):
    """CONC-06: a remove looks, and deletes later, where DEL of nothing is no error."""

    rule = "CONC-06"
    fault = "EXISTS, then DEL: two deliveries of one click both succeed"
    also = frozenset({"CONC-02"})
    unlocked = "remove_session"

    def forget(self, key):
        self.sessions.pop(key, None)


class TearsPairs(LetsOthersIn):
    """CONC-07: find reads the entry twice, once for the key and once for the data."""

    rule = "CONC-07"
    fault = "two queries for the key and the row, each right at its own moment"
    unlocked = "find_by_user"

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        self.pause()
        later = super().find_by_user(ctx, user)
        return found and later and (found[0], later[1])


class UnroutesLate(LetsOthersIn):
    """CONC-08: a remove looks whether the entry is its own, and deletes it later, whoever's it is by then."""

    rule = "CONC-08"
    fault = "GET of the entry, compare, DEL: an entry that was written in between is lost"
    also = frozenset({"CONC-02"})
    unlocked = "remove_session"

    def unroute(self, key):
        scope = self.scopes.pop(key, None)
        if self.entries.get(scope) == key:
            self.pause()
            self.entries.pop(scope, None)
