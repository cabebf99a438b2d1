"""The script that repeats a failure (rule VERD-12)."""

from typing import TYPE_CHECKING

from greentic_session_conformance.rules import rules
from greentic_session_conformance.servers import without_password

if TYPE_CHECKING:
    from greentic_session_conformance.case import Case
    from greentic_session_conformance.checks import Check
    from greentic_session_conformance.run.judge import Result

_VALUES = "from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData, TenantCtx  # noqa: F401"

#: The families whose faults only show while several callers or processes are at work: their script runs the whole check.
_WHOLE_CHECKS = frozenset({"concurrent", "durable", "redis-layout", "codec", "mapping"})


def script_of(result: "Result", check: "Check", case: "Case") -> str:
    """The text of a Python program that opens the target, does what led to the failure and says what came."""
    rule = rules()[result.rule]
    name = case.conditions.target_name
    lines = [f'"""{rule.id} · {rule.title}.', "", rule.text, "", f"Expected: {result.expected}.", f"Got: {result.got}.", '"""', ""]
    whole = check.rule.profile in _WHOLE_CHECKS
    if not whole:
        lines += [_VALUES]
    lines += ["from greentic_session_conformance.replay import Replay", ""]
    if name is None:
        lines += ["", "def make_store():", '    raise SystemExit("put your store here")  # <- the store of your fixture', "", ""]
        opened = "make_store"
    else:
        safe = without_password(name)
        opened = repr(safe)
        if safe != name:
            lines += ["# The URL had a password, which is left out here: the environment variable REDIS_URL gives the whole."]
            lines.insert(len(lines) - 1, "import os")
            opened = f'os.environ.get("REDIS_URL", {opened})'
    timeout = case.conditions.operation_timeout
    lines += [f"replay = Replay({opened}, operation_timeout={timeout:g})"]
    if whole:
        seed, effort = case.conditions.seed, case.conditions.effort
        lines += [f"replay.check({check.name!r}, seed={seed}, effort={effort!r})"]
    else:
        lines += case.steps.script()
    return "\n".join([*lines, "replay.finish()", ""])
