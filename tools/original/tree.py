"""JSON that can hold what no parsed value holds: repeated members, numbers as they are spelt, escapes, and faults."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

#: A piece of JSON text, or a value that is written in one of the ways that it can be.
Node: TypeAlias = "Raw | Object | list[Node] | str | int | None"


@dataclass(slots=True)
class Raw:
    """Text that is written as it is: a number, a string with its quotes, or what is no JSON at all."""

    text: str


@dataclass(slots=True)
class Object:
    """Members in order, perhaps repeated. A name that is `Raw` brings its own quotes."""

    members: list[tuple[str | Raw, Node]] = field(default_factory=list)

    def copy(self) -> Object:
        """The same with lists of its own, all the way down."""
        return Object([(name, copied(value)) for name, value in self.members])

    def get(self, name: str) -> Node:
        """The first member of a name."""
        return next(value for known, value in self.members if known == name)


def copied(node: Node) -> Node:
    """A node that shares nothing that can be changed."""
    match node:
        case Object():
            return node.copy()
        case list():
            return [copied(item) for item in node]
        case _:
            return node


def objects(node: Node) -> Iterator[Object]:
    """Every object of a tree, the outermost first."""
    match node:
        case Object():
            yield node
            for _, value in node.members:
                yield from objects(value)
        case list():
            for item in node:
                yield from objects(item)


class Writer:
    """Writes trees: compactly, or with the white space and the escapes that nobody needs but everybody may write.

    Args:
        generator: which of the ways.
        odd: how likely a place gets white space, and a character an escape.
    """

    def __init__(self, generator: random.Random, odd: float = 0.0) -> None:
        self._generator = generator
        self._odd = odd

    def __call__(self, node: Node) -> str:
        """The text of a tree."""
        match node:
            case Raw():
                return node.text
            case Object():
                members = (
                    f"{self._space()}{self(name)}{self._space()}:{self._space()}{self(value)}{self._space()}"
                    for name, value in node.members
                )
                return "{" + (",".join(members) or self._space()) + "}"
            case list():
                return (
                    "["
                    + (",".join(f"{self._space()}{self(item)}{self._space()}" for item in node) or self._space())
                    + "]"
                )
            case str() if not self._odd:
                return json.dumps(node, ensure_ascii=False)
            case str():
                return '"' + "".join(map(self._character, node)) + '"'
            case None:
                return "null"
            case bool():
                return str(node).lower()
            case _:
                return str(node)

    def _space(self) -> str:
        if not self._odd or self._generator.random() >= self._odd / 4:
            return ""
        return "".join(self._generator.choices(" \t\n\r", k=self._generator.randint(1, 3)))

    def _character(self, character: str) -> str:
        short = _SHORT.get(character)
        if self._odd and self._generator.random() < self._odd:
            if short and self._generator.random() < 0.5:
                return short
            return "".join(self._escape(unit) for unit in _units(character))
        if character in '"\\' or character < " ":
            return short or f"\\u{ord(character):04x}"
        return character

    def _escape(self, unit: int) -> str:
        digits = f"{unit:04x}"
        upper = int(self._generator.random() * 5)
        return f"\\u{digits[:upper].upper()}{digits[upper:]}"


_SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _units(character: str) -> list[int]:
    """The code units of UTF-16 that a character is escaped by."""
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]
