"""Declared deviations: read from their file, held against what was found, named with the verdict."""

import json
from xml.etree import ElementTree as ET

import pytest
from greentic_session_conformance.deviations import Deviation, DeviationsError, read_deviations
from greentic_session_conformance.report.files import junit, summary, write
from greentic_session_conformance.report.model import build
from greentic_session_conformance.report.wording import summary_of
from test_verdicts import failed, record, statuses, undecided

from greentic_session.schema import validate

TODAY = "2026-11-24"
ENTRY = """
[[deviation]]
rule = "FENCE-05"
reason = "Teams are being merged."
link = "https://example.org/issues/1"
expires = 2027-03-01
"""


def declared(rule, *, expires="2027-03-01", target="", intermittent=False):
    return Deviation(rule, "a reason", "https://example.org/1", expires, target, "file, deviation 1", intermittent)


def report(*deviations, **found):
    made = record(**found)
    made.deviations, made.today = deviations, TODAY
    return build(made)


def kinds(made):
    return [(fault.rule, fault.kind) for fault in made.deviation_faults]


@pytest.mark.rule("VERD-18")
def test_a_declared_breach_is_a_deviation_and_is_named_with_the_verdict():
    made = report(declared("FENCE-05"), declared("OPS-10"), change=[failed("FENCE-05"), failed("OPS-10")])
    assert (made.verdict, made.exit_status, made.profiles) == ("conformant", 0, {"core": "conformant"})
    assert statuses(made)["FENCE-05"] == "deviation"
    assert summary_of(made) == " to core with 2 deviations"
    assert made.as_dict()["deviations"] == 2
    (excused,) = [item for item in made.requirements if item.id == "FENCE-05"]
    assert excused.failures
    assert excused.deviation == {"reason": "a reason", "link": "https://example.org/1", "expires": "2027-03-01"}


@pytest.mark.rule("VERD-18")
@pytest.mark.rule("VERD-19")
def test_a_breach_that_is_a_matter_of_timing_need_not_be_met():
    met = report(declared("FENCE-05", intermittent=True), change=[failed("FENCE-05")])
    assert (met.verdict, statuses(met)["FENCE-05"]) == ("conformant", "deviation")
    missed = report(declared("FENCE-05", intermittent=True))
    assert (missed.verdict, statuses(missed)["FENCE-05"]) == ("conformant", "passed")
    assert [note for note in missed.notes if "FENCE-05" in note and "was not met this time" in note]
    expired = report(declared("FENCE-05", intermittent=True, expires="2026-11-23"))
    assert kinds(expired) == [("FENCE-05", "expired")]


@pytest.mark.rule("VERD-18")
def test_a_breach_that_is_not_declared_still_fails():
    made = report(declared("FENCE-05"), change=[failed("FENCE-05"), failed("OPS-10")])
    assert (made.verdict, made.exit_status) == ("non-conformant", 1)
    assert [item.id for item in made.broken] == ["OPS-10"]


@pytest.mark.rule("VERD-18")
def test_a_recommendation_that_is_declared_is_a_deviation_too():
    made = report(declared("ROUTE-13"), change=[failed("ROUTE-13")])
    assert (made.verdict, statuses(made)["ROUTE-13"]) == ("conformant", "deviation")


@pytest.mark.rule("VERD-18")
def test_a_rule_that_could_not_be_judged_is_not_excused():
    made = report(declared("FENCE-05"), change=[undecided("FENCE-05")])
    assert (made.verdict, made.exit_status, statuses(made)["FENCE-05"]) == ("incomplete", 3, "not-judged")
    assert "excuses nothing: the rule is not-judged" in made.notes[0]


@pytest.mark.rule("VERD-19")
@pytest.mark.parametrize(
    ("deviation", "change", "fault"),
    [
        (declared("FENCE-05"), [], ("FENCE-05", "passed")),
        (declared("ROUTE-13"), [], ("ROUTE-13", "passed")),
        (declared("FENCE-99"), [], ("FENCE-99", "unknown")),
        (declared("FENCE-05", expires="2026-11-23"), [failed("FENCE-05")], ("FENCE-05", "expired")),
        (declared("FENCE-05", expires="2026-11-23"), [], ("FENCE-05", "expired")),
    ],
)
def test_a_deviation_that_does_not_hold_makes_the_run_non_conformant(deviation, change, fault):
    made = report(deviation, change=change)
    assert (made.verdict, made.exit_status, kinds(made)) == ("non-conformant", 1, [fault])
    assert "file, deviation 1" in made.deviation_faults[0].message
    assert "1 declared deviation does not hold" in summary_of(made)
    assert statuses(made)["FENCE-05"] == ("failed" if change else "passed")


@pytest.mark.rule("VERD-19")
def test_the_last_day_still_counts():
    made = report(declared("FENCE-05", expires=TODAY), change=[failed("FENCE-05")])
    assert (made.verdict, kinds(made)) == ("conformant", [])


@pytest.mark.rule("VERD-18")
@pytest.mark.parametrize(
    ("deviation", "rules", "note"),
    [
        (declared("DUR-01"), [], "durable isn't claimed"),
        (declared("DUR-01", expires="2020-01-01"), [], "durable isn't claimed"),
        (declared("FENCE-05"), ["OPS-10"], "the rule wasn't selected"),
        (declared("FENCE-05", expires="2020-01-01"), ["OPS-10"], "the rule wasn't selected"),
        (declared("FENCE-05", target="other"), [], "is about the target other, not about store"),
    ],
)
def test_what_the_run_does_not_judge_is_noted_and_changes_nothing(deviation, rules, note):
    made = report(deviation, rules=rules)
    assert (made.exit_status, kinds(made), made.deviations) == (0, [], ())
    assert note in made.notes[0]


def test_the_report_with_deviations_is_valid_and_shows_them_everywhere(tmp_path):
    made = report(
        declared("FENCE-05"), declared("OPS-10"), declared("DUR-01"), change=[failed("FENCE-05")], claims=("core",)
    )
    write(made, tmp_path)
    text = (tmp_path / "report.json").read_bytes()
    assert validate(text, "conformance-report") == []
    read = json.loads(text)
    assert [fault["kind"] for fault in read["deviation_faults"]] == ["passed"]
    assert read["notes"] == list(made.notes) != []
    page = summary(made)
    assert "non-conformant with 1 deviation" in page.splitlines()[0]
    assert "Declared until 2027-03-01: a reason" in page
    assert "OPS-10: the rule is kept, which was not expected" in page
    (fault,) = (case for case in ET.fromstring(junit(made)).iter("testcase") if case.find("failure") is not None)
    assert "OPS-10" in fault.find("failure").get("message")


def test_a_file_gives_its_deviations_with_their_places(tmp_path):
    path = tmp_path / "deviations.toml"
    path.write_text(ENTRY + ENTRY.replace("FENCE-05", "OPS-10").replace("2027-03-01", '"2027-03-02"\ntarget = "one"'))
    first, second = read_deviations(path)
    assert first == Deviation(
        "FENCE-05",
        "Teams are being merged.",
        "https://example.org/issues/1",
        "2027-03-01",
        place="deviations.toml, deviation 1",
    )
    assert (second.rule, second.expires, second.target) == ("OPS-10", "2027-03-02", "one")


FAULTY = [
    ("= [", "aren't TOML"),
    ("", "deviation is missing"),
    (ENTRY.replace("[[deviation]]", "[[deviations]]"), "deviation is missing"),
    (ENTRY.replace('reason = "Teams are being merged."\n', ""), "deviation 1 (FENCE-05): reason is missing"),
    (ENTRY.replace("Teams are being merged.", " "), "deviation 1 (FENCE-05), reason: "),
    (ENTRY.replace('link = "https://example.org/issues/1"\n', ""), "link is missing"),
    (ENTRY.replace("expires = 2027-03-01\n", ""), "expires is missing"),
    (ENTRY.replace("2027-03-01", "2027-03-01T00:00:00Z"), "expires: a string that breaks"),
    (ENTRY.replace("2027-03-01", '"2027-02-30"'), "which is no day"),
    (ENTRY.replace("2027-03-01", "20270301"), "expires: a number"),
    (ENTRY + "until = 2027-03-01\n", "members that don't belong here"),
    (ENTRY.replace('"FENCE-05"', "5"), "rule: a number"),
    (ENTRY.replace("FENCE-05", "VERD-01"), "is a rule for this kit itself"),
    (ENTRY + ENTRY, "FENCE-05 is there already, as deviations.toml, deviation 1"),
    (ENTRY + ENTRY + 'target = "one"\n', "FENCE-05 is there already"),
    (ENTRY + 'target = "one"\n' + ENTRY, "FENCE-05 is there already"),
]


@pytest.mark.parametrize(("text", "told"), FAULTY)
def test_a_faulty_file_is_refused_with_the_place_and_the_form(tmp_path, text, told):
    path = tmp_path / "deviations.toml"
    path.write_text(text)
    with pytest.raises(DeviationsError) as caught:
        read_deviations(path)
    assert told in str(caught.value)
    assert "deviations.toml" in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_can_not_be_read_is_refused(tmp_path, content):
    path = tmp_path / "deviations.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DeviationsError, match="can't be read"):
        read_deviations(path)
