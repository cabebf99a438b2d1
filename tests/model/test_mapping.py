"""Keys that are derived from a connector's ids."""

import enum
from hashlib import sha256

import pytest

from greentic_session.errors import InvalidInputError
from greentic_session.mapping import telegram_update_to_session_key, webhook_to_session_key

BOTH = [(telegram_update_to_session_key, "tg"), (webhook_to_session_key, "wh")]


class Bot(enum.StrEnum):
    MAIN = "bot"


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.rule("KEY-01")
@pytest.mark.rule("KEY-02")
@pytest.mark.parametrize(("derive", "prefix"), BOTH)
@pytest.mark.parametrize("parts", [("a", "b", "c"), ("", "", ""), ("é", "😀", "\0"), (":", "::", "a:b")])
def test_a_key_is_the_hash_of_the_joined_parts(derive, prefix, parts):
    assert derive(*parts) == sha256(":".join([prefix, *parts]).encode()).hexdigest()


@pytest.mark.rule("KEY-01")
@pytest.mark.parametrize(("derive", "prefix"), BOTH)
@pytest.mark.rule("KEY-04")
def test_an_integer_counts_as_its_digits(derive, prefix):
    assert derive(123, -1001234567890, 0) == derive("123", "-1001234567890", "0")
    assert derive(Bot.MAIN, Number.ONE, "x") == derive("bot", "1", "x")


@pytest.mark.rule("KEY-01")
def test_joining_is_not_injective():
    derive = telegram_update_to_session_key
    assert derive("a:b", "c", "d") == derive("a", "b:c", "d")
    assert derive("a", "b", "c") != webhook_to_session_key("a", "b", "c")


@pytest.mark.rule("KEY-01")
@pytest.mark.rule("KEY-02")
@pytest.mark.parametrize(
    "value", [None, True, False, 1.5, b"x", ["x"], "\ud800", 10**10_000], ids=lambda v: type(v).__name__
)
@pytest.mark.parametrize(("derive", "prefix"), BOTH)
def test_what_is_no_id_of_a_connector_is_refused_by_name(derive, prefix, value):
    names = derive.__code__.co_varnames[:3]
    for position, name in enumerate(names):
        parts = ["a", "b", "c"]
        parts[position] = value
        with pytest.raises(InvalidInputError, match=f"{name}: got "):
            derive(*parts)
