"""The deviations file: which rules a store is known to break, why, and until when that counts (rules VERD-18 and VERD-19)."""

import difflib
import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from greentic_session.schema import validate
from greentic_session_conformance.rules import KIT_PROFILE, rules

#: What a deviation consists of, for messages.
FORM: Final = "a deviation is [[deviation]] with rule, reason, link and expires (a date such as 2027-03-01) and, optionally, target and intermittent"


class DeviationsError(ValueError):
    """The file can't be read, or isn't in its form (status 2). The message says where, what came, and what is wanted."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A rule that a store is known to break.

    Attributes:
        rule: its ID; whether there is such a rule is for the report to say.
        reason: why it isn't kept.
        link: where it is being dealt with.
        expires: the last day on which the deviation counts, in UTC, as ``2027-03-01``.
        target: the name of the only target that it is about; empty where it is about all.
        place: where it is written, such as ``"deviations.toml, deviation 2"``.
        intermittent: whether the breach is a matter of timing, so that a run need not meet it.
    """

    rule: str
    reason: str
    link: str
    expires: str
    target: str = ""
    place: str = ""
    intermittent: bool = False

    def has_expired(self, today: str) -> bool:
        """Whether the last day has passed; both days are in ISO form."""
        return date.fromisoformat(today) > date.fromisoformat(self.expires)

    def told(self) -> dict[str, str]:
        """What a report says of it."""
        return {"reason": self.reason, "link": self.link, "expires": self.expires}


def read_deviations(path: Path) -> tuple[Deviation, ...]:
    """Read a file of deviations, a TOML document whose form as JSON is the schema ``deviations``.

    Raises:
        DeviationsError: the file can't be read, isn't TOML, isn't in its form, says two things of one rule, or is about a rule that
            no target is held to.
    """
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"the deviations {path} can't be read: {error.strerror}"
        raise DeviationsError(message) from None
    except UnicodeDecodeError:
        message = f"the deviations {path} can't be read: the text isn't UTF-8, as TOML must be"
        raise DeviationsError(message) from None
    except tomllib.TOMLDecodeError as error:
        message = f"the deviations {path} aren't TOML: {error}; {FORM}"
        raise DeviationsError(message) from None
    document = json.dumps(read, default=_as_json)
    faults = validate(document, "deviations")
    if faults:
        told = "; ".join(f"{_place(fault.pointer, read)}{fault.message}" for fault in faults)
        message = f"the deviations {path} are faulty: {told}. In full: {FORM}"
        raise DeviationsError(message)
    found = tuple(
        Deviation(**item, place=f"{path.name}, deviation {number}")
        for number, item in enumerate(json.loads(document)["deviation"], 1)
    )
    _agree(found)
    return found


def nearest_rule(rule_id: str) -> str:
    """A hint at the rule that may have been meant, such as ``" (did you mean FENCE-18?)"``, or nothing."""
    nearest = difflib.get_close_matches(rule_id, list(rules()), 1)
    return f" (did you mean {nearest[0]}?)" if nearest else ""


def _as_json(value: Any) -> str:
    # TOML's dates and times; a date-time is not a date here, and the schema refuses it by its form.
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _place(pointer: str, read: dict[str, Any]) -> str:
    parts = pointer.split("/")[1:]
    if parts[:1] != ["deviation"] or len(parts) < 2:
        return f"{parts[0]}: " if parts else ""
    number = int(parts[1])
    held = read["deviation"][number]
    rule = held.get("rule") if isinstance(held, dict) else None
    of = f" ({rule})" if isinstance(rule, str) and re.fullmatch(r"[A-Z]+-[0-9]{2}", rule) else ""
    return f"deviation {number + 1}{of}{''.join(f', {part}' for part in parts[2:])}: "


def _agree(found: tuple[Deviation, ...]) -> None:
    """See that what the file says can be followed."""
    seen: dict[tuple[str, str], Deviation] = {}
    for item in found:
        try:
            date.fromisoformat(item.expires)
        except ValueError as error:
            message = f"{item.place} ({item.rule}): expires is {item.expires!r}, which is no day: {error}"
            raise DeviationsError(message) from None
        rule = rules().get(item.rule)
        if rule is not None and rule.profile == KIT_PROFILE:
            message = f"{item.place}: {item.rule} is a rule for this kit itself; no target is judged by it, so none can deviate"
            raise DeviationsError(message)
        for target in {item.target, ""} if item.target else {other for _, other in seen} | {""}:
            earlier = seen.get((item.rule, target))
            if earlier is not None:
                message = (
                    f"{item.place}: {item.rule} is there already, as {earlier.place}; a rule has one deviation a target"
                )
                raise DeviationsError(message)
        seen[item.rule, item.target] = item
