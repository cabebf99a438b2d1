"""The page as a real browser shows it: at the width of a phone and of a desk, filtered, without its script, on paper."""

import pytest
from browser import browser, program
from greentic_session_conformance.report.html import page
from greentic_session_conformance.report.text import encodable
from samples import failure, hostile, of_every_status, report

VISIBLE = "[...document.querySelectorAll('.rule')].filter(rule => rule.checkVisibility()).map(rule => rule.id)"
FOLDED = "[...document.querySelectorAll('.rule > details:not([open])')].map(part => part.parentElement.id)"
SHOWN = "document.getElementById('shown').textContent"


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    path = program()
    if path is None:
        pytest.skip("no browser: put chromium on the PATH (Debian: apt-get install chromium)")
    with browser(path, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def every(tmp_path):
    return written(tmp_path, of_every_status())


def written(folder, made):
    path = folder / "report.html"
    path.write_text(encodable(page(made)), encoding="utf-8")
    return path


def tick(tab, name, value):
    """Reach a box by the keyboard, from the top of the page, and tick it with the space bar."""
    tab.value("document.activeElement.blur()")
    for _ in range(100):
        tab.press("Tab")
        if tab.value("document.activeElement.name + ' ' + document.activeElement.value") == f"{name} {value}":
            break
    else:
        pytest.fail(f"the box {value} can't be reached by the keyboard")
    tab.press(" ", " ")


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("kind", ["every", "hostile", "long"])
def test_nothing_is_wider_than_the_screen(tab, tmp_path, width, kind):
    made = {
        "every": of_every_status,
        "hostile": hostile,
        "long": lambda: report(failure("FENCE-05", got="x" * 4000, operations=["y" * 4000], script="z" * 4000)),
    }[kind]()
    tab.open(written(tmp_path, made), width=width)
    assert tab.value("innerWidth") == width
    tab.value("document.getElementById('unfold').click()")
    tab.value("for (const part of document.querySelectorAll('details')) part.open = true")
    assert tab.value("document.documentElement.scrollWidth") <= width


@pytest.mark.rule("VERD-26")
def test_nothing_that_a_store_said_has_run_and_nothing_was_asked_for(tab, tmp_path):
    path = written(tmp_path, hostile())
    tab.open(path)
    assert tab.value("document.title").startswith("</script><script>document.title=")
    assert tab.asked == [path.as_uri()]
    assert tab.value("document.scripts.length") == 1
    assert tab.value("document.querySelectorAll('.rule').length") > 60


@pytest.mark.rule("VERD-26")
def test_not_even_markup_that_got_in_could_run(tab, tmp_path):
    path = written(tmp_path, report())
    got_in = "<script>document.title = 1</script><img src='https://example.org/x' onerror='document.title = 2'>"
    path.write_text(path.read_text("utf-8").replace("<main>", f"<main>{got_in}"), encoding="utf-8")
    tab.open(path)
    assert tab.value("document.querySelectorAll('img').length") == 1
    assert tab.value("document.title") == "mypkg.MyStore 2.1: conformant"
    assert tab.asked == [path.as_uri()]


def test_what_asks_for_nothing_is_folded(tab, every):
    tab.open(every)
    folded = set(tab.value(FOLDED))
    assert {item.id for item in of_every_status().requirements if item.status in {"passed", "skipped"}} == folded


def test_the_rules_are_filtered_by_status_and_profile_from_the_keyboard(tab, every):
    tab.open(every)
    assert len(tab.value(VISIBLE)) == 90
    tick(tab, "status", "failed")
    assert tab.value(VISIBLE) == ["FENCE-05"]
    assert tab.value(SHOWN) == "1 of 90 rules shown: failed."
    tick(tab, "status", "skipped")
    assert tab.value(SHOWN) == "3 of 90 rules shown: failed or skipped."
    tick(tab, "profile", "redis-layout")
    assert len(tab.value(VISIBLE)) == 2
    assert tab.value(SHOWN) == "2 of 90 rules shown: failed or skipped, in redis-layout."
    assert tab.value("document.querySelector('[value=failed]').parentElement.textContent").split() == ["failed", "0"]
    assert tab.value("document.getElementById('shown').ariaLive") == "polite"
    tab.value("document.getElementById('all').click()")
    assert len(tab.value(VISIBLE)) == 90
    assert tab.value(SHOWN) == "All 90 rules are shown."


def test_a_link_to_a_rule_unfolds_it_even_where_a_filter_hides_it(tab, every):
    tab.open(every)
    tick(tab, "status", "failed")
    tab.value("location.hash = 'OPS-01'")
    tab.value("new Promise(requestAnimationFrame)")
    assert "OPS-01" in tab.value(VISIBLE)
    assert "OPS-01" not in tab.value(FOLDED)


def test_without_its_script_nothing_is_folded_and_no_filter_is_shown(tab, every):
    tab.open(every, script=False)
    document = tab.call("DOM.getDocument")["root"]["nodeId"]

    def found(selector):
        return len(tab.call("DOM.querySelectorAll", nodeId=document, selector=selector)["nodeIds"])

    assert found(".rule > details[open]") == 90
    assert found("details:not([open])") == 0
    assert found("#filter[hidden]") == 1


def test_on_paper_everything_is_unfolded_and_afterwards_as_it_was(tab, every):
    tab.open(every, media="print")
    before = tab.value(FOLDED)
    assert before
    tab.value("dispatchEvent(new Event('beforeprint'))")
    assert tab.value("document.querySelectorAll('details:not([open])').length") == 0
    tab.value("dispatchEvent(new Event('afterprint'))")
    assert tab.value(FOLDED) == before
    assert tab.value("getComputedStyle(document.querySelector('fieldset')).display") == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(tab, every, scheme):
    tab.open(every, scheme=scheme)
    tab.value("for (const part of document.querySelectorAll('details')) part.open = true")
    faint = """(() => {
      const parts = (colour) => colour.match(/[0-9.]+/g).map(Number);
      const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = (e) => {
        for (; e; e = e.parentElement) {
          const found = parts(getComputedStyle(e).backgroundColor);
          if (found.length === 3) return found;
        }
        return [255, 255, 255];
      };
      return [...document.querySelectorAll('body *')]
        .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
        .map((e) => [e.outerHTML.slice(0, 80), light(parts(getComputedStyle(e).color)), light(ground(e))])
        .map(([e, a, b]) => [e, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)])
        .filter(([, ratio]) => ratio < 4.5);
    })()"""
    assert tab.value(faint) == []
    assert tab.value("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 23, 26)"
    )
