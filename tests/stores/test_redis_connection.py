"""How the Redis store uses its server, and what it says when that isn't there or isn't well."""

import logging
import os
import pickle
import socket
import threading
import traceback
from contextlib import contextmanager

import pytest
import redis
from conftest import free_port, running_server
from redis.connection import Connection
from store_samples import context, refusal, session

from greentic_session import ErrorCode, RedisSessionStore

ALICE = context(team="ops", user="alice")
PASSWORD = "hunter2-not-to-be-seen"


def every_operation(store):
    """A call of each operation, with arguments that reach the server."""
    return [
        (store.create_session, ALICE, session(ALICE)),
        (store.get_session, "key"),
        (store.update_session, "key", session(ALICE)),
        (store.remove_session, "key"),
        (store.find_by_user, ALICE, "alice"),
    ]


class Proxy:
    """Passes bytes on to a server and counts how often the client spoke and how often it connected."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.requests = self.connections = 0
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            self.connections += 1
            self._open += [near, far]
            threading.Thread(target=self._pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, False), daemon=True).start()

    def _pump(self, source, sink, is_client):
        try:
            while chunk := source.recv(1 << 20):
                self.requests += is_client
                sink.sendall(chunk)
        except OSError:
            pass

    def close(self):
        for sock in (self._listener, *self._open):
            sock.close()


@pytest.fixture
def proxy(private_server):
    private_server.client.flushall()
    proxy = Proxy(private_server.port)
    yield proxy
    proxy.close()


def test_every_operation_is_one_round_trip_on_one_connection(proxy):
    with RedisSessionStore(f"redis://127.0.0.1:{proxy.port}/") as store:
        for warm in (True, False):
            key = None
            for operation, arguments in [
                ("create_session", (ALICE, session(ALICE), "key")),
                ("get_session", ("key",)),
                ("update_session", ("key", session(ALICE, "later"))),
                ("find_by_user", (ALICE, "alice")),
                ("find_by_user", (context(), "nobody")),
                ("remove_session", ("key",)),
                ("get_session", ("key",)),
            ]:
                before = proxy.requests
                getattr(store, operation)(*arguments)
                if not warm:
                    assert (operation, proxy.requests - before) == (operation, 1)
            assert key is None
    assert proxy.connections == 1


def test_a_store_connects_at_its_first_call_and_not_before(proxy):
    with RedisSessionStore(f"redis://127.0.0.1:{proxy.port}/") as store:
        assert proxy.connections == 0
        store.get_session("key")
        assert proxy.connections == 1


def test_threads_share_a_store_and_its_connections(proxy):
    with RedisSessionStore(f"redis://127.0.0.1:{proxy.port}/") as store:
        failures = []

        def work(number):
            ctx = context(user=f"user-{number}")
            for _ in range(20):
                key = store.create_session(ctx, session(ctx))
                if store.find_by_user(ctx, f"user-{number}") != (key, session(ctx)):
                    failures.append(number)
                store.remove_session(key)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
    assert proxy.connections <= 4


def test_scripts_that_the_server_forgot_are_sent_again(private_server):
    client = private_server.client
    client.flushall()
    with RedisSessionStore(private_server.url) as store:
        for _ in range(2):
            key = store.create_session(ALICE, session(ALICE))
            client.script_flush()
            assert store.find_by_user(ALICE, "alice") == (key, session(ALICE))
            client.script_flush()
            store.update_session(key, session(ALICE, "later"))
            client.script_flush()
            store.remove_session(key)
            client.script_flush()
    assert client.keys() == []


def test_a_restart_of_the_server_is_over_with_the_next_call():
    with running_server() as server, RedisSessionStore(server.url) as store:
        store.create_session(ALICE, session(ALICE), "key")
        server.stop()
        assert refusal(store.get_session, "key").code == ErrorCode.UNAVAILABLE
        server.start()
        assert store.get_session("key") is None
        store.create_session(ALICE, session(ALICE), "key")
        server.stop()
        server.start()
        assert store.get_session("key") is None


def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(private_server):
    with RedisSessionStore(private_server.url) as store:
        store.create_session(ALICE, session(ALICE), "killed")
        private_server.client.client_kill_filter(_type="normal", skipme=True)
        store.remove_session("killed")


def test_an_unreachable_server_is_unavailable_at_the_first_call():
    port = free_port()
    store = RedisSessionStore(f"redis://:{PASSWORD}@127.0.0.1:{port}/")
    for operation, *arguments in every_operation(store):
        error = refusal(operation, *arguments)
        assert error.code == ErrorCode.UNAVAILABLE
        assert f"127.0.0.1:{port}" in error.message
        assert "refused" in error.message


def test_a_socket_that_is_not_there_is_unavailable_and_named(tmp_path):
    store = RedisSessionStore(f"unix://:{PASSWORD}@{tmp_path}/redis.sock")
    error = refusal(store.get_session, "key")
    assert error.code == ErrorCode.UNAVAILABLE
    assert f"{tmp_path}/redis.sock" in error.message


def test_a_server_behind_a_socket_file_and_another_database_are_used(tmp_path):
    path = f"{tmp_path}/s"
    with running_server("--unixsocket", path) as server:
        with RedisSessionStore(f"unix://{path}?db=3") as store:
            store.create_session(ALICE, session(ALICE), "key")
        with RedisSessionStore(f"redis://127.0.0.1:{server.port}/3") as store:
            assert store.get_session("key") == session(ALICE)
        with RedisSessionStore(server.url) as store:
            assert store.get_session("key") is None


@contextmanager
def answering(answer):
    """A server that takes anything and always answers the same: nothing at all, or it hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_sockets = []

    def serve():
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            open_sockets.append(near)
            if answer is not None:
                near.recv(1 << 16)
                near.sendall(answer)
                near.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        for sock in (listener, *open_sockets):
            sock.close()


def test_a_server_that_never_answers_is_a_timeout():
    with answering(None) as url, RedisSessionStore(url, read_timeout=0.1) as store:
        for operation, *arguments in every_operation(store):
            assert refusal(operation, *arguments).code == ErrorCode.TIMEOUT


def test_a_stopped_server_is_a_timeout_and_the_late_answer_is_nobodys(private_server):
    private_server.client.flushall()
    with RedisSessionStore(private_server.url, read_timeout=0.2) as store:
        store.create_session(ALICE, session(ALICE), "key")
        other = context(user="bob")
        store.create_session(other, session(other), "other")
        private_server.client.execute_command("CLIENT", "PAUSE", 600, "ALL")
        assert refusal(store.get_session, "key").code == ErrorCode.TIMEOUT
        private_server.client.execute_command("CLIENT", "UNPAUSE")
        assert store.get_session("other") == session(other)


def test_a_server_that_hangs_up_is_unavailable():
    with answering(b"$100\r\nhalf an answer") as url, RedisSessionStore(url) as store:
        assert refusal(store.get_session, "key").code == ErrorCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("NOAUTH Authentication required.", "unauthenticated"),
        ("WRONGPASS invalid username-password pair", "unauthenticated"),
        ("NOPERM this user has no permissions", "permission_denied"),
        ("LOADING Redis is loading the dataset in memory", "unavailable"),
        ("BUSY Redis is busy running a script", "unavailable"),
        ("READONLY You can't write against a read only replica.", "unavailable"),
        ("OOM command not allowed when used memory > 'maxmemory'.", "unavailable"),
        ("CLUSTERDOWN Hash slot not served", "unavailable"),
        ("MOVED 3999 127.0.0.1:6381", "unavailable"),
        ("MASTERDOWN Link with MASTER is down", "unavailable"),
        ("TRYAGAIN Multiple keys request during rehashing of slot", "unavailable"),
        ("MISCONF Redis is configured to save RDB snapshots", "unavailable"),
        ("ERR Error running script (call to f_1): @user_script:3: -READONLY You can't", "unavailable"),
        ("ERR something with private-content", "internal"),
    ],
)
def test_what_a_server_refuses_is_told_by_its_code_and_not_in_its_words(answer, code, monkeypatch):
    # The answer comes to the operation, not to the introduction.
    monkeypatch.setattr(Connection, "on_connect", lambda wire: wire._parser.on_connect(wire))
    with answering(f"-{answer}\r\n".encode()) as url, RedisSessionStore(url) as store:
        error = refusal(store.find_by_user, ALICE, "alice")
        assert error.code == code
        assert "private" not in "".join(traceback.format_exception(error))


def test_what_a_server_asks_of_users_is_told():
    with running_server("--requirepass", PASSWORD) as server:
        with redis.Redis(port=server.port, password=PASSWORD) as admin:
            admin.execute_command("ACL", "SETUSER", "reader", "on", ">pw", "~other:*", "+@all")
        there = f"127.0.0.1:{server.port}/0"
        for url, code in [
            (f"redis://{there}", ErrorCode.UNAUTHENTICATED),
            (f"redis://:wrong-{PASSWORD}@{there}", ErrorCode.UNAUTHENTICATED),
            (f"redis://reader:pw@{there}", ErrorCode.PERMISSION_DENIED),
        ]:
            with RedisSessionStore(url) as store:
                for operation, *arguments in every_operation(store):
                    error = refusal(operation, *arguments)
                    assert error.code == code
                    assert PASSWORD not in "".join(traceback.format_exception(error))
        with RedisSessionStore(f"redis://:{PASSWORD}@{there}") as store:
            assert store.get_session("key") is None


def test_a_database_that_the_server_lacks_is_unavailable(private_server):
    with RedisSessionStore(f"redis://127.0.0.1:{private_server.port}/999999") as store:
        error = refusal(store.get_session, "key")
        assert (error.code, "999999" in error.message) == (ErrorCode.UNAVAILABLE, True)


def test_a_full_server_and_a_replica_take_no_writes_and_are_unavailable():
    with running_server("--maxmemory", "1") as server, RedisSessionStore(server.url) as store:
        assert refusal(store.create_session, ALICE, session(ALICE), "key").code == ErrorCode.UNAVAILABLE
        server.client.config_set("maxmemory", 0)
        store.create_session(ALICE, session(ALICE), "key")
        server.client.replicaof("127.0.0.1", free_port())
        assert refusal(store.remove_session, "key").code == ErrorCode.UNAVAILABLE
        assert store.get_session("key") == session(ALICE)
        assert store.find_by_user(ALICE, "alice") == ("key", session(ALICE))


@pytest.mark.parametrize("what", [KeyboardInterrupt, SystemExit, MemoryError])
def test_a_call_that_is_interrupted_leaves_no_answer_to_the_next(redis_store, monkeypatch, what):
    redis_store.create_session(ALICE, session(ALICE), "one")
    redis_store.create_session(ALICE, session(ALICE, "two"), "two")
    with monkeypatch.context() as patched:

        def interrupt(connection, *arguments, **options):
            raise what

        patched.setattr(Connection, "read_response", interrupt)
        with pytest.raises(what):
            redis_store.get_session("one")
    assert redis_store.get_session("two") == session(ALICE, "two")


def test_a_password_is_never_shown(caplog):
    caplog.set_level(logging.DEBUG)
    url = f"redis://user:{PASSWORD}@127.0.0.1:{free_port()}/"
    store = RedisSessionStore(url)
    error = refusal(store.get_session, "key")
    shown = [repr(store), str(store), "".join(traceback.format_exception(error)), repr(error), caplog.text]
    shown.append(pickle.dumps(error).decode("latin-1"))
    assert not [text for text in shown if PASSWORD in text]
    assert "***@127.0.0.1" in repr(store)


def test_a_child_after_a_fork_makes_connections_of_its_own(redis_store):
    redis_store.create_session(ALICE, session(ALICE), "key")
    child = os.fork()
    if child == 0:
        found = [redis_store.get_session("key") == session(ALICE) for _ in range(50)]
        os._exit(0 if all(found) else 1)
    found = [redis_store.get_session("absent") is None for _ in range(50)]
    _, status = os.waitpid(child, 0)
    assert (all(found), status) == (True, 0)
    assert redis_store.get_session("key") == session(ALICE)
