"""What a test class leaves out of the suite: checks that are removed, overridden or kept from running (rule VERD-20)."""

import difflib
import re
from typing import TYPE_CHECKING, Any

import pytest

from greentic_session_conformance.checks import Check, checks
from greentic_session_conformance.suite import SessionStoreConformance, test_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_NODE = re.compile(r"(?P<cls>.+)::(?P<test>test_[A-Z]+_[0-9]{2}_\w+)(?:\[(?P<parameters>.*)\])?(?:@.*)?")


def place_of(node_id: str) -> tuple[str, Check | None]:
    """The class that a test belongs to, and its check.

    A fixture with parameters makes a class of each: ``test_mine.py::TestMine[sqlite]`` is judged apart from ``…[postgres]``.
    """
    found = _NODE.fullmatch(node_id)
    if found is None:
        return node_id.rpartition("::")[0], None
    parameters = found["parameters"]
    check = next((item for item in checks() if test_name(item) == found["test"]), None)
    return found["cls"] + (f"[{parameters}]" if parameters else ""), check


def left_out(cls: type) -> dict[str, str]:
    """The checks whose tests in a class aren't the suite's, each with what became of it and the reason recorded.

    Raises:
        pytest.UsageError: a reason is recorded for a test that isn't there, or for one that is as it was.
    """
    recorded: Mapping[str, str] = getattr(cls, "overridden", {})
    found: dict[str, str] = {}
    if _defined(cls, "_conformance") is not vars(SessionStoreConformance)["_conformance"]:
        found = {check.name: f"{cls.__name__} overrides the fixture _conformance, which judges" for check in checks()}
    stale = dict(recorded)
    for check in checks():
        name = test_name(check)
        test = _defined(cls, name)
        if test is not vars(SessionStoreConformance)[name]:
            what = "overrides" if callable(test) else "removes"
            reason = stale.pop(name, "").strip() or "without a recorded reason"
            found[check.name] = f"{cls.__name__} {what} {name}: {reason}"
    if stale:
        raise pytest.UsageError(_stale(cls, next(iter(stale))))
    return found


def _defined(cls: type, name: str) -> Any:
    """What a class has under a name, as it was written, not bound."""
    return next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)


def _stale(cls: type, name: str) -> str:
    names = [test_name(check) for check in checks()]
    if name in names:
        return f"{cls.__name__}.overridden has a reason for {name}, which is as the suite has it: take the reason out"
    nearest = difflib.get_close_matches(name, names, 1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    return f"{cls.__name__}.overridden has a reason for {name}, which is no test of the suite{hint}"


def kept_from_running(report: pytest.TestReport) -> str:
    """Why a test ended before its check, as far as pytest tells; empty where it doesn't."""
    if hasattr(report, "wasxfail"):
        return f"its test was not run: xfail {report.wasxfail}".strip()
    if report.skipped and isinstance(report.longrepr, tuple):
        return f"its test was not run: {report.longrepr[2]}"
    if report.failed:
        return "its test failed before the check began"
    return ""
