"""Stores in a file that are left in pieces where their process is killed in the middle of an operation."""

import os
import pickle
import threading
import time

from wrong_durability import FileStore, Loses


class _WritesInPieces(FileStore):
    def save(self):
        whole = pickle.dumps((self.sessions, self.entries, self.scopes))
        with self.path.open("wb", buffering=0) as file:
            for start in range(0, len(whole), 512):
                file.write(whole[start : start + 512])


class WritesInPieces(Loses):
    """DUR-07: the file is written where it lies, piece by piece."""

    rule = "DUR-07"
    found_by = "killed"
    effort = "normal"
    fault = "open(path, 'w') and json.dump, without a temporary file and a rename"
    store = _WritesInPieces


class _LeavesItsLock(FileStore):
    def __enter__(self):
        self.guard.acquire()
        self.depth += 1
        while self.depth == 1:
            try:
                os.close(os.open(self.path.with_suffix(".pid"), os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                time.sleep(0.001)
            else:
                self.load()
                return

    def __exit__(self, *_):
        self.depth -= 1
        if self.depth == 0:
            self.save()
            self.path.with_suffix(".pid").unlink()
        self.guard.release()


class LeavesItsLock(Loses):
    """DUR-07: a lock file is made and deleted, and waited for without end by whoever comes after a killed process."""

    rule = "DUR-07"
    found_by = "killed"
    fault = "a lock file, or a row in a table of locks, without a lease"
    store = _LeavesItsLock


class _WritesBehind(FileStore):
    loaded = False
    pending = None

    def load(self):
        if self.pending is not None:
            self.pending.join()
        elif not self.loaded:
            super().load()
            self.loaded = True

    def save(self):
        self.pending = threading.Thread(
            target=self.save_now, args=(pickle.dumps((self.sessions, self.entries, self.scopes)),)
        )
        self.pending.start()

    def save_now(self, whole):
        time.sleep(0.02)
        written = self.path.with_suffix(".new")
        written.write_bytes(whole)
        written.replace(self.path)

    def close(self):
        if self.pending is not None:
            self.pending.join()


class WritesBehind(Loses):
    """DUR-04: an operation is acknowledged first and written a moment later, by another thread."""

    rule = "DUR-04"
    also = frozenset({"DUR-03", "DUR-05", "DUR-06"})
    fault = "a write-behind cache; appendfsync and fsync=off have the same effect on a power failure"
    store = _WritesBehind
