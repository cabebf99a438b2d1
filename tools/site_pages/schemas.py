"""A page for each JSON Schema, and the schema itself at the address that its ``$id`` gives."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from greentic_session_conformance.rules import Rule

from tools.site_pages.schema_type import (
    EXPRESSED,
    Schema,
    bounds_in_words,
    other_members_in_words,
    type_in_words,
)
from tools.site_pages.text import PageError, as_json, json_block, link_rules, prose, rule_link, table

_ENDING: Final = ".schema.json"
_FOLDER: Final = "schemas/v1/"
_TO_SPEC: Final = "../spec/"
_SHOWN_EXAMPLES: Final = 3

_INDEX = """# Schemas

JSON Schemas (2020-12), one for each type of document, each published at exactly the address that its `$id` gives.
A schema can't say all that the specification does: a repeated member, `1.0` in the place of `1` and a lone
surrogate are not visible to it. The rules that each page links to are what counts.
"""


@dataclass(frozen=True)
class Document:
    """A schema's file: its name, its text as it is published, and what it holds."""

    name: str
    text: str
    content: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The schema's own title."""
        return str(self.content.get("title", self.name))


def read_schemas(folder: Path) -> dict[str, Document]:
    """The schemas of ``schemas/v1``, by name; none where there is no such folder.

    Raises:
        PageError: an ``$id`` isn't the address at which the file is published.
    """
    found: dict[str, Document] = {}
    for path in sorted(folder.glob(f"*{_ENDING}")):
        text = path.read_text(encoding="utf-8")
        document = Document(path.name.removesuffix(_ENDING), text, json.loads(text))
        identifier = str(document.content.get("$id", ""))
        if not urlsplit(identifier).scheme or not identifier.endswith(f"/{_FOLDER}{path.name}"):
            raise PageError(f"{path.name}: its $id is {identifier!r}, but it is published at …/{_FOLDER}{path.name}")
        found[document.name] = document
    return found


def schema_pages(folder: Path, documents: Mapping[str, Document], rules: Mapping[str, Rule]) -> dict[str, str]:
    """The schemas, a page for each and the list of them, by their path in the site.

    Args:
        folder: ``schemas/v1``, for its examples.
        documents: the schemas.
        rules: the registry, for links.

    Raises:
        PageError: a schema refers to a rule or a definition that doesn't exist.
    """
    examples = _examples(folder / "examples" / "valid", documents)
    pages = {"schemas/index.md": _index(documents)}
    for name, document in documents.items():
        pages[f"schemas/{name}.md"] = _Page(document, documents, rules).markdown(examples.get(name, []))
        pages[f"{_FOLDER}{name}{_ENDING}"] = document.text
    return pages


def _index(documents: Mapping[str, Document]) -> str:
    if not documents:
        return f"{_INDEX}\nThis edition comes without schemas.\n"
    rows = [
        [
            f"[{prose(document.title)}]({name}.md)",
            _summary(document),
            f"[`{name}{_ENDING}`](v1/{name}{_ENDING})",
        ]
        for name, document in documents.items()
    ]
    return f"{_INDEX}\n{table(['Document', 'What it is', 'Schema'], rows, 'schemas')}\n"


def _summary(document: Document) -> str:
    return prose(re.split(r"(?<=\.)\s", str(document.content.get("description", "")), maxsplit=1)[0])


def _examples(folder: Path, documents: Mapping[str, Document]) -> dict[str, list[Path]]:
    """The example files of each schema: in a folder of its name, or named after it."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.json")):
        named = path.relative_to(folder).as_posix()
        owners = [name for name in documents if re.match(rf"{re.escape(name)}[/.\-_]", named)]
        if owners:
            found.setdefault(max(owners, key=len), []).append(path)
    return found


@dataclass
class _Page:
    document: Document
    documents: Mapping[str, Document]
    rules: Mapping[str, Rule]
    waiting: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def markdown(self, example_files: Sequence[Path]) -> str:
        schema = self.document.content
        raw = f"v1/{self.document.name}{_ENDING}"
        parts = [
            f"# {prose(self.document.title)}",
            self._paragraphs(schema.get("description", "")),
            f"[{prose(str(schema['$id']))}]({raw})\n{{ .schema-id }}",
            *self._body("", schema, "## Members"),
        ]
        self.waiting += [(key, f"def-{key}", value) for key, value in schema.get("$defs", {}).items()]
        while self.waiting:
            title, anchor, nested = self.waiting.pop(0)
            parts += self._section(title, anchor, nested)
        parts += self._examples(schema.get("examples", []), example_files)
        return "\n\n".join(part for part in parts if part) + "\n"

    def _section(self, title: str, anchor: str, schema: Schema) -> list[str]:
        heading = f"## {title} {{ #{anchor} }}"
        if isinstance(schema, bool):
            return [heading, self._words(title, schema).capitalize() + "."]
        return [heading, self._paragraphs(schema.get("description", "")), *self._body(title, schema, "")]

    def _body(self, path: str, schema: Mapping[str, Any], heading: str) -> list[str]:
        """What a schema says of a value, without its description and its examples."""
        parts = [self._rule_line(schema)]
        if "properties" in schema:
            rows = [self._row(path, name, member, schema) for name, member in schema["properties"].items()]
            parts += [
                heading,
                table(["Member", "Type", "Required", "Meaning", "Rule"], rows, "members"),
                other_members_in_words(schema, lambda part: self._words(f"{path}.*", part)),
            ]
        else:
            bounds = bounds_in_words(schema)
            words = self._words(path, schema)
            parts.append(f"**Type:** {words}{': ' if bounds else ''}{'; '.join(bounds)}.")
        rest = {key: value for key, value in schema.items() if key not in EXPRESSED}
        if "properties" in schema:
            rest |= {key: schema[key] for key in ("anyOf", "oneOf") if key in schema}
        if rest:
            parts += ["Besides, in the words of the schema:", json_block(rest)]
        return parts

    def _row(self, path: str, name: str, member: Schema, owner: Mapping[str, Any]) -> list[str]:
        words = self._words(f"{path}.{name}".lstrip("."), member)
        required = "required" if name in owner.get("required", ()) else "optional"
        facts = {} if isinstance(member, bool) else member
        bounds = bounds_in_words(member)
        rest = {key: value for key, value in facts.items() if key not in EXPRESSED}
        meaning = [self._linked(facts.get("description", "")), f"({'; '.join(bounds)})" if bounds else ""]
        meaning += [f"`{as_json({key: value})}`" for key, value in rest.items()]
        rule = ", ".join(self._rule_links(facts))
        return [
            f"`{name}`",
            words,
            required,
            " ".join(part for part in meaning if part).replace("|", "&#124;"),
            rule,
        ]

    def _words(self, path: str, schema: Schema) -> str:
        def nested(part: Mapping[str, Any]) -> str:
            anchor = "member-" + re.sub(r"[^\w.-]", "", path)
            self.waiting.append((f"`{path}`", anchor, part))
            return f"[object](#{anchor})"

        return type_in_words(schema, self._reference, nested)

    def _reference(self, reference: str) -> str:
        address, _, fragment = reference.partition("#")
        name = address.rsplit("/", 1)[-1].removesuffix(_ENDING) or self.document.name
        if name not in self.documents:
            raise PageError(f"{self.document.name}: {reference!r} is none of the schemas")
        target = self.documents[name]
        page = "" if name == self.document.name else f"{name}.md"
        if not fragment:
            return f"[{prose(target.title)}]({page or f'{name}.md'})"
        definition = fragment.removeprefix("/$defs/")
        if definition not in target.content.get("$defs", {}):
            raise PageError(f"{self.document.name}: {reference!r} leads to no definition")
        return f"[{definition}]({page}#def-{definition})"

    def _rule_links(self, schema: Mapping[str, Any]) -> list[str]:
        named = schema.get("x-rule", [])
        names = [named] if isinstance(named, str) else named
        unknown = [name for name in names if name not in self.rules]
        if unknown:
            raise PageError(f"{self.document.name}: x-rule names {', '.join(unknown)}, which is no rule")
        return [rule_link(self.rules[name], _TO_SPEC) for name in names]

    def _rule_line(self, schema: Mapping[str, Any]) -> str:
        links = ", ".join(self._rule_links(schema))
        return f"**Rules:** {links}" if links else ""

    def _linked(self, text: str) -> str:
        return link_rules(prose(text), self.rules, _TO_SPEC)

    def _paragraphs(self, text: str) -> str:
        return "\n\n".join(self._linked(paragraph) for paragraph in str(text).split("\n\n"))

    def _examples(self, values: Sequence[Any], files: Sequence[Path]) -> list[str]:
        blocks = [json_block(value) for value in values]
        room = max(0, _SHOWN_EXAMPLES - len(blocks))
        for path in files[:room]:
            blocks += [f"`{path.name}`:", f"```json\n{path.read_text(encoding='utf-8').strip()}\n```"]
        return ["## Examples", *blocks] if blocks else []
