"""The SQLite store under the suite: every check is a test, with its rule in its name."""

import pytest
from greentic_session_conformance import SessionStoreConformance
from sqlite_target import SqliteTarget


class TestSqliteStore(SessionStoreConformance):
    """All that the target claims."""

    @pytest.fixture
    def target(self) -> SqliteTarget:
        """Where the stores come from."""
        return SqliteTarget()
