"""What a correct store answers, written from the chapters "Operations", "Tenant fence" and "User routing" and nothing else.

The oracle is told every call and what the store answered. It raises where the two part, with the rule that was broken; which one
that is follows from what happened last.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple
from unicodedata import category

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Answer, Failed, OutcomeUnknownError, describe

#: The longest key, in bytes of UTF-8, that every store must hold where it is given (rule KEY-08).
_LONGEST_KEY: Final = 255


class Scope(NamedTuple):
    """What one routing entry is for."""

    env: str
    tenant: str
    team: str | None
    user: str


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened last, as far as it tells which rule a wrong answer breaks.

    Attributes:
        operation: its name.
        key: the session's key; ``None`` where there is none.
        scope: whose routing it was about; ``None`` where nobody's.
        named: whether the session names a user.
        refused: whether it was refused.
        nothing: whether it was a find that was answered with nothing.
    """

    operation: str
    key: str | None = None
    scope: Scope | None = None
    named: bool = False
    refused: bool = False
    nothing: bool = False


_AT_CREATE: Final = MappingProxyType({"env": "FENCE-01", "tenant": "FENCE-02", "team": "FENCE-03", "user": "FENCE-04"})
_AT_UPDATE: Final = MappingProxyType({"env": "FENCE-06", "tenant": "FENCE-07", "team": "FENCE-05", "user": "FENCE-08"})
_AT_FIND: Final = MappingProxyType({"env": "FENCE-09", "tenant": "FENCE-10", "team": "FENCE-11", "user": "FENCE-12"})


def team_of(ctx: TenantCtx) -> str | None:
    """The team that counts (rule FENCE-13)."""
    return ctx.team if ctx.team_id is None else ctx.team_id


def user_of(ctx: TenantCtx) -> str | None:
    """The user that counts (rule FENCE-13)."""
    return ctx.user if ctx.user_id is None else ctx.user_id


def scope_of(ctx: TenantCtx, user: str) -> Scope:
    """The scope of a user in a context."""
    return Scope(ctx.env, ctx.tenant_id, team_of(ctx), user)


def _differs(one: TenantCtx, other: TenantCtx) -> str | None:
    """The first of env, tenant and team in which two contexts differ."""
    mine = (("env", one.env), ("tenant", one.tenant_id), ("team", team_of(one)))
    theirs = (other.env, other.tenant_id, team_of(other))
    return next((name for (name, value), their in zip(mine, theirs, strict=True) if value != their), None)


def _alike(one: str, other: str) -> bool:
    """Whether two ids differ in what careless comparisons overlook: case, punctuation, or an end."""
    one, other = (re.sub(r"[^a-z0-9]", "", text.lower()) for text in (one, other))
    return one.startswith(other) or other.startswith(one)


def _fence(rule: str, dimension: str, *contexts: TenantCtx) -> str:
    """The rule that is broken where the fence lets two contexts pass that differ in a dimension."""
    one, other = contexts
    mine, theirs = {
        "env": (one.env, other.env),
        "tenant": (one.tenant_id, other.tenant_id),
        "team": (team_of(one), team_of(other)),
        "user": (user_of(one), user_of(other)),
    }[dimension]
    if dimension == "tenant" and any(ctx.tenant != ctx.tenant_id for ctx in contexts):
        return "FENCE-14"
    if dimension == "team" and any(ctx.team != ctx.team_id for ctx in contexts):
        return "FENCE-13"
    if dimension == "user" and any(ctx.user != ctx.user_id for ctx in contexts):
        return "FENCE-13"
    return "FENCE-19" if mine and theirs and _alike(mine, theirs) else rule


def _is_held(key: str) -> bool:
    """Whether it is a key that every store must hold where it is given (rule KEY-08)."""
    try:
        short = len(key.encode()) <= _LONGEST_KEY
    except UnicodeEncodeError:
        return False
    return short and not any(category(character) == "Cc" for character in key)


class Oracle:
    """The sessions and the routing of a store that keeps every rule."""

    def __init__(self) -> None:
        self.sessions: dict[str, SessionData] = {}
        self.entries: dict[Scope, str] = {}
        #: Every version of every session that ever was, the newest last.
        self.versions: dict[str, list[SessionData]] = {}
        self._routed: dict[str, Scope | None] = {}
        self._left: dict[Scope, set[str]] = {}
        self._last = Happened("open_store")

    # -- the operations

    def create(self, ctx: TenantCtx, data: SessionData, key: str | None, answer: Answer) -> None:
        """A ``create_session``, under a key where one was given."""
        stored, user = data.tenant_ctx, user_of(data.tenant_ctx)
        differs = _differs(ctx, stored)
        if differs is None and user is not None and user != user_of(ctx):
            differs = "user"
        taken = key in self.sessions
        if differs is not None:
            code_rule = "ERR-12" if taken else "ERR-01"
            rule = _fence(_AT_CREATE[differs], differs, ctx, stored)
            _refused(answer, "invalid_input", f"create_session of another {differs}", rule, code_rule)
        elif key is not None and answer.code == "invalid_input" and not _is_held(key):
            pass  # a key that a store may refuse, whoever has it, such as a long one that it has issued itself
        elif taken:
            _refused(answer, "conflict", "create_session under a taken key", "KEY-06", "ERR-10")
        else:
            self._created(ctx, data, key, answer)
            return
        self._last = Happened("create_session", key, refused=True)

    def _created(self, ctx: TenantCtx, data: SessionData, key: str | None, answer: Answer) -> None:
        if not answer.ok:
            used = "KEY-07" if key in self.versions else "KEY-05"
            rule = "FENCE-15" if answer.code == "invalid_input" and key is None else "OPS-01" if key is None else used
            raise _unexpected(answer, "create_session succeeds", rule)
        issued: str = answer.value
        if key is not None and issued != key:
            raise Failed("the key that was given", "another key", "KEY-05")
        if key is None and issued in self.versions:
            raise Failed("a key that no session had before", "one that a session has, or had", "OPS-04")
        user = user_of(data.tenant_ctx) or user_of(ctx)
        scope = None if user is None else scope_of(data.tenant_ctx, user)
        self.sessions[issued] = data
        self.versions[issued] = [data]
        self._routed[issued] = scope
        if scope is not None:
            self.entries[scope] = issued
        self._last = Happened("create_session", issued, scope, user_of(data.tenant_ctx) is not None)

    def get(self, key: str, answer: Answer) -> None:
        """A ``get_session``."""
        wanted = self.sessions.get(key)
        if not answer.ok:
            raise _unexpected(answer, "an answer from get_session", "OPS-07" if wanted is None else "OPS-03")
        if wanted is None:
            if answer.value is not None:
                raise Failed("nothing from get_session", "a session", self._conjured(key, answer.value))
        elif answer.value is None:
            raise Failed("get_session answers the session", "nothing", self._lost(key))
        elif answer.value != wanted:
            raise self._altered(key, answer.value, "get_session")
        self._last = Happened("get_session", key)

    def update(self, key: str, data: SessionData, answer: Answer) -> None:
        """An ``update_session``."""
        stored = self.sessions.get(key)
        if stored is None:
            _refused(answer, "not_found", "update_session of a key that isn't there", "OPS-09", "ERR-02")
            self._last = Happened("update_session", key, refused=True)
            return
        differs = _differs(stored.tenant_ctx, data.tenant_ctx)
        user = user_of(data.tenant_ctx)
        if differs is None and user_of(stored.tenant_ctx) != user:
            differs = "user"
        if differs is not None:
            what = f"update_session to another {differs}"
            rule = _fence(_AT_UPDATE[differs], differs, stored.tenant_ctx, data.tenant_ctx)
            _refused(answer, "invalid_input", what, rule, "ERR-01")
            self._last = Happened("update_session", key, refused=True)
            return
        if not answer.ok:
            rule = {"not_found": self._lost(key), "invalid_input": "FENCE-16"}.get(answer.code or "", "OPS-08")
            raise _unexpected(answer, "update_session succeeds", rule)
        self.sessions[key] = data
        self.versions[key].append(data)
        scope = self._routed[key]
        if user is not None and scope is not None:
            self.entries[scope] = key
        self._last = Happened("update_session", key, scope, user is not None)

    def remove(self, key: str, answer: Answer) -> None:
        """A ``remove_session``."""
        if key not in self.sessions:
            _refused(answer, "not_found", "remove_session of a key that isn't there", "OPS-11", "ERR-02")
            self._last = Happened("remove_session", key, refused=True)
            return
        if not answer.ok:
            rule = self._lost(key) if answer.code == "not_found" else "OPS-10"
            raise _unexpected(answer, "remove_session succeeds", rule)
        del self.sessions[key]
        scope = self._routed.pop(key)
        if scope is not None:
            self._left.setdefault(scope, set()).add(key)
            if self.entries.get(scope) == key:
                del self.entries[scope]
        self._last = Happened("remove_session", key, scope)

    def find(self, ctx: TenantCtx, user: str, answer: Answer) -> None:
        """A ``find_by_user``."""
        scope = scope_of(ctx, user)
        key = self.entries.get(scope)
        # A ctx that itself names another user should be answered with nothing, and need not be (rule FENCE-18).
        as_another = user_of(ctx) not in {None, user}
        if not answer.ok:
            if key is None or not (as_another and answer.code == "invalid_input"):
                raise _unexpected(answer, "an answer from find_by_user", "ROUTE-10" if key is None else "ROUTE-01")
        elif answer.value is None:
            if key is not None and not as_another:
                raise Failed("find_by_user answers the user's session", "nothing", self._unrouted(key))
        else:
            found, data = answer.value
            if found != key:
                told = "nothing from find_by_user" if key is None else "the user's newest session from find_by_user"
                raise Failed(told, "another session", self._misled(found, ctx, user))
            if data != self.sessions[found]:
                got = describe.difference(data, self.sessions[found])
                both = (data, self.sessions[found])
                raise Failed("find_by_user answers the session as it is under its key", got, "ROUTE-14", data=both)
        self._last = Happened("find_by_user", scope=scope, nothing=answer.value is None)

    def scopes(self) -> list[Scope]:
        """Every scope that a session was ever routed in."""
        return list(dict.fromkeys((*self.entries, *self._left)))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Reads in this block are no part of the sequence: what happened last stays what it was."""
        last = self._last
        yield
        self._last = last

    # -- which rule

    def _conjured(self, key: str, got: SessionData) -> str:
        """The rule that a session breaks that should not be there."""
        if self._taken_for(key, got):
            return "OPS-16"
        if self._last.refused and self._last.key == key and self._last.operation == "update_session":
            return "OPS-09"
        if self._last.refused:
            return "OPS-17"
        return "OPS-10" if key in self.versions else "OPS-07"

    def _taken_for(self, key: str, got: SessionData) -> bool:
        """Whether what came is the session of another key that is nearly the same."""
        return any(other != key and data == got and _alike(key, other) for other, data in self.sessions.items())

    def _lost(self, key: str) -> str:
        """The rule that a session breaks that should be there."""
        last, own = self._last, self._last.key == key
        if last.refused:
            return "OPS-17"
        if last.operation == "create_session":
            return "OPS-02" if own else "OPS-13"
        if last.operation in {"update_session", "remove_session"}:
            return "OPS-08" if own else "OPS-12"
        return "OPS-14"

    def _altered(self, key: str, got: SessionData, operation: str) -> Failed:
        last, own, wanted = self._last, self._last.key == key, self.sessions[key]
        rule = "DATA-01"
        if self._taken_for(key, got):
            rule = "OPS-16"
        elif last.refused:
            rule = "OPS-17"
        elif last.operation == "create_session" and not own:
            rule = "OPS-04"
        elif last.operation in {"update_session", "remove_session"} and not own:
            rule = "OPS-12"
        elif last.operation == "update_session":
            rule = "OPS-08"
        elif last.operation in {"get_session", "find_by_user"}:
            rule = "OPS-14"
        expected = f"{operation} answers the session as it was stored"
        return Failed(expected, describe.difference(got, wanted), rule, data=(got, wanted))

    def _unrouted(self, key: str) -> str:
        """The rule that is broken where a user finds nothing."""
        last, own = self._last, self._last.key == key
        if last.operation == "create_session" and not last.refused:
            if own:
                return "ROUTE-01" if last.named else "ROUTE-02"
            return "ROUTE-03" if last.scope is None else "ROUTE-11"
        return self._rerouted(own=own)

    def _rerouted(self, *, own: bool) -> str:
        """The rule that is broken where a routing was changed by what didn't create a session."""
        last = self._last
        if last.refused:
            return "OPS-17"
        if last.operation == "update_session":
            return "ROUTE-05" if own and last.named else "ROUTE-06" if not last.named else "ROUTE-11"
        if last.operation == "remove_session":
            return "ROUTE-08"
        if last.operation == "find_by_user":
            return "FENCE-17" if last.nothing else "ROUTE-15"
        return "ROUTE-15"

    def _misled(self, found: str, ctx: TenantCtx, user: str) -> str:
        """The rule that is broken where a user finds a session that isn't the newest of their own."""
        data, scope = self.sessions.get(found), scope_of(ctx, user)
        if data is None:
            return "ROUTE-07"
        differs = _differs(ctx, data.tenant_ctx)
        if differs is None and user_of(data.tenant_ctx) not in {None, user}:
            differs = "user"
        if found in self._left.get(scope, ()) and self._routed.get(found) != scope:
            return "ROUTE-20"
        if self._last.refused:
            return "OPS-17"
        if differs is not None:
            return _fence(_AT_FIND[differs], differs, ctx, data.tenant_ctx)
        last, key = self._last, self.entries.get(scope)
        if key is not None:
            if last.operation == "create_session" and not last.refused:
                return "ROUTE-04" if last.key == key else "ROUTE-03" if last.scope is None else "ROUTE-11"
            return self._rerouted(own=last.key == key)
        if last.operation == "update_session" and not last.named:
            return "ROUTE-06"
        if scope in self._left:
            return "ROUTE-09"
        return "ROUTE-10"


def _unexpected(answer: Answer, expected: str, rule: str) -> Exception:
    if answer.outcome_unknown:
        return OutcomeUnknownError(answer.describe())
    return Failed(expected, answer.describe(), rule)


def _refused(answer: Answer, code: str, what: str, rule: str, code_rule: str) -> None:
    if answer.ok:
        raise Failed(f"{what} is refused", "no error", rule)
    if answer.code != code:
        raise _unexpected(answer, f"{code} from {what}", code_rule)
