"""The later original (1.2.0) and our store share documents by key; its routing is its own."""

import pytest
from test_interleaved import answer_of

from greentic_session import SessionCursor
from tools.original.sessions import WITH_A_USER, entry_of, user_of


@pytest.fixture
def theirs(original_store):
    return original_store("1.2.0")


@pytest.fixture(params=["the original writes", "ours writes"])
def pair(request, theirs, our_store):
    return (theirs, our_store) if request.param == "the original writes" else (our_store, theirs)


def test_documents_are_shared_by_key(pair, data, ctx, contents):
    writer, reader = pair
    key = writer.create_session(ctx, data)
    assert reader.get_session(key) == data
    assert contents()[f"session:{key}"] == data.to_json()
    changed = data.replace(cursor=SessionCursor("node.2"))
    reader.update_session(key, changed)
    assert writer.get_session(key) == changed
    assert contents()[f"session:{key}"] == changed.to_json()
    reader.remove_session(key)
    assert writer.get_session(key) is None
    assert [answer_of(store.remove_session, key) for store in pair] == ["not_found"] * 2
    assert [answer_of(store.update_session, key, data) for store in pair] == ["not_found"] * 2


def test_it_routes_nobody_to_what_was_created(theirs, our_store):
    data = WITH_A_USER["every member"]
    user = user_of(data.tenant_ctx)
    theirs.create_session(data.tenant_ctx, data)
    assert [store.find_by_user(data.tenant_ctx, user) for store in (theirs, our_store)] == [None, None]
    ours = our_store.create_session(data.tenant_ctx, data)
    assert theirs.find_by_user(data.tenant_ctx, user) is None
    assert our_store.find_by_user(data.tenant_ctx, user) == (ours, data)


def test_what_it_removes_we_route_nobody_to(theirs, our_store, contents):
    data = WITH_A_USER["user"]
    user = user_of(data.tenant_ctx)
    theirs.remove_session(our_store.create_session(data.tenant_ctx, data))
    assert entry_of(data.tenant_ctx, user) in contents(), "it leaves our entry"
    assert our_store.find_by_user(data.tenant_ctx, user) is None
    assert contents() == {}, "and we clean it up"


def test_what_we_route_it_updates_in_place(theirs, our_store):
    data = WITH_A_USER["user"]
    key = our_store.create_session(data.tenant_ctx, data)
    changed = data.replace(context_json="[]")
    theirs.update_session(key, changed)
    assert our_store.find_by_user(data.tenant_ctx, user_of(data.tenant_ctx)) == (key, changed)
