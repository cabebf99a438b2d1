"""``junit.xml``: the checks as test cases, for CI."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from greentic_session_conformance.report.model import Report, Requirement
from greentic_session_conformance.report.text import encodable
from greentic_session_conformance.report.wording import verdict_told
from greentic_session_conformance.rules import rules

#: Characters that XML 1.0 can't carry.
_NOT_XML = {code: f"\\x{code:02x}" for code in range(32) if chr(code) not in "\t\n\r"} | {
    0xFFFE: "\\ufffe",
    0xFFFF: "\\uffff",
}


def junit(report: Report) -> bytes:
    """The report as JUnit XML: a suite a profile, a case a check of a rule.

    A declared deviation is skipped, with its reason; a rule that failed without a failed check is a case of its own. What keeps the
    whole run from being conformant is a case of the suite ``run``: nobody who reads this file alone takes it for a success.
    """
    root = ET.Element("testsuites", name=_xml(report.target.name))
    by_profile: dict[str, list[ET.Element]] = {}
    for item in report.requirements:
        by_profile.setdefault(item.profile, []).extend(_cases(item))
    if of_the_run := list(_of_the_run(report)):
        by_profile["run"] = of_the_run
    for profile, cases in by_profile.items():
        failures, errors, skipped = (
            str(sum(case.find(kind) is not None for case in cases)) for kind in ("failure", "error", "skipped")
        )
        suite = ET.SubElement(
            root,
            "testsuite",
            name=profile,
            tests=str(len(cases)),
            failures=failures,
            errors=errors,
            skipped=skipped,
        )
        suite.extend(cases)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _of_the_run(report: Report) -> Iterator[ET.Element]:
    if report.verdict == "not-run":
        yield _troubled("the target can be run", "error", report.reason)
    if report.verdict == "incomplete":
        yield _troubled("every claimed rule is judged", "error", report.reason or verdict_told(report))
    for fault in report.deviation_faults:
        yield _troubled(f"{fault.place} holds", "failure", f"{fault.rule}: {fault.message}")


def _troubled(name: str, trouble: str, message: str) -> ET.Element:
    case = ET.Element("testcase", classname="run", name=_xml(name))
    ET.SubElement(case, trouble, message=_xml(message))
    return case


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


def _case(item: Requirement, name: str) -> ET.Element:
    return ET.Element("testcase", classname=f"{item.profile}.{item.id}", name=_xml(f"{name} · {item.title}"))


def _why_skipped(item: Requirement) -> str:
    if item.status == "deviation" and item.deviation is not None:
        return f"deviation, declared until {item.deviation['expires']}: {item.deviation['reason']}"
    return item.reason or item.status


def _xml(text: str) -> str:
    return encodable(text.translate(_NOT_XML))
