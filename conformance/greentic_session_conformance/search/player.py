"""Playing moves against a store and the oracle at once."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Answer, Case, Failed
from greentic_session_conformance.case.steps import Steps
from greentic_session_conformance.samples import NO_KEY, session
from greentic_session_conformance.search.moves import Move
from greentic_session_conformance.search.oracle import Oracle, scope_of, team_of, user_of
from greentic_session_conformance.search.stages import Stage, Store
from greentic_session_conformance.search.values import bare

#: What becomes of the gets at the end of a sequence.
Gets = Literal["forgotten", "told", "left out"]


class Player:
    """A store and an oracle that are told the same.

    Args:
        case: the check's case.
        stage: where it is played.
        mark: what tenants, given keys and the key of no session end in, where the store has the sessions of earlier sequences in it.
    """

    def __init__(self, case: Case, stage: Stage, mark: str = "") -> None:
        self._case = case
        self._stage = stage
        self._mark = mark
        self.oracle = Oracle()
        self.keys: dict[int, str] = {}
        self._given: set[str] = set()
        #: Whether all is done, and users are looked for.
        self.looks_for_users = False

    def make(self, move: Move) -> None:
        """Make a move.

        Raises:
            Failed: the store answered otherwise than the oracle.
            OutcomeUnknownError: it answered ``unavailable`` or ``timeout``.
        """
        getattr(self, f"_{move.operation}")(move)

    @property
    def _store(self) -> Store:
        return self._stage.store

    def _switch(self, _: Move) -> None:
        self._stage.switch()

    def _placed(self, ctx: TenantCtx) -> TenantCtx:
        if not self._mark:
            return ctx
        return ctx.replace(tenant=f"{ctx.tenant}{self._mark}", tenant_id=f"{ctx.tenant_id}{self._mark}")

    def replaced(self, ctx: TenantCtx) -> TenantCtx:
        """A context that the oracle holds as moves write it: without the mark."""
        if not self._mark:
            return ctx
        return ctx.replace(tenant=ctx.tenant.removesuffix(self._mark), tenant_id=ctx.tenant_id.removesuffix(self._mark))

    def _data(self, move: Move) -> SessionData:
        assert move.data is not None
        return move.data.replace(tenant_ctx=self._placed(move.data.tenant_ctx)) if self._mark else move.data

    def _caller(self, move: Move) -> TenantCtx:
        assert move.ctx is not None
        return self._placed(move.ctx)

    def _key(self, move: Move) -> str:
        return self.keys.get(move.session, f"{NO_KEY}{self._mark}")

    def _create_session(self, move: Move) -> None:
        caller, data = self._caller(move), self._data(move)
        given = None if move.key is None else self.keys.get(move.session, f"{move.key}{self._mark}")
        answer = self._store.try_create(caller, data, given)
        if answer.ok:
            self.keys[move.number] = answer.value
            self._given |= set() if given is None else {given}
        try:
            self.oracle.create(caller, data, given, answer)
        except Failed as failed:
            raise self._about_the_create(failed, caller, data, given) from None

    def _about_the_create(self, failed: Failed, caller: TenantCtx, data: SessionData, given: str | None) -> Failed:
        """The controls of a create: is the fence kept where no key is given? is it the document that is refused?"""
        rule = failed.rule or ""
        control = self._case.control()
        if given is not None and rule.startswith("FENCE") and not control.try_create(caller, data).ok:
            return Failed(failed.expected, failed.got, "KEY-09")
        if rule == "FENCE-15" and control.try_create(caller, _plain(data)).ok:
            return Failed(failed.expected, failed.got, "DATA-02")
        return failed

    def _update_session(self, move: Move) -> None:
        key, data = self._key(move), self._data(move)
        with self._altered():
            answer = self._store.try_update(key, data)
            try:
                self.oracle.update(key, data, answer)
            except Failed as failed:
                lost = answer.code == "not_found" and failed.expected == "update_session succeeds"
                if lost and self._case.control().try_get(key).value is not None:
                    raise Failed(failed.expected, failed.got, "OPS-08") from None
                if failed.rule == "FENCE-16" and self._case.control().try_update(key, _plain(data)).ok:
                    raise Failed(failed.expected, failed.got, "DATA-02") from None
                raise

    def _remove_session(self, move: Move) -> None:
        self.oracle.remove(self._key(move), self._store.try_remove(self._key(move)))

    def _get_session(self, move: Move) -> None:
        self._get(self._key(move))

    def _get(self, key: str) -> None:
        with self._altered():
            self.oracle.get(key, self._store.try_get(key))

    def _find_by_user(self, move: Move) -> None:
        self._find(self._caller(move), move.user)

    def _find(self, ctx: TenantCtx, user: str) -> None:
        with self._altered():
            answer = self._store.try_find(ctx, user)
            try:
                self.oracle.find(ctx, user, answer)
            except Failed as failed:
                raise self._about_the_caller(failed, answer, ctx, user) from None

    def _about_the_caller(self, failed: Failed, answer: Answer, ctx: TenantCtx, user: str) -> Failed:
        """The control of a find that answered nothing: where the session's own context finds it, the caller's made the difference."""
        key = self.oracle.entries.get(scope_of(ctx, user))
        if key is None or not answer.ok or answer.value is not None:
            return failed
        stored = self.oracle.sessions[key].tenant_ctx
        own = stored if user_of(stored) is not None else stored.with_user(user)
        if own != ctx and self._is_found(key, own, user):
            return Failed(failed.expected, failed.got, "FENCE-21")
        if failed.rule not in {"ROUTE-01", "ROUTE-02", "ROUTE-05"}:
            return failed
        # Without what is special about this session: how its pairs are written, and the key that was given for it.
        plain = TenantCtx.new(own.env, own.tenant_id).with_team(team_of(own)).with_user(user)
        made = self._case.control().try_create(
            plain, session(stored.with_user(None) if user_of(stored) is None else plain)
        )
        if made.ok and self._is_found(made.value, plain, user):
            if own.tenant != own.tenant_id:
                return Failed(failed.expected, failed.got, "FENCE-14")
            if bare(own) != plain:
                return Failed(failed.expected, failed.got, "FENCE-13")
            if key in self._given and failed.rule != "ROUTE-05":
                return Failed(failed.expected, failed.got, "KEY-09")
        return failed

    def _is_found(self, key: str, ctx: TenantCtx, user: str) -> bool:
        found = self._case.control().try_find(ctx, user)
        return found.ok and found.value is not None and found.value[0] == key

    @contextmanager
    def _altered(self) -> Iterator[None]:
        """What came back altered does so after a create alone, too: then that is what is wrong with the store."""
        try:
            yield
        except Failed as failed:
            if failed.data is not None and self._case.alters(*failed.data):
                raise Failed(failed.expected, failed.got, "DATA-01") from None
            raise

    def look_at_all(self, gets: Gets = "forgotten") -> None:
        """Look at every session and every user. Of the looks only one that sees something wrong stays in the record.

        Args:
            gets: whether the sessions are got before the users are looked for, and whether that stays in the record.

        Raises:
            Failed: the store answered otherwise than the oracle.
            OutcomeUnknownError: it answered ``unavailable`` or ``timeout``.
        """
        for key in dict.fromkeys(self.keys.values()) if gets != "left out" else ():
            with self.oracle.aside():
                self._get(key)
            if gets == "forgotten":
                self._case.steps.forget_last()
        self.looks_for_users = True
        for scope in self.oracle.scopes():
            with self.oracle.aside():
                ctx = TenantCtx.new(scope.env, scope.tenant).with_team(scope.team).with_user(scope.user)
                self._find(ctx, scope.user)
            self._case.steps.forget_last()

    def clear(self) -> None:
        """Remove what is left, as far as that works, from a store that goes on to the next sequence."""
        control = self._case.control()
        for key in self.oracle.sessions:
            control.try_remove(key)


def _plain(data: SessionData) -> SessionData:
    """The same with a snapshot that nobody stumbles over."""
    return data.replace(context_json="{}", pack_id=None)


@dataclass(frozen=True, slots=True)
class Played:
    """How a sequence went wrong.

    Attributes:
        failed: in what.
        steps: the calls that led there.
        moves: the moves that were made.
        found: whether a look at a user, after all moves, saw it.
    """

    failed: Failed
    steps: Steps
    moves: tuple[Move, ...]
    found: bool = False


def play(
    case: Case,
    stage: Stage,
    moves: Callable[[Player], Iterable[Move]],
    mark: str,
    gets: Gets = "forgotten",
) -> Played | None:
    """Play moves.

    Args:
        case: the check's case.
        stage: where they are played.
        moves: gives the moves, which may be made up one by one.
        mark: what tenants and given keys end in.
        gets: what becomes of the gets at the end.

    Raises:
        OutcomeUnknownError: the store answered ``unavailable`` or ``timeout``.
    """
    made: list[Move] = []
    with stage.sequence():
        player = Player(case, stage, mark)
        try:
            for move in moves(player):
                made.append(move)
                player.make(move)
            player.look_at_all(gets)
        except Failed as failed:
            return Played(failed, case.steps, tuple(made), player.looks_for_users)
        finally:
            if mark:
                player.clear()
    return None
