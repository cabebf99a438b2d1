"""OPS-18, KEY-10: what no fixed check thought of, searched for in random sequences of operations."""

from greentic_session_conformance.case import Case
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.search.sequences import search
from greentic_session_conformance.search.stages import Alone


@check("OPS-18")
def any_sequence_of_operations_is_answered_as_the_rules_say(case: Case) -> None:
    """Random sequences of operations are answered as an oracle written from the specification answers them."""
    search(case, Alone(case), keyed=False)


@check("KEY-10")
def any_sequence_with_given_keys_is_answered_as_the_rules_say(case: Case) -> None:
    """The same where keys are given, taken, freed and used again."""
    search(case, Alone(case), keyed=True)
