"""Stores that several callers confuse without any help: nothing in them waits, sleeps or hands over."""

import threading

from base import Base
from wrong_concurrency import LetsOthersIn


class Unlocked(LetsOthersIn):
    """Between a read and a write nothing happens; the others come in where the interpreter lets them."""

    def pause(self):
        pass


class UpdatesUnlocked(Unlocked):
    """CONC-10: an update reads, compares and writes without a lock."""

    rule = "CONC-10"
    also = frozenset({"CONC-01", "CONC-02", "CONC-07", "CONC-08", "CONC-11", "CONC-12"})
    fault = "a dictionary is thread-safe, so the store is: check, then act"
    unlocked = "update_session"


class RemovesUnlocked(Unlocked):
    """CONC-10: a remove looks whether the session is there, and takes it out, without a lock."""

    rule = "CONC-10"
    also = frozenset({"CONC-02", "CONC-06", "CONC-08", "CONC-11", "CONC-12"})
    fault = "the lock taken in every method but the one that was added last"
    unlocked = "remove_session"


class TakesOutAndPutsIn(Base):
    """CONC-10: an update removes the session and stores the new one, each under the lock, and nothing holds the two together."""

    rule = "CONC-10"
    also = frozenset({"CONC-01", "CONC-02", "CONC-07", "CONC-08", "CONC-11", "CONC-12"})
    fault = "an upsert as DELETE and INSERT in two transactions"

    def update_session(self, key, data):
        with self.lock:
            self.fence_update(self.existing(key), data)
            del self.sessions[key]
        with self.lock:
            self.sessions[key] = data
            if key in self.scopes:
                self.route_at_update(key, data)


class HidesWhileUpdating(Base):
    """CONC-10: writers wait for each other; a get doesn't, and sees nothing while an update has taken the old session out."""

    rule = "CONC-10"
    also = frozenset({"CONC-12"})
    fault = "DELETE and INSERT under the writers' lock, and readers that need none"
    found_by = "histories"

    def __init__(self):
        super().__init__()
        self.writers = threading.Lock()

    def create_session(self, ctx, data, key=None):
        with self.writers:
            return super().create_session(ctx, data, key)

    def update_session(self, key, data):
        with self.writers:
            self.fence_update(self.existing(key), data)
            del self.sessions[key]
            self.sessions[key] = data
            self.route_at_update(key, data)

    def remove_session(self, key):
        with self.writers:
            super().remove_session(key)


class CreatesUnlocked(Unlocked):
    """CONC-12: a create looks whether the key is free, and takes it, without a lock."""

    rule = "CONC-12"
    also = frozenset({"CONC-03", "CONC-05", "CONC-08", "CONC-10", "CONC-11"})
    fault = "`if key not in sessions` in front of `sessions[key] = data`"
    unlocked = "create_session"


class DefersUnderContention(Base):
    """CONC-11: a remove that finds the index in use leaves its entry there, for the next one who writes to it."""

    rule = "CONC-11"
    also = frozenset({"CONC-08"})
    fault = "trylock and a queue of pending invalidations, drained by writers only"
    profiles = frozenset({"concurrent"})

    def __init__(self):
        super().__init__()
        self.index, self.in_use, self.pending = {}, threading.Lock(), []

    def route(self, scope, key):
        super().route(scope, key)
        with self.in_use:
            for late in self.pending:
                self.index.pop(late, None)
            self.pending = []
            self.index[scope] = (key, self.sessions[key])

    def unroute(self, key):
        scope = self.scopes.get(key)
        super().unroute(key)
        if scope in self.entries or scope is None:
            return
        if self.in_use.acquire(blocking=False):
            self.index.pop(scope, None)
            self.in_use.release()
        else:
            self.pending.append(scope)

    def find_by_user(self, ctx, user):
        with self.in_use:
            scope = self.scope(ctx, user)
            found = self.index.get(scope)
            allowed = found is not None and self.may_find(ctx, user, found[1].tenant_ctx)
            return found if allowed else None
