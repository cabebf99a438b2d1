"""Before any rule is judged: can the target be run at all, and what does it offer?"""

import inspect
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Any

from greentic_session_conformance.case import Case, Conditions, Failed, Handle, OperationHung
from greentic_session_conformance.checks.samples import USER, context, session
from greentic_session_conformance.targets.target import Target, overrides

#: What a store does; whatever else a target does, opening and closing, must work before any rule can be judged.
OPERATIONS = frozenset({"create_session", "get_session", "update_session", "remove_session", "find_by_user"})


class NotRunnableError(Exception):
    """The target can't be run (status 4); the message says why, and what to do."""


def preflight(target: Target, conditions: Conditions) -> tuple[str, ...]:
    """Open the target, see that its storages are isolated, and say which unclaimed profiles it seems to offer.

    Raises:
        NotRunnableError: nothing comes, opening raises or hangs, the server doesn't answer, or storages see each other.
    """
    # A hang is judged by the rules, each of which may meet it; it counts from there.
    case = Case(target, "preflight", replace(conditions, hangs={}))
    offers: tuple[str, ...] = ()
    hung_in = ""
    with case.limit:
        try:
            store = case.store()
            offers = _offers(target, store.store)
            _answers(store)
            if target.isolated:
                _isolated(store, case.store())
        except OperationHung as hung:
            if hung.operation in OPERATIONS:
                hung_in = hung.operation
                return offers
            message = f"the target can't be opened: {hung}"
            raise NotRunnableError(message) from None
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
                _end(case, abandon=bool(hung_in))
            else:
                with suppress(Exception):
                    case.end(abandon=bool(hung_in))
    return offers


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
    if store.store is None:
        message = "the target gave None, not a store: does its function return the store?"
        raise NotRunnableError(message)
    try:
        answer = store.try_get("no-such-key")
    except Failed:
        return  # it answers; that the answer is wrong is judged by the rules
    if answer.outcome_unknown:
        message = f"the store answers {answer.code} to the first get_session: is its server there? ({answer.error})"
        raise NotRunnableError(message)


def _isolated(first: Handle, second: Handle) -> None:
    if first.store is second.store:
        message = "the target gave the same store twice: each call must give a fresh one (or set `isolated = False` on a Target)"
        raise NotRunnableError(message)
    ctx = context()
    try:
        created = first.try_create(ctx, session(ctx))
        if not created.ok:
            return  # a store that can't create is judged, not refused
        seen_by_key = second.try_get(created.value)
        seen_by_user = second.try_find(ctx, USER)
        first.try_remove(created.value)
    except Failed:
        return  # an answer of the wrong form is judged by the rules
    if (seen_by_key.ok and seen_by_key.value is not None) or (seen_by_user.ok and seen_by_user.value is not None):
        message = (
            "two storages see each other's sessions: each must be a fresh, empty place "
            "(a Target that can only have one at a time says `isolated = False`)"
        )
        raise NotRunnableError(message)


def _offers(target: Target, store: Any) -> tuple[str, ...]:
    offered = []
    try:
        parameters = inspect.signature(store.create_session).parameters
    except (AttributeError, TypeError, ValueError):
        parameters = {}  # type: ignore[assignment]
    if "key" in parameters:
        offered.append("keyed-create")
    for profile, method in (("redis-layout", "redis"), ("codec", "decode"), ("mapping", "derive")):
        if overrides(target, method):
            offered.append(profile)
    if target.thread_safe:
        offered.append("concurrent")
    return tuple(name for name in offered if name not in set(target.profiles))
