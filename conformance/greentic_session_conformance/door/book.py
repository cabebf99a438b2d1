"""The runs of one pytest session, put together from events, in whichever process they happened."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from greentic_session_conformance.deviations import Deviation
from greentic_session_conformance.report.files import write
from greentic_session_conformance.report.model import Report, build
from greentic_session_conformance.run.judge import Result
from greentic_session_conformance.run.plan import Selection
from greentic_session_conformance.run.record import Record, TargetInfo

Event = dict[str, Any]


class Book:
    """A record for each class of conformance tests.

    Args:
        seed: the session's seed.
        effort: the session's effort.
        deviations: what the deviations file declares.
    """

    def __init__(self, seed: int, effort: str, deviations: tuple[Deviation, ...] = ()) -> None:
        self._seed = seed
        self._effort = effort
        self._deviations = deviations
        self.records: dict[str, Record] = {}
        self.running: tuple[str, str] | None = None
        self.planned: set[str] = set()
        self._selected: set[str] = set()

    def take(self, event: Event) -> None:
        """Take an event: a test planned or left out, a class opened, a check started, a result, or a target that can't be run."""
        suite = event["suite"]
        if "target" in event:
            told = event["target"]
            info = TargetInfo(**told | {"claims": tuple(told["claims"]), "offers": tuple(told["offers"])})
            self._record(suite).target = info
        if "selection" in event:
            chosen = {name: frozenset(value) for name, value in event["selection"].items()}
            self._record(suite).selection = Selection(**chosen)
        if "seed" in event:
            self._seed = event["seed"]
            self._record(suite).seed = event["seed"]
        if "left_out" in event:
            self._record(suite).left_out |= event["left_out"]
        if "planned" in event:
            self._record(suite)
            self.planned.add(event["planned"])
        if "start" in event:
            self.running = (suite, event["start"])
        if "result" in event:
            self.running = None
            self._record(suite).results.append(Result(**event["result"]))
        if "fault" in event or "fatal" in event:
            self.running = None
            self._not_run(self._record(suite), event)

    @staticmethod
    def _not_run(record: Record, event: Event) -> None:
        """Take that the target can't be run: what it was judged before stays, unless what stands before it was at fault."""
        if "fault" in event:
            record.fatal = event["fault"]
        elif record.results:
            record.ended_early = event["fatal"]
        else:
            record.fatal = event["fatal"]

    def _record(self, suite: str) -> Record:
        """The record of a class; what its target is may come later, or never where it can't be had."""
        core = frozenset({"core"})
        name = _class_of(suite)
        fresh = Record(
            TargetInfo(name), Selection(core, core), seed=self._seed, effort=self._effort, deviations=self._deviations
        )
        return self.records.setdefault(suite, fresh)

    def choose(self, rules: Iterable[str]) -> None:
        """Note that the user has selected tests by pytest's own means: what ran is a part (rule VERD-04)."""
        self._selected |= set(rules)

    def reports(self, folder: Path) -> list[tuple[Report, Path]]:
        """Write the reports, each class's into a folder of its own where there are several, and answer them."""
        made = []
        names = [""] if len(self.records) == 1 else _folder_names(self.records)
        for name, record in zip(names, self.records.values(), strict=True):
            if self._selected:
                record.selection = Selection(
                    record.selection.claims, record.selection.profiles, frozenset(self._selected)
                )
            report = build(record)
            write(report, folder / name)
            made.append((report, folder / name))
        return made


def _folder_names(suites: Iterable[str]) -> Iterator[str]:
    """A name for each class's folder: the class's, with the file's before it where another class is called the same."""
    short = {suite: _safe(_class_of(suite)) for suite in suites}
    often = Counter(name.casefold() for name in short.values())
    taken: set[str] = set()
    for suite, name in short.items():
        wanted = name if often[name.casefold()] == 1 else _safe(suite)
        number, unique = 1, wanted
        while unique.casefold() in taken:
            number += 1
            unique = f"{wanted}-{number}"
        taken.add(unique.casefold())
        yield unique


def _class_of(suite: str) -> str:
    """The class in a place such as ``tests/test_mine.py::TestMine[sqlite]``, with the parameters."""
    place, bracket, parameters = suite.partition("[")
    return f"{place.rpartition('::')[2]}{bracket}{parameters}"


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "target"


class Journal:
    """Events on their way to a process that outlives this one.

    Args:
        path: a file that is appended to.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def take(self, event: Event) -> None:
        """Write an event down, at once."""
        self._file.write(json.dumps(event) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @staticmethod
    def read(path: Path) -> list[Event]:
        """The events of a journal; a last line that was cut off is left out."""
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]
