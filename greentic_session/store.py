"""What a session store is: five operations, plain or ``async``; the conformance suite judges any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from greentic_session.model import SessionData, SessionKey, TenantCtx

__all__ = ["AsyncSessionStore", "SessionStore"]


class SessionStore(Protocol):
    """Keeps the sessions of paused flows until someone comes back to them.

    A store refuses by raising a :class:`~greentic_session.GreenticError`, or anything else whose ``code``
    equals the wire name; a refusal leaves everything as it was. ``unavailable`` and ``timeout`` tell that the
    outcome is unknown: it happened wholly or not at all.
    """

    def create_session(self, ctx: TenantCtx, data: SessionData) -> SessionKey:
        """Store ``data`` under a fresh key that nobody can guess, and route its user to it.

        Args:
            ctx: who creates it; env, tenant and team must be those of ``data``, and the user where it names
                one.
            data: the session.

        Returns:
            The key issued, a non-empty string.

        Raises:
            GreenticError: ``invalid_input`` where ``ctx`` may not create ``data`` (FENCE-01 to FENCE-04).
        """
        ...

    def get_session(self, key: SessionKey) -> SessionData | None:
        """The session under ``key``, equal to what was stored (DATA-01).

        Args:
            key: a key that the store issued or was given; any other string is one that isn't there.

        Returns:
            The session, or ``None`` where there is none (OPS-07).
        """
        ...

    def update_session(self, key: SessionKey, data: SessionData) -> None:
        """Replace the session under ``key`` and route its user to it, where it names one.

        Args:
            key: whose session to replace.
            data: the whole session as it is from now on (OPS-08).

        Raises:
            GreenticError: ``not_found`` where there is none (OPS-09); then ``invalid_input`` where env,
                tenant, team or user would change (FENCE-05 to FENCE-08).
        """
        ...

    def remove_session(self, key: SessionKey) -> None:
        """Remove the session under ``key`` together with the routing entry that leads to it.

        Args:
            key: whose session to remove.

        Raises:
            GreenticError: ``not_found`` where there is none (OPS-11).
        """
        ...

    def find_by_user(self, ctx: TenantCtx, user: str) -> tuple[SessionKey, SessionData] | None:
        """The session most recently created or updated for ``user`` (ROUTE-04, ROUTE-05).

        Args:
            ctx: who asks; env, tenant and team are those to look in.
            user: the user whose session it is, an id.

        Returns:
            Its key and data, or ``None`` where there is none that ``ctx`` may have (FENCE-09 to FENCE-12).
        """
        ...


class AsyncSessionStore(Protocol):
    """The same five operations, promises and refusals as :class:`SessionStore`, with ``async def``."""

    async def create_session(self, ctx: TenantCtx, data: SessionData) -> SessionKey:
        """As :meth:`SessionStore.create_session`."""
        ...

    async def get_session(self, key: SessionKey) -> SessionData | None:
        """As :meth:`SessionStore.get_session`."""
        ...

    async def update_session(self, key: SessionKey, data: SessionData) -> None:
        """As :meth:`SessionStore.update_session`."""
        ...

    async def remove_session(self, key: SessionKey) -> None:
        """As :meth:`SessionStore.remove_session`."""
        ...

    async def find_by_user(self, ctx: TenantCtx, user: str) -> tuple[SessionKey, SessionData] | None:
        """As :meth:`SessionStore.find_by_user`."""
        ...
