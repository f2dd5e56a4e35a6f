"""Replies through Postfix into PostgreSQL and letters out through Postfix, while each of the three is killed (R1).

Everything is what an operator would run, and what is killed is killed with SIGKILL: the service's process, all of Postfix
(smtpd, cleanup, the queue manager, lmtp and smtp) and all of PostgreSQL, with fsync on. What a server answered with 250 has
to be done exactly once, and each letter has to arrive at least once, always with the same bytes.
"""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtplib import SMTP, SMTPException
from engines import PostgreSQL, served_by_postgresql
from house.served import settings_for
from postfix import Postfix, postfix

from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.log import configure
from agent.mail.envelope import Envelope
from agent.service import Service, opened
from agent.smtp.inbound import Inbound
from agent.store import alliances, inbox, outbox

DOMAIN = "alliance.test"
DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_connections=40"
AT_ONCE = 40  # connections of the world to Postfix, which has a hundred processes for them
_TRACE = re.compile(rb"\A(?:Received:[^\n]*\n(?:[ \t][^\n]*\n)*)+")


class Sink:
    """The world behind Postfix: takes every letter, and remembers all of them without what Postfix wrote on top."""

    def __init__(self) -> None:
        self.letters: dict[str, list[bytes]] = defaultdict(list)
        self.inbound = Inbound(accepts=lambda *_: True, keep=self.keep, hostname="sink.test")

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            raw = _TRACE.sub(b"", e.raw)
            number = re.search(rb"\r\nMessage-ID:\s+(\S+)", raw)
            assert number
            self.letters[number[1].decode()].append(raw)


@dataclass
class Victim:
    """Something that is started, killed at any moment, and started again."""

    name: str
    start: Callable[[], Awaitable[None]]
    kill: Callable[[], Awaitable[None]]
    longest_s: float  # that it lives
    killed: int = 0

    async def storm(self, kills: int, chance: random.Random) -> None:
        """Kill it so often, and leave it running."""
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.02, self.longest_s))  # the moment of death, which is chance
            await self.kill()
            self.killed += 1
            await self.start()


@dataclass
class Storm:
    """The three, and what was said to them."""

    server: PostgreSQL
    mta: Postfix
    sink: Sink
    lmtp: int
    process: "asyncio.subprocess.Process | None" = None
    doors: dict[str, str] = field(default_factory=dict)  # where each person answers
    victims: tuple[Victim, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.victims = (
            Victim("service", self.serve, self.kill_service, 1.5),
            Victim("postgresql", lambda: asyncio.to_thread(_again, self.server.up), self._kill_server, 4),
            Victim("postfix", lambda: asyncio.to_thread(_again, self.mta.start), self._kill_mta, 8),
        )

    async def serve(self) -> None:
        """Start the service, again where the database was killed under it while it did."""
        script = Path(__file__).parents[1] / "house/served.py"
        command = [str(script), self.server.url, str(self.lmtp), str(self.mta.submission), "lmtp"]
        paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
        while True:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, *command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | paths
            )
            assert self.process.stdout
            if await self.process.stdout.readline():
                return
            await self.process.wait()

    async def kill_service(self) -> None:
        assert self.process
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def _kill_server(self) -> None:
        self.server.kill()

    async def _kill_mta(self) -> None:
        os.killpg(int((self.mta.folder / "queue/pid/master.pid").read_text()), signal.SIGKILL)

    @asynccontextmanager
    async def service(self, now: Callable[[], datetime] | None = None) -> AsyncIterator[Service]:
        """The service in this process, beside nobody."""
        chosen = settings_for(self.server.url, self.lmtp, self.mta.submission, "lmtp")
        async with opened(chosen, now=now) as service:
            yield service

    async def prepare(self, pairs: int) -> None:
        """Pairs that have said yes and have their first prompt open."""
        now = datetime.now(UTC)
        async with self.service() as service:
            for n in range(1, pairs + 1):
                ben = f"ben{n}@b{n % 50}.test"
                events = [
                    Started(f"ann{n}@a.test", "Ann", "hi", f"Ben ({ben}) and I open a bakery.", 0, f"start:{n}"),
                    Replied(1, "why", "I want us to be friends in five years.", 0, f"why:{n}"),
                    Replied(1, "ready", "SEND", 0, f"send:{n}"),
                    Replied(2, "invitation", "Yes", 0, f"yes:{n}"),
                ]
                await service.delivery.advance.advance([Matter(n, event) for event in events], now)
            await service.settle()
            async with service.database.transaction() as c:
                asked = "SELECT rcpt, alliance_id, number FROM outbox WHERE about = 'prompt:hopes'"
                self.doors = {to: service.doors.reply_address(*letter) for to, *letter in await c.fetch(asked)}

    async def replies(self, rounds: int) -> None:
        """Everybody's replies, one after the other: each until Postfix says 250."""
        free = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._replies(person, rounds, free) for person in self.doors))

    async def _replies(self, person: str, rounds: int, free: asyncio.Semaphore) -> None:
        for n in range(rounds):
            head = f"From: {person}\r\nTo: {self.doors[person]}\r\nSubject: Re: x\r\nMessage-ID: <{n}.{person}>"
            raw = f"{head}\r\n\r\n{said(person, n)}\r\n".encode()
            taken = False
            while not taken:
                async with free:
                    try:
                        async with SMTP(hostname="127.0.0.1", port=self.mta.port, start_tls=False, timeout=20) as client:
                            await client.sendmail(person, [self.doors[person]], raw)
                        taken = True
                    except (SMTPException, OSError):
                        await asyncio.sleep(0.1)  # the world's own time

    async def settle(self) -> None:
        """Let what is left come to its end, hour after hour, until nothing is on its way any more."""
        await until(lambda: not self.mta.queued)
        await self.kill_service()
        later = timedelta()
        async with self.service(lambda: datetime.now(UTC) + later) as service:
            async with service.database.transaction() as c:  # who held these is dead
                await inbox.release(c)
                await outbox.release(c, service.now())
            for later in (timedelta(hours=n) for n in range(5)):
                await service.settle()
                await until(lambda: not self.mta.queued)

    async def found(self, rounds: int) -> dict[str, object]:
        """What came of it, as somebody wants to read it."""
        async with self.service() as service, service.database.transaction() as c:
            ids = [number for (number,) in await c.fetch("SELECT id FROM alliances")]
            loaded = await alliances.load(c, ids)
            states = dict(await c.fetch("SELECT state, COUNT(*) FROM inbox GROUP BY state"))
            sent = {number for (number,) in await c.fetch("SELECT message_id FROM outbox WHERE state = 'sent'")}
            owed = await c.fetch("SELECT state, reply FROM outbox WHERE state NOT IN ('sent', 'withdrawn')")
        people = self.doors
        heard: dict[str, list[str]] = {person: [] for person in people}
        for alliance in loaded.values():
            for a in alliance.answers:
                if a.prompt == "hopes":
                    heard[alliance.participant(a.participant).address].append(a.text)
        expected = {person: {said(person, n) for n in range(rounds)} for person in people}
        return {
            "replies": len(people) * rounds,
            "killed": {victim.name: victim.killed for victim in self.victims},
            "lost": sum(len(expected[p] - set(heard[p])) for p in people),
            "doubled": sum(len(heard[p]) - len(set(heard[p])) for p in people),
            "strange": sum(len(set(heard[p]) - expected[p]) for p in people),
            "inbox": states,
            "letters": len(self.sink.letters),
            "letters lost": len(sent - self.sink.letters.keys()),
            "letters owed": owed[:5],
            "letters twice, the same": sum(len(copies) - 1 for copies in self.sink.letters.values()),
            "letters twice, changed": sum(len(set(copies)) > 1 for copies in self.sink.letters.values()),
        }


def said(person: str, n: int) -> str:
    return f"{person} hopes for round {n}."


async def until(condition: Callable[[], bool], seconds: float = 600) -> None:
    """Wait for other processes, which tell nobody."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


def _again(start: Callable[[], None], seconds: float = 60) -> None:
    """Start it; what was killed may still be going, and is waited for."""
    end = time.monotonic() + seconds
    while True:
        try:
            start()
        except subprocess.SubprocessError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)  # other processes, which tell nobody
        else:
            return


async def storm(folder: Path, free_port: Callable[[], int], replies: int, kills: int, rounds: int, seed: int) -> dict:
    """So many replies under so many kills, and what came of it."""
    configure("error", "json", sys.stderr)
    began, lmtp, sink, chance = time.monotonic(), free_port(), Sink(), random.Random(seed)
    with (
        served_by_postgresql(DURABLE) as server,
        postfix(folder / "p", await sink.inbound.start(), lmtp, free_port, DOMAIN) as mta,
    ):
        found = Storm(server, mta, sink, lmtp)
        await found.prepare(max(1, replies // (2 * rounds)))
        await found.serve()
        shares = {"service": kills - 2 * (kills // 4), "postgresql": kills // 4, "postfix": kills // 4}
        storming = [asyncio.create_task(v.storm(shares[v.name], chance)) for v in found.victims]
        await found.replies(rounds)
        await asyncio.gather(*storming)
        await found.settle()
        result = await found.found(rounds)
    await sink.inbound.stop()
    return result | {"seconds": round(time.monotonic() - began)}
