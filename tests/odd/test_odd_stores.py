"""A correct store, however odd, is conformant to all that it claims: no cry of wolf."""

import importlib
import inspect
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from greentic_session_conformance import Target
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.run.plan import select_for
from greentic_session_conformance.run.preflight import preflight
from greentic_session_conformance.targets.named import load_target

from tools.soak.runs import IN_MEMORY
from tools.soak.stores import STORES

ROOT = Path(__file__).parent.parent.parent
ODD = [store for store in STORES if ":" in store.target]
RUNS = [("quick", 1), ("quick", 2), ("quick", 3), ("normal", 1)]
#: What is odd about the stores of these modules is a key, a value or an error: no race is another one for that, and the first run sees to it.
RACE_LIKE_ANY = ("odd_keys.py", "odd_values.py", "odd_errors.py")
#: So many checks of a store that mostly waits run at once.
AT_ONCE = 40


@pytest.fixture
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)
    if Path(IN_MEMORY).is_dir():  # a disk is waited for at every commit
        monkeypatch.setattr(tempfile, "tempdir", IN_MEMORY)


def faults(store, effort, seed, at_once=1):
    """What a run finds wrong with a store."""
    target = load_target(store.target)
    selection = select_for(target, profiles=store.adds)
    checks = selection.checks()
    if (effort, seed) != RUNS[0] and any(name in store.target for name in RACE_LIKE_ANY):
        checks = [check for check in checks if "concurrent" not in check.profiles]
    conditions = [Conditions(seed, effort, target_name=store.target) for _ in checks]
    preflight(target, conditions[0])
    if at_once == 1:
        results = [judge(check, target, conditions[0]) for check in checks]
    else:
        with ThreadPoolExecutor(at_once) as pool:
            results = list(pool.map(judge, checks, [target] * len(conditions), conditions))
    wrong = [result for result in results if result.outcome != "passed" and result.rule not in store.warned]
    return [f"{item.rule} by {item.check} {item.vector}: {item.reason or (item.expected, item.got)}" for item in wrong]


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize(("effort", "seed"), RUNS)
@pytest.mark.parametrize("store", [store for store in ODD if not store.sleeps], ids=lambda store: store.name)
def test_an_odd_store_that_is_right_is_called_right(store, effort, seed, at_root):
    assert faults(store, effort, seed) == []


@pytest.mark.rule("VERD-02")
@pytest.mark.parametrize("store", [store for store in ODD if store.sleeps], ids=lambda store: store.name)
def test_a_store_that_is_far_away_is_called_right(store, at_root):
    # At 30 ms a call the checks of a run take minutes, one after another; they wait at the same time instead.
    assert faults(store, "quick", 1, AT_ONCE) == []


def test_every_odd_store_is_soaked_and_says_what_is_odd():
    found = {}
    for path in Path(__file__).parent.glob("odd_*.py"):
        module = importlib.import_module(path.stem)
        for name, value in vars(module).items():
            store = inspect.isclass(value) and (issubclass(value, Target) or hasattr(value, "claims"))
            if store and value.__module__ == path.stem and name not in {"BoundToItsLoop", "Folder", "LazyFolder"}:
                found[name] = value

    assert {store.name for store in ODD} - {"Plain", "SqliteSessionStore"} == set(found)
    assert [name for name, store in found.items() if not (store.__doc__ or "").strip().endswith((".", "?"))] == []
