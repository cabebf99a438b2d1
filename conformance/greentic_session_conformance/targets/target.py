"""The target: how the suite reaches a store."""

import inspect
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from greentic_session_conformance.case.loop import Loop

#: What a store does.
OPERATIONS: Final = frozenset({"create_session", "get_session", "update_session", "remove_session", "find_by_user"})

#: What a target is judged by; whatever else it does, opening and closing, must work before any rule can be judged.
JUDGED: Final = OPERATIONS | {"decode", "derive"}

#: The profiles of rules that are about documents and keys alone: who claims no other need have no store.
NEED_NO_STORE: Final = frozenset({"codec", "mapping"})


class Target:
    """A store under test: places for sessions, and handles on them.

    Subclass it, say what the store claims, and hand the class or an instance to any of the suite's doors. Every
    method may be ``async def``.

    Attributes:
        name: what reports call the store.
        version: its version.
        profiles: the profiles that it claims (chapter "Profiles and verdicts" of the specification).
        thread_safe: whether one handle may be shared between threads.
        isolated: ``False`` where only one storage can be open at a time; the run is then serial.
    """

    name: str = ""
    version: str = ""
    profiles: Iterable[str] = frozenset({"core"})
    thread_safe: bool = False
    isolated: bool = True

    def open_storage(self) -> Any:
        """A fresh, empty place for sessions. For ``durable`` it must pickle: a path, a URL."""
        message = f"{type(self).__name__} must define open_storage()"
        raise NotImplementedError(message)

    def open_store(self, storage: Any) -> Any:
        """A handle on a place; called again, another handle on the same place."""
        message = f"{type(self).__name__} must define open_store(storage)"
        raise NotImplementedError(message)

    def close_store(self, store: Any) -> Any:
        """Close a handle; by default with its ``close()``, or ``aclose()`` where there is no other."""
        for name in ("close", "aclose"):
            close = getattr(store, name, None)
            if callable(close):
                return close()
        return None

    def close_storage(self, storage: Any) -> Any:
        """Clean up a place; by default there is nothing to do."""

    def redis(self, storage: Any) -> tuple[str, str]:
        """The URL of the server and the namespace that a place lies in, for ``redis-layout``."""
        message = f"{type(self).__name__} claims redis-layout and must define redis(storage)"
        raise NotImplementedError(message)

    def decode(self, text: bytes) -> Any:
        """Canonical bytes of the SessionData that a text holds, or ``invalid_input`` raised, for ``codec``."""
        message = f"{type(self).__name__} claims codec and must define decode(text)"
        raise NotImplementedError(message)

    def derive(self, function: str, a: str, b: str, c: str) -> Any:
        """The key that ``"telegram"`` or ``"webhook"`` derives from three parts, for ``mapping``."""
        message = f"{type(self).__name__} claims mapping and must define derive(function, a, b, c)"
        raise NotImplementedError(message)


class CallableTarget(Target):
    """A plain callable that returns a fresh store: the short form of a target.

    Args:
        make: called without arguments; called again it returns another store, isolated from every other alive.
        name: what reports call it.
        profiles: what the caller of the suite says that it keeps.
    """

    def __init__(self, make: Callable[[], Any], name: str, profiles: Iterable[str] = ("core",)) -> None:
        self._make = make
        self.name = name
        self.version = str(getattr(inspect.getmodule(make), "__version__", "") or "")
        self.profiles = frozenset(profiles)

    def open_storage(self) -> Any:
        """Nothing: a store of this kind is its own storage."""

    def open_store(self, storage: Any) -> Any:  # noqa: ARG002 - there is none to open it on
        """A fresh store."""
        return self._make()


class Given:
    """The stores that were given so far and are still alive; it keeps none of them alive."""

    def __init__(self) -> None:
        self._stores: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def again(self, store: Any) -> bool:
        """Take one, and answer whether it was given before."""
        known = self._stores.get(id(store), self) is store
        with suppress(TypeError):  # of some no weak reference can be had
            self._stores[id(store)] = store
        return known


class LentTarget(CallableTarget):
    """A store that a pytest fixture has opened, and will close.

    Args:
        name: what reports call it.
        profiles: what its class says that it keeps.
        loop: what its operations are run on where they are ``async def``, before, in and after its check: it outlives the store.
            Without one a check makes its own.
    """

    def __init__(self, name: str, profiles: Iterable[str], loop: "Loop | None" = None) -> None:
        super().__init__(self._nothing, name, profiles)
        self.loop = loop

    @staticmethod
    def _nothing() -> Any:
        message = "a check opened a second store, but the fixture `store` gives one; this is a fault of the suite"
        raise RuntimeError(message)


def overrides(target: Target, method: str) -> bool:
    """Whether a target has its own form of a method that a profile needs: ``redis``, ``decode`` or ``derive``."""
    has = getattr(target, "has", None)
    if callable(has):
        return bool(has(method))
    own = getattr(target, method, None)
    return getattr(own, "__func__", own) is not getattr(Target, method)


def not_a_store(given: Any) -> str:
    """What was given instead of a store, and what to look at; empty where it may be one."""
    if given is None:
        return "None, not a store: does its function return the store?"
    if isinstance(given, type) and isinstance(inspect.getattr_static(given, "create_session", None), FunctionType):
        return f"the class {given.__name__}, not a store: does its function call the class?"
    try:
        if any(getattr(given, operation, None) is not None for operation in OPERATIONS):
            return ""
    except Exception:  # noqa: BLE001 - whatever a store does wrong by itself is left to the rules
        return ""
    return f"a {type(given).__name__}, which has none of the five operations: does its function return the store?"


def carries(target: Target, text: str) -> bool:
    """Whether a text can be handed to the store as it is; what stands between may not have strings of every kind."""
    return bool(getattr(target, "carries", lambda _: True)(text))


def takes_key(store: Any) -> bool | None:
    """Whether ``create_session`` takes ``key``, which the profile ``keyed-create`` needs; ``None`` where its signature doesn't tell."""
    try:
        parameters = inspect.signature(store.create_session).parameters
    except Exception:  # noqa: BLE001 - whatever a store does wrong by itself is left to the rules
        return None
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return None
    return "key" in parameters
