"""The library answers what the original answered (``tests/golden``)."""

import json
from pathlib import Path

import pytest

from greentic_session.errors import ErrorCode, InvalidInputError
from greentic_session.mapping import telegram_update_to_session_key, webhook_to_session_key
from greentic_session.model import SessionData

GOLDEN = Path(__file__).parents[1] / "golden"
DERIVE = {"telegram": telegram_update_to_session_key, "webhook": webhook_to_session_key}


def lines(name):
    return [json.loads(line) for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines()]


DOCUMENTS = lines("session-data.jsonl")


@pytest.mark.rule("DATA-13")
def test_the_sample_holds_both_answers():
    assert len(DOCUMENTS) == 206
    assert {case["accepted"] for case in DOCUMENTS} == {True, False}


@pytest.mark.rule("DATA-25")
@pytest.mark.parametrize("encoded", [True, False], ids=["bytes", "str"])
@pytest.mark.parametrize("case", [case for case in DOCUMENTS if case["accepted"]])
def test_what_the_original_accepts_is_read_and_written_as_it_does(case, encoded):
    data = SessionData.from_json(case["text"].encode() if encoded else case["text"])
    assert data.to_json().decode() == case["written"]
    assert SessionData.from_json(case["written"]) == data


@pytest.mark.rule("DATA-13")
@pytest.mark.parametrize("case", [case for case in DOCUMENTS if not case["accepted"]])
def test_what_the_original_refuses_is_refused(case):
    with pytest.raises(InvalidInputError) as caught:
        SessionData.from_json(case["text"])
    assert caught.value.code is ErrorCode.INVALID_INPUT
    assert caught.value.message.startswith("SessionData")


@pytest.mark.rule("KEY-01")
@pytest.mark.rule("KEY-02")
@pytest.mark.parametrize("case", lines("session-keys.jsonl"))
def test_derived_keys_are_the_originals(case):
    assert DERIVE[case["function"]](*case["arguments"]) == case["key"]
