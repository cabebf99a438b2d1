"""Stores that keep what they promise of a few sessions, and no more of hundreds."""

import time
from collections import OrderedDict, defaultdict, deque

from base import Base


class FiltersAfterTheLimit(Base):
    """ROUTE-01: a find looks for its user among the tenant's hundred newest sessions."""

    rule = "ROUTE-01"
    fault = "a query whose limit applies before its filter, as DynamoDB's does"

    def __init__(self):
        super().__init__()
        self.newest = defaultdict(lambda: deque(maxlen=100))

    def write(self, key, data):
        super().write(key, data)
        self.newest[data.tenant_ctx.tenant_id].append(key)

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return found if found and found[0] in self.newest[ctx.tenant_id] else None


class WritesBack(Base):
    """OPS-13: updates stay in a cache of 128 sessions, and what is pushed out of it is written nowhere."""

    rule = "OPS-13"
    fault = "a write-behind cache that evicts without looking whether an entry is dirty"

    def __init__(self):
        super().__init__()
        self.cache = OrderedDict()

    def write(self, key, data):
        if key in self.sessions:
            self.cache[key] = data
            self.cache.move_to_end(key)
            if len(self.cache) > 128:
                self.cache.popitem(last=False)
        else:
            super().write(key, data)

    def read(self, key):
        return self.cache.get(key, super().read(key))

    def forget(self, key):
        super().forget(key)
        self.cache.pop(key, None)


class ReroutesOneOfAHundred(Base):
    """ROUTE-05: an update moves a session to the front of its user's hundred newest where it is still among them."""

    rule = "ROUTE-05"
    fault = "LPUSH and LTRIM to bound an index, which is then believed to be whole"

    def __init__(self):
        super().__init__()
        self.newest = defaultdict(lambda: deque(maxlen=100))

    def route(self, scope, key):
        super().route(scope, key)
        if key not in self.newest[scope]:
            self.newest[scope].append(key)

    def route_at_update(self, key, data):
        if key in self.newest[self.scopes[key]]:
            super().route_at_update(key, data)


class SweepsEveryHundredth(Base):
    """OPS-13: each hundredth create sweeps away the sessions whose deadline has passed."""

    rule = "OPS-13"
    fault = "garbage collection in one of a hundred requests, as PHP's sessions have it"
    creates = 0

    def create_session(self, ctx, data, key=None):
        self.creates += 1
        if self.creates % 100 == 0:
            now = time.time() * 1000
            for past, held in list(self.sessions.items()):
                if held.tenant_ctx.deadline is not None and held.tenant_ctx.deadline.unix_millis < now:
                    self.remove_session(past)
        return super().create_session(ctx, data, key)


class KeepsAUsersLast500(Base):
    """OPS-13: a user has five hundred sessions at most, and the oldest goes for the next."""

    rule = "OPS-13"
    fault = "a capped list of sessions for each user, against leaks"
    effort = "normal"

    def __init__(self):
        super().__init__()
        self.of = defaultdict(list)

    def route(self, scope, key):
        super().route(scope, key)
        own = self.of[scope]
        own[:] = [other for other in own if other in self.sessions and other != key] + [key]
        if len(own) > 500:
            self.remove_session(own.pop(0))
