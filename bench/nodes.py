"""Whole replies over 1, 2 and 4 nodes that share one PostgreSQL, which this starts, and which keeps what it commits.

    .venv/bin/python bench/nodes.py [--replies 400] [--rounds 3] [--connections 48] [--nodes 1 2 4] [--slow 20]

Each number of nodes has a database and people of its own, and in each round all have their turn. "quick" is a relay that takes
each letter at once: there the processors are the limit, and what counts is the processor time of all nodes, and of
PostgreSQL, for a reply. "slow" is one that waits so many milliseconds with each of its answers: there a node is limited by
its connections to the relay, and more nodes have to bring more as long as they do not wait for each other.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from reply import DOMAINS, People
from stage import ROOT, Mail, Server, Sink, middle, sent, serving, table

sys.path.append(str(ROOT / "tests"))


@dataclass
class Nodes:
    """Some nodes over one database, and their people."""

    relay: str
    people: People
    servers: list[Server]
    rounds: list[tuple[float, float, float]] = field(default_factory=list)

    async def answer(self, mails: list[Mail], connections: int, database: Server) -> None:
        """All of these are sent, evenly to all nodes: the rate, and the processor time of nodes and database for each."""
        before, below = self._cpu(), database.cpu()
        loop = asyncio.get_running_loop()
        goal, begun, count = self.people.count + len(mails), loop.time(), len(self.servers)
        shares = ((s.port, mails[place::count], connections // count) for place, s in enumerate(self.servers))
        await asyncio.gather(*(sent(*share) for share in shares))
        await self.people.until(goal)
        rate = len(mails) / (loop.time() - begun)
        took = (self._cpu() - before, database.cpu() - below)
        self.rounds.append((rate, *(seconds / len(mails) * 1e6 for seconds in took)))

    def _cpu(self) -> float:
        return sum(server.cpu() for server in self.servers)


class SlowTransport:
    """Writes later."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(SlowSink.seconds, self._transport.write, data)


class SlowSink(Sink):
    """A relay that waits with each of its answers, once everybody has been asked."""

    seconds = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._transport = SlowTransport(transport)  # type: ignore[assignment]


async def measured(
    given: argparse.Namespace, url: str, database: Server, stack: ExitStack, relay: str, seconds: float
) -> list[dict]:
    """The figures of each number of nodes with such a relay."""
    runs, SlowSink.seconds = [], 0.0
    pairs = given.replies * (given.rounds + 1) // 2
    for count in given.nodes:
        people = People("plain")
        port = await (SlowSink if seconds else Sink).listening(people.take)
        how = ("--serve", await _schema(url, f"{relay}{count}"), str(port))
        counts = (pairs, *[0] * (count - 1))  # the first one has the alliances begin
        servers = [await asyncio.to_thread(_served, stack, (*how, str(n), "{}")) for n in counts]
        await people.until(4 * pairs)
        runs.append(Nodes(relay, people, servers))
    SlowSink.seconds = seconds
    everyone = [f"{who}{n}@{at}" for n in range(pairs) for who, at in zip(("ann", "ben"), DOMAINS, strict=True)]
    for turn in range(given.rounds + 1):  # the first one warms up
        some = everyone[turn * given.replies : (turn + 1) * given.replies]
        for run in runs:
            mails = [run.people.reply(person, number) for number, person in enumerate(some, turn * given.replies)]
            await run.answer(mails, given.connections, database)
    found = []
    for run in runs:
        rates, cpus, below = ([*map(middle, zip(*run.rounds[1:], strict=True))][n] for n in range(3))
        one = next((row["replies/s"] for row in found if row["nodes"] == 1), rates)
        found.append(
            {
                "relay": run.relay,
                "nodes": len(run.servers),
                "replies/s": round(rates, 1),
                "/ one": round(rates / one, 2),
                "CPU µs": round(cpus),
                "PostgreSQL µs": round(below),
            }
        )
    return found


async def _schema(url: str, name: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE SCHEMA {name}")
    await connection.close()
    return f"{url}&search_path={name}"


def _served(stack: ExitStack, args: tuple[str, ...]) -> Server:
    return stack.enter_context(serving("reply.py", *args, first=lambda _: None))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--replies", type=int, default=400)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, default=48)
    options.add_argument("--nodes", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--relays", nargs="+", default=["quick", "slow"])
    options.add_argument("--slow", type=float, default=20)
    given = options.parse_args()
    from engines import PostgreSQL, _programs  # noqa: PLC0415 - the tests' way to a server

    found: list[dict] = []
    with tempfile.TemporaryDirectory(prefix="pg") as folder, ExitStack() as stack:
        server = PostgreSQL(Path(folder), next(_programs()), "-c max_connections=100")
        server.start()
        stack.callback(server.stop)
        pid = int((Path(folder) / "data/postmaster.pid").read_text().split()[0])
        for relay in given.relays:
            seconds = given.slow / 1000 if relay == "slow" else 0.0
            with ExitStack() as nodes:
                found += asyncio.run(measured(given, server.url, Server(0, pid), nodes, relay, seconds))
    table([list(found[0]), *(list(one.values()) for one in found)])
    asked = {"replies": given.replies, "connections": given.connections, "slow_ms": given.slow}
    print(json.dumps({"bench": "nodes", **asked, "load": os.getloadavg()[0], "rows": found}))


if __name__ == "__main__":
    main()
