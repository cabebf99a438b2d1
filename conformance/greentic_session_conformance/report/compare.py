"""Two reports side by side: what regressed, what was gained, and what makes the comparison doubtful. Pure data, made by pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from greentic_session_conformance.rules import rules

#: What a rule's status is called in a report that doesn't have the rule.
ABSENT: Final = "absent"

#: The kinds of changes, in the order of a reader's interest; ``regressed`` alone decides about the exit status.
KINDS: Final = ("regressed", "gained", "changed", "new", "gone")


@dataclass(frozen=True, slots=True)
class Side:
    """What one report says of itself.

    Attributes:
        name: the target's name.
        version: the target's version; may be empty.
        verdict: its verdict.
        spec_version: the version of the specification that judged.
        spec_hash: the hash of that text; empty where the report holds none.
        suite_version: the version of the suite that judged.
        seed: its seed.
        effort: its effort; empty where the report holds none.
    """

    name: str
    version: str
    verdict: str
    spec_version: str
    spec_hash: str
    suite_version: str
    seed: int
    effort: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one rule.

    Attributes:
        id: the rule.
        title: its title; empty where no report tells it.
        level: its level.
        profile: its profile.
        kind: one of :data:`KINDS`.
        older: its status in the older report, or :data:`ABSENT`.
        newer: its status in the newer report, or :data:`ABSENT`.
        reason: what the newer report gives as the reason, or why the rule is absent there.
    """

    id: str
    title: str
    level: str
    profile: str
    kind: str
    older: str
    newer: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports compared.

    Attributes:
        older: the report to compare with.
        newer: the report compared.
        profiles: of each profile that one of them judged, both verdicts; :data:`ABSENT` where it wasn't judged.
        changes: every rule that didn't stay as it was, by kind.
        unchanged: how many rules did.
        doubts: why the two are to be compared with care.
    """

    older: Side
    newer: Side
    profiles: Mapping[str, tuple[str, str]]
    changes: tuple[Change, ...]
    unchanged: int
    doubts: tuple[str, ...]

    def of(self, kind: str) -> tuple[Change, ...]:
        """The changes of a kind."""
        return tuple(change for change in self.changes if change.kind == kind)

    @property
    def exit_status(self) -> int:
        """1 where a rule regressed, else 0."""
        return 1 if self.of("regressed") else 0

    def as_dict(self) -> dict[str, Any]:
        """The comparison for a program: the changes under their kinds."""
        return {
            "older": asdict(self.older),
            "newer": asdict(self.newer),
            "profiles": {name: {"older": old, "newer": new} for name, (old, new) in self.profiles.items()},
            **{kind: [asdict(change) for change in self.of(kind)] for kind in KINDS},
            "unchanged": self.unchanged,
            "doubts": list(self.doubts),
        }


def compare(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Comparison:
    """Compare two reports, in the form of the schema ``conformance-report`` (rules VERD-24 and VERD-25)."""
    old, new = _requirements(older), _requirements(newer)
    changes = [_change(rule, old.get(rule), new.get(rule), older, newer) for rule in _in_order({**new, **old})]
    found = [change for change in changes if change is not None]
    judged = dict.fromkeys([*newer["profiles"], *older["profiles"]])
    return Comparison(
        older=_side(older),
        newer=_side(newer),
        profiles={name: (older["profiles"].get(name, ABSENT), newer["profiles"].get(name, ABSENT)) for name in judged},
        changes=tuple(sorted(found, key=lambda change: KINDS.index(change.kind))),
        unchanged=len(changes) - len(found),
        doubts=tuple(_doubts(older, newer)),
    )


def _requirements(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {item["id"]: item for item in report["requirements"]}


def _in_order(found: Mapping[str, Any]) -> list[str]:
    known = {rule: number for number, rule in enumerate(rules())}
    return sorted(found, key=lambda rule: (known.get(rule, len(known)), rule))


def _side(report: Mapping[str, Any]) -> Side:
    target = report["target"]
    return Side(
        name=target["name"],
        version=target["version"],
        verdict=report["verdict"],
        spec_version=report["spec_version"],
        spec_hash=report.get("spec_hash", ""),
        suite_version=report["suite_version"],
        seed=report["seed"],
        effort=report.get("effort", ""),
    )


def _change(
    rule: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    older: Mapping[str, Any],
    newer: Mapping[str, Any],
) -> Change | None:
    told = new or old
    assert told is not None
    before, after = (item["status"] if item else ABSENT for item in (old, new))
    if before == after:
        return None
    dropped = new is None and _is_dropped(rule, told["profile"], older, newer)
    reason = new.get("reason", "") if new else _why_absent(rule, told["profile"], newer, dropped=dropped)
    return Change(
        id=rule,
        title=told.get("title") or (rules()[rule].title if rule in rules() else ""),
        level=told["level"],
        profile=told["profile"],
        kind=_kind(before, after, mandatory=told["level"] == "MUST", dropped=dropped),
        older=before,
        newer=after,
        reason=reason,
    )


def _kind(before: str, after: str, *, mandatory: bool, dropped: bool) -> str:
    if mandatory and not dropped and before == "passed":
        return "regressed"
    if mandatory and after == "failed" and before != ABSENT:
        return "regressed"
    if before == ABSENT:
        return "new"
    if after == ABSENT:
        return "gone"
    return "gained" if after == "passed" else "changed"


def _is_dropped(rule: str, profile: str, older: Mapping[str, Any], newer: Mapping[str, Any]) -> bool:
    """Whether a rule is missing because another text no longer has it; where that can't be told, it is not."""
    same_text = (
        older.get("spec_hash", "") == newer.get("spec_hash", "") and older["spec_version"] == newer["spec_version"]
    )
    judged = profile in newer["profiles"] and not _is_part(newer)
    return not same_text and judged and rule not in rules()


def _is_part(report: Mapping[str, Any]) -> bool:
    """Whether single rules were selected; one that failed has another verdict than ``partial``."""
    return report["verdict"] == "partial" or bool(report.get("selected"))


def _why_absent(rule: str, profile: str, newer: Mapping[str, Any], *, dropped: bool) -> str:
    if newer["verdict"] == "not-run":
        return "the newer run could not be started"
    if dropped:
        return "the specification no longer has it"
    wanted = rules()[rule].profiles if rule in rules() else {profile}
    lacking = sorted(wanted - newer["profiles"].keys())
    if lacking:
        unclaimed = set(lacking).isdisjoint(newer["target"].get("claims", lacking))
        return f"the newer run did not {'claim' if unclaimed else 'judge'} {' and '.join(lacking)}"
    return "the newer run did not select it"


def _doubts(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[str]:
    old, new = _side(older), _side(newer)
    if old.name != new.name:
        yield f"they are of different targets: {old.name} and {new.name}"
    if old.spec_version != new.spec_version:
        yield f"they were judged by different specifications: {old.spec_version} and {new.spec_version}"
    elif old.spec_hash != new.spec_hash:
        yield "they were judged by different texts of the specification, so a rule may ask something else now"
    if old.suite_version != new.suite_version:
        yield f"they were judged by different suites: {old.suite_version} and {new.suite_version}"
    if old.effort != new.effort:
        yield f"they were run with different effort: {old.effort or 'unknown'} and {new.effort or 'unknown'}"
    for word, report in (("older", older), ("newer", newer)):
        if _is_part(report):
            yield f"the {word} run judged selected rules only"
        if report.get("interrupted"):
            yield f"the {word} run was interrupted"
