"""Rows of the fence's decision tables, each tried alone: what a failure is told with."""

from collections.abc import Callable

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.samples import session
from greentic_session_conformance.vectors import Row, context

Attempt = Callable[[Case, Handle, Row], None]


def create(case: Case, store: Handle, row: Row) -> None:
    """A row of ``fence/create.jsonl``."""
    if row["expect"] == "ok":
        made: list[str] = []
        accepted_create(case, store, row, made)
        with case.given():
            store.remove(made[0])
        return
    caller, stored = context(row["caller"]), context(row["data"])
    case.expect_refusal(store.try_create(caller, session(stored)), "create_session")
    for ctx in (stored, caller):
        expect_no_routing(case, store, ctx)


def accepted_create(case: Case, store: Handle, row: Row, made: list[str]) -> None:
    """A row whose create is to be accepted; the key is added to those made."""
    data = session(context(row["data"]))
    answer = store.try_create(context(row["caller"]), data)
    case.expect(answer.ok, "create_session accepted", answer.describe())
    case.expect(answer.value not in made, "a key of its own", "the key of an earlier session", "OPS-04")
    made.append(answer.value)
    got = store.get(answer.value)
    case.expect(got is not None, "get_session answers a session", "nothing", "OPS-02")
    case.expect_data(got, data, "get_session", "DATA-01")


def expect_no_routing(case: Case, store: Handle, ctx: TenantCtx) -> None:
    """After a refused create, the user of a context finds nothing."""
    user = ctx.effective_user
    if user is not None:
        case.expect(store.find(ctx, user) is None, "no routing made by a refused create_session", "a session", "OPS-17")


def changed(row: Row) -> SessionData:
    """What a row of ``fence/update.jsonl`` updates its session to."""
    return session(context(row["new"]), node="node.changed")


def update(case: Case, store: Handle, row: Row) -> None:
    """A row of ``fence/update.jsonl``."""
    made: list[str] = []
    (accepted_update if row["expect"] == "ok" else _refused_update)(case, store, row, made)
    with case.given():
        store.remove(made[0])


def accepted_update(case: Case, store: Handle, row: Row, made: list[str]) -> None:
    """A row whose update is to be accepted; the key is added to those made."""
    stored = context(row["stored"])
    with case.given():
        key = store.create(stored, session(stored))
    made.append(key)
    answer = store.try_update(key, changed(row))
    case.expect(answer.ok, "update_session accepted", answer.describe())
    case.expect_data(store.get(key), changed(row), "get_session", "OPS-08")


def _refused_update(case: Case, store: Handle, row: Row, made: list[str]) -> None:
    stored = context(row["stored"])
    with case.given():
        key = store.create(stored, session(stored))
    made.append(key)
    answer = store.try_update(key, changed(row))
    if answer.ok:
        now = store.get(key)
        told = "nothing" if now is None else _differs(now.tenant_ctx, stored, row["differs"])
        case.expect(False, "invalid_input, and the session as it was", f"no error; get_session now answers {told}")
    case.expect_refusal(answer, "update_session")
    case.expect_data(store.get(key), session(stored), "get_session after a refused update_session", "OPS-17")


def _differs(now: TenantCtx, stored: TenantCtx, dimension: str) -> str:
    member = {"env": "env", "tenant": "tenant_id", "team": "effective_team", "user": "effective_user"}[dimension]
    value = getattr(now, member)
    if value == getattr(stored, member):
        return "the session as it was"
    return f"{dimension} {'absent' if value is None else ascii(value)}"


def find(case: Case, store: Handle, row: Row) -> None:
    """A row of ``fence/find.jsonl``."""
    if row["expect"] != "found":
        before = store.try_find(context(row["caller"]), row["user"])
        case.expect(before.value is None, "nothing: every session was removed", "a session", "ROUTE-07")
    with case.given():
        key = store.create(context(row["creator"]), session(context(row["stored"])))
    if row["expect"] == "found":
        expect_found(case, store, row, key)
    else:
        expect_not_found(case, store, row)
    with case.given():
        store.remove(key)


def expect_found(case: Case, store: Handle, row: Row, key: str) -> None:
    """A row's caller finds the session of a key."""
    answer = store.try_find(context(row["caller"]), row["user"])
    if answer.ok and answer.value is None:
        _expect_routing(case, context(row["stored"]), row["user"])
    case.expect(answer.ok, "find_by_user answers the session", answer.describe())
    case.expect(answer.value is not None, "find_by_user answers the session", "nothing")
    case.expect(answer.value[0] == key, "find_by_user answers the session's key", "another key")


def expect_not_found(case: Case, store: Handle, row: Row) -> None:
    """A row's caller finds nothing."""
    answer = store.try_find(context(row["caller"]), row["user"])
    case.expect(answer.ok, "nothing from find_by_user", answer.describe())
    case.expect(answer.value is None, "nothing from find_by_user", "the session", row["rules"][0])


def _expect_routing(case: Case, stored: TenantCtx, user: str) -> None:
    """The control of a find that answered nothing: is a plain session of that scope found by its own context?"""
    plain = TenantCtx.new(stored.env, stored.tenant_id).with_team(stored.effective_team)
    control, caller = case.control(), plain.with_user(user)
    routed = "ROUTE-02" if stored.effective_user is None else "ROUTE-01"
    created = control.try_create(caller, session(plain if stored.effective_user is None else caller))
    found = control.try_find(caller, user)
    if created.ok:
        control.try_remove(created.value)
    case.expect(
        not created.ok or found.value is not None,
        "find_by_user answers the session to its own context",
        "nothing",
        routed,
    )
