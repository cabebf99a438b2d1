"""``greentic-session compare``: two reports side by side."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from greentic_session import schema as schemas
from greentic_session_conformance.report.compare import KINDS, Change, Comparison, Side
from greentic_session_conformance.report.compare import compare as compare_reports
from greentic_session_conformance.report.terminal import plain_console
from greentic_session_conformance.report.text import visible
from greentic_session_conformance.report.wording import counted, status_in_words

#: How many faults of a file that is no report are told.
_SHOWN_FAULTS = 3

_STYLES = {"regressed": "bold red", "gained": "bold green"}


@click.command()
@click.argument("older", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("newer", metavar="NEW", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json for a program to read.",
)
def compare(older: Path, newer: Path, form: str) -> None:
    r"""Compare two reports: what regressed, what was gained, what else changed.

    OLD and NEW are files such as reports/report.json, or the folders that they are in. A mandatory rule that passed and isn't shown to
    pass any more has regressed.

    \b
    Exit status:
      0 nothing regressed      1 a rule regressed      2 wrong usage, or not a report
    """
    found = compare_reports(_read(older), _read(newer))
    if form == "json":
        click.echo(json.dumps(found.as_dict(), indent=2))
    else:
        _print(found)
    sys.exit(found.exit_status)


def _read(path: Path) -> dict[str, Any]:
    file = path / "report.json" if path.is_dir() else path
    try:
        text = file.read_bytes()
    except OSError as error:
        message = f"{file} can't be read: {error.strerror}"
        raise click.UsageError(message) from None
    faults = schemas.validate(text, "conformance-report")
    if faults:
        told = "; ".join(f"{fault.pointer or '/'} {fault.message}" for fault in faults[:_SHOWN_FAULTS])
        more = f"; and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
        message = f"{file} is not a report of this suite: {told}{more}"
        raise click.UsageError(message)
    report: dict[str, Any] = json.loads(text)
    told_twice = [rule for rule, times in Counter(item["id"] for item in report["requirements"]).items() if times > 1]
    if told_twice:
        message = f"{file} is not a report of this suite: it tells of {', '.join(told_twice)} more than once"
        raise click.UsageError(message)
    return report


def _print(found: Comparison) -> None:
    console = plain_console()
    with console.capture() as capture:
        console.print(Group(*_parts(found)))
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def _parts(found: Comparison) -> Iterator[RenderableType]:
    yield Text()
    yield Padding(_sides(found), (0, 0, 1, 2))
    for doubt in found.doubts:
        yield Text(visible(f"  with care: {doubt}"), "yellow")
    if found.doubts:
        yield Text()
    for kind in KINDS:
        changes = found.of(kind)
        if changes:
            yield Text(f"  {kind}: {counted(len(changes), 'rule')}", _STYLES.get(kind, "bold"))
            yield Padding(_table(changes), (0, 0, 1, 4))
    told = (f"{len(found.of(kind))} {kind}" for kind in KINDS if found.of(kind))
    yield Text(f"  {', '.join((*told, f'{found.unchanged} unchanged'))}")


def _sides(found: Comparison) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for name, older, newer in _rows(found):
        table.add_row(name, Text(visible(older)), Text(visible(newer), "" if older == newer else "bold"))
    return table


def _rows(found: Comparison) -> Iterator[tuple[str, str, str]]:
    yield "", "older", "newer"
    for name, told in _TOLD.items():
        yield name, told(found.older), told(found.newer)
    for profile, (older, newer) in found.profiles.items():
        yield f"  {profile}", older, newer


def _spec(side: Side) -> str:
    return f"{side.spec_version} (text {side.spec_hash[:12]})" if side.spec_hash else side.spec_version


_TOLD: Mapping[str, Callable[[Side], str]] = {
    "target": lambda side: f"{side.name} {side.version}".strip(),
    "spec": _spec,
    "suite": lambda side: side.suite_version,
    "run": lambda side: f"seed {side.seed} {side.effort}".strip(),
    "verdict": lambda side: side.verdict,
}


def _table(changes: tuple[Change, ...]) -> Table:
    """A line a rule; rules that are gone for one reason are told together."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for _, grouped in groupby(changes, key=_group):
        same = list(grouped)
        first = same[0]
        told = f"{status_in_words(first.older)} → {status_in_words(first.newer)}"
        reason = f": {first.reason}" if first.reason else ""
        if len(same) > 1:
            table.add_row(told, Text(visible(f"{', '.join(change.id for change in same)}{reason}")))
        else:
            level = "" if first.level == "MUST" else " (recommended)"
            table.add_row(told, Text(visible(f"{first.id} · {first.title}{level}{reason}")))
    return table


def _group(change: Change) -> tuple[str, ...]:
    whole = change.newer == "absent" or change.older == "absent"
    return (change.profile, change.older, change.newer, change.reason) if whole else (change.id,)
