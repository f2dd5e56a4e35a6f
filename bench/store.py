"""How many replies a second the store can keep: python bench/store.py [URL]. The default is a new SQLite file here.

A unit is one reply: put and committed; taken and committed; then in one transaction seen, loaded, its alliance saved, its
step recorded, its letter of 8 KB owed, and done. The reply has 3 KB, the alliance's document 12 KB.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.alliance.model import Alliance, Answer, Participant, Person
from agent.store import alliances, inbox, outbox
from agent.store.database import Database, migrate, open_database

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
UNITS, ALLIANCES = 3000, 500


async def prepare(db: Database) -> None:
    people = {f"{who}@example.org": Person(f"{who}@example.org") for who in ("maya", "jonas")}
    participants = tuple(Participant(n, address) for n, address in enumerate(people, 1))
    answers = tuple(Answer(1, f"P{n:02}", "word " * 80, "", NOW, f"inbox:{n}") for n in range(24))
    async with db.transaction() as c:
        await alliances.put_flow(c, "flow", "")
        made = [
            Alliance(n, "flow", NOW, participants=participants, people=people, answers=answers)
            for n in range(ALLIANCES)
        ]
        await alliances.save(c, [(a, None) for a in made])


def letter(alliance: Alliance, number: int) -> outbox.Letter:
    name = f"<{alliance.id}.{number}@reply.example>"
    raw = b"x" * 8000
    return outbox.Letter(
        alliance.id, number, 1, "prompt:P01", "maya@example.org", "b@x", name, "s", "w" * 500, raw, NOW, NOW
    )


async def reply(db: Database, first: int, batch: int) -> None:
    async with db.transaction() as c:
        arrivals = [
            inbox.Arrival("r@reply.example", "maya@example.org", b"%d" % n * 600, NOW)
            for n in range(first, first + batch)
        ]
        await inbox.put(c, arrivals)
    async with db.transaction() as c:
        taken = await inbox.take(c, NOW, batch, timedelta(minutes=1))
    async with db.transaction() as c:
        of = {row.id % ALLIANCES: row for row in taken}
        await alliances.seen(c, [(n, f"inbox:{row.id}") for n, row in of.items()])
        found = await alliances.load(c, of)
        changed = [replace(a, letters=a.letters + 1) for a in found.values()]
        await alliances.save(c, [(a, NOW + timedelta(days=1)) for a in changed])
        await alliances.record(
            c, [alliances.Step(a.id, f"inbox:{of[a.id].id}", NOW, "Replied", "asking") for a in changed]
        )
        await outbox.put(c, [letter(a, a.letters) for a in changed])
        await inbox.done(c, [(row.id, "replied") for row in taken], NOW)


async def main(url: str) -> None:
    db = await open_database(url)
    await migrate(db)
    await prepare(db)
    first = 1_000_000
    for batch, units in ((1, UNITS // 10), (10, UNITS), (50, UNITS)):
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(units // batch):
            await reply(db, first, batch)
            first += batch
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(f"{batch:3} a batch: {units / took:8,.0f} units/s   {cpu / units * 1e6:6,.0f} us CPU a unit")
    await db.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=".") as folder:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:{folder}/bench.db"))
