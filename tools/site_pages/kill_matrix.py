"""The page of the kill matrix: every wrong store that the suite was tried on, under the rule that it breaks."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from greentic_session_conformance.rules import KIT_PROFILE, TARGET_PROFILES, Rule

from tools.site_pages.text import code, prose, rule_link, table

#: Where `python -m tools.kill_matrix` writes it, in the folder of the documentation.
MATRIX = "suite/kill-matrix.json"
_ABOUT = """\
A suite is worth what it catches. Each of these stores is wrong in one way, on purpose, and stands for a fault that is met in the
real world. The build fails where one survives, is caught only by checks of other rules, or is blamed on a rule that it doesn't
break (by its own checks, or by a tenth of the others), and where a rule has no wrong store. They lie in `tests/mutants/`."""
_TOTALS = """\
**{killed} of {mutants}** are killed by a check of the rule that they break, {rules} rules in all. `make matrix` tries each by
every check, and writes [this page's data](kill-matrix.json)."""


def kill_matrix_page(docs: Path, rules: Mapping[str, Rule]) -> str:
    """The page, made from the committed matrix.

    Args:
        docs: the folder of the documentation.
        rules: the registry.
    """
    matrix = json.loads((docs / MATRIX).read_text(encoding="utf-8"))
    rows, totals = matrix["mutants"], matrix["totals"]
    by_profile = {name: [row for row in rows if rules[row["rule"]].profile == name] for name in TARGET_PROFILES}
    by_profile = {name: found for name, found in by_profile.items() if found}
    jumps = " ".join(f"[{name} ({len(found)})](#{name}){{ .profile }}" for name, found in by_profile.items())
    return "\n\n".join(
        [
            "# Kill matrix",
            _ABOUT,
            _TOTALS.format(**totals),
            f"{jumps}\n{{ .jumps }}",
            *(_section(name, found, rules) for name, found in by_profile.items()),
            _without(rules),
            "",
        ]
    )


def _section(profile: str, rows: list[Mapping[str, Any]], rules: Mapping[str, Rule]) -> str:
    header = ["Rule", "What the wrong store does", "As in", "Killed by"]
    body = table(header, [_row(row, rules) for row in rows], "mutants")
    return f"## {profile} {{ #{profile} }}\n\n{body}"


def _row(row: Mapping[str, Any], rules: Mapping[str, Rule]) -> list[str]:
    killers = "<br>".join(code(name) for name in row["killed_by"])
    also = ", ".join(rule_link(rules[other], "../spec/") for other in row["also"])
    what = prose(row["wrong"][:1].upper() + row["wrong"][1:])
    return [
        rule_link(rules[row["rule"]], "../spec/"),
        f"{what} {code(row['mutant'])}",
        prose(row["fault"]),
        killers + (f"<br>Also breaks {also}." if also else ""),
    ]


def _without(rules: Mapping[str, Rule]) -> str:
    reasons = [
        f"- {rule_link(rule, '../spec/')}: {prose(rule.untested)}"
        for rule in rules.values()
        if rule.untested and rule.profile != KIT_PROFILE
    ]
    return "\n".join(["## Rules without a wrong store", "", "No check could observe these:", "", *reasons])
