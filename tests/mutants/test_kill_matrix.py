"""Every wrong store is caught by a check of the rule that it breaks, and blamed on nothing else."""

import json
from collections import Counter
from pathlib import Path

import pytest
from base import Base
from catalogue import SEARCHES, mutants, target_of
from file_store import InAFile
from greentic_session_conformance.checks import checks
from greentic_session_conformance.rules import TARGET_PROFILES, rules
from greentic_session_conformance.run.plan import select
from raw_redis import OnRawRedis
from trial import judged, searches, stated, told, try_out
from wrong_documents import Codec, Mapping
from wrong_large_and_odd_records import QuotesFaultyRecords
from wrong_layout import OnRedis, RemovesWhatIsGone, RevivesWhatIsGone

MUTANTS = mutants()
MATRIX = json.loads((Path(__file__).parents[2] / "docs" / "suite" / "kill-matrix.json").read_text("utf-8"))


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize("wrong", MUTANTS, ids=lambda wrong: f"{wrong.rule}-{wrong.__name__}")
def test_a_wrong_store_is_blamed_for_the_rule_that_it_breaks(wrong):
    trial = try_out(wrong, whole=False)

    assert not trial.complaints


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize("right", [Base, InAFile, OnRedis, OnRawRedis, Codec, Mapping])
def test_a_correct_store_passes_every_check_of_its_profiles(right):
    target = target_of(right)

    assert not [told(result) for result in judged(target) if result.outcome != "passed"]


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [(QuotesFaultyRecords, "ERR-05"), (RevivesWhatIsGone, "OPS-09"), (RemovesWhatIsGone, "OPS-11")],
)
def test_a_breach_of_core_that_only_the_layout_shows_is_blamed_on_its_rule(wrong, rule):
    broken = {result.rule for result in judged(wrong()) if result.outcome == "failed"}

    assert broken == {rule}


def test_every_search_finds_wrong_stores_that_nothing_else_finds():
    found = Counter(wrong.found_by for wrong in MUTANTS if wrong.found_by)

    assert set(found) == SEARCHES
    assert found["sequences"] >= 10


@pytest.mark.rule("VERD-17")
def test_every_rule_that_a_target_is_held_to_has_a_mutant_or_a_written_reason():
    held = {rule.id for rule in rules().values() if rule.profile in TARGET_PROFILES and not rule.untested}

    # What a search is for is shown by the stores that it alone finds, each of which breaks a rule with an ID of its own.
    sequences = [check for check in checks() if searches(check, "sequences") or searches(check, "across_handles")]
    searched = {rule for check in sequences for rule in check.rules} - {"CONC-04"}
    assert searched == {"OPS-18", "KEY-10", "DUR-08", "DUR-09"}
    assert held - searched == {wrong.rule for wrong in MUTANTS}


def test_a_mutants_rule_is_one_that_its_profiles_are_held_to():
    assert not [wrong for wrong in MUTANTS if wrong.rule not in {rule.id for rule in select(wrong.profiles).judged()}]


@pytest.mark.parametrize("wrong", MUTANTS, ids=lambda wrong: wrong.__name__)
def test_a_mutant_says_what_it_does_and_where_that_is_met(wrong):
    assert wrong.__doc__.startswith(f"{wrong.rule}: ")
    assert "fault" in vars(wrong), "a mutant states the real-world fault that it stands for"
    assert 15 <= len(wrong.fault) <= 120
    assert not wrong.fault.endswith(".")
    assert wrong.rule not in wrong.also


def test_mutants_have_names_and_faults_of_their_own():
    assert len({wrong.__name__ for wrong in MUTANTS}) == len(MUTANTS)
    assert len({wrong.fault for wrong in MUTANTS}) == len(MUTANTS)


@pytest.mark.rule("VERD-17")
def test_the_published_matrix_is_that_of_these_mutants():
    """``make matrix`` writes it anew."""
    assert [{name: row[name] for name in row if name != "killed_by"} for row in MATRIX["mutants"]] == [
        stated(wrong) for wrong in MUTANTS
    ]
    names = {(rule, check.name) for check in checks() for rule in check.rules}
    # A search blames whatever rule it finds broken.
    names |= {(wrong.rule, check.name) for wrong in MUTANTS for check in checks() if searches(check, wrong.found_by)}
    assert not [row for row in MATRIX["mutants"] if not row["killed_by"]]
    assert {(row["rule"], name) for row in MATRIX["mutants"] for name in row["killed_by"]} <= names
