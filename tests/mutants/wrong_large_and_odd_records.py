"""Stores that leave the shared layout in Redis for records that are large, or given a key, or no session at all."""

import contextlib
import json
import zlib
from urllib.parse import quote, unquote

import redis
from wrong_layout import OnRedis, Store

from greentic_session import GreenticError, SessionData


class _DecodesResponses(Store):
    def look(self, key):
        with contextlib.suppress(redis.ResponseError, UnicodeEncodeError):
            self.raw.get(self.record(key))

    def get_session(self, key):
        self.look(key)
        return super().get_session(key)


class DecodesResponses(OnRedis):
    """ERR-15: a record that isn't UTF-8 ends a get in an error without a code."""

    rule = "ERR-15"
    fault = "decode_responses=True, and a UnicodeDecodeError that nobody expects"
    store = _DecodesResponses


class _Lenient(Store):
    def get_session(self, key):
        try:
            return super().get_session(key)
        except GreenticError:
            with contextlib.suppress(redis.RedisError, ValueError, KeyError, TypeError, AttributeError, GreenticError):
                return SessionData.from_json(json.dumps(self.read(self.raw.get(self.record(key)))))
            raise

    def read(self, text):
        return json.loads(text)


class _DefaultsTheAttempt(_Lenient):
    def read(self, text):
        read = super().read(text)
        read["tenant_ctx"].setdefault("attempt", 0)
        return read


class DefaultsTheAttempt(OnRedis):
    """ERR-15: a record without an attempt is read as a session at its first."""

    rule = "ERR-15"
    fault = '.get("attempt", 0) in a reader written by hand'
    store = _DefaultsTheAttempt


class TakesTheLastOfTwo(OnRedis):
    """ERR-15: of a member that a record has twice the last one counts."""

    rule = "ERR-15"
    fault = "json.loads, which lets a second tenant_id stand for the first"
    store = _Lenient


class _QuotesFaultyRecords(Store):
    def update_session(self, key, data):
        try:
            super().update_session(key, data)
        except GreenticError as error:
            if error.code != "internal":
                raise
            with contextlib.suppress(redis.ResponseError, UnicodeError):
                raise GreenticError("internal", f"{key}: no session: {self.raw.get(self.record(key))}") from None
            raise


class QuotesFaultyRecords(OnRedis):
    """The error about a record that can't be read quotes it, as pydantic's do: a breach of a rule of `core`, which this target doesn't claim."""

    store = _QuotesFaultyRecords


class _CompressesLargeRecords(Store):
    MARK = b"z:"

    def packed(self, raw):
        return self.MARK + zlib.compress(raw) if len(raw) > 16_384 else raw

    def plain(self, raw):
        return zlib.decompress(raw.removeprefix(self.MARK)) if raw.startswith(self.MARK) else raw

    def get_session(self, key):
        with self.unpacked(key):
            return super().get_session(key)

    def update_session(self, key, data):
        with self.unpacked(key):
            super().update_session(key, data)

    def remove_session(self, key):
        with self.unpacked(key):
            super().remove_session(key)

    def create_session(self, ctx, data, key=None):
        issued = super().create_session(ctx, data, key)
        self.change(issued, self.packed)
        return issued

    def find_by_user(self, ctx, user):
        key = ""
        with contextlib.suppress(redis.ResponseError, UnicodeError):
            key = self.raw.get(self.entry(ctx, user)) or ""
        with self.unpacked(key):
            return super().find_by_user(ctx, user)

    def __init__(self, url, namespace):
        super().__init__(url, namespace)
        self.bytes = redis.Redis.from_url(url)

    def close(self):
        super().close()
        self.bytes.close()

    def change(self, key, changed):
        with contextlib.suppress(redis.ResponseError, UnicodeEncodeError):
            raw = self.bytes.get(self.record(key))
            if raw is not None and changed(raw) != raw:
                self.bytes.set(self.record(key), changed(raw), keepttl=True)

    @contextlib.contextmanager
    def unpacked(self, key):
        self.change(key, self.plain)
        try:
            yield
        finally:
            self.change(key, self.packed)


class CompressesLargeRecords(OnRedis):
    """REDIS-02: a record of more than 16 KiB is compressed."""

    rule = "REDIS-02"
    fault = "compression beyond a size, known to the programs of one language only"
    also = frozenset({"REDIS-21"})
    store = _CompressesLargeRecords


class _QuotesKeysInNames(Store):
    def spelt(self, key):
        with contextlib.suppress(UnicodeEncodeError, TypeError):
            return quote(key, safe=" ")
        return key

    def create_session(self, ctx, data, key=None):
        issued = super().create_session(ctx, data, self.spelt(key))
        return issued if key is None else key

    def get_session(self, key):
        return super().get_session(self.spelt(key))

    def update_session(self, key, data):
        super().update_session(self.spelt(key), data)

    def remove_session(self, key):
        super().remove_session(self.spelt(key))

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return None if found is None else (unquote(found[0]), found[1])


class QuotesKeysInNames(OnRedis):
    """REDIS-01: a given key is percent-encoded in the name of its record."""

    rule = "REDIS-01"
    fault = "quoting, so that a colon in a key can't be taken for a separator"
    store = _QuotesKeysInNames


class _KeepsPartsBeside(Store):
    def written(self, key):
        raw = self.raw.get(self.record(key)) or ""
        if len(raw) > 65_536:
            self.raw.set(f"{self.record(key)}:rest", raw[65_536:])

    def remove_session(self, key):
        super().remove_session(key)
        self.raw.delete(f"{self.record(key)}:rest")


class KeepsPartsBeside(OnRedis):
    """REDIS-04: parts of a large record lie among the sessions."""

    rule = "REDIS-04"
    fault = "chunks of 64 KiB under the session's name and a number"
    store = _KeepsPartsBeside
