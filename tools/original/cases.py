"""Texts for a decoder: documents as they are, and with something changed in the tree, in the tokens or in the bytes."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tools.original.documents import identifier, loosely, session
from tools.original.mutations import MUTATIONS, OBJECTS
from tools.original.tokens import BETWEEN, TOKENS
from tools.original.tree import Object, Writer, objects

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+|\s+|.', re.DOTALL)


class Case(NamedTuple):
    """A text for a decoder.

    Attributes:
        kind: how it came about.
        text: its bytes.
    """

    kind: str
    text: bytes


# -- in the tokens


def _mutate_tokens(generator: random.Random, document: str) -> str:
    tokens = _TOKEN.findall(document)
    for _ in range(generator.choice((1, 1, 1, 2))):
        at = generator.randrange(len(tokens))
        match generator.randrange(5):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] *= 2
            case 2:
                other = generator.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = generator.choice(TOKENS)
            case _:
                tokens[at] += generator.choice((*BETWEEN, *TOKENS))
    return "".join(tokens)


# -- in the bytes


def _mutate_bytes(generator: random.Random, document: bytes) -> bytes:
    data = bytearray(document)
    for _ in range(generator.choice((1, 1, 1, 2, 3))):
        at = generator.randrange(len(data)) if data else 0
        length = generator.choice((1, 1, 2, 5, 20))
        match generator.randrange(6):
            case 0 if data:
                data[at] ^= 1 << generator.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = bytes(generator.choices(_BYTES, k=generator.choice((1, 1, 2))))
            case 3:
                data[at:at] = data[at : at + length]
            case 4 if data:
                data[at] = generator.randrange(256)
            case _:
                del data[at:]
    return bytes(data)


#: Bytes that mean something to JSON or to UTF-8, and some that mean nothing to either.
_BYTES: Final = b'"\\{}[]:,0-9.eEtfn \n\t\r\x00\x1f\x7f\x80\xbf\xc0\xc3\xa9\xe2\xed\xa0\xef\xbb\xf0\xf4\xff'


# -- all of it


def cases(seed: str, count: int) -> Iterator[Case]:
    """Texts of every kind, the same ones for the same seed."""
    generator = random.Random(seed)  # noqa: S311 - reproducible, no secret
    for _ in range(count):
        yield _case(generator)


def _case(generator: random.Random) -> Case:
    document = session(generator)
    if generator.random() < 0.4:
        document = loosely(generator, document)
    written = Writer(generator, odd=generator.choice((0.0, 0.0, 0.0, 0.1, 0.5)))
    choice = generator.random()
    if choice < 0.08:
        return Case("nothing changed", _encoded(written(document)))
    if choice < 0.6:
        kind = generator.choice(tuple(MUTATIONS))
        for name in (kind, *generator.choices(tuple(MUTATIONS), k=generator.choice((0, 0, 0, 1)))):
            if any(held.members for held in objects(document)) and all(
                _is_there(document, name) for name in OBJECTS[:2]
            ):
                MUTATIONS[name](generator, document)
        return Case(kind, _encoded(written(document)))
    if choice < 0.8:
        return Case("a token changed", _encoded(_mutate_tokens(generator, written(document))))
    if choice < 0.97:
        return Case("a byte changed", _mutate_bytes(generator, _encoded(written(document))))
    return Case("around it", _around(generator, _encoded(written(document))))


def _is_there(document: Object, name: str) -> bool:
    named = [value for known, value in document.members if known == name]
    return bool(named) and isinstance(named[0], Object)


def _encoded(document: str) -> bytes:
    return document.encode()


def _around(generator: random.Random, document: bytes) -> bytes:
    before, after = (
        generator.choice((b"", b" ", b"\n\t\r ", b"\xef\xbb\xbf", b"\x00", b"\xc2\xa0", b"[", b"null", b","))
        for _ in range(2)
    )
    return generator.choice(
        (before + document + after, document * 2, document[: len(document) // 2], identifier(generator).encode())
    )
