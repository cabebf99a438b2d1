"""The search: sequence after sequence, until one goes wrong, which is then made short and plain."""

import itertools
from collections.abc import Iterator
from random import Random
from time import monotonic
from types import MappingProxyType
from typing import Final

from greentic_session_conformance.case import Case, NotJudged
from greentic_session_conformance.search.improvise import Improviser
from greentic_session_conformance.search.oracle import OutcomeUnknownError
from greentic_session_conformance.search.player import Played, play
from greentic_session_conformance.search.reduce import Moves, reduced

#: How many sequences are tried, by effort.
SEQUENCES: Final = MappingProxyType({"quick": 40, "normal": 250, "thorough": 2500})
#: For how many seconds, by effort: of a slow store fewer are tried, which the report says.
SECONDS: Final = MappingProxyType({"quick": 5.0, "normal": 30.0, "thorough": 300.0})


def search(case: Case, *, keyed: bool) -> None:
    """Try random sequences; what the failure tells is the shortest and plainest that goes wrong.

    Args:
        case: the check's case.
        keyed: whether keys are given.

    Raises:
        Failed: the store answered otherwise than the specification says.
        NotJudged: an operation isn't called any more, or most sequences had an unknown outcome.
    """
    count, until = SEQUENCES[case.conditions.effort], monotonic() + SECONDS[case.conditions.effort]
    # A store that a fixture lends has the sessions of earlier sequences in it: each keeps to tenants of its own.
    marks = itertools.repeat("") if case.storages_end else (f"-{number}" for number in itertools.count())
    undecided = 0
    for number in range(count):
        if monotonic() > until:
            case.remark = f"{number} of {count} sequences were tried in the time"
            count = number
            break
        improviser = Improviser(Random(case.random.getrandbits(64)), keyed)  # noqa: S311 - repeatable on purpose
        try:
            played = play(case, improviser.moves, next(marks))
        except OutcomeUnknownError:
            undecided += 1
            continue
        if played is not None:
            _tell(case, played, marks)
    if undecided > count // 2:
        message = "more than half of the sequences had an unknown outcome (unavailable or timeout)"
        raise NotJudged(message)


def _tell(case: Case, played: Played, marks: Iterator[str]) -> None:
    def again(moves: Moves) -> Played | None:
        try:
            return play(case, lambda _: moves, next(marks))
        except (OutcomeUnknownError, NotJudged):
            return None

    found = reduced(played, again)
    case.steps = found.steps
    raise found.failed
