"""A store used in another process: one request and one answer a line, as JSON.

Run as a program it opens the target that it is told and does what it is asked; :class:`Elsewhere` is the other end.
"""

import base64
import json
import os
import pickle
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from greentic_session import GreenticError, SessionData, TenantCtx
from greentic_session_conformance.adapter.process import END_SECONDS, AdapterStartError
from greentic_session_conformance.case.answer import Answer
from greentic_session_conformance.case.loop import Loop
from greentic_session_conformance.case.verdicts import NoAnswer, NotJudged, OperationHung, StoreLost
from greentic_session_conformance.run.cutting import Cut
from greentic_session_conformance.targets.command import CommandTarget, Place

if TYPE_CHECKING:
    from greentic_session_conformance.case.case import Case

#: Starting Python and importing the target's module takes longer than an operation.
START_SECONDS = 60.0


class Elsewhere:
    """A handle on a storage, opened by another process: one of Python's, or of the target's adapter.

    Args:
        case: the check's case.
        storage: the storage; it must pickle.

    Raises:
        NotJudged: the target or the storage doesn't pickle, or the other process can't open them.
    """

    def __init__(self, case: "Case", storage: Any) -> None:
        self._case = case
        target = case.target
        self._process: _Adapter | _Python = (
            _Adapter(case, target, storage) if isinstance(target, CommandTarget) else _Python(case, storage)
        )

    def call(self, operation: str, *arguments: Any, key: str | None = None) -> Answer:
        """Call an operation there.

        Raises:
            OperationHung: it did not return in time.
        """
        seconds = self._case.conditions.operation_timeout
        answer = self._call(operation, arguments, key, seconds, kill=False)
        if answer is None:
            self.kill()
            raise OperationHung(operation, seconds)
        return answer

    def call_or_kill(self, operation: str, *arguments: Any, key: str | None = None, seconds: float) -> Answer | None:
        """Call an operation there and end the process with SIGKILL where the answer hasn't come after some seconds.

        Returns:
            ``None`` where it was ended and had not answered: whether the operation happened is unknown.
        """
        return self._call(operation, arguments, key, seconds, kill=True)

    def call_and_cut(self, operation: str, *arguments: Any, key: str | None = None, after: int) -> Answer | None:
        """Call an operation there, of which the process ends itself with SIGKILL after one of the calls that write.

        Args:
            operation: its name.
            arguments: its arguments.
            key: the key given to a create.
            after: after which one; 0 for none.

        Returns:
            ``None`` where it has ended: whether the operation happened is unknown.

        Raises:
            OperationHung: it did not return in time.
        """
        seconds = self._case.conditions.operation_timeout
        answer = self._call(operation, arguments, key, seconds, kill=False, after=after)
        if answer is None:
            self.kill()
            raise OperationHung(operation, seconds)
        if not self.ended:
            return answer
        self._case.steps.last.outcome = f"no answer: the process was killed after {after} of its calls that write"
        return None

    @property
    def writes(self) -> int | None:
        """How many calls that write the last operation made; ``None`` where that can't be seen, as in another language."""
        return self._process.writes

    def _call(
        self,
        operation: str,
        arguments: tuple[Any, ...],
        key: str | None,
        seconds: float,
        *,
        kill: bool,
        after: int | None = None,
    ) -> Answer | None:
        step = self._case.steps.begin(0, operation, arguments, {} if key is None else {"key": key})
        self._case.conditions.pulse.note(f"in another process: {self._case.steps.call(step)}")
        answer = self._process.call(operation, arguments, key, seconds, kill=kill, after=after)
        if answer is not None:
            self._case.steps.finish(step, answer)
        elif kill:
            step.outcome = "no answer: the process was killed meanwhile"
        return answer

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.ended

    def kill(self) -> None:
        """End the process with SIGKILL, as it is."""
        self._process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class _Adapter:
    """Another process of the adapter that the target is reached through."""

    writes: int | None = None

    def __init__(self, case: "Case", target: CommandTarget, storage: Place) -> None:
        try:
            self._process = target.another_process()
        except AdapterStartError as error:
            message = f"another process could not be started: {error}"
            raise NotJudged(message) from None
        seconds = case.conditions.operation_timeout
        opened = self._within(seconds, lambda: target.store_in(self._process, storage))
        if opened is None or not opened.ok:
            self.kill()
        if opened is None:
            raise OperationHung("open_store", seconds)
        if not opened.ok:
            message = f"another process could not open the storage: {opened.error}"
            raise NotJudged(message)
        self._store = opened.value

    def call(
        self,
        operation: str,
        arguments: tuple[Any, ...],
        key: str | None,
        seconds: float,
        *,
        kill: bool,
        after: int | None = None,  # noqa: ARG002 - an adapter does what it is asked
    ) -> Answer | None:
        keywords = {} if key is None else {"key": key}
        return self._within(seconds, lambda: getattr(self._store, operation)(*arguments, **keywords), kill=kill)

    def _within(self, seconds: float, work: Callable[[], Any], *, kill: bool = False) -> Answer | None:
        answers: list[Answer] = []

        def do() -> None:
            try:
                answers.append(Answer(work()))
            except BaseException as error:  # noqa: BLE001 - whatever it raises is its answer
                answers.append(Answer(error=error))

        caller = threading.Thread(target=do, daemon=True)
        caller.start()
        caller.join(seconds)
        if not answers and kill:
            self.kill()
            caller.join(END_SECONDS)
        error = answers[0].error if answers else None
        if isinstance(error, StoreLost) and self._process.given_up:
            return None
        if isinstance(error, NoAnswer):
            raise error
        return answers[0] if answers else None

    @property
    def ended(self) -> bool:
        return self._process.ended

    def kill(self) -> None:
        self._process.kill()


class _Python:
    """A process of Python's, which loads the target itself."""

    writes: int | None = None

    def __init__(self, case: "Case", storage: Any) -> None:
        job = {
            "path": sys.path,
            "target": _target_of(case),
            "folder": _here(case),
            "storage": _pickled(storage, "storage"),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=case.conditions.folder,
        )
        opened = self._ask(job, START_SECONDS)
        if opened is None or "error" in opened:
            self.kill()
            message = f"another process could not open the storage: {(opened or {}).get('error')}"
            raise NotJudged(message)

    def call(
        self,
        operation: str,
        arguments: tuple[Any, ...],
        key: str | None,
        seconds: float,
        *,
        kill: bool,
        after: int | None = None,
    ) -> Answer | None:
        written = [_written(item) for item in arguments]
        request = {"operation": operation, "arguments": written, "key": key, "after": after}
        told = self._ask(request, seconds, kill=kill)
        if told is None:
            return None
        self.writes = told.get("writes")
        return Answer(error=GreenticError("unknown", told["error"])) if "error" in told else _read_answer(told)

    def _ask(self, request: dict[str, Any], seconds: float, *, kill: bool = False) -> dict[str, Any] | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return {"error": "the process has ended"}
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        if not ready and kill:
            self._process.kill()
            self._process.wait()
            line = self._process.stdout.readline()  # it may have answered a moment before it was killed
            return json.loads(line) if line.endswith(b"\n") else None
        if not ready:
            return None
        line = self._process.stdout.readline()
        if not line:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)  # it has closed its output a moment before
            return {"error": "the process has ended"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue


def _here(case: "Case") -> str:
    """The folder that the process is in, which the store may have changed since the target was loaded, and removed."""
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return case.conditions.folder


def _target_of(case: "Case") -> dict[str, str]:
    name = case.conditions.target_name
    ours = type(case.target).__module__.startswith(f"{__name__.partition('.')[0]}.")
    return {"name": name} if name is not None and not ours else {"pickle": _pickled(case.target, "target")}


def _pickled(value: Any, what: str) -> str:
    try:
        return base64.b64encode(pickle.dumps(value)).decode()
    except Exception as error:  # noqa: BLE001 - pickling runs the target's code
        message = f"the {what} does not pickle ({type(error).__name__}: {error}); `durable` opens it in another process"
        raise NotJudged(message) from None


def _written(value: Any) -> dict[str, Any]:
    if isinstance(value, SessionData):
        return {"data": value.to_json().decode()}
    if isinstance(value, TenantCtx):
        return {"ctx": value.to_json().decode()}
    return {"text": value}


def _read(value: dict[str, Any]) -> Any:
    if "data" in value:
        return SessionData.from_json(value["data"])
    return TenantCtx.from_json(value["ctx"]) if "ctx" in value else value["text"]


def _read_answer(told: dict[str, Any]) -> Answer:
    if "code" in told:
        return Answer(error=GreenticError(told["code"], "raised in another process"))
    value = [_read(item) for item in told["value"]]
    return Answer(None if not value else value[0] if len(value) == 1 else tuple(value))


def _told(answer: Answer, operation: str) -> dict[str, Any]:
    if not answer.ok:
        return {"code": answer.code} if answer.has_wire_code else {"error": answer.describe()}
    if operation in {"update_session", "remove_session"} or answer.value is None:
        return {"value": []}
    pair = isinstance(answer.value, (tuple, list))
    return {"value": [_written(item) for item in (answer.value if pair else [answer.value])]}


def main() -> None:
    """Serve the requests of one :class:`Elsewhere` until its end closes."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the store prints must not be taken for an answer
    loop = Loop()
    store = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "target" in request:
                sys.path[:] = request["path"]
                target = _load(request["target"])
                os.chdir(request["folder"])
                store = loop.finish(target.open_store(_unpickled(request["storage"])))
                answer: dict[str, Any] = {"value": []}
            else:
                arguments = [_read(item) for item in request["arguments"]]
                keywords = {} if request["key"] is None else {"key": request["key"]}
                with Cut(request["after"] or 0) if request["after"] is not None else nullcontext() as cut:
                    value = loop.finish(getattr(store, request["operation"])(*arguments, **keywords))
                answer = _told(Answer(value), request["operation"])
                if cut is not None:
                    answer["writes"] = cut.count
        except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
            failed = Answer(error=error)
            answer = _told(failed, "") if "operation" in request else {"error": f"{type(error).__name__}: {error}"}
        output.write(json.dumps(answer) + "\n")
        output.flush()


def _load(target: dict[str, str]) -> Any:
    if "name" in target:
        from greentic_session_conformance.targets.named import load_target  # noqa: PLC0415 - a pickled target needs none of it

        return load_target(target["name"])
    return _unpickled(target["pickle"])


def _unpickled(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301 - it comes from the process that started this one


if __name__ == "__main__":
    main()
