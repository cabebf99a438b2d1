"""The schemas themselves: their form, their names, and that they are whole without a network."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from greentic_session import _shape
from greentic_session.errors import ErrorCode, InvalidInputError
from greentic_session.resources import folder
from greentic_session.schema import load, names

BASE = "https://greentic-ai.github.io/greentic-session/schemas/v1/"
SHAPES = {
    "session-data": _shape.SESSION_DATA,
    "tenant-ctx": _shape.TENANT_CTX,
    "session-cursor": _shape.SESSION_CURSOR,
    "error": _shape.ERROR,
}
OURS = [*SHAPES, "identifier", "session-key"]


def parts(schema):
    """Each schema within a schema, itself included."""
    yield schema
    for held in schema.values():
        for inner in held if isinstance(held, list) else [held]:
            if isinstance(inner, dict):
                yield from parts(inner)


def test_the_schemas_are_there_under_their_names():
    assert set(names()) >= set(OURS)
    assert names() == sorted(names())


@pytest.mark.parametrize("name", names())
def test_a_schema_is_one_of_2020_12_under_its_address(name):
    schema = load(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"{BASE}{name}.schema.json"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", names())
def test_what_a_schema_refers_to_is_beside_it(name):
    for part in parts(load(name)):
        target = part.get("$ref", "#")
        if isinstance(target, str) and not target.startswith("#"):
            assert target.removesuffix(".schema.json") in names()


@pytest.mark.parametrize("name", OURS)
def test_each_property_is_described_and_names_its_rule(name):
    for part in parts(load(name)):
        for member in part.get("properties", {}).values():
            assert member["description"].endswith(".")
            assert re.fullmatch(r"[A-Z]+-\d\d", member["x-rule"])
        if part.get("type") == "object" and "properties" in part:
            assert part["examples"]


@pytest.mark.rule("DATA-18")
@pytest.mark.parametrize("name", OURS)
def test_unknown_members_are_accepted(name):
    for part in parts(load(name)):
        assert part.get("additionalProperties", True) is not False
        assert "unevaluatedProperties" not in part


@pytest.mark.parametrize("name", SHAPES)
def test_a_schema_has_the_members_that_the_reader_knows(name):
    schema, shape = load(name), SHAPES[name]
    assert list(schema["properties"]) == [member.name for member in shape.members]
    assert schema["required"] == [member.name for member in shape.members if member.required]


@pytest.mark.rule("ERR-09")
def test_the_error_codes_are_those_of_the_library():
    assert load("error")["properties"]["code"]["enum"] == [code.value for code in ErrorCode]


def test_a_schema_is_written_as_the_others_are():
    for name in OURS:
        text = (folder("schemas") / "v1" / f"{name}.schema.json").read_text(encoding="utf-8")
        assert text == json.dumps(load(name), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", ["", "session", "../v1/error", "session-data.schema.json"])
def test_there_is_no_schema_of_another_name(name):
    with pytest.raises(InvalidInputError, match=r"there are .*session-data"):
        load(name)
