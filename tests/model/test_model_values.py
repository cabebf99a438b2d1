"""Values: how they are built, what can't be built, and that nothing changes them."""

import copy
import enum
import pickle

import msgspec
import pytest

from greentic_session import _shape
from greentic_session.errors import InvalidInputError
from greentic_session.model import (
    Impersonation,
    InvocationDeadline,
    SessionCursor,
    SessionData,
    TenantCtx,
)

CTX = TenantCtx("dev", "t", "t", attributes={"b": "2", "a": "1"}, deadline=InvocationDeadline(5))
DATA = SessionData(tenant_ctx=CTX, flow_id="f", cursor=SessionCursor("n"), context_json="{}")
VALUES = [
    CTX,
    DATA,
    CTX.attributes,
    TenantCtx.new("a", "b"),
    SessionCursor("n", "w", "o"),
    Impersonation("a", "r"),
]


class Word(str):
    __slots__ = ()

    def __str__(self):
        return "another"


class Colour(enum.StrEnum):
    RED = "red"


class Count(int):
    def __int__(self):
        return 99


def refused(pattern, kind, *args, **members):
    with pytest.raises(InvalidInputError, match=pattern):
        kind(*args, **members)


def test_the_shapes_are_those_of_the_values():
    for kind in (TenantCtx, SessionCursor, Impersonation, InvocationDeadline):
        shapes = {shape.name: shape for shape in vars(_shape).values() if isinstance(shape, _shape.Shape)}
        members = shapes[kind.__name__].members
        assert [member.name for member in members] == list(kind.__struct_fields__)
        required = [field.name for field in msgspec.structs.fields(kind) if field.required]
        assert [member.name for member in members if member.required and member.name != "attempt"] == required
    assert {member.name for member in _shape.SESSION_DATA.members} == set(SessionData.__struct_fields__)


def test_the_constructor_sets_exactly_what_it_is_given():
    ctx = TenantCtx("dev", "t", "t", team="ops")
    assert (ctx.team, ctx.team_id, ctx.effective_team, ctx.attempt, ctx.attributes) == (
        "ops",
        None,
        "ops",
        0,
        {},
    )
    assert ctx.replace(team_id="-").effective_team == "-"
    assert TenantCtx("dev", "t", "t", user="a", user_id="b").effective_user == "b"
    assert TenantCtx("dev", "t", "t", user="a").effective_user == "a"


def test_the_named_ways_set_and_clear_both_of_a_pair():
    ctx = TenantCtx.new("dev", "tenant-42").with_team("ops").with_user("user-7")
    assert (ctx.tenant, ctx.tenant_id) == ("tenant-42", "tenant-42")
    assert (ctx.team, ctx.team_id, ctx.user, ctx.user_id) == ("ops", "ops", "user-7", "user-7")
    assert ctx.with_team(None).with_user(None) == TenantCtx.new("dev", "tenant-42")


def test_pack_id_comes_last():
    data = SessionData(CTX, "f", SessionCursor("n"), "{}", "pack")
    assert (data.context_json, data.pack_id) == ("{}", "pack")


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_survive_copy_and_pickle(value):
    copies = [copy.copy(value), copy.deepcopy(value)]
    copies += [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for other in copies:
        assert type(other) is type(value)
        assert other == value
        assert hash(other) == hash(value)
        assert repr(other) == repr(value)
        if hasattr(value, "to_json"):
            assert other.to_json() == value.to_json()


def test_nothing_changes_a_value():
    for value in VALUES:
        with pytest.raises(AttributeError):
            setattr(value, next(iter(getattr(value, "__struct_fields__", ("_items",)))), "x")
    with pytest.raises(TypeError):
        CTX.attributes["a"] = "x"
    with pytest.raises(AttributeError):
        del CTX.attributes._items


@pytest.mark.rule("OPS-15")
def test_attributes_are_copied_at_construction():
    given = {"b": "2", "a": "1"}
    ctx = TenantCtx("dev", "t", "t", attributes=given)
    given["a"] = "changed"
    assert ctx.attributes == {"a": "1", "b": "2"}
    assert list(ctx.attributes) == ["a", "b"]
    assert ctx.replace(attempt=1).attributes == ctx.attributes


def test_attributes_are_a_mapping():
    attributes = CTX.attributes
    assert (attributes["a"], attributes.get("z"), len(attributes), "a" in attributes) == ("1", None, 2, True)
    assert dict(attributes) == {**attributes} == {"a": "1", "b": "2"}
    assert list(attributes.items()) == list(zip(attributes.keys(), attributes.values(), strict=True))
    assert attributes != {"a": "1"}
    assert attributes != [("a", "1")]
    assert (attributes == {"a": "1", "b": "2"}) is True
    assert repr(attributes) == "Attributes({'a': '1', 'b': '2'})"


def test_replace_checks_what_it_sets():
    assert DATA.replace(cursor=SessionCursor("m")).cursor == SessionCursor("m")
    assert DATA.cursor == SessionCursor("n")
    with pytest.raises(InvalidInputError, match=r"SessionData\.flow_id"):
        DATA.replace(flow_id="a b")
    with pytest.raises(TypeError):
        DATA.replace(nothing=1)
    with pytest.raises(InvalidInputError, match=r"SessionData\.flow_id"):
        DATA.__replace__(flow_id="a b")


@pytest.mark.parametrize("odd", [Word("x"), Colour.RED])
def test_instances_of_subclasses_become_plain(odd):
    plain = "x" if isinstance(odd, Word) else "red"
    ctx = TenantCtx(odd, odd, odd, session_id=odd, attributes={odd: odd}, attempt=Count(3))
    assert (type(ctx.env), ctx.env, type(ctx.session_id), type(ctx.attempt)) == (str, plain, str, int)
    assert (ctx.attempt, ctx.attributes) == (3, {plain: plain})
    assert TenantCtx.from_json(ctx.to_json()) == ctx
    assert SessionData(ctx, odd, SessionCursor(odd), odd).to_json().count(f'"{plain}"'.encode()) == 9
    assert type(InvocationDeadline(Count(3)).unix_millis) is int


IDS = ["env", "tenant", "tenant_id", "team", "team_id", "user", "user_id"]
TEXTS = [
    name
    for name in TenantCtx.__struct_fields__
    if name not in {*IDS, "attributes", "attempt", "deadline", "impersonation"}
]
REQUIRED = {"env": "dev", "tenant": "t", "tenant_id": "t"}


@pytest.mark.rule("DATA-26")
@pytest.mark.parametrize("value", ["", "a b", "é", "a\n", "\ud800", 7, b"x", ["x"]], ids=ascii)
@pytest.mark.parametrize("name", IDS)
def test_what_is_no_id_is_refused_by_name(name, value):
    refused(rf"TenantCtx\.{name}: got .*, must be ", TenantCtx, **{**REQUIRED, name: value})


@pytest.mark.rule("DATA-26")
@pytest.mark.parametrize("value", ["a\ud800", "\udfff", 7, b"x", True], ids=ascii)
@pytest.mark.parametrize("name", TEXTS)
def test_what_is_no_text_is_refused_by_name(name, value):
    refused(rf"TenantCtx\.{name}: got .*, must be ", TenantCtx, **{**REQUIRED, name: value})


@pytest.mark.rule("DATA-26")
@pytest.mark.parametrize("value", [-1, 2**32, 10**6000, True, 1.0, "1", None], ids=lambda v: type(v).__name__)
def test_an_attempt_out_of_range_is_refused(value):
    refused(
        r"TenantCtx\.attempt: got .*, must be an integer from 0 to 4294967295",
        TenantCtx,
        **REQUIRED,
        attempt=value,
    )


@pytest.mark.rule("DATA-26")
@pytest.mark.parametrize(
    "value", [2**127, -(2**127) - 1, 10**6000, True, 1.0, "1", None], ids=lambda v: type(v).__name__
)
def test_a_deadline_out_of_range_is_refused(value):
    refused(r"InvocationDeadline\.unix_millis: got .*, must be an integer", InvocationDeadline, value)


@pytest.mark.rule("DATA-26")
@pytest.mark.parametrize(
    "value", [None, [], [("a", "1")], {"a": 1}, {1: "a"}, {"a": None}, {"\ud800": "a"}, {"a": "\ud800"}]
)
def test_attributes_that_are_no_strings_are_refused(value):
    refused(r"TenantCtx\.attributes: got .*, must be ", TenantCtx, **REQUIRED, attributes=value)


@pytest.mark.rule("DATA-26")
@pytest.mark.parametrize(
    ("kind", "members", "name"),
    [
        (TenantCtx, {**REQUIRED, "deadline": 5}, "deadline"),
        (TenantCtx, {**REQUIRED, "deadline": {"unix_millis": 5}}, "deadline"),
        (TenantCtx, {**REQUIRED, "impersonation": "a"}, "impersonation"),
        (TenantCtx, {**REQUIRED, "env": None}, "env"),
        (TenantCtx, {**REQUIRED, "tenant_id": None}, "tenant_id"),
        (Impersonation, {"actor_id": None}, "actor_id"),
        (Impersonation, {"actor_id": "a", "reason": 1}, "reason"),
        (SessionCursor, {"node_pointer": None}, "node_pointer"),
        (SessionCursor, {"node_pointer": "a", "outbox_marker": "\ud800"}, "outbox_marker"),
        (SessionData, {"tenant_ctx": None}, "tenant_ctx"),
        (SessionData, {"tenant_ctx": SessionCursor("n")}, "tenant_ctx"),
        (SessionData, {"flow_id": None}, "flow_id"),
        (SessionData, {"flow_id": "a b"}, "flow_id"),
        (SessionData, {"cursor": "n"}, "cursor"),
        (SessionData, {"context_json": None}, "context_json"),
        (SessionData, {"context_json": {}}, "context_json"),
        (SessionData, {"context_json": "\ud800"}, "context_json"),
        (SessionData, {"pack_id": ""}, "pack_id"),
    ],
)
def test_a_member_of_another_kind_is_refused(kind, members, name):
    rest = {"tenant_ctx": CTX, "flow_id": "f", "cursor": SessionCursor("n"), "context_json": "{}"}
    refused(
        rf"{kind.__name__}\.{name}: got .*, must be ",
        kind,
        **((rest if kind is SessionData else {}) | members),
    )


def test_a_refusal_tells_no_content():
    with pytest.raises(InvalidInputError) as caught:
        TenantCtx("dev", "t", "t", user="zq81 zq81")
    assert "zq81" not in str(caught.value)
    assert caught.value.message == (
        "TenantCtx.user: got an id of 9 characters with white space at character 5, "
        "must be one or more of ASCII letters, digits, '.', '_' and '-'"
    )
