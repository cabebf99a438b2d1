"""What is known of a run: the target, what was selected, and how each check ended."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from greentic_session_conformance.deviations import Deviation
from greentic_session_conformance.run.judge import Result
from greentic_session_conformance.run.plan import Selection
from greentic_session_conformance.servers import without_password
from greentic_session_conformance.targets.target import Target


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """What a report says of the target.

    Attributes:
        name: what it calls itself.
        version: its version; may be empty.
        spec: how it was named on the command line, without a password; empty at door 1.
        claims: the profiles that it claims.
        offers: what it seems to offer beyond its claims (rule VERD-14).
    """

    name: str
    version: str = ""
    spec: str = ""
    claims: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()


def name_of(target: Target) -> str:
    """What reports call a target, and deviations name it by; a password is left out (rule VERD-13)."""
    return without_password(str(target.name) or type(target).__qualname__)


def info_of(target: Target, spec: str, claims: frozenset[str], offers: tuple[str, ...] = ()) -> TargetInfo:
    """What a report says of a target; passwords are left out (rule VERD-13)."""
    beyond = tuple(profile for profile in offers if profile not in claims)
    return TargetInfo(name_of(target), str(target.version), without_password(spec), tuple(sorted(claims)), beyond)


def today() -> str:
    """The day in UTC, in ISO form."""
    return datetime.now(UTC).date().isoformat()


@dataclass(slots=True)
class Record:
    """A run, as far as it has come.

    Attributes:
        target: the target.
        selection: what is judged.
        seed: the run's seed.
        effort: the run's effort.
        results: how each check ended.
        fatal: why the target can't be run; empty where it can.
        ended_early: why checks are left that weren't run; empty where none are.
        interrupted: whether somebody ended the run.
        left_out: of checks that weren't run, by name, why not, where that is known (rule VERD-20).
        deviations: what the deviations file declares.
        today: the day of the run in UTC, in ISO form.
    """

    target: TargetInfo
    selection: Selection
    seed: int = 0
    effort: str = "normal"
    results: list[Result] = field(default_factory=list)
    fatal: str = ""
    ended_early: str = ""
    interrupted: bool = False
    left_out: dict[str, str] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()
    today: str = field(default_factory=today)
