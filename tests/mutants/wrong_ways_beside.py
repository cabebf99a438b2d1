"""Stores whose ordinary way is safe among several callers, and whose way for special sessions isn't."""

import threading
from collections import defaultdict

from wrong_concurrency import LetsOthersIn

#: The parts that a large snapshot is written in.
PART = 65_536


class AnonymousInTwoSteps(LetsOthersIn):
    """CONC-02: an update of a session without a user reads, compares and writes, one after the other."""

    rule = "CONC-02"
    fault = "a script for sessions with a routing entry, and GET, SET for those that need none"
    unlocked = "update_session"

    def update_session(self, key, data):
        if self.user(data.tenant_ctx) is not None:
            with self.safe:
                return super().update_session(key, data)
        return super().update_session(key, data)


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


class PartsWithoutATransaction(LetsOthersIn):
    """CONC-01: a snapshot of more than 64 KiB is written in parts, one after the other."""

    rule = "CONC-01"
    fault = "items of a bounded size, several for what is larger, and no transaction"
    unlocked = "update_session"

    def update_session(self, key, data):
        if len(data.context_json) <= PART:
            with self.safe:
                return super().update_session(key, data)
        return super().update_session(key, data)

    def write(self, key, data):
        new = data.context_json
        if key not in self.sessions or len(new) <= PART:
            super().write(key, data)
            return
        for start in range(0, len(new), PART):
            held = self.sessions[key].context_json
            part = new[start : start + PART]
            self.sessions[key] = data.replace(context_json=held[:start] + part + held[start + PART :])
            self.pause()
        self.sessions[key] = data.replace(context_json=self.sessions[key].context_json[: len(new)])
