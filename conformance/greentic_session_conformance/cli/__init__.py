"""The command line: one module a command."""

from greentic_session_conformance.cli.main import main

__all__ = ["main"]
