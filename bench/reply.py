"""Whole replies: a reply arrives over SMTP, is kept, read and decided; the next prompt is signed and accepted by the relay.

    .venv/bin/python bench/reply.py [--replies 500] [--rounds 5] [--connections 50] [--program plain] [--database URL]

Two services run, each in a process of its own: "light" trusts every From and signs nothing; "whole" signs its letters with
RSA and believes a mail only after DKIM and DMARC, for which it asks a DNS of ours. Beside each runs the straightforward stack of
`straight.py`, with and without DKIM: how many times as many replies the service takes is "/ straight". With --database a third
service runs, whole, on that empty database. The people, the relay and the DNS are one more process. No two people have one name, and no two answers are alike,
so that nothing is quick only because it was seen before. In each round an aiosmtpd that does nothing is given the same
mails, and the ratio to it is what counts, since rates move with the neighbours; "by CPU" is the same ratio of work for a
second of processor, which moves less. Printed are the medians of the rounds, the
service's processor time from the operating system, the latency of one reply at a time from its first byte to the next letter
at the relay, the time until it is ready, and its memory at the end.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import uvloop
from stage import ROOT, Mail, Server, Sink, middle, sent, serve, serving, table

if TYPE_CHECKING:
    from agent.mail.dkim import Signer
    from agent.settings import Settings

_How = Callable[[int], tuple[str, ...]]  # the script of a server and what it is told, by the port of its relay

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SINGLES = 200  # replies one at a time
DOMAINS = ("a.test", "b.test")  # Ann's and Ben's, who sign


def settings_for(url: str, relay: int, more: dict[str, object] | None = None) -> "Settings":
    """The settings of a service that many write to from one machine; `more` are tables in place of these."""
    from agent.settings import Settings, _Tables  # noqa: PLC0415 - the people need none of it

    tables = {
        "service": {"domain": "alliance.test", "contact": "op@example.org", "allow": ["@a.test"]},
        "database": {"url": url},
        "trust": {"require": "registered"},
        "inbound": {"port": 2599, "max_connections": 1000, "max_connections_per_client": 1000},
        "relay": {"port": relay},
        "log": {"level": "warning"},
        **(more or {}),
    }
    return Settings(**dict(_Tables.model_validate_json(json.dumps(tables))), keys=(b"k" * 32,))


def word(number: int) -> str:
    """Four small letters for each number, the same ones."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(4))


def service(url: str, relay: int, count: int, more: dict[str, object]) -> None:
    """Serve, after so many alliances have come to the first prompt of both people."""
    from agent.advance import Matter  # noqa: PLC0415
    from agent.alliance.event import Replied, Started  # noqa: PLC0415
    from agent.log import configure  # noqa: PLC0415
    from agent.service import opened  # noqa: PLC0415

    stack = AsyncExitStack()
    steps = (
        lambda n: Started(f"ann{n}@a.test", f"Ann{word(n)}", "hi", f"Ben{word(n)} (ben{n}@b.test) and I open a bakery.", 0, f"s:{n}"),
        lambda n: Replied(1, "why", "I want us to be friends in five years.", 0, f"w:{n}"),
        lambda n: Replied(1, "ready", "SEND", 0, f"g:{n}"),
        lambda n: Replied(2, "invitation", "Yes", 0, f"y:{n}"),
    )  # fmt: skip

    async def start() -> int:
        settings = settings_for(url, relay, more)
        configure(settings.log.level, settings.log.format, sys.stderr)
        begun = time.perf_counter()
        house = await stack.enter_async_context(opened(settings, now=lambda: NOON))
        house.inbound.port = 0  # a free one: several services run at once
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
    serve(start, uvloop.run)


@dataclass
class People:
    """Everybody who answers one service, and the relay that brings them their letters."""

    program: str  # that they write with, one of agent.rehearsal.programs
    signers: tuple["Signer", ...] = ()  # of their domains, where they sign
    letters: dict[str, bytes] = field(default_factory=dict)  # by person, the last one
    count: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, rcpt: str, raw: bytes) -> None:
        """One letter at the relay."""
        self.letters[rcpt] = raw
        self.count += 1
        self.arrived.set()

    def reply(self, address: str, number: int) -> Mail:
        """What this person answers to the last letter, as their program quotes it."""
        from agent.mail.dkim import signed  # noqa: PLC0415
        from agent.rehearsal import mailbox, programs  # noqa: PLC0415
        from agent.rehearsal.script import Person  # noqa: PLC0415

        name = f"{address[:3].title()}{word(number)}"
        person = Person(name.lower(), name, address, ZoneInfo("UTC"))
        asked = mailbox.quoted(mailbox.arrived(number, person, self.letters[address]))
        answer = f"I hope that we stay friends, and that {word(number)} is settled before the doors open in May."
        typed = programs.Typed(number, name, address, asked.address, asked.subject, answer, NOON, asked)
        raw = getattr(programs, self.program)(typed).rstrip() + b"\r\n"  # as it is on the wire
        own = [signer for signer in self.signers if address.endswith(signer.domain)]
        return Mail(address, asked.address, signed(raw, own, NOON))

    async def until(self, count: int) -> None:
        """Until so many letters have come."""
        while self.count < count:
            self.arrived.clear()
            await self.arrived.wait()

    async def answer(self, port: int, mails: list[Mail], connections: int) -> float:
        """All of these are sent; the seconds until each has brought the next letter."""
        goal = self.count + len(mails)
        begun = time.perf_counter()
        await sent(port, mails, connections)
        await self.until(goal)
        return time.perf_counter() - begun


def _signer(domain: str, folder: Path) -> "Signer":
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    from agent.mail.dkim import signer_of  # noqa: PLC0415

    made = rsa.generate_private_key(65537, 2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{domain}.pem"
    file.touch(0o600)
    file.write_bytes(pem)
    return signer_of(domain, "bench", pem)


async def measured(given: argparse.Namespace, folder: Path, stack: ExitStack, later: AsyncExitStack) -> list[dict]:
    """The figures of each service."""
    sys.path.append(str(ROOT / "tests"))
    from stubdns import running  # noqa: PLC0415

    zone = await later.enter_async_context(running())
    signers = tuple(_signer(domain, folder) for domain in (*DOMAINS, "alliance.test"))
    for signer in signers:
        zone.txt(signer.name, signer.record)
        zone.txt(f"_dmarc.{signer.domain}", "v=DMARC1; p=reject")
    key = str(folder / "alliance.test.pem")
    checks: dict[str, object] = {
        "trust": {"require": "aligned"},
        "dns": {"servers": [f"127.0.0.1:{zone.port}"]},
        "dkim": {"keys": {"bench": key}},
    }
    pairs = (given.replies * (given.rounds + 1) + SINGLES) // 2

    def ours(url: str, more: dict[str, object]) -> _How:
        return lambda relay: ("reply.py", "--serve", url, str(relay), str(pairs), json.dumps(more))

    def straight(file: str, key: str) -> _How:
        return lambda relay: ("straight.py", str(folder / file), str(relay), str(pairs), str(zone.port), key)

    asked: list[tuple[str, _How, tuple[Signer, ...], int]] = [
        ("light", ours(f"sqlite:{folder}/light.db", {}), (), 4),
        ("straight light", straight("straight_light.db", ""), (), 2),
        ("whole", ours(f"sqlite:{folder}/whole.db", checks), signers, 4),
        ("straight whole", straight("straight_whole.db", key), signers, 2),
    ]
    asked += [("elsewhere", ours(given.database, checks), signers, 4)] * bool(given.database)
    bare: Server = await asyncio.to_thread(stack.enter_context, serving("inbound.py", "--serve", "bare", ""))
    runs = []
    for name, how, theirs, letters in asked:
        people = People(given.program, theirs)
        relay = await Sink.listening(people.take)
        server, ready = await asyncio.to_thread(_ready, stack, how(relay))
        await people.until(letters * pairs)
        runs.append(_Run(name, people, server, ready))
    everyone = [f"{who}{n}@{at}" for n in range(pairs) for who, at in zip(("ann", "ben"), DOMAINS, strict=True)]
    for turn in range(given.rounds + 1):  # the first one warms up
        some = everyone[turn * given.replies : (turn + 1) * given.replies]
        for run in runs:
            mails = [run.people.reply(person, number) for number, person in enumerate(some, turn * given.replies)]
            idle = bare.cpu()
            base = len(some) / await sent(bare.port, mails, given.connections)
            idle, before = (bare.cpu() - idle) / len(some) * 1e6, run.server.cpu()
            rate = len(some) / await run.people.answer(run.server.port, mails, given.connections)
            cpu = (run.server.cpu() - before) / len(some) * 1e6
            if turn:
                run.rounds.append((rate, rate / base, cpu, idle / cpu))
    for run in runs:
        for number, person in enumerate(everyone[-SINGLES:], len(everyone)):
            mail = run.people.reply(person, number)
            run.took.append(await run.people.answer(run.server.port, [mail], 1) * 1000)
    plain = {run.name: [rate for rate, *_ in run.rounds] for run in runs}
    return [run.figures(plain.get(f"straight {run.name}")) for run in runs]


@dataclass
class _Run:
    """One service, and what was measured of it."""

    name: str
    people: People
    server: Server
    ready: float
    rounds: list[tuple[float, float, float, float]] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    def figures(self, straight: list[float] | None) -> dict[str, object]:
        """The medians; `straight` are the rates of the straightforward stack in the same rounds."""
        rates, ratios, cpus, shares = zip(*self.rounds, strict=True)
        took = sorted(self.took)
        return {
            "service": self.name,
            "replies/s": round(middle(rates), 1),
            "/ bare": round(middle(ratios), 3),
            "/ straight": round(middle([a / b for a, b in zip(rates, straight, strict=True)]), 2) if straight else "",
            "CPU µs": round(middle(cpus)),
            "by CPU": round(middle(shares), 3),
            "p50 ms": round(middle(took), 2),
            "p99 ms": round(took[-1 - SINGLES // 100], 2),
            "ready s": round(self.ready, 3),
            "resident MB": round(self.server.resident() / 1e6, 1),
        }


def _ready(stack: ExitStack, how: tuple[str, ...]) -> tuple[Server, float]:
    began: list[float] = []
    server = stack.enter_context(serving(*how, first=lambda line: began.append(float(line))))
    return server, began[0]


async def bench(given: argparse.Namespace, folder: Path) -> list[dict]:
    async with AsyncExitStack() as later:
        with ExitStack() as stack:
            return await measured(given, folder, stack, later)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--serve", nargs=4)
    options.add_argument("--replies", type=int, default=500)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--connections", type=int, default=50)
    options.add_argument("--program", default="plain")
    options.add_argument("--database", default="")
    given = options.parse_args()
    if given.serve:
        url, relay, count, more = given.serve
        return service(url, int(relay), int(count), json.loads(more))
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(bench(given, Path(folder)))
    table([list(found[0]), *(list(one.values()) for one in found)])
    asked = {"replies": given.replies, "connections": given.connections, "program": given.program}
    print(json.dumps({"bench": "reply", **asked, "load": os.getloadavg()[0], "rows": found}))
    return None


if __name__ == "__main__":
    main()
