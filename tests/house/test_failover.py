"""The primary of PostgreSQL dies, and its synchronous standby takes over: nothing is lost, and nothing done twice."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from engines import PostgreSQL
from house.served import settings_for
from house.storm import Sink, Storm, wrong

from agent.service import Service, opened

PAIRS, REPLIES = 8, 6
SYNCHRONOUS = " -c synchronous_commit=on -c synchronous_standby_names=*"


class Here(Storm):
    """The same with the nodes in this process, of which nobody asks how large they are."""

    def _resident(self) -> float:
        return 0.0


@pytest.fixture
def servers(postgresql: PostgreSQL) -> Iterator[tuple[PostgreSQL, PostgreSQL]]:
    """A primary, and a standby without which it commits nothing."""
    folders = [Path(tempfile.mkdtemp(prefix="pg", dir="/tmp")) for _ in range(2)]
    primary, standby = (PostgreSQL(folder, postgresql.programs) for folder in folders)
    try:
        primary.start()
        primary.run("pg_basebackup", "-h", str(primary.folder), "-U", "app", "-D", str(standby.folder / "data"), "-R")
        primary.stop("fast")
        primary.options += SYNCHRONOUS
        primary.up()
        standby.up()
        yield primary, standby
        standby.stop()
    finally:
        for folder in folders:
            shutil.rmtree(folder)


async def waiting(node: Service) -> int:
    """How many mails and letters wait."""
    async with node.database.transaction() as c:
        [(mails,)] = await c.fetch("SELECT COUNT(*) FROM inbox WHERE state = 'kept'")
        [(letters,)] = await c.fetch("SELECT COUNT(*) FROM outbox WHERE settled_at IS NULL")
    return int(mails + letters)


async def ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


@pytest.mark.row("R1", "R3")
async def test_replies_flow_on_when_the_standby_takes_over(servers: tuple[PostgreSQL, PostgreSQL]) -> None:
    primary, standby = servers
    url = f"postgresql:///postgres?host={primary.folder},{standby.folder}&user=app"
    sink = Sink()
    storm = Here(url, 2599, await sink.inbound.start(), sink)
    await storm._prepare(PAIRS)
    asked = len(sink.letters)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(sink.inbound.stop)
        settings = settings_for(url, storm.port, storm.relay)
        nodes = [await stack.enter_async_context(opened(settings)) for _ in range(2)]
        for node in nodes:
            node.loops.try_again_s, node.inbound.port = 0.1, 0
            storm.port = await node.inbound.start()
            stack.push_async_callback(node.inbound.stop)
        running = [asyncio.create_task(node.run()) for node in nodes]
        stack.push_async_callback(ended, running)

        flowing = asyncio.create_task(storm._replies(REPLIES))
        async with asyncio.timeout(90):
            while len(sink.letters) <= asked:  # noqa: ASYNC110 - the loops at work tell nobody
                await asyncio.sleep(0)
        await asyncio.to_thread(primary.stop)
        await asyncio.to_thread(standby.run, "pg_ctl", "-D", str(standby.folder / "data"), "promote")
        async with asyncio.timeout(150):
            await flowing
            while await waiting(nodes[0]):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        found = await storm._found(REPLIES)
    assert not wrong(found), found
    assert found["letters twice, the same"] == 0
