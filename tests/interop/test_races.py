"""What races do to the original, asked directly: the suite can't judge it of 1.2.0, whose finds answer nothing.

On Redis its update and its remove read a session and then write, in commands of their own.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from greentic_session_conformance.adapter.process import AdapterError, AdapterProcess
from greentic_session_conformance.targets.command import AdapterStore

from greentic_session import GreenticError
from tools.original.crate import VERSIONS, Adapter
from tools.original.sessions import WITH_A_USER

ROUNDS = 200
DATA = WITH_A_USER["user"]


def succeeds(operation, *arguments):
    try:
        operation(*arguments)
    except (AdapterError, GreenticError) as error:
        if error.code != "not_found":
            raise
        return False
    return True


def races(store):
    """In how many rounds an update brought a removed session back, and in how many two removes of one session succeeded."""
    back = twice = 0
    with ThreadPoolExecutor(6) as callers:
        for _ in range(ROUNDS):
            key = store.create_session(DATA.tenant_ctx, DATA)
            before = [callers.submit(succeeds, store.update_session, key, DATA) for _ in range(3)]
            remove = callers.submit(succeeds, store.remove_session, key)
            after = [callers.submit(succeeds, store.update_session, key, DATA) for _ in range(2)]
            for call in (*before, *after):
                call.result()
            assert remove.result()
            back += store.get_session(key) is not None
            key = store.create_session(DATA.tenant_ctx, DATA)
            removes = [callers.submit(succeeds, store.remove_session, key) for _ in range(5)]
            twice += sum(call.result() for call in removes) > 1
    return back, twice


@pytest.mark.parametrize("version", VERSIONS)
def test_on_redis_the_original_brings_sessions_back_and_removes_one_twice(original_store, version):
    back, twice = races(original_store(version))
    assert back > 0
    assert twice > 0


@pytest.mark.parametrize("version", VERSIONS)
def test_in_memory_the_original_does_neither(program, version):
    process = AdapterProcess(Adapter(program, version).command)
    process.initialize()
    storage = process.ask("open_storage", {})["storage"]
    assert races(AdapterStore(process, process.ask("open_store", {"storage": storage})["store"])) == (0, 0)
    assert process.shut_down() == ""


@pytest.mark.rule("CONC-02")
@pytest.mark.rule("CONC-06")
def test_ours_does_neither_on_the_same_redis(our_store):
    assert races(our_store) == (0, 0)
