"""A failed check in pytest's words."""

from pathlib import Path

from greentic_session_conformance.rules import rules
from greentic_session_conformance.run.judge import Result

#: How many of the calls that led to a failure are shown; the report has all.
SHOWN_CALLS = 12


def failure_text(result: Result, folder: Path) -> str:
    """What was expected and what came, the calls that led there, and what to do next."""
    rule = rules()[result.rule]
    lines = [
        f"{rule.id} · {rule.title}",
        f"  rule      {rule.text}",
        f"  expected  {result.expected}",
        f"  got       {result.got}",
    ]
    if result.vector:
        lines.append(f"  on        {result.vector}")
    calls = [f"{number:2}  {call}" for number, call in enumerate(result.operations, 1)]
    if len(calls) > SHOWN_CALLS:
        calls = [f"{len(calls) - SHOWN_CALLS} calls before, then", *calls[-SHOWN_CALLS:]]
    lines += [f"  {'after' if number == 0 else '':8}  {call}" for number, call in enumerate(calls)]
    if result.script:
        lines.append(f"  try it    the script for {rule.id} in {folder / 'repro'}")
    lines.append(f"  more      greentic-session explain {rule.id}")
    return "\n".join(lines)
