"""The console script ``greentic-session``: it starts without any extra, and says which one it needs."""

import sys
from importlib.util import find_spec

_NEEDED = ("click", "rich", "jsonschema", "referencing", "markdown_it")


def main() -> None:
    """Run the command line. Wrong usage, a missing extra included, ends with status 2."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"greentic-session needs {', '.join(missing)}, which the extra [conformance] brings: "
            "pip install 'greentic-session[conformance]'\n"
        )
        sys.exit(2)
    from greentic_session_conformance.cli import main as run  # noqa: PLC0415 - the command line's own libraries come with an extra

    run()


if __name__ == "__main__":
    main()
