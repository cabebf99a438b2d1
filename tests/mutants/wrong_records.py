"""More stores that leave the shared layout in Redis."""

import contextlib
import json

import redis
from wrong_layout import OnRedis, Store

from greentic_session import GreenticError, TenantCtx


class _ExpiresEntries(Store):
    def create_session(self, ctx, data, key=None):
        key = super().create_session(ctx, data, key)
        user = data.tenant_ctx.effective_user or ctx.effective_user
        if user:
            self.raw.expire(self.entry(data.tenant_ctx, user), 3600)
        return key


class ExpiresEntries(OnRedis):
    """REDIS-05: sessions stay, and their routing entries expire after an hour."""

    rule = "REDIS-05"
    fault = "a TTL on the index alone, so that it can't grow without bounds"
    store = _ExpiresEntries


class _RenamesEntries(Store):
    def renamed(self, name):
        return name.replace(":-:", "::")

    def create_session(self, ctx, data, key=None):
        key = super().create_session(ctx, data, key)
        user = data.tenant_ctx.effective_user or ctx.effective_user
        name = self.entry(data.tenant_ctx, user) if user else ""
        if name != self.renamed(name):
            self.raw.rename(name, self.renamed(name))
        return key


class LeavesNoTeamEmpty(OnRedis):
    """REDIS-03: the entry of a user without a team has nothing where the dash belongs."""

    rule = "REDIS-03"
    fault = "`team or ''` in the name of a key"
    maybe = frozenset({"ROUTE-01", "ROUTE-02"})
    also = frozenset({"REDIS-04", "REDIS-06", "REDIS-16"})
    store = _RenamesEntries


class _LeavesALock(Store):
    def written(self, key):
        self.raw.set(f"{self.record(key)}:lock", "1")


class LeavesALock(OnRedis):
    """REDIS-04: beside each session lies a lock."""

    rule = "REDIS-04"
    fault = "redis-py's Lock under the session's own name, never released"
    also = frozenset({"KEY-08", "REDIS-06"})
    store = _LeavesALock


class _DeletesTheUsersEverywhere(Store):
    def remove_session(self, key):
        found = self.get_session(key) if self.raw.type(self.record(key)) == "string" else None
        super().remove_session(key)
        if found is not None:
            user = found.tenant_ctx.effective_user
            for name in list(self.raw.scan_iter(f"*{self.space[1:-1]}*:user:*:{user}")):
                self.raw.delete(name)


class DeletesTheUsersEverywhere(OnRedis):
    """REDIS-20: a remove deletes its user's entries by a pattern that begins with a star."""

    rule = "REDIS-20"
    fault = "SCAN MATCH *:user:*:{user} in a Redis that is shared"
    maybe = frozenset({"ROUTE-08"})
    also = frozenset({"KEY-08", "REDIS-15"})
    store = _DeletesTheUsersEverywhere


class _NamesNoKey(Store):
    def get_session(self, key):
        try:
            return super().get_session(key)
        except GreenticError as error:
            raise GreenticError(error.code, "a record can't be read") from None


class NamesNoKey(OnRedis):
    """ERR-15: a record that can't be read is an internal error that doesn't say which."""

    rule = "ERR-15"
    fault = "an operator's night: one of a million records is corrupt, and no message says which"
    store = _NamesNoKey


class _MissesFaulty(Store):
    def update_session(self, key, data):
        try:
            super().update_session(key, data)
        except GreenticError as error:
            code = "not_found" if error.code == "internal" else error.code
            raise GreenticError(code, error.message) from None


class MissesFaultyAtUpdate(OnRedis):
    """REDIS-13: an update of a record that can't be read is answered as if there were none."""

    rule = "REDIS-13"
    fault = "a reader that returns None for what it can't decode, and an update that builds on it"
    store = _MissesFaulty


class _ClearsFaultyEntries(Store):
    def find_by_user(self, ctx, user):
        try:
            return super().find_by_user(ctx, user)
        except GreenticError:
            self.raw.delete(self.entry(ctx, user))
            raise


class ClearsFaultyEntries(OnRedis):
    """REDIS-16: a find that meets a record that can't be read deletes the entry that led there."""

    rule = "REDIS-16"
    fault = "a record that can't be read, taken for one that is gone"
    store = _ClearsFaultyEntries


class _ExpiresAnonymous(Store):
    def create_session(self, ctx, data, key=None):
        key = super().create_session(ctx, data, key)
        if data.tenant_ctx.effective_user is None:
            self.raw.expire(self.record(key), 86_400)
        return key


class ExpiresAnonymous(OnRedis):
    """REDIS-05: sessions without a user expire after a day."""

    rule = "REDIS-05"
    fault = "a shorter life for guests' sessions, as shops have it"
    store = _ExpiresAnonymous


class _ExpiresGivenKeys(Store):
    def create_session(self, ctx, data, key=None):
        created = super().create_session(ctx, data, key)
        if key is not None:
            self.raw.expire(self.record(key), 86_400)
        return created


class ExpiresGivenKeys(OnRedis):
    """REDIS-05: sessions under a key that was given expire after a day."""

    rule = "REDIS-05"
    fault = "the create with SET NX EX, copied from a lock"
    store = _ExpiresGivenKeys


class _ExpiresEntriesOfTeams(Store):
    def create_session(self, ctx, data, key=None):
        key = super().create_session(ctx, data, key)
        stored = data.tenant_ctx
        user = stored.effective_user or ctx.effective_user
        if stored.effective_team is not None and user is not None:
            self.raw.expire(self.entry(stored, user), 86_400)
        return key


class ExpiresEntriesOfTeams(OnRedis):
    """REDIS-05: the routing entries of users in a team expire after a day."""

    rule = "REDIS-05"
    fault = "a branch for teams, written after the TTL was taken out of the other one"
    store = _ExpiresEntriesOfTeams


class _SlidesAtGet(Store):
    def get_session(self, key):
        found = super().get_session(key)
        if found is not None:
            self.raw.expire(self.record(key), 86_400)
        return found


class SlidesAtGet(OnRedis):
    """REDIS-05: a get lets the session expire a day later."""

    rule = "REDIS-05"
    fault = "GETEX in place of GET: a sliding expiration, as web frameworks have it"
    store = _SlidesAtGet


class _SlidesAtFind(Store):
    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is not None:
            self.raw.expire(self.entry(ctx, user), 86_400)
        return found


class SlidesAtFind(OnRedis):
    """REDIS-05: a find lets the routing entry that it used expire a day later."""

    rule = "REDIS-05"
    fault = "an index that forgets who isn't heard of for a day"
    store = _SlidesAtFind


class _ResetsTheTtl(Store):
    def update_session(self, key, data):
        lives = self.raw.ttl(self.record(key)) > 0
        super().update_session(key, data)
        if lives:
            self.raw.expire(self.record(key), 3600)


class ResetsTheTtl(OnRedis):
    """REDIS-07: an update of a session that will expire gives it another hour, whatever it had."""

    rule = "REDIS-07"
    fault = "a sliding expiration with the library's own default"
    store = _ResetsTheTtl


class _MixesTheUnits(Store):
    def update_session(self, key, data):
        life = self.raw.ttl(self.record(key))
        super().update_session(key, data)
        if life > 0:
            self.raw.pexpire(self.record(key), life)


class MixesTheUnits(OnRedis):
    """REDIS-07: an update puts the seconds that were left back as milliseconds."""

    rule = "REDIS-07"
    fault = "TTL read, PX written"
    store = _MixesTheUnits


class _ClearsForNamedCallers(Store):
    def find_by_user(self, ctx, user):
        name = self.entry(ctx, user)
        key = self.raw.get(name)
        found = super().find_by_user(ctx, user)
        if ctx.effective_user is None and key and found is None:
            self.raw.set(name, key)
        return found


class ClearsForNamedCallers(OnRedis):
    """REDIS-10: an entry whose session is gone stays where the asking context names no user."""

    rule = "REDIS-10"
    fault = "the clean-up behind `if ctx.user == user`, so that nobody clears another one's"
    maybe = frozenset({"REDIS-11"})
    store = _ClearsForNamedCallers


class _ClearsAnonymousEntries(Store):
    def find_by_user(self, ctx, user):
        found = super().find_by_user(ctx, user)
        if found is None and self.leads_to_nobodys(self.entry(ctx, user)):
            self.raw.delete(self.entry(ctx, user))
        return found

    def leads_to_nobodys(self, entry):
        try:
            led = self.get_session(self.raw.get(entry) or "")
        except (GreenticError, redis.ResponseError):
            return False
        return led is not None and led.tenant_ctx.effective_user is None


class ClearsAnonymousEntries(OnRedis):
    """REDIS-12: a find that the fence refuses deletes the entry where the session names no user."""

    rule = "REDIS-12"
    fault = "an entry compared with the name that the record gives it, which a session without a user doesn't"
    maybe = frozenset({"FENCE-17"})
    store = _ClearsAnonymousEntries


class _ComparesTheTeamAlone(Store):
    def find_by_user(self, ctx, user):
        if ctx.effective_user in {None, user}:
            key = self.raw.get(self.entry(ctx, user))
            try:
                found = self.get_session(key) if key else None
            except GreenticError:
                found = None
            if found is not None:
                stored = found.tenant_ctx
                if stored.effective_user is None and stored.effective_team == ctx.effective_team:
                    return key, found
        return super().find_by_user(ctx, user)


class ComparesTheTeamAlone(OnRedis):
    """REDIS-11: a session without a user is answered wherever an entry leads to it from the same team."""

    rule = "REDIS-11"
    fault = "the fence of a session that is nobody's, forgotten but for the team"
    store = _ComparesTheTeamAlone


class _ReadsLeniently(Store):
    def update_session(self, key, data):
        try:
            super().update_session(key, data)
        except GreenticError as error:
            if error.code != "internal" or self.scope_of(key) != self.scope(data.tenant_ctx):
                raise
            self.raw.set(self.record(key), data.to_json())

    def scope(self, ctx):
        return ctx.env, ctx.tenant_id, ctx.effective_team, ctx.effective_user

    def scope_of(self, key):
        """Whose a record is, as far as there are strings."""
        try:
            names = json.loads(self.raw.get(self.record(key)))["tenant_ctx"]
            texts = {name: text for name, text in names.items() if isinstance(text, str)}
        except (ValueError, TypeError, KeyError, AttributeError, redis.ResponseError):
            return None
        user = texts.get("user_id", texts.get("user"))
        return texts.get("env"), texts.get("tenant_id"), texts.get("team_id", texts.get("team")), user


class TakesStrangeTeamsForNone(OnRedis):
    """REDIS-13: a team that is a number or a list is taken for no team, and the record is replaced."""

    rule = "REDIS-13"
    fault = "`as_str()` where a value of another type is None"
    store = _ReadsLeniently


class _MendsFaulty(Store):
    def update_session(self, key, data):
        try:
            self.get_session(key)
        except GreenticError:
            if self.names_a_scope(key):
                self.raw.set(self.record(key), data.to_json())
                return
        super().update_session(key, data)

    def names_a_scope(self, key):
        try:
            ctx = json.loads(self.raw.get(self.record(key)))["tenant_ctx"]
            TenantCtx.from_json(json.dumps({**ctx, "attempt": 0}))
        except (ValueError, TypeError, KeyError, GreenticError, redis.ResponseError):
            return False
        return True


class MendsFaultyForAnyone(OnRedis):
    """REDIS-16: a record of which only the flow or the cursor can't be read is replaced by an update from anywhere."""

    rule = "REDIS-16"
    fault = "the fence on the decoded session alone: what can't be decoded isn't fenced"
    store = _MendsFaulty


class _UpdatesWhatIsEntered(Store):
    def update_session(self, key, data):
        user = data.tenant_ctx.effective_user
        entered = user is None or self.raw.exists(self.entry(data.tenant_ctx, user))
        super().update_session(key, data)
        if not entered:
            self.raw.delete(self.entry(data.tenant_ctx, user))


class UpdatesWhatIsEntered(OnRedis):
    """REDIS-08: an update writes its user's entry only where there is one."""

    rule = "REDIS-08"
    fault = "SET with XX, for the entry was written at the create"
    maybe = frozenset({"ROUTE-05", "OPS-18"})
    store = _UpdatesWhatIsEntered


class _ReadsWithCjson(Store):
    def remove_session(self, key):
        try:
            ctx = json.loads(self.raw.get(self.record(key)) or "")["tenant_ctx"]
            broken = ctx.get("user_id", "") is None
        except (ValueError, TypeError, KeyError, AttributeError, UnicodeError, redis.ResponseError):
            broken = False
        if broken:
            raise GreenticError("internal", f"attempt to concatenate a userdata value, at {key}")
        super().remove_session(key)


class ReadsWithCjson(OnRedis):
    """REDIS-09: a record whose user_id is null can't be removed."""

    rule = "REDIS-09"
    fault = "`ctx.user_id or ctx.user` in a script, where cjson.null is true, and no string"
    store = _ReadsWithCjson


class _RemovesByDefaults(Store):
    def remove_session(self, key):
        name = ""
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, UnicodeError, redis.ResponseError):
            ctx = json.loads(self.raw.get(self.record(key)) or "")["tenant_ctx"]
            if "team_id" in ctx and ctx["team_id"] is None and ctx.get("team"):
                read = TenantCtx.from_json(json.dumps(ctx))
                name = self.entry(read, read.effective_user)
        kept = self.raw.get(name)
        super().remove_session(key)
        if kept == key:
            self.raw.set(name, key)


class RemovesByDefaults(OnRedis):
    """REDIS-09: a null team_id hides the team from remove, which leaves the entry."""

    rule = "REDIS-09"
    fault = "`.get('team_id', team)`, which a null answers, too"
    store = _RemovesByDefaults


class _RemovesFromNamesakes(Store):
    def remove_session(self, key):
        super().remove_session(key)
        for name in list(self.raw.scan_iter(f"{self.space[:-1]}*:session:*")):
            if name.partition(":session:")[2] == key:
                self.raw.delete(name)


class RemovesFromNamesakes(OnRedis):
    """REDIS-20: a remove also takes the records of that key in namespaces that begin alike."""

    rule = "REDIS-20"
    fault = "SCAN MATCH namespace*:session:key, for the versions of the namespace that there were"
    store = _RemovesFromNamesakes
