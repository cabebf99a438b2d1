"""How the Redis store uses its server: round trips, connections, scripts, restarts, forks."""

import os
import socket
import threading

import pytest
from redis.connection import Connection
from store_samples import context, refusal, session

from greentic_session import ErrorCode, RedisSessionStore

ALICE = context(team="ops", user="alice")


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


@pytest.mark.rule("REDIS-22", "REDIS-23")
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


def test_a_restart_of_the_server_is_over_with_the_next_call(running_server):
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


def test_a_server_behind_a_socket_file_and_another_database_are_used(running_server, tmp_path):
    path = f"{tmp_path}/s"
    with running_server("--unixsocket", path) as server:
        with RedisSessionStore(f"unix://{path}?db=3") as store:
            store.create_session(ALICE, session(ALICE), "key")
        with RedisSessionStore(f"redis://127.0.0.1:{server.port}/3") as store:
            assert store.get_session("key") == session(ALICE)
        with RedisSessionStore(server.url) as store:
            assert store.get_session("key") is None


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
