"""The report: what every rule came to, and the verdict. Pure data, made by pure functions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import greentic_session
from greentic_session_conformance.checks import Check, checks
from greentic_session_conformance.report.deviating import Fault, Ledger, reckon
from greentic_session_conformance.rules import SPEC_VERSION, TARGET_PROFILES, Rule, rules, spec_hash
from greentic_session_conformance.run.judge import Result
from greentic_session_conformance.run.plan import Selection
from greentic_session_conformance.run.record import Record, TargetInfo
from greentic_session_conformance.targets.target import NEED_NO_STORE

#: The exit status of each verdict (contract, "Exit status").
EXIT_STATUS: Mapping[str, int] = {
    "conformant": 0,
    "partial": 0,
    "non-conformant": 1,
    "incomplete": 3,
    "not-run": 4,
}


#: The statuses of a rule that was judged.
_JUDGED = frozenset({"passed", "failed", "warned", "deviation"})


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one rule came to.

    Attributes:
        id: the rule.
        level: its level.
        profile: its profile.
        title: its title.
        status: ``passed``, ``failed``, ``warned``, ``skipped``, ``not-judged``, ``not-covered`` or ``deviation``.
        tests: the checks that judge it, each with its outcome.
        reason: why it was skipped or not judged.
        failures: what went wrong, one a failed check.
        deviation: what the deviations file says of it: ``reason``, ``link`` and ``expires``; ``None`` where it says nothing.
    """

    id: str
    level: str
    profile: str
    title: str
    status: str
    tests: tuple[Mapping[str, str], ...]
    reason: str = ""
    failures: tuple[Mapping[str, Any], ...] = ()
    deviation: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a run.

    Attributes:
        target: what was under test.
        verdict: ``conformant``, ``non-conformant``, ``incomplete``, ``partial`` or ``not-run``.
        profiles: each judged profile's verdict.
        requirements: every judged rule, in the order of the text.
        seed: the run's seed.
        effort: the run's effort.
        selected: the single rules that were selected; empty where all of the profiles were judged.
        seconds: how long the checks took together.
        reason: why the target could not be run, or the run ended early.
        interrupted: whether somebody ended the run.
        spec_hash: of the text that was judged by (:func:`~greentic_session_conformance.rules.spec_hash`).
        deviation_faults: declared deviations that don't hold; one is enough for ``non-conformant`` (rule VERD-19).
        notes: what a reader should know besides; no verdict changes by it.
    """

    target: TargetInfo
    verdict: str
    profiles: Mapping[str, str]
    requirements: tuple[Requirement, ...]
    seed: int
    effort: str
    selected: tuple[str, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    interrupted: bool = False
    spec_hash: str = ""
    deviation_faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """The process's exit status."""
        return 130 if self.interrupted else EXIT_STATUS[self.verdict]

    @property
    def has_judged(self) -> bool:
        """Whether any rule was judged at all (rule VERD-05)."""
        return any(item.status in _JUDGED for item in self.requirements)

    @property
    def broken(self) -> tuple[Requirement, ...]:
        """The rules that failed."""
        return tuple(item for item in self.requirements if item.status == "failed")

    @property
    def deviations(self) -> tuple[Requirement, ...]:
        """The rules whose breach was declared beforehand."""
        return tuple(item for item in self.requirements if item.status == "deviation")

    def as_dict(self) -> dict[str, Any]:
        """The report in the form of the schema ``conformance-report``."""
        return {
            "$schema": "https://greentic-ai.github.io/greentic-session/schemas/v1/conformance-report.schema.json",
            "verdict": self.verdict,
            "target": asdict(self.target) | {"claims": list(self.target.claims), "offers": list(self.target.offers)},
            "spec_version": SPEC_VERSION,
            "spec_hash": self.spec_hash,
            "suite_version": greentic_session.__version__,
            "seed": self.seed,
            "effort": self.effort,
            "selected": list(self.selected),
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "reason": self.reason,
            "profiles": dict(self.profiles),
            "deviations": len(self.deviations),
            "deviation_faults": [asdict(fault) for fault in self.deviation_faults],
            "notes": list(self.notes),
            "requirements": [
                asdict(item)
                | {
                    "tests": [dict(test) for test in item.tests],
                    "failures": [dict(failure) for failure in item.failures],
                    "deviation": None if item.deviation is None else dict(item.deviation),
                }
                for item in self.requirements
            ],
        }


#: Why a check has no result where nothing else is known of it.
_NOT_RUN = "the check was not run: a hook, a plugin or an option left it out"
#: Of several results of one check the worst counts: a store that is right at times isn't right (rule VERD-02).
_WORST_FIRST = ("failed", "not-judged", "passed")


def test_id(check: str) -> str:
    """A check's ID in a report: its first rule and its name."""
    by_name = {item.name: item for item in checks()}
    return by_name[check].id if check in by_name else check


def failure(result: Result) -> dict[str, Any]:
    """What a report keeps of a failed check."""
    kept = ("expected", "got", "vector", "operations", "script", "hung")
    return {"test": test_id(result.check), **{name: getattr(result, name) for name in kept}}


def build(record: Record) -> Report:
    """Make the report of a run."""
    selection = record.selection
    blamed = {result.rule for result in record.results if result.outcome == "failed"}
    judged = [
        rule
        for rule in rules().values()
        if selection.judges(rule) or (rule.id in blamed and rule.profiles <= selection.claims)
    ]
    worst_last = sorted(record.results, key=lambda result: _WORST_FIRST.index(result.outcome), reverse=True)
    by_check = {result.check: result for result in worst_last}
    found = () if record.fatal else tuple(_requirement(rule, by_check, record) for rule in judged)
    ledger = reckon(
        record.deviations, {item.id: item.status for item in found}, selection, record.target.name, record.today
    )
    requirements = tuple(_declared(item, ledger) for item in found)
    ended = bool(record.interrupted or record.ended_early)
    profiles: dict[str, str] = {}
    for name in TARGET_PROFILES:
        if name in selection.profiles and not record.fatal:
            own = [item for item in requirements if item.profile == name]
            if own:
                profiles[name] = _verdict(own, partial=selection.is_partial, ended=False)
    verdict = "not-run" if record.fatal else _verdict(requirements, partial=selection.is_partial, ended=ended)
    if ledger.faults and not record.fatal:
        verdict = "non-conformant"
    return Report(
        target=record.target,
        verdict=verdict,
        profiles=profiles,
        requirements=requirements,
        seed=record.seed,
        effort=record.effort,
        selected=tuple(rule for rule in rules() if rule in selection.rules),
        seconds=sum(result.seconds for result in record.results),
        reason=record.fatal or record.ended_early,
        interrupted=record.interrupted,
        spec_hash=spec_hash(),
        deviation_faults=ledger.faults,
        notes=() if record.fatal else (*_notes(selection), *ledger.notes),
    )


def _notes(selection: Selection) -> Iterator[str]:
    if "core" not in selection.claims and selection.claims - NEED_NO_STORE:
        yield "core isn't claimed: of the five operations by themselves, and of the fence, nothing is said"


def _declared(item: Requirement, ledger: Ledger) -> Requirement:
    """A rule with what was declared of it: a breach that a deviation excuses is a deviation (rule VERD-18)."""
    if item.id not in ledger.declared:
        return item
    status = "deviation" if item.id in ledger.counted else item.status
    return replace(item, status=status, deviation=ledger.declared[item.id].told())


def _verdict(requirements: Iterable[Requirement], *, partial: bool, ended: bool) -> str:
    found = [item for item in requirements if item.level == "MUST"]
    statuses = {item.status for item in requirements}
    if any(item.status == "failed" for item in found):
        return "non-conformant"
    if ended or any(item.status == "not-judged" for item in found) or not statuses & _JUDGED:
        return "incomplete"
    return "partial" if partial else "conformant"


def _requirement(rule: Rule, by_check: Mapping[str, Result], record: Record) -> Requirement:
    tests: list[dict[str, str]] = []
    failures: list[dict[str, Any]] = []
    reasons: list[str] = []
    own = [item for item in checks() if rule.id in item.rules]
    others = [item for item in checks() if rule.id not in item.rules and _blames(by_check.get(item.name), rule)]
    for item in (*own, *others):
        outcome, reason = _outcome(item, by_check.get(item.name), rule, record)
        tests.append({"id": item.id, "outcome": outcome})
        if outcome == "failed":
            failures.append(failure(by_check[item.name]))
        elif reason and reason not in reasons:
            reasons.append(reason)
    return Requirement(
        id=rule.id,
        level=rule.level,
        profile=rule.profile,
        title=rule.title,
        status=_status(rule, tests),
        tests=tuple(tests),
        reason=rule.untested if not tests else "; ".join(reasons),
        failures=tuple(failures),
    )


def _blames(result: Result | None, rule: Rule) -> bool:
    return result is not None and result.outcome == "failed" and result.rule == rule.id


def _outcome(check: Check, result: Result | None, rule: Rule, record: Record) -> tuple[str, str]:
    if result is None:
        ended = record.ended_early or ("the run was interrupted" if record.interrupted else "")
        return "not-judged", record.left_out.get(check.name) or ended or _NOT_RUN
    if result.outcome == "failed" and result.rule != rule.id:
        return "not-judged", f"{check.name} met a breach of {result.rule} on its way"
    return result.outcome, result.reason


def _status(rule: Rule, tests: list[dict[str, str]]) -> str:
    outcomes = {test["outcome"] for test in tests}
    if not tests:
        return "skipped" if rule.untested else "not-covered"
    if "failed" in outcomes:
        return "failed" if rule.level == "MUST" else "warned"
    return "not-judged" if "not-judged" in outcomes else "passed"


def script_name(requirement: Requirement, number: int) -> str:
    """The file name of a failure's script, such as ``FENCE-05.py``, beneath ``repro/``."""
    return f"{requirement.id}.py" if number == 0 else f"{requirement.id}-{number + 1}.py"
