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
        case.expect_data(store.get(answer.value), data, "get_session", "OPS-02")
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
    with case.given():
        key = store.create(creator, data)
    answer = store.try_find(caller, row["user"])
    if row["expect"] == "found":
        case.expect(answer.ok, "find_by_user answers the session", answer.describe())
        case.expect(answer.value is not None, "find_by_user answers the session", "nothing")
        case.expect(answer.value[0] == key, "find_by_user answers the session's key", "another key")
    else:
        case.expect(answer.ok, "nothing from find_by_user", answer.describe())
        case.expect(answer.value is None, "nothing from find_by_user", "the session")
    with case.given():
        store.remove(key)
