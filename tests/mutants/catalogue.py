"""All mutants: what the kill matrix is made of."""

import importlib
import inspect

from greentic_session_conformance import Target
from greentic_session_conformance.targets.target import CallableTarget

MODULES = (
    "wrong_data",
    "wrong_operations",
    "wrong_fence",
    "wrong_routing",
    "wrong_errors",
    "wrong_keys",
    "wrong_concurrency",
    "wrong_durability",
    "wrong_layout",
    "wrong_documents",
)


def mutants():
    """Every class of these modules that names the rule that it breaks, in their order."""
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
        classes = [value for value in vars(module).values() if inspect.isclass(value)]
        found += [value for value in classes if getattr(value, "rule", "") and value.__module__ == name]
    return found


def target_of(wrong):
    """The target that the suite judges a mutant as: its own where it is one, else its class as a callable."""
    return wrong() if issubclass(wrong, Target) else CallableTarget(wrong, wrong.__name__, wrong.profiles)
