"""The scripts decide as the Python rules do, whatever form the stored document has."""

import itertools
import json

import pytest
from store_samples import contents, context, refusal, session

from greentic_session import ErrorCode, GreenticError, SessionData, TenantCtx, fence, routing
from greentic_session.redis_store._scripts import load

IDS = [None, "a", "b"]
CONTEXTS = [
    TenantCtx(env, "legacy", tenant, team=team, team_id=team_id, user=user, user_id=user_id)
    for env, tenant in [("dev", "acme"), ("dev", "acme-2"), ("prod", "acme")]
    for team, team_id, user, user_id in itertools.product([None, "a"], [None, "b", "-"], [None, "a"], [None, "b"])
]
ALICE = context(team="ops", user="alice")


def pretty(data):
    return json.dumps(json.loads(data.to_json()), indent=1).encode()


def reversed_members(data):
    return json.dumps(dict(reversed(json.loads(data.to_json()).items()))).encode()


def with_odd_attribute(data):
    ctx = data.tenant_ctx.replace(attributes={"a": '}{"env":"x"', "env": "y", "z": "\x01"})
    return data.replace(tenant_ctx=ctx).to_json()


def with_braces(data):
    return data.replace(tenant_ctx=data.tenant_ctx.replace(attributes={"a": "}", "b": "{"})).to_json()


def with_large_context(data):
    return data.replace(tenant_ctx=data.tenant_ctx.replace(attributes={"a": "x" * 10_000})).to_json()


def with_nulls(data):
    document = json.loads(data.to_json())
    for name in ("team", "team_id", "user", "user_id", "trace_id"):
        document["tenant_ctx"].setdefault(name, None)
    return json.dumps(document, separators=(",", ":")).encode()


def with_escaped_names(data):
    return data.to_json().replace(b'"user_id":', b'"user\\u005fid":').replace(b'"team":', b'"te\\u0061m":')


def with_lone_surrogate_in_a_dropped_member(data):
    return data.to_json().replace(b'{"tenant_ctx":{', b'{"tenant_ctx":{"dropped":"\\ud800",', 1)


FORMS = [
    SessionData.to_json,
    pretty,
    reversed_members,
    with_odd_attribute,
    with_braces,
    with_large_context,
    with_nulls,
    with_escaped_names,
    with_lone_surrogate_in_a_dropped_member,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_an_update_is_refused_where_the_fence_refuses_it(redis_store, client, namespace, form):
    name = f"{namespace}:session:key"
    some = CONTEXTS if form is SessionData.to_json else CONTEXTS[::7]
    for stored, new in itertools.product(some, CONTEXTS[::3]):
        client.set(name, form(session(stored)))
        dimension = fence.at_update(stored, new)
        if dimension is None:
            redis_store.update_session("key", session(new, "later"))
            assert redis_store.get_session("key") == session(new, "later")
        else:
            error = refusal(redis_store.update_session, "key", session(new, "later"))
            assert (error.code, error.message.partition(":")[0]) == (ErrorCode.INVALID_INPUT, dimension)
            assert client.get(name) == form(session(stored))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_remove_clears_the_entry_of_the_stored_user_alone(redis_store, client, namespace, form):
    for stored in CONTEXTS:
        entry = routing.entry_of(session(stored))
        client.set(f"{namespace}:session:key", form(session(stored)))
        client.set(f"{namespace}:user:dev:acme:-:bystander", "key")
        if entry is not None:
            client.set(redis_store._names.entry(entry), "key")
        redis_store.remove_session("key")
        assert contents(client, namespace) == {"user:dev:acme:-:bystander": "key"}


def test_an_entry_that_leads_elsewhere_survives_the_remove(redis_store, client, namespace):
    redis_store.create_session(ALICE, session(ALICE), "old")
    redis_store.create_session(ALICE, session(ALICE), "new")
    redis_store.remove_session("old")
    assert redis_store.find_by_user(ALICE, "alice") == ("new", session(ALICE))


def test_a_decision_on_a_document_counts_only_while_it_is_stored(redis_store, client, namespace):
    """The record changes between the look and the write: the new one is decided on, not the old."""
    name = f"{namespace}:session:key"
    client.set(name, pretty(session(ALICE)))
    script, calls = redis_store._server.script, []

    def intervening(*arguments):
        answer = script(*arguments)
        if not calls:
            client.set(name, pretty(session(context("prod", team="ops", user="alice"))))
        calls.append(answer)
        return answer

    redis_store._server.script = intervening
    error = refusal(redis_store.update_session, "key", session(ALICE, "later"))
    assert (error.code, error.message.partition(":")[0]) == (ErrorCode.INVALID_INPUT, "env")
    assert len(calls) == 2
    assert client.get(name) == pretty(session(context("prod", team="ops", user="alice")))


def test_a_record_removed_between_look_and_write_stays_removed(redis_store, client, namespace):
    name = f"{namespace}:session:key"
    for operation in ("update_session", "remove_session"):
        client.set(name, pretty(session(ALICE)))
        script, calls = redis_store._server.script, []

        def intervening(*arguments, calls=calls, script=script):
            answer = script(*arguments)
            if not calls:
                client.delete(name)
            calls.append(answer)
            return answer

        redis_store._server.script = intervening
        arguments = ("key", session(ALICE)) if operation == "update_session" else ("key",)
        assert refusal(getattr(redis_store, operation), *arguments).code == ErrorCode.NOT_FOUND
        redis_store._server.script = script
        assert contents(client, namespace) == {}


def test_the_scripts_are_read_once_and_named_by_their_text():
    assert load("create") is load("create")
    assert len({load(name).sha for name in ("create", "update", "remove", "find", "clear_stale")}) == 5


def test_a_record_that_is_faulty_elsewhere_is_replaced_or_internal(redis_store, client, namespace):
    client.set(f"{namespace}:session:key", session(ALICE).to_json()[:-2])
    try:
        redis_store.update_session("key", session(ALICE, "mended"))
    except GreenticError as error:
        pytest.fail(f"the head of the document tells whose it is, but: {error}")
    assert redis_store.get_session("key") == session(ALICE, "mended")
