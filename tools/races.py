"""Meet the races, over and over: a racy wrong store has to die every time, a correct store has to pass every time.

Such as::

    python -m tools.races                                 # all, and write the summary anew
    python -m tools.races --seeds 5 FindTidiesUp Ulids    # some, and write nothing

Only the checks that race are run: a wrong store's own, and the rules CONC of a correct one. Ends with 1 where one came out otherwise than it should.
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

from greentic_session_conformance.run.plan import select_for
from greentic_session_conformance.targets.named import load_target
from rich.console import Console

from tools.kill_matrix import ROOT, a_server, mutant, mutant_module
from tools.soak.runs import in_memory
from tools.soak.stores import STORES

SUMMARY = ROOT / "tests" / "mutants" / "races.md"
FAMILY = "CONC-"
#: A correct store that spends its time waiting takes minutes for a run; the soak has it.
CORRECT = {store.name: store for store in STORES if store.races and not store.sleeps}


_HEAD = """# Races

Wrong stores that only several callers at once can tell, by the checks of the rule that each breaks; and correct stores, most of
them odd (`tests/odd/`), by all checks of the rules CONC: at {effort} effort, {jobs} runs at once, with one seed after another. The
time is the median of a run. `make races` wrote this page.
"""


@dataclass(frozen=True, slots=True)
class Met:
    """How one run ended.

    Attributes:
        right: whether as it should.
        told: the results that say otherwise, a line each.
        seconds: how long it took.
    """

    right: bool
    told: tuple[str, ...]
    seconds: float


def racy_mutants() -> dict[str, str]:
    """The wrong stores that only several callers at once can tell, each with its rule."""
    return {
        wrong.__name__: wrong.rule
        for wrong in mutant_module("catalogue").mutants()
        if wrong.rule.startswith(FAMILY) or wrong.found_by == "histories"
    }


def kill(name: str, effort: str, seed: int) -> Met:
    """Whether the checks of a mutant's rule kill it, by that rule or by one that is broken along with it."""
    trial, wrong, began = mutant_module("trial"), mutant(name), monotonic()
    target = mutant_module("catalogue").target_of(wrong)
    found = trial.results(trial.own_checks(wrong), target, trial.limited(effort, seed))
    killed = any(result.outcome == "failed" and result.rule in {wrong.rule, *wrong.also} for result in found)
    return Met(killed, tuple(trial.told(result) for result in found) if not killed else (), monotonic() - began)


def judge(name: str, effort: str, seed: int) -> Met:
    """Whether a correct store passes every check that races."""
    trial, store, began = mutant_module("trial"), CORRECT[name], monotonic()
    # A process of a pool does not end a server of its own.
    target = load_target(os.environ["REDIS_URL"] if store.target == "embedded-redis" else store.target)
    selection = select_for(target, profiles=store.adds)
    racing = [check for check in selection.checks() if any(rule.startswith(FAMILY) for rule in check.rules)]
    found = trial.results(racing, target, trial.limited(effort, seed))
    faults = tuple(trial.told(result) for result in found if result.outcome != "passed")
    return Met(bool(found) and not faults, faults, monotonic() - began)


Job = tuple[Callable[[str, str, int], Met], str, int]


def _meet(jobs: Sequence[Job], options: argparse.Namespace, console: Console) -> dict[Job, Met]:
    """Do the jobs, several at a time, tell of each, and answer in their order."""
    found: dict[Job, Met] = {}
    os.environ.update(in_memory())
    with a_server(), ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        begun = {pool.submit(ask, name, options.effort, seed): (ask, name, seed) for ask, name, seed in jobs}
        for future in as_completed(begun):
            _, name, seed = job = begun[future]
            met = found[job] = future.result()
            word = "as it should" if met.right else "NOT as it should"
            console.print(f"{len(found)}/{len(jobs)}  {name}  seed {seed}  {word}  {met.seconds:.1f} s", markup=False)
            for line in met.told:
                console.print(f"    {line}", markup=False)
    return {job: found[job] for job in jobs}


def _row(name: str, first: str, met: Sequence[Met]) -> str:
    right = sum(one.right for one in met)
    return f"| {first}`{name}` | {right} of {len(met)} | {median(one.seconds for one in met):.1f} s |"


def summary(found: dict[Job, Met], rules: dict[str, str], options: argparse.Namespace) -> str:
    """The page: how often each wrong store died, and each correct one passed."""

    def rows(ask: object) -> list[tuple[str, list[Met]]]:
        names = dict.fromkeys(name for asked, name, _ in found if asked is ask)
        return [(name, [met for job, met in found.items() if job[:2] == (ask, name)]) for name in names]

    wrong, correct = rows(kill), rows(judge)
    lines = [_HEAD.format(effort=options.effort, jobs=options.jobs)]
    lines += ["| wrong store | killed | time |", "|---|---|---|"]
    lines += [_row(name, f"{rules[name]} ", met) for name, met in wrong]
    lines += ["\n| correct store | passed | time |", "|---|---|---|"]
    lines += [_row(name, "", met) for name, met in correct]
    for word, part in (("wrong stores killed", wrong), ("correct stores passed", correct)):
        runs = [one for _, met in part for one in met]
        lines.append(f"\n{sum(one.right for one in runs):,} of {len(runs):,} runs: {word}.")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and answer its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.races", description="Meet the races, over and over.")
    parser.add_argument("--seeds", type=int, default=20, help="runs of each wrong store (default: %(default)s)")
    parser.add_argument("--correct", type=int, default=10, help="runs of each correct store (default: %(default)s)")
    parser.add_argument("--effort", default="normal", help="(default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at once (default: the cores)")
    parser.add_argument("--summary", type=Path, default=SUMMARY, help="the page to write")
    parser.add_argument("stores", nargs="*", metavar="NAME", help="only these; write nothing")
    options = parser.parse_args(arguments)
    rules = racy_mutants()
    if unknown := sorted(set(options.stores) - {*rules, *CORRECT}):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join([*rules, *CORRECT])}")
    asked = set(options.stores or [*rules, *CORRECT])
    jobs: list[Job] = [(kill, name, seed) for seed in range(options.seeds) for name in rules if name in asked]
    jobs += [(judge, name, seed) for seed in range(options.correct) for name in CORRECT if name in asked]
    console = Console(highlight=False, soft_wrap=True)
    found = _meet(jobs, options, console)
    page = summary(found, rules, options)
    if options.stores:
        console.print(page, markup=False)
    else:
        options.summary.write_text(page, encoding="utf-8", newline="\n")
    return int(not all(met.right for met in found.values()))


if __name__ == "__main__":
    sys.exit(main())
