"""A plain correct store on dictionaries; an odd store does one thing in an unusual way that is right, too."""

import threading
import uuid

from greentic_session import ErrorCode, GreenticError


class Plain:
    """Nothing odd: what the others differ from.

    Attributes:
        claims: the profiles that it keeps beside ``core``.
    """

    claims = ("keyed-create", "concurrent")

    def __init__(self):
        self.lock = threading.RLock()
        self.sessions = {}
        self.routes = {}

    # -- the five operations

    def create_session(self, ctx, data, key=None):
        with self.lock:
            new, user = data.tenant_ctx, ctx.effective_user
            self.refuse_another_scope(ctx, new)
            if new.effective_user not in {None, user}:
                raise self.refusal(ErrorCode.INVALID_INPUT, "the user of the data isn't the caller's")
            self.refuse_too_large(data)
            key = self.issue() if key is None else self.given(key)
            if key in self.sessions:
                raise self.refusal(ErrorCode.CONFLICT, "the key is taken")
            scope = None if user is None else self.scope(new, user)
            self.sessions[key] = self.keep(data), scope
            if scope is not None:
                self.routes[scope] = key
            return key

    def get_session(self, key):
        with self.lock:
            kept, _ = self.sessions.get(key, (None, None))
            return None if kept is None else self.hand_out(kept)

    def update_session(self, key, data):
        with self.lock:
            kept, scope = self.existing(key)
            stored = self.hand_out(kept).tenant_ctx
            self.refuse_another_scope(stored, data.tenant_ctx)
            if stored.effective_user != data.tenant_ctx.effective_user:
                raise self.refusal(ErrorCode.INVALID_INPUT, "the user of a session can't change")
            self.refuse_too_large(data)
            self.sessions[key] = self.keep(data), scope
            if stored.effective_user is not None:
                self.routes[scope] = key

    def remove_session(self, key):
        with self.lock:
            _, scope = self.existing(key)
            del self.sessions[key]
            if self.routes.get(scope) == key:
                del self.routes[scope]

    def find_by_user(self, ctx, user):
        with self.lock:
            key = self.routes.get(self.scope(ctx, user))
            if key is None or ctx.effective_user not in {None, user}:
                return None
            return key, self.hand_out(self.sessions[key][0])

    # -- what odd stores do otherwise

    def issue(self):
        return str(uuid.uuid4())

    def given(self, key):
        try:
            if key.encode():
                return key
        except UnicodeEncodeError:
            pass
        raise self.refusal(ErrorCode.INVALID_INPUT, "a key is text that UTF-8 can encode, and not empty")

    def keep(self, data):
        return data

    def hand_out(self, kept):
        return kept

    def refusal(self, code, message):
        return GreenticError(code, message)

    def refuse_too_large(self, data):
        pass

    # -- what is the same for all

    def existing(self, key):
        if key not in self.sessions:
            raise self.refusal(ErrorCode.NOT_FOUND, "there is no such session")
        return self.sessions[key]

    def refuse_another_scope(self, ours, theirs):
        for dimension in ("env", "tenant_id", "effective_team"):
            if getattr(ours, dimension) != getattr(theirs, dimension):
                raise self.refusal(ErrorCode.INVALID_INPUT, f"another {dimension}")

    @staticmethod
    def scope(ctx, user):
        return ctx.env, ctx.tenant_id, ctx.effective_team, user
