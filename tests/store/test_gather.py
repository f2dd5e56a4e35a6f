"""Group commit by natural draining."""

import asyncio

from agent.store.gather import Gather


class Disk:
    """Writes down each batch; `gate` holds a commit until it is opened."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.kept: list[int] = []
        self.gate = asyncio.Event()
        self.fails = False

    async def commit(self, batch: list[int]) -> None:
        self.batches.append(batch)
        await self.gate.wait()
        if self.fails:
            raise OSError("full")
        self.kept += batch


async def started(*tasks: asyncio.Task[None]) -> None:
    """Let these run until they wait."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_one_alone_is_committed_at_once() -> None:
    disk = Disk()
    disk.gate.set()

    await Gather(disk.commit).put(1)

    assert disk.kept == [1]


async def test_what_comes_while_a_batch_commits_is_the_next_batch() -> None:
    disk = Disk()
    gather = Gather(disk.commit)
    tasks = [asyncio.create_task(gather.put(1))]
    await started(*tasks)
    tasks += [asyncio.create_task(gather.put(n)) for n in (2, 3, 4)]
    await started(*tasks)

    disk.gate.set()

    await asyncio.gather(*tasks)
    assert disk.batches == [[1], [2, 3, 4]]


async def test_a_batch_has_a_limit() -> None:
    disk = Disk()
    disk.gate.set()
    gather = Gather(disk.commit, limit=2)

    await asyncio.gather(*(gather.put(n) for n in range(5)))

    assert disk.batches == [[0, 1], [2, 3], [4]]


async def test_a_failed_commit_reaches_everybody_in_its_batch_and_the_next_goes_on() -> None:
    disk = Disk()
    disk.fails = True
    gather = Gather(disk.commit)
    tasks = [asyncio.create_task(gather.put(n)) for n in (1, 2)]
    await started(*tasks)

    disk.gate.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(error) for error in found] == ["full", "full"]
    disk.fails = False
    await gather.put(3)
    assert disk.kept == [3]


async def test_a_waiter_that_gives_up_takes_nobody_with_it() -> None:
    disk = Disk()
    gather = Gather(disk.commit)
    first, second = asyncio.create_task(gather.put(1)), asyncio.create_task(gather.put(2))
    await started(first, second)

    first.cancel()
    disk.gate.set()

    await second
    assert 2 in disk.kept
    assert first.cancelled()


async def test_what_was_given_up_before_its_batch_is_not_committed() -> None:
    disk = Disk()
    gather = Gather(disk.commit)
    tasks = [asyncio.create_task(gather.put(1))]
    await started(*tasks)
    tasks += [asyncio.create_task(gather.put(n)) for n in (2, 3)]
    await started(*tasks)

    tasks[1].cancel()
    await started(*tasks)
    disk.gate.set()
    await gather.close()

    assert disk.batches == [[1], [3]]


async def test_closing_waits_for_what_was_put() -> None:
    disk = Disk()
    gather = Gather(disk.commit)
    task = asyncio.create_task(gather.put(1))
    await started(task)

    disk.gate.set()
    await gather.close()

    assert task.done()
    assert disk.kept == [1]
