"""The decision tables of the fence, tried row by row on a store."""

from greentic_session import TenantCtx
from greentic_session_conformance.case import Case, Handle
from greentic_session_conformance.checks.samples import session
from greentic_session_conformance.vectors import Row, context, rows


def decide(case: Case, rule: str, store: Handle | None = None) -> None:
    """Try every row, of the three tables, that shows a rule, on a fresh store or on the one given."""
    store = store or case.store()
    tried = 0
    for path, attempt in (
        ("fence/create.jsonl", _create),
        ("fence/update.jsonl", _update),
        ("fence/find.jsonl", _find),
    ):
        for row in rows(path):
            if row["rules"][0] == rule:
                tried += 1
                with case.vector(row["id"]):
                    attempt(case, store, row)
    if not tried:
        message = f"no row of the fence's tables shows {rule}"
        raise LookupError(message)


def _create(case: Case, store: Handle, row: Row) -> None:
    caller, stored = context(row["caller"]), context(row["data"])
    data = session(stored)
    answer = store.try_create(caller, data)
    if row["expect"] == "ok":
        case.expect(answer.ok, "create_session accepted", answer.describe())
        got = store.get(answer.value)
        case.expect(got is not None, "get_session answers a session", "nothing", "OPS-02")
        case.expect_data(got, data, "get_session", "DATA-01")
        with case.given():
            store.remove(answer.value)
        return
    case.expect_refusal(answer, "create_session")
    for ctx in (stored, caller):
        user = ctx.effective_user
        if user is not None:
            case.expect(
                store.find(ctx, user) is None,
                "no routing made by a refused create_session",
                "a session",
                "OPS-17",
            )


def _update(case: Case, store: Handle, row: Row) -> None:
    stored, new = context(row["stored"]), context(row["new"])
    data, changed = session(stored), session(new, node="node.changed")
    with case.given():
        key = store.create(stored, data)
    answer = store.try_update(key, changed)
    if row["expect"] == "ok":
        case.expect(answer.ok, "update_session accepted", answer.describe())
        case.expect_data(store.get(key), changed, "get_session", "OPS-08")
    else:
        if answer.ok:
            now = store.get(key)
            told = "nothing" if now is None else _differs(now.tenant_ctx, stored, row["differs"])
            case.expect(False, "invalid_input, and the session as it was", f"no error; get_session now answers {told}")
        case.expect_refusal(answer, "update_session")
        case.expect_data(store.get(key), data, "get_session after a refused update_session", "OPS-17")
    with case.given():
        store.remove(key)


def _differs(now: TenantCtx, stored: TenantCtx, dimension: str) -> str:
    member = {"env": "env", "tenant": "tenant_id", "team": "effective_team", "user": "effective_user"}[dimension]
    value = getattr(now, member)
    if value == getattr(stored, member):
        return "the session as it was"
    return f"{dimension} {'absent' if value is None else ascii(value)}"


def _find(case: Case, store: Handle, row: Row) -> None:
    creator, stored, caller = context(row["creator"]), context(row["stored"]), context(row["caller"])
    data = session(stored)
    if row["expect"] != "found":
        before = store.try_find(caller, row["user"])
        case.expect(before.value is None, "nothing: every session was removed", "a session", "ROUTE-07")
    with case.given():
        key = store.create(creator, data)
    answer = store.try_find(caller, row["user"])
    if row["expect"] == "found":
        if answer.ok and answer.value is None:
            _expect_routing(case, stored, row["user"])
        case.expect(answer.ok, "find_by_user answers the session", answer.describe())
        case.expect(answer.value is not None, "find_by_user answers the session", "nothing")
        case.expect(answer.value[0] == key, "find_by_user answers the session's key", "another key")
    else:
        case.expect(answer.ok, "nothing from find_by_user", answer.describe())
        case.expect(answer.value is None, "nothing from find_by_user", "the session")
    with case.given():
        store.remove(key)


def _expect_routing(case: Case, stored: TenantCtx, user: str) -> None:
    """The control of a find that answered nothing: is a plain session of that scope found by its own context?"""
    plain = TenantCtx.new(stored.env, stored.tenant_id).with_team(stored.effective_team)
    control, caller = case.control(), plain.with_user(user)
    routed = "ROUTE-02" if stored.effective_user is None else "ROUTE-01"
    created = control.try_create(caller, session(plain if stored.effective_user is None else caller))
    found = control.try_find(caller, user)
    case.expect(
        not created.ok or found.value is not None,
        "find_by_user answers the session to its own context",
        "nothing",
        routed,
    )
