"""Stores that refuse in words and classes of their own: only the code counts."""

from enum import Enum

from plain_store import Plain

from greentic_session import ErrorCode, GreenticError


class SessionMissing(GreenticError, LookupError):  # noqa: N818 - an odd store names its errors as it likes
    """Nobody's session."""


class OwnSubclasses(Plain):
    """Raises subclasses of its own, one of them a ``LookupError``, too."""

    def refusal(self, code, message):
        kind = SessionMissing if code == ErrorCode.NOT_FOUND else type("Refused", (GreenticError,), {})
        return kind(code, message)


class Refused(KeyError):  # noqa: N818 - the same
    """No relation of the library's error; its text is in quotes, as a ``KeyError``'s is."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class OnlyCodes(Plain):
    """Raises an error that isn't the library's: its ``code`` is the plain wire name, and it has no ``message``."""

    def refusal(self, code, message):
        return Refused(code.value, message)


class Status(str, Enum):  # noqa: UP042 - the text of a StrEnum's members is their value, which is what isn't so here
    """Codes as a store names them; their values are the wire names."""

    BAD = "invalid_input"
    GONE = "not_found"
    TAKEN = "conflict"


class CodesOfAnEnumOfItsOwn(Plain):
    """Its codes are members of another enumeration, whose text isn't the wire name though its value is."""

    def refusal(self, code, message):
        return Refused(Status(code.value), message)


class AlsoRefusesWhatIsNoId(OnlyCodes):
    """Answers ``invalid_input`` to a search for what is no id, where most answer nothing."""

    def find_by_user(self, ctx, user):
        if not user or not all(
            character.isascii() and (character.isalnum() or character in "._-") for character in user
        ):
            raise self.refusal(ErrorCode.INVALID_INPUT, "the user asked for is no id")
        return super().find_by_user(ctx, user)
