"""What a search must bear: stores that are unavailable at a bad moment, that hold little, that come one at a time, or don't close."""

import asyncio
import os
import pickle
import sys
import threading
from pathlib import Path

import pytest
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.targets.target import CallableTarget, LentTarget, Target

from greentic_session import ErrorCode, GreenticError

sys.path.append(str(Path(__file__).parents[1] / "mutants"))
from base import Base
from wrong_routing import RemoveUnroutesTheNewer

UNAVAILABLE = GreenticError(ErrorCode.UNAVAILABLE, "not now")


def judged(rule, store=Base, *, effort="quick", seed=1, lent=None, target=None):
    if target is None:
        target = CallableTarget(store, "store", Base.profiles) if lent is None else LentTarget("store", Base.profiles)
    check = next(check for check in checks() if rule in check.rules)
    return judge(check, target, Conditions(seed=seed, effort=effort, operation_timeout=2), lent)


def on_main_thread():
    return threading.current_thread() is threading.main_thread()


# -- a store that a fixture lends


class HoldsLittle(Base):
    """Refuses the thirtieth session, as ours refuses the one that is one too many for it."""

    def write(self, key, data):
        if key not in self.sessions and len(self.sessions) == 30:
            raise self.refusal("invalid_input", "full")
        super().write(key, data)


@pytest.mark.parametrize("rule", ["OPS-18", "KEY-10"])
def test_sequences_leave_nothing_in_a_store_that_goes_on_to_the_next(rule):
    store = HoldsLittle()
    assert judged(rule, lent=store).outcome == "passed"
    assert store.sessions == {}


def test_a_store_that_a_fixture_lends_is_asked_whether_an_operation_works_at_all():
    class FindsNothing(Base):
        def find_by_user(self, ctx, user):
            raise RuntimeError

    check = next(check for check in checks() if "OPS-18" in check.rules)
    conditions = Conditions(seed=1, effort="quick", operation_timeout=2, broken={})
    result = judge(check, LentTarget("store", Base.profiles), conditions, FindsNothing())
    assert (result.outcome, result.rule) == ("failed", "ROUTE-01"), result


# -- a store that is unavailable at times


def test_what_a_clean_up_could_not_remove_is_nothing_to_the_next_history():
    class CannotCleanUp(Base):
        """Alone it is unavailable for a remove that comes after a find."""

        last = ""

        def find_by_user(self, ctx, user):
            self.last = "find"
            return super().find_by_user(ctx, user)

        def remove_session(self, key):
            if on_main_thread() and self.last == "find" and key.startswith("event-"):
                self.last = ""
                raise UNAVAILABLE
            super().remove_session(key)

    for seed in range(3):
        result = judged("CONC-12", CannotCleanUp, seed=seed)
        assert result.outcome == "passed", result


def unavailable_once_in(count):
    class UnavailableAtTimes(Base):
        calls = 0

        def get_session(self, key):
            UnavailableAtTimes.calls += 1
            if UnavailableAtTimes.calls % count == 0:
                raise UNAVAILABLE
            return super().get_session(key)

    return UnavailableAtTimes


class OneAtATime(Target):
    """Has one storage, and says so."""

    name, version, profiles = "one", "1", Base.profiles
    isolated, thread_safe = False, True

    def __init__(self, store=Base):
        self.store, self.open = store, []

    def open_storage(self):
        assert self.open == [], "a second storage beside the first"
        self.open.append(self.store())
        return self.open[0]

    def open_store(self, storage):
        return storage

    def close_storage(self, storage):
        self.open.remove(storage)


@pytest.mark.parametrize("rule", ["OPS-18", "CONC-01", "CONC-04", "CONC-10"])
def test_of_a_target_that_has_one_storage_at_a_time_never_a_second_is_wanted(rule):
    assert judged(rule, target=OneAtATime()).outcome == "passed"


def test_a_sequence_of_unknown_outcome_gives_its_storage_back():
    target = OneAtATime(unavailable_once_in(150))
    assert judged("OPS-18", target=target).outcome == "passed"
    assert target.open == []


def test_after_a_sequence_of_unknown_outcome_the_store_that_is_asked_is_the_present_one():
    class NeedsTheUser(unavailable_once_in(40)):
        """FENCE-21: finds nothing for a caller whose context has no user."""

        def may_find(self, ctx, user, stored):
            return super().may_find(ctx, user, stored) and self.user(ctx) == user

    assert {judged("OPS-18", NeedsTheUser, seed=seed).rule for seed in range(4)} == {"FENCE-21"}


# -- a store that doesn't close


def closing(store):
    class DoesNotClose(store):
        def close(self):
            message = "still busy"
            raise RuntimeError(message)

    return DoesNotClose


def test_a_store_that_does_not_close_is_not_judged_and_told_so():
    result = judged("OPS-18", closing(Base))
    assert (result.outcome, result.reason) == ("not-judged", "closing failed: RuntimeError: still busy")


def test_a_store_that_does_not_close_does_not_hide_what_is_wrong_with_it():
    result = judged("OPS-18", closing(RemoveUnroutesTheNewer), effort="normal")
    assert (result.outcome, result.rule) == ("failed", "ROUTE-08"), result


def test_a_store_whose_close_hangs_is_waited_for_once():
    closes = []

    class Hangs(Base):
        def close(self):
            closes.append(self)
            threading.Event().wait()

    result = judged("OPS-18", Hangs)
    assert (result.outcome, result.reason.partition(": ")[0], len(closes)) == ("not-judged", "closing failed", 1), (
        result
    )


# -- answers of several callers


@pytest.mark.parametrize("odd", [True, False, (), ["key"], ("key", "no session")], ids=repr)
@pytest.mark.parametrize("rule", ["CONC-07", "CONC-10"])
def test_an_answer_of_the_wrong_form_to_one_of_several_callers_is_told(rule, odd):
    class OddAmongOthers(Base):
        def find_by_user(self, ctx, user):
            found = super().find_by_user(ctx, user)
            return found if on_main_thread() else odd

    result = judged(rule, OddAmongOthers)
    assert (result.outcome, result.rule) == ("failed", "OPS-03"), result


def test_an_async_store_that_answers_as_if_it_were_cancelled_is_told():
    class Cancels:
        def __init__(self):
            self.store, self.together = Base(), 0

        async def get_session(self, key):
            return self.store.get_session(key)

        async def create_session(self, ctx, data, key=None):
            return self.store.create_session(ctx, data, key)

        async def update_session(self, key, data):
            self.together += 1
            await asyncio.sleep(0)
            self.together -= 1
            if self.together:
                raise asyncio.CancelledError
            self.store.update_session(key, data)

        async def remove_session(self, key):
            self.store.remove_session(key)

        async def find_by_user(self, ctx, user):
            return self.store.find_by_user(ctx, user)

    result = judged("CONC-01", Cancels)
    assert (result.outcome, result.rule) == ("failed", "CONC-01"), result
    assert "CancelledError" in result.got


# -- rounds whose outcome is unknown


def too_busy_for(every):
    class TooBusy(Base):
        """Of the callers that come together, it does nothing for some and says that they can't know."""

        calls = 0

        def update_session(self, key, data):
            if not on_main_thread():
                self.calls += 1
                if self.calls % every:
                    raise UNAVAILABLE
            super().update_session(key, data)

    return TooBusy


def test_rounds_of_unknown_outcome_are_made_up_for():
    assert judged("CONC-01", too_busy_for(9)).outcome == "passed"


def test_a_race_of_unknown_outcome_is_not_judged_and_told_so():
    result = judged("CONC-01", too_busy_for(1000))
    told = "only 0 of 10 rounds could be judged: 10 had an unknown outcome (unavailable or timeout)"
    assert (result.outcome, result.reason) == ("not-judged", told)


# -- writers that are killed


class InAFile(Base):
    """All of it in one file, replaced at once."""

    def __init__(self, path):
        super().__init__()
        self.path, self.calls = path, 0

    def __enter__(self):
        self.calls += 1
        if self.path.exists():
            self.sessions, self.entries, self.scopes = pickle.loads(self.path.read_bytes())

    def __exit__(self, *_):
        new = self.path.with_suffix(".new")
        new.write_bytes(pickle.dumps((self.sessions, self.entries, self.scopes)))
        new.replace(self.path)

    @property
    def lock(self):
        return self

    @lock.setter
    def lock(self, _):
        pass


class Unreachable(InAFile):
    """Is unavailable at its fourth call, after it has done what was asked."""

    def __exit__(self, *how):
        super().__exit__(*how)
        if self.calls == 4:
            raise UNAVAILABLE


class UnreachableAtFirst(InAFile):
    """Is unavailable at its first call."""

    def __enter__(self):
        super().__enter__()
        if self.calls == 1:
            raise UNAVAILABLE


class Files(Target):
    name, version, profiles = "files", "1", frozenset({"core", "durable"})
    store = InAFile

    def __init__(self, folder):
        self.folder = folder

    def open_storage(self):
        return self.folder / "sessions"

    def open_store(self, storage):
        return self.store(storage)


class FilesUnreachableToWriters(Files):
    def __init__(self, folder):
        super().__init__(folder)
        self.judge = os.getpid()

    def open_store(self, storage):
        return InAFile(storage) if os.getpid() == self.judge else Unreachable(storage)


class FilesUnreachableAtFirst(Files):
    store = UnreachableAtFirst


@pytest.mark.parametrize("seed", range(3))
def test_a_writer_that_does_not_know_the_outcome_is_as_good_as_one_that_is_killed(tmp_path, seed):
    result = judged("DUR-07", target=FilesUnreachableToWriters(tmp_path), seed=seed)
    assert result.outcome == "passed", result


def test_a_store_that_cannot_be_reached_after_its_writer_was_killed_is_not_judged(tmp_path):
    result = judged("DUR-07", target=FilesUnreachableAtFirst(tmp_path))
    assert (result.outcome, "unavailable: the outcome is unknown" in result.reason) == ("not-judged", True), result
