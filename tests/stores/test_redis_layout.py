"""What the Redis store leaves in Redis, as the original does, and what it makes of others' records."""

import json
import secrets
from hashlib import sha1
from pathlib import Path

import pytest
from store_samples import contents, context, refusal, session

from greentic_session import ErrorCode, RedisSessionStore, SessionCursor, SessionData, TenantCtx

GOLDEN = Path(__file__).parent.parent / "golden" / "redis-layout.jsonl"
CASES = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
ALICE = context(team="ops", user="alice")


def ours(case, step):
    """What the original has, with the differences that are meant."""
    expected = dict(step["redis"])
    if case["case"] == "no user":
        stem = case["namespace"]
        if step["after"] == "remove":
            assert expected == {f"{stem}:user:e:t:ops:w": "KEY"}, "the original leaves the entry behind"
            return {}
        expected[f"{stem}:routed:KEY"] = f"{stem}:user:e:t:ops:w"
    return expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['case']} in {case['namespace']}")
def test_redis_holds_what_the_original_puts_there(case, private_server):
    client = private_server.client
    client.flushall()
    caller, stored = (TenantCtx.from_json(json.dumps(case[side])) for side in ("caller", "stored"))
    data = SessionData(stored, "f", SessionCursor("n"), "{}")
    with RedisSessionStore(private_server.url, namespace=case["namespace"]) as store:
        key = store.create_session(caller, data)
        acts = {
            "create": lambda: None,
            "update": lambda: store.update_session(key, data.replace(cursor=SessionCursor("later"))),
            "remove": lambda: store.remove_session(key),
        }
        for step in case["steps"]:
            acts[step["after"]]()
            found = {name.decode(): client.get(name).decode() for name in client.scan_iter()}
            shown = {name.replace(key, "KEY"): value.replace(key, "KEY") for name, value in found.items()}
            assert shown == ours(case, step)
    assert len(case["steps"]) == 3


@pytest.mark.rule("REDIS-17")
def test_a_session_of_nobody_is_noted_as_routed_by_none(redis_store, client, namespace):
    redis_store.create_session(context(), session(context()), "key")
    assert contents(client, namespace) == {
        "session:key": session(context()).to_json().decode(),
        "routed:key": "",
    }
    redis_store.remove_session("key")
    assert contents(client, namespace) == {}


def test_a_time_to_live_survives_an_update_and_none_is_set(redis_store, client, namespace):
    redis_store.create_session(ALICE, session(ALICE), "key")
    assert client.ttl(f"{namespace}:session:key") == -1
    client.expire(f"{namespace}:session:key", 1000)
    redis_store.update_session("key", session(ALICE, "later"))
    assert 990 < client.ttl(f"{namespace}:session:key") <= 1000
    assert client.ttl(f"{namespace}:user:dev:acme:ops:alice") == -1


def test_keys_of_others_stay_as_they_are(redis_store, client, namespace):
    foreign = f"foreign:{secrets.token_hex(8)}"
    client.set(foreign, "key")
    near = [f"{namespace}:users", f"{namespace}:user:dev:acme:ops", f"{namespace}-2:session:key"]
    for name in near:
        client.set(name, "key")
    try:
        redis_store.create_session(context(user="w"), session(context()), "key")
        client.set(f"{namespace}:routed:other", foreign)
        redis_store.find_by_user(context(), "w")
        redis_store.remove_session("key")
        assert [client.get(name) for name in (foreign, *near)] == [b"key"] * 4
    finally:
        client.delete(foreign, *near)


# What a session leaves behind when it goes by a TTL or by hand.


def gone(client, namespace, key="chat"):
    assert client.delete(f"{namespace}:session:{key}") == 1


def test_an_entry_whose_session_is_gone_is_nothing_and_goes_with_the_note(redis_store, client, namespace):
    redis_store.create_session(context(user="w"), session(context()), "chat")
    gone(client, namespace)
    assert set(contents(client, namespace)) == {"routed:chat", "user:dev:acme:-:w"}
    assert redis_store.find_by_user(context(), "w") is None
    assert contents(client, namespace) == {}


@pytest.mark.parametrize("operation", ["remove", "update"])
def test_a_session_that_is_gone_is_not_found_and_comes_not_back(redis_store, client, namespace, operation):
    redis_store.create_session(context(user="w"), session(context()), "chat")
    gone(client, namespace)
    if operation == "remove":
        assert refusal(redis_store.remove_session, "chat").code == ErrorCode.NOT_FOUND
        assert contents(client, namespace) == {}
    else:
        error = refusal(redis_store.update_session, "chat", session(context()))
        assert error.code == ErrorCode.NOT_FOUND
        assert redis_store.get_session("chat") is None


CREATORS = {"by their own user": context(user="u"), "by the creator's": context()}


@pytest.mark.parametrize("earlier", CREATORS)
@pytest.mark.parametrize("later", CREATORS)
def test_who_was_led_to_a_session_that_is_gone_is_not_led_to_the_next_under_its_key(
    redis_store, client, namespace, earlier, later
):
    first = CREATORS[earlier]
    redis_store.create_session(context(user="u"), session(first), "chat")
    assert redis_store.find_by_user(context(), "u") == ("chat", session(first))
    gone(client, namespace)
    second = CREATORS[later].replace(user="x", user_id="x") if later == "by their own user" else context()
    redis_store.create_session(context(user="x"), session(second), "chat")
    assert redis_store.find_by_user(context(), "u") is None
    assert redis_store.find_by_user(context(), "x") == ("chat", session(second))
    expected = {"session:chat", "user:dev:acme:-:x"} | ({"routed:chat"} if second == context() else set())
    assert set(contents(client, namespace)) == expected


def test_who_was_led_to_the_earlier_session_is_led_to_the_later_one_made_for_them(redis_store, client, namespace):
    redis_store.create_session(context(user="u"), session(context()), "chat")
    gone(client, namespace)
    redis_store.create_session(context(user="u"), session(context()), "chat")
    assert redis_store.find_by_user(context(), "u") == ("chat", session(context()))


def test_reuse_of_a_key_spares_the_entry_that_leads_elsewhere_by_now(redis_store, client, namespace):
    redis_store.create_session(context(user="w"), session(context()), "chat")
    redis_store.create_session(context(user="w"), session(context()), "newer")
    gone(client, namespace)
    redis_store.create_session(context(user="x"), session(context()), "chat")
    assert redis_store.find_by_user(context(), "w") == ("newer", session(context()))


def test_an_originals_session_without_a_user_is_believed_to_be_who_is_led_there(redis_store, client, namespace):
    client.set(f"{namespace}:session:theirs", session(context(team="ops")).to_json())
    client.set(f"{namespace}:user:dev:acme:ops:w", "theirs")
    assert redis_store.find_by_user(context(team="ops"), "w") == ("theirs", session(context(team="ops")))
    assert redis_store.find_by_user(context(), "w") is None
    redis_store.remove_session("theirs")
    assert redis_store.find_by_user(context(team="ops"), "w") is None
    assert contents(client, namespace) == {}


def test_an_entry_that_cannot_be_its_sessions_is_cleaned_up(redis_store, client, namespace):
    redis_store.create_session(ALICE, session(ALICE), "hers")
    client.set(f"{namespace}:user:dev:acme:ops:mallory", "hers")
    before = set(contents(client, namespace))
    assert redis_store.find_by_user(context(team="ops"), "mallory") is None
    assert set(contents(client, namespace)) == before - {"user:dev:acme:ops:mallory"}
    assert redis_store.find_by_user(ALICE, "alice") == ("hers", session(ALICE))


def test_a_refused_find_leaves_the_entry_that_two_teams_share(redis_store, client, namespace):
    dash = context(team="-", user="u")
    redis_store.create_session(dash, session(dash), "theirs")
    before = contents(client, namespace)
    assert redis_store.find_by_user(context(user="u"), "u") is None
    assert contents(client, namespace) == before


def test_what_is_cleaned_up_is_only_what_was_seen(redis_store, client, namespace):
    """A newer entry, session or note that came between the look and the cleaning survives it."""
    entry = f"{namespace}:user:dev:acme:-:u".encode()
    clear = redis_store._clear_stale

    def put(key, document, note):
        client.delete(f"{namespace}:session:chat", f"{namespace}:routed:chat")
        client.set(entry, key)
        if document is not None:
            client.set(f"{namespace}:session:chat", document)
        if note is not None:
            client.set(f"{namespace}:routed:chat", note)
        return contents(client, namespace)

    seen = sha1(b"old").hexdigest().encode()
    for now in [("newer", None, None), ("chat", "new", None), ("chat", "old", ""), ("chat", "old", "other")]:
        before = put(*now)
        clear(entry, "chat", b"" if now[1] is None else seen, None)
        assert contents(client, namespace) == before
    before = put("chat", "back", None)
    clear(entry, "chat", b"", None)
    assert contents(client, namespace) == before
    put("chat", "old", "other")
    clear(entry, "chat", seen, b"other")
    assert set(contents(client, namespace)) == {"session:chat", "routed:chat"}


# Records that are no sessions.

BROKEN = {
    "no JSON": b"{",
    "empty": b"",
    "no UTF-8": b'{"tenant_ctx":"\xff"}',
    "two of a name": session(ALICE).to_json().replace(b'"env":"dev"', b'"env":"dev","env":"dev"', 1),
    "an id that is none": session(ALICE).to_json().replace(b'"env":"dev"', b'"env":"d v"', 1),
    "no tenant": session(ALICE).to_json().replace(b'"tenant_id":"acme",', b"", 1),
    "team of another type": session(ALICE).to_json().replace(b'"team_id":"ops"', b'"team_id":7', 1),
}


@pytest.mark.parametrize("record", BROKEN)
def test_a_record_that_is_no_session_is_internal_and_can_be_removed(redis_store, client, namespace, record):
    redis_store.create_session(ALICE, session(ALICE), "key")
    client.set(f"{namespace}:session:key", BROKEN[record])
    before = {name: client.get(name) for name in client.scan_iter(f"{namespace}:*")}
    calls = [
        (redis_store.get_session, "key"),
        (redis_store.update_session, "key", session(ALICE)),
        (redis_store.find_by_user, ALICE, "alice"),
    ]
    for operation, *arguments in calls:
        error = refusal(operation, *arguments)
        assert (error.code, "'key'" in error.message) == (ErrorCode.INTERNAL, True)
    assert refusal(redis_store.create_session, ALICE, session(ALICE), "key").code == ErrorCode.CONFLICT
    assert {name: client.get(name) for name in client.scan_iter(f"{namespace}:*")} == before
    redis_store.remove_session("key")
    assert redis_store.get_session("key") is None
    assert redis_store.find_by_user(ALICE, "alice") is None
    assert contents(client, namespace) == {}


def test_a_record_of_another_type_is_internal_and_can_be_removed(redis_store, client, namespace):
    redis_store.create_session(ALICE, session(ALICE), "key")
    client.delete(f"{namespace}:session:key")
    client.rpush(f"{namespace}:session:key", "x")
    calls = [
        (redis_store.get_session, "key"),
        (redis_store.update_session, "key", session(ALICE)),
        (redis_store.find_by_user, ALICE, "alice"),
    ]
    for operation, *arguments in calls:
        error = refusal(operation, *arguments)
        assert (error.code, "'key'" in error.message) == (ErrorCode.INTERNAL, True)
    assert refusal(redis_store.create_session, ALICE, session(ALICE), "key").code == ErrorCode.CONFLICT
    redis_store.remove_session("key")
    assert client.exists(f"{namespace}:session:key") == 0


def test_an_entry_that_is_no_key_is_internal(redis_store, client, namespace):
    name = f"{namespace}:user:dev:acme:ops:alice"
    client.rpush(name, "x")
    assert refusal(redis_store.find_by_user, ALICE, "alice").code == ErrorCode.INTERNAL
    client.delete(name)
    client.set(name, b"\xff")
    assert refusal(redis_store.find_by_user, ALICE, "alice").code == ErrorCode.INTERNAL
    redis_store.create_session(ALICE, session(ALICE), "key")
    assert redis_store.find_by_user(ALICE, "alice") == ("key", session(ALICE))


def test_a_note_of_another_type_goes_with_its_session(redis_store, client, namespace):
    client.rpush(f"{namespace}:routed:key", "x")
    redis_store.create_session(context(user="w"), session(context()), "key")
    client.delete(f"{namespace}:routed:key")
    client.rpush(f"{namespace}:routed:key", "x")
    assert redis_store.find_by_user(context(), "w") is None
    redis_store.remove_session("key")
    assert contents(client, namespace) == {}
