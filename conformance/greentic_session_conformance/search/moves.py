"""One move of a sequence: an operation with its arguments, which names sessions by the moves that made them."""

from dataclasses import dataclass, replace
from typing import Final

from greentic_session import SessionData, TenantCtx

#: A move that calls nothing: from here on another handle is called, or another process's.
SWITCH: Final = "switch"


@dataclass(frozen=True, slots=True)
class Move:
    """An operation.

    Attributes:
        operation: its name, or :data:`SWITCH`.
        number: the move's own, by which later moves mean the session that it made.
        ctx: the caller's context, of a create or find.
        data: what is stored, by a create or update.
        user: who is asked for.
        key: the key that is given to a create.
        session: the number of the move that made the session that is meant; one that made none means a key that isn't there.
    """

    operation: str
    number: int = -2
    ctx: TenantCtx | None = None
    data: SessionData | None = None
    user: str = ""
    key: str | None = None
    session: int = -1

    def contexts(self) -> tuple[TenantCtx, ...]:
        """The contexts that it holds."""
        stored = () if self.data is None else (self.data.tenant_ctx,)
        return stored if self.ctx is None else (self.ctx, *stored)

    def with_contexts(self, ctx: TenantCtx | None, stored: TenantCtx | None, user: str) -> "Move":
        """The same with other contexts and another user asked for."""
        data = self.data if self.data is None or stored is None else self.data.replace(tenant_ctx=stored)
        return replace(self, ctx=ctx, data=data, user=user)
