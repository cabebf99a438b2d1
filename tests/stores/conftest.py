"""Stores, and the server that the Redis ones are on."""

import secrets
from collections.abc import Iterator

import pytest
import redis

from greentic_session import InMemorySessionStore, RedisSessionStore


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
