"""The examples of the schemas: valid ones are taken, invalid ones refused for the reason in their name."""

import json

import pytest
from jsonschema import Draft202012Validator

from greentic_session.errors import InvalidInputError
from greentic_session.model import SessionData, TenantCtx
from greentic_session.resources import folder
from greentic_session.schema import load, names, validate

EXAMPLES = folder("schemas") / "v1" / "examples"
VALID = sorted((EXAMPLES / "valid").rglob("*.json"))
KINDS = {"session-data": SessionData, "tenant-ctx": TenantCtx}
REASONS = {
    "error/code-a-number": ("/code", "ERR-09", "no error code"),
    "conformance-report/verdict-unknown": ("/verdict", "VERD-01", "none of the values known"),
    "conformance-report/seed-missing": ("", None, "seed is missing"),
    "deviations/expires-missing": ("/deviation/0", "VERD-18", "expires is missing"),
    "deviations/expires-with-a-time": ("/deviation/0/expires", "VERD-19", "pattern"),
    "deviations/intermittent-a-text": ("/deviation/0/intermittent", "VERD-19", "boolean is wanted"),
    "deviations/link-a-file": ("/deviation/0/link", "VERD-18", "pattern"),
    "deviations/link-missing": ("/deviation/0", "VERD-18", "link is missing"),
    "deviations/member-unknown": ("/deviation/0", "VERD-18", "members that don't belong here"),
    "deviations/no-deviation": ("/deviation", "VERD-18", "minItems 1"),
    "deviations/reason-blank": ("/deviation/0/reason", "VERD-18", "pattern"),
    "deviations/reason-missing": ("/deviation/0", "VERD-18", "reason is missing"),
    "deviations/rule-a-family": ("/deviation/0/rule", "VER-01", "pattern"),
    "error/code-unknown": ("/code", "ERR-09", "no error code"),
    "error/message-missing": ("", "DATA-07", "message is missing"),
    "identifier/a-number": ("", "DATA-21", "a number"),
    "identifier/empty": ("", "DATA-20", "an empty id"),
    "identifier/final-line-feed": ("", "DATA-20", "a control or format character at character 2"),
    "identifier/with-a-space": ("", "DATA-20", "white space at character 2"),
    "session-cursor/node-pointer-missing": ("", "DATA-07", "node_pointer is missing"),
    "session-cursor/wait-reason-a-number": ("/wait_reason", "DATA-21", "a number"),
    "session-data/an-array": ("", "DATA-21", "an array"),
    "session-data/attempt-missing": ("/tenant_ctx", "DATA-07", "attempt is missing"),
    "session-data/byte-order-mark": ("", "DATA-13", "byte-order mark"),
    "session-data/context-json-an-object": ("/context_json", "DATA-21", "an object"),
    "session-data/context-json-lone-surrogate": ("/context_json", "DATA-19", "a lone surrogate"),
    "session-data/cursor-null": ("/cursor", "DATA-07", "null"),
    "session-data/empty-text": ("", "DATA-13", "no JSON document"),
    "session-data/flow-id-repeated": ("/flow_id", "DATA-17", "more than once"),
    "session-data/flow-id-with-a-space": ("/flow_id", "DATA-20", "white space"),
    "session-data/invalid-utf-8": ("", "DATA-13", "UTF-8"),
    "session-data/member-name-lone-surrogate": ("", "DATA-19", "name has a lone surrogate"),
    "session-data/nan-in-an-unknown-member": ("", "DATA-13", "NaN"),
    "session-data/nested-too-deep": ("", "DATA-22", "deeper than 256"),
    "session-data/node-pointer-missing": ("/cursor", "DATA-07", "node_pointer is missing"),
    "session-data/pack-id-empty": ("/pack_id", "DATA-20", "an empty id"),
    "session-data/raw-control-character": ("", "DATA-13", "control character"),
    "session-data/tenant-ctx-an-array": ("/tenant_ctx", "DATA-21", "an array"),
    "session-data/tenant-ctx-missing": ("", "DATA-07", "tenant_ctx is missing"),
    "session-data/trailing-comma": ("", "DATA-13", "no JSON document"),
    "session-data/two-documents": ("", "DATA-13", "Extra data"),
    "session-key/a-number": ("", "DATA-21", "a number"),
    "session-key/lone-surrogate": ("", "DATA-19", "a lone surrogate"),
    "session-key/null": ("", "DATA-21", "null"),
    "tenant-ctx/actor-id-missing": ("/impersonation", "DATA-07", "actor_id is missing"),
    "tenant-ctx/attempt-a-string": ("/attempt", "DATA-11", "a string"),
    "tenant-ctx/attempt-exponent": ("/attempt", "DATA-11", "1e0 is written with an exponent"),
    "tenant-ctx/attempt-fraction": ("/attempt", "DATA-11", "1.0 is written with a fraction"),
    "tenant-ctx/attempt-leading-zero": ("", "DATA-13", "no JSON document"),
    "tenant-ctx/attempt-minus-zero": ("/attempt", "DATA-11", "-0 is written with a sign"),
    "tenant-ctx/attempt-negative": ("/attempt", "DATA-11", "-1 is out of range"),
    "tenant-ctx/attempt-null": ("/attempt", "DATA-07", "null"),
    "tenant-ctx/attempt-too-great": ("/attempt", "DATA-11", "4294967296 is out of range"),
    "tenant-ctx/attempt-true": ("/attempt", "DATA-11", "true"),
    "tenant-ctx/attributes-an-array": ("/attributes", "DATA-15", "an array"),
    "tenant-ctx/attributes-null": ("/attributes", "DATA-15", "null"),
    "tenant-ctx/attributes-value-null": ("/attributes/a~1b", "DATA-15", "null"),
    "tenant-ctx/deadline-a-number": ("/deadline", "DATA-21", "a number"),
    "tenant-ctx/deadline-below-128-bits": ("/deadline/unix_millis", "DATA-12", "out of range"),
    "tenant-ctx/deadline-beyond-128-bits": ("/deadline/unix_millis", "DATA-12", "out of range"),
    "tenant-ctx/deadline-empty": ("/deadline", "DATA-07", "unix_millis is missing"),
    "tenant-ctx/deadline-fraction": ("/deadline/unix_millis", "DATA-12", "a fraction"),
    "tenant-ctx/env-with-a-line-feed": ("/env", "DATA-20", "a control or format character"),
    "tenant-ctx/team-with-a-colon": ("/team", "DATA-20", "punctuation"),
    "tenant-ctx/tenant-id-missing": ("", "DATA-07", "tenant_id is missing"),
    "tenant-ctx/tenant-null": ("/tenant", "DATA-07", "null"),
    "tenant-ctx/user-outside-ascii": ("/user", "DATA-20", "a letter outside ASCII"),
}


def name_of(path):
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.rule("DATA-13")
@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_a_valid_example_is_taken(path):
    text = path.read_bytes()
    assert validate(text, path.parent.name) == []
    if kind := KINDS.get(path.parent.name):
        value = kind.from_json(text)
        assert kind.from_json(value.to_json()) == value


@pytest.mark.parametrize("name", REASONS)
def test_an_invalid_example_is_refused_for_the_reason_in_its_name(name):
    pointer, rule, reason = REASONS[name]
    schema, _, _ = name.partition("/")
    text = (EXAMPLES / "invalid" / f"{name}.json").read_bytes()
    (fault,) = validate(text, schema)
    assert (fault.pointer, fault.rule) == (pointer, rule)
    assert reason in fault.message
    if kind := KINDS.get(schema):
        with pytest.raises(InvalidInputError) as caught:
            kind.from_json(text)
        assert fault.message in caught.value.message


def test_each_invalid_example_has_its_reason_here():
    # Examples of the documents that other parts of the project define are tested beside those.
    owned = {name.partition("/")[0] for name in REASONS}
    there = {name_of(path) for path in (EXAMPLES / "invalid").rglob("*.json") if path.parent.name in owned}
    assert there == set(REASONS)
    assert {path.parent.name for path in VALID} >= owned


@pytest.mark.parametrize("name", names())
def test_the_examples_within_a_schema_are_valid(name):
    schema = load(name)
    assert schema["examples"]
    for example in schema["examples"]:
        assert validate(json.dumps(example), name) == []
    for member in schema.get("properties", {}).values():
        for example in member.get("examples", []):
            assert Draft202012Validator(member).is_valid(example)
