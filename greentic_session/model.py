"""The values that a session is made of. All are immutable, compare by value and survive `copy` and `pickle`.

What the model forbids (an invalid id, a lone surrogate, an integer out of range, a value of another type)
can't be constructed: `InvalidInputError`, naming the member (DATA-26). Documents are read with ``from_json``
alone; a decoder of msgspec's own, which these classes would also allow, lets some things through and
refuses others.
"""

from collections.abc import Mapping
from typing import Any, Self, final

import msgspec
from msgspec.structs import asdict, force_setattr

from greentic_session import _shape
from greentic_session._attributes import EMPTY, attributes_of
from greentic_session._checks import are_usual, are_usual_ids, checks_of, settle
from greentic_session._codec import Reader, encode
from greentic_session._limits import ATTEMPT, UNIX_MILLIS
from greentic_session._names import EnvId, FlowId, PackId, SessionKey, TeamId, TenantId, UserId

__all__ = [
    "EnvId",
    "FlowId",
    "Impersonation",
    "InvocationDeadline",
    "PackId",
    "SessionCursor",
    "SessionData",
    "SessionKey",
    "TeamId",
    "TenantCtx",
    "TenantId",
    "UserId",
]


class _Value(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    # Unknown members take the strict way: the quick decoder never descends into what a stranger nested.
    forbid_unknown_fields=True,
    # Immutable values of strings and integers can't form cycles.
    gc=False,
):
    """What all values have in common."""

    def replace(self, **changes: Any) -> Self:
        """A copy with some members changed.

        Args:
            **changes: New values by the members' names.

        Raises:
            InvalidInputError: The model forbids a new value.
            TypeError: There is no such member.
        """
        # Not by msgspec's own replace: older versions, 0.20 among them, leave the checks out.
        return type(self)(**asdict(self) | changes)

    def __replace__(self, /, **changes: Any) -> Self:
        """What ``copy.replace`` calls, from Python 3.13 on."""
        return self.replace(**changes)


@final
class InvocationDeadline(_Value, frozen=True):
    """When an invocation must be done."""

    unix_millis: int
    """Milliseconds since the beginning of 1970, UTC; signed, 128 bits (DATA-12)."""

    def __post_init__(self) -> None:
        if type(self.unix_millis) is not int or self.unix_millis not in UNIX_MILLIS:
            settle(self, _DEADLINE_CHECKS)


@final
class Impersonation(_Value, frozen=True):
    """Who acts in the user's name."""

    actor_id: UserId
    """Who really acts."""
    reason: str | None = None
    """Why."""

    def __post_init__(self) -> None:
        settle(self, _IMPERSONATION_CHECKS)


@final
class TenantCtx(_Value, frozen=True):
    """On whose behalf something happens: environment, tenant, team, user, and how it came about.

    Tenant, team and user each have an older member and a newer one with ``_id``. The constructor sets exactly
    what it is given; `new`, `with_team` and `with_user` keep each pair equal. Where a document's pair
    differs, it is read and given back unchanged (DATA-24).

    >>> ctx = TenantCtx.new("dev", "tenant-42").with_team("ops").with_user("user-7")
    >>> ctx.tenant_id, ctx.effective_team, ctx.effective_user
    ('tenant-42', 'ops', 'user-7')
    """

    env: EnvId
    """The environment, such as ``dev``."""
    tenant: TenantId
    """The tenant, as older writers name it."""
    tenant_id: TenantId
    """The tenant that counts."""
    team: TeamId | None = None
    """The team, as older writers name it."""
    team_id: TeamId | None = None
    """The team; counts before ``team``."""
    user: UserId | None = None
    """The user, as older writers name it."""
    user_id: UserId | None = None
    """The user; counts before ``user``."""
    session_id: str | None = None
    """The session that the invocation belongs to."""
    flow_id: str | None = None
    """The flow that runs; any text, other than the session's own ``flow_id``."""
    node_id: str | None = None
    """The node of the flow."""
    provider_id: str | None = None
    """The provider through which the event came."""
    trace_id: str | None = None
    """The trace to report under."""
    i18n_id: str | None = None
    """The language and region to answer in."""
    correlation_id: str | None = None
    """What ties related events together."""
    attributes: Mapping[str, str] = EMPTY
    """Further strings by name: a read-only copy, sorted by name."""
    deadline: InvocationDeadline | None = None
    """When the invocation must be done."""
    attempt: int = msgspec.field(default_factory=int)  # a factory's default is written, a plain one left out
    """Which attempt this is; 0 is the first; unsigned, 32 bits (DATA-11)."""
    idempotency_key: str | None = None
    """What tells a repeated event from a new one."""
    impersonation: Impersonation | None = None
    """Who acts in the user's name."""

    def __post_init__(self) -> None:
        if self.attributes is not EMPTY:
            force_setattr(self, "attributes", attributes_of(self.attributes))
        if not (
            type(self.attempt) is int
            and self.attempt in ATTEMPT
            and (self.deadline is None or type(self.deadline) is InvocationDeadline)
            and (self.impersonation is None or type(self.impersonation) is Impersonation)
            and None not in (self.env, self.tenant, self.tenant_id)
            and are_usual_ids(self.env, self.tenant, self.tenant_id, self.team, self.team_id, self.user, self.user_id)
            and are_usual(
                self.session_id,
                self.flow_id,
                self.node_id,
                self.provider_id,
                self.trace_id,
                self.i18n_id,
                self.correlation_id,
                self.idempotency_key,
            )
        ):
            settle(self, _TENANT_CTX_CHECKS)

    @classmethod
    def new(cls, env: EnvId, tenant: TenantId) -> "TenantCtx":
        """A context of a tenant in an environment, without team or user, at attempt 0.

        Raises:
            InvalidInputError: One of them is no id (DATA-20).
        """
        return cls(env, tenant, tenant)

    def with_team(self, team: TeamId | None) -> "TenantCtx":
        """A copy whose team is another, in both members of the pair; None leaves it without.

        Raises:
            InvalidInputError: It is no id (DATA-20).
        """
        return self.replace(team=team, team_id=team)

    def with_user(self, user: UserId | None) -> "TenantCtx":
        """A copy whose user is another, in both members of the pair; None leaves it without.

        Raises:
            InvalidInputError: It is no id (DATA-20).
        """
        return self.replace(user=user, user_id=user)

    @property
    def effective_team(self) -> TeamId | None:
        """The team that counts: ``team_id``, else ``team``."""
        return self.team if self.team_id is None else self.team_id

    @property
    def effective_user(self) -> UserId | None:
        """The user that counts: ``user_id``, else ``user``."""
        return self.user if self.user_id is None else self.user_id

    def to_json(self) -> bytes:
        """The canonical document, in UTF-8 (DATA-25)."""
        return encode(self)

    @classmethod
    def from_json(cls, document: bytes | str) -> "TenantCtx":
        """Read a document.

        Args:
            document: Its text; bytes are UTF-8. Members that nobody knows are dropped (DATA-18).

        Raises:
            InvalidInputError: It is none; the message tells the places of the first faults.
        """
        value: TenantCtx = _read_tenant_ctx(document)
        return value


@final
class SessionCursor(_Value, frozen=True):
    """Where a flow stands."""

    node_pointer: str
    """The node at which it resumes."""
    wait_reason: str | None = None
    """What it waits for."""
    outbox_marker: str | None = None
    """How far its outgoing messages have gone."""

    def __post_init__(self) -> None:
        if not (self.node_pointer is not None and are_usual(self.node_pointer, self.wait_reason, self.outbox_marker)):
            settle(self, _CURSOR_CHECKS)


class _Written(msgspec.Struct, gc=False):
    """A SessionData with its members in the order of the document."""

    tenant_ctx: TenantCtx
    flow_id: FlowId
    pack_id: PackId | msgspec.UnsetType
    cursor: SessionCursor
    context_json: str


@final
class SessionData(_Value, frozen=True):
    """What a store keeps of a session.

    >>> data = SessionData(TenantCtx.new("dev", "t"), "support", SessionCursor("ask"), "{}")
    >>> data.to_json()
    b'{"tenant_ctx":{"env":"dev","tenant":"t","tenant_id":"t","attempt":0},"flow_id":"support","cursor":{"node_pointer":"ask"},"context_json":"{}"}'
    >>> SessionData.from_json(data.to_json()) == data
    True
    """

    tenant_ctx: TenantCtx
    """On whose behalf the session runs; stores fence by it."""
    flow_id: FlowId
    """The flow."""
    cursor: SessionCursor
    """Where the flow stands."""
    context_json: str
    """The flow's own state; opaque to every store, given back character for character."""
    pack_id: PackId | None = None
    """The pack that the flow comes from."""

    def __post_init__(self) -> None:
        if not (
            type(self.tenant_ctx) is TenantCtx
            and type(self.cursor) is SessionCursor
            and None not in (self.flow_id, self.context_json)
            and are_usual(self.context_json)
            and are_usual_ids(self.flow_id, self.pack_id)
        ):
            settle(self, _SESSION_DATA_CHECKS)

    def to_json(self) -> bytes:
        """The canonical document, in UTF-8 (DATA-25)."""
        pack = msgspec.UNSET if self.pack_id is None else self.pack_id
        return encode(_Written(self.tenant_ctx, self.flow_id, pack, self.cursor, self.context_json))

    @classmethod
    def from_json(cls, document: bytes | str) -> "SessionData":
        """Read a document.

        Args:
            document: Its text; bytes are UTF-8. Members that nobody knows are dropped (DATA-18).

        Raises:
            InvalidInputError: It is none; the message tells the places of the first faults.
        """
        value: SessionData = _read_session_data(document)
        return value


_DEADLINE_CHECKS = checks_of(_shape.INVOCATION_DEADLINE, {})
_IMPERSONATION_CHECKS = checks_of(_shape.IMPERSONATION, {})
_CURSOR_CHECKS = checks_of(_shape.SESSION_CURSOR, {})
_TENANT_CTX_CHECKS = checks_of(_shape.TENANT_CTX, {"deadline": InvocationDeadline, "impersonation": Impersonation})
_SESSION_DATA_CHECKS = checks_of(_shape.SESSION_DATA, {"tenant_ctx": TenantCtx, "cursor": SessionCursor})
_read_tenant_ctx = Reader(TenantCtx, _shape.TENANT_CTX)
_read_session_data = Reader(SessionData, _shape.SESSION_DATA)
