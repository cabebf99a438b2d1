"""The original (0.4.4) and our store on one Redis: each does with the other's sessions what it does with its own."""

import pytest

from greentic_session import SessionCursor
from tools.original.sessions import WITH_A_USER, creator_of, entry_of, generated, user_of


@pytest.fixture
def stores(original_store, our_store):
    return {"the original": original_store("0.4.4"), "ours": our_store}


@pytest.fixture(params=[("the original", "ours"), ("ours", "the original")], ids=" then ".join)
def pair(request, stores):
    """Who writes, and who goes on with it."""
    return [stores[name] for name in request.param]


def moved_on(data):
    return data.replace(cursor=SessionCursor("node.2", "input"), flow_id="another", context_json="{}")


@pytest.mark.rule("REDIS-01")
def test_what_one_creates_the_other_reads_and_finds(pair, data, ctx):
    writer, reader = pair
    key = writer.create_session(ctx, data)
    assert reader.get_session(key) == data
    assert tuple(reader.find_by_user(ctx, user_of(ctx))) == (key, data)


def test_what_one_creates_the_other_updates(pair, data, ctx):
    writer, reader = pair
    key = writer.create_session(ctx, data)
    reader.update_session(key, moved_on(data))
    for store in pair:
        assert store.get_session(key) == moved_on(data)
        assert tuple(store.find_by_user(ctx, user_of(ctx))) == (key, moved_on(data))


def test_what_one_creates_the_other_removes(pair, data, ctx):
    writer, reader = pair
    key = writer.create_session(ctx, data)
    reader.remove_session(key)
    for store in pair:
        assert store.get_session(key) is None
        assert store.find_by_user(ctx, user_of(ctx)) is None


def test_what_one_creates_and_the_other_updates_the_first_removes(pair, data, ctx, contents):
    writer, reader = pair
    key = writer.create_session(ctx, data)
    reader.update_session(key, moved_on(data))
    writer.remove_session(key)
    for store in pair:
        assert store.find_by_user(ctx, user_of(ctx)) is None
        assert store.get_session(key) is None
    if user_of(data.tenant_ctx) is not None:
        assert contents() == {}


def test_both_leave_the_same_in_redis(stores, data, ctx, contents):
    left = []
    for store in stores.values():
        key = store.create_session(ctx, data)
        created = _without(contents(), key)
        store.update_session(key, moved_on(data))
        left.append((created, _without(contents(), key)))
        store.remove_session(key)
        store.find_by_user(ctx, user_of(ctx))
        assert contents() == {}
    assert left[0] == left[1]
    assert left[0][0] == {"session:KEY": data.to_json(), entry_of(ctx, user_of(ctx)): b"KEY"}


def test_the_newest_session_of_a_user_is_found_whoever_wrote_it(pair, stores):
    writer, reader = pair
    data = WITH_A_USER["every member"]
    first = writer.create_session(data.tenant_ctx, data)
    second = reader.create_session(data.tenant_ctx, data)
    user = user_of(data.tenant_ctx)
    assert {store.find_by_user(data.tenant_ctx, user)[0] for store in stores.values()} == {second}
    writer.update_session(first, data)
    assert {store.find_by_user(data.tenant_ctx, user)[0] for store in stores.values()} == {first}
    writer.remove_session(first)
    assert [store.find_by_user(data.tenant_ctx, user) for store in stores.values()] == [None, None]
    assert reader.get_session(second) == data


def test_the_bytes_of_generated_sessions_are_the_same(stores, contents):
    for data in generated("one Redis", 300):
        ctx = creator_of(data.tenant_ctx)
        keys = {name: store.create_session(ctx, data) for name, store in stores.items()}
        held = contents()
        assert {held[f"session:{key}"] for key in keys.values()} == {data.to_json()}
        assert stores["the original"].get_session(keys["ours"]) == data
        assert stores["ours"].get_session(keys["the original"]) == data
        for key in keys.values():
            stores["ours"].remove_session(key)


def _without(held, key):
    """What is held, with the key as KEY, and without the note that ours alone keeps."""
    named = {name.replace(key, "KEY"): value.replace(key.encode(), b"KEY") for name, value in held.items()}
    return {name: value for name, value in named.items() if not name.startswith("routed:")}
