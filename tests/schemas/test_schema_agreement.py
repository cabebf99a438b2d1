"""The JSON Schema and the library's reader agree on any document, but for what a JSON Schema can't see."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greentic_session._document import NotADocumentError, parse
from greentic_session.errors import InvalidInputError
from greentic_session.model import SessionData
from greentic_session.schema import _validator, _value, validate

# What the reader refuses and the schema takes: rule and message of the fault; why the schema can't see it.
ALLOWED = [
    ("DATA-11", "is written with", "1.0, 1e0 and -0 are integers as values"),
    ("DATA-12", "is written with", "1.0 and 1e0 are integers as values"),
    ("DATA-17", "more than once", "of a repeated member a value holds the last"),
    ("DATA-15", "a string is wanted", "an attribute that a later one of its name replaces is in no value"),
    ("DATA-19", "lone surrogate", "to a schema it is a character"),
]

TOKENS = [
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e0",
    "0.5",
    "4294967296",
    str(2**127),
    str(-(2**127) - 1),
    '""',
    '"x"',
    '"a b"',
    '"a\\n"',
    '"\\u0061"',
    '"\\ud800"',
    '"é"',
    "[]",
    "{}",
    '{"a":1}',
    '{"a":1,"a":"x"}',
    '{"\\udc00":"x"}',
    '{"actor_id":"a","reason":null}',
    '{"unix_millis":-0}',
    '{"unix_millis":1.0}',
    '{"node_pointer":"n"}',
    "01",
    "NaN",
]
NAMES = [
    "env",
    "team",
    "attributes",
    "deadline",
    "attempt",
    "node_pointer",
    "flow_id",
    "pack_id",
    "x",
    "\\ud800",
]

CTX = {
    "env": '"dev"',
    "tenant": '"t"',
    "tenant_id": '"t"',
    "team": '"a"',
    "user_id": '"u"',
    "trace_id": '"x"',
    "attributes": '{"a":"1"}',
    "deadline": '{"unix_millis":5}',
    "attempt": "0",
    "impersonation": '{"actor_id":"a"}',
}
CURSOR = {"node_pointer": '"n"', "wait_reason": '"w"'}
DATA = {"flow_id": '"f"', "pack_id": '"p"', "context_json": '"{}"'}


@st.composite
def objects(draw, members):
    """A JSON object of some members, often with one or two of them altered, left out or repeated."""
    pairs = list(members.items())
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        place = draw(st.integers(0, len(pairs) - 1))
        match draw(st.sampled_from(["alter", "alter", "drop", "add", "repeat"])):
            case "alter":
                pairs[place] = (pairs[place][0], draw(st.sampled_from(TOKENS)))
            case "drop" if len(pairs) > 1:
                del pairs[place]
            case "add":
                pairs.append((draw(st.sampled_from(NAMES)), draw(st.sampled_from(TOKENS))))
            case _:
                pairs.append(pairs[place])
    return "{" + ",".join(f'"{name}":{text}' for name, text in pairs) + "}"


DOCUMENTS = st.builds(
    lambda ctx, cursor: {"tenant_ctx": ctx, **DATA, "cursor": cursor}, objects(CTX), objects(CURSOR)
).flatmap(objects)


def read(document):
    try:
        return SessionData.from_json(document)
    except InvalidInputError:
        return None


@pytest.mark.rule("DATA-13")
@settings(max_examples=500)
@given(DOCUMENTS)
def test_schema_and_reader_agree_but_for_what_is_listed(document):
    value, faults = read(document), validate(document)
    assert (value is None) == bool(faults)
    try:
        taken = _validator("session-data").is_valid(_value(parse(document)))
    except NotADocumentError:
        assert re.search("NaN|:01", document)  # JSON to no reader
        return
    if value is not None:
        assert taken
    elif taken:
        repeated = tuple(fault.pointer for fault in faults if fault.rule == "DATA-17")
        for fault in faults:
            if fault.pointer.startswith(repeated or ("-",)):
                continue  # the schema judges only the last of a repeated member, the reader only the first
            assert any(fault.rule == rule and text in fault.message for rule, text, _ in ALLOWED), fault


@pytest.mark.parametrize(("rule", "text", "reason"), ALLOWED)
def test_each_listed_disagreement_exists(rule, text, reason):
    cases = {
        "DATA-11": ("tenant_ctx", CTX | {"attempt": "1.0"}),
        "DATA-12": ("tenant_ctx", CTX | {"deadline": '{"unix_millis":1.0}'}),
        "DATA-15": ("tenant_ctx", CTX | {"attributes": '{"a":1,"a":"x"}'}),
        "DATA-17": ("cursor", CURSOR | {"node_p\\u006finter": '"n"'}),
        "DATA-19": ("cursor", CURSOR | {"wait_reason": '"\\ud800"'}),
    }
    name, members = cases[rule]
    inner = {"tenant_ctx": CTX, "cursor": CURSOR} | {name: members}
    written = {key: "{" + ",".join(f'"{n}":{t}' for n, t in held.items()) + "}" for key, held in inner.items()}
    document = "{" + ",".join(f'"{n}":{t}' for n, t in (DATA | written).items()) + "}"
    (fault,) = validate(document)
    assert fault.rule == rule
    assert re.search(text, fault.message)
    assert _validator("session-data").is_valid(_value(parse(document)))
    assert reason
