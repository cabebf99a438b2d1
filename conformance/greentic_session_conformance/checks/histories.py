"""CONC-10 to CONC-12: recorded histories of several callers, for which an explanation is searched."""

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic_ns
from typing import Final

from greentic_session_conformance.case import Case, Failed, Handle, NotJudged, OutcomeUnknownError
from greentic_session_conformance.case.handle import UnexpectedError
from greentic_session_conformance.checks.crew import Crew, Program
from greentic_session_conformance.checks.race import ROUNDS, UNKNOWN, race
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.checks.rounds import (
    Round,
    RoundOfReads,
    RoundOfTwo,
    State,
    changes,
    owner_of,
    version_of,
)
from greentic_session_conformance.search.history import Event, linearizable, without_what_does_not_matter
from greentic_session_conformance.search.switching import Place, Places
from greentic_session_conformance.search.timeline import timeline

#: For how many seconds an explanation of one history is searched; then it is undecided.
SEARCH_SECONDS: Final = 2.0
#: In one history of so many nobody halts.
_FREE: Final = 4
#: How many times as many histories there are in which a read is overtaken: at quick effort not each place has its turn.
_QUICK_READS: Final = 2

#: The codes with which an operation that came too late, or second, is rightly refused.
_REFUSED: Final = {"update_session": "not_found", "remove_session": "not_found", "create_session": "conflict"}

#: In what somebody else differs who takes the key of a removed session, and the rule by which find tells the two apart.
_SOMEBODY_ELSE: Final = {
    "env": ("prod", "FENCE-09"),
    "tenant": ("tenant-43", "FENCE-10"),
    "team": ("blue", "FENCE-11"),
    "user": ("user-8", "FENCE-12"),
}


def _judge(case: Case, this: Round, events: Sequence[Event], seen: Sequence[Event]) -> bool:
    """Judge a history; answers whether it could be decided."""
    _answers_are_possible(case, this, [*events, *seen])
    _finds_are_possible(case, this, [*events, *seen])
    for key in this.keys:
        own = [event for event in (*events, *seen) if event.operation != "find_by_user" and key in event.call]
        before = State(tuple(item for item in this.before.versions if item[0] == key))
        explained = _explained(this, before, own)
        if explained is None:
            return False
        if not explained:
            _show(case, this, without_what_does_not_matter(own, partial(_unexplained, this, before)))
            told = "answers that no order explains"
            case.expect(False, "an order of the calls on one session in which one caller is answered so", told)
    # The last find is held to what the writers were answered and what is left; how reads in between saw it, is by key alone.
    writers = [event for event in events if event.operation not in {"get_session", "find_by_user"}]
    decided = _explained(this, this.before, [*writers, *seen])
    if decided is False:
        _show(case, this, [*writers, *seen])
        case.expect(False, "find_by_user, once all are done, as if they had run one after another", "not so", "CONC-08")
    return decided is not None


def _explained(this: Round, before: State, events: Sequence[Event]) -> bool | None:
    return linearizable(events, before, this.step, SEARCH_SECONDS)


def _unexplained(this: Round, before: State, events: Sequence[Event]) -> bool:
    return _explained(this, before, events) is False


def _answers_are_possible(case: Case, this: Round, events: Sequence[Event]) -> None:
    for event in events:
        answer = event.answer
        refused = [_REFUSED[event.operation]] if event.operation in _REFUSED else []
        if event.operation == "update_session" and this.fenced:
            refused.append(this.fenced)
        if not (answer.ok or answer.outcome_unknown or answer.code in refused):
            _show(case, this, [event])
            case.expect(False, ", or ".join([f"{event.operation} done", *refused]), answer.describe())
        if answer.ok and event.operation == "get_session" and answer.value is not None:
            _show(case, this, [event])
            case.expect(answer.value in this.given.values(), "what one caller gave", "a mixture", "CONC-01")
            case.timeline = []


def _finds_are_possible(case: Case, this: Round, events: Sequence[Event]) -> None:
    """A find among others answers a pair that belonged together, of a session that wasn't removed before it was asked."""
    for find in (
        event for event in events if event.operation == "find_by_user" and event.answer.ok and event.answer.value
    ):
        key, version = find.answer.value[0], this.read(find.answer)
        if version in this.given and owner_of(version) != this.asker(find):
            _show(case, this, [find])
            case.expect(False, "the own session from find_by_user, or nothing", "another one's", this.stranger)
        writes = [
            event for event in events if key in event.call and event.operation in {"update_session", "create_session"}
        ]
        written = {version_of(event.call[2]) for event in writes if event.invoked <= find.returned}
        if version not in written | {dict(this.before.versions).get(key)}:
            _show(case, this, [*writes, find])
            told = "data that was never stored under the key that it answers"
            case.expect(False, "find_by_user answers a pair that belonged together", told, "CONC-07")
        removals = [event for event in events if event.call[:2] == ("remove_session", key) and event.answer.ok]
        own = [event for event in writes if owner_of(version_of(event.call[2])) == this.asker(find)]
        creates = [event for event in own if event.operation == "create_session" and event.invoked <= find.returned]
        for removal in removals:
            if removal.returned < find.invoked and not any(create.until > removal.invoked for create in creates):
                _show(case, this, [removal, find])
                case.expect(False, "nothing of a removed session from find_by_user", "a removed session", "CONC-11")


def _show(case: Case, this: Round, events: Sequence[Event]) -> None:
    names = {key: f"k{number}" for number, key in enumerate(this.keys, 1)}

    def told(event: Event) -> str:
        words = [names.get(item) or item if isinstance(item, str) else version_of(item) for item in event.call[1:]]
        if event.operation == "find_by_user":
            words = [("user", "the other")[this.asker(event)]]
        return f"{event.operation}({', '.join(word for word in words if word)}) → {_answered(event)}"

    def _answered(event: Event) -> str:
        value = event.answer.value
        if not event.answer.ok:
            return event.answer.describe()
        if event.operation not in {"get_session", "find_by_user"}:
            return "done"
        version = "nothing" if value is None else this.read(event.answer)
        return (
            version
            if value is None or event.operation == "get_session"
            else f"{names.get(value[0], 'a key')}, {version}"
        )

    held = ", ".join(f"{names[key]} {version}" for key, version in this.before.versions) or "nothing"
    if len(this.owners) > 1:
        held += "; what begins with w is somebody else's"
    case.timeline = [f"before: {held}", *timeline(events, told)]


class _Alone:
    """One caller who goes through the programs of all the others, one after another."""

    def __init__(self, store: Handle) -> None:
        self._store = store
        self.places = Places("")  # nobody is there to halt for, so none is ever known

    def run(self, programs: Sequence[Program], _place: Place | None = None) -> list[Event]:
        """The same as a crew does at the same time."""
        events = []
        for caller, program in enumerate(programs, 1):
            for operation, *arguments in program:
                keywords = {"key": arguments.pop()} if operation == "create_session" and len(arguments) == 3 else {}
                invoked = monotonic_ns()
                answer = self._store.call(operation, *arguments, **keywords)
                call = (operation, *arguments, *keywords.values())
                events.append(Event(caller, call, answer, invoked, monotonic_ns()))
        return events


#: The operation during which one caller halts, and what the others do meanwhile, where there is a choice.
_Card = tuple[str, str]
_Begin = Callable[[Handle, int, str], Round]


def _histories(case: Case, begin: _Begin, cards: Sequence[_Card], times: int = _FREE) -> None:
    """Judge history after history; each of the cards has its turn, in one order or another, before one comes again."""
    left: list[_Card] = []

    def once(store: Handle, crew: Crew, number: int) -> str | None:
        halts = number % _FREE != 0
        if not left:
            left.extend(case.random.sample(cards, len(cards)))
        operation, what = left.pop() if halts else case.random.choice(cards)
        try:
            return _history(begin(store, number, what), crew, (operation, what) if halts else None)
        except Failed:
            _is_of_several_callers(case, begin, cards)
            raise

    race(case, once, times)


def _is_of_several_callers(case: Case, begin: _Begin, cards: Sequence[_Card]) -> None:
    """The control of a history that went wrong: is one caller alone answered rightly?"""
    if not case.opens_storages:
        return  # what the several callers have left may be in a state that one caller could not bring about
    told, case.timeline = case.timeline, []
    store = case.store()
    for number in range(ROUNDS):
        _, what = case.random.choice(cards)
        try:
            _history(begin(store, number, what), _Alone(store), None)
        except OutcomeUnknownError:
            continue
        except (Failed, UnexpectedError):
            message = "its precondition failed: one caller alone is answered wrongly, too"
            raise NotJudged(message) from None
    case.timeline = told


def _history(this: Round, crew: "Crew | _Alone", halting: _Card | None) -> str | None:
    """One history; answers why it couldn't be judged."""
    this.prepare()
    place = None if halting is None else crew.places.next(*halting)
    programs = this.programs() if place is None or halting is None else this.around(halting[0])
    events = this.settled(crew.run(programs, place))
    seen = this.look()
    unknown = sum(event.answer.outcome_unknown for event in events)
    undecided = None
    if unknown > len(events) // 2 or any(event.answer.outcome_unknown for event in seen):
        undecided = UNKNOWN
    elif not _judge(this.case, this, events, seen):
        undecided = f"no explanation found in {SEARCH_SECONDS:g} s"
    this.clear()
    return undecided


@check("CONC-10", "CONC-11")
def histories_of_several_callers_have_an_explanation(case: Case) -> None:
    """For what several callers were answered at the same time there is an order in which one caller would be answered so."""
    _histories(
        case,
        lambda store, number, _: Round(case, store, False, [{"user": f"user-{number}"}]),
        [(operation, "") for operation in changes(keyed=False)],
    )


@check("CONC-10", "CONC-08", "CONC-11")
def a_read_that_is_overtaken_leaves_nothing_old_behind(case: Case) -> None:
    """A session is changed while a get or a find of it is under way: whoever asks after that is told what is there then."""
    _histories(
        case,
        lambda store, number, change: RoundOfReads(case, store, False, [{"user": f"user-{number}"}], change=change),
        [("get_session", ""), ("get_session", ""), ("find_by_user", ""), ("find_by_user", "create_session")],
        _QUICK_READS if case.conditions.effort == "quick" else _FREE,
    )


@check("CONC-12")
def histories_with_given_keys_have_an_explanation(case: Case) -> None:
    """The same where several callers also create under the same keys."""
    _histories(
        case,
        lambda store, number, _: Round(case, store, True, [{"user": f"user-{number}"}]),
        [(operation, "") for operation in changes(keyed=True)],
    )


@check("CONC-12")
def what_is_under_way_for_a_session_spares_the_next_one_under_its_key(case: Case) -> None:
    """A session is removed and its key taken by somebody else, while calls for it are under way: none of them reaches theirs."""

    def begin(store: Handle, number: int, dimension: str) -> Round:
        other, rule = _SOMEBODY_ELSE[dimension]
        first = {"user": f"user-{number}"}
        if dimension == "user":
            other += f"-{number}"
        return RoundOfTwo(case, store, True, [first, first | {dimension: other}], rule)

    # Another tenant, mostly: that is who must not get it.
    dimensions = [*_SOMEBODY_ELSE, "tenant", "tenant"]
    halting = ("update_session", "find_by_user")
    cards = [(operation, dimension) for operation in halting for dimension in dimensions]
    _histories(case, begin, [*cards, ("remove_session", "tenant"), ("remove_session", "user")])
