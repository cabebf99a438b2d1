"""Opening and closing are no operations: one that doesn't come back in time is no rule broken, and may be another handle's to wait for."""

import fcntl
import sys
import tempfile
import time
from pathlib import Path

import pytest
from greentic_session_conformance import Target
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge

from greentic_session import InMemorySessionStore

sys.path.append(str(Path(__file__).parents[1] / "odd"))
from odd_places import SharesItsOnlyHandle


def judged(name, target, timeout=0.5):
    check = next(check for check in checks() if check.name == name)
    return judge(check, target, Conditions(seed=1, effort="quick", operation_timeout=timeout))


class InMemory(Target):
    """Opens and closes as fast as can be, but for what a subclass does."""

    name = "InMemory"

    def open_storage(self):
        return InMemorySessionStore()

    def open_store(self, storage):
        return storage

    def close_store(self, store):
        pass


def slow(method):
    def wait(self, *arguments):
        time.sleep(30)
        return getattr(InMemory, method)(self, *arguments)

    return type("Slow", (InMemory,), {method: wait})()


@pytest.mark.rule("VERD-08", "VERD-09")
@pytest.mark.parametrize("method", ["open_storage", "open_store", "close_store", "close_storage"])
def test_what_takes_too_long_to_open_or_close_breaks_no_rule(method):
    result = judged("a_created_session_is_there", slow(method), 0.2)
    assert result.outcome == "not-judged", result
    assert f"{method} did not return within 0.2 s" in result.reason


@pytest.mark.rule("VERD-09")
def test_an_operation_that_takes_too_long_breaks_the_rule():
    class Slow(InMemory):
        def open_store(self, storage):
            storage.get_session = lambda key: time.sleep(30)
            return storage

    result = judged("a_created_session_is_there", Slow(), 0.2)
    assert (result.outcome, result.hung) == ("failed", "get_session")


class WaitsForItsFolder(SharesItsOnlyHandle):
    """Whoever opens the folder waits until the one handle that it lets in has been closed."""

    name = "WaitsForItsFolder"

    def open_store(self, storage):
        with Path(tempfile.gettempdir(), f"{Path(storage).name}.lock").open("w") as turn:
            # It is waited for as long as it takes; what it guards is another handle's at once.
            fcntl.flock(turn, fcntl.LOCK_EX)
            while True:
                try:
                    return super().open_store(storage)
                except Exception as error:
                    if "another handle's" not in str(error):
                        raise
                    time.sleep(0.01)

    def close_storage(self, storage):
        super().close_storage(storage)
        Path(tempfile.gettempdir(), f"{Path(storage).name}.lock").unlink()


@pytest.mark.rule("DUR-08", "CONC-04", "CONC-05")
@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("any_sequence_over_two_handles_is_answered_as_the_rules_say", "judged by one handle that all share"),
        (
            "concurrent_creates_are_all_kept",
            "judged by one handle that all share: not every caller could open a handle",
        ),
    ],
)
def test_a_handle_that_waits_for_another_one_to_close_is_taken_for_none(check, told):
    result = judged(check, WaitsForItsFolder())
    assert (result.outcome, result.rule) == ("passed", ""), result
    assert told in result.reason
    assert "open_store did not return within 0.5 s" in result.reason


@pytest.mark.rule("DUR-01")
def test_a_storage_that_never_opens_again_is_lost():
    class OpensOnce(InMemory):
        name, profiles = "OpensOnce", frozenset({"core", "durable"})

        def open_store(self, storage):
            if hasattr(storage, "opened"):
                time.sleep(30)
            storage.opened = True
            return storage

    result = judged("sessions_survive_closing", OpensOnce(), 0.2)
    assert (result.outcome, result.rule) == ("failed", "DUR-01"), result
    assert "did not return" in result.got
