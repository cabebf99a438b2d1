"""The names of Redis keys: the layout that the store shares with the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greentic_session.routing import RoutingEntry

NO_TEAM = "-"
"""How the layout spells a user of no team; also a legal team id, so the two share one entry."""


class KeyNames:
    """The names of all keys in one namespace, in UTF-8.

    Args:
        namespace: what all of them begin with.
    """

    def __init__(self, namespace: str) -> None:
        self.sessions = f"{namespace}:session:".encode()
        """What the names of sessions begin with; the session key follows."""
        self.routed = f"{namespace}:routed:".encode()
        """What the names of notes beside sessions without a user begin with; the session key follows."""
        self.entries = f"{namespace}:user:".encode()
        """What the names of routing entries begin with; env, tenant, team and user follow."""

    def session(self, key: str) -> bytes:
        """The name under which the session of ``key`` is kept."""
        return self.sessions + key.encode()

    def routed_of(self, key: str) -> bytes:
        """The name under which it is noted whose entry leads to a session without a user."""
        return self.routed + key.encode()

    def entry(self, entry: RoutingEntry) -> bytes:
        """The name of a routing entry; no team and the team ``-`` are spelt alike."""
        return self.entries + ":".join((entry.env, entry.tenant, entry.team or NO_TEAM, entry.user)).encode()
