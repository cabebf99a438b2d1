"""The verdict and the statuses in words, the same wherever a report is read."""

from collections.abc import Iterator, Mapping
from typing import Final

from greentic_session_conformance.report.model import Report, Requirement

#: Each status of a rule and what it means, in the order in which a reader wants them: what asks for something first.
STATUSES: Final[Mapping[str, str]] = {
    "failed": "A mandatory rule was broken.",
    "not-judged": "Neither right nor wrong: a precondition couldn't be brought about, or the check was not run.",
    "not-covered": "No check exists.",
    "deviation": "Broken, and declared beforehand.",
    "warned": "A recommendation was not kept; that changes no verdict.",
    "skipped": "No check could observe it.",
    "passed": "Kept in every check.",
}


def status_in_words(status: str) -> str:
    """A status as a reader wants it: ``not-judged`` is ``not judged``."""
    return status.replace("-", " ")


def reason_heading(item: Requirement) -> str:
    """What stands before a rule's reason. Of a broken rule it is a reason of its other checks: the failures speak for themselves."""
    if item.failures:
        return "Other checks"
    return {"not-judged": "Not judged", "skipped": "Not observable"}.get(item.status, "Note")


def counted(count: int, thing: str) -> str:
    """A number of things, in the singular where it is one.

    >>> counted(1, "rule"), counted(2, "rule")
    ('1 rule', '2 rules')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def with_deviations(report: Report) -> str:
    """Such as ``" with 2 deviations"``; nothing where there is none."""
    count = len(report.deviations)
    return f" with {counted(count, 'deviation')}" if count else ""


def verdict_in_words(report: Report) -> str:
    """The verdict with the deviations that were declared: ``conformant with 2 deviations`` (contract, "Suite")."""
    return report.verdict.replace("not-run", "not run") + with_deviations(report)


def verdict_told(report: Report) -> str:
    """What the verdict is about: the profiles, or how many rules are broken, or why there is none."""
    match report.verdict:
        case "conformant":
            told = f"to {', '.join(report.profiles)}"
        case "non-conformant":
            told = "; ".join(_faults(report))
        case "partial":
            told = "only the selected rules were judged"
        case "incomplete":
            told = "not every claimed rule could be judged"
        case _:
            told = "the target could not be run, so nothing was judged"
    return f"{told}; interrupted" if report.interrupted else told


def summary_of(report: Report) -> str:
    """What follows the verdict's word on one line: to which profiles, with how many deviations, or why not."""
    told = verdict_told(report)
    match report.verdict:
        case "conformant":
            return f" {told}{with_deviations(report)}"
        case "partial":
            return f": {told}{',' if report.deviations else ''}{with_deviations(report)}"
        case "non-conformant" if report.broken:
            return f" {told}"
        case _:
            return f": {report.reason or told}" + (" (interrupted)" if report.reason and report.interrupted else "")


def _faults(report: Report) -> Iterator[str]:
    if report.broken:
        profiles = ", ".join(dict.fromkeys(item.profile for item in report.broken))
        yield f"to {profiles} ({len(report.broken)} of {counted(len(report.requirements), 'rule')} broken)"
    if report.deviation_faults:
        count = len(report.deviation_faults)
        yield f"{counted(count, 'declared deviation')} {'does' if count == 1 else 'do'} not hold"


def notices(report: Report) -> list[str]:
    """A line for each deviation, each that doesn't hold, and each note."""
    lines = [
        f"deviation   {item.id} until {told['expires']}: {told['reason']}  {told['link']}"
        for item in report.deviations
        if (told := item.deviation) is not None
    ]
    return lines + doubts(report)


def unclaimed(report: Report) -> str:
    """What the target seems to offer beyond its claims; empty where that is nothing."""
    offers = ", ".join(report.target.offers)
    return f"not claimed, so not judged, though the target seems to offer it: {offers}" if offers else ""


def doubts(report: Report) -> list[str]:
    """A line for each declared deviation that doesn't hold, and each note."""
    faults = [f"deviation   {fault.rule}: {fault.message}" for fault in report.deviation_faults]
    return faults + [f"note        {note}" for note in report.notes]
