"""The reference adapter: a store gets the same verdict through it as directly, in every profile, right or wrong."""

import json
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from greentic_session_conformance.adapter.process import AdapterError, AdapterProcess
from greentic_session_conformance.case import Conditions, StoreLost
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.run.plan import select
from greentic_session_conformance.samples import context
from greentic_session_conformance.targets.command import CommandTarget
from greentic_session_conformance.targets.named import load_target

TESTS = Path(__file__).parents[1]
MUTANTS = {
    "wrong_fence.py:MovesTeams": "FENCE",
    "wrong_fence.py:FindsForOtherTenants": "FENCE",
    "wrong_fence.py:FoldsIds": "FENCE",
    "wrong_routing.py:UpdateDoesNotRoute": "ROUTE",
    "wrong_routing.py:RemoveUnroutesTheNewer": "ROUTE",
    "wrong_data.py:NormalisesTheSnapshot": "DATA",
    "wrong_data.py:BuildsPastTheModel": "DATA",
    "wrong_keys.py:Overwrites": "KEY",
    "wrong_errors.py:NamesTheStoredUser": "ERR",
    "wrong_errors.py:RaisesKeyError": "ERR",
    "wrong_operations.py:Upserts": "OPS",
    "wrong_effects.py:RoutesARefusedCreate": "OPS",
}


def served(target, *profiles):
    words = [sys.executable, "-m", "greentic_session_conformance", "serve", "--store", str(target)]
    return shlex.join([*words, *(word for profile in profiles for word in ("--profile", profile))])


def outcomes(target, family):
    """How each check of a family ends, and which rule a failure is blamed on."""
    conditions = Conditions(seed=1, effort="quick", operation_timeout=5)
    planned = [check for check in select(target.profiles).checks() if check.rules[0].startswith(family)]
    assert planned
    results = [judge(check, target, conditions) for check in planned]
    return {result.check: (result.outcome, result.rule) for result in results}


@pytest.fixture
def served_target():
    opened = []

    def serve(target, *profiles):
        opened.append(CommandTarget(served(target, *profiles)))
        return opened[-1]

    yield serve
    for target in opened:
        target.end()


@pytest.mark.rule("ADAPT-05", "ADAPT-13")
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_store_is_blamed_for_the_same_through_an_adapter(served_target, name):
    path = TESTS / "mutants" / name
    direct = load_target(str(path))
    direct.profiles = frozenset({"core", "keyed-create"})
    through = served_target(path, "keyed-create")

    family = MUTANTS[name]
    wanted = outcomes(direct, family)
    assert any(outcome == "failed" for outcome, _ in wanted.values())
    assert outcomes(through, family) == wanted


@pytest.mark.rule("ADAPT-09", "ADAPT-13")
@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("wrong_concurrency.py:Resurrects", "what_was_removed_does_not_come_back"),
        ("wrong_concurrency.py:RemovesTwice", "of_two_removes_one_succeeds"),
    ],
)
def test_a_race_is_met_through_an_adapter_too(served_target, name, check):
    target = served_target(TESTS / "mutants" / name, "concurrent")
    found = next(item for item in select(target.profiles).checks() if item.name == check)
    result = judge(found, target, Conditions(seed=1, effort="normal", operation_timeout=5))
    assert result.outcome == "failed", result


@pytest.mark.rule("ADAPT-07", "ADAPT-08", "ADAPT-13")
@pytest.mark.parametrize("profile", ["core", "durable", "redis-layout", "codec"])
def test_the_store_on_redis_conforms_through_an_adapter(tmp_path, redis_server, monkeypatch, profile):
    monkeypatch.setenv("REDIS_URL", redis_server)
    command = served("embedded-redis")
    program = [sys.executable, "-m", "greentic_session_conformance", "conformance", "--command", command]
    options = ["--profile", profile, "--quiet", "--effort", "quick", "--seed", "1", "--report", str(tmp_path)]
    done = subprocess.run([*program, *options], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["verdict"], report["profiles"]) == ("conformant", {profile: "conformant"})
    assert report["target"]["version"].endswith("(Python)")


@pytest.mark.rule("ADAPT-13")
def test_a_store_that_runs_a_loop_in_each_of_its_calls_is_called_where_none_runs(served_target):
    target = served_target(TESTS / "odd" / "odd_async.py:RunsALoop")
    results = outcomes(target, "OPS")
    assert {outcome for outcome, _ in results.values()} == {"passed"}, results


@pytest.mark.rule("ADAPT-09")
def test_a_request_that_waits_holds_up_no_other():
    process = AdapterProcess(served(TESTS / "suite" / "hard_stores.py:Blocked"))
    try:
        process.initialize()
        storage = process.ask("open_storage", {})["storage"]
        handles = [process.ask("open_store", {"storage": storage})["store"] for _ in range(2)]
        search = {"store": handles[0], "ctx": json.loads(context().to_json()), "user": "user-7"}
        waiting = threading.Thread(target=lost, args=(process, search))
        waiting.start()
        assert process.request("get_session", {"store": handles[1], "key": "no-such-key"}, 10) == {"data": None}
        assert process.unanswered
    finally:
        process.kill()
    waiting.join()


def lost(process, search):
    with pytest.raises(StoreLost):
        process.ask("find_by_user", search)


@pytest.mark.rule("ADAPT-06", "ADAPT-10")
def test_what_cannot_be_asked_is_answered_with_the_codes_of_json_rpc():
    process = AdapterProcess(served("memory"))
    try:
        process.initialize()
        with pytest.raises(AdapterError) as unknown:
            process.ask("list_sessions", {})
        assert unknown.value.number == -32601
        with pytest.raises(AdapterError) as handle:
            process.ask("get_session", {"store": "no-such-store", "key": "k"})
        storage = process.ask("open_storage", {})["storage"]
        opened = process.ask("open_store", {"storage": storage})["store"]
        assert handle.value.number == -32602
        with pytest.raises(AdapterError) as session:
            process.ask("update_session", {"store": opened, "key": "k", "data": {"flow_id": "no session"}})
        assert session.value.number == -32602
        assert process.shut_down() == ""
        assert process.ended
    finally:
        process.kill()


@pytest.mark.rule("ADAPT-10")
def test_the_reference_adapter_ends_when_its_input_ends():
    done = subprocess.run(
        shlex.split(served("memory")), input="no JSON\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["error"]["code"] == -32700
