"""Contexts and sessions for the tests of this folder, and a look at what Redis holds."""

import pytest

from greentic_session import GreenticError, SessionCursor, SessionData, TenantCtx


def context(env="dev", tenant="acme", team=None, user=None):
    return TenantCtx.new(env, tenant).with_team(team).with_user(user)


def session(ctx, node="start", text="{}"):
    return SessionData(ctx, "support.flow", SessionCursor(node), text)


def contents(client, namespace):
    """All string keys of a namespace, without it, with their values."""
    found = {}
    for name in client.scan_iter(f"{namespace}:*", count=1000):
        found[name.decode()[len(namespace) + 1 :]] = client.get(name).decode()
    return found


def refusal(operation, *arguments):
    """The error that a call raises."""
    with pytest.raises(GreenticError) as raised:
        operation(*arguments)
    return raised.value
