"""Stores whose ordinary way is safe among several callers, and whose way for special sessions isn't."""

import contextlib
import threading
from collections import defaultdict

from wrong_concurrency import LetsOthersIn

#: The parts that a large snapshot is written in.
PART = 65_536


class UpdatesSomeUnlocked(LetsOthersIn):
    """Updates hold the lock but for those of special sessions."""

    unlocked = "update_session"

    def special(self, data):
        raise NotImplementedError

    def update_session(self, key, data):
        with contextlib.nullcontext() if self.special(data) else self.safe:
            super().update_session(key, data)


class AnonymousInTwoSteps(UpdatesSomeUnlocked):
    """CONC-02: an update of a session without a user reads, compares and writes, one after the other."""

    rule = "CONC-02"
    fault = "a script for sessions with a routing entry, and GET, SET for those that need none"

    def special(self, data):
        return self.user(data.tenant_ctx) is None


class LocksPerTenant(LetsOthersIn):
    """CONC-03: creates of one tenant wait for each other, and two tenants both take one key."""

    rule = "CONC-03"
    fault = "a lock, or a partition, for each tenant, in front of keys that all share"
    unlocked = "create_session"

    def __init__(self):
        super().__init__()
        self.of = defaultdict(threading.Lock)

    def create_session(self, ctx, data, key=None):
        with self.of[ctx.tenant_id]:
            return super().create_session(ctx, data, key)


class PartsWithoutATransaction(UpdatesSomeUnlocked):
    """CONC-01: a snapshot of more than 64 KiB is written in parts, one after the other."""

    rule = "CONC-01"
    fault = "items of a bounded size, several for what is larger, and no transaction"

    def special(self, data):
        return len(data.context_json) > PART

    def write(self, key, data):
        new = data.context_json
        if key not in self.sessions or not self.special(data):
            super().write(key, data)
            return
        for start in range(0, len(new), PART):
            held = self.sessions[key].context_json
            part = new[start : start + PART]
            self.sessions[key] = data.replace(context_json=held[:start] + part + held[start + PART :])
            self.pause()
        self.sessions[key] = data.replace(context_json=self.sessions[key].context_json[: len(new)])


class ReadsLargeOnesInParts(LetsOthersIn):
    """CONC-10: the parts of a large snapshot are read one after another, while a writer may replace them."""

    rule = "CONC-10"
    fault = "chunks fetched by a second query, in no transaction, of a row that has changed since the first"

    unlocked = "get_session"

    def get_session(self, key):
        found = super().get_session(key)
        if found is None or len(found.context_json) <= PART:
            return found
        self.pause()
        later = self.sessions.get(key, found).context_json
        return found.replace(context_json=found.context_json[:PART] + later[PART:])


class RemovesAnonymousInTwoSteps(LetsOthersIn):
    """CONC-08: removing a session without a user compares its entry with the key, and deletes it later."""

    rule = "CONC-08"
    fault = "a script removes what has a user; GET, compare, DEL clear the entry of what has none"
    unlocked = "remove_session"

    def remove_session(self, key):
        data = self.sessions.get(key)
        if data is None or self.user(data.tenant_ctx) is not None:
            with self.safe:
                super().remove_session(key)
            return
        scope = self.scopes.get(key)
        is_its_own = self.entries.get(scope) == key
        self.pause()
        with self.safe:
            super().remove_session(key)
            if is_its_own:
                self.entries.pop(scope, None)
