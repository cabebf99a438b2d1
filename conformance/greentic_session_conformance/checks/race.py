"""Races: something that several callers do at the same time, round after round, in every way that the target allows."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Final

from greentic_session import SessionData
from greentic_session_conformance.case import Case, Handle, NotJudged, OutcomeUnknownError
from greentic_session_conformance.case.handle import UnexpectedError
from greentic_session_conformance.checks.crew import Crew, for_each_crew
from greentic_session_conformance.samples import USER, context, session

#: How often a race is tried at quick effort, for each way of calling the store.
ROUNDS: Final = 10
#: Why a round can't be judged, where a caller doesn't know what has become of its call.
UNKNOWN: Final = "an unknown outcome (unavailable or timeout)"

#: One round: it fails, answers why it couldn't be judged, or answers nothing.
Round = Callable[[Handle, Crew, int], str | None]


def race(case: Case, once: Round, times: int = 1) -> None:
    """Run the rounds of a race, and as many again, at most, in place of those that can't be judged.

    Args:
        case: the check's case.
        once: one round, which gets the check's handle, the callers, and its number from 1 on.
        times: how many times as many rounds there are where a caller can halt in the middle of the store's code.

    Raises:
        NotJudged: one caller alone is answered wrongly, or fewer than half of the planned rounds could be judged.
    """

    def rounds(store: Handle, crew: Crew) -> None:
        keeps_what_it_is_given(case, store)
        planned, judged, left_out = case.rounds(ROUNDS * times if crew.can_halt else ROUNDS), 0, Counter[str]()
        while judged + left_out.total() < planned + (min(planned, left_out.total()) if judged else 0):
            number = judged + left_out.total() + 1
            with case.vector(f"round {number}"):
                why = _outcome(once, store, crew, number)
            if why is None:
                judged += 1
            else:
                left_out[why] += 1
        if judged < planned // 2:
            reasons = " and ".join(f"{count} had {why}" for why, count in left_out.items())
            message = f"only {judged} of {judged + left_out.total()} rounds could be judged: {reasons}"
            raise NotJudged(message)

    for_each_crew(case, rounds)


def _outcome(once: Round, store: Handle, crew: Crew, number: int) -> str | None:
    """How a round ended. Of what is still under way from its race the store may not know, afterwards, whether it happened."""
    try:
        return once(store, crew, number)
    except OutcomeUnknownError:
        return UNKNOWN
    except UnexpectedError as error:
        if error.answer.outcome_unknown:
            return UNKNOWN
        raise


def marked(mark: str, user: str | None = USER, team: str = "red", **ids: str) -> SessionData:
    """A session that carries a mark in several members, so that a mixture of two shows."""
    ctx = context(team=team, user=user, **ids)
    ctx = ctx.replace(session_id=mark, trace_id=mark, attributes={"mark": mark, mark: "yes"})
    return session(ctx, node=mark, context_json=json.dumps([mark] * 20))


def large(data: SessionData) -> SessionData:
    """The session with a snapshot of 200,000 characters, which may be written in parts."""
    mark = data.cursor.node_pointer
    return data.replace(context_json=json.dumps([mark] * (200_000 // (len(mark) + 4))))


def keeps_what_it_is_given(case: Case, store: Handle) -> None:
    """The precondition that nobody else is needed to alter, lose or unroute a session."""
    data = marked("alone")
    with case.given():
        key = store.create(data.tenant_ctx, data)
        for _ in range(2):
            case.expect_data(store.get(key), data, "get_session")
        store.update(key, marked("alone, changed"))
        case.expect_data(store.get(key), marked("alone, changed"), "get_session")
        case.expect(
            store.find(data.tenant_ctx, USER) == (key, marked("alone, changed")),
            "the session by its user",
            "something else",
        )
        store.remove(key)
        case.expect(store.get(key) is None, "nothing after remove_session", "the session")
        case.expect(store.find(data.tenant_ctx, USER) is None, "nothing for its user after remove_session", "a session")
        for answer in (store.try_remove(key), store.try_update(key, data)):
            case.expect(answer.code == "not_found", "not_found", answer.describe())
