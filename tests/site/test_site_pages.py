"""The site shows every rule and every schema at its address, links nowhere in vain, and asks no other host."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from greentic_session_conformance.cli.conformance import conformance
from greentic_session_conformance.rules import rules

from tools.build_site_pages import pages, write
from tools.site_pages.chapters import chapter_pages
from tools.site_pages.schemas import read_schemas, schema_pages
from tools.site_pages.text import PageError, link_rules
from tools.site_pages.vectors import vector_pages

ROOT = Path(__file__).resolve().parents[2]
SITE_URL = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["site_url"]
SCHEMAS = sorted((ROOT / "schemas" / "v1").glob("*.schema.json"))

#: Attributes that make a browser fetch something, by tag.
FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "form": "action",
    "object": "data",
}
#: Relations of a <link> that are read, not fetched.
NOT_FETCHED = {"canonical", "prev", "next"}


@pytest.fixture(scope="module")
def source():
    return pages(ROOT)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The whole site, built strictly: a broken link or anchor ends the build."""
    root = tmp_path_factory.mktemp("site")
    for name in ("greentic_session", "conformance", "tools"):
        (root / name).symlink_to(ROOT / name)
    write(ROOT, root / "build")
    (root / "mkdocs.yml").write_bytes((ROOT / "mkdocs.yml").read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return root / "build" / "site"


class Tags(HTMLParser):
    """Every tag of a page, with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_rule_has_its_anchor_in_its_chapter_and_its_row_in_the_index(rule, source):
    chapter = source[f"spec/{rule.chapter}.md"]
    assert chapter.count(f"{{ #{rule.id} }}") == 1
    assert f"**{rule.level}**{{ .level" in chapter.split(f"{{ #{rule.id} }}")[1][:200]
    assert source["spec/rules.md"].count(f"[{rule.id}]({rule.chapter}.md#{rule.id})") == 1


@pytest.mark.rule("VER-04")
@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_published_at_its_id(path, site):
    identifier = json.loads(path.read_text("utf-8"))["$id"]
    assert identifier.startswith(f"{SITE_URL}/")
    published = site / identifier.removeprefix(f"{SITE_URL}/")
    assert published.read_bytes() == path.read_bytes()


def test_rules_are_found_under_their_anchors_in_the_built_site(site):
    for rule in rules().values():
        assert f'id="{rule.id}"' in (site / "spec" / rule.chapter / "index.html").read_text("utf-8")


def test_pages_ask_no_other_host(site):
    own = urlsplit(SITE_URL).netloc
    for path in site.rglob("*.html"):
        base = f"{SITE_URL}/{path.relative_to(site).as_posix()}"
        for tag, attributes in Tags(path.read_text("utf-8")).found:
            addresses = [attributes.get(FETCHED.get(tag, "")), attributes.get("srcset")]
            if (tag == "link" and attributes.get("rel") not in NOT_FETCHED) or tag == "a":
                addresses.append(attributes.get("href"))
            for address in filter(None, addresses):
                assert urlsplit(urljoin(base, address)).netloc in {own, ""}, f"{path.name}: <{tag}> {address}"
            # Diagrams are the one thing for which the theme's own script would go to a CDN.
            assert "mermaid" not in (attributes.get("class") or "").split()


def test_style_sheets_ask_no_other_host(site):
    sheets = list(site.rglob("*.css"))
    assert sheets
    for path in sheets:
        text = path.read_text("utf-8")
        assert not re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)'\"]+", text), path.name


def test_no_docstring_shows_the_marks_of_another_language(site):
    text = (site / "library" / "index.html").read_text("utf-8")
    assert not re.findall(r":(?:class|meth|func|mod):", text)
    assert "&gt;&gt;&gt; create_session_store" in re.sub(r"<[^>]+>", "", text)


@pytest.mark.parametrize(
    "block", re.findall(r"```python\n(.*?)```", (ROOT / "docs/start/library.md").read_text("utf-8"), re.DOTALL)
)
def test_the_examples_of_the_library_run(block):
    exec(compile(block, "docs/start/library.md", "exec"), {})


def test_the_page_of_options_lists_those_of_the_commands(source):
    listed = set(re.findall(r"^\| `(-[\w-]+)", source["suite/options.md"], re.MULTILINE))
    there = {option.opts[0] for option in conformance.params if option.opts[0].startswith("-")}
    assert listed == there
    plugin = (ROOT / "conformance/greentic_session_conformance/pytest_plugin.py").read_text("utf-8")
    for option in re.findall(r"`(--session-[\w-]+)", source["suite/options.md"]):
        assert f'"{option}"' in plugin


def test_a_rule_that_is_named_becomes_a_link_but_not_in_code():
    text = link_rules("As FENCE-05 says, `FENCE-05`, [FENCE-05](x), XFENCE-05.", rules(), "spec/")
    assert text == "As [FENCE-05](spec/03-tenant-fence.md#FENCE-05) says, `FENCE-05`, [FENCE-05](x), XFENCE-05."


def test_the_checks_of_a_rule_stand_below_it():
    chapter = chapter_pages(ROOT / "spec", rules(), {"FENCE-05": ["one", "two"]})["spec/03-tenant-fence.md"]
    _, rule = chapter.split("{ #FENCE-05 }")
    assert "**Checked by** `one`, `two`" in rule.split("{ #FENCE-06 }")[0]
    assert chapter.count("Checked by") == 1


def test_a_rule_that_its_chapter_lacks_is_an_error():
    lacking = replace(rules()["FENCE-05"], id="FENCE-99")
    with pytest.raises(PageError, match="FENCE-99"):
        chapter_pages(ROOT / "spec", {**rules(), lacking.id: lacking}, {})


def schema_page(tmp_path, **keywords):
    identifier = "https://example.org/schemas/v1/thing.schema.json"
    (tmp_path / "thing.schema.json").write_text(json.dumps({"$id": identifier, "title": "Thing", **keywords}), "utf-8")
    return schema_pages(tmp_path, read_schemas(tmp_path), rules())["schemas/thing.md"]


def test_a_member_is_shown_with_type_bounds_rule_and_meaning(tmp_path):
    count = {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": 9,
        "description": "How many | much.",
        "x-rule": "DATA-11",
    }
    page = schema_page(tmp_path, type="object", properties={"count": count}, required=["count"])
    row = next(line for line in page.splitlines() if line.startswith("| `count`"))
    link = "[DATA-11](../spec/01-data-model.md#DATA-11)"
    assert row == f"| `count` | integer or null | required | How many &#124; much. (from 0 to 9) | {link} |"
    assert "Other members are allowed." in page


def test_an_object_within_an_object_has_a_table_of_its_own(tmp_path):
    inner = {"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": False}
    page = schema_page(tmp_path, type="object", properties={"outer": {"type": "array", "items": inner}})
    assert "| `outer` | array of [object](#member-outer) | optional |" in page
    assert "| `x` | string | optional |" in page.split("{ #member-outer }")[1]
    assert "No other members." in page


def test_a_keyword_that_has_no_words_is_shown_as_it_is(tmp_path):
    page = schema_page(tmp_path, type="string", **{"not": {"const": "no"}})
    assert '"not": {\n    "const": "no"\n  }' in page


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"x-rule": "DATA-99"}, "DATA-99"),
        ({"$ref": "nowhere.schema.json"}, "nowhere"),
        ({"$ref": "#/$defs/nothing"}, "nothing"),
        ({"$id": "https://example.org/schemas/v1/other.schema.json"}, "other.schema.json"),
    ],
)
def test_a_schema_that_leads_nowhere_is_an_error(keywords, told, tmp_path):
    with pytest.raises(PageError, match=re.escape(told)):
        schema_page(tmp_path, **keywords)


def test_vectors_that_name_no_rule_are_an_error(tmp_path):
    folder = tmp_path / "vectors"
    folder.mkdir()
    entry = {"path": "a.jsonl", "rows": 1, "rules": ["FENCE-99"], "description": "One."}
    (folder / "manifest.json").write_text(json.dumps({"spec_version": "1.0", "files": [entry]}), "utf-8")
    with pytest.raises(PageError, match="FENCE-99"):
        vector_pages(tmp_path, rules())


def test_a_spec_without_vectors_has_a_page_that_says_so(tmp_path):
    assert "without vectors" in vector_pages(tmp_path, rules())["vectors/index.md"]


def test_the_page_of_the_original_tells_of_each_rule_that_it_breaks(source):
    page = source["suite/original.md"]
    reports = [json.loads(path.read_text("utf-8")) for path in (ROOT / "conformance" / "results").glob("*/report.json")]
    assert reports
    told = page.split("\n## ")[1:]
    assert len(told) == len(reports)
    for report in reports:
        section = next(
            part
            for part in told
            if part.startswith(report["target"]["name"])
            and report["target"]["version"].split()[0] in part.partition("\n")[0]
        )
        broken = {item["id"] for item in report["requirements"] if item["status"] == "deviation"}
        assert {rule for rule in broken if f"[{rule}" in section or f"{rule}" in section} == broken
