"""The stores that a fixture lends: each must be fresh and empty, and none may know of another (rule VERD-21)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from greentic_session_conformance.case import Case, Conditions, Handle, OperationHung
from greentic_session_conformance.run.isolation import not_empty
from greentic_session_conformance.run.preflight import NotRunnableError
from greentic_session_conformance.samples import context, session
from greentic_session_conformance.targets.target import Given, LentTarget, not_a_store

_FRESH: Final = "it must give a fresh, empty one to each test"
_HELD: Final = f"the fixture `store` gives a store that holds a session already: {_FRESH}"
_SHARED: Final = f"the fixture `store` gives stores that see each other's sessions: {_FRESH}"
_AGAIN: Final = f"the fixture `store` gives a store that an earlier test has had: {_FRESH}"


class LentStores:
    """What is known of the stores that a fixture has given so far."""

    def __init__(self) -> None:
        self._given = Given()
        #: The key of what was left in one that had been judged, which the next one mustn't see; empty once that is known.
        self._trace: str | None = None
        #: The one it was left in, which lives until then: another one could otherwise take its place in memory.
        self._traced: Any = None
        self._looked = False

    def accept(self, target: LentTarget, store: Any, conditions: Conditions) -> None:
        """Take another one. Nothing is put into it before it is judged.

        Args:
            target: what is known of it.
            store: what the fixture gave.
            conditions: what all checks of the run have in common.

        Raises:
            NotRunnableError: it can't be a store, holds sessions, was given before, or sees what was left in an earlier one.
        """
        if why := not_a_store(store):
            message = f"the fixture `store` gives {why}"
            raise NotRunnableError(message)
        message = _AGAIN if self._given.again(store) else self._asked(self._look, target, store, conditions)
        if message:
            raise NotRunnableError(message)

    def leave_trace(self, target: LentTarget, store: Any, conditions: Conditions) -> None:
        """Put a session into the first one, once it has been judged, for the next one not to see."""
        if self._trace is None:
            self._asked(self._leave, target, store, conditions)

    @staticmethod
    def _asked(question: Callable[[Handle], str], target: LentTarget, store: Any, conditions: Conditions) -> str:
        # A hang is judged by the rules, each of which may meet it; it counts from there.
        case = Case(target, "isolation", replace(conditions, hangs={}), store)
        hung = False
        with case.limit:
            try:
                return question(case.store())
            except OperationHung:
                hung = True
                return ""
            finally:
                case.end(abandon=hung)

    def _look(self, store: Handle) -> str:
        if not self._looked:
            self._looked = True
            return _HELD if not_empty(store) else ""
        if not self._trace:
            return ""
        key, self._trace, self._traced = self._trace, "", None
        seen = store.call("get_session", key)
        return _SHARED if seen.ok and seen.value is not None else ""

    def _leave(self, store: Handle) -> str:
        ctx = context(env="isolation", tenant="probe", user="probe")
        created = store.call("create_session", ctx, session(ctx))
        if created.ok and isinstance(created.value, str):
            self._trace, self._traced = created.value, store.store
        return ""
