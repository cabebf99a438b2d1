"""durable: what was acknowledged outlives handles and processes."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData, TenantCtx
from greentic_session_conformance.case import Answer, Case, Handle, NotJudged
from greentic_session_conformance.checks.keyed_create import KEYS_APART
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.run.elsewhere import Elsewhere
from greentic_session_conformance.samples import (
    CHARACTERS,
    LARGEST_SNAPSHOTS,
    LOOKS_ENCODED,
    MISREAD_ATTRIBUTES,
    MOST_ATTRIBUTES,
    NO_KEY,
    READ_AS_NOTHING,
    SNAPSHOT,
    TEXTS,
    USER,
    context,
    full,
    session,
)

#: How many sessions are kept over one closing at quick effort.
_MANY: Final = 130


def opened_again(case: Case, storage: Any, after: str) -> Handle:
    """Another handle on a storage that could be opened before.

    Args:
        case: the check's case.
        storage: the storage.
        after: what has happened since, in words.

    Raises:
        Failed: it can't be opened any more, and another storage can.
    """
    answer = case.try_store(storage)
    if answer.error is not None:
        if answer.outcome_unknown or not case.opens_storages:
            raise answer.error
        # Where no storage can be opened, it isn't this one's fault, and the check isn't judged.
        case.close(case.store())
        told = f"{type(answer.error).__name__}: {answer.error}"
        case.expect(False, f"the storage can be opened again {after}", told)
    handle: Handle = answer.value
    return handle


def _reopened(case: Case, storage: Any, handle: Handle) -> Handle:
    case.close(handle)
    return opened_again(case, storage, "after its handle was closed")


def _key(case: Case, answer: Answer) -> str:
    case.expect(answer.ok and isinstance(answer.value, str), "a key from another process", answer.describe())
    key: str = answer.value
    return key


@check("DUR-01")
def sessions_survive_closing(case: Case) -> None:
    """Created and updated sessions are there, as they were stored, on a handle opened later."""
    storage = case.storage()
    store = case.store(storage)
    whole, small = full(), session(context())
    with case.given():
        first, second = store.create(whole.tenant_ctx, whole), store.create(small.tenant_ctx, small)
        store.update(second, small.replace(context_json="updated"))
    for _ in range(2):
        store = _reopened(case, storage, store)
        case.expect_data(store.get(first), whole, "get_session after the storage was opened again")
        case.expect_data(
            store.get(second),
            small.replace(context_json="updated"),
            "get_session after the storage was opened again",
        )


def _documents() -> Iterator[SessionData]:
    """Sessions that hold what is lost where a file is written or read without care, each in a context of its own user."""
    number = itertools.count()

    def of(ctx: TenantCtx | None = None, **members: Any) -> SessionData:
        user = f"user-{next(number)}"
        stored = context() if ctx is None else ctx
        return session(stored.replace(user=user, user_id=user)).replace(**members)

    yield of(full().tenant_ctx, **{name: getattr(full(), name) for name in ("cursor", "pack_id", "context_json")})
    yield of(full(text=CHARACTERS).tenant_ctx, cursor=full(text=CHARACTERS).cursor)
    for text in (CHARACTERS, SNAPSHOT, "", "a\r\nb\x00c", "[" * 500, *LARGEST_SNAPSHOTS):
        yield of(context_json=text)
    yield of(context().replace(**dict.fromkeys(TEXTS, "")), cursor=SessionCursor("", "", ""))
    for reason in ("", None):
        yield of(context().replace(impersonation=Impersonation("actor", reason)))
    for whose in (SessionCursor("n", wait_reason="w"), SessionCursor("n", outbox_marker="o")):
        yield of(cursor=whose)
    yield full(user=None)
    for text in (*LOOKS_ENCODED, *READ_AS_NOTHING):
        yield of(context_json=text, cursor=SessionCursor("n", text, text))
    for millis in (-(2**127), -(2**63) - 1, -1, 0, 2**53 + 1, 2**63, 2**127 - 1):
        yield of(context().replace(deadline=InvocationDeadline(millis), attempt=2**32 - 1))
    for attributes in (*MISREAD_ATTRIBUTES, MOST_ATTRIBUTES):
        yield of(context().replace(attributes=attributes))
    yield session(TenantCtx("prod", "legacy", "tenant-42", "old-team", "new-team", "old-user", "new-user"))
    yield session(TenantCtx("dev", "tenant-42", "tenant-42", team="ops", user="of-older-names"))
    yield session(TenantCtx("dev", "tenant-42", "tenant-42", team_id="ops", user_id="of-newer-names"))
    yield session(context(team="-", user=None))
    yield of(context(team="t" * 255, tenant="i" * 255))


@check("DUR-01")
def documents_of_every_kind_survive_closing(case: Case) -> None:
    """What is large, empty, long, odd or written by older names comes back from a handle opened later as it was stored."""
    storage = case.storage()
    store = case.store(storage)
    kept: list[tuple[str, SessionData]] = []
    with case.given():
        for data in _documents():
            kept.append((store.create(data.tenant_ctx, data), data))
            case.expect_data(store.get(kept[-1][0]), data, "get_session")
    store = _reopened(case, storage, store)
    case.steps.forget_calls()
    for key, data in kept:
        case.expect_data(store.get(key), data, "get_session after the storage was opened again")


@check("DUR-01", "DUR-02")
def many_sessions_survive_closing(case: Case) -> None:
    """Hundreds of sessions, of several envs, tenants, teams and users, are there and routed on a handle opened later."""
    storage = case.storage()
    store = case.store(storage)
    kept: list[tuple[str, TenantCtx, SessionData]] = []
    with case.given():
        for i in range(min(case.rounds(_MANY), 600)):
            caller = context(("dev", "prod")[i % 2], f"tenant-{i % 7}", (None, "red", "blue")[i % 3], f"user-{i}")
            data = session(caller if i % 5 else caller.replace(user=None, user_id=None), node=f"node.{i}")
            kept.append((store.create(caller, data), caller, data))
    case.steps.forget_calls()
    store = _reopened(case, storage, store)
    for number, (key, caller, data) in enumerate(kept):
        what = f"of session {number + 1} of {len(kept)}, after the storage was opened again"
        case.expect_data(store.get(key), data, f"get_session {what}", "DUR-01")
        found = store.find(caller, caller.user or "")
        got = "nothing" if found is None else "another session"
        case.expect(found is not None and found[0] == key, f"find_by_user {what}", got, "DUR-02")


@check("DUR-02")
def routing_survives_closing(case: Case) -> None:
    """Users find the same session on a handle opened later, also one without a stored user, also after an update."""
    storage = case.storage()
    store = case.store(storage)
    ctx, other = context(), context(user="user-8")
    anonymous = session(context(user=None))
    with case.given():
        older = store.create(ctx, session(ctx))
        store.create(ctx, session(ctx))
        store.update(older, session(ctx))
        unnamed = store.create(other, anonymous)
    store = _reopened(case, storage, store)
    for caller, user, key in ((ctx, USER, older), (other, "user-8", unnamed)):
        found = store.find(caller, user)
        case.expect(
            found is not None and found[0] == key,
            "the same session as before",
            "nothing" if found is None else "another one",
        )
    with case.given():
        store.remove(unnamed)
    store = _reopened(case, storage, store)
    case.expect(store.find(other, "user-8") is None, "nothing after remove_session", "a session")


@check("DUR-03")
def another_process_sees_the_same(case: Case) -> None:
    """A session that one process creates is found, updated and removed by another."""
    storage = case.storage()
    store = case.store(storage)
    whole = full()
    ctx = whole.tenant_ctx
    with case.given():
        key = store.create(ctx, whole)
    with _elsewhere(case, storage, store) as (elsewhere, stays_open):
        _expect(case, elsewhere.call("get_session", key), whole, "get_session in another process")
        found = elsewhere.call("find_by_user", ctx, USER)
        case.expect(
            found.ok and found.value is not None and found.value[0] == key,
            "the session, found in another process",
            found.describe(),
        )
        if stays_open:
            case.expect_data(store.get(key), whole, "get_session")
        resumed = whole.replace(context_json="resumed")
        answer = elsewhere.call("update_session", key, resumed)
        case.expect(answer.ok, "update_session in another process", answer.describe())
        if stays_open:
            # It has read the session before: it must not answer from memory.
            case.expect_data(store.get(key), resumed, "get_session on a handle that was open all the time")
    if stays_open:
        case.expect_data(store.get(key), resumed, "get_session after another process updated it")
        case.close(store)
    store = opened_again(case, storage, "after another process updated a session")
    case.expect_data(store.get(key), resumed, "get_session after another process updated it")


@contextmanager
def _elsewhere(case: Case, storage: Any, store: Handle) -> Iterator[tuple[Elsewhere, bool]]:
    """Another process on a storage, and whether a handle stays open beside it: a storage may let in one at a time."""
    elsewhere = let_in(case, storage)
    stays_open = elsewhere is not None
    if elsewhere is None:
        case.close(store)
        elsewhere = Elsewhere(case, storage)
    with elsewhere:
        yield elsewhere, stays_open


def let_in(case: Case, storage: Any) -> Elsewhere | None:
    """Another process that a storage lets in beside who is there; ``None`` where it doesn't, which some tell at the first call only."""
    try:
        elsewhere = Elsewhere(case, storage)
    except NotJudged:
        return None
    if not elsewhere.call("get_session", NO_KEY).outcome_unknown:
        return elsewhere
    elsewhere.kill()
    return None


def _expect(case: Case, answer: Answer, wanted: SessionData, what: str) -> None:
    case.expect(answer.ok, f"{what} answers the session", answer.describe())
    case.expect_data(answer.value, wanted, what)


@check("DUR-04")
def a_killed_writer_loses_nothing_that_was_acknowledged(case: Case) -> None:
    """What a process was acknowledged before SIGKILL is there: sessions, updates, routing."""
    storage = case.storage()
    for number in range(case.rounds(1)):
        ctx = context(user=f"user-{number}")
        data = session(ctx, context_json=f'{{"round":{number}}}' * 100)
        with Elsewhere(case, storage) as writer:
            created = _key(case, writer.call("create_session", ctx, data))
            updated = _key(case, writer.call("create_session", ctx, session(ctx)))
            answer = writer.call("update_session", updated, data)
            case.expect(answer.ok, "update_session in another process", answer.describe())
            writer.kill()
        store = opened_again(case, storage, "after its writer was killed")
        for key in (created, updated):
            case.expect_data(store.get(key), data, "get_session after its writer was killed")
        found = store.find(ctx, f"user-{number}")
        case.expect(
            found is not None and found[0] == updated,
            "the routing after its writer was killed",
            "nothing" if found is None else "another session",
        )
        case.close(store)


@check("DUR-05")
def removals_survive(case: Case) -> None:
    """A removed session stays gone after closing, and after the process that removed it was killed."""
    storage = case.storage()
    store = case.store(storage)
    ctx = context()
    with case.given():
        key, other = store.create(ctx, session(ctx)), store.create(ctx, session(ctx))
        store.remove(key)
    store = _reopened(case, storage, store)
    case.expect(store.get(key) is None, "nothing: the session was removed", "the session")
    case.close(store)
    with Elsewhere(case, storage) as writer:
        answer = writer.call("remove_session", other)
        case.expect(answer.ok, "remove_session in another process", answer.describe())
        writer.kill()
    store = opened_again(case, storage, "after its writer was killed")
    case.expect(
        store.get(other) is None,
        "nothing: another process removed the session, and was then killed",
        "the session",
    )
    case.expect(store.find(ctx, USER) is None, "nothing for its user", "a session")


@check("DUR-06")
def given_keys_stay_taken(case: Case) -> None:
    """A given key is refused on a handle opened later, and after its creator was killed."""
    storage = case.storage()
    store = case.store(storage)
    ctx = context()
    with case.given():
        store.create(ctx, session(ctx), "taken here")
    store = _reopened(case, storage, store)
    with _elsewhere(case, storage, store) as (writer, stays_open):
        answer = writer.call("create_session", ctx, session(ctx), key="taken elsewhere")
        case.expect(answer.ok, "create_session in another process", answer.describe())
        writer.kill()
    if not stays_open:
        store = opened_again(case, storage, "after its creator was killed")
    for key in ("taken here", "taken elsewhere"):
        case.expect_refusal(
            store.try_create(ctx, session(ctx, node="node.second"), key),
            "create_session under a key taken before",
        )
        case.expect_data(store.get(key), session(ctx), "get_session")


@check("DUR-06")
def odd_given_keys_stay_taken(case: Case) -> None:
    """Given keys that could be folded, cut or cleaned on their way into a file are taken, each for itself, on a handle opened later."""
    storage = case.storage()
    store = case.store(storage)
    kept = {key: session(context(user=f"user-{i}"), node=f"node.{i}") for i, key in enumerate(KEYS_APART)}
    with case.given():
        for key, data in kept.items():
            store.create(data.tenant_ctx, data, key)
    store = _reopened(case, storage, store)
    case.steps.forget_calls()
    for key, data in kept.items():
        case.expect_data(store.get(key), data, f"get_session of {key[:40]!a} after the storage was opened again")
    other = session(context())
    for key in kept:
        case.expect_refusal(
            store.try_create(other.tenant_ctx, other, key), f"create_session under {key[:40]!a}, taken before"
        )
