"""Stores that alter single members, characters or numbers of what they keep."""

import re
import unicodedata

from base import Base, ChangesTheContext, ChangesTheSnapshot

from greentic_session import InvocationDeadline


class DropsTheReason(ChangesTheContext):
    """DATA-01: of an impersonation only the actor is kept."""

    rule = "DATA-01"
    fault = "a nested object flattened into one column"
    also = frozenset({"DATA-04"})

    def changed(self, ctx):
        whose = ctx.impersonation
        return ctx if whose is None else ctx.replace(impersonation=whose.replace(reason=None))


class DropsTheIdempotencyKey(ChangesTheContext):
    """DATA-01: the idempotency key isn't kept, for the request that it was for is over."""

    rule = "DATA-01"
    fault = "members taken for the request's and not the session's"
    also = frozenset({"DATA-04"})

    def changed(self, ctx):
        return ctx.replace(idempotency_key=None)


class WritesItsOwnSessionId(Base):
    """DATA-01: session_id is overwritten with the session's key."""

    rule = "DATA-01"
    fault = "a store that knows better what session_id means"
    also = frozenset({"DATA-04", "OPS-08", "OPS-17"})

    def write(self, key, data):
        ctx = data.tenant_ctx
        super().write(key, data if ctx.session_id is None else data.replace(tenant_ctx=ctx.replace(session_id=key)))


class SwapsTwoMembers(ChangesTheContext):
    """DATA-01: trace_id and correlation_id are kept in each other's place."""

    rule = "DATA-01"
    fault = "columns bound by position, two of them in the wrong order"

    def changed(self, ctx):
        return ctx.replace(trace_id=ctx.correlation_id, correlation_id=ctx.trace_id)


class CountsAttempts(Base):
    """DATA-06: each update counts the attempt up."""

    rule = "DATA-06"
    fault = "a version column called attempt"
    also = frozenset({"DATA-01", "DATA-02", "DATA-04", "DATA-05", "DATA-08", "OPS-04", "OPS-08", "OPS-12", "ROUTE-14"})

    def write(self, key, data):
        ctx = data.tenant_ctx
        more = ctx.replace(attempt=min(ctx.attempt + (key in self.sessions), 2**32 - 1))
        super().write(key, data.replace(tenant_ctx=more))


class DropsTheSeconds(ChangesTheContext):
    """DATA-06: a deadline loses its milliseconds."""

    rule = "DATA-06"
    fault = "MySQL's DATETIME, or time.time() as an int"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        if ctx.deadline is None:
            return ctx
        return ctx.replace(deadline=InvocationDeadline(ctx.deadline.unix_millis // 1000 * 1000))


class WrapsDeadlines(ChangesTheContext):
    """DATA-06: a deadline is kept in 64 bits."""

    rule = "DATA-06"
    fault = "a BIGINT column"

    def changed(self, ctx):
        if ctx.deadline is None:
            return ctx
        return ctx.replace(deadline=InvocationDeadline((ctx.deadline.unix_millis + 2**63) % 2**64 - 2**63))


class HasNoPast(ChangesTheContext):
    """DATA-06: a deadline before 1970 is kept as 0."""

    rule = "DATA-06"
    fault = "an unsigned column for points in time"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        deadline = ctx.deadline and InvocationDeadline(max(ctx.deadline.unix_millis, 0))
        return ctx.replace(deadline=deadline)


class TakesZeroForAbsent(ChangesTheContext):
    """DATA-04: a deadline of 0 is kept as none."""

    rule = "DATA-04"
    fault = "`if deadline.unix_millis`, or Go's omitempty"
    also = frozenset({"DATA-06"})

    def changed(self, ctx):
        return ctx.replace(deadline=ctx.deadline if ctx.deadline and ctx.deadline.unix_millis else None)


class TakesNullForAbsent(Base):
    """DATA-04: the word null comes back as nothing."""

    rule = "DATA-04"
    fault = "CSV, YAML or an environment variable, in which null is a word"

    def kept(self, data):
        marker = data.cursor.outbox_marker
        return data.replace(cursor=data.cursor.replace(outbox_marker=None if marker == "null" else marker))


class DropsEmptyMembers(ChangesTheContext):
    """DATA-04: empty strings of the context come back as nothing."""

    rule = "DATA-04"
    fault = "protobuf's scalars, which have no presence"

    def changed(self, ctx):
        return ctx.replace(trace_id=ctx.trace_id or None, session_id=ctx.session_id or None)


class TrimsTheBlank(Base):
    """DATA-04: a string of white space comes back empty."""

    rule = "DATA-04"
    fault = "CHAR columns, which drop the spaces at the end"

    def kept(self, data):
        reason = data.cursor.wait_reason
        return data.replace(cursor=data.cursor.replace(wait_reason=reason and reason.rstrip(" ")))


class WritesNewNamesOnly(ChangesTheContext):
    """DATA-05: only team_id and user_id are kept, for they decide."""

    rule = "DATA-05"
    fault = "a migration that drops the older columns before their writers are gone"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        return ctx.with_team(self.team(ctx)).replace(team=None)


class UnitesTheTenants(ChangesTheContext):
    """DATA-05: tenant comes back as tenant_id, which is the one that counts."""

    rule = "DATA-05"
    fault = "one column for both names, for they are always equal"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        return ctx.replace(tenant=ctx.tenant_id)


class MinifiesTheSnapshot(ChangesTheSnapshot):
    """DATA-02: white space in the snapshot is dropped."""

    rule = "DATA-02"
    fault = "a minifier in front of a costly network"
    also = frozenset({"DATA-01"})

    def changed(self, text):
        return re.sub(r"(?<=[{,:]) +| +(?=})", "", text)


class UnescapesTheSnapshot(ChangesTheSnapshot):
    """DATA-02: escapes in the snapshot come back as the characters."""

    rule = "DATA-02"
    fault = "a proxy that writes JSON anew with ensure_ascii=False"
    also = frozenset({"DATA-01"})

    def changed(self, text):
        return text.replace("\\u00e9", "é")


class ShortensNumbers(ChangesTheSnapshot):
    """DATA-02: 1.0 in the snapshot comes back as 1."""

    rule = "DATA-02"
    fault = "a round trip through JavaScript, whose numbers have one spelling"
    also = frozenset({"DATA-01"})

    def changed(self, text):
        return re.sub(r"(?<=\d)\.0\b", "", text)


class StripsTheSnapshot(ChangesTheSnapshot):
    """DATA-02: white space around the snapshot is dropped."""

    rule = "DATA-02"
    fault = "a template or a shell script that strips what it reads"
    also = frozenset({"DATA-03", "DATA-04"})

    def changed(self, text):
        return text.strip(" \n")


class DropsAByteOrderMark(ChangesTheSnapshot):
    """DATA-02: a byte-order mark at the beginning of the snapshot is dropped."""

    rule = "DATA-02"
    fault = "files that are read as utf-8-sig"
    also = frozenset({"DATA-03"})

    def changed(self, text):
        return text.removeprefix("\ufeff")


class TranslatesNewlines(ChangesTheSnapshot):
    """DATA-03: a carriage return comes back as a line feed."""

    rule = "DATA-03"
    fault = "a file opened in text mode, with universal newlines"

    def changed(self, text):
        return text.replace("\r\n", "\n").replace("\r", "\n")


class ReplacesAstral(ChangesTheSnapshot):
    """DATA-03: characters beyond U+FFFF come back as a question mark."""

    rule = "DATA-03"
    fault = "MySQL's utf8, which has three bytes a character"
    also = frozenset({"DATA-09"})

    def changed(self, text):
        return re.sub("[\U00010000-\U0010ffff]", "?", text)


class SplitsAstral(Base):
    """DATA-03: a pointer is cut in the middle of an astral character at its end, and the half replaced."""

    rule = "DATA-03"
    fault = "UCS-2 or CESU-8 on the way, with its halves of pairs"

    def kept(self, data):
        pointer = re.sub("[\U00010000-\U0010ffff]$", "\ufffd", data.cursor.node_pointer)
        return data.replace(cursor=data.cursor.replace(node_pointer=pointer))


class KeepsLatin1(Base):
    """DATA-03: an outbox marker is kept in Latin-1, with question marks for the rest."""

    rule = "DATA-03"
    fault = "a database created with LATIN1, or headers as carriers"

    def kept(self, data):
        marker = data.cursor.outbox_marker
        kept = marker and marker.encode("latin-1", "replace").decode("latin-1")
        return data.replace(cursor=data.cursor.replace(outbox_marker=kept))


class DropsControls(ChangesTheSnapshot):
    """DATA-03: control characters are dropped."""

    rule = "DATA-03"
    fault = "XML 1.0, which can't carry them, and a sanitiser for it"
    also = frozenset({"DATA-02", "DATA-09"})

    def changed(self, text):
        return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


class DropsInvisible(ChangesTheSnapshot):
    """DATA-03: zero-width characters are dropped."""

    rule = "DATA-03"
    fault = "a filter against homograph attacks, applied to everything"

    def changed(self, text):
        return re.sub("[\u200b\u200d\u200e]", "", text)


class FoldsCompatibility(Base):
    """DATA-03: a wait reason comes back in its compatibility form."""

    rule = "DATA-03"
    fault = "NFKC in a search index that is used as the store"

    def kept(self, data):
        reason = data.cursor.wait_reason
        return data.replace(cursor=data.cursor.replace(wait_reason=reason and unicodedata.normalize("NFKC", reason)))


class DropsTheEmptyKey(ChangesTheContext):
    """DATA-08: an attribute whose key is empty is dropped."""

    rule = "DATA-08"
    fault = "DynamoDB, whose names can't be empty"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        return ctx.replace(attributes={name: value for name, value in ctx.attributes.items() if name})


class DropsEmptyValues(ChangesTheContext):
    """DATA-08: an attribute whose value is empty is dropped."""

    rule = "DATA-08"
    fault = "query strings as the carrier, with keep_blank_values off"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        return ctx.replace(attributes={name: value for name, value in ctx.attributes.items() if value})


class ComposesAttributes(ChangesTheContext):
    """DATA-08: keys of attributes are normalised, and two become one."""

    rule = "DATA-08"
    fault = "a key-value table with a collation of its own"

    def changed(self, ctx):
        return ctx.replace(
            attributes={unicodedata.normalize("NFC", name): value for name, value in ctx.attributes.items()}
        )


class NestsAttributes(ChangesTheContext):
    """DATA-08: a dot in a key is a path, and comes back as an underscore."""

    rule = "DATA-08"
    fault = "MongoDB before 3.6, whose names can't hold a dot, and a driver that helps"

    def changed(self, ctx):
        return ctx.replace(attributes={name.replace(".", "_"): value for name, value in ctx.attributes.items()})


class ReadsDigits(ChangesTheContext):
    """DATA-08: an attribute's value of digits comes back as the number."""

    rule = "DATA-08"
    fault = "YAML or Lua on the way, where 00 is 0"

    def changed(self, ctx):
        return ctx.replace(
            attributes={
                name: str(int(value)) if re.fullmatch("[0-9]+", value) else value
                for name, value in ctx.attributes.items()
            }
        )
