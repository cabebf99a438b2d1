"""The suite's pytest plugin: doors 1 and 2.

Every pytest that has the distribution installed loads this module, so it imports the standard library and pytest alone; what
does the work is imported when a conformance class has been collected, or a worker process reports one.
"""

import re
from importlib import import_module
from typing import Any

import pytest

_DOOR = "greentic-session-door"
#: The attribute of a class of conformance tests, and the name of the property that carries its events.
MARK = "greentic_session_conformance"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the command ``greentic-session conformance``, as far as they make sense here."""
    group = parser.getgroup("greentic-session", "conformance of session stores")
    group.addoption(
        "--session-store",
        metavar="TARGET",
        help="judge this store: package.module:name, path/to/file.py:name, memory or a Redis URL",
    )
    group.addoption(
        "--session-profile",
        action="append",
        default=[],
        metavar="NAME",
        help="judge only this profile of those claimed (repeatable)",
    )
    group.addoption(
        "--session-rule",
        action="append",
        default=[],
        metavar="ID",
        help="judge only this rule, such as FENCE-05 (repeatable)",
    )
    group.addoption(
        "--session-report",
        default="reports",
        metavar="DIR",
        help="where the report's files go (default: reports)",
    )
    group.addoption(
        "--session-deviations",
        metavar="FILE",
        help="rules that the store is known to break, with reason and last day (schema `deviations`, as TOML)",
    )
    group.addoption("--session-seed", type=int, metavar="N", help="repeat the run that reported this seed")
    group.addoption(
        "--session-effort",
        choices=("quick", "normal", "thorough"),
        default="normal",
        help="how much races and kills are repeated",
    )
    group.addoption(
        "--session-operation-timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long one operation may take (default: 10)",
    )


#: The node id of a conformance test, as xdist names it where a worker died.
_TEST = re.compile(r"::test_[A-Z]+_[0-9]{2}_")


class _Watch:
    """Opens the door when there is something to judge."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def _door(self) -> Any:
        door = self._config.pluginmanager.get_plugin(_DOOR)
        if door is None:
            door = import_module("greentic_session_conformance.door.session").Door(self._config)
            self._config.pluginmanager.register(door, _DOOR)
        return door

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Open the door where a class of conformance tests was collected."""
        if any(hasattr(getattr(item, "cls", None), MARK) for item in items):
            self._door().select(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test reports, in the process that controls the others where there are several."""
        if MARK in dict(report.user_properties):
            self._door().take(report)
        elif report.when not in ("setup", "call", "teardown") and _TEST.search(report.nodeid):
            self._door().take_crash(report)


def pytest_configure(config: pytest.Config) -> None:
    """Watch for conformance classes."""
    config.pluginmanager.register(_Watch(config), "greentic-session-watch")
