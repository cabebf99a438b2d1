"""Several callers at once: threads, each with a handle of its own or all with one, or tasks on one loop."""

import asyncio
import inspect
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic, monotonic_ns
from typing import Any, Final, Self, TypeVar

from greentic_session_conformance.case import Answer, Case, Handle, NoAnswer, NotJudged, OperationHung
from greentic_session_conformance.case.handle import formed
from greentic_session_conformance.case.loop import Loop
from greentic_session_conformance.samples import NO_KEY, context, session
from greentic_session_conformance.search import suspending, switching
from greentic_session_conformance.search.history import Event

CALLERS: Final = 8
#: What each caller does before anything is judged.
_ENTERING: Final = ("open_store", "get_session")
#: How many times as long as they took at the quickest the others are given for their calls, while one halts.
_EASE: Final = 2
#: What a reader of the report is told where a storage takes fewer handles than there are callers.
BY_THE_SHARED_ONE: Final = "judged by one handle that all share"
#: What part of an operation's time limit a halt may take: the others may be waiting for what the one holds.
_SHARE: Final = 1 / 20

#: An operation and its arguments.
Call = tuple[Any, ...]
#: What one caller does, one call after another.
Program = Sequence[Call]
_Halt = TypeVar("_Halt", switching.Halt, suspending.TaskHalt)


@dataclass(slots=True)
class _Work:
    """What one thread is to do.

    Attributes:
        barrier: where it waits for the others.
        program: its calls.
        seed: what decides where it steps back.
        halt: where it halts.
        watched_by: what sees whether it gets on while another one halts.
        turn: what it waits for before it begins, and tells when it is through.
    """

    barrier: threading.Barrier
    program: Program
    seed: str
    halt: switching.Halt | None = None
    watched_by: switching.Halt | None = None
    turn: AbstractContextManager[None] = field(default_factory=nullcontext)


class NoHandleError(NotJudged):
    """Not every caller could open a handle of its own."""


class Crew:
    """Callers that make calls at the same time.

    Args:
        case: the check's case.
        storage: where the callers' handles are opened.
        shared: the one handle that all share; ``None`` opens one for each, on its own thread.
        as_tasks: whether the callers are tasks on the loop of the shared handle.

    Attributes:
        places: where in the store's code a caller can halt.
    """

    def __init__(self, case: Case, storage: Any, shared: Handle | None, *, as_tasks: bool) -> None:
        self._case = case
        self._storage = storage
        self._shared = shared
        self._as_tasks = as_tasks
        self._calls: list[queue.SimpleQueue[_Work | None]] = []
        self._has_lines = False
        self._halted: switching.Halt | suspending.TaskHalt | None = None
        self._quickest: dict[str, float] = {}
        self.places = switching.Places(f"{case.random.random()}")
        self._answers: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._closed: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        #: Held by the caller who sees whether its handle is let in, so that no other is in the way.
        self._asking = threading.Lock()

    def __enter__(self) -> Self:
        if not self._as_tasks:
            for number in range(CALLERS):
                self._calls.append(queue.SimpleQueue())
                thread = threading.Thread(target=self._work, args=(number,), name=f"caller {number + 1}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._see_all_inside()
        return self

    def _see_all_inside(self) -> None:
        try:
            events = self._collect([[(operation,) for operation in _ENTERING]] * CALLERS)
        except OperationHung as hung:
            if hung.operation != "open_store":
                raise
            message = f"not every caller could open a handle: {hung}"
            raise NoHandleError(message) from None
        for event in events:
            _raise_where_there_is_none(event.answer)
            if event.answer.outcome_unknown or (event.operation == "open_store" and not event.answer.ok):
                error = event.answer.error
                message = f"caller {event.caller} could not open a handle: {type(error).__name__}: {error}"
                raise NoHandleError(message)

    def __exit__(self, kind: object, *_: object) -> None:
        self.end()
        while kind is None and not self._closed.empty():
            _raise_where_there_is_none(self._closed.get())

    def end(self) -> None:
        """Let the callers close their handles and go, as far as they do in time."""
        for calls in self._calls:
            calls.put(None)
        until = monotonic() + self._case.conditions.operation_timeout
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))

    def _work(self, number: int) -> None:
        loop, store = Loop(), None

        def tell(operation: str, answer: Answer) -> None:
            self._answers.put(Event(number + 1, (operation,), answer, 0, 0))

        try:
            store = self._shared.store if self._shared else loop.finish(self._case.target.open_store(self._storage))
            self._has_lines = switching.has_lines(store)
        except BaseException as error:  # noqa: BLE001 - the target's code may raise anything; it is told to the check
            for operation in _ENTERING:
                tell(operation, Answer(error=error))
            return
        tell("open_store", Answer())
        with self._asking:
            # Some are let in, and told so at their first call only.
            tell("get_session", Answer() if self._shared else _answer(store, ("get_session", NO_KEY), loop))
        while (work := self._calls[number].get()) is not None:
            work.barrier.wait()
            lines = switching.Lines()
            with work.turn:
                if work.watched_by is not None:
                    work.watched_by.watch(lines)
                for which, call in enumerate(work.program):
                    before = replace(lines)
                    with switching.within(store, f"{work.seed} {which}", work.halt, lines):
                        invoked = monotonic_ns()
                        answer = _answer(store, call, loop)
                        event = Event(number + 1, call, answer, invoked, monotonic_ns())
                    self.places.note(call[0], lines.since(before))
                    self._answers.put(event)
        if self._shared is None:
            self._closed.put(_answer(self._case.target, ("close_store", store), loop))
        loop.close()

    def run(self, programs: Sequence[Program], place: switching.Place | None = None) -> list[Event]:
        """Let each caller go through a program of its own, all at the same time, and wait for all answers.

        Args:
            programs: what each caller does.
            place: where in the store's code the first caller halts, while all others go through what they do; those begin
                then. ``None`` lets all begin at once.

        Returns:
            Every call, in the order of the callers and then of their programs.

        Raises:
            Failed: one answered something of a form that its operation doesn't have.
            OperationHung: one did not return in time.
        """
        steps = [
            [self._case.steps.begin(number + 1, call[0], call[1:]) for call in program]
            for number, program in enumerate(programs)
        ]
        for own in steps:
            for step in own:
                self._case.conditions.pulse.note(self._case.steps.call(step))
        if self._as_tasks:
            assert self._shared is not None
            events = self._as_tasks_together(programs, self._shared, place)
        else:
            for number, work in enumerate(self._shared_out(programs, place)):
                self._calls[number].put(work)
            with switching.often():
                events = self._collect(programs)
        halted = self._halted
        if halted is not None and halted.held is not None:
            self.places.tell(programs[0][0][0], halted.place, held=halted.held)
        for event in events:
            seconds = (event.returned - event.invoked) / 1e9
            self._quickest[event.operation] = min(seconds, self._quickest.get(event.operation, seconds))
        ordered = sorted(events, key=lambda event: (event.caller, event.invoked))
        for step, event in zip((step for own in steps for step in own), ordered, strict=True):
            self._case.steps.finish(step, event.answer)
        for event in ordered:
            _raise_where_there_is_none(event.answer)
        return [replace(event, answer=formed(event.call, event.answer)) for event in ordered]

    @property
    def can_halt(self) -> bool:
        """Whether a caller can halt in the middle of the store's code: where it awaits, or where it is Python in this process."""
        return self._as_tasks or self._has_lines

    def _enough_for(self, programs: Sequence[Program], ease: int) -> float:
        """For how many seconds one halts, so that the others can go through what they do."""
        quickest = sum(self._quickest.get(call[0], 0.0) for program in programs for call in program)
        return min(max(ease * switching.HALT, _EASE * quickest), _SHARE * self._case.conditions.operation_timeout)

    def _halt(
        self,
        kind: Callable[[switching.Place, int, float], _Halt],
        programs: Sequence[Program],
        place: switching.Place | None,
    ) -> _Halt | None:
        if place is None:
            self._halted = None
            return None
        ease = self.places.ease(programs[0][0][0], place)
        made = kind(place, len(programs) - 1, self._enough_for(programs[1:], ease))
        self._halted = made
        return made

    def _shared_out(self, programs: Sequence[Program], place: switching.Place | None) -> list["_Work"]:
        barrier, choose = threading.Barrier(len(programs)), self._case.random
        works = [_Work(barrier, program, f"{choose.random()}") for program in programs]
        halt = self._halt(switching.Halt, programs, place)
        if halt is not None:
            for work in works:
                work.turn, work.watched_by = halt.meanwhile(), halt
            works[0].halt, works[0].turn, works[0].watched_by = halt, halt.halting(), None
        return works

    def volley(self, calls: Sequence[Call]) -> list[Answer]:
        """Make calls at the same time, each by a caller of its own, and wait for all answers.

        Raises:
            Failed: one answered something of a form that its operation doesn't have.
            OperationHung: one did not return in time.
        """
        return [event.answer for event in self.run([[call] for call in calls])]

    def elsewhere(self, *call: Any) -> Answer:
        """Make one call by another caller than the check's own handle, while nobody else calls."""
        return self.volley([call])[0]

    def _as_tasks_together(
        self, programs: Sequence[Program], shared: Handle, place: switching.Place | None
    ) -> list[Event]:
        events: list[Event] = []
        halt = self._halt(suspending.TaskHalt, programs, place)

        async def work(caller: int, program: Program) -> None:
            lines, own_halt = switching.Lines(), halt if caller == 1 else None
            for call in program:
                await asyncio.sleep(0)
                before, invoked = replace(lines), monotonic_ns()
                try:
                    value = _invoke(shared.store, call)
                    awaited = inspect.isawaitable(value)
                    answer = Answer(await suspending.counted(value, lines, own_halt) if awaited else value)
                except BaseException as error:
                    if self._case.limit.interrupted or _is_being_cancelled(error):
                        raise
                    answer = Answer(error=error)
                events.append(Event(caller, call, answer, invoked, monotonic_ns()))
                self.places.note(call[0], lines.since(before))

        async def in_turn(caller: int, program: Program) -> None:
            turn: AbstractAsyncContextManager[None] = nullcontext()
            if halt is not None:
                turn = halt.halting() if caller == 1 else halt.meanwhile()
            async with turn:
                await work(caller, program)

        longest = max(programs, key=len)
        self._case.limit.begin(longest[0][0], self._case.conditions.operation_timeout * len(longest))
        try:
            self._case.loop.finish_all([in_turn(number + 1, program) for number, program in enumerate(programs)])
        finally:
            self._case.limit.end()
        return events

    def _collect(self, programs: Sequence[Program]) -> list[Event]:
        timeout = self._case.conditions.operation_timeout
        events: list[Event] = []
        try:
            while len(events) < sum(map(len, programs)):
                events += [self._answers.get(timeout=timeout)]
        except queue.Empty:
            done = [event.caller for event in events]
            late = next(number for number, program in enumerate(programs) if done.count(number + 1) < len(program))
            operation = programs[late][done.count(late + 1)][0]
            hangs = self._case.conditions.hangs
            hangs[operation] = hangs.get(operation, 0) + 1
            raise OperationHung(operation, timeout) from None
        return events


def _raise_where_there_is_none(answer: Answer) -> None:
    if isinstance(answer.error, NoAnswer):
        raise answer.error


def _is_being_cancelled(error: BaseException) -> bool:
    """Whether the caller's task is cancelled, which isn't the same as a store that answers so."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _answer(store: Any, call: Call, loop: Loop) -> Answer:
    try:
        return Answer(loop.finish(_invoke(store, call)))
    except BaseException as error:  # noqa: BLE001 - whatever it raises is its answer
        return Answer(error=error)


def _invoke(store: Any, call: Call) -> Any:
    operation, *arguments = call
    keywords: dict[str, Any] = {}
    if operation == "create_session" and len(arguments) == 3:
        keywords["key"] = arguments.pop()
    return getattr(store, operation)(*arguments, **keywords)


def for_each_crew(case: Case, use: Callable[[Handle, Crew], None]) -> None:
    """Let the target be used by several at once in every way that it allows, each on a storage of its own, one after another.

    A plain callable's one store is shared. A Target's handles are one a thread, and one shared where it is ``thread_safe``. An
    async handle is shared by tasks on its own loop. A storage may not take as many handles as there are callers: what can be shared is
    then judged by the one alone, which a remark says.

    Args:
        case: the check's case.
        use: what is done with the check's handle and the callers.
    """
    if not case.storages_reopen:
        handle = case.store()
        with Crew(case, None, handle, as_tasks=_is_async(handle, case)) as crew:
            use(handle, crew)
        return
    with case.place() as (storage, handle):
        asynchronous = _is_async(handle, case)
        crew = Crew(case, storage, None, as_tasks=False)
        try:
            with crew:
                use(handle, crew)
        except NoHandleError as reason:
            case.close(handle)  # which some callers may be waiting for
            crew.end()
            if not (asynchronous or case.target.thread_safe):
                raise
            case.remark = f"{BY_THE_SHARED_ONE}: {reason}"
    if asynchronous or case.target.thread_safe:
        with case.place() as (storage, handle), Crew(case, storage, handle, as_tasks=asynchronous) as crew:
            use(handle, crew)


def _is_async(handle: Handle, case: Case) -> bool:
    """Whether any of the operations is: some stores read at once and write by awaiting, or the other way round."""
    ctx = context(user="user-asked")
    data = session(ctx)
    awaited = []

    def ask(call: Call) -> Any:
        value = _invoke(handle.store, call)
        awaited.append(inspect.isawaitable(value))
        return value

    created = case.answer("create_session", partial(ask, ("create_session", ctx, data)))
    key = created.value if isinstance(created.value, str) else NO_KEY
    for call in (
        ("get_session", key),
        ("find_by_user", ctx, ctx.user),
        ("update_session", key, data),
        ("remove_session", key),
    ):
        case.answer(call[0], partial(ask, call))
    return any(awaited)
