"""What is read and what is refused: numbers, strings and ids within a document."""

import json

import pytest

from greentic_session.errors import InvalidInputError
from greentic_session.model import InvocationDeadline, SessionData, TenantCtx


def context(**members):
    """A context as text; the members' values are JSON text themselves."""
    given = {"env": '"dev"', "tenant": '"t"', "tenant_id": '"t"', "attempt": "0", **members}
    return "{" + ",".join(f'"{name}":{text}' for name, text in given.items()) + "}"


def session(text):
    return f'{{"tenant_ctx":{context()},"flow_id":"f","cursor":{{"node_pointer":"n"}},"context_json":{text}}}'


def deadline(token):
    return context(deadline=f'{{"unix_millis":{token}}}')


def refused(text, rule, place="", kind=TenantCtx):
    for form in (text, text.encode()) if isinstance(text, str) else (text,):
        with pytest.raises(InvalidInputError) as caught:
            kind.from_json(form)
        assert f"({rule})" in caught.value.message
        assert caught.value.message.startswith(f"{kind.__name__} {place}" if place else kind.__name__)
    return caught.value.message


@pytest.mark.rule("DATA-11")
@pytest.mark.parametrize("token", ["0", "1", "4294967295"])
def test_attempt_is_an_unsigned_integer_of_32_bits(token):
    assert TenantCtx.from_json(context(attempt=token)).attempt == int(token)


@pytest.mark.rule("DATA-11")
@pytest.mark.parametrize(
    "token",
    ["-1", "4294967296", "1" * 6000, "1.0", "1e0", "1E+0", "0.0", "-0", '"1"', "true", "false", "[0]", "{}"],
    ids=lambda token: token[:12],
)
def test_attempt_is_nothing_else(token):
    refused(context(attempt=token), "DATA-11", "/attempt")


@pytest.mark.rule("DATA-11")
def test_attempt_has_no_leading_zero():
    refused(context(attempt="00"), "DATA-13")


@pytest.mark.rule("DATA-11")
@pytest.mark.rule("DATA-07")
def test_attempt_is_required():
    refused(context(attempt="null"), "DATA-07", "/attempt")
    refused(context().replace(',"attempt":0', ""), "DATA-07")


@pytest.mark.rule("DATA-12")
@pytest.mark.parametrize("token", ["0", "-0", "-1", str(2**63), str(2**64), str(-(2**127)), str(2**127 - 1)])
def test_a_deadline_is_a_signed_integer_of_128_bits(token):
    ctx = TenantCtx.from_json(deadline(token))
    assert ctx.deadline == InvocationDeadline(int(token))
    assert f'"unix_millis":{int(token)}}}' in ctx.to_json().decode()


@pytest.mark.rule("DATA-12")
@pytest.mark.parametrize(
    "token",
    [str(2**127), str(-(2**127) - 1), "9" * 6000, "1.0", "1e3", "-0.0", '"1"', "true"],
    ids=lambda token: token[:12],
)
def test_a_deadline_is_nothing_else(token):
    refused(deadline(token), "DATA-12", "/deadline/unix_millis")


@pytest.mark.rule("DATA-19")
@pytest.mark.parametrize("text", [r'"\ud800"', r'"\udfff"', r'"\ud83d\ud83d"', r'"\ude00\ud83d"', r'"\ud83d\\ude00"'])
def test_a_lone_surrogate_in_a_kept_string_is_refused(text):
    refused(session(text), "DATA-19", "/context_json", SessionData)
    refused(context(attributes=f'{{"a":{text}}}'), "DATA-19", "/attributes")
    refused(context(user=text), "DATA-19", "/user")


@pytest.mark.rule("DATA-13")
@pytest.mark.parametrize("character", [chr(code) for code in range(0x20)], ids=ascii)
def test_a_raw_control_character_is_refused(character):
    refused(session(f'"{character}"'), "DATA-13", kind=SessionData)


@pytest.mark.rule("DATA-13")
@pytest.mark.parametrize("wrong", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"])
def test_invalid_utf_8_is_refused(wrong):
    refused(session('"@"').encode().replace(b"@", wrong), "DATA-13", kind=SessionData)


@pytest.mark.rule("DATA-13")
def test_text_that_utf_8_cannot_carry_is_refused():
    with pytest.raises(InvalidInputError, match="lone surrogate at character 18"):
        TenantCtx.from_json('{"env":"dev","x":\ud800}')


@pytest.mark.rule("DATA-23")
@pytest.mark.parametrize(
    "character",
    ["\0", "\x7f", "\u2028", "\ufeff", "\ud7ff", "\ue000", "\uffff", "😀", "\U0010ffff"],
    ids=ascii,
)
def test_any_other_character_is_kept(character):
    for spelling in (json.dumps(character), json.dumps(character, ensure_ascii=False)):
        assert SessionData.from_json(session(spelling)).context_json == character
        ctx = TenantCtx.from_json(context(attributes=f"{{{spelling}:{spelling}}}", flow_id=spelling))
        assert (ctx.attributes, ctx.flow_id) == ({character: character}, character)
        assert TenantCtx.from_json(ctx.to_json()) == ctx


@pytest.mark.rule("DATA-20")
@pytest.mark.parametrize(
    "value",
    ["", " ", "a b", "a:b", "é", "٣", "a/", "a\n", "\0", "x" * 1000 + "!"],
    ids=lambda v: ascii(v[:5]),
)
@pytest.mark.parametrize("name", ["env", "tenant", "tenant_id", "team", "team_id", "user", "user_id"])
def test_what_is_no_id_is_refused_without_being_told(name, value):
    message = refused(context(**{name: json.dumps(value)}), "DATA-20", f"/{name}")
    assert "xxx" not in message
    assert len(message) < 300


@pytest.mark.rule("DATA-20")
@pytest.mark.parametrize("value", ["-", ".", "_", "0", "aZ09._-", "x" * 100_000], ids=lambda v: v[:7])
def test_an_id_is_of_any_length(value):
    assert TenantCtx.from_json(context(team=json.dumps(value))).team == value
