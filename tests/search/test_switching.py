"""Races are made likely: a caller halts where it is told to, and the others go through what they do meanwhile."""

import posixpath
import sys
import threading
import time

import pytest
from greentic_session_conformance.search import switching
from greentic_session_conformance.search.switching import Halt, Lines, Place, Places, has_lines, within
from greentic_session_conformance.targets.command import AdapterStore


class TwoSteps:
    """Two values that belong together, written one after the other."""

    def __init__(self):
        self.one = self.other = 0

    def update_session(self):
        self.one += 1
        self.helped()

    def helped(self):
        self.other += 1


class ManyLines(TwoSteps):
    """The same, and two hundred thousand lines between the two."""

    traced = None

    def helped(self):
        for _ in range(100_000):
            self.one = 1
        self.traced = sys.gettrace()
        super().helped()


def lines_of(store):
    with within(store, "seed") as lines:
        store.update_session()
    return lines


def halted_at(place):
    """What another caller sees of the two values while the first one halts."""
    store, seen = TwoSteps(), []
    halt = Halt(place, others=1, seconds=60)

    def look():
        with halt.meanwhile():
            seen.append((store.one, store.other))

    other = threading.Thread(target=look)
    other.start()
    with halt.halting(), within(store, "seed", halt):
        store.update_session()
    other.join()
    assert not halt.held
    assert (store.one, store.other) == (1, 1)
    return seen[0]


def test_lines_are_counted_those_of_the_operations_own_methods_apart():
    assert lines_of(TwoSteps()) == Lines(all=3, own=2)
    assert Lines(5, 3).since(Lines(3, 2)) == Lines(2, 1)


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        (Place(1, own=False), (0, 0)),
        (Place(2, own=False), (1, 0)),
        (Place(3, own=False), (1, 0)),
        (Place(1, own=True), (0, 0)),
        (Place(2, own=True), (1, 0)),
        (Place(99, own=True), (1, 1)),
    ],
    ids=str,
)
def test_the_others_see_what_is_there_where_one_halts(place, seen, monkeypatch):
    monkeypatch.setattr(switching, "PATIENCE", 60)

    assert halted_at(place) == seen


def test_one_that_the_others_wait_for_goes_on_by_itself():
    held, halt = threading.Lock(), Halt(Place(3, own=False), others=1)

    class Locked(TwoSteps):
        def update_session(self):
            with held:
                super().update_session()

    def wait_for_it():
        with halt.meanwhile(), held:
            pass

    other = threading.Thread(target=wait_for_it)
    other.start()
    with halt.halting(), within(Locked(), "seed", halt) as lines:
        Locked().update_session()
    other.join()

    assert lines.all > 0
    assert halt.held


def test_each_place_has_its_turn():
    places = Places("seed")
    assert places.next("update_session") is None

    places.note("update_session", Lines(all=6, own=3))
    places.note("update_session", Lines(all=2, own=1))

    assert {places.next("update_session") for _ in range(12)} == {
        *(Place(line, own=True) for line in (1, 2, 3)),
        *(Place(line, own=False) for line in range(1, 7)),
    }
    assert places.next("remove_session") is None


def test_for_each_thing_that_the_others_do_each_place_has_its_turn():
    places = Places("seed")
    places.note("update_session", Lines(all=3, own=3))

    met = {(what, places.next("update_session", what)) for _ in range(6) for what in ("update", "remove")}

    assert len(met) == 12


def test_a_place_where_the_others_wait_is_passed_over_and_one_halts_longer_there():
    places, held, free = Places("seed"), Place(1, own=False), Place(2, own=False)
    places.note("update_session", Lines(all=2, own=0))

    def turns(count):
        return [places.next("update_session") for _ in range(count)]

    places.tell("update_session", held, held=True)
    places.tell("update_session", free, held=False)
    assert turns(1) == [free]
    assert places.ease("update_session", held) == 2

    for _ in range(9):
        places.tell("update_session", held, held=True)
    assert held not in turns(15)
    assert places.ease("update_session", held) == 16

    places.tell("update_session", held, held=False)
    assert held in turns(2)


def test_where_the_others_wait_everywhere_a_place_is_chosen_all_the_same():
    places, only = Places("seed"), Place(1, own=False)
    places.note("update_session", Lines(all=1, own=0))
    for _ in range(5):
        places.tell("update_session", only, held=True)

    assert [places.next("update_session") for _ in range(3)] == [only] * 3


def test_one_halts_for_as_long_as_another_one_gets_on():
    halt, store = Halt(Place(1, own=False), others=1, seconds=1e-3), TwoSteps()

    def go_on_for_long():
        with halt.meanwhile(), within(store, "other") as lines:
            halt.watch(lines)
            for _ in range(300):
                store.update_session()

    other = threading.Thread(target=go_on_for_long)
    other.start()
    with halt.halting(), within(store, "seed", halt):
        store.update_session()
    other.join()

    assert store.one == 301


def test_code_without_methods_of_that_name_has_places_all_the_same():
    places = Places("seed")
    places.note("remove_session", Lines(all=2, own=0))

    assert {places.next("remove_session") for _ in range(8)} == {Place(1, own=False), Place(2, own=False)}


@pytest.fixture
def steps(monkeypatch):
    """How often a thread steps back, which costs no time here."""
    found = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def test_a_call_of_very_many_lines_steps_back_some_hundred_times_and_is_traced_no_more(steps):
    store = ManyLines()

    lines = lines_of(store)

    assert (store.one, store.other) == (1, 1)
    assert len(steps) == switching.MOST_STEPS
    assert 0 < lines.all <= switching.MOST_TRACED
    assert store.traced is None


def test_a_call_of_a_thousand_lines_is_traced_to_its_end(steps):
    class AThousand(TwoSteps):
        def helped(self):
            for _ in range(499):
                self.one += 1
            super().helped()

    assert lines_of(AThousand()) == Lines(all=2 + 2 * 499 + 2 + 1, own=2)
    assert 0 < len(steps) < switching.MOST_STEPS


def test_what_is_called_very_often_is_traced_no_more_though_it_is_none_of_the_stores_own(steps):
    class CallsOthers(TwoSteps):
        def helped(self):
            self.all_so = all(map(posixpath.isabs, ["/"] * 100_000))
            super().helped()

    store = CallsOthers()

    assert lines_of(store) == Lines(all=3, own=2)
    assert (store.all_so, store.other) == (True, 1)


def test_the_next_call_of_a_caller_is_traced_again_and_its_lines_are_counted_on(steps):
    long, short, lines = ManyLines(), TwoSteps(), Lines()
    with within(long, "seed", lines=lines) as counted:
        long.update_session()
    first = Lines(lines.all, lines.own)
    with within(short, "seed", lines=lines):
        short.update_session()

    assert counted is lines
    assert lines.since(first) == Lines(all=3, own=2)


def test_a_store_behind_an_adapter_has_no_lines_here():
    assert has_lines(TwoSteps())
    assert not has_lines(object.__new__(AdapterStore))
