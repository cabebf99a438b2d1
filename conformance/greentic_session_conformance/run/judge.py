"""Judging one check: from a function that raises to a result that is plain data."""

from dataclasses import asdict, dataclass, field
from time import monotonic
from types import MappingProxyType
from typing import Any, Final, NoReturn

from greentic_session_conformance.case import Case, Conditions, Failed, NotJudged, OperationHung, StoreLost
from greentic_session_conformance.case.handle import UnexpectedError
from greentic_session_conformance.checks import Check
from greentic_session_conformance.run.ordinary import EFFECTS, HOME, NO_EFFECT, PROFILE_HOME, never_works
from greentic_session_conformance.run.script import script_of
from greentic_session_conformance.targets.target import JUDGED, CallableTarget, Target, overrides


@dataclass(slots=True)
class Result:
    """How one check ended.

    Attributes:
        check: the check's name.
        outcome: ``"passed"``, ``"failed"`` or ``"not-judged"``.
        rule: the rule that a failure is blamed on.
        reason: why it wasn't judged; of one that passed, what a reader should know.
        expected: what the rule wants, in words.
        got: what came, in words.
        vector: the row that it failed on.
        operations: the calls that led there, in words.
        script: a Python program that does it again.
        hung: the operation that did not return.
        seconds: how long the check took.
    """

    check: str
    outcome: str
    rule: str = ""
    reason: str = ""
    expected: str = ""
    got: str = ""
    vector: str = ""
    operations: list[str] = field(default_factory=list)
    script: str = ""
    hung: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON's types."""
        return asdict(self)


def judge(check: Check, target: Target, conditions: Conditions, store: Any = None) -> Result:
    """Run a check against a target, whatever the store does.

    Args:
        check: the check.
        target: the target.
        conditions: what all checks of the run have in common.
        store: a store that was opened by somebody else (door 1).

    Raises:
        KeyboardInterrupt: the run is to end.
        TargetFault: what stands between the suite and the store is at fault.
    """
    conditions.pulse.clear()
    case = Case(target, check.name, conditions, store)
    began = monotonic()
    with case.limit:
        result = _outcome(check, case)
        if result.outcome == "failed":
            result = _blame_what_never_works(result, case)
        if result.outcome == "failed":
            result.vector = case.row or ""
            result.operations = case.timeline or case.steps.lines()
            result.script = script_of(result, check, case)
        result = _end(check, case, result, abandon=case.given_up or bool(result.hung))
    result.seconds = round(monotonic() - began, 6)
    return result


def _outcome(check: Check, case: Case) -> Result:
    rule = check.rules[0]
    try:
        _has_what_it_needs(check, case)
        case.make_ready()
        _run(check, case)
    except Failed as failed:
        blamed = _ALTERED if _is_altered(failed, check, case) else failed.rule or rule
        return Result(check.name, "failed", blamed, expected=failed.expected, got=failed.got)
    except UnexpectedError as error:
        expected = f"{error.operation} succeeds"
        return Result(check.name, "failed", rule, expected=expected, got=error.answer.describe())
    except NotJudged as reason:
        return Result(check.name, "not-judged", reason=str(reason))
    except OperationHung as hung:
        if hung.operation not in JUDGED:
            return Result(check.name, "not-judged", reason=f"{hung}, which is no operation's time to judge: {_LONGER}")
        expected = f"{hung.operation} returns within {hung.seconds:g} s"
        return Result(check.name, "failed", rule, expected=expected, got="it did not return", hung=hung.operation)
    except StoreLost as lost:
        case.given_up = True
        return _lost(check, lost)
    except BaseException as error:
        if case.ends_the_run(error):
            raise
        return Result(
            check.name,
            "not-judged",
            reason=f"the target could not be opened: {type(error).__name__}: {error}",
        )
    return Result(check.name, "passed", reason=case.remark)


#: What to do where opening or closing takes longer than it may.
_LONGER: Final = "a longer time limit for operations gives it more"


def _blame_what_never_works(result: Result, case: Case) -> Result:
    """A failure in an operation that never works says nothing of the check's rule: the first is its rule's, the others not judged."""
    if result.hung or not (operation := _never_working(case)):
        return result
    conditions, home, told = case.conditions, HOME[operation], never_works(case, operation)
    if operation in conditions.blamed and result.rule != home:
        reason = f"{operation} never works: it {'has' if told == NO_EFFECT else 'answers'} {told} (see {home})"
        return Result(result.check, "not-judged", reason=reason)
    conditions.blamed.add(operation)
    if result.rule != home:
        result.rule, result.got = home, told
        result.expected = f"{operation} works for an ordinary session"
    return result


def _never_working(case: Case) -> str:
    """The operation that never works and that the check stumbled over; empty where there is none."""
    last = case.steps.failing
    if last is not None and last.operation in HOME and never_works(case, last.operation) == last.outcome:
        return last.operation
    called = case.steps.operations
    return next((name for name in EFFECTS if name in called and never_works(case, name) == NO_EFFECT), "")


def _run(check: Check, case: Case) -> None:
    try:
        check.run(case)
    except (Failed, NotJudged, UnexpectedError):
        if "keyed-create" in check.profiles and case.lacks_key:
            expected = "create_session takes key, which the profile keyed-create needs"
            _missing("keyed-create", expected, "no parameter key of create_session", case)
        raise


#: A store that alters what it keeps breaks this rule wherever it is met; it isn't, say, the update's fault (rule VERD-02).
_ALTERED = "DATA-01"


def _is_altered(failed: Failed, check: Check, case: Case) -> bool:
    return failed.data is not None and not check.rules[0].startswith("DATA-") and case.alters(*failed.data)


#: The method of a Target that a profile needs, beyond opening and closing.
_NEEDS = MappingProxyType({"codec": "decode", "mapping": "derive", "redis-layout": "redis"})


def _has_what_it_needs(check: Check, case: Case) -> None:
    profile, target = check.rule.profile, case.target
    if isinstance(target, CallableTarget) and profile in {"durable", *_NEEDS}:
        message = f"{profile} needs a Target; a plain callable that returns a store can't show it"
        raise NotJudged(message)
    method = _NEEDS.get(profile)
    if method is not None and not overrides(target, method):
        _missing(profile, f"the target defines {method}(), which the profile {profile} needs", f"no {method}()", case)


def _missing(profile: str, expected: str, got: str, case: Case) -> NoReturn:
    """Fail once for a claimed profile whose operations are missing; its other rules can't be judged (rule VERD-15)."""
    home = PROFILE_HOME[profile]
    if profile in case.conditions.blamed:
        message = f"there is {got}, which the profile {profile} needs (see {home})"
        raise NotJudged(message)
    case.conditions.blamed.add(profile)
    raise Failed(expected, got, home)


def _lost(check: Check, lost: StoreLost) -> Result:
    return Result(check.name, "failed", check.rules[0], expected="the store leaves its process alive", got=lost.told)


def _end(check: Check, case: Case, result: Result, *, abandon: bool) -> Result:
    try:
        case.end(abandon=abandon)
    except StoreLost as lost:
        if result.outcome == "passed":
            return _lost(check, lost)
    except BaseException as error:
        if case.ends_the_run(error):
            raise
        case.closing_failed(error)
    if case.not_closed and result.outcome == "passed":
        result.outcome, result.reason = "not-judged", case.not_closed
    return result
