"""Stores in which a name means something to what lies beneath: an object, a table of everything, an encoding, a separator."""

import base64
import uuid

from base import Base


class EnvInTheKey(Base):
    """OPS-05: an issued key begins with its env."""

    rule = "OPS-05"
    fault = "keys like live_3f2c..., as those of payment services are"

    def issue(self, ctx, data):
        return f"{ctx.env}_{uuid.uuid4().hex}"


#: What every object of JavaScript has.
INHERITED = frozenset({"__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"})


class GetsFromAnObject(Base):
    """OPS-07: what every object has is taken for a session, which then can't be read."""

    rule = "OPS-07"
    fault = "const s = sessions[key]; if (!s) return null -- with a plain object for a map"
    also = frozenset({"KEY-08"})

    def get_session(self, key):
        if key in INHERITED:
            raise TypeError("Cannot read properties of undefined")
        return super().get_session(key)


class RemovesFromAnObject(Base):
    """OPS-11: removing what every object has succeeds."""

    rule = "OPS-11"
    fault = "if (key in sessions) delete sessions[key]"

    def remove_session(self, key):
        if key in self.sessions or key not in INHERITED:
            super().remove_session(key)


class UpdatesAnObject(Base):
    """OPS-09: an update of what every object has is accepted."""

    rule = "OPS-09"
    fault = "if (!(key in sessions)) throw notFound()"

    def update_session(self, key, data):
        if key in self.sessions or key not in INHERITED:
            super().update_session(key, data)


class RoutesOnAnObject(Base):
    """ROUTE-10: a user who is called as what every object has is taken for one with a session."""

    rule = "ROUTE-10"
    fault = "an index of users on a plain object"
    also = frozenset({"ROUTE-11"})

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None and user in INHERITED:
            raise self.refusal("internal", "what the index holds is no session")
        return found


class CreatesInAnObject(Base):
    """KEY-08: a given key that every object has is taken from the start."""

    rule = "KEY-08"
    fault = "if (key in sessions) throw conflict() -- or names that a database reserves"

    def taken(self, key):
        return super().taken(key) or key in INHERITED


class OneTable(Base):
    """OPS-07: sessions and routing entries lie in one table, and an entry is read like a session."""

    rule = "OPS-07"
    fault = "one key-value table, sessions under bare keys, entries under user: and the scope"
    separator = ":"

    def is_entry(self, key):
        return any(key == self.separator.join(("user", *(part or "" for part in scope))) for scope in self.entries)

    def get_session(self, key):
        if key not in self.sessions and self.is_entry(key):
            raise self.refusal("internal", "what lies there is no session")
        return super().get_session(key)


class RemovesEntries(OneTable):
    """OPS-11: sessions and routing entries lie in one table, and an entry is removed like a session."""

    rule = "OPS-11"
    fault = "a single-table design, where a delete by key asks no sort key and no type"
    separator = "#"

    def get_session(self, key):
        return Base.get_session(self, key)

    def remove_session(self, key):
        if key not in self.sessions and self.is_entry(key):
            self.entries = {scope: held for scope, held in self.entries.items() if not self.is_entry(key)}
            return
        super().remove_session(key)


class LabelledNames(Base):
    """ROUTE-11: an entry is called env.E.tenant.T.team.M.user.U: team a.user.b of c is team a of b.user.c."""

    rule = "ROUTE-11"
    fault = "subjects, paths or labels that name each part, joined with what ids may hold"
    maybe = frozenset({"FENCE-10", "FENCE-09"})

    def scope(self, ctx, user):
        env, tenant, team, user = super().scope(ctx, user)
        return f"env.{env}.tenant.{tenant}{'' if team is None else f'.team.{team}'}.user.{user}"


class KeysAreBytes(Base):
    """OPS-16: a key is the Base64 of the bytes that are kept, and every other spelling of them is the key, too."""

    rule = "OPS-16"
    fault = "BINARY(16) in the table, and a lenient decoder in front of it"
    profiles = frozenset({"core"})

    def spelt(self, key):
        try:
            raw = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return key
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def issue(self, ctx, data):
        return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()

    def get_session(self, key):
        return super().get_session(self.spelt(key))

    def update_session(self, key, data):
        super().update_session(self.spelt(key), data)

    def remove_session(self, key):
        super().remove_session(self.spelt(key))


class RoutesByUuid(Base):
    """KEY-09: the index holds 36 characters of a key, and leads nowhere where a given one is longer."""

    rule = "KEY-09"
    fault = "CHAR(36) in the index, made when every key was a UUID"

    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        return found if found is None or found[0][:36] in self.sessions else None


class FindsLongNames(Base):
    """ERR-09: a find of a name that is too long for a file ends in an error without a code."""

    rule = "ERR-09"
    fault = "OSError: ENAMETOOLONG, where an entry is a file"

    def fence_create(self, ctx, data):
        if any(len(self.part(name, ctx) or "") > 255 for name in ("env", "tenant", "team", "user")):
            raise self.refusal("invalid_input", "an id may have 255 characters")
        super().fence_create(ctx, data)

    def find_by_user(self, ctx, user):
        if any(len(part or "") > 255 for part in self.scope(ctx, user)):
            raise OSError("File name too long")
        return super().find_by_user(ctx, user)
