"""Several callers at once: one of them halts for as long as the others need, and for no longer than they can wait."""

import asyncio
import time

import pytest
from greentic_session_conformance.case import Case, Conditions
from greentic_session_conformance.checks.crew import for_each_crew
from greentic_session_conformance.samples import USER, context
from greentic_session_conformance.search import suspending, switching
from greentic_session_conformance.targets.target import CallableTarget

from greentic_session import InMemorySessionStore

GET = ("get_session", "nobody's")
FIND = ("find_by_user", context(), USER)


class Slow(InMemorySessionStore):
    """A tenth of a second for a read."""

    def get_session(self, key):
        time.sleep(0.1)
        return super().get_session(key)


class SlowAsync(InMemorySessionStore):
    """The same, awaited."""

    async def get_session(self, key):
        await asyncio.sleep(0.1)
        return super().get_session(key)


class ManyLines(InMemorySessionStore):
    """A correct store that comes through two hundred thousand lines for a read."""

    def get_session(self, key):
        for _ in range(100_000):
            found = None
        return found or super().get_session(key)


class Quick(InMemorySessionStore):
    """A correct store."""


@pytest.mark.parametrize(
    ("store", "timeout", "least", "most"),
    [
        (Slow, 20, 0.6, 1.0),
        (Slow, 2, 0.1, 0.1),
        (SlowAsync, 20, 0.6, 1.0),
        (SlowAsync, 2, 0.1, 0.1),
        (Quick, 10, 2e-3, 0.5),
    ],
)
def test_a_halt_is_long_enough_for_the_others_and_a_small_part_of_the_time_limit(
    store, timeout, least, most, monkeypatch
):
    halts = []

    def noted(kind):
        def made(place, others, seconds):
            halts.append(seconds)
            return kind(place, others, seconds)

        return made

    monkeypatch.setattr(switching, "Halt", noted(switching.Halt))
    monkeypatch.setattr(suspending, "TaskHalt", noted(suspending.TaskHalt))

    def use(_handle, crew):
        crew.run([[GET]])
        crew.run([[GET]] * 4, switching.Place(1, own=False))

    case = Case(CallableTarget(store, store.__name__), "x", Conditions(operation_timeout=timeout))
    with case.limit:
        for_each_crew(case, use)
        case.end(abandon=False)

    (seconds,) = halts
    assert least <= seconds <= most


def test_after_a_call_of_very_many_lines_the_next_one_of_the_same_caller_has_places_to_halt_at():
    places = []

    def use(_handle, crew):
        crew.run([[GET, FIND]])
        places.extend(crew.places.next(operation) for operation in ("get_session", "find_by_user"))

    case = Case(CallableTarget(ManyLines, "ManyLines"), "x", Conditions())
    with case.limit:
        for_each_crew(case, use)
        case.end(abandon=False)

    assert None not in places
