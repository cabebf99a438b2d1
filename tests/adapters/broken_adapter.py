"""An adapter of the store in memory that is broken in the way that its argument names."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from greentic_session_conformance.adapter.serve import Server
from greentic_session_conformance.targets.named import load_target
from greentic_session_conformance.targets.reference import MemoryTarget

OUTPUT = os.fdopen(os.dup(1), "wb", buffering=0)


class Lines:
    """What the adapter writes, line by line, as it leaves the server."""

    def __init__(self, change=lambda line: line):
        self.change = change

    def write(self, line):
        OUTPUT.write(self.change(line))

    def flush(self):
        pass


def answering(change):
    """An adapter whose every answer is changed before it is written."""
    return Server(MemoryTarget(), frozenset({"core"}), Lines(lambda line: change(json.loads(line), line)))


class At(Server):
    """Does something in the place of what it is asked for, an update for one, from some time on."""

    def __init__(self, act, method="update_session", profiles=("core",), *, after=0):
        super().__init__(MemoryTarget(), frozenset(profiles), Lines())
        self._act = act
        self._method = method
        self._after = after

    def _begin(self, number, method, params):
        self._after -= method == self._method
        if method == self._method and self._after < 0:
            self._act()
        else:
            super()._begin(number, method, params)


def line(message):
    return json.dumps(message).encode() + b"\n"


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def never():
    threading.Event().wait()


def noise():
    OUTPUT.write(b"Starting up...\n")
    return At(lambda: None)


def noise_later():
    return At(lambda: OUTPUT.write(b"DEBUG updating\n"))


def silent():
    say("waiting for the database")
    never()


def ends():
    say("no licence found")
    os._exit(3)


def ends_later():
    def end():
        say("index out of range")
        os._exit(7)

    return At(end)


def killed_later():
    return At(lambda: os.kill(os.getpid(), signal.SIGKILL))


def hangs_later():
    return At(lambda: None)


def huge():
    return At(lambda: OUTPUT.write(b"x" * (33 * 1024 * 1024)))


def another_version():
    def change(message, text):
        if "protocol_version" in message.get("result", {}):
            message["result"]["protocol_version"] = "2.0"
            return line(message)
        return text

    return answering(change)


def no_name():
    def change(message, text):
        if "protocol_version" in message.get("result", {}):
            del message["result"]["name"]
            return line(message)
        return text

    return answering(change)


def another_id():
    return answering(lambda message, _: line({**message, "id": message["id"] + 1000}))


def twice():
    return answering(lambda _, text: text + text)


def batch():
    return answering(lambda message, _: line([message]))


def both():
    return answering(lambda message, _: line({**message, "result": {}, "error": {"code": 1, "message": ""}}))


def text_for_data():
    def change(message, text):
        return line({**message, "result": {"data": "{}"}}) if message.get("result", {}).get("data") else text

    return answering(change)


def half_a_session():
    def change(message, text):
        if message.get("result", {}).get("data"):
            del message["result"]["data"]["cursor"]
            return line(message)
        return text

    return answering(change)


def guessing(result):
    """An adapter that answers a method that it doesn't have as if it had done it."""
    return answering(
        lambda message, text: (
            line({"jsonrpc": "2.0", "id": message["id"], "result": result})
            if message.get("error", {}).get("code") == -32601
            else text
        )
    )


def guesses():
    return guessing({})


def guesses_null():
    return guessing(None)


def ends_without_a_word():
    class Silent(Server):
        def serve(self, lines):
            super().serve(text for text in lines if b"shutdown" not in text)

    return Silent(MemoryTarget(), frozenset({"core"}), Lines())


def goes_on():
    threading.Thread(target=never).start()
    return answering(lambda _, text: text)


def has_a_child():
    """Starts a program of its own, and doesn't return from an update."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", os.environ["BROKEN_ADAPTER_MARK"]])
    del child
    return At(lambda: None)


def crashes_with_a_child():
    """Leaves a program of its own that holds its standard output open."""

    def end():
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", os.environ["BROKEN_ADAPTER_MARK"]])
        os._exit(7)

    return At(end)


#: So many storages and handles are opened and closed before the first check.
BEFORE = 3


def ends_at_close():
    return At(lambda: os._exit(7), "close_store", ("core", "concurrent"), after=BEFORE + 2)


def ends_at_the_end():
    return At(lambda: os._exit(7), "close_storage", after=BEFORE)


def hangs_at_a_storage():
    """The second check has to wait for one in vain; a later process opens it."""
    hung = Path(os.environ["BROKEN_ADAPTER_MARK"])
    return answering(lambda _, text: text) if hung.exists() else At(hung.touch, "open_storage", after=BEFORE + 1)


def no_base64():
    return Undecoded()


class Undecoded(Server):
    """Answers `decode` with what looks like Base64."""

    def __init__(self):
        super().__init__(MemoryTarget(), frozenset({"core", "codec"}), Lines())

    def _decode(self, number, _):
        self._succeed(number, {"text": "YQ"})


def claims_waits():
    return Server(MemoryTarget(), frozenset({"core", "waits"}), Lines())


def tells_a_password():
    return At(lambda: OUTPUT.write(b"connecting to redis://u:secret@127.0.0.1/0 now\n"))


def does_not_open_or_close():
    class Refuses(Server):
        def _open_store(self, number, _):
            self._fail(number, -32603, "no handle today")

        def _close_storage(self, number, _):
            os._exit(7)

    return Refuses(MemoryTarget(), frozenset({"core"}), Lines())


def has_no_update():
    class Without(Server):
        def _begin(self, number, method, params):
            if method == "update_session":
                self._fail(number, -32601, "no such method")
            else:
                super()._begin(number, method, params)

    return Without(MemoryTarget(), frozenset({"core"}), Lines())


class Another(Server):
    """A durable store, of which every process but the first is broken when it is to open a handle."""

    def __init__(self, act):
        target = load_target(f"{Path(__file__).parents[2]}/examples/sqlite/sqlite_target.py:SqliteTarget")
        super().__init__(target, frozenset(target.profiles), Lines())
        first = Path(os.environ["BROKEN_ADAPTER_MARK"])
        self._act = act if first.exists() else super()._open_store
        first.touch()

    def _open_store(self, number, params):
        self._act(number, params)


def another_is_noisy():
    return Another(lambda *_: OUTPUT.write(b"DEBUG opening\n"))


def another_hangs():
    return Another(lambda *_: None)


def another_ends():
    return Another(lambda *_: os._exit(7))


def writes_at_its_end():
    return At(lambda: None)


if __name__ == "__main__":
    server = globals()[sys.argv[1]]()
    server.serve(sys.stdin.buffer)
    if sys.argv[1] == "writes_at_its_end":
        Path(os.environ["BROKEN_ADAPTER_MARK"]).write_text("all that was only in memory")
    if sys.argv[1] != "goes_on":
        os._exit(0)
