"""Stores whose routing isn't a table that is always exact."""

import itertools
import threading

from plain_store import Plain

from greentic_session import SessionCursor, SessionData, TenantCtx


class CleansUpLater(Plain):
    """Leaves the entry of a removed session and looks at it when it is met: is that session still the one it was written for?

    Each session has a number that none had before, so that an entry to an earlier session of the same key is stale.
    """

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()
        self.number_of = {}

    def create_session(self, ctx, data, key=None):
        with self.lock:
            key = super().create_session(ctx, data, key)
            self.number_of[key] = next(self.numbers)
            self.note(key)
            return key

    def update_session(self, key, data):
        with self.lock:
            super().update_session(key, data)
            if data.tenant_ctx.effective_user is not None:
                self.note(key)

    def note(self, key):
        scope = self.sessions[key][1]
        if scope is not None:
            self.routes[scope] = key, self.number_of[key]

    def remove_session(self, key):
        with self.lock:
            self.existing(key)
            del self.sessions[key], self.number_of[key]

    def find_by_user(self, ctx, user):
        with self.lock:
            key, number = self.routes.get(self.scope(ctx, user), (None, None))
            if key is None or ctx.effective_user not in {None, user}:
                return None
            if self.number_of.get(key) != number:
                del self.routes[self.scope(ctx, user)]
                return None
            return key, self.hand_out(self.sessions[key][0])


#: Older than anything that was written.
UNROUTED = -1


class LooksThroughAll(Plain):
    """Has no routing at all: it looks through every session for the one that was written last for the user."""

    def __init__(self):
        super().__init__()
        self.clock = itertools.count()
        self.written = {}

    def create_session(self, ctx, data, key=None):
        with self.lock:
            key = super().create_session(ctx, data, key)
            self.written[key] = next(self.clock)
            return key

    def update_session(self, key, data):
        with self.lock:
            super().update_session(key, data)
            if data.tenant_ctx.effective_user is not None:
                self.written[key] = next(self.clock)

    def remove_session(self, key):
        with self.lock:
            _, scope = self.existing(key)
            if self.newest(scope) == key:
                # No older session takes the place of a removed one.
                self.written |= {other: UNROUTED for other, (_, of) in self.sessions.items() if of == scope}
            del self.sessions[key], self.written[key]

    def newest(self, scope):
        keys = [key for key, (_, of) in self.sessions.items() if of == scope and self.written[key] != UNROUTED]
        return max(keys, key=self.written.__getitem__, default=None)

    def find_by_user(self, ctx, user):
        with self.lock:
            key = self.newest(self.scope(ctx, user))
            if key is None or ctx.effective_user not in {None, user}:
                return None
            return key, self.sessions[key][0]


#: One place for all: other programs' sessions lie in it, too, many of the same users.
SHARED = Plain()
SHARED_LOCK = threading.Lock()
FOREIGN = 5_000
SPACES = itertools.count()


def fill():
    """Put other people's sessions into the shared place: of the users, tenants and keys that anybody may have."""
    for number in range(FOREIGN):
        ctx = TenantCtx.new(f"foreign-{number % 7}.dev", "tenant-42").with_team(None).with_user(f"user-{number % 50}")
        data = SessionData(ctx, "flow", SessionCursor("n"), "{}")
        SHARED.create_session(ctx, data, f"foreign-{number % 7}:key-{number}")


class SharesAPlace:
    """Its sessions lie among thousands of others' in one place, apart by a namespace before each key and each env."""

    claims = ("keyed-create", "concurrent")

    def __init__(self):
        with SHARED_LOCK:
            if not SHARED.sessions:
                fill()
            self.space = f"space-{next(SPACES)}"

    def there(self, ctx):
        return ctx.replace(env=f"{self.space}.{ctx.env}")

    def moved(self, data):
        return data.replace(tenant_ctx=self.there(data.tenant_ctx))

    def back(self, data):
        env = data.tenant_ctx.env.removeprefix(f"{self.space}.")
        return data.replace(tenant_ctx=data.tenant_ctx.replace(env=env))

    def create_session(self, ctx, data, key=None):
        key = SHARED.issue() if key is None else SHARED.given(key)
        SHARED.create_session(self.there(ctx), self.moved(data), f"{self.space}:{key}")
        return key

    def get_session(self, key):
        data = SHARED.get_session(f"{self.space}:{key}")
        return None if data is None else self.back(data)

    def update_session(self, key, data):
        SHARED.update_session(f"{self.space}:{key}", self.moved(data))

    def remove_session(self, key):
        SHARED.remove_session(f"{self.space}:{key}")

    def find_by_user(self, ctx, user):
        found = SHARED.find_by_user(self.there(ctx), user)
        return None if found is None else (found[0].removeprefix(f"{self.space}:"), self.back(found[1]))
