"""The stores that a fixture lends: each must be fresh and empty, and none may know of another (rule VERD-21)."""

from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from weakref import WeakValueDictionary

from greentic_session_conformance.case import Case, Conditions, Handle, OperationHung
from greentic_session_conformance.run.isolation import not_empty
from greentic_session_conformance.run.preflight import NotRunnableError
from greentic_session_conformance.samples import context, session
from greentic_session_conformance.targets.target import LentTarget, not_a_store

_FRESH: Final = "it must give a fresh, empty one to each test"
_HELD: Final = f"the fixture `store` gives a store that holds a session already: {_FRESH}"
_SHARED: Final = f"the fixture `store` gives stores that see each other's sessions: {_FRESH}"
_AGAIN: Final = f"the fixture `store` gives a store that an earlier test has had: {_FRESH}"


class LentStores:
    """What is known of the stores that a fixture has given so far."""

    def __init__(self) -> None:
        self._given: WeakValueDictionary[int, Any] = WeakValueDictionary()
        #: The key of what was put into the first store, which the second mustn't see; empty once that is known.
        self._key: str | None = None
        #: The first one, which lives until then: another one could otherwise take its place in memory.
        self._first: Any = None

    def accept(self, store: Any, conditions: Conditions) -> None:
        """Take another one.

        Args:
            store: what the fixture gave.
            conditions: what all checks of the run have in common.

        Raises:
            NotRunnableError: it can't be a store, holds sessions, was given before, or sees what was put into the first.
        """
        if why := not_a_store(store):
            message = f"the fixture `store` gives {why}"
            raise NotRunnableError(message)
        again = self._given.get(id(store)) is store
        with suppress(TypeError):  # of some no weak reference can be had
            self._given[id(store)] = store
        message = _AGAIN if again else self._seen_by(store, conditions)
        if message:
            raise NotRunnableError(message)

    def _seen_by(self, store: Any, conditions: Conditions) -> str:
        if self._key == "":
            return ""
        # A hang is judged by the rules, each of which may meet it; it counts from there.
        case = Case(LentTarget("", ("core",)), "isolation", replace(conditions, hangs={}), store)
        hung = False
        with case.limit:
            try:
                return self._first_look(case.store()) if self._key is None else self._second_look(case.store())
            except OperationHung:
                hung = True
                self._key, self._first = "", None
                return ""
            finally:
                case.end(abandon=hung)

    def _first_look(self, store: Handle) -> str:
        if not_empty(store):
            return _HELD
        ctx = context(env="isolation", tenant="probe", user="probe")
        created = store.call("create_session", ctx, session(ctx))
        self._key = created.value if created.ok and isinstance(created.value, str) else ""
        self._first = store.store
        return ""

    def _second_look(self, store: Handle) -> str:
        assert self._key
        seen = store.call("get_session", self._key)
        self._key, self._first = "", None
        return _SHARED if seen.ok and seen.value is not None else ""
