"""The correct store in a file, for mutants to lose some of it."""

import fcntl
import pickle
import shutil
import tempfile
import threading
from pathlib import Path

from base import Base, Stated
from greentic_session_conformance import Target

from greentic_session import GreenticError


class FileStore(Base):
    """Every operation reads the file and writes it again, holding a lock on it that other processes heed."""

    def __init__(self, folder):
        self.path = Path(folder, "sessions")
        self.guard = threading.RLock()
        self.depth = 0
        super().__init__()
        self.lock = self
        self.own = set()

    def __enter__(self):
        self.guard.acquire()
        self.depth += 1
        if self.depth == 1:
            self.held = self.path.with_suffix(".lock").open("a")
            fcntl.flock(self.held, fcntl.LOCK_EX)
            try:
                self.load()
            except BaseException:
                self.depth -= 1
                self.held.close()
                self.guard.release()
                raise

    def __exit__(self, *_):
        self.depth -= 1
        try:
            if self.depth == 0:
                with self.held:
                    self.save()
        finally:
            self.guard.release()

    def load(self):
        if self.path.exists():
            self.restore(*pickle.loads(self.path.read_bytes()))

    def restore(self, sessions, entries, scopes):
        self.sessions, self.entries, self.scopes = sessions, entries, scopes

    def save(self):
        written = self.path.with_suffix(".new")
        written.write_bytes(pickle.dumps((self.sessions, self.entries, self.scopes)))
        written.replace(self.path)

    def close(self):
        pass


class LogStore(FileStore):
    """The correct store, which also keeps a log of what was called; a mutant believes the log when it is opened."""

    def __init__(self, folder):
        self.log = []
        super().__init__(folder)
        with self:
            self.opened()

    def opened(self):
        """Called when a handle is opened, with what is in the file at hand."""

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

    def lose(self, key):
        self.sessions.pop(key, None)
        self.unroute(key)

    def unroute_all(self, lost):
        for scope, key in list(self.entries.items()):
            if lost(scope, key):
                del self.entries[scope]


class InAFile(Stated, Target):
    """The correct store in a file."""

    profiles = frozenset({"keyed-create", "concurrent", "durable"})
    store = FileStore

    def __init__(self):
        self.name = type(self).__name__

    def open_storage(self):
        return tempfile.mkdtemp()

    def open_store(self, storage):
        return self.store(storage)

    def close_storage(self, storage):
        shutil.rmtree(storage)


class Loses(InAFile):
    """A mutant that is judged by what it claims beyond one handle in one process."""

    profiles = frozenset({"keyed-create", "durable"})
