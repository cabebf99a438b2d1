"""What sequences are made of: ids, contexts and documents that stores have confused, few enough to meet again."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

from greentic_session import InvocationDeadline, SessionCursor, SessionData, TenantCtx
from greentic_session_conformance.checks.samples import CHARACTERS, SNAPSHOT

#: Ids that run together where they are joined, folded, trimmed, cut or matched without care.
_IDS: Final = (
    "a",
    "b",
    "A",
    "ab",
    "a.b",
    "a-b",
    "a_b",
    "a.",
    "-a",
    "0",
    "00",
    "none",
    "null",
    "None",
    "user",
    "x" * 64,
)
#: Given keys; none where no key is given, and the last two stand for that of a session that is there, or was.
KEYS: Final = (None, "k", "K", "k:k", "again", "again")


@dataclass(frozen=True, slots=True)
class Cast:
    """The few ids that a sequence is about.

    Attributes:
        envs: two.
        tenants: two.
        teams: none, and two more.
        users: three.
        sessions: how many are there at once, at most.
    """

    envs: tuple[str, ...]
    tenants: tuple[str, ...]
    teams: tuple[str | None, ...]
    users: tuple[str, ...]
    sessions: int

    def user(self, index: int) -> str:
        """A user."""
        return self.users[index % len(self.users)]

    def context(self, env: int, tenant: int, team: int, user: int, spelling: str) -> TenantCtx:
        """A context of the cast, with its pairs spelt in one of the ways of :data:`SPELLINGS`."""
        whose = (
            TenantCtx.new(self.envs[env], self.tenants[tenant]).with_team(self.teams[team]).with_user(self.user(user))
        )
        return respelt(whose, spelling)

    def changed(self, ctx: TenantCtx, how: str) -> TenantCtx:
        """A context changed in the way that a word of :data:`CREATORS` or :data:`CHANGES` names."""
        if how == "env":
            return ctx.replace(env=_other(self.envs, ctx.env))
        if how == "tenant":
            return ctx.replace(
                tenant=_other(self.tenants, ctx.tenant_id), tenant_id=_other(self.tenants, ctx.tenant_id)
            )
        if how == "team":
            return ctx.with_team(_other(self.teams, ctx.effective_team))
        if how == "user":
            return ctx.with_user(_other(self.users, ctx.effective_user))
        if how == "nobody":
            return ctx.with_user(None)
        return respelt(ctx, how)


def _other(values: tuple[Any, ...], value: Any) -> Any:
    return next(item for item in values if item != value)


def respelt(ctx: TenantCtx, spelling: str) -> TenantCtx:
    """The same env, tenant, team and user, written otherwise."""
    team, user = ctx.effective_team, ctx.effective_user
    if spelling == "older":
        return ctx.replace(team=team, team_id=None, user=user, user_id=None)
    if spelling == "newer":
        return ctx.replace(tenant="legacy", team=None, team_id=team, user=None, user_id=user)
    if spelling == "differing":
        differing = {"team": "legacy", "team_id": team} if team is not None else {}
        return ctx.replace(**differing, **({"user": "legacy", "user_id": user} if user is not None else {}))
    return ctx


@dataclass(frozen=True, slots=True)
class Texture:
    """What a document holds besides the context that counts.

    Attributes:
        context: members of the context.
        document: members of the document.
    """

    context: MappingProxyType[str, Any]
    document: MappingProxyType[str, Any]

    def applied(self, data: SessionData) -> SessionData:
        """The data with these members."""
        return data.replace(tenant_ctx=data.tenant_ctx.replace(**self.context), **self.document)


def _texture(context: dict[str, Any] | None = None, **document: Any) -> Texture:
    return Texture(MappingProxyType(context or {}), MappingProxyType(document))


_FULL: Final = {
    "session_id": "",
    "trace_id": CHARACTERS,
    "attempt": 2**32 - 1,
    "deadline": InvocationDeadline(2**127 - 1),
}
_FIXED: Final = (
    _texture(),
    _texture(context_json=""),
    _texture(context_json=SNAPSHOT, pack_id="pack"),
    _texture(context_json=CHARACTERS),
    _texture(_FULL, cursor=SessionCursor("", "", CHARACTERS)),
    _texture({"attributes": {"": "", "a": CHARACTERS, "A": "a"}, "attempt": 1}),
    _texture({"deadline": InvocationDeadline(-(2**63) - 1), "idempotency_key": "null"}, context_json="x" * 5_000),
)

#: How the pairs of a context are written; most writers keep them equal.
SPELLINGS: Final = ("both", "both", "both", "both", "older", "newer", "differing")
#: What the data of a create is beside its caller: mostly the same, or without a user; at times what the fence refuses.
CREATORS: Final = (*("both",) * 5, *("nobody",) * 3, "differing", "env", "tenant", "team", "user")
#: What an update is beside the stored session.
CHANGES: Final = (*("both",) * 8, "older", "newer", "env", "tenant", "team", "user", "nobody")
#: Operations, the more often those that change something.
OPERATIONS: Final = (
    *("create_session",) * 5, *("update_session",) * 5, *("remove_session",) * 2, "get_session", *("find_by_user",) * 2,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """What is drawn for one operation; each takes what it needs.

    Attributes:
        operation: its name.
        place: whose session it is about, as indices into the cast: env, tenant, team, user.
        spelling: how the caller's pairs are written.
        by: what the data of a create is beside its caller.
        how: what an update makes of the stored context.
        ref: which session, or which given key.
        asked: whether a find's context names the user asked for, none, or another.
        texture: what the document holds besides.
    """

    operation: str
    place: tuple[int, int, int, int]
    spelling: str
    by: str
    how: str
    ref: int
    asked: int
    texture: Texture


_SELDOM: Final = st.sampled_from((0, 0, 0, 0, 0, 1))
_AT_TIMES: Final = st.sampled_from((0, 0, 0, 0, 1, 2))
_TEXTURES: Final = st.one_of(
    st.just(_FIXED[0]),
    st.sampled_from(_FIXED),
    st.text(max_size=8).map(lambda text: _texture({"trace_id": text}, context_json=text)),
)
#: What one operation may be.
ACTS: Final = st.builds(
    Act,
    operation=st.sampled_from(OPERATIONS),
    place=st.tuples(_SELDOM, _SELDOM, _AT_TIMES, _AT_TIMES),
    spelling=st.sampled_from(SPELLINGS),
    by=st.sampled_from(CREATORS),
    how=st.sampled_from(CHANGES),
    ref=st.integers(0, 5),
    asked=st.sampled_from((0, 0, 0, 1, 2)),
    texture=_TEXTURES,
)


def casts() -> st.SearchStrategy[Cast]:
    """Casts whose members are alike, as those are that a store takes for one another."""

    def two(mapped: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(st.sampled_from(mapped), min_size=2, max_size=2, unique=True).map(tuple)

    teams = two(_IDS).map(lambda pair: (None, *pair))
    users = st.lists(st.sampled_from(_IDS), min_size=3, max_size=3, unique=True).map(tuple)
    return st.builds(Cast, two(_IDS), two(_IDS), teams, users, st.sampled_from((1, 2, 3, 3, 4, 6, 20)))
