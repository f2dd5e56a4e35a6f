"""A clock over many alliances: finding what is due, listing, starting, and memory, with 10,000 and with 1,000,000 of them.

    .venv/bin/python bench/clock.py [--alliances 10000 1000000] [--rounds 200] [--database URL]

Each alliance has two participants, a document of half a kilobyte and an instant of its own; a hundred are due. On a server the
database that is named has to be empty. What counts is the ratio between the two sizes in one run.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop
from stage import middle, serve, serving, table

DUE, LIMIT = 100, 50
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def fill(url: str, count: int) -> None:
    """So many alliances, of which a hundred are due."""
    from agent.store.database import micros, migrate, open_database  # noqa: PLC0415

    database = await open_database(url)
    await migrate(database)
    now, hour = micros(NOW), timedelta(hours=1) // timedelta(microseconds=1)
    async with database.transaction() as c:
        await c.execute("INSERT INTO flows (key, content) VALUES ('flow', '')")
    for first in range(1, count + 1, 50_000):
        numbers = range(first, min(first + 50_000, count + 1))
        async with database.transaction() as c:
            await c.executemany(
                "INSERT INTO alliances (id, flow, phase, wake_at, created_at, document) VALUES ($1, 'flow', 'agreed', $2, $3, $4)",
                [(n, now - n if n <= DUE else now + n * hour, now - n, b"x" * 500) for n in numbers],
            )
            await c.executemany(
                "INSERT INTO participants (alliance_id, number, address, stage) VALUES ($1, $2, $3, 'joined')",
                [(n, p, f"p{n}.{p}@a.test") for n in numbers for p in (1, 2)],
            )
    await database.close()


async def took(rounds: int, call: Callable[[], Awaitable[object]]) -> float:
    """The median of so many calls, in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await call()
        times.append((time.perf_counter() - begun) * 1000)
    return middle(times)


async def questions(url: str, rounds: int) -> list[float]:
    """Milliseconds for: what is due, the next instant, a page of the list, an address."""
    from agent.store import alliances  # noqa: PLC0415
    from agent.store.database import open_database  # noqa: PLC0415

    database = await open_database(url)

    async def due() -> None:
        async with database.transaction() as c:
            assert len(await alliances.due(c, NOW, LIMIT)) == LIMIT

    async def following() -> None:
        async with database.transaction() as c:
            assert await alliances.next_wake(c)

    async def page() -> None:
        async with database.transaction() as c:
            assert len(await alliances.listing(c, LIMIT, before=(NOW - timedelta(microseconds=5000), 0))) == LIMIT

    async def address() -> None:
        async with database.transaction() as c:
            assert len(await alliances.of_address(c, "p5000.2@a.test")) == 1

    found = [await took(rounds, one) for one in (due, following, page, address)]
    await database.close()
    return found


def service(url: str) -> None:
    """Serve as `alliance serve` does, with nothing due, and say how long it took to be ready."""
    began = time.perf_counter()
    from reply import settings_for  # noqa: PLC0415 - the imports are a part of the start

    from agent.service import opened  # noqa: PLC0415

    async def start() -> int:
        house = await stack.enter_async_context(opened(settings_for(url, 25), now=lambda: NOW - timedelta(days=1)))
        house.inbound.port = 0  # a free one: several services run at once
        port = await house.inbound.start()
        tasks.append(asyncio.create_task(house.run()))
        await house.next_due()
        print(time.perf_counter() - began, flush=True)
        return port

    stack = AsyncExitStack()
    tasks: list[asyncio.Task[None]] = []
    serve(start, uvloop.run)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--serve")
    options.add_argument("--alliances", type=int, nargs="+", default=[10_000, 1_000_000])
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--database", default="")
    given = options.parse_args()
    if given.serve:
        return service(given.serve)
    rows: list[list[object]] = []
    for count in given.alliances:
        with tempfile.TemporaryDirectory() as folder:
            url = given.database or f"sqlite:{Path(folder) / 'bench.db'}"
            asyncio.run(fill(url, count))
            times = asyncio.run(questions(url, given.rounds))
            began: list[str] = []
            with serving("clock.py", "--serve", url, first=began.append) as server:
                resident = server.resident() / 1e6
            rows.append([count, *(round(ms, 2) for ms in times), round(float(began[0]), 2), round(resident)])
    head = ["alliances", "due ms", "next ms", "page ms", "address ms", "ready s", "resident MB"]
    table([head, *rows])
    print(json.dumps({"bench": "clock", "rows": rows}))
    return None


if __name__ == "__main__":
    main()
