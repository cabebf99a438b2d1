"""What declared deviations make of the rules' statuses: pure functions on plain data (rules VERD-18 and VERD-19)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from greentic_session_conformance.deviations import Deviation, nearest_rule
from greentic_session_conformance.rules import rules
from greentic_session_conformance.run.plan import Selection


@dataclass(frozen=True, slots=True)
class Fault:
    """A deviation that doesn't hold, which makes the run non-conformant.

    Attributes:
        rule: the rule that it names.
        kind: ``expired``, ``unknown`` or ``passed``.
        place: where it is written.
        message: what is wrong, and what to do.
    """

    rule: str
    kind: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the deviations of a run came to.

    Attributes:
        counted: by rule, those that excuse a breach.
        declared: by rule, all that are about a judged rule.
        faults: those that don't hold.
        notes: what else a reader should know of them; no verdict changes by it.
    """

    counted: Mapping[str, Deviation]
    declared: Mapping[str, Deviation]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def reckon(
    deviations: Iterable[Deviation], statuses: Mapping[str, str], selection: Selection, target: str, today: str
) -> Ledger:
    """Hold the deviations against what was found.

    Args:
        deviations: those of the file.
        statuses: what each judged rule came to, by its ID.
        selection: what of the target was judged.
        target: its name.
        today: the day of the run in UTC, in ISO form.
    """
    counted: dict[str, Deviation] = {}
    declared: dict[str, Deviation] = {}
    faults: list[Fault] = []
    notes: list[str] = []
    for item in deviations:
        if item.rule not in rules():
            faults.append(_unknown(item))
        elif item.target not in {"", target}:
            notes.append(f"{item.place} ({item.rule}) is about the target {item.target}, not about {target}")
        elif item.rule not in statuses:
            notes.append(f"{item.place} ({item.rule}) doesn't matter here: {_why_not(item.rule, selection)}")
        else:
            declared[item.rule] = item
            status = statuses[item.rule]
            if item.has_expired(today):
                faults.append(_expired(item, status))
            elif status == "passed" and item.intermittent:
                notes.append(
                    f"{item.place} ({item.rule}) excuses nothing: its breach, a matter of timing, was not met this time"
                )
            elif status == "passed":
                faults.append(_passed(item))
            elif status in {"failed", "warned"}:
                counted[item.rule] = item
            else:
                notes.append(f"{item.place} ({item.rule}) excuses nothing: the rule is {status}")
    return Ledger(counted, declared, tuple(faults), tuple(notes))


def _unknown(item: Deviation) -> Fault:
    message = f"there is no rule {item.rule}{nearest_rule(item.rule)}; mend or remove {item.place}"
    return Fault(item.rule, "unknown", item.place, message)


def _expired(item: Deviation, status: str) -> Fault:
    todo = (
        "the rule is kept now: remove the deviation"
        if status == "passed"
        else "mend the store, or give the deviation another day and say why"
    )
    return Fault(item.rule, "expired", item.place, f"it expired after {item.expires}; {todo} ({item.place})")


def _passed(item: Deviation) -> Fault:
    return Fault(item.rule, "passed", item.place, f"the rule is kept, which was not expected: remove {item.place}")


def _why_not(rule_id: str, selection: Selection) -> str:
    unclaimed = rules()[rule_id].profiles - selection.claims
    if unclaimed:
        return f"{', '.join(sorted(unclaimed))} isn't claimed"
    return "the rule wasn't selected"
