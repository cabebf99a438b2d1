"""Whatever an adapter does wrong ends with one clear message, in time, and leaves no process behind."""

import json
import shlex
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

BROKEN = Path(__file__).parent / "broken_adapter.py"
RULES = ("OPS-02", "OPS-08", "OPS-10")


def broken(how):
    return shlex.join([sys.executable, str(BROKEN), how])


class Run:
    """A run of the command: its status, what it printed, and its report."""

    def __init__(self, folder, command, *options, timeout="2"):
        program = [sys.executable, "-m", "greentic_session_conformance", *options]
        done = subprocess.run(
            [*program, "--operation-timeout", timeout, "--command", command],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.status, self.output = done.returncode, done.stdout + done.stderr
        path = folder / "reports" / "report.json"
        self.report = json.loads(path.read_text()) if path.exists() else {}
        self.statuses = {item["id"]: item["status"] for item in self.report.get("requirements", ())}

    @property
    def words(self):
        return " ".join(self.output.split())

    def got(self, rule):
        return next(item for item in self.report["requirements"] if item["id"] == rule)["failures"][0]["got"]


@pytest.fixture
def judged(tmp_path):
    options = [word for rule in RULES for word in ("--rule", rule)]
    return lambda how, **more: Run(tmp_path, how, "conformance", "--quiet", "--seed", "1", *options, **more)


@pytest.fixture
def smoked(tmp_path):
    return lambda how, **more: Run(tmp_path, how, "smoke", **more)


NOT_RUN = {
    "silent": ("ADAPT-12", "did not answer `initialize` within", "waiting for the database"),
    "ends": ("ADAPT-12", "exited with status 3 during initialize", "no licence found"),
    "noise": ("ADAPT-02", "what is no answer", "Starting up..."),
    "noise_later": ("ADAPT-02", "what is no answer", "DEBUG updating"),
    "huge": ("ADAPT-04", "longer than 33,554,432 bytes", "more"),
    "another_version": ("ADAPT-03", "speaks version 2.0", "this suite 1.0"),
    "no_name": ("ADAPT-01", "what is no answer", "'name' is a required property"),
    "another_id": ("ADAPT-01", "no request with the id 1001 waits", ""),
    "twice": ("ADAPT-02", "no request with the id", ""),
    "batch": ("ADAPT-01", "it is no JSON object but a list", ""),
    "both": ("ADAPT-01", "what is no answer", ""),
    "text_for_data": ("ADAPT-01", "/data", "is not of type 'object', 'null'"),
}


@pytest.mark.rule("ADAPT-01", "ADAPT-02", "ADAPT-03", "ADAPT-04", "ADAPT-12")
@pytest.mark.parametrize("how", NOT_RUN)
def test_an_adapter_that_is_broken_is_not_run_and_told_why(judged, how):
    run = judged(broken(how))
    assert (run.status, run.report["verdict"]) == (4, "not-run"), run.output
    assert all(word in run.words for word in NOT_RUN[how][1:]), run.output
    assert "Traceback" not in run.output


NOT_STARTED = {
    "nowhere/adapter --fast": "there is no program 'nowhere/adapter'",
    str(Path(__file__)): "can't be run as a program: Permission denied",
    "": "the command is empty",
    "sh -c 'unclosed": "can't be read: No closing quotation",
    "true": "exited with status 0 during initialize",
}


@pytest.mark.rule("ADAPT-12")
@pytest.mark.parametrize("command", NOT_STARTED, ids=lambda command: command.rpartition("/")[2] or "empty")
def test_an_adapter_that_cannot_be_started_is_not_run(judged, smoked, command):
    for run in (judged(command), smoked(command)):
        assert run.status == 4, run.output
        assert NOT_STARTED[command] in run.words


@pytest.mark.rule("ADAPT-11")
@pytest.mark.parametrize(
    ("how", "told"),
    [("ends_later", "exited with status 7"), ("killed_later", "was ended by signal 9")],
)
def test_a_crash_fails_the_running_check_and_the_run_goes_on(judged, how, told):
    run = judged(broken(how))
    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert run.statuses == {"OPS-02": "passed", "OPS-08": "failed", "OPS-10": "passed"}
    assert run.got("OPS-08") == f"the adapter's process {told} during update_session"


@pytest.mark.rule("ADAPT-12")
def test_an_operation_that_does_not_return_fails_its_check_and_the_run_goes_on(judged):
    run = judged(broken("hangs_later"), timeout="1")
    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert run.statuses == {"OPS-02": "passed", "OPS-08": "failed", "OPS-10": "passed"}
    assert run.got("OPS-08") == "it did not return"


def test_a_session_that_is_none_is_the_stores_fault(judged):
    run = judged(broken("half_a_session"))
    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert run.statuses["OPS-02"] == "not-judged"


@pytest.mark.rule("ADAPT-12")
def test_no_process_is_left(judged, monkeypatch):
    mark = f"mark-{uuid.uuid4().hex}"
    monkeypatch.setenv("BROKEN_ADAPTER_MARK", mark)
    assert judged(broken("has_a_child"), timeout="1").status == 1
    until = time.monotonic() + 10
    while (left := running(mark)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def running(mark):
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [process for process in listed.splitlines() if mark in process]


@pytest.mark.rule("ADAPT-06", "ADAPT-10")
@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("guesses", "it answers as if it had it"),
        ("goes_on", "the adapter's process goes on after `shutdown`"),
        ("noise", "what is no answer"),
        (
            "ends_later",
            "exited with status 7 during update_session; it last wrote to its standard error: index out of range",
        ),
        ("hangs_later", "answers `update_session` no answer came within 1 s"),
        ("another_version", "speaks version 2.0"),
    ],
)
def test_smoke_tells_a_broken_adapter(smoked, how, told):
    run = smoked(broken(how), timeout="1")
    assert run.status == 4, run.output
    assert told in run.words
    assert "the adapter is broken" in run.output


def test_smoke_tells_a_store_that_does_not_conform_from_a_broken_adapter(smoked):
    store = Path(__file__).parents[1] / "suite" / "hard_stores.py"
    served = [sys.executable, "-m", "greentic_session_conformance", "serve", "--store"]
    for target, status, told in (
        ("memory", 0, "the adapter works"),
        (f"{store}:NeverFinds", 1, "the store behind it doesn't"),
    ):
        run = smoked(shlex.join([*served, target]))
        assert (run.status, told in run.words) == (status, True), run.output
