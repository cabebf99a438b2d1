"""A handle on a store under test: the five operations, each recorded, limited in time and held to its form."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from greentic_session import GreenticError, SessionData, TenantCtx
from greentic_session.schema import validate
from greentic_session_conformance.case.answer import Answer, Unreadable
from greentic_session_conformance.case.verdicts import Failed, NoAnswer, NotJudged, OperationHung

if TYPE_CHECKING:
    from greentic_session_conformance.case.limit import Limit
    from greentic_session_conformance.case.loop import Loop
    from greentic_session_conformance.case.steps import Steps
    from greentic_session_conformance.run.pulse import Pulse

#: After this many hangs of one operation it isn't called again (contract, "Hangs and crashes").
HANGS_THAT_SUFFICE = 2

Hangs = dict[str, int]


class UnexpectedError(Exception):
    """An operation that was to succeed raised; whether that is a failure is for the check's phase to say."""

    def __init__(self, operation: str, answer: Answer) -> None:
        super().__init__(operation)
        self.operation = operation
        self.answer = answer


class Handle:
    """The five operations of a store.

    Each comes twice: ``create`` is to succeed and returns what the store returned, ``try_create`` returns an
    :class:`Answer` whatever happens.

    Args:
        store: what the target opened.
        number: its number within the check.
        steps: where calls are recorded.
        limit: the time limit of the thread that it is used on.
        loop: the event loop of that thread.
        hangs: how often each operation has hung in this run; shared with other checks.
        pulse: where the supervising process sees the calls.
    """

    def __init__(
        self,
        store: Any,
        number: int,
        *,
        steps: "Steps",
        limit: "Limit",
        loop: "Loop",
        hangs: Hangs,
        pulse: "Pulse",
    ) -> None:
        self.store = store
        self._number = number
        self._steps = steps
        self._limit = limit
        self._loop = loop
        self._hangs = hangs
        self._pulse = pulse

    def call(self, operation: str, *arguments: Any, **keywords: Any) -> Answer:
        """Call an operation and answer what it answered, whatever that is.

        Raises:
            OperationHung: it did not return in time.
            NotJudged: it has hung too often in this run to be called again.
        """
        if self._hangs.get(operation, 0) >= HANGS_THAT_SUFFICE:
            message = (
                f"{operation} did not return in time {HANGS_THAT_SUFFICE} times in this run and isn't called again"
            )
            raise NotJudged(message)
        step = self._steps.begin(self._number, operation, arguments, keywords)
        self._pulse.note(self._steps.call(step))
        try:
            self._limit.begin(operation)
            try:
                method = getattr(self.store, operation)
                answer = Answer(self._loop.finish(method(*arguments, **keywords)))
            except NoAnswer:
                raise
            except BaseException as error:
                if self._limit.interrupted:
                    raise
                answer = Answer(error=error)
            finally:
                self._limit.end()
        except OperationHung:
            self._hangs[operation] = self._hangs.get(operation, 0) + 1
            raise
        self._steps.finish(step, answer)
        return answer

    def try_create(self, ctx: TenantCtx, data: SessionData, key: str | None = None) -> Answer:
        """``create_session``, under a key where one is given."""
        call = ("create_session", ctx, data) if key is None else ("create_session", ctx, data, key)
        keywords = {} if key is None else {"key": key}
        return formed(call, self.call("create_session", ctx, data, **keywords))

    def create(self, ctx: TenantCtx, data: SessionData, key: str | None = None) -> str:
        """``create_session``, which is to succeed."""
        issued: str = self._value("create_session", self.try_create(ctx, data, key))
        return issued

    def try_get(self, key: str) -> Answer:
        """``get_session``."""
        return formed(("get_session", key), self.call("get_session", key))

    def get(self, key: str) -> SessionData | None:
        """``get_session``, which is to succeed."""
        found: SessionData | None = self._value("get_session", self.try_get(key))
        return found

    def try_update(self, key: str, data: SessionData) -> Answer:
        """``update_session``; what it returns is not judged."""
        return self.call("update_session", key, data)

    def update(self, key: str, data: SessionData) -> None:
        """``update_session``, which is to succeed."""
        self._value("update_session", self.try_update(key, data))

    def try_remove(self, key: str) -> Answer:
        """``remove_session``; what it returns is not judged."""
        return self.call("remove_session", key)

    def remove(self, key: str) -> None:
        """``remove_session``, which is to succeed."""
        self._value("remove_session", self.try_remove(key))

    def try_find(self, ctx: TenantCtx, user: str) -> Answer:
        """``find_by_user``; a list of two is as good as a tuple."""
        return formed(("find_by_user", ctx, user), self.call("find_by_user", ctx, user))

    def find(self, ctx: TenantCtx, user: str) -> tuple[str, SessionData] | None:
        """``find_by_user``, which is to succeed."""
        found: tuple[str, SessionData] | None = self._value("find_by_user", self.try_find(ctx, user))
        return found

    @staticmethod
    def _value(operation: str, answer: Answer) -> Any:
        if not answer.ok:
            raise UnexpectedError(operation, answer)
        return answer.value


def formed(call: tuple[Any, ...], answer: Answer) -> Answer:
    """An answer, if it has the form that its operation's answers have; a list of two is as good as a tuple.

    Args:
        call: the operation and its arguments, with the key as the third where one was given to ``create_session``.
        answer: what it answered.

    Raises:
        Failed: it has another form (rules OPS-01, OPS-03, DATA-27).
    """
    operation, value = call[0], answer.value
    if not answer.ok:
        return answer
    if operation == "create_session":
        # Under a given key that is empty the answer is the key family's business, not the form of an issued one.
        if not (isinstance(value, str) and (value or call[3:] == ("",))):
            kind = "an empty string" if value == "" else f"a {type(value).__name__}"
            raise Failed("a non-empty string as the key", f"{kind} from create_session", "OPS-01")
    elif operation == "get_session" and value is not None:
        _check_data(operation, value)
    elif operation == "find_by_user" and value is not None:
        if not (isinstance(value, (tuple, list)) and len(value) == 2 and isinstance(value[0], str)):
            told = f"a {type(value).__name__} from find_by_user"
            raise Failed("a pair of a key and a SessionData, or nothing", told, "OPS-03")
        _check_data(operation, value[1])
        return Answer((value[0], value[1]))
    return answer


def _check_data(operation: str, value: Any) -> None:
    if isinstance(value, Unreadable):
        document: bytes | str = value.document
    elif isinstance(value, SessionData):
        document = _document(value)
    else:
        raise Failed("a SessionData, or nothing", f"a {type(value).__name__} from {operation}", "OPS-03")
    if _is_read(document):
        return
    faults = validate(document, "session-data")
    if faults:
        got = "; ".join(f"{fault.pointer or '/'} {fault.message}" for fault in faults[:3])
        raise Failed("a SessionData that is valid against the schema session-data", got, "DATA-27")


def _document(value: SessionData) -> bytes:
    try:
        return value.to_json()
    except (GreenticError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise Failed("a SessionData that can be written", f"{type(error).__name__} on writing it", "DATA-27") from None


#: A check takes the same session back several times.
@lru_cache(maxsize=4)
def _is_read(document: bytes | str) -> bool:
    """Whether the library's reader takes a document, which costs a hundredth of asking the schema.

    It takes none that the schema refuses; only what it refuses is worth the words of the schema.
    """
    try:
        SessionData.from_json(document)
    except GreenticError:
        return False
    return True
