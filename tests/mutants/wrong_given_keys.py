"""Stores that take a given key for another one, or for more than a name."""

import fnmatch
import posixpath
import re

from base import Base

from greentic_session import GreenticError


class Renames(Base):
    """Keeps a session under a key of its own spelling."""

    def given(self, key):
        return self.spelt(super().given(key))

    def spelt(self, key):
        return key


class FoldsGivenKeys(Renames):
    """KEY-08: a given key is kept in lower case."""

    rule = "KEY-08"
    fault = "digests in hexadecimal, normalised because two services write them differently"
    maybe = frozenset({"KEY-05"})

    def spelt(self, key):
        return key.lower()


class TrimsGivenKeys(Renames):
    """KEY-08: white space around a given key is dropped."""

    rule = "KEY-08"
    fault = "a validator that strips strings, as pydantic can"

    def spelt(self, key):
        return key.strip()


class TakesKeysForPaths(Renames):
    """KEY-08: a given key is a path, and is normalised as one."""

    rule = "KEY-08"
    fault = "one file a session, or a URL with the key in it"

    def spelt(self, key):
        return posixpath.normpath(key)


class TakesTheLastPart(Renames):
    """KEY-08: of a key with colons the last part counts."""

    rule = "KEY-08"
    fault = "key.split(':')[-1], to get rid of a prefix"
    maybe = frozenset({"KEY-05"})

    def spelt(self, key):
        return key.split(":")[-1] or key


class ReadsKeysAsNumbers(Renames):
    """KEY-08: a key of digits is kept as a number."""

    rule = "KEY-08"
    fault = "JavaScript's or PHP's arrays, in which '0' is 0"

    def spelt(self, key):
        return str(int(key)) if re.fullmatch("[0-9]+", key) else key


class DropsEmoji(Renames):
    """KEY-08: characters beyond U+FFFF are dropped from a key."""

    rule = "KEY-08"
    fault = "utf8mb3 on the key's column, with a sanitiser in front"

    def spelt(self, key):
        return re.sub("[\U00010000-\U0010ffff]", "?", key)


class ReadsKeysAs(Base):
    """Takes a key for another one wherever it comes, and answers it as it came."""

    def read_as(self, key):
        return key

    def create_session(self, ctx, data, key=None):
        issued = super().create_session(ctx, data, key if key is None else self.read_as(key))
        return issued if key is None else key

    def get_session(self, key):
        return super().get_session(self.read_as(key))

    def update_session(self, key, data):
        super().update_session(self.read_as(key), data)

    def remove_session(self, key):
        super().remove_session(self.read_as(key))


class DropsControlCharacters(ReadsKeysAs):
    """KEY-08: control characters are dropped from a key."""

    rule = "KEY-08"
    fault = "a sanitiser against broken log lines, on everything that comes in"
    also = frozenset({"OPS-16"})

    def read_as(self, key):
        return "".join(character for character in key if character >= " ")


class CutsKeysAt255(ReadsKeysAs):
    """KEY-08: of a key the first 255 characters count."""

    rule = "KEY-08"
    fault = "VARCHAR(255) in a MySQL that isn't strict, which cuts with a warning"

    def read_as(self, key):
        return key[:255]


class DropsVariationSelectors(ReadsKeysAs):
    """KEY-08: variation selectors are dropped from a key."""

    rule = "KEY-08"
    fault = "a collation of Unicode's, to which they have no weight"

    def read_as(self, key):
        return key.replace("\ufe0f", "")


class DropsEscapedNul(ReadsKeysAs):
    r"""KEY-08: the six characters \\u0000 are dropped from a key."""

    rule = "KEY-08"
    fault = r"replace('\\u0000', '') on the JSON for PostgreSQL's jsonb, which can't hold U+0000"

    def read_as(self, key):
        return key.replace("\\u0000", "")


class LocksUnderANameOfItsOwn(Base):
    """KEY-08: beside each key its owner lies, as if that were a session of that name."""

    rule = "KEY-08"
    fault = "SET {key}:owner in the namespace in which the sessions are, too"

    def taken(self, key):
        return super().taken(key) or (key.endswith(":owner") and key.removesuffix(":owner") in self.sessions)

    def forget(self, key):
        super().forget(key)
        self.sessions.pop(f"{key}:owner", None)


class WritesATemporaryFile(Base):
    """KEY-08: a session is written under its key and .tmp, and renamed."""

    rule = "KEY-08"
    fault = "write, fsync, rename: the safe way to write a file, in a folder whose names are the callers'"

    def write(self, key, data):
        self.sessions.pop(f"{key}.tmp", None)
        super().write(key, data)


class KeepsEntriesAmongSessions(Base):
    """KEY-08: a routing entry lies among the sessions, under the joined ids of its scope."""

    rule = "KEY-08"
    fault = "one table of names and values for both, as DynamoDB's single-table design has it"

    def route(self, scope, key):
        super().route(scope, key)
        self.sessions.pop("/".join(part or "-" for part in scope), None)


class OpensDevices(Base):
    """KEY-08: what is written under the name of a device is gone."""

    rule = "KEY-08"
    fault = "one file a session on Windows, where a file called nul takes everything and has nothing"
    maybe = frozenset({"KEY-05"})

    def write(self, key, data):
        if key.lower().partition(".")[0] not in {"con", "nul", "aux", "prn"}:
            super().write(key, data)


class RefusesBlankKeys(Base):
    """KEY-08: a key of white space is refused."""

    rule = "KEY-08"
    fault = "`if not key.strip()` in the validation"

    def given(self, key):
        if not key.strip():
            raise self.refusal("invalid_input", "the key is blank")
        return super().given(key)


class RemovesByPrefix(Base):
    """KEY-08: remove takes every session whose key begins with the one given."""

    rule = "KEY-08"
    fault = "langgraph-checkpoint's savers that delete a thread by scanning for its prefix"
    maybe = frozenset({"OPS-12"})

    def forget(self, key):
        for other in [name for name in self.sessions if name.startswith(key)]:
            del self.sessions[other]


class RemovesByPattern(Base):
    """KEY-08: a key is a pattern to remove."""

    rule = "KEY-08"
    fault = "KEYS or SCAN MATCH with the key in the pattern, unescaped"

    def forget(self, key):
        super().forget(key)
        for other in [name for name in self.sessions if fnmatch.fnmatchcase(name, key)]:
            del self.sessions[other]


class RefusesLongKeys(Base):
    """KEY-08: a key of more than 128 bytes is refused."""

    rule = "KEY-08"
    fault = "a limit that fits the keys that one has seen"
    also = frozenset({"ERR-11"})

    def given(self, key):
        if len(key.encode()) > 128:
            raise self.refusal("invalid_input", "the key is too long")
        return super().given(key)


class RetriesInPeace(Base):
    """KEY-06: a create under a taken key succeeds where the data is the same."""

    rule = "KEY-06"
    fault = "idempotent creation, so that a client may retry"

    def create_session(self, ctx, data, key=None):
        if key is not None and self.read(key) == data:
            return key
        return super().create_session(ctx, data, key)


class ConflictsAndWrites(Base):
    """KEY-06: a create under a taken key says conflict, and has replaced the session."""

    rule = "KEY-06"
    fault = "SET … GET: the old value tells of the conflict when it is overwritten"
    maybe = frozenset({"OPS-17"})
    also = frozenset({"CONC-03"})

    def taken(self, key):
        return key in self.sessions and not self.replaced

    replaced = False

    def create_session(self, ctx, data, key=None):
        try:
            return super().create_session(ctx, data, key)
        except GreenticError as error:
            if error.code == "conflict":
                self.write(key, data)
            raise


class FreesKeysForTheirTenantOnly(Base):
    """KEY-07: a removed key may be used again, but only by the tenant that had it."""

    rule = "KEY-07"
    fault = "reservations of keys in a table of their own, by tenant"

    def __init__(self):
        super().__init__()
        self.owners = {}

    def create_session(self, ctx, data, key=None):
        with self.lock:
            self.fence_create(ctx, data)
            if key in self.owners and self.owners[key] != ctx.tenant_id:
                raise self.refusal("conflict", "taken")
            made = super().create_session(ctx, data, key)
            self.owners[made] = ctx.tenant_id
            return made


class WearsKeysOut(Base):
    """KEY-07: a key can be used a dozen times."""

    rule = "KEY-07"
    fault = "a generation in four bits beside the key, so that a late retry can be told"

    def __init__(self):
        super().__init__()
        self.uses = {}

    def create_session(self, ctx, data, key=None):
        with self.lock:
            if key not in self.sessions and self.uses.get(key, 0) == 15:
                raise self.refusal("conflict", "the key is worn out")
            made = super().create_session(ctx, data, key)
            self.uses[made] = self.uses.get(made, 0) + 1
            return made


class ReservesRefusedKeys(Base):
    """KEY-09: the key of a create that the fence refuses stays reserved."""

    rule = "KEY-09"
    fault = "SETNX first, then the fence, and no DEL on the way out"
    maybe = frozenset({"KEY-05"})

    def __init__(self):
        super().__init__()
        self.reserved = set()

    def taken(self, key):
        return super().taken(key) or key in self.reserved

    def create_session(self, ctx, data, key=None):
        try:
            return super().create_session(ctx, data, key)
        except GreenticError as error:
            if error.code == "invalid_input" and key:
                self.reserved.add(key)
            raise


class RoutesBeforeTheKeyIsLookedAt(Base):
    """OPS-17: a create that is refused for its key has led its user to that key already."""

    rule = "OPS-17"
    fault = "the index is written first, and its column is wider than that of the sessions' keys"

    def create_session(self, ctx, data, key=None):
        with self.lock:
            if key is not None and (not 0 < len(key) < 256 or min(key) < " "):
                self.fence_create(ctx, data)
                self.route(self.scope_at_create(ctx, data), key)
                raise self.refusal("invalid_input", "no key")
            return super().create_session(ctx, data, key)


class NamesFilesAfterKeys(Base):
    """ERR-09: a create under a key that is too long for a file's name ends in an error without a code."""

    rule = "ERR-09"
    fault = "open(folder / key, 'xb'), of whose errors only FileExistsError is translated"

    def given(self, key):
        if len(super().given(key).encode()) > 255:
            raise OSError("File name too long")
        return key


class AllocatesOnReads(Base):
    """KEY-05: a get of a key that isn't there leaves an empty place under it, and the key is taken."""

    rule = "KEY-05"
    fault = "a defaultdict, or a cache that keeps what was missed"
    maybe = frozenset({"KEY-07"})

    def get_session(self, key):
        self.sessions.setdefault(key, None)
        return super().get_session(key)


class DoesNotRouteGivenKeys(Base):
    """KEY-09: a session under a given key isn't found by its user."""

    rule = "KEY-09"
    fault = "a second path for webhooks, which have no user to come back"

    def create_session(self, ctx, data, key=None):
        self.routes = key is None
        return super().create_session(ctx, data, key)

    def route(self, scope, key):
        if self.routes:
            super().route(scope, key)


class JoinsKeysWithCommas(Base):
    """KEY-09: a user is led to what stands behind the last comma of their newest session's key."""

    rule = "KEY-09"
    fault = "the keys of a user's sessions in one column of text, joined with commas, the newest last"

    def route(self, scope, key):
        super().route(scope, key.split(",")[-1])


class PadsTheKeysOfEntries(Base):
    """KEY-09: a user is led to the oldest session of those whose keys differ in spaces at their end."""

    rule = "KEY-09"
    fault = "a join of entries and sessions in a collation of MySQL's that pads with spaces, as most of its do"

    def find_by_user(self, ctx, user):
        with self.lock:
            key = self.entries.get(self.scope(ctx, user))
            alike = [other for other in self.sessions if key is not None and other.rstrip(" ") == key.rstrip(" ")]
            if not alike or not self.may_find(ctx, user, self.read(alike[0]).tenant_ctx):
                return None
            return alike[0], self.read(alike[0])


class InheritsWithoutAUser(Base):
    """ROUTE-20: a key that is used again for nobody keeps the routing that it had."""

    rule = "ROUTE-20"
    maybe = frozenset({"ROUTE-03"})
    fault = "an entry that is cleared when it is replaced, and only then"

    def unroute(self, key):
        self.left = {**getattr(self, "left", {}), key: self.scopes.get(key)}
        super().unroute(key)

    def scope_at_create(self, ctx, data):
        self.nobodys = self.user(data.tenant_ctx) is None
        return super().scope_at_create(ctx, data)

    def write(self, key, data):
        super().write(key, data)
        scope = getattr(self, "left", {}).pop(key, None)
        if scope is not None and self.nobodys:
            self.entries[scope] = key
