"""What the scripts beside a report are written in: they open the target again and do again what led to a failure."""

import sys
from collections.abc import Callable
from typing import Any, NoReturn

from greentic_session_conformance.case import Case, Conditions, Handle, NoAnswer, NotJudged, TargetFault
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.targets.named import load_target
from greentic_session_conformance.targets.target import CallableTarget, Target


class Replay:
    """A failure's calls, made again.

    The script ends with status 1 where the store answers as it did in the run, 0 where it answers otherwise.

    Args:
        target: the target's name as on the command line, a Target, or a callable that returns a store.
        operation_timeout: seconds that one operation may take.
    """

    def __init__(self, target: str | Target | Callable[[], Any], *, operation_timeout: float = 10.0) -> None:
        self._name = target if isinstance(target, str) else None
        if isinstance(target, str):
            self._target = load_target(target)
        else:
            self._target = target if isinstance(target, Target) else CallableTarget(target, "store")
        self._conditions = Conditions(operation_timeout=operation_timeout, target_name=self._name)
        self._case = Case(self._target, "replay", self._conditions)
        self._storage: Any = None
        self._opened = False
        self._same = True
        self._case.limit.__enter__()

    def open_store(self) -> Handle:
        """Open a handle; the second one is on the same storage."""
        if not self._opened:
            self._storage, self._opened = self._case.storage(), True
        return self._case.store(self._storage) if self._storage is not None else self._case.store()

    def _call(
        self, handle: Handle, operation: str, arguments: tuple[Any, ...], keywords: dict[str, Any], seen: str
    ) -> Any:
        try:
            value = handle.call(operation, *arguments, **keywords).value
        except TargetFault as fault:
            self._cannot_be_run(fault)
        except (NoAnswer, NotJudged):
            self._case.given_up, value = True, None
        line = self._case.steps.lines()[-1]
        self._say(line)
        if not line.endswith(f"→ {seen}"):
            self._same = False
            self._say(f"    in the run: {seen}")
        return value

    def create_session(self, handle: Handle, *arguments: Any, seen: str, **keywords: Any) -> Any:
        """Call the operation; ``seen`` is what it answered in the run."""
        return self._call(handle, "create_session", arguments, keywords, seen)

    def get_session(self, handle: Handle, *arguments: Any, seen: str) -> Any:
        """Call the operation; ``seen`` is what it answered in the run."""
        return self._call(handle, "get_session", arguments, {}, seen)

    def update_session(self, handle: Handle, *arguments: Any, seen: str) -> Any:
        """Call the operation; ``seen`` is what it answered in the run."""
        return self._call(handle, "update_session", arguments, {}, seen)

    def remove_session(self, handle: Handle, *arguments: Any, seen: str) -> Any:
        """Call the operation; ``seen`` is what it answered in the run."""
        return self._call(handle, "remove_session", arguments, {}, seen)

    def find_by_user(self, handle: Handle, *arguments: Any, seen: str) -> Any:
        """Call the operation; ``seen`` is what it answered in the run."""
        return self._call(handle, "find_by_user", arguments, {}, seen)

    def check(self, name: str, *, seed: int, effort: str) -> None:
        """Run a whole check again: what it shows needs several callers, processes or a server."""
        self._conditions.seed, self._conditions.effort = seed, effort
        found = next(item for item in checks() if item.name == name)
        try:
            result = judge(found, self._target, self._conditions)
        except TargetFault as fault:
            self._cannot_be_run(fault)
        self._same = result.outcome == "failed"
        for line in result.operations:
            self._say(line)
        if self._same:
            self._say(f"expected {result.expected}")
            self._say(f"got      {result.got}")

    def finish(self) -> NoReturn:
        """Say whether it happened again, and end."""
        try:
            self._case.end(abandon=self._case.given_up or bool(self._conditions.hangs))
        except BaseException as error:  # noqa: BLE001 - closing is the store's code; the answer below is what counts
            self._say(f"closing failed: {type(error).__name__}")
        self._say("it happened again" if self._same else "it did not happen this time")
        sys.stdout.flush()
        sys.exit(1 if self._same else 0)

    def _cannot_be_run(self, fault: TargetFault) -> NoReturn:
        self._say(f"the target can't be run: {fault}")
        sys.exit(4)

    @staticmethod
    def _say(line: str) -> None:
        sys.stdout.write(line + "\n")
