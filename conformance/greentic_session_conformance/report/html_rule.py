"""One rule of the page: what it asks, what came of it, and what repeats it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from greentic_session_conformance.report.html_markup import Markup, element, joined
from greentic_session_conformance.report.model import Requirement, script_name
from greentic_session_conformance.report.text import is_web_address
from greentic_session_conformance.report.wording import counted, reason_heading, status_in_words
from greentic_session_conformance.rules import rules

#: Of a history that is longer, so many operations stand open.
LONG: Final = 12


def rule_of(item: Requirement) -> Markup:
    """A rule, unfolded; the page's script folds those that ask for nothing, so that without it everything can be read."""
    rule = rules()[item.id]
    requires = f", with {', '.join(sorted(rule.requires))}" if rule.requires else ""
    summary = element(
        "summary",
        element("span", status_in_words(item.status), class_=f"status {item.status}"),
        element("h4", element("b", item.id, class_="id"), " ", item.title),
        element("span", f"{item.level} · {item.profile}{requires}", class_="kind"),
    )
    body = element(
        "div",
        element("p", rule.text, class_="text"),
        element("p", element("b", "Why. "), rule.why, class_="why") if rule.why else None,
        _deviation(item),
        *(_failure(item, number, failure) for number, failure in enumerate(item.failures)),
        _reason(item),
        _tests(item),
        element("p", "More: ", element("code", f"greentic-session explain {item.id}"), class_="more"),
        class_="body",
    )
    asks = item.status not in {"passed", "skipped"}
    return element(
        "article",
        element("details", summary, body, open=True, data_fold=not asks),
        id=item.id,
        class_="rule",
        data_profile=item.profile,
        data_status=item.status,
    )


def _reason(item: Requirement) -> Markup | None:
    if not item.reason:
        return None
    return element("p", element("b", f"{reason_heading(item)}. "), item.reason, class_="reason")


def _deviation(item: Requirement) -> Markup | None:
    if item.deviation is None:
        return None
    link = item.deviation.get("link", "")
    rows = [("declared because", item.deviation["reason"]), ("counts until", item.deviation["expires"])]
    if is_web_address(link):
        rows.append(("dealt with at", element("a", link, href=link, rel="noopener noreferrer")))
    elif link:
        rows.append(("dealt with at", link))
    return element("div", element("h5", "Declared deviation"), pairs(rows), class_="deviation-told")


def _failure(item: Requirement, number: int, failure: Mapping[str, Any]) -> Markup:
    rows = [("expected", element("span", failure["expected"])), ("got", element("span", failure["got"], class_="got"))]
    if failure.get("vector"):
        rows.append(("on", element("code", failure["vector"])))
    if failure.get("hung"):
        rows.append(("didn't return", element("code", failure["hung"])))
    return element(
        "section",
        element("h5", str(failure["test"])),
        pairs(rows),
        *_history(failure.get("operations") or ()),
        *_script(script_name(item, number), failure.get("script") or ""),
        class_="failure",
    )


def _history(operations: "list[str] | tuple[str, ...]") -> Iterator[Markup]:
    """What led there; of a long history the end stands open, for it is what a reader wants first."""
    if not operations:
        return
    before = len(operations) - LONG if len(operations) > LONG else 0
    yield element("p", f"The {counted(len(operations), 'operation')} that led there", class_="led")
    if before:
        told = f"{counted(before, 'operation')} before these {LONG}"
        yield element("details", element("summary", told), _numbered(operations[:before], 1), open=True, data_fold=True)
    yield _numbered(operations[before:], before + 1)


def _numbered(operations: Iterable[str], first: int) -> Markup:
    # What is told in several lines is drawn in columns, which must not be wrapped.
    shown = (element("pre" if "\n" in call else "code", call) for call in operations)
    return element("ol", *(element("li", call) for call in shown), start=str(first))


def _script(name: str, script: str) -> Iterator[Markup]:
    if script:
        told = joined("Try it: ", element("code", f"python repro/{name}"))
        yield element("details", element("summary", told), element("pre", script), open=True, data_fold=True)


def _tests(item: Requirement) -> Markup | None:
    if not item.tests:
        return None
    listed = (
        element(
            "li", element("span", status_in_words(test["outcome"]), class_="outcome"), " ", element("code", test["id"])
        )
        for test in item.tests
    )
    return joined(element("h5", "Checked by"), element("ul", *listed, class_="tests"))


def pairs(rows: Iterable[tuple[str, str]]) -> Markup:
    """A list of terms, each with what it is."""
    return element(
        "dl", *(element("div", element("dt", term), element("dd", told)) for term, told in rows), class_="pairs"
    )
