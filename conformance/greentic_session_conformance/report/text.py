"""Text that came from a store, made fit for a file: it holds whatever a store's author, or an attacker, put there."""

from typing import Any


def encodable(text: str) -> str:
    r"""The text with each lone surrogate, which no encoding can carry, written as its escape.

    >>> encodable("a\ud800b")
    'a\\ud800b'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def visible(text: str) -> str:
    r"""The text with everything that doesn't show written as its escape: controls, joiners, marks that turn the direction of writing.

    Line breaks and tabs stay.

    >>> visible("a\0b\u202ec\n")
    'a\\x00b\\u202ec\n'
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode("ascii") for char in text
    )


def encodable_in(value: Any) -> Any:
    """The same JSON value with every string of it, names included, made :func:`encodable`."""
    match value:
        case str():
            return encodable(value)
        case dict():
            return {encodable(name): encodable_in(held) for name, held in value.items()}
        case list() | tuple():
            return [encodable_in(held) for held in value]
        case _:
            return value


def is_web_address(text: str) -> bool:
    """Whether a link may be followed: it begins with ``https://`` or ``http://`` and goes on without a blank or a control.

    >>> is_web_address("https://example.org/7"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return text.lower().startswith(("https://", "http://")) and text.isprintable() and " " not in text
