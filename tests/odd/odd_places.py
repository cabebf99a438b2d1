"""Stores whose place is an unusual one."""

import fcntl
import pickle
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from greentic_session_conformance import Target
from plain_store import Plain

from greentic_session import ErrorCode


class OneAtATime(Target):
    """There is one place, which needs no name, and it is somebody's until it is given back; then it is empty."""

    name, version = "OneAtATime", "1"
    profiles = frozenset({"core", "keyed-create", "concurrent"})
    isolated = False

    def __init__(self):
        self.place = None

    def open_storage(self):
        assert self.place is None, "a storage was opened while another one was open"
        self.place = Plain()

    def open_store(self, storage):
        assert storage is None, "the one place has no name"
        return self.place

    def close_storage(self, storage):
        self.place = None


class Folder(Plain):
    """Reads a log when it is opened, and appends to it; the folder is locked while it is open."""

    def __init__(self, folder):
        super().__init__()
        self.log = Path(folder, "log").open("a+b")  # noqa: SIM115 - until the handle is closed
        try:
            fcntl.flock(self.log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.log.close()
            raise self.refusal(ErrorCode.UNAVAILABLE, "the folder is another handle's") from None
        self.log.seek(0)
        whole = 0
        with suppress(EOFError, pickle.UnpicklingError):  # of the last entry its writer may have written a part only
            while True:
                operation, key, value = pickle.load(self.log)
                self.apply(operation, key, value)
                whole = self.log.tell()
        self.log.truncate(whole)

    def apply(self, operation, key, value):
        if operation == "remove":
            _, scope = self.sessions.pop(key)
            if self.routes.get(scope) == key:
                del self.routes[scope]
            return
        data, scope = value
        self.sessions[key] = value
        # An update leads its user to the session where the session has one.
        if scope is not None and (operation == "create" or data.tenant_ctx.effective_user is not None):
            self.routes[scope] = key

    def append(self, operation, key):
        self.log.write(pickle.dumps((operation, key, self.sessions.get(key))))
        self.log.flush()

    def create_session(self, ctx, data, key=None):
        with self.lock:
            key = super().create_session(ctx, data, key)
            self.append("create", key)
            return key

    def update_session(self, key, data):
        with self.lock:
            super().update_session(key, data)
            self.append("update", key)

    def remove_session(self, key):
        with self.lock:
            super().remove_session(key)
            self.append("remove", key)

    def close(self):
        self.log.close()


class LocksItsFolder(Target):
    """A folder lets in one handle at a time, as those of embedded databases do; the next one comes when it is closed."""

    name, version = "LocksItsFolder", "1"
    profiles = frozenset({"core", "keyed-create", "durable"})
    isolated = False

    def __init__(self):
        self.folder = None

    def open_storage(self):
        assert self.folder is None, "a folder was made while another one was there"
        self.folder = tempfile.mkdtemp()
        return self.folder

    def open_store(self, storage):
        return Folder(storage)

    def close_storage(self, storage):
        shutil.rmtree(storage)
        self.folder = None


class SharesItsOnlyHandle(LocksItsFolder):
    """The same, and the threads of its process share the one handle."""

    name = "SharesItsOnlyHandle"
    profiles = frozenset({"core", "keyed-create", "concurrent", "durable"})
    thread_safe = True


class LazyFolder:
    """A folder that is opened and locked at the first call."""

    def __init__(self, folder):
        self.folder = folder
        self.opening = threading.Lock()
        self.opened = None

    def __getattr__(self, operation):
        with self.opening:
            if self.opened is None:
                self.opened = Folder(self.folder)
        return getattr(self.opened, operation)

    def create_session(self, ctx, data, key=None):
        return self.__getattr__("create_session")(ctx, data, key)

    def close(self):
        if self.opened is not None:
            self.opened.close()


class LocksAtTheFirstCall(SharesItsOnlyHandle):
    """Opens any number of handles, of which the first to call is let in."""

    name = "LocksAtTheFirstCall"

    def open_store(self, storage):
        return LazyFolder(storage)
