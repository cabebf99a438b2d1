"""The verdict and the statuses in words, the same wherever a report is read."""

from collections.abc import Mapping
from typing import Final

from greentic_session_conformance.report.model import Report

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


def counted(count: int, thing: str) -> str:
    """A number of things, in the singular where it is one.

    >>> counted(1, "rule"), counted(2, "rule")
    ('1 rule', '2 rules')
    """
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def verdict_in_words(report: Report) -> str:
    """The verdict with the deviations that were declared: ``conformant with 2 deviations`` (contract, "Suite")."""
    declared = len(report.deviations)
    if declared and report.verdict in {"conformant", "partial"}:
        return f"{report.verdict} with {counted(declared, 'deviation')}"
    return report.verdict.replace("not-run", "not run")


def verdict_told(report: Report) -> str:
    """What the verdict is about: the profiles, or how many rules are broken, or why there is none."""
    match report.verdict:
        case "conformant":
            told = f"to {', '.join(report.profiles)}"
        case "non-conformant":
            broken = report.broken
            profiles = ", ".join(dict.fromkeys(item.profile for item in broken))
            told = f"to {profiles}: {len(broken)} of {counted(len(report.requirements), 'rule')} broken"
        case "partial":
            told = "only the selected rules were judged"
        case "incomplete":
            told = "not every claimed rule could be judged"
        case _:
            told = "the target could not be run, so nothing was judged"
    return f"{told}; interrupted" if report.interrupted else told
