"""What a failed exchange with a Redis server is to the caller: a code, and words that tell no content."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as TimedOut

from greentic_session.errors import (
    GreenticError,
    InternalError,
    PermissionDeniedError,
    StoreTimeoutError,
    UnauthenticatedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from greentic_session.redis_store._settings import Endpoint


class WrongTypeError(InternalError):
    """A key holds something else than a string."""


class Stage(Enum):
    """Where in an exchange it failed."""

    CONNECT = "connect"
    INTRODUCE = "introduce"
    CALL = "call"


_BUSY: Final = "is busy or not ready to take this; try again later"
_CLUSTER: Final = "is a node of a Redis Cluster, which this store doesn't support; use a standalone server"

_REFUSALS: dict[str, tuple[Callable[[str], GreenticError], str]] = {
    "NOAUTH": (UnauthenticatedError, "wants a password; put it into the URL"),
    "WRONGPASS": (UnauthenticatedError, "refuses user name or password; correct the URL"),
    "AUTH": (UnauthenticatedError, "refuses user name or password; correct the URL"),
    "NOPERM": (
        PermissionDeniedError,
        "doesn't let this user do it; allow the keys of the namespace",
    ),
    "LOADING": (UnavailableError, "is loading its data; try again later"),
    "BUSY": (UnavailableError, _BUSY),
    "MASTERDOWN": (UnavailableError, _BUSY),
    "TRYAGAIN": (UnavailableError, _BUSY),
    "NOREPLICAS": (UnavailableError, "has too few replicas to take writes"),
    "MISCONF": (UnavailableError, "can't save its data and takes no writes"),
    "READONLY": (UnavailableError, "is a replica and takes no writes; name the primary in the URL"),
    "OOM": (UnavailableError, "is out of memory"),
    "MAXCLIENTS": (UnavailableError, "has as many clients as it takes"),
    "CLUSTERDOWN": (UnavailableError, _CLUSTER),
    "MOVED": (UnavailableError, _CLUSTER),
    "ASK": (UnavailableError, _CLUSTER),
    "CROSSSLOT": (UnavailableError, _CLUSTER),
}
_CLASSES = {  # redis-py cuts the code off the text of these
    "AuthenticationError": "AUTH",
    "AuthenticationWrongNumberOfArgsError": "AUTH",
    "NoPermissionError": "NOPERM",
    "BusyLoadingError": "LOADING",
    "MasterDownError": "MASTERDOWN",
    "TryAgainError": "TRYAGAIN",
    "ReadOnlyError": "READONLY",
    "OutOfMemoryError": "OOM",
    "MaxClientsError": "MAXCLIENTS",
    "ClusterDownError": "CLUSTERDOWN",
    "MovedError": "MOVED",
    "AskError": "ASK",
    "ClusterCrossSlotError": "CROSSSLOT",
}
_TOO_LONG_FOR_A_STRANGER = "Protocol error: unauthenticated"
"""What a server that wants a password answers to a command of more than ten words."""

_IN_A_SCRIPT = re.compile(r"-([A-Z]+) ")
"""Servers before 7 put the code that a command in a script met behind their own ``ERR Error running``."""


def failure(error: Exception, stage: Stage, endpoint: Endpoint) -> GreenticError:
    """The error of the library for one that redis-py or the system raised.

    Args:
        error: what was raised.
        stage: where.
        endpoint: the server; its host and port, or its path, are named, its credentials never.

    Returns:
        ``unavailable`` where the server can't be reached, is lost or can't take the operation now;
        ``timeout`` where its answer didn't come in time; ``unauthenticated`` and ``permission_denied`` where
        it says so; ``internal`` for any other answer, whose text, which could hold content, is left out.
    """
    where = f"Redis at {endpoint.place}"
    if isinstance(error, RedisError) and (refusal := _REFUSALS.get(code_of(error))):
        kind, words = refusal
        return kind(f"{where} {words}")
    if code_of(error) == "WRONGTYPE":
        return WrongTypeError(f"{where} has something else than a string under a key of the namespace")
    if stage is Stage.CONNECT:
        return UnavailableError(f"can't reach {where}: {_reason(error)}")
    if isinstance(error, TimedOut | TimeoutError):
        return StoreTimeoutError(
            f"{where} didn't answer in time (read_timeout); whether the operation happened is unknown"
        )
    if isinstance(error, Disconnected | OSError):
        return UnavailableError(
            f"the connection to {where} was lost; whether an operation under way happened is unknown"
        )
    if stage is Stage.INTRODUCE:
        return UnavailableError(f"{where} has no database {endpoint.database}, or refuses it")
    return InternalError(f"{where} answered with an error that the store doesn't know: {code_of(error) or 'ERR'}")


def code_of(error: Exception) -> str:
    """The code of a server's refusal, as ``NOPERM``; empty where ``error`` is none."""
    named = next((_CLASSES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _CLASSES), None)
    if named is not None:
        return named
    if not isinstance(error, ResponseError):
        return ""
    text = str(error)
    first = text.partition(" ")[0]
    if first in _REFUSALS or first == "WRONGTYPE":
        return first
    if text.startswith(_TOO_LONG_FOR_A_STRANGER):
        return "NOAUTH"
    inner = _IN_A_SCRIPT.search(text)
    return inner[1] if inner else ""


def _reason(error: BaseException) -> str:
    """The system's words for why there is no connection."""
    if isinstance(error, TimedOut | TimeoutError):
        return "no connection within the time allowed (connect_timeout)"
    cause = error if isinstance(error, OSError) else error.__cause__ or error.__context__
    return (cause.strerror if isinstance(cause, OSError) else None) or "no connection"
