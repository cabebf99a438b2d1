"""Random sequences: moves that are made up one after another, in sight of what the store has answered so far."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.samples import session
from greentic_session_conformance.search import values
from greentic_session_conformance.search.moves import SWITCH, Move
from greentic_session_conformance.search.player import Player

#: How many operations a sequence has.
LENGTH: Final = 40
#: What part of the creates is called by somebody without a user.
_NOBODY: Final = 0.06
#: After what part of the operations another handle is called.
_SWITCHED: Final = 0.15


@dataclass(slots=True)
class Improviser:
    """Makes up one sequence. What it is about is chosen first: a few ids, which then meet again and again.

    Args:
        random: what decides.
        keyed: whether keys are given.
        switches: whether other handles are called now and then, and at the end.
    """

    random: Random
    keyed: bool
    switches: bool = False

    def moves(self, player: Player) -> Iterator[Move]:
        """The moves of a sequence that a player is playing."""
        cast = values.cast(self.random)
        made: list[Move] = []
        for _ in range(LENGTH):
            operation = self.random.choice(values.OPERATIONS)
            if operation == "create_session" and len(player.oracle.sessions) >= cast.sessions:
                operation = "update_session"
            move: Move = getattr(self, f"_{operation}")(player, cast, made)
            made.append(move)
            yield move
            if self.switches and self.random.random() < _SWITCHED:
                yield Move(SWITCH)
        if self.switches:
            yield Move(SWITCH)

    def _session(self, player: Player) -> int:
        """The number of a move that made a session: mostly the oldest that is there, or the newest; else any, removed ones too."""
        made = list(player.keys)
        there = [number for number in made if player.keys[number] in player.oracle.sessions]
        luck = self.random.random()
        if there and luck < 0.6:
            return there[0] if luck < 0.35 else there[-1]
        return self.random.choice(made) if made else -1

    def _data(self, ctx: TenantCtx, made: list[Move]) -> SessionData:
        """A session, its node mostly one that was never there."""
        node = f"n{len(made)}" if self.random.random() < 0.75 else "node.wait_input"
        return values.textured(self.random, session(ctx, node=node))

    def _create_session(self, player: Player, cast: values.Cast, made: list[Move]) -> Move:
        """By a caller who mostly may; under a key now and then: one of a few, or one that a session has or had."""
        caller = cast.caller(self.random)
        if self.random.random() < _NOBODY:
            caller = caller.with_user(None)
        data = self._data(cast.changed(caller, self.random.choice(values.CREATORS)), made)
        key = self.random.choice(values.KEYS) if self.keyed else None
        again = self._session(player) if key == values.AGAIN else -1
        return Move("create_session", len(made), caller, data, key=key, session=again)

    def _update_session(self, player: Player, cast: values.Cast, made: list[Move]) -> Move:
        """Of a session that is there, or was, mostly to what it may become."""
        number = self._session(player)
        key = player.keys.get(number)
        if key in player.oracle.versions:
            stored = player.replaced(player.oracle.versions[key][-1].tenant_ctx)
            before = values.bare(stored)
        else:
            before = cast.caller(self.random)
        data = self._data(cast.changed(before, self.random.choice(values.CHANGES)), made)
        return Move("update_session", data=data, session=number)

    def _remove_session(self, player: Player, cast: values.Cast, made: list[Move]) -> Move:  # noqa: ARG002 - all are called alike
        return Move("remove_session", session=self._session(player))

    def _get_session(self, player: Player, cast: values.Cast, made: list[Move]) -> Move:  # noqa: ARG002 - the same
        return Move("get_session", session=self._session(player))

    def _find_by_user(self, player: Player, cast: values.Cast, made: list[Move]) -> Move:  # noqa: ARG002 - the same
        """Mostly of a user who was led somewhere once; in a context that mostly names the user asked for, or none."""
        scopes = player.oracle.scopes()
        if scopes and self.random.random() < 0.7:
            scope = self.random.choice(scopes)
            ctx = TenantCtx.new(scope.env, scope.tenant).with_team(scope.team).with_user(scope.user)
            ctx = values.respelt(player.replaced(ctx), self.random.choice(values.SPELLINGS))
        else:
            ctx = cast.caller(self.random)
        user = ctx.effective_user or cast.users[0]
        luck = self.random.random()
        if luck < 0.2:
            ctx = ctx.with_user(None)
        elif luck < 0.3:
            user = self.random.choice(cast.users)
        return Move("find_by_user", ctx=ctx, user=user)
