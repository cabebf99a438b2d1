"""``greentic-session key``: keys derived from what a connector knows."""

import click

from greentic_session import GreenticError
from greentic_session.mapping import telegram_update_to_session_key, webhook_to_session_key

_HELPERS = {"telegram": telegram_update_to_session_key, "webhook": webhook_to_session_key}


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("function", type=click.Choice(list(_HELPERS)))
@click.argument("a")
@click.argument("b")
@click.argument("c")
def key(function: str, a: str, b: str, c: str) -> None:
    """Print the key derived from three parts: bot, chat and user for telegram; source, subject and id hint for webhook."""
    try:
        click.echo(_HELPERS[function](a, b, c))
    except GreenticError as error:
        raise click.UsageError(error.message) from None
