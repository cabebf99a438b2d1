"""Pieces of Markdown that several pages share."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from greentic_session_conformance.rules import Rule

#: A code span, or what lies between two of them.
_SPANS = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


class PageError(ValueError):
    """A source of the site contradicts another one; the message names both."""


def code(value: str) -> str:
    """A code span, whatever back quotes the value holds."""
    fence = "`"
    while fence in value:
        fence += "`"
    pad = " " if value.startswith("`") or value.endswith("`") else ""
    return f"{fence}{pad}{value}{pad}{fence}"


def as_json(value: Any) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def json_block(value: Any) -> str:
    """A value as a block of JSON."""
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```"


def prose(text: str) -> str:
    """Text of a source that isn't Markdown but may hold code spans, on one line."""
    text = " ".join(text.split())
    return _outside_code(text, lambda part: part.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;"))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], css: str) -> str:
    """A table in a block that the style sheet knows by its class."""
    lines = [header, ["---"] * len(header), *rows]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f'<div class="{css}" markdown>\n\n{body}\n\n</div>'


def rule_link(rule: Rule, to_spec: str) -> str:
    """A link to a rule; ``to_spec`` leads from the page to the folder of chapters."""
    return f"[{rule.id}]({to_spec}{rule.chapter}.md#{rule.id})"


def link_rules(markdown: str, rules: Mapping[str, Rule], to_spec: str, *, but: Collection[str] = ()) -> str:
    """Make links of the rules that a text names outside of code."""
    names = re.compile(rf"(?<![\w\[#-])(?:{'|'.join(map(re.escape, rules))})(?![\w-])")

    def link(match: re.Match[str]) -> str:
        return match[0] if match[0] in but else rule_link(rules[match[0]], to_spec)

    return _outside_code(markdown, lambda part: names.sub(link, part))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    end = 0
    for span in _SPANS.finditer(text):
        parts += [change(text[end : span.start()]), span[0]]
        end = span.end()
    return "".join([*parts, change(text[end:])])
