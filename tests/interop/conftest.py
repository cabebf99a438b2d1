"""The Rust original, built once, and asked."""

import os
import secrets

import pytest
import redis
from greentic_session_conformance.adapter.process import AdapterProcess
from greentic_session_conformance.targets.command import AdapterStore

from greentic_session import RedisSessionStore
from tools.original.crate import VERSIONS, Adapter, CrateError, build, cargo
from tools.original.sessions import WITH_A_USER, WITHOUT_A_USER, creator_of

SESSIONS = {**WITH_A_USER, **WITHOUT_A_USER}


@pytest.fixture(scope="session")
def program():
    try:
        cargo()
    except CrateError as absence:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{absence}; in CI it has to be there")
        pytest.skip(str(absence))
    return build()


@pytest.fixture(scope="session", params=VERSIONS)
def original(request, program):
    """Each version, for what doesn't depend on a store."""
    return Adapter(program, request.param)


@pytest.fixture
def client(redis_server):
    with redis.Redis.from_url(redis_server) as client:
        yield client


@pytest.fixture
def namespace(client):
    """A namespace of this test alone, emptied key by key afterwards."""
    name = f"test:{secrets.token_hex(8)}"
    yield name
    for key in client.scan_iter(f"{name}:*", count=1000):
        client.delete(key)


@pytest.fixture
def contents(client, namespace):
    """All keys of the namespace, without its name, and their values."""

    def read():
        keys = list(client.scan_iter(f"{namespace}:*", count=1000))
        return {key.decode().removeprefix(f"{namespace}:"): client.get(key) for key in keys}

    return read


@pytest.fixture(scope="module")
def running(program):
    """The original's Redis stores as running processes, one a version."""
    processes = {}

    def process(version):
        if version not in processes:
            processes[version] = AdapterProcess(Adapter(program, version, "redis").command)
            processes[version].initialize()
        return processes[version]

    yield process
    for process in processes.values():
        assert process.shut_down() == ""


@pytest.fixture
def original_store(running, redis_server, namespace):
    """The original's store of a version on the namespace."""

    def open_store(version):
        process = running(version)
        storage = process.ask("open_storage", {"redis_url": redis_server, "namespace": namespace})["storage"]
        return AdapterStore(process, process.ask("open_store", {"storage": storage})["store"])

    return open_store


@pytest.fixture
def our_store(redis_server, namespace):
    with RedisSessionStore(redis_server, namespace=namespace) as store:
        yield store


@pytest.fixture(params=SESSIONS.values(), ids=SESSIONS)
def data(request):
    return request.param


@pytest.fixture
def ctx(data):
    return creator_of(data.tenant_ctx)
