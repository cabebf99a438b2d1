"""Stores that leave the shared layout in Redis."""

import json

import redis
from base import Stated
from greentic_session_conformance import redis_url
from greentic_session_conformance.targets.reference import RedisTarget

from greentic_session import GreenticError, RedisSessionStore, SessionData


class Store(RedisSessionStore):
    """The library's store, with the server at hand."""

    def __init__(self, url, namespace):
        super().__init__(url, namespace=namespace)
        self.raw = redis.Redis.from_url(url, decode_responses=True)
        self.space = namespace

    def close(self):
        super().close()
        self.raw.close()

    def record(self, key):
        return f"{self.space}:session:{key}"

    def entry(self, ctx, user):
        team = "-" if ctx.effective_team is None else ctx.effective_team
        return f"{self.space}:user:{ctx.env}:{ctx.tenant_id}:{team}:{user}"

    def written(self, key):
        """Called when a document has been written."""

    def create_session(self, ctx, data, key=None):
        key = super().create_session(ctx, data, key)
        self.written(key)
        return key

    def update_session(self, key, data):
        super().update_session(key, data)
        self.written(key)


class OnRedis(Stated, RedisTarget):
    """The correct store."""

    profiles = frozenset({"keyed-create", "redis-layout"})
    store = Store

    def __init__(self):
        super().__init__(redis_url())
        self.name = type(self).__name__

    def open_store(self, storage):
        return self.store(self._url, storage)


class _NamesAVersion(Store):
    def __init__(self, url, namespace):
        super().__init__(url, f"{namespace}:v2")


class NamesAVersion(OnRedis):
    """REDIS-01: records lie under a name with a version in it."""

    rule = "REDIS-01"
    fault = "a migration that put a version into every key"
    also = frozenset(
        {
            "ERR-15",
            "REDIS-02",
            "REDIS-03",
            "REDIS-04",
            "REDIS-07",
            "REDIS-08",
            "REDIS-09",
            "REDIS-10",
            "REDIS-11",
            "REDIS-13",
            "REDIS-14",
            "REDIS-15",
            "REDIS-21",
        }
    )
    store = _NamesAVersion


class _CompletesPairs(Store):
    def create_session(self, ctx, data, key=None):
        return super().create_session(ctx, self.completed(data), key)

    def update_session(self, key, data):
        super().update_session(key, self.completed(data))

    def completed(self, data):
        ctx = data.tenant_ctx
        return data.replace(tenant_ctx=ctx.replace(tenant=ctx.tenant_id, team=ctx.effective_team))


class CompletesPairsInTheRecord(OnRedis):
    """REDIS-02: the record holds the newer name's value under both names."""

    rule = "REDIS-02"
    fault = "a serializer that writes the effective values under both names"
    also = frozenset({"DATA-01", "REDIS-21"})
    store = _CompletesPairs


class _EntersTheLegacyTeam(Store):
    def create_session(self, ctx, data, key=None):
        key = super().create_session(ctx, data, key)
        stored = data.tenant_ctx
        user = stored.effective_user or ctx.effective_user
        if stored.team and stored.team_id and stored.team != stored.team_id and user:
            self.raw.rename(self.entry(stored, user), self.entry(stored.with_team(stored.team), user))
        return key


class EntersTheLegacyTeam(OnRedis):
    """REDIS-03: the entry's name has the older name's team."""

    rule = "REDIS-03"
    fault = "an entry's name built from `team`, as it was before team_id"
    maybe = frozenset({"FENCE-13"})
    also = frozenset({"REDIS-06"})
    store = _EntersTheLegacyTeam


class _KeepsAList(Store):
    def written(self, key):
        self.raw.sadd(f"{self.space}:session:all", key)


class KeepsAList(OnRedis):
    """REDIS-04: among the sessions lies a list of them."""

    rule = "REDIS-04"
    fault = "a set of all keys, added for an administration page"
    also = frozenset({"REDIS-06"})
    store = _KeepsAList


class _SetsATtl(Store):
    def written(self, key):
        self.raw.expire(self.record(key), 3600)


class SetsATtl(OnRedis):
    """REDIS-05: sessions expire after an hour, unasked."""

    rule = "REDIS-05"
    fault = "a default TTL of an hour, as most session libraries have"
    also = frozenset({"REDIS-07"})
    store = _SetsATtl


class _LeavesTheEntry(Store):
    def remove_session(self, key):
        names = [name for name in self.raw.scan_iter(f"{self.space}:user:*") if self.raw.get(name) == key]
        super().remove_session(key)
        for name in names:
            self.raw.set(name, key)


class LeavesTheEntry(OnRedis):
    """REDIS-06: remove deletes the record, and leaves the entry to the next find."""

    rule = "REDIS-06"
    fault = "a remove of one DEL, with the index left to expire by itself"
    store = _LeavesTheEntry


class _NotesItsEntries(_LeavesTheEntry):
    noted = frozenset()

    def written(self, key):
        self.noted |= {key}

    def remove_session(self, key):
        if key in self.noted:
            Store.remove_session(self, key)
        else:
            super().remove_session(key)


class NotesItsEntries(OnRedis):
    """REDIS-06: remove knows a session's entry from a note of its own, and leaves that of a session which another program wrote."""

    rule = "REDIS-06"
    fault = "the entry's name taken from a hash that only this library fills"
    store = _NotesItsEntries


class _DropsTheTtl(Store):
    def written(self, key):
        self.raw.persist(self.record(key))


class DropsTheTtl(OnRedis):
    """REDIS-07: an update writes with SET, and the time to live is gone, as with the original."""

    rule = "REDIS-07"
    fault = "SET without KEEPTTL, as greentic-session 0.4.4's update"
    store = _DropsTheTtl


class _KnowsItsOwn(Store):
    own = frozenset()

    def written(self, key):
        self.own |= {key}

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return found if found is not None and found[0] in self.own else None


class KnowsItsOwn(OnRedis):
    """REDIS-08: find answers only sessions that this store itself has written."""

    rule = "REDIS-08"
    fault = "a filter on the writer's name, so that runners don't disturb each other"
    store = _KnowsItsOwn


class _RemovesItsOwn(_KnowsItsOwn):
    find_by_user = Store.find_by_user

    def remove_session(self, key):
        if self.raw.type(self.record(key)) == "string" and key not in self.own:
            raise GreenticError("not_found", f"no session {key}")
        super().remove_session(key)


class RemovesItsOwn(OnRedis):
    """REDIS-08: remove knows only sessions that this store itself has created or updated."""

    rule = "REDIS-08"
    fault = "a remove by way of a set of keys, to which only one's own creates and updates add"
    also = frozenset({"REDIS-15"})
    store = _RemovesItsOwn


class _WantsCanonical(Store):
    def get_session(self, key):
        data = super().get_session(key)
        if data is not None and self.raw.get(self.record(key)) != data.to_json().decode():
            raise GreenticError("internal", f"the record {key} can't be read")
        return data


class WantsCanonical(OnRedis):
    """REDIS-09: a record in another spelling than one's own is called faulty."""

    rule = "REDIS-09"
    fault = "a checksum over the text that this library would have written"
    store = _WantsCanonical


class _LeavesDeadEntries(Store):
    def find_by_user(self, ctx, user):
        key = self.raw.get(self.entry(ctx, user))
        found = super().find_by_user(ctx, user)
        if key is not None and not self.raw.exists(self.record(key)):
            self.raw.set(self.entry(ctx, user), key)
        return found


class LeavesDeadEntries(OnRedis):
    """REDIS-10: a find that meets an entry without a session leaves it."""

    rule = "REDIS-10"
    fault = "index entries that outlive their sessions: the commonest complaint about session stores on Redis"
    store = _LeavesDeadEntries


class _RevivesWhatIsGone(Store):
    def update_session(self, key, data):
        try:
            super().update_session(key, data)
        except GreenticError as error:
            if error.code != "not_found" or not self.raw.exists(f"{self.space}:routed:{key}"):
                raise
            self.raw.set(self.record(key), data.to_json())


class RevivesWhatIsGone(OnRedis):
    """Where something lies beside a record that is gone, an update writes the record again: a breach of a rule of `core`, as the next one's."""

    store = _RevivesWhatIsGone


class _RemovesWhatIsGone(Store):
    def remove_session(self, key):
        noted = self.raw.exists(f"{self.space}:routed:{key}")
        try:
            super().remove_session(key)
        except GreenticError:
            if not noted:
                raise


class RemovesWhatIsGone(OnRedis):
    """Where DEL of a record and what lies beside it has deleted anything, remove succeeds: a breach of a rule of `core`, which this target doesn't claim."""

    store = _RemovesWhatIsGone


class _LeavesStrangeEntries(Store):
    def find_by_user(self, ctx, user):
        key = self.raw.get(self.entry(ctx, user))
        found = super().find_by_user(ctx, user)
        if key and found is None and self.raw.exists(self.record(key)):
            self.raw.set(self.entry(ctx, user), key)
        return found


class LeavesStrangeEntries(OnRedis):
    """REDIS-11: a find that meets an entry of somebody else's session leaves it."""

    rule = "REDIS-11"
    fault = "a find that only filters, so that each later find pays again"
    store = _LeavesStrangeEntries


class _ForgetsWhatIsGone(Store):
    def __init__(self, url, namespace):
        super().__init__(url, namespace)
        self.entries, self.left = {}, {}

    def create_session(self, ctx, data, key=None):
        entry = self.entries.get(key)
        left = entry is not None and self.raw.get(entry) == key
        created = super().create_session(ctx, data, key)
        if left:
            self.raw.set(entry, key)
            self.left[entry] = key
        user = data.tenant_ctx.effective_user or ctx.effective_user
        self.entries[created] = user and self.entry(data.tenant_ctx, user)
        return created

    def find_by_user(self, ctx, user):
        entry = self.entry(ctx, user)
        key = self.left.get(entry)
        if key is not None and self.raw.get(entry) == key and ctx.effective_user in {None, user}:
            data = self.get_session(key)
            if data is not None and data.tenant_ctx.effective_user is None:
                return key, data
        return super().find_by_user(ctx, user)


class ForgetsWhatIsGone(OnRedis):
    """REDIS-11: a create leaves the entry of the session that had its key until it expired, and find believes it."""

    rule = "REDIS-11"
    fault = "entries that only a remove clears, and a conversation's key that comes back after the TTL"
    store = _ForgetsWhatIsGone


class _ClearsWhatItRefuses(Store):
    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None:
            self.raw.delete(self.entry(ctx, user))
        return found


class ClearsWhatItRefuses(OnRedis):
    """REDIS-12: a find that the fence refuses deletes the entry, as the original's does."""

    rule = "REDIS-12"
    fault = "greentic-session 0.4.4: one caller can unroute another team's user"
    maybe = frozenset({"FENCE-17"})
    store = _ClearsWhatItRefuses


class _ReplacesAnything(Store):
    def update_session(self, key, data):
        try:
            super().update_session(key, data)
        except GreenticError as error:
            if error.code != "internal":
                raise
            self.raw.set(self.record(key), data.to_json())


class ReplacesAnything(OnRedis):
    """REDIS-13: an update of a record that can't be read replaces it, fence or no fence."""

    rule = "REDIS-13"
    fault = "a repair of corrupt records, added after an incident"
    store = _ReplacesAnything


class _CreatesOverFaulty(Store):
    def create_session(self, ctx, data, key=None):
        try:
            self.get_session(key or "")
        except GreenticError as error:
            if error.code == "internal":
                self.remove_session(key)
        return super().create_session(ctx, data, key)


class CreatesOverFaulty(OnRedis):
    """REDIS-14: a record that can't be read is taken for none by a create."""

    rule = "REDIS-14"
    fault = "try: read … except: treat as missing"
    store = _CreatesOverFaulty


class _ReadsBeforeRemoving(Store):
    def remove_session(self, key):
        self.get_session(key)
        super().remove_session(key)


class ReadsBeforeRemoving(OnRedis):
    """REDIS-15: a record that can't be read can't be removed, as with the original."""

    rule = "REDIS-15"
    fault = "greentic-session 0.4.4: one corrupt record can't be removed any more"
    store = _ReadsBeforeRemoving


class _CleansUp(Store):
    def get_session(self, key):
        try:
            return super().get_session(key)
        except GreenticError:
            self.raw.delete(self.record(key))
            raise


class CleansUp(OnRedis):
    """REDIS-16: a get of a record that can't be read deletes it."""

    rule = "REDIS-16"
    fault = "a session middleware that deletes what it can't unpickle"
    also = frozenset({"ERR-15"})
    store = _CleansUp


class _MatchesNamespaces(Store):
    def get_session(self, key):
        found = super().get_session(key)
        text = None if found is not None or "planted" not in key else self.raw.get(f"{self.space}x:session:{key}")
        return found if text is None else SessionData.from_json(text)


class MatchesNamespaces(OnRedis):
    """REDIS-20: names are looked for by the beginning of the namespace."""

    rule = "REDIS-20"
    fault = "SCAN MATCH namespace* without the separator"
    store = _MatchesNamespaces


class _Indents(Store):
    def written(self, key):
        document = json.loads(self.raw.get(self.record(key)))
        self.raw.set(self.record(key), json.dumps(document, indent=1), keepttl=True)


class Indents(OnRedis):
    """REDIS-21: records are written for people to read; that is a SHOULD, and no more."""

    rule = "REDIS-21"
    fault = "json.dumps(indent=…), left in from debugging"
    store = _Indents


class _TakesFaultyForNothing(Store):
    def get_session(self, key):
        try:
            return super().get_session(key)
        except GreenticError:
            return None


class TakesFaultyForNothing(OnRedis):
    """ERR-15: a record that can't be read is answered as if there were none."""

    rule = "ERR-15"
    fault = "Flask and Django sessions: what can't be decoded is an empty session"
    store = _TakesFaultyForNothing
