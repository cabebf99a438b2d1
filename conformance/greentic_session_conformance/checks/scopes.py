"""Scopes (env, tenant, team, user) that are easily taken for one another by what writes them as one text."""

from typing import Final

#: The longest ids that every store holds, alike but for the last character.
_LONG = "i" * 254

#: Ids that are no number, though they may be read as one that is another's, too.
_NUMBERS = ("1", "1.0", "01", "1e3", "1000", "9007199254740993", "9007199254740992", "18446744073709551617")
#: What may stand for no team where a store writes a text; the commonest are below with all their parts.
_NO_TEAM = (
    "__none__", "__default__", "_default", "_none", "-none-", "none-", "no.team", "noteam", "NO_TEAM", "unset", "nobody", "everyone", "tenant", "default_team", "--",
    "global", "nil", "no-team", "no_team", "all", "any", "shared", "public", "main", "root", "undefined", "NULL", "NA", "-1",
)  # fmt: skip
#: Scopes that run together where ids are joined with what ids may hold.
_JOINED = tuple(
    scope
    for sep in ("--", "__", "..", "-_-")
    for scope in (
        (f"a{sep}b", "c", None, "d"),
        ("a", f"b{sep}c", None, "d"),
        ("a", "b", f"c{sep}d", "e"),
        ("a", "b", "c", f"d{sep}e"),
    )
)
#: Scopes that run together where each id is joined with its name.
_LABELLED = tuple(
    scope
    for sep in ".-_"
    for scope in (
        ("a", "b", f"c{sep}user{sep}d", "e"),
        ("a", "b", "c", f"d{sep}user{sep}e"),
        ("a", f"b{sep}team{sep}c", "d", "e"),
        ("a", "b", f"c{sep}team{sep}d", "e"),
        ("a", f"b{sep}team{sep}c{sep}c", None, "e"),
        ("a", "b", f"c{sep}c", "e"),
        (f"a{sep}tenant{sep}b", "c", None, "e"),
        ("a", f"b{sep}tenant{sep}c", None, "e"),
    )
)
#: Scopes whose ids run together, or are each other's beginnings, where they are joined without care.
SCOPES: Final = (
    ("dev", "tenant-42", None, "user-7"), ("dev", "tenant-42", "red", "user-7"), ("dev", "tenant-42", "blue", "user-7"),
    ("prod", "tenant-42", None, "user-7"), ("dev", "tenant-43", None, "user-7"), ("dev", "tenant-42", None, "user-8"),
    ("a", "b", None, "c"), ("a", "b", "c", "d"), ("a-b", "c", None, "d"), ("a", "b-c", None, "d"), ("a", "b", "c", "d-e"), ("a", "b", "c-d", "e"),
    ("a.b", "c", None, "d"), ("a", "b.c", None, "d"), ("a_b", "c", None, "d"), ("a", "b_c", None, "d"), ("a", "b_c_d", None, "e"), ("a", "b", None, "c_d"),
    ("ab", "c", None, "d"), ("a", "bc", None, "d"), ("A", "b", None, "c"), ("a", "B", None, "c"), ("a", "b", None, "C"),
    ("none", "none", "none", "none"), ("none", "none", None, "none"), ("null", "null", "null", "null"), ("null", "null", None, "null"),
    ("None", "None", "None", "None"), ("None", "None", None, "None"), ("_", "_", "_", "_"), ("_", "_", None, "_"), (".", ".", "..", "."), (".", ".", None, "."),
    ("default", "t", "default", "u"), ("default", "t", None, "u"), ("0", "0", "0", "0"), ("0", "0", None, "0"), ("00", "0", None, "0"),
    ("dev", "t", None, f"{_LONG}a"), ("dev", "t", None, f"{_LONG}b"), ("dev", "t", f"{_LONG}a", "u"), ("dev", "t", f"{_LONG}b", "u"),
    ("dev", f"{_LONG}a", None, "u"), ("dev", f"{_LONG}b", None, "u"),
    (f"{_LONG}e", f"{_LONG}t", f"{_LONG}g", f"{_LONG}a"), (f"{_LONG}e", f"{_LONG}t", f"{_LONG}g", f"{_LONG}b"),
    ("dev", "t", None, "con"), ("dev", "t", None, "nul"), ("dev", "t", None, "AUX.txt"),  # devices, where an entry is a file on Windows
    ("dev", "t", None, "plumless"), ("dev", "t", None, "buckeroo"),  # of one CRC-32
    ("dev", "t", None, "constructor"), ("dev", "t", None, "__proto__"), ("dev", "__proto__", None, "u"), ("dev", "constructor", None, "u"),  # what every object of JavaScript has
    *_JOINED, *_LABELLED, *(("dev", "t", team, "user-7") for team in (*_NO_TEAM, None)), *(("dev", "t", None, number) for number in _NUMBERS),
)  # fmt: skip
