"""A JSON Schema in words: what type a value has and what bounds it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tools.site_pages.text import as_json, code

Schema = Mapping[str, Any] | bool

#: Keywords that the words below express; whatever else a schema holds is shown as JSON, never left out.
EXPRESSED: Final = frozenset(
    {
        "$anchor",
        "$comment",
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "anyOf",
        "const",
        "default",
        "deprecated",
        "description",
        "enum",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "oneOf",
        "pattern",
        "prefixItems",
        "properties",
        "readOnly",
        "required",
        "title",
        "type",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
        "writeOnly",
        "x-rule",
    }
)


def type_in_words(schema: Schema, reference: Callable[[str], str], nested: Callable[[Mapping[str, Any]], str]) -> str:
    """What a value may be, in a few words of Markdown.

    Args:
        schema: the schema of the value.
        reference: gives a link for a ``$ref``.
        nested: gives words for an object that lists its own members, which need a table elsewhere.
    """
    if isinstance(schema, bool):
        return "any value" if schema else "nothing"

    def words(part: Schema) -> str:
        return type_in_words(part, reference, nested)

    if "$ref" in schema:
        return reference(schema["$ref"])
    if "const" in schema:
        return code(as_json(schema["const"]))
    if "enum" in schema:
        return "one of " + ", ".join(code(as_json(value)) for value in schema["enum"])
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema and not schema.keys() & {"properties"}:
            return " or ".join(dict.fromkeys(words(part) for part in schema[keyword]))
    if "properties" in schema:
        return nested(schema)
    types = schema.get("type", [])
    names = [types] if isinstance(types, str) else types
    return " or ".join(_named(name, schema, words) for name in names) or "any value"


def _named(name: str, schema: Mapping[str, Any], words: Callable[[Schema], str]) -> str:
    if name == "array":
        first = [words(part) for part in schema.get("prefixItems", ())]
        rest = schema.get("items", True)
        if first:
            tail = "" if rest is False else f", then {words(rest)}"
            return f"array: {', '.join(first)}{tail}"
        return "array" if rest is True else f"array of {words(rest)}"
    if name == "object":
        others = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        return "object" if isinstance(others, bool) else f"object whose values are {words(others)}"
    return name


def bounds_in_words(schema: Schema) -> list[str]:
    """The bounds of a value, each in a few words of Markdown."""
    if isinstance(schema, bool):
        return []
    phrases = [
        *_range(schema),
        *_sizes(schema, "Length", "character"),
        *_sizes(schema, "Items", "item"),
        *_sizes(schema, "Properties", "member"),
    ]
    if "pattern" in schema:
        phrases.append(f"matches {code(schema['pattern'])}")
    if "format" in schema:
        phrases.append(f"format {code(schema['format'])}")
    if schema.get("uniqueItems"):
        phrases.append("no item twice")
    if "default" in schema:
        phrases.append(f"{code(as_json(schema['default']))} where absent")
    phrases += [word for key, word in _MARKS.items() if schema.get(key)]
    items = schema.get("items")
    if isinstance(items, dict):
        phrases += [f"each item {phrase}" for phrase in bounds_in_words(items)]
    return phrases


_MARKS: Final = {"deprecated": "deprecated", "readOnly": "read only", "writeOnly": "write only"}
_RANGE: Final = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def _range(schema: Mapping[str, Any]) -> list[str]:
    if {"minimum", "maximum"} <= schema.keys():
        return [f"from {as_json(schema['minimum'])} to {as_json(schema['maximum'])}"]
    return [f"{word} {as_json(schema[key])}" for key, word in _RANGE.items() if key in schema]


def _sizes(schema: Mapping[str, Any], ending: str, thing: str) -> list[str]:
    least, most = schema.get(f"min{ending}"), schema.get(f"max{ending}")
    phrases: list[str] = []
    if least:
        phrases.append(f"at least {_counted(least, thing)}")
    if most is not None:
        phrases.append(f"at most {_counted(most, thing)}")
    return phrases


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def other_members_in_words(schema: Mapping[str, Any], words: Callable[[Schema], str]) -> str:
    """Whether an object may have members that it doesn't list."""
    others: Schema = schema.get("unevaluatedProperties", schema.get("additionalProperties", True))
    if others is False:
        return "No other members."
    if others is True:
        return "Other members are allowed."
    return f"Every other member: {words(others)}."
