"""Stores whose keys are no UUIDs: any non-empty text will do that can't be guessed."""

import itertools
import secrets
import time
import uuid

from plain_store import Plain

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS = "!#$%&()+,-./:;<=>?@[]^_{|}~"
EMOJI = [chr(0x1F600 + number) for number in range(64)]
SHARDS = ("amber", "birch", "cedar", "delta", "ebony", "flint", "grove", "hazel")


class Ulids(Plain):
    """Keys that begin with the clock, in base 32; the 80 random bits behind it are fresh each time."""

    def issue(self):
        number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
        return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


class UuidsOfVersion7(Plain):
    """Keys that sort by their time, and within a millisecond by a counter, as Python 3.14 makes them: 32 bits are fresh each time."""

    def __init__(self):
        super().__init__()
        self.clock, self.counter = 0, 0

    def issue(self):
        clock = time.time_ns() // 1_000_000
        self.counter = self.counter + 1 if clock == self.clock else secrets.randbits(41)
        self.clock = clock
        high, low = self.counter >> 30, self.counter & 0x3FFF_FFFF
        return str(uuid.UUID(int=clock << 80 | 7 << 76 | high << 64 | 2 << 62 | low << 32 | secrets.randbits(32)))


class Tokens(Plain):
    """Keys with ``-`` and ``_`` in them, also in front, as ``secrets`` makes them."""

    def issue(self):
        return secrets.token_urlsafe(32)


class LongKeys(Plain):
    """Keys of 300 characters: their length is bounded where a caller gives them, not where a store issues them."""

    def issue(self):
        return secrets.token_hex(150)


class Numbers(Plain):
    """Keys that are digits, of different lengths: random all over, not counted."""

    def issue(self):
        return str(secrets.randbits(64))


class Key(str):
    """A key that knows more than its text."""

    __slots__ = ("issued",)


class PicturesOfATypeOfItsOwn(Plain):
    """A running number and 16 of 64 astral characters, of a subclass of ``str``: equal to their text, and hashed as it."""

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(1)

    def issue(self):
        key = Key(f"{next(self.numbers)}:" + "".join(secrets.choice(EMOJI) for _ in range(16)))
        key.issued = time.time()
        return key


class Signs(Plain):
    """A word, and signs: what varies are neither letters nor digits."""

    def issue(self):
        return "key" + "".join(secrets.choice(SIGNS) for _ in range(40))


class FewCharacters(Plain):
    """Keys of four characters of four hundred thousand."""

    def issue(self):
        return "".join(chr(0x20000 + secrets.randbelow(0x60000)) for _ in range(4))


class AllotsShards(Plain):
    """Keys begin with the name of a shard, which a tenant is given for good when it first comes: it tells nothing of a tenant."""

    shards = {}  # noqa: RUF012 - of all places

    def create_session(self, ctx, data, key=None):
        with self.lock:
            self.shard = self.shards.setdefault(ctx.tenant_id, SHARDS[len(self.shards) % len(SHARDS)])
            return super().create_session(ctx, data, key)

    def issue(self):
        return f"{self.shard}-{super().issue()}"
