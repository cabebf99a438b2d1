"""The oracle under Hypothesis: its state machine makes up other sequences than the suite does, and shrinks what it finds."""

import sys
from pathlib import Path

import pytest
from greentic_session_conformance.case import Case, Conditions, Failed
from greentic_session_conformance.search import values
from greentic_session_conformance.search.improvise import Improviser
from greentic_session_conformance.search.player import Player
from greentic_session_conformance.search.stages import Alone
from greentic_session_conformance.targets.reference import MemoryTarget, RedisTarget
from greentic_session_conformance.targets.target import CallableTarget
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

sys.path.append(str(Path(__file__).parents[1] / "mutants"))
from base import Base
from wrong_routing import RemoveUnroutesTheNewer

CHOICES = st.randoms(use_true_random=False)


class Sequence(RuleBasedStateMachine):
    """One sequence on a store of its own."""

    target = MemoryTarget()

    def __init__(self):
        super().__init__()
        self.case = Case(self.target, "state machine", Conditions())
        self.example = Alone(self.case).sequence()
        self.player = Player(self.case, self.example.__enter__())
        self.made = []
        self.failed = False

    @initialize(choices=CHOICES)
    def choose_the_ids(self, choices):
        self.cast = values.cast(choices)

    @rule(operation=st.sampled_from(values.OPERATIONS), choices=CHOICES)
    def call(self, operation, choices):
        move = getattr(Improviser(choices, keyed=True), f"_{operation}")(self.player, self.cast, self.made)
        self.made.append(move)
        self.failed = True
        self.player.make(move)
        self.failed = False

    def teardown(self):
        if not self.failed:
            self.player.look_at_all()
        self.example.__exit__(None, None, None)


def run(target, examples):
    machine = type("Sequence", (Sequence,), {"target": target})
    seed(1)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            report_multiple_bugs=False,
            phases=[Phase.generate],  # what is found is made short by the reducer of the suite
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_store_in_memory_answers_as_the_oracle_does():
    run(MemoryTarget(), 40)


def test_the_store_on_redis_answers_as_the_oracle_does(redis_server):
    run(RedisTarget(redis_server), 10)


def test_a_wrong_store_is_found():
    with pytest.raises(Failed):
        run(CallableTarget(RemoveUnroutesTheNewer, "wrong", Base.profiles), 300)
