"""Stores that decode what nobody has encoded: texts, snapshots and attributes that happen to look like it."""

import base64
import binascii
import html
import json
import re
import zlib
from urllib.parse import unquote

from base import Base, ChangesTheContext, ChangesTheSnapshot
from greentic_session_conformance.samples import TEXTS
from wrong_misreadings import DropsAttributes, MisreadsTexts

# -- DATA-02: snapshots


class EndsWhereCopyEnds(ChangesTheSnapshot):
    r"""DATA-02: a snapshot ends at a line that is `\.`."""

    rule = "DATA-02"
    fault = "a restore through COPY in text form, or psql in its older versions with CSV"

    def changed(self, text):
        return text.partition("\n\\.\n")[0]


class Inflates(ChangesTheSnapshot):
    """DATA-02: a snapshot that begins like base64 of gzip or zlib comes back inflated."""

    rule = "DATA-02"
    fault = "transparent compression that looks for H4sI or eJ, not for a mark of its own"

    def changed(self, text):
        if not text.startswith(("H4sI", "eJ")):
            return text
        try:
            return zlib.decompress(base64.b64decode(text), wbits=47).decode()
        except (binascii.Error, zlib.error):
            return text


class InflatesByMagicBytes(ChangesTheSnapshot):
    """DATA-02: a snapshot whose characters begin like gzip or zlib comes back inflated."""

    rule = "DATA-02"
    fault = "a cache that tells compressed values from plain ones by their first bytes"

    def changed(self, text):
        try:
            return zlib.decompress(text.encode("latin-1"), wbits=47).decode()
        except (UnicodeEncodeError, zlib.error):
            return text


class Unserialises(ChangesTheSnapshot):
    """DATA-02: a snapshot that PHP could have serialised comes back as the value."""

    rule = "DATA-02"
    fault = "WordPress' maybe_unserialize"

    def changed(self, text):
        return re.sub(r'^(?:[ib]:(\d+);|s:\d+:"(.*)";|a:0:{})$', r"\1\2", text, flags=re.DOTALL)


class DecryptsByAPrefix(ChangesTheSnapshot):
    """DATA-02: a snapshot that begins with `enc:v1:` is decrypted, although nobody has encrypted it."""

    rule = "DATA-02"
    fault = "encryption of old rows on the fly, which a prefix of the text tells from new ones"

    def changed(self, text):
        return text.removeprefix("enc:v1:")


class DecodesEscapedBraces(ChangesTheSnapshot):
    """DATA-02: a snapshot that begins with `%7B` is percent-decoded."""

    rule = "DATA-02"
    fault = "a cookie or a query string as the carrier, decoded while it still looks encoded"

    def changed(self, text):
        return unquote(text) if text.startswith("%7B") else text


class ObeysTypeHints(ChangesTheSnapshot):
    """DATA-02: a member `__type` or `$type` of the snapshot is taken for the serialiser's own, and dropped."""

    rule = "DATA-02"
    fault = "DataContractJsonSerializer, or Newtonsoft's TypeNameHandling"

    def changed(self, text):
        return re.sub(r'^\{"(?:__|\$)type":"[^"]*",?', "{", text)


# -- DATA-03: texts


class StopsAtSubstitute(MisreadsTexts):
    """DATA-03: a text ends at U+001A."""

    rule = "DATA-03"
    fault = "Ctrl-Z, the end of a text file to DOS and to Windows' C runtime"
    also = frozenset({"DATA-08"})

    def read_as(self, text):
        return text.partition("\x1a")[0]


class ReadsJsonDates(MisreadsTexts):
    """DATA-03: `/Date(5)/` comes back as a date in ISO 8601."""

    rule = "DATA-03"
    fault = "the dates of ASP.NET's JavaScriptSerializer, and a reader that revives them"

    def read_as(self, text):
        return "1970-01-01T00:00:00.005Z" if text == "/Date(5)/" else text


class WritesJsonInTextsAnew(Base):
    """DATA-03: a wait reason that is JSON is parsed, and comes back written anew."""

    rule = "DATA-03"
    fault = "a column of the type JSON for texts that mostly are JSON, with text allowed beside it"

    def kept(self, data):
        reason = data.cursor.wait_reason
        if not reason or reason[0] not in "{[":
            return data
        try:
            reason = json.dumps(json.loads(reason))
        except ValueError:
            return data
        return data.replace(cursor=data.cursor.replace(wait_reason=reason))


class UnescapesWhatIsFound(Base):
    """DATA-03: what find hands out has its entities read; what get hands out hasn't."""

    rule = "DATA-03"
    fault = "a search index that keeps its documents escaped, and a list view made for HTML"

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None:
            return None
        key, data = found
        texts = {name: html.unescape(getattr(data.tenant_ctx, name) or "") or None for name in TEXTS}
        kept = {name: text for name, text in texts.items() if text is not None}
        return key, data.replace(tenant_ctx=data.tenant_ctx.replace(**kept))


# -- DATA-04: what stands for nothing


class _ReadsAsNothing(Base):
    nothing = frozenset()

    def kept(self, data):
        marker = data.cursor.outbox_marker
        return data.replace(cursor=data.cursor.replace(outbox_marker=None if marker in self.nothing else marker))


class ReadsCopysNull(_ReadsAsNothing):
    r"""DATA-04: `\N` comes back as nothing."""

    rule = "DATA-04"
    fault = "COPY of PostgreSQL, or LOAD DATA of MySQL, whose NULL is written so"
    nothing = frozenset({"\\N"})


class ReadsPrintedNil(_ReadsAsNothing):
    """DATA-04: `<nil>`, `(null)` and `<null>` come back as nothing."""

    rule = "DATA-04"
    fault = "a nil that Go, C or .NET has printed, and somebody who reads the prints back"
    nothing = frozenset({"<nil>", "(null)", "<null>"})


class ReadsMissingValues(_ReadsAsNothing):
    """DATA-04: `nan`, `NULL` and their like come back as nothing."""

    rule = "DATA-04"
    fault = "pandas.read_csv, which knows twenty texts that are no value"
    also = frozenset({"DATA-03"})
    nothing = frozenset({"nan", "NaN", "NULL", "N/A"})


# -- DATA-08: attributes


class OverwritesColumns(ChangesTheContext):
    """DATA-08: an attribute that is named as a member overwrites the member."""

    rule = "DATA-08"
    fault = "`row = {**columns, **attributes}`"

    def changed(self, ctx):
        return ctx.replace(**{name: value for name, value in ctx.attributes.items() if name in TEXTS})


class ResolvesReferences(DropsAttributes):
    """DATA-08: attributes named `$id` and `$ref` are lost."""

    rule = "DATA-08"
    fault = "Newtonsoft.Json with PreserveReferencesHandling, which takes such names for its own"

    def lost(self, name):
        return name in {"$id", "$ref"}


class LosesWhatStandsAlone(ChangesTheContext):
    """Loses attributes of certain names where there are no others."""

    names = ()

    def changed(self, ctx):
        return ctx.replace(attributes={}) if sorted(ctx.attributes) in [sorted(each) for each in self.names] else ctx


class ReadsExtendedJson(LosesWhatStandsAlone):
    """DATA-08: attributes of which `$date` or `$oid` is the only one are decoded as a date or an id, and lost."""

    rule = "DATA-08"
    fault = "MongoDB's extended JSON, parsed where plain JSON was written"
    names = (["$date"], ["$oid"])


class UnmarshalsTypedValues(LosesWhatStandsAlone):
    """DATA-08: attributes of which `S` or `N` is the only one are decoded as a scalar, and lost."""

    rule = "DATA-08"
    fault = "DynamoDB's unmarshaller, called on a map that was never marshalled"
    names = (["S"], ["N"])


class KeepsListsOfPhp(LosesWhatStandsAlone):
    """DATA-08: attributes named 0, 1 and so on become a list, and their names are lost."""

    rule = "DATA-08"
    fault = "PHP's json_encode, which writes an array with the keys 0, 1, 2 as a list"
    names = (["0"], ["0", "1"])


class TakesALengthForAList(LosesWhatStandsAlone):
    """DATA-08: attributes with the name length are taken for a list, and seem empty."""

    rule = "DATA-08"
    fault = "lodash and jQuery, to which whatever has a length is like an array"
    names = (["length"],)
