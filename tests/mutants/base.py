"""A plain correct store on dictionaries; a mutant overrides one small method and so breaks one rule."""

import threading
import uuid

from greentic_session import GreenticError


class Stated:
    """What a mutant states, and a correct store leaves empty.

    It is the rule that is broken, the ``fault`` in the real world that this stands for, and in ``also`` the rules that
    are broken with it; in ``maybe`` what a search, which sees no more than a wrong answer, may call it. What only a search can find is ``found_by`` the module of checks of that name.
    """

    rule = ""
    fault = ""
    found_by = ""
    also = frozenset()
    maybe = frozenset()


class Base(Stated):
    """Keeps every rule of its profiles."""

    profiles = frozenset({"core", "keyed-create", "concurrent"})
    compared_at_create = ("env", "tenant", "team")
    compared_at_update = ("env", "tenant", "team", "user")
    compared_at_find = ("env", "tenant", "team")
    routed_by = ("env", "tenant", "team")

    def __init__(self):
        self.lock = threading.RLock()
        self.sessions = {}
        self.entries = {}
        self.scopes = {}

    # -- the five operations

    def create_session(self, ctx, data, key=None):
        with self.lock:
            self.fence_create(ctx, data)
            key = self.issue(ctx, data) if key is None else self.given(key)
            if self.taken(key):
                raise self.refusal("conflict", f"the key {key} is taken")
            scope = self.scope_at_create(ctx, data)
            self.pause()
            self.write(key, data)
            self.scopes[key] = scope
            if scope is not None:
                self.route(scope, key)
            return key

    def get_session(self, key):
        with self.lock:
            data = self.read(key)
            return None if data is None else self.handed_out(data)

    def update_session(self, key, data):
        with self.lock:
            self.fence_update(self.existing(key), data)
            self.pause()
            self.write(key, data)
            self.route_at_update(key, data)

    def remove_session(self, key):
        with self.lock:
            self.existing(key)
            self.pause()
            self.forget(key)
            self.unroute(key)

    def find_by_user(self, ctx, user):
        with self.lock:
            key = self.entries.get(self.scope(ctx, user))
            data = None if key is None else self.read(key)
            if data is None or not self.may_find(ctx, user, data.tenant_ctx):
                return None
            return key, self.handed_out(data)

    # -- the fence

    def part(self, dimension, ctx):
        return {"env": ctx.env, "tenant": ctx.tenant_id, "team": self.team(ctx), "user": self.user(ctx)}[dimension]

    def team(self, ctx):
        return ctx.team_id if ctx.team_id is not None else ctx.team

    def user(self, ctx):
        return ctx.user_id if ctx.user_id is not None else ctx.user

    def first_difference(self, one, other, dimensions):
        return next((name for name in dimensions if self.part(name, one) != self.part(name, other)), None)

    def fence_create(self, ctx, data):
        new = data.tenant_ctx
        differs = self.first_difference(ctx, new, self.compared_at_create)
        if differs is None and self.user(new) is not None and self.user(new) != self.user(ctx):
            differs = "user"
        if differs is not None:
            raise self.refusal("invalid_input", self.told(differs, ctx, data))

    def fence_update(self, stored, data):
        differs = self.first_difference(stored.tenant_ctx, data.tenant_ctx, self.compared_at_update)
        if differs is not None:
            raise self.refusal("invalid_input", self.told(differs, stored.tenant_ctx, data))

    def may_find(self, ctx, user, stored):
        if self.first_difference(ctx, stored, self.compared_at_find) is not None:
            return False
        return self.user(stored) in {None, user} and self.user(ctx) in {None, user}

    def told(self, dimension, ctx, data):
        return f"another {dimension}"

    def refusal(self, code, message):
        return GreenticError(code, message)

    # -- keys and sessions

    def issue(self, ctx, data):
        return str(uuid.uuid4())

    def given(self, key):
        try:
            encoded = key.encode()
        except UnicodeEncodeError:
            encoded = b""
        if not encoded:
            raise self.refusal("invalid_input", "the key is empty, or UTF-8 can't encode it")
        return key

    def taken(self, key):
        return key in self.sessions

    def existing(self, key):
        data = self.read(key)
        if data is None:
            raise self.refusal("not_found", f"no session {key}")
        return data

    def read(self, key):
        return self.sessions.get(key)

    def write(self, key, data):
        self.sessions[key] = self.kept(data)

    def forget(self, key):
        del self.sessions[key]

    def kept(self, data):
        return data

    def handed_out(self, data):
        return data

    # -- the routing

    def scope(self, ctx, user):
        return (*(self.part(name, ctx) for name in self.routed_by), user)

    def scope_at_create(self, ctx, data):
        user = self.user(data.tenant_ctx)
        user = self.user(ctx) if user is None else user
        return None if user is None else self.scope(data.tenant_ctx, user)

    def route(self, scope, key):
        self.entries[scope] = key

    def route_at_update(self, key, data):
        if self.user(data.tenant_ctx) is not None:
            self.route(self.scopes[key], key)

    def unroute(self, key):
        scope = self.scopes.pop(key, None)
        if self.entries.get(scope) == key:
            del self.entries[scope]

    def pause(self):
        """Between reading and writing; a mutant without a lock lets the other callers in here."""


class ChangesTheContext(Base):
    """Keeps a session with another context."""

    def kept(self, data):
        return data.replace(tenant_ctx=self.changed(data.tenant_ctx))

    def changed(self, ctx):
        return ctx


class ChangesTheSnapshot(Base):
    """Keeps a session with another snapshot."""

    def kept(self, data):
        return data.replace(context_json=self.changed(data.context_json))

    def changed(self, text):
        return text
