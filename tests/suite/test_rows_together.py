"""Rows of the fence that are tried together show what no row shows alone, and blame only what is to blame."""

from greentic_session_conformance.case import Conditions
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.run.plan import select
from greentic_session_conformance.targets.target import CallableTarget

from greentic_session import InMemorySessionStore


class FindsFromACache(InMemorySessionStore):
    """Remembers what each user found, and answers it to whoever asks for a user of that name."""

    def __init__(self):
        super().__init__()
        self.found = {}

    def find_by_user(self, ctx, user):
        key, data = self.found.get(user, (None, None))
        if data is None or self.get_session(key) != data:
            self.found[user] = super().find_by_user(ctx, user) or (None, None)
        key, data = self.found[user]
        return None if data is None else (key, data)


class FindsOnce(InMemorySessionStore):
    """Answers each caller once: a fault, but none of the fence."""

    def __init__(self):
        super().__init__()
        self.told = set()

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None or found[0] in self.told:
            return None
        self.told.add(found[0])
        return found


def result_of(rule, store):
    [check, *_] = [check for check in select({"core"}).checks() if check.rules[0] == rule]
    return judge(check, CallableTarget(store, store.__name__), Conditions())


def test_an_answer_that_one_find_prepares_for_another_tenants_is_found_and_blamed():
    result = result_of("FENCE-10", FindsFromACache)

    assert (result.outcome, result.rule) == ("failed", "FENCE-10")
    assert (result.expected, result.got) == ("nothing from find_by_user", "the session")
    assert any("find_by_user" in line for line in result.operations)


def test_what_only_rows_together_meet_is_not_blamed_on_the_fence():
    assert result_of("FENCE-21", FindsOnce).outcome == "passed"
    assert result_of("FENCE-13", FindsOnce).outcome == "passed"
    assert result_of("ROUTE-15", FindsOnce).outcome == "failed"
