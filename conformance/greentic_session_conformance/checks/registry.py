"""What a check is, and the list of all."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from greentic_session_conformance.rules import Rule, rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from greentic_session_conformance.case.case import Case

#: The modules of checks, in the order in which they run: what everything else stands on comes first.
MODULES = (
    "operations",
    "issued_keys",
    "data",
    "fence",
    "routing",
    "large_values",
    "errors",
    "capacity",
    "keyed_create",
    "redis_layout",
    "faulty_records",
    "codec",
    "mapping",
    "sequences",
    "concurrent",
    "histories",
    "durable",
    "killed",
    "across_handles",
    "processes",
)


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one rule, or of a few that can only be seen together.

    Attributes:
        name: the function's name, unique over all modules.
        rules: the IDs of the rules that it judges; a failure that names none is one of the first.
        title: what it asserts, in a sentence.
        run: the function; it returns where the rule is kept and raises where it isn't.
    """

    name: str
    rules: tuple[str, ...]
    title: str
    run: "Callable[[Case], None]"

    @property
    def id(self) -> str:
        """Such as ``"FENCE-05 an_update_cannot_move_a_session_to_another_team"``."""
        return f"{self.rules[0]} {self.name}"

    @property
    def rule(self) -> Rule:
        """The first of its rules, whose profile it belongs to."""
        return rules()[self.rules[0]]

    @property
    def profiles(self) -> frozenset[str]:
        """The profiles that must be claimed for it to be run."""
        return self.rule.profiles


def check(*ids: str) -> "Callable[[Callable[[Case], None]], Check]":
    """Make a function a check of the rules with the given IDs."""

    def make(function: "Callable[[Case], None]") -> Check:
        title = (function.__doc__ or "").strip().partition("\n")[0]
        return Check(function.__name__, ids, title, function)

    return make


@cache
def checks() -> tuple[Check, ...]:
    """Every check, in the order in which they run."""
    found = []
    for module in MODULES:
        loaded = import_module(f"greentic_session_conformance.checks.{module}")
        for value in vars(loaded).values():
            found += [item for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, Check)]
    return tuple(found)
