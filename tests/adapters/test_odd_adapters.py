"""A correct adapter, however odd, is called right: no cry of wolf."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from greentic_session_conformance.adapter.process import AdapterProcess

ODD = Path(__file__).parent / "odd_adapter.py"
#: The methods of which, as the protocol's chapter says, nothing counts; `shutdown` is told of by how the process is ended.
VOID = ("update_session", "remove_session", "close_store", "close_storage")
NOTHING = ("null", "false", "0", '""', "[]", '"done"', '{"took_ms": 0.25}')


def odd(nothing):
    return shlex.join([sys.executable, str(ODD), nothing])


def run(folder, *options):
    program = [sys.executable, "-m", "greentic_session_conformance", *options]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def asked_for_all(process):
    """What the process answers to the methods of which nothing counts."""
    ctx = {"env": "dev", "tenant": "acme", "tenant_id": "acme", "attempt": 0}
    data = {"tenant_ctx": ctx, "flow_id": "survey", "cursor": {"node_pointer": "n"}, "context_json": "{}"}
    storage = process.ask("open_storage", {})
    store = process.ask("open_store", storage)
    key = process.ask("create_session", {**store, "ctx": ctx, "data": data})
    params = {
        "update_session": {**store, **key, "data": data},
        "remove_session": {**store, **key},
        "close_store": store,
        "close_storage": storage,
    }
    return [process.request(method, params[method], 10) for method in VOID]


@pytest.mark.rule("ADAPT-01", "ADAPT-10")
@pytest.mark.parametrize("nothing", NOTHING)
def test_an_answer_is_told_from_none_whatever_its_result_is(nothing):
    process = AdapterProcess(odd(nothing))
    try:
        process.initialize()
        assert asked_for_all(process) == [json.loads(nothing)] * len(VOID)
        assert not process.unanswered
        assert process.shut_down() == ""
    finally:
        process.kill()


@pytest.mark.rule("ADAPT-01", "ADAPT-10")
@pytest.mark.parametrize("nothing", NOTHING)
def test_smoke_finds_nothing_wrong_whatever_a_result_is_that_does_not_count(tmp_path, nothing):
    done = run(tmp_path, "smoke", "--command", odd(nothing))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "  no " not in done.stdout


@pytest.mark.rule("ADAPT-01", "ADAPT-13", "VERD-02")
def test_a_store_is_conformant_through_an_adapter_that_answers_null_where_nothing_counts(tmp_path):
    profiles = ("core", "keyed-create", "codec", "mapping")
    options = ["--effort", "quick", "--seed", "1", *(word for name in profiles for word in ("--profile", name))]
    done = run(tmp_path, "conformance", "--quiet", *options, "--command", odd("null"))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    assert (report["verdict"], report["profiles"]) == ("conformant", dict.fromkeys(profiles, "conformant"))
