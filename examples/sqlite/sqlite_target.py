"""How the suite reaches the SQLite store: a file is the place, a store on it is the handle."""

import tempfile
from pathlib import Path

from greentic_session_conformance import Target
from sqlite_store import SqliteSessionStore


class SqliteTarget(Target):
    """Everything that a store in a file can claim."""

    name, version = "SqliteSessionStore", "1.0"
    profiles = frozenset({"core", "keyed-create", "concurrent", "durable"})
    thread_safe = True

    def open_storage(self) -> str:
        """A file of its own. Its path pickles, so that another process can open it, too."""
        return str(Path(tempfile.mkdtemp(prefix="sessions-")) / "sessions.sqlite")

    def open_store(self, storage: str) -> SqliteSessionStore:
        """A store on the file."""
        return SqliteSessionStore(storage)

    def close_storage(self, storage: str) -> None:
        """Remove the file, and the folder with it."""
        for file in Path(storage).parent.iterdir():
            file.unlink()
        Path(storage).parent.rmdir()
