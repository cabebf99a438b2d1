"""The library's fence against the tables' own logic, over the whole product of what two contexts can say.

The tables under ``spec/vectors/fence`` are small enough for a slow store; here nothing is left out: env, both tenants, both names
of the team and of the user, on both sides.
"""

import itertools
import json
from pathlib import Path

import pytest

from greentic_session import TenantCtx, fence
from tools.vector_tables.fence import Names, create_verdict, find_verdict, update_verdict

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "fence"
TEAMS, USERS = (None, "a", "b"), (None, "u", "v")
ALL = [Names(*chosen) for chosen in itertools.product(("e", "f"), ("t", "o"), ("t", "o"), TEAMS, TEAMS, USERS, USERS)]
CONTEXTS = {names: TenantCtx(**names._asdict()) for names in ALL}


@pytest.mark.parametrize("mine", [names for names in ALL if names.env == "e" and names.tenant == "t"], ids=str)
def test_the_fence_decides_like_the_tables_for_every_pair(mine):
    ctx = CONTEXTS[mine]
    for theirs, other in CONTEXTS.items():
        assert fence.at_create(ctx, other) == create_verdict(mine, theirs).differs
        assert fence.at_update(ctx, other) == update_verdict(mine, theirs).differs
        if theirs.effective_user is not None:  # else the routing decides, not the fence
            assert fence.at_find(ctx, "u", other) == find_verdict(theirs, mine, "u").differs


def rows(operation):
    return [json.loads(line) for line in (VECTORS / f"{operation}.jsonl").read_text().splitlines()]


def read(document):
    return TenantCtx.from_json(json.dumps(document))


def test_the_fence_decides_like_every_row_of_the_tables():
    for row in rows("create"):
        assert fence.at_create(read(row["caller"]), read(row["data"])) == row["differs"], row["id"]
    for row in rows("update"):
        assert fence.at_update(read(row["stored"]), read(row["new"])) == row["differs"], row["id"]
