"""What both stores of the library do alike; the conformance suite says the rest."""

import threading
from enum import Enum

import pytest
from store_samples import context, refusal, session

from greentic_session import ErrorCode, GreenticError, RedisSessionStore, create_session_store
from greentic_session.mapping import webhook_to_session_key

ALICE = context(team="ops", user="alice")


def test_a_session_lives_from_create_to_remove(store):
    data, later = session(ALICE), session(ALICE, node="later")
    key = store.create_session(ALICE, data)
    assert store.get_session(key) == data
    assert store.find_by_user(ALICE, "alice") == (key, data)
    store.update_session(key, later)
    assert store.get_session(key) == later
    store.remove_session(key)
    assert store.get_session(key) is None
    assert store.find_by_user(ALICE, "alice") is None
    assert refusal(store.remove_session, key).code == ErrorCode.NOT_FOUND
    assert refusal(store.update_session, key, data).code == ErrorCode.NOT_FOUND


@pytest.mark.rule("FENCE-05")
def test_an_update_moves_no_session_and_tells_neither_user_nor_content(store):
    data = session(ALICE, text="private-content")
    key = store.create_session(ALICE, data)
    moves = {
        "env": context("prod", team="ops", user="alice"),
        "tenant": context(tenant="other", team="ops", user="alice"),
        "team": context(team="sales", user="alice"),
        "user": context(team="ops", user="mallory"),
    }
    for dimension, ctx in moves.items():
        error = refusal(store.update_session, key, session(ctx, text="more-content"))
        assert error.code == ErrorCode.INVALID_INPUT
        assert error.message.startswith(f"{dimension}:")
        assert not [word for word in ("alice", "mallory", "content") if word in str(error)]
    assert store.get_session(key) == data
    assert store.find_by_user(ALICE, "alice") == (key, data)


def test_a_create_across_the_fence_is_refused_before_the_key_is_looked_at(store):
    taken = store.create_session(ALICE, session(ALICE), "taken")
    error = refusal(store.create_session, context(team="ops", user="bob"), session(ALICE), taken)
    assert (error.code, error.message.partition(":")[0]) == (ErrorCode.INVALID_INPUT, "user")
    assert "alice" not in str(error)


def test_a_taken_key_is_a_conflict_whoever_has_it(store):
    key = webhook_to_session_key("crm", "order", "17")
    mine, theirs = session(ALICE), context("prod", "other")
    assert store.create_session(ALICE, mine, key) == key
    assert refusal(store.create_session, theirs, session(theirs), key).code == ErrorCode.CONFLICT
    assert store.get_session(key) == mine


def test_a_session_without_a_user_is_found_by_its_creator_until_it_is_removed(store):
    data = session(context())
    key = store.create_session(context(user="w"), data)
    assert store.find_by_user(context(user="w"), "w") == (key, data)
    assert store.find_by_user(context(), "w") == (key, data)
    assert store.find_by_user(context(), "x") is None
    store.update_session(key, session(context(), "later"))
    assert store.find_by_user(context(), "w") == (key, session(context(), "later"))
    store.remove_session(key)
    assert store.find_by_user(context(), "w") is None


def test_an_update_of_a_session_without_a_user_leaves_routing_as_it_was(store):
    older = store.create_session(context(user="w"), session(context()))
    newer = store.create_session(context(user="w"), session(context(), "newer"))
    store.update_session(older, session(context(), "updated"))
    assert store.find_by_user(context(), "w") == (newer, session(context(), "newer"))


def test_the_session_created_or_updated_last_is_found_and_no_older_one_takes_its_place(store):
    one, two = (store.create_session(ALICE, session(ALICE, node)) for node in ("one", "two"))
    assert store.find_by_user(ALICE, "alice") == (two, session(ALICE, "two"))
    store.update_session(one, session(ALICE, "again"))
    assert store.find_by_user(ALICE, "alice") == (one, session(ALICE, "again"))
    store.remove_session(two)
    assert store.find_by_user(ALICE, "alice") == (one, session(ALICE, "again"))
    store.create_session(ALICE, session(ALICE, "three"), "three")
    store.remove_session("three")
    assert store.find_by_user(ALICE, "alice") is None
    assert store.get_session(one) is not None


def test_a_reused_key_leads_no_earlier_user_into_the_later_session(store):
    store.create_session(context(user="w"), session(context()), "chat")
    store.remove_session("chat")
    later = session(context())
    store.create_session(context(user="x"), later, "chat")
    assert store.find_by_user(context(), "w") is None
    assert store.find_by_user(context(), "x") == ("chat", later)


def test_a_caller_who_names_another_user_than_the_one_asked_for_finds_nothing(store):
    key = store.create_session(ALICE, session(ALICE))
    assert store.find_by_user(context(team="ops", user="bob"), "alice") is None
    assert store.find_by_user(context(team="ops"), "alice") == (key, session(ALICE))


def test_another_env_tenant_or_team_finds_nothing_and_unroutes_nobody(store):
    key = store.create_session(ALICE, session(ALICE))
    for ctx in (context("prod", team="ops"), context(tenant="o", team="ops"), context(team="x"), context()):
        assert store.find_by_user(ctx, "alice") is None
    assert store.find_by_user(ALICE, "alice") == (key, session(ALICE))


@pytest.mark.parametrize("newest", ["-", None])
def test_no_team_and_the_team_dash_never_get_each_others_session(store, newest):
    oldest = None if newest == "-" else "-"
    for team in (oldest, newest):
        ctx = context(team=team, user="u")
        store.create_session(ctx, session(ctx), f"team {team}")
    mine, other = (context(team=team, user="u") for team in (newest, oldest))
    if isinstance(store, RedisSessionStore):  # the layout spells the two alike: the newest holds the entry
        assert store.find_by_user(other, "u") is None
    else:
        assert store.find_by_user(other, "u") == (f"team {oldest}", session(other))
    assert store.find_by_user(mine, "u") == (f"team {newest}", session(mine))


ODD_KEYS = ["", " ", "\ud800", "\0", "a:b", "é" * 300, "x" * 100_000]


@pytest.mark.parametrize("key", ODD_KEYS, ids=ascii)
def test_a_key_that_is_not_there_is_nothing_however_odd(store, key):
    assert store.get_session(key) is None
    assert refusal(store.update_session, key, session(ALICE)).code == ErrorCode.NOT_FOUND
    assert refusal(store.remove_session, key).code == ErrorCode.NOT_FOUND


@pytest.mark.parametrize("key", [odd for odd in ODD_KEYS if odd not in ("", "\ud800")], ids=ascii)
def test_a_session_can_be_created_under_any_text(store, key):
    assert store.create_session(ALICE, session(ALICE), key) == key
    assert store.find_by_user(ALICE, "alice") == (key, session(ALICE))
    store.remove_session(key)


@pytest.mark.parametrize("key", ["", "\ud800", 7, b"key", True], ids=ascii)
def test_a_session_is_created_under_nothing_but_text(store, key):
    assert refusal(store.create_session, ALICE, session(ALICE), key).code == ErrorCode.INVALID_INPUT
    assert store.find_by_user(ALICE, "alice") is None


@pytest.mark.parametrize("key", [None, 7, b"key", ["key"]], ids=ascii)
def test_a_key_that_is_no_string_is_invalid(store, key):
    for operation in (store.get_session, store.remove_session):
        assert refusal(operation, key).code == ErrorCode.INVALID_INPUT
    assert refusal(store.update_session, key, session(ALICE)).code == ErrorCode.INVALID_INPUT


@pytest.mark.parametrize("user", ["", "a b", "a\n", "é", "a:b", "\ud800", None, 7], ids=ascii)
def test_what_is_no_id_is_no_user(store, user):
    error = refusal(store.find_by_user, ALICE, user)
    assert error.code == ErrorCode.INVALID_INPUT
    assert error.message.startswith("user: got")


@pytest.mark.parametrize("wrong", [None, {}, "text", b"{}"], ids=ascii)
def test_only_contexts_and_sessions_are_taken(store, wrong):
    key = store.create_session(ALICE, session(ALICE))
    assert refusal(store.create_session, wrong, session(ALICE)).code == ErrorCode.INVALID_INPUT
    assert refusal(store.create_session, ALICE, wrong).code == ErrorCode.INVALID_INPUT
    assert refusal(store.update_session, key, wrong).code == ErrorCode.INVALID_INPUT
    assert refusal(store.find_by_user, wrong, "alice").code == ErrorCode.INVALID_INPUT


class Keys(str, Enum):  # noqa: UP042 - one whose str() is not the text that it holds
    CHAT = "chat"


def test_a_string_of_another_class_is_the_text_that_it_holds(store):
    assert store.create_session(ALICE, session(ALICE), Keys.CHAT) == "chat"
    found, _ = store.find_by_user(ALICE, "alice")
    assert (found, type(found)) == ("chat", str)
    assert store.get_session(Keys.CHAT) == store.get_session("chat") == session(ALICE)


def test_a_closed_store_is_unavailable_and_says_so(store):
    store.create_session(ALICE, session(ALICE), "key")
    store.close()
    store.close()
    calls = [
        (store.create_session, ALICE, session(ALICE)),
        (store.get_session, "key"),
        (store.update_session, "key", session(ALICE)),
        (store.remove_session, "key"),
        (store.find_by_user, ALICE, "alice"),
    ]
    for operation, *arguments in calls:
        error = refusal(operation, *arguments)
        assert error.code == ErrorCode.UNAVAILABLE
        assert "closed" in error.message


def test_threads_that_create_under_one_key_get_it_once(store):
    outcomes, start = [], threading.Barrier(8)

    def create(number):
        data = session(ALICE, f"node-{number}")
        start.wait()
        try:
            store.create_session(ALICE, data, "one")
            outcomes.append(data)
        except GreenticError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [outcome for outcome in outcomes if outcome != ErrorCode.CONFLICT]
    assert (len(outcomes), len(winners)) == (8, 1)
    assert store.get_session("one") == winners[0]


def test_an_update_that_races_a_remove_brings_nothing_back(store):
    for _ in range(50):
        key = store.create_session(ALICE, session(ALICE))
        start = threading.Barrier(2)

        def update(key=key, start=start):
            start.wait()
            try:
                store.update_session(key, session(ALICE, "later"))
            except GreenticError as error:
                assert error.code == ErrorCode.NOT_FOUND  # noqa: PT017 - in a thread of its own

        updating = threading.Thread(target=update)
        updating.start()
        start.wait()
        store.remove_session(key)
        updating.join()
        assert store.get_session(key) is None
        assert store.find_by_user(ALICE, "alice") is None


def test_the_in_memory_store_forgets_what_is_removed_and_keeps_no_trace_of_what_is_looked_for():
    store = create_session_store("memory:")
    keys = [store.create_session(ALICE, session(ALICE)) for _ in range(3)]
    keys.append(store.create_session(context(user="w"), session(context())))
    keys.append(store.create_session(context(), session(context())))
    store.update_session(keys[3], session(context(), "later"))
    for number in range(10):
        assert store.get_session(f"absent-{number}") is None
        assert store.find_by_user(context(), f"absent-{number}") is None
    for key in keys:
        store.remove_session(key)
    assert (store._sessions, store._routes) == ({}, {})


def test_the_in_memory_store_hands_out_the_very_value_that_it_took():
    store, data = create_session_store("memory:"), session(ALICE)
    assert store.get_session(store.create_session(ALICE, data)) is data
