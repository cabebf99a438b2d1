"""Stores whose place is an unusual one."""

from greentic_session_conformance import Target
from plain_store import Plain


class OneAtATime(Target):
    """There is one place, and it is somebody's until it is given back; then it is empty."""

    name, version = "OneAtATime", "1"
    profiles = frozenset({"core", "keyed-create", "concurrent"})
    isolated = False

    def __init__(self):
        self.taken = False

    def open_storage(self):
        assert not self.taken, "a storage was opened while another one was open"
        self.taken = True
        return Plain()

    def open_store(self, storage):
        return storage

    def close_storage(self, storage):
        self.taken = False
