"""From results to statuses and a verdict, and the report's files."""

import json
from xml.etree import ElementTree as ET

import pytest
from greentic_session_conformance.checks import checks
from greentic_session_conformance.report.files import junit, summary, write
from greentic_session_conformance.report.model import build
from greentic_session_conformance.report.terminal import render
from greentic_session_conformance.run.judge import Result
from greentic_session_conformance.run.plan import SelectionError, select, select_for
from greentic_session_conformance.run.record import Record, TargetInfo
from greentic_session_conformance.servers import without_password
from greentic_session_conformance.targets.target import CallableTarget
from rich.console import Console

from greentic_session import InMemorySessionStore
from greentic_session.schema import validate


def passed(selection):
    return [Result(check.name, "passed") for check in selection.checks()]


def record(*, claims=("core",), rules=(), change=(), drop=()):
    selection = select(claims, rule_ids=rules)
    results = [result for result in passed(selection) if result.check not in drop]
    changed = {result.check: result for result in change}
    return Record(TargetInfo("store", "1"), selection, 7, results=[changed.get(item.check, item) for item in results])


def failed(rule, blamed=None):
    check = next(check for check in checks() if check.rules[0] == rule)
    return Result(
        check.name, "failed", blamed or rule, expected="this", got="that", operations=["call"], script="pass\n"
    )


def undecided(rule):
    check = next(check for check in checks() if check.rules[0] == rule)
    return Result(check.name, "not-judged", reason="its precondition failed")


def statuses(report):
    return {item.id: item.status for item in report.requirements}


def not_run():
    made = record(drop=[check.name for check in checks()])
    made.fatal = "it can't be opened"
    return made


def interrupted():
    made = record(drop=["create_answers_a_key"])
    made.interrupted = True
    return made


CASES = [
    pytest.param(record(), "conformant", 0, marks=pytest.mark.rule("VERD-01")),
    pytest.param(record(change=[failed("FENCE-05")]), "non-conformant", 1, marks=pytest.mark.rule("VERD-02")),
    pytest.param(record(change=[undecided("FENCE-05")]), "incomplete", 3, marks=pytest.mark.rule("VERD-03", "VERD-08")),
    pytest.param(record(drop=["create_answers_a_key"]), "incomplete", 3, marks=pytest.mark.rule("VERD-03")),
    pytest.param(record(rules=["FENCE-05"]), "partial", 0, marks=pytest.mark.rule("VERD-04")),
    pytest.param(record(rules=["FENCE-05"], change=[failed("FENCE-05")]), "non-conformant", 1),
    pytest.param(record(drop=[check.name for check in checks()]), "incomplete", 3, marks=pytest.mark.rule("VERD-05")),
    pytest.param(record(change=[failed("ROUTE-13")]), "conformant", 0, marks=pytest.mark.rule("VERD-07")),
    pytest.param(record(change=[undecided("ROUTE-13")]), "conformant", 0, marks=pytest.mark.rule("VERD-07")),
    pytest.param(not_run(), "not-run", 4, marks=pytest.mark.rule("VERD-06")),
    pytest.param(interrupted(), "incomplete", 130),
]


@pytest.mark.parametrize(("made", "verdict", "status"), CASES)
def test_the_verdict_and_the_exit_status_follow_from_the_results(made, verdict, status):
    report = build(made)
    assert (report.verdict, report.exit_status) == (verdict, status)


@pytest.mark.rule("VER-03")
@pytest.mark.parametrize(("made", "verdict", "status"), CASES)
def test_every_report_is_valid_against_its_schema_and_names_its_versions(made, verdict, status, tmp_path):
    write(build(made), tmp_path)
    text = (tmp_path / "report.json").read_bytes()
    assert validate(text, "conformance-report") == []
    read = json.loads(text)
    assert (read["verdict"], read["spec_version"], read["suite_version"], read["seed"]) == (verdict, "1.0", "0.1.0", 7)


def test_a_recommendation_that_fails_is_warned():
    assert statuses(build(record(change=[failed("ROUTE-13")])))["ROUTE-13"] == "warned"


@pytest.mark.rule("VERD-08")
def test_a_check_that_meets_another_rules_breach_is_itself_not_judged():
    report = build(record(change=[failed("FENCE-05", blamed="OPS-03")]))
    assert statuses(report)["OPS-03"] == "failed"
    assert statuses(report)["FENCE-05"] == "not-judged"


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize("order", [1, -1])
def test_of_several_results_of_a_check_the_worst_counts(order):
    made = record()
    results = [failed("FENCE-05"), undecided("FENCE-05"), Result(failed("FENCE-05").check, "passed")]
    made.results += results[::order]
    assert statuses(build(made))["FENCE-05"] == "failed"


@pytest.mark.rule("VERD-14")
def test_what_is_not_claimed_is_not_in_the_report_and_can_not_be_asked_for():
    assert {item.profile for item in build(record()).requirements} == {"core"}
    with pytest.raises(SelectionError, match="judged only where durable is claimed"):
        select(["core"], rule_ids=["DUR-01"])


def test_a_plain_callable_claims_what_is_asked_for():
    target = CallableTarget(InMemorySessionStore, "memory")
    selection = select_for(target, profiles=["keyed-create"])
    assert target.profiles == selection.claims == selection.profiles == {"core", "keyed-create"}


def test_what_no_suite_could_see_is_skipped_with_its_reason():
    report = build(record(claims=("core", "redis-layout")))
    unseen = next(item for item in report.requirements if item.id == "ERR-13")
    assert unseen.status == "skipped"
    assert "server" in unseen.reason
    assert report.verdict == "conformant"


def test_junit_counts_what_happened():
    root = ET.fromstring(junit(build(record(change=[failed("FENCE-05"), failed("ROUTE-13"), undecided("OPS-10")]))))
    suite = root.find("testsuite")
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "2")
    assert int(suite.get("tests")) == len(suite.findall("testcase"))


@pytest.mark.rule("VERD-03")
@pytest.mark.parametrize(
    ("made", "name"), [(interrupted(), "every claimed rule is judged"), (not_run(), "the target can be run")]
)
def test_junit_is_no_success_where_the_verdict_is_none(made, name):
    root = ET.fromstring(junit(build(made)))
    (case,) = root.findall("testsuite[@name='run'][@errors='1']/testcase")
    assert case.get("name") == name
    assert case.find("error").get("message")


def test_junit_of_a_conformant_run_has_no_case_of_the_run():
    assert ET.fromstring(junit(build(record()))).find("testsuite[@name='run']") is None


@pytest.mark.parametrize(
    ("claims", "noted"),
    [
        (("keyed-create",), True),
        (("redis-layout", "codec"), True),
        (("codec", "mapping"), False),
        (("core", "durable"), False),
    ],
)
def test_a_verdict_that_says_nothing_of_core_says_so(claims, noted):
    assert any("core isn't claimed" in note for note in build(record(claims=claims)).notes) is noted


def test_the_summary_names_what_is_broken():
    text = summary(build(record(change=[failed("FENCE-05")])))
    assert "non-conformant" in text.splitlines()[0]
    assert "FENCE-05" in text


@pytest.mark.parametrize("width", [60, 120])
def test_the_terminal_shows_the_rule_and_the_verdict_in_words(width):
    console = Console(width=width, record=True, file=open("/dev/null", "w"), color_system=None)  # noqa: PTH123, SIM115
    with console.file:
        console.print(render(build(record(change=[failed("FENCE-05")])), None))
        text = console.export_text()
    assert "NON-CONFORMANT" in text
    assert "FENCE-05" in text
    assert all(len(line) <= width for line in text.splitlines())


@pytest.mark.rule("VERD-13")
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://user:s3cret@host:1/0", "redis://user@host:1/0"),
        ("redis://:s3cret@host/", "redis://@host/"),
        ("rediss://u:p@ss@host/", "rediss://u@host/"),
        ("unix://u:s3cret@/run/redis.sock", "unix://u@/run/redis.sock"),
        ("redis://host:6379/0", "redis://host:6379/0"),
        ("mypkg.stores:MyStore", "mypkg.stores:MyStore"),
    ],
)
def test_a_password_is_left_out(url, shown):
    assert without_password(url) == shown
