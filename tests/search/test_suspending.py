"""Races among tasks are made likely: one isn't resumed where it is told to halt, until the others are through."""

import asyncio

import pytest
from greentic_session_conformance.search.suspending import TaskHalt, counted
from greentic_session_conformance.search.switching import Lines, Place


class Steps:
    """A value that is counted up, and awaited in between."""

    def __init__(self):
        self.value = 0

    async def update_session(self):
        for _ in range(3):
            await asyncio.sleep(0)
            self.value += 1
        return "done"


async def halted_at(line):
    """What another task sees of the value while the first one halts."""
    store, halt = Steps(), TaskHalt(Place(line, own=False), others=1, seconds=60)

    async def halting():
        async with halt.halting():
            return await counted(store.update_session(), Lines(), halt)

    async def look():
        async with halt.meanwhile():
            for _ in range(10):
                await asyncio.sleep(0)
            return store.value

    return await asyncio.gather(halting(), look())


@pytest.mark.parametrize(("line", "seen"), [(1, 0), (2, 1), (3, 2), (4, 3)])
def test_the_others_see_what_is_there_where_one_halts(line, seen):
    assert asyncio.run(halted_at(line)) == ["done", seen]


def test_one_that_the_others_wait_for_goes_on_by_itself():
    async def run():
        held, halt = asyncio.Lock(), TaskHalt(Place(1, own=False), others=1)

        async def locked():
            async with held:
                await Steps().update_session()

        async def halting():
            async with halt.halting():
                await counted(locked(), Lines(), halt)

        async def wait_for_it():
            async with halt.meanwhile(), held:
                return "through"

        return await asyncio.gather(halting(), wait_for_it())

    assert asyncio.run(run()) == [None, "through"]


def test_suspensions_are_counted_and_answers_and_errors_come_through():
    async def run():
        lines = Lines()
        assert await counted(Steps().update_session(), lines, None) == "done"
        assert lines == Lines(all=3, own=0)

        async def fails():
            await asyncio.sleep(0)
            raise KeyError

        with pytest.raises(KeyError):
            await counted(fails(), lines, None)

        async def waits():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return "cancelled"

        task = asyncio.ensure_future(counted(waits(), lines, None))
        await asyncio.sleep(0)
        task.cancel()
        assert await task == "cancelled"

        future = asyncio.get_running_loop().create_future()
        assert counted(future, lines, None) is future

    asyncio.run(run())
