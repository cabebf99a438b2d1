"""Values to canonical text and back.

Reading tries the quick way first: decode, write again, compare. A text that is byte for byte what we
would write is thereby proven free of all that the quick decoder lets through (repeated members, ``-0``,
an absent ``attempt``). Every other text gets the strict look of `_reader`.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from greentic_session._attributes import Attributes
from greentic_session._fault import told
from greentic_session._reader import read
from greentic_session._shape import Shape
from greentic_session.errors import GreenticError, InvalidInputError


def _known(value: object) -> dict[str, str]:
    if isinstance(value, Attributes):
        return dict(value.items())
    raise NotImplementedError


encode: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=_known).encode
"""The canonical text of a structure (DATA-25)."""


class Reader:
    """Reads the documents of one class of values.

    Args:
        kind: The class; it has a method ``to_json``.
        shape: The form of its documents.
    """

    def __init__(self, kind: type[Any], shape: Shape) -> None:
        self._kind = kind
        self._shape = shape
        self._decode = msgspec.json.Decoder(kind).decode

    def __call__(self, document: bytes | str) -> Any:
        """The value that a document holds.

        Raises:
            InvalidInputError: The document isn't one, or holds no such value; the message tells the
                places of its first faults.
        """
        data = self._bytes(document)
        try:
            value = self._decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, GreenticError, RecursionError):
            pass  # the strict look tells what is wrong, if anything is
        else:
            if value.to_json() == data:
                return value
        tree, faults = read(data, self._shape)
        if faults:
            raise InvalidInputError(told(self._shape.name, faults))
        return msgspec.convert(tree, self._kind)

    def _bytes(self, document: object) -> bytes:
        if isinstance(document, bytes):
            return document
        if isinstance(document, bytearray | memoryview):
            return bytes(document)
        if not isinstance(document, str):
            raise InvalidInputError(f"{self._shape.name}: got {type(document).__name__}, must be bytes or str")
        try:
            return document.encode()
        except UnicodeEncodeError as error:
            raise InvalidInputError(
                f"{self._shape.name}: the text has a lone surrogate at character {error.start + 1}; "
                "UTF-8 can't carry it (DATA-13)"
            ) from None
