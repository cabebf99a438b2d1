"""``greentic-session validate``: documents against the schemas and the rules of reading."""

import json
import sys
from pathlib import Path

import click

from greentic_session import schema as schemas


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…|-")
@click.option(
    "--schema",
    "name",
    default="session-data",
    show_default=True,
    metavar="NAME",
    help="What the documents are to be.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json for a program to read.",
)
def validate(files: tuple[str, ...], name: str, form: str) -> None:
    """Validate documents; `-` is standard input.

    Exit status 1 where a document is faulty, with a JSON pointer and the rule for each fault; 2 where a file can't be read.
    """
    if name not in schemas.names():
        message = f"there is no schema {name!r}; there are {', '.join(schemas.names())}"
        raise click.BadParameter(message, param_hint="--schema")
    read = [(file, _read(file)) for file in files]
    faulty = False
    told = []
    for file, document in read:
        faults = schemas.validate(document, name)
        faulty = faulty or bool(faults)
        shown = "standard input" if file == "-" else file
        if form == "json":
            listed = [{"pointer": fault.pointer, "message": fault.message, "rule": fault.rule} for fault in faults]
            told.append({"file": file, "schema": name, "valid": not faults, "faults": listed})
        elif faults:
            click.echo(f"{shown} is not valid against {name}:")
            width = max(len(fault.pointer or "/") for fault in faults)
            for fault in faults:
                click.echo(f"  {fault.pointer or '/':{width}}  {fault.message}   {fault.rule or ''}".rstrip())
        else:
            click.echo(f"{shown} is valid against {name}")
    if form == "json":
        click.echo(json.dumps(told, indent=2))
    sys.exit(1 if faulty else 0)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        message = f"{file} can't be read: {error.strerror}"
        raise click.UsageError(message) from None
