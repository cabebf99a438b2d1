"""Random sequences: they agree with the reference stores, find what is wrong, and tell it shortly, the same for the same seed."""

import sys
import threading
from pathlib import Path

import pytest
from greentic_session_conformance.case import Answer, Case, Conditions, Failed
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.search.oracle import Oracle
from greentic_session_conformance.targets.reference import MemoryTarget, RedisTarget
from greentic_session_conformance.targets.target import CallableTarget, LentTarget

from greentic_session import InMemorySessionStore

sys.path.append(str(Path(__file__).parents[1] / "mutants"))
from base import Base
from wrong_routing import RemoveUnroutesTheNewer

SEARCHES = [check for check in checks() if check.rules[0] in {"OPS-18", "KEY-10"}]


class ForgetsAtTheThirdUpdate(Base):
    """Its cache holds the second update for ever."""

    def __init__(self):
        super().__init__()
        self.updates = {}

    def write(self, key, data):
        self.updates[key] = self.updates.get(key, -1) + 1
        if self.updates[key] < 3:
            super().write(key, data)


def found(wrong, seed=0, store=None, effort="normal"):
    target = CallableTarget(wrong, "store", Base.profiles) if store is None else LentTarget("store", Base.profiles)
    return judge(SEARCHES[0], target, Conditions(seed=seed, effort=effort, operation_timeout=2), store)


@pytest.mark.parametrize("check", SEARCHES, ids=lambda check: check.rules[0])
@pytest.mark.parametrize("seed", range(5))
def test_the_store_in_memory_answers_as_the_oracle_does(check, seed):
    result = judge(check, MemoryTarget(), Conditions(seed=seed))
    assert result.outcome == "passed", result


@pytest.mark.parametrize("check", SEARCHES, ids=lambda check: check.rules[0])
def test_the_store_on_redis_answers_as_the_oracle_does(check, redis_server):
    result = judge(check, RedisTarget(redis_server), Conditions(seed=1))
    assert result.outcome == "passed", result


def test_a_fault_at_the_third_update_is_found_and_told_in_four_calls_and_a_look():
    result = found(ForgetsAtTheThirdUpdate)

    assert (result.outcome, result.rule) == ("failed", "OPS-08"), result
    operations = [call.partition("(")[0] for call in result.operations]
    assert operations in (
        ["create_session", *["update_session"] * 3, "get_session"],
        ["create_session", *["update_session"] * 3, "find_by_user"],
    )
    assert "replay.update_session(s1, k1" in result.script


@pytest.mark.parametrize("seed", range(3))
def test_the_rule_that_is_blamed_is_the_one_that_is_broken(seed):
    result = found(RemoveUnroutesTheNewer, seed)

    assert (result.outcome, result.rule) == ("failed", "ROUTE-08"), result
    assert len(result.operations) in {4, 5}


def test_the_same_seed_searches_the_same_and_another_one_otherwise():
    first, again, other = searched(1), searched(1), searched(2)
    assert first == again != other
    assert len(first) > 200


def searched(seed):
    calls = []

    class Recording(Base):
        def find_by_user(self, ctx, user):
            calls.append((ctx, user))
            return super().find_by_user(ctx, user)

        def write(self, key, data):
            calls.append(data)
            super().write(key, data)

    assert found(Recording, seed).outcome == "passed"
    return calls


def test_in_a_store_that_a_fixture_lends_each_sequence_keeps_to_its_own_tenants():
    tenants = set()

    class Recording(Base):
        def write(self, key, data):
            tenants.add(data.tenant_ctx.tenant_id)
            super().write(key, data)

    assert found(None, store=Recording()).outcome == "passed"
    assert len(tenants) > 10

    result = found(None, store=ForgetsAtTheThirdUpdate())
    assert (result.outcome, result.rule) == ("failed", "OPS-08"), result
    assert len(result.operations) == 5


def test_every_example_has_a_storage_of_its_own_which_is_closed():
    opened, closed = [], []

    class Counting(InMemorySessionStore):
        def __init__(self):
            super().__init__()
            opened.append(self)

        def close(self):
            super().close()
            closed.append(self)

    assert found(Counting, effort="quick").outcome == "passed"
    assert opened == closed
    assert len(opened) >= 10


def test_a_store_of_which_most_answers_are_unknown_is_not_judged():
    class Unavailable(Base):
        def get_session(self, key):
            raise self.refusal("unavailable", "not today")

    result = found(Unavailable)
    assert (result.outcome, "unknown outcome" in result.reason) == ("not-judged", True), result


def test_an_operation_that_hangs_in_a_sequence_fails_it_by_name():
    class Hangs(Base):
        def remove_session(self, key):
            super().remove_session(key)
            threading.Event().wait()

    result = found(Hangs)
    assert (result.outcome, result.hung, result.rule) == ("failed", "remove_session", "OPS-18"), result


def test_an_oracle_that_is_told_what_a_wrong_store_answered_raises():
    with pytest.raises(Failed) as failed:
        Oracle().get("a key", answered("a session"))
    assert failed.value.rule == "OPS-07"


def answered(value):
    return Answer(value)


def test_hypothesis_leaves_nothing_in_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert found(ForgetsAtTheThirdUpdate).outcome == "failed"
    assert list(tmp_path.iterdir()) == []
    assert Case(MemoryTarget(), "x", Conditions()).storages_end
