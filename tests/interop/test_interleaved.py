"""Operations on one Redis, in turn by the original and by ours, answer as one store would."""

import random

import pytest
from greentic_session_conformance.adapter.process import AdapterError

from greentic_session import GreenticError, InMemorySessionStore, SessionCursor, SessionData, TenantCtx
from tools.original.sessions import user_of

STEPS = 60
_PLACES = [("dev", "acme", None), ("dev", "acme", "ops"), ("dev", "beta", None), ("prod", "acme", "ops")]
_USERS = [None, "ada", "bob"]


def _context(generator):
    env, tenant, team = generator.choice(_PLACES)
    user = generator.choice(_USERS)
    pairs = {"team": team, "team_id": team, "user": user, "user_id": user}
    for older, newer in (("team", "team_id"), ("user", "user_id")):
        match generator.randrange(4):
            case 0:
                pairs[newer] = None
            case 1:
                pairs[older] = None
    legacy = generator.choice((tenant, tenant, "legacy"))
    return TenantCtx(env=env, tenant=legacy, tenant_id=tenant, **pairs)


def _data(generator, number):
    ctx = _context(generator)
    return SessionData(tenant_ctx=ctx, flow_id="f", cursor=SessionCursor(f"n{number}"), context_json="{}")


def _like(generator, ctx):
    """Mostly a context of the same place and user, so that the fence lets it through."""
    return ctx if generator.random() < 0.7 else _context(generator)


def answer_of(operation, *arguments, **keywords):
    """What came of an operation, or the code that it was refused with."""
    try:
        result = operation(*arguments, **keywords)
    except (AdapterError, GreenticError) as error:
        return str(error.code)
    return tuple(result) if isinstance(result, (tuple, list)) else result


@pytest.fixture
def stores(original_store, our_store):
    return [original_store("0.4.4"), our_store]


@pytest.mark.parametrize("seed", range(12))
def test_they_answer_as_one_store_would(stores, seed):
    generator = random.Random(f"interleaved {seed}")
    model, keys, asked = InMemorySessionStore(), ["no-such-key"], []
    for number in range(STEPS):
        store = generator.choice(stores)
        key = generator.choice(keys[-4:])
        data = _data(generator, number)
        match generator.choice(("create", "create", "get", "update", "update", "remove", "find", "find")):
            case "create":
                ctx = _like(generator, data.tenant_ctx)
                theirs = answer_of(store.create_session, ctx, data)
                if theirs == "invalid_input":
                    mine = answer_of(model.create_session, ctx, data)
                else:
                    mine = answer_of(model.create_session, ctx, data, theirs)
                    keys.append(theirs)
                step = ("create", ctx, data)
            case "get":
                theirs, mine = answer_of(store.get_session, key), answer_of(model.get_session, key)
                step = ("get", key)
            case "update":
                stored = model.get_session(key)
                data = data if stored is None else data.replace(tenant_ctx=_like(generator, stored.tenant_ctx))
                theirs, mine = answer_of(store.update_session, key, data), answer_of(model.update_session, key, data)
                step = ("update", key, data)
            case "remove":
                theirs, mine = answer_of(store.remove_session, key), answer_of(model.remove_session, key)
                step = ("remove", key)
            case _:
                ctx = data.tenant_ctx
                user = user_of(ctx) or generator.choice(_USERS[1:])
                theirs, mine = answer_of(store.find_by_user, ctx, user), answer_of(model.find_by_user, ctx, user)
                step = ("find", ctx, user)
        asked.append(("the original" if store is stores[0] else "ours", *step))
        assert theirs == mine, asked
    for store in stores:
        assert [store.get_session(key) for key in keys] == [model.get_session(key) for key in keys]
