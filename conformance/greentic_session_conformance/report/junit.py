"""``junit.xml``: the checks as test cases, for CI."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from greentic_session_conformance.report.model import Report, Requirement
from greentic_session_conformance.report.text import encodable
from greentic_session_conformance.rules import rules

#: Characters that XML 1.0 can't carry.
_NOT_XML = {code: f"\\x{code:02x}" for code in range(32) if chr(code) not in "\t\n\r"} | {
    0xFFFE: "\\ufffe",
    0xFFFF: "\\uffff",
}


def junit(report: Report) -> bytes:
    """The report as JUnit XML: a suite a profile, a case a check of a rule.

    A declared deviation is skipped, with its reason; a rule that failed without a failed check is a case of its own.
    """
    root = ET.Element("testsuites", name=_xml(report.target.name))
    by_profile: dict[str, list[ET.Element]] = {}
    for item in report.requirements:
        by_profile.setdefault(item.profile, []).extend(_cases(item))
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


def _cases(item: Requirement) -> Iterator[ET.Element]:
    for test in item.tests or ({"id": item.id, "outcome": item.status},):
        case = _case(item, test["id"])
        if test["outcome"] == "failed" and item.status == "failed":
            for failure in (found for found in item.failures if found["test"] == test["id"]):
                told = ET.SubElement(
                    case, "failure", message=_xml(f"expected {failure['expected']}; got {failure['got']}")
                )
                told.text = _xml("\n".join([rules()[item.id].text, *failure["operations"]]))
        elif test["outcome"] != "passed":
            ET.SubElement(case, "skipped", message=_xml(_why_skipped(item)))
        yield case
    if item.status == "failed" and item.tests and all(test["outcome"] != "failed" for test in item.tests):
        case = _case(item, item.id)
        ET.SubElement(case, "failure", message=_xml(item.reason or item.status))
        yield case


def _case(item: Requirement, name: str) -> ET.Element:
    return ET.Element("testcase", classname=f"{item.profile}.{item.id}", name=_xml(f"{name} · {item.title}"))


def _why_skipped(item: Requirement) -> str:
    if item.status == "deviation" and item.deviation is not None:
        return f"deviation, declared until {item.deviation['expires']}: {item.deviation['reason']}"
    return item.reason or item.status


def _xml(text: str) -> str:
    return encodable(text.translate(_NOT_XML))
