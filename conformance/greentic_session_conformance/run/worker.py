"""The child process of door 3: it loads the target and runs the checks, one event a line to the process that started it.

Whatever the store does to this process, the other one survives it.
"""

import gc
import json
import os
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from greentic_session_conformance.case import Conditions, TargetFault
from greentic_session_conformance.run.judge import Result, judge
from greentic_session_conformance.run.plan import SelectionError, select_for
from greentic_session_conformance.run.preflight import NotRunnableError, preflight
from greentic_session_conformance.run.pulse import Pulse
from greentic_session_conformance.run.record import info_of
from greentic_session_conformance.servers import without_password
from greentic_session_conformance.targets.named import TargetLoadError, TargetNameError, load_target

#: Importing a target's module may take longer than an operation.
LOAD_SECONDS = 60.0


@dataclass(slots=True)
class Job:
    """What a child process is to do.

    Attributes:
        target: the target's name.
        profiles: the profiles that were asked for; none means all that it claims.
        rules: single rules that were asked for.
        seed: the run's seed.
        effort: the run's effort.
        operation_timeout: seconds that one operation may take.
        done: checks that an earlier child has run.
        hangs: how often each operation has hung before, but for declared deviations.
        stop_at_failure: whether the first failure ends the run.
        excused: rules of which a deviation is declared, each with the name of the only target that it is about, or nothing:
            their breach is no failure that ends the run, their hang none that is counted.
        plan_only: whether only the plan is wanted.
        opened: whether an earlier child has opened the target, and was lost in an operation before any check ran.
        pulse: the file of the pulse.
    """

    target: str
    profiles: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    seed: int = 0
    effort: str = "normal"
    operation_timeout: float = 10.0
    done: list[str] = field(default_factory=list)
    hangs: dict[str, int] = field(default_factory=dict)
    stop_at_failure: bool = False
    excused: list[list[str]] = field(default_factory=list)
    plan_only: bool = False
    opened: bool = False
    pulse: str = ""

    def ends_at(self, result: Result, name: str) -> bool:
        """Whether a result of the target of that name is the failure that ends the run."""
        return self.stop_at_failure and result.outcome == "failed" and not self._excuses(result.rule, name)

    def counts_hang(self, result: Result, name: str) -> bool:
        """Whether a hang speaks against calling the operation again: one that is declared does not, or what lies behind it is never judged."""
        return bool(result.hung) and not self._excuses(result.rule, name)

    def _excuses(self, rule: str, name: str) -> bool:
        return any(excused == rule and about in {"", name} for excused, about in self.excused)


class _Events:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def say(self, kind: str, **told: Any) -> None:
        self._stream.write(json.dumps({"event": kind, **told}) + "\n")
        self._stream.flush()


def _run(job: Job, events: _Events) -> None:
    conditions = Conditions(
        seed=job.seed,
        effort=job.effort,
        operation_timeout=job.operation_timeout,
        target_name=job.target,
        pulse=Pulse(Path(job.pulse)),
        hangs=dict(job.hangs),
        broken={},
    )
    try:
        conditions.pulse.begin("the import of the target", time.monotonic() + LOAD_SECONDS)
        target = load_target(job.target)
        conditions.pulse.end()
        selection = select_for(target, profiles=job.profiles, rule_ids=job.rules)
    except (TargetNameError, SelectionError) as error:
        events.say("usage", message=str(error))
        return
    except TargetLoadError as error:
        events.say("fatal", message=str(error), name=job.target)
        return
    planned = selection.checks()
    told = info_of(target, job.target, selection.claims)
    chosen = {
        "claims": sorted(selection.claims),
        "profiles": sorted(selection.profiles),
        "rules": sorted(selection.rules),
    }
    events.say("plan", checks=[item.name for item in planned], selection=chosen, target=asdict(told))
    if job.plan_only:
        return
    try:
        offers = () if job.opened else preflight(target, conditions)
    except NotRunnableError as error:
        events.say("fatal", message=without_password(str(error)), name=job.target)
        return
    events.say("target", target=asdict(info_of(target, job.target, selection.claims, offers)))
    # What is loaded by now stays to the end: the collector need not look through it over and over.
    gc.freeze()
    for item in planned:
        if item.name in job.done:
            continue
        events.say("start", check=item.name)
        hangs = dict(conditions.hangs)
        result = judge(item, target, conditions)
        if not job.counts_hang(result, told.name):
            conditions.hangs.clear()
            conditions.hangs.update(hangs)
        events.say("result", result=result.as_dict())
        if job.ends_at(result, told.name):
            break
    end = getattr(target, "end", None)
    if callable(end):
        end()
    events.say("done")


def _end_with_parent(orders: int) -> None:
    """End this process when the one that started it is gone: its end of our standard input closes."""
    while os.read(orders, 4096):
        pass
    os._exit(1)


def _first_line(orders: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(orders, 1)
        if not piece:
            break
        line += piece
    return line


def main() -> None:
    """Run the job on standard input's first line; events go to the file descriptor that the command line names."""
    events = _Events(os.fdopen(int(sys.argv[1]), "w", encoding="utf-8"))
    # The store gets a standard input of its own, which it may read or close.
    orders = os.dup(0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    job = Job(**json.loads(_first_line(orders)))
    threading.Thread(target=_end_with_parent, args=(orders,), daemon=True).start()
    try:
        _run(job, events)
    except TargetFault as fault:
        events.say("fault", message=str(fault))
    except KeyboardInterrupt:
        events.say("interrupted")


if __name__ == "__main__":
    main()
