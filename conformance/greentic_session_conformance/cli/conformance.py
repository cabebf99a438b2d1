"""``greentic-session conformance``: doors 3 and 4."""

import math
import random
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

import greentic_session
from greentic_session_conformance.case.case import EFFORTS
from greentic_session_conformance.checks import checks
from greentic_session_conformance.deviations import Deviation, DeviationsError, read_deviations
from greentic_session_conformance.report.files import write
from greentic_session_conformance.report.model import build
from greentic_session_conformance.report.terminal import plain_console, print_report
from greentic_session_conformance.rules import SPEC_VERSION, TARGET_PROFILES
from greentic_session_conformance.run.record import Record, today
from greentic_session_conformance.run.supervisor import Supervisor, UsageError
from greentic_session_conformance.run.worker import Job
from greentic_session_conformance.targets.named import COMMAND, FORMS


class _Seconds(click.FloatRange):
    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):  # no range holds it, and none leaves it out
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return seconds


@click.command()
@click.argument("target", required=False)
@click.option(
    "--command",
    metavar="'PROGRAM ARGS'",
    help="Judge the store behind the adapter that this command starts, in whatever language, in the place of TARGET.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(TARGET_PROFILES),
    help="Judge only this profile of those claimed; for a plain callable: claim it. Repeatable.",
)
@click.option(
    "--rule", "rules", multiple=True, metavar="ID", help="Judge only this rule, such as FENCE-05. Repeatable."
)
@click.option("--list", "list_only", is_flag=True, help="List the checks that would run, and run none.")
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports"),
    show_default=True,
    help="Where the report's files go.",
)
@click.option(
    "--deviations",
    "deviations_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Rules that the store is known to break, with reason and last day (schema `deviations`, as TOML).",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Repeat the run that reported this seed.")
@click.option(
    "--effort",
    type=click.Choice(list(EFFORTS)),
    default="normal",
    show_default=True,
    help="How much races and kills are repeated.",
)
@click.option(
    "--operation-timeout",
    "timeout",
    type=_Seconds(0.01, 86_400),
    default=10.0,
    show_default=True,
    help="Seconds that one operation may take.",
)
@click.option("-x", "--exitfirst", is_flag=True, help="End at the first failure.")
@click.option("--quiet", is_flag=True, help="Plain lines, no progress.")
@click.version_option(
    greentic_session.__version__, message=f"greentic-session %(version)s (specification {SPEC_VERSION})"
)
def conformance(
    target: str | None,
    command: str | None,
    profiles: tuple[str, ...],
    rules: tuple[str, ...],
    list_only: bool,
    folder: Path,
    deviations_file: Path | None,
    seed: int | None,
    effort: str,
    timeout: float,
    exitfirst: bool,
    quiet: bool,
) -> None:
    r"""Judge the store TARGET and print a verdict.

    TARGET is memory, embedded-redis, a Redis URL, package.module:name or path/to/file.py:name; the name is a Target, or a callable
    that returns a fresh store. A store in another language comes with --command.

    \b
    Exit status:
      0 conformant      1 non-conformant      2 wrong usage
      3 incomplete      4 the target could not be run      130 interrupted
    """
    deviations = _deviations(deviations_file)
    job = Job(
        target=_name(target, command),
        profiles=list(profiles),
        rules=list(rules),
        seed=random.SystemRandom().getrandbits(32) if seed is None else seed,
        effort=effort,
        operation_timeout=timeout,
        stop_at_failure=exitfirst,
        excused=[[item.rule, item.target] for item in deviations if not item.has_expired(today())],
    )
    console = plain_console()
    try:
        if list_only:
            _list(Supervisor(job), console)
            return
        _refuse_a_file(folder)
        record = _run(job, console, quiet=quiet)
        record.deviations = deviations
        report = build(record)
    except UsageError as error:
        raise click.UsageError(f"{error}." if not str(error).endswith(("?", ".")) else str(error)) from None
    try:
        write(report, folder)
    except OSError as error:
        print_report(report, None, console)
        raise click.UsageError(
            f"the report can't be written to {folder}: {error.strerror}; choose another place with --report DIR"
        ) from None
    print_report(report, folder, console)
    sys.exit(report.exit_status)


def _name(target: str | None, command: str | None) -> str:
    if target is not None and command is not None:
        message = f"there is a TARGET, {target!r}, and a --command; one store is judged at a time"
        raise click.UsageError(message)
    if command is not None:
        return f"{COMMAND}{command}"
    if target is None:
        message = f"no TARGET: name {FORMS}, or give --command 'PROGRAM ARGS' for a store behind an adapter"
        raise click.UsageError(message)
    return target


def _deviations(path: Path | None) -> tuple[Deviation, ...]:
    try:
        return () if path is None else read_deviations(path)
    except DeviationsError as error:
        raise click.UsageError(str(error)) from None


def _refuse_a_file(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        message = f"{folder} is a file; --report wants a folder"
        raise click.UsageError(message)


def _list(supervisor: Supervisor, console: Console) -> None:
    planned = set(supervisor.plan())
    if supervisor.record.fatal:
        console.print(supervisor.record.fatal, markup=False, style="red")
        sys.exit(4)
    for item in checks():
        if item.name in planned:
            console.print(
                f"{item.rules[0]:9} {item.rule.profile:13} {item.name:60} {item.title}",
                markup=False,
                soft_wrap=True,
            )


def _run(job: Job, console: Console, *, quiet: bool) -> Record:
    if quiet or not console.is_terminal:
        return Supervisor(job).run()
    columns = (TextColumn("  {task.description:60}"), BarColumn(24), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("opening the target", total=None)
        by_name = {item.name: item for item in checks()}

        def told(done: int, total: int, name: str) -> None:
            progress.update(task, completed=done, total=total, description=by_name[name].id[:60])

        return Supervisor(job, told).run()
