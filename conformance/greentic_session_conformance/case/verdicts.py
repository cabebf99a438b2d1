"""How a check ends when it doesn't pass."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greentic_session import SessionData


class Failed(Exception):  # noqa: N818 - a verdict on the store, not an error of ours
    """The store broke a rule.

    Attributes:
        expected: what the rule wants, in words.
        got: what came, in words.
        rule: the ID of the rule that was broken; ``None`` means the first one of the check.
        data: where a session came back otherwise than it was stored: what came, and what was stored.
    """

    def __init__(
        self, expected: str, got: str, rule: str | None = None, data: "tuple[SessionData, SessionData] | None" = None
    ) -> None:
        super().__init__(f"expected {expected}; got {got}")
        self.expected = expected
        self.got = got
        self.rule = rule
        self.data = data


class NotJudged(Exception):  # noqa: N818 - the same
    """What the check needs could not be brought about (rule VERD-08); the message says what and why."""


class OutcomeUnknownError(NotJudged):
    """The store answered ``unavailable`` or ``timeout``: from here on nobody knows what it holds (chapter "Concurrency and durability")."""


class NoAnswer(BaseException):
    """An operation has no answer, not even an error; nothing that a store's own handlers may catch."""


class OperationHung(NoAnswer):
    """An operation did not return within the time limit.

    Attributes:
        operation: such as ``"get_session"``.
        seconds: the limit.
    """

    def __init__(self, operation: str, seconds: float) -> None:
        super().__init__(f"{operation} did not return within {seconds:g} s")
        self.operation = operation
        self.seconds = seconds


class StoreLost(NoAnswer):
    """The process that the store lives in has ended (rule ADAPT-11).

    Attributes:
        told: how, in words.
        last_words: what it wrote last to its standard error.
    """

    def __init__(self, told: str, last_words: str = "") -> None:
        super().__init__(told + last_words)
        self.told = told
        self.last_words = last_words


class TargetFault(NoAnswer):
    """What stands between the suite and the store is at fault: the run ends, and nobody is judged (rule ADAPT-02)."""
