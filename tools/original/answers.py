"""What the original answers, in rows: documents, derived keys, refusals, and what lies in its Redis."""

from __future__ import annotations

import base64
import json
import random
import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import redis
from greentic_session_conformance.adapter.process import AdapterError, AdapterProcess
from greentic_session_conformance.targets.command import AdapterStore

from greentic_session import SessionCursor, SessionData, TenantCtx
from tools.original.cases import cases
from tools.original.crate import STORES, VERSIONS, Adapter
from tools.original.documents import text
from tools.original.sessions import WITH_A_USER, WITHOUT_A_USER, user_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


Row = dict[str, Any]
SEED: Final = "golden"
_VECTORS: Final = Path(__file__).resolve().parents[2] / "spec" / "vectors"
#: How many documents of each kind, and how many rows of each table of the fence.
_OF_A_KIND: Final = 16
_OF_A_TABLE: Final = 60
_LONGEST: Final = 1000


class UnlikeError(Exception):
    """Two versions of the original answer differently where they were thought to agree."""


def documents(program: Path) -> Iterator[Row]:
    """Texts for the decoder, as many of each kind, and what all versions answer."""
    chosen, taken = [], Counter[str]()
    for case in cases(SEED, 4000):
        if len(case.text) <= _LONGEST and taken[case.kind] < _OF_A_KIND:
            taken[case.kind] += 1
            chosen.append(case)
    theirs, others = (Adapter(program, version).decode_all([case.text for case in chosen]) for version in VERSIONS)
    if theirs != others:
        raise UnlikeError("the versions don't decode alike")
    for case, written in zip(chosen, theirs, strict=True):
        row: Row = {"kind": case.kind, **_spelt(case.text), "accepted": written is not None}
        yield row if written is None else {**row, "written": written.decode()}


def _spelt(data: bytes) -> Row:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def keys(program: Path) -> Iterator[Row]:
    """Derived keys of parts of every kind."""
    generator = random.Random(SEED)  # noqa: S311 - reproducible, no secret
    parts = [("", "", ""), ("a:b", "c", "d"), ("a", "b:c", "d"), ("12", "-1001", "7")]
    parts += [(text(generator), text(generator), text(generator)) for _ in range(36)]
    asked = [(function, three) for three in parts for function in ("telegram", "webhook")]
    theirs, others = (Adapter(program, version).derive_all(asked) for version in VERSIONS)
    if theirs != others:
        raise UnlikeError("the versions don't derive alike")
    for (function, three), key in zip(asked, theirs, strict=True):
        yield {"function": function, "parts": list(three), "key": key}


class Stores:
    """The original's stores as running processes, and a Redis for those that want one.

    Args:
        program: the adapter.
        url: the server.
    """

    def __init__(self, program: Path, url: str) -> None:
        self._url = url
        self._client = redis.Redis.from_url(url)
        self._processes = {
            (version, store): AdapterProcess(Adapter(program, version, store).command)
            for version in VERSIONS
            for store in STORES
        }
        for process in self._processes.values():
            process.initialize()

    def close(self) -> None:
        """End the processes."""
        for process in self._processes.values():
            process.shut_down()
        self._client.close()

    def fresh(self, version: str, store: str) -> tuple[AdapterStore, str]:
        """A store on a place of its own, and its namespace."""
        process = self._processes[version, store]
        namespace = f"golden:{uuid.uuid4().hex}"
        place = process.ask("open_storage", {"redis_url": self._url, "namespace": namespace})["storage"]
        return AdapterStore(process, process.ask("open_store", {"storage": place})["store"]), namespace

    def taken(self, namespace: str, key: str) -> dict[str, str]:
        """What lies in a namespace, with the session's key as KEY; it is deleted."""
        held = {}
        for name in sorted(self._client.scan_iter(f"{namespace}:*", count=1000)):
            value = self._client.get(name)
            assert isinstance(value, bytes)
            held[name.decode().removeprefix(f"{namespace}:").replace(key, "KEY")] = value.decode().replace(key, "KEY")
        return held

    def clear(self, namespace: str) -> None:
        """Delete a namespace's keys."""
        for name in list(self._client.scan_iter(f"{namespace}:*", count=1000)):
            self._client.delete(name)


def refusals(stores: Stores) -> Iterator[Row]:
    """What the fence lets through and what it refuses: a sample of the vectors, and keys that aren't there.

    An answer is ``ok``, a code, ``found`` or ``nothing``, by version; both stores of a version give it.
    """
    asked: tuple[tuple[str, Callable[[AdapterStore, Row], str]], ...] = (
        ("create", _create),
        ("update", _update),
        ("find", _find),
    )
    for table, operation in asked:
        rows = [json.loads(line) for line in (_VECTORS / "fence" / f"{table}.jsonl").read_text("utf-8").splitlines()]
        sample = random.Random(f"{SEED} {table}").sample(rows, _OF_A_TABLE)  # noqa: S311 - reproducible, no secret
        names = ("creator", "stored", "caller", "data", "new", "user")
        for row in sample:
            given = {name: row[name] for name in names if name in row}
            yield {"operation": table, **given, "answers": _answers(stores, lambda store: operation(store, given))}  # noqa: B023 - called at once
    for name, call in _WITHOUT_A_SESSION.items():
        yield {"operation": name, "new": _ANY, "answers": _answers(stores, call)}


def _answers(stores: Stores, call: Callable[[AdapterStore], str]) -> dict[str, str]:
    told = {}
    for version in VERSIONS:
        answers = set()
        for kind in STORES:
            store, namespace = stores.fresh(version, kind)
            answers.add(call(store))
            stores.clear(namespace)
        if len(answers) > 1:
            raise UnlikeError(f"the stores of {version} answer {answers}")
        told[version] = answers.pop()
    return told


def data_of(ctx: Row, node: str = "node.1") -> SessionData:
    """A session of a context."""
    return SessionData(tenant_ctx=ctx_of(ctx), flow_id="survey", cursor=SessionCursor(node), context_json="{}")


def ctx_of(document: Row) -> TenantCtx:
    """The context that a row holds."""
    return TenantCtx.from_json(json.dumps(document))


def code_of(call: Callable[[], Any]) -> str:
    """``ok``, or the code of the refusal."""
    try:
        call()
    except AdapterError as error:
        return error.code
    return "ok"


def _create(store: AdapterStore, row: Row) -> str:
    return code_of(lambda: store.create_session(ctx_of(row["caller"]), data_of(row["data"])))


def _update(store: AdapterStore, row: Row) -> str:
    stored = data_of(row["stored"])
    key = store.create_session(stored.tenant_ctx, stored)
    return code_of(lambda: store.update_session(key, data_of(row["new"], "node.2")))


def _find(store: AdapterStore, row: Row) -> str:
    store.create_session(ctx_of(row["creator"]), data_of(row["stored"]))
    return "nothing" if store.find_by_user(ctx_of(row["caller"]), row["user"]) is None else "found"


_ANY: Final = {"env": "e", "tenant": "t", "tenant_id": "t", "attempt": 0}
_WITHOUT_A_SESSION: Final[dict[str, Callable[[AdapterStore], str]]] = {
    "get a key that isn't there": lambda store: "nothing" if store.get_session("no-such-key") is None else "found",
    "update a key that isn't there": lambda store: code_of(lambda: store.update_session("no-such-key", data_of(_ANY))),
    "remove a key that isn't there": lambda store: code_of(lambda: store.remove_session("no-such-key")),
}


def layout(stores: Stores) -> Iterator[Row]:
    """What lies in Redis after create, after update and after remove, with the session's key as KEY."""
    for version in VERSIONS:
        for name, data in {**WITH_A_USER, **WITHOUT_A_USER}.items():
            if name == "large":
                continue
            ctx = data.tenant_ctx if user_of(data.tenant_ctx) else data.tenant_ctx.with_user("caller-1")
            changed = data.replace(cursor=SessionCursor("node.2", "input"))
            store, namespace = stores.fresh(version, "redis")
            key = store.create_session(ctx, data)
            created = stores.taken(namespace, key)
            store.update_session(key, changed)
            updated = stores.taken(namespace, key)
            store.remove_session(key)
            removed = stores.taken(namespace, key)
            stores.clear(namespace)
            yield {
                "version": version,
                "session": name,
                "caller": json.loads(ctx.to_json()),
                "data": json.loads(data.to_json()),
                "after": {"create": created, "update": updated, "remove": removed},
            }
