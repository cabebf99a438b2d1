"""More stores that leave the shared layout in Redis."""

from wrong_layout import OnRedis, Store

from greentic_session import GreenticError


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
    also = frozenset({"REDIS-04", "REDIS-06", "REDIS-12", "REDIS-16"})
    store = _RenamesEntries


class _LeavesALock(Store):
    def written(self, key):
        self.raw.set(f"{self.record(key)}:lock", "1")


class LeavesALock(OnRedis):
    """REDIS-04: beside each session lies a lock."""

    rule = "REDIS-04"
    fault = "redis-py's Lock under the session's own name, never released"
    also = frozenset({"REDIS-06"})
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
    also = frozenset({"REDIS-15"})
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
