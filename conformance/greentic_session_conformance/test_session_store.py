"""Door 2: ``pytest --pyargs greentic_session_conformance --session-store TARGET``."""

from typing import Any

import pytest

from greentic_session_conformance.suite import SessionStoreConformance
from greentic_session_conformance.targets.target import Target


class TestSessionStore(SessionStoreConformance):
    """The store that the option ``--session-store`` names."""

    @pytest.fixture
    def target(self, request: pytest.FixtureRequest) -> Target:
        """The target."""
        door: Any = request.config.pluginmanager.get_plugin("greentic-session-door")
        target: Target = door.named_target()
        return target
