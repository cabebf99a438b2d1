"""The one root error of the library, its codes, and a subclass for each code that a store raises."""

from enum import StrEnum
from typing import Any, TypeVar

_ErrorT = TypeVar("_ErrorT", bound="GreenticError")


class ErrorCode(StrEnum):
    """The codes of an error, by their names on the wire (ERR-09)."""

    UNKNOWN = "unknown"
    """Nothing more is known."""
    INVALID_INPUT = "invalid_input"
    """What was passed in is refused; the same call will be refused again."""
    NOT_FOUND = "not_found"
    """There is no such session."""
    CONFLICT = "conflict"
    """The session key is taken."""
    TIMEOUT = "timeout"
    """No answer came in time: whether the operation happened is unknown."""
    UNAUTHENTICATED = "unauthenticated"
    """The store doesn't know who asks."""
    PERMISSION_DENIED = "permission_denied"
    """The store knows who asks and doesn't let them."""
    RATE_LIMITED = "rate_limited"
    """Too many calls; a later one may pass."""
    UNAVAILABLE = "unavailable"
    """The store can't be reached: whether the operation happened is unknown."""
    INTERNAL = "internal"
    """The store itself, or a record in it, is faulty."""


class GreenticError(Exception):
    """Every failure of the library: a code to decide by and a message to read.

    Args:
        code: One of the ten codes, as an `ErrorCode` or by its name on the wire.
        message: What came, what is wanted instead, what to do. No stored content, no user's id.

    Raises:
        ValueError: ``code`` is none of the ten.

    >>> error = GreenticError(ErrorCode.NOT_FOUND, "no session under this key")
    >>> error.code == "not_found", str(error)
    (True, 'not_found: no session under this key')
    """

    code: ErrorCode
    message: str

    def __init__(self, code: ErrorCode | str, message: str) -> None:
        super().__init__(code, message)
        self.code = ErrorCode(code)
        self.message = message

    def __str__(self) -> str:
        return f"{self.code.value}: {self.message}"

    def __reduce__(self) -> tuple[Any, ...]:
        # BaseException would call the class with `args`, which the constructors of subclasses don't take.
        return _restored, (type(self), self.args), self.__dict__


def _restored(kind: type[_ErrorT], args: tuple[Any, ...]) -> _ErrorT:
    """An error as it was before it was pickled or copied, without a call of its constructor."""
    error = kind.__new__(kind, *args)
    error.args = args
    return error


class InvalidInputError(GreenticError):
    """What was passed in is refused: a value, a document, a key, a setting, or an act across the fence."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.INVALID_INPUT, message)


class NotFoundError(GreenticError):
    """There is no session under the key."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.NOT_FOUND, message)


class ConflictError(GreenticError):
    """The key under which a session was to be created is taken."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.CONFLICT, message)


class StoreTimeoutError(GreenticError):
    """The store didn't answer in time; the operation happened wholly or not at all, which one is unknown."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.TIMEOUT, message)


class UnauthenticatedError(GreenticError):
    """The store doesn't know the caller: no password, or a wrong one."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.UNAUTHENTICATED, message)


class PermissionDeniedError(GreenticError):
    """The store knows the caller and doesn't allow the operation."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.PERMISSION_DENIED, message)


class UnavailableError(GreenticError):
    """The store can't be reached; the operation happened wholly or not at all, which one is unknown."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.UNAVAILABLE, message)


class InternalError(GreenticError):
    """The store is faulty, or a record in it isn't a session."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.INTERNAL, message)


class MissingExtraError(GreenticError, ImportError):
    """Something needs an optional package that isn't installed; the message says what to install.

    Args:
        missing: The module that couldn't be imported.
        extra: The extra of this distribution that brings it.

    >>> print(MissingExtraError("redis", "redis").message)
    the module 'redis' is not installed; install it with: pip install 'greentic-session[redis]'
    """

    name: str | None
    """The module that couldn't be imported, as every ``ImportError`` has it."""
    msg: str
    """The message, likewise."""

    def __init__(self, missing: str, extra: str) -> None:
        message = f"the module {missing!r} is not installed; install it with: pip install 'greentic-session[{extra}]'"
        super().__init__(ErrorCode.INVALID_INPUT, message)
        self.name = missing
        self.msg = message
