"""The canonical text of values."""

import json

import pytest

from greentic_session.model import (
    Impersonation,
    InvocationDeadline,
    SessionCursor,
    SessionData,
    TenantCtx,
)

FULL = TenantCtx(
    "dev",
    "t",
    "t2",
    "team",
    "team2",
    "user",
    "user2",
    "s",
    "f",
    "n",
    "p",
    "tr",
    "i18n",
    "c",
    {"b": "2", "a": "1"},
    InvocationDeadline(2**127 - 1),
    7,
    "idem",
    Impersonation("actor", "why"),
)


def context_written(text):
    data = SessionData(TenantCtx.new("dev", "t"), "f", SessionCursor("n"), text)
    written = data.to_json()
    assert SessionData.from_json(written) == data
    return written.rpartition(b'"context_json":')[2][:-1]


@pytest.mark.rule("DATA-25")
def test_members_stand_in_the_order_of_the_format():
    data = SessionData(FULL, "flow", SessionCursor("n", "w", "o"), "{}", "pack")
    written = data.to_json().decode()
    assert written == (
        '{"tenant_ctx":{"env":"dev","tenant":"t","tenant_id":"t2","team":"team","team_id":"team2","user":"user",'
        '"user_id":"user2","session_id":"s","flow_id":"f","node_id":"n","provider_id":"p","trace_id":"tr",'
        '"i18n_id":"i18n","correlation_id":"c","attributes":{"a":"1","b":"2"},'
        '"deadline":{"unix_millis":170141183460469231731687303715884105727},"attempt":7,'
        '"idempotency_key":"idem","impersonation":{"actor_id":"actor","reason":"why"}},'
        '"flow_id":"flow","pack_id":"pack","cursor":{"node_pointer":"n","wait_reason":"w","outbox_marker":"o"},'
        '"context_json":"{}"}'
    )
    assert SessionData.from_json(written) == data


@pytest.mark.rule("DATA-25")
def test_what_is_absent_or_empty_is_left_out():
    ctx = TenantCtx("dev", "t", "t", attributes={}, impersonation=Impersonation("a"))
    assert ctx.to_json() == (b'{"env":"dev","tenant":"t","tenant_id":"t","attempt":0,"impersonation":{"actor_id":"a"}}')


@pytest.mark.rule("DATA-25")
def test_an_empty_string_is_not_absent():
    ctx = TenantCtx("dev", "t", "t", session_id="")
    assert b'"session_id":""' in ctx.to_json()
    assert TenantCtx.from_json(ctx.to_json()) == ctx


@pytest.mark.rule("DATA-25")
def test_attributes_are_sorted_by_code_point():
    keys = ["\U00010000", "\uffff", "é", "a", "B", "", "aa"]
    written = TenantCtx("dev", "t", "t", attributes=dict.fromkeys(keys, "")).to_json().decode()
    assert list(json.loads(written)["attributes"]) == ["", "B", "a", "aa", "é", "\uffff", "\U00010000"]


@pytest.mark.rule("DATA-25")
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('"\\/', rb'"\"\\/"'),
        ("\b\f\n\r\t", rb'"\b\f\n\r\t"'),
        ("\0\x01\x0b\x1f", rb'"\u0000\u0001\u000b\u001f"'),
        ("\x7f\x80\u2028\ufeff😀<>&'", '"\x7f\x80\u2028\ufeff😀<>&\'"'.encode()),
    ],
)
def test_only_quote_backslash_and_controls_are_escaped(text, written):
    assert context_written(text) == written
