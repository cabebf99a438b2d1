"""The reference of the library: a block for each public name, which mkdocstrings fills from the docstrings."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

_PACKAGE = "greentic_session"

_GROUPS = {
    "Opening a store": ("create_session_store", "SessionBackendConfig", "InMemoryConfig", "RedisConfig"),
    "Stores": ("SessionStore", "AsyncSessionStore", "InMemorySessionStore", "RedisSessionStore"),
    "Values": (
        "SessionData",
        "SessionCursor",
        "TenantCtx",
        "Impersonation",
        "InvocationDeadline",
    ),
    "Names": ("SessionKey", "EnvId", "TenantId", "TeamId", "UserId", "FlowId", "PackId"),
    "Errors": ("GreenticError", "ErrorCode"),
}
_MORE = "More"

#: Public modules besides the package itself.
_MODULES = {"Session keys": "mapping"}

#: Blocks in the hand-written pages that wait for a name: they vanish where it isn't there yet.
_BLOCK = "::: "


def library_page(intro: str) -> str:
    """The reference page: the hand-written introduction, then every public name by what it is for."""
    public = list(getattr(import_module(_PACKAGE), "__all__", ()))
    grouped = {title: [name for name in names if name in public] for title, names in _GROUPS.items()}
    known = {name for names in _GROUPS.values() for name in names}
    errors = [name for name in public if name.endswith("Error") and name not in known]
    grouped["Errors"] += errors
    grouped[_MORE] = [name for name in public if name not in known and name not in errors]
    sections = [_section(title, (f"{_PACKAGE}.{name}" for name in names)) for title, names in grouped.items() if names]
    for title, module in _MODULES.items():
        if find_spec(f"{_PACKAGE}.{module}") is not None:
            sections.append(_section(title, [f"{_PACKAGE}.{module}"]))
    return "\n\n".join([intro.rstrip(), *sections, ""])


def without_missing_names(page: str) -> str:
    """A hand-written page without its blocks for names that the code doesn't have."""
    kept = [line for line in page.split("\n") if not line.startswith(_BLOCK) or _exists(line.removeprefix(_BLOCK))]
    return "\n".join(kept)


def _section(title: str, names: Iterable[str]) -> str:
    blocks = "\n\n".join(f"{_BLOCK}{name}" for name in names)
    return f"## {title}\n\n{blocks}"


def _exists(dotted: str) -> bool:
    module, _, name = dotted.strip().rpartition(".")
    try:
        return hasattr(import_module(module), name)
    except ModuleNotFoundError:
        return False
