"""A history as a small picture in text: a line a call, with a bar from its beginning to its answer."""

from collections.abc import Callable, Sequence
from typing import Final

from greentic_session_conformance.search.history import Event

_WIDTH: Final = 32


def timeline(events: Sequence[Event], told: Callable[[Event], str]) -> list[str]:
    """The lines of the picture, in the order in which the calls began.

    Args:
        events: the events.
        told: a call and its answer in words.
    """
    ordered = sorted(events, key=lambda event: event.invoked)
    # The order is what counts, not how long anything took: each beginning and each answer has a place of its own.
    moments = sorted({moment for event in ordered for moment in (event.invoked, event.returned)})
    width = min(_WIDTH, 2 * len(moments))
    place = {moment: number * (width - 1) // max(len(moments) - 1, 1) for number, moment in enumerate(moments)}
    lines = []
    for event in ordered:
        begin, end = place[event.invoked], max(place[event.returned], place[event.invoked] + 1)
        bar = f"{'·' * begin}├{'─' * (end - begin - 1)}┤{'·' * (width - end - 1)}"
        who = f"caller {event.caller}" if event.caller else "at the end"
        lines.append(f"{who:10}  {bar:{width + 1}}  {told(event)}")
    return lines
