"""The tenant fence: who may create, change and find which session. Pure rules that every store shares.

A function here answers with the first dimension that keeps two contexts apart, in the order env, tenant,
team, user, or with nothing where they may meet. What to do about it is the store's business: create and
update refuse with ``invalid_input``, find answers as if there were no session.

What counts of a context: ``env``, ``tenant_id`` (never the older ``tenant``), the effective team
(``team_id``, else ``team``) and the effective user (``user_id``, else ``user``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from greentic_session.model import TenantCtx

__all__ = ["DIMENSIONS", "Dimension", "at_create", "at_find", "at_update"]

Dimension: TypeAlias = Literal["env", "tenant", "team", "user"]
"""A dimension in which two contexts can differ, as a refusal names it."""

DIMENSIONS: tuple[Dimension, ...] = ("env", "tenant", "team", "user")
"""All of them, in the order in which they are looked at."""


def at_create(caller: TenantCtx, stored: TenantCtx) -> Dimension | None:
    """What keeps ``caller`` from creating a session whose context is ``stored``.

    A session that names a user can be created by a caller who names the same one only; a session without
    a user by any caller of its env, tenant and team.

    Args:
        caller: the context that the caller gave.
        stored: the context inside the session to be stored.
    """
    different = _place(caller, stored)
    if different is None and stored.effective_user not in (None, caller.effective_user):
        return "user"
    return different


def at_update(stored: TenantCtx, new: TenantCtx) -> Dimension | None:
    """What keeps a session stored under ``stored`` from being replaced by one under ``new``.

    None of the four may change, and the user may neither appear nor vanish.

    Args:
        stored: the context inside the session that is stored.
        new: the context inside the session that is to replace it.
    """
    different = _place(stored, new)
    if different is None and stored.effective_user != new.effective_user:
        return "user"
    return different


def at_find(caller: TenantCtx, user: str, stored: TenantCtx) -> Dimension | None:
    """What keeps ``caller``, who asks for the session of ``user``, from one whose context is ``stored``.

    A caller may leave their own user out, but a caller who names one can ask for that one only. A session
    without a user passes: whose it is, its routing entry tells (:mod:`greentic_session.routing`).

    Args:
        caller: the context that the caller gave.
        user: the user asked for.
        stored: the context inside the session that the routing entry leads to.
    """
    different = _place(caller, stored)
    if different is None and not (caller.effective_user in (None, user) and stored.effective_user in (None, user)):
        return "user"
    return different


def _place(one: TenantCtx, other: TenantCtx) -> Dimension | None:
    """The first of env, tenant and team in which two contexts differ; no team at all is a team of its own."""
    if one.env != other.env:
        return "env"
    if one.tenant_id != other.tenant_id:
        return "tenant"
    if one.effective_team != other.effective_team:
        return "team"
    return None
