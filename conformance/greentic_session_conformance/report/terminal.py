"""The report as a person sees it in a terminal."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

import greentic_session
from greentic_session_conformance.report.model import Report, Requirement, script_name
from greentic_session_conformance.report.wording import notices, summary_of, unclaimed
from greentic_session_conformance.rules import SPEC_VERSION, rules

#: How many of the calls that led to a failure are shown; the report has all.
SHOWN_CALLS = 8
#: How many broken rules are told at length.
SHOWN_FAILURES = 20

_STYLES = {
    "conformant": "bold green",
    "partial": "bold yellow",
    "non-conformant": "bold red",
    "incomplete": "bold yellow",
    "not-run": "bold red",
}


#: The width where there is no terminal to ask for one.
PLAIN_WIDTH: Final = 120


def plain_console() -> Console:
    """A console on standard output: as wide as the terminal, or :data:`PLAIN_WIDTH` where there is none."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)


def render(report: Report, folder: Path | None) -> RenderableType:
    """The report: what was tested, a line a profile, each broken rule at length, the verdict.

    Args:
        report: the report.
        folder: where its files are; ``None`` where none were written.
    """
    parts: list[RenderableType] = [Text(), _head(report), Text()]
    if report.profiles:
        parts += [Padding(_profiles(report), (0, 0, 0, 2)), Text()]
    shown = [item for item in report.requirements if item.status in {"failed", "warned"}]
    for item in shown[:SHOWN_FAILURES]:
        for number, failure in enumerate(item.failures):
            parts += [_failure(item, failure, script_name(item, number), folder), Text()]
    if len(shown) > SHOWN_FAILURES:
        more = ", ".join(item.id for item in shown[SHOWN_FAILURES:])
        parts += [Text(f"  and {len(shown) - SHOWN_FAILURES} more: {more}"), Text()]
    if told := notices(report):
        parts += [*(Text(f"  {line}") for line in told), Text()]
    parts += _undecided(report)
    parts.append(_verdict(report, folder))
    return Group(*parts)


def print_report(report: Report, folder: Path | None, console: Console) -> None:
    """Print the report; into a file or a pipe without the blanks that fill a terminal's lines."""
    if console.is_terminal:
        console.print(render(report, folder))
        return
    with console.capture() as capture:
        console.print(render(report, folder))
    for line in capture.get().splitlines():
        console.file.write(line.rstrip() + "\n")


def _head(report: Report) -> Text:
    target = f"{report.target.name} {report.target.version}".strip()
    return Text.assemble(
        ("  target  ", "dim"),
        (target, "bold"),
        (
            f"     spec {SPEC_VERSION}   suite {greentic_session.__version__}   seed {report.seed}   effort {report.effort}",
            "dim",
        ),
    )


def _profiles(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    for _ in range(4):
        table.add_column(no_wrap=True)
    for profile, verdict in report.profiles.items():
        own = [item for item in report.requirements if item.profile == profile]
        judged = sum(item.status in {"passed", "failed", "warned", "deviation"} for item in own)
        told = [
            f"{count} {word}"
            for status, word in _WORDS.items()
            if (count := sum(item.status == status for item in own))
        ]
        style = _STYLES[verdict].removeprefix("bold ")
        total = len([item for item in own if item.status != "skipped"])
        table.add_row(
            profile,
            Text("━" * 12, style),
            f"{judged:2} of {total:2} rules checked",
            Text(", ".join(told) or "ok", style),
        )
    return table


_WORDS: Mapping[str, str] = {
    "failed": "broken",
    "deviation": "broken as declared",
    "warned": "recommended and not kept",
    "not-judged": "not judged",
    "not-covered": "not covered",
}


def _failure(item: Requirement, failure: Mapping[str, Any], script: str, folder: Path | None) -> RenderableType:
    title = Text.assemble(
        (f"{item.id} · {item.title}", "bold"),
        ("" if item.level == "MUST" else "   (recommended, not kept; the verdict stays)", "dim"),
    )
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("rule", Text(rules()[item.id].text))
    table.add_row("expected", Text(failure["expected"]))
    table.add_row("got", Text(failure["got"]))
    if failure["vector"]:
        table.add_row("on", Text(failure["vector"]))
    calls = failure["operations"]
    numbered = [f"{number:2}  {call}" for number, call in enumerate(calls, 1)][-SHOWN_CALLS:]
    if len(calls) > SHOWN_CALLS:
        numbered.insert(0, f"{len(calls) - SHOWN_CALLS} calls before, then")
    if numbered:
        table.add_row("after", Text("\n".join(numbered)))
    if folder is not None and failure["script"]:
        table.add_row("try it", Text(f"python {folder / 'repro' / script}"))
    table.add_row("more", Text(f"greentic-session explain {item.id}"))
    return Padding(Group(title, Padding(table, (0, 0, 0, 2))), (0, 0, 0, 2))


def _undecided(report: Report) -> list[RenderableType]:
    by_reason: dict[str, list[str]] = {}
    for item in report.requirements:
        if item.status in {"not-judged", "not-covered"}:
            by_reason.setdefault(item.reason or item.status, []).append(item.id)
    lines = [Text(f"  not judged  {', '.join(ids)}: {reason}") for reason, ids in by_reason.items()]
    if told := unclaimed(report):
        lines.append(Text(f"  {told}", "dim"))
    return [*lines, Text()] if lines else []


def _verdict(report: Report, folder: Path | None) -> Text:
    where = f"      {folder / 'report.html'}" if folder is not None else ""
    told = summary_of(report)
    return Text.assemble(
        ("  verdict  ", "dim"), (report.verdict.upper(), _STYLES[report.verdict]), told, (where, "dim")
    )
