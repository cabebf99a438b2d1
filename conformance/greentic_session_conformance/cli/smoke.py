"""``greentic-session smoke``: is it the adapter that is broken, or the store?"""

import sys

import click

from greentic_session_conformance.adapter.smoke import smoke as look_at
from greentic_session_conformance.report.terminal import plain_console


@click.command()
@click.option(
    "--command", required=True, metavar="'PROGRAM ARGS'", help="What starts the adapter, as one types it in a shell."
)
@click.option(
    "--operation-timeout",
    "seconds",
    type=click.FloatRange(0.01, 86_400),
    default=10.0,
    show_default=True,
    help="Seconds that one answer may take.",
)
def smoke(command: str, seconds: float) -> None:
    r"""Tell a broken adapter from a store that doesn't conform, in a second.

    It starts the adapter, makes each request once, and ends it. What the rules say is for `greentic-session conformance --command`.

    \b
    Exit status:
      0 the adapter works, and the store does what is plainest
      1 the adapter works, the store doesn't
      2 wrong usage      4 the adapter is broken
    """
    console = plain_console()
    status = 0
    for look in look_at(command, seconds):
        console.print(f"  {'no' if look.fault else 'ok':3} {look.what}", markup=False, highlight=False, soft_wrap=True)
        if look.fault:
            console.print(f"        {look.fault}", markup=False, highlight=False, soft_wrap=True)
            status = max(status, 1 if look.of_store else 4)
    told = {
        0: "the adapter works",
        1: "the adapter works; the store behind it doesn't",
        4: "the adapter is broken; nothing is said of the store",
    }
    console.print(f"\n  {told[status]}", markup=False, highlight=False, soft_wrap=True)
    sys.exit(status)
