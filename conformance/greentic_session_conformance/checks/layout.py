"""A Redis as another program sees it: for planting records and for reading what a store has written."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Case, Handle, NotJudged

#: Records that name a user and a team, in forms that only a reader of all of JSON takes for what they are.
RECORDS_OF_A_USER = tuple(
    f'{{{before}"tenant_ctx":{{{ctx},"attempt":0}},"flow_id":"f","cursor":{{"node_pointer":"n"}},"context_json":"{{}}"}}'
    for before, ctx in (
        ("", '"env":"dev","tenant":"t","tenant_id":"t","team":"ops","team_id":null,"user":"user-7","user_id":null'),
        ("", '"user_id":"user-7","user":null,"team_id":"ops","team":null,"tenant_id":"t","tenant":"t","env":"dev"'),
        ("", '"env":"dev","tenant":"t","tenant_id":"t","team":"ops","user":"user-7"'),
        ("", '"env":"d\\u0065v","tenant":"t","tenant_id":"\\u0074","team_id":"o\\u0070s","user_id":"user\\u002d7"'),
        ("", ' "env" : "dev" , "tenant":"t",\n\t"tenant_id" : "t" , "team_id" : "ops" , "user_id" : "user-7" '),
        ("", '"attributes":{"user_id":"x","team_id":"y"},"env":"dev","tenant":"t","tenant_id":"t","team":"ops","user":"user-7"'),
        ('"env":"x","tenant_id":"x","user_id":"x",', '"env":"dev","tenant":"t","tenant_id":"t","team_id":"ops","user_id":"user-7"'),
        ("", '"env":"dev","tenant":"t","tenant_id":"t","team":"old","team_id":"ops","user":"old","user_id":"user-7"'),
    )
)  # fmt: skip


class Layout:
    """A namespace on a server.

    Args:
        url: the server.
        namespace: the namespace.
    """

    def __init__(self, url: str, namespace: str) -> None:
        try:
            from redis import Redis  # noqa: PLC0415 - an extra that only this profile needs
        except ImportError:
            message = "judging redis-layout needs the package redis: pip install 'greentic-session[redis]'"
            raise NotJudged(message) from None
        self.client: Any = Redis.from_url(
            url, decode_responses=True, encoding_errors="surrogateescape", socket_timeout=10
        )
        self.namespace = namespace

    def session(self, key: str) -> str:
        """The name of a session's record."""
        return f"{self.namespace}:session:{key}"

    def entry(self, ctx: TenantCtx, user: str) -> str:
        """The name of a user's routing entry."""
        team = ctx.effective_team
        return f"{self.namespace}:user:{ctx.env}:{ctx.tenant_id}:{'-' if team is None else team}:{user}"

    def plant(self, key: str, data: SessionData | str, user: str | None = None) -> None:
        """Write a session as another program would: its record, and the entry of a user."""
        document = data if isinstance(data, str) else data.to_json().decode()
        self.client.set(self.session(key), document)
        if user is not None and isinstance(data, SessionData):
            self.client.set(self.entry(data.tenant_ctx, user), key)

    def contents(self) -> dict[str, str]:
        """Every `session:` and `user:` key of the namespace with its value; other keys are the store's own business."""
        found = {}
        for family in ("session", "user"):
            literally = re.sub(r"[*?\[\]\\^-]", r"\\\g<0>", f"{self.namespace}:{family}:")
            for name in self.client.scan_iter(match=f"{literally}*", count=1000):
                kind = self.client.type(name)
                found[name] = self.client.get(name) if kind == "string" else f"a {kind}"
        return dict(sorted(found.items()))


@contextmanager
def laid_out(case: Case) -> Iterator[tuple[Handle, Layout]]:
    """A store on a fresh storage, and the Redis below it."""
    storage = case.storage()
    url, namespace = case.bounded("redis", case.target.redis, storage)
    layout = Layout(url, namespace)
    try:
        yield case.store(storage), layout
    finally:
        layout.client.close()


def fresh_key() -> str:
    """A key that no store has issued."""
    return f"planted-{uuid.uuid4().hex}"
