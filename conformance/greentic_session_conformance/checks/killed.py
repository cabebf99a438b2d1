"""DUR-07: writers that are killed in the middle of an operation, over and over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median
from time import monotonic
from typing import Any, Final, NamedTuple

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Answer, Case, Handle, NotJudged, describe
from greentic_session_conformance.case.handle import UnexpectedError
from greentic_session_conformance.checks.durable import opened_again
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.run.elsewhere import Elsewhere
from greentic_session_conformance.samples import context, session

#: How many writers are killed at quick effort.
WRITERS: Final = 2
#: How many operations a writer is given at most, before it is killed after one.
OPERATIONS: Final = 12
#: Another kind of create: some stores reserve a key that is given before they write the session.
_KEYED: Final = "create_session under a given key"
#: How many writers are killed after one of their writes at quick effort.
_CUTS: Final = 6
#: How large the documents are: writing them takes long enough to be killed meanwhile.
_CHARACTERS: Final = 150_000


class _Call(NamedTuple):
    """An operation with its arguments, of a create also the key that is given."""

    operation: str
    arguments: tuple[Any, ...]
    key: str | None = None


def _creates(case: Case) -> tuple[str, ...]:
    """The kinds of creates that the store knows."""
    return ("create_session", _KEYED) if "keyed-create" in case.target.profiles else ("create_session",)


def _kinds(case: Case) -> tuple[str, ...]:
    """The kinds of operations that change something."""
    return (*_creates(case), "update_session", "remove_session")


@dataclass(slots=True)
class _Writer:
    """What one writer was told to do, and what it was acknowledged.

    Attributes:
        case: the check's case.
        number: of the writer; its users are its own.
        sessions: what is stored under every key, as far as it was acknowledged; ``None`` where a removal was.
        routed: the key that each user is led to.
        given: the keys that were given.
        cut: the operation during which it was killed, or whose outcome it didn't know.
    """

    case: Case
    number: int
    sessions: dict[str, SessionData | None] = field(default_factory=dict)
    routed: dict[str, str | None] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    cut: _Call | None = None
    _seconds: list[float] = field(default_factory=list)
    _versions: int = 0

    def context(self, user: str) -> TenantCtx:
        """The context of one of its users."""
        return context(user=user)

    def version(self, user: str) -> SessionData:
        """A large session of a user that differs from all others."""
        self._versions += 1
        mark = f"{user} v{self._versions} "
        return session(self.context(user), node=mark, context_json=mark * (_CHARACTERS // len(mark)))

    def work(self, process: Elsewhere) -> None:
        """Let the process create, update and remove sessions until it is killed."""
        users = self._begin(process)
        for _ in range(self.case.random.randint(1, OPERATIONS)):
            call = self._call(self.case.random.choice(users))
            # Long enough to be in the middle of it, and at times at its end.
            seconds = self.case.random.random() * 1.2 * median(self._seconds)
            answer = process.call_or_kill(call.operation, *call.arguments, key=call.key, seconds=seconds)
            if answer is None or answer.outcome_unknown:
                self.cut = call
                break
            self._take(call, answer)
            if process.ended:
                return  # its answer came a moment before it was killed
        process.kill()

    def _begin(self, process: Elsewhere) -> list[str]:
        """Its users, each with a session."""
        users = [f"writer-{self.number}-user-{place}" for place in range(3)]
        for user, kind in zip(users, cycle(_creates(self.case)), strict=False):
            self._acknowledged(self._call(user, kind), process)
        return users

    def writes(self, process: Elsewhere, kind: str) -> int:
        """How many calls that write an operation makes; 0 where that can't be seen."""
        call = self._call(self._begin(process)[0], kind)
        answer = process.call_and_cut(call.operation, *call.arguments, key=call.key, after=0)
        assert answer is not None
        _expect_known(kind, answer)
        self._take(call, answer)
        return process.writes or 0

    def be_cut(self, process: Elsewhere, kind: str, after: int) -> None:
        """Let the process end after one of the writes of an operation."""
        call = self._call(self.case.random.choice(self._begin(process)), kind)
        answer = process.call_and_cut(call.operation, *call.arguments, key=call.key, after=after)
        if answer is None or answer.outcome_unknown:
            self.cut = call
        else:
            self._take(call, answer)
        process.kill()

    def _call(self, user: str, kind: str = "") -> _Call:
        own = [key for key, data in self.sessions.items() if data is not None and data.tenant_ctx.user == user]
        kind = kind or self.case.random.choice((*_kinds(self.case), "update_session"))
        creates = _creates(self.case)
        if kind not in creates and not own:
            kind = self.case.random.choice(creates)
        if kind in creates:
            given = f"event-{self.number}-{self._versions}" if kind == _KEYED else None
            return _Call("create_session", (self.context(user), self.version(user)), given)
        key = self.case.random.choice(own)
        return _Call(kind, (key, self.version(user)) if kind == "update_session" else (key,))

    def _acknowledged(self, call: _Call, process: Elsewhere) -> None:
        began = monotonic()
        answer = process.call(call.operation, *call.arguments, key=call.key)
        self._seconds.append(monotonic() - began)
        _expect_known(call.operation, answer)
        self._take(call, answer)

    def _take(self, call: _Call, answer: Answer) -> None:
        self.case.expect(answer.ok, f"{call.operation} in another process", answer.describe())
        operation, arguments, _ = call
        if operation == "remove_session":
            (key,) = arguments
            user = self.user_of(key)
            self.sessions[key] = None
            if self.routed.get(user) == key:
                self.routed[user] = None
            return
        key = answer.value if operation == "create_session" else arguments[0]
        self.given |= set() if call.key is None else {call.key}
        data: SessionData = arguments[1]
        self.sessions[key] = data
        self.routed[data.tenant_ctx.user or ""] = key

    def user_of(self, key: str) -> str:
        """The user of a session that is there."""
        data = self.sessions[key]
        assert data is not None
        return data.tenant_ctx.user or ""

    @property
    def cut_key(self) -> str | None:
        """The key of the session that was being written; ``None`` where it is a new one, or nothing was."""
        return self.cut.arguments[0] if self.cut and self.cut.operation != "create_session" else None

    @property
    def cut_given(self) -> str | None:
        """The key that was given for the session that was being created, or removed."""
        if self.cut is None or self.cut_data is not None:
            return self.cut and self.cut.key
        return self.cut_key if self.cut_key in self.given else None

    @property
    def cut_data(self) -> SessionData | None:
        """What was being written."""
        return self.cut.arguments[1] if self.cut and self.cut.operation != "remove_session" else None

    @property
    def cut_user(self) -> str | None:
        """Whose session was being written."""
        if not self.cut:
            return None
        return self.user_of(self.cut.arguments[0]) if self.cut_data is None else self.cut_data.tenant_ctx.user


@check("DUR-07")
def a_killed_operation_happened_wholly_or_not_at_all(case: Case) -> None:
    """Writers are killed in the middle of creates, updates and removes: what was acknowledged is there, and nothing is half there."""
    storage, issued = case.storage(), set[str]()
    for number in range(case.rounds(WRITERS)):
        with case.vector(f"writer {number + 1}"):
            writer = _Writer(case, number)
            with Elsewhere(case, storage) as process:
                writer.work(process)
            again = issued & writer.sessions.keys()
            case.expect(not again, "other keys than an earlier process has issued", "some of its keys", "OPS-06")
            issued |= writer.sessions.keys()
            _look_at_all(case, storage, writer)


@check("DUR-07")
def an_operation_killed_after_one_of_its_writes_happened_wholly_or_not_at_all(case: Case) -> None:
    """The same of writers in Python that are killed after one of the calls of an operation that write, one after another."""
    storage = case.storage()
    counted = _Writer(case, 0)
    with Elsewhere(case, storage) as process:
        places = [(kind, after) for kind in _kinds(case) for after in range(1, 1 + counted.writes(process, kind))]
    if not places:
        case.remark = (
            "the store writes where no call of Python's is seen; its writers were killed at random moments only"
        )
        return
    chosen = case.random.sample(places, min(len(places), case.rounds(_CUTS)))
    for number, (kind, after) in enumerate(chosen, 1):
        with case.vector(f"{kind}, after {after} of its writes"):
            writer = _Writer(case, number)
            with Elsewhere(case, storage) as process:
                writer.be_cut(process, kind, after)
            _look_at_all(case, storage, writer)


def _look_at_all(case: Case, storage: Any, writer: _Writer) -> None:
    """What a writer left, when it was killed."""
    store = opened_again(case, storage, "after its writer was killed")
    with _unless_unknown():
        for key in writer.sessions:
            _expect_whole(case, writer, key, store.get(key))
        for user in writer.routed:
            _expect_led(case, writer, user, store.find(writer.context(user), user), store)
        _expect_usable(case, writer, store)
    case.close(store)


def _expect_known(operation: str, answer: Answer) -> None:
    if answer.outcome_unknown:
        message = f"{operation} answered {answer.describe()}: the outcome is unknown"
        raise NotJudged(message)


@contextmanager
def _unless_unknown() -> Iterator[None]:
    """What comes in this block is to succeed; where the store can't be reached, nothing can be said of it."""
    try:
        yield
    except UnexpectedError as error:
        _expect_known(f"{error.operation}, after a writer was killed,", error.answer)
        raise


def _expect_whole(case: Case, writer: _Writer, key: str, got: SessionData | None) -> None:
    before = writer.sessions[key]
    after = writer.cut_data if key == writer.cut_key else before
    if got == before or (key == writer.cut_key and got == after):
        return
    told = "nothing" if got is None else describe.difference(got, before or got) if before else "the session"
    if key == writer.cut_key:
        case.expect(False, "the session as it was before the killed operation, or as it is after it", told)
    rule = "DUR-04" if before is not None else "DUR-05"
    case.expect(False, "what was acknowledged before the writer was killed", told, rule)


def _expect_led(case: Case, writer: _Writer, user: str, found: tuple[str, SessionData] | None, store: Handle) -> None:
    key, data = found or (None, None)
    if user == writer.cut_user:
        if key is None:
            return
        there = store.get(key)
        case.expect(
            there is not None and there == data, "a session that is there from find_by_user", "one that isn't there"
        )
        case.expect(
            there is not None and there.tenant_ctx.user == user,
            "the user's own session from find_by_user",
            "another user's",
        )
        known = key in writer.sessions or data == writer.cut_data
        case.expect(known, "a session that was stored for the user", "another one")
        return
    told = "nothing" if key is None else "another session"
    rule = "DUR-05" if writer.routed[user] is None else "DUR-04"
    case.expect(
        key == writer.routed[user], "the routing as it was acknowledged before the writer was killed", told, rule
    )


def _expect_usable(case: Case, writer: _Writer, store: Handle) -> None:
    """Whatever the killed operation left, the next ones work."""
    user = writer.cut_user or next(iter(writer.routed))
    key = writer.cut_key
    if key is not None and store.get(key) is not None:
        data = writer.version(user)
        store.update(key, data)
        case.expect(
            store.find(writer.context(user), user) == (key, data),
            "the session, updated after its writer was killed",
            "something else",
        )
    data, given = writer.version(user), writer.cut_given
    if given is not None and (there := store.get(given)) is not None:
        if writer.cut_data is not None:
            case.expect_data(there, writer.cut_data, "get_session of the key that the killed create was given")
        given = None  # the create happened, or the removal didn't
    answer = store.try_create(writer.context(user), data, given)
    what = f"create_session{'' if given is None else ' under the key of the session'}, after the writer was killed,"
    _expect_known(what, answer)
    case.expect(answer.ok, f"{what} succeeds", answer.describe())
    created = answer.value
    case.expect(
        store.find(writer.context(user), user) == (created, data),
        "a session created after the writer was killed",
        "something else",
    )
    for other in (created, key):
        if other is not None and store.get(other) is not None:
            store.remove(other)
            case.expect(store.get(other) is None, "nothing after remove_session", "the session")
