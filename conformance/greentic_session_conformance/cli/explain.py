"""``greentic-session explain``: a rule, why it is there, and its checks."""

import difflib
import json

import click
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from greentic_session_conformance.checks import Check, checks
from greentic_session_conformance.report.terminal import plain_console
from greentic_session_conformance.rules import Rule, rules


@click.command()
@click.argument("word", required=False, metavar="[RULE|WORD]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json for a program to read.",
)
def explain(word: str | None, form: str) -> None:
    r"""Print a rule by its ID, or list the rules whose ID, profile, chapter or title has a word in it; all without one.

    \b
    Examples:
      greentic-session explain FENCE-05
      greentic-session explain fence
    """
    found = _find(word)
    if form == "json":
        click.echo(json.dumps([_as_dict(rule) for rule in found], indent=2))
        return
    console = plain_console()
    if word is not None and len(found) == 1 and found[0].id == word.upper():
        console.print(_one(found[0]))
    else:
        _list(found, console)


def _find(word: str | None) -> list[Rule]:
    if word is None:
        return list(rules().values())
    exact = rules().get(word.upper())
    if exact is not None:
        return [exact]
    lower = word.lower()
    found = [
        rule
        for rule in rules().values()
        if lower in f"{rule.id} {rule.profile} {rule.chapter_title} {rule.title}".lower()
    ]
    if not found:
        nearest = difflib.get_close_matches(word.upper(), list(rules()), 1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        message = (
            f"no rule has {word!r} in its ID, profile, chapter or title{hint} `greentic-session explain` lists all"
        )
        raise click.UsageError(message)
    return found


def _checks(rule: Rule) -> list[Check]:
    return [item for item in checks() if rule.id in item.rules]


def _as_dict(rule: Rule) -> dict[str, object]:
    kept = ("id", "level", "profile", "title", "text", "why", "example", "untested", "chapter")
    told: dict[str, object] = {name: getattr(rule, name) for name in kept}
    return told | {
        "requires": sorted(rule.requires),
        "tests": [{"id": item.id, "title": item.title} for item in _checks(rule)],
    }


def _one(rule: Rule) -> Group:
    profile = rule.profile + (f" (with {', '.join(sorted(rule.requires))})" if rule.requires else "")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("rule", Text(rule.text, "bold"))
    table.add_row("why", Text(rule.why))
    if rule.example:
        table.add_row("example", Text(rule.example))
    table.add_row("level", rule.level)
    table.add_row("profile", profile)
    table.add_row("chapter", rule.chapter_title)
    told = [f"{item.name}: {item.title}" for item in _checks(rule)]
    if told:
        table.add_row("tests", Text("\n".join(told)))
    elif rule.untested:
        table.add_row("untested", Text(rule.untested))
    else:
        table.add_row("tests", "the project's own: no target is judged by it")
    return Group(Text(), Text(f"  {rule.id} · {rule.title}", "bold"), Padding(table, (0, 0, 1, 4)))


def _list(found: list[Rule], console: Console) -> None:
    chapter = ""
    for rule in found:
        if rule.chapter != chapter:
            chapter = rule.chapter
            console.print(f"\n{rule.chapter_title}", style="bold")
        level = "" if rule.level == "MUST" else f" ({rule.level})"
        console.print(f"  {rule.id:9} {rule.profile:13} {rule.title}{level}", markup=False, soft_wrap=True)
