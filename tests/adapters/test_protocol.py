"""The protocol's messages: the specification's example, the vectors and the schemas' examples, read as the suite reads them."""

import json
import re
from pathlib import Path

import pytest
from greentic_session_conformance.adapter import protocol

from greentic_session.schema import load, validate

ROOT = Path(__file__).parents[2]
ROWS = [json.loads(line) for line in (ROOT / "spec/vectors/adapter/responses.jsonl").read_text("utf-8").splitlines()]
EXAMPLES = ROOT / "schemas" / "v1" / "examples"


def is_answer(line, method):
    try:
        response = protocol.read_response(line)
        if "result" in response:
            protocol.hold_result(method, response["result"])
    except protocol.MalformedError:
        return False
    return True


@pytest.mark.rule("ADAPT-01", "ADAPT-02")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_line_is_an_answer_or_none_as_the_vectors_say(row):
    assert is_answer(row["line"].encode(), row["method"]) is row["valid"]


@pytest.mark.rule("ADAPT-01")
def test_the_example_of_the_chapter_is_spoken_so():
    chapter = (ROOT / "spec" / "11-adapter-protocol.md").read_text("utf-8")
    lines = re.findall(r"^([→←]) (\{.*\})$", chapter, re.MULTILINE)
    assert len(lines) == 12
    asked = {}
    for direction, line in lines:
        message = json.loads(line)
        if direction == "→":
            asked[message["id"]] = message["method"]
            assert protocol.request(message["id"], message["method"], message["params"]) == f"{line}\n".encode()
            assert validate(line, "adapter-request") == []
        else:
            assert is_answer(line.encode(), asked[message["id"]])
            assert validate(line, "adapter-response") == []


@pytest.mark.parametrize(
    "path", sorted((EXAMPLES / "valid" / "adapter-request").glob("*.json")), ids=lambda path: path.stem
)
def test_a_request_is_held_to_its_schema(path):
    protocol.hold_request(json.loads(path.read_text("utf-8")))


def test_the_chapters_table_lists_the_methods_of_the_schema():
    chapter = (ROOT / "spec" / "11-adapter-protocol.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)`", chapter, re.MULTILINE)) == protocol.methods()
    assert protocol.methods() == set(load("adapter-request")["$defs"])


def test_a_message_is_one_line_whatever_it_holds():
    line = protocol.written({"key": "a\nb\u2028c\ud800"})
    assert line.count(b"\n") == 1
    assert line.isascii()
