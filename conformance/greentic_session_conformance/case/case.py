"""One run of one check against one target."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from greentic_session import SessionData
from greentic_session_conformance.case import describe
from greentic_session_conformance.case.answer import Answer
from greentic_session_conformance.case.handle import Handle, Hangs, UnexpectedError
from greentic_session_conformance.case.limit import Limit
from greentic_session_conformance.case.loop import Loop
from greentic_session_conformance.case.steps import Steps
from greentic_session_conformance.case.verdicts import (
    Failed,
    NoAnswer,
    NotJudged,
    OperationHung,
    OutcomeUnknownError,
    StoreLost,
    TargetFault,
)
from greentic_session_conformance.run.pulse import Pulse
from greentic_session_conformance.targets.target import CallableTarget, Given, LentTarget, Target, takes_key

#: What a target's own process may take to start, if need be twice.
START_SECONDS = 70.0
#: How much a check repeats itself, by effort.
EFFORTS = {"quick": 1, "normal": 4, "thorough": 20}


@dataclass(slots=True)
class Conditions:
    """What all checks of a run have in common.

    Attributes:
        seed: the same seed gives the same run.
        effort: ``"quick"``, ``"normal"`` or ``"thorough"``.
        operation_timeout: seconds that one operation may take.
        target_name: what other processes load the target by (doors 2 and 3), or ``None``: it is pickled.
        folder: where the run began, and the target's name is looked up.
        command: what runs the same test again, where that is more than the target's name (door 1).
        pulse: where the supervising process sees what runs.
        hangs: how often each operation has hung so far.
        broken: of operations that were tried, what they always answer, empty where they work
            (:mod:`~greentic_session_conformance.run.ordinary`); ``None`` where every failure is told for itself.
        blamed: those of them, and the profiles whose operations are missing, that a failure has told already.
        given: the stores that a callable has returned.
    """

    seed: int = 0
    effort: str = "normal"
    operation_timeout: float = 10.0
    target_name: str | None = None
    folder: str = field(default_factory=os.getcwd)
    command: str = ""
    pulse: Pulse = field(default_factory=Pulse)
    hangs: Hangs = field(default_factory=dict)
    broken: dict[str, str] | None = None
    blamed: set[str] = field(default_factory=set)
    given: Given = field(default_factory=Given)


#: A storage that is still to be opened; an opened one may be anything, ``None`` too.
_FRESH: Final = object()


class Case:
    """What a check works with: fresh storages, handles on them, and the words for a verdict.

    Args:
        target: what is under test.
        check: the check's ID; with the seed it fixes the random numbers.
        conditions: what all checks of the run have in common.
        store: a store that was opened by somebody else (door 1), used instead of opening one.
    """

    def __init__(self, target: Target, check: str, conditions: Conditions, store: Any = None) -> None:
        self.target = target
        self.conditions = conditions
        self.steps = Steps()
        #: What several callers did at the same time, as a picture; it then tells more than the calls one after another.
        self.timeline: list[str] = []
        #: What a reader of the report should know of a check that passed.
        self.remark = ""
        #: Whether the store is given up, not closed.
        self.given_up = False
        #: Why something couldn't be closed.
        self.not_closed = ""
        self.random = random.Random(f"{conditions.seed}/{check}")  # noqa: S311 - repeatable on purpose
        self.limit = Limit(conditions.operation_timeout, conditions.pulse)
        lent_loop = target.loop if isinstance(target, LentTarget) else None
        self.loop = lent_loop or Loop()
        self._loop_is_ours = lent_loop is None
        self._closing_hung = False
        self._given = False
        self._row: str | None = None
        self._storages: list[Any] = []
        self._handles: list[tuple[Handle, bool]] = []
        self._lent = store
        #: Whether a store's create takes no key, as far as its signature tells.
        self.lacks_key = False

    @property
    def row(self) -> str | None:
        """The vector that is being tried."""
        return self._row

    def rounds(self, quick: int) -> int:
        """How often to repeat something that is done ``quick`` times at quick effort."""
        return quick * EFFORTS[self.conditions.effort]

    # -- places and handles

    def storage(self) -> Any:
        """Open a fresh, empty storage, closed again at the end of the check."""
        storage = self.bounded("open_storage", self.target.open_storage)
        self._storages.append(storage)
        return storage

    def store(self, storage: Any = _FRESH) -> Handle:
        """Open a handle: on a fresh storage, or another one on the given storage.

        Raises:
            TargetFault: a callable, which must return a fresh store each time, returned one again.
        """
        if self._lent is not None and storage is _FRESH and not self._handles:
            return self._handle(self._lent, ours=False)
        place = self.storage() if storage is _FRESH else storage
        opened = self.bounded("open_store", self.target.open_store, place)
        if isinstance(self.target, CallableTarget) and self.conditions.given.again(opened):
            message = "the target gave a store that it had given before: each call must give a fresh one"
            raise TargetFault(message)
        return self._handle(opened, ours=True)

    def try_store(self, storage: Any) -> Answer:
        """Open another handle on a storage; what is raised instead, or that nothing comes in time, is the answer."""
        try:
            answer = self.answer("open_store", self.target.open_store, storage)
        except OperationHung as hung:
            return Answer(error=hung)
        return Answer(self._handle(answer.value, ours=True)) if answer.ok else answer

    @contextmanager
    def place(self) -> Iterator[tuple[Any, Handle]]:
        """A fresh storage and a handle on it, both closed when the block ends, so that another one can be had after it.

        After a failure they stay open, to be asked what went wrong, and after a hang they are given up, until the end of the check.

        Raises:
            NotJudged: closing the last one did not return in time.
        """
        if self._closing_hung:
            raise NotJudged(self.not_closed)
        storage = self.storage()
        handle = self.store(storage)
        try:
            yield storage, handle
        except (Failed, UnexpectedError):
            raise
        except Exception:
            self._close(storage, handle)
            raise
        self._close(storage, handle)

    def _close(self, storage: Any, handle: Handle) -> None:
        try:
            if any(other is handle for other, _ in self._handles):
                self.close(handle)
            self.close_storage(storage)
        except BaseException as error:
            if self.ends_the_run(error) or isinstance(error, StoreLost):
                raise
            self.closing_failed(error)

    def ends_the_run(self, error: BaseException) -> bool:
        """Whether an error is no answer of the store's: the user ends the run, or what stands before the store is at fault."""
        return self.limit.interrupted or isinstance(error, TargetFault)

    def closing_failed(self, error: BaseException) -> None:
        """Note that something couldn't be closed: no fault of the store's, and nothing to hide one."""
        self._closing_hung = isinstance(error, OperationHung)
        self.not_closed = self.not_closed or f"closing failed: {type(error).__name__}: {error}"

    @contextmanager
    def example(self) -> Iterator[Handle]:
        """A store for one of many examples, whose calls stand alone: in a place of its own, or the one that a fixture has lent."""
        self.steps = Steps()
        self.conditions.pulse.clear()
        if self.storages_end:
            with self.place() as (_, handle):
                yield handle
            return
        try:
            yield self._handle(self._lent, ours=False)
        finally:
            self._handles.clear()

    @property
    def storages_end(self) -> bool:
        """Whether a storage can be closed and another one opened: not where a fixture lends one store."""
        return self._lent is None

    def close(self, handle: Handle) -> None:
        """Close a handle before the end of the check."""
        self._handles = [(other, ours) for other, ours in self._handles if other is not handle]
        self.bounded("close_store", self.target.close_store, handle.store)

    def close_storage(self, storage: Any) -> None:
        """Close a storage before the end of the check."""
        self._storages.remove(storage)
        self.bounded("close_storage", self.target.close_storage, storage)

    def _handle(self, store: Any, *, ours: bool) -> Handle:
        conditions, number = self.conditions, len(self._handles) + 1
        self.steps.finish(self.steps.begin(number, "open_store"), Answer())
        handle = Handle(
            store,
            number,
            steps=self.steps,
            limit=self.limit,
            loop=self.loop,
            hangs=conditions.hangs,
            pulse=conditions.pulse,
        )
        self._handles.append((handle, ours))
        self.lacks_key = self.lacks_key or takes_key(store) is False
        return handle

    def make_ready(self) -> None:
        """Let a target that has a process of its own see that it runs: starting one takes longer than an operation."""
        ready = getattr(self.target, "ready", None)
        if callable(ready):
            self.bounded("the start of the adapter", ready, seconds=START_SECONDS)

    def bounded(self, operation: str, method: Any, *arguments: Any, seconds: float | None = None) -> Any:
        """Call a method of the target, which may be async, under a time limit, the run's where it isn't given."""
        self.limit.begin(operation, seconds)
        try:
            return self.loop.finish(method(*arguments))
        finally:
            self.limit.end()

    def answer(self, operation: str, method: Any, *arguments: Any) -> Answer:
        """What a method of the target answers to the arguments: a value, or whatever it raises."""
        try:
            return Answer(self.bounded(operation, method, *arguments))
        except NoAnswer:
            raise
        except BaseException as error:
            if self.limit.interrupted:
                raise
            return Answer(error=error)

    @property
    def storages_reopen(self) -> bool:
        """Whether a second handle can be had on one storage, which a Target gives and a plain callable doesn't."""
        return not isinstance(self.target, CallableTarget)

    def control(self) -> Handle:
        """A handle on the check's store whose calls aren't recorded: for telling on whom a failure is to be blamed."""
        store, conditions = self._handles[0][0].store if self._handles else self._lent, self.conditions
        return Handle(
            store, 0, steps=Steps(), limit=self.limit, loop=self.loop, hangs=conditions.hangs, pulse=conditions.pulse
        )

    def alters(self, got: SessionData, wanted: SessionData) -> bool:
        """The control of a session that came back otherwise: does a create alone do the same to it?"""
        if not self._handles:
            return False
        control = self.control()
        try:
            alone = control.get(control.create(wanted.tenant_ctx, wanted))
        except (Failed, NotJudged, UnexpectedError, OperationHung, StoreLost):
            return False
        return alone not in {None, wanted} and alone == got

    @property
    def opens_storages(self) -> bool:
        """Whether a fresh storage can be had now, beside what is open: not where a fixture lends one store."""
        return self._lent is None and (self.target.isolated or not self._storages)

    # -- what a check says

    @contextmanager
    def given(self) -> Iterator[None]:
        """What comes in this block is the precondition: where it can't be had, the check isn't judged (rule VERD-08)."""
        self._given = True
        try:
            yield
        except UnexpectedError as error:
            message = f"its precondition failed: {error.operation} answered {error.answer.describe()}"
            raise (OutcomeUnknownError if error.answer.outcome_unknown else NotJudged)(message) from None
        except Failed as failed:
            if failed.rule is not None:
                raise
            message = f"its precondition failed: expected {failed.expected}; got {failed.got}"
            raise NotJudged(message) from None
        finally:
            self._given = False

    @contextmanager
    def vector(self, name: str) -> Iterator[None]:
        """A row of a table, which stands alone: a failure tells its name and its own calls."""
        self._row = name
        self.begin_anew()
        yield
        self._row = None

    def begin_anew(self) -> None:
        """Forget the calls so far: what comes now stands alone."""
        self.timeline = []
        self.steps.forget_calls()
        self.conditions.pulse.clear()

    def expect(self, fulfilled: bool, expected: str, got: str, rule: str | None = None) -> None:
        """Fail unless a condition is fulfilled."""
        if not fulfilled:
            raise Failed(expected, got, rule)

    def expect_data(self, got: SessionData | None, wanted: SessionData, what: str, rule: str | None = None) -> None:
        """Fail unless a SessionData came back, equal to the one that is wanted."""
        if got is None:
            raise Failed(f"{what} answers the session", "nothing", rule)
        if got != wanted:
            expected = f"{what} answers the session as it was stored"
            raise Failed(expected, describe.difference(got, wanted), rule, data=(got, wanted))

    def expect_refusal(self, answer: Answer, what: str, rule: str | None = None) -> None:
        """Fail unless an operation was refused. With which code is for the rules of the ``ERR`` family."""
        if answer.ok:
            raise Failed(f"{what} is refused", "no error", rule)
        if answer.outcome_unknown:
            message = f"{what} answered {answer.describe()}: the outcome is unknown"
            raise NotJudged(message)

    # -- the end

    def end(self, *, abandon: bool) -> None:
        """Close what the check opened; after a hang the store is given up, not closed."""
        try:
            if not abandon:
                for handle, ours in reversed(self._handles):
                    if ours:
                        self.bounded("close_store", self.target.close_store, handle.store)
            for storage in reversed(self._storages):
                self.bounded("close_storage", self.target.close_storage, storage)
        finally:
            self._handles, self._storages = [], []
            if self._loop_is_ours:
                self.limit.close(self.loop)
