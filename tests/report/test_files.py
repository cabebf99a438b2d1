"""The files of a report but for the page: what each says of a status or a verdict, whatever a store puts in."""

import json
from xml.etree import ElementTree as ET

import pytest
from greentic_session_conformance.report.badge import badge
from greentic_session_conformance.report.files import write
from greentic_session_conformance.report.junit import junit
from greentic_session_conformance.report.summary import summary
from samples import DECLARED, VERDICTS, changed, deviating, failure, hostile, of_every_status, report

from greentic_session.schema import validate

BADGES = {
    "conformant": ("conformant: core, concurrent", "brightgreen", False),
    "conformant with 1 deviation": ("conformant with 1 deviation: core", "green", False),
    "non-conformant": ("non-conformant", "red", False),
    "incomplete": ("incomplete", "orange", True),
    "interrupted": ("incomplete", "orange", True),
    "ended early": ("incomplete", "orange", True),
    "partial": ("partial", "yellow", False),
    "not run": ("not run", "lightgrey", True),
}


def cases(made, rule):
    found = ET.fromstring(junit(made)).iter("testcase")
    return [case for case in found if case.get("classname").endswith(f".{rule}")]


@pytest.mark.parametrize("name", VERDICTS)
def test_a_badge_says_the_verdict_and_what_it_is_about(name):
    made = badge(VERDICTS[name])
    message, colour, is_error = BADGES[name]
    assert made == {"schemaVersion": 1, "label": "greentic-session", "message": message, "color": colour} | (
        {"isError": True} if is_error else {}
    )


def test_deviations_are_counted_in_the_badge():
    made = report(failure("FENCE-05"), failure("FENCE-04"))
    assert badge(deviating(deviating(made), "FENCE-04"))["message"] == "conformant with 2 deviations: core"


def test_a_declared_deviation_is_a_skipped_case_with_its_reason():
    (case,) = cases(deviating(report(failure("ROUTE-06")), "ROUTE-06"), "ROUTE-06")
    assert case.find("failure") is None
    assert DECLARED["reason"] in case.find("skipped").get("message")
    assert DECLARED["expires"] in case.find("skipped").get("message")


def test_a_deviation_that_has_expired_is_a_failed_case():
    made = changed(report(failure("ROUTE-06")), "ROUTE-06", deviation=DECLARED)
    (case,) = cases(made, "ROUTE-06")
    assert case.find("failure") is not None


def test_a_failed_case_tells_the_rule_and_the_operations():
    (case,) = cases(report(failure("ROUTE-06")), "ROUTE-06")
    assert "update_session of a session that names no user MUST" in case.find("failure").text
    assert "create_session(e / t) → k1" in case.find("failure").text


def test_the_summary_tells_why_a_deviation_was_declared_and_until_when():
    text = summary(deviating(report(failure("FENCE-05"))))
    assert text.startswith("# mypkg.MyStore 2.1: conformant with 1 deviation\n")
    assert "Declared until 2027-01-31: the server can't do better (https://example.org/7)" in text


@pytest.mark.parametrize("made", [hostile(), of_every_status(), *VERDICTS.values()])
def test_whatever_a_store_says_the_files_can_be_read(made, tmp_path):
    write(made, tmp_path)
    assert validate((tmp_path / "report.json").read_bytes(), "conformance-report") == []
    assert json.loads((tmp_path / "badge.json").read_bytes())["schemaVersion"] == 1
    ET.parse(tmp_path / "junit.xml")
    headings = [line for line in (tmp_path / "summary.md").read_text("utf-8").splitlines() if line.startswith("# ")]
    assert len(headings) == 1
    assert "<img" not in (tmp_path / "summary.md").read_text("utf-8")
    for script in (tmp_path / "repro").glob("*"):
        script.read_text("utf-8")
