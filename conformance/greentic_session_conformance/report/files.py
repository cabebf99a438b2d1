"""The files of a report: ``report.json``, ``junit.xml``, ``summary.md`` and the scripts under ``repro/``."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

from greentic_session_conformance.report.model import Report, Requirement, script_name
from greentic_session_conformance.report.words import notices, with_deviations
from greentic_session_conformance.rules import SPEC_VERSION, rules

#: Characters that XML 1.0 can't carry.
_NOT_XML = {code: f"\\x{code:02x}" for code in range(32) if chr(code) not in "\t\n\r"} | {
    0xFFFE: "\\ufffe",
    0xFFFF: "\\uffff",
}


def write(report: Report, folder: Path) -> None:
    """Write a report's files into a folder, which is made; scripts of an earlier run are removed.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report.as_dict(), indent=2) + "\n", encoding="utf-8")
    (folder / "junit.xml").write_bytes(junit(report))
    (folder / "summary.md").write_text(summary(report), encoding="utf-8")
    scripts = folder / "repro"
    shutil.rmtree(scripts, ignore_errors=True)
    for item in report.requirements:
        for number, failure in enumerate(item.failures):
            if failure["script"]:
                scripts.mkdir(exist_ok=True)
                (scripts / script_name(item, number)).write_text(failure["script"], encoding="utf-8")


def junit(report: Report) -> bytes:
    """The report as JUnit XML: a suite a profile, a case a check of a rule."""
    root = ET.Element("testsuites", name=_xml(report.target.name))
    by_profile: dict[str, list[ET.Element]] = {}
    for item in report.requirements:
        for test in item.tests or ({"id": item.id, "outcome": item.status},):
            case = ET.Element(
                "testcase", classname=f"{item.profile}.{item.id}", name=_xml(f"{test['id']} · {item.title}")
            )
            if test["outcome"] == "failed" and item.status == "failed":
                for failure in (found for found in item.failures if found["test"] == test["id"]):
                    told = ET.SubElement(
                        case, "failure", message=_xml(f"expected {failure['expected']}; got {failure['got']}")
                    )
                    told.text = _xml("\n".join([rules()[item.id].text, *failure["operations"]]))
            elif test["outcome"] != "passed":
                ET.SubElement(case, "skipped", message=_xml(item.reason or _excuse(item) or item.status))
            by_profile.setdefault(item.profile, []).append(case)
    for profile, cases in by_profile.items():
        failures = str(sum(case.find("failure") is not None for case in cases))
        skipped = str(sum(case.find("skipped") is not None for case in cases))
        suite = ET.SubElement(
            root,
            "testsuite",
            name=profile,
            tests=str(len(cases)),
            failures=failures,
            errors="0",
            skipped=skipped,
        )
        suite.extend(cases)
    if report.verdict == "not-run":
        suite = ET.SubElement(root, "testsuite", name="target", tests="1", failures="0", errors="1", skipped="0")
        ET.SubElement(
            ET.SubElement(suite, "testcase", classname="target", name="the target can be run"),
            "error",
            message=_xml(report.reason),
        )
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _excuse(item: Requirement) -> str:
    return f"a deviation until {item.deviation['expires']}: {item.deviation['reason']}" if item.deviation else ""


def _xml(text: str) -> str:
    return text.translate(_NOT_XML).encode("utf-8", "backslashreplace").decode()


def summary(report: Report) -> str:
    """The report as a page of Markdown, for a pull request or a build's summary."""
    target = f"{report.target.name} {report.target.version}".strip()
    lines = [f"# {target}: {report.verdict}{with_deviations(report)}", ""]
    if report.reason:
        lines += [report.reason, ""]
    lines += [f"Specification {SPEC_VERSION}, seed {report.seed}, effort {report.effort}.", ""]
    if report.profiles:
        lines += [
            "| profile | verdict | rules | passed | failed | warned | not judged |",
            "|---|---|---|---|---|---|---|",
        ]
        for profile, verdict in report.profiles.items():
            own = [item.status for item in report.requirements if item.profile == profile]
            counts = " | ".join(str(own.count(status)) for status in ("passed", "failed", "warned", "not-judged"))
            lines.append(f"| {profile} | {verdict} | {len(own)} | {counts} |")
        lines.append("")
    for item in report.requirements:
        if item.status in {"failed", "warned", "not-judged"}:
            lines += [f"## {item.id} · {item.title}: {item.status}", "", rules()[item.id].text, ""]
            lines += [f"Not judged: {item.reason}.", ""] if item.status == "not-judged" else []
            for number, failure in enumerate(item.failures):
                lines += [
                    f"- expected: {failure['expected']}",
                    f"- got: {failure['got']}",
                    f"- try it: `python repro/{script_name(item, number)}`",
                    "",
                ]
    if told := notices(report):
        lines += [*(f"- {line}" for line in told), ""]
    if report.target.offers:
        lines += [f"Offered but not claimed, so not judged: {', '.join(report.target.offers)}.", ""]
    return "\n".join(lines)
