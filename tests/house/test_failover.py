"""The primary of PostgreSQL dies, and its synchronous standby takes over: nothing is lost, and nothing done twice."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from engines import PostgreSQL
from served import settings_for
from test_kill import Sink, persist, prepared

from agent.service import Service, opened
from agent.store import alliances, inbox

PAIRS, REPLIES = 8, 4
SYNCHRONOUS = " -c synchronous_commit=on -c synchronous_standby_names=*"


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
    settings = settings_for(url, 2599, await sink.inbound.start())
    async with AsyncExitStack() as stack:
        stack.push_async_callback(sink.inbound.stop)
        nodes = [await stack.enter_async_context(opened(settings)) for _ in range(2)]
        await prepared(nodes[0], PAIRS)
        people, before, dying = dict(sink.address), len(sink.letters), asyncio.Event()
        for node in nodes:
            node.try_again_s, node.inbound.port = 0.1, 0
            node.port = await node.inbound.start()
            stack.push_async_callback(node.inbound.stop)
        running = [asyncio.create_task(node.run()) for node in nodes]
        stack.push_async_callback(ended, running)

        async def answers(person: str, place: int) -> None:
            for number in range(REPLIES):
                if number == 1:
                    await dying.wait()
                await persist(person, people[person], nodes[(place + number) % 2].port, f"{number}")

        flowing = asyncio.gather(*(answers(person, place) for place, person in enumerate(people)))
        async with asyncio.timeout(90):
            while len(sink.letters) <= before:
                sink.arrived.clear()
                await sink.arrived.wait()
        dying.set()
        await asyncio.to_thread(primary.stop)
        await asyncio.to_thread(standby.run, "pg_ctl", "-D", str(standby.folder / "data"), "promote")
        async with asyncio.timeout(150):
            await flowing
            while await waiting(nodes[0]):  # noqa: ASYNC110 - the loops at work tell nobody
                await asyncio.sleep(0.1)
        async with nodes[1].database.transaction() as c:
            kept = await inbox.listing(c, None, 1000)
            loaded = await alliances.load(c, range(1, PAIRS + 1))
            letters = {number for (number,) in await c.fetch("SELECT message_id FROM outbox WHERE state = 'sent'")}
    assert [row.state for row in kept] == ["done"] * len(people) * REPLIES
    for alliance in loaded.values():
        words = sorted(a.text for a in alliance.answers if a.prompt == "hopes")
        assert words == sorted(
            f"{person.address} hopes for {n}." for person in alliance.participants for n in range(REPLIES)
        )
    assert letters == set(sink.letters)
    assert {number: len(copies) for number, copies in sink.letters.items() if len(copies) > 1} == {}
