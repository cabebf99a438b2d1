"""Which session a user's routing entry leads to, and whether it may. Pure rules that every store shares.

A routing entry maps (env, tenant, team or none, user) to one session key: the session most recently created
or updated for that user. The user is the stored one, else the one that the creator named.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from greentic_session import fence

if TYPE_CHECKING:
    from collections.abc import Callable

    from greentic_session.model import SessionData, TenantCtx

__all__ = [
    "UNSAID",
    "Finding",
    "RoutingEntry",
    "Unsaid",
    "as_it_is",
    "decide",
    "entry_asked",
    "entry_at_create",
    "entry_of",
]


class RoutingEntry(NamedTuple):
    """The name of a routing entry: the user of a team, or of no team, in a tenant of an environment."""

    env: str
    tenant: str
    team: str | None
    user: str


class Finding(Enum):
    """What a find comes to."""

    FOUND = "found"
    """The session is the caller's to have."""
    NOTHING = "nothing"
    """The fence keeps it from the caller; the entry is the session's own and stays."""
    STALE = "stale"
    """The entry can't belong to this session; the caller gets nothing and the entry may go."""


class Unsaid(Enum):
    """The one value :data:`UNSAID`, of a type of its own."""

    UNSAID = "unsaid"


UNSAID: Final[Literal[Unsaid.UNSAID]] = Unsaid.UNSAID
"""A session without a user of which nobody recorded whose entry leads to it: the entry is believed."""

Spelling: TypeAlias = "Callable[[RoutingEntry], object]"
"""How a store spells an entry; two entries that it spells alike are one to it."""


def as_it_is(entry: RoutingEntry) -> object:
    """The spelling of a store that tells all entries apart."""
    return entry


def entry_at_create(ctx: TenantCtx, data: SessionData) -> RoutingEntry | None:
    """The entry that creating ``data`` as ``ctx`` writes; none where neither names a user.

    Args:
        ctx: the caller's context, which the fence let through.
        data: the session to be stored.
    """
    stored = data.tenant_ctx
    return _entry(stored, stored.effective_user or ctx.effective_user)


def entry_of(data: SessionData) -> RoutingEntry | None:
    """The entry that belongs to a stored session by its own context; none where it names no user.

    Args:
        data: the stored session.
    """
    return _entry(data.tenant_ctx, data.tenant_ctx.effective_user)


def entry_asked(ctx: TenantCtx, user: str) -> RoutingEntry | None:
    """The entry to look up for ``user`` as ``ctx``; none where ``ctx`` itself names another user.

    Args:
        ctx: the caller's context.
        user: the user asked for.
    """
    return _entry(ctx, user) if ctx.effective_user in (None, user) else None


def decide(
    ctx: TenantCtx,
    user: str,
    data: SessionData,
    routed: object | Unsaid,
    spelling: Spelling = as_it_is,
) -> Finding:
    """Whether the session that the entry of ``user`` led to is what the caller may have.

    Args:
        ctx: the caller's context.
        user: the user asked for.
        data: the session that the entry led to.
        routed: what is recorded beside a session without a user: the entry that leads to it, as the store
            spells it, anything else where none does, or :data:`UNSAID`. Of no account where the session names
            a user.
        spelling: how the store spells entries.
    """
    stored = data.tenant_ctx
    asked = RoutingEntry(ctx.env, ctx.tenant_id, ctx.effective_team, user)
    own = RoutingEntry(stored.env, stored.tenant_id, stored.effective_team, stored.effective_user or user)
    spelt = spelling(asked)
    if spelling(own) != spelt:
        return Finding.STALE
    if stored.effective_user is None and routed is not UNSAID and routed != spelt:
        return Finding.STALE
    return Finding.FOUND if fence.at_find(ctx, user, stored) is None else Finding.NOTHING


def _entry(place: TenantCtx, user: str | None) -> RoutingEntry | None:
    if user is None:
        return None
    return RoutingEntry(place.env, place.tenant_id, place.effective_team, user)
