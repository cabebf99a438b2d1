"""What is wrong with a document, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document."""

    pointer: str
    """Where: a JSON Pointer (RFC 6901); empty for the document as a whole."""
    message: str
    """What is there and what is wanted; never the text of a value."""
    rule: str | None
    """The rule that is broken, where the specification has one."""


def pointer_to(parent: str, part: str | int) -> str:
    """The pointer to a member of an object or an element of an array."""
    return f"{parent}/{str(part).replace('~', '~0').replace('/', '~1')}"


def told(document: str, faults: list[Fault]) -> str:
    """The message of the error that refuses a document: its first faults, and how many more there are.

    An attribute's name is the application's content, so here, other than in its fault, it is left out.
    """
    lines = []
    for fault in faults[:3]:
        known, within, _ = fault.pointer.partition("/attributes/")
        place = f"{document} {known}{within and '/attributes/*'}".rstrip()
        lines.append(f"{place}: {fault.message}" + (f" ({fault.rule})" if fault.rule else ""))
    more = len(faults) - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more else "")
