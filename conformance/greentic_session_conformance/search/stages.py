"""Where sequences are played: on one handle, or on several of one storage in turn."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, Self

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Answer, Case, Failed
from greentic_session_conformance.search.moves import Move

#: Plays moves on the same stage, and answers in what they failed, if they did.
Replay = Callable[[tuple[Move, ...]], Failed | None]


class Store(Protocol):
    """What a sequence calls: the five operations, each answering whatever came."""

    def try_create(self, ctx: TenantCtx, data: SessionData, key: str | None = None) -> Answer:
        """Call ``create_session``."""

    def try_get(self, key: str) -> Answer:
        """Call ``get_session``."""

    def try_update(self, key: str, data: SessionData) -> Answer:
        """Call ``update_session``."""

    def try_remove(self, key: str) -> Answer:
        """Call ``remove_session``."""

    def try_find(self, ctx: TenantCtx, user: str) -> Answer:
        """Call ``find_by_user``."""


class Stage(Protocol):
    """Where the sequences of a search are played, one after another.

    Attributes:
        store: what is called now.
        keeps: whether sessions of earlier sequences are still there, so that each must keep to tenants of its own.
        part: which part of the usual number of sequences is played, and of the usual time.
        switches: whether something else can be called in the middle of a sequence.
    """

    store: Store
    keeps: bool
    part: float
    switches: bool

    def sequence(self) -> AbstractContextManager[Any]:
        """A context in which one sequence is played."""

    def switch(self) -> None:
        """From here on something else is called."""

    def blamed(self, failed: Failed, moves: tuple[Move, ...], again: Replay) -> Failed:
        """What a sequence that went wrong is blamed on."""


class Alone:
    """One handle, on a storage of its own for each sequence, or on the one that a fixture has lent."""

    part = 1.0
    switches = False
    store: Store

    def __init__(self, case: Case) -> None:
        self._case = case
        self.keeps = not case.storages_end

    @contextmanager
    def sequence(self) -> "Iterator[Self]":
        """A context in which one sequence is played."""
        with self._case.example() as store:
            self.store = store
            yield self

    def switch(self) -> None:
        """There is nothing else."""

    def blamed(self, failed: Failed, moves: tuple[Move, ...], again: Replay) -> Failed:  # noqa: ARG002 - it is clear
        """What the oracle says."""
        return failed
