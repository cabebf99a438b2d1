"""Which checks a run consists of."""

from collections.abc import Iterable
from dataclasses import dataclass

from greentic_session_conformance.checks import Check, checks
from greentic_session_conformance.rules import KIT_PROFILE, TARGET_PROFILES, Rule, rules
from greentic_session_conformance.targets.target import CallableTarget, Target


class SelectionError(ValueError):
    """A profile or rule was asked for that can't be judged; the message says which there are."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a target's claims a run judges.

    Attributes:
        claims: the profiles that the target claims.
        profiles: those of them that are judged.
        rules: the IDs of single rules; empty means all of the profiles.
    """

    claims: frozenset[str]
    profiles: frozenset[str]
    rules: frozenset[str] = frozenset()

    def judges(self, rule: Rule) -> bool:
        """Whether a rule is judged in the run."""
        if not rule.profiles <= self.claims:
            return False
        return rule.id in self.rules if self.rules else rule.profile in self.profiles

    def judged(self) -> tuple[Rule, ...]:
        """The rules that are judged, in the order of the text."""
        return tuple(rule for rule in rules().values() if self.judges(rule))

    def checks(self) -> tuple[Check, ...]:
        """The checks that are run, in their order."""
        return tuple(item for item in checks() if any(self.judges(rules()[rule]) for rule in item.rules))

    @property
    def is_partial(self) -> bool:
        """Whether single rules were selected (rule VERD-04)."""
        return bool(self.rules)


def select_for(target: Target, *, profiles: Iterable[str] = (), rule_ids: Iterable[str] = ()) -> Selection:
    """Select from a target's claims; a plain callable, which states none, claims what is asked for.

    Raises:
        SelectionError: a profile or rule doesn't exist, or isn't claimed.
    """
    if not isinstance(target, CallableTarget):
        return select(target.profiles, profiles=profiles, rule_ids=rule_ids)
    asked = frozenset(profiles)
    _known(asked, "was asked for the profile")
    target.profiles = frozenset(target.profiles) | asked
    return select(target.profiles, rule_ids=rule_ids)


def select(claims: Iterable[str], *, profiles: Iterable[str] = (), rule_ids: Iterable[str] = ()) -> Selection:
    """Select from claims.

    Args:
        claims: what the target claims.
        profiles: what was asked for; nothing means all that is claimed.
        rule_ids: single rules that were asked for.

    Raises:
        SelectionError: a profile or rule doesn't exist, or isn't claimed.
    """
    claimed, asked, single = (
        frozenset(claims),
        frozenset(profiles),
        frozenset(item.upper() for item in rule_ids),
    )
    _known(claimed, "claims the profile")
    _known(asked, "was asked for the profile")
    if not asked <= claimed:
        wrong = ", ".join(sorted(asked - claimed))
        message = f"the target doesn't claim {wrong}; it claims {', '.join(_ordered(claimed))}: add the profile to its `profiles`"
        raise SelectionError(message)
    selection = Selection(claimed, asked or claimed, single)
    for rule_id in sorted(single):
        _judgeable(rule_id, selection)
    return selection


def _ordered(profiles: Iterable[str]) -> list[str]:
    return [name for name in TARGET_PROFILES if name in set(profiles)]


def _known(profiles: frozenset[str], what: str) -> None:
    unknown = sorted(profiles - frozenset(TARGET_PROFILES))
    if unknown:
        message = f"the target {what} {', '.join(map(repr, unknown))}; a target can claim {', '.join(TARGET_PROFILES)}"
        raise SelectionError(message)


def _judgeable(rule_id: str, selection: Selection) -> None:
    rule = rules().get(rule_id)
    if rule is None:
        message = f"there is no rule {rule_id}; `greentic-session explain` lists all"
        raise SelectionError(message)
    if rule.profile == KIT_PROFILE:
        message = f"{rule_id} is a rule for this kit itself; no target is judged by it"
        raise SelectionError(message)
    if not selection.judges(rule):
        needed = ", ".join(sorted(rule.profiles - selection.claims))
        message = f"{rule_id} is judged only where {needed} is claimed"
        raise SelectionError(message)
