"""Stores that take for their business what is the flow's: what a session waits for, when it is due, how often it was tried."""

import time

from base import Base


def is_past(ctx):
    return ctx.deadline is not None and 0 < ctx.deadline.unix_millis < time.time() * 1000


class UnroutesWhoWaitsNoLonger(Base):
    """ROUTE-05: an update that takes the wait reason away takes the routing, too."""

    rule = "ROUTE-05"
    fault = "a partial index, WHERE wait_reason IS NOT NULL, since only who waits is asked for"

    def update_session(self, key, data):
        with self.lock:
            waited = key in self.sessions and self.sessions[key].cursor.wait_reason
            super().update_session(key, data)
            if waited and not data.cursor.wait_reason:
                self.entries.pop(self.scopes[key], None)


class HidesEmptySnapshots(Base):
    """ROUTE-01: a session whose snapshot is an empty object, or null, isn't found."""

    rule = "ROUTE-01"
    fault = "`if not state:` on the decoded snapshot, meant for sessions that have none"
    also = frozenset({"ROUTE-05"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return None if found is not None and found[1].context_json in {"{}", "null"} else found


class HidesWhatIsLarge(Base):
    """ROUTE-01: a session is taken whatever its size, and isn't found where it is large."""

    rule = "ROUTE-01"
    fault = "an index that skips documents above its limit, as Elasticsearch's ignore_above does"
    also = frozenset({"ROUTE-05"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return None if found is not None and len(found[1].context_json) > 300_000 else found


class PrefersTheHigherAttempt(Base):
    """ROUTE-04: a newer session isn't routed to where it was tried less often."""

    rule = "ROUTE-04"
    fault = "an attempt taken for a version, so that a late retry doesn't win"
    maybe = frozenset({"ROUTE-01", "ROUTE-05"})

    def route(self, scope, key):
        old = self.sessions.get(self.entries.get(scope))
        if old is None or old.tenant_ctx.attempt <= self.sessions[key].tenant_ctx.attempt:
            super().route(scope, key)


class PrefersTheSameCorrelation(Base):
    """ROUTE-04: of a user's sessions the one of the caller's correlation id is found before a newer one."""

    rule = "ROUTE-04"
    fault = "a guess at which of the conversations the caller means"
    also = frozenset({"ROUTE-05"})
    maybe = frozenset({"FENCE-12"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None or ctx.correlation_id is None:
            return found
        alike = [
            (key, data)
            for key, data in self.sessions.items()
            if data.tenant_ctx.correlation_id == ctx.correlation_id and self.scopes[key] == self.scopes[found[0]]
        ]
        return alike[-1] if alike else found


class FindsOfOneProvider(Base):
    """FENCE-21: a caller that comes through another provider doesn't find the session."""

    rule = "FENCE-21"
    fault = "a fence that was meant for tenants, drawn around the channel, too"

    def may_find(self, ctx, user, stored):
        both = {ctx.provider_id, stored.provider_id} - {None}
        return len(both) < 2 and super().may_find(ctx, user, stored)


class RoutesOlderNames(Base):
    """ROUTE-11: a session whose pair differs takes the entry of who is called what its older name says."""

    rule = "ROUTE-11"
    fault = "entries for both names while the one is replaced by the other, so that old callers still find"

    def route(self, scope, key):
        super().route(scope, key)
        ctx = self.sessions[key].tenant_ctx
        if ctx.user is not None and ctx.user_id is not None:
            super().route(self.scope(ctx, ctx.user), key)


class GetTakesTheEntry(Base):
    """ROUTE-15: who has got a session is taken to resume it, and its user isn't led there any more."""

    rule = "ROUTE-15"
    fault = "a wait that is consumed by the read that precedes the resume"
    maybe = frozenset({"ROUTE-01", "ROUTE-02", "ROUTE-04", "ROUTE-05", "ROUTE-06"})

    def get_session(self, key):
        with self.lock:
            if self.entries.get(self.scopes.get(key)) == key:
                del self.entries[self.scopes[key]]
            return super().get_session(key)


class RemovesNothingThatIsPast(Base):
    """OPS-10: a session whose deadline has passed isn't there for a remove, though a get answers it."""

    rule = "OPS-10"
    fault = "DELETE ... WHERE deadline > now(), copied from the statement that extends one"
    maybe = frozenset({"OPS-02", "OPS-08"})

    def remove_session(self, key):
        with self.lock:
            if key in self.sessions and is_past(self.sessions[key].tenant_ctx):
                raise self.refusal("not_found", "no such session")
            super().remove_session(key)
