"""Derived session keys, from chapter 6 of the specification."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]

DERIVATIONS = (
    ("plain", "KEY-01", ("bot", "chat", "user")),
    ("github", "KEY-02", ("github", "issue-7", "delivery-1")),
    ("stripe", "KEY-02", ("stripe", "evt 1", "\u00e9")),
    ("group-chat", "KEY-01", ("123456", "-1001234567890", "42")),
    ("negative-numbers", "KEY-01", ("-1", "-2", "-3")),
    ("all-empty", "KEY-03", ("", "", "")),
    ("first-empty", "KEY-03", ("", "b", "c")),
    ("middle-empty", "KEY-03", ("a", "", "c")),
    ("last-empty", "KEY-03", ("a", "b", "")),
    ("colon-in-first", "KEY-03", ("a:b", "c", "d")),
    ("colon-in-second", "KEY-03", ("a", "b:c", "d")),
    ("colon-in-third", "KEY-03", ("a", "b", "c:d")),
    ("empty-and-colon", "KEY-03", ("a", "", ":c")),
    ("only-colons", "KEY-03", (":", ":", ":")),
    ("leading-space", "KEY-03", (" bot", "chat", "user")),
    ("trailing-space", "KEY-03", ("bot", "chat", "user ")),
    ("trailing-newline", "KEY-03", ("bot", "chat", "user\n")),
    ("only-white-space", "KEY-03", (" ", "\t", "\r\n")),
    ("no-break-space", "KEY-03", ("bot", "\u00a0chat", "user")),
    ("upper-case", "KEY-03", ("BOT", "Chat", "user")),
    ("leading-zeros", "KEY-03", ("007", "00", "0")),
    ("plus-sign", "KEY-03", ("+1", "+2", "+3")),
    ("percent-escapes", "KEY-03", ("a%3Ab", "c%20d", "e+f")),
    ("backslashes", "KEY-03", ("a\\b", "c\\:d", "\\n")),
    ("quotes", "KEY-03", ('"a"', "'b'", "`c`")),
    ("control-characters", "KEY-03", ("\u0000", "\u0001", "\u007f")),
    ("nul-in-the-middle", "KEY-03", ("a\u0000b", "c", "d")),
    ("composed", "KEY-03", ("caf\u00e9", "chat", "user")),
    ("decomposed", "KEY-03", ("cafe\u0301", "chat", "user")),
    ("astral", "KEY-03", ("\u00e9", "\U0001f600", "\u0000")),
    ("last-code-point", "KEY-03", ("\U0010ffff", "\uffff", "\ufeff")),
    ("right-to-left", "KEY-03", ("\u05d0", "\u0627", "\u202e")),
    ("sharp-s", "KEY-03", ("stra\u00dfe", "STRASSE", "\u1e9e")),
    ("dotless-i", "KEY-03", ("\u0131", "\u0130", "i")),
    ("full-width", "KEY-03", ("\uff11\uff12", "\uff41", "\uff1a")),
    ("big-numbers", "KEY-03", ("18446744073709551616", "9223372036854775807", "1e3")),
    ("decimal-text", "KEY-03", ("1.0", "1", "01")),
    ("long-parts", "KEY-03", ("b" * 300, "c" * 300, "u" * 300)),
    ("very-long-parts", "KEY-03", ("b" * 1100, "c" * 2100, "u" * 5000)),
    ("at-signs", "KEY-03", ("@bot", "@channel", "user@example.org")),
    ("slashes-at-the-ends", "KEY-03", ("/bot/", "//chat", "user/")),
    ("zero-width", "KEY-03", ("b\u200bot", "\u200dchat", "user\u2060")),
    ("dots", "KEY-03", (".", "..", "user.")),
    ("escapes-of-others", "KEY-03", ("a&amp;b", "${c}", "%s")),
    ("white-space-within", "KEY-03", ("b  o t", "c\th", "us\r\ner")),
    ("prefix-in-part", "KEY-03", ("tg:bot", "wh:chat", "user")),
    ("words-for-nothing", "KEY-03", ("None", "null", "undefined")),
)
PREFIXES = {"telegram": "tg", "webhook": "wh"}


def key_rows() -> Iterator[Row]:
    """``keys/derivation.jsonl``: both functions on every row of arguments."""
    for function, prefix in PREFIXES.items():
        own = {"telegram": "KEY-01", "webhook": "KEY-02"}[function]
        for name, shown, (first, second, third) in DERIVATIONS:
            joined = f"{prefix}:{first}:{second}:{third}".encode()
            yield {
                "id": f"{function}-{name}",
                "function": function,
                "arguments": [first, second, third],
                "key": hashlib.sha256(joined).hexdigest(),
                "rules": ["KEY-03", own] if shown == "KEY-03" else [own],
                "made": "generated",
            }
