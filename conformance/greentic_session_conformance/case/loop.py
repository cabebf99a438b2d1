"""Calling stores whose operations are ``async def`` from checks that are not."""

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any


async def _wait_for(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


class Loop:
    """The event loop of one thread, made when the first awaitable comes.

    An async handle lives on the loop that opened it; so a thread keeps one loop for all that it does with its handles.
    """

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def finish(self, value: Any) -> Any:
        """The value itself, or what it comes to where it is an awaitable."""
        if not inspect.isawaitable(value):
            return value
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(_wait_for(value))

    def finish_all(self, values: list[Any]) -> list[Any]:
        """Run awaitables concurrently, as tasks; what one raises stands in its place."""

        async def together() -> list[Any]:
            return await asyncio.gather(*(_wait_for(value) for value in values), return_exceptions=True)

        return list(self.finish(together()))

    def close(self) -> None:
        """Close the loop, cancelling what is left on it."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()
