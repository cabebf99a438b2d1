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
    also = frozenset({"CONC-03", "CONC-08", "KEY-06"})
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


class CopiesItsRouting(LetsOthersIn):
    """CONC-08: a create copies the whole routing, adds its entry, and puts the copy in place of the routing."""

    rule = "CONC-08"
    fault = "copy-on-write without a lock around it: entries of other users are lost"
    also = frozenset({"CONC-03"})
    unlocked = "create_session"

    def route(self, scope, key):
        entries = {**self.entries, scope: key}
        self.pause()
        self.entries = entries


class FindTidiesUp(LetsOthersIn):
    """CONC-08: the entry is written before the session, and a find in between clears what leads nowhere."""

    rule = "CONC-08"
    fault = "routing first, so that no session is without; and a find that cleans up after crashes"
    profiles = frozenset({"core", "concurrent"})
    unlocked = "create_session"

    def create_session(self, ctx, data):
        self.fence_create(ctx, data)
        key = self.issue(ctx, data)
        self.scopes[key] = self.scope_at_create(ctx, data)
        if self.scopes[key] is not None:
            self.route(self.scopes[key], key)
        self.pause()
        self.write(key, data)
        return key

    def find_by_user(self, ctx, user):
        scope = self.scope(ctx, user)
        if scope in self.entries and self.entries[scope] not in self.sessions:
            del self.entries[scope]
        return super().find_by_user(ctx, user)


class LocksInTwoOrders(LetsOthersIn):
    """CONC-02: update takes the lock of the sessions and then that of the index, remove the other way round."""

    rule = "CONC-02"
    fault = "two mutexes and no order: a deadlock, where each method is right by itself"
    also = frozenset({"CONC-08"})
    unlocked = ""

    def __init__(self):
        super().__init__()
        self.own, self.index = threading.Lock(), threading.Lock()

    def update_session(self, key, data):
        with self.own:
            self.pause()
            with self.index:
                super().update_session(key, data)

    def remove_session(self, key):
        with self.index:
            self.pause()
            with self.own:
                super().remove_session(key)

    def __getattribute__(self, name):
        if name in {"update_session", "remove_session"}:
            return object.__getattribute__(self, name)
        return super().__getattribute__(name)


class FindingHandle(Base):
    """A handle that remembers whom it found, until it writes itself."""

    def __init__(self, place):
        super().__init__()
        vars(self).update(sessions=place.sessions, entries=place.entries, scopes=place.scopes, lock=place.lock)
        self.found = {}

    def find_by_user(self, ctx, user):
        scope = self.scope(ctx, user)
        self.found[scope] = self.found.get(scope) or super().find_by_user(ctx, user)
        return self.found[scope]

    def write(self, key, data):
        super().write(key, data)
        self.found.clear()

    def forget(self, key):
        super().forget(key)
        self.found.clear()


class HandlesRememberFinds(HandlesCache):
    """CONC-04: each handle keeps what find has answered, until it writes itself."""

    rule = "CONC-04"
    fault = "a cache of the routing in each worker, cleared by its own writes"
    also = frozenset({"CONC-08"})

    def open_store(self, storage):
        return FindingHandle(storage)
