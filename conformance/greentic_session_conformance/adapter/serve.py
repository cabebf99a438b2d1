"""The reference adapter: any target of the suite, served over standard input and output.

Each handle's calls are made on one thread, the first handle's on the thread that opened its storage; calls to a handle that may be shared
between threads get others where that one is busy. An async store's calls are tasks on the loop of its thread.
"""

import asyncio
import base64
import inspect
import os
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from greentic_session import GreenticError, SessionData, TenantCtx
from greentic_session_conformance.adapter import protocol
from greentic_session_conformance.case import Answer
from greentic_session_conformance.run.record import name_of
from greentic_session_conformance.search import switching
from greentic_session_conformance.targets.reference import RedisTarget
from greentic_session_conformance.targets.target import OPERATIONS, CallableTarget, Target

#: What is done for a request; it may be awaitable.
Work = Callable[[], Any]
#: Told what came of it.
Done = Callable[[Answer], None]


class _Thread:
    """A thread on which work is done one piece after another, and what of it is awaitable beside each other, on the thread's loop.

    A piece begins while the loop stands still, as where the suite itself calls the store: some synchronous ones run a loop of their own.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._given: asyncio.Queue[tuple[Work, Done]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        #: How many pieces aren't done yet.
        self.busy = 0
        threading.Thread(target=self._run, daemon=True).start()

    def do(self, work: Work, done: Done) -> None:
        """Do something here."""
        self.busy += 1
        self._loop.call_soon_threadsafe(self._given.put_nowait, (work, done))

    def _run(self) -> None:
        while True:
            self._begin(*self._loop.run_until_complete(self._given.get()))

    def _begin(self, work: Work, done: Done) -> None:
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - whatever the store raises is its answer
            self._end(done, Answer(error=error))
            return
        if not inspect.isawaitable(value):
            self._end(done, Answer(value))
            return
        task = self._loop.create_task(self._wait_for(value, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_for(self, value: Any, done: Done) -> None:
        try:
            answer = Answer(await value)
        except BaseException as error:  # noqa: BLE001 - the same
            answer = Answer(error=error)
        self._end(done, answer)

    def _end(self, done: Done, answer: Answer) -> None:
        self.busy -= 1
        done(answer)


class _Place:
    """An open storage, and the thread that it was opened on."""

    def __init__(self, target: Target, storage: Any, thread: _Thread) -> None:
        self.target = target
        self.storage = storage
        self.thread = thread
        self.handles = 0
        #: The one store of a plain callable, which all handles share.
        self.store: Any = None


class _Handle:
    """An open store and the threads that its calls are made on."""

    def __init__(self, place: _Place, store: Any, home: _Thread) -> None:
        self.place = place
        self.store = store
        self._threads = [home]
        asynchronous = any(inspect.iscoroutinefunction(getattr(store, name, None)) for name in OPERATIONS)
        self._shared = place.target.thread_safe and not asynchronous

    def do(self, work: Work, done: Done) -> None:
        """Do something with the store."""
        thread = self._threads[0]
        if self._shared and thread.busy:
            thread = next((other for other in self._threads if not other.busy), None) or _Thread()
            if thread not in self._threads:
                self._threads.append(thread)
        thread.do(work, done)


class Server:
    """Answers an adapter's requests with a target.

    Args:
        target: whose stores are served.
        profiles: what it claims.
        output: where the answers go.
    """

    def __init__(self, target: Target, profiles: frozenset[str], output: BinaryIO) -> None:
        self._target = target
        self._profiles = profiles
        self._output = output
        self._writing = threading.Lock()
        self._number = 0
        self._flying = 0
        self._main = _Thread()
        self._places: dict[str, _Place] = {}
        self._handles: dict[str, _Handle] = {}

    def serve(self, lines: BinaryIO) -> None:
        """Answer one request after another, until one is ``shutdown`` or there are no more."""
        for line in lines:
            try:
                request = protocol.read(line)
            except protocol.MalformedError as error:
                self._fail(None, protocol.PARSE_ERROR, str(error))
                continue
            number, method = request.get("id"), request.get("method")
            if method not in protocol.methods():
                known = ", ".join(sorted(protocol.methods()))
                self._fail(number, protocol.UNKNOWN_METHOD, f"there is no method {method!r}; there are {known}")
                continue
            try:
                protocol.hold_request(request)
                self._begin(number, str(method), request["params"])
            except KeyError as error:
                self._fail(number, protocol.INVALID_PARAMS, f"{method}: nothing that is open has the name {error}")
            except (protocol.MalformedError, GreenticError, ValueError, pickle.UnpicklingError) as error:
                self._fail(number, protocol.INVALID_PARAMS, f"{method}: {error}")
            if method == "shutdown":
                return

    def _begin(self, number: Any, method: str, params: dict[str, Any]) -> None:
        handler: Callable[[Any, dict[str, Any]], None] = getattr(self, f"_{method}", self._operation(method))
        handler(number, params)

    # -- what isn't an operation

    def _initialize(self, number: Any, _: dict[str, Any]) -> None:
        result = {
            "protocol_version": protocol.PROTOCOL_VERSION,
            "name": name_of(self._target),
            "version": str(self._target.version),
            "language": "Python",
            "profiles": sorted(self._profiles),
            "options": {"thread_safe": self._target.thread_safe, "isolated": self._target.isolated},
        }
        self._succeed(number, result)

    def _open_storage(self, number: Any, params: dict[str, Any]) -> None:
        thread = _Thread()
        target = RedisTarget(params["redis_url"]) if params else self._target

        def opened(storage: Any) -> dict[str, Any]:
            # What another process is to open must tell it all.
            named = None if target is self._target else target, storage
            name = _pickled(named) if "durable" in self._profiles else self._name()
            self._places[name] = _Place(target, storage, thread)
            return {"storage": name}

        thread.do(lambda: params["namespace"] if params else target.open_storage(), self._telling(number, opened))

    def _open_store(self, number: Any, params: dict[str, Any]) -> None:
        place = self._place(params["storage"])
        thread = _Thread() if place.handles else place.thread
        place.handles += 1

        def opened(store: Any) -> dict[str, Any]:
            name = self._name()
            if isinstance(place.target, CallableTarget):
                place.store = store
            self._handles[name] = _Handle(place, store, thread)
            return {"store": name}

        made = place.store
        thread.do(
            lambda: place.target.open_store(place.storage) if made is None else made, self._telling(number, opened)
        )

    def _place(self, name: str) -> _Place:
        if name not in self._places and "durable" in self._profiles:
            target, storage = _unpickled(name)
            self._places[name] = _Place(target or self._target, storage, _Thread())
        return self._places[name]

    def _close_store(self, number: Any, params: dict[str, Any]) -> None:
        handle = self._handles.pop(params["store"])
        if any(other.store is handle.store for other in self._handles.values()):
            self._succeed(number, {})
            return
        handle.do(lambda: handle.place.target.close_store(handle.store), self._telling(number, _nothing))

    def _close_storage(self, number: Any, params: dict[str, Any]) -> None:
        place = self._place(params["storage"])
        del self._places[params["storage"]]
        place.thread.do(lambda: place.target.close_storage(place.storage), self._telling(number, _nothing))

    def _decode(self, number: Any, params: dict[str, Any]) -> None:
        text = base64.b64decode(params["text"])
        told = self._telling(number, lambda value: {"text": base64.b64encode(value).decode()})
        self._main.do(lambda: self._target.decode(text), told)

    def _derive(self, number: Any, params: dict[str, Any]) -> None:
        told = self._telling(number, lambda value: {"key": _key(value)})
        self._main.do(lambda: self._target.derive(params["function"], *params["parts"]), told)

    def _shutdown(self, number: Any, _: dict[str, Any]) -> None:
        self._succeed(number, {})

    # -- the operations

    def _operation(self, method: str) -> Callable[[Any, dict[str, Any]], None]:
        def call(number: Any, params: dict[str, Any]) -> None:
            handle = self._handles[params["store"]]
            arguments, keywords = _arguments(method, params)
            self._flying += 1

            def work() -> Any:
                operation = getattr(handle.store, method)
                if self._flying < 2:
                    return operation(*arguments, **keywords)
                # Where several calls are in flight a race is met as likely as where the suite makes them itself.
                with switching.often(), switching.within(handle.store, str(number)):
                    return operation(*arguments, **keywords)

            told = self._telling(number, _RESULTS[method])

            def done(answer: Answer) -> None:
                self._flying -= 1
                told(answer)

            handle.do(work, done)

        return call

    # -- answers

    def _name(self) -> str:
        with self._writing:
            self._number += 1
            return str(self._number)

    def _telling(self, number: Any, result: Callable[[Any], dict[str, Any]]) -> Done:
        """What answers a request with what comes of its work."""

        def done(answer: Answer) -> None:
            if not answer.ok:
                self._refuse(number, answer)
                return
            try:
                told = result(answer.value)
            except Exception as error:  # noqa: BLE001 - what the store answered can't be written, whatever it is
                self._fail(number, protocol.FAILED, f"the answer can't be written: {type(error).__name__}: {error}")
                return
            self._succeed(number, told)

        return done

    def _succeed(self, number: Any, result: dict[str, Any]) -> None:
        self._write({"jsonrpc": "2.0", "id": number, "result": result})

    def _refuse(self, number: Any, answer: Answer) -> None:
        message = next(iter(sorted(answer.texts(), key=len, reverse=True)), "")
        if answer.code is None:
            self._fail(number, protocol.FAILED, f"{type(answer.error).__name__}: {message}")
        else:
            self._fail(number, protocol.REFUSED, message, {"code": answer.code})

    def _fail(self, number: Any, code: int, message: str, data: dict[str, Any] | None = None) -> None:
        error = {"code": code, "message": message, **({} if data is None else {"data": data})}
        self._write({"jsonrpc": "2.0", "id": number, "error": error})

    def _write(self, message: dict[str, Any]) -> None:
        line = protocol.written(message)
        with self._writing:
            self._output.write(line)
            self._output.flush()


def _nothing(_: Any) -> dict[str, Any]:
    return {}


def _pickled(value: Any) -> str:
    return base64.b64encode(pickle.dumps(value)).decode()


def _unpickled(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301 - it comes from the suite, which has it from this program


def _arguments(method: str, params: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """What an operation is called with, from a request's params in the order that they have in the schema."""
    values = [_READERS.get(name, _as_it_is)(params[name]) for name in _ORDER[method]]
    return values, {"key": params["key"]} if method == "create_session" and "key" in params else {}


def _as_it_is(value: Any) -> Any:
    return value


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "ctx": lambda value: TenantCtx.from_json(protocol.written(value)),
    "data": lambda value: SessionData.from_json(protocol.written(value)),
}
_ORDER: Final = {
    "create_session": ("ctx", "data"),
    "get_session": ("key",),
    "update_session": ("key", "data"),
    "remove_session": ("key",),
    "find_by_user": ("ctx", "user"),
}


def _document(value: Any) -> Any:
    return protocol.read(value.to_json())


def _key(value: Any) -> str:
    if not isinstance(value, str):
        message = f"a {type(value).__name__} is no key"
        raise TypeError(message)
    return str.__str__(value)


_RESULTS: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "create_session": lambda value: {"key": _key(value)},
    "get_session": lambda value: {"data": None if value is None else _document(value)},
    "update_session": _nothing,
    "remove_session": _nothing,
    "find_by_user": lambda value: {
        "found": None if value is None else {"key": _key(value[0]), "data": _document(value[1])}
    },
}


def serve(target: Target, profiles: frozenset[str]) -> None:
    """Serve a target over this process's standard input and output until it is told to end."""
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what the store prints must not be taken for an answer
    Server(target, profiles, output).serve(sys.stdin.buffer)
    # Calls that don't return must not keep the process.
    sys.stdout.flush()
    os._exit(0)
