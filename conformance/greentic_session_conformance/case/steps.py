"""The record of what a check did: lines to read, and a script that does it again."""

from dataclasses import dataclass
from typing import Any

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import describe
from greentic_session_conformance.case.answer import Answer

#: How much is shown of what came back otherwise than it was stored.
_SHOWN = 300


#: The outcome of a call that has none yet.
_PENDING = "did not return"


@dataclass(slots=True)
class Step:
    """One call: an operation of a handle, or the opening of one."""

    handle: int
    operation: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    outcome: str = _PENDING
    fruitless: bool = False


class Steps:
    """The calls of a check, in their order."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        #: The names of all operations that were called, of forgotten calls, too.
        self.operations: set[str] = set()
        self._keys: dict[str, str] = {}
        self._stored: dict[str, SessionData] = {}

    def __len__(self) -> int:
        """How many calls there are, the opening of handles included."""
        return len(self._steps)

    def begin(
        self,
        handle: int,
        operation: str,
        arguments: tuple[Any, ...] = (),
        keywords: dict[str, Any] | None = None,
    ) -> Step:
        """Record that a call is made."""
        step = Step(handle, operation, arguments, keywords or {})
        self._steps.append(step)
        self.operations.add(operation)
        return step

    def finish(self, step: Step, answer: Answer) -> None:
        """Record what it answered."""
        step.outcome = self._outcome(step, answer)
        step.fruitless = not answer.ok or answer.value is None
        if answer.ok:
            self._remember(step, answer)

    def _remember(self, step: Step, answer: Answer) -> None:
        """Keep in mind what was stored last under a key: what comes back otherwise is told."""
        if step.operation == "create_session" and isinstance(answer.value, str):
            self._stored[answer.value] = step.arguments[1]
        elif step.operation == "update_session":
            self._stored[step.arguments[0]] = step.arguments[1]

    @property
    def last(self) -> Step:
        """The last call."""
        return self._steps[-1]

    def forget_last(self) -> None:
        """Forget the last call: it was no part of what led anywhere."""
        self._steps.pop()

    @property
    def pending(self) -> str:
        """The name of the operation that has not returned; empty where there is none."""
        last = self._steps[-1] if self._steps else None
        return "" if last is None or last.outcome != _PENDING else last.operation

    @property
    def failing(self) -> Step | None:
        """The latest call, where its operation has answered the same error, or nothing, to each of its calls so far."""
        last = self._steps[-1] if self._steps else None
        if last is None or not last.fruitless:
            return None
        outcomes = {step.outcome for step in self._steps if step.operation == last.operation}
        return last if len(outcomes) == 1 else None

    def forget_calls(self) -> None:
        """Forget the calls so far, but for the opening of handles: another row begins, which stands alone."""
        self._steps = [step for step in self._steps if step.operation == "open_store"]
        self._keys, self._stored = {}, {}

    def lines(self) -> list[str]:
        """The calls in words, each with what it answered."""
        return [f"{self.call(step)} → {step.outcome}" for step in self._steps if step.operation != "open_store"]

    def call(self, step: Step) -> str:
        """A call in words."""
        told = [self._word(argument) for argument in step.arguments]
        if step.operation == "create_session" and len(step.arguments) == 2:
            caller, stored = told
            told = [stored] if caller == stored else [stored, f"by {caller}"]
        told += [f"{name}={self._word(value)}" for name, value in step.keywords.items()]
        return f"{step.operation}({', '.join(told)})"

    def script(self) -> list[str]:
        """The calls as lines of Python on a ``replay`` object; see :mod:`greentic_session_conformance.replay`."""
        lines = []
        named: dict[str, str] = {}
        for step in self._steps:
            if step.operation == "open_store":
                lines.append(f"s{step.handle} = replay.open_store()")
                continue
            told = [
                named.get(item) or describe.python(item) if isinstance(item, str) else describe.python(item)
                for item in step.arguments
            ]
            told += [f"{name}={named.get(item) or describe.python(item)}" for name, item in step.keywords.items()]
            issued = next((name for name in self._keys.values() if step.outcome == name), None)
            target = f"{issued} = " if issued and step.operation == "create_session" else ""
            if target:
                named |= {key: name for key, name in self._keys.items() if name == issued}
            lines.append(
                f"{target}replay.{step.operation}({', '.join([f's{step.handle}', *told])}, seen={step.outcome!r})"
            )
        return lines

    def _word(self, value: Any) -> str:
        if isinstance(value, TenantCtx):
            return describe.context(value)
        if isinstance(value, SessionData):
            return describe.context(value.tenant_ctx)
        if isinstance(value, str):
            return self._keys.get(value) or describe.python(value)[:60]
        return repr(value)[:60]

    def _key(self, key: str) -> str:
        return self._keys.setdefault(key, f"k{len(self._keys) + 1}")

    def _outcome(self, step: Step, answer: Answer) -> str:
        operation, value = step.operation, answer.value
        if not answer.ok:
            return answer.describe()
        if operation == "create_session" and isinstance(value, str):
            return self._key(str.__str__(value))
        if operation == "get_session":
            return "nothing" if value is None else self._data(value, step.arguments[0])
        if operation == "find_by_user":
            if value is None:
                return "nothing"
            if isinstance(value, (tuple, list)) and len(value) == 2:
                key, data = value
                return f"{self._keys.get(key, 'a key') if isinstance(key, str) else type(key).__name__}, {self._data(data, key)}"
            return type(value).__name__
        return "done"

    def _data(self, value: Any, key: Any) -> str:
        """A session by its context, and by what of it isn't as it was stored."""
        if not isinstance(value, SessionData):
            return type(value).__name__
        stored = self._stored.get(key) if isinstance(key, str) else None
        told = describe.context(value.tenant_ctx)
        return told if stored in {None, value} else f"{told} with {describe.difference(value, stored)[:_SHOWN]}"
