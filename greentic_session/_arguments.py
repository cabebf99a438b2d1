"""What every store of the library accepts as an argument: all refuse the same things in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greentic_session._limits import identifier_flaw
from greentic_session.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from greentic_session.model import SessionData, TenantCtx

if TYPE_CHECKING:
    from greentic_session.fence import Dimension


def checked_ctx(ctx: object) -> TenantCtx:
    """``ctx`` as a caller's context; anything else is ``invalid_input``."""
    if isinstance(ctx, TenantCtx):
        return ctx
    raise InvalidInputError(f"ctx: got {_type(ctx)}, must be TenantCtx; build one with TenantCtx.new(env, tenant)")


def checked_data(data: object) -> SessionData:
    """``data`` as a session; anything else is ``invalid_input``."""
    if isinstance(data, SessionData):
        return data
    raise InvalidInputError(f"data: got {_type(data)}, must be SessionData; read JSON with SessionData.from_json(text)")


def checked_key(key: object) -> str:
    """``key`` as a plain string, whatever it holds; what is no string is ``invalid_input``."""
    if type(key) is str:
        return key
    if isinstance(key, str):
        return str.__str__(key)
    raise InvalidInputError(f"key: got {_type(key)}, must be str, as create_session answered it")


def checked_new_key(key: object) -> str:
    """``key`` as one to create under; an empty one, or one that UTF-8 can't encode, is ``invalid_input``."""
    plain = checked_key(key)
    if not plain:
        raise InvalidInputError(
            "key: got an empty string, must have a character at least; leave it out to be given a key"
        )
    if not is_encodable(plain):
        raise InvalidInputError("key: got a lone surrogate, must be text that UTF-8 can encode")
    return plain


def checked_user(user: object) -> str:
    """``user`` as an id; anything else is ``invalid_input``, its text left out of the message."""
    if not isinstance(user, str):
        raise InvalidInputError(f"user: got {_type(user)}, must be str")
    if flaw := identifier_flaw(user):
        raise InvalidInputError(f"user: got {flaw.got}, must be {flaw.wanted}")
    return str.__str__(user)


def is_encodable(key: str) -> bool:
    """Whether a key can be in any store at all: UTF-8 can't encode a lone surrogate."""
    if key.isascii():
        return True
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def refuse_create(dimension: Dimension) -> InvalidInputError:
    """The refusal of a create by the fence; it names the dimension and no value."""
    return InvalidInputError(
        f"{dimension}: the session's differs from the caller's; both must be the same to create it "
        "(a session without a user may be created by any)"
        if dimension == "user"
        else f"{dimension}: the session's differs from the caller's; both must be the same to create it"
    )


def refuse_update(dimension: Dimension) -> InvalidInputError:
    """The refusal of an update by the fence; it names the dimension and no value."""
    return InvalidInputError(
        f"{dimension}: the new one differs from the stored one and must not change; "
        "create another session and remove this one"
    )


def not_found(key: str) -> NotFoundError:
    """No session is under ``key``."""
    return NotFoundError(f"no session under key {key!r}; it was removed, has expired, or never was")


def conflict(key: str) -> ConflictError:
    """``key`` is taken, by a session of any tenant."""
    return ConflictError(f"key {key!r} is taken; get the session that has it, or create under another key")


def closed() -> UnavailableError:
    """The store was closed by its own program."""
    return UnavailableError("the store is closed; make a new one with create_session_store(...)")


def _type(value: object) -> str:
    return type(value).__name__
