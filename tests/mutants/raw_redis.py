"""A plain correct store on Redis without scripts: every operation reads under WATCH and writes in one MULTI."""

import random
import time
from threading import current_thread, main_thread

import redis
from base import Base, Stated
from greentic_session_conformance import redis_url
from greentic_session_conformance.targets.reference import RedisTarget

from greentic_session import SessionData


class RawStore(Base):
    """What a mutant changes is how an operation reads and writes; the fence is the base's.

    Beside a session lies the name of its routing entry, under ``…:routed:…``.
    """

    def __init__(self, url, space):
        super().__init__()
        self.client = redis.Redis.from_url(url, decode_responses=True)
        self.space = space

    def close(self):
        self.client.close()

    def name(self, key):
        return f"{self.space}:session:{key}"

    def note(self, key):
        return f"{self.space}:routed:{key}"

    def entry(self, scope):
        env, tenant, team, user = scope
        return f"{self.space}:user:{env}:{tenant}:{'-' if team is None else team}:{user}"

    def existing_in(self, pipe, key):
        text = pipe.get(self.name(key))
        if text is None:
            raise self.refusal("not_found", f"no session {key}")
        return SessionData.from_json(text)

    def leading_to(self, pipe, key):
        """The entry that leads to a key: also to one whose session another program has deleted, or let expire."""
        entry = pipe.get(self.note(key))
        if not entry:
            return ()
        pipe.watch(entry)
        return (entry,) if pipe.get(entry) == key else ()

    def atomically(self, operation, *watched):
        """Run an operation that reads from a pipe, calls ``multi()`` on it and writes; again where somebody was faster."""
        while True:
            with self.client.pipeline() as pipe:
                pipe.watch(*watched)
                try:
                    answer = operation(pipe)
                    pipe.execute()
                except redis.WatchError:
                    continue
                return answer

    def network(self):
        """Between two round trips, when others call: a mutant lets them in here for certain."""
        if current_thread() is not main_thread():
            time.sleep(random.uniform(0.002, 0.008))

    def create_session(self, ctx, data, key=None):
        self.fence_create(ctx, data)
        key = self.issue(ctx, data) if key is None else self.given(key)
        scope = self.scope_at_create(ctx, data)

        def write(pipe):
            if pipe.exists(self.name(key)):
                raise self.refusal("conflict", f"the key {key} is taken")
            left = self.leading_to(pipe, key)
            pipe.multi()
            if left:
                pipe.delete(*left)
            self.written(pipe, key, data, scope)

        self.atomically(write, self.name(key))
        return key

    def written(self, pipe, key, data, scope):
        pipe.set(self.name(key), data.to_json())
        pipe.set(self.note(key), "" if scope is None else self.entry(scope))
        if scope is not None:
            pipe.set(self.entry(scope), key)

    def get_session(self, key):
        text = self.client.get(self.name(key))
        return None if text is None else SessionData.from_json(text)

    def update_session(self, key, data):
        def write(pipe):
            self.fence_update(self.existing_in(pipe, key), data)
            entry = pipe.get(self.note(key))
            pipe.multi()
            pipe.set(self.name(key), data.to_json())
            if self.user(data.tenant_ctx) is not None and entry:
                pipe.set(entry, key)

        self.atomically(write, self.name(key))

    def remove_session(self, key):
        def write(pipe):
            self.existing_in(pipe, key)
            left = self.leading_to(pipe, key)
            pipe.multi()
            pipe.delete(self.name(key), self.note(key), *left)

        self.atomically(write, self.name(key))

    def find_by_user(self, ctx, user):
        if not user.isascii() or not user.isprintable():
            return None
        entry = self.entry(self.scope(ctx, user))
        key = self.client.get(entry)
        data = None if key is None else self.get_session(key)
        return None if data is None or not self.may_find(ctx, user, data.tenant_ctx) else (key, data)


class OnRawRedis(Stated, RedisTarget):
    """The correct store as a target."""

    profiles = frozenset({"keyed-create", "concurrent", "durable"})
    store = RawStore

    def __init__(self):
        super().__init__(redis_url())
        self.name = type(self).__name__

    def open_store(self, storage):
        return self.store(self._url, storage)
