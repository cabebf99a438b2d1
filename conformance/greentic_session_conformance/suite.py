"""Door 1: the suite as a class to inherit from in one's own test file."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from greentic_session_conformance.checks import Check, checks
from greentic_session_conformance.pytest_plugin import MARK


class SessionStoreConformance:
    """Every check of the suite as a test; inherit from it and add one fixture.

    The fixture is called ``store`` and gives a fresh store, or ``target`` and gives a
    :class:`~greentic_session_conformance.Target`. A test file is no longer than this::

        import pytest
        from greentic_session_conformance import SessionStoreConformance
        from mypkg import MyStore

        class TestMyStore(SessionStoreConformance):
            @pytest.fixture
            def store(self):
                return MyStore()

    Attributes:
        profiles: what the store of the fixture ``store`` claims; of a target, what is judged of its own claims.
        overridden: for each test that a subclass overrides or sets to ``None``, by its name, the reason, which the report gives.
            With a reason or without one, the rule is not judged and the run incomplete, unless the override calls the test
            that it overrides (rule VERD-20). For a rule that the store is known to break there are deviations.
    """

    profiles: Iterable[str] = ()
    overridden: Mapping[str, str] = MappingProxyType({})

    @pytest.fixture
    def _conformance(self, request: pytest.FixtureRequest) -> Callable[[Check], None]:
        door: Any = request.config.pluginmanager.get_plugin("greentic-session-door")
        judge: Callable[[Check], None] = door.judge_for(request)
        return judge


def test_name(check: Check) -> str:
    """The name of a check's test, such as ``test_FENCE_05_update_cannot_move_a_session_to_another_team``."""
    return f"test_{check.rules[0].replace('-', '_')}_{check.name}"


def _test(check: Check) -> Callable[..., None]:
    def test(self: Any, _conformance: Callable[[Check], None]) -> None:  # noqa: ARG001 - a method
        _conformance(check)

    test.__name__ = test_name(check)
    test.__qualname__ = f"SessionStoreConformance.{test.__name__}"
    test.__doc__ = f"{', '.join(check.rules)}: {check.title}"
    return test


setattr(SessionStoreConformance, MARK, True)
for _check in checks():
    setattr(SessionStoreConformance, test_name(_check), _test(_check))
