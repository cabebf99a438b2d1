"""The conformance suite for Greentic session stores.

>>> from greentic_session_conformance import Target

Names are imported when they are first used, so that the pytest plugin, which every pytest loads that has the
distribution installed, costs nothing where it isn't used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from greentic_session_conformance.servers import redis_url
    from greentic_session_conformance.suite import SessionStoreConformance
    from greentic_session_conformance.targets.target import Target

__all__ = ["SessionStoreConformance", "Target", "redis_url"]

_HOMES = {"SessionStoreConformance": "suite", "Target": "targets.target", "redis_url": "servers"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
