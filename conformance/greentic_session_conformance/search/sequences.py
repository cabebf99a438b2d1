"""The search: sequence after sequence, until one goes wrong, which is then made short and plain."""

import itertools
from collections.abc import Iterator
from random import Random
from time import monotonic
from types import MappingProxyType
from typing import Final

from greentic_session_conformance.case import Case, Failed, NotJudged, OutcomeUnknownError
from greentic_session_conformance.search.improvise import Improviser
from greentic_session_conformance.search.player import Gets, Played, play
from greentic_session_conformance.search.reduce import Moves, reduced
from greentic_session_conformance.search.stages import Stage

#: How many sequences are tried, by effort.
SEQUENCES: Final = MappingProxyType({"quick": 40, "normal": 250, "thorough": 2500})
#: For how many seconds, by effort: of a slow store fewer are tried, which the report says.
SECONDS: Final = MappingProxyType({"quick": 5.0, "normal": 30.0, "thorough": 300.0})


def search(case: Case, stage: Stage, *, keyed: bool) -> None:
    """Try random sequences; what the failure tells is the shortest and plainest that goes wrong.

    Args:
        case: the check's case.
        stage: where they are played.
        keyed: whether keys are given.

    Raises:
        Failed: the store answered otherwise than the specification says.
        NotJudged: an operation isn't called any more, or most sequences had an unknown outcome.
    """
    count = round(SEQUENCES[case.conditions.effort] * stage.part)
    until = monotonic() + SECONDS[case.conditions.effort] * stage.part
    marks = (f"-{number}" for number in itertools.count()) if stage.keeps else itertools.repeat("")
    undecided = 0
    for number in range(count):
        if monotonic() > until:
            case.remark = f"{number} of {count} sequences were tried in the time"
            count = number
            break
        chance = Random(case.random.getrandbits(64))  # noqa: S311 - repeatable on purpose
        improviser = Improviser(chance, keyed, stage.switches)
        try:
            played = play(case, stage, improviser.moves, next(marks))
        except OutcomeUnknownError:
            undecided += 1
            continue
        if played is not None:
            _tell(case, stage, played, marks)
    if undecided > count // 2:
        message = "more than half of the sequences had an unknown outcome (unavailable or timeout)"
        raise NotJudged(message)


def _tell(case: Case, stage: Stage, played: Played, marks: Iterator[str]) -> None:
    def again(moves: Moves, gets: Gets = "forgotten") -> Played | None:
        try:
            return play(case, stage, lambda _: moves, next(marks), gets)
        except NotJudged:
            return None

    def failure(moves: Moves) -> Failed | None:
        found = again(moves)
        return None if found is None else found.failed

    found = reduced(played, again)
    alone = found.found and not stage.switches
    if alone and again(found.moves, "left out") is None and (told := again(found.moves, "told")) is not None:
        # Without the gets before it the find sees nothing wrong: they are what changed its answer.
        case.steps = told.steps
        raise Failed(told.failed.expected, told.failed.got, "ROUTE-15")
    blamed = stage.blamed(found.failed, found.moves, failure)
    case.steps = found.steps
    raise blamed
