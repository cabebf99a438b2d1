"""The form of each kind of document: its members, in the order of the text, and what each may hold."""

from dataclasses import dataclass
from typing import TypeAlias

from greentic_session._limits import ATTEMPT, UNIX_MILLIS


@dataclass(frozen=True, slots=True)
class Text:
    """A string without lone surrogates."""


@dataclass(frozen=True, slots=True)
class Code:
    """The name of an error code."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An id."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """An object of strings; a repeated name's last one counts."""


@dataclass(frozen=True, slots=True)
class Integer:
    """An integer written without a fraction or an exponent."""

    limits: range
    rule: str
    minus_zero: bool = False
    """Whether ``-0`` reads as 0."""


@dataclass(frozen=True, slots=True)
class Member:
    """What a member of an object holds, and whether it may be absent or null."""

    name: str
    form: "Form"
    required: bool = False
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with known members; others are dropped."""

    name: str
    members: tuple[Member, ...]


Form: TypeAlias = Text | Code | Identifier | Attributes | Integer | Shape
"""What a value may be."""

_TEXT, _ID = Text(), Identifier()


def _required(name: str, form: Form) -> Member:
    return Member(name, form, required=True, nullable=False)


INVOCATION_DEADLINE = Shape(
    "InvocationDeadline", (_required("unix_millis", Integer(UNIX_MILLIS, "DATA-12", minus_zero=True)),)
)
IMPERSONATION = Shape("Impersonation", (_required("actor_id", _ID), Member("reason", _TEXT)))
TENANT_CTX = Shape(
    "TenantCtx",
    (
        _required("env", _ID),
        _required("tenant", _ID),
        _required("tenant_id", _ID),
        Member("team", _ID),
        Member("team_id", _ID),
        Member("user", _ID),
        Member("user_id", _ID),
        Member("session_id", _TEXT),
        Member("flow_id", _TEXT),
        Member("node_id", _TEXT),
        Member("provider_id", _TEXT),
        Member("trace_id", _TEXT),
        Member("i18n_id", _TEXT),
        Member("correlation_id", _TEXT),
        Member("attributes", Attributes(), nullable=False),
        Member("deadline", INVOCATION_DEADLINE),
        _required("attempt", Integer(ATTEMPT, "DATA-11")),
        Member("idempotency_key", _TEXT),
        Member("impersonation", IMPERSONATION),
    ),
)
SESSION_CURSOR = Shape(
    "SessionCursor",
    (_required("node_pointer", _TEXT), Member("wait_reason", _TEXT), Member("outbox_marker", _TEXT)),
)
SESSION_DATA = Shape(
    "SessionData",
    (
        _required("tenant_ctx", TENANT_CTX),
        _required("flow_id", _ID),
        Member("pack_id", _ID),
        _required("cursor", SESSION_CURSOR),
        _required("context_json", _TEXT),
    ),
)

ERROR = Shape("error", (_required("code", Code()), _required("message", _TEXT)))
SESSION_KEY = _TEXT
IDENTIFIER = _ID
