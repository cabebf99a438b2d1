"""DUR-10: several processes that call one storage at the same time."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from greentic_session import SessionData
from greentic_session_conformance.case import Answer, Case, Handle, NoAnswer
from greentic_session_conformance.checks.durable import let_in
from greentic_session_conformance.checks.race import marked
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.run.elsewhere import Elsewhere

#: How many processes there are.
PROCESSES: Final = 3
#: How many sessions each of them makes at quick effort, and how many times they are let loose on one.
_SESSIONS: Final = 10


@dataclass(slots=True)
class _Worker:
    """One process, and what it was acknowledged.

    Attributes:
        case: the check's case.
        process: the process.
        number: its number; its users are its own.
        shared: the key of a session that all processes update.
        may_be: what may be stored under each of its keys: one thing, but where an outcome is unknown; ``None`` is nothing.
        newest: the key that each of its users was led to last, as far as that is known.
        given: what it was acknowledged of the shared session.
        failed: why it ended.
    """

    case: Case
    process: Elsewhere
    number: int
    shared: str
    may_be: dict[str, list[SessionData | None]] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    given: list[SessionData] = field(default_factory=list)
    failed: BaseException | None = None

    def work(self) -> None:
        """Create, update and remove sessions, and update the shared one, as fast as it goes."""
        try:
            for turn in range(self.case.rounds(_SESSIONS)):
                self._turn(turn)
        except (Exception, NoAnswer) as error:  # noqa: BLE001 - told where the check runs
            self.failed = error

    def _turn(self, turn: int) -> None:
        user = f"process-{self.number}-user-{turn % 4}"
        first, second = (marked(f"p{self.number}t{turn}{which}", user=user) for which in "ab")
        answer = self._call("create_session", first.tenant_ctx, first)
        if not answer.ok:
            self.newest.pop(user, None)
            return
        key: str = answer.value
        self.may_be[key], self.newest[user] = [first], key
        everyones = marked(f"p{self.number}t{turn}", user="everyone")
        if self._call("update_session", self.shared, everyones).ok:
            self.given.append(everyones)
        self.may_be[key] = [second] if self._call("update_session", key, second).ok else [first, second]
        if turn % 3 == 2:
            gone = self._call("remove_session", key).ok
            self.may_be[key] = [None] if gone else [*self.may_be[key], None]
            self.newest.pop(user, None)

    def _call(self, *call: object) -> Answer:
        operation, *arguments = call
        answer = self.process.call(str(operation), *arguments)
        if not answer.ok and not answer.outcome_unknown:
            self.case.expect(False, f"{operation} in one of several processes succeeds", answer.describe())
        return answer


def _at_once(processes: Sequence[Elsewhere], *calls: tuple[Any, ...], key: str | None = None) -> list[Answer]:
    """Make a call in each process, all at the same time."""
    barrier = threading.Barrier(len(processes))

    def make(process: Elsewhere, call: tuple[Any, ...]) -> Answer:
        barrier.wait()
        return process.call(*call, key=key)

    with ThreadPoolExecutor(len(processes)) as callers:
        return list(callers.map(make, processes, calls))


def _expect_one_to_take_a_key(case: Case, store: Handle, processes: Sequence[Elsewhere], key: str) -> None:
    """Of creates under one key in several processes one at most is acknowledged, and its session is there."""
    new = [marked(f"{key}-p{number}", user=f"taker-{number}") for number in range(PROCESSES)]
    answers = _at_once(processes, *(("create_session", data.tenant_ctx, data) for data in new), key=key)
    winners = [data for data, answer in zip(new, answers, strict=True) if answer.ok]
    unknown = [data for data, answer in zip(new, answers, strict=True) if answer.outcome_unknown]
    case.expect(len(winners) <= 1, "one create_session under a key that succeeds", f"{len(winners)}")
    case.expect(bool(winners or unknown), "one create_session under a key that succeeds", "none")
    got = store.get(key)
    told = "nothing" if got is None else "another one's"
    fulfilled = got in winners if winners else got is None or got in unknown
    case.expect(fulfilled, "the session of the process that took the key", told)


def _expect_a_removal_to_stand(case: Case, store: Handle, processes: Sequence[Elsewhere], mark: str) -> None:
    """A session that one process removed while the others updated it is gone."""
    data = marked(mark, user="leaver")
    with case.given():
        key = store.create(data.tenant_ctx, data)
    updates = [("update_session", key, marked(f"{mark}-p{number}", user="leaver")) for number in range(1, PROCESSES)]
    removal, *_ = _at_once(processes, ("remove_session", key), *updates)
    if removal.outcome_unknown:
        return
    case.expect(removal.ok, "remove_session in one of several processes succeeds", removal.describe())
    case.expect(store.get(key) is None, "nothing: remove_session has succeeded", "the session, back from the dead")
    case.expect(store.find(data.tenant_ctx, "leaver") is None, "nothing for its user", "the session")


def _expect_to_let_in_one(case: Case, storage: Any, inside: Sequence[Handle | Elsewhere]) -> None:
    """A storage may let in one process at a time, which then has nobody to write beside; it must let in that one."""
    for other in inside:
        if isinstance(other, Elsewhere):
            other.kill()
        else:
            case.close(other)
    with Elsewhere(case, storage):
        case.remark = f"not tried: the storage does not let in {PROCESSES} other processes at once"


def _work_at_once(workers: Sequence[_Worker]) -> None:
    threads = [threading.Thread(target=worker.work, daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        if worker.failed is not None:
            raise worker.failed


def _expect_their_own_to_be_there(case: Case, store: Handle, worker: _Worker) -> None:
    for key, may_be in worker.may_be.items():
        got = store.get(key)
        told = "nothing" if got is None else "a session" if may_be == [None] else "another version"
        case.expect(got in may_be, "what a process was acknowledged while others wrote", told)
    for user, key in worker.newest.items():
        found = store.find(marked("", user=user).tenant_ctx, user)
        told = "nothing" if found is None else "another session"
        case.expect(found is not None and found[0] == key, "each user led to the newest of their own sessions", told)


@check("DUR-10")
def processes_write_at_once(case: Case) -> None:
    """Of several processes that create, update and remove at the same time each finds all that it was acknowledged."""
    storage = case.storage()
    store = case.store(storage)
    everyones = marked("before", user="everyone")
    with case.given():
        shared = store.create(everyones.tenant_ctx, everyones)
    with ExitStack() as stack:
        processes: list[Elsewhere] = []
        for _ in range(PROCESSES):
            process = let_in(case, storage)
            if process is None:
                _expect_to_let_in_one(case, storage, [store, *processes])
                return
            processes.append(stack.enter_context(process))
        workers = [_Worker(case, process, number, shared) for number, process in enumerate(processes)]
        _work_at_once(workers)
        for turn in range(case.rounds(_SESSIONS)):
            _expect_a_removal_to_stand(case, store, processes, f"leaving-{turn}")
            if "keyed-create" in case.target.profiles:
                _expect_one_to_take_a_key(case, store, processes, f"taken-{turn}")
    for worker in workers:
        _expect_their_own_to_be_there(case, store, worker)
    given = [everyones, *(data for worker in workers for data in worker.given)]
    last = store.get(shared)
    told = "nothing" if last is None else "something else"
    case.expect(last in given, "one of the versions that the processes gave the session of all", told)
    case.expect(len(given) == 1 or last != everyones, "a version that a process was acknowledged", "the first one")
