"""A real browser without a window, led through its debugging pipe; it is asked for nothing but a file."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: It reads commands from descriptor 3 and writes answers to descriptor 4.
START = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)


def program():
    """Where a browser is; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Page:
    """A tab, by its debugging protocol."""

    def __init__(self, reading, writing):
        self._reading = reading
        self._writing = writing
        self._number = 0
        self._session = None
        self._requests = {}
        self.loaded = 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """Give a command and wait for its answer."""
        self._number += 1
        told = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            told["sessionId"] = self._session
        self._writing.write(json.dumps(told).encode() + b"\0")
        self._writing.flush()
        while (answer := self._next()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def _next(self):
        text = bytearray()
        while (byte := self._reading.read(1)) != b"\0":
            assert byte, "the browser has ended"
            text += byte
        message = json.loads(text)
        told = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self._requests[told["requestId"]] = told["request"]["url"]
            case "Network.loadingFailed" if told.get("blockedReason") == "csp":
                del self._requests[told["requestId"]]
            case "Page.loadEventFired":
                self.loaded += 1
        return message

    @property
    def asked(self):
        """The addresses that the page last opened asked for, but for what its own policy kept from being sent."""
        return list(self._requests.values())

    def open(self, path, *, width=1280, script=True, **media):
        """Show a file at a width, where asked without its script, in dark colours or as on paper."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        features = [{"name": "prefers-color-scheme", "value": media.get("scheme", "light")}]
        self.call("Emulation.setEmulatedMedia", media=media.get("media", "screen"), features=features)
        before = self.loaded
        self._requests.clear()
        self.call("Page.navigate", url=path.as_uri())
        while self.loaded == before:
            self._next()

    def value(self, expression):
        """What an expression of JavaScript comes to."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key, text=""):
        """Press a key of the keyboard."""
        code = {"Tab": 9, " ": 32, "Enter": 13}[key]
        for kind in ("keyDown", "keyUp"):
            typed = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **typed)


@contextmanager
def browser(path, folder, seconds=300):
    """A browser with one page, which is ended afterwards, and after a time in any case."""
    pipes = [os.pipe(), os.pipe()]
    (given, commands), (answers, taken) = pipes
    # Out of the way of the two numbers that the browser wants.
    theirs = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (given, taken)]
    for descriptor in (given, taken):
        os.close(descriptor)
    command = [
        sys.executable,
        "-c",
        START,
        *map(str, theirs),
        path,
        *OPTIONS,
        f"--user-data-dir={folder}",
        "about:blank",
    ]
    process = subprocess.Popen(
        command, pass_fds=theirs, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for descriptor in theirs:
        os.close(descriptor)

    def end(*_):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    previous = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        with os.fdopen(answers, "rb") as reading, os.fdopen(commands, "wb") as writing:
            yield Page(reading, writing)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
        end()
        process.wait()
