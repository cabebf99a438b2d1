"""Stores that keep what was read, and keep it longer than it is so: nothing in them waits, sleeps or hands over."""

import threading

from base import Base


class CacheAside(Base):
    """CONC-10: a get that misses the cache reads the session and fills the cache with it, though an update or a remove has cleared it in between."""

    rule = "CONC-10"
    found_by = "histories"
    fault = "cache-aside: a slow reader fills the cache after the writer has deleted the entry, and it stays old"
    profiles = frozenset({"core", "concurrent"})

    def __init__(self):
        super().__init__()
        self.cache = {}

    def get_session(self, key):
        data = self.cache.get(key)
        if data is None:
            data = super().get_session(key)
            if data is not None:
                self.cache[key] = data
        return data

    def update_session(self, key, data):
        super().update_session(key, data)
        self.cache.pop(key, None)

    def remove_session(self, key):
        super().remove_session(key)
        self.cache.pop(key, None)


class CacheAsideOfFinds(Base):
    """CONC-08: a find keeps what it has found for as long as that session is there, though a writer has cleared what is kept in between."""

    rule = "CONC-08"
    fault = "an answer kept per user: invalidated by each write, and filled again by whoever had asked before it"
    profiles = frozenset({"core", "concurrent"})

    def __init__(self):
        super().__init__()
        self.found = {}

    def find_by_user(self, ctx, user):
        asked = (ctx, user)
        found = self.found.get(asked)
        if found is None or found[0] not in self.sessions:
            found = super().find_by_user(ctx, user)
            if found is not None:
                self.found[asked] = found
        return found

    def create_session(self, ctx, data, key=None):
        key = super().create_session(ctx, data, key)
        self.found.clear()
        return key

    def update_session(self, key, data):
        super().update_session(key, data)
        self.found.clear()

    def remove_session(self, key):
        super().remove_session(key)
        self.found.clear()


class ThreadCacheOfFinds(Base):
    """CONC-08: each thread keeps to which session it was led for a user, until it writes itself or that session is gone."""

    rule = "CONC-08"
    fault = "a thread-local cache of the routing, so that no lock is needed: cleared by the thread's own writes"
    profiles = frozenset({"core", "concurrent"})

    def __init__(self):
        super().__init__()
        self.own = threading.local()

    def find_by_user(self, ctx, user):
        with self.lock:
            data = self.read(vars(self.own).get((ctx, user)))
            if data is not None:
                return vars(self.own)[ctx, user], data
            found = super().find_by_user(ctx, user)
            if found is not None:
                vars(self.own)[ctx, user] = found[0]
            return found

    def write(self, key, data):
        super().write(key, data)
        vars(self.own).clear()

    def forget(self, key):
        super().forget(key)
        vars(self.own).clear()
