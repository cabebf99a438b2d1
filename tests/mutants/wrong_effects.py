"""Stores whose operations do too much or too little."""

import base64
import hashlib
import itertools
import secrets
import threading
import time
import zlib
from collections import Counter

from base import Base


class KeysOfTheSecond(Base):
    """OPS-04: the key is the user and the second."""

    rule = "OPS-04"
    fault = "a key from the clock, tried by hand with one session a second"
    also = frozenset({"CONC-03", "CONC-07", "KEY-06", "OPS-05", "OPS-06", "OPS-12", "ROUTE-08", "ROUTE-11", "ROUTE-13"})

    def issue(self, ctx, data):
        return hashlib.sha256(f"{self.user(data.tenant_ctx)}{int(time.time()) // 60}".encode()).hexdigest()

    def taken(self, key):
        return False


class EncodesTheUserInTheKey(Base):
    """OPS-05: the key begins with the user, in Base64."""

    rule = "OPS-05"
    fault = "a cursor-like key that the store can decode again, as in paging"

    def issue(self, ctx, data):
        named = f"{self.user(data.tenant_ctx)}:{secrets.token_hex(16)}"
        return base64.urlsafe_b64encode(named.encode()).decode()


class CutsADigestOfTheUser(Base):
    """OPS-05: the key begins with sixteen digits of a digest of the user."""

    rule = "OPS-05"
    fault = "a shard's name in front of the key"

    def issue(self, ctx, data):
        user = (self.user(data.tenant_ctx) or "").encode()
        return hashlib.sha256(user).hexdigest()[:16] + secrets.token_hex(16)


class NamesTheShard(Base):
    """OPS-05: the key begins with a checksum of the tenant."""

    rule = "OPS-05"
    fault = "hash slots told in the key, so that a router in front needs no table"

    def issue(self, ctx, data):
        return f"{zlib.crc32(data.tenant_ctx.tenant_id.encode()):08x}-{secrets.token_hex(16)}"


class EndsWithTheUser(Base):
    """OPS-05: the key ends with a few characters of a digest of the user."""

    rule = "OPS-05"
    fault = "a suffix by which support recognises who a key in a log belongs to"

    def issue(self, ctx, data):
        digest = hashlib.blake2b((self.user(data.tenant_ctx) or "").encode(), digest_size=6).digest()
        return secrets.token_hex(16) + base64.urlsafe_b64encode(digest).decode()


class RetriesAreOne(Base):
    """OPS-04: a second create that differs by its attempt alone answers the first one's key."""

    rule = "OPS-04"
    fault = "a retry recognised by a digest of everything but the number of the attempt"

    def create_session(self, ctx, data, key=None):
        with self.lock:
            for other, kept in self.sessions.items():
                attempt = kept.tenant_ctx.attempt
                if attempt < data.tenant_ctx.attempt and kept == self.tried(data, attempt):
                    return other
            return super().create_session(ctx, data, key)

    def tried(self, data, attempt):
        return data.replace(tenant_ctx=data.tenant_ctx.replace(attempt=attempt))


class DeduplicatesForAll(Base):
    """OPS-04: a create with an idempotency key that another tenant has used answers that tenant's key."""

    rule = "OPS-04"
    fault = "an idempotency table without the tenant in its key"

    def create_session(self, ctx, data, key=None):
        token, tenant = data.tenant_ctx.idempotency_key, data.tenant_ctx.tenant_id
        with self.lock:
            self.fence_create(ctx, data)
            for other, kept in self.sessions.items():
                if token and kept.tenant_ctx.idempotency_key == token and kept.tenant_ctx.tenant_id != tenant:
                    return other
            return super().create_session(ctx, data, key)


class IssuesSnowflakes(Base):
    """OPS-06: a key is the millisecond, a machine and a sequence."""

    rule = "OPS-06"
    fault = "Twitter's snowflake ids, which sort by time"

    def __init__(self):
        super().__init__()
        self.sequence = itertools.count()

    def issue(self, ctx, data):
        return str(time.time_ns() // 1_000_000 << 22 | 5 << 12 | next(self.sequence) % 4096)


class StepsInBase64(Base):
    """OPS-06: each key is the one before and a constant, written in Base64."""

    rule = "OPS-06"
    fault = "a counter scattered by a large odd number, so that keys don't look like one"

    def __init__(self):
        super().__init__()
        self.number = secrets.randbits(128)

    def issue(self, ctx, data):
        self.number = (self.number + 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 128)
        return base64.urlsafe_b64encode(self.number.to_bytes(16)).decode().rstrip("=")


class HashesACounter(Base):
    """OPS-06: a key is the digest of a counter that begins anew with each store."""

    rule = "OPS-06"
    fault = "hashids with the default salt, or a generator with a fixed seed"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()

    def issue(self, ctx, data):
        return hashlib.sha256(str(next(self.numbers)).encode()).hexdigest()


class MakesAnEmptySession(Base):
    """OPS-07: a get of what isn't there makes an empty session, and hands it out."""

    rule = "OPS-07"
    fault = "aiogram and Flask: get_data of an unknown key is an empty state, for convenience"
    also = frozenset({"KEY-08", "OPS-10", "OPS-14", "OPS-16"})

    def get_session(self, key):
        return super().get_session(key) or self.empty

    empty = None

    def fence_create(self, ctx, data):
        super().fence_create(ctx, data)
        self.empty = data.replace(context_json="{}")


class MergesAttributes(Base):
    """OPS-08: an update leaves the attributes that the new data doesn't have."""

    rule = "OPS-08"
    fault = "dict.update on the nested map, or a JSON merge patch"

    def write(self, key, data):
        old = self.sessions.get(key)
        if old is not None:
            merged = {**old.tenant_ctx.attributes, **data.tenant_ctx.attributes}
            data = data.replace(tenant_ctx=data.tenant_ctx.replace(attributes=merged))
        super().write(key, data)


class UpdatesOnlyTheCursor(Base):
    """OPS-08: an update writes cursor and snapshot, the two that change in a flow."""

    rule = "OPS-08"
    fault = "UPDATE … SET cursor = ?, context = ?, which names no other column"
    maybe = frozenset({"DATA-10"})

    def write(self, key, data):
        old = self.sessions.get(key)
        super().write(key, data if old is None else old.replace(cursor=data.cursor, context_json=data.context_json))


class KeepsTheFirstContext(Base):
    """OPS-08: an update changes everything but the context, which the fence has found to be the same."""

    rule = "OPS-08"
    fault = "the context in a table of its own, written once"
    maybe = frozenset({"DATA-10"})

    def write(self, key, data):
        old = self.sessions.get(key)
        super().write(key, data if old is None else data.replace(tenant_ctx=old.tenant_ctx))


class AnswersFromACache(Base):
    """OPS-10: a session that has been read is answered from a cache that remove doesn't clear."""

    rule = "OPS-10"
    fault = "functools.lru_cache on the getter, cleared at update"
    also = frozenset({"KEY-08"})

    def __init__(self):
        super().__init__()
        self.cached = {}

    def get_session(self, key):
        found = self.cached.get(key) or super().get_session(key)
        if found is not None:
            self.cached[key] = found
        return found

    def write(self, key, data):
        super().write(key, data)
        self.cached.pop(key, None)


class RemovesTwiceInPeace(Base):
    """OPS-11: a second remove of the same session succeeds."""

    rule = "OPS-11"
    fault = "HTTP's DELETE, which is idempotent"

    def __init__(self):
        super().__init__()
        self.removed = set()

    def remove_session(self, key):
        if key not in self.removed or key in self.sessions:
            super().remove_session(key)
        self.removed.add(key)


class UpdatesByUser(Base):
    """OPS-12: the update's condition is the user, not the key."""

    rule = "OPS-12"
    fault = "UPDATE … WHERE user = ?, by somebody who thinks of one session a user"
    maybe = frozenset({"OPS-16"})
    also = frozenset({"OPS-04"})

    def write(self, key, data):
        if key in self.sessions:
            user = self.user(data.tenant_ctx)
            for other, old in self.sessions.items():
                if self.user(old.tenant_ctx) == user:
                    self.sessions[other] = data
        super().write(key, data)


class EvictsAUsersOldest(Base):
    """OPS-13: a user has at most a hundred sessions, and the oldest is dropped for the next."""

    rule = "OPS-13"
    fault = "a cap on sessions a user, as against devices that are never logged out"
    cap = 100

    def write(self, key, data):
        super().write(key, data)
        user = self.user(data.tenant_ctx)
        own = [name for name, other in self.sessions.items() if self.user(other.tenant_ctx) == user]
        if len(own) > self.cap:
            del self.sessions[own[0]]


class EvictsOfThreeHundred(EvictsAUsersOldest):
    """OPS-13: a user has at most three hundred sessions, and the oldest is dropped for the next."""

    rule = "OPS-13"
    fault = "a list a user that LTRIM keeps short, with each session's value in it"
    cap = 300


class EvictsATenant(Base):
    """OPS-13: of 256 tenants' sessions those of the tenant that wasn't heard of for longest are dropped."""

    rule = "OPS-13"
    fault = "a map of tenants to their partitions, kept small by lru_cache(maxsize=256)"

    def __init__(self):
        super().__init__()
        self.partitions = {}

    def write(self, key, data):
        super().write(key, data)
        tenant = data.tenant_ctx.tenant_id
        self.partitions[tenant] = [*self.partitions.pop(tenant, []), key]
        if len(self.partitions) > 256:
            for old in self.partitions.pop(next(iter(self.partitions))):
                self.sessions.pop(old, None)


class FoldsWithoutNulls(Base):
    """OPS-08: every fiftieth update of a session is merged into what was there."""

    rule = "OPS-08"
    fault = "events that are folded into a snapshot now and then, by a merge to which absent means unchanged"

    def __init__(self):
        super().__init__()
        self.events = Counter()

    def write(self, key, data):
        self.events[key] += 1
        old = self.sessions.get(key)
        if old is not None and self.events[key] % 50 == 0 and data.pack_id is None:
            data = data.replace(pack_id=old.pack_id)
        super().write(key, data)


class EvictsTheLeastRecent(Base):
    """OPS-13: of 900 sessions the one that wasn't used for longest is dropped."""

    rule = "OPS-13"
    fault = "Redis as a cache: maxmemory-policy allkeys-lru"

    def write(self, key, data):
        self.sessions.pop(key, None)
        super().write(key, data)
        if len(self.sessions) > 900:
            del self.sessions[next(iter(self.sessions))]


class EvictsEntries(Base):
    """ROUTE-01: the sessions are kept, but of their entries only the last 500."""

    rule = "ROUTE-01"
    fault = "an index held in a bounded cache beside a table without bounds"

    def route(self, scope, key):
        super().route(scope, key)
        if len(self.entries) > 500:
            del self.entries[next(iter(self.entries))]


class IsUsedUp(Base):
    """OPS-14: get counts, and a session that was read ten times is gone."""

    rule = "OPS-14"
    fault = "a limit on reads, as one-time secrets have it"
    maybe = frozenset({"KEY-07"})
    also = frozenset({"OPS-08"})

    def __init__(self):
        super().__init__()
        self.reads = {}

    def get_session(self, key):
        self.reads[key] = self.reads.get(key, 0) + 1
        if self.reads[key] > 10:
            self.sessions.pop(key, None)
        return super().get_session(key)


class TrimsKeys(Base):
    """OPS-16: white space around a key is dropped."""

    rule = "OPS-16"
    fault = "strip() on whatever comes from a request"
    also = frozenset({"KEY-08"})

    def read(self, key):
        return super().read(key.strip())

    def forget(self, key):
        super().forget(key.strip())

    def unroute(self, key):
        super().unroute(key.strip())

    def route_at_update(self, key, data):
        super().route_at_update(key.strip(), data)


class CutsKeysAtNul(Base):
    """OPS-16: a key ends at U+0000."""

    rule = "OPS-16"
    fault = "LMDB or another C library behind a binding that passes char *"
    also = frozenset({"KEY-08"})

    def read(self, key):
        return super().read(key.partition("\0")[0])

    def forget(self, key):
        super().forget(key.partition("\0")[0])

    def unroute(self, key):
        super().unroute(key.partition("\0")[0])

    def route_at_update(self, key, data):
        super().route_at_update(key.partition("\0")[0], data)


class WritesBeforeTheFence(Base):
    """OPS-17: an update writes the new data, asks the fence, and doesn't write the old data back."""

    rule = "OPS-17"
    fault = "autocommit: the check raises when the statement has been run"
    also = frozenset({"OPS-04"})

    def fence_update(self, stored, data):
        key = next(name for name, other in self.sessions.items() if other is stored)
        self.write(key, data)
        super().fence_update(stored, data)


class RoutesARefusedCreate(Base):
    """OPS-17: a create writes the entry for its user before the fence has spoken."""

    rule = "OPS-17"
    fault = "routing reserved first, so that no session is ever without"

    def create_session(self, ctx, data, key=None):
        scope = self.scope_at_create(ctx, data)
        before = self.entries.pop(scope, None)
        made = super().create_session(ctx, data, key)
        if before is not None and scope not in self.entries:
            self.entries[scope] = before
        return made


class RefusedUpdateForgetsTheCreator(Base):
    """OPS-17: an update clears the old entry, and where the fence then refuses it, it stays cleared."""

    rule = "OPS-17"
    fault = "delete the old index, check, write the new one: greentic-session 0.4.4's order with the check in between"

    def fence_update(self, stored, data):
        key = next(name for name, other in self.sessions.items() if other is stored)
        scope = self.scopes[key]
        held = self.entries.get(scope) == key and self.entries.pop(scope)
        super().fence_update(stored, data)
        if held:
            self.entries[scope] = key


class LeakyLock:
    """A lock that is released only where all went well."""

    def __init__(self):
        self.lock = threading.Lock()

    def __enter__(self):
        self.lock.acquire()

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.lock.release()


class KeepsTheLock(Base):
    """OPS-17: a refusal leaves the lock taken, and the next operation waits for ever."""

    rule = "OPS-17"
    fault = "lock.acquire() and release() without try and finally"
    also = frozenset({"OPS-09", "OPS-11"})
    profiles = frozenset({"core"})

    def __init__(self):
        super().__init__()
        self.lock = LeakyLock()


class NeverReturns(Base):
    """ROUTE-02: a find of a session without a user takes the lock that it holds."""

    rule = "ROUTE-02"
    fault = "greentic-session 0.4.4's in-memory store: it takes its write lock while it holds its read lock"
    also = frozenset({"OPS-17"})
    profiles = frozenset({"core"})

    def may_find(self, ctx, user, stored):
        if self.user(stored) is None:
            lock = threading.Lock()
            with lock:
                lock.acquire()
        return super().may_find(ctx, user, stored)
