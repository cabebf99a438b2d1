"""Stores that create under another key than the one given."""

import unicodedata

from base import Base


class IgnoresTheKey(Base):
    """KEY-05: the key that was given is dropped, and a random one issued."""

    rule = "KEY-05"
    fault = "a signature with **kwargs that swallows the key"
    also = frozenset({"CONC-03", "KEY-06", "KEY-07", "KEY-08"})

    def create_session(self, ctx, data, key=None):
        if key is not None:
            self.given(key)
        return super().create_session(ctx, data)


class Overwrites(Base):
    """KEY-06: a create under a taken key replaces the session that has it."""

    rule = "KEY-06"
    fault = "SET without NX: the second delivery of an event starts the conversation anew"
    also = frozenset({"CONC-03"})

    def taken(self, key):
        return False


class LetsOtherTenantsOverwrite(Base):
    """KEY-06: the key is looked for among the caller's own tenant's only."""

    rule = "KEY-06"
    also = frozenset({"CONC-03"})
    fault = "a primary key of (tenant, key) in front of a storage that knows the key alone"

    def create_session(self, ctx, data, key=None):
        with self.lock:
            self.fence_create(ctx, data)
            old = self.sessions.get(key)
            if old is not None and old.tenant_ctx.tenant_id != ctx.tenant_id:
                self.remove_session(key)
            return super().create_session(ctx, data, key)


class KeepsTombstones(Base):
    """KEY-07: a removed key stays taken."""

    rule = "KEY-07"
    fault = "soft deletion under a unique index"

    def __init__(self):
        super().__init__()
        self.tombs = set()

    def forget(self, key):
        super().forget(key)
        self.tombs.add(key)

    def taken(self, key):
        return super().taken(key) or key in self.tombs


class CutsKeys(Base):
    """KEY-08: the key's column has 64 characters."""

    rule = "KEY-08"
    fault = "VARCHAR(64), measured by the hash that the first caller used"

    def given(self, key):
        return super().given(key)[:64]


class ComposesKeys(Base):
    """KEY-08: the database normalises the key."""

    rule = "KEY-08"
    fault = "file names on APFS or HFS+, which normalise"

    def given(self, key):
        return unicodedata.normalize("NFC", super().given(key))


class LetsGivenKeysPass(Base):
    """KEY-09: under a given key there is no fence, for the event has been checked elsewhere."""

    rule = "KEY-09"
    fault = "a second code path for webhooks that was copied without its check"
    also = frozenset({"ERR-12", "ROUTE-20"})

    def create_session(self, ctx, data, key=None):
        return super().create_session(data.tenant_ctx if key else ctx, data, key)
