"""CONC-04, DUR-08, DUR-09: random sequences over several handles of one storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from greentic_session import SessionData, TenantCtx
from greentic_session_conformance.case import Answer, Case, Failed
from greentic_session_conformance.case.steps import Steps
from greentic_session_conformance.checks.crew import BY_THE_SHARED_ONE
from greentic_session_conformance.checks.durable import opened_again
from greentic_session_conformance.checks.registry import check
from greentic_session_conformance.run.elsewhere import Elsewhere
from greentic_session_conformance.samples import NO_KEY
from greentic_session_conformance.search.moves import SWITCH, Move
from greentic_session_conformance.search.sequences import search
from greentic_session_conformance.search.stages import Replay, Store

#: What is wrong with a session that came back, or didn't, only where its handle was closed in between.
_AFTER_CLOSING: Final = {
    "ERR-02": "DUR-05",
    "KEY-06": "DUR-06",
    "KEY-07": "DUR-05",
    "OPS-07": "DUR-05",
    "OPS-09": "DUR-05",
    "OPS-10": "DUR-05",
    "OPS-11": "DUR-05",
    "ROUTE-07": "DUR-05",
}


class _OnOneStorage:
    """A handle of one storage; the sequences are played one after another on it, each by tenants of its own."""

    keeps = True
    part = 0.25
    switches = True
    store: Store

    def __init__(self, case: Case) -> None:
        self._case = case
        self._storage = case.storage()

    @contextmanager
    def sequence(self) -> Iterator[Self]:
        """A context in which one sequence is played."""
        self._case.steps = Steps()
        self._case.conditions.pulse.clear()
        self._handles = [self._case.store(self._storage)]
        self.store = self._handles[0]
        yield self
        for handle in self._handles:
            self._case.close(handle)

    def close(self) -> None:
        """Close the storage, so that another one can be had."""
        self._case.close_storage(self._storage)

    def takes_no_other(self) -> str:
        """Why the storage takes no handle beside the one that is open; empty where it does."""
        opened = self._case.try_store(self._storage)
        error = opened.error
        if opened.ok:
            # Some are let in, and told so at their first call only.
            asked = opened.value.call("get_session", NO_KEY)
            error = asked.error if asked.outcome_unknown else None
            self._case.close(opened.value)
        return "" if error is None else f"the storage takes no second handle: {type(error).__name__}: {error}"

    def switch(self) -> None:
        """From here on something else is called."""
        raise NotImplementedError

    def blamed(self, failed: Failed, moves: tuple[Move, ...], again: Replay) -> Failed:
        """What goes wrong on one handle, too, breaks the rule that it breaks there."""
        alone = again(tuple(move for move in moves if move.operation != SWITCH))
        return alone or Failed(failed.expected, failed.got, self._rule(failed.rule or ""))

    def _rule(self, rule: str) -> str:
        """What a breach of a rule is that shows only where something else is called in between."""
        raise NotImplementedError

    def _note(self, what: str) -> None:
        self._case.steps.finish(self._case.steps.begin(0, what), Answer())


class _Reopened(_OnOneStorage):
    """Each switch closes the handle and opens another."""

    def switch(self) -> None:
        """Close the handle and open another."""
        self._note("close_and_open_again")
        self._case.close(self._handles.pop())
        self._handles.append(opened_again(self._case, self._storage, "after its handle was closed"))
        self.store = self._handles[0]

    def _rule(self, rule: str) -> str:
        misled = "DUR-02" if rule.startswith(("ROUTE", "FENCE")) else "DUR-01"
        return _AFTER_CLOSING.get(rule, misled)


class _TwoHandles(_OnOneStorage):
    """Two handles that stay open; each switch goes to the other one."""

    @contextmanager
    def sequence(self) -> Iterator[Self]:
        """A context in which one sequence is played."""
        with super().sequence():
            self._handles.append(self._case.store(self._storage))
            yield self

    def takes_no_other(self) -> str:
        """Why the storage takes no second handle; empty where it does."""
        first = self._case.store(self._storage)
        first.call("get_session", NO_KEY)
        why = super().takes_no_other()
        self._case.close(first)
        return why

    def switch(self) -> None:
        """Go to the other handle."""
        self._note("go_to_the_other_handle")
        self.store = self._handles[self.store is self._handles[0]]

    def _rule(self, rule: str) -> str:  # noqa: ARG002 - whatever it is, the handles don't see each other
        return "CONC-04"


class _There:
    """The handle of another process."""

    def __init__(self, process: Elsewhere) -> None:
        self._process = process

    def try_create(self, ctx: TenantCtx, data: SessionData, key: str | None = None) -> Answer:
        """Call ``create_session``."""
        return self._process.call("create_session", ctx, data, key=key)

    def try_get(self, key: str) -> Answer:
        """Call ``get_session``."""
        return self._process.call("get_session", key)

    def try_update(self, key: str, data: SessionData) -> Answer:
        """Call ``update_session``."""
        return self._process.call("update_session", key, data)

    def try_remove(self, key: str) -> Answer:
        """Call ``remove_session``."""
        return self._process.call("remove_session", key)

    def try_find(self, ctx: TenantCtx, user: str) -> Answer:
        """Call ``find_by_user``."""
        return self._process.call("find_by_user", ctx, user)


class _TwoProcesses(_OnOneStorage):
    """A handle here and one in another process, which stays open over all sequences; each switch goes to the other one."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._process = Elsewhere(case, self._storage)
        self._there = _There(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()

    def takes_no_other(self) -> str:
        """Why the storage takes no handle here beside that of the other process; empty where it does."""
        self._process.call("get_session", NO_KEY)
        return super().takes_no_other()

    def switch(self) -> None:
        """Go to the other process."""
        here = self.store is self._there
        self._note("come_back" if here else "go_to_another_process")
        self.store = self._handles[0] if here else self._there

    def _rule(self, rule: str) -> str:  # noqa: ARG002 - whatever it is, the processes don't see the same
        return "DUR-03"


def _search(case: Case, *, keyed: bool) -> None:
    reopened = _Reopened(case)
    search(case, reopened, keyed=keyed)
    reopened.close()
    with _TwoProcesses(case) as stage:
        # That it takes one at a time is for no rule but the concurrent ones to mind.
        if why := stage.takes_no_other():
            case.remark = f"not tried in two processes at once: {why}"
        else:
            search(case, stage, keyed=keyed)


@check("DUR-08")
def any_sequence_over_handles_is_answered_as_the_rules_say(case: Case) -> None:
    """Random sequences in which handles are closed and opened, or another process goes on, are answered as on one handle."""
    _search(case, keyed=False)


@check("DUR-09")
def any_sequence_over_handles_with_given_keys_is_answered_as_the_rules_say(case: Case) -> None:
    """The same where keys are given, taken, freed and used again."""
    _search(case, keyed=True)


@check("CONC-04")
def any_sequence_over_two_handles_is_answered_as_the_rules_say(case: Case) -> None:
    """Random sequences over two open handles are answered as on one."""
    if not case.storages_reopen:
        return
    stage = _TwoHandles(case)
    if case.target.thread_safe and (why := stage.takes_no_other()):
        case.remark = f"{BY_THE_SHARED_ONE}: {why}"
    else:
        search(case, stage, keyed=False)
