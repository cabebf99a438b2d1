"""Says that the tests of a rule still test what its text says, after the text has changed (rule VERD-23).

``tests/rules/confirmed.json`` holds, for each rule, what somebody has confirmed: the hash of the text that binds, and the tests that were
looked at. A test fails for each rule that is another one now. Read the rule and its tests, mend what has to be mended, then:

    python -m tools.confirm_rules                     # what isn't confirmed: the old text, the new one, the tests
    python -m tools.confirm_rules FENCE-05 OPS-18     # confirm these
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from greentic_session_conformance.checks import checks
from greentic_session_conformance.rules import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from greentic_session_conformance.rules import Rule

ROOT: Final = Path(__file__).resolve().parent.parent
TESTS: Final = ROOT / "tests"
CONFIRMED: Final = TESTS / "rules" / "confirmed.json"


@dataclass(frozen=True)
class Confirmation:
    """What was confirmed of a rule.

    Attributes:
        text: the normative sentence as it was read, for whoever compares.
        hash: of all that binds: level, profiles and text.
    """

    text: str
    hash: str


def hash_of(rule: Rule) -> str:
    """The hash of what binds in a rule: its level, its profiles and its sentence; not its title, nor the *why*."""
    binding = "\n".join((rule.level, rule.profile, *sorted(rule.requires), rule.text))
    return hashlib.sha256(binding.encode()).hexdigest()[:16]


def read_confirmed(path: Path = CONFIRMED) -> dict[str, Confirmation]:
    """What has been confirmed, by rule."""
    return {rule: Confirmation(**held) for rule, held in json.loads(path.read_text(encoding="utf-8")).items()}


def unconfirmed(registry: Mapping[str, Rule], confirmed: Mapping[str, Confirmation]) -> dict[str, str]:
    """The rules whose text nobody has confirmed, each with what is the matter: it is new, its text has changed, or it is gone."""
    told: dict[str, str] = {}
    for rule in registry.values():
        held = confirmed.get(rule.id)
        if held is None:
            told[rule.id] = "the rule is new"
        elif held.hash != hash_of(rule):
            told[rule.id] = "its text changed" if held.text != rule.text else "its level or profile changed"
    return told | {rule_id: "the rule is gone" for rule_id in confirmed if rule_id not in registry}


def tests_of(rule_id: str) -> list[str]:
    """The checks of the suite that judge a rule, and the tests of this repository that name it."""
    found = [f"check {item.name}" for item in checks() if rule_id in item.rules]
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        named = [node.name for node in functions if any(_names(item, rule_id) for item in node.decorator_list)]
        # A mark may also stand in a table of parameters.
        where = named or ["(a row of a table)"] * _names(tree, rule_id)
        found += [f"{path.relative_to(ROOT)}::{name}" for name in where]
    return found


def _names(tree: ast.AST, rule_id: str) -> bool:
    """Whether a part of a test's source holds ``pytest.mark.rule`` with a rule's ID."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "rule"
        and any(isinstance(item, ast.Constant) and item.value == rule_id for item in node.args)
        for node in ast.walk(tree)
    )


def told(rule_id: str, matter: str, confirmed: Mapping[str, Confirmation]) -> str:
    """What somebody who is to confirm a rule has to see: the text that was confirmed, the text as it is, the tests."""
    held, rule = confirmed.get(rule_id), rules().get(rule_id)
    lines = [f"{rule_id}: {matter}"]
    if held is not None:
        lines.append(f"  confirmed  {held.text}")
    if rule is not None:
        lines.append(f"  now        {rule.text}   ({rule.level}, {' '.join(sorted(rule.profiles))})")
    lines += [f"  tested by  {name}" for name in tests_of(rule_id)]
    return "\n".join(lines)


def confirm(rule_ids: Iterable[str], path: Path = CONFIRMED) -> None:
    """Write down that the given rules are confirmed as they are now; a rule that is gone is taken out."""
    confirmed = read_confirmed(path)
    for rule_id in rule_ids:
        rule = rules().get(rule_id)
        if rule is None:
            confirmed.pop(rule_id, None)
        else:
            confirmed[rule_id] = Confirmation(rule.text, hash_of(rule))
    # In the order of their IDs, a rule a line: two branches that confirm different rules merge.
    lines = (
        f"  {json.dumps(rule_id)}: {json.dumps(vars(confirmed[rule_id]), ensure_ascii=False)}"
        for rule_id in sorted(confirmed)
    )
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Show what isn't confirmed, or confirm what is named; the exit status is 1 where something is left, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tools.confirm_rules", description=__doc__.partition("\n")[0])
    parser.add_argument("rules", nargs="*", metavar="ID", help="the rules whose tests you have looked at")
    asked = parser.parse_args(arguments).rules
    confirmed = read_confirmed()
    open_ones = unconfirmed(rules(), confirmed)
    wrong = [rule_id for rule_id in asked if rule_id not in open_ones]
    if wrong:
        parser.error(f"{', '.join(wrong)}: nothing to confirm; to be confirmed: {', '.join(open_ones) or 'nothing'}")
    for rule_id in asked or open_ones:
        sys.stdout.write(told(rule_id, open_ones[rule_id], confirmed) + "\n")
    confirm(asked)
    left = [rule_id for rule_id in open_ones if rule_id not in asked]
    if left:
        sys.stdout.write(f"\nto be confirmed: python -m tools.confirm_rules {' '.join(left)}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
