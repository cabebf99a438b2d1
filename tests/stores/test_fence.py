"""The fence, against a table of its own: what each pair of contexts may do, told dimension by dimension."""

import itertools
import json
from pathlib import Path

import pytest
from store_samples import context

from greentic_session import TenantCtx, fence

GOLDEN = Path(__file__).parent.parent / "golden" / "fence.jsonl"

# For a pair of values: the same, both absent, absent in the first, absent in the second, different.
SAME, NEITHER, FIRST_LACKS, SECOND_LACKS, DIFFERENT = (
    "same",
    "neither",
    "first lacks",
    "second lacks",
    "different",
)
PAIRS = {
    SAME: ("a", "a"),
    NEITHER: (None, None),
    FIRST_LACKS: (None, "a"),
    SECOND_LACKS: ("a", None),
    DIFFERENT: ("a", "b"),
}
TEAMS_THAT_MEET = {SAME, NEITHER}
CREATE_LETS_USERS = {SAME, NEITHER, SECOND_LACKS}  # first the caller's, second the session's
UPDATE_LETS_USERS = {SAME, NEITHER}
FIND_LETS = {  # the caller's user and the one asked for ("a"); the session's and the one asked for
    (caller, stored) for caller in (None, "a") for stored in (None, "a")
}


def expected(env, tenant, team, user_passes):
    if env == DIFFERENT:
        return "env"
    if tenant == DIFFERENT:
        return "tenant"
    if team not in TEAMS_THAT_MEET:
        return "team"
    return None if user_passes else "user"


def two_contexts(env, tenant, team, user):
    return (context(*(PAIRS[relation][side] for relation in (env, tenant, team, user))) for side in (0, 1))


PLACES = list(itertools.product([SAME, DIFFERENT], [SAME, DIFFERENT], PAIRS))


@pytest.mark.parametrize("user", PAIRS)
@pytest.mark.parametrize(("env", "tenant", "team"), PLACES)
def test_create_and_update_name_the_first_dimension_that_differs(env, tenant, team, user):
    first, second = two_contexts(env, tenant, team, user)
    assert fence.at_create(first, second) == expected(env, tenant, team, user in CREATE_LETS_USERS)
    assert fence.at_update(first, second) == expected(env, tenant, team, user in UPDATE_LETS_USERS)


@pytest.mark.parametrize("caller", [None, "a", "b"])
@pytest.mark.parametrize("stored", [None, "a", "b"])
@pytest.mark.parametrize(("env", "tenant", "team"), PLACES)
def test_find_lets_through_what_is_the_users_own(env, tenant, team, caller, stored):
    first, second = two_contexts(env, tenant, team, NEITHER)
    found = fence.at_find(first.with_user(caller), "a", second.with_user(stored))
    assert found == expected(env, tenant, team, (caller, stored) in FIND_LETS)


@pytest.mark.parametrize("judge", [fence.at_create, fence.at_update])
def test_the_newer_of_each_pair_counts_and_the_older_tenant_does_not(judge):
    one = TenantCtx("e", "legacy-1", "t", team="x", team_id="ops", user="y", user_id="u")
    other = TenantCtx("e", "legacy-2", "t", team="ops", user_id="u")
    assert judge(one, other) is None


@pytest.mark.parametrize("line", GOLDEN.read_text().splitlines())
def test_the_fence_answers_as_the_original_does(line):
    case = json.loads(line)
    stored, caller = (TenantCtx.from_json(json.dumps(case[side])) for side in ("stored", "caller"))
    assert ("invalid_input" if fence.at_create(caller, stored) else "ok") == case["create"]
    assert ("invalid_input" if fence.at_update(stored, caller) else "ok") == case["update"]
    if "find u" in case:
        ours = "nothing" if fence.at_find(caller, "u", stored) else "found"
        if caller.effective_user not in (None, "u"):
            # Ours on purpose: a caller who names another user than the one asked for gets nothing.
            assert ours == "nothing"
        else:
            assert ours == case["find u"]


def test_the_sample_holds_cases_in_which_ours_differs_from_the_original():
    cases = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
    others = [
        case
        for case in cases
        if case.get("find u") == "found"
        and TenantCtx.from_json(json.dumps(case["caller"])).effective_user not in (None, "u")
    ]
    assert others
