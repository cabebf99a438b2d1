"""What an operation of a store answered: a value or an error."""

from dataclasses import dataclass
from typing import Any

from greentic_session import ErrorCode

_WIRE_NAMES = frozenset(code.value for code in ErrorCode)
#: Codes that leave it open whether the operation happened (chapter "Concurrency and durability").
_OUTCOME_UNKNOWN = frozenset({"unavailable", "timeout"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one operation.

    Attributes:
        value: what it returned; ``None`` where it raised.
        error: what it raised, whatever that was; ``None`` where it returned.
    """

    value: Any = None
    error: BaseException | None = None

    @property
    def ok(self) -> bool:
        """Whether it returned."""
        return self.error is None

    @property
    def code(self) -> str | None:
        """The wire name that the error carries, or ``None``: no error, or one without a ``code`` that is text."""
        code = getattr(self.error, "code", None)
        return str.__str__(code) if isinstance(code, str) else None

    @property
    def has_wire_code(self) -> bool:
        """Whether the error carries one of the ten codes (rule ERR-09)."""
        return self.code in _WIRE_NAMES

    @property
    def outcome_unknown(self) -> bool:
        """Whether the error says that the operation may or may not have happened."""
        return self.code in _OUTCOME_UNKNOWN

    def texts(self) -> list[str]:
        """Where a message may tell too much: ``str(error)`` and ``error.message``."""
        if self.error is None:
            return []
        try:
            message = getattr(self.error, "message", "")
        except Exception:  # noqa: BLE001 - a store's error may raise anything, and what can't be read tells nothing
            message = ""
        return [_text(self.error), _text(message)]

    def describe(self) -> str:
        """The answer in words, the same for the same behaviour: no message, no address, no key."""
        if self.error is None:
            return "no error"
        if self.has_wire_code:
            return str(self.code)
        kind = getattr(self.error, "kind", None)
        kind = kind if isinstance(kind, str) else type(self.error).__name__
        return f"{kind} with the code {self.code!r}" if self.code else f"{kind} without a code"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A document that an adapter has answered in the place of a session, and that is none.

    Attributes:
        document: its text.
    """

    document: str


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception as broken:  # noqa: BLE001 - a third party's __str__ may do anything; it is then judged by what it says
        return f"{type(broken).__name__} while reading the message"
