"""The read-only mapping that holds a context's attributes."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, NoReturn, final

from greentic_session._limits import text_flaw
from greentic_session.errors import InvalidInputError


@final
class Attributes(Mapping[str, str]):
    """Strings by name, copied from a mapping, sorted by name (code points), never changed.

    Equal to any mapping with the same items; hashable; survives `copy` and `pickle`.

    Args:
        items: The strings. Later changes to this mapping change nothing here.

    Raises:
        InvalidInputError: It isn't a mapping of strings to strings, or one of them has a lone surrogate
            (DATA-26).

    >>> Attributes({"b": "2", "a": "1"})
    Attributes({'a': '1', 'b': '2'})
    """

    __slots__ = ("_items",)

    _items: dict[str, str]

    def __init__(self, items: Mapping[str, str]) -> None:
        if not isinstance(items, Mapping):
            raise InvalidInputError(
                f"TenantCtx.attributes: got {type(items).__name__}, must be a mapping of str to str"
            )
        plain = {_plain("a key", key): _plain("a value", value) for key, value in items.items()}
        object.__setattr__(self, "_items", {key: plain[key] for key in sorted(plain)})

    def __getitem__(self, key: str) -> str:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def keys(self) -> KeysView[str]:
        """The names, sorted."""
        return self._items.keys()

    def values(self) -> ValuesView[str]:
        """The strings, sorted by their names."""
        return self._items.values()

    def items(self) -> ItemsView[str, str]:
        """The names with their strings, sorted."""
        return self._items.items()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Attributes):
            return self._items == other._items
        return self._items == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        return f"Attributes({self._items!r})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("attributes are read-only: give a changed copy to TenantCtx.replace(attributes=…)")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("attributes are read-only: give a changed copy to TenantCtx.replace(attributes=…)")

    def __copy__(self) -> "Attributes":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Attributes":
        return self

    def __reduce__(self) -> tuple[type["Attributes"], tuple[dict[str, str]]]:
        return Attributes, (dict(self._items),)


def _plain(part: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInputError(f"TenantCtx.attributes: got {type(value).__name__} as {part}, must be str")
    if flaw := text_flaw(value):
        raise InvalidInputError(f"TenantCtx.attributes: got {flaw.got} as {part}, must be {flaw.wanted}")
    return str.__str__(value)


EMPTY = Attributes({})
"""The attributes of a context that has none; always this object, so that the writer can leave it out."""


def attributes_of(items: Mapping[str, str]) -> Attributes:
    """The attributes with these items; `EMPTY` where there are none."""
    attributes = items if type(items) is Attributes else Attributes(items)
    return attributes or EMPTY
