"""CONC-10 to CONC-12: recorded histories of several callers, for which an explanation is searched."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic_ns
from typing import Final, NamedTuple

from greentic_session import SessionData
from greentic_session_conformance.case import Answer, Case, Failed, Handle, NotJudged
from greentic_session_conformance.case.handle import UnexpectedError
from greentic_session_conformance.checks.crew import CALLERS, Call, Crew, Program
from greentic_session_conformance.checks.race import ROUNDS, UNKNOWN, marked, race
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.search.history import Event, linearizable, without_what_does_not_matter
from greentic_session_conformance.search.switching import Place, Places
from greentic_session_conformance.search.timeline import timeline

#: For how many seconds an explanation of one history is searched; then it is undecided.
SEARCH_SECONDS: Final = 2.0
#: In one history of so many nobody halts.
_FREE: Final = 4

#: The codes with which an operation that came too late, or second, is rightly refused.
_REFUSED: Final = {"update_session": "not_found", "remove_session": "not_found", "create_session": "conflict"}

#: In what somebody else differs who takes the key of a removed session, and the rule by which find tells the two apart.
_SOMEBODY_ELSE: Final = {
    ("env", "prod"): "FENCE-09",
    ("tenant", "tenant-43"): "FENCE-10",
    ("team", "blue"): "FENCE-11",
    ("user", "user-8"): "FENCE-12",
}
#: With what the names of an owner's versions begin.
_INITIALS: Final = "vw"


class _State(NamedTuple):
    """What the sessions come to: the version under each key, and the key that each owner is routed to."""

    versions: tuple[tuple[str, str], ...] = ()
    entries: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class _Round:
    """One history: several callers on a few sessions, and a look at all of it when they are done.

    No other history has the same user: what one leaves behind is nothing to the next.

    Attributes:
        keyed: whether sessions are created under given keys.
        owners: whose the sessions are, by the ids that make them somebody.
        stranger: the rule by which an owner doesn't find what is another one's.
        fenced: the code with which an update of another one's session is refused; which one it must be is for other rules.
        asks: the find by which each owner asks for the own session.
    """

    case: Case
    store: Handle
    keyed: bool
    owners: Sequence[Mapping[str, str]]
    stranger: str = ""
    fenced: str | None = None
    keys: list[str] = field(default_factory=list)
    given: dict[str, SessionData] = field(default_factory=dict)
    before: _State = field(default_factory=_State)
    asks: list[Call] = field(init=False)

    def __post_init__(self) -> None:
        contexts = [marked("", **owner).tenant_ctx for owner in self.owners]
        self.asks = [("find_by_user", ctx, ctx.user) for ctx in contexts]

    def version(self, owner: int = 0) -> SessionData:
        """A version of an owner's session that differs from all others."""
        name = f"{_INITIALS[owner]}{len(self.given) + 1}"
        self.given[name] = marked(name, **self.owners[owner])
        return self.given[name]

    def prepare(self) -> None:
        """Make the sessions that are there before."""
        state = _State()
        for _ in range(self.case.random.choice((1, 1, 2))):
            data = self.version()
            key = f"event-{self.case.random.getrandbits(64):016x}" if self.keyed else None
            if self.keyed and self.case.random.random() < 0.4:
                assert key is not None
                self.keys.append(key)  # nobody has it yet
                continue
            with self.case.given():
                issued = self.store.create(data.tenant_ctx, data, key)
            self.keys.append(issued)
            state = _written(state, issued, _version(data))
        self.before = state

    def programs(self) -> list[Program]:
        """What each caller does: a few calls of every kind, changes more often than not."""
        return self._users(self.case.random.choice((2, 3, CALLERS // 2, CALLERS)))

    def _users(self, count: int) -> list[Program]:
        choose = self.case.random
        return [[self._call(choose.choice(self.used)) for _ in range(choose.randint(1, 3))] for _ in range(count)]

    @property
    def used(self) -> list[str]:
        """The operations that a caller calls, each as often as it is chosen."""
        kinds = ["update_session"] * 4 + ["get_session"] * 3 + ["find_by_user"] * 2 + ["remove_session"]
        return kinds + ["create_session"] * (3 if self.keyed else 0)

    @property
    def halting(self) -> list[str]:
        """The operations during which a caller halts."""
        return self.changes

    def around(self, operation: str) -> list[Program]:
        """One call, and what others do while it halts: all look, and now and then one changes something, too."""
        choose = self.case.random
        held = [key for key, _ in self.before.versions]
        key = choose.choice(self.keys if operation == "create_session" or not held else held)
        others: list[Call] = [self._call("get_session", key), self._call("find_by_user", key)]
        if choose.random() < 0.5:
            others.append(self._call(choose.choice(self.changes), key))
            choose.shuffle(others)
        return [[self._call(operation, key)], *([call] for call in others)]

    @property
    def changes(self) -> list[str]:
        """The operations that change something."""
        return ["update_session", "remove_session", *(["create_session"] if self.keyed else [])]

    def _call(self, operation: str, key: str = "") -> Call:
        key = key or self.case.random.choice(self.keys)
        if operation == "update_session":
            return (operation, key, self.version())
        if operation == "create_session":
            data = self.version()
            return (operation, data.tenant_ctx, data, key)
        if operation == "find_by_user":
            return self.asks[0]
        return (operation, key)

    def look(self) -> list[Event]:
        """Look at everything, when all callers are done."""
        calls: list[Call] = [("get_session", key) for key in self.keys]
        seen = []
        for call in [*calls, *self.asks]:
            invoked = monotonic_ns()
            answer = self.store.try_get(call[1]) if call[0] == "get_session" else self.store.try_find(*call[1:])
            seen.append(Event(0, call, answer, invoked, monotonic_ns()))
        return seen

    def clear(self) -> None:
        """Remove what is left, so that the next round begins with nothing."""
        for key in self.keys:
            self.store.try_remove(key)

    # -- what an event makes of a state

    def read(self, answer: Answer) -> str:
        """Which version an answer is, by its name; of a mixture, none."""
        data = answer.value[1] if isinstance(answer.value, (tuple, list)) else answer.value
        return next((name for name, version in self.given.items() if version == data), "none that was given")

    def step(self, now: _State, event: Event) -> Iterator[_State]:
        """What an event makes of the sessions, where it can have been answered so."""
        operation, answer = event.operation, event.answer
        key = event.call[3] if operation == "create_session" else event.call[1]
        versions = dict(now.versions)
        if operation == "find_by_user":
            led = None if answer.value is None else (answer.value[0], self.read(answer))
            entry = dict(now.entries).get(self.asker(event))
            if led == (None if entry is None else (entry, versions[entry])):
                yield now
        elif operation == "get_session":
            if (None if answer.value is None else self.read(answer)) == versions.get(key):
                yield now
        elif operation == "remove_session":
            yield from self._changed(now, answer, _removed(now, key), there=key in versions, refused="not_found")
        elif operation == "update_session":
            version = _version(event.call[2])
            strange = key in versions and _owner(versions[key]) != _owner(version)
            refused = self.fenced or "" if strange else "not_found"
            then = _written(now, key, version)
            yield from self._changed(now, answer, then, there=key in versions and not strange, refused=refused)
        else:
            then = _written(now, key, _version(event.call[2]))
            yield from self._changed(now, answer, then, there=key not in versions, refused="conflict")

    def asker(self, find: Event) -> int:
        """The owner who asks by a find."""
        return self.asks.index(find.call)

    @staticmethod
    def _changed(now: _State, answer: Answer, then: _State, *, there: bool, refused: str) -> Iterator[_State]:
        if answer.ok:
            if there:
                yield then
        elif answer.outcome_unknown:
            yield now
            if there:
                yield then
        elif answer.code == refused and not there:
            yield now


@dataclass(slots=True)
class _RoundOfTwo(_Round):
    """One history in which a session is removed, and its key taken by somebody else, while calls for it are under way."""

    updates: int = 0

    def prepare(self) -> None:
        """Make the first one's session. The next one is written as often: what counts the writings sees no difference."""
        key = f"event-{self.case.random.getrandbits(64):016x}"
        self.updates = self.case.random.choice((0, 0, 1))
        with self.case.given():
            first = self.version()
            self.store.create(first.tenant_ctx, first, key)
            for _ in range(self.updates):
                self.store.update(key, self.version())
            self.before = _written(_State(), key, list(self.given)[-1])
            answer = self.store.try_update(key, self.version(1))
            refused = answer.code is not None and not answer.outcome_unknown
            self.case.expect(refused, "update_session refused for somebody else", answer.describe())
            self.fenced = answer.code
        self.keys.append(key)

    @property
    def halting(self) -> list[str]:
        """The operations during which a caller halts."""
        return ["update_session", "update_session", "find_by_user", "remove_session"]

    def around(self, operation: str) -> list[Program]:
        """One call for the first session, and the two owners' ways while it halts."""
        (key,) = self.keys
        return [[self._call(operation, key)], self._next_one(), [self._call("get_session", key)], [self.asks[0]]]

    def programs(self) -> list[Program]:
        """Some use the first session, and one replaces it."""
        return [*self._users(self.case.random.choice((1, 2, CALLERS // 2))), self._next_one()]

    @property
    def used(self) -> list[str]:
        """The operations that a caller calls for the first session, each as often as it is chosen."""
        return ["update_session", "update_session", "find_by_user", "get_session"]

    def _next_one(self) -> Program:
        (key,) = self.keys
        first = self.version(1)
        calls: list[Call] = [("remove_session", key), ("create_session", first.tenant_ctx, first, key)]
        return [*calls, *(("update_session", key, self.version(1)) for _ in range(self.updates))]


def _owner(version: str) -> int:
    return _INITIALS.index(version[0])


def _written(now: _State, key: str, version: str) -> _State:
    versions, entries = {**dict(now.versions), key: version}, {**dict(now.entries), _owner(version): key}
    return _State(tuple(sorted(versions.items())), tuple(sorted(entries.items())))


def _removed(now: _State, key: str) -> _State:
    versions = (item for item in now.versions if item[0] != key)
    return _State(tuple(versions), tuple(item for item in now.entries if item[1] != key))


def _judge(case: Case, this: _Round, events: Sequence[Event], seen: Sequence[Event]) -> bool:
    """Judge a history; answers whether it could be decided."""
    _answers_are_possible(case, this, [*events, *seen])
    _finds_are_possible(case, this, [*events, *seen])
    for key in this.keys:
        own = [event for event in (*events, *seen) if event.operation != "find_by_user" and key in event.call]
        before = _State(tuple(item for item in this.before.versions if item[0] == key))
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


def _explained(this: _Round, before: _State, events: Sequence[Event]) -> bool | None:
    return linearizable(events, before, this.step, SEARCH_SECONDS)


def _unexplained(this: _Round, before: _State, events: Sequence[Event]) -> bool:
    return _explained(this, before, events) is False


def _answers_are_possible(case: Case, this: _Round, events: Sequence[Event]) -> None:
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


def _finds_are_possible(case: Case, this: _Round, events: Sequence[Event]) -> None:
    """A find among others answers a pair that belonged together, of a session that wasn't removed before it was asked."""
    for find in (
        event for event in events if event.operation == "find_by_user" and event.answer.ok and event.answer.value
    ):
        key, version = find.answer.value[0], this.read(find.answer)
        if version in this.given and _owner(version) != this.asker(find):
            _show(case, this, [find])
            case.expect(False, "the own session from find_by_user, or nothing", "another one's", this.stranger)
        writes = [
            event for event in events if key in event.call and event.operation in {"update_session", "create_session"}
        ]
        written = {_version(event.call[2]) for event in writes if event.invoked <= find.returned}
        if version not in written | {dict(this.before.versions).get(key)}:
            _show(case, this, [*writes, find])
            told = "data that was never stored under the key that it answers"
            case.expect(False, "find_by_user answers a pair that belonged together", told, "CONC-07")
        removals = [event for event in events if event.call[:2] == ("remove_session", key) and event.answer.ok]
        own = [event for event in writes if _owner(_version(event.call[2])) == this.asker(find)]
        creates = [event for event in own if event.operation == "create_session" and event.invoked <= find.returned]
        for removal in removals:
            if removal.returned < find.invoked and not any(create.until > removal.invoked for create in creates):
                _show(case, this, [removal, find])
                case.expect(False, "nothing of a removed session from find_by_user", "a removed session", "CONC-11")


def _show(case: Case, this: _Round, events: Sequence[Event]) -> None:
    names = {key: f"k{number}" for number, key in enumerate(this.keys, 1)}

    def told(event: Event) -> str:
        words = [names.get(item) or item if isinstance(item, str) else _version(item) for item in event.call[1:]]
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


def _version(value: object) -> str:
    """The name of the version that a session is; of what is no session, none."""
    return value.cursor.node_pointer if isinstance(value, SessionData) else ""


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
                keywords = {"key": arguments.pop()} if operation == "create_session" else {}
                invoked = monotonic_ns()
                answer = self._store.call(operation, *arguments, **keywords)
                call = (operation, *arguments, *keywords.values())
                events.append(Event(caller, call, answer, invoked, monotonic_ns()))
        return events


def _histories(case: Case, begin: Callable[[Handle, int], _Round]) -> None:
    def once(store: Handle, crew: Crew, number: int) -> str | None:
        try:
            return _history(begin(store, number), crew, number)
        except Failed:
            _is_of_several_callers(case, begin)
            raise

    race(case, once, _FREE)


def _is_of_several_callers(case: Case, begin: Callable[[Handle, int], _Round]) -> None:
    """The control of a history that went wrong: is one caller alone answered rightly?"""
    if not case.opens_storages:
        return  # what the several callers have left may be in a state that one caller could not bring about
    told, case.timeline = case.timeline, []
    store = case.store()
    for number in range(ROUNDS):
        try:
            _history(begin(store, number), _Alone(store), number)
        except (Failed, UnexpectedError):
            message = "its precondition failed: one caller alone is answered wrongly, too"
            raise NotJudged(message) from None
    case.timeline = told


def _history(this: _Round, crew: "Crew | _Alone", number: int) -> str | None:
    """One history; answers why it couldn't be judged."""
    this.prepare()
    halting = this.case.random.choice(this.halting)
    place = crew.places.next(halting) if number % _FREE else None
    events = crew.run(this.programs() if place is None else this.around(halting), place)
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
    _histories(case, lambda store, number: _Round(case, store, False, [{"user": f"user-{number}"}]))


@check("CONC-12")
def histories_with_given_keys_have_an_explanation(case: Case) -> None:
    """The same where several callers also create under the same keys."""
    _histories(case, lambda store, number: _Round(case, store, True, [{"user": f"user-{number}"}]))


@check("CONC-12")
def what_is_under_way_for_a_session_spares_the_next_one_under_its_key(case: Case) -> None:
    """A session is removed and its key taken by somebody else, while calls for it are under way: none of them reaches theirs."""

    def begin(store: Handle, number: int) -> _Round:
        # Another tenant, mostly: that is who must not get it.
        ((dimension, other), rule), *_ = case.random.choices(list(_SOMEBODY_ELSE.items()), (1, 3, 1, 1))
        first = {"user": f"user-{number}"}
        if dimension == "user":
            other += f"-{number}"
        return _RoundOfTwo(case, store, True, [first, first | {dimension: other}], rule)

    _histories(case, begin)
