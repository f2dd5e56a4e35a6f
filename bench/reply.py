"""Whole replies: a reply arrives over SMTP, is kept, read and decided; the next prompt is accepted by the relay.

    .venv/bin/python bench/reply.py [--replies 2000] [--rounds 3] [--connections 50] [--database URL]

The service runs in a process of its own; the people and the relay are another, as light as they can be. In each round a
bare aiosmtpd that does nothing is asked too, and the ratio to it is what counts, since rates move with the neighbours.
Printed are the medians of the rounds, the service's processor time from the operating system, the latency of one reply
at a time from its first byte to the next letter at the relay, the time until it is ready, and its memory at the end.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stage import Mail, Server, Sink, middle, sent, serve, serving, table

if TYPE_CHECKING:
    from agent.settings import Settings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANSWER = "I hope that we will stay friends, and that we find out who decides what before the doors open in May."


def settings_for(url: str, relay: int) -> "Settings":
    """The settings of a service that many write to from one machine."""
    from agent.settings import Settings, _Tables  # noqa: PLC0415 - the people need none of it

    tables = {
        "service": {"domain": "alliance.test", "contact": "op@example.org", "allow": ["@a.test"]},
        "database": {"url": url},
        "trust": {"require": "registered"},
        "inbound": {"port": 2599, "max_connections": 1000, "max_connections_per_client": 1000},
        "relay": {"port": relay},
        "log": {"level": "warning"},
    }
    return Settings(**dict(_Tables.model_validate_json(json.dumps(tables))), keys=(b"k" * 32,))


def service(url: str, relay: int, count: int) -> None:
    """Serve, after so many alliances have come to the first prompt of both people."""
    from agent.advance import Matter  # noqa: PLC0415
    from agent.alliance.event import Replied, Started  # noqa: PLC0415
    from agent.log import configure  # noqa: PLC0415
    from agent.service import opened  # noqa: PLC0415

    stack = AsyncExitStack()
    steps = (
        lambda n: Started(f"ann{n}@a.test", "Ann", "hi", f"Ben (ben{n}@b.test) and I open a bakery.", 0, f"s:{n}"),
        lambda n: Replied(1, "why", "I want us to be friends in five years.", 0, f"w:{n}"),
        lambda n: Replied(1, "ready", "SEND", 0, f"g:{n}"),
        lambda n: Replied(2, "invitation", "Yes", 0, f"y:{n}"),
    )

    async def start() -> int:
        settings = settings_for(url, relay)
        configure(settings.log.level, settings.log.format, sys.stderr)
        begun = time.perf_counter()
        house = await stack.enter_async_context(opened(settings, now=lambda: NOON))
        port = await house.inbound.start()
        ready = time.perf_counter() - begun
        for first in range(0, count, 50):
            for step in steps:
                some = [Matter(n + 1, step(n)) for n in range(first, min(first + 50, count))]
                await house.delivery.advance.advance(some, NOON)
        await house.settle()
        running.append(asyncio.create_task(house.run()))
        print(ready, flush=True)
        return port

    running: list[asyncio.Task[None]] = []
    serve(start)


class People:
    """Everybody who answers, and the relay that brings them their letters."""

    def __init__(self) -> None:
        self.letters: dict[str, tuple[str, str]] = {}  # by person: the reply address and the text of the last letter
        self.count = 0
        self.arrived = asyncio.Event()

    def take(self, rcpt: str, raw: bytes) -> None:
        """One letter at the relay."""
        found = re.search(rb"^Reply-To:\s+<?([^\s>]+)", raw, re.MULTILINE)
        if found:
            self.letters[rcpt] = found[1].decode(), raw.partition(b"\r\n\r\n")[2][:4000].decode()
        self.count += 1
        self.arrived.set()

    def reply(self, person: str, number: int) -> Mail:
        """What this person answers to the last letter, above a quote of it."""
        address, quoted = self.letters[person]
        lines = "\r\n".join(f"> {line}" for line in quoted.split("\r\n")[:40])
        raw = (
            f"From: <{person}>\r\nTo: <{address}>\r\nSubject: Re: Before we start\r\nDate: Mon, 02 Mar 2026 12:00:00 +0000\r\n"
            f"Message-ID: <{number}.{person}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            f"{ANSWER}\r\n\r\nOn Mon, 2 Mar 2026 at 11:58, Alliance wrote:\r\n{lines}\r\n"
        )
        return Mail(person, address, raw.encode())

    async def until(self, count: int) -> None:
        """Until so many letters have come."""
        while self.count < count:
            self.arrived.clear()
            await self.arrived.wait()

    async def answer(self, port: int, persons: list[str], connections: int) -> float:
        """All of them answer; the seconds until each has the next letter."""
        goal = self.count + len(persons)
        mails = [self.reply(person, number) for number, person in enumerate(persons)]
        begun = time.perf_counter()
        await sent(port, mails, connections)
        await self.until(goal)
        return time.perf_counter() - begun


async def measured(given: argparse.Namespace, url: str, stack: ExitStack) -> dict[str, float]:
    """The figures of one run."""
    people = People()
    relay = await Sink.listening(people.take)
    singles = 200
    pairs = (given.replies * (given.rounds + 1) + singles) // 2
    how = ("--serve", url, str(relay), str(pairs))
    ours, ready = await asyncio.to_thread(_ready, stack, how)
    bare: Server = await asyncio.to_thread(stack.enter_context, serving("inbound.py", "--serve", "bare"))
    await people.until(4 * pairs)
    everyone = [f"{who}{n}@{at}.test" for n in range(pairs) for who, at in (("ann", "a"), ("ben", "b"))]
    rates, ratios, cpus = [], [], []
    for turn in range(given.rounds + 1):  # the first one warms up
        some = everyone[turn * given.replies : (turn + 1) * given.replies]
        alike = [people.reply(person, number) for number, person in enumerate(some)]
        base = len(some) / await sent(bare.port, alike, given.connections)
        before = ours.cpu()
        rate = len(some) / await people.answer(ours.port, some, given.connections)
        if turn:
            rates.append(rate)
            ratios.append(rate / base)
            cpus.append((ours.cpu() - before) / len(some) * 1e6)
    took = sorted([await people.answer(ours.port, [person], 1) * 1000 for person in everyone[-singles:]])
    return {
        "replies_per_s": round(middle(rates), 1),
        "of_bare_aiosmtpd": round(middle(ratios), 3),
        "cpu_us_per_reply": round(middle(cpus)),
        "latency_p50_ms": round(middle(took), 2),
        "latency_p99_ms": round(took[-1 - singles // 100], 2),
        "ready_s": round(ready, 3),
        "resident_mb": round(ours.resident() / 1e6, 1),
    }


def _ready(stack: ExitStack, how: tuple[str, ...]) -> tuple[Server, float]:
    began: list[float] = []
    server = stack.enter_context(serving("reply.py", *how, first=lambda line: began.append(float(line))))
    return server, began[0]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--serve", nargs=3)
    options.add_argument("--replies", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, default=50)
    options.add_argument("--database", default="")
    given = options.parse_args()
    if given.serve:
        return service(given.serve[0], int(given.serve[1]), int(given.serve[2]))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = given.database or f"sqlite:{Path(folder) / 'bench.db'}"
        result = asyncio.run(measured(given, url, stack))
    table(list(result.items()))
    print(json.dumps({"bench": "reply", "replies": given.replies, "connections": given.connections, **result}))
    return None


if __name__ == "__main__":
    main()
