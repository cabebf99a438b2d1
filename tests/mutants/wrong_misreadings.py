"""Stores that read what they keep as something else: an escape, a number, a date, a name of their own."""

import html
import re
import uuid
import zlib
from urllib.parse import unquote

from base import Base, ChangesTheContext
from greentic_session_conformance.samples import TEXTS
from wrong_given_keys import Renames

from greentic_session import Impersonation, SessionCursor


class MisreadsTexts(Base):
    """Keeps every free text as something else."""

    rule = ""
    also = frozenset({"DATA-08"})

    def read_as(self, text):
        return text

    def kept(self, data):
        def read(text):
            return None if text is None else self.read_as(text)

        ctx, cursor = data.tenant_ctx, data.cursor
        ctx = ctx.replace(
            **{name: read(getattr(ctx, name)) for name in TEXTS},
            attributes={name: read(value) for name, value in ctx.attributes.items()},
        )
        cursor = SessionCursor(read(cursor.node_pointer), read(cursor.wait_reason), read(cursor.outbox_marker))
        return data.replace(tenant_ctx=ctx, cursor=cursor, context_json=read(data.context_json))


class TurnsCrLfIntoLf(MisreadsTexts):
    """DATA-03: a carriage return before a line feed is dropped."""

    rule = "DATA-03"
    fault = "text mode of files; universal newlines"

    def read_as(self, text):
        return text.replace("\r\n", "\n")


class ReadsEntities(MisreadsTexts):
    """DATA-03: `&amp;` is read as `&`."""

    rule = "DATA-03"
    fault = "an XML document that is unescaped once too often"

    def read_as(self, text):
        return html.unescape(text)


class ReadsPercentEscapes(MisreadsTexts):
    """DATA-03: `%41` is read as `A`."""

    rule = "DATA-03"
    fault = "a form's field that is decoded once too often"
    also = frozenset({"DATA-02", "DATA-08"})

    def read_as(self, text):
        return unquote(text)


class HalvesBackslashes(MisreadsTexts):
    """DATA-03: two backslashes come back as one."""

    rule = "DATA-03"
    fault = "MySQL's string literals, written without escaping backslashes"

    def read_as(self, text):
        return text.replace("\\\\", "\\")


class HalvesQuotes(MisreadsTexts):
    """DATA-03: two quotes come back as one."""

    rule = "DATA-03"
    fault = "a reader of SQL literals or CSV before which nobody doubled them"

    def read_as(self, text):
        return text.replace("''", "'").replace('""', '"')


class RewritesDates(MisreadsTexts):
    """DATA-03: a text that is a date comes back with another zone's spelling."""

    rule = "DATA-03"
    fault = "Json.NET's DateParseHandling, which turns strings that look like dates into dates"

    def read_as(self, text):
        return text[:-1] + "+00:00" if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text) else text


class KeepsUuidsInColumns(MisreadsTexts):
    """DATA-03: a text that is a UUID comes back in lower case."""

    rule = "DATA-03"
    fault = "a column of the type uuid for ids that mostly are UUIDs"

    def read_as(self, text):
        try:
            return str(uuid.UUID(text))
        except ValueError:
            return text


class ReadsYesAsTrue(MisreadsTexts):
    """DATA-03: `yes` and `no` come back as `true` and `false`."""

    rule = "DATA-03"
    fault = "YAML 1.1, unquoted"

    def read_as(self, text):
        return {"yes": "true", "no": "false"}.get(text, text)


class TagsLocales(ChangesTheContext):
    """DATA-03: the locale `en_US` comes back as the language tag `en-US`."""

    rule = "DATA-03"
    fault = "a locale type between the document and the column"

    def changed(self, ctx):
        locale = re.sub("^([a-z]{2})_([A-Z]{2})$", r"\1-\2", ctx.i18n_id or "") or ctx.i18n_id
        return ctx.replace(i18n_id=locale)


class KeepsNoEmptyReason(ChangesTheContext):
    """DATA-04: an impersonation's empty reason comes back as none."""

    rule = "DATA-04"
    fault = "`if reason:` where `is not None` was meant"

    def changed(self, ctx):
        whose = ctx.impersonation
        if whose is None or whose.reason:
            return ctx
        return ctx.replace(impersonation=Impersonation(whose.actor_id))


class KeepsNoEmptyProvider(ChangesTheContext):
    """DATA-04: an empty provider_id comes back as none."""

    rule = "DATA-04"
    fault = "Oracle, where an empty string is NULL"

    def changed(self, ctx):
        return ctx.replace(provider_id=ctx.provider_id or None)


class DropsAttributes(ChangesTheContext):
    """Loses the attributes with some names."""

    def lost(self, name):
        return False

    def changed(self, ctx):
        return ctx.replace(attributes={name: value for name, value in ctx.attributes.items() if not self.lost(name)})


class ReservesUnderscores(DropsAttributes):
    """DATA-08: attributes whose names begin with an underscore are lost."""

    rule = "DATA-08"
    fault = "CouchDB and others, which keep such members for themselves"

    def lost(self, name):
        return name.startswith("_")


class KeepsAttributesBesideItsOwn(DropsAttributes):
    """DATA-08: attributes named as the store's own columns are lost."""

    rule = "DATA-08"
    fault = "attributes flat in an item beside pk, sk and ttl"

    def lost(self, name):
        return name in {"pk", "sk", "ttl"}


class DecodesKeys(Renames):
    """KEY-08: `%41` in a key is `A`."""

    rule = "KEY-08"
    fault = "a key in a URL's path, decoded twice"

    def spelt(self, key):
        return unquote(key)


class ReadsPlusAsSpace(Renames):
    """KEY-08: `+` in a key is a space."""

    rule = "KEY-08"
    fault = "a key in a query string"

    def spelt(self, key):
        return key.replace("+", " ")


class FoldsWidth(Renames):
    """KEY-08: full-width letters are the narrow ones."""

    rule = "KEY-08"
    fault = "SQL Server's default collations"

    def spelt(self, key):
        return "".join(chr(ord(letter) - 0xFEE0) if "\uff01" <= letter <= "\uff5e" else letter for letter in key)


class IgnoresSoftHyphens(Renames):
    """KEY-08: characters that don't show don't count."""

    rule = "KEY-08"
    fault = "collations in which some characters have no weight"

    def spelt(self, key):
        return re.sub("[\u00ad\u200b-\u200f]", "", key) or key


class WeighsAstralCharactersAlike(Renames):
    """KEY-08: one emoji is as good as another."""

    rule = "KEY-08"
    fault = "utf8mb4_unicode_ci"

    def spelt(self, key):
        return re.sub("[\U00010000-\U0010ffff]", "\ufffd", key)


class DropsAFinalDot(Renames):
    """KEY-08: a dot at the end of a key doesn't count."""

    rule = "KEY-08"
    fault = "file names on Windows"

    def spelt(self, key):
        return key.rstrip(".") or key


class MergesSlashes(Renames):
    """KEY-08: two slashes are one."""

    rule = "KEY-08"
    fault = "paths that a proxy normalises"

    def spelt(self, key):
        return re.sub("/{2,}", "/", key)


class TellsKeysApartBy32Bits(Base):
    """KEY-08: a key is taken where another with its CRC-32 is."""

    rule = "KEY-08"
    fault = "a unique index on a checksum, because the column is too long for one"

    def taken(self, key):
        return any(zlib.crc32(key.encode()) == zlib.crc32(other.encode()) for other in self.sessions)
