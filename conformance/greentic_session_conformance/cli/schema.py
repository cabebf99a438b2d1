"""``greentic-session schema``: the JSON Schemas."""

import json

import click

from greentic_session import schema as schemas


@click.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print the schema NAME; without one, list the names."""
    if name is None:
        for known in schemas.names():
            click.echo(known)
        return
    if name not in schemas.names():
        message = f"there is no schema {name!r}; there are {', '.join(schemas.names())}"
        raise click.UsageError(message)
    click.echo(json.dumps(schemas.load(name), indent=2, ensure_ascii=False))
