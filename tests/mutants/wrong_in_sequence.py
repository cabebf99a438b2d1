"""Stores that go wrong only after particular sequences of operations: the fixed checks pass every one of them."""

from base import Base

from greentic_session import GreenticError


class InSequence(Base):
    """What a search through sequences is to find."""

    found_by = "sequences"
    effort = "normal"
    profiles = frozenset({"core", "keyed-create"})


class CompactsItsLog(InSequence):
    """OPS-10: at the fourth update the log is compacted into a snapshot, which a remove of the log leaves behind."""

    rule = "OPS-10"
    fault = "event sourcing with snapshots: the delete knows the events only"

    def __init__(self):
        super().__init__()
        self.updates, self.snapshots = {}, {}

    def write(self, key, data):
        self.updates[key] = self.updates.get(key, 0) + (key in self.sessions)
        if self.updates[key] % 4 == 0 and self.updates[key]:
            self.snapshots[key] = data
        super().write(key, data)

    def read(self, key):
        return self.sessions.get(key) or self.snapshots.get(key)

    def forget(self, key):
        if self.sessions.pop(key, None) is None:
            del self.snapshots[key]


class WritesWhatIsDirty(InSequence):
    """OPS-08: an update that changes neither cursor nor snapshot is taken for one that changes nothing."""

    rule = "OPS-08"
    fault = "dirty checking over the members that usually change"
    found_by = ""

    def write(self, key, data):
        old = self.sessions.get(key)
        if old is None or (old.cursor, old.context_json) != (data.cursor, data.context_json):
            super().write(key, data)


class KeepsTheLaterDeadline(InSequence):
    """OPS-08: an update whose deadline is earlier than the stored one is dropped."""

    rule = "OPS-08"
    fault = "last write wins, with the deadline taken for the time of the write"
    found_by = ""

    def write(self, key, data):
        old = self.sessions.get(key)
        before, after = (one and one.tenant_ctx.deadline for one in (old, data))
        if before is None or after is None or before.unix_millis <= after.unix_millis:
            super().write(key, data)


class UpdatesTheFirstGeneration(InSequence):
    """OPS-08: where a key is used again, an update goes to the session that had it first."""

    rule = "OPS-08"
    fault = "rows told apart by (key, generation), and an update that forgets the generation"

    def __init__(self):
        super().__init__()
        self.generations = {}

    def create_session(self, ctx, data, key=None):
        made = super().create_session(ctx, data, key)
        self.generations[made] = self.generations.get(made, 0) + 1
        return made

    def write(self, key, data):
        if key not in self.sessions or self.generations.get(key) == 1:
            super().write(key, data)


class FlushesWhatWasRefused(InSequence):
    """OPS-12: what a refused update has changed is written with the next update that succeeds."""

    rule = "OPS-12"
    fault = "SQLAlchemy without a rollback: the object stays dirty, and the next commit takes it along"

    def __init__(self):
        super().__init__()
        self.dirty = {}

    def update_session(self, key, data):
        with self.lock:
            try:
                super().update_session(key, data)
            except GreenticError:
                self.dirty[key] = data
                raise
            for other in self.sessions.keys() & self.dirty.keys() - {key}:
                self.write(other, self.dirty[other])
            self.dirty = {}


class TrustsAfterOneUpdate(InSequence):
    """FENCE-08: a session whose update the fence has let through once isn't asked about again."""

    rule = "FENCE-08"
    fault = "a flag `verified` on the row, or a lease that is granted at the first write"

    def __init__(self):
        super().__init__()
        self.trusted = set()

    def update_session(self, key, data):
        with self.lock:
            if key in self.trusted and key in self.sessions:
                stored = self.sessions[key].tenant_ctx
                if self.first_difference(stored, data.tenant_ctx, ("env", "tenant", "team")) is not None:
                    raise self.refusal("invalid_input", "another env, tenant or team")
                self.write(key, data)
                self.route_at_update(key, data)
                return
            super().update_session(key, data)
            self.trusted.add(key)

    def forget(self, key):
        super().forget(key)
        self.trusted.discard(key)


class TrustsWhoWasFound(InSequence):
    """FENCE-03: a user whom a find has answered may create in every team of the tenant."""

    rule = "FENCE-03"
    fault = "a cache of authorisations that is filled at the first resumption, and whose key lacks the team"
    profiles = frozenset({"core"})

    def __init__(self):
        super().__init__()
        self.known = set()

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is not None and self.user(ctx) is not None:
            self.known.add((ctx.env, ctx.tenant_id, self.user(ctx)))
        return found

    def fence_create(self, ctx, data):
        new = data.tenant_ctx
        asked = {(one.env, one.tenant_id, self.user(one)) for one in (ctx, new)}
        if len(asked) > 1 or not asked <= self.known:
            super().fence_create(ctx, data)


class AdmitsMissesTwice(InSequence):
    """OPS-02: a key that was missed twice is remembered as missing, also when a session is created under it."""

    rule = "OPS-02"
    fault = "a cache that admits at the second touch, misses included, and that only update clears"

    def __init__(self):
        super().__init__()
        self.misses = {}

    def get_session(self, key):
        found = super().get_session(key)
        if found is None or self.misses.get(key, 0) >= 2:
            self.misses[key] = self.misses.get(key, 0) + 1
            return None
        return found

    def route_at_update(self, key, data):
        super().route_at_update(key, data)
        self.misses.pop(key, None)


class RestoresWhatItReplaced(InSequence):
    """ROUTE-09: an update remembers whose place in the routing it takes, and a remove gives it back."""

    rule = "ROUTE-09"
    fault = "a stack of conversations: what was interrupted goes on when the interruption ends"

    def __init__(self):
        super().__init__()
        self.replaced = {}

    def route_at_update(self, key, data):
        held = self.entries.get(self.scopes[key])
        super().route_at_update(key, data)
        if held not in {None, key}:
            self.replaced[key] = held

    def unroute(self, key):
        scope, before = self.scopes.get(key), self.replaced.pop(key, None)
        held = self.entries.get(scope) == key
        super().unroute(key)
        if held and before in self.sessions:
            self.entries[scope] = before


class PointsByPosition(InSequence):
    """ROUTE-08: an entry is a position in the user's list, and a remove moves the others only where the last one was meant."""

    rule = "ROUTE-08"
    fault = "an index into a list from which elements are deleted"
    effort = "thorough"

    def __init__(self):
        super().__init__()
        self.lists, self.positions = {}, {}

    def route(self, scope, key):
        keys = self.lists.setdefault(scope, [])
        if key not in keys:
            keys.append(key)
        self.positions[scope] = keys.index(key)
        super().route(scope, key)

    def unroute(self, key):
        scope = self.scopes.pop(key, None)
        keys = self.lists.get(scope, [])
        if key not in keys:
            return
        gone, at = keys.index(key), self.positions.get(scope)
        keys.remove(key)
        if gone == at:
            self.positions.pop(scope)
        elif at == len(keys):
            self.positions[scope] -= 1
        position = self.positions.get(scope)
        if position is None:
            self.entries.pop(scope, None)
        else:
            self.entries[scope] = keys[position]


class HoldsByTheLastWriter(InSequence):
    """ROUTE-08: an update of a session without a user makes it the holder of its creator's entry, though the entry stays."""

    rule = "ROUTE-08"
    fault = "a reverse index that every write refreshes, beside an index that not every write may change"

    def __init__(self):
        super().__init__()
        self.holders = {}

    def route(self, scope, key):
        super().route(scope, key)
        self.holders[scope] = key

    def route_at_update(self, key, data):
        super().route_at_update(key, data)
        self.holders[self.scopes[key]] = key

    def unroute(self, key):
        scope = self.scopes.pop(key, None)
        if self.holders.get(scope) == key or self.entries.get(scope) == key:
            self.entries.pop(scope, None)


class ClearsTheLastCreator(InSequence):
    """ROUTE-08: the remove of a session without a user clears the entry of whoever was the last to create such a one."""

    rule = "ROUTE-08"
    fault = "the creator kept in one field of the store, as in the seed of many a prototype"

    creator = None

    def scope_at_create(self, ctx, data):
        scope = super().scope_at_create(ctx, data)
        if self.user(data.tenant_ctx) is None and scope is not None:
            self.creator = scope
        return scope

    def forget(self, key):
        self.anonymous = self.user(self.sessions[key].tenant_ctx) is None
        super().forget(key)

    def unroute(self, key):
        own = self.scopes.get(key)
        super().unroute(key)
        if self.anonymous and self.creator != own:
            self.entries.pop(self.creator, None)


class CountsAUsersSessions(InSequence):
    """ROUTE-08: with a user's last session their entries in other teams go, and sessions without a stored user aren't counted."""

    rule = "ROUTE-08"
    fault = "reference counting, where one path takes no reference"

    def __init__(self):
        super().__init__()
        self.counts = {}

    def write(self, key, data):
        if key not in self.sessions:
            self.count(data, 1)
        super().write(key, data)

    def count(self, data, step):
        ctx = data.tenant_ctx
        whose = ctx.env, ctx.tenant_id, self.user(ctx)
        self.counts[whose] = self.counts.get(whose, 0) + step
        return whose

    def forget(self, key):
        own, whose = self.scopes[key], self.count(self.sessions[key], -1)
        super().forget(key)
        if whose[2] is not None and not self.counts[whose]:
            others = [scope for scope in self.entries if (scope[0], scope[1], scope[3]) == whose and scope != own]
            for scope in others:
                del self.entries[scope]


class CachesFindsByStoredUser(InSequence):
    """ROUTE-14: what find answered is cached, and an update clears it for the stored user: where there is none, nothing is."""

    rule = "ROUTE-14"
    fault = "a cache whose invalidation computes another key than its lookup"

    def __init__(self):
        super().__init__()
        self.cache = {}

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is not None:
            found = self.cache.setdefault((*self.scope(ctx, user), found[0]), found)
        return found

    def route_at_update(self, key, data):
        super().route_at_update(key, data)
        user = self.user(data.tenant_ctx)
        self.cache.pop((*self.scope(data.tenant_ctx, user), key), None)

    def forget(self, key):
        super().forget(key)
        self.cache = {name: found for name, found in self.cache.items() if name[-1] != key}


class KnowsAUsersLastScope(InSequence):
    """ROUTE-20: a remove clears the entry in the tenant where its user was routed last, which may be another one."""

    rule = "ROUTE-20"
    fault = "a reverse index by user alone, in front of several tenants"
    effort = "thorough"

    def __init__(self):
        super().__init__()
        self.last = {}

    def route(self, scope, key):
        super().route(scope, key)
        self.last[scope[-1]] = scope

    def unroute(self, key):
        scope = self.scopes.pop(key, None)
        last = self.last.get(scope and scope[-1])
        if self.entries.get(last) == key:
            del self.entries[last]
