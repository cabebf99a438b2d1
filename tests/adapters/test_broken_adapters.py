"""Whatever an adapter does wrong ends with one clear message, in time, and leaves no process behind."""

import json
import shlex
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from greentic_session_conformance.adapter.process import AdapterProcess

BROKEN = Path(__file__).parent / "broken_adapter.py"
RULES = ("OPS-02", "OPS-08", "OPS-11")


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
        self.folder = folder
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
    "claims_waits": ("ADAPT-01", "claims the profile waits", "redis-layout"),
    "tells_a_password": ("ADAPT-02", "redis://u@127.0.0.1/0", ""),
    "does_not_open_or_close": ("ADAPT-12", "the target can't be opened: AdapterError: no handle today", ""),
    "has_no_update": ("ADAPT-06", "the adapter does not take a request for update_session", "-32601"),
    "text_for_data": ("ADAPT-01", "/data", "is not of type 'object', 'null'"),
}


@pytest.mark.rule("ADAPT-01", "ADAPT-02", "ADAPT-03", "ADAPT-04", "ADAPT-12")
@pytest.mark.parametrize("how", NOT_RUN)
def test_an_adapter_that_is_broken_is_not_run_and_told_why(judged, how):
    run = judged(broken(how))
    assert (run.status, run.report["verdict"]) == (4, "not-run"), run.output
    assert all(word in run.words for word in NOT_RUN[how][1:]), run.output
    assert "Traceback" not in run.output
    assert "secret" not in run.output


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
    assert run.statuses == {"OPS-02": "passed", "OPS-08": "failed", "OPS-11": "passed"}
    assert run.got("OPS-08") == f"the adapter's process {told} during update_session"

    script = [sys.executable, run.folder / "reports" / "repro" / "OPS-08.py"]
    again = subprocess.run(script, cwd=run.folder, capture_output=True, text=True, timeout=60, check=False)
    assert (again.returncode, "it happened again" in again.stdout) == (1, True), again.stdout + again.stderr


@pytest.mark.rule("ADAPT-02")
def test_noise_is_not_run_at_the_pytest_door_too(tmp_path):
    program = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--pyargs",
        "greentic_session_conformance",
    ]
    options = [
        "--session-store",
        f"command:{broken('noise_later')}",
        "--session-rule",
        "OPS-02",
        "--session-rule",
        "OPS-08",
    ]
    done = subprocess.run([*program, *options], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "verdict NOT-RUN: the adapter wrote to its standard output what is no answer" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.rule("ADAPT-12")
def test_an_operation_that_does_not_return_fails_its_check_and_the_run_goes_on(judged):
    run = judged(broken("hangs_later"), timeout="1")
    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert run.statuses == {"OPS-02": "passed", "OPS-08": "failed", "OPS-11": "passed"}
    assert run.got("OPS-08") == "it did not return"


def test_a_session_that_is_none_is_the_stores_fault(judged):
    run = judged(broken("half_a_session"))
    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert run.statuses["OPS-02"] == "not-judged"


@pytest.fixture
def mark(monkeypatch):
    """What stands in the command line of every program that an adapter starts."""
    text = f"mark-{uuid.uuid4().hex}"
    monkeypatch.setenv("BROKEN_ADAPTER_MARK", text)
    return text


def launched(command):
    """The same by way of a shell, which stays."""
    return f"sh -c {shlex.quote(command + '; exit')}"


@pytest.mark.rule("ADAPT-12")
@pytest.mark.parametrize("way", [str, launched])
def test_no_process_is_left(judged, smoked, mark, way):
    command = way(f"{broken('has_a_child')} {mark}")
    assert judged(command, timeout="1").status == 1
    assert smoked(command, timeout="1").status == 4
    assert none_is_left(mark)


@pytest.mark.rule("ADAPT-12")
def test_no_process_is_left_where_the_suite_is_killed(mark, tmp_path):
    words = [sys.executable, "-m", "greentic_session_conformance", "conformance", "--rule", "OPS-08", "--command"]
    process = subprocess.Popen(
        [*words, f"{broken('has_a_child')} {mark}"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 30
    while len(running(mark)) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert none_is_left(mark)


def none_is_left(mark):
    until = time.monotonic() + 10
    while running(mark) and time.monotonic() < until:
        time.sleep(0.05)
    return running(mark) == []


@pytest.mark.rule("ADAPT-11")
def test_a_crash_is_seen_where_a_child_goes_on(judged, mark):
    run = judged(broken("crashes_with_a_child"))
    assert run.statuses == {"OPS-02": "passed", "OPS-08": "failed", "OPS-11": "passed"}, run.output
    assert run.got("OPS-08") == "the adapter's process exited with status 7 during update_session"
    assert none_is_left(mark)


@pytest.mark.rule("ADAPT-11")
@pytest.mark.parametrize(("how", "rule"), [("ends_at_close", "CONC-01"), ("ends_at_the_end", "OPS-02")])
def test_a_crash_while_closing_fails_the_check(tmp_path, how, rule):
    run = Run(tmp_path, broken(how), "conformance", "--quiet", "--effort", "quick", "--rule", rule)
    assert run.statuses[rule] == "failed", run.output
    assert run.got(rule).startswith("the adapter's process exited with status 7")


@pytest.mark.rule("ADAPT-12")
def test_what_opens_a_storage_no_more_is_given_up_for_another_process(judged, monkeypatch, tmp_path):
    monkeypatch.setenv("BROKEN_ADAPTER_MARK", str(tmp_path / "hung"))
    run = judged(broken("hangs_at_a_storage"), timeout="1")
    assert sorted(run.statuses.values()) == ["not-judged", "passed", "passed"], run.output
    assert (run.status, "open_storage did not return within 1 s" in run.words) == (3, True), run.output


@pytest.mark.rule("ADAPT-02", "ADAPT-07", "ADAPT-11", "ADAPT-12")
@pytest.mark.parametrize(
    ("how", "status", "told"),
    [
        ("another_is_noisy", 4, "DEBUG opening"),
        ("another_hangs", 3, "open_store did not return within 1 s"),
        ("another_ends", 1, "exited with status 7 during open_store"),
    ],
)
def test_another_process_that_is_broken_is_told_as_the_first_is(tmp_path, monkeypatch, how, status, told):
    monkeypatch.setenv("BROKEN_ADAPTER_MARK", str(tmp_path / "first"))
    run = Run(tmp_path, broken(how), "conformance", "--quiet", "--rule", "DUR-03", timeout="1")
    assert (run.status, told in run.words) == (status, True), run.output


@pytest.mark.rule("ADAPT-02")
def test_what_is_no_base64_is_the_adapters_fault(tmp_path):
    run = Run(tmp_path, broken("no_base64"), "conformance", "--quiet", "--rule", "DATA-07")
    assert (run.status, "no Base64" in run.words) == (4, True), run.output


def test_a_killed_adapter_does_nothing_more_whatever_started_it(monkeypatch, tmp_path):
    written = tmp_path / "written"
    monkeypatch.setenv("BROKEN_ADAPTER_MARK", str(written))
    for way, killed in ((str, True), (launched, True), (launched, False)):
        process = AdapterProcess(way(broken("writes_at_its_end")))
        process.initialize()
        if killed:
            process.kill()
        else:
            assert process.shut_down() == ""
        assert written.exists() is not killed


def running(mark):
    listed = subprocess.run(["ps", "-wweo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [process for process in listed.splitlines() if mark in process]


@pytest.mark.rule("ADAPT-06", "ADAPT-10")
@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("guesses", "it answers as if it had it"),
        ("guesses_null", "it answers as if it had it"),
        ("ends_without_a_word", "the adapter did not answer `shutdown` within 5 s"),
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
