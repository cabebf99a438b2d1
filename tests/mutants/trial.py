"""Trying the suite on a wrong store: is it blamed for what it breaks, and for nothing else?"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from unittest.mock import patch
from zlib import crc32

from catalogue import SEARCHES, target_of
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.run.plan import select
from greentic_session_conformance.search import sequences

from tools.soak.runs import IN_MEMORY

#: What an operation of a wrong store may take. A right one needs a thousandth of it.
SECONDS = 1
#: The modules of checks that search, race, or start processes: nine tenths of the time of a trial.
LONG = SEARCHES | {"concurrent", "durable", "processes"}


@dataclass(frozen=True)
class Trial:
    """How a mutant fared.

    Attributes:
        wrong: the mutant.
        killed_by: the names of the checks of its own rule that blame it for that rule.
        complaints: what is wrong with the suite, or with what the mutant states; empty where all is well.
        seconds: how long it took.
    """

    wrong: type
    killed_by: tuple[str, ...]
    complaints: tuple[str, ...]
    seconds: float

    def row(self):
        """The mutant's row in the matrix: what is the same in every run."""
        return {**stated(self.wrong), "killed_by": list(self.killed_by)}


def stated(wrong):
    """What a mutant says of itself."""
    return {
        "mutant": wrong.__name__,
        "rule": wrong.rule,
        "wrong": " ".join(wrong.__doc__.removeprefix(f"{wrong.rule}: ").split()),
        "fault": wrong.fault,
        "also": sorted(wrong.also),
    }


def limited(effort, seed=0):
    """The conditions of a trial: an operation of a wrong store soon has to return."""
    return Conditions(seed, effort, SECONDS)


def judged(target, first="", effort="quick"):
    """The results of the checks of a target's profiles, those of one rule first."""
    planned = sorted(select(target.profiles).checks(), key=lambda check: first not in check.rules)
    return results(planned, target, limited(effort))


def results(planned, target, conditions):
    """The results of the given checks."""
    folder = IN_MEMORY if Path(IN_MEMORY).is_dir() else None
    # Where the machine is busy, or would wait for its disk, a search tries as many sequences all the same.
    with (
        patch.object(sequences, "SECONDS", dict.fromkeys(sequences.SECONDS, 600.0)),
        patch.object(tempfile, "tempdir", folder),
    ):
        return [judge(check, target, conditions) for check in planned]


def own_checks(wrong):
    """The checks that may kill a mutant: those of its rule, and the search that it is there for."""
    planned = select(wrong.profiles).checks()
    return [check for check in planned if wrong.rule in check.rules or searches(check, wrong.found_by)]


def some_beside(wrong, own):
    """Every tenth short check that isn't a mutant's own: not the same ones for every mutant."""
    planned = [check for check in select(wrong.profiles).checks() if check not in own and module_of(check) not in LONG]
    return planned[crc32(wrong.__name__.encode()) % 10 :: 10]


def module_of(check):
    """The name of the module that a check is in."""
    return check.run.__module__.rpartition(".")[2]


def searches(check, module):
    """Whether a check is a search of the given module; a search blames whatever rule it finds broken."""
    return module_of(check) == module


def told(result):
    """A result that isn't a pass, in a line."""
    came = f"expected {result.expected}, got {result.got}"
    return f"{result.rule} by {result.check} {result.vector}: {result.reason or came}"


#: What is broken along with the rules of a family: what a search says where it sees no more than that the whole is wrong.
WHOLE = {
    "DATA": {"DATA-01"},
    "CONC": {"CONC-07", "CONC-10", "CONC-11", "CONC-12"},
    "DUR": {"DUR-04", "DUR-05", "DUR-07"},
}


#: What one caller alone confuses, seldom, several callers confuse, too.
ANYWAY = {"CONC-08", "CONC-10", "CONC-12"}


def allowed(wrong):
    """The rules that a mutant may be blamed for."""
    return {
        *ANYWAY,
        wrong.rule,
        *wrong.also,
        *getattr(wrong, "maybe", frozenset()),
        *WHOLE.get(wrong.rule.partition("-")[0], ()),
    }


def try_out(wrong, whole=True):
    """Judge a mutant by every check of its profiles, at its own effort, else at quick.

    A race that quick effort hasn't met is tried at normal effort, which has to meet it.

    Args:
        wrong: the mutant.
        whole: whether to judge by every check; else by its own, and at quick effort by some beside them.
    """
    trial = _try_out(wrong, getattr(wrong, "effort", "quick"), whole)
    if trial.complaints and wrong.rule.startswith(("CONC-", "DUR-")):
        return _try_out(wrong, "normal", whole)
    return trial


def _try_out(wrong, effort, whole):
    began = monotonic()
    own, target = own_checks(wrong), target_of(wrong)
    if whole:
        found = judged(target, wrong.rule, effort)
    else:
        conditions = limited(effort)
        found = results(own, target, conditions)
        beside = results(some_beside(wrong, own), target, replace(conditions, effort="quick"))
        # A hang is blamed on the check that meets it first: in a whole run on another one.
        found += [result for result in beside if not result.hung]
    failed = [result for result in found if result.outcome == "failed"]
    killers = {check.name for check in own}
    killed_by = [result.check for result in failed if result.rule == wrong.rule and result.check in killers]
    complaints = []
    if not killed_by:
        others = [told(result) for result in found if result.outcome != "passed"]
        complaints.append(f"no check of {wrong.rule} blames it; {others or 'it survived'}")
    complaints += [
        f"blamed on what it doesn't break: {told(result)}" for result in failed if result.rule not in allowed(wrong)
    ]
    searching = {check.name for check in checks() if searches(check, wrong.found_by)}
    complaints += [
        f"a fixed check finds what only {wrong.found_by} was to find: {told(result)}"
        for result in failed
        if wrong.found_by and result.check not in searching
    ]
    # A race that isn't the mutant's own may go well now and then.
    certain = {rule for rule in wrong.also if whole and not rule.startswith("CONC-")}
    complaints += [
        f"`also` names {rule}, which didn't fail" for rule in sorted(certain - {result.rule for result in failed})
    ]
    complaints += [
        f"a failure that tells too little: {told(result)}"
        for result in failed
        if not (result.expected and result.got and result.script)
    ]
    return Trial(wrong, tuple(killed_by), tuple(complaints), monotonic() - began)
