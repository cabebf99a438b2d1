"""Documents that differ from a valid one in a single member, from chapter 1 of the specification."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = dict[str, Any]
Document = dict[str, Any]
Place = tuple[str, ...]


class Member(NamedTuple):
    """A member of the model: where it lies, what it is, whether it may be absent, and a value of it."""

    place: Place
    kind: str
    required: bool
    sample: Any


TENANT_CTX = (
    Member(("env",), "id", True, "dev"),
    Member(("tenant",), "id", True, "t"),
    Member(("tenant_id",), "id", True, "t"),
    Member(("team",), "id", False, "ops"),
    Member(("team_id",), "id", False, "ops"),
    Member(("user",), "id", False, "user-7"),
    Member(("user_id",), "id", False, "user-7"),
    Member(("session_id",), "text", False, "s 1"),
    Member(("flow_id",), "text", False, "a flow"),
    Member(("node_id",), "text", False, "node/1"),
    Member(("provider_id",), "text", False, "telegram"),
    Member(("trace_id",), "text", False, "00-ab"),
    Member(("i18n_id",), "text", False, "en-GB"),
    Member(("correlation_id",), "text", False, "c:1"),
    Member(("attributes",), "attributes", False, {"channel": "chat"}),
    Member(("deadline",), "object", False, {"unix_millis": 1}),
    Member(("deadline", "unix_millis"), "millis", True, 1),
    Member(("attempt",), "attempt", True, 0),
    Member(("idempotency_key",), "text", False, "once"),
    Member(("impersonation",), "object", False, {"actor_id": "bot"}),
    Member(("impersonation", "actor_id"), "id", True, "bot"),
    Member(("impersonation", "reason"), "text", False, "help"),
)
SESSION_DATA = (
    Member(("tenant_ctx",), "object", True, {"env": "dev", "tenant": "t", "tenant_id": "t", "attempt": 0}),
    *(member._replace(place=("tenant_ctx", *member.place)) for member in TENANT_CTX),
    Member(("flow_id",), "id", True, "f"),
    Member(("pack_id",), "id", False, "pack.1"),
    Member(("cursor",), "object", True, {"node_pointer": "n"}),
    Member(("cursor", "node_pointer"), "text", True, "n"),
    Member(("cursor", "wait_reason"), "text", False, "payment"),
    Member(("cursor", "outbox_marker"), "text", False, "o-1"),
    Member(("context_json",), "text", True, "{}"),
)
WRONG_TYPES = {
    "a-number": 1,
    "a-fraction": 1.5,
    "a-boolean": True,
    "a-string": "1",
    "an-array": [],
    "an-object": {},
}
RIGHT_TYPES = {
    "id": {"a-string"},
    "text": {"a-string"},
    "attributes": {"an-object"},
    "object": {"an-object"},
    "attempt": {"a-number"},
    "millis": {"a-number"},
}
WRONG_IDS = {"empty": "", "trailing-newline": "a\n", "letter-beyond-ascii": "a\u0430", "digit-beyond-ascii": "a\u0661"}
TYPE_RULES = {
    "attempt": ["DATA-11", "DATA-21"],
    "millis": ["DATA-12", "DATA-21"],
    "attributes": ["DATA-15", "DATA-21"],
}


ABSENT = object()
"""Stands for the value of a member that is left out."""


def smallest_with(model: Sequence[Member], place: Place, value: Any) -> Document:
    """The smallest document of a model in which one member has the value given."""
    document: Document = {}
    for member in model:
        if member.place[: len(place)] == place:
            if member.place != place or value is ABSENT:
                continue
            put = value
        elif member.required or place[: len(member.place)] == member.place:
            put = {} if member.kind == "object" else member.sample
        else:
            continue
        inside = document
        for parent in member.place[:-1]:
            inside = inside.get(parent, {})  # a parent left out takes along what would lie in it
        inside[member.place[-1]] = put
    return document


def written(value: Any, repeated: Place = ()) -> str:
    """A value as compact JSON, in the order that it has; the member at a place may be written twice."""
    if not isinstance(value, dict) or not repeated:
        return json.dumps(value, separators=(",", ":"))
    parts = []
    for name, inner in value.items():
        deeper = repeated[1:] if repeated[0] == name else ()
        parts.append(f"{json.dumps(name)}:{written(inner, deeper)}")
        if repeated == (name,):
            parts.append(parts[-1])
    return "{" + ",".join(parts) + "}"


def variations(model: Sequence[Member], member: Member) -> Iterator[tuple[str, str, str | None, list[str]]]:
    """What can be done to a member: a name, the text, the canonical writing (none: refused), the rules."""
    place = member.place
    without = written(smallest_with(model, place, ABSENT))
    usual = smallest_with(model, place, member.sample)
    if member.required:
        yield "absent", without, None, ["DATA-07"]
        yield "null", written(smallest_with(model, place, None)), None, ["DATA-07"]
    else:
        yield "present", written(usual), written(usual), ["DATA-25"]
        if member.kind == "attributes":
            yield "null", written(smallest_with(model, place, None)), None, ["DATA-15"]
        else:
            yield "null", written(smallest_with(model, place, None)), without, ["DATA-14"]
    for name, wrong in WRONG_TYPES.items():
        if name not in RIGHT_TYPES[member.kind]:
            text = written(smallest_with(model, place, wrong))
            yield name, text, None, TYPE_RULES.get(member.kind, ["DATA-21"])
    if member.kind == "id":
        for name, wrong in WRONG_IDS.items():
            yield name, written(smallest_with(model, place, wrong)), None, ["DATA-20"]
    if member.kind == "text":
        text = written(smallest_with(model, place, ""))
        yield "empty", text, text, ["DATA-24"]
        yield "lone-surrogate", written(smallest_with(model, place, "a\ud800")), None, ["DATA-19"]
    yield "repeated", written(usual, repeated=place), None, ["DATA-17"]


def document_rows(prefix: str, model: Sequence[Member]) -> Iterator[Row]:
    """The systematic part of a file of documents; the rest is written by hand."""
    for member in model:
        for name, text, canonical, rules in variations(model, member):
            row: Row = {"id": f"{prefix}-{'.'.join(member.place)}-{name}", "text": text}
            row["accepted"] = canonical is not None
            if canonical is not None:
                row["canonical"] = canonical
            yield {**row, "rules": rules, "made": "generated"}


def session_data_rows() -> Iterator[Row]:
    """``documents/session-data.jsonl``."""
    return document_rows("session-data", SESSION_DATA)


def tenant_ctx_rows() -> Iterator[Row]:
    """``documents/tenant-ctx.jsonl``."""
    return document_rows("tenant-ctx", TENANT_CTX)
