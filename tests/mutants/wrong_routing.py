"""Stores that lead a user to the wrong session of their own, or to none."""

from base import Base


class RoutesTeamsOnly(Base):
    """ROUTE-01: a user without a team gets no entry."""

    rule = "ROUTE-01"
    fault = "a unique index in SQL, to which rows with a NULL don't count"
    also = frozenset({"ROUTE-02", "ROUTE-03", "ROUTE-04", "ROUTE-05", "ROUTE-06", "ROUTE-08", "ROUTE-11", "ROUTE-13"})

    def route(self, scope, key):
        if scope[2] is not None:
            super().route(scope, key)


class ForgetsTheCreator(Base):
    """ROUTE-02: only the data's user is routed, never the caller's."""

    rule = "ROUTE-02"
    fault = "an index on the document's own user column"
    also = frozenset({"ROUTE-04", "ROUTE-06", "ROUTE-08", "ROUTE-20"})

    def scope_at_create(self, ctx, data):
        return None if self.user(data.tenant_ctx) is None else super().scope_at_create(ctx, data)


class WritesTheCreatorIn(Base):
    """ROUTE-02: data without a user gets the caller's."""

    rule = "ROUTE-02"
    fault = "a save hook that sets created_by on the record itself"
    also = frozenset({"DATA-01", "ROUTE-06"})

    def create_session(self, ctx, data, key=None):
        stored = data.tenant_ctx
        if self.user(stored) is None and self.user(ctx) is not None:
            data = data.replace(tenant_ctx=stored.with_user(self.user(ctx)))
        return super().create_session(ctx, data, key)


class NobodyUnroutesEverybody(Base):
    """ROUTE-03: a create for nobody clears what looks like its entry."""

    rule = "ROUTE-03"
    fault = "a delete whose condition is left out where the user is None"
    maybe = frozenset({"ROUTE-01"})
    also = frozenset({"ROUTE-06"})

    def scope_at_create(self, ctx, data):
        scope = super().scope_at_create(ctx, data)
        if scope is None:
            self.entries.clear()
        return scope


class KeepsTheFirst(Base):
    """ROUTE-04: an entry that is there isn't overwritten by a create."""

    rule = "ROUTE-04"
    fault = "SETNX, or INSERT … ON CONFLICT DO NOTHING, for the index"
    also = frozenset({"CONC-08", "ROUTE-05", "ROUTE-06", "ROUTE-08"})

    def route(self, scope, key):
        if self.entries.get(scope) not in self.sessions or key in self.scopes.values():
            super().route(scope, key)


class UpdateDoesNotRoute(Base):
    """ROUTE-05: an update writes the document and leaves the entry."""

    rule = "ROUTE-05"
    fault = "an index that is filled at insert, for keys never change"
    also = frozenset({"CONC-08"})

    def route_at_update(self, key, data):
        pass


class UpdateWithoutAUserRoutes(Base):
    """ROUTE-06: an update of a session without a user takes its creator's entry back."""

    rule = "ROUTE-06"
    fault = "one method for create and update that always writes the entry"

    def route_at_update(self, key, data):
        if self.scopes[key] is not None:
            self.route(self.scopes[key], key)


class UpdateWithoutAUserUnroutes(Base):
    """ROUTE-06: an update writes the entry anew from the data, which names nobody."""

    rule = "ROUTE-06"
    fault = "an update that deletes the old entry and writes the one that the new document asks for"

    def route_at_update(self, key, data):
        if self.user(data.tenant_ctx) is None and self.entries.get(self.scopes[key]) == key:
            del self.entries[self.scopes[key]]
        super().route_at_update(key, data)


class KeepsAStaleIndex(Base):
    """ROUTE-07: the index holds the session itself, and remove doesn't clear it."""

    rule = "ROUTE-07"
    fault = "a second table that holds a copy, and no trigger at delete"
    also = frozenset({"ROUTE-09", "ROUTE-11", "ROUTE-20"})

    def __init__(self):
        super().__init__()
        self.indexed = {}

    def write(self, key, data):
        super().write(key, data)
        self.indexed[key] = data

    def unroute(self, key):
        pass

    def find_by_user(self, ctx, user):
        key = self.entries.get(self.scope(ctx, user))
        data = self.indexed.get(key)
        return None if data is None or not self.may_find(ctx, user, data.tenant_ctx) else (key, data)


class RemoveUnroutesTheNewer(Base):
    """ROUTE-08: remove deletes its user's entry, whichever session that leads to."""

    rule = "ROUTE-08"
    fault = "DEL of the user's entry without a look at what it holds"
    also = frozenset({"CONC-08"})

    def unroute(self, key):
        self.entries.pop(self.scopes.pop(key, None), None)


class FallsBackToAnOlder(Base):
    """ROUTE-09: where the newest is gone, find looks for another one of the user."""

    rule = "ROUTE-09"
    fault = "SELECT … WHERE user = ? ORDER BY created DESC LIMIT 1 in place of an entry"

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None:
            for key, scope in reversed(self.scopes.items()):
                if scope == self.scope(ctx, user) and self.may_find(ctx, user, self.sessions[key].tenant_ctx):
                    return key, self.sessions[key]
        return found


class MatchesUsersByTheirBeginning(Base):
    """ROUTE-10: the user is looked for by prefix, and no session of the store names one."""

    rule = "ROUTE-10"
    fault = "a range scan that forgets the separator after the user"
    maybe = frozenset({"FENCE-19"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        names = [scope[-1] for scope in self.entries if scope[-1].startswith(user)]
        return found or (super().find_by_user(ctx, names[0]) if names and user else None)


class JoinsScopesWithADash(Base):
    """ROUTE-11: the entry's name is the ids joined with a character that ids hold."""

    rule = "ROUTE-11"
    fault = "'-'.join(ids) as the name of an entry, where ids may hold a hyphen"

    def scope(self, ctx, user):
        return "-".join((ctx.env, ctx.tenant_id, self.team(ctx) or "", user))


class SharesTheEntryOfDash(Base):
    """ROUTE-13: team `-` and no team have one entry, as in Redis."""

    rule = "ROUTE-13"
    fault = "the Redis layout, which spells no team as -"

    def scope(self, ctx, user):
        return (ctx.env, ctx.tenant_id, self.team(ctx) or "-", user)


class IndexesCopies(Base):
    """ROUTE-14: the index holds a copy of the session as it was created."""

    rule = "ROUTE-14"
    fault = "a denormalised index, written at insert and never again"

    def __init__(self):
        super().__init__()
        self.copies = {}

    def write(self, key, data):
        super().write(key, data)
        self.copies.setdefault(key, data)

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return found and (found[0], self.copies[found[0]])


class FindsTwice(Base):
    """ROUTE-15: find takes the entry out when it has answered from it twice."""

    rule = "ROUTE-15"
    fault = "a token that may be used a few times, or an index with a read budget"
    maybe = frozenset({"CONC-08"})

    def __init__(self):
        super().__init__()
        self.found = []

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is not None:
            self.found.append(found[0])
            if self.found.count(found[0]) == 3:
                del self.entries[self.scope(ctx, user)]
        return found


class LeavesTheCreatorsEntry(Base):
    """ROUTE-20: remove clears the entry of the data's user, never the creator's, as the original does."""

    rule = "ROUTE-20"
    fault = "greentic-session 0.4.4, which computes the entry to clear from the stored user"

    def unroute(self, key):
        scope = self.scopes.pop(key, None)
        if self.entries.get(scope) == key and key not in self.without_a_user:
            del self.entries[scope]

    def __init__(self):
        super().__init__()
        self.without_a_user = set()

    def write(self, key, data):
        super().write(key, data)
        (self.without_a_user.add if self.user(data.tenant_ctx) is None else self.without_a_user.discard)(key)
