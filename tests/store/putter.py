"""A program to be killed: puts one arrival a transaction, and says the id once it is committed, or "open" before.

putter.py URL forever | putter.py URL half
"""

import asyncio
import sys

from samples import arrival, kept_as

from agent.store.database import open_database


async def forever(url: str) -> None:
    db = await open_database(url)
    for n in range(1_000_000):
        async with db.transaction() as c:
            [number] = await kept_as(c, [arrival(f"message {n}")])
        print(number, flush=True)  # noqa: T201 - to the test


async def half(url: str) -> None:
    db = await open_database(url)
    async with db.transaction() as c:
        await kept_as(c, [arrival("never committed")])
        print("open", flush=True)  # noqa: T201 - to the test
        await asyncio.Event().wait()


asyncio.run({"forever": forever, "half": half}[sys.argv[2]](sys.argv[1]))
