"""Every rule has a test that names it, and every test names a rule that there is."""

import ast
from pathlib import Path

import pytest
from greentic_session_conformance.checks import checks
from greentic_session_conformance.rules import KIT_PROFILE, rules

TESTS = Path(__file__).parents[1]


def marked():
    """The IDs that ``@pytest.mark.rule(…)`` names anywhere in the tests, whether they are run or not."""
    found = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "rule":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        found.setdefault(argument.value, []).append(path.name)
    return found


MARKED = marked()
CHECKED = {rule for check in checks() for rule in check.rules}


@pytest.mark.rule("VERD-17")
@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_rule_has_a_test_or_a_written_reason(rule):
    if rule.untested:
        assert rule.id not in CHECKED
        return
    if rule.profile == KIT_PROFILE:
        assert rule.id in MARKED, f"{rule.id} is a rule for this kit: a test must carry @pytest.mark.rule({rule.id!r})"
    else:
        assert rule.id in CHECKED, f"{rule.id} has no check"


@pytest.mark.rule("VERD-17")
def test_tests_name_rules_that_there_are():
    assert CHECKED | set(MARKED) <= set(rules())


@pytest.mark.rule("VER-03")
def test_a_check_has_a_name_and_a_title_of_its_own():
    names = [check.name for check in checks()]
    assert len(set(names)) == len(names)
    assert all(check.title.endswith(".") for check in checks())
