"""Settings: what makes a store, and what is refused before anything connects."""

import subprocess
import sys

import pytest
from store_samples import refusal

import greentic_session
from greentic_session import (
    ErrorCode,
    InMemoryConfig,
    InMemorySessionStore,
    RedisConfig,
    RedisSessionStore,
    create_session_store,
)
from greentic_session.redis_store._settings import parse_url

SECRET = "hunter2"


def test_a_text_or_a_configuration_makes_a_store():
    assert isinstance(create_session_store("memory:"), InMemorySessionStore)
    assert isinstance(create_session_store(InMemoryConfig()), InMemorySessionStore)
    for config in ("redis://h/", "rediss://h/", "unix:///s", RedisConfig("redis://h/", "ns", 1, 2.5)):
        assert isinstance(create_session_store(config), RedisSessionStore)


@pytest.mark.parametrize("config", ["", "memory", "memory://", "memory:x", "http://h", "redis:", None, 7, b"memory:"])
def test_what_names_no_backend_is_invalid(config):
    assert refusal(create_session_store, config).code == ErrorCode.INVALID_INPUT


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://", "redis://localhost:6379/0"),
        ("redis://127.0.0.1", "redis://127.0.0.1:6379/0"),
        ("redis://h:1/7", "redis://h:1/7"),
        ("redis://h?db=7", "redis://h:6379/7"),
        ("rediss://u:p@h", "rediss://***@h:6379/0"),
        ("redis://[::1]:6380/", "redis://[::1]:6380/0"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=0"),
        ("unix://u:p@/run/redis.sock?db=2", "unix://***@/run/redis.sock?db=2"),
    ],
)
def test_a_url_tells_where_the_server_is(url, shown):
    assert str(parse_url(url)) == shown


def test_credentials_and_tls_options_are_read_from_the_url():
    endpoint = parse_url("rediss://us%40er:p%2Fa%3As@h/?ssl_cert_reqs=none&ssl_check_hostname=False")
    assert (endpoint.username, endpoint.password) == ("us@er", "p/a:s")
    assert dict(endpoint.tls) == {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
    assert parse_url("redis://h").password is None


@pytest.mark.parametrize(
    "url",
    [
        f"https://u:{SECRET}@h",
        f"u:{SECRET}@h",
        f"redis://:{SECRET}@h:99999/",
        f"redis://:{SECRET}@h:0/",
        f"redis://:{SECRET}@h:port/",
        f"redis://:{SECRET}@h/one",
        f"redis://:{SECRET}@h/1/2",
        f"redis://:{SECRET}@h/-1",
        f"redis://:{SECRET}@h/?db=x",
        f"redis://:{SECRET}@h/?db=",
        f"redis://:{SECRET}@h/?socket_timeout=1",
        f"redis://h/?password={SECRET}",
        f"redis://h/?db=1&db={SECRET}",
        f"redis://h/?ssl_cert_reqs={SECRET}",
        f"rediss://h/?ssl_cert_reqs={SECRET}",
        f"rediss://h/?ssl_check_hostname={SECRET}",
        f"redis://:1/{SECRET}@h/",
        f"redis://:1?{SECRET}=@h/",
        f"redis://:1#{SECRET}@h/",
        f"redis://:{SECRET} @h/",
        f"redis://:{SECRET}\n@h/",
        f"redis://:{SECRET}@[h/",
        f"unix://:{SECRET}@h/path",
        f"unix://:{SECRET}@",
        7,
        None,
    ],
)
@pytest.mark.rule("ERR-17", "ERR-16")
def test_a_bad_url_is_invalid_and_its_password_stays_hidden(url):
    error = refusal(RedisSessionStore, url)
    assert error.code == ErrorCode.INVALID_INPUT
    assert (
        "must be" in error.message or "%2F" in error.message or "can have" in error.message or "encode" in error.message
    )
    assert SECRET not in str(error)
    assert SECRET not in repr(RedisConfig(url))
    if isinstance(url, str) and url.startswith("redis://"):
        assert SECRET not in str(refusal(create_session_store, url))


@pytest.mark.parametrize("namespace", ["", None, 7, b"ns", "\ud800"], ids=ascii)
@pytest.mark.rule("REDIS-18")
def test_a_bad_namespace_is_invalid(namespace):
    error = refusal(create_session_store, RedisConfig("redis://h/", namespace))
    assert (error.code, error.message.partition(":")[0]) == (ErrorCode.INVALID_INPUT, "namespace")


@pytest.mark.parametrize("seconds", [0, -1, True, "1", None, float("nan"), float("inf"), 10**400], ids=ascii)
@pytest.mark.parametrize("name", ["connect_timeout", "read_timeout"])
def test_a_bad_time_limit_is_invalid(name, seconds):
    error = refusal(lambda: RedisSessionStore("redis://h/", **{name: seconds}))
    assert (error.code, error.message.partition(":")[0]) == (ErrorCode.INVALID_INPUT, name)


def test_a_configuration_compares_by_value_and_hides_its_password():
    config = RedisConfig(f"redis://u:{SECRET}@h/")
    assert config == RedisConfig(f"redis://u:{SECRET}@h/")
    assert config != RedisConfig("redis://u:other@h/")
    assert repr(config) == "RedisConfig(url='redis://***@h:6379/0', namespace='greentic:session')"
    assert SECRET not in repr(config) + str(config)


def run(program):
    return subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)


def test_importing_the_library_imports_no_redis():
    done = run("import sys, greentic_session as g; g.RedisSessionStore; print('redis' in sys.modules)")
    assert done.stderr == ""
    assert done.stdout == "False\n"


def test_where_redis_is_missing_the_extra_to_install_is_named():
    program = (
        "import sys; sys.modules['redis'] = None\n"
        "from greentic_session import create_session_store, GreenticError\n"
        "try: create_session_store('redis://h/')\n"
        "except GreenticError as error: print(isinstance(error, ImportError), error)\n"
    )
    done = run(program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True ")
    assert "greentic-session[redis]" in done.stdout


def test_every_public_name_is_there():
    assert [name for name in greentic_session.__all__ if not hasattr(greentic_session, name)] == []
    assert greentic_session.__all__ == sorted(greentic_session.__all__)
