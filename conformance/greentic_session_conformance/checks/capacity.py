"""OPS-13: how many sessions a store holds at once."""

from greentic_session import InvocationDeadline, SessionData, TenantCtx
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.issued_keys import differ
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import LARGEST, USER, context, session

MANY = 1_000
#: So many beyond them at quick effort: caches are bounded by round numbers, a thousand or 1,024.
MORE = 100
#: So many of the oldest are updated: more than a small cache, or a list of a user's newest, has room for.
UPDATED = 160
#: So many large ones are more than 64 MiB.
MANY_LARGE = 300
#: Of each eight of the many these are one user's.
_ONE_USERS = (0, 2, 4)


@check("OPS-13", "ROUTE-01", "ROUTE-04", "ROUTE-05", "ROUTE-08")
def a_thousand_sessions_are_held(case: Case) -> None:
    """A thousand sessions are there at once, three eighths one user's, an eighth nobody's, an eighth of one tenant's users, the others each of a tenant of its own; the oldest are updated; and there is room for as many again once they are removed."""
    store = case.store()
    with case.given():
        ctx = context("before")
        one, other = store.create(ctx, session(ctx)), store.create(ctx, session(ctx))
        store.update(one, session(ctx, node="node.changed"))
        for _ in range(3):
            case.expect_data(store.get(one), session(ctx, node="node.changed"), "get_session")
            case.expect_data(store.get(other), session(ctx), "get_session")
        found = store.find(ctx, USER)
        case.expect(found is not None, "one session to be found", "nothing")
        reroutes = found is not None and found[0] == one
        store.remove(one)
        store.remove(other)
    made = [session(_owner(i), node=f"node.{i}", context_json=f'{{"i":{i}}}') for i in range(MANY)]
    keys = [store.create(data.tenant_ctx, data) for data in made]
    case.steps.forget_calls()
    differ(case, keys)
    for i in _looked_at(case):
        case.expect_data(store.get(keys[i]), made[i], f"get_session of session {i + 1} of {MANY}")

    def expect_routed(after: int) -> None:
        case.steps.forget_calls()
        for i in (*range(1, MANY, 24), *range(3, MANY, 24)):
            found = store.find(made[i].tenant_ctx, f"user-{i}")
            told = f"the session of user-{i}, with {after} sessions"
            if found is not None and found[1].tenant_ctx.effective_user != f"user-{i}":
                case.expect(False, told, "another user's", "FENCE-12")
            _expect_led(case, found, keys[i], told, "ROUTE-01")

    expect_routed(MANY)
    *older, newest = (key for i, key in enumerate(keys) if i % 8 in _ONE_USERS)
    ctx = made[0].tenant_ctx
    found = store.find(ctx, "user-0")
    case.expect(found is not None, "the newest of a user's many sessions", "nothing", "ROUTE-01")
    case.expect(
        found is None or found[0] not in older, "the newest of a user's many sessions", "an older one", "ROUTE-04"
    )
    with case.given():
        case.expect(found is not None and found[0] == newest, "the newest", "another session, or nothing")
        store.remove(older[0])
    _expect_led(case, store.find(ctx, "user-0"), newest, "the newest after the oldest was removed", "ROUTE-08")
    updated = _update_the_oldest(case, store, keys, made)
    if reroutes:  # where an update of one of two sessions doesn't lead there that is for ROUTE-05's own check to say
        told = f"the session that was updated last, an old one of {MANY}"
        _expect_led(case, store.find(ctx, "user-0"), updated, told, "ROUTE-05")
    taken = _take_more(case, store)
    for i in range(8, MANY, 8):
        told = f"get_session of session {i + 1}, after {len(taken)} beyond {MANY}"
        case.expect_data(store.get(keys[i]), made[i], told)
    for key, data in list(taken.items())[::8]:
        case.expect_data(store.get(key), data, f"get_session of one of {len(taken)} beyond {MANY}")
    expect_routed(MANY + len(taken))
    _make_room(case, store, keys[1:])


def _expect_led(case: Case, found: tuple[str, SessionData] | None, key: str, what: str, rule: str) -> None:
    """What find answered is the session of a key."""
    got = "nothing" if found is None else "another session"
    case.expect(found is not None and found[0] == key, what, got, rule)


def _owner(i: int) -> TenantCtx:
    """Three of eight sessions are one user's, one is nobody's, one of another user of the same tenant and past its deadline, and the others are each of a tenant of its own."""
    match i % 8:
        case place if place in _ONE_USERS:
            return context(user="user-0")
        case 7:
            return context(user=None)
        case 3:
            return context(user=f"user-{i}").replace(deadline=InvocationDeadline(1))
    return context(f"env-{i % 300}", f"tenant-{i}", f"team-{i % 400}", f"user-{i}")


def _update_the_oldest(case: Case, store: Handle, keys: list[str], made: list[SessionData]) -> str:
    """The oldest sessions but the very first, and but nobody's, are updated like any other; answers the last one of the user with many."""
    oldest = [i for i in range(1, 1 + UPDATED) if i % 8 != 7]
    for i in oldest:
        made[i] = made[i].replace(context_json=f'{{"changed":{i}}}')
        store.update(keys[i], made[i])
    case.steps.forget_calls()
    for i in oldest:
        told = f"get_session of session {i + 1}, after {len(oldest)} of {MANY} were updated"
        case.expect_data(store.get(keys[i]), made[i], told)
    return keys[max(i for i in oldest if i % 8 in _ONE_USERS)]


def _take_more(case: Case, store: Handle) -> dict[str, SessionData]:
    """More sessions, each of a user of its own. A store may have no room for them; one that takes them has."""
    taken = {}
    for number in range(case.rounds(MORE)):
        data = session(context(user=f"user-more-{number}"))
        answer = store.try_create(data.tenant_ctx, data)
        if not answer.ok:
            break
        taken[answer.value] = data
    case.steps.forget_calls()
    return taken


def _make_room(case: Case, store: Handle, keys: list[str]) -> None:
    """What is removed stays gone and makes room: at quick effort for a few, else for as many as there were."""
    more = session(context(user="user-more"))
    gone = keys if case.conditions.effort != "quick" else keys[-150:]
    for number, key in enumerate(gone, 1):
        answer = store.try_remove(key)
        case.expect(answer.ok, f"remove_session of session {number} of {len(gone)}", answer.describe(), "OPS-10")
    for number, key in enumerate(gone, 1):
        case.expect(
            store.get(key) is None,
            f"nothing of session {number} of {len(gone)} that were removed",
            "a session",
            "OPS-10",
        )
    case.steps.forget_calls()
    new = []
    for number in range(len(gone)):
        answer = store.try_create(more.tenant_ctx, more)
        case.expect(
            answer.ok, f"room for session {number + 1} in the place of {len(gone)} that were removed", answer.describe()
        )
        new.append(answer.value)
    case.steps.forget_calls()
    for number, key in list(enumerate(new, 1))[::8]:
        told = f"get_session of session {number} in the place of {len(gone)} that were removed"
        case.expect_data(store.get(key), more, told)


def _looked_at(case: Case) -> list[int]:
    """All of the thousand; at quick effort the oldest, the newest, and a sample of those between."""
    if case.conditions.effort != "quick":
        return list(range(MANY))
    between = case.random.sample(range(50, MANY - 50), 100)
    return [*range(50), *sorted(between), *range(MANY - 50, MANY)]


@check("OPS-13")
def many_large_sessions_are_held(case: Case) -> None:
    """Hundreds of large sessions are held at once, a few at quick effort, unless the store says that it has no room for more."""
    store = case.store()
    ctx = context()
    kept = {}
    for number in range(8 if case.conditions.effort == "quick" else MANY_LARGE):
        data = session(ctx, node=f"node.{number}", context_json=LARGEST)
        answer = store.try_create(ctx, data)
        if not answer.ok:
            break
        kept[answer.value] = data
        case.steps.forget_calls()
    for key, data in list(kept.items())[::8]:
        case.expect_data(store.get(key), data, f"get_session of one of {len(kept)} large sessions")
