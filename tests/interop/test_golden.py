"""What the original answered, as it was written down: these need no cargo."""

import base64
import json
from pathlib import Path

import pytest
from differences import DIFFERENCES, difference

from greentic_session import GreenticError, InMemorySessionStore, RedisSessionStore, SessionCursor, SessionData
from greentic_session.errors import InvalidInputError
from greentic_session.mapping import telegram_update_to_session_key, webhook_to_session_key
from tools import make_original_golden
from tools.original.answers import ctx_of, data_of
from tools.original.sessions import user_of

GOLDEN = Path(__file__).parent / "golden"
DERIVE = {"telegram": telegram_update_to_session_key, "webhook": webhook_to_session_key}


def rows(name):
    return [json.loads(line) for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.rule("DATA-13")
@pytest.mark.rule("DATA-25")
def test_documents_get_the_originals_answer():
    seen = set()
    for row in rows("documents.jsonl"):
        text = row["text"].encode() if "text" in row else base64.b64decode(row["base64"])
        theirs = row["written"].encode() if row["accepted"] else None
        try:
            mine = SessionData.from_json(text).to_json()
        except InvalidInputError:
            mine = None
        if mine != theirs:
            seen.add(difference(text, theirs, mine))
    assert seen == {one.heading for one in DIFFERENCES}


@pytest.mark.rule("KEY-01")
@pytest.mark.rule("KEY-02")
def test_keys_are_derived_as_the_original_does():
    for row in rows("keys.jsonl"):
        assert DERIVE[row["function"]](*row["parts"]) == row["key"]


def answer(call):
    try:
        call()
    except GreenticError as error:
        return str(error.code)
    return "ok"


def answered(store, row):
    match row["operation"]:
        case "create":
            return answer(lambda: store.create_session(ctx_of(row["caller"]), data_of(row["data"])))
        case "update":
            stored = data_of(row["stored"])
            key = store.create_session(stored.tenant_ctx, stored)
            return answer(lambda: store.update_session(key, data_of(row["new"], "node.2")))
        case "find":
            store.create_session(ctx_of(row["creator"]), data_of(row["stored"]))
            return "nothing" if store.find_by_user(ctx_of(row["caller"]), row["user"]) is None else "found"
        case "get a key that isn't there":
            return "nothing" if store.get_session("no-such-key") is None else "found"
        case "update a key that isn't there":
            return answer(lambda: store.update_session("no-such-key", data_of(row["new"])))
        case "remove a key that isn't there":
            return answer(lambda: store.remove_session("no-such-key"))


def asks_for_another(row):
    """A caller who is one user and asks for another: the original answers, we don't (FENCE-18)."""
    return row["operation"] == "find" and user_of(ctx_of(row["caller"])) not in {None, row["user"]}


def test_refusals_are_the_originals(redis_server, namespace):
    for number, row in enumerate(rows("refusals.jsonl")):
        wanted = "nothing" if asks_for_another(row) else row["answers"]["0.4.4"]
        with RedisSessionStore(redis_server, namespace=f"{namespace}:{number}") as on_redis:
            assert answered(on_redis, row) == wanted, f"line {number + 1}"
        assert answered(InMemorySessionStore(), row) == wanted, f"line {number + 1}"


def test_the_later_original_refuses_alike_and_finds_nothing():
    for row in rows("refusals.jsonl"):
        earlier, later = row["answers"].values()
        assert later == ("nothing" if row["operation"] == "find" else earlier)


@pytest.mark.rule("REDIS-01")
@pytest.mark.parametrize("row", rows("layout.jsonl"), ids=lambda row: f"{row['version']} {row['session']}")
def test_the_same_lies_in_redis(our_store, contents, row):
    data, ctx = SessionData.from_json(json.dumps(row["data"])), ctx_of(row["caller"])
    key = our_store.create_session(ctx, data)
    held = {"create": contents()}
    our_store.update_session(key, data.replace(cursor=SessionCursor("node.2", "input")))
    held["update"] = contents()
    our_store.remove_session(key)
    held["remove"] = contents()
    for step, ours in held.items():
        named = {name.replace(key, "KEY"): value.decode().replace(key, "KEY") for name, value in ours.items()}
        assert shared(row, named) == shared(row, row["after"][step]), step


def shared(row, held):
    """What both write: documents, and with 0.4.4 routing entries of stored users; 1.2.0 routes by other keys."""
    routed = row["version"] == "0.4.4" and user_of(ctx_of(row["data"]["tenant_ctx"])) is not None
    if routed:
        return held
    return {name: value for name, value in held.items() if name.startswith("session:")}


def test_the_files_are_what_the_original_answers_today(program, redis_server, tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_URL", redis_server)
    make_original_golden.main(["--output", str(tmp_path)])
    for made in sorted(tmp_path.iterdir()):
        assert made.read_bytes() == (GOLDEN / made.name).read_bytes(), f"{made.name}: run tools.make_original_golden"
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in GOLDEN.iterdir()}
