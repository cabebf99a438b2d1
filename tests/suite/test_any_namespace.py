"""The checks of the Redis layout in namespaces whose names are odd: no correct store fails because of its namespace."""

import uuid

import pytest
from greentic_session_conformance import redis_url
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.targets.reference import RedisTarget

LAYOUT = [check for check in checks() if "redis-layout" in check.profiles]


class _InANamespace(RedisTarget):
    """The library's store in namespaces of one form."""

    profiles = frozenset({"core", "keyed-create", "redis-layout"})

    def __init__(self, form):
        super().__init__(redis_url())
        self.form = form

    def open_storage(self):
        return self.form.format(uuid.uuid4().int)

    def close_storage(self, storage):
        """Leave the keys: the server goes with the tests, and nothing else has such names."""


@pytest.mark.parametrize(
    "form", ["{}", "APP-{}", "app[{}]", "[]{}]", "a*{}", "a?{}", "\\{}", "a\\*{}", "[^-]{}", "{{{}}}", "é {}"]
)
def test_a_correct_store_passes_in_any_namespace(form):
    conditions = Conditions(1, "quick", 30.0, broken={})
    results = [judge(check, _InANamespace(form), conditions) for check in LAYOUT]
    assert {
        result.check: (result.rule, result.got, result.reason) for result in results if result.outcome != "passed"
    } == {}
    assert results
