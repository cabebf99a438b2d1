"""All mutants: what the kill matrix is made of."""

import importlib
import inspect
from pathlib import Path

from greentic_session_conformance import Target
from greentic_session_conformance.rules import rules
from greentic_session_conformance.targets.target import CallableTarget

#: The modules of checks that search.
SEARCHES = frozenset({"sequences", "across_handles", "histories", "killed"})


def mutants():
    """Every class of the modules ``wrong_*`` that names the rule that it breaks, in the order of the rules."""
    found = []
    for name in sorted(path.stem for path in Path(__file__).parent.glob("wrong_*.py")):
        module = importlib.import_module(name)
        classes = [value for value in vars(module).values() if inspect.isclass(value)]
        found += [value for value in classes if getattr(value, "rule", "") and value.__module__ == name]
    order = list(rules())
    return sorted(found, key=lambda wrong: order.index(wrong.rule) if wrong.rule in order else len(order))


def target_of(wrong):
    """The target that the suite judges a mutant as: its own where it is one, else its class as a callable."""
    return wrong() if issubclass(wrong, Target) else CallableTarget(wrong, wrong.__name__, wrong.profiles)
