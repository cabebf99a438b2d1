"""Stores in which a member of a session that is none of their business decides something."""

import time
from collections import defaultdict
from itertools import count

from base import Base


class FindPatchesTheCaller(Base):
    """ROUTE-14: a find hands the session out with the caller's trace_id and correlation_id in it, where the caller has any."""

    rule = "ROUTE-14"
    fault = "tracing that writes the current request's ids into whatever is loaded"

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None:
            return None
        now = {name: text for name in ("trace_id", "correlation_id") if (text := getattr(ctx, name)) is not None}
        return found[0], found[1].replace(tenant_ctx=found[1].tenant_ctx.replace(**now))


class RoutesUntilTheDeadline(Base):
    """ROUTE-01: a session stays, and its routing entry ends at its deadline, where that is still to come."""

    rule = "ROUTE-01"
    fault = "SET entry key PXAT deadline, so that the index cleans itself"

    def __init__(self):
        super().__init__()
        self.until = {}

    def write(self, key, data):
        super().write(key, data)
        due, now = data.tenant_ctx.deadline, time.time() * 1000
        self.until[key] = due.unix_millis if due is not None and due.unix_millis > now else None

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        until = self.until[found[0]] if found else None
        return None if until and time.time() * 1000 >= until else found


class OneEntryAChannel(Base):
    """ROUTE-09: a user has an entry for each provider, and where the newest session goes, another provider's is found."""

    rule = "ROUTE-09"
    fault = "an index by channel that was added without telling the remove"

    def __init__(self):
        super().__init__()
        self.clock, self.channels = count(), defaultdict(dict)

    def route(self, scope, key):
        super().route(scope, key)
        held = self.channels[scope]
        for provider in [name for name, (_, other) in held.items() if other == key]:
            del held[provider]
        held[self.sessions[key].tenant_ctx.provider_id] = next(self.clock), key

    def unroute(self, key):
        super().unroute(key)
        for scope, held in self.channels.items():
            for provider in [name for name, (_, other) in held.items() if other == key]:
                del held[provider]
                if held:
                    self.entries[scope] = max(held.values())[1]


class WritesASecondRow(Base):
    """OPS-10: an update to another flow makes a second row, and a remove deletes the newer one only."""

    rule = "OPS-10"
    fault = "a primary key of (key, flow_id)"
    profiles = frozenset({"core", "keyed-create"})

    def __init__(self):
        super().__init__()
        self.rows = {}

    def write(self, key, data):
        rows = self.rows.setdefault(key, {})
        rows.pop(data.flow_id, None)
        rows[data.flow_id] = data

    def taken(self, key):
        return self.read(key) is not None

    def read(self, key):
        rows = self.rows.get(key)
        return list(rows.values())[-1] if rows else None

    def forget(self, key):
        self.rows[key].popitem()


class RemovesTheConversation(Base):
    """OPS-12: a remove takes along every session with the same correlation_id."""

    rule = "OPS-12"
    fault = "DELETE ... WHERE correlation_id = the removed session's"

    def forget(self, key):
        named = self.sessions[key].tenant_ctx.correlation_id
        super().forget(key)
        for other in [other for other, data in self.sessions.items() if data.tenant_ctx.correlation_id == named]:
            if named:
                super().forget(other)
                self.unroute(other)


class CreatorsOlderName(Base):
    """FENCE-13: a session without a user is routed by its creator's user, even where that has a user_id."""

    rule = "FENCE-13"
    fault = "the helper for the newer names was put into the fence, and not into the routing"
    also = frozenset({"ROUTE-02"})
    maybe = frozenset({"FENCE-12", "FENCE-14", "ROUTE-03", "ROUTE-04", "ROUTE-11"})

    def scope_at_create(self, ctx, data):
        unnamed = self.user(data.tenant_ctx) is None and ctx.user is not None
        return super().scope_at_create(ctx.replace(user_id=None) if unnamed else ctx, data)


class GetRoutes(Base):
    """ROUTE-15: who reads a session by its key resumes it, and its user is led to it from then on."""

    rule = "ROUTE-15"
    fault = "last_used, set by every read, decides which session is a user's newest"

    def get_session(self, key):
        with self.lock:
            if key in self.sessions and self.scopes[key] is not None:
                self.route(self.scopes[key], key)
            return super().get_session(key)


class LeaksAtUpdatesOfNothing(Base):
    """OPS-17: each update of a key that isn't there keeps one of two hundred connections."""

    rule = "OPS-17"
    fault = "an early return before the connection goes back to its pool"
    left = 200

    def update_session(self, key, data):
        if key not in self.sessions:
            self.left -= 1
        if self.left <= 0:
            raise self.refusal("internal", "no connection is left")
        super().update_session(key, data)

    def create_session(self, ctx, data, key=None):
        if self.left <= 0:
            raise self.refusal("internal", "no connection is left")
        return super().create_session(ctx, data, key)


class EmptyKeepsTheOldValue(Base):
    """OPS-08: an attribute that an update empties keeps its value."""

    rule = "OPS-08"
    fault = "COALESCE(NULLIF(new, ''), old) in an upsert"

    def update_session(self, key, data):
        with self.lock:
            old, ctx = self.existing(key), data.tenant_ctx
            self.fence_update(old, data)
            before = old.tenant_ctx.attributes
            merged = {name: value or before.get(name, "") for name, value in ctx.attributes.items()}
            super().update_session(key, data.replace(tenant_ctx=ctx.replace(attributes=merged)))


class NobodyIsImpersonated(Base):
    """DATA-01: where a session has no user there is nobody to impersonate, and the impersonation is dropped."""

    rule = "DATA-01"
    fault = "an inner join of users and impersonations"

    def kept(self, data):
        ctx = data.tenant_ctx
        return data if self.user(ctx) is not None else data.replace(tenant_ctx=ctx.replace(impersonation=None))


class TheOtherInsert(Base):
    """KEY-05: the statement that stores a session under a given key lacks the columns that came last."""

    rule = "KEY-05"
    fault = "INSERT ... ON CONFLICT DO NOTHING beside the ORM's insert, older than four columns"
    also = frozenset({"DATA-01", "KEY-07"})

    def create_session(self, ctx, data, key=None):
        if key is not None:
            fewer = dict.fromkeys(("impersonation", "i18n_id", "node_id", "provider_id"))
            data = data.replace(tenant_ctx=data.tenant_ctx.replace(**fewer))
        return super().create_session(ctx, data, key)


class NoCascade(Base):
    """KEY-07: a remove leaves the row of the impersonation, and the next session under the key has it."""

    rule = "KEY-07"
    fault = "SQLite without PRAGMA foreign_keys"
    also = frozenset({"DATA-01"})

    def __init__(self):
        super().__init__()
        self.acting = {}

    def write(self, key, data):
        if key in self.sessions:
            self.acting.pop(key, None)
        super().write(key, data)
        if data.tenant_ctx.impersonation is not None:
            self.acting[key] = data.tenant_ctx.impersonation

    def read(self, key):
        data = super().read(key)
        return data and data.replace(tenant_ctx=data.tenant_ctx.replace(impersonation=self.acting.get(key)))
