"""The checks of the Redis layout in namespaces, on servers and by stores that are odd: no correct store fails because of that."""

import time
import uuid

import pytest
from greentic_session_conformance import redis_url
from greentic_session_conformance.case import Conditions
from greentic_session_conformance.checks import checks
from greentic_session_conformance.run.judge import judge
from greentic_session_conformance.servers import PrivateServer, free_port
from greentic_session_conformance.targets.reference import RedisTarget
from redis import Redis

from greentic_session import RedisSessionStore

LAYOUT = [check for check in checks() if "redis-layout" in check.profiles]


class _InANamespace(RedisTarget):
    """The library's store in namespaces of one form."""

    profiles = frozenset({"core", "keyed-create", "redis-layout"})

    def __init__(self, form, url=None):
        super().__init__(url or redis_url())
        self.form = form

    def open_storage(self):
        return self.form.format(uuid.uuid4().int)

    def close_storage(self, storage):
        """Leave the keys: the server goes with the tests, and nothing else has such names."""


@pytest.mark.parametrize(
    "form", ["{}", "APP-{}", "app[{}]", "[]{}]", "a*{}", "a?{}", "\\{}", "a\\*{}", "[^-]{}", "{{{}}}", "é {}"]
)
def test_a_correct_store_passes_in_any_namespace(form):
    assert _faults(_InANamespace(form)) == {}


def _faults(target):
    conditions = Conditions(1, "quick", 30.0, broken={})
    results = [judge(check, target, conditions) for check in LAYOUT if target.profiles >= set(check.profiles)]
    assert results
    return {result.check: (result.rule, result.got, result.reason) for result in results if result.outcome != "passed"}


class _TakesHints(RedisSessionStore):
    """Takes whatever hints a caller gives, and needs none."""

    def create_session(self, ctx, data, **hints):
        return super().create_session(ctx, data)


class _Hinted(_InANamespace):
    profiles = frozenset({"core", "redis-layout"})

    def open_store(self, storage):
        return _TakesHints(redis_url(), namespace=storage)


def test_what_is_taken_as_key_and_used_as_none_is_not_looked_for():
    assert _faults(_Hinted("{}")) == {}


@pytest.fixture
def cluster():
    """A cluster of one node, which has all slots."""
    server = PrivateServer(options=("--cluster-enabled", "yes", "--cluster-port", f"{free_port()}"))
    with Redis.from_url(server.url) as client:
        client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        until = time.monotonic() + PrivateServer.START_SECONDS
        while client.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
            assert time.monotonic() < until, "the cluster did not come up"
    yield server.url
    server.stop()


def test_a_correct_store_passes_on_a_node_of_a_cluster(cluster):
    assert _faults(_InANamespace("{{{}}}", cluster)) == {}
