"""More decoders and derivations that read, write or join otherwise."""

import json
import re

from wrong_documents import Codec, Mapping

from greentic_session import SessionData


class TakesTrueForOne(Codec):
    """DATA-11: an attempt of true is read as 1."""

    rule = "DATA-11"
    fault = "Python's isinstance(True, int)"

    def decode(self, text):
        return super().decode(text.replace(b'"attempt":true', b'"attempt":1'))


class RefusesMinusZero(Codec):
    """DATA-12: a deadline of -0 is refused."""

    rule = "DATA-12"
    fault = "a check that a number is written as it would be written back"

    def decode(self, text):
        if re.search(rb'"unix_millis":\s*-0\b', text):
            raise self.invalid()
        return super().decode(text)


class TakesATrailingComma(Codec):
    """DATA-13: a comma before a closing brace is skipped."""

    rule = "DATA-13"
    fault = "a JSON5 parser, for it reads configuration, too"

    def decode(self, text):
        return super().decode(re.sub(rb",(\s*})", rb"\1", text))


class ReadsTheFirstDocument(Codec):
    """DATA-13: what comes after the document isn't looked at."""

    rule = "DATA-13"
    fault = "raw_decode, or a streaming parser that stops at the closing brace"

    def decode(self, text):
        try:
            _, end = json.JSONDecoder().raw_decode(text.decode().lstrip())
        except ValueError:
            return super().decode(text)
        return super().decode(text.decode().lstrip()[:end].encode())


class TakesALineFeedInIds(Codec):
    """DATA-20: an id may end with a line feed."""

    rule = "DATA-20"
    fault = "a regular expression that ends with $ in place of \\Z"
    also = frozenset({"DATA-23"})

    def decode(self, text):
        return super().decode(text.replace(rb'\n"', b'"')) if rb'"env":"' in text else super().decode(text)


class DropsEmptyText(Codec):
    """DATA-24: an optional member that is empty is left out when it is written."""

    rule = "DATA-24"
    fault = "Go's omitempty on strings"
    also = frozenset({"DATA-25"})

    def decode(self, text):
        data = SessionData.from_json(text)
        ctx = data.tenant_ctx
        return data.replace(
            tenant_ctx=ctx.replace(session_id=ctx.session_id or None, trace_id=ctx.trace_id or None)
        ).to_json()


class WritesSpaces(Codec):
    """DATA-25: a space follows each comma and colon."""

    rule = "DATA-25"
    fault = "json.dumps with its default separators"

    def decode(self, text):
        return json.dumps(json.loads(super().decode(text)), ensure_ascii=False).encode()


class SortsByUtf16(Codec):
    """DATA-25: attributes are sorted by their code units of UTF-16, in which astral characters come before U+E000."""

    rule = "DATA-25"
    fault = "JavaScript's sort, and Java's"

    def decode(self, text):
        document = json.loads(super().decode(text))
        attributes = document["tenant_ctx"].get("attributes")
        if attributes:
            ordered = sorted(attributes.items(), key=lambda pair: pair[0].encode("utf-16-be"))
            document["tenant_ctx"]["attributes"] = dict(ordered)
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


class SkipsEmptyParts(Mapping):
    """KEY-03: a part that is empty is left out, with its colon."""

    rule = "KEY-03"
    fault = "':'.join(filter(None, parts))"

    def derive(self, function, a, b, c):
        return self.hashed(":".join(filter(None, (self.prefixes[function], a, b, c))))


class FoldsParts(Mapping):
    """KEY-03: parts are hashed in lower case."""

    rule = "KEY-03"
    fault = "user names that are compared without regard to case elsewhere"

    def part(self, text):
        return text.lower()


class WritesCapitals(Mapping):
    """KEY-01: the digest is written in capitals."""

    rule = "KEY-01"
    fault = "a library whose hexadecimal digits are capitals, such as .NET's Convert.ToHexString"
    also = frozenset({"KEY-02"})

    def hashed(self, text):
        return super().hashed(text).upper()
