"""Stores whose file is at fault: what is written to it isn't what is read from it, or the wrong ones are kept out."""

import fcntl
import os
import pickle
import threading

from file_store import FileStore, Loses, ReopenedStore

from greentic_session import SessionCursor


class _Rereads(ReopenedStore):
    """Reads each document in its own way when a handle is opened."""

    def opened(self):
        for key, data in list(self.sessions.items()):
            self.sessions[key] = self.read_again(data)

    def read_again(self, data):
        return data


class _CutsAtNul(_Rereads):
    def read_again(self, data):
        return data.replace(context_json=data.context_json.split("\0")[0])


class CutsAtNulInTheFile(Loses):
    """DUR-01: what is read from the file ends at U+0000."""

    rule = "DUR-01"
    fault = "a C library between the file and the store"
    maybe = frozenset({"DUR-03"})
    store = _CutsAtNul


class _ReadsEmptyAsAbsent(_Rereads):
    def read_again(self, data):
        cursor = data.cursor
        reason, marker = cursor.wait_reason or None, cursor.outbox_marker or None
        return data.replace(cursor=SessionCursor(cursor.node_pointer, reason, marker))


class ReadsEmptyAsAbsent(Loses):
    """DUR-01: empty strings are read from the file as absent ones."""

    rule = "DUR-01"
    fault = "a CSV file, in which nothing and an empty text are one"
    maybe = frozenset({"DUR-03"})
    store = _ReadsEmptyAsAbsent


class _ClampsDeadlines(_Rereads):
    def read_again(self, data):
        deadline = data.tenant_ctx.deadline
        if deadline is None or abs(deadline.unix_millis) < 2**63:
            return data
        return data.replace(tenant_ctx=data.tenant_ctx.replace(deadline=type(deadline)(2**63 - 1)))


class ClampsDeadlinesInTheFile(Loses):
    """DUR-01: a deadline is a number of 64 bits in the file."""

    rule = "DUR-01"
    fault = "struct.pack('<q', …), with the error caught"
    maybe = frozenset({"DUR-03"})
    store = _ClampsDeadlines


class _CompletesPairs(_Rereads):
    def read_again(self, data):
        ctx = data.tenant_ctx
        team, user = self.team(ctx), self.user(ctx)
        pairs = {"tenant": ctx.tenant_id, "team": team, "team_id": team, "user": user, "user_id": user}
        return data.replace(tenant_ctx=ctx.replace(**pairs))


class CompletesPairsInTheFile(Loses):
    """DUR-01: of a pair one value is in the file, and read into both."""

    rule = "DUR-01"
    fault = "columns for what counts, and a context that is built from them"
    maybe = frozenset({"DUR-02", "DUR-03"})
    store = _CompletesPairs


class _DropsLargeRecords(ReopenedStore):
    def opened(self):
        for key, data in list(self.sessions.items()):
            if len(data.to_json()) > 65_536:
                self.lose(key)


class DropsLargeRecords(Loses):
    """DUR-01: a record of more than 64 KiB is taken for damaged when the file is read."""

    rule = "DUR-01"
    fault = "a length of 16 bits before each record"
    maybe = frozenset({"DUR-03"})
    store = _DropsLargeRecords


class _KeepsTheNewest(ReopenedStore):
    def opened(self):
        for key in list(self.sessions)[:-80]:
            self.lose(key)


class KeepsTheNewest(Loses):
    """DUR-01: of what is in the file the newest 80 sessions are read."""

    rule = "DUR-01"
    fault = "LIMIT in the query that warms the store up, which then believes that this is all"
    maybe = frozenset({"DUR-02", "DUR-03", "DUR-05", "DUR-06"})
    store = _KeepsTheNewest


class _FoldsKeys(ReopenedStore):
    def opened(self):
        self.sessions = {key.lower(): data for key, data in self.sessions.items()}
        self.scopes = {key.lower(): scope for key, scope in self.scopes.items()}
        self.entries = {scope: key.lower() for scope, key in self.entries.items()}


class FoldsKeysInTheFile(Loses):
    """DUR-06: keys are in lower case once they have been in the file."""

    rule = "DUR-06"
    fault = "file names for keys, on a file system that doesn't tell case"
    maybe = frozenset({"DUR-01", "DUR-02", "DUR-03", "DUR-05"})
    store = _FoldsKeys


class _LocksThreadsOnly(FileStore):
    every = threading.RLock()

    def __enter__(self):
        self.every.acquire()
        self.depth += 1
        if self.depth == 1:
            self.load()

    def __exit__(self, *_):
        self.depth -= 1
        if self.depth == 0:
            written = self.path.with_suffix(f".{os.getpid()}")
            written.write_bytes(pickle.dumps((self.sessions, self.entries, self.scopes)))
            written.replace(self.path)
        self.every.release()


class LocksThreadsOnly(Loses):
    """DUR-10: the file is locked by a lock of the process, which keeps no other process out."""

    rule = "DUR-10"
    fault = "threading.Lock around a JSON file: right in every test of one process"
    profiles = frozenset({"keyed-create", "concurrent", "durable"})
    store = _LocksThreadsOnly


class _InTwoSteps(FileStore):
    """One operation lets go of the file between what it looks at and what it writes, which are rows; its threads wait."""

    every = threading.RLock()
    operation = ""

    def __init__(self, folder):
        self.lets_go = False
        self.seen = None
        super().__init__(folder)

    def create_session(self, ctx, data, key=None):
        with self.every:
            self.lets_go = self.operation == "create_session" and key is not None
            return super().create_session(ctx, data, key)

    def update_session(self, key, data):
        with self.every:
            self.lets_go = self.operation == "update_session"
            super().update_session(key, data)

    def __enter__(self):
        self.every.acquire()
        super().__enter__()
        if self.lets_go and self.depth == 1:
            self.seen = tuple(map(dict, self.rows()))
            fcntl.flock(self.held, fcntl.LOCK_UN)

    def __exit__(self, *error):
        if self.seen is not None and self.depth == 1:
            fcntl.flock(self.held, fcntl.LOCK_EX)
            mine, seen = self.rows(), self.seen
            self.lets_go, self.seen = False, None
            self.load()
            for now, before, rows in zip(self.rows(), seen, mine, strict=True):
                now.update({key: row for key, row in rows.items() if before.get(key) != row})
        super().__exit__(*error)
        self.every.release()

    def rows(self):
        return self.sessions, self.entries, self.scopes


class _PlacesWhatItHadNotSeen(_InTwoSteps):
    operation = "create_session"


class PlacesWhatItHadNotSeen(Loses):
    """DUR-10: whether a given key is free is one query, the row that replaces any other under it the next."""

    rule = "DUR-10"
    fault = "SELECT, then INSERT OR REPLACE, each committed by itself"
    profiles = frozenset({"keyed-create", "concurrent", "durable"})
    store = _PlacesWhatItHadNotSeen


class _UpdatesWhatItHadSeen(_InTwoSteps):
    operation = "update_session"

    def __exit__(self, *error):
        if self.seen is not None:
            self.seen[0].clear()
        super().__exit__(*error)


class UpdatesWhatItHadSeen(Loses):
    """DUR-10: whether the session is there is one query, the row that is written again the next."""

    rule = "DUR-10"
    fault = "SELECT 1 to see that it is there, then an upsert, in autocommit"
    profiles = frozenset({"keyed-create", "concurrent", "durable"})
    store = _UpdatesWhatItHadSeen
