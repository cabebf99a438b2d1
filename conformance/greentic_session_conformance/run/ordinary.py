"""Operations that never work: the one fault that would otherwise look like fifty (rule VERD-22).

A store whose find always raises breaks every rule that needs a find. It is to be told once, by the rule that the plainest use of the
operation breaks; what else can't be seen without it is not judged.
"""

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from greentic_session import TenantCtx
from greentic_session_conformance.case import (
    Answer,
    Case,
    Failed,
    Handle,
    NotJudged,
    OperationHung,
    StoreLost,
)
from greentic_session_conformance.samples import NO_KEY, USER, context, session

if TYPE_CHECKING:
    from collections.abc import Callable

#: The rule that is broken where the plainest use of an operation fails.
HOME: Final = MappingProxyType(
    {
        "create_session": "OPS-01",
        "get_session": "OPS-02",
        "update_session": "OPS-08",
        "remove_session": "OPS-10",
        "find_by_user": "ROUTE-01",
    }
)
#: The rule that is broken where what a claimed profile needs isn't there at all.
PROFILE_HOME: Final = MappingProxyType(
    {"keyed-create": "KEY-05", "redis-layout": "REDIS-01", "codec": "DATA-07", "mapping": "KEY-01"}
)

#: The operations that answer nothing; whether they work shows in what is stored after them.
EFFECTS: Final = ("update_session", "remove_session")
#: What one of those comes to that says it is done and changes nothing.
NO_EFFECT: Final = "no effect"

#: An env of no check, in which the operations are tried.
_ENV: Final = "ordinary"


def never_works(case: Case, operation: str) -> str:
    """What comes of an operation for every ordinary session, where that is always the same fault: an error in words, ``"nothing"``, :data:`NO_EFFECT`.

    It is asked once a run, and only for an operation that may be to blame; nothing else is called but create and get.

    Args:
        case: the case of a check that has failed. A fresh storage is tried where there can be one beside the check's, its own otherwise.
        operation: such as ``"find_by_user"``.
    """
    broken = case.conditions.broken
    if broken is None:
        return ""
    if operation not in broken:
        broken[operation] = _probe(case, operation)
    return broken[operation]


def _probe(case: Case, operation: str) -> str:
    contexts = (context(_ENV), context(_ENV, team="ops"), context(_ENV, tenant="acme", team="red"))
    try:
        if not case.opens_storages:
            outcomes = {_outcome(case.control(), operation, ctx) for ctx in contexts}
        else:
            beside = Case(case.target, "ordinary", replace(case.conditions, hangs={}))
            with beside.limit:
                store = beside.store()
                outcomes = {_outcome(store, operation, ctx) for ctx in contexts}
                beside.end(abandon=False)
    except (Failed, NotJudged, OperationHung, StoreLost):
        return ""  # an answer of the wrong form, or one that doesn't come, is told by itself
    except BaseException as error:
        if case.ends_the_run(error):
            raise
        return ""  # the target can't be opened or closed, which is told by itself, too
    return outcomes.pop() if len(outcomes) == 1 else ""


def _outcome(store: Handle, operation: str, ctx: TenantCtx) -> str:
    """How an operation fails for a session of a context; empty where it doesn't."""
    data = session(ctx)
    created = store.try_create(ctx, data)
    if operation == "create_session":
        return "" if created.ok else created.describe()
    # Where nothing can be created, an operation is known not to work only where it isn't there at all.
    if not created.ok and callable(getattr(store.store, operation, None)):
        return ""
    key = created.value if created.ok else NO_KEY
    calls: dict[str, Callable[[], Answer]] = {
        "get_session": lambda: store.try_get(key),
        "find_by_user": lambda: store.try_find(ctx, USER),
        "update_session": lambda: store.try_update(key, session(ctx, node="node.next")),
        "remove_session": lambda: store.try_remove(key),
    }
    answer = calls[operation]()
    if not answer.ok:
        return answer.describe()
    if operation in EFFECTS:
        after = store.try_get(key)
        return NO_EFFECT if after.ok and after.value == data else ""
    return "nothing" if answer.value is None else ""
