"""Storages that share nothing, are empty when they are opened, and leave nothing behind (rule VERD-21).

Each function answers what is wrong and what to do, or nothing. Whatever a store does wrong by itself is left to the rules: only
what a correct store on correct storages can't do is a fault of the target.
"""

from greentic_session import SessionData
from greentic_session_conformance.case import Failed, Handle
from greentic_session_conformance.samples import USER, context, session

_KEY = "greentic-isolation-probe"
_FRESH = "each storage must be a fresh, empty place, such as a new file, schema or namespace"
_ALONE = f"{_FRESH} (a Target that can only have one at a time says `isolated = False`)"


def not_empty(store: Handle) -> str:
    """Whether a storage in which nothing was created yet holds sessions."""
    try:
        found = store.try_find(context(), USER)
        if not found.ok or found.value is None:
            return ""
        key, data = found.value
        held = store.try_get(key)
    except Failed:
        return ""
    if not held.ok or held.value != data:
        return ""  # it finds what isn't there, which the rules judge
    return f"a storage that was opened right now holds a session already, perhaps from an earlier run: {_FRESH}, or close_storage must clean up"


def left_behind(store: Handle, key: str) -> str:
    """Whether a storage holds the session that was put into one that has been closed since."""
    try:
        by_key, by_user = store.try_get(key), store.try_find(context(), USER)
    except Failed:
        return ""
    if (by_key.ok and by_key.value is not None) or (
        by_user.ok and by_user.value is not None and by_user.value[0] == key
    ):
        return f"a new storage holds the session that was put into the one closed before: {_FRESH}, or close_storage must clean up"
    return ""


def shared(first: Handle, second: Handle, key: str, data: SessionData) -> str:
    """Whether two storages see each other's sessions.

    Args:
        first: a handle on the one storage, in which a session was created.
        second: a handle on the other.
        key: the session's key.
        data: the session.
    """
    try:
        by_key, by_user = second.try_get(key), second.try_find(data.tenant_ctx, USER)
        if (by_key.ok and by_key.value is not None) or (by_user.ok and by_user.value is not None):
            return f"two storages see each other's sessions: {_ALONE}"
        reads = (first.try_get(key), first.try_get(key))
        if any(not held.ok or held.value != data for held in reads):
            return ""  # it can't read its own write, or not twice, which the rules judge
        second.try_remove(key)
        after = first.try_get(key)
        if after.ok and after.value is None:
            return f"a remove in one storage reaches a session in another: {_ALONE}"
    except Failed:
        pass
    return ""


def shared_keys(first: Handle, second: Handle) -> str:
    """Whether a key given in one storage is taken in another."""
    ctx = context()
    try:
        given = first.try_create(ctx, session(ctx), _KEY)
        if not given.ok or given.value != _KEY:
            return ""  # what is called key there may be something else
        other = second.try_create(ctx, session(ctx), _KEY)
        if other.code == "conflict":
            return f"a key that is given in one storage is taken in another: {_ALONE}"
        first.try_remove(_KEY)
        second.try_remove(_KEY)
    except Failed:
        pass
    return ""
