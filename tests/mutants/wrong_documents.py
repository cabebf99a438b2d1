"""Decoders and derivations of keys that read, write or join otherwise."""

import hashlib
import json
import re

from base import Stated
from greentic_session_conformance import Target

from greentic_session import GreenticError, SessionData


class Codec(Stated, Target):
    """The library's decoder; a mutant changes the text before it, or the bytes after it."""

    profiles = frozenset({"codec"})

    def __init__(self):
        self.name = type(self).__name__

    def open_storage(self):
        return None

    def open_store(self, storage):
        return object()

    def decode(self, text):
        return SessionData.from_json(text).to_json()

    def invalid(self):
        return GreenticError("invalid_input", "no SessionData")


class FillsInTheTenant(Codec):
    """DATA-07: a missing tenant_id is taken from tenant."""

    rule = "DATA-07"
    fault = "#[serde(default)] on a required member"

    def decode(self, text):
        if b'"tenant_id"' not in text:
            text = re.sub(rb'"tenant":("[^"]*")', rb'"tenant":\1,"tenant_id":\1', text)
        return super().decode(text)


class TakesFractions(Codec):
    """DATA-11: an attempt of 1.0 is read as 1."""

    rule = "DATA-11"
    fault = "a JavaScript writer and a lenient reader: 1 and 1.0 are one number"

    def decode(self, text):
        return super().decode(text.replace(b'"attempt":1.0', b'"attempt":1'))


class Reads64Bits(Codec):
    """DATA-12: a deadline is read into 64 bits."""

    rule = "DATA-12"
    fault = "i64 for milliseconds, which is enough for any date"
    also = frozenset({"DATA-25"})

    def decode(self, text):
        deadline = SessionData.from_json(text).tenant_ctx.deadline
        if deadline is not None and not -(2**63) <= deadline.unix_millis < 2**63:
            raise self.invalid()
        return super().decode(text)


class ComparesHugeDeadlines(Codec):
    """DATA-12: a deadline of more than 4,300 digits ends in an error without a code."""

    rule = "DATA-12"
    fault = "int(digits) before the comparison: CPython's ValueError on long integers, caught nowhere"

    def decode(self, text):
        for digits in re.findall(rb'"unix_millis":(-?[0-9]+)', text):
            int(digits)
        return super().decode(text)


class SkipsAByteOrderMark(Codec):
    """DATA-13: a byte-order mark before the document is skipped."""

    rule = "DATA-13"
    fault = "utf-8-sig as the encoding, because of one writer on Windows"

    def decode(self, text):
        return super().decode(text.removeprefix(b"\xef\xbb\xbf"))


class RefusesNull(Codec):
    """DATA-14: an optional member must be absent or text."""

    rule = "DATA-14"
    fault = "a JSON schema without `null` in its types"
    also = frozenset({"DATA-18", "DATA-22"})

    def decode(self, text):
        written = super().decode(text)
        if b"null" in text and b"null" not in written:
            raise self.invalid()
        return written


class TakesNullAttributes(Codec):
    """DATA-15: attributes that are null are read as none."""

    rule = "DATA-15"
    fault = "a Go writer, whose nil map is null, and a reader made for it"

    def decode(self, text):
        return super().decode(text.replace(b'"attributes":null', b'"attributes":{}'))


class TakesTheFirstAttribute(Codec):
    """DATA-16: of a repeated key the first value is taken."""

    rule = "DATA-16"
    fault = "a parser that keeps the first of repeated keys, as some in C do"

    def decode(self, text):
        data = SessionData.from_json(text)
        pairs = []
        json.loads(text, object_pairs_hook=lambda found: pairs.extend(found) or dict(found), parse_int=float)
        first = {
            name: next((value for key, value in pairs if key == name), None) for name in data.tenant_ctx.attributes
        }
        if set(map(type, first.values())) <= {str}:
            data = data.replace(tenant_ctx=data.tenant_ctx.replace(attributes=first))
        return data.to_json()


class TakesTheLastMember(Codec):
    """DATA-17: of a repeated member the last is taken, as most parsers do."""

    rule = "DATA-17"
    fault = "json.loads, JSON.parse and most others"

    def decode(self, text):
        return super().decode(re.sub(rb'("tenant_id":"[^"]*",)+("tenant_id":"[^"]*")', rb"\2", text))


class ForbidsUnknownMembers(Codec):
    """DATA-18: a member that isn't known is refused."""

    rule = "DATA-18"
    fault = "additionalProperties: false, or deny_unknown_fields"
    also = frozenset({"DATA-22"})

    def decode(self, text):
        written = super().decode(text)
        if set(json.loads(text)) - {"tenant_ctx", "flow_id", "pack_id", "cursor", "context_json"}:
            raise self.invalid()
        return written


class MakesIntegersOfUnknownDigits(Codec):
    """DATA-18: a document in which a member that isn't known has more than 4,300 digits is refused."""

    rule = "DATA-18"
    fault = "json.loads of the whole: CPython's limit on the length of integers, for values that are then dropped"

    def decode(self, text):
        try:
            json.loads(text)
        except ValueError:
            raise self.invalid() from None
        return super().decode(text)


class ReplacesSurrogates(Codec):
    """DATA-19: half of a pair is read as U+FFFD."""

    rule = "DATA-19"
    fault = "decode(errors='replace') on the way in"

    def decode(self, text):
        try:
            return super().decode(text)
        except GreenticError:
            return super().decode(text.replace(rb'"\ud800"', rb'"\ufffd"'))


class TakesColonsInIds(Codec):
    """DATA-20: an id may hold a colon."""

    rule = "DATA-20"
    fault = "an id that is any text, as in most databases"

    def decode(self, text):
        return super().decode(re.sub(rb'("env":"[A-Za-z]+):', rb"\1_", text))


class EndsUsersAtALine(Codec):
    """DATA-20: a user, or an actor, may end in a line feed."""

    rule = "DATA-20"
    fault = "a pattern that ends in $, which is also before a final line feed"

    def decode(self, text):
        return super().decode(re.sub(rb'("(?:user|user_id|actor_id)":"[^"\\]+)\\n"', rb'\1"', text))


class TakesLettersOfAnyScript(Codec):
    """DATA-20: the letters of a user may be of any script."""

    rule = "DATA-20"
    fault = r"\w without the flag ASCII, in the one pattern that isn't shared"

    def decode(self, text):
        return super().decode(re.sub(rb'("(?:user|user_id)":"[^"\\]+)\\u0430"', rb'\1a"', text))


class TakesHalfPairsInTraces(Codec):
    """DATA-19: half of a surrogate pair in the ids of tracing is dropped."""

    rule = "DATA-19"
    fault = "a lenient reader for what nobody reads anyway"

    def decode(self, text):
        return super().decode(re.sub(rb'("(?:trace_id|correlation_id)":"[^"]*)\\ud800"', rb'\1"', text))


class TakesBareFractions(Codec):
    """DATA-13: within what is dropped a number may begin with its point."""

    rule = "DATA-13"
    fault = "a scanner that skips values by their characters"

    def decode(self, text):
        return super().decode(re.sub(rb"(:-?)\.(\d)", rb"\g<1>0.\2", text))


class ReadsNumbersAsText(Codec):
    """DATA-21: a flow_id that is a number is read as its digits."""

    rule = "DATA-21"
    fault = "pydantic's coercion, or YAML somewhere on the way"

    def decode(self, text):
        try:
            return super().decode(text)
        except GreenticError:
            try:
                document = json.loads(text)
                document["flow_id"] = format(document["flow_id"], "d")
            except (ValueError, TypeError, KeyError):
                raise self.invalid() from None
            return super().decode(json.dumps(document).encode())


class StopsAtDepth100(Codec):
    """DATA-22: a document nested more than 100 levels deep is refused."""

    rule = "DATA-22"
    fault = "a parser's recursion limit, lowered for safety"

    def decode(self, text):
        if text.count(b"[") > 100 or text.count(b"{") > 100:
            raise self.invalid()
        return super().decode(text)


class RefusesNul(Codec):
    """DATA-23: U+0000 in a string is refused, for the database can't hold it."""

    rule = "DATA-23"
    fault = "PostgreSQL's text type, which can't hold U+0000"
    also = frozenset({"DATA-25"})

    def decode(self, text):
        written = super().decode(text)
        if rb"\u0000" in written:
            raise self.invalid()
        return written


class RefusesInvisible(Codec):
    """DATA-23: a text with a zero-width space, or with tag characters, is refused."""

    rule = "DATA-23"
    fault = "a filter against smuggled prompts, on everything that is text"

    def decode(self, text):
        written = super().decode(text)
        if not {"\u200b", "\U000e0001"}.isdisjoint(written.decode()):
            raise self.invalid()
        return written


class CompletesPairsOnReading(Codec):
    """DATA-24: a missing team_id is filled in from team."""

    rule = "DATA-24"
    fault = "a reader that is kind to old documents"
    also = frozenset({"DATA-14", "DATA-25"})

    def decode(self, text):
        data = SessionData.from_json(text)
        return data.replace(tenant_ctx=data.tenant_ctx.with_team(data.tenant_ctx.effective_team)).to_json()


class WritesAscii(Codec):
    """DATA-25: every character beyond ASCII is written as an escape."""

    rule = "DATA-25"
    fault = "json.dumps with its default ensure_ascii"

    def decode(self, text):
        return json.dumps(json.loads(super().decode(text)), separators=(",", ":")).encode()


class SortsMembers(Codec):
    """DATA-25: members are written in the order of the alphabet."""

    rule = "DATA-25"
    fault = "sort_keys=True, for stable diffs"

    def decode(self, text):
        return json.dumps(
            json.loads(super().decode(text)), separators=(",", ":"), sort_keys=True, ensure_ascii=False
        ).encode()


class Mapping(Stated, Target):
    """The derivation of keys as it is written down."""

    profiles = frozenset({"mapping"})
    prefixes = {"telegram": "tg", "webhook": "wh"}  # noqa: RUF012 - a mutant replaces it

    def __init__(self):
        self.name = type(self).__name__

    def open_storage(self):
        return None

    def open_store(self, storage):
        return object()

    def derive(self, function, a, b, c):
        return self.hashed(":".join((self.prefixes[function], *map(self.part, (a, b, c)))))

    def part(self, text):
        return text

    def hashed(self, text):
        return hashlib.sha256(text.encode()).hexdigest()


class TakesWebhooksForTelegram(Mapping):
    """KEY-02: both helpers begin alike."""

    rule = "KEY-02"
    fault = "one helper, copied from the other"
    prefixes = {"telegram": "tg", "webhook": "tg"}  # noqa: RUF012 - the same


class SpellsTelegramOut(Mapping):
    """KEY-01: the text begins with the connector's whole name."""

    rule = "KEY-01"
    fault = "the connector's name written out, in a port from memory"
    prefixes = {"telegram": "telegram", "webhook": "wh"}  # noqa: RUF012 - the same


class EscapesColons(Mapping):
    """KEY-03: a colon in a part is escaped, which would be better, and other keys."""

    rule = "KEY-03"
    fault = "a port by somebody who saw that joining with a colon isn't injective"

    def part(self, text):
        return text.replace(":", "%3A")


class TrimsParts(Mapping):
    """KEY-03: white space around a part is dropped."""

    rule = "KEY-03"
    fault = "strip() on everything that comes from outside"

    def part(self, text):
        return text.strip()


class DropsAtSigns(Mapping):
    """KEY-03: the sign before a handle is dropped."""

    rule = "KEY-03"
    fault = "@name and name are one user, in the connector's own API"

    def part(self, text):
        return text.removeprefix("@")


class CutsParts(Mapping):
    """KEY-03: of a part the first 1,024 characters count."""

    rule = "KEY-03"
    fault = "a limit on what is hashed, against floods"

    def part(self, text):
        return text[:1024]


class TrimsSlashes(Mapping):
    """KEY-03: slashes at the ends of a part are dropped."""

    rule = "KEY-03"
    fault = "a webhook's path, with and without the final slash"

    def part(self, text):
        return text.strip("/")


class DropsZeroWidth(Mapping):
    """KEY-03: characters without a width are dropped from a part."""

    rule = "KEY-03"
    fault = "a sanitiser of names that people copy out of chats"

    def part(self, text):
        return re.sub("[\u200b\u200d\u2060]", "", text)
