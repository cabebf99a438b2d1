"""Random sequences of operations, driven by Hypothesis, against a store and the oracle at once."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar, Final

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.reporting import with_reporter
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Case, Failed, NotJudged, OperationHung
from greentic_session_conformance.checks.samples import session
from greentic_session_conformance.search import values
from greentic_session_conformance.search.moves import Move
from greentic_session_conformance.search.oracle import OutcomeUnknownError
from greentic_session_conformance.search.player import Played, Player, play
from greentic_session_conformance.search.reduce import Moves, reduced

#: How many sequences are tried, by effort.
EXAMPLES: Final = MappingProxyType({"quick": 15, "normal": 60, "thorough": 600})
#: How many operations a sequence has at most.
LENGTH: Final = 40


class _Ended(BaseException):
    """The search is to stop at once: of this kind Hypothesis lets everything through."""

    def __init__(self, *, played: Played | None = None, reason: NotJudged | None = None) -> None:
        super().__init__()
        self.played = played
        self.reason = reason


class _Sequence(RuleBasedStateMachine):
    """One sequence. What it is about is drawn first: a few ids, which then meet again and again."""

    case: ClassVar[Case]
    keyed: ClassVar[bool]
    marks: ClassVar[Iterator[str]]
    undecided: ClassVar[list[str]]

    def __init__(self) -> None:
        super().__init__()
        self._moves: list[Move] = []
        self._over = self._hung = False
        with self._watched():
            self._example = self.case.example()
            self._player = Player(self.case, self._example.__enter__(), next(self.marks))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """What a call comes to: all but an unknown outcome ends the search."""
        try:
            yield
        except NotJudged as reason:
            raise _Ended(reason=reason) from None
        except OutcomeUnknownError as unknown:
            self.undecided.append(str(unknown))
            self._over = True
        except Failed as failed:
            self._over = True
            raise _Ended(played=Played(failed, self.case.steps, tuple(self._moves))) from None
        except OperationHung:
            self._over = self._hung = True
            raise

    def _make(self, move: Move) -> None:
        if not self._over:
            self._moves.append(move)
            with self._watched():
                self._player.make(move)

    @initialize(cast=values.casts())
    def choose(self, cast: values.Cast) -> None:
        """Choose the ids."""
        self._cast = cast

    def _data(self, ctx: TenantCtx, texture: values.Texture) -> SessionData:
        return texture.applied(session(ctx, node=f"n{len(self._moves)}"))

    def _session(self, ref: int) -> int:
        """The number of a move that made a session: mostly the oldest that is there, or the newest; else any, removed ones too."""
        made = list(self._player.keys)
        there = [number for number in made if self._player.keys[number] in self._player.oracle.sessions]
        if there and ref < 3:
            return there[0] if ref < 2 else there[-1]
        return made[-1 - ref % len(made)] if made else -1

    @rule(act=values.ACTS)
    def act(self, act: values.Act) -> None:
        """Call an operation. It is one rule, for Hypothesis leaves out rules at random, and a sequence without creates shows nothing."""
        if act.operation == "create_session" and len(self._player.oracle.sessions) >= self._cast.sessions:
            act = replace(act, operation="update_session")
        getattr(self, f"_{act.operation}")(act)

    def _create_session(self, act: values.Act) -> None:
        """By a caller who mostly may; under a key now and then: one of a few, or one that a session has or had."""
        caller = self._cast.context(*act.place, act.spelling)
        data = self._data(self._cast.changed(caller, act.by), act.texture)
        given = values.KEYS[act.ref] if self.keyed else None
        again = self._session(act.ref) if given is not None and act.ref > 3 else -1
        self._make(Move("create_session", len(self._moves), caller, data, key=given, session=again))

    def _update_session(self, act: values.Act) -> None:
        """Of a session that is there, or was, mostly to what it may become."""
        made = self._session(act.ref)
        versions = self._player.oracle.versions.get(self._player.keys.get(made, ""))
        newest = next(
            (move.data for move in reversed(self._moves) if made in {move.number, move.session} and move.data), None
        )
        before = self._cast.context(0, 0, 0, 0, "both") if not versions or newest is None else newest.tenant_ctx
        data = self._data(self._cast.changed(before, act.how), act.texture)
        self._make(Move("update_session", -2, data=data, session=made))

    def _remove_session(self, act: values.Act) -> None:
        self._make(Move("remove_session", -2, session=self._session(act.ref)))

    def _get_session(self, act: values.Act) -> None:
        self._make(Move("get_session", -2, session=self._session(act.ref)))

    def _find_by_user(self, act: values.Act) -> None:
        """In a context that mostly names the user asked for, or none."""
        ctx = self._cast.context(*act.place, act.spelling)
        user = self._cast.user(act.place[3] + (act.asked == 2))
        self._make(Move("find_by_user", -2, ctx.with_user(None) if act.asked == 1 else ctx, user=user))

    def teardown(self) -> None:
        """Look at every session and every user once more, and close."""
        if self._hung:
            return
        try:
            if not self._over:
                with self._watched():
                    self._player.look_at_all()
        finally:
            self._close()

    def _close(self) -> None:
        try:
            self._example.__exit__(None, None, None)
        except Exception as error:
            message = f"closing failed: {type(error).__name__}: {error}"
            raise _Ended(reason=NotJudged(message)) from error


def search(case: Case, *, keyed: bool) -> None:
    """Try random sequences; what the failure tells is the shortest and plainest that goes wrong.

    Raises:
        Failed: the store answered otherwise than the specification says.
        NotJudged: an operation isn't called any more, or most sequences had an unknown outcome.
    """
    examples = EXAMPLES[case.conditions.effort]
    # A store that a fixture lends has the sessions of earlier sequences in it: each keeps to tenants of its own.
    marks = itertools.repeat("") if case.storages_end else (f"-{number}" for number in itertools.count())
    undecided: list[str] = []
    members = {"case": case, "keyed": keyed, "marks": marks, "undecided": undecided}
    machine: type[_Sequence] = type("Sequence", (_Sequence,), members)
    try:
        _run(machine, examples, case.random.getrandbits(64))
    except _Ended as ended:
        if ended.played is None:
            raise (ended.reason or NotJudged("the search ended")) from None
        _tell(case, ended.played, marks)
    if len(undecided) > examples // 2:
        message = f"more than half of the sequences had an unknown outcome ({undecided[0]})"
        raise NotJudged(message)


def _run(machine: type[_Sequence], examples: int, seed: int) -> None:
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=LENGTH,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    hypothesis.seed(seed)(machine)
    with with_reporter(lambda _: None):
        run_state_machine_as_test(machine, settings=settings)


def _tell(case: Case, played: Played, marks: Iterator[str]) -> None:
    def again(moves: Moves) -> Played | None:
        try:
            return play(case, moves, next(marks))
        except OutcomeUnknownError:
            return None

    found = reduced(played, again)
    case.steps = found.steps
    raise found.failed
