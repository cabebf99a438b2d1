"""Sessions of every kind that two implementations may hand to each other."""

from __future__ import annotations

import random
from typing import Any, Final

from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData, TenantCtx
from tools.original.documents import session
from tools.original.tree import Writer

_PLAIN: Final = {"env": "dev", "tenant": "acme", "tenant_id": "acme"}


def _data(ctx: TenantCtx, **members: Any) -> SessionData:
    members = {"flow_id": "survey", "cursor": SessionCursor("node.1"), "context_json": '{"ticket":123}', **members}
    return SessionData(tenant_ctx=ctx, **members)


def _ctx(**members: Any) -> TenantCtx:
    return TenantCtx(**{**_PLAIN, **members})


_EVERY = _ctx(
    team="ops",
    team_id="ops",
    user="user-7",
    user_id="user-7",
    session_id="s",
    flow_id="a flow",
    node_id="n",
    provider_id="p",
    trace_id="t",
    i18n_id="de-CH",
    correlation_id="c",
    attributes={"b": "2", "a": "1", "é": "", "": "x"},
    deadline=InvocationDeadline(2**127 - 1),
    attempt=2**32 - 1,
    idempotency_key="k",
    impersonation=Impersonation("admin", "support"),
)

#: Each names a user, so a later find leads to it.
WITH_A_USER: Final = {
    "user": _data(_ctx(user="user-7", user_id="user-7")),
    "user alone": _data(_ctx(user="user-7")),
    "user_id alone": _data(_ctx(user_id="user-7")),
    "user unlike user_id": _data(_ctx(user="old", user_id="new")),
    "team": _data(_ctx(user="u", user_id="u", team="ops", team_id="ops")),
    "team alone": _data(_ctx(user_id="u", team="ops")),
    "team_id alone": _data(_ctx(user_id="u", team_id="ops")),
    "team unlike team_id": _data(_ctx(user_id="u", team="old", team_id="new")),
    "tenant unlike tenant_id": _data(_ctx(user_id="u", tenant="legacy", tenant_id="acme")),
    "every member": _data(_EVERY, pack_id="pack.1", cursor=SessionCursor("n", "wait", "outbox")),
    "empty texts": _data(
        _ctx(user_id="u", session_id="", flow_id="", idempotency_key=""),
        cursor=SessionCursor("", "", ""),
        context_json="",
    ),
    "unicode": _data(
        _ctx(user_id="u", trace_id="e\u0301é\u2028\U0010ffff", attributes={"😀": '\x00\x1f\x7f\\"/'}),
        context_json="\ud7ff\ue000 👩\u200d💻 \x00",
    ),
    "the least deadline": _data(_ctx(user_id="u", deadline=InvocationDeadline(-(2**127)))),
    "long ids": _data(_ctx(env="e" * 255, user_id="u" * 255, team_id="t" * 255, tenant_id="a" * 255)),
    "large": _data(
        _ctx(user_id="u", attributes={f"key-{number}": "v" * 1024 for number in range(64)}),
        context_json="é" * 1_000_000,
    ),
}
#: None names a user; some have a team.
WITHOUT_A_USER: Final = {
    "no user": _data(_ctx()),
    "no user, a team": _data(_ctx(team="ops", team_id="ops")),
    "no user, every other member": _data(_EVERY.replace(user=None, user_id=None), pack_id="p"),
}


def generated(seed: str, count: int) -> list[SessionData]:
    """Sessions with members of every kind, the same ones for the same seed."""
    generator = random.Random(seed)  # noqa: S311 - reproducible, no secret
    return [SessionData.from_json(Writer(generator)(session(generator))) for _ in range(count)]


def user_of(ctx: TenantCtx) -> str | None:
    """The effective user."""
    return ctx.user_id if ctx.user_id is not None else ctx.user


def creator_of(ctx: TenantCtx) -> TenantCtx:
    """Who creates a session of a context: that context, with a user of the caller's where it names none."""
    return ctx if user_of(ctx) is not None else ctx.with_user("caller-1")


def team_of(ctx: TenantCtx) -> str | None:
    """The effective team."""
    return ctx.team_id if ctx.team_id is not None else ctx.team


def entry_of(ctx: TenantCtx, user: str) -> str:
    """The name of a routing entry within its namespace."""
    return f"user:{ctx.env}:{ctx.tenant_id}:{team_of(ctx) or '-'}:{user}"
