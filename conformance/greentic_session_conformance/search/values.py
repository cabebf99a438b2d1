"""What sequences are made of: ids, contexts and documents that stores have confused, few enough to meet again."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData, TenantCtx
from greentic_session_conformance.samples import CHARACTERS, SNAPSHOT

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
#: Stands for the key of a session that is there, or was.
AGAIN: Final = "again"
#: Given keys; where none is given the store issues one.
KEYS: Final = (None, None, "k", "K", "k:k", AGAIN, AGAIN)

#: Operations, the more often those that change something.
OPERATIONS: Final = (
    *("create_session",) * 5, *("update_session",) * 5, *("remove_session",) * 2, *("get_session",) * 2, *("find_by_user",) * 5,
)  # fmt: skip
#: How the pairs of a context are written; most writers keep them equal.
SPELLINGS: Final = (*("both",) * 5, "older", "newer", "differing")
#: What the data of a create is beside its caller: mostly the same, or without a user; at times what the fence refuses.
CREATORS: Final = (*("both",) * 6, *("nobody",) * 4, "differing", "env", "tenant", "team", "user")
#: What an update is beside the stored session.
CHANGES: Final = (*("both",) * 8, "older", "newer", "env", "tenant", "team", "user", "nobody")
#: How many sessions are there at once, at most.
_SESSIONS: Final = (1, 2, 3, 3, 4, 6, 20)
#: Where something happens: mostly at the first of the ids, in some sequences everywhere.
_NARROW: Final = ((*(0,) * 11, 1), (*(0,) * 11, 1), (*(0,) * 9, 1, 2), (*(0,) * 7, 1, 1, 2))
_WIDE: Final = ((0, 0, 1), (0, 0, 1), (0, 0, 1, 2), (0, 0, 1, 2))


@dataclass(frozen=True, slots=True)
class Cast:
    """The few ids that a sequence is about.

    Attributes:
        envs: two.
        tenants: two.
        teams: none, and two more.
        users: three.
        sessions: how many are there at once, at most.
        places: how often which of them is chosen, by index: env, tenant, team, user.
    """

    envs: list[str]
    tenants: list[str]
    teams: list[str | None]
    users: list[str]
    sessions: int
    places: tuple[tuple[int, ...], ...]

    def caller(self, random: Random) -> TenantCtx:
        """A context of the cast, its pairs spelt in one way or another."""
        env, tenant, team, user = map(random.choice, self.places)
        whose = TenantCtx.new(self.envs[env], self.tenants[tenant]).with_team(self.teams[team])
        return respelt(whose.with_user(self.users[user]), random.choice(SPELLINGS))

    def changed(self, ctx: TenantCtx, how: str) -> TenantCtx:
        """A context changed in the way that a word of :data:`CREATORS` or :data:`CHANGES` names."""
        if how == "env":
            return ctx.replace(env=_other(self.envs, ctx.env))
        if how == "tenant":
            other = _other(self.tenants, ctx.tenant_id)
            return ctx.replace(tenant=other, tenant_id=other)
        if how == "team":
            return ctx.with_team(_other(self.teams, ctx.effective_team))
        if how == "user":
            return ctx.with_user(_other(self.users, ctx.effective_user))
        if how == "nobody":
            return ctx.with_user(None)
        return respelt(ctx, how)


def cast(random: Random) -> Cast:
    """A cast whose members are alike, as those are that a store takes for one another."""
    envs, tenants, teams = (random.sample(_IDS, 2) for _ in range(3))
    places = random.choice((_NARROW, _NARROW, _WIDE))
    return Cast(envs, tenants, [None, *teams], random.sample(_IDS, 3), random.choice(_SESSIONS), places)


def _other(values: list[Any], value: Any) -> Any:
    return next(item for item in values if item != value)


def bare(ctx: TenantCtx) -> TenantCtx:
    """Only what the fence and the routing look at, as it is written."""
    return TenantCtx(ctx.env, ctx.tenant, ctx.tenant_id, ctx.team, ctx.team_id, ctx.user, ctx.user_id)


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


#: What documents hold besides: members of the context, and of the document.
_TEXTURES: Final[tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...]] = (
    *(({}, {}),) * 9,
    ({}, {"context_json": ""}),
    ({}, {"context_json": SNAPSHOT, "pack_id": "pack"}),
    ({}, {"context_json": CHARACTERS}),
    (
        {"session_id": "", "trace_id": CHARACTERS, "attempt": 2**32 - 1, "deadline": InvocationDeadline(2**127 - 1)},
        {"cursor": SessionCursor("", "", CHARACTERS)},
    ),
    ({"attributes": {"": "", "a": CHARACTERS, "A": "a"}, "attempt": 1}, {}),
    ({"deadline": InvocationDeadline(5)}, {}),
    ({"deadline": InvocationDeadline(2_000), "trace_id": "t"}, {"context_json": "y" * 5_000}),
    ({"deadline": InvocationDeadline(-(2**63) - 1), "idempotency_key": "null"}, {"context_json": "x" * 5_000}),
    ({"provider_id": "mail", "session_id": "s1", "correlation_id": "c1", "node_id": "n1", "i18n_id": "de"}, {}),
    ({"provider_id": "chat", "session_id": "s2", "correlation_id": "c2", "flow_id": "f2"}, {"pack_id": "pack.2"}),
    ({"idempotency_key": "again", "impersonation": Impersonation("a"), "correlation_id": "c1"}, {"pack_id": "pack"}),
)
#: Flows that a session goes through.
_FLOWS: Final = ("support.flow", "support.flow", "support.flow", "other.flow", "third")


def textured(random: Random, data: SessionData) -> SessionData:
    """The data with a flow, and plain half of the time; else with a speciality, or with a few characters of any kind."""
    context, document = random.choice(_TEXTURES)
    if random.random() < 0.05:
        text = "".join(random.choices(CHARACTERS, k=random.randint(1, 6)))
        context, document = {"trace_id": text, "attributes": {text: text}}, {"context_json": text}
    ctx = data.tenant_ctx.replace(**context) if context else data.tenant_ctx
    return data.replace(tenant_ctx=ctx, flow_id=random.choice(_FLOWS), **document)
