"""Try the suite on every wrong store of ``tests/mutants``, and write the matrix that the site shows.

Run it from the checkout, with the library and the suite importable::

    python -m tools.kill_matrix                    # all
    python -m tools.kill_matrix HandsOutOnce CONC  # some, or those of a family: the rows of the others stay as they are

It ends with 1 where a wrong store survives, or is blamed on a rule that it doesn't break; the matrix is then left as it was.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from greentic_session_conformance.rules import rules
from greentic_session_conformance.servers import PrivateServer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
MUTANTS = ROOT / "tests" / "mutants"
MATRIX = ROOT / "docs" / "suite" / "kill-matrix.json"


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant's trial as another process tells it.

    Attributes:
        row: its row in the matrix.
        complaints: what is wrong with the suite, or with what the mutant states of itself.
        seconds: how long it took.
    """

    row: dict[str, Any]
    complaints: tuple[str, ...]
    seconds: float


def _names() -> dict[str, str]:
    """The mutants, each with its rule."""
    return {wrong.__name__: wrong.rule for wrong in mutant_module("catalogue").mutants()}


def mutant_module(name: str) -> Any:
    """A module of the folder of the mutants."""
    if str(MUTANTS) not in sys.path:
        sys.path.insert(0, str(MUTANTS))
    return import_module(name)


def mutant(name: str) -> Any:
    """A mutant by its name."""
    return next(wrong for wrong in mutant_module("catalogue").mutants() if wrong.__name__ == name)


def _try_out(name: str) -> Tried:
    """Try one mutant; this is what the other processes do."""
    trial = mutant_module("trial").try_out(mutant(name))
    return Tried(trial.row(), trial.complaints, trial.seconds)


@contextmanager
def a_server() -> Iterator[None]:
    """A server for the mutants on Redis, ended with the block: a process of a pool doesn't end its own."""
    if os.environ.get("REDIS_URL"):
        yield
        return
    with PrivateServer() as server:
        os.environ["REDIS_URL"] = server.url
        try:
            yield
        finally:
            del os.environ["REDIS_URL"]


def _trials(names: Sequence[str], options: argparse.Namespace, console: Console) -> list[Tried]:
    """Try the mutants, several at a time, and answer in their order."""
    found: dict[str, Tried] = {}
    with a_server(), ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        begun = {pool.submit(_try_out, name): name for name in names}
        for future in as_completed(begun):
            tried = found[begun[future]] = future.result()
            for complaint in tried.complaints:
                console.print(f"{tried.row['mutant']}: {complaint}", style="red", markup=False)
    return [found[name] for name in names]


def _table(tried: Sequence[Tried]) -> Table:
    table = Table("rule", "wrong store", "killed by", "seconds", box=None, pad_edge=False)
    for one in tried:
        killers = "\n".join(one.row["killed_by"]) or "nothing"
        style = "red" if one.complaints else None
        table.add_row(one.row["rule"], one.row["mutant"], killers, f"{one.seconds:.1f}", style=style)
    return table


def document(rows: Sequence[dict[str, Any]]) -> str:
    """The matrix as JSON: the totals, and a row a mutant, in the order of the rules."""
    profiles = Counter(rules()[row["rule"]].profile for row in rows)
    totals = {
        "mutants": len(rows),
        "killed": sum(bool(row["killed_by"]) for row in rows),
        "rules": len({row["rule"] for row in rows}),
        "by_profile": dict(profiles),
    }
    return json.dumps({"totals": totals, "mutants": rows}, ensure_ascii=False, indent=1) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and answer its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.kill_matrix", description="Try the suite on wrong stores.")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (default: %(default)s)"
    )
    parser.add_argument("--quiet", action="store_true", help="only the totals and the complaints")
    parser.add_argument("mutants", nargs="*", metavar="NAME", help="only these, or those of a family")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    names = _names()
    families = {name: rule.partition("-")[0] for name, rule in names.items()}
    unknown = sorted(set(options.mutants) - set(names) - set(families.values()))
    if unknown:
        parser.error(f"no wrong store, and no family of rules, is called {', '.join(unknown)}")
    began = monotonic()
    asked = set(options.mutants or names)
    tried = _trials([name for name in names if {name, families[name]} & asked], options, console)
    if not options.quiet:
        console.print(_table(tried))
    faulty = [one for one in tried if one.complaints]
    killed = sum(bool(one.row["killed_by"]) for one in tried)
    console.print(
        f"{killed} of {len(tried)} wrong stores killed by a check of the rule that they break, "
        f"{len(faulty)} with complaints, in {monotonic() - began:.0f} s"
    )
    # What is amiss keeps its old row, or has none: the tests compare what is published with what the mutants state.
    rows = {row["mutant"]: row for row in json.loads(MATRIX.read_text("utf-8"))["mutants"]}
    rows |= {one.row["mutant"]: one.row for one in tried if not one.complaints}
    MATRIX.write_text(document([rows[name] for name in names if name in rows]), encoding="utf-8", newline="\n")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
