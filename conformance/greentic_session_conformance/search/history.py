"""What several callers did at the same time, and whether one caller alone could have been answered so."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from greentic_session_conformance.case import Answer

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Event:
    """A call of a caller, from its beginning to its answer.

    Attributes:
        caller: the caller's number, from 1; 0 is the one who looks when all the others are done.
        call: the operation and its arguments.
        answer: what it answered.
        invoked: when it was called, in nanoseconds of the monotonic clock.
        returned: when it answered.
    """

    caller: int
    call: tuple[Any, ...]
    answer: Answer
    invoked: int
    returned: int

    @property
    def operation(self) -> str:
        """The operation's name."""
        name: str = self.call[0]
        return name

    @property
    def until(self) -> float:
        """Until when it can have taken effect: where the outcome is unknown, at any time, or never."""
        return math.inf if self.answer.outcome_unknown else self.returned


#: What may become of a state by an event, given what the event answered; nothing where it could not be answered so.
Step = Callable[[State, Event], Iterable[State]]


def linearizable(events: Sequence[Event], state: State, step: Step[State], seconds: float) -> bool | None:
    """Whether there is an order of the events, true to what was over before what began, that explains every answer.

    The search is Wing and Gong's: whichever call may have been the first is tried as the first. What was reached before, by the same
    calls in another order and with the same state, isn't tried again.

    Args:
        events: the events.
        state: the state before them; it must be hashable.
        step: what one event makes of a state.
        seconds: how long to search.

    Returns:
        ``None`` where the time was up before.
    """
    until = monotonic() + seconds
    everything = (1 << len(events)) - 1
    unknown = sum(1 << place for place, event in enumerate(events) if event.answer.outcome_unknown)
    seen = {(everything, state)}
    stack = [(everything, state)]
    while stack:
        left, now = stack.pop()
        if left & ~unknown == 0:
            return True
        if monotonic() > until:
            return None
        places = [place for place in range(len(events)) if left >> place & 1]
        first_return = min(events[place].until for place in places)
        for place in places:
            if events[place].invoked <= first_return:
                for then in step(now, events[place]):
                    reached = (left & ~(1 << place), then)
                    if reached not in seen:
                        seen.add(reached)
                        stack.append(reached)
    return False


def without_what_does_not_matter(events: Sequence[Event], is_wrong: Callable[[Sequence[Event]], bool]) -> list[Event]:
    """The events without the reads and refusals that no explanation fails on.

    Only those may go: without a write, what is right could look wrong.
    """
    kept = list(events)
    for event in events:
        changes_nothing = event.operation in {"get_session", "find_by_user"} or not (
            event.answer.ok or event.answer.outcome_unknown
        )
        rest = [other for other in kept if other is not event]
        if changes_nothing and is_wrong(rest):
            kept = rest
    return kept
