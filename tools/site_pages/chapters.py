"""The chapters of the specification, each rule with a stable anchor and its facts beneath the heading."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from greentic_session_conformance.rules import Rule
from markdown_it import MarkdownIt

from tools.site_pages.text import PageError, code, link_rules

_TO_SPEC: Final = ""


def chapter_pages(spec: Path, rules: Mapping[str, Rule], checks: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The pages of the folder of chapters, by their path in the site.

    Args:
        spec: the folder with the text.
        rules: the registry.
        checks: the names of each rule's checks.

    Raises:
        PageError: a rule of the registry isn't where it says it is.
    """
    pages = {"spec/index.md": _front_page(spec, rules)}
    for chapter in sorted({rule.chapter for rule in rules.values()}):
        text = (spec / f"{chapter}.md").read_text(encoding="utf-8")
        own = {rule.id: rule for rule in rules.values() if rule.chapter == chapter}
        pages[f"spec/{chapter}.md"] = _chapter(text, own, rules, checks)
    return pages


def _front_page(spec: Path, rules: Mapping[str, Rule]) -> str:
    text = (spec / "README.md").read_text(encoding="utf-8")
    return f"{text}\n## All rules\n\nThe [rules index](rules.md) lists all {len(rules)} rules by profile.\n"


def _chapter(text: str, own: Mapping[str, Rule], rules: Mapping[str, Rule], checks: Mapping[str, Sequence[str]]) -> str:
    lines = text.splitlines()
    tokens = MarkdownIt("commonmark").parse(text)
    edits: list[tuple[int, int, list[str]]] = []
    missing = set(own)
    current: Rule | None = None
    for index, token in enumerate(tokens):
        if token.map is None or not token.type.endswith("_open"):
            continue
        start, end = token.map
        if token.type == "heading_open":
            edits += _end_of_rule(start, current, checks)
            heading = tokens[index + 1].content
            current = own.get(heading.split(" ", 1)[0]) if token.tag == "h3" else None
            if current is not None:
                missing.discard(current.id)
                edits.append((start, end, [f"### {heading} {{ #{current.id} }}"]))
                # The registry has made sure that the next paragraph is the line with the profiles.
                facts = tokens[index + 3].map or (end, end)
                edits.append((*facts, [_facts(current), "{ .rule-facts }"]))
        elif token.level == 0 and not any(start < old_end and old_start < end for old_start, old_end, _ in edits):
            but = {current.id} if current else ()
            edits.append((start, end, link_rules("\n".join(lines[start:end]), rules, _TO_SPEC, but=but).split("\n")))
    if missing:
        raise PageError(f"the registry has {', '.join(sorted(missing))}, but the chapter has no such heading")
    edits += _end_of_rule(len(lines), current, checks)
    for start, end, new in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[start:end] = new
    return "\n".join(lines) + "\n"


def _facts(rule: Rule) -> str:
    profiles = [f"[{name}](rules.md#{name}){{ .profile }}" for name in (rule.profile, *sorted(rule.requires))]
    requires = f" requires {' '.join(profiles[1:])}" if rule.requires else ""
    return f"**{rule.level}**{{ .level .{rule.level.lower()} }} {profiles[0]}{requires}"


def _end_of_rule(line: int, rule: Rule | None, checks: Mapping[str, Sequence[str]]) -> list[tuple[int, int, list[str]]]:
    if rule is None or not checks.get(rule.id):
        return []
    names = ", ".join(code(name) for name in checks[rule.id])
    return [(line, line, ["", f"**Checked by** {names}", "{ .checked-by }", ""])]
