"""Stores that are wrong about one member, one value, or after a certain number of times."""

import os
import re
import sqlite3
import zlib
from collections import Counter, deque

from base import Base

from greentic_session import Impersonation, SessionCursor


class FindsBySessionId(Base):
    """FENCE-12: find answers the session whose key stands in the caller's session_id, whoever asks."""

    rule = "FENCE-12"
    fault = "a shortcut for callers who know their session already"
    maybe = frozenset({"FENCE-21"})

    def find_by_user(self, ctx, user):
        with self.lock:
            data = self.read(ctx.session_id) if ctx.session_id else None
            return super().find_by_user(ctx, user) if data is None else (ctx.session_id, data)


class UpdatesBySessionId(Base):
    """OPS-16: an update goes to the session whose key stands in the data's session_id."""

    rule = "OPS-16"
    fault = "the id in the document believed before the one in the call, as REST frameworks may"
    maybe = frozenset({"FENCE-08", "FENCE-12"})

    def update_session(self, key, data):
        with self.lock:
            named = data.tenant_ctx.session_id
            super().update_session(named if named in self.sessions else key, data)


class TakesSessionIdsForKeys(Base):
    """OPS-05: a session_id that nobody has is the key."""

    rule = "OPS-05"
    fault = "upsert by the client's own id"
    maybe = frozenset({"FENCE-12", "OPS-04", "OPS-16"})

    def issue(self, ctx, data):
        named = data.tenant_ctx.session_id
        return named if named and named not in self.sessions else super().issue(ctx, data)


class Respells(Base):
    """Takes a key for another one, wherever one comes."""

    def read_as(self, key):
        return key

    def get_session(self, key):
        with self.lock:
            return super().get_session(self.read_as(key))

    def update_session(self, key, data):
        with self.lock:
            super().update_session(self.read_as(key), data)

    def remove_session(self, key):
        with self.lock:
            super().remove_session(self.read_as(key))


class NormalisesPaths(Respells):
    """OPS-16: a key is a path, and `./` before it changes nothing."""

    rule = "OPS-16"
    fault = "a file a session, and os.path.normpath for safety"
    profiles = frozenset({"core"})

    def read_as(self, key):
        return os.path.normpath(key) if key and "\0" not in key else key


class AnswersRowNumbers(Respells):
    """OPS-07: a number is the session of that row."""

    rule = "OPS-07"
    fault = "an administration's convenience: ids and row numbers in one parameter"
    profiles = frozenset({"core"})

    def read_as(self, key):
        rows = list(self.sessions)
        return rows[int(key) - 1] if key in {str(row) for row in range(1, len(rows) + 1)} else key


class MatchesShortKeys(Respells):
    """OPS-16: the first eight characters of a key will do."""

    rule = "OPS-16"
    fault = "short ids, as git and docker take them"

    def read_as(self, key):
        return next((known for known in self.sessions if known[:8] == key), key)


class BuildsQueriesFromUsers(Base):
    """ERR-08: a user with a quotation mark ends in an error of the database."""

    rule = "ERR-08"
    fault = "an f-string with the user in it, in the one query that was written last"

    def find_by_user(self, ctx, user):
        with sqlite3.connect(":memory:") as database:
            database.execute(f"SELECT '{user}'".replace("\0", "")).fetchall()
        return super().find_by_user(ctx, user)


class CutsUsersAtNul(Base):
    """ERR-08: a user ends at U+0000."""

    rule = "ERR-08"
    fault = "a C string on the way"

    def find_by_user(self, ctx, user):
        return super().find_by_user(ctx, user.split("\0")[0] or user)


class OverlooksImpersonation(Base):
    """OPS-08: an update in which only the impersonation differs is dropped."""

    rule = "OPS-08"
    fault = "a dirty check over the columns, one of which came later"

    def write(self, key, data):
        old = self.read(key)
        plain = [one and one.replace(tenant_ctx=one.tenant_ctx.replace(impersonation=None)) for one in (old, data)]
        if old is None or plain[0] != plain[1]:
            super().write(key, data)


class KeepsTheOldReason(Base):
    """OPS-08: an impersonation without a reason keeps the reason that the last one had."""

    rule = "OPS-08"
    fault = "COALESCE(new, old) in the update"
    also = frozenset({"DATA-10"})

    def write(self, key, data):
        old, new = self.read(key), data.tenant_ctx.impersonation
        if old is not None and old.tenant_ctx.impersonation and new and new.reason is None:
            kept = Impersonation(new.actor_id, old.tenant_ctx.impersonation.reason)
            data = data.replace(tenant_ctx=data.tenant_ctx.replace(impersonation=kept))
        super().write(key, data)


class RoutesNoImpersonated(Base):
    """ROUTE-05: an update by somebody who acts as the user doesn't route the user."""

    rule = "ROUTE-05"
    fault = "the support team must not move a customer's conversation"

    def route_at_update(self, key, data):
        if data.tenant_ctx.impersonation is None:
            super().route_at_update(key, data)


class _HasLimits(Base):
    """Refuses more than 300,000 characters of context_json, and more than 64 attributes."""

    def too_large(self, data):
        return len(data.context_json) > 300_000 or len(data.tenant_ctx.attributes) > 64

    def refuse(self):
        raise self.refusal("invalid_input", "too large")


class UnroutesWhatItRefuses(_HasLimits):
    """DATA-10: a create that is refused for its size has unrouted its user already."""

    rule = "DATA-10"
    fault = "the old entry deleted first, in a transaction of its own"

    def create_session(self, ctx, data, key=None):
        with self.lock:
            if self.too_large(data):
                self.fence_create(ctx, data)
                self.entries.pop(self.scope(ctx, self.user(ctx)), None)
                self.refuse()
            return super().create_session(ctx, data, key)


class ReservesWhatItRefuses(_HasLimits):
    """KEY-05: the key of a create that is refused for its size stays reserved."""

    rule = "KEY-05"
    fault = "a claim of the key in a transaction of its own, and then a row that is too large for the table"

    def __init__(self):
        super().__init__()
        self.reserved = set()

    def taken(self, key):
        return super().taken(key) or key in self.reserved

    def write(self, key, data):
        if self.too_large(data):
            if key not in self.sessions:
                self.reserved.add(key)
            self.refuse()
        super().write(key, data)


class RoutesBeforeItRefuses(_HasLimits):
    """DATA-10: an update that is refused for its size has routed its user already."""

    rule = "DATA-10"
    fault = "the index written before the document, whose size only the database looks at"

    def update_session(self, key, data):
        with self.lock:
            stored = self.read(key)
            if stored is not None and self.too_large(data):
                self.fence_update(stored, data)
                self.route_at_update(key, data)
                self.refuse()
            super().update_session(key, data)


class PrintsWhoseEnvDiffers(Base):
    """ERR-05: a refusal in the env, and only there, prints the session."""

    rule = "ERR-05"
    fault = "a debug message in the one branch that nobody had met"

    def told(self, dimension, ctx, data):
        return f"another env: {data.context_json}" if dimension == "env" else super().told(dimension, ctx, data)


class NamesWhoseUpdateIsTooLarge(_HasLimits):
    """ERR-04: an update that is too large is refused with the name of the stored user."""

    rule = "ERR-04"
    fault = "a message for the operator: whose session it is that grows"

    def update_session(self, key, data):
        with self.lock:
            stored = self.read(key)
            if stored is not None and self.too_large(data):
                self.fence_update(stored, data)
                raise self.refusal("invalid_input", f"the session of {self.user(stored.tenant_ctx)} would be too large")
            super().update_session(key, data)


class NamesWhoseCreateIsTooLarge(_HasLimits):
    """ERR-03: a create that is too large is refused with the name of the data's user."""

    rule = "ERR-03"
    fault = "one message for all limits, with the document's head in it"

    def create_session(self, ctx, data, key=None):
        if self.too_large(data):
            self.fence_create(ctx, data)
            raise self.refusal("invalid_input", f"the session of {self.user(data.tenant_ctx)} is too large")
        return super().create_session(ctx, data, key)


class CountsAttributesFirst(_HasLimits):
    """ERR-02: an update with too many attributes is invalid_input, also where there is no session."""

    rule = "ERR-02"
    fault = "validation before the lookup"

    def update_session(self, key, data):
        if len(data.tenant_ctx.attributes) > 64:
            self.refuse()
        super().update_session(key, data)


class KeepsTwentyTombstones(Base):
    """OPS-10: removed sessions are hidden by twenty tombstones; the twenty-first brings the first one back."""

    rule = "OPS-10"
    fault = "a ring of tombstones, and a purge that doesn't keep up"
    profiles = frozenset({"core"})
    maybe = frozenset({"OPS-13", "OPS-18", "ROUTE-07", "ROUTE-09", "ROUTE-10", "OPS-11", "OPS-09", "OPS-17"})

    def __init__(self):
        super().__init__()
        self.gone = deque(maxlen=20)

    def read(self, key):
        return None if key in self.gone else super().read(key)

    def forget(self, key):
        self.gone.append(key)


class CountsForLife(Base):
    """OPS-13: a store takes 1,150 sessions in its life, removed ones included."""

    rule = "OPS-13"
    fault = "a quota that is counted up at create and never down"

    def __init__(self):
        super().__init__()
        self.created = 0

    def create_session(self, ctx, data, key=None):
        with self.lock:
            if self.created == 1_150:
                raise self.refusal("invalid_input", "full")
            made = super().create_session(ctx, data, key)
            self.created += 1
            return made


class _LetsGo(Base):
    """Lets go of the oldest sessions, as a mutant finds too many."""

    def create_session(self, ctx, data, key=None):
        with self.lock:
            made = super().create_session(ctx, data, key)
            for old in self.too_many():
                self.forget(old)
            return made

    def too_many(self):
        return []


class KeepsAHundredAnonymous(_LetsGo):
    """OPS-13: of sessions without a user the newest hundred are kept."""

    rule = "OPS-13"
    fault = "a bound for guests, so that robots can't fill the table"

    def too_many(self):
        return [key for key, data in self.sessions.items() if self.user(data.tenant_ctx) is None][:-100]


class KeepsAHundredTenants(_LetsGo):
    """OPS-13: of tenants the hundred that came last are kept."""

    rule = "OPS-13"
    fault = "a dictionary of stores by tenant, with an LRU around it"

    def too_many(self):
        tenants = list(dict.fromkeys(data.tenant_ctx.tenant_id for data in reversed(self.sessions.values())))
        kept = set(tenants[:100])
        return [key for key, data in self.sessions.items() if data.tenant_ctx.tenant_id not in kept]


class HandsOutFiftyTimes(Base):
    """OPS-14: a session that was read fifty times is gone."""

    rule = "OPS-14"
    fault = "a limit against polling"
    maybe = frozenset({"OPS-08", "ROUTE-15"})

    def __init__(self):
        super().__init__()
        self.reads = Counter()

    def get_session(self, key):
        with self.lock:
            self.reads[key] += 1
            return None if self.reads[key] > 50 else super().get_session(key)


class FindsFiftyTimes(Base):
    """ROUTE-15: a user who was led to a session fifty times isn't led there any more."""

    rule = "ROUTE-15"
    fault = "an entry with a number of uses, taken over from one-time codes"

    def __init__(self):
        super().__init__()
        self.finds = Counter()

    def find_by_user(self, ctx, user):
        with self.lock:
            found = super().find_by_user(ctx, user)
            if found is None:
                return None
            self.finds[found[0]] += 1
            return None if self.finds[found[0]] > 50 else found


class LowersFlows(Base):
    """DATA-03: a flow's id is kept in lower case."""

    rule = "DATA-03"
    fault = "CITEXT, or a slug"

    def write(self, key, data):
        super().write(key, data.replace(flow_id=data.flow_id.lower()))


class ReadsPacksAsNumbers(Base):
    """DATA-03: a pack of 1.10 comes back as 1.1."""

    rule = "DATA-03"
    fault = "YAML: a version without quotes is a number"

    def write(self, key, data):
        pack = data.pack_id
        if pack is not None and re.fullmatch(r"\d+\.\d+", pack):
            data = data.replace(pack_id=str(float(pack)))
        super().write(key, data)


class HoldsShortValues(Base):
    """DATA-09: an attribute of more than a thousand characters is refused."""

    rule = "DATA-09"
    fault = "VARCHAR(1000) for a kibibyte"
    maybe = frozenset({"OPS-18", "FENCE-15", "FENCE-16", "DATA-02"})

    def create_session(self, ctx, data, key=None):
        if max(map(len, data.tenant_ctx.attributes.values()), default=0) > 1_000:
            raise self.refusal("invalid_input", "an attribute is too long")
        return super().create_session(ctx, data, key)


class CutsReasons(Base):
    """DATA-10: a wait_reason ends after 80,000 characters."""

    rule = "DATA-10"
    fault = "MySQL's TEXT, of which nobody thought for a reason"

    def write(self, key, data):
        cursor = data.cursor
        reason = cursor.wait_reason and cursor.wait_reason[:80_000]
        super().write(key, data.replace(cursor=SessionCursor(cursor.node_pointer, reason, cursor.outbox_marker)))


class RoutesGuests(Base):
    """ROUTE-03: a session for nobody is found for the user `guest`."""

    rule = "ROUTE-03"
    fault = "a NOT NULL column for the user"
    maybe = frozenset({"ROUTE-10"})

    def scope_at_create(self, ctx, data):
        scope = super().scope_at_create(ctx, data)
        return self.scope(data.tenant_ctx, "guest") if scope is None else scope


class HashesScopesTo32Bits(Base):
    """ROUTE-11: two users whose names have one CRC-32 share an entry."""

    rule = "ROUTE-11"
    fault = "a bucket taken for what is in it"

    def scope(self, ctx, user):
        return zlib.crc32(":".join(map(str, super().scope(ctx, user))).encode())


class FindsForTheActor(Base):
    """ROUTE-10: who acts as somebody else is led to the own session where that one has none."""

    rule = "ROUTE-10"
    fault = "support must always see something"
    maybe = frozenset({"FENCE-12", "FENCE-18"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None and ctx.impersonation is not None:
            return super().find_by_user(ctx.replace(user=None, user_id=None), ctx.impersonation.actor_id)
        return found
