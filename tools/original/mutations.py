"""Ways to change the tree of a document, named by what is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.original.documents import anything, text
from tools.original.tokens import NUMBERS, STRINGS, TOKENS
from tools.original.tree import Node, Object, Raw, Writer, objects

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

#: The members whose values are objects with members of their own that are known.
OBJECTS: Final = ("tenant_ctx", "cursor", "deadline", "impersonation")


def _drop(generator: random.Random, document: Object) -> None:
    held = _object_with_members(generator, document)
    held.members.pop(generator.randrange(len(held.members)))


def _repeat(generator: random.Random, document: Object) -> None:
    held = _object_with_members(generator, document)
    name, value = generator.choice(held.members)
    spelt = generator.choice((name, _escaped(generator, name)))
    value = generator.choice((value, None, anything(generator), text(generator)))
    held.members.insert(generator.randint(0, len(held.members)), (spelt, value))


def _rename(generator: random.Random, document: Object) -> None:
    held = _object_with_members(generator, document)
    at = generator.randrange(len(held.members))
    name, value = held.members[at]
    plain = name if isinstance(name, str) else "x"
    odd = (
        plain.upper(),
        plain[:-1],
        f"{plain} ",
        "",
        text(generator),
        Raw(generator.choice(STRINGS)),
        Raw(generator.choice(NUMBERS)),
    )
    held.members[at] = (generator.choice((_escaped(generator, name), *odd)), value)


def _replace(generator: random.Random, document: Object) -> None:
    held = _object_with_members(generator, document)
    at = generator.randrange(len(held.members))
    name, _ = held.members[at]
    value: Node
    match generator.randrange(4):
        case 0:
            value = Raw(generator.choice(TOKENS))
        case 1:
            value = Raw(generator.choice(NUMBERS))
        case 2:
            value = Raw(generator.choice(STRINGS))
        case _:
            value = anything(generator)
    held.members[at] = (name, value)


def _number(generator: random.Random, document: Object) -> None:
    ctx = document.get("tenant_ctx")
    assert isinstance(ctx, Object)
    spelt = Raw(generator.choice(NUMBERS))
    if generator.random() < 0.5:
        _put(ctx, "attempt", spelt)
    else:
        _put(ctx, "deadline", Object([("unix_millis", spelt)]))


def _string(generator: random.Random, document: Object) -> None:
    held = _object_with_members(generator, document)
    texts = [at for at, (_, value) in enumerate(held.members) if isinstance(value, str)]
    if not texts:
        return _replace(generator, document)
    at = generator.choice(texts)
    name, value = held.members[at]
    assert isinstance(value, str)
    inner = generator.choice(STRINGS)[1:-1]
    place = generator.randint(0, len(value))
    written = Writer(generator)
    around = (written(value[:place])[:-1], written(value[place:])[1:])
    held.members[at] = (name, Raw(inner.join(around)))
    return None


def _null(generator: random.Random, document: Object) -> None:
    held = _object_with_members(generator, document)
    at = generator.randrange(len(held.members))
    held.members[at] = (held.members[at][0], None)


def _attribute(generator: random.Random, document: Object) -> None:
    ctx = document.get("tenant_ctx")
    assert isinstance(ctx, Object)
    names = [
        generator.choice(("a", "a", "b", "é", "e\u0301", "", "A", Raw(generator.choice(STRINGS))))
        for _ in range(generator.randint(1, 4))
    ]
    odd: tuple[Node, ...] = (
        "v",
        "",
        text(generator),
        Raw(generator.choice(STRINGS)),
        None,
        Raw(generator.choice(NUMBERS)),
    )
    weights = (8, 4, 8, 2, 1, 1)
    attributes = Object([(name, generator.choices(odd, weights)[0]) for name in names])
    _put(ctx, "attributes", generator.choice((attributes, attributes, attributes, None, [], Object())))


def _unknown(generator: random.Random, document: Object) -> None:
    held = generator.choice(list(objects(document)))
    name: str | Raw = generator.choice(("x", "y", text(generator), Raw(generator.choice(STRINGS))))
    value: Node = generator.choice((anything(generator), Raw(generator.choice(TOKENS))))
    held.members.insert(generator.randint(0, len(held.members)), (name, value))


def _deep(generator: random.Random, document: Object) -> None:
    """An unknown member of some depth; the bound that decoders may set is beyond."""
    depth = generator.choice((1, 5, 63, 64, 126, 127, 128, 129, 150, 197))
    left, right = generator.choice((("[", "]"), ('{"a":', "}"), ('[{"":', "}]"), ("[0,", "]")))
    times = depth // 2 if left.startswith("[{") else depth
    core = generator.choice(("0", "null", '"\\ud800"', "[]", '"["'))
    _unknown_raw(generator, document, left * times + core + right * times)


def _too_deep(generator: random.Random, document: Object) -> None:
    """An unknown member beyond the depth that every decoder must accept."""
    depth = generator.choice((300, 1000, 5000))
    _unknown_raw(generator, document, "[" * depth + "]" * depth)


def _unknown_raw(generator: random.Random, document: Object, spelt: str) -> None:
    held = generator.choice((document, document.get("tenant_ctx"), document.get("cursor")))
    assert isinstance(held, Object)
    held.members.insert(generator.randint(0, len(held.members)), ("unknown", Raw(spelt)))


def _as_array(generator: random.Random, document: Object) -> None:
    """An object of the model as the array of its values."""
    places = [(held, at) for held in objects(document) for at, (name, _) in enumerate(held.members) if name in OBJECTS]
    held, at = generator.choice(places)
    name, value = held.members[at]
    if isinstance(value, Object):
        missing: list[Node] = [None] * generator.choice((0, 0, 0, 1, 2))
        held.members[at] = (name, [inner for _, inner in value.members] + missing)


def _put(held: Object, name: str, value: Node) -> None:
    held.members = [(known, inner) for known, inner in held.members if known != name]
    held.members.append((name, value))


def _object_with_members(generator: random.Random, document: Object) -> Object:
    return generator.choice([held for held in objects(document) if held.members])


def _escaped(generator: random.Random, name: str | Raw) -> Raw:
    return name if isinstance(name, Raw) else Raw(Writer(generator, odd=0.5)(name))


MUTATIONS: Final[dict[str, Callable[[random.Random, Object], None]]] = {
    "a member dropped": _drop,
    "a member repeated": _repeat,
    "a member renamed": _rename,
    "a value replaced": _replace,
    "a number": _number,
    "a string": _string,
    "null": _null,
    "attributes": _attribute,
    "an unknown member": _unknown,
    "depth": _deep,
    "more depth": _too_deep,
    "an array for an object": _as_array,
}
