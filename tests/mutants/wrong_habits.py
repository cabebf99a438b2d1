"""Stores with a habit of some database or framework: limits, numbers, names and checks that nobody asked for."""

import time
from collections import Counter

from base import Base, ChangesTheContext


class JoinsWithDoubleHyphens(Base):
    """ROUTE-11: a scope is its ids, joined with two hyphens."""

    rule = "ROUTE-11"
    fault = "a separator that 'can't occur in an id'"
    maybe = frozenset({"OPS-18"})

    def scope(self, ctx, user):
        return "--".join(part or "" for part in super().scope(ctx, user))


class CallsNoTeamGlobal(Base):
    """ROUTE-11: who has no team is in the team `global`."""

    rule = "ROUTE-11"
    fault = "a column for the team that can't be NULL"

    def team(self, ctx):
        return super().team(ctx) or "global"


class RoundsIdsOfDigits(Base):
    """ROUTE-11: ids of digits are numbers, of 53 bits."""

    rule = "ROUTE-11"
    fault = "JavaScript, for ids of other systems that are numbers of 64 bits"

    def scope(self, ctx, user):
        return tuple(float(part) if part and part.isdecimal() else part for part in super().scope(ctx, user))


class ComparesTheBeginningsOfIds(Base):
    """FENCE-19: of long ids the first 1,000 characters count."""

    rule = "FENCE-19"
    fault = "an index on a prefix of the column"

    def part(self, dimension, ctx):
        whole = super().part(dimension, ctx)
        return whole and whole[:1_000]

    def may_find(self, ctx, user, stored):
        return super().may_find(ctx, user, stored) or (
            len(user) > 1_000 and self.user(stored) is not None and self.user(stored)[:1_000] == user[:1_000]
        )

    def scope(self, ctx, user):
        return tuple(part and part[:1_000] for part in super().scope(ctx, user))


class LimitsTheReason(Base):
    """DATA-09: an impersonation's reason may have 255 characters."""

    rule = "DATA-09"
    fault = "VARCHAR(255), for no reason"

    def kept(self, data):
        whose = data.tenant_ctx.impersonation
        if whose is not None and len(whose.reason or "") > 255:
            raise self.refusal("invalid_input", "the reason is too long")
        return data


class LimitsTheWhole(Base):
    """DATA-09: a session may have 300 KiB, whatever its parts."""

    rule = "DATA-09"
    fault = "an item's limit, in DynamoDB of 400 KiB, shared with much else"

    def kept(self, data):
        if 300 * 1024 < len(data.to_json()) < 500 * 1024:
            raise self.refusal("invalid_input", "the session is too large")
        return data


class HoldsIdempotencyKeysUnique(Base):
    """OPS-04: a user's second session with one idempotency key is a conflict."""

    rule = "OPS-04"
    fault = "UNIQUE (tenant, user, idempotency_key)"
    maybe = frozenset({"OPS-08", "OPS-01"})

    def write(self, key, data):
        ctx = data.tenant_ctx
        for other, kept in self.sessions.items():
            same = kept.tenant_ctx.idempotency_key == ctx.idempotency_key and self.user(kept.tenant_ctx) == self.user(
                ctx
            )
            if other != key and same and ctx.idempotency_key:
                raise self.refusal("conflict", "the idempotency key was used")
        super().write(key, data)


class CountsVersionsInAByte(Base):
    """OPS-08: after 127 updates of one session the next ones are lost."""

    rule = "OPS-08"
    fault = "a version column of one signed byte, and an update that compares it"

    def __init__(self):
        super().__init__()
        self.versions = Counter()

    def write(self, key, data):
        self.versions[key] += 1
        if self.versions[key] <= 128:
            super().write(key, data)


class LeaksAConnectionARefusal(Base):
    """OPS-17: each refused create keeps one of two hundred connections."""

    rule = "OPS-17"
    fault = "a connection that is given back at the end of the function, and not where it raises"
    connections = 200

    def fence_create(self, ctx, data):
        if not self.connections:
            raise self.refusal("unavailable", "the pool is exhausted")
        self.connections -= 1
        super().fence_create(ctx, data)
        self.connections += 1


class LooksAtTheFirstPage(Base):
    """ROUTE-04: the newest of the first hundred of a user's sessions is found."""

    rule = "ROUTE-04"
    fault = "a query with a limit, in the order of the keys"

    def route(self, scope, key):
        if sum(other == scope for other in self.scopes.values()) <= 100:
            super().route(scope, key)


class ForgetsWhomItDoesNotList(Base):
    """ROUTE-08: of a user with many sessions the routing goes with any that is removed."""

    rule = "ROUTE-08"
    fault = "a list of 25 keys a user; removing one that isn't in it empties it"

    def unroute(self, key):
        scope = self.scopes.get(key)
        if sum(other == scope for other in self.scopes.values()) > 25:
            self.entries.pop(scope, None)
        super().unroute(key)


class ChecksKeysFirst(Base):
    """ERR-02: an update or a remove of a key with a control character is invalid."""

    rule = "ERR-02"
    fault = "a validator of path parameters in front of the store"

    def existing(self, key):
        if any(letter < " " for letter in key):
            raise self.refusal("invalid_input", "no such key can be")
        return super().existing(key)


class QuotesALongUser(Base):
    """ERR-03: the refusal of a user id that is too long quotes it."""

    rule = "ERR-03"
    fault = "the validator's own message, which holds the value"

    def kept(self, data):
        user = self.user(data.tenant_ctx)
        if user is not None and len(user) > 255:
            raise self.refusal("invalid_input", f"{user!r} is longer than 255 characters")
        return data


class QuotesALargeSnapshot(Base):
    """ERR-05: the refusal of a snapshot that is too large quotes it."""

    rule = "ERR-05"
    fault = "a database driver's DataError, which holds the parameters"

    def kept(self, data):
        if len(data.context_json) > 4_000_000:
            raise self.refusal("invalid_input", f"too large for a column: {data.context_json}")
        return data


class ExpiresAtTheDeadline(Base):
    """OPS-02: a session is gone when its deadline has passed."""

    rule = "OPS-02"
    fault = "EXPIREAT, or a TTL index, on the deadline"

    def read(self, key):
        data = super().read(key)
        due = data and data.tenant_ctx.deadline
        # One that had passed already when it was written isn't set.
        ended = due and time.time() - 60 < due.unix_millis / 1000 < time.time()
        return None if ended else data


class LooksAtTheSizeFirst(Base):
    """ERR-02: an update of a key that isn't there is invalid where the data is large."""

    rule = "ERR-02"
    fault = "a validator of request bodies in front of the store"

    def update_session(self, key, data):
        if len(data.context_json) > 300_000:
            raise self.refusal("invalid_input", "the session is too large")
        super().update_session(key, data)


class CutsTheNamesOfAttributes(ChangesTheContext):
    """DATA-10: an attribute's name is cut after 255 characters."""

    rule = "DATA-10"
    fault = "VARCHAR(255), without strict mode"

    def changed(self, ctx):
        return ctx.replace(attributes={name[:255]: value for name, value in ctx.attributes.items()})
