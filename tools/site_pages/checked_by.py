"""Which checks of the suite judge a rule: the one place where the site asks for them."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec

_MODULE = "greentic_session_conformance.checks"


def checks_by_rule() -> Mapping[str, Sequence[str]]:
    """The names of the checks of each rule, in the suite's order; empty where the suite has none yet."""
    if find_spec(_MODULE) is None:
        return {}
    found: dict[str, list[str]] = {}
    for check in import_module(_MODULE).checks():
        for rule in check.rules:
            found.setdefault(rule, []).append(check.name)
    return found
