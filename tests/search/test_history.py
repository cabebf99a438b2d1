"""Which histories have an explanation, worked out by hand."""

import itertools

import pytest
from greentic_session_conformance.case import Answer
from greentic_session_conformance.search.history import Event, linearizable, without_what_does_not_matter
from greentic_session_conformance.search.timeline import timeline

from greentic_session import GreenticError

DONE = Answer()
UNKNOWN = Answer(error=GreenticError("timeout", "nobody knows"))
GONE = Answer(error=GreenticError("not_found", "it is gone"))


def write(value, begin, end, answer=DONE, caller=1):
    return Event(caller, ("update_session", value), answer, begin, end)


def read(value, begin, end, caller=2):
    return Event(caller, ("get_session",), Answer(value), begin, end)


def register(now, event):
    """A single value that is read and written."""
    if event.operation == "get_session":
        return [now] if event.answer.value == now else []
    return [event.call[1]] if event.answer.ok else [event.call[1], now] if event.answer.outcome_unknown else []


EXPLAINED = {
    "one after another": [write(1, 0, 1), read(1, 2, 3)],
    "a read during a write sees what was before": [write(1, 0, 9), read(0, 1, 2)],
    "or what is after": [write(1, 0, 9), read(1, 1, 2)],
    "two writes at once, read in the one order": [write(1, 0, 5), write(2, 0, 5), read(1, 6, 7)],
    "and in the other": [write(1, 0, 5), write(2, 0, 5), read(2, 6, 7)],
    "an unknown outcome that happened": [write(1, 0, 1, UNKNOWN), read(1, 2, 3)],
    "one that didn't": [write(1, 0, 1, UNKNOWN), read(0, 2, 3)],
    "one that happened long after": [write(1, 0, 1, UNKNOWN), read(0, 2, 3), read(1, 4, 5)],
    "nothing at all": [],
}
UNEXPLAINED = {
    "a read of what was never written": [write(1, 0, 1), read(2, 2, 3)],
    "a write that was lost": [write(1, 0, 1), read(0, 2, 3)],
    "a read that goes back": [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)],
    "an older write that comes back": [write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)],
    "two readers who see two orders": [
        write(1, 0, 9), write(2, 0, 9), read(1, 1, 2), read(2, 3, 4), read(2, 1, 2, 3), read(1, 3, 4, 3),
    ],
    "an unknown outcome that happened and then didn't": [write(1, 0, 1, UNKNOWN), read(1, 2, 3), read(0, 4, 5)],
    "a refusal that nothing explains": [write(1, 0, 1, GONE)],
}  # fmt: skip


@pytest.mark.parametrize("name", EXPLAINED)
def test_a_history_with_an_explanation_has_one_whatever_order_it_is_told_in(name):
    for events in itertools.islice(itertools.permutations(EXPLAINED[name]), 24):
        assert linearizable(events, 0, register, 5) is True


@pytest.mark.parametrize("name", UNEXPLAINED)
def test_a_history_without_an_explanation_has_none_whatever_order_it_is_told_in(name):
    for events in itertools.islice(itertools.permutations(UNEXPLAINED[name]), 24):
        assert linearizable(events, 0, register, 5) is False


def test_a_search_that_runs_out_of_time_says_that_it_does_not_know():
    events = [write(number, 0, 100) for number in range(14)] + [read(99, 101, 102)]
    assert linearizable(events, 0, register, 0) is None


def test_what_does_not_matter_is_left_out_and_no_write_ever_is():
    wrong = [write(1, 0, 1), read(1, 2, 3), write(2, 4, 5), read(2, 6, 7), read(1, 8, 9), write(3, 10, 11)]

    left = without_what_does_not_matter(wrong, lambda some: linearizable(some, 0, register, 5) is False)

    assert left == [wrong[0], wrong[2], wrong[4], wrong[5]]


def test_a_timeline_shows_what_overlaps():
    lines = timeline([write(1, 0, 50), read(0, 10, 20), Event(0, ("get_session",), Answer(1), 60, 70)], str_of)
    assert lines == [
        "caller 1    ├─────┤·····   update_session",
        "caller 2    ··├─┤·······   get_session",
        "at the end  ········├──┤   get_session",
    ]


def str_of(event):
    return event.operation
