"""What the model asks of a single string or number, and how a breach of it is told.

Both ways into the model, constructors and documents, decide and speak by these. No text of a value
is ever told: only its length, and the kind and place of the first character that is wrong.
"""

import re
import unicodedata
from typing import NamedTuple

ATTEMPT = range(2**32)
"""The attempts that there are: unsigned, 32 bits (DATA-11)."""

UNIX_MILLIS = range(-(2**127), 2**127)
"""The milliseconds that a deadline can be at: signed, 128 bits (DATA-12)."""

TEXT_WANTED = "Unicode text without lone surrogates"
IDENTIFIER_WANTED = "one or more of ASCII letters, digits, '.', '_' and '-'"

is_identifier = re.compile(r"[A-Za-z0-9._-]+").fullmatch
_identifier_start = re.compile(r"[A-Za-z0-9._-]*").match
_CLASSES = {
    "L": "a letter outside ASCII",
    "M": "a combining mark",
    "N": "a digit outside ASCII",
    "P": "punctuation",
    "S": "a symbol",
    "Z": "white space",
    "C": "a control or format character",
}


class Flaw(NamedTuple):
    """Why a value isn't taken."""

    got: str
    """What is there, without its text."""
    wanted: str
    """What must be there instead."""
    rule: str
    """The rule that is broken."""


def text_flaw(value: str) -> Flaw | None:
    """Why a string is no Unicode text (DATA-19)."""
    if value.isascii():
        return None
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return Flaw(f"a string with a lone surrogate at character {error.start + 1}", TEXT_WANTED, "DATA-19")
    return None


def identifier_flaw(value: str) -> Flaw | None:
    """Why a string is no id (DATA-20); a lone surrogate is told as such."""
    if is_identifier(value):
        return None
    if flaw := text_flaw(value):
        return flaw
    if not value:
        return Flaw("an empty id", IDENTIFIER_WANTED, "DATA-20")
    good = _identifier_start(value)
    place = good.end() if good else 0
    kind = _CLASSES[unicodedata.category(value[place])[0]]
    got = f"an id of {len(value)} characters with {kind} at character {place + 1}"
    return Flaw(got, IDENTIFIER_WANTED, "DATA-20")


def integer_wanted(limits: range) -> str:
    """The words for the integers within the limits."""
    return f"an integer from {limits.start} to {limits.stop - 1}"


def integer_shown(value: int) -> str:
    """An integer for a message: its digits, or where there are too many its size."""
    size = value.bit_length()
    return str(value) if size <= 160 else f"an integer of {size} bits"
