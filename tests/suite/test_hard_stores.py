"""Door 3 ends with a report and the right status, whatever a store does to it."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MUTANTS = HERE.parent / "mutants"


@dataclass
class Run:
    """What door 3 left: its status, what it printed, its report."""

    status: int
    output: str
    folder: Path
    report: dict = field(default_factory=dict)

    def status_of(self, rule):
        return next(item["status"] for item in self.report["requirements"] if item["id"] == rule)

    def failure_of(self, rule):
        return next(item["failures"][0] for item in self.report["requirements"] if item["id"] == rule)


def command(target, folder, *options):
    door = [sys.executable, "-m", "greentic_session_conformance", "conformance", str(target)]
    return [*door, "--report", str(folder / "report"), "--effort", "quick", *options]


def left_over(mark):
    """The processes that still carry a mark in their environment, where the system tells."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return found


def read(folder):
    path = folder / "report" / "report.json"
    return json.loads(path.read_text()) if path.exists() else {}


@pytest.fixture
def mark():
    made = uuid.uuid4().hex
    yield made
    assert not left_over(made)


@pytest.fixture
def door(tmp_path, mark):
    def run(name, *options, timeout="0.5"):
        target = name if ":" in name else f"{HERE / 'hard_stores.py'}:{name}"
        done = subprocess.run(
            command(target, tmp_path, "--operation-timeout", timeout, *options),
            cwd=tmp_path,
            env={**os.environ, "HARD_STORES_MARK": mark},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr, tmp_path, read(tmp_path))

    return run


@pytest.mark.parametrize("name", ["ThreadBound", "Async"])
@pytest.mark.rule("VERD-11")
def test_a_store_bound_to_its_thread_or_loop_conforms_to_core(door, name):
    run = door(name, timeout="5")

    assert (run.status, run.report["verdict"]) == (0, "conformant"), run.output
    assert run.report["profiles"] == {"core": "conformant"}
    assert {item["status"] for item in run.report["requirements"]} == {"passed"}


HANGS = [
    ("Blocked", "find_by_user", ["ROUTE-02", "ROUTE-05", "ROUTE-15"], "it did not return"),
    ("StuckInC", "get_session", ["OPS-07", "OPS-12", "OPS-14"], "could not be interrupted"),
    ("Stubborn", "update_session", ["OPS-12", "ROUTE-05", "ROUTE-06"], "could not be interrupted"),
    ("Late", "get_session", ["OPS-07", "OPS-12", "OPS-14"], "it did not return"),
]


@pytest.mark.parametrize(("name", "operation", "rules", "words"), HANGS)
@pytest.mark.rule("VERD-09")
def test_an_operation_that_does_not_return_fails_its_check_by_name(door, name, operation, rules, words):
    run = door(name, *(word for rule in rules for word in ("--rule", rule)))

    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    failed = [rule for rule in rules if run.status_of(rule) == "failed"]
    assert len(failed) == 2, run.output
    for rule in failed:
        failure = run.failure_of(rule)
        assert failure["hung"] == operation
        assert failure["expected"] == f"{operation} returns within 0.5 s"
        assert words in failure["got"]
        assert failure["test"].startswith(f"{rule} ")
        assert any(operation in call for call in failure["operations"])
    (not_called,) = set(rules) - set(failed)
    assert run.status_of(not_called) == "not-judged"
    assert f"{operation} did not return in time 2 times" in run.output


DEATHS = [
    ("Exits", "OPS-08", "update_session", "the store's process exited with status 3 during update_session"),
    (
        "ExitsAtCreate",
        "OPS-02",
        "create_session",
        "the store's process exited with status 3 during create_session",
    ),
    ("Crashes", "OPS-10", "remove_session", "the store's process was ended by SIGSEGV during remove_session"),
    ("RaisesSystemExit", "OPS-08", "update_session", "SystemExit"),
    ("RaisesKeyboardInterrupt", "OPS-08", "update_session", "KeyboardInterrupt without a code"),
    ("Recurses", "OPS-08", "update_session", "RecursionError"),
]


@pytest.mark.parametrize(("name", "rule", "operation", "words"), DEATHS)
@pytest.mark.rule("VERD-10")
def test_a_store_that_dies_fails_the_check_that_it_dies_in_and_the_run_goes_on(door, name, rule, operation, words):
    run = door(name, "--rule", rule, "--rule", "OPS-07", timeout="5")

    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert run.status_of(rule) == "failed"
    assert words in run.failure_of(rule)["got"]
    assert any(operation in call for call in run.failure_of(rule)["operations"])
    # OPS-07 needs a session besides, which a store that dies at create has none of.
    assert run.status_of("OPS-07") == ("failed" if name == "ExitsAtCreate" else "passed")
    assert words in " ".join(run.output.split())


@pytest.mark.rule("VERD-08")
def test_an_operation_that_never_works_is_one_broken_rule(door):
    run = door("NeverFinds", "--rule", "FENCE-01", "--rule", "FENCE-02", "--rule", "ROUTE-02", timeout="5")

    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert {item["id"]: item["status"] for item in run.report["requirements"]} == {
        "FENCE-01": "not-judged",
        "FENCE-02": "not-judged",
        "ROUTE-01": "failed",
        "ROUTE-02": "not-judged",
    }
    assert run.failure_of("ROUTE-01")["expected"] == "find_by_user works for an ordinary session"
    assert "find_by_user never works" in " ".join(run.output.split())


NOT_RUN = [
    (f"{HERE / 'raises_on_import.py'}:Store", "importing", "RuntimeError: the driver is missing"),
    ("raises", "the target can't be opened", "RuntimeError: no database today"),
    ("gives_none", "the target gave None", "does its function return the store?"),
    ("always_the_same", "the target gave a store that it had given before", "fresh one"),
    ("from_a_pool", "the target gave a store that it had given before", "fresh one"),
    ("Sharing", "two storages see each other's sessions", "fresh, empty place"),
]


@pytest.mark.parametrize(("name", "words", "more"), NOT_RUN)
@pytest.mark.rule("VERD-06")
def test_a_target_that_cannot_be_run_is_status_4(door, name, words, more):
    run = door(name)

    assert (run.status, run.report["verdict"]) == (4, "not-run"), run.output
    assert words in run.report["reason"]
    assert more in run.report["reason"]
    assert words in " ".join(run.output.split())
    assert run.report["requirements"] == []


WRONG_USAGE = [
    (["hard_stors:Blocked"], "no module `hard_stors`"),
    ([f"{HERE / 'hard_stores.py'}:Bloked"], "hard_stores.py:Blocked`?"),
    ([f"{HERE / 'hard_store.py'}:Blocked"], "hard_stores.py`?"),
    ([f"{HERE / 'hard_stores.py'}:NUMBER"], "is a int; it must be a Target, or a callable"),
    (["memry"], "did you mean `memory`?"),
    (["memory", "--profile", "cores"], "core"),
    (["memory", "--profile", "durable"], "doesn't claim durable"),
    (["memory", "--rule", "FENCE-99"], "there is no rule FENCE-99"),
    (["memory", "--rule", "VERD-01"], "is a rule for this kit itself"),
    (["memory", "--operation-timeout", "soon"], "'soon' is not a valid seconds"),
]


@pytest.mark.parametrize(
    ("arguments", "words"), WRONG_USAGE, ids=lambda value: value[-1] if isinstance(value, list) else ""
)
def test_wrong_usage_is_status_2_and_says_what_is_nearest(tmp_path, arguments, words):
    target, *options = arguments
    done = subprocess.run(
        command(target, tmp_path, *options),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.rule("VERD-03")
def test_a_callable_that_claims_durable_is_incomplete(door):
    run = door("ThreadBound", "--profile", "durable", "--rule", "DUR-01", timeout="5")

    assert (run.status, run.report["verdict"]) == (3, "incomplete"), run.output
    assert run.status_of("DUR-01") == "not-judged"
    assert "durable needs a Target" in run.output


@pytest.mark.rule("VERD-15")
def test_a_target_that_claims_codec_without_decode_is_non_conformant(door):
    run = door("ClaimsCodec", "--profile", "codec", timeout="5")

    assert (run.status, run.report["verdict"]) == (1, "non-conformant"), run.output
    assert run.report["profiles"] == {"codec": "non-conformant"}
    assert run.failure_of("DATA-07")["got"] == "no decode()"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_a_report_that_says_so(tmp_path, mark, sent):
    begun = tmp_path / "begun"
    target = f"{HERE / 'hard_stores.py'}:Waits"
    options = ("--operation-timeout", "60", "--rule", "OPS-07", "--rule", "OPS-08")
    environment = {**os.environ, "HARD_STORES_BEGUN": str(begun), "HARD_STORES_MARK": mark}
    process = subprocess.Popen(
        command(target, tmp_path, *options), cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 30
    while not begun.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert begun.exists()

    process.send_signal(sent)
    output, _ = process.communicate(timeout=30)

    report = read(tmp_path)
    assert process.returncode == 130
    assert (report["verdict"], report["interrupted"]) == ("incomplete", True)
    by_id = {item["id"]: item["status"] for item in report["requirements"]}
    assert by_id == {"OPS-07": "passed", "OPS-08": "not-judged"}
    assert "interrupted" in output


REPEATED = [
    ("wrong_fence.py", "MovesTeams", "FENCE-05", ()),
    ("wrong_routing.py", "UpdateDoesNotRoute", "ROUTE-05", ()),
    ("wrong_data.py", "NormalisesTheSnapshot", "DATA-02", ()),
    ("wrong_keys.py", "Overwrites", "KEY-06", ("--profile", "keyed-create")),
    ("wrong_concurrency.py", "Resurrects", "CONC-02", ("--profile", "concurrent")),
    ("wrong_documents.py", "TakesFractions", "DATA-11", ()),
    ("wrong_durability.py", "ReadsOnce", "DUR-03", ()),
    ("wrong_layout.py", "SetsATtl", "REDIS-05", ()),
]

#: Where the right store of a module stands; of the others it is the plain one.
REPAIRED = {
    "wrong_documents.py": ("wrong_documents.py", "Codec"),
    "wrong_durability.py": ("file_store.py", "InAFile"),
    "wrong_layout.py": ("wrong_layout.py", "OnRedis"),
}


@pytest.mark.parametrize("case", REPEATED, ids=lambda case: case[1])
@pytest.mark.rule("VERD-12")
def test_the_script_of_a_failure_sees_it_again_and_sees_that_it_is_repaired(door, tmp_path, case):
    module, name, rule, options = case
    store = tmp_path / "the_store.py"
    path = f"import sys; sys.path.append({str(MUTANTS)!r})\n"
    store.write_text(f"{path}from {module.removesuffix('.py')} import {name} as Store\n")
    run = door(f"{store}:Store", "--rule", rule, *options, timeout="5")
    assert run.status == 1, run.output
    assert run.status_of(rule) == "failed"
    script = [sys.executable, tmp_path / "report" / "repro" / f"{rule}.py"]

    again = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode == 1, again.stdout + again.stderr
    assert "it happened again" in again.stdout

    source, right = REPAIRED.get(module, ("base.py", "Base"))
    store.write_text(f"{path}from {source.removesuffix('.py')} import {right} as Store\n")
    healed = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert healed.returncode == 0, healed.stdout + healed.stderr
    assert "it did not happen this time" in healed.stdout


CHANGES_FOLDER = """
import os
import sys
import tempfile
from pathlib import Path

sys.path.append({mutants!r})
from file_store import InAFile


class ChangesFolder(InAFile):
    def open_storage(self):
        return Path(super().open_storage()).name

    def open_store(self, storage):
        os.chdir(tempfile.gettempdir())
        return super().open_store(storage)


class GoesIntoItsFolder(InAFile):
    def open_store(self, storage):
        os.chdir(storage)
        return super().open_store(storage)
"""


@pytest.mark.parametrize("name", ["ChangesFolder", "GoesIntoItsFolder"])
def test_a_store_that_changes_the_folder_is_opened_by_another_process_all_the_same(name, tmp_path, door):
    (tmp_path / "relative.py").write_text(CHANGES_FOLDER.format(mutants=str(MUTANTS)))

    run = door(f"relative.py:{name}", "--profile", "durable", timeout="10")

    assert (run.status, run.report["verdict"]) == (0, "conformant"), run.output
