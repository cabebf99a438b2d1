"""What the Redis store says when its server isn't there or isn't well, and what it never says."""

import logging
import pickle
import socket
import threading
import traceback
from contextlib import contextmanager

import pytest
import redis
from greentic_session_conformance.servers import free_port
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


def test_what_a_server_asks_of_users_is_told(running_server):
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


def test_a_full_server_and_a_replica_take_no_writes_and_are_unavailable(running_server):
    with running_server("--maxmemory", "1") as server, RedisSessionStore(server.url) as store:
        assert refusal(store.create_session, ALICE, session(ALICE), "key").code == ErrorCode.UNAVAILABLE
        server.client.config_set("maxmemory", 0)
        store.create_session(ALICE, session(ALICE), "key")
        server.client.replicaof("127.0.0.1", free_port())
        assert refusal(store.remove_session, "key").code == ErrorCode.UNAVAILABLE
        assert store.get_session("key") == session(ALICE)
        assert store.find_by_user(ALICE, "alice") == ("key", session(ALICE))


@pytest.mark.rule("ERR-16")
def test_a_password_is_never_shown(caplog):
    caplog.set_level(logging.DEBUG)
    url = f"redis://user:{PASSWORD}@127.0.0.1:{free_port()}/"
    store = RedisSessionStore(url)
    error = refusal(store.get_session, "key")
    shown = [repr(store), str(store), "".join(traceback.format_exception(error)), repr(error), caplog.text]
    shown.append(pickle.dumps(error).decode("latin-1"))
    assert not [text for text in shown if PASSWORD in text]
    assert "***@127.0.0.1" in repr(store)
