"""Door 2: ``pytest --pyargs greentic_session_conformance --session-store TARGET``."""

import pytest

from greentic_session_conformance.suite import SessionStoreConformance
from greentic_session_conformance.targets.target import Target


class TestSessionStore(SessionStoreConformance):
    """The store that the option ``--session-store`` names."""

    @pytest.fixture
    def target(self, request: pytest.FixtureRequest) -> Target:
        """The target."""
        target: Target = request.config.pluginmanager.get_plugin("greentic-session-door").named_target()
        return target
