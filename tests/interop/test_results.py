"""What is published about the Rust original is what today's suite says of it."""

import json
import tomllib
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from greentic_session_conformance.rules import SPEC_VERSION, spec_hash

import greentic_session
from greentic_session.resources import folder
from tools.make_results import FOLDER, PUBLISHED, ROOT, changed, judge, settled, statuses

AGAIN = "the suite has changed since: make results"


@pytest.fixture(params=PUBLISHED, ids=lambda published: published.name)
def published(request):
    return request.param


@pytest.fixture
def report(published):
    return json.loads((FOLDER / published.name / "report.json").read_text(encoding="utf-8"))


def test_there_are_results_of_every_store_and_of_no_other():
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == {published.name for published in PUBLISHED}


@pytest.mark.rule("VER-03")
def test_results_are_of_the_suite_that_there_is(report):
    judged_by = (report["suite_version"], report["spec_version"], report["spec_hash"])
    assert judged_by == (greentic_session.__version__, SPEC_VERSION, spec_hash()), AGAIN


def test_results_are_valid_reports(report):
    schema = json.loads((folder("schemas") / "v1" / "conformance-report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, schema)


def test_every_deviation_is_met_or_not_judged(published, report):
    declared = tomllib.loads((ROOT / published.deviations).read_text(encoding="utf-8"))["deviation"]
    deviating = {rule for rule, status in statuses(report).items() if status == "deviation"}
    unmet = {item["rule"]: item for item in declared if item["rule"] not in deviating}
    assert deviating <= {item["rule"] for item in declared}
    for rule, item in unmet.items():
        assert statuses(report)[rule] == "not-judged" or item["intermittent"], rule
    assert not {"failed", "warned"} & set(statuses(report).values())
    assert report["deviation_faults"] == []


def test_no_deviation_is_declared_for_long(published):
    declared = tomllib.loads((ROOT / published.deviations).read_text(encoding="utf-8"))["deviation"]
    assert max(item["expires"] for item in declared) <= datetime.now(tz=UTC).date() + timedelta(days=365)
    assert all(item["link"].startswith("https://docs.rs/greentic-session/") for item in declared)


def test_a_summary_says_what_its_report_says(published, report):
    first = (FOLDER / published.name / "summary.md").read_text(encoding="utf-8").partition("\n")[0]
    target, count = report["target"], report["deviations"]
    assert first == f"# {target['name']} {target['version']}: {report['verdict']} with {count} deviations"


def test_the_original_still_gets_what_is_published(program, published, report, tmp_path):
    assert program.exists()
    today = settled(judge(published, tmp_path, "--profile", "core", "--effort", "quick", "--operation-timeout", "3"))
    core = {item["id"] for item in today["requirements"]}
    assert len(core) > 60
    assert changed({rule: status for rule, status in statuses(report).items() if rule in core}, statuses(today)) == []
