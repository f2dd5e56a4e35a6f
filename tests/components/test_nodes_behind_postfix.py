"""One Postfix, three nodes of `alliance serve`, one PostgreSQL; nodes are killed and added while replies flow."""

import asyncio
import os
import re
import smtplib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engines import PostgreSQL, postgresql, url  # noqa: F401
from postfix import SAMPLES, postfix
from test_postfix import DOMAIN, free_port

from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.mail.address import Doors
from agent.mail.envelope import Envelope
from agent.service import opened
from agent.settings import load
from agent.smtp.inbound import Inbound
from agent.store import alliances, inbox
from agent.store.database import Database, open_database

PAIRS, REPLIES = 6, 4
KEY = "6b" * 32
PATIENCE = 120
SETTINGS = """
[service]
domain = "{domain}"
contact = "op@example.org"
allow = ["@a.test"]
quiet_hours = [0, 0]
[database]
url = "{url}"
lease_s = 16
[dns]
timeout_s = 1
[trust]
require = "registered"
[inbound]
protocol = "lmtp"
port = {port}
[relay]
port = {relay}
"""


@dataclass
class World:
    """Where letters end: all copies of each, without what Postfix wrote on top."""

    letters: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            number = re.search(rb"\r\nMessage-ID: (\S+)", e.raw)
            assert number
            self.letters[number[1].decode()].append(re.sub(rb"\AReceived:.*?\r\n(?=\S)", b"", e.raw, flags=re.DOTALL))


@dataclass
class Nodes:
    """The nodes, each a process of its own."""

    folder: Path
    url: str
    relay: int
    running: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)

    def config(self, port: int) -> Path:
        path = self.folder / f"{port}.toml"
        path.write_text(SETTINGS.format(domain=DOMAIN, url=self.url, port=port, relay=self.relay), "utf-8")
        return path

    async def start(self, port: int) -> None:
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SAMPLES.parents[1]),
            "ALLIANCE_CONFIG": str(self.config(port)),
            "ALLIANCE_KEY": KEY,
        }
        with (self.folder / f"{port}.log").open("ab") as log:
            command = (sys.executable, "-m", "agent.cli", "serve")
            self.running[port] = await asyncio.create_subprocess_exec(*command, env=env, stderr=log, stdout=log)
        async with asyncio.timeout(PATIENCE):
            while f"listening on port {port}" not in (self.folder / f"{port}.log").read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.1)  # it is a process of its own

    async def kill(self, port: int) -> None:
        process = self.running.pop(port)
        process.kill()
        await process.wait()
        (self.folder / f"{port}.log").rename(self.folder / f"{port}.dead")

    async def end(self) -> None:
        for port in tuple(self.running):
            await self.kill(port)


def spread(ports: Sequence[int]) -> str:
    """The lines of config/postfix/nodes.cf for nodes on this machine."""
    sample = (SAMPLES / "nodes.cf").read_text("utf-8").replace("alliance.example.org", DOMAIN)
    for address, port in zip(("10.0.0.1", "10.0.0.2", "10.0.0.3"), ports, strict=True):
        sample = sample.replace(f"[{address}]:8024", f"[127.0.0.1]:{port}")
    assert sample.count("[127.0.0.1]:") == 9
    return sample


async def asked(path: Path) -> None:
    """Pairs that have said yes; the nodes send the first prompt."""
    async with opened(load(path, {"ALLIANCE_KEY": KEY})) as service:
        for n in range(1, PAIRS + 1):
            events = [
                Started(f"ann{n}@a.test", "Ann", "hi", f"Ben (ben{n}@b.test) and I open a bakery.", 0, f"start:{n}"),
                Replied(1, "why", "I want us to be friends in five years.", 0, f"why:{n}"),
                Replied(1, "ready", "SEND", 0, f"send:{n}"),
                Replied(2, "invitation", "Yes", 0, f"yes:{n}"),
            ]
            await service.intake.advance.advance([Matter(n, event) for event in events], datetime.now(UTC))


async def persist(port: int, person: str, to: str, number: int) -> None:
    """Hand a reply to Postfix as another server does: until it says 250."""
    raw = f"From: {person}\r\nTo: {to}\r\nSubject: Re: x\r\nMessage-ID: <{number}.{person}>\r\n\r\n{said(person, number)}\r\n"

    def hand_in() -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
                client.sendmail(person, [to], raw.encode())
        except (smtplib.SMTPException, OSError):
            return False
        return True

    while not await asyncio.to_thread(hand_in):  # noqa: ASYNC110
        await asyncio.sleep(0.3)  # as a server that comes again


def said(person: str, number: int) -> str:
    return f"{person} hopes for the number {number}."


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Database]:  # noqa: F811
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.close()


async def prompted(database: Database) -> dict[str, str]:
    """To which address each person answers the first prompt."""
    doors = Doors(DOMAIN, (bytes.fromhex(KEY),))
    async with database.transaction() as c:
        found = await c.fetch("SELECT rcpt, alliance_id, number FROM outbox WHERE about = 'prompt:hopes'")
    return {rcpt: doors.reply_address(alliance, number) for rcpt, alliance, number in found}


async def until_kept(database: Database, person: str, count: int) -> None:
    """Until so many mails of this person have been answered with 250 by a node."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.transaction() as c:
                [(kept,)] = await c.fetch("SELECT COUNT(*) FROM inbox WHERE mail_from = $1", person)
            if kept == count:
                return
            await asyncio.sleep(0.1)  # the nodes are processes of their own


async def until_done(database: Database, count: int) -> None:
    """Until so many mails are dealt with, and no letter is owed."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.transaction() as c:
                [(done,)] = await c.fetch("SELECT COUNT(*) FROM inbox WHERE state = 'done'")
                [(owed,)] = await c.fetch("SELECT COUNT(*) FROM outbox WHERE settled_at IS NULL")
            if (done, owed) == (count, 0):
                return
            await asyncio.sleep(0.2)  # the nodes are processes of their own


@pytest.mark.row("R1")
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_nodes_come_and_go_and_no_reply_is_lost_doubled_or_out_of_order(folder: Path, url: str) -> None:  # noqa: F811
    world = World()
    carrier = Inbound(accepts=lambda *_: True, keep=world.keep, hostname="carrier.test")
    one, two, three, four = (free_port() for _ in range(4))
    async with AsyncExitStack() as stack:
        lines = spread((one, two, three))
        server = stack.enter_context(
            postfix(folder / "p", await carrier.start(), one, free_port, DOMAIN, {"main": lines})
        )
        stack.push_async_callback(carrier.stop)
        nodes = Nodes(folder, url, server.submission)
        stack.push_async_callback(nodes.end)
        await asked(nodes.config(one))
        await asyncio.gather(*map(nodes.start, (one, two, three)))
        database = await stack.enter_async_context(reading(url))
        people = [f"{who}{n}@{at}.test" for n in range(1, PAIRS + 1) for who, at in (("ann", "a"), ("ben", "b"))]
        await until_done(database, 0)
        prompts = await prompted(database)

        async def answers(person: str) -> None:
            for number in range(REPLIES):
                await persist(server.port, person, prompts[person], number)
                await until_kept(database, person, number + 1)  # what comes at once on two nodes has no order

        flowing = asyncio.gather(*map(answers, people))
        await asyncio.sleep(1)
        await nodes.kill(one)
        await nodes.start(four)
        changed = spread((four, two, three)).partition("transport_maps =")[2].partition("\n\n")[0]
        await asyncio.to_thread(server.set, "transport_maps = " + " ".join(changed.split()))
        await nodes.kill(two)
        await nodes.start(two)
        await flowing
        await nodes.kill(three)
        await until_done(database, len(people) * REPLIES)

        async with database.transaction() as c:
            kept = await inbox.listing(c, None, 1000)
            loaded = await alliances.load(c, range(1, PAIRS + 1))
            letters = {number for (number,) in await c.fetch("SELECT message_id FROM outbox WHERE state = 'sent'")}
    assert {row.outcome for row in kept} == {"replied"}
    assert len(kept) == len(people) * REPLIES
    for alliance in loaded.values():
        for p in alliance.participants:  # in the order in which they came
            found = [a.text for a in alliance.answers if (a.prompt, a.participant) == ("hopes", p.number)]
            assert found == [said(p.address, n) for n in range(REPLIES)]
    assert letters == set(world.letters)
    assert all(len(set(copies)) == 1 for copies in world.letters.values())
