"""Whole replies: a reply arrives over SMTP, is kept, read and decided; the next prompt is accepted by a sink.

    .venv/bin/python bench/reply.py [--replies 1000] [--connections 50] [--database sqlite:...]

Prints a table and a JSON line: replies a second with many connections, CPU a reply from the operating system, the latency
of one reply at a time (p50, p99), the time to start and the memory at the end. The load comes from this same process, so
on two cores the service has about one of them.
"""

import argparse
import asyncio
import json
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiosmtplib import SMTP

from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.service import Service, opened
from agent.settings import Settings, _Tables
from agent.smtp.inbound import Envelope, Inbound, Limits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANSWER = "I hope that we will stay friends, and that we find out who decides what before the doors open in May."


class Sink:
    """The relay: accepts every letter and keeps its reply address."""

    def __init__(self) -> None:
        self.addresses: dict[str, tuple[str, str]] = {}
        self.count = 0
        self.arrived = asyncio.Event()
        self.inbound = Inbound(
            accepts=lambda *_: True, keep=self.keep, hostname="sink.test", limits=Limits(per_client=1000)
        )

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            found = re.search(rb"^Reply-To:\s+(\S+)\r\nTo:.*?\r\nSubject: ", e.raw, re.MULTILINE | re.DOTALL)
            text = e.raw.partition(b"\r\n\r\n")[2][:4000].decode()
            if found:
                self.addresses[e.rcpt_to] = (found[1].decode(), text)
            self.count += 1
        self.arrived.set()


def settings_for(url: str, relay: int) -> Settings:
    tables = _Tables.model_validate_json(
        json.dumps(
            {
                "service": {"domain": "alliance.test", "contact": "op@example.org", "allow": ["@a.test"]},
                "database": {"url": url},
                "inbound": {"port": 2599, "max_connections": 1000, "max_connections_per_client": 1000},
                "relay": {"port": relay},
            }
        )
    )
    return Settings(**dict(tables), keys=(b"k" * 32,))


async def prepare(service: Service, count: int) -> None:
    """So many alliances, both people with their first prompt open."""
    for i in range(0, count, 50):
        some = range(i, min(i + 50, count))
        steps = [
            lambda n: Started(f"ann{n}@a.test", "Ann", "hi", f"Ben (ben{n}@b.test) and I open a bakery.", 0, f"s:{n}"),
            lambda n: Replied(1, "why", "I want us to be friends in five years.", 0, f"w:{n}"),
            lambda n: Replied(1, "ready", "SEND", 0, f"g:{n}"),
            lambda n: Replied(2, "invitation", "Yes", 0, f"y:{n}"),
        ]
        for step in steps:
            await service.delivery.advance.advance([Matter(n + 1, step(n)) for n in some], NOON)
    await service.settle()


def reply_to(person: str, address: str, quoted: str, number: int) -> bytes:
    lines = "\r\n".join(f"> {line}" for line in quoted.split("\r\n")[:40])
    return (
        f"From: <{person}>\r\nTo: <{address}>\r\nSubject: Re: Before we start\r\nDate: Mon, 02 Mar 2026 12:00:00 +0000\r\n"
        f"Message-ID: <{number}.{person}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{ANSWER}\r\n\r\nOn Mon, 2 Mar 2026 at 11:58, Alliance wrote:\r\n{lines}\r\n"
    ).encode()


async def flood(sink: Sink, port: int, people: list[str], connections: int) -> float:
    """Send one reply for each of these, and wait for as many letters; the seconds."""
    waiting = iter(enumerate(people))
    goal = sink.count + len(people)

    async def one() -> None:
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            for number, person in waiting:
                address, quoted = sink.addresses[person]
                await client.sendmail(person, [address], reply_to(person, address, quoted, number))

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    while sink.count < goal:
        sink.arrived.clear()
        await sink.arrived.wait()
    return time.perf_counter() - begun


async def singly(sink: Sink, port: int, people: list[str]) -> list[float]:
    """One reply at a time, from the first byte to the next letter in the sink; milliseconds."""
    took = []
    async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        for number, person in enumerate(people):
            address, quoted = sink.addresses[person]
            goal = sink.count + 1
            begun = time.perf_counter()
            await client.sendmail(person, [address], reply_to(person, address, quoted, number))
            while sink.count < goal:
                sink.arrived.clear()
                await sink.arrived.wait()
            took.append((time.perf_counter() - begun) * 1000)
    return took


async def measure(replies: int, connections: int, url: str) -> dict[str, float]:
    sink = Sink()
    relay = await sink.inbound.start()
    begun = time.perf_counter()
    async with opened(settings_for(url, relay), now=lambda: NOON) as service:
        port = await service.inbound.start()
        ready = time.perf_counter() - begun
        await prepare(service, replies // 2 + 100)
        running = asyncio.create_task(service.run())
        everyone = [
            f"{who}{n}@{at}.test" for n in range(replies // 2 + 100) for who, at in (("ann", "a"), ("ben", "b"))
        ]
        await flood(sink, port, everyone[:100], connections)
        before = resource.getrusage(resource.RUSAGE_SELF)
        seconds = await flood(sink, port, everyone[100:-100], connections)
        after = resource.getrusage(resource.RUSAGE_SELF)
        took = await singly(sink, port, everyone[-100:])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await service.inbound.stop()
    await sink.inbound.stop()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    done = len(everyone) - 200
    return {
        "replies": done,
        "connections": connections,
        "replies_per_s": round(done / seconds, 1),
        "cpu_us_per_reply_with_client_and_sink": round(cpu / done * 1e6),
        "latency_p50_ms": round(statistics.median(took), 2),
        "latency_p99_ms": round(sorted(took)[-1 - len(took) // 100], 2),
        "ready_s": round(ready, 3),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--replies", type=int, default=1000)
    options.add_argument("--connections", type=int, default=50)
    options.add_argument("--database", default="")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:{Path(folder) / 'bench.db'}"
        result = asyncio.run(measure(given.replies, given.connections, url))
    for name, value in result.items():
        print(f"{name:40} {value}")
    print(json.dumps({"bench": "reply", **result}))


if __name__ == "__main__":
    main()
