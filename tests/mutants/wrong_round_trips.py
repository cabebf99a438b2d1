"""Stores on a real Redis that do in two round trips what has to be done in one."""

import redis
from raw_redis import OnRawRedis, RawStore

from greentic_session import SessionData


class Races(OnRawRedis):
    """A mutant that is judged by what several callers do to it."""

    thread_safe = True
    profiles = frozenset({"keyed-create", "concurrent"})


class _SetsWhatItGot(RawStore):
    def update_session(self, key, data):
        self.fence_update(self.existing_in(self.client, key), data)
        entry = self.client.get(self.note(key))
        self.network()
        self.client.set(self.name(key), data.to_json())
        if self.user(data.tenant_ctx) is not None and entry:
            self.client.set(entry, key)


class SetsWhatItGot(Races):
    """CONC-02: an update is GET, the fence, and SET, without WATCH, MULTI or a script."""

    rule = "CONC-02"
    fault = "the commonest store on Redis there is: read, check, SET"
    store = _SetsWhatItGot


class _WatchesTheEntry(RawStore):
    def atomically(self, operation, *watched):
        return super().atomically(operation, f"{self.space}:user:all")

    def fence_update(self, stored, data):
        super().fence_update(stored, data)
        self.network()


class WatchesAnotherKey(Races):
    """CONC-02: WATCH and MULTI are there, and the key that is watched is another one than the one written."""

    rule = "CONC-02"
    fault = "a WATCH that was copied from the code that writes the index"
    also = frozenset({"CONC-03", "CONC-06"})
    store = _WatchesTheEntry


class _Deaf:
    """A pipe that reads without WATCH, so that its EXEC never fails."""

    def __init__(self, pipe, client):
        self.pipe, self.client = pipe, client

    def __getattr__(self, name):
        return getattr(self.client if name in {"get", "exists"} else self.pipe, name)

    def multi(self):
        self.get = self.exists = None

    def watch(self, *names):
        pass


class _DeletesThenSets(RawStore):
    def update_session(self, key, data):
        self.fence_update(self.existing_in(self.client, key), data)
        entry = self.client.get(self.note(key))
        self.client.delete(self.name(key))
        self.network()
        self.client.set(self.name(key), data.to_json())
        if self.user(data.tenant_ctx) is not None and entry:
            self.client.set(entry, key)


class DeletesThenSets(Races):
    """CONC-01: an update is DEL and SET, and another update in between finds no session."""

    rule = "CONC-01"
    fault = "an update written as remove and create, which is two lines"
    also = frozenset({"CONC-02", "CONC-07"})
    store = _DeletesThenSets


class _SetsTwice(RawStore):
    def update_session(self, key, data):
        super().update_session(key, data)
        self.network()
        text = self.client.get(self.name(key))
        if text is not None:
            mixed = SessionData.from_json(text).replace(cursor=data.cursor)
            self.client.set(self.name(key), mixed.to_json(), xx=True)


class SetsTwice(Races):
    """CONC-01: an update writes the session, and then its cursor in a second round trip."""

    rule = "CONC-01"
    fault = "HSET field by field, or JSON.SET path by path, without MULTI"
    store = _SetsTwice


class _LooksThenSets(RawStore):
    def atomically(self, operation, *watched):
        with self.client.pipeline() as pipe:
            answer = operation(_Deaf(pipe, self.client))
            self.network()
            pipe.execute()
            return answer


class LooksThenSets(Races):
    """CONC-03: a create is EXISTS and SET, where SET NX would do."""

    rule = "CONC-03"
    fault = "EXISTS, then SET: the second delivery of a webhook begins a second flow"
    also = frozenset({"CONC-02", "CONC-06", "CONC-08"})
    store = _LooksThenSets


class _LooksThenDeletes(RawStore):
    def remove_session(self, key):
        self.existing_in(self.client, key)
        entry = self.client.get(self.note(key))
        self.network()
        self.client.delete(self.name(key), self.note(key))
        if entry and self.client.get(entry) == key:
            self.client.delete(entry)


class LooksThenDeletes(Races):
    """CONC-06: a remove is GET and DEL, and nobody looks how many DEL has deleted."""

    rule = "CONC-06"
    fault = "EXISTS, then DEL, where DEL's own answer would have told"
    store = _LooksThenDeletes


class _ComparesThenDeletes(RawStore):
    def remove_session(self, key):
        entry = self.client.get(self.note(key))
        held = bool(entry) and self.client.get(entry) == key
        self.network()

        def write(pipe):
            self.existing_in(pipe, key)
            pipe.multi()
            pipe.delete(self.name(key), self.note(key), *([entry] if held else []))

        self.atomically(write, self.name(key))


class ComparesThenDeletes(Races):
    """CONC-08: a remove compares the entry with its key, and deletes it in another round trip, whoever's it is by then."""

    rule = "CONC-08"
    fault = "compare-and-delete as GET and DEL, the classic of locks on Redis"
    store = _ComparesThenDeletes


class _RoutesFirst(RawStore):
    def create_session(self, ctx, data, key=None):
        scope = self.scope_at_create(ctx, data)
        if key is None and scope is not None:
            self.fence_create(ctx, data)
            key = self.issue(ctx, data)
            self.client.set(self.entry(scope), key)
            self.network()
        return super().create_session(ctx, data, key)

    def written(self, pipe, key, data, scope):
        pipe.set(self.name(key), data.to_json())
        pipe.set(self.note(key), "" if scope is None else self.entry(scope))

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None:
            self.client.delete(self.entry(self.scope(ctx, user)))
        return found


class RoutesFirst(Races):
    """CONC-08: the entry is written a round trip before the session, and a find in between clears it as stale."""

    rule = "CONC-08"
    fault = "routing before the session, and a clean-up of stale entries, each right by itself"
    maybe = frozenset({"FENCE-17"})
    profiles = frozenset({"concurrent"})
    store = _RoutesFirst


class _GivesUp(RawStore):
    def atomically(self, operation, *watched):
        with self.client.pipeline() as pipe:
            pipe.watch(*watched)
            answer = operation(pipe)
            self.network()
            try:
                pipe.execute()
            except redis.WatchError:
                raise self.refusal("conflict", "somebody else was faster") from None
            return answer


class GivesUpAtOnce(Races):
    """CONC-01: an update that WATCH tells of another one is answered with a conflict."""

    rule = "CONC-01"
    fault = "redis-py's WatchError, handed on to the caller under another name"
    also = frozenset({"CONC-02", "CONC-07"})
    store = _GivesUp
