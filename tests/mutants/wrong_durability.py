"""Stores in a file that keep some of what happens to themselves."""

from file_store import FileStore, Loses


class _KeepsUpdatesInMemory(FileStore):
    def __init__(self, folder):
        super().__init__(folder)
        self.updated = {}

    def write(self, key, data):
        if key in self.sessions:
            self.updated[key] = data
        else:
            super().write(key, data)

    def read(self, key):
        data = super().read(key)
        return None if data is None else self.updated.get(key, data)


class KeepsUpdatesInMemory(Loses):
    """DUR-01: creates are written to the file, updates only kept by the handle."""

    rule = "DUR-01"
    fault = "an ORM session that is flushed at insert and never committed afterwards"
    maybe = frozenset({"DATA-01"})
    also = frozenset({"DUR-03", "DUR-04"})
    store = _KeepsUpdatesInMemory


class _ForgetsTheIndex(FileStore):
    def restore(self, sessions, entries, scopes):
        super().restore(sessions, self.entries, scopes)


class ForgetsTheIndex(Loses):
    """DUR-02: the index lies in memory only, and is gone when the store is opened again."""

    rule = "DUR-02"
    fault = "an index in memory beside documents on disk"
    also = frozenset({"DUR-03", "DUR-04"})
    store = _ForgetsTheIndex


class _ReadsOnce(FileStore):
    loaded = False

    def load(self):
        if not self.loaded:
            super().load()
            self.loaded = True


class ReadsOnce(Loses):
    """DUR-03: a handle reads the file when it is first used, and believes itself from then on."""

    rule = "DUR-03"
    fault = "a JSON file that is read at the start of each worker"
    store = _ReadsOnce


class _SavesAtClose(FileStore):
    loaded = False

    def load(self):
        if not self.loaded:
            super().load()
            self.loaded = True

    def save(self):
        pass

    def close(self):
        super().save()


class SavesAtClose(Loses):
    """DUR-04: the file is written when the handle is closed, which a killed process never does."""

    rule = "DUR-04"
    fault = "shelve or pickle, written at exit"
    also = frozenset({"DUR-03", "DUR-05", "DUR-06"})
    maybe = frozenset({"DUR-01"})
    store = _SavesAtClose


class _ForgetsRemovals(FileStore):
    def __init__(self, folder):
        super().__init__(folder)
        self.gone = set()

    def forget(self, key):
        self.gone.add(key)

    def unroute(self, key):
        pass

    def read(self, key):
        return None if key in self.gone else super().read(key)

    def taken(self, key):
        return super().taken(key) and key not in self.gone


class ForgetsRemovals(Loses):
    """DUR-05: a removal is noted by the handle and never written."""

    rule = "DUR-05"
    fault = "an append-only log to which removals are not appended"
    maybe = frozenset({"OPS-02"})
    also = frozenset({"DUR-02", "KEY-07"})
    store = _ForgetsRemovals


class _KnowsItsOwnKeys(FileStore):
    def write(self, key, data):
        super().write(key, data)
        self.own.add(key)

    def taken(self, key):
        return key in self.own and super().taken(key)


class KnowsItsOwnKeys(Loses):
    """DUR-06: which keys are taken is known only to the handle that took them."""

    rule = "DUR-06"
    fault = "a set of event ids seen, kept by each process for itself"
    store = _KnowsItsOwnKeys


class _SavesEveryFourthTime(_SavesAtClose):
    count = 0

    def save(self):
        self.count += 1
        if self.count % 4 == 0:
            FileStore.save(self)


class SavesEveryFourthTime(Loses):
    """DUR-04: three operations of four wait for the next ones, or for the handle to be closed."""

    rule = "DUR-04"
    fault = "batched writes, acknowledged when they are in the batch"
    also = frozenset({"DUR-03", "DUR-05", "DUR-06"})
    maybe = frozenset({"DUR-01"})
    store = _SavesEveryFourthTime


class _WritesAnotherEncoding(_ReadsOnce):
    def save(self):
        kept = self.sessions
        self.sessions = {
            key: data.replace(context_json=data.context_json.replace("\\u00e9", "?")) for key, data in kept.items()
        }
        super().save()
        self.sessions = kept


class WritesAnotherEncoding(Loses):
    """DUR-01: what is written to the file isn't what was stored, and shows when the file is read."""

    rule = "DUR-01"
    fault = "an encoding left to the locale when the file is opened"
    also = frozenset({"DUR-03"})
    store = _WritesAnotherEncoding


class _KeepsTheOldIndex(FileStore):
    def restore(self, sessions, entries, scopes):
        kept = {scope: key for scope, key in entries.items() if key in sessions}
        super().restore(sessions, kept, scopes)

    def route_at_update(self, key, data):
        if self.user(data.tenant_ctx) is not None:
            self.unsaved = {**getattr(self, "unsaved", {}), self.scopes[key]: key}

    def find_by_user(self, ctx, user):
        with self:
            before = self.entries
            self.entries = {**before, **getattr(self, "unsaved", {})}
            found = super().find_by_user(ctx, user)
            self.entries = before
            return found


class RoutesUpdatesInMemory(Loses):
    """DUR-02: that an update has led its user to an older session again is forgotten at close."""

    rule = "DUR-02"
    fault = "an index that is rebuilt from the order of creation when the store is opened"
    maybe = frozenset({"ROUTE-04"})
    store = _KeepsTheOldIndex


class _RemovesAtClose(FileStore):
    def __init__(self, folder):
        super().__init__(folder)
        self.gone = {}

    def forget(self, key):
        self.gone[key] = True

    def unroute(self, key):
        pass

    def read(self, key):
        return None if key in self.gone else super().read(key)

    def taken(self, key):
        return super().taken(key) and key not in self.gone

    def write(self, key, data):
        self.gone.pop(key, None)
        super().write(key, data)

    def close(self):
        with self:
            for key in self.gone:
                if key in self.sessions:
                    super().forget(key)
                    super().unroute(key)


class RemovesAtClose(Loses):
    """DUR-05: removed sessions are taken out of the file when the handle is closed, which a killed process never does."""

    rule = "DUR-05"
    fault = "a vacuum at shutdown"
    also = frozenset({"ROUTE-20"})
    maybe = frozenset({"DUR-03"})
    store = _RemovesAtClose
