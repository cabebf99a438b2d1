"""Ctrl-C ends a run at the pytest doors; an exception of the same name that the store raises is its answer."""

import json

import pytest

STORES = """
import os, signal
from greentic_session import InMemorySessionStore

class Interrupted(InMemorySessionStore):
    def update_session(self, key, data):
        os.kill(os.getpid(), signal.SIGINT)

class Raises(InMemorySessionStore):
    def update_session(self, key, data):
        raise KeyboardInterrupt
"""
TEST = """
import pytest
import stores
from greentic_session_conformance import SessionStoreConformance

class TestMine(SessionStoreConformance):
    @pytest.fixture
    def store(self):
        return stores.{store}()
"""


@pytest.mark.parametrize(
    ("store", "status", "interrupted", "statuses"),
    [
        ("Interrupted", 2, True, {"OPS-07": "passed", "OPS-08": "not-judged", "OPS-11": "not-judged"}),
        ("Raises", 1, False, {"OPS-07": "passed", "OPS-08": "failed", "OPS-11": "passed"}),
    ],
)
def test_only_the_user_ends_a_run(run_pytest, tmp_path, store, status, interrupted, statuses):
    rules = [word for rule in statuses for word in ("--session-rule", rule)]
    done = run_pytest(*rules, stores=STORES, test_mine=TEST.format(store=store))
    assert done.returncode == status, done.stdout
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    assert report["interrupted"] is interrupted
    assert {item["id"]: item["status"] for item in report["requirements"]} == statuses
