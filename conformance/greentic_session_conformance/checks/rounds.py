"""Rounds of several callers: what is there before, what each does, and what one caller alone could be answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic_ns
from typing import Final, NamedTuple

from greentic_session import SessionData
from greentic_session_conformance.case import Answer, Case, Handle, OutcomeUnknownError
from greentic_session_conformance.checks.crew import CALLERS, Call, Program
from greentic_session_conformance.checks.race import marked
from greentic_session_conformance.search.history import Event

#: With what the names of an owner's versions begin.
_INITIALS: Final = "vw"


class State(NamedTuple):
    """What the sessions come to: the version under each key, and the key that each owner is routed to."""

    versions: tuple[tuple[str, str], ...] = ()
    entries: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class Round:
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
    before: State = field(default_factory=State)
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
        state = State()
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
            state = written(state, issued, version_of(data))
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
        return changes(keyed=self.keyed)

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

    def settled(self, events: Sequence[Event]) -> list[Event]:
        """The events, with what is known only when all are done."""
        return list(events)

    @property
    def looks(self) -> Program:
        """The calls that see everything."""
        return [*(("get_session", key) for key in self.keys), *self.asks]

    def look(self) -> list[Event]:
        """Look at everything, when all callers are done."""
        seen = []
        for call in self.looks:
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

    def step(self, now: State, event: Event) -> Iterator[State]:
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
            yield from self._changed(now, answer, removed(now, key), there=key in versions, refused="not_found")
        elif operation == "update_session":
            version = version_of(event.call[2])
            strange = key in versions and owner_of(versions[key]) != owner_of(version)
            refused = self.fenced or "" if strange else "not_found"
            then = written(now, key, version)
            yield from self._changed(now, answer, then, there=key in versions and not strange, refused=refused)
        else:
            then = written(now, key, version_of(event.call[2]))
            yield from self._changed(now, answer, then, there=key not in versions, refused="conflict")

    def asker(self, find: Event) -> int:
        """The owner who asks by a find."""
        return self.asks.index(find.call)

    @staticmethod
    def _changed(now: State, answer: Answer, then: State, *, there: bool, refused: str) -> Iterator[State]:
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
class RoundOfTwo(Round):
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
            self.before = written(State(), key, list(self.given)[-1])
            answer = self.store.try_update(key, self.version(1))
            if answer.outcome_unknown:
                raise OutcomeUnknownError(answer.describe())
            self.case.expect(answer.code is not None, "update_session refused for somebody else", answer.describe())
            self.fenced = answer.code
        self.keys.append(key)

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


@dataclass(slots=True)
class RoundOfReads(Round):
    """One history in which a read is overtaken: what it answers may be old, but what it leaves behind must not be.

    Attributes:
        change: by what: the create of another session of the same user; else an update or a remove.
    """

    change: str = ""

    def prepare(self) -> None:
        """Make a session, mostly; what is kept for later reads may have it from any write or read, or not yet."""
        choose = self.case.random
        if self.change == "create_session" and choose.random() < 0.2:
            return
        with self.case.given():
            data = self.version()
            key = self.store.create(data.tenant_ctx, data)
            self.keys.append(key)
            if choose.random() < 0.2:
                for call in self.looks:
                    self.store.try_get(key) if call[0] == "get_session" else self.store.try_find(*call[1:])
            if choose.random() < 0.5:
                self.store.update(key, self.version())
        self.before = written(State(), key, list(self.given)[-1])

    def around(self, operation: str) -> list[Program]:
        """A read, and the change that is made while it halts; whoever was overtaken asks once more."""
        return [[self._read(operation)] * 2, self._changed_by()]

    def programs(self) -> list[Program]:
        """Some read, and one changes something."""
        choose = self.case.random
        reads = ["get_session", "find_by_user"]
        readers = choose.choice((1, 2, CALLERS // 2))
        return [self._changed_by(), *([self._read(choose.choice(reads)) for _ in range(3)] for _ in range(readers))]

    def _read(self, operation: str) -> Call:
        return (operation, self.keys[0]) if operation == "get_session" and self.keys else self.asks[0]

    def _changed_by(self) -> Program:
        data = self.version()
        create: Call = ("create_session", data.tenant_ctx, data)
        if self.change == "create_session":
            return [create]
        (key,) = self.keys
        update, remove = ("update_session", key, data), ("remove_session", key)
        return self.case.random.choice(([update], [update], [remove], [remove, create]))

    def settled(self, events: Sequence[Event]) -> list[Event]:
        """The events, each create with the key that it has answered."""
        return [self._with_its_key(event) if event.operation == "create_session" else event for event in events]

    def _with_its_key(self, create: Event) -> Event:
        if create.answer.outcome_unknown:
            raise OutcomeUnknownError(create.answer.describe())  # perhaps there is a session whose key nobody was told
        self.case.expect(create.answer.ok, "create_session succeeds", create.answer.describe(), "CONC-05")
        self.keys.append(create.answer.value)
        return replace(create, call=(*create.call, create.answer.value))


def changes(*, keyed: bool) -> list[str]:
    """The operations that change something."""
    return ["update_session", "remove_session", *(["create_session"] if keyed else [])]


def owner_of(version: str) -> int:
    """Whose a version is, by its name."""
    return _INITIALS.index(version[0])


def written(now: State, key: str, version: str) -> State:
    """What the sessions come to when a version is written."""
    versions, entries = {**dict(now.versions), key: version}, {**dict(now.entries), owner_of(version): key}
    return State(tuple(sorted(versions.items())), tuple(sorted(entries.items())))


def removed(now: State, key: str) -> State:
    """What the sessions come to when one is removed."""
    versions = (item for item in now.versions if item[0] != key)
    return State(tuple(versions), tuple(item for item in now.entries if item[1] != key))


def version_of(value: object) -> str:
    """The name of the version that a session is; of what is no session, none."""
    return value.cursor.node_pointer if isinstance(value, SessionData) else ""
