"""Stores whose operations by key don't do what they are asked."""

import hashlib
import itertools
import secrets
import time
import uuid

from base import Base


class AnswersAUuid(Base):
    """OPS-01: the key is an object that isn't a string."""

    rule = "OPS-01"
    fault = "psycopg, whose uuid columns come back as uuid.UUID"

    def issue(self, ctx, data):
        return uuid.uuid4()


class AcknowledgesBeforeItStores(Base):
    """OPS-02: the write sits in a buffer until the next operation that writes."""

    rule = "OPS-02"
    fault = "a write-behind cache that flushes with the next write"
    also = frozenset(
        {
            "DATA-01",
            "DATA-02",
            "DATA-04",
            "DATA-05",
            "DATA-06",
            "DATA-08",
            "KEY-05",
            "OPS-08",
            "OPS-14",
            "ROUTE-01",
            "ROUTE-02",
            "ROUTE-04",
            "ROUTE-11",
            "ROUTE-13",
            "ROUTE-14",
        }
    )

    def __init__(self):
        super().__init__()
        self.unwritten = {}

    def write(self, key, data):
        for older, session in self.unwritten.items():
            self.sessions[older] = session
        self.unwritten = {key: data}

    def existing(self, key):
        self.sessions |= self.unwritten
        self.unwritten = {}
        return super().existing(key)


class AnswersADictionary(Base):
    """OPS-03: get hands out what the database's driver gave."""

    rule = "OPS-03"
    fault = "a document database's driver, whose rows are handed out as they come"

    def handed_out(self, data):
        return {"flow_id": data.flow_id}


class HashesTheData(Base):
    """OPS-04: the key is a digest of the session, so that two alike are one."""

    rule = "OPS-04"
    fault = "content addressing: the id of a document is a digest of it"
    also = frozenset({"KEY-06", "OPS-05", "OPS-06", "OPS-12", "ROUTE-08"})

    def issue(self, ctx, data):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, data.to_json().decode()))

    def taken(self, key):
        return super().taken(key) and key.count("-") != 4


class NamesTheUserInTheKey(Base):
    """OPS-05: the key begins with a digest of the user."""

    rule = "OPS-05"
    fault = "keys built for sharding, so that one user's sessions lie together"

    def issue(self, ctx, data):
        user = (self.user(data.tenant_ctx) or "").encode()
        return hashlib.sha256(user).hexdigest() + secrets.token_hex(16)


class CountsKeys(Base):
    """OPS-06: keys are numbers of a sequence."""

    rule = "OPS-06"
    fault = "an AUTO_INCREMENT column as the session's key"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(1000)

    def issue(self, ctx, data):
        return f"session-{next(self.numbers):012d}"


class IssuesMonotonicUlids(Base):
    """OPS-06: within a millisecond a monotonic ULID is the one before and one."""

    rule = "OPS-06"
    fault = "a ULID library in its monotonic mode, chosen so that rows sort"

    def __init__(self):
        super().__init__()
        self.millis, self.rest = 0, 0

    def issue(self, ctx, data):
        now = time.time_ns() // 1_000_000
        if now == self.millis:
            self.rest += 1
        else:
            self.millis, self.rest = now, secrets.randbits(79)
        return f"{self.millis << 80 | self.rest:032x}"


class IssuesClockUuids(Base):
    """OPS-06: a UUID of version 1 is the clock and the network card."""

    rule = "OPS-06"
    fault = "uuid.uuid1 where uuid.uuid4 was meant"

    def issue(self, ctx, data):
        return str(uuid.uuid1())


class WantsUuids(Base):
    """OPS-07: get parses the key, and a key that is none is an error."""

    rule = "OPS-07"
    fault = "a uuid column, which raises on any text that is none"
    also = frozenset({"KEY-08", "OPS-16"})

    def get_session(self, key):
        if key != "no-such-key" and key not in self.sessions:
            uuid.UUID(key)
        return super().get_session(key)


class MergesUpdates(Base):
    """OPS-08: an update leaves members that the new data doesn't have."""

    rule = "OPS-08"
    fault = "an UPDATE that is built from the members that aren't None; HSET; jsonb's ||"

    def write(self, key, data):
        old = self.sessions.get(key)
        if old is not None and data.cursor.wait_reason is None:
            data = data.replace(cursor=data.cursor.replace(wait_reason=old.cursor.wait_reason))
        super().write(key, data)


class Upserts(Base):
    """OPS-09: an update makes the session that isn't there."""

    rule = "OPS-09"
    fault = "a plain SET, or INSERT … ON CONFLICT DO UPDATE, as the update"
    also = frozenset({"CONC-02", "ERR-02", "OPS-16"})

    def update_session(self, key, data):
        if key not in self.sessions:
            self.create_session(data.tenant_ctx, data, key)
        else:
            super().update_session(key, data)


class OnlyMarksRemoved(Base):
    """OPS-10: a removed session is only marked, and get doesn't look at the mark."""

    rule = "OPS-10"
    fault = "soft deletion with a deleted_at that one query forgets to ask for"
    also = frozenset({"KEY-08"})

    def __init__(self):
        super().__init__()
        self.marked = {}

    def forget(self, key):
        self.marked[key] = self.sessions.pop(key)

    def get_session(self, key):
        return self.marked.get(key) if key in self.marked and key not in self.sessions else super().get_session(key)


class RemovesWhatIsNotThere(Base):
    """OPS-11: a remove of nothing succeeds, as DEL does."""

    rule = "OPS-11"
    fault = "DEL or DELETE, of which nobody looks at the number of rows"
    also = frozenset({"OPS-16", "CONC-06"})

    def remove_session(self, key):
        if key in self.sessions:
            super().remove_session(key)


class DeletesByUser(Base):
    """OPS-12: the delete's condition is the user, not the key."""

    rule = "OPS-12"
    fault = "a log-out that ends all of the user's sessions"
    also = frozenset({"CONC-08", "ROUTE-08"})

    def forget(self, key):
        user = self.user(self.sessions[key].tenant_ctx)
        for other in [name for name, data in self.sessions.items() if self.user(data.tenant_ctx) == user]:
            del self.sessions[other]


class EvictsAt500(Base):
    """OPS-13: the store is a cache of 500 sessions."""

    rule = "OPS-13"
    fault = "a cachetools.LRUCache, or Redis with maxmemory-policy allkeys-lru"
    bound = 500

    def write(self, key, data):
        super().write(key, data)
        if len(self.sessions) > self.bound:
            del self.sessions[next(iter(self.sessions))]


class EvictsAt1024(EvictsAt500):
    """OPS-13: the store holds the thousand that it must, and at 1,024 begins to let go of the least recently used."""

    rule = "OPS-13"
    fault = "a bounded cache whose bound is a round number"
    bound = 1024

    def read(self, key):
        if key in self.sessions:
            self.sessions[key] = self.sessions.pop(key)
        return super().read(key)


class HandsOutOnce(Base):
    """OPS-14: get takes the session out, like a queue, when it is asked a second time."""

    rule = "OPS-14"
    fault = "GETDEL, or a queue used as a store"
    maybe = frozenset({"OPS-02"})
    also = frozenset({"KEY-06", "KEY-07", "OPS-08"})

    def __init__(self):
        super().__init__()
        self.got = []

    def get_session(self, key):
        if self.got.count(key) == 2:
            self.sessions.pop(key, None)
        self.got.append(key)
        return super().get_session(key)


class FoldsKeys(Base):
    """OPS-16: the key's column folds case and drops trailing space."""

    rule = "OPS-16"
    fault = "MySQL's default collation with PAD SPACE on the primary key"
    also = frozenset({"KEY-08"})

    def read(self, key):
        wanted = key.rstrip().lower()
        return next((data for name, data in self.sessions.items() if name.rstrip().lower() == wanted), None)


class ScansByPrefix(Base):
    """OPS-16: a session is looked up by what its key begins with."""

    rule = "OPS-16"
    fault = "a lookup with SCAN or LIKE 'key%', as in savers that delete by prefix"
    also = frozenset({"KEY-08", "OPS-07"})

    def read(self, key):
        exact = self.sessions.get(key)
        return exact or next((data for name, data in self.sessions.items() if name.startswith(key)), None)


class RoutesBeforeTheFence(Base):
    """OPS-17: an update writes the entry, then asks the fence."""

    rule = "OPS-17"
    fault = "an index that is updated first, so that no crash leaves the row unindexed"
    also = frozenset({"FENCE-18"})
    maybe = frozenset({"FENCE-09", "FENCE-10", "FENCE-11", "FENCE-12", "ROUTE-20"})

    def update_session(self, key, data):
        with self.lock:
            scope = self.scope_at_create(data.tenant_ctx, data)
            if scope is not None and key in self.sessions:
                self.entries[scope] = key
            super().update_session(key, data)

    def may_find(self, ctx, user, stored):
        return True


class RemovesBeforeTheFence(Base):
    """OPS-17: an update deletes the old row before it asks whether it may write the new one."""

    rule = "OPS-17"
    fault = "DELETE and INSERT for an update, with the check between the two and no transaction"

    def fence_update(self, stored, data):
        try:
            super().fence_update(stored, data)
        except Exception:
            self.sessions = {key: other for key, other in self.sessions.items() if other is not stored}
            raise
