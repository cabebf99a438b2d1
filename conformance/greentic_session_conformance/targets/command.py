"""Door 4: a store in any language, reached through the adapter that a command starts."""

import base64
import binascii
import contextlib
import json
import uuid
import weakref
from dataclasses import dataclass
from typing import Any, Final, Protocol

from greentic_session import GreenticError, SessionData, TenantCtx
from greentic_session_conformance.adapter import protocol
from greentic_session_conformance.adapter.process import AdapterError, AdapterProcess, AdapterStartError
from greentic_session_conformance.case.answer import Unreadable
from greentic_session_conformance.case.verdicts import TargetFault
from greentic_session_conformance.servers import redis_url
from greentic_session_conformance.targets.reference import delete_namespace
from greentic_session_conformance.targets.target import Target

_NAMESPACE: Final = "greentic-session-conformance"


@dataclass(frozen=True, slots=True)
class Place:
    """A storage behind an adapter.

    Attributes:
        storage: its name, as the adapter gave it.
        redis_url: the server that it lies on, where the adapter claims ``redis-layout``.
        namespace: its namespace there.
    """

    storage: str
    redis_url: str = ""
    namespace: str = ""


class CommandTarget(Target):
    """A store behind an adapter (chapter "The adapter protocol").

    One process of the adapter serves all storages and handles. Where it has ended, or an operation of it doesn't return, it is
    given up, and the next storage is opened by another one.

    Args:
        command: the program and its arguments.

    Raises:
        AdapterStartError: it can't be started, or doesn't answer as an adapter.
    """

    def __init__(self, command: str) -> None:
        self._command = command
        self.profiles: frozenset[str] = frozenset()
        self._left: list[Place] = []
        self._process: AdapterProcess | None = None
        told = self._start()
        self.name = told["name"]
        self.version = f"{told['version']} ({told['language']})".strip()
        self.profiles = frozenset(told["profiles"])
        options = told.get("options", {})
        self.thread_safe = options.get("thread_safe", False)
        self.isolated = options.get("isolated", True)

    def __repr__(self) -> str:
        """The target as it was named."""
        return f"CommandTarget({self._command!r})"

    def has(self, method: str) -> bool:
        """Whether it has what a profile needs: an adapter tells by its claims."""
        needs = {"redis": "redis-layout", "decode": "codec", "derive": "mapping"}
        return needs[method] in self.profiles

    def carries(self, text: str) -> bool:
        """Whether an adapter can be sent a text: its strings are UTF-8 (rule ADAPT-13)."""
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
        return True

    def ready(self) -> None:
        """See that an adapter runs of which nothing is waited for, and that storages which a lost one has left are closed.

        Raises:
            StoreLost: the adapter has ended, which nobody was told yet.
            TargetFault: it wrote what is no answer, or can't be started again.
        """
        process = self._fresh()
        while self._left:
            with contextlib.suppress(AdapterError):
                process.ask("close_storage", {"storage": self._left.pop().storage})

    def open_storage(self) -> Place:
        """A place in an adapter that answers."""
        process = self._fresh()
        if "redis-layout" not in self.profiles:
            return Place(process.ask("open_storage", {})["storage"])
        where = {"redis_url": redis_url(), "namespace": f"{_NAMESPACE}:{uuid.uuid4().hex}"}
        return Place(process.ask("open_storage", where)["storage"], **where)

    def open_store(self, storage: Place) -> "AdapterStore":
        """A handle."""
        return self.store_in(self._running(), storage)

    def store_in(self, process: AdapterProcess, storage: Place) -> "AdapterStore":
        """A handle on a place, opened by a process of this adapter, which need not be the one that opened the place."""
        kind = KeyedAdapterStore if "keyed-create" in self.profiles else AdapterStore
        return kind(process, process.ask("open_store", {"storage": storage.storage})["store"])

    def another_process(self) -> AdapterProcess:
        """Another process of the adapter.

        Raises:
            AdapterStartError: it can't be started.
        """
        process = AdapterProcess(self._command)
        process.initialize()
        return process

    def close_store(self, store: "AdapterStore") -> None:
        """Close a handle."""
        store.close()

    def close_storage(self, storage: Place) -> None:
        """Close a place; an adapter with an operation that didn't return is ended."""
        process = self._process
        assert process is not None
        if process.ended and not process.given_up:
            process.raise_fault()
        if process.unanswered:
            process.kill()
        if not process.ended:
            process.ask("close_storage", {"storage": storage.storage})
        elif "durable" in self.profiles:
            self._left.append(storage)
        if storage.namespace:
            delete_namespace(storage.redis_url, storage.namespace)

    def end(self) -> None:
        """End the adapter."""
        if self._process is not None and not self._process.ended:
            self._process.shut_down()

    def redis(self, storage: Place) -> tuple[str, str]:
        """Where the adapter was told to keep the place."""
        return storage.redis_url, storage.namespace

    def decode(self, text: bytes) -> bytes:
        """What the adapter makes of a document."""
        text = self._fresh().ask("decode", {"text": base64.b64encode(text).decode()})["text"]
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            message = f"the adapter answers `decode` with what is no Base64: {error}"
            raise TargetFault(message) from None

    def derive(self, function: str, a: str, b: str, c: str) -> str:
        """The key that the adapter derives."""
        key: str = self._fresh().ask("derive", {"function": function, "parts": [a, b, c]})["key"]
        return key

    def _fresh(self) -> AdapterProcess:
        """The adapter's process, unless something is still waited for, in vain: then another one."""
        if self._process is not None and self._process.unanswered:
            self._process.kill()
        return self._running()

    def _running(self) -> AdapterProcess:
        process = self._process
        if process is not None and process.ended:
            process.raise_fault()
        if process is None or process.ended or process.given_up:
            try:
                self._start()
            except AdapterStartError as error:
                message = f"the adapter can't be started again: {error}"
                raise TargetFault(message) from None
        assert self._process is not None
        return self._process

    def _start(self) -> dict[str, Any]:
        self._process = AdapterProcess(self._command)
        weakref.finalize(self, self._process.kill)
        return self._process.initialize()


class Asked(Protocol):
    """What a handle makes its requests to: an adapter's process."""

    @property
    def ended(self) -> bool:
        """Whether there is nobody to ask any more."""

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """Ask for something and wait for the answer."""


class AdapterStore:
    """A handle behind an adapter: the five operations as requests.

    Args:
        process: the adapter's process.
        store: the handle's name there.
    """

    def __init__(self, process: Asked, store: str) -> None:
        self._process = process
        self._store = store

    def create_session(self, ctx: TenantCtx, data: SessionData) -> Any:
        """Ask for the operation."""
        return self._ask("create_session", ctx=_sent(ctx), data=_sent(data))["key"]

    def get_session(self, key: str) -> Any:
        """Ask for the operation."""
        found = self._ask("get_session", key=key)["data"]
        return None if found is None else _received(found)

    def update_session(self, key: str, data: SessionData) -> None:
        """Ask for the operation."""
        self._ask("update_session", key=key, data=_sent(data))

    def remove_session(self, key: str) -> None:
        """Ask for the operation."""
        self._ask("remove_session", key=key)

    def find_by_user(self, ctx: TenantCtx, user: str) -> Any:
        """Ask for the operation."""
        found = self._ask("find_by_user", ctx=_sent(ctx), user=user)["found"]
        return None if found is None else (found["key"], _received(found["data"]))

    def close(self) -> None:
        """Close the handle; one of a process that has ended is closed already."""
        if not self._process.ended:
            self._ask("close_store")

    def _ask(self, method: str, **params: Any) -> Any:
        try:
            return self._process.ask(method, {"store": self._store, **params})
        except AdapterError as error:
            if error.number not in protocol.NOT_OF_THE_STORE:
                raise
            message = f"the adapter does not take a request for {method}: {error} ({error.number})"
            raise TargetFault(message) from None


class KeyedAdapterStore(AdapterStore):
    """A handle behind an adapter that claims ``keyed-create``."""

    def create_session(self, ctx: TenantCtx, data: SessionData, key: str | None = None) -> Any:
        """Ask for the operation, under a key where one is given."""
        given = {} if key is None else {"key": key}
        return self._ask("create_session", ctx=_sent(ctx), data=_sent(data), **given)["key"]


def _sent(value: TenantCtx | SessionData) -> Any:
    return json.loads(value.to_json())


def _received(document: dict[str, Any]) -> Any:
    text = json.dumps(document)
    try:
        return SessionData.from_json(text)
    except GreenticError:
        return Unreadable(text)
