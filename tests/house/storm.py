"""Replies while the service, and what else stands around it, is killed with SIGKILL at any moment (R1).

What was answered with 250 has to be done exactly once, and each letter has to arrive at least once, always with the same
bytes. A test says what stands around: nothing, or Postfix on both sides and a PostgreSQL of its own.
"""

import asyncio
import os
import random
import re
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
from house.served import settings_for

from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.log import configure
from agent.mail.envelope import Envelope
from agent.service import Service, opened
from agent.smtp.inbound import Inbound
from agent.store import alliances, inbox, outbox

AT_ONCE = 40  # connections of the world, of which Postfix serves a hundred
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
    """The service as a process of its own, and what was said to it."""

    url: str
    port: int  # at which the service takes mail
    relay: int  # to which it hands letters
    sink: Sink
    protocol: str = "smtp"
    world: int = 0  # the port at which the world hands its mail in, where that is another server's
    waiting: Callable[[], int] = int  # how many messages that server still has
    process: "asyncio.subprocess.Process | None" = None
    doors: dict[str, str] = field(default_factory=dict)  # where each person answers
    took_s: list[float] = field(default_factory=list)  # each reply that was taken, at its last attempt
    resident_mb: list[float] = field(default_factory=list)  # of the service, as often

    async def rage(
        self,
        replies: int,
        rounds: int,
        kills: Sequence[int],
        others: Sequence[Victim] = (),
        *,
        longest_s: float = 0.5,
        begins: Callable[[], bool] = lambda: True,
        seed: int = 7,
    ) -> dict[str, object]:
        """So many replies while each is killed so often, the service first; what came of it.

        `longest_s` is how long the service lives at most, once it takes mail. Replies come once `begins` is true.
        """
        configure("error", "json", sys.stderr)
        began, chance = time.monotonic(), random.Random(seed)
        await self._prepare(max(1, replies // (2 * rounds)))
        await self._serve()
        await until(begins)
        victims = (Victim("service", self._serve, self._kill, longest_s), *others)
        storming = [asyncio.create_task(v.storm(n, chance)) for v, n in zip(victims, kills, strict=True)]
        await self._replies(rounds)
        await asyncio.gather(*storming)
        await self._settle()
        killed = {victim.name: victim.killed for victim in victims}
        return {"killed": killed, **await self._found(rounds), "seconds": round(time.monotonic() - began)}

    async def _serve(self) -> None:
        """Start the service, again where the database was killed under it while it did."""
        script = str(Path(__file__).with_name("served.py"))
        command = [sys.executable, script, self.url, str(self.port), str(self.relay), self.protocol]
        paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
        while True:
            self.process = await asyncio.create_subprocess_exec(
                *command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | paths
            )
            assert self.process.stdout
            if await self.process.stdout.readline():
                return
            await self.process.wait()

    async def _kill(self) -> None:
        assert self.process
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    @asynccontextmanager
    async def _service(self, now: Callable[[], datetime] | None = None) -> AsyncIterator[Service]:
        """The service in this process, beside nobody."""
        async with opened(settings_for(self.url, self.port, self.relay, self.protocol), now=now) as service:
            yield service

    async def _prepare(self, pairs: int) -> None:
        """Pairs that have said yes and have their first prompt open."""
        now = datetime.now(UTC)
        async with self._service() as service:
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

    async def _replies(self, rounds: int) -> None:
        """Everybody's replies, one after the other: each until somebody says 250."""
        free = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._writes(person, rounds, free) for person in self.doors))

    async def _writes(self, person: str, rounds: int, free: asyncio.Semaphore) -> None:
        for n in range(rounds):
            head = f"From: {person}\r\nTo: {self.doors[person]}\r\nSubject: Re: x\r\nMessage-ID: <{n}.{person}>"
            raw = f"{head}\r\n\r\n{said(person, n)}\r\n".encode()
            taken = False
            while not taken:
                async with free:
                    began = time.monotonic()
                    try:
                        async with SMTP(
                            hostname="127.0.0.1", port=self.world or self.port, start_tls=False, timeout=20
                        ) as client:
                            await client.sendmail(person, [self.doors[person]], raw)
                        taken = True
                        self.took_s.append(time.monotonic() - began)
                        self.resident_mb.append(self._resident())
                    except (SMTPException, OSError):
                        await asyncio.sleep(0.1)  # the world's own time

    def _resident(self) -> float:
        assert self.process
        with suppress(OSError):  # it is being started again
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        return 0

    async def _settle(self) -> None:
        """Let what is left come to its end, hour after hour, until nothing is on its way any more."""
        await until(lambda: not self.waiting())
        await self._kill()
        hours = [0]
        async with self._service(lambda: datetime.now(UTC) + timedelta(hours=hours[0])) as service:
            async with service.database.transaction() as c:  # who held these is dead
                await inbox.release(c)
                await outbox.release(c, service.now())
            for hours[0] in range(5):
                await service.settle()
                await until(lambda: not self.waiting())

    async def _found(self, rounds: int) -> dict[str, object]:
        """What came of it, as somebody wants to read it."""
        async with self._service() as service, service.database.transaction() as c:
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
            "lost": sum(len(expected[p] - set(heard[p])) for p in people),
            "doubled": sum(len(heard[p]) - len(set(heard[p])) for p in people),
            "strange": sum(len(set(heard[p]) - expected[p]) for p in people),
            "inbox": states,
            "99 of 100 within s": round(sorted(self.took_s)[len(self.took_s) * 99 // 100], 1),
            "MB half way": round(self.resident_mb[len(self.resident_mb) // 2]),
            "MB at the end": round(self.resident_mb[-1]),
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
        while not condition():  # noqa: ASYNC110 - it is other processes that are waited for
            await asyncio.sleep(0.05)


def wrong(found: dict[str, object]) -> list[str]:
    """What must not be in what came of it."""
    never = ("lost", "doubled", "strange", "letters lost", "letters owed", "letters twice, changed")
    return [what for what in never if found[what]] + ["inbox"] * (found["inbox"] != {"done": found["replies"]})
