"""Stores in a file that are left in pieces where their process is killed in the middle of an operation."""

import hashlib
import os
import pickle
import random
import threading
import time

from file_store import FileStore, Loses


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


class _ReadsAtOpening(_WritesInPieces):
    def __init__(self, folder):
        super().__init__(folder)
        with self.lock:
            pass


class ReadsAtOpening(Loses):
    """DUR-07: the file is written where it lies, and what a killed process left of it can't even be opened."""

    rule = "DUR-07"
    found_by = "killed"
    effort = "normal"
    fault = "SQLite with journal_mode=OFF: 'database disk image is malformed'"
    store = _ReadsAtOpening


class _SeedsAtImport(FileStore):
    generator = random.Random(7)

    def issue(self, ctx, data):
        return self.generator.randbytes(16).hex()

    def taken(self, key):
        return False


class SeedsAtImport(Loses):
    """OPS-06: every process issues the same keys, one after another."""

    rule = "OPS-06"
    found_by = "killed"
    profiles = frozenset({"core", "durable"})
    fault = "a generator with a fixed seed, left there from a test"
    store = _SeedsAtImport

    def open_storage(self):
        _SeedsAtImport.generator.random()  # in the process that opens storages its keys differ from one storage to the next
        return super().open_storage()


class _WritesInPlace(FileStore):
    def save(self):
        with self.path.open("wb") as file:
            file.write(pickle.dumps((self.sessions, self.entries, self.scopes)))


class WritesInPlace(Loses):
    """DUR-07: the file is truncated and written again, and nobody reads it after a death in between."""

    rule = "DUR-07"
    fault = "path.write_bytes(…), which is two steps"
    found_by = "killed"
    effort = "normal"
    store = _WritesInPlace


class _LeavesItsDraft(FileStore):
    def save(self):
        written = self.path.with_suffix(".draft")
        with written.open("xb") as file:
            file.write(pickle.dumps((self.sessions, self.entries, self.scopes)))
        written.replace(self.path)


class LeavesItsDraft(Loses):
    """DUR-07: the new file must not be there yet; one that a dead process left stops all writers."""

    rule = "DUR-07"
    fault = "open(…, 'x') for the temporary file, as a lock of a kind"
    found_by = "killed"
    effort = "normal"
    store = _LeavesItsDraft


class _ReservesKeys(FileStore):
    def reservation(self, key):
        return self.path.with_name(hashlib.sha256(key.encode()).hexdigest())

    def create_session(self, ctx, data, key=None):
        self.fence_create(ctx, data)
        if not key or not key.isascii():
            return super().create_session(ctx, data, key)
        try:
            os.close(os.open(self.reservation(key), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            raise self.refusal("conflict", f"the key {key} is taken") from None
        try:
            return super().create_session(ctx, data, key)
        except BaseException:
            self.reservation(key).unlink()
            raise

    def remove_session(self, key):
        super().remove_session(key)
        self.reservation(key).unlink(missing_ok=True)


class ReservesKeys(Loses):
    """DUR-07: a given key is reserved by a file of its own before its session is written: a killed create leaves it taken by nobody."""

    rule = "DUR-07"
    found_by = "killed"
    effort = "normal"
    fault = "O_EXCL, SETNX or an insert into a table of keys, and then the write, without a transaction"
    store = _ReservesKeys
