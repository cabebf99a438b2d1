"""At quick effort a sample of the fence's rows stands for all: no case of any dimension is left out."""

import random

import pytest
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.run.plan import select
from greentic_session_conformance.targets.target import CallableTarget
from greentic_session_conformance.vectors import rows, sample

from greentic_session import InMemorySessionStore

TABLES = [f"fence/{name}.jsonl" for name in ("create", "update", "find")]
DIMENSIONS = {
    "env": ("env",),
    "tenant": ("tenant", "tenant_id"),
    "team": ("team", "team_id"),
    "user": ("user", "user_id"),
}
NAMES = {name for names in DIMENSIONS.values() for name in names}


def sides(row):
    return [row[name] for name in ("stored", "data", "new", "caller") if name in row]


def shown(row, dimension):
    """What a row shows of a dimension: both sides' names, who is asked for, in which others the sides differ."""
    one, other = sides(row)
    same = tuple(all(one.get(name) == other.get(name) for name in names) for names in DIMENSIONS.values())
    said = tuple((one.get(name), other.get(name)) for name in DIMENSIONS[dimension])
    return row["expect"], row.get("user"), same, said


def held(row):
    """What the contexts of a row hold beside the names of dimensions."""
    return [{name: ctx[name] for name in ctx if name not in NAMES} for ctx in sides(row)]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("seed", range(5))
def test_a_sample_shows_every_case_that_the_whole_shows(table, seed):
    by_rule = {}
    for row in rows(table):
        by_rule.setdefault(row["rules"][0], []).append(row)

    for of in by_rule.values():
        chosen = sample(of, random.Random(seed))
        assert [row for row in of if row["made"] == "hand"] == [row for row in chosen if row["made"] == "hand"]
        for dimension in DIMENSIONS:
            assert {shown(row, dimension) for row in chosen} == {shown(row, dimension) for row in of}
        assert all(held(row) in [held(one) for one in chosen] for row in of)


def test_the_same_seed_takes_the_same_rows_and_another_one_others():
    of = [row for row in rows("fence/find.jsonl") if row["rules"][0] == "FENCE-09"]
    first, again, other = (sample(of, random.Random(seed)) for seed in (1, 1, 2))

    assert first == again != other
    assert len(first) < len(of) // 2


class Counting(InMemorySessionStore):
    calls = 0

    def create_session(self, *arguments, **keywords):
        Counting.calls += 1
        return super().create_session(*arguments, **keywords)

    def get_session(self, key):
        Counting.calls += 1
        return super().get_session(key)

    def update_session(self, key, data):
        Counting.calls += 1
        super().update_session(key, data)

    def remove_session(self, key):
        Counting.calls += 1
        super().remove_session(key)

    def find_by_user(self, ctx, user):
        Counting.calls += 1
        return super().find_by_user(ctx, user)


@pytest.mark.parametrize(("effort", "budget"), [("quick", 4_200), ("normal", 4_900)])
def test_the_fence_is_judged_in_few_calls_of_a_store(effort, budget):
    # A store that is far away pays for each; 2,638 rows by themselves take 9,300.
    Counting.calls = 0
    target = CallableTarget(Counting, "Counting")
    fence = [check for check in select({"core"}).checks() if check.id.startswith("FENCE-")]

    assert {judge(check, target, Conditions(effort=effort)).outcome for check in fence} == {"passed"}
    assert Counting.calls < budget
