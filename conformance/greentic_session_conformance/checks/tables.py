"""The decision tables of the fence, tried on a store: rows together first, each alone where anything is amiss.

Together many rows share a session, and many refusals one look at what they left, which spares a slow store
most of the calls. A failure is always told of one row alone, on sessions of its own.
"""

from collections.abc import Callable, Sequence

from greentic_session import TenantCtx
from greentic_session_conformance.case import Case, Failed, Handle, NotJudged
from greentic_session_conformance.case.handle import UnexpectedError
from greentic_session_conformance.checks import rows_alone as alone
from greentic_session_conformance.samples import session
from greentic_session_conformance.vectors import Row, context, rows_by_rule, sample

#: The keys of sessions that rows have made and left.
Keys = list[str]
_Together = Callable[[Case, Handle, Sequence[Row], Keys], None]


class _UnroutedError(Exception):
    """Asking in vain unrouted the session (rule FENCE-17), so that rows can't share one."""


def decide(case: Case, rule: str, store: Handle | None = None) -> None:
    """Try the rows, of the three tables, that show a rule, on a fresh store or on the one given.

    At quick effort those are the hand-written ones and a sample of the generated ones.
    """
    store = store or case.store()
    tables: tuple[tuple[str, _Together, alone.Attempt], ...] = (
        # What looks for traces comes before what leaves sessions.
        ("fence/create.jsonl", _refused_creates, alone.create),
        ("fence/find.jsonl", _finds, alone.find),
        ("fence/create.jsonl", _accepted_creates, alone.create),
        ("fence/update.jsonl", _updates, alone.update),
    )
    shown = {path: rows_by_rule(path).get(rule, []) for path, _, _ in tables}
    if not any(shown.values()):
        message = f"no row of the fence's tables shows {rule}"
        raise LookupError(message)
    if case.conditions.effort == "quick":
        shown = {path: sample(of, case.random) for path, of in shown.items()}
    unjudged = None
    for path, together, attempt in tables:
        try:
            _try(case, store, shown[path], together, attempt)
        except NotJudged as reason:  # the other tables may be judged all the same
            unjudged = unjudged or reason
    if unjudged is not None:
        raise unjudged


def _try(case: Case, store: Handle, chosen: Sequence[Row], together: _Together, attempt: alone.Attempt) -> None:
    case.begin_anew()
    made: Keys = []
    try:
        together(case, store, chosen, made)
    except (Failed, NotJudged, UnexpectedError, _UnroutedError) as amiss:
        _remove(store, made)
        for row in chosen:
            with case.vector(row["id"]):
                attempt(case, store, row)
        # No row shows it alone. What wasn't refused, or left a trace, names its rule and is told all the same; what was
        # refused for no reason of the row's is another rule's fault, which has a check of its own.
        if isinstance(amiss, Failed) and amiss.rule is not None:
            case.begin_anew()
            together(case, store, chosen, made)
            raise


def _remove(store: Handle, made: Keys) -> None:
    for key in made:
        store.try_remove(key)
    made.clear()


def _refused_creates(case: Case, store: Handle, chosen: Sequence[Row], made: Keys) -> None:
    seekers: dict[TenantCtx, None] = {}
    for row in chosen:
        if row["expect"] == "ok":
            continue
        caller, stored = context(row["caller"]), context(row["data"])
        answer = store.try_create(caller, session(stored))
        if answer.ok:
            made.append(answer.value)
        case.expect_refusal(answer, "create_session", row["rules"][0])
        seekers |= {stored: None, caller: None}
    for ctx in seekers:
        alone.expect_no_routing(case, store, ctx)


def _accepted_creates(case: Case, store: Handle, chosen: Sequence[Row], made: Keys) -> None:
    for row in chosen:
        if row["expect"] == "ok":
            alone.accepted_create(case, store, row, made)


def _by(chosen: Sequence[Row], *members: str) -> list[list[Row]]:
    """Rows that begin with the same session, together."""
    groups: dict[tuple[TenantCtx, ...], list[Row]] = {}
    for row in chosen:
        groups.setdefault(tuple(context(row[member]) for member in members), []).append(row)
    return list(groups.values())


def _updates(case: Case, store: Handle, chosen: Sequence[Row], made: Keys) -> None:
    for row in chosen:
        if row["expect"] == "ok":
            alone.accepted_update(case, store, row, made)
    for group in _by([row for row in chosen if row["expect"] != "ok"], "stored"):
        stored = context(group[0]["stored"])
        with case.given():
            key = store.create(stored, session(stored))
        made.append(key)
        for row in group:
            case.expect_refusal(store.try_update(key, alone.changed(row)), "update_session", row["rules"][0])
        case.expect_data(store.get(key), session(stored), "get_session after a refused update_session", "OPS-17")


def _finds(case: Case, store: Handle, chosen: Sequence[Row], made: Keys) -> None:
    for group in _by(chosen, "creator", "stored"):
        creator, stored = context(group[0]["creator"]), context(group[0]["stored"])
        with case.given():
            key = store.create(creator, session(stored))
        made.append(key)
        found = [row for row in group if row["expect"] == "found"]
        refused = [row for row in group if row["expect"] != "found"]
        for row in found:
            alone.expect_found(case, store, row, key)
        routed = len(refused) > 1 and _routed(store, creator, key)
        for row in refused:
            alone.expect_not_found(case, store, row)
        if routed and not _routed(store, creator, key):
            raise _UnroutedError
        with case.given():
            store.remove(key)
        made.remove(key)


def _routed(store: Handle, creator: TenantCtx, key: str) -> bool:
    """Whether a session is found by who created it, so that others ask for something that is there."""
    user = creator.effective_user
    answer = store.try_find(creator, user or "")
    return answer.ok and answer.value is not None and answer.value[0] == key
