"""Stores that are called in another way: slowly, on a thread of their own, through a proxy, or refused when busy."""

import itertools
import queue
import threading
import time
from concurrent.futures import Future

from greentic_session_conformance.targets.target import OPERATIONS
from plain_store import Plain

from greentic_session import ErrorCode, GreenticError

LATENCY = 0.03


class FarAway(Plain):
    """Every operation takes 30 ms more, as one over a network does; callers wait at the same time."""

    def create_session(self, ctx, data, key=None):
        time.sleep(LATENCY)
        return super().create_session(ctx, data, key)

    def get_session(self, key):
        time.sleep(LATENCY)
        return super().get_session(key)

    def update_session(self, key, data):
        time.sleep(LATENCY)
        super().update_session(key, data)

    def remove_session(self, key):
        time.sleep(LATENCY)
        super().remove_session(key)

    def find_by_user(self, ctx, user):
        time.sleep(LATENCY)
        return super().find_by_user(ctx, user)


class OnAThreadOfItsOwn:
    """No method is there to be seen: each call becomes a message to the one thread that has the sessions."""

    claims = ("keyed-create", "concurrent")

    def __init__(self):
        self._calls = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, args=(Plain(),), daemon=True)
        self._thread.start()

    def _work(self, store):
        while (call := self._calls.get()) is not None:
            answer, operation, arguments, keywords = call
            try:
                answer.set_result(getattr(store, operation)(*arguments, **keywords))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
                answer.set_exception(error)

    def __getattr__(self, operation):
        if operation not in OPERATIONS:
            raise AttributeError(operation)

        def call(*arguments, **keywords):
            answer = Future()
            self._calls.put((answer, operation, arguments, keywords))
            return answer.result()

        return call

    def close(self):
        self._calls.put(None)
        self._thread.join()


class GivesUpWhenBusy(Plain):
    """Answers ``unavailable`` to every eighth caller who would have to wait for another one; alone nobody has to."""

    def __init__(self):
        super().__init__()
        self.lock = _Impatient(self)

    def keep(self, data):
        time.sleep(0.0002)  # long enough for others to come meanwhile
        return data


class LateWhenBusy(Plain):
    """Of those who meet another caller, every third who updates or removes is answered ``timeout``, and it is done a little later; alone nobody is."""

    keep = GivesUpWhenBusy.keep

    def __init__(self):
        super().__init__()
        self._count = threading.Lock()
        self._inside = 0
        self._met = itertools.count(1)

    def update_session(self, key, data):
        self._call(super().update_session, key, data)

    def remove_session(self, key):
        self._call(super().remove_session, key)

    def _call(self, operation, *arguments):
        with self._count:
            busy = self._inside > 0
            self._inside += 1
        if busy and next(self._met) % 3 == 0:
            threading.Thread(target=self._later, args=(operation, *arguments), daemon=True).start()
            raise self.refusal(ErrorCode.TIMEOUT, "no answer in time")
        try:
            operation(*arguments)
        finally:
            self._leave()

    def _later(self, operation, *arguments):
        time.sleep(0.004)
        try:
            operation(*arguments)
        except GreenticError:
            pass  # nobody waits for the answer any more
        finally:
            self._leave()

    def _leave(self):
        with self._count:
            self._inside -= 1


class _Impatient:
    """A lock that isn't always waited for."""

    def __init__(self, store):
        self._store = store
        self._lock = threading.RLock()
        self._waits = itertools.count(1)

    def __enter__(self):
        if self._lock.acquire(blocking=False):
            return
        if next(self._waits) % 8 == 0:
            raise self._store.refusal(ErrorCode.UNAVAILABLE, "busy; nothing was done")
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()
