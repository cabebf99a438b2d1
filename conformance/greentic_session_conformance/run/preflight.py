"""Before any rule is judged: can the target be run at all, and what does it offer?"""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from greentic_session_conformance.case import (
    Case,
    Conditions,
    Failed,
    Handle,
    NoAnswer,
    OperationHung,
    StoreLost,
    TargetFault,
)
from greentic_session_conformance.run.isolation import left_behind, not_empty, shared, shared_keys
from greentic_session_conformance.samples import NO_KEY, context, session
from greentic_session_conformance.targets.target import (
    NEED_NO_STORE,
    OPERATIONS,
    Target,
    not_a_store,
    overrides,
    takes_key,
)


class NotRunnableError(Exception):
    """The target can't be run (status 4); the message says why, and what to do."""


def preflight(target: Target, conditions: Conditions) -> tuple[str, ...]:
    """Open the target, see that its storages are empty and isolated, and say which unclaimed profiles it seems to offer.

    Raises:
        NotRunnableError: nothing comes, opening raises or hangs, the server doesn't answer, or storages aren't fresh, or share sessions.
    """
    # A hang is judged by the rules, each of which may meet it; it counts from there.
    probe = replace(conditions, hangs={})
    told: list[tuple[str, ...]] = []
    left: list[str] = []
    _case(target, probe, lambda case: _first_look(case, told, left))
    if left:
        _case(target, probe, lambda case: _complain(left_behind(case.store(), left[0])))
    return told[0] if told else ()


def _case(target: Target, conditions: Conditions, look: Callable[[Case], None]) -> None:
    case = Case(target, "preflight", conditions)
    hung = False
    with case.limit:
        try:
            case.make_ready()
            look(case)
        except OperationHung as error:
            if error.operation not in OPERATIONS:
                message = f"the target can't be opened: {error}"
                raise NotRunnableError(message) from None
            hung = True
        except StoreLost as lost:
            if case.steps.pending not in OPERATIONS:
                message = f"the target can't be opened: {lost}"
                raise NotRunnableError(message) from None
            hung = True
        except TargetFault as fault:
            raise NotRunnableError(str(fault)) from None
        except NotRunnableError:
            raise
        except BaseException as error:
            if case.limit.interrupted:
                raise
            message = f"the target can't be opened: {type(error).__name__}: {error}"
            raise NotRunnableError(message) from error
        finally:
            # Where opening has failed already, that is what is told.
            if sys.exception() is None:
                _end(case, abandon=hung)
            else:
                with suppress(Exception, NoAnswer):
                    case.end(abandon=hung)


def _first_look(case: Case, offers: list[tuple[str, ...]], left: list[str]) -> None:
    if not set(case.target.profiles) - NEED_NO_STORE:
        offers.append(offered(case.target, None))
        return
    store = case.store()
    offers.append(offered(case.target, store.store))
    _answers(store)
    _complain(not_empty(store))
    second = case.store() if case.target.isolated else None
    if second is not None and store.store is second.store:
        message = "the target gave the same store twice: each call must give a fresh one (or set `isolated = False` on a Target)"
        raise NotRunnableError(message)
    ctx = context()
    data = session(ctx)
    try:
        created = store.try_create(ctx, data)
    except Failed:
        return  # an answer of the wrong form is judged by the rules
    if not created.ok:
        return  # a store that can't create is judged, not refused
    left.append(created.value)
    if second is not None:
        _complain(shared(store, second, created.value, data))
        if takes_key(store.store):
            _complain(shared_keys(store, second))


def _complain(message: str) -> None:
    if message:
        raise NotRunnableError(message)


def _end(case: Case, *, abandon: bool) -> None:
    try:
        case.end(abandon=abandon)
    except OperationHung as hung:
        message = f"the target can't be closed: {hung}"
        raise NotRunnableError(message) from None
    except BaseException as error:
        if case.limit.interrupted:
            raise
        message = f"the target can't be closed: {type(error).__name__}: {error}"
        raise NotRunnableError(message) from error


def _answers(store: Handle) -> None:
    if why := not_a_store(store.store):
        message = f"the target gave {why}"
        raise NotRunnableError(message)
    try:
        answer = store.try_get(NO_KEY)
    except Failed:
        return  # it answers; that the answer is wrong is judged by the rules
    if answer.outcome_unknown:
        message = f"the store answers {answer.code} to the first get_session: is its server there? ({answer.error})"
        raise NotRunnableError(message)


def offered(target: Target, store: Any) -> tuple[str, ...]:
    """The profiles that a target, or one of its stores, seems to offer beyond its claims (rule VERD-14)."""
    found = []
    if takes_key(store):
        found.append("keyed-create")
    for profile, method in (("redis-layout", "redis"), ("codec", "decode"), ("mapping", "derive")):
        if overrides(target, method):
            found.append(profile)
    if target.thread_safe:
        found.append("concurrent")
    return tuple(name for name in found if name not in set(target.profiles))
