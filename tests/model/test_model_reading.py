"""What is read and what is refused: objects, members, and the text as a whole."""

import json
import time

import pytest

from greentic_session.errors import InvalidInputError
from greentic_session.model import SessionData, TenantCtx

BASE = (
    '{"tenant_ctx":{"env":"dev","tenant":"t","tenant_id":"t"CTX,"attempt":ATTEMPT},"flow_id":"f"DATA,'
    '"cursor":{"node_pointer":"n"CURSOR},"context_json":CONTEXT}'
)
REST = {"CTX": "", "DATA": "", "CURSOR": "", "ATTEMPT": "0", "CONTEXT": '"{}"'}


def document(**parts):
    text = BASE
    for name, default in REST.items():
        text = text.replace(name, parts.get(name, default))
    return text


def refused(text, rule, place=""):
    for form in (text, text.encode()) if isinstance(text, str) else (text,):
        with pytest.raises(InvalidInputError) as caught:
            SessionData.from_json(form)
        assert f"({rule})" in caught.value.message
        assert caught.value.message.startswith(f"SessionData {place}" if place else "SessionData")
    return caught.value.message


PLAIN = SessionData.from_json(document())
OPTIONAL = [name for name in TenantCtx.__struct_fields__[3:] if name not in {"attributes", "attempt"}]
UNKNOWN = [
    "1",
    "null",
    "1e999999",
    "-0",
    "1" * 100_000,
    '"' + "x" * 1_000_000 + '"',
    '{"a":1,"a":2}',
    r'"\ud800"',
    r'{"\udfff":"\ud83d\ud83d"}',
    "[" * 200 + "]" * 200,
    '{"a":' * 200 + "0" + "}" * 200,
]


@pytest.mark.rule("DATA-18")
@pytest.mark.rule("DATA-22")
@pytest.mark.parametrize("value", UNKNOWN, ids=lambda value: f"{value[:12]}-{len(value)}")
@pytest.mark.parametrize("level", ["DATA", "CTX", "CURSOR"])
def test_an_unknown_member_is_dropped_whatever_it_holds(level, value):
    assert SessionData.from_json(document(**{level: f',"later":{value}'})) == PLAIN


@pytest.mark.rule("DATA-18")
def test_an_unknown_member_may_be_repeated():
    assert SessionData.from_json(document(DATA=',"later":1,"later":2')) == PLAIN


@pytest.mark.rule("DATA-13")
@pytest.mark.parametrize(
    "value", ['"\x01"', r'"\x"', r'"\u12"', r'"\u+123"', "NaN", "-Infinity", "01", "+1", "1.", ".5", "tru"]
)
def test_what_is_dropped_is_json_all_the_same(value):
    refused(document(DATA=f',"later":{value}'), "DATA-13")


@pytest.mark.rule("DATA-13")
def test_what_is_dropped_is_utf_8_all_the_same():
    refused(document(DATA=',"later":"@"').encode().replace(b"@", b"\xc3\x28"), "DATA-13")


@pytest.mark.rule("DATA-19")
@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"DATA": r',"\ud800":1'}, ""),
        ({"CTX": r',"\ud800":1'}, "/tenant_ctx"),
        ({"CURSOR": r',"\ud800":1'}, "/cursor"),
        ({"CTX": r',"attributes":{"\udc00":"x"}'}, "/tenant_ctx/attributes"),
        ({"CTX": r',"deadline":{"unix_millis":0,"\udc00":0}'}, "/tenant_ctx/deadline"),
        ({"CTX": r',"impersonation":{"actor_id":"a","\udc00":0}'}, "/tenant_ctx/impersonation"),
    ],
)
def test_a_lone_surrogate_in_a_name_at_a_kept_level_is_refused(parts, place):
    refused(document(**parts), "DATA-19", place)


@pytest.mark.rule("DATA-22")
@pytest.mark.parametrize("levels", [1_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), ["[]", ('{"a":', "}")])
def test_great_depth_is_refused_at_once_and_cleanly(levels, opening, closing):
    text = document(DATA=f',"later":{opening * levels}0{closing * levels}')
    started = time.process_time()
    refused(text, "DATA-22")
    refused(text[: len(text) // 2], "DATA-22")
    assert time.process_time() - started < 5


@pytest.mark.rule("DATA-22")
def test_brackets_within_strings_are_no_depth():
    held = json.dumps("[" * 10_000 + '\\"' * 1_000)
    assert SessionData.from_json(" " + document(CONTEXT=held)).context_json == json.loads(held)


@pytest.mark.rule("DATA-22")
def test_an_unclosed_string_of_many_quotes_is_refused_at_once():
    started = time.process_time()
    refused("[" * 255 + '"' + '\\"[[' * 300_000, "DATA-13")
    assert time.process_time() - started < 5


@pytest.mark.rule("DATA-14")
@pytest.mark.parametrize("name", OPTIONAL)
def test_an_optional_member_that_is_null_reads_as_absent(name):
    assert SessionData.from_json(document(CTX=f',"{name}":null')) == PLAIN


@pytest.mark.rule("DATA-14")
def test_optional_members_of_the_other_objects_may_be_null():
    text = document(
        CTX=',"impersonation":{"actor_id":"a","reason":null}',
        DATA=',"pack_id":null',
        CURSOR=',"wait_reason":null,"outbox_marker":null',
    )
    data = SessionData.from_json(text)
    assert data.tenant_ctx.impersonation.reason is None
    assert (data.pack_id, data.cursor) == (None, PLAIN.cursor)


@pytest.mark.rule("DATA-15")
def test_attributes_may_be_absent_or_empty():
    assert SessionData.from_json(document(CTX=',"attributes":{}')) == PLAIN
    assert PLAIN.tenant_ctx.attributes == {}


@pytest.mark.rule("DATA-15")
@pytest.mark.parametrize("value", ["null", "[]", '"x"', '{"a":null}', '{"a":1}', '{"a":{}}', '{"a":1,"a":"x"}'])
def test_attributes_are_an_object_of_strings(value):
    refused(document(CTX=f',"attributes":{value}'), "DATA-15", "/tenant_ctx/attributes")


@pytest.mark.rule("DATA-16")
def test_of_a_key_repeated_in_attributes_the_last_wins():
    data = SessionData.from_json(document(CTX=r',"attributes":{"a":"1","b":"2","\u0061":"3"}'))
    assert data.tenant_ctx.attributes == {"a": "3", "b": "2"}


@pytest.mark.rule("DATA-17")
@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"DATA": ',"flow_id":"f"'}, "/flow_id"),
        ({"DATA": ',"pack_id":null,"pack_id":null'}, "/pack_id"),
        ({"DATA": ',"cursor":{"node_pointer":"n"}'}, "/cursor"),
        ({"CTX": r',"\u0065nv":"dev"'}, "/tenant_ctx/env"),
        ({"CTX": ',"attributes":{},"attributes":{}'}, "/tenant_ctx/attributes"),
        ({"CTX": ',"deadline":{"unix_millis":1,"unix_millis":1}'}, "/tenant_ctx/deadline/unix_millis"),
        ({"CURSOR": ',"node_pointer":"n"'}, "/cursor/node_pointer"),
    ],
)
def test_a_known_member_repeated_is_refused(parts, place):
    refused(document(**parts), "DATA-17", place)


@pytest.mark.rule("DATA-07")
@pytest.mark.parametrize("name", ["env", "tenant", "tenant_id", "flow_id", "node_pointer", "context_json"])
def test_a_required_member_is_neither_absent_nor_null(name):
    value = json.loads(document())
    holders = {"node_pointer": value["cursor"], "flow_id": value, "context_json": value}
    holder = holders.get(name, value["tenant_ctx"])
    assert holder[name]
    holder[name] = None
    assert f"/{name}: null" in refused(json.dumps(value), "DATA-07")
    del holder[name]
    assert f"{name} is missing" in refused(json.dumps(value), "DATA-07")


@pytest.mark.rule("DATA-21")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('["dev"]', ""),
        ('[["dev","t","t",0],"f",["n"],"{}"]', ""),
        (json.dumps({**json.loads(document()), "tenant_ctx": ["dev", "t", "t"]}), "/tenant_ctx"),
        (json.dumps({**json.loads(document()), "cursor": ["n"]}), "/cursor"),
        (json.dumps({**json.loads(document()), "cursor": "n"}), "/cursor"),
        (document(CTX=',"deadline":[1]'), "/tenant_ctx/deadline"),
        (document(CTX=',"deadline":1'), "/tenant_ctx/deadline"),
        (document(CONTEXT="{}"), "/context_json"),
        (document(CONTEXT="1"), "/context_json"),
        (document(CTX=',"team":7'), "/tenant_ctx/team"),
        (document(CTX=',"session_id":false'), "/tenant_ctx/session_id"),
    ],
)
def test_a_value_of_another_type_is_refused(text, place):
    refused(text, "DATA-21", place)


@pytest.mark.rule("DATA-13")
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\ufeff" + document(),
        document() + document(),
        document() + "x",
        document()[:-1] + ",}",
        document()[:-1],
        "NaN",
    ],
)
def test_what_is_not_one_document_is_refused(text):
    refused(text, "DATA-13")


@pytest.mark.rule("DATA-13")
def test_white_space_around_is_accepted():
    assert SessionData.from_json(f" \t\r\n{document()} \t\r\n") == PLAIN
    refused("\x0b" + document(), "DATA-13")
    refused("\u00a0" + document(), "DATA-13")


@pytest.mark.rule("DATA-24")
def test_pairs_that_differ_are_given_back_as_they_were():
    given = ',"team":"a","team_id":"b","user":"c","user_id":"d","session_id":"","flow_id":"a b"'
    text = document(CTX=given).replace('"tenant":"t"', '"tenant":"old"')
    ctx = SessionData.from_json(text).tenant_ctx
    assert (ctx.tenant, ctx.tenant_id, ctx.effective_team, ctx.effective_user) == ("old", "t", "b", "d")
    assert SessionData.from_json(text).to_json().decode() == text


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_other_forms_of_bytes_are_read(kind):
    assert SessionData.from_json(kind(document().encode())) == PLAIN


def test_what_is_no_text_is_refused():
    with pytest.raises(InvalidInputError, match="got dict, must be bytes or str"):
        SessionData.from_json({})


def test_a_context_is_read_alone():
    text = ' {"env":"dev","tenant":"t","tenant_id":"t","attempt":2}'
    assert TenantCtx.from_json(text) == TenantCtx("dev", "t", "t", attempt=2)
    with pytest.raises(InvalidInputError, match="TenantCtx: attempt is missing"):
        TenantCtx.from_json('{"env":"dev","tenant":"t","tenant_id":"t"}')


def test_the_message_tells_places_and_no_content():
    secret = "zq81"
    ctx = f',"user":"{secret}!","attributes":{{"{secret}":7}},"team":"{secret} ","user_id":[]'
    message = refused(document(ATTEMPT="-1", CTX=ctx, CONTEXT=f'"{secret}"'), "DATA-15")
    assert message.startswith("SessionData /tenant_ctx/user: an id of 5 characters with punctuation at character 5;")
    assert "SessionData /tenant_ctx/attributes/*: a number" in message
    assert secret not in message
    assert message.endswith("and 2 more")
