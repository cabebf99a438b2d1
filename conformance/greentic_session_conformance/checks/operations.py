"""OPS: create, get, update and remove by key."""

import time
from collections.abc import Iterator
from contextlib import nullcontext

from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.keyed_create import MAY_BE_REFUSED
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import (
    ENTRY_NAMES,
    NO_KEY,
    ODD_KEYS,
    TEXTS,
    USER,
    context,
    everything,
    full,
    session,
)

#: A flow that loops updates its session as often as that; a byte that counts has run over.
UPDATES = 260
#: So often each read is repeated at quick effort: a pool from which each takes something is empty sooner or later.
READS = 65
#: So many refusals use up a pool, where each of them keeps something.
REFUSALS = 260


@check("OPS-01")
def create_answers_a_key(case: Case) -> None:
    """Create answers a non-empty string."""
    store = case.store()
    ctx = context()
    answer = store.try_create(ctx, session(ctx))
    case.expect(answer.ok, "a key from create_session", answer.describe())


@check("OPS-02")
def a_created_session_is_there(case: Case) -> None:
    """Get answers a session right after create has answered its key."""
    store = case.store()
    ctx = context()
    key = store.create(ctx, session(ctx))
    case.expect(store.get(key) is not None, "get_session answers a session", "nothing")


@check("OPS-02", "ROUTE-01")
def no_deadline_ends_a_session(case: Case) -> None:
    """A session is still there, and found, when the deadline in its context, which is the flow's business, has passed."""
    store = case.store()
    due = _clock() + 10
    ctx = context().replace(deadline=InvocationDeadline(due))
    key = store.create(ctx, session(ctx))
    before = store.find(ctx, USER)
    # Some clocks of stores have seconds.
    until = due + (0 if case.conditions.effort == "quick" else 1_100)
    while (left := until - _clock()) >= 0:
        time.sleep(left / 1_000 + 0.001)
    case.expect(store.get(key) is not None, "get_session answers a session whose deadline has passed", "nothing")
    found = store.find(ctx, USER)
    told = "find_by_user answers a session whose deadline has passed, as before"
    case.expect(found is not None or before is None, told, "nothing", "ROUTE-01")


def _clock() -> int:
    return time.time_ns() // 1_000_000


@check("OPS-03")
def answers_have_their_form(case: Case) -> None:
    """Get answers a SessionData or nothing, find a pair of a key and a SessionData or nothing."""
    store = case.store()
    ctx = context()
    with case.given():
        key = store.create(ctx, session(ctx))
    # The handle holds every answer to its form; these are the calls that have one each.
    store.try_get(key)
    store.try_find(ctx, "user-7")
    store.try_get(NO_KEY)
    store.try_find(ctx, "nobody")


@check("OPS-04")
def every_create_makes_a_session_of_its_own(case: Case) -> None:
    """Two creates of the same data answer two keys, and changing one session leaves the other; also with every member there is, at the next attempt, and for another tenant."""
    store = case.store()
    whole = full()
    again = whole.replace(tenant_ctx=whole.tenant_ctx.replace(attempt=4))
    elsewhere = whole.replace(tenant_ctx=whole.tenant_ctx.replace(tenant="tenant-43", tenant_id="tenant-43"))
    plain = session(context())
    issued: set[str] = set()
    for once, data in ((plain, plain), (whole, whole), (whole, again), (whole, elsewhere)):
        ctx = data.tenant_ctx
        first = store.create(once.tenant_ctx, once)
        with case.given():
            case.expect_data(store.get(first), once, "get_session")
        answer = store.try_create(ctx, data)
        case.expect(answer.ok, "a second create_session of the same data", answer.describe())
        second = answer.value
        case.expect(len({first, second} - issued) == 2, "two new keys", "the same key twice")
        issued |= {first, second}
        changed = data.replace(context_json="changed")
        with case.given():
            store.update(second, changed)
        case.expect_data(store.get(first), once, "get_session of the first")
        case.expect_data(store.get(second), changed, "get_session of the second")


@check("OPS-07")
def a_key_that_is_not_there_is_nothing(case: Case) -> None:
    """Get answers nothing for unknown keys, also odd ones and what may be written beside a session, with and without sessions in the store."""
    store = case.store()
    ctx = context()
    for key in ODD_KEYS[:3]:
        _is_nothing(case, store, key)
    with case.given():
        store.create(ctx, session(ctx))
    for key in (*ODD_KEYS, *ENTRY_NAMES, "1", "2", "01"):
        _is_nothing(case, store, key)


def _is_nothing(case: Case, store: Handle, key: str) -> None:
    answer = store.try_get(key)
    got = answer.describe() if not answer.ok else "a session"
    case.expect(answer.ok and answer.value is None, f"nothing for the unknown key {key[:40]!a}", got)


@check("OPS-08")
def update_replaces_the_whole(case: Case) -> None:
    """After an update the session is the data given; nothing of the old is left."""
    store = case.store()
    old = full()
    bare = session(context(team="ops"), node="n", context_json="0")
    with case.given():
        key = store.create(old.tenant_ctx, old)
        case.expect_data(store.get(key), old, "get_session")
    answer = store.try_update(key, bare)
    fence = "FENCE-16" if answer.code == "invalid_input" else None
    case.expect(answer.ok, "update_session of the same env, tenant, team and user succeeds", answer.describe(), fence)
    case.expect_data(store.get(key), bare, "get_session after an update with fewer members")
    for what in ("more members", "what was there already"):
        store.update(key, old)
        case.expect_data(store.get(key), old, f"get_session after an update with {what}")
    case.steps.forget_calls()
    for number in range(UPDATES):
        # What is merged every so many updates is seen where the last of them has fewer members than the one before.
        less = number % 2 == (number < UPDATES // 2)
        changed = (bare if less else old).replace(context_json=f'{{"update":{number}}}')
        store.update(key, changed)
        if less or number < 10 or number % 10 == 0 or number == UPDATES - 1:
            case.expect_data(store.get(key), changed, f"get_session after update {number + 1} of many")
    with case.given():
        store.create(old.tenant_ctx, old)
    store.update(key, changed)
    found = store.find(old.tenant_ctx, USER)
    told = f"the session that was updated last, after {UPDATES} updates"
    got = "nothing" if found is None else "another session"
    case.expect(found is not None and found[0] == key, told, got, "ROUTE-05")
    case.expect_data(found[1] if found else None, changed, f"find_by_user after {UPDATES} updates", "ROUTE-14")


@check("OPS-08")
def update_replaces_each_member(case: Case) -> None:
    """An update that changes one member alone changes it, whichever it is, to another value and to none."""
    store = case.store()
    old = full()
    with case.given():
        key = store.create(old.tenant_ctx, old)
    for what, changed in _changes(old):
        answer = store.try_update(key, changed)
        with case.given() if what in _SEEN_ELSEWHERE else nullcontext():
            fenced = answer.code == "invalid_input" and what not in _SEEN_ELSEWHERE
            fence = "FENCE-16" if fenced else None
            case.expect(answer.ok, f"an update of {what} alone succeeds", answer.describe(), fence)
        case.expect_data(store.get(key), changed, f"get_session after an update of {what} alone")
        store.update(key, old)
        case.expect_data(store.get(key), old, f"get_session after {what} was put back")


#: What an update may be refused for breaks rules of their own.
_SEEN_ELSEWHERE = ("tenant", "team", "user", "team_id", "user_id", "context_json")


def _changes(old: SessionData) -> Iterator[tuple[str, SessionData]]:
    """A session with one member changed, each in turn."""
    ctx, cursor = old.tenant_ctx, old.cursor
    for name in TEXTS:
        for value in ("other", "", None):
            yield name, old.replace(tenant_ctx=ctx.replace(**{name: value}))
    for name, values in (
        ("tenant", ("legacy",)),
        ("team", ("legacy", None)),
        ("user", ("legacy", None)),
        ("team_id", (None,)),
        ("user_id", (None,)),
        ("attempt", (0, 4)),
        (
            "attributes",
            (
                {},
                {**ctx.attributes, "a": "other"},
                {**ctx.attributes, "a": ""},
                {**ctx.attributes, "c": "more"},
                {"a": ctx.attributes["a"]},
            ),
        ),
        ("deadline", (None, InvocationDeadline(1_763_800_000_124), InvocationDeadline(0))),
        (
            "impersonation",
            (None, Impersonation("actor.2", "r text"), Impersonation("actor.1"), Impersonation("actor.2")),
        ),
    ):
        for another in values:
            yield name, old.replace(tenant_ctx=ctx.replace(**{name: another}))
    for name in ("wait_reason", "outbox_marker"):
        for text in ("other", "", None):
            members = {"wait_reason": cursor.wait_reason, "outbox_marker": cursor.outbox_marker, name: text}
            yield name, old.replace(cursor=SessionCursor(cursor.node_pointer, **members))
    yield "node_pointer", old.replace(cursor=SessionCursor("other", cursor.wait_reason, cursor.outbox_marker))
    for name, others in (("flow_id", ("flow_2",)), ("pack_id", ("pack-1.1", None)), ("context_json", ("other", ""))):
        for other in others:
            yield name, old.replace(**{name: other})


@check("OPS-09")
def update_of_an_unknown_key_is_refused(case: Case) -> None:
    """An update of a key that isn't there is refused and makes no session; also of odd ones, and after the session was removed."""
    store = case.store()
    ctx = context()
    data = session(ctx)
    case.expect_refusal(store.try_update(NO_KEY, data), "update_session of an unknown key")
    case.expect(store.get(NO_KEY) is None, "no session", "a session, made by a refused update", "OPS-17")
    case.expect(store.find(ctx, "user-7") is None, "no routing", "a session, routed by a refused update", "OPS-17")
    with case.given():
        key = store.create(ctx, data)
        store.remove(key)
        gone = store.get(key) is None and store.find(ctx, "user-7") is None
        case.expect(gone, "nothing after remove_session", "the session")
    case.expect_refusal(store.try_update(key, data), "update_session of a removed key")
    for odd in ODD_KEYS:
        case.expect_refusal(store.try_update(odd, data), f"update_session of the unknown key {odd[:40]!a}")
    case.expect(store.get(key) is None, "the session stays gone", "a session, back from the dead", "OPS-17")
    case.expect(store.find(ctx, "user-7") is None, "no routing", "a session, routed by a refused update", "OPS-17")


@check("OPS-10")
def a_removed_session_is_gone(case: Case) -> None:
    """Get answers nothing after remove, also where all of the session that may change was changed before."""
    store = case.store()
    ctx = context()
    before, after = everything("before", "before"), everything("after", "after")
    for data, changed in ((session(ctx), None), (before, after)):
        with case.given():
            key = store.create(ctx, data)
            if changed is not None:
                store.update(key, changed)
            case.expect(store.get(key) is not None, "a session to remove", "nothing")
        store.remove(key)
        case.expect(store.get(key) is None, "nothing after remove_session", "the session")


@check("OPS-10")
def a_session_that_is_past_is_removed(case: Case) -> None:
    """A session whose deadline has passed is removed like any other."""
    store = case.store()
    ctx = context().replace(deadline=InvocationDeadline(1))
    with case.given():
        key = store.create(ctx, session(ctx))
        case.expect(store.get(key) is not None, "a session to remove", "nothing")
    answer = store.try_remove(key)
    case.expect(answer.ok, "remove_session of a session whose deadline has passed", answer.describe())
    case.expect(store.get(key) is None, "nothing after remove_session", "the session")


@check("OPS-10")
def removed_sessions_stay_gone(case: Case) -> None:
    """A hundred removed sessions stay gone, the first as well as the last."""
    store = case.store()
    ctx = context()
    with case.given():
        keys = [store.create(ctx, session(ctx)) for _ in range(110)]
    case.steps.forget_calls()
    with case.given():
        for key in keys:
            store.remove(key)
    for number, key in enumerate(keys, 1):
        case.expect(
            store.get(key) is None, f"nothing of the session that was removed as number {number}", "the session"
        )


@check("OPS-11")
def remove_of_an_unknown_key_is_refused(case: Case) -> None:
    """Removing a key that was never there, or twice, is refused; also an odd one, and what may be written beside a session."""
    store = case.store()
    ctx = context()
    case.expect_refusal(store.try_remove(NO_KEY), "remove_session of an unknown key")
    with case.given():
        key = store.create(ctx, session(ctx))
        store.remove(key)
    case.expect_refusal(store.try_remove(key), "remove_session for the second time")
    with case.given():
        store.create(ctx, session(ctx))
    for odd in (*ODD_KEYS, *ENTRY_NAMES):
        case.expect_refusal(store.try_remove(odd), f"remove_session of the unknown key {odd[:40]!a}")


@check("OPS-12")
def sessions_do_not_touch_each_other(case: Case) -> None:
    """Updating and removing one session leaves its neighbours, however alike they are."""
    store = case.store()
    for alike in (session(context()), full(), everything("text", "ident").replace(context_json="{}")):
        ctx = alike.tenant_ctx
        after = alike.replace(context_json='"changed"')
        with case.given():
            alone = store.create(ctx, alike)
            case.expect_data(store.get(alone), alike, "get_session")
            store.update(alone, after)
            store.remove(alone)
        with case.given():
            nodes = [alike.replace(cursor=SessionCursor(f"node.{i}")) for i in range(5)]
            kept = {store.create(ctx, data): data for data in nodes}
            changed, removed = store.create(ctx, alike), store.create(ctx, alike)
        store.update(changed, after)
        for key, data in kept.items():
            case.expect_data(store.get(key), data, "get_session of a session that wasn't updated")
        store.remove(removed)
        case.expect_data(store.get(changed), after, "get_session of a session that wasn't removed")
        for key, data in kept.items():
            case.expect_data(store.get(key), data, "get_session of a session that wasn't removed")


@check("OPS-14")
def reads_change_nothing(case: Case) -> None:
    """Get and find answer the same however often they are called."""
    store = case.store()
    ctx = context()
    data = session(ctx)
    with case.given():
        key = store.create(ctx, data)
    for _ in range(case.rounds(READS)):
        case.expect_data(store.get(key), data, "get_session, repeated")
        case.expect(store.get(NO_KEY) is None, "nothing for an unknown key, repeatedly", "a session")
        store.find(ctx, USER)
        store.find(ctx, "nobody")
        case.steps.forget_calls()
    case.expect_data(store.get(key), data, "get_session after several finds")


@check("OPS-17")
def a_refusal_leaves_no_trace(case: Case) -> None:
    """Refused creates, updates and removes leave the sessions and the routing as they were."""
    store = case.store()
    ctx, other = context(team="red"), context(team="blue")
    data = session(ctx)
    strangers = ((other, "user-7"), (context(team="red", user="user-8"), "user-8"), (other, "user-8"))
    anonymous, maker = session(context(team="red", user=None)), context(team="red", user="user-9")
    with case.given():
        older, unnamed = store.create(ctx, data), store.create(maker, anonymous)
        key = store.create(ctx, data)
        case.expect_data(store.get(key), data, "get_session")
        case.expect(store.find(ctx, "user-7") == (key, data), "the session to be found", "something else")
        found = store.find(maker, "user-9")
        case.expect(found == (unnamed, anonymous), "the session without a user to be found", "something else")
        for caller, user in strangers:
            case.expect(store.find(caller, user) is None, "nothing for others", "a session")
        refused = [
            store.try_create(other, session(ctx, node="node.refused")),
            store.try_create(ctx, session(context("prod", team="red"), node="node.refused")),
            store.try_update(older, session(other, node="node.refused")),
            store.try_update(unnamed, session(other, node="node.refused")),
            store.try_create(context(team="red", user="user-8"), session(ctx, node="node.refused")),
            store.try_update(key, session(other, node="node.refused")),
            store.try_update(key, session(context(team="red", user="user-8"), node="node.refused")),
            store.try_update(NO_KEY, session(ctx, node="node.refused")),
            store.try_remove(NO_KEY),
        ]
        case.expect(not any(answer.ok for answer in refused), "refusals", "an operation that succeeded")
    case.expect_data(store.get(key), data, "get_session after refused operations")
    found = store.find(ctx, "user-7")
    case.expect(found == (key, data), "the routing as it was", "nothing" if found is None else "another session")
    found = store.find(maker, "user-9")
    told = "nothing" if found is None else "another session"
    case.expect(found == (unnamed, anonymous), "the routing of a session without a user as it was", told)
    for caller, user in strangers:
        case.expect(store.find(caller, user) is None, "no routing made by a refused operation", "a session")
    for number in range(REFUSALS):
        with case.given():
            answers = (
                store.try_create(other, data),
                store.try_update(key, session(other)),
                store.try_remove(NO_KEY),
                store.try_update(NO_KEY, data),
            )
            case.expect(not answers[number % 4].ok, "a refusal", "an operation that succeeded")
    answer = store.try_create(ctx, data)
    case.expect(answer.ok, f"create_session after {REFUSALS} refusals", answer.describe())
    for no_key in MAY_BE_REFUSED if "keyed-create" in case.target.profiles else ():
        with case.given():
            key = store.create(ctx, data)
            case.expect(store.find(ctx, USER) == (key, data), "the session to be found", "something else")
        if store.try_create(ctx, data, no_key).code == "invalid_input":
            found = store.find(ctx, USER)
            told = f"the routing as it was before a create_session under {no_key[:40]!a}"
            got = "nothing" if found is None else "another session"
            case.expect(found is not None and found[0] == key, told, got)
