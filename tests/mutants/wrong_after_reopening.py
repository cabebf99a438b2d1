"""Stores in a file that are right until they are opened again, or until another handle has its turn."""

import json

from file_store import Loses, ReopenedStore

from greentic_session import GreenticError


class LogStore(ReopenedStore):
    """The correct store, which also keeps a log of what was called; a mutant believes the log when it is opened."""

    def __init__(self, folder):
        self.log = []
        super().__init__(folder)

    def refused(self, operation, key, data):
        """Called when a create or an update was refused."""

    def restore(self, sessions, entries, scopes):
        super().restore(sessions, entries, scopes)
        self.log = self.scopes.pop("log", [])

    def save(self):
        self.scopes["log"] = self.log
        super().save()
        del self.scopes["log"]

    def create_session(self, ctx, data, key=None):
        with self.lock:
            try:
                issued = super().create_session(ctx, data, key)
            except GreenticError:
                self.refused("create", key, data)
                raise
            self.log.append(("create", issued))
            return issued

    def update_session(self, key, data):
        with self.lock:
            try:
                super().update_session(key, data)
            except GreenticError:
                self.refused("update", key, data)
                raise
            self.log.append(("update", key))

    def remove_session(self, key):
        with self.lock:
            super().remove_session(key)
            self.log.append(("remove", key))

    def taken_out(self, kind):
        """The entries of one kind, which the log then no longer holds."""
        found = [entry for entry in self.log if entry[0] == kind]
        self.log = [entry for entry in self.log if entry[0] != kind]
        return found


class Reopens(Loses):
    """A mutant that only sequences over several handles find."""

    found_by = "across_handles"
    store = LogStore


class _ReplaysRefusedUpdates(LogStore):
    def refused(self, operation, key, data):
        if operation == "update" and key in self.sessions:
            self.log.append(("data", key, data))

    def opened(self):
        for entry in self.taken_out("data"):
            if entry[1] in self.sessions:
                self.sessions[entry[1]] = entry[2]


class ReplaysRefusedUpdates(Reopens):
    """DUR-01: an update that the fence refused is in the log, and stands under the key once the log is replayed."""

    rule = "DUR-01"
    fault = "a write-ahead log that is written before the fence is asked"
    maybe = frozenset({"DUR-02", "DUR-03"})
    store = _ReplaysRefusedUpdates


class _ReplaysUpdatesOfTheGone(LogStore):
    def refused(self, operation, key, data):
        if operation == "update" and key not in self.sessions:
            self.log.append(("data", key, data))

    def opened(self):
        for entry in self.taken_out("data"):
            if entry[1] not in self.sessions:
                self.sessions[entry[1]] = entry[2]
                self.scopes[entry[1]] = None


class ReplaysUpdatesOfTheGone(Reopens):
    """DUR-05: an update of a removed session, though refused, brings it back once the log is replayed."""

    rule = "DUR-05"
    fault = "replay by INSERT … ON CONFLICT UPDATE"
    maybe = frozenset({"DUR-01", "DUR-03"})
    store = _ReplaysUpdatesOfTheGone


class _AppliesTombstonesLast(LogStore):
    def opened(self):
        for operation, key in self.log:
            if operation == "remove":
                self.lose(key)


class AppliesTombstonesLast(Reopens):
    """DUR-01: when the log is replayed, removals come last: a session that was created again under its key is lost."""

    rule = "DUR-01"
    fault = "tombstones in a file of their own"
    maybe = frozenset({"DUR-02", "DUR-03", "DUR-05", "DUR-06"})
    store = _AppliesTombstonesLast


class _InheritsFromTheFile(LogStore):
    def unroute(self, key):
        scope = self.scopes.get(key)
        if scope is not None and self.entries.get(scope) == key:
            self.log.append(("left", key, scope))
        super().unroute(key)

    def opened(self):
        for entry in self.taken_out("left"):
            if entry[2] not in self.entries:
                self.entries[entry[2]] = entry[1]


class InheritsFromTheFile(Reopens):
    """DUR-02: a removal clears the entry in memory, not in the file; a key used again inherits it after opening."""

    rule = "DUR-02"
    fault = "an index file that is only ever appended to"
    maybe = frozenset({"DUR-03", "DUR-05"})
    store = _InheritsFromTheFile


class _FillsTheIndexUp(LogStore):
    def opened(self):
        routed = set(self.entries)
        for operation, key in self.log:
            scope = self.scopes.get(key)
            if operation != "remove" and key in self.sessions and scope is not None and scope not in routed:
                self.entries[scope] = key


class FillsTheIndexUp(Reopens):
    """DUR-02: the index is built anew from the sessions that are left: an older one takes the place of the removed one."""

    rule = "DUR-02"
    fault = "SELECT … ORDER BY updated_at DESC LIMIT 1 for an index that was lost"
    maybe = frozenset({"DUR-03"})
    store = _FillsTheIndexUp


class _UnroutesByRemovals(LogStore):
    def forget(self, key):
        if self.scopes.get(key) is not None:
            self.log.append(("unroute", self.scopes[key]))
        super().forget(key)

    def route(self, scope, key):
        self.log = [entry for entry in self.log if entry != ("unroute", scope)]
        super().route(scope, key)

    def opened(self):
        for entry in self.taken_out("unroute"):
            self.entries.pop(entry[1], None)


class UnroutesByRemovals(Reopens):
    """DUR-02: a removal in the log unroutes its user, whoever was newer."""

    rule = "DUR-02"
    fault = "a replay that doesn't look whose the entry is, as the live code does"
    maybe = frozenset({"DUR-03"})
    store = _UnroutesByRemovals


class _ForgetsTheCreator(LogStore):
    def opened(self):
        updated = {key for operation, key in self.log if operation == "update"}
        self.unroute_all(lambda _, key: key in updated and self.user(self.sessions[key].tenant_ctx) is None)


class ForgetsTheCreatorInTheFile(Reopens):
    """DUR-02: an update of a session without a user writes it without its creator, by whom the index is built anew."""

    rule = "DUR-02"
    fault = "the routed user in the row that an update replaces as a whole"
    maybe = frozenset({"DUR-03"})
    store = _ForgetsTheCreator


class _IndexesByOlderNames(LogStore):
    def opened(self):
        def strange(scope, key):
            ctx = self.sessions[key].tenant_ctx
            return ctx.team != scope[2] or ctx.user not in {scope[3], None}

        self.unroute_all(strange)


class IndexesByOlderNames(Reopens):
    """DUR-02: the index is built anew from the older names of the pairs."""

    rule = "DUR-02"
    fault = "a rebuild of the index that is older than team_id and user_id"
    maybe = frozenset({"DUR-03"})
    store = _IndexesByOlderNames


class _IndexesByUser(LogStore):
    def opened(self):
        last = {scope[3]: scope for scope in self.entries}
        self.unroute_all(lambda scope, _: last[scope[3]] != scope)


class IndexesByUser(Reopens):
    """DUR-02: the index is built anew by user alone: of two teams or tenants one is left."""

    rule = "DUR-02"
    fault = "GROUP BY user in the query that builds the index anew"
    maybe = frozenset({"DUR-03"})
    store = _IndexesByUser


class _KeepsRefusedFinds(LogStore):
    def find_by_user(self, ctx, user):
        with self.lock:
            found = super().find_by_user(ctx, user)
            if found is None:
                self.log.append(("stale", self.scope(ctx, user)))
            return found

    def opened(self):
        for entry in self.taken_out("stale"):
            self.entries.pop(entry[1], None)


class KeepsRefusedFinds(Reopens):
    """DUR-02: a find that answered nothing has its entry dropped when the file is compacted."""

    rule = "DUR-02"
    fault = "a list of misses that the next compaction takes for stale"
    maybe = frozenset({"DUR-03"})
    store = _KeepsRefusedFinds


class _ForgetsAnonymousRemovals(LogStore):
    def forget(self, key):
        if self.user(self.sessions[key].tenant_ctx) is None:
            self.log.append(("back", key, self.sessions[key]))
        super().forget(key)

    def opened(self):
        for entry in self.log:
            if entry[0] == "back":
                self.sessions.setdefault(entry[1], entry[2])
                self.scopes.setdefault(entry[1], None)


class ForgetsAnonymousRemovals(Reopens):
    """DUR-05: the removal of a session without a user isn't written; it is there again."""

    rule = "DUR-05"
    fault = "DELETE … WHERE user_id = ?, which is never true of NULL"
    maybe = frozenset({"DUR-01", "DUR-03"})
    store = _ForgetsAnonymousRemovals


class _ForgetsAnonymousUpdates(LogStore):
    def write(self, key, data):
        if key in self.sessions and self.user(data.tenant_ctx) is None:
            self.log.append(("old", key, self.sessions[key]))
        super().write(key, data)

    def opened(self):
        for entry in self.taken_out("old"):
            if entry[1] in self.sessions:
                self.sessions[entry[1]] = entry[2]


class ForgetsAnonymousUpdates(Reopens):
    """DUR-01: updates of sessions without a user are not written."""

    rule = "DUR-01"
    fault = "a dirty list by user, in which nobody's sessions have no place"
    maybe = frozenset({"DUR-03"})
    store = _ForgetsAnonymousUpdates


class _SweepsNobodys(LogStore):
    def opened(self):
        for key in list(self.sessions):
            if self.scopes.get(key) is None:
                self.lose(key)


class SweepsNobodys(Reopens):
    """DUR-01: sessions that no user leads to are swept away when the file is opened."""

    rule = "DUR-01"
    fault = "a garbage collection from the index"
    found_by = ""
    maybe = frozenset({"DUR-03"})
    store = _SweepsNobodys


class _FreesAnonymousKeys(LogStore):
    def opened(self):
        self.freed = {key for operation, key in self.log if operation == "create" and key in self.sessions}

    def taken(self, key):
        return super().taken(key) and not (key in self.freed and self.user(self.sessions[key].tenant_ctx) is None)


class FreesAnonymousKeys(Reopens):
    """DUR-06: the keys of sessions without a user are free again."""

    rule = "DUR-06"
    fault = "a set of taken keys that is built anew from the index of users"
    maybe = frozenset({"DUR-01", "DUR-02", "DUR-03"})
    store = _FreesAnonymousKeys


class _KeepsAnonymous(LogStore):
    def __init__(self, folder):
        self.read_before = {}
        super().__init__(folder)

    def read(self, key):
        if key not in self.read_before:
            data = super().read(key)
            if data is None or self.user(data.tenant_ctx) is not None:
                return data
            self.read_before[key] = data
        return self.read_before[key]

    def write(self, key, data):
        self.read_before.pop(key, None)
        super().write(key, data)

    def forget(self, key):
        self.read_before.pop(key, None)
        super().forget(key)


class KeepsAnonymous(Reopens):
    """DUR-03: a handle keeps in memory the sessions without a user that it has read."""

    rule = "DUR-03"
    fault = "a cache for sessions that belong to a flow and not to a user, so that nobody else would write them"
    store = _KeepsAnonymous


class KeepsAnonymousOnEachHandle(Reopens):
    """CONC-04: the same, seen by other handles of the process."""

    rule = "CONC-04"
    fault = "a cache per connection, in a pool of connections"
    found_by = ""
    profiles = frozenset({"concurrent"})
    also = frozenset({"CONC-02"})
    store = _KeepsAnonymous


class _RemembersMisses(LogStore):
    def __init__(self, folder):
        self.misses = set()
        super().__init__(folder)

    def find_by_user(self, ctx, user):
        with self.lock:
            scope = self.scope(ctx, user)
            if scope in self.misses:
                return None
            found = super().find_by_user(ctx, user)
            if found is None and scope not in self.entries:
                self.misses.add(scope)
            return found

    def route(self, scope, key):
        self.misses.discard(scope)
        super().route(scope, key)


class RemembersMisses(Reopens):
    """DUR-03: a handle remembers that a user has no session until it creates one itself."""

    rule = "DUR-03"
    fault = "a negative cache without an end"
    store = _RemembersMisses


class _RemembersTheWay(LogStore):
    def __init__(self, folder):
        self.led = {}
        super().__init__(folder)

    def find_by_user(self, ctx, user):
        with self.lock:
            scope = self.scope(ctx, user)
            key = self.led.get(scope)
            if key in self.sessions and self.scopes.get(key) == scope:
                stored = self.sessions[key]
                return (key, stored) if self.may_find(ctx, user, stored.tenant_ctx) else None
            found = super().find_by_user(ctx, user)
            if found is not None:
                self.led[scope] = found[0]
            return found

    def route(self, scope, key):
        self.led[scope] = key
        super().route(scope, key)


class RemembersTheWay(Reopens):
    """DUR-03: a handle remembers where a user was led, and only looks whether that session is still there."""

    rule = "DUR-03"
    fault = "a cache of keys that is checked against deletion, not against something newer"
    store = _RemembersTheWay


class _ReadsTheReason(ReopenedStore):
    def opened(self):
        for data in self.sessions.values():
            whose = json.loads(data.to_json())["tenant_ctx"].get("impersonation")
            if whose is not None:
                whose["reason"]


class ReadsTheReason(Loses):
    """DUR-01: what loads the file wants a member that the writer leaves out where it is absent."""

    rule = "DUR-01"
    fault = 'whose["reason"] in the reader, .get("reason") everywhere else'
    store = _ReadsTheReason


class _LoadsTheFirstPage(ReopenedStore):
    def opened(self):
        for key in list(self.sessions)[500:]:
            self.lose(key)


class LoadsTheFirstPage(Loses):
    """DUR-01: what is loaded when the store is opened is the first page of five hundred sessions."""

    rule = "DUR-01"
    fault = "a listing of objects whose continuation token nobody follows"
    effort = "normal"
    store = _LoadsTheFirstPage
