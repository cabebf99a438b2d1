"""An adapter's process: started, asked, and ended, whatever it does."""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import greentic_session
from greentic_session_conformance.adapter import protocol
from greentic_session_conformance.case.verdicts import OperationHung, StoreLost, TargetFault
from greentic_session_conformance.rules import TARGET_PROFILES

#: How long an adapter may take from its start to its first answer.
START_SECONDS: Final = 30.0
#: How long it may take to end.
END_SECONDS: Final = 5.0
#: How much of what it wrote to its standard error is kept.
_KEPT: Final = 2000
_LEASH: Final = str(Path(__file__).with_name("leash.py"))
_SUITE: Final = f"greentic-session {greentic_session.__version__}"


class AdapterError(Exception):
    """What an adapter answered with an error.

    Attributes:
        code: the ErrorCode, or whatever text stands in its place; empty where there is none.
        number: the code of JSON-RPC.
        message: the store's message.
    """

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(protocol.plain(error["message"]))
        self.message: str = error["message"]
        self.number: int = error["code"]
        self.code: str = (error.get("data") or {}).get("code", "")
        #: What it is called where it has no code.
        self.kind = f"the error {self.number}"


class AdapterStartError(Exception):
    """The adapter could not be started, or did not answer as one; the message says why, and what to do."""


class _Waiting:
    """A request that waits for its answer."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.done = threading.Event()
        self.response: dict[str, Any] = {}
        self.fault: StoreLost | TargetFault | None = None


class AdapterProcess:
    """An adapter that runs. Its requests may be made by several threads at once.

    Args:
        command: the program and its arguments, as one types them in a shell.

    Raises:
        AdapterStartError: there is no such program, or it can't be run.
    """

    def __init__(self, command: str) -> None:
        try:
            words = shlex.split(command)
        except ValueError as error:
            message = f"the command {command!r} can't be read: {error}"
            raise AdapterStartError(message) from None
        if not words:
            message = "the command is empty; it names a program and its arguments"
            raise AdapterStartError(message)
        program = shutil.which(words[0])
        if program is None:
            there = Path(words[0]).exists()
            told = (
                f"{words[0]!r} can't be run as a program: Permission denied"
                if there
                else f"there is no program {words[0]!r}"
            )
            message = f"{told}: the adapter could not be started"
            raise AdapterStartError(message)
        held, self._lifeline = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", _LEASH, str(held), *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[held],
                start_new_session=True,
            )
        finally:
            os.close(held)
        self._number = 0
        self._waiting: dict[int, _Waiting] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._fault: StoreLost | TargetFault | None = None
        self._initialized_well = False
        self._ending = False
        self._told = False
        self._log = ""
        self._log_thread = threading.Thread(
            target=self._read, args=(self._process.stderr, self._follow_log), daemon=True
        )
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, self._listen), daemon=True)
        self._log_thread.start()
        self._reader.start()

    def initialize(self, seconds: float = START_SECONDS) -> dict[str, Any]:
        """Say which protocol is spoken, and learn who answers.

        Raises:
            AdapterStartError: it is silent, ends, answers something else, or speaks another major version.
        """
        params = {"protocol_version": protocol.PROTOCOL_VERSION, "suite": _SUITE}
        try:
            return self._initialized(self.request("initialize", params, seconds))
        except OperationHung:
            message = f"the adapter did not answer `initialize` within {seconds:g} s{self.last_words()}"
            raise AdapterStartError(message) from None
        except (StoreLost, TargetFault) as fault:
            raise AdapterStartError(str(fault)) from None
        except AdapterError as error:
            message = f"the adapter refuses `initialize`: {error}"
            raise AdapterStartError(message) from None
        finally:
            if not self._initialized_well:
                self.kill()

    def _initialized(self, told: dict[str, Any]) -> dict[str, Any]:
        theirs = told["protocol_version"]
        if theirs.partition(".")[0] != protocol.PROTOCOL_VERSION.partition(".")[0]:
            message = f"the adapter speaks version {theirs} of the adapter protocol, this suite {protocol.PROTOCOL_VERSION}: another major version"
            raise AdapterStartError(message)
        if unknown := sorted({*told["profiles"]} - {*TARGET_PROFILES}):
            message = f"the adapter claims the profile {', '.join(unknown)}; there are {', '.join(TARGET_PROFILES)}"
            raise AdapterStartError(message)
        self._initialized_well = True
        return told

    def request(self, method: str, params: dict[str, Any], seconds: float) -> Any:
        """Ask for something and wait for the answer.

        Args:
            method: such as ``"get_session"``.
            params: what the method wants.
            seconds: how long to wait.

        Returns:
            What came of it; where nothing of it counts, whatever JSON can hold, ``null`` too.

        Raises:
            OperationHung: nothing came in time.
            AdapterError: the adapter answered with an error.
            StoreLost: its process has ended.
            TargetFault: it wrote what is no answer.
        """
        waiting = self._send(method, params)
        if not waiting.done.wait(seconds):
            raise OperationHung(method, seconds)
        return self._taken(waiting)

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """Ask for something and wait for the answer, for ever; otherwise as :meth:`request`."""
        waiting = self._send(method, params)
        waiting.done.wait()
        return self._taken(waiting)

    @property
    def unanswered(self) -> bool:
        """Whether a request waits for its answer."""
        return bool(self._waiting)

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    @property
    def given_up(self) -> bool:
        """Whether it was killed or told to end: nothing is to be asked of it any more."""
        return self._ending

    def raise_fault(self) -> None:
        """Tell that the process has ended where nobody was told yet, and again that it wrote what is no answer.

        Raises:
            StoreLost: the process has ended by itself.
            TargetFault: it wrote what is no answer.
        """
        self._reader.join(END_SECONDS)
        fault = self._fault
        if isinstance(fault, TargetFault) or (fault is not None and not self._ending and not self._told):
            self._told = True
            raise fault

    def last_words(self) -> str:
        """What it wrote last to its standard error, to be appended to a message; empty where it wrote nothing."""
        told = protocol.plain(self._log.strip())
        return f"; it last wrote to its standard error:\n{told}" if told else ""

    def kill(self) -> None:
        """End the process as it is, and whatever it has started."""
        self._ending = True
        self._let_go()
        self._process.wait(END_SECONDS)
        self._reader.join(END_SECONDS)
        self._close_input()

    def _let_go(self) -> None:
        with self._lock:
            lifeline, self._lifeline = self._lifeline, -1
        if lifeline >= 0:
            os.close(lifeline)  # which the leash sees

    def shut_down(self) -> str:
        """Tell the adapter to end, and end it where it doesn't; answers what is wrong with how it ended (rule ADAPT-10)."""
        silent = ""
        try:
            self.request("shutdown", {}, END_SECONDS)
        except OperationHung:
            silent = f"the adapter did not answer `shutdown` within {END_SECONDS:g} s"
        except (AdapterError, StoreLost, TargetFault) as error:
            self.kill()
            return f"the adapter doesn't answer `shutdown` as it should: {error}"
        self._ending = True
        self._close_input()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return f"the adapter's process goes on after `shutdown`; it was ended after {END_SECONDS:g} s"
        finally:
            self.kill()
        return silent

    # -- the two pipes

    def _send(self, method: str, params: dict[str, Any]) -> _Waiting:
        waiting = _Waiting(method)
        with self._lock:
            if self._fault is not None:
                self._told = True
                raise self._fault
            self._number += 1
            line = protocol.request(self._number, method, params)
            self._waiting[self._number] = waiting
        assert self._process.stdin is not None
        try:
            with self._writing:
                self._process.stdin.write(line)
                self._process.stdin.flush()
        except (OSError, ValueError):
            pass  # it has ended, which the reader tells
        except BaseException:
            self.kill()  # half a line is written
            raise
        return waiting

    def _taken(self, waiting: _Waiting) -> Any:
        if waiting.fault is not None:
            raise waiting.fault
        if "error" in waiting.response:
            raise AdapterError(waiting.response["error"])
        return waiting.response["result"]

    @staticmethod
    def _read(pipe: IO[bytes], follow: Callable[[int], None]) -> None:
        with pipe:
            follow(pipe.fileno())

    def _listen(self, output: int) -> None:
        """Follow the answers to their end; whatever happens, those who wait are told."""
        fault = None
        try:
            fault = self._follow(output)
        except Exception as error:  # noqa: BLE001 - nobody else would be told
            fault = TargetFault(f"the adapter's answers can't be read: {type(error).__name__}: {error}")
        finally:
            self._give_up(fault)

    def _follow(self, output: int) -> TargetFault | None:
        buffer = bytearray()
        while piece := os.read(output, 65536):
            buffer += piece
            if b"\n" not in piece:
                if len(buffer) > protocol.LONGEST_LINE:
                    reason = f"it is longer than {protocol.LONGEST_LINE:,} bytes"
                    return TargetFault(self._no_answer(bytes(buffer), reason))
                continue
            *lines, rest = bytes(buffer).split(b"\n")
            buffer = bytearray(rest)
            for line in lines:
                try:
                    self._answered(line)
                except protocol.MalformedError as error:
                    return TargetFault(self._no_answer(line, str(error)))
        return None

    def _answered(self, line: bytes) -> None:
        response = protocol.read_response(line)
        waiting = self._waiting.get(response["id"])
        if waiting is None:
            message = f"no request with the id {response['id']} waits for an answer"
            raise protocol.MalformedError(message)
        if "result" in response:
            protocol.hold_result(waiting.method, response["result"])
        waiting.response = response
        with self._lock:
            del self._waiting[response["id"]]
        waiting.done.set()

    def _no_answer(self, line: bytes, reason: str) -> str:
        told = f"the adapter wrote to its standard output what is no answer: {reason}. The line: {protocol.shown(line)}"
        return f"{protocol.plain(told)} (what isn't an answer belongs on its standard error){self.last_words()}"

    def _give_up(self, fault: TargetFault | None) -> None:
        """Tell all who wait, and all who come, that there is nothing more to come."""
        if fault is not None:
            self._let_go()
        try:
            status = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._let_go()
            status = self._process.wait(END_SECONDS)
        self._log_thread.join(END_SECONDS)
        how = f"was ended by signal {-status}" if status < 0 else f"exited with status {status}"
        with self._lock:
            self._fault = fault or StoreLost(f"the adapter's process {how}", self.last_words())
            left, self._waiting = list(self._waiting.values()), {}
            self._told = bool(left)
        for waiting in left:
            lost = StoreLost(f"the adapter's process {how} during {waiting.method}", self.last_words())
            waiting.fault = fault or lost
            waiting.done.set()

    def _follow_log(self, output: int) -> None:
        while piece := os.read(output, 65536):
            self._log = (self._log + piece.decode(errors="replace"))[-_KEPT:]

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()
