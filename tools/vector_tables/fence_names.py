"""Rows of the fence's decision tables about names: ids that sound like more than ids, or like less.

The tables of :mod:`tools.vector_tables.fence` have one letter for each id. Stores that know those by heart go wrong over what
a name says: ``system`` is let in everywhere, ``public`` is open to everybody, ``no`` is read as false, ``null`` as nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tools.vector_tables.fence import changed, create_row, find_row, paired, said, update_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.vector_tables.fence import Ctx, Name, Names, Row


class Place(NamedTuple):
    """A name in each dimension."""

    env: str
    tenant: str
    team: str
    user: str

    def names(self) -> Names:
        """The context of this place."""
        return paired(*self)


PLACES = (
    Place("global", "system", "admin", "root"),
    Place("default", "default", "default", "default"),
    Place("dev", "admin", "admins", "admin"),
    Place("test", "root", "root", "system"),
    Place("local", "public", "public", "public"),
    Place("staging", "support", "support", "support"),
    Place("system", "service", "service", "service"),
    Place("shared", "shared", "shared", "shared"),
    Place("public", "global", "global", "guest"),
    Place("all", "all", "all", "all"),
    Place("any", "any", "any", "anonymous"),
    Place("_", "_", "_", "_"),
    Place("root", "internal", "everyone", "bot"),
    Place("admin", "master", "owners", "superuser"),
    Place("0", "0", "0", "0"),
)
"""Names that sound as if who has them may do all, or as if what has them were everybody's. They are ids like any other."""

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "env": ("env",),
    "tenant": ("tenant", "tenant_id"),
    "team": ("team", "team_id"),
    "user": ("user", "user_id"),
}


def moved(names: Names, dimension: str, value: Name) -> Names:
    """A context with another value in one dimension."""
    return changed(names, dict.fromkeys(DIMENSIONS[dimension], value))


def privileged() -> Iterator[tuple[str, Names, Names, Name]]:
    """Each place beside itself, then beside one that has the next place's name in one dimension.

    So each name is once the session's, once the other side's, and on both sides while the sides differ elsewhere.
    The dimension comes last, none where all is the same.
    """
    for place, following in zip(PLACES, PLACES[1:] + PLACES[:1], strict=True):
        yield f"privileged-{'-'.join(place)}", place.names(), place.names(), None
        for dimension in DIMENSIONS:
            mine, other = getattr(place, dimension), getattr(following, dimension)
            name = f"privileged-{dimension}-{mine}-{other}"
            yield name, place.names(), moved(place.names(), dimension, other), dimension


MISREAD = {"false": ("no", "off", "n", "0"), "true": ("yes", "on", "y", "1")}
"""Ids, each with others that YAML or a weakly typed language takes for the same value."""


def misread() -> Iterator[tuple[str, Names, Names, str]]:
    """In each dimension two ids that something on the way takes for the same; the dimension comes last."""
    for dimension in DIMENSIONS:
        session = moved(paired("e", "t", "a", "u"), dimension, None)
        for value, others in MISREAD.items():
            for other in others:
                name = f"misread-{dimension}-{value}-{other}"
                yield name, moved(session, dimension, value), moved(session, dimension, other), dimension


NOTHING = ("none", "None", "null", "NULL", "nil", "NA", "nan", "NaN", "undefined", "default", "all", "any")
"""Ids that something on the way takes for no value."""


def nothing() -> Iterator[tuple[str, Names, Names, str]]:
    """An id that reads like no team or no user on one side, and none on the other; the dimension comes last."""
    for dimension in ("team", "user"):
        absent = moved(paired("e", "t", "a", "u"), dimension, None)
        for value in NOTHING:
            # The ids of rows are told apart without regard to case, too.
            said_so = "-".join((value.lower(), *(["capitals"] if value != value.lower() else [])))
            named = moved(absent, dimension, value)
            yield f"nothing-{dimension}-{said_so}-absent", named, absent, dimension
            yield f"nothing-{dimension}-absent-{said_so}", absent, named, dimension


def whole() -> Iterator[tuple[str, Names, Names, str]]:
    """Two contexts that differ in one dimension, for contexts that hold every member; the dimension comes last."""
    session = paired("e", "t", "a", "u")
    for dimension, value in (
        ("env", "f"),
        ("tenant", "o"),
        ("team", "b"),
        ("team", None),
        ("user", "v"),
        ("user", None),
    ):
        name = f"whole-{dimension}-{getattr(session, dimension)}-{said(value)}"
        yield name, session, moved(session, dimension, value), dimension


def full(ctx: Ctx, other: Ctx) -> Ctx:
    """A context with every member that there is, of which attributes and impersonation say that it is the other one."""
    names = {name: value for name, value in ctx.items() if name != "attempt"}
    theirs = {name: other[name] for name in ("env", "tenant_id", "team_id", "user_id") if name in other}
    texts = ("session_id", "flow_id", "node_id", "provider_id", "trace_id", "i18n_id", "correlation_id")
    return {
        **names,
        **dict.fromkeys(texts, "same"),
        "attributes": {**theirs, "admin": "true", "role": "admin", "scope": "*"},
        "deadline": {"unix_millis": 4102444800000},
        "attempt": 1,
        "idempotency_key": "same",
        "impersonation": {"actor_id": other.get("user_id", "root"), "reason": "support"},
    }


def filled(row: Row, one: str, other: str) -> Row:
    """A row whose two contexts are full."""
    both = {one: full(row[one], row[other]), other: full(row[other], row[one])}
    return {**row, **both, **({"creator": both[one]} if "creator" in row else {})}


def create_rows() -> Iterator[Row]:
    """The rows of ``fence/create.jsonl`` about names, the data named before the caller."""
    for name, data, caller, _ in privileged():
        yield create_row(name, caller, data)
    for name, data, caller, _ in misread():
        yield create_row(name, caller, data, "FENCE-19")
    for name, data, caller, dimension in nothing():
        if dimension == "team" or data.user is not None:  # whoever it is may create for nobody
            yield create_row(name, caller, data)
    for name, data, caller, _ in whole():
        yield filled(create_row(name, caller, data), "data", "caller")


def update_rows() -> Iterator[Row]:
    """The rows of ``fence/update.jsonl`` about names, the stored context named before the new one."""
    for name, stored, new, _ in privileged():
        yield update_row(name, stored, new)
    for name, stored, new, _ in misread():
        yield update_row(name, stored, new, "FENCE-19")
    for name, stored, new, _ in nothing():
        yield update_row(name, stored, new)
    for name, stored, new, _ in whole():
        yield filled(update_row(name, stored, new), "stored", "new")


def find_rows() -> Iterator[Row]:
    """The rows of ``fence/find.jsonl`` about names, the stored context named before the caller.

    The caller asks for itself. A caller of another user asks for the stored one, too.
    """
    for name, stored, caller, dimension in privileged():
        yield find_row(name, stored, caller, str(caller.user))
        if dimension == "user":
            yield find_row(f"{name}-asks", stored, caller, str(stored.user))
    for name, stored, caller, _ in misread():
        yield find_row(name, stored, caller, str(caller.user), "FENCE-19")
    for name, stored, caller, dimension in nothing():
        if dimension == "team" or stored.user is None:  # a caller without a user may ask for anybody
            yield find_row(name, stored, caller, str(caller.user))
    for name, stored, caller, dimension in whole():
        yield filled(find_row(name, stored, caller, caller.user or "v"), "stored", "caller")
        if dimension == "user" and caller.user is not None:
            yield filled(find_row(f"{name}-asks", stored, caller, str(stored.user)), "stored", "caller")
