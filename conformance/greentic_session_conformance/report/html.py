"""``report.html``: the report as one page that needs nothing else, to be read on a phone, at a desk or on paper.

Nothing in it comes from elsewhere, and what a store said can't run (rule VERD-26): all text is escaped, and the page's own policy lets
a browser use only the style and the script that are written here, known by their hashes.
"""

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

import greentic_session
from greentic_session_conformance.report.html_markup import Markup, element, joined
from greentic_session_conformance.report.html_rule import pairs, rule_of
from greentic_session_conformance.report.model import Report
from greentic_session_conformance.report.wording import (
    STATUSES,
    counted,
    doubts,
    status_in_words,
    verdict_in_words,
    verdict_told,
)
from greentic_session_conformance.rules import SPEC_VERSION, TARGET_PROFILES


def page(report: Report) -> str:
    """The report as HTML: the verdict, a line a profile, then every rule, those first that ask for something."""
    style, script = _asset("report.css"), _asset("report.js")
    target = f"{report.target.name} {report.target.version}".strip()
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{target}: {verdict_in_words(report)}"),
        element("style", style),
    )
    body = element(
        "body",
        element("header", *_head(report, target)),
        element("main", *_main(report)),
        element("footer", element("p", f"Made by greentic-session {greentic_session.__version__}.")),
        element("script", script),
    )
    return "<!DOCTYPE html>\n" + element("html", head, "\n", body, lang="en") + "\n"


def _asset(name: str) -> Markup:
    return Markup((files("greentic_session_conformance.report") / "assets" / name).read_text("utf-8"))


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _head(report: Report, target: str) -> Iterator[Markup]:
    yield element("p", "Conformance of a session store", class_="kicker")
    yield element("h1", target)
    yield element(
        "p",
        element("strong", verdict_in_words(report)),
        " ",
        element("span", verdict_told(report)),
        class_=f"verdict {report.verdict}",
    )
    if report.reason:
        yield element("p", report.reason, class_="reason")
    for line in doubts(report):
        yield element("p", line, class_="reason")
    rows = [
        ("given as", element("code", report.target.spec)) if report.target.spec else None,
        ("claims", ", ".join(report.target.claims)) if report.target.claims else None,
        (
            ("not claimed", f"{', '.join(report.target.offers)}: it seems to offer it, which was not judged")
            if report.target.offers
            else None
        ),
        (
            "specification",
            joined(SPEC_VERSION, element("span", f"text {report.spec_hash[:12]}…", title=report.spec_hash)),
        ),
        ("suite", greentic_session.__version__),
        ("seed", str(report.seed)),
        ("effort", report.effort),
        ("took", f"{report.seconds:.1f} s"),
    ]
    yield pairs([row for row in rows if row])


def _main(report: Report) -> Iterator[Markup]:
    if report.profiles:
        yield element("section", element("h2", "Profiles"), _profiles(report))
    if not report.requirements:
        return
    yield element("h2", "Rules")
    yield _filter(report)
    for status, meaning in STATUSES.items():
        own = [item for item in report.requirements if item.status == status]
        if own:
            yield element(
                "section",
                element("h3", f"{status_in_words(status).capitalize()}: {counted(len(own), 'rule')}"),
                element("p", meaning, class_="meaning"),
                *(rule_of(item) for item in own),
                class_="group",
            )


def _profiles(report: Report) -> Markup:
    shown = [status for status in STATUSES if any(item.status == status for item in report.requirements)]
    heads = (element("th", word, scope="col") for word in ("profile", "verdict", *map(status_in_words, shown), "rules"))
    lines = []
    for profile, verdict in report.profiles.items():
        own = [item.status for item in report.requirements if item.profile == profile]
        counts = (
            element(
                "td",
                str(own.count(status)),
                class_=status if status in own else "none",
                data_of=status_in_words(status),
            )
            for status in shown
        )
        lines.append(
            element(
                "tr",
                element("th", profile, scope="row"),
                element("td", element("span", verdict, class_=f"status {verdict}")),
                *counts,
                element("td", str(len(own)), data_of="rules"),
            )
        )
    return element("table", element("thead", element("tr", *heads)), element("tbody", *lines), class_="profiles")


def _filter(report: Report) -> Markup:
    """Boxes that the page's script reads; without it they would do nothing, so they are hidden until it shows them."""
    profiles = [name for name in TARGET_PROFILES if any(item.profile == name for item in report.requirements)]
    statuses = [name for name in STATUSES if any(item.status == name for item in report.requirements)]
    return element(
        "form",
        _boxes("status", "Status", statuses, [item.status for item in report.requirements]),
        _boxes("profile", "Profile", profiles, [item.profile for item in report.requirements]),
        element(
            "p",
            element(
                "output", f"All {counted(len(report.requirements), 'rule')} are shown.", id="shown", aria_live="polite"
            ),
            " ",
            element("button", "Show all", type="button", id="all", disabled=True),
            " ",
            element("button", "Unfold all", type="button", id="unfold"),
            " ",
            element("button", "Fold all", type="button", id="fold"),
            class_="state",
        ),
        id="filter",
        hidden=True,
        aria_label="Filter the rules",
        autocomplete="off",
    )


def _boxes(name: str, legend: str, values: list[str], all_values: list[str]) -> Markup:
    boxes = (
        element(
            "label",
            element("input", type="checkbox", name=name, value=value),
            element("span", status_in_words(value) if name == "status" else value),
            " ",
            element("span", str(all_values.count(value)), class_="count"),
        )
        for value in values
    )
    return element("fieldset", element("legend", legend), *boxes)
