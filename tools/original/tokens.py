"""Tokens that a decoder has to look at twice."""

from __future__ import annotations

from typing import Final


def _words(*lines: str) -> list[str]:
    return [word for line in lines for word in line.split()]


#: Numbers at the bounds of types, and numbers that are spelt in every right and wrong way.
NUMBERS: Final = (
    *_words(
        "0 -0 1 -1 00 01 -01 +1 1. .5 - 1.0 1e0 1E0 0e0 0.0 -0.0 1e 1e+ 1e400 0x10 1_000 NaN Infinity -Infinity",
        "2147483647 2147483648 4294967295 4294967296 4294967295.0 -2147483648 9007199254740992 9007199254740993",
        "9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809",
        "18446744073709551615 18446744073709551616 340282366920938463463374607431768211456",
        "170141183460469231731687303715884105727 170141183460469231731687303715884105728",
        "-170141183460469231731687303715884105728 -170141183460469231731687303715884105729",
    ),
    "1" * 400,
)
#: What stands in a string, with every right and wrong kind of escape.
_INSIDE: Final = (
    *("", "a", "A.b_c-9", "a:b", " a", "é", "-", "😀", "\x7f", "\u2028", "\ufeff", "\uffff", "\U0010ffff"),
    *(r"a\n", r"\u0041", r"\u0000", r"\/", r"\u00e9", r"\uD83D\uDE00", r"\ud83d\ude00", r"\uDBFF\uDFFF"),
    *(r"\ud800", r"\udc00", r"\ud83d", r"\ud83d\ud83d", r"\ude00\ud83d", r"\ud800\u0041", r"\ud83dx", r"\ud83d\n"),
    *(r"\ud83d\u00e9", r"\x41", r"\u12", r"\u12g4", r"\U00000041", r"\u{41}", r"\'", r"\"", "\n", "\t", "\x00", "\x1f"),
)
STRINGS: Final = tuple(f'"{inside}"' for inside in _INSIDE)
_LITERALS: Final = _words("null true false nul Null NULL True undefined None nulll truefalse 'a'", '"a a"')
_CONTAINERS: Final = _words('[] {} [null] {"a":1} {"":""} [ { ] } [,] {,} {"a"} {"a":} {1:2} [1,] {"a":1,}')
#: What stands between tokens, or should not.
BETWEEN: Final = (
    *(",", ":", " ", "\t", "\n", "\r", "\f", "\v", "\u00a0", "\u2028", "\ufeff", "\x00"),
    *("/* */", "// \n", "#", ";", ",,", "::"),
)
TOKENS: Final = (*NUMBERS, *STRINGS, *_LITERALS, *_CONTAINERS, *BETWEEN)
