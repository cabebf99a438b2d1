"""The script that repeats a failure (rule VERD-12)."""

from typing import TYPE_CHECKING

from greentic_session_conformance.rules import rules
from greentic_session_conformance.servers import without_password
from greentic_session_conformance.targets.named import COMMAND

if TYPE_CHECKING:
    from greentic_session_conformance.case import Case, Conditions
    from greentic_session_conformance.checks import Check
    from greentic_session_conformance.run.judge import Result

_VALUES = "from greentic_session import Impersonation, InvocationDeadline, SessionCursor, SessionData, TenantCtx  # noqa: F401"

#: The profiles whose faults only show while several callers, processes or a server are at work: the whole check is run again.
_WHOLE_CHECKS = frozenset({"concurrent", "durable", "redis-layout", "codec", "mapping"})


def script_of(result: "Result", check: "Check", case: "Case") -> str:
    """A Python program that opens the target, makes the calls that led to the failure, and says what came."""
    if check.rule.profile in _WHOLE_CHECKS:
        return whole_check_script(result, check, case.conditions)
    return "\n".join([*_opening(result, case.conditions, [_VALUES]), *case.steps.script(), "replay.finish()", ""])


def whole_check_script(result: "Result", check: "Check", conditions: "Conditions") -> str:
    """A Python program that opens the target and runs the whole check again."""
    again = f"replay.check({check.name!r}, seed={conditions.seed}, effort={conditions.effort!r})"
    return "\n".join([*_opening(result, conditions, []), again, "replay.finish()", ""])


def _opening(result: "Result", conditions: "Conditions", imports: list[str]) -> list[str]:
    rule = rules()[result.rule]
    told = [
        f"{rule.id} · {rule.title}.",
        "",
        rule.text,
        "",
        f"Expected: {result.expected}.",
        f"Got: {result.got}.",
    ]
    if conditions.command:
        told += ["", f"In pytest: {conditions.command}"]
    head = ['"""' + "\n".join(told).replace("\\", "\\\\").replace('"""', "'''"), '"""', ""]
    imports = [*imports, "from greentic_session_conformance.replay import Replay"]
    made: list[str] = []
    name = conditions.target_name
    if name is None:
        opened = "make_store"
        made = [
            "",
            "",
            "def make_store():",
            '    raise SystemExit("put the store of your fixture here")  # <- your store',
            "",
        ]
    else:
        opened = repr(without_password(name))
        if opened != repr(name):
            imports = ["import os", "", *imports]
            variable = "GREENTIC_SESSION_TARGET" if name.startswith(COMMAND) else "REDIS_URL"
            made = [
                "",
                f"# The URL's password is left out here; {variable} in the environment gives the whole.",
            ]
            opened = f'os.environ.get("{variable}", {opened})'
    return [
        *head,
        *imports,
        *made,
        "",
        f"replay = Replay({opened}, operation_timeout={conditions.operation_timeout:g})",
    ]
