"""Stores that alter what they keep."""

import json
import unicodedata

import msgspec
from base import Base, ChangesTheContext

from greentic_session import GreenticError, InvocationDeadline


class DropsThePack(Base):
    """DATA-01: a table from before the pack was invented has no column for it."""

    rule = "DATA-01"
    fault = "an ORM model that is older than the member, and saves the columns that it knows"

    def kept(self, data):
        return data.replace(pack_id=None)


class KeepsTheCallersContext(Base):
    """DATA-01: the context that is stored is the caller's, which the fence has found to be the same."""

    rule = "DATA-01"
    fault = "a web framework that attaches the request's context to whatever is saved"
    also = frozenset({"ROUTE-02", "ROUTE-06"})

    def create_session(self, ctx, data, key=None):
        self.fence_create(ctx, data)
        return super().create_session(ctx, data.replace(tenant_ctx=ctx), key)


class NormalisesTheSnapshot(Base):
    """DATA-02: a JSON column parses the snapshot and writes it again."""

    rule = "DATA-02"
    fault = "PostgreSQL's jsonb, which keeps the value of a document and not its text"
    also = frozenset({"DATA-01", "DATA-04", "DATA-05", "DATA-06", "DATA-08"})

    def kept(self, data):
        try:
            return data.replace(context_json=json.dumps(json.loads(data.context_json)))
        except (ValueError, GreenticError):
            return data


class RefusesWhatIsNoJson(Base):
    """DATA-02: a JSON column refuses a snapshot that isn't JSON."""

    rule = "DATA-02"
    fault = "a JSON column, or a store that calls json.loads on what it is handed"
    also = frozenset({"DATA-01", "DATA-03", "DATA-04", "DATA-09"})

    def kept(self, data):
        try:
            json.loads(data.context_json)
        except ValueError:
            raise self.refusal("invalid_input", "malformed JSON") from None
        return data


class CutsAtNul(Base):
    """DATA-03: a C string ends at U+0000."""

    rule = "DATA-03"
    fault = "an extension in C that takes the length with strlen"

    def kept(self, data):
        pointer = data.cursor.node_pointer.partition("\0")[0]
        return data.replace(cursor=data.cursor.replace(node_pointer=pointer))


class ComposesCharacters(Base):
    """DATA-03: a database normalises what it is given."""

    rule = "DATA-03"
    fault = "HFS+, or a text index that normalises what it stores"

    def kept(self, data):
        return data.replace(context_json=unicodedata.normalize("NFC", data.context_json))


class TakesEmptyForAbsent(Base):
    """DATA-04: a database that knows no empty string."""

    rule = "DATA-04"
    fault = "Oracle, to which '' is NULL; and every `value or None`"

    def kept(self, data):
        cursor = data.cursor
        return data.replace(cursor=cursor.replace(wait_reason=cursor.wait_reason or None))


class WritesAbsentAsNull(Base):
    """DATA-04: a template writes the absent as the word null."""

    rule = "DATA-04"
    fault = "a row built with str() or a template, in which None becomes text"
    maybe = frozenset({"DATA-10"})
    also = frozenset({"DATA-01", "DATA-02", "DATA-03", "DATA-05", "DATA-06", "DATA-08", "DATA-09"})

    def kept(self, data):
        cursor = data.cursor
        return data.replace(
            cursor=cursor.replace(wait_reason="null" if cursor.wait_reason is None else cursor.wait_reason)
        )


class CompletesPairs(ChangesTheContext):
    """DATA-05: a store fills in the name of the team that the writer left out."""

    rule = "DATA-05"
    fault = "a migration that unites the two names of a member when it meets one"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        return ctx.replace(team=self.team(ctx), team_id=self.team(ctx))


class CountsInFloats(ChangesTheContext):
    """DATA-06: a decoder reads every number as a float."""

    rule = "DATA-06"
    fault = "a store in JavaScript or Lua 5.1, where every number is a double"

    def changed(self, ctx):
        if ctx.deadline is None or abs(ctx.deadline.unix_millis) > 2**126:
            return ctx
        return ctx.replace(deadline=InvocationDeadline(int(float(ctx.deadline.unix_millis))))


class WrapsAttempts(ChangesTheContext):
    """DATA-06: a signed column of 32 bits."""

    rule = "DATA-06"
    fault = "a column of type INTEGER for an unsigned number, with saturation switched on"
    also = frozenset({"DATA-01"})

    def changed(self, ctx):
        return ctx.replace(attempt=min(ctx.attempt, 2**31 - 1))


class FoldsAttributes(ChangesTheContext):
    """DATA-08: attributes are kept like HTTP headers, whose case doesn't count."""

    rule = "DATA-08"
    fault = "attributes sent on as HTTP headers, or kept in a CaseInsensitiveDict"

    def changed(self, ctx):
        return ctx.replace(attributes={name.lower(): value for name, value in ctx.attributes.items()})


class RefusesLongIds(Base):
    """DATA-09: an id is a column of 64 characters."""

    rule = "DATA-09"
    fault = "VARCHAR(64), for no id was ever longer in the tests"

    def kept(self, data):
        if len(data.flow_id) > 64:
            raise self.refusal("invalid_input", "the id is too long")
        return data


class CutsAtAMegabyte(Base):
    """DATA-10: a value of more than a megabyte is cut to fit, in silence."""

    rule = "DATA-10"
    fault = "memcached's limit of 1 MB, or MySQL without strict mode"

    def kept(self, data):
        return data.replace(context_json=data.context_json[: 1 << 20])


class RefusesLargeAsInternal(Base):
    """DATA-10: what doesn't fit is answered with the database's own complaint."""

    rule = "DATA-10"
    fault = "a driver's DataError that is wrapped into one general code"

    def kept(self, data):
        if len(data.context_json) > 1 << 20:
            raise self.refusal("internal", "value too large")
        return data


class BuildsPastTheModel(Base):
    """DATA-27: a value is put together without the model's checks."""

    rule = "DATA-27"
    fault = "an ORM that fills instances attribute by attribute, past __init__"

    def handed_out(self, data):
        forged = data.replace()
        msgspec.structs.force_setattr(forged, "flow_id", "no id")
        return forged
