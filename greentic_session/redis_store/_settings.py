"""What a Redis store is told: a URL, a namespace, time limits. All of it is checked before anything connects.

No message shows a part of a URL that could belong to a password: a ``/``, ``?`` or ``#`` that someone forgot
to encode in one moves its end to where a port, a database or an option is expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from greentic_session.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_NAMESPACE: Final = "greentic:session"
"""The namespace that the original uses."""

DEFAULT_TIMEOUT: Final = 5.0
"""Seconds to wait for a connection, and for an answer."""

_ENCODE = "in a user name or password, write '/' as %2F, '?' as %3F, '#' as %23 and '@' as %40"
_FORMS = "redis://[user:password@]host[:port][/database], rediss://… for TLS, or unix://[user:password@]/path"
_LONGEST = 86_400
_DATABASE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is and how to introduce oneself there; its ``repr`` and ``str`` hold no credentials."""

    scheme: str
    place: str
    host: str = ""
    port: int = 6379
    path: str = ""
    database: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    tls: tuple[tuple[str, str | bool], ...] = ()

    def __str__(self) -> str:
        secret = "***@" if self.username or self.password else ""
        if self.path:
            return f"unix://{secret}{self.path}?db={self.database}"
        return f"{self.scheme}://{secret}{self.place}/{self.database}"


def parse_url(url: object) -> Endpoint:
    """The server that ``url`` names.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, with user, password and database where wanted; the
            database also as the option ``db``; for ``rediss://`` the options ``ssl_ca_certs``,
            ``ssl_ca_path``, ``ssl_certfile``, ``ssl_keyfile``, ``ssl_cert_reqs`` and ``ssl_check_hostname``.

    Raises:
        InvalidInputError: it isn't such a URL.
    """
    if not isinstance(url, str):
        raise InvalidInputError(f"url: got {type(url).__name__}, must be str: {_FORMS}")
    scheme, separator, _ = url.partition("://")
    if not separator:
        raise InvalidInputError(f"url: got text without a scheme, must be {_FORMS}")
    if scheme not in _OPTIONS:
        raise InvalidInputError(f"url: got another scheme than redis, rediss and unix, must be {_FORMS}")
    if not url.isprintable() or " " in url:
        raise InvalidInputError("url: got white space or a control character; encode it, as %20 for a space")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InvalidInputError(f"url: got a host that is none, must be {_FORMS}") from None
    if "@" in parts.path + parts.query or "#" in url:
        raise InvalidInputError(f"url: got '@' or '#' behind the host; {_ENCODE}")
    options = _options(parts.query, _OPTIONS[scheme])
    tls = tuple((name, value) for name, value in options.items() if name != "db")
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if scheme == "unix":
        return _unix(parts, username, password, options)
    host, port = unquote(parts.hostname or "localhost"), _port(parts)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    database = _database(parts.path.strip("/") or str(options.get("db", 0)))
    return Endpoint(scheme, place, host, port, "", database, username, password, tls)


def checked_namespace(namespace: object) -> str:
    """``namespace`` as one that keys can begin with; anything else is ``invalid_input``."""
    if not isinstance(namespace, str):
        raise InvalidInputError(f"namespace: got {type(namespace).__name__}, must be a non-empty str")
    if not namespace:
        raise InvalidInputError(
            f"namespace: got an empty string, must have a character at least, as {DEFAULT_NAMESPACE!r}"
        )
    try:
        namespace.encode()
    except UnicodeEncodeError:
        raise InvalidInputError("namespace: got a lone surrogate, must be text that UTF-8 can encode") from None
    return str.__str__(namespace)


def checked_seconds(name: str, seconds: object) -> float:
    """``seconds`` as a time limit: a finite number above 0; anything else is ``invalid_input``."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise InvalidInputError(f"{name}: got {type(seconds).__name__}, must be a number of seconds above 0")
    if not 0 < seconds <= _LONGEST:
        raise InvalidInputError(f"{name}: must be above 0 and at most {_LONGEST} seconds")
    return float(seconds)


def _unix(
    parts: SplitResult, username: str | None, password: str | None, options: Mapping[str, str | bool]
) -> Endpoint:
    if parts.hostname or not parts.path.strip("/"):
        raise InvalidInputError("url: got no path of a socket, must be unix:///path/to/socket[?db=0]")
    path = unquote(parts.path)
    database = _database(str(options.get("db", 0)))
    return Endpoint("unix", path, path=path, database=database, username=username, password=password)


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise InvalidInputError(f"url: got a port that is none, must be a number from 1 to 65535; {_ENCODE}")
    return 6379 if port is None else port


def _database(text: str) -> int:
    if not _DATABASE.fullmatch(text):
        raise InvalidInputError(f"url: got a database that is none, must be its number, as /0; {_ENCODE}")
    return int(text)


def _options(query: str, allowed: Mapping[str, Callable[[str], str | bool]]) -> dict[str, str | bool]:
    found: dict[str, str | bool] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in allowed or name in found:
            raise InvalidInputError(
                f"url: got an option that is unknown or given twice, must be of {', '.join(allowed)}; "
                "time limits are the store's arguments connect_timeout and read_timeout"
            )
        try:
            found[name] = allowed[name](value)
        except KeyError:
            raise InvalidInputError(f"url: got another value of {name} than it can have") from None
    return found


_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_REQUIREMENTS = {name: name for name in ("none", "optional", "required")}
_OPTIONS: Mapping[str, Mapping[str, Callable[[str], str | bool]]] = {
    "redis": {"db": str},
    "unix": {"db": str},
    "rediss": {
        "db": str,
        "ssl_ca_certs": str,
        "ssl_ca_path": str,
        "ssl_certfile": str,
        "ssl_keyfile": str,
        "ssl_cert_reqs": lambda value: _REQUIREMENTS[value],
        "ssl_check_hostname": lambda value: _FLAGS[value.lower()],
    },
}
