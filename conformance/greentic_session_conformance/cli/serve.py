"""``greentic-session serve``: the reference adapter."""

import click

from greentic_session_conformance.adapter.serve import serve as serve_target
from greentic_session_conformance.rules import TARGET_PROFILES
from greentic_session_conformance.run.plan import SelectionError, select_for
from greentic_session_conformance.targets.named import FORMS, TargetLoadError, TargetNameError, load_target
from greentic_session_conformance.targets.reference import RedisTarget


@click.command()
@click.option("--store", "name", required=True, metavar="TARGET", help=f"What is served: {FORMS}.")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(TARGET_PROFILES),
    help="Claim only this profile of those that the target keeps; for a plain callable: claim it. Repeatable.",
)
def serve(name: str, profiles: tuple[str, ...]) -> None:
    """Serve a store as an adapter does, over standard input and output, for whoever writes a suite or an adapter.

    It speaks the adapter protocol (chapter "The adapter protocol" of the specification): one JSON-RPC 2.0 message a line, until
    it is told to end or its standard input ends. What the store prints goes to standard error.
    """
    try:
        target = load_target(name)
        selection = select_for(target, profiles=profiles)
    except (TargetNameError, SelectionError) as error:
        raise click.UsageError(str(error)) from None
    except TargetLoadError as error:
        raise click.ClickException(str(error)) from None
    # Only a store on Redis can be told where to keep its storages.
    served = selection.profiles if isinstance(target, RedisTarget) else selection.profiles - {"redis-layout"}
    serve_target(target, frozenset(served))
