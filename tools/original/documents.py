"""Documents of SessionData, generated: every optional member there or not, ids and texts of every kind."""

from __future__ import annotations

import random
from typing import Final

from tools.original.tree import Node, Object, Raw, Writer

_ID_CHARACTERS: Final = "ABCXYZabcxyz0189._-"
#: Characters of each kind that a text may hold.
_CHARACTERS: Final = (
    "abcdefghijklmnopqrstuvwxyz ABC 0123456789",
    "\"\\/{}[]:,<>&'",
    "\x00\x01\x08\t\n\x0b\x0c\r\x1b\x1f",
    "\x7f\x80\x85\x9f\xa0\xad",
    "äßéÅǅſİıẞ",
    "e\u0301a\u030a\u200d\u200b\u2028\u2029\ufeff\ufffd\uffff\ue000\ud7ff\ufdd0",
    "中文한글かなאבערב",
    "\U00010000😀👩\U0001f468\U0001d518\U0010ffff\U000e0001",
)
_OPTIONAL_IDS: Final = ("team", "team_id", "user", "user_id")
_TEXTS: Final = ("session_id", "flow_id", "node_id", "provider_id", "trace_id", "i18n_id", "correlation_id")
#: What an unknown member may be called; some are known one level further up or down, or in another case.
_UNKNOWN: Final = (
    "x",
    "",
    "extra",
    "Env",
    "tenant-id",
    "env",
    "attempt",
    "node_pointer",
    "context_json",
    "flow_id",
    "é",
    "\x00",
)


def identifier(generator: random.Random) -> str:
    """An id: mostly short, sometimes long, sometimes of one odd character."""
    length = generator.choice((1, 1, 2, 3, 5, 8, 13, 36, 255))
    return "".join(generator.choices(_ID_CHARACTERS, k=length))


def text(generator: random.Random) -> str:
    """A text, perhaps empty, of characters of several kinds."""
    length = generator.choice((0, 0, 1, 2, 3, 5, 8, 20, 60))
    kinds = generator.choices(_CHARACTERS, weights=(6, 2, 1, 1, 1, 1, 1, 1), k=length)
    return "".join(generator.choice(kind) for kind in kinds)


def millis(generator: random.Random) -> int:
    """An integer of up to 128 bits, mostly at a bound of some type."""
    bits = generator.choice((0, 31, 32, 53, 63, 64, 100, 127))
    value = generator.choice((2**bits - 1, 2**bits, generator.getrandbits(bits) if bits else 0))
    value = generator.choice((value, -value))
    return min(max(value, -(2**127)), 2**127 - 1)


def context(generator: random.Random) -> Object:
    """A TenantCtx."""
    members: list[tuple[str | Raw, Node]] = [(name, identifier(generator)) for name in ("env", "tenant", "tenant_id")]
    members += [(name, identifier(generator)) for name in _OPTIONAL_IDS if generator.random() < 0.5]
    members += [(name, text(generator)) for name in _TEXTS if generator.random() < 0.3]
    if generator.random() < 0.4:
        count = generator.choice((0, 1, 2, 5))
        names = {text(generator): None for _ in range(count)}
        members.append(("attributes", Object([(name, text(generator)) for name in names])))
    if generator.random() < 0.4:
        members.append(("deadline", Object([("unix_millis", millis(generator))])))
    members.append(("attempt", generator.choice((0, 0, 1, 2**31, 2**32 - 1, generator.getrandbits(32)))))
    if generator.random() < 0.3:
        members.append(("idempotency_key", text(generator)))
    if generator.random() < 0.3:
        impersonation: list[tuple[str | Raw, Node]] = [("actor_id", identifier(generator))]
        if generator.random() < 0.5:
            impersonation.append(("reason", text(generator)))
        members.append(("impersonation", Object(impersonation)))
    return Object(members)


def session(generator: random.Random) -> Object:
    """A SessionData with nothing in it that an encoder would leave out."""
    members: list[tuple[str | Raw, Node]] = [("tenant_ctx", context(generator)), ("flow_id", identifier(generator))]
    if generator.random() < 0.3:
        members.append(("pack_id", identifier(generator)))
    cursor: list[tuple[str | Raw, Node]] = [("node_pointer", text(generator))]
    cursor += [(name, text(generator)) for name in ("wait_reason", "outbox_marker") if generator.random() < 0.4]
    snapshot = generator.choice(("{}", '{"ticket":123}', '{"b":1.0, "a":"\\u00e9"}', text(generator), text(generator)))
    members += [("cursor", Object(cursor)), ("context_json", snapshot)]
    return Object(members)


def anything(generator: random.Random, depth: int = 3) -> Node:
    """Any well-formed value, for a member that is dropped."""
    kinds = ("text", "number", "literal", "array", "object", "lone") if depth else ("text", "number", "literal")
    match generator.choice(kinds):
        case "text":
            return text(generator)
        case "number":
            return Raw(
                generator.choice(("0", "-0", "1.0", "1e400", "-1E-400", "123456789012345678901234567890", "0.1e+1"))
            )
        case "literal":
            return generator.choice((None, True, False))
        case "lone":
            return Raw(generator.choice(('"\\ud800"', '"\\udfff\\ud800x"', '["\\ud83d\\ud83d"]', '{"\\udc00":1}')))
        case "array":
            return [anything(generator, depth - 1) for _ in range(generator.randint(0, 3))]
        case _:
            names = [generator.choice(_UNKNOWN) for _ in range(generator.randint(0, 3))]
            return Object([(name, anything(generator, depth - 1)) for name in names])


def loosely(generator: random.Random, document: Object) -> Object:
    """The same document as a careless writer has it: members in any order, unknown ones, and null for absent."""
    document = document.copy()
    for held, optional in _objects_with_optionals(document):
        there = {name for name, _ in held.members}
        for name in optional:
            if name not in there and generator.random() < 0.15:
                held.members.append((name, None))
        known = there | set(optional)
        if generator.random() < 0.3:
            unknown = [name for name in _UNKNOWN if name not in known and name not in _required(held)]
            held.members.append((generator.choice(unknown), anything(generator)))
        if generator.random() < 0.5:
            generator.shuffle(held.members)
    return document


def _objects_with_optionals(document: Object) -> list[tuple[Object, tuple[str, ...]]]:
    ctx, cursor = document.get("tenant_ctx"), document.get("cursor")
    assert isinstance(ctx, Object)
    assert isinstance(cursor, Object)
    of_ctx = (*_OPTIONAL_IDS, *_TEXTS, "deadline", "idempotency_key", "impersonation")
    return [(document, ("pack_id",)), (ctx, of_ctx), (cursor, ("wait_reason", "outbox_marker"))]


def _required(held: Object) -> set[str]:
    return {"attributes"} | {name for name, _ in held.members if isinstance(name, str)}


def canonical(seed: str, count: int) -> list[bytes]:
    """Documents as an encoder would write them but for the order of the attributes: seeded, and all different in kind."""
    generator = random.Random(seed)  # noqa: S311 - reproducible, no secret
    return [Writer(generator)(session(generator)).encode() for _ in range(count)]
