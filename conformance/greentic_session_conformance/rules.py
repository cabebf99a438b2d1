"""The registry of rules, read from the text of the specification.

The Markdown under ``spec/`` is the only place where a rule is written. A rule is a heading of the third level
``### ID · Title``, a line of code spans with its profile and the profiles that it requires, and one
normative sentence with one RFC 2119 keyword in bold.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

from greentic_session.resources import folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markdown_it.token import Token

#: The version of the specification that this distribution carries (rule VER-03).
SPEC_VERSION: Final = "1.0"

#: The profiles that a target can claim, in the order of reports, and the one that none can (chapter "Profiles and verdicts").
TARGET_PROFILES: Final = ("core", "keyed-create", "concurrent", "durable", "redis-layout", "codec", "mapping")
KIT_PROFILE: Final = "kit"

_HEADING = re.compile(r"(?P<id>[A-Z]+-[0-9]{2}) · (?P<title>.+)")
_KEYWORD = re.compile(r"\b(?:MUST|SHALL|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b(?: NOT\b)?")
_LEVELS = MappingProxyType(
    {"MUST": "MUST", "MUST NOT": "MUST", "SHOULD": "SHOULD", "SHOULD NOT": "SHOULD", "MAY": "MAY"}
)


class SpecError(ValueError):
    """The text of the specification breaks its own form; the message says which rule, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the specification.

    Attributes:
        id: such as ``"FENCE-05"``; never reused.
        title: the heading's text behind the ID.
        level: ``"MUST"``, ``"SHOULD"`` or ``"MAY"``, the negatives included.
        profile: the profile that holds a store to it, or ``"kit"``.
        requires: profiles that must be claimed besides.
        text: the normative sentence, as plain text.
        why: the fault that it prevents; empty where the text gives none.
        example: empty where the text gives none.
        untested: the written reason why no test could observe it; empty where one can.
        chapter: the file's name without its ending, such as ``"03-tenant-fence"``.
        chapter_title: such as ``"Tenant fence"``.
    """

    id: str
    title: str
    level: str
    profile: str
    requires: frozenset[str]
    text: str
    why: str
    example: str
    untested: str
    chapter: str
    chapter_title: str

    @property
    def profiles(self) -> frozenset[str]:
        """Every profile that must be claimed for the rule to be judged."""
        return self.requires | {self.profile}


@dataclass(slots=True)
class _Section:
    """A rule's heading and the inline tokens of the paragraphs below it."""

    heading: str
    paragraphs: list["Token"] = field(default_factory=list)


def _plain(inline: "Token") -> str:
    text = {"text": "content", "code_inline": "content", "softbreak": None, "hardbreak": None}
    parts = [(child.content if text[child.type] else " ") for child in inline.children or () if child.type in text]
    return "".join(parts)


def _chapter(path: Path) -> tuple[str, list[_Section]]:
    tokens = MarkdownIt("commonmark").parse(path.read_text(encoding="utf-8"))
    title, section, sections = path.stem, None, list[_Section]()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            section = None
            if opening.tag == "h1":
                title = _plain(inline)
            elif opening.tag == "h3":
                section = _Section(_plain(inline))
                sections.append(section)
        elif opening.type == "paragraph_open" and opening.level == 0 and section is not None:
            section.paragraphs.append(inline)
    return title, sections


def _labelled(paragraphs: "list[Token]", label: str) -> str:
    texts = (_plain(paragraph) for paragraph in paragraphs)
    return next((text.removeprefix(label).strip() for text in texts if text.startswith(label)), "")


def _rule(section: _Section, chapter: str, chapter_title: str) -> Rule:
    heading = _HEADING.fullmatch(section.heading)
    if heading is None:
        message = f"{chapter}: the heading {section.heading!r} is not of the form 'FAMILY-nn · Title'"
        raise SpecError(message)
    where = f"{chapter}: {heading['id']}"
    if len(section.paragraphs) < 2:
        message = f"{where} wants a line with its profile and then its normative sentence"
        raise SpecError(message)
    profiles = [child.content for child in section.paragraphs[0].children or () if child.type == "code_inline"]
    unknown = [name for name in profiles if name not in (*TARGET_PROFILES, KIT_PROFILE)]
    if unknown or not profiles:
        allowed = ", ".join((*TARGET_PROFILES, KIT_PROFILE))
        message = f"{where} names the profile {', '.join(unknown) or 'nothing'}; there are {allowed}"
        raise SpecError(message)
    text = _plain(section.paragraphs[1])
    keywords = _KEYWORD.findall(text)
    if len(keywords) != 1 or keywords[0] not in _LEVELS:
        message = f"{where} has the keywords {keywords}; a normative sentence has exactly one of {', '.join(_LEVELS)}"
        raise SpecError(message)
    stray = [word for paragraph in section.paragraphs[2:] for word in _KEYWORD.findall(_plain(paragraph))]
    if stray:
        message = f"{where} has the keywords {stray} in its explanation; only the normative sentence binds"
        raise SpecError(message)
    return Rule(
        id=heading["id"],
        title=heading["title"],
        level=_LEVELS[keywords[0]],
        profile=profiles[0],
        requires=frozenset(profiles[1:]),
        text=text,
        why=_labelled(section.paragraphs, "Why."),
        example=_labelled(section.paragraphs, "Example."),
        untested=_labelled(section.paragraphs, "Untested."),
        chapter=chapter,
        chapter_title=chapter_title,
    )


def _read(spec: Path) -> "Iterator[Rule]":
    for path in sorted(spec.glob("[0-9][0-9]-*.md")):
        title, sections = _chapter(path)
        for section in sections:
            yield _rule(section, path.stem, title)


def read_rules(spec: Path) -> "Mapping[str, Rule]":
    """Read the rules of a specification's folder, by ID, in the order of the text.

    Raises:
        SpecError: a rule's form is broken, an ID is there twice, or there is no rule at all.
    """
    found: dict[str, Rule] = {}
    for rule in _read(spec):
        if rule.id in found:
            message = f"{rule.chapter}: {rule.id} is there already, in {found[rule.id].chapter}; an ID is never reused"
            raise SpecError(message)
        found[rule.id] = rule
    if not found:
        message = f"no rule in {spec.name}; reinstall greentic-session"
        raise SpecError(message)
    return MappingProxyType(found)


@cache
def rules() -> "Mapping[str, Rule]":
    """The rules that this distribution carries, by ID, in the order of the text."""
    return read_rules(folder("spec"))


def hash_of_text(spec: Path) -> str:
    """The SHA-256, in hexadecimal, of a specification's chapters, one after another in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(spec.glob("[0-9][0-9]-*.md")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def spec_hash() -> str:
    """The hash of the text that this distribution carries: two reports with the same one were judged by the same words (rule VER-03)."""
    return hash_of_text(folder("spec"))
