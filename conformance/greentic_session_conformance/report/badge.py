"""``badge.json``: the verdict in the form that shields.io takes from an endpoint."""

from collections.abc import Mapping
from typing import Any, Final

from greentic_session_conformance.report.model import Report
from greentic_session_conformance.report.wording import verdict_in_words

LABEL: Final = "greentic-session"

_COLOURS: Mapping[str, str] = {
    "conformant": "brightgreen",
    "partial": "yellow",
    "incomplete": "orange",
    "non-conformant": "red",
    "not-run": "lightgrey",
}


def badge(report: Report) -> dict[str, Any]:
    """The badge of a report: ``conformant: core, concurrent``, ``conformant with 2 deviations: core``, ``non-conformant``.

    A run that could not be judged is an error to shields.io: nobody can give it another colour.
    """
    message = verdict_in_words(report)
    colour = _COLOURS[report.verdict]
    if report.verdict == "conformant":
        message = f"{message}: {', '.join(report.profiles)}"
        colour = "green" if report.deviations else colour
    made: dict[str, Any] = {"schemaVersion": 1, "label": LABEL, "message": message, "color": colour}
    if report.verdict in {"incomplete", "not-run"}:
        made["isError"] = True
    return made
