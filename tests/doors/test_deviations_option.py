"""Declared deviations at the doors: options, statuses, and what is printed."""

import json

import pytest

STORES = '''
from greentic_session import InMemorySessionStore

class Right(InMemorySessionStore):
    pass

class CountsUp(InMemorySessionStore):
    """OPS-06: keys follow from one another."""
    created = 0
    def create_session(self, ctx, data):
        CountsUp.created += 1
        return super().create_session(ctx, data, key=f"{CountsUp.created:08}")
'''
DOOR_1 = """
import pytest
import stores
from greentic_session_conformance import SessionStoreConformance

class TestMine(SessionStoreConformance):
    @pytest.fixture
    def store(self):
        return stores.{store}()
"""
DEVIATION = """
[[deviation]]
rule = "{rule}"
reason = "The key column is too narrow."
link = "https://example.org/issues/7"
expires = {expires}
"""


@pytest.fixture
def written(tmp_path):
    """A folder with the stores and a file of one deviation."""

    def write(rule, expires="2999-01-01"):
        (tmp_path / "stores.py").write_text(STORES)
        (tmp_path / "known.toml").write_text(DEVIATION.format(rule=rule, expires=expires))
        return tmp_path

    return write


def report_of(folder):
    return json.loads((folder / "reports" / "report.json").read_text())


DOORS = [
    ("CountsUp", "OPS-06", "2999-01-01", 0, "conformant", "CONFORMANT to core with 1 deviation"),
    ("CountsUp", "OPS-06", "2020-01-01", 1, "non-conformant", "it expired after 2020-01-01"),
    ("Right", "OPS-06", "2999-01-01", 1, "non-conformant", "the rule is kept, which was not expected"),
    ("Right", "OPS-99", "2999-01-01", 1, "non-conformant", "there is no rule OPS-99"),
    ("Right", "DUR-01", "2020-01-01", 0, "conformant", "durable isn't claimed"),
]


@pytest.mark.rule("VERD-18", "VERD-19")
@pytest.mark.parametrize(("store", "rule", "expires", "status", "verdict", "words"), DOORS)
def test_the_command_takes_deviations(run_suite, written, store, rule, expires, status, verdict, words):
    folder = written(rule, expires)
    done = run_suite("conformance", f"stores:{store}", "--effort", "quick", "--deviations", "known.toml")
    assert done.returncode == status, done.stdout + done.stderr
    assert report_of(folder)["verdict"] == verdict
    assert words in " ".join(done.stdout.split())


@pytest.mark.rule("VERD-18", "VERD-19")
@pytest.mark.parametrize(("store", "rule", "expires", "status", "verdict", "words"), DOORS)
def test_pytest_takes_deviations(run_pytest, written, store, rule, expires, status, verdict, words):
    folder = written(rule, expires)
    options = ("--session-deviations", "known.toml")
    done = run_pytest(*options, test_mine=DOOR_1.format(store=store))
    assert done.returncode == status, done.stdout
    assert ("1 failed" in done.stdout) == ("expired" in words)
    assert report_of(folder)["verdict"] == verdict
    assert words in done.stdout


@pytest.mark.rule("VERD-18")
def test_a_deviation_names_a_target_without_a_name_as_its_report_does(run_pytest, written):
    folder = written("OPS-06")
    with (folder / "known.toml").open("a") as file:
        file.write('target = "Unnamed"\n')
    text = """
import pytest
import stores
from greentic_session_conformance import SessionStoreConformance, Target

class Unnamed(Target):
    def open_storage(self):
        return stores.CountsUp()

    def open_store(self, storage):
        return storage

class TestMine(SessionStoreConformance):
    @pytest.fixture
    def target(self):
        return Unnamed
"""
    done = run_pytest("--session-deviations", "known.toml", "-k", "OPS_06", test_mine=text)
    assert done.returncode == 0, done.stdout
    assert (report_of(folder)["target"]["name"], report_of(folder)["deviations"]) == ("Unnamed", 1)


def test_workers_of_pytest_know_the_deviations(run_pytest, written):
    folder = written("OPS-06")
    options = ("-n", "2", "--session-deviations", "known.toml")
    done = run_pytest(*options, test_mine=DOOR_1.format(store="CountsUp"))
    assert done.returncode == 0, done.stdout
    assert (report_of(folder)["verdict"], report_of(folder)["deviations"]) == ("conformant", 1)


@pytest.mark.rule("VERD-18")
def test_a_declared_breach_is_not_the_failure_at_which_a_run_ends(run_suite, written):
    folder = written("OPS-06")
    options = ("-x", "--rule", "OPS-06", "--rule", "OPS-07", "--deviations", "known.toml")
    done = run_suite("conformance", "stores:CountsUp", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {item["id"]: item["status"] for item in report_of(folder)["requirements"]} == {
        "OPS-06": "deviation",
        "OPS-07": "passed",
    }
    assert "PARTIAL: only the selected rules were judged, with 1 deviation" in done.stdout


@pytest.mark.rule("VERD-18")
def test_a_breach_that_is_declared_of_another_target_is_the_failure_at_which_a_run_ends(run_suite, written):
    folder = written("OPS-06")
    with (folder / "known.toml").open("a") as file:
        file.write('target = "stores.Right"\n')
    options = ("-x", "--rule", "OPS-06", "--rule", "OPS-07", "--deviations", "known.toml")
    done = run_suite("conformance", "stores:CountsUp", *options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert report_of(folder)["reason"] == "ended at the first failure (-x), OPS-06"


HANGS = """
import threading
from greentic_session import InMemorySessionStore

class Hangs(InMemorySessionStore):
    '''As the Rust original does: a lookup never returns whose session was stored without a user, and is gone.'''
    def __init__(self):
        super().__init__()
        self.without_user = {}
    def create_session(self, ctx, data):
        key = super().create_session(ctx, data)
        if data.tenant_ctx.user_id is None:
            self.without_user[ctx.user_id] = key
        return key
    def find_by_user(self, ctx, user):
        if user in self.without_user and self.get_session(self.without_user[user]) is None:
            threading.Event().wait()
        return super().find_by_user(ctx, user)
"""


@pytest.mark.rule("VERD-09")
@pytest.mark.parametrize("declared", [(), ("ROUTE-07", "ROUTE-09", "FENCE-11")], ids=["undeclared", "declared"])
def test_a_declared_hang_hides_no_other_rule(run_suite, tmp_path, declared):
    (tmp_path / "stores.py").write_text(HANGS)
    (tmp_path / "known.toml").write_text(
        "".join(DEVIATION.format(rule=rule, expires="2999-01-01") for rule in declared)
    )
    selected = [word for rule in ("FENCE-11", "ROUTE-07", "ROUTE-09", "ROUTE-10") for word in ("--rule", rule)]
    deviations = ("--deviations", "known.toml") if declared else ()
    run_suite("conformance", "stores:Hangs", *selected, *deviations, "--operation-timeout", "0.2")
    statuses = {item["id"]: item["status"] for item in report_of(tmp_path)["requirements"]}
    if declared:
        assert statuses == {**dict.fromkeys(declared, "deviation"), "ROUTE-10": "passed"}
    else:
        assert list(statuses.values()) == ["failed", "failed", "not-judged", "not-judged"]


@pytest.mark.parametrize("text", [None, "= [", DEVIATION.format(rule="VERD-01", expires="2999-01-01")])
def test_a_faulty_file_is_wrong_usage(run_suite, run_pytest, tmp_path, text):
    (tmp_path / "stores.py").write_text(STORES)
    if text is not None:
        (tmp_path / "known.toml").write_text(text)
    done = run_suite("conformance", "stores:Right", "--deviations", "known.toml")
    assert done.returncode == 2
    assert "known.toml" in done.stderr
    assert "Traceback" not in done.stderr
    done = run_pytest("--session-deviations", "known.toml", test_mine=DOOR_1.format(store="Right"))
    assert done.returncode == 4  # pytest's own status for wrong usage
    assert "known.toml" in done.stderr + done.stdout
    assert not (tmp_path / "reports").exists()
