"""The page of the results: what the suite says of published stores, and the rules that they break."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from greentic_session_conformance.rules import Rule

from tools.site_pages.text import prose, rule_link, table

_ABOUT = """\
# The original, judged

The Rust crate `greentic-session`, from which the specification comes, under the suite: two of its versions, in memory and on Redis, through an
[adapter](adapters.md). A rule that it breaks is declared, with its reason in the crate's source. `make results` judges them anew and writes
`conformance/results/`, from which this page is made; its README tells what a reader should know besides."""


def results_page(folder: Path, rules: Mapping[str, Rule]) -> str:
    """The page, made from the committed reports.

    Args:
        folder: ``conformance/results``.
        rules: the registry.
    """
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*/report.json"))]
    overview = table(["Store", "Verdict", "By profile"], [_row(report) for report in reports], "results")
    return "\n\n".join([_ABOUT, overview, *(_section(report, rules) for report in reports), ""])


def _who(report: Mapping[str, Any]) -> str:
    target = report["target"]
    return f"{target['name']}, {target['version'].partition(' ')[0]}"


def _row(report: Mapping[str, Any]) -> list[str]:
    profiles = ", ".join(f"{name} {verdict}" for name, verdict in report["profiles"].items())
    return [prose(_who(report)), f"{report['verdict']}, {report['deviations']} deviations", prose(profiles)]


def _section(report: Mapping[str, Any], rules: Mapping[str, Rule]) -> str:
    broken = [item for item in report["requirements"] if item["status"] == "deviation"]
    rows = [[rule_link(rules[item["id"]], "../spec/"), prose(item["deviation"]["reason"])] for item in broken]
    unjudged = [
        rule_link(rules[item["id"]], "../spec/") for item in report["requirements"] if item["status"] == "not-judged"
    ]
    left = f"\n\nNot judged, for what they need isn't there: {', '.join(unjudged)}." if unjudged else ""
    return f"## {prose(_who(report))}\n\n{table(['Rule', 'Why it is broken'], rows, 'broken')}{left}"
