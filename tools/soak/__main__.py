"""Soak the stores; an interrupted soak goes on where it was.

Such as::

    python -m tools.soak --seeds 1-100 --efforts quick,normal --stores Ulids,memory

Interrupted or terminated it keeps what has come to its end, and writes the summary of that. Ends with 1 where a store was called otherwise than it is.
"""

import argparse
import os
import signal
import sys
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from tools.soak.runs import ROOT, Results, Run, fingerprint, key_of, run
from tools.soak.stores import STORES
from tools.soak.summary import EFFORTS, summary

#: So many runs of a store that mostly waits are done at once.
ASLEEP = 12


def _seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description="Judge correct stores over and over.")
    names = [store.name for store in STORES]
    parser.add_argument("--stores", default=",".join(names), help="names, with commas; all by default")
    parser.add_argument("--efforts", default=",".join(EFFORTS), help="with commas; all by default")
    parser.add_argument("--seeds", type=_seeds, default=_seeds("1-100"), help="such as 7 or 1-100")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at once; the cores by default")
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "soak" / "results.jsonl", help="kept runs")
    parser.add_argument("--summary", type=Path, default=ROOT / "tests" / "odd" / "soak.md", help="the page to write")
    asked = parser.parse_args()
    asked.stores, asked.efforts = asked.stores.split(","), asked.efforts.split(",")
    if unknown := sorted({*asked.stores} - {*names}) + sorted({*asked.efforts} - {*EFFORTS}):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(names)} and {', '.join(EFFORTS)}")
    return asked


def main() -> int:
    """Run what hasn't been run yet, and write the summary of all."""
    asked = _arguments()
    # Begun in the background by a shell, a process ignores interruptions unless it says otherwise.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    code = fingerprint()
    results = Results(asked.results, code)
    stopped = False
    with ThreadPoolExecutor(asked.jobs) as awake, ThreadPoolExecutor(ASLEEP) as asleep:
        begun: list[Future[Run]] = [
            (asleep if store.sleeps else awake).submit(run, store, effort, seed, code)
            for seed in asked.seeds  # seed after seed, so that an early end has seen every store
            for effort in asked.efforts
            for store in STORES
            if store.name in asked.stores and not results.has(store.name, effort, seed)
        ]
        try:
            for number, ended in enumerate(as_completed(begun), start=1):
                _tell(ended.result(), number, len(begun))
                results.add(ended.result())
        except KeyboardInterrupt:
            stopped = True
            for left in begun:
                left.cancel()
    for ended in begun:  # those that had begun when the soak was interrupted, and have come to their end
        if not ended.cancelled() and not results.has(*key_of(ended.result())):
            results.add(ended.result())
    asked.summary.write_text(summary(results.runs, asked.jobs), encoding="utf-8", newline="\n")
    if stopped:
        return 130
    return int(not all(found.conformant for found in results.runs))


def _tell(ended: Run, number: int, planned: int) -> None:
    told = (
        f"{number}/{planned}  {ended.store}  {ended.effort}  seed {ended.seed}  {ended.verdict}  {ended.seconds:.1f} s"
    )
    sys.stdout.write(told + "".join(f"\n    {fault}" for fault in ended.faults) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
