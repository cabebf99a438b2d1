"""``summary.md``: the verdict and what asks for something, to be read or pasted."""

from html import escape

from greentic_session_conformance.report.model import Report, Requirement, script_name
from greentic_session_conformance.report.text import is_web_address, visible
from greentic_session_conformance.report.wording import doubts, reason_heading, status_in_words, verdict_in_words
from greentic_session_conformance.rules import SPEC_VERSION, rules

_COLUMNS = ("passed", "failed", "warned", "deviation", "not-judged")


def summary(report: Report) -> str:
    """The report as a page of Markdown, for a pull request or a build's summary."""
    target = _line(f"{report.target.name} {report.target.version}".strip())
    lines = [f"# {target}: {verdict_in_words(report)}", ""]
    if report.reason:
        lines += [_line(report.reason), ""]
    lines += [f"Specification {SPEC_VERSION}, seed {report.seed}, effort {report.effort}.", ""]
    if report.profiles:
        words = " | ".join(status_in_words(status) for status in _COLUMNS)
        lines += [f"| profile | verdict | rules | {words} |", "|---|---|---" + "|---" * len(_COLUMNS) + "|"]
        for profile, verdict in report.profiles.items():
            own = [item.status for item in report.requirements if item.profile == profile]
            counts = " | ".join(str(own.count(status)) for status in _COLUMNS)
            lines.append(f"| {profile} | {verdict} | {len(own)} | {counts} |")
        lines.append("")
    for item in report.requirements:
        if item.status in {"failed", "warned", "deviation", "not-judged"}:
            lines += _section(item)
    lines += [f"- {_line(line)}" for line in doubts(report)]
    if report.target.offers:
        lines += [f"Offered but not claimed, so not judged: {_line(', '.join(report.target.offers))}.", ""]
    return "\n".join(lines)


def _section(item: Requirement) -> list[str]:
    lines = [f"## {item.id} · {item.title}: {status_in_words(item.status)}", "", rules()[item.id].text, ""]
    if item.deviation is not None:
        link = item.deviation.get("link", "")
        told = f"Declared until {item.deviation['expires']}: {item.deviation['reason']}"
        lines += [_line(f"{told} ({link})" if is_web_address(link) else told), ""]
    for number, failure in enumerate(item.failures):
        lines += [
            f"- expected: {_line(failure['expected'])}",
            f"- got: {_line(failure['got'])}",
            f"- try it: `python repro/{script_name(item, number)}`",
            "",
        ]
    if item.reason:
        lines += [f"{reason_heading(item)}: {_line(item.reason)}.", ""]
    return lines


def _line(text: str) -> str:
    """A store's text on one line, in which a browser finds no element."""
    return escape(visible(text).replace("\n", "\\n"), quote=False)
