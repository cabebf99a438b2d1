"""Stores whose operations are ``async def``."""

import asyncio

from greentic_session_conformance import Target
from plain_store import Plain


class Async:
    """Native ``async``: a lock of asyncio, and other tasks run in the middle of each operation."""

    claims = ("keyed-create", "concurrent")

    def __init__(self, place=None):
        self._place = place or Plain()
        self._turn = asyncio.Lock()

    async def _call(self, operation, *arguments):
        async with self._turn:
            await asyncio.sleep(0)
            answer = getattr(self._place, operation)(*arguments)
            await asyncio.sleep(0)
            return answer

    async def create_session(self, ctx, data, key=None):
        return await self._call("create_session", ctx, data, key)

    async def get_session(self, key):
        return await self._call("get_session", key)

    async def update_session(self, key, data):
        return await self._call("update_session", key, data)

    async def remove_session(self, key):
        return await self._call("remove_session", key)

    async def find_by_user(self, ctx, user):
        return await self._call("find_by_user", ctx, user)


class RunsALoop(Plain):
    """Synchronous, over something that isn't: each read runs a loop of its own."""

    def get_session(self, key):
        async def read():
            await asyncio.sleep(0)
            return Plain.get_session(self, key)

        return asyncio.run(read())


class ReadsAsync(Plain):
    """Reads are awaited, writes are not."""

    async def get_session(self, key):
        await asyncio.sleep(0)
        return super().get_session(key)

    async def find_by_user(self, ctx, user):
        await asyncio.sleep(0)
        return super().find_by_user(ctx, user)


class WritesAsync(Async):
    """Writes are awaited, one at a time; reads come from memory at once."""

    def get_session(self, key):
        return self._place.get_session(key)

    def find_by_user(self, ctx, user):
        return self._place.find_by_user(ctx, user)


class CreatesAsync(Plain):
    """A create is awaited, one at a time; everything else comes from memory at once."""

    def __init__(self):
        super().__init__()
        self._turn = asyncio.Lock()

    async def create_session(self, ctx, data, key=None):
        async with self._turn:
            await asyncio.sleep(0)
            return super().create_session(ctx, data, key)


class BoundToItsLoop(Async):
    """Can be opened on a running loop only, and is of no use on another one."""

    def __init__(self, place):
        self._loop = asyncio.get_running_loop()
        super().__init__(place)

    async def _call(self, operation, *arguments):
        assert asyncio.get_running_loop() is self._loop, "a handle was used on a loop that didn't open it"
        return await super()._call(operation, *arguments)

    async def aclose(self):
        assert asyncio.get_running_loop() is self._loop, "a handle was closed on a loop that didn't open it"


class OpenedOnALoop(Target):
    """The store that is bound to its loop: several handles, each on its own loop, on one place."""

    name, version = "BoundToItsLoop", "1"
    profiles = frozenset({"core", "keyed-create", "concurrent"})

    async def open_storage(self):
        await asyncio.sleep(0)
        return Plain()

    async def open_store(self, storage):
        await asyncio.sleep(0)
        return BoundToItsLoop(storage)
