"""Stores that several callers confuse without any help: nothing in them waits, sleeps or hands over."""

import asyncio
import threading

from base import Base
from wrong_concurrency import LetsOthersIn, ResurrectsAmongTasks


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


class FenceBeforeTheLock(Base):
    """CONC-12: an update reads and asks the fence, gives the lock away, and writes if the key is still there: whose it is by then it doesn't ask."""

    rule = "CONC-12"
    found_by = "histories"
    fault = "a fence in the service and `UPDATE ... WHERE key = ?` in the repository"

    def update_session(self, key, data):
        with self.lock:
            self.fence_update(self.existing(key), data)
        with self.lock:
            self.existing(key)
            self.write(key, data)
            self.route_at_update(key, data)


class VersionsBeginAtOne(Base):
    """CONC-12: an update writes if the version is the one that it read, and the next session under the key begins at the same."""

    rule = "CONC-12"
    found_by = "histories"
    fault = "optimistic locking with a version column that begins at 1 in every row: ABA"

    def __init__(self):
        super().__init__()
        self.versions = {}

    def write(self, key, data):
        super().write(key, data)
        self.versions[key] = self.versions.get(key, 0) + 1

    def forget(self, key):
        super().forget(key)
        del self.versions[key]

    def update_session(self, key, data):
        while True:
            with self.lock:
                stored, version = self.existing(key), self.versions[key]
            self.fence_update(stored, data)
            with self.lock:
                if self.versions.get(key) == version:
                    self.write(key, data)
                    self.route_at_update(key, data)
                    return


class IndexOfEachTenant(Base):
    """FENCE-10: a find reads the key in one step and the session in another, which by then may be another tenant's."""

    rule = "FENCE-10"
    also = frozenset({"CONC-07", "CONC-11"})
    found_by = "histories"
    effort = "normal"
    fault = "each tenant has an index of its own, so what it leads to can only be the tenant's"

    def find_by_user(self, ctx, user):
        with self.lock:
            key = self.entries.get(self.scope(ctx, user))
        with self.lock:
            data = None if key is None else self.read(key)
        if data is None:
            return None
        here = ctx.replace(tenant_id=data.tenant_ctx.tenant_id)
        return (key, data) if self.may_find(here, user, data.tenant_ctx) else None


class AwaitsBehindTheFence(ResurrectsAmongTasks):
    """CONC-12: an asynchronous update asks the fence, awaits, and writes if the key is still there: whose it is by then it doesn't ask."""

    rule = "CONC-12"
    found_by = "histories"
    fault = "an await between the fence and the writing, which looks once more, but only whether there is something"

    async def update_session(self, key, data):
        self.fence_update(self.existing(key), data)
        await asyncio.sleep(0)
        self.existing(key)
        self.write(key, data)
        self.route_at_update(key, data)
