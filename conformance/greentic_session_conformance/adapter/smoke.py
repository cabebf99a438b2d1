"""A first look at an adapter: which of two is broken, the adapter or the store behind it?"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from greentic_session import SessionData
from greentic_session_conformance.adapter.process import START_SECONDS, AdapterError, AdapterProcess, AdapterStartError
from greentic_session_conformance.adapter.protocol import UNKNOWN_METHOD
from greentic_session_conformance.case.verdicts import OperationHung, StoreLost, TargetFault
from greentic_session_conformance.samples import NO_KEY, USER, context, session
from greentic_session_conformance.targets.command import AdapterStore


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at.

    Attributes:
        what: in words.
        fault: what is wrong; empty where nothing is.
        of_store: whether it is the store's fault, not the adapter's.
    """

    what: str
    fault: str = ""
    of_store: bool = False


def smoke(command: str, seconds: float) -> Iterator[Look]:
    """Look at an adapter and, as far as it gets, at the store behind it.

    Args:
        command: the program and its arguments.
        seconds: how long each request may take.
    """
    try:
        process = AdapterProcess(command)
        told = process.initialize(max(seconds, START_SECONDS))
    except AdapterStartError as error:
        yield Look("starts and answers `initialize`", str(error))
        return
    try:
        who = " ".join(filter(None, (told["name"], told["version"], f"({told['language']})")))
        yield Look(f"starts: {who}, claims {', '.join(told['profiles'])}")
        yield from _looks(process, told, seconds)
        yield Look("ends after `shutdown`", process.shut_down())
    except (StoreLost, TargetFault) as fault:
        yield Look("goes on answering", str(fault))
    except OperationHung as hung:
        yield Look(f"answers `{hung.operation}`", f"no answer came within {seconds:g} s{process.last_words()}")
    finally:
        process.kill()


class _Impatient:
    """A process whose every request has a time limit."""

    def __init__(self, process: AdapterProcess, seconds: float) -> None:
        self._process = process
        self._seconds = seconds

    @property
    def ended(self) -> bool:
        return self._process.ended

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        return self._process.request(method, params, self._seconds)


def _looks(process: AdapterProcess, told: dict[str, Any], seconds: float) -> Iterator[Look]:
    impatient = _Impatient(process, seconds)
    if "redis-layout" in told["profiles"]:
        from greentic_session_conformance.servers import redis_url  # noqa: PLC0415 - only where a server is needed

        where = {"redis_url": redis_url(), "namespace": f"greentic-session-smoke:{uuid.uuid4().hex}"}
    else:
        where = {}
    try:
        storage = impatient.ask("open_storage", where)["storage"]
        handle = impatient.ask("open_store", {"storage": storage})["store"]
    except AdapterError as error:
        yield Look("opens a storage and a handle", f"{error.message} ({error.number})")
        return
    yield Look("opens a storage and a handle")
    yield from _operations(AdapterStore(impatient, handle))
    yield _unknown_method(impatient)
    try:
        impatient.ask("close_store", {"store": handle})
        impatient.ask("close_storage", {"storage": storage})
    except AdapterError as error:
        yield Look("closes what it has opened", f"{error.message} ({error.number})")
        return
    yield Look("closes what it has opened")


def _operations(store: AdapterStore) -> Iterator[Look]:
    ctx = context(team="ops")
    data = session(ctx)
    key = ""

    def create() -> str:
        nonlocal key
        key = store.create_session(ctx, data)
        return "" if key else "the key is empty"

    def removed() -> str:
        store.remove_session(key)
        return "" if store.get_session(key) is None else "the session is still there"

    def updated() -> str:
        changed = data.replace(flow_id="smoke.changed")
        store.update_session(key, changed)
        return _same(store.get_session(key), changed)

    looks = {
        "create_session": create,
        "get_session": lambda: _same(store.get_session(key), data),
        "find_by_user": lambda: "" if store.find_by_user(ctx, USER) == (key, data) else "not what was created",
        "update_session": updated,
        "remove_session": removed,
    }
    for operation, look in looks.items():
        of_store = True
        try:
            fault = look()
        except TargetFault as error:
            fault, of_store = str(error), False
        except AdapterError as error:
            fault = f"{error.message} ({error.code or error.number})"
        yield Look(f"{operation} works", fault, of_store=of_store)
        if fault and operation == "create_session":
            return
    yield _refusal(store)


def _same(found: Any, wanted: SessionData) -> str:
    return "" if found == wanted else "nothing came back" if found is None else "another session came back"


def _refusal(store: AdapterStore) -> Look:
    what = f"refuses to remove {NO_KEY!r} with not_found"
    try:
        store.remove_session(NO_KEY)
    except AdapterError as error:
        return Look(what, "" if error.code == "not_found" else f"it says {error.code or error.number}", of_store=True)
    return Look(what, "it doesn't refuse", of_store=True)


def _unknown_method(process: _Impatient) -> Look:
    what = f"answers a method that it can't have with {UNKNOWN_METHOD}"
    try:
        process.ask("no_such_method", {})
    except AdapterError as error:
        return Look(what, "" if error.number == UNKNOWN_METHOD else f"it answers {error.number}")
    return Look(what, "it answers as if it had it")
