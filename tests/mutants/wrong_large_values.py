"""Stores with a second path for what is large, on which something is forgotten."""

import hashlib

from base import Base

CHUNK = 65_536
#: From here on a snapshot is kept apart, or sent another way.
LARGE = 100_000


class InChunks(Base):
    """Keeps a snapshot in chunks beside its session, rightly."""

    def __init__(self):
        super().__init__()
        self.chunks = {}

    def cut(self, text):
        return [text[at : at + CHUNK] for at in range(0, len(text) or 1, CHUNK)]

    def joined(self, chunks):
        return "".join(chunks)

    def write(self, key, data):
        self.drop_chunks(key)
        super().write(key, data.replace(context_json=""))
        for number, chunk in enumerate(self.cut(data.context_json)):
            self.chunks[key, number] = chunk

    def read(self, key):
        data = super().read(key)
        return None if data is None else data.replace(context_json=self.joined(self.chunks_of(key)))

    def chunks_of(self, key):
        chunks = []
        while (key, len(chunks)) in self.chunks:
            chunks.append(self.chunks[key, len(chunks)])
        return chunks

    def forget(self, key):
        super().forget(key)
        self.drop_chunks(key)

    def drop_chunks(self, key):
        for number in range(len(self.chunks_of(key))):
            del self.chunks[key, number]


class LeavesOldChunks(InChunks):
    """OPS-08: an update to a shorter snapshot leaves the chunks behind its end."""

    rule = "OPS-08"
    fault = "chunks of a document store that are written over by number, and read until one is missing"

    def drop_chunks(self, key):
        if key not in self.sessions:
            super().drop_chunks(key)


class RemoveLeavesChunks(InChunks):
    """KEY-07: the chunks of a removed session become those of the next one under its key."""

    rule = "KEY-07"
    fault = "a removal that deletes the row and leaves its chunks to a nightly job"

    def drop_chunks(self, key):
        if key in self.sessions:
            super().drop_chunks(key)


class CutsBetweenBytes(InChunks):
    """DATA-09: a character of which a chunk's end cuts the bytes apart is lost."""

    rule = "DATA-09"
    fault = "chunks of bytes, each decoded by itself with errors='ignore'"

    def cut(self, text):
        raw = text.encode()
        return [raw[at : at + CHUNK] for at in range(0, len(raw) or 1, CHUNK)]

    def joined(self, chunks):
        return "".join(chunk.decode(errors="ignore") for chunk in chunks)


class CutsBetweenSurrogates(InChunks):
    """DATA-09: a character beyond U+FFFF at a chunk's end becomes two question marks."""

    rule = "DATA-09"
    fault = "substring() by UTF-16 units in JavaScript or Java, each part then written as UTF-8"

    def cut(self, text):
        raw = text.encode("utf-16-le")
        return [raw[at : at + 2 * CHUNK] for at in range(0, len(raw) or 1, 2 * CHUNK)]

    def joined(self, chunks):
        return "".join(chunk.decode("utf-16-le", errors="replace") for chunk in chunks)


class LimitsTheBody(Base):
    """DATA-09: a session of more than 2 MiB of JSON is refused."""

    rule = "DATA-09"
    fault = "axum's DefaultBodyLimit of 2 MB, which NULs reach six times as fast as other characters"
    maybe = frozenset({"DATA-10"})

    def kept(self, data):
        if len(data.to_json()) > 2 << 20:
            raise self.refusal("invalid_input", "the body is too large")
        return data


class PrefersTheBlob(Base):
    """OPS-08: a snapshot that was large lies in a blob, which is read although the session is short now."""

    rule = "OPS-08"
    fault = "an overflow to object storage, whose pointer an update to an inline value doesn't clear"

    def __init__(self):
        super().__init__()
        self.blobs = {}

    def write(self, key, data):
        super().write(key, data)
        if len(data.context_json) > LARGE:
            self.blobs[key] = data.context_json

    def read(self, key):
        data = super().read(key)
        return data if data is None else data.replace(context_json=self.blobs.get(key, data.context_json))

    def forget(self, key):
        super().forget(key)
        self.blobs.pop(key, None)


class ComparesTheFirstChunk(Base):
    """OPS-08: an update whose snapshot begins like the one stored, and is as long, isn't written."""

    rule = "OPS-08"
    fault = "a dirty check by the length and a checksum of the first 64 KiB"

    def write(self, key, data):
        old = self.sessions.get(key)
        if old is None or (len(old.context_json), old.context_json[:CHUNK]) != (
            len(data.context_json),
            data.context_json[:CHUNK],
        ):
            super().write(key, data)
        else:
            super().write(key, data.replace(context_json=old.context_json))


class InBlobs(Base):
    """Keeps a large snapshot in a blob of the session's key, rightly; the row says that it is there."""

    MARK = "\0blob"

    def __init__(self):
        super().__init__()
        self.blobs = {}

    def uploaded(self, key, data):
        if len(data.context_json) < CHUNK:
            return data
        self.blobs[key] = data.context_json
        return data.replace(context_json=self.MARK)

    def write(self, key, data):
        self.blobs.pop(key, None)
        super().write(key, self.uploaded(key, data))

    def read(self, key):
        data = super().read(key)
        return data.replace(context_json=self.blobs[key]) if data and data.context_json == self.MARK else data

    def forget(self, key):
        super().forget(key)
        self.blobs.pop(key, None)


class UploadsBeforeTheFence(InBlobs):
    """OPS-17: an update's large snapshot has replaced the blob of the session when the fence refuses it."""

    rule = "OPS-17"
    fault = "an encoder that puts what is large into a bucket under the session's key, called before the checks"

    def update_session(self, key, data):
        with self.lock:
            if key in self.sessions:
                self.uploaded(key, data)
            super().update_session(key, data)


class UploadsBeforeTheConflict(InBlobs):
    """KEY-06: the large snapshot of a create under a taken key has replaced the blob of the session that is there."""

    rule = "KEY-06"
    fault = "PutObject, and then INSERT: the database refuses the second row, the bucket has only the last object"

    def create_session(self, ctx, data, key=None):
        with self.lock:
            if key:
                self.fence_create(ctx, data)
                self.uploaded(key, data)
            return super().create_session(ctx, data, key)


class UploadsBeforeTheLimit(InBlobs):
    """DATA-10: an update that is refused for its size has replaced the blob of the session already."""

    rule = "DATA-10"
    fault = "a limit on the whole row, which the database looks at when the snapshot is in the bucket already"

    def update_session(self, key, data):
        with self.lock:
            if key in self.sessions and len(data.context_json) > 4 * CHUNK:
                self.fence_update(self.read(key), data)
                self.uploaded(key, data)
                raise self.refusal("invalid_input", "too large")
            super().update_session(key, data)


class SharesBlobs(Base):
    """OPS-12: equal large snapshots lie in one blob, and the first session that goes takes it along."""

    rule = "OPS-12"
    fault = "storage addressed by content, without a count of who refers to it"

    def __init__(self):
        super().__init__()
        self.blobs = {}

    @staticmethod
    def digest(text):
        return hashlib.sha256(text.encode()).hexdigest()

    def write(self, key, data):
        self.drop_blob(key)
        if len(data.context_json) > LARGE:
            digest = self.digest(data.context_json)
            self.blobs[digest] = data.context_json
            data = data.replace(context_json=f"blob:{digest}")
        super().write(key, data)

    def read(self, key):
        data = super().read(key)
        if data is None or not data.context_json.startswith("blob:"):
            return data
        return data.replace(context_json=self.blobs.get(data.context_json[5:], ""))

    def forget(self, key):
        self.drop_blob(key)
        super().forget(key)

    def drop_blob(self, key):
        if key in self.sessions:
            self.blobs.pop(self.sessions[key].context_json[5:], None)


class LetsLargeCreatesPass(Base):
    """FENCE-01: a create with a large snapshot isn't fenced."""

    rule = "FENCE-01"
    fault = "an upload to object storage first, whose callback creates the session as the service itself"

    def fence_create(self, ctx, data):
        if len(data.context_json) < LARGE:
            super().fence_create(ctx, data)


class LetsLargeUpdatesPass(Base):
    """FENCE-06: an update with a large snapshot isn't fenced."""

    rule = "FENCE-06"
    fault = "an update that doesn't fit in place becomes a delete and an insert, and the trigger is for updates"

    def fence_update(self, stored, data):
        if len(data.context_json) < LARGE:
            super().fence_update(stored, data)


class FindsOnOnePage(Base):
    """ROUTE-04: the newest session of a user is looked for on the first page, which ends at 1 MiB."""

    rule = "ROUTE-04"
    fault = "DynamoDB's Query, which answers 1 MB at most and a LastEvaluatedKey, which nobody follows"

    def find_by_user(self, ctx, user):
        with self.lock:
            scope = self.scope(ctx, user)
            newest = self.entries.get(scope)
            size, page = 0, None
            for key, other in self.scopes.items():
                if other == scope and size < 1 << 20:
                    size, page = size + len(self.sessions[key].context_json), key
            if size < 1 << 20 or newest is None:
                return super().find_by_user(ctx, user)
            data = self.read(page)
            return (page, data) if self.may_find(ctx, user, data.tenant_ctx) else None


class EvictsAt64Mebibytes(Base):
    """OPS-13: the oldest sessions go where all together are more than 64 MiB."""

    rule = "OPS-13"
    fault = "maxmemory 64mb with allkeys-lru in the redis.conf of the smallest instance"
    effort = "normal"

    def __init__(self):
        super().__init__()
        self.size = 0

    def write(self, key, data):
        super().write(key, data)
        self.size += len(data.context_json)
        while self.size > 64 << 20:
            self.size -= len(self.sessions.pop(next(iter(self.sessions))).context_json)
