"""A connector delivers the same event twice; both deliveries end in one session.

``python webhook.py redis://127.0.0.1/`` or with the URL in ``REDIS_URL``; in memory without either.
"""

import os
import sys

from greentic_session import (
    ErrorCode,
    GreenticError,
    RedisConfig,
    SessionCursor,
    SessionData,
    SessionStore,
    TenantCtx,
    create_session_store,
)
from greentic_session.inmemory import InMemorySessionStore
from greentic_session.mapping import webhook_to_session_key
from greentic_session.redis_store import RedisSessionStore

CTX = TenantCtx.new("dev", "tenant-42").with_user("connector")


def receive(store: InMemorySessionStore | RedisSessionStore, order: str) -> SessionData:
    """The session of the event, begun now or by an earlier delivery."""
    key = webhook_to_session_key("shop", "order.paid", order)
    begun = SessionData(CTX, "fulfil.flow", SessionCursor("pack"), f'{{"order": "{order}"}}')
    try:
        store.create_session(CTX, begun, key)
    except GreenticError as error:
        if error.code != ErrorCode.CONFLICT:
            raise
        print("delivered again: get the session that has the key")
        return required(store, key)
    print("delivered first: create the session")
    return begun


def required(store: SessionStore, key: str) -> SessionData:
    """The session under the key, which was there a moment ago."""
    data = store.get_session(key)
    if data is None:
        sys.exit("the flow has ended between the two deliveries: nothing is left to do")
    return data


def main() -> None:
    """Deliver one event twice."""
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("REDIS_URL", "memory:")
    namespace = os.environ.get("NAMESPACE", "greentic:session")
    with create_session_store(url if url == "memory:" else RedisConfig(url, namespace)) as store:
        first, again = receive(store, "1234"), receive(store, "1234")
        print("the same session:", first == again)
        store.remove_session(webhook_to_session_key("shop", "order.paid", "1234"))


if __name__ == "__main__":
    main()
