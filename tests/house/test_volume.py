"""Floods, and much mail: good clients are served, nothing is lost, and memory stays (R6, R8)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from house.storm import Sink, Storm, wrong
from long import size, tell
from ports import free_port


@asynccontextmanager
async def flooded(port: int, strangers: int, each: int) -> AsyncIterator[Counter[bytes]]:
    """While so many strangers hold so many connections each, or try to: one in four trickles, the others say nothing.

    What they were greeted with is counted.
    """
    greeted = Counter[bytes]()

    async def holds(host: str, n: int) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
                greeted[(await reader.readline())[:3]] += 1
                while n % 4 == 0 and not reader.at_eof():
                    writer.write(b"E")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(), 1)
                await reader.read()
                writer.close()
            await asyncio.sleep(10)  # the strangers' own time

    hosts = [f"127.0.9.{n + 1}" for n in range(strangers)]
    holding = [asyncio.create_task(holds(host, n)) for host in hosts for n in range(each)]
    try:
        yield greeted
    finally:
        for one in holding:
            one.cancel()
        await asyncio.gather(*holding, return_exceptions=True)


@pytest.mark.row("R6")
@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the strangers, cut off
async def test_good_clients_are_served_and_memory_stays_in_a_flood_of_connections(url: str) -> None:
    replies, rounds, each = size((40, 1, 60), (2_000, 20, 200))
    sink, port = Sink(), free_port()
    storm = Storm(url, port, await sink.inbound.start(), sink)

    async with flooded(port, 10, each) as greeted:
        # So many of each are let in, and hold what they have.
        found = await storm.rage(replies, rounds, [0], begins=lambda: greeted[b"220"] >= 10 * 50)
    await sink.inbound.stop()

    tell("flood", found)
    assert not wrong(found), found
    assert greeted[b"421"] > 0
    assert found["99 of 100 within s"] < 20, "2 on a machine that has nothing else to do"
    assert found["MB at the end"] < 300


@pytest.mark.row("R8")
@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read as Linux shows it")
async def test_much_mail_in_and_out_takes_no_more_memory_than_half_of_it(url: str) -> None:
    replies, rounds = size((300, 10), (10_000, 20))
    sink = Sink()
    storm = Storm(url, free_port(), await sink.inbound.start(), sink)

    found = await storm.rage(replies, rounds, [0])
    await sink.inbound.stop()

    tell("volume", found)
    assert not wrong(found), found
    assert found["letters"] > replies
    assert found["MB at the end"] < 1.1 * found["MB half way"] + 10
