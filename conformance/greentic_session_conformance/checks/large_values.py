"""A session whose snapshot is large is fenced, replaced, removed and found like any other.

Where a large value is kept in chunks, in a file beside the row, or by another path than a small one, it is that path that is wrong.
"""

from collections.abc import Iterator

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.samples import LARGEST, USER, context, everything, session

#: So many fill more than one page of 1 MiB.
PAGES = 8

#: A context, and one that differs from it, with the rules that refuse it at create and at update.
_OWN = context(team="red")
_OTHERS = (
    (context("prod", team="red"), "FENCE-01", "FENCE-06"),
    (context(tenant="tenant-43", team="red"), "FENCE-02", "FENCE-07"),
    (context(team="blue"), "FENCE-03", "FENCE-05"),
    (context(team=None), "FENCE-03", "FENCE-05"),
    (context(team="red", user="user-8"), "FENCE-04", "FENCE-08"),
)


def _large(ctx: TenantCtx) -> Iterator[tuple[str, SessionData]]:
    """As large as every store holds, and so large that it may be refused for that."""
    yield "256 KiB", session(ctx, context_json=LARGEST)
    yield "600,000 characters", session(ctx, context_json="x" * 600_000)


def _held(case: Case, store: Handle) -> str:
    """The key of a large session; that it is held at all is for the DATA family to say."""
    with case.given():
        key = store.create(_OWN, session(_OWN, context_json=LARGEST))
        case.expect_data(store.get(key), session(_OWN, context_json=LARGEST), "get_session")
    return key


@check("FENCE-01", "FENCE-02", "FENCE-03", "FENCE-04")
def a_large_create_is_fenced(case: Case) -> None:
    """A create for another env, tenant, team or user is refused also where the snapshot is large, and leaves nothing."""
    store = case.store()
    with case.given():
        store.remove(_held(case, store))
    for other, rule, _ in _OTHERS:
        for what, data in _large(other):
            answer = store.try_create(_OWN, data)
            case.expect_refusal(answer, f"create_session with {what} of context_json", rule)
            found = store.find(other, other.effective_user or USER)
            case.expect(found is None, "no routing made by a refused create_session", "a session", "OPS-17")


@check("FENCE-05", "FENCE-06", "FENCE-07", "FENCE-08")
def a_large_update_is_fenced(case: Case) -> None:
    """An update to another env, tenant, team or user is refused also where the snapshot is large, and the session stays as it was."""
    store = case.store()
    small = session(_OWN)
    with case.given():
        store.remove(_held(case, store))
    for other, _, rule in _OTHERS:
        with case.given():
            key = store.create(_OWN, small)
            for _ in range(4):
                case.expect_data(store.get(key), small, "get_session")
        for what, data in _large(other):
            answer = store.try_update(key, data)
            case.expect_refusal(answer, f"update_session with {what} of context_json", rule)
            case.expect_data(store.get(key), small, "get_session after a refused update_session", "OPS-17")


@check("OPS-17")
def a_refused_update_leaves_a_large_session_as_it_was(case: Case) -> None:
    """Nothing of an update for another env, tenant, team or user shows in a large session, however large it is."""
    store = case.store()
    large = session(_OWN, context_json=LARGEST)
    for other, _, _ in _OTHERS:
        key = _held(case, store)
        with case.given():
            for _ in range(3):
                case.expect_data(store.get(key), large, "get_session")
        for what, context_json in (("a small", "y"), ("a large", "y" * len(LARGEST)), ("a larger", "y" * 600_000)):
            with case.given():
                answer = store.try_update(key, session(other, context_json=context_json))
                case.expect(not answer.ok, "refusals", "an operation that succeeded")
            told = f"get_session of a large session after a refused update_session with {what} snapshot"
            case.expect_data(store.get(key), large, told)


@check("OPS-08")
def a_large_snapshot_is_replaced(case: Case) -> None:
    """Nothing of a large snapshot is left by an update to a shorter one, and an update at its one end or the other is seen."""
    store = case.store()
    key = _held(case, store)
    for what, context_json in (
        ("a short snapshot", "y"),
        ("a large one again", LARGEST),
        ("another last character", LARGEST[:-1] + "y"),
        ("another first character", "y" + LARGEST[1:]),
        ("other characters in the middle", LARGEST[:150_000] + "y" * 100 + LARGEST[150_100:]),
        ("half the snapshot", LARGEST[:131_072]),
        ("an empty one", ""),
    ):
        data = session(_OWN, context_json=context_json)
        store.update(key, data)
        case.expect_data(store.get(key), data, f"get_session after an update of a large session to {what}")


@check("OPS-12")
def large_sessions_do_not_touch_each_other(case: Case) -> None:
    """Updating and removing one large session leaves those of others, though they have the same snapshot, or one of the same length."""
    store = case.store()
    neighbours = (
        (context(), LARGEST),
        (context("prod", "tenant-43", "blue", "user-8"), LARGEST),
        (context(user=None), LARGEST[:-1] + "y"),
    )
    with case.given():
        made = [session(ctx, context_json=text) for ctx, text in neighbours]
        kept = {store.create(data.tenant_ctx, data): data for data in made}
    changed, removed = _held(case, store), _held(case, store)
    store.update(changed, session(_OWN))
    for key, data in kept.items():
        case.expect_data(store.get(key), data, "get_session of a large session that wasn't updated")
    store.remove(removed)
    for key, data in kept.items():
        case.expect_data(store.get(key), data, "get_session of a large session that wasn't removed")


@check("ROUTE-04")
def the_newest_of_a_users_large_sessions_is_found(case: Case) -> None:
    """Of a user's many large sessions the newest is found, however much there is of the older ones."""
    store = case.store()
    with case.given():
        small = store.create(_OWN, session(_OWN))
        case.expect_data(store.get(small), session(_OWN), "get_session")
        case.expect(store.find(_OWN, USER) is not None, "a small session to be found", "nothing")
    for number in range(1, PAGES + 1):
        key = _held(case, store)
        found = store.find(_OWN, USER)
        got = "nothing" if found is None else "another session"
        case.expect(found is not None and found[0] == key, f"the newest of {number} large sessions of a user", got)


@check("DATA-09")
def large_snapshots_of_wide_characters(case: Case) -> None:
    """256 KiB are held where characters of several bytes lie across the middle of each chunk, and where all that may be large is, in characters that JSON escapes."""
    store = case.store()
    with case.given():
        store.remove(_held(case, store))
        data = _of_nuls(8)
        key = store.create(data.tenant_ctx, data)
        case.expect_data(store.get(key), data, "get_session of eight NULs in each text")
    wide = ("a" + "é" * 131_071, "ab" + "€" * 87_380, "a" + "\U0001f600" * 65_535)
    rows = [(f"256 KiB, {text[:3]!a} and so on", session(_OWN, context_json=text)) for text in wide]
    for what, data in (*rows, ("all at once, each of NULs", _of_nuls(4_096))):
        key = store.create(data.tenant_ctx, data)
        case.expect_data(store.get(key), data, f"get_session of {what}")
        with case.given():
            store.remove(key)


def _of_nuls(count: int) -> SessionData:
    """So many in each text, in proportion elsewhere. With 4,096 it is the most that every store holds: 2.2 MB of JSON, in which each takes six bytes."""
    whole = everything("\x00" * count, "flow.1")
    attributes = {f"{number:02d}": "\x00" * min(count, 1_022) for number in range(64)}
    return whole.replace(tenant_ctx=whole.tenant_ctx.replace(attributes=attributes), context_json="\x00" * count * 64)
