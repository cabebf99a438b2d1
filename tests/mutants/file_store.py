"""The correct store in a file, for mutants to lose some of it."""

import fcntl
import pickle
import shutil
import tempfile
import threading
from pathlib import Path

from base import Base, Stated
from greentic_session_conformance import Target


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


class ReopenedStore(FileStore):
    """The correct store, which has a say when a handle is opened; a mutant then changes what is in the file."""

    def __init__(self, folder):
        super().__init__(folder)
        with self:
            self.opened()

    def opened(self):
        """Called when a handle is opened, with what is in the file at hand."""

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
