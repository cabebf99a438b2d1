"""Every wrong store is caught by a check of the rule that it breaks, and blamed on nothing else."""

import pytest
from base import Base
from catalogue import mutants, target_of
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.rules import KIT_PROFILE, TARGET_PROFILES, rules
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.run.plan import select
from wrong_documents import Codec, Mapping
from wrong_durability import InAFile
from wrong_layout import OnRedis

MUTANTS = mutants()
#: The families of the rules that a target can be held to.
FAMILIES = {rule.id.partition("-")[0] for rule in rules().values() if rule.profile != KIT_PROFILE}


def judged(target, first=""):
    """The results of every check of a target's profiles, those of one rule first."""
    conditions = Conditions(effort="quick", operation_timeout=1)
    planned = sorted(select(target.profiles).checks(), key=lambda check: first not in check.rules)
    return [judge(check, target, conditions) for check in planned]


def told(result):
    came = f"expected {result.expected}, got {result.got}"
    return f"{result.rule} by {result.check} {result.vector}: {result.reason or came}"


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize("wrong", MUTANTS, ids=lambda wrong: f"{wrong.rule}-{wrong.__name__}")
def test_a_wrong_store_is_blamed_for_the_rule_that_it_breaks(wrong):
    assert wrong.__doc__.startswith(f"{wrong.rule}: ")

    results = judged(target_of(wrong), wrong.rule)

    failed = [result for result in results if result.outcome == "failed"]
    own = {check.name for check in select(wrong.profiles).checks() if wrong.rule in check.rules}
    killers = [result for result in failed if result.rule == wrong.rule]
    assert killers, "\n".join(told(result) for result in results if result.outcome != "passed") or "it survived"
    assert own & {result.check for result in killers}, "no check of the rule itself blames it"
    assert not [told(result) for result in failed if result.rule not in {wrong.rule, *wrong.also}]
    # A race that isn't the mutant's own may go well now and then.
    certain = {rule for rule in wrong.also if not rule.startswith("CONC-")}
    assert certain <= {result.rule for result in failed}, "`also` names what didn't fail"
    assert all(result.expected and result.got and result.script for result in failed)


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize("right", [Base, InAFile, OnRedis, Codec, Mapping])
def test_a_correct_store_passes_every_check_of_its_profiles(right):
    target = target_of(right)

    assert not [told(result) for result in judged(target) if result.outcome != "passed"]


def test_every_family_and_every_profile_has_a_mutant():
    assert {wrong.rule.partition("-")[0] for wrong in MUTANTS} == FAMILIES
    assert {rules()[wrong.rule].profile for wrong in MUTANTS} == set(TARGET_PROFILES)


def test_every_rule_that_a_check_judges_has_a_mutant():
    judged_rules = {rule for check in select(TARGET_PROFILES).checks() for rule in check.rules}

    assert judged_rules == {wrong.rule for wrong in MUTANTS}


def test_a_mutants_rule_is_one_that_its_profiles_are_held_to():
    assert not [wrong for wrong in MUTANTS if wrong.rule not in {rule.id for rule in select(wrong.profiles).judged()}]
