"""What a soak has found, as a page."""

from collections.abc import Sequence
from statistics import median

from tools.soak.runs import Run
from tools.soak.stores import STORES, Soaked

EFFORTS = ("quick", "normal", "thorough")
_HEAD = """# Soak

Correct stores, most of them odd (`tests/odd/`), judged through the command with one seed after another. A cell says how many
runs of how many called the store what it is, conformant to all that it claims, and how long the checks of a run took (the
median, with {jobs} runs at once, and more of a store that mostly waits). Where a cell is empty, nothing was run.
`make soak` wrote this page; what ran was code of the fingerprint `{code}`.
"""


def summary(runs: Sequence[Run], jobs: int) -> str:
    """The page: a table of stores and efforts, and whatever went wrong."""
    lines = [_HEAD.format(jobs=jobs, code=runs[0].code if runs else "none")]
    lines.append(f"| store | {' | '.join(EFFORTS)} |")
    lines.append(f"|---|{'---|' * len(EFFORTS)}")
    known = [store for store in STORES if any(found.store == store.name for found in runs)]
    lines += [_row(store, runs) for store in known]
    right = sum(found.conformant for found in runs)
    lines.append(f"\n{right:,} of {len(runs):,} runs: conformant.")
    wrong = sorted((found for found in runs if not found.conformant), key=lambda item: (item.store, item.effort))
    if wrong:
        lines.append("\n## Called otherwise than they are\n")
    for found in wrong:
        lines.append(f"- {found.store}, {found.effort}, seed {found.seed}: {found.verdict}, status {found.status}")
        lines += [
            f"    - {fault['rule']} {fault['status']} {fault.get('on', '')}: {fault['told']}" for fault in found.faults
        ]
    return "\n".join(lines) + "\n"


def _row(store: Soaked, runs: Sequence[Run]) -> str:
    cells = []
    for effort in EFFORTS:
        found = [item for item in runs if (item.store, item.effort) == (store.name, effort)]
        seconds = f"{median(item.seconds for item in found):.1f} s" if found else ""
        right = sum(item.conformant for item in found)
        cells.append(f"{right} of {len(found)}, {seconds}" if found else "")
    warned = f" (not kept: {', '.join(sorted(store.warned))})" if store.warned else ""
    return f"| `{store.name}`{warned} | {' | '.join(cells)} |"
