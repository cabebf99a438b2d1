"""Whatever a test class, a marker or a hook leaves out of the suite is not judged, and is named."""

import json

import pytest

STORES = '''
from greentic_session import InMemorySessionStore

class Right(InMemorySessionStore):
    pass

class Other(InMemorySessionStore):
    pass

class MovesTeams(InMemorySessionStore):
    """FENCE-05: an update to another team is done."""
    def update_session(self, key, data):
        old = self.get_session(key)
        if old is not None and old.tenant_ctx.effective_team != data.tenant_ctx.effective_team:
            self.remove_session(key)
            self.create_session(data.tenant_ctx, data, key=key)
        else:
            super().update_session(key, data)
'''
TEST = "test_FENCE_05_update_cannot_move_a_session_to_another_team"
HEAD = """
import pytest
import stores
from greentic_session_conformance import SessionStoreConformance

class TestMine(SessionStoreConformance):
    @pytest.fixture
    def store(self):
        return stores.{store}()
"""
RULES = ("--session-rule", "FENCE-05", "--session-rule", "OPS-02", "--session-rule", "OPS-10")


def report_of(tmp_path, folder="reports"):
    return json.loads((tmp_path / folder / "report.json").read_text())


def requirement(report, rule="FENCE-05"):
    return next(item for item in report["requirements"] if item["id"] == rule)


LEFT_OUT = {
    "removed": (f"    {TEST} = None\n", f"TestMine removes {TEST}: without a recorded reason"),
    "removed with a reason": (
        f"    {TEST} = None\n    overridden = {{{TEST!r}: 'no teams here'}}\n",
        f"TestMine removes {TEST}: no teams here",
    ),
    "overridden": (f"    def {TEST}(self): pass\n", f"TestMine overrides {TEST}: without a recorded reason"),
    "overridden with a reason": (
        f"    def {TEST}(self): pass\n    overridden = {{{TEST!r}: 'no teams here'}}\n",
        f"TestMine overrides {TEST}: no teams here",
    ),
    "another check in its place": (
        (
            f"    def {TEST}(self, _conformance):\n"
            "        from greentic_session_conformance.checks import checks\n"
            "        _conformance(checks()[0])\n"
        ),
        "without a recorded reason",
    ),
    "a check that is made up": (
        (
            f"    def {TEST}(self, _conformance):\n"
            "        import dataclasses\n"
            "        from greentic_session_conformance.checks import checks\n"
            f"        check = next(check for check in checks() if check.name == {TEST[14:]!r})\n"
            "        _conformance(dataclasses.replace(check, run=lambda case: None))\n"
        ),
        "without a recorded reason",
    ),
    "skipped": (
        (
            f"    @pytest.mark.skip(reason='not today')\n    def {TEST}(self, _conformance):\n"
            f"        super().{TEST}(_conformance)\n"
        ),
        "without a recorded reason",
    ),
}


@pytest.mark.rule("VERD-20")
@pytest.mark.parametrize(("body", "reason"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_check_that_a_class_leaves_out_is_not_judged_and_named(run_pytest, tmp_path, body, reason):
    done = run_pytest(*RULES, stores=STORES, test_mine=HEAD.format(store="Right") + body)
    report = report_of(tmp_path)
    assert report["verdict"] == "incomplete"
    assert (requirement(report)["status"], requirement(report, "OPS-10")["status"]) == ("not-judged", "passed")
    assert reason in requirement(report)["reason"]
    assert TEST in done.stdout
    assert done.returncode == 1, done.stdout


@pytest.mark.rule("VERD-20")
def test_an_override_that_calls_the_check_is_judged_by_it(run_pytest, tmp_path):
    body = f"""
    def {TEST}(self, _conformance):
        try:
            super().{TEST}(_conformance)
        except BaseException:
            pass
"""
    done = run_pytest(*RULES, stores=STORES, test_mine=HEAD.format(store="Right") + body)
    assert (done.returncode, requirement(report_of(tmp_path))["status"]) == (0, "passed"), done.stdout
    done = run_pytest(*RULES, test_mine=HEAD.format(store="MovesTeams") + body)
    assert (done.returncode, requirement(report_of(tmp_path))["status"]) == (1, "failed"), done.stdout


BEFORE = {
    "skip on the class": (
        "@pytest.mark.skip(reason='no server')\nclass TestMine",
        "its test was not run: Skipped: no server",
    ),
    "xfail that isn't run": ("@pytest.mark.xfail(run=False, reason='later')\nclass TestMine", "xfail"),
}


@pytest.mark.rule("VERD-20", "VERD-05")
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "workers"])
@pytest.mark.parametrize(("before", "reason"), BEFORE.values(), ids=BEFORE)
def test_a_class_that_a_marker_keeps_from_running_is_incomplete(run_pytest, tmp_path, before, reason, options):
    text = HEAD.format(store="Right").replace("class TestMine", before)
    done = run_pytest(*RULES, *options, stores=STORES, test_mine=text)
    report = report_of(tmp_path)
    assert (done.returncode, report["verdict"]) == (1, "incomplete"), done.stdout
    assert {item["status"] for item in report["requirements"]} == {"not-judged"}
    assert reason in requirement(report)["reason"]


@pytest.mark.rule("VERD-20")
@pytest.mark.parametrize("body", ["        pytest.skip('no server')\n", "        return lambda check: None\n"])
def test_a_class_whose_fixtures_keep_every_check_from_running_is_incomplete(run_pytest, tmp_path, body):
    name = "_conformance" if "lambda" in body else "store"
    text = HEAD.format(store="Right") + f"\n    @pytest.fixture\n    def {name}(self):\n{body}"
    done = run_pytest(*RULES, stores=STORES, test_mine=text)
    report = report_of(tmp_path)
    assert (done.returncode, report["verdict"]) == (1, "incomplete"), done.stdout
    assert ("no server" in requirement(report)["reason"]) == (name == "store")
    assert ("overrides the fixture _conformance" in requirement(report)["reason"]) == (name == "_conformance")


@pytest.mark.rule("VERD-20")
def test_a_failure_that_a_marker_expects_is_a_failure(run_pytest, tmp_path):
    text = HEAD.format(store="MovesTeams").replace("class TestMine", "@pytest.mark.xfail\nclass TestMine")
    done = run_pytest(*RULES, stores=STORES, test_mine=text)
    assert (done.returncode, report_of(tmp_path)["verdict"]) == (1, "non-conformant"), done.stdout


@pytest.mark.rule("VERD-20")
def test_a_check_that_a_hook_takes_away_is_not_judged(run_pytest, tmp_path):
    hook = "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if 'FENCE_05' not in i.name]\n"
    done = run_pytest(*RULES, stores=STORES, conftest=hook, test_mine=HEAD.format(store="Right"))
    report = report_of(tmp_path)
    assert (done.returncode, report["verdict"]) == (1, "incomplete"), done.stdout
    assert "a hook, a plugin or an option left it out" in requirement(report)["reason"]


@pytest.mark.rule("VERD-20")
def test_a_fixture_that_changes_stores_between_checks_gets_no_verdict_on_both(run_pytest, tmp_path):
    text = HEAD.format(store="MovesTeams") + (
        "\n    @pytest.fixture\n    def store(self, request):\n"
        "        return stores.Other() if 'FENCE_05' in request.node.name else stores.Right()\n"
    )
    done = run_pytest(*RULES, stores=STORES, test_mine=text)
    report = report_of(tmp_path)
    assert (done.returncode, report["verdict"]) == (1, "incomplete"), done.stdout
    assert "gave a stores.Other here and a stores.Right before" in requirement(report)["reason"]


@pytest.mark.rule("VERD-02")
def test_each_parameter_of_a_fixture_has_a_report_of_its_own(run_pytest, tmp_path):
    plain = "@pytest.fixture\n    def store(self):\n        return stores.Right()\n"
    parameters = (
        "@pytest.fixture(params=['MovesTeams', 'Right'], autouse=True)\n    def kind(self, request):\n"
        "        return request.param\n\n"
        "    @pytest.fixture\n    def store(self, kind):\n        return getattr(stores, kind)()\n"
    )
    text = HEAD.format(store="Right").replace(plain, parameters)
    done = run_pytest(*RULES, stores=STORES, test_mine=text)
    assert done.returncode == 1, done.stdout
    found = {name: report_of(tmp_path, f"reports/TestMine-{name}") for name in ("MovesTeams", "Right")}
    assert {name: requirement(report)["status"] for name, report in found.items()} == {
        "MovesTeams": "failed",
        "Right": "passed",
    }


@pytest.mark.rule("VERD-02")
def test_classes_of_one_name_have_reports_of_their_own(run_pytest, tmp_path):
    wrong, right = HEAD.format(store="MovesTeams"), HEAD.format(store="Right")
    done = run_pytest(*RULES, stores=STORES, test_one=wrong, test_two=right, test_three=right.replace("Mine", "mine"))
    assert done.returncode == 1, done.stdout
    folders = {"test_one.py-TestMine": "failed", "test_two.py-TestMine": "passed", "test_three.py-Testmine": "passed"}
    assert {path.name for path in (tmp_path / "reports").iterdir()} == set(folders)
    for folder, status in folders.items():
        assert requirement(report_of(tmp_path, f"reports/{folder}"))["status"] == status


STALE = [
    (f"    overridden = {{{TEST!r}: 'no teams'}}\n", "take the reason out"),
    (f"    overridden = {{{TEST[:-1]!r}: 'no teams'}}\n", f"did you mean {TEST}?"),
]


@pytest.mark.parametrize(("body", "words"), STALE)
def test_a_reason_for_nothing_is_wrong_usage(run_pytest, body, words):
    done = run_pytest(*RULES, stores=STORES, test_mine=HEAD.format(store="Right") + body)
    assert done.returncode == 4
    assert words in done.stdout + done.stderr
