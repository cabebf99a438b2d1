"""The command ``greentic-session`` and what there is below it."""

import click

import greentic_session
from greentic_session_conformance.cli.compare import compare
from greentic_session_conformance.cli.conformance import conformance
from greentic_session_conformance.cli.explain import explain
from greentic_session_conformance.cli.key import key
from greentic_session_conformance.cli.schema import schema
from greentic_session_conformance.cli.serve import serve
from greentic_session_conformance.cli.smoke import smoke
from greentic_session_conformance.cli.validate import validate
from greentic_session_conformance.rules import SPEC_VERSION

_EXAMPLES = """\b
Examples:
  greentic-session conformance memory
  greentic-session conformance mypkg.stores:MyStore
  greentic-session conformance --command 'node adapter.js'
  greentic-session smoke --command 'node adapter.js'
  greentic-session compare old/report.json reports/report.json
  greentic-session explain FENCE-05
  greentic-session validate session.json
  greentic-session schema session-data
  greentic-session key telegram bot chat user
"""


@click.group(epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    greentic_session.__version__, message=f"greentic-session %(version)s (specification {SPEC_VERSION})"
)
def commands() -> None:
    """Session stores put to the test: the specification, its schemas, and a suite that judges."""


for command in (conformance, smoke, serve, compare, explain, validate, schema, key):
    commands.add_command(command)


def main() -> None:
    """Run the command line and exit with its status."""
    commands(prog_name="greentic-session")
