"""The page of a report: what it tells, and that whatever a store says it is one page of text that needs nothing else."""

import base64
import hashlib
from html.parser import HTMLParser

import pytest
from greentic_session_conformance.checks import checks
from greentic_session_conformance.report.html import page
from greentic_session_conformance.report.text import encodable
from greentic_session_conformance.report.wording import STATUSES
from greentic_session_conformance.rules import rules
from greentic_session_conformance.run.judge import Result
from greentic_session_conformance.run.record import TargetInfo
from samples import (
    DECLARED,
    HOSTILE,
    VERDICTS,
    check_of,
    deviating,
    failure,
    hostile,
    of_every_status,
    report,
    undecided,
)

VOID = {"input", "meta"}


class Reader(HTMLParser):
    """What a browser makes of a page: its elements, each with its text, and those that were never closed."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.open = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = {"tag": tag, "text": "", "inner": "", **dict(attrs)}
        self.elements.append(found)
        if tag not in VOID:
            self.open.append(found)

    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, tag):
        return [element for element in self.elements if element["tag"] == tag]

    def rule(self, rule):
        return next(element for element in self.all("article") if element["id"] == rule)

    @property
    def text(self):
        return self.all("body")[0]["text"]


def read(made):
    return Reader(page(made))


@pytest.mark.parametrize("name", VERDICTS)
def test_the_page_says_the_verdict_what_it_is_about_and_how_to_repeat_the_run(name):
    made = VERDICTS[name]
    found = read(made)
    verdict = next(element for element in found.all("p") if (element.get("class") or "").startswith("verdict "))
    assert verdict["text"].startswith("incomplete " if name in {"interrupted", "ended early"} else name)
    for told in ("mypkg.MyStore 2.1", "mypkg:MyStore", made.spec_hash[:12], "0.1.0", "7", "normal", made.reason):
        assert told in found.text


def test_an_interrupted_run_says_so():
    assert "incomplete not every claimed rule could be judged; interrupted" in read(VERDICTS["interrupted"]).text


@pytest.mark.parametrize("made", [of_every_status(), *VERDICTS.values()])
def test_every_rule_is_there_once_with_its_status_text_and_why(made):
    found = read(made)
    assert sorted(element["id"] for element in found.all("article")) == sorted(item.id for item in made.requirements)
    for item in made.requirements:
        shown, rule = found.rule(item.id), rules()[item.id]
        assert (shown["data-status"], shown["data-profile"]) == (item.status, item.profile)
        for told in (item.id, item.title, item.level, item.status.replace("-", " "), rule.text, rule.why, item.reason):
            assert told in shown["text"]
        for test in item.tests:
            assert test["id"] in shown["text"]
        assert f"greentic-session explain {item.id}" in shown["text"]


def test_a_failure_tells_what_was_expected_what_came_the_operations_and_the_script():
    told = {"vector": "row-3", "hung": "get_session", "operations": ["first", "second"], "script": "print('again')\n"}
    shown = read(report(failure("FENCE-05", **told))).rule("FENCE-05")["text"]
    for part in ("this", "that", "row-3", "get_session", "first", "second", "print('again')", "repro/FENCE-05.py"):
        assert part in shown


def test_why_other_checks_of_a_broken_rule_judged_nothing_is_told_as_theirs_and_after_the_failure():
    other = [check for check in checks() if "FENCE-05" in check.rules][-1]
    made = report(failure("FENCE-05"), Result(other.name, "not-judged", reason="another rule was broken"))
    shown = read(made).rule("FENCE-05")["text"]
    assert shown.index("that") < shown.index("Other checks. another rule was broken")
    assert "Not judged. its precondition failed" in read(report(undecided("OPS-10"))).rule("OPS-10")["text"]


def test_a_deviation_tells_its_reason_its_expiry_and_a_link_that_can_be_followed():
    found = read(deviating(report(failure("FENCE-05"))))
    assert DECLARED["reason"] in found.rule("FENCE-05")["text"]
    assert DECLARED["expires"] in found.rule("FENCE-05")["text"]
    assert [element["href"] for element in found.all("a")] == [DECLARED["link"]]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", " https://example.org", "//example.org", ""]
)
def test_any_other_link_is_text(link):
    assert read(deviating(report(failure("FENCE-05")), link=link)).all("a") == []


def test_what_asks_for_something_comes_first():
    order = list(STATUSES)
    found = [order.index(element["data-status"]) for element in read(of_every_status()).all("article")]
    assert set(found) == set(range(len(order)))
    assert found == sorted(found)


def test_each_profile_has_a_line_with_its_counts():
    (table,) = read(of_every_status()).all("table")
    assert "core" in table["text"]
    assert "redis-layout" in table["text"]


def test_a_profile_and_a_status_can_be_chosen_where_they_occur():
    boxes = {(element["name"], element["value"]) for element in read(of_every_status()).all("input")}
    assert boxes == {("profile", "core"), ("profile", "redis-layout"), *(("status", status) for status in STATUSES)}


def test_what_the_target_seems_to_offer_beyond_its_claims_is_named():
    made = report(target=TargetInfo("mypkg.MyStore", offers=("keyed-create",)))
    assert "keyed-create: it seems to offer it" in read(made).text


def test_without_a_script_everything_can_be_read():
    assert all("open" in element for element in read(of_every_status()).all("details"))


def test_a_drawing_among_the_operations_keeps_its_columns():
    drawing = "caller 1  |---|\ncaller 2     |---|"
    found = read(report(failure("FENCE-05", operations=["create_session()", drawing], script="")))
    assert [element["text"] for element in found.all("pre")] == [drawing]


def test_of_a_long_history_the_end_stands_open_and_the_rest_can_be_unfolded():
    found = read(report(failure("FENCE-05", operations=[f"call {number}" for number in range(1, 401)])))
    before, last = found.all("ol")
    (folded,) = [element for element in found.all("details") if element["text"].startswith("388 operations")]
    assert "data-fold" in folded
    assert (before["start"], last["start"]) == ("1", "389")
    assert before["text"].endswith("call 388")
    assert last["text"].startswith("call 389")
    assert last["text"].endswith("call 400")


@pytest.mark.rule("VERD-26")
@pytest.mark.parametrize("made", [hostile(), of_every_status()])
def test_a_page_asks_nothing_of_elsewhere(made):
    found = read(made)
    assert {element["tag"] for element in found.elements}.isdisjoint({"link", "img", "iframe", "object", "svg", "base"})
    for element in found.elements:
        assert {"src", "style", "action", "srcset"}.isdisjoint(element)
    text = page(made)
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.rule("VERD-26")
def test_a_page_lets_a_browser_run_its_own_script_and_nothing_else():
    found = read(hostile())
    (script,), (style,) = found.all("script"), found.all("style")
    (policy,) = (element["content"] for element in found.all("meta") if "http-equiv" in element)
    for kind, element in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(element["text"].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not any(name.startswith("on") for element in found.elements for name in element)


@pytest.mark.rule("VERD-26")
def test_what_a_store_says_is_text_and_all_of_it_shows():
    found = read(hostile())
    assert found.open == []
    text = page(hostile())
    assert encodable(text) == text
    assert not set(text) & {"\0", "\x1b", "\u202e"}
    shown = (
        HOSTILE.replace("\0", "\\x00")
        .replace("\x1b", "\\x1b")
        .replace("\ud800", "\\ud800")
        .replace("\u202e", "\\u202e")
    )
    assert shown in found.all("h1")[0]["text"]
    assert found.rule("FENCE-05")["text"].count(shown) == 5 + 20
    assert found.rule("FENCE-04")["text"].count(shown) == 5 + 20 + 2
    assert shown in found.rule("OPS-10")["text"]
    assert check_of("FENCE-05").id in found.rule("FENCE-05")["text"]
