"""Two reports side by side: which rules regressed, what was gained, and what makes the comparison doubtful."""

import json
from dataclasses import replace

import pytest
from greentic_session_conformance.report.compare import KINDS, compare
from greentic_session_conformance.report.files import write
from greentic_session_conformance.run.record import TargetInfo
from samples import HOSTILE, VERDICTS, changed, deviating, failure, of_every_status, report, undecided

GOOD = report()
FULL = report(claims=("core", "keyed-create", "concurrent"))
BROKEN = report(failure("FENCE-05"))
UNDECIDED = report(undecided("FENCE-05"))
DEVIATING = deviating(BROKEN)
UNCOVERED = changed(GOOD, "FENCE-05", status="not-covered", tests=())


def compared(older, newer):
    return compare(older.as_dict(), newer.as_dict())


def without(made, *rules):
    """The report of a specification that doesn't have some rules."""
    kept = tuple(item for item in made.requirements if item.id not in rules)
    return replace(made, requirements=kept, spec_hash="0" * 64)


def renamed(made, rule, name):
    return changed(made, rule, id=name)


def kinds(found):
    return {change.id: change.kind for change in found.changes}


@pytest.mark.rule("VERD-24")
@pytest.mark.parametrize(
    ("older", "newer", "kind"),
    [
        (GOOD, BROKEN, "regressed"),
        (GOOD, UNDECIDED, "regressed"),
        (GOOD, UNCOVERED, "regressed"),
        (GOOD, DEVIATING, "regressed"),
        (GOOD, report(rules=["FENCE-04"]), "regressed"),
        (GOOD, VERDICTS["not run"], "regressed"),
        (GOOD, VERDICTS["ended early"], "regressed"),
        (GOOD, without(GOOD, "FENCE-05"), "regressed"),
        (UNDECIDED, BROKEN, "regressed"),
        (DEVIATING, BROKEN, "regressed"),
        (BROKEN, GOOD, "gained"),
        (UNDECIDED, GOOD, "gained"),
        (DEVIATING, GOOD, "gained"),
        (BROKEN, DEVIATING, "changed"),
        (BROKEN, UNDECIDED, "changed"),
        (without(GOOD, "FENCE-05"), GOOD, "new"),
        (without(GOOD, "FENCE-05"), BROKEN, "new"),
        (BROKEN, report(rules=["FENCE-04"]), "gone"),
        (GOOD, GOOD, None),
        (BROKEN, BROKEN, None),
    ],
)
def test_what_became_of_a_mandatory_rule(older, newer, kind):
    found = compared(older, newer)
    assert kinds(found).get("FENCE-05") == kind
    if kind == "regressed":
        assert found.exit_status == 1


@pytest.mark.rule("VERD-24")
def test_a_profile_that_is_no_longer_claimed_has_regressed():
    found = compared(FULL, report(claims=("core", "concurrent")))
    regressed = {change.id: change.reason for change in found.of("regressed")}
    assert regressed["KEY-05"] == "the newer run did not claim keyed-create"
    assert found.profiles["keyed-create"] == ("conformant", "absent")
    assert found.exit_status == 1


@pytest.mark.rule("VERD-24")
def test_a_rule_is_only_gone_where_the_specification_no_longer_has_it():
    older, newer = renamed(GOOD, "FENCE-05", "FENCE-99"), without(GOOD, "FENCE-05")
    assert kinds(compared(older, newer)) == {"FENCE-99": "gone"}
    assert compared(older, newer).exit_status == 0
    assert kinds(compared(older, replace(newer, spec_hash=older.spec_hash))) == {"FENCE-99": "regressed"}
    assert kinds(compared(older, replace(newer, verdict="partial"))) == {"FENCE-99": "regressed"}
    assert kinds(compared(older, replace(newer, profiles={})))["FENCE-99"] == "regressed"


@pytest.mark.rule("VERD-24")
def test_a_recommendation_never_regresses():
    found = compared(GOOD, report(failure("ROUTE-13")))
    assert kinds(found) == {"ROUTE-13": "changed"}
    assert found.exit_status == 0
    assert kinds(compared(report(failure("ROUTE-13")), GOOD)) == {"ROUTE-13": "gained"}


def test_a_profile_that_is_newly_claimed_is_new():
    found = compared(GOOD, FULL)
    assert set(kinds(found).values()) == {"new"}
    assert found.unchanged == len(GOOD.requirements)
    assert found.profiles["keyed-create"] == ("absent", "conformant")
    assert found.exit_status == 0


@pytest.mark.rule("VERD-25")
@pytest.mark.parametrize(
    ("member", "value", "doubt"),
    [
        ("target", TargetInfo("other"), "they are of different targets: mypkg.MyStore and other"),
        ("spec_hash", "0" * 64, "different texts of the specification"),
        ("effort", "quick", "different effort: normal and quick"),
        ("verdict", "partial", "the newer run judged selected rules only"),
        ("interrupted", True, "the newer run was interrupted"),
    ],
)
def test_what_makes_it_doubtful_is_said(member, value, doubt):
    assert compared(GOOD, GOOD).doubts == ()
    (found,) = compared(GOOD, replace(GOOD, **{member: value})).doubts
    assert doubt in found


@pytest.mark.rule("VERD-25")
def test_a_selection_of_which_a_rule_failed_is_still_a_part():
    newer = report(failure("FENCE-05"), rules=["FENCE-05"])
    assert newer.verdict == "non-conformant"
    assert compared(GOOD, newer).doubts == ("the newer run judged selected rules only",)


@pytest.mark.rule("VERD-25")
@pytest.mark.parametrize(
    ("member", "doubt"), [("spec_version", "different specifications"), ("suite_version", "suites")]
)
def test_other_versions_are_said(member, doubt):
    (found,) = compare(GOOD.as_dict() | {member: "0.9"}, GOOD.as_dict()).doubts
    assert doubt in found
    assert "0.9" in found


def test_the_least_that_the_schema_wants_of_a_report_can_be_compared():
    rule = {"id": "FENCE-05", "level": "MUST", "profile": "core", "status": "passed", "tests": []}
    least = {
        "verdict": "conformant",
        "target": {"name": "s", "version": "", "spec": ""},
        "spec_version": "1.0",
        "suite_version": "0.1.0",
        "seed": 1,
        "profiles": {"core": "conformant"},
        "deviations": 0,
        "requirements": [rule],
    }
    newer = least | {"requirements": [rule | {"status": "failed"}]}
    (change,) = compare(least, newer).changes
    assert (change.kind, change.title) == ("regressed", "An update can't move a session to another team")


@pytest.fixture
def folders(tmp_path):
    """Where reports lie: one in which all passed, one with every status."""
    write(GOOD, tmp_path / "good")
    write(of_every_status(), tmp_path / "every")
    return tmp_path


def test_the_command_says_what_regressed_and_ends_with_1(run_suite, folders):
    done = run_suite("compare", "good", "every/report.json")
    assert (done.returncode, done.stderr) == (1, "")
    assert "regressed: 4 rules" in done.stdout
    assert "passed → failed       FENCE-05 · An update can't move a session to another team" in done.stdout
    assert "passed → not judged   OPS-10 · Removed is gone: its precondition failed" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("  4 regressed, 1 changed, 20 new, ")


def test_the_command_says_what_was_gained_and_ends_with_0(run_suite, folders):
    write(BROKEN, folders / "broken")
    done = run_suite("compare", "broken", "good")
    assert done.returncode == 0
    assert "gained: 1 rule\n" in done.stdout
    assert "regressed" not in done.stdout


def test_a_program_reads_the_same(run_suite, folders):
    done = run_suite("compare", "--format", "json", "good", "every")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert [change["id"] for change in found["regressed"]] == ["OPS-02", "OPS-10", "FENCE-04", "FENCE-05"]
    assert found["profiles"]["core"] == {"older": "conformant", "newer": "non-conformant"}
    assert found.keys() == {"older", "newer", "profiles", "unchanged", "doubts", *KINDS}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("nothing", None, "can't be read: No such file"),
        ("empty", "", "is not a report of this suite: / the text is no JSON document"),
        ("other.json", "{}", "is not a report of this suite: / verdict is missing"),
        ("badge.json", '{"schemaVersion": 1}', "is not a report of this suite: / verdict is missing"),
    ],
)
def test_what_is_no_report_is_wrong_usage(run_suite, folders, name, text, told):
    if text is not None:
        (folders / name).write_text(text)
    done = run_suite("compare", "good", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{name} {told}" in done.stderr


def test_a_report_that_tells_of_a_rule_twice_is_none(run_suite, folders):
    twice = GOOD.as_dict()
    twice["requirements"] += twice["requirements"][:1]
    (folders / "twice.json").write_text(json.dumps(twice))
    done = run_suite("compare", "twice.json", "good")
    assert done.returncode == 2
    assert f"tells of {GOOD.requirements[0].id} more than once" in done.stderr


def test_what_a_target_is_called_does_nothing_to_a_terminal(run_suite, folders):
    write(replace(GOOD, target=TargetInfo(HOSTILE)), folders / "hostile")
    done = run_suite("compare", "good", "hostile")
    assert done.returncode == 0
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    assert "\\x1b[31m" in done.stdout.replace("\n", "").replace(" ", "")
