"""SIGKILL at any moment: what was answered with 250 is done exactly once; letters go out at least once, unchanged (R1)."""

import asyncio
import random
import re
import socket
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtplib import SMTP, SMTPException
from served import settings_for

from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.mail.envelope import Envelope
from agent.service import Service, opened
from agent.smtp.inbound import Inbound
from agent.store import alliances, inbox, outbox

PAIRS = 20
KILLS = 5


class Sink:
    """The next hop: accepts every letter, and remembers all of them."""

    def __init__(self) -> None:
        self.letters: dict[str, list[bytes]] = defaultdict(list)
        self.address: dict[str, str] = {}
        self.arrived = asyncio.Event()
        self.inbound = Inbound(accepts=lambda *_: True, keep=self.keep, hostname="sink.test")

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            found = re.search(rb"\r\nMessage-ID: (\S+)", e.raw)
            to = re.search(rb"\r\nReply-To:\s+(\S+)", e.raw)
            assert found
            assert to
            self.letters[found[1].decode()].append(e.raw)
            self.address[e.rcpt_to] = to[1].decode()
        self.arrived.set()


async def prepared(service: Service, pairs: int = PAIRS) -> None:
    """Pairs that have said yes and have their first prompt open."""
    now = datetime.now(UTC)
    for n in range(1, pairs + 1):
        events = [
            Started(f"ann{n}@a.test", "Ann", "hi", f"Ben (ben{n}@b.test) and I open a bakery.", 0, f"start:{n}"),
            Replied(1, "why", "I want us to be friends in five years.", 0, f"why:{n}"),
            Replied(1, "ready", "SEND", 0, f"send:{n}"),
            Replied(2, "invitation", "Yes", 0, f"yes:{n}"),
        ]
        await service.delivery.advance.advance([Matter(n, event) for event in events], now)
    await service.settle()


async def persist(person: str, to: str, port: int, said: str = "the best") -> None:
    """Send one reply as an MTA does: until somebody says 250."""
    raw = (
        f"From: {person}\r\nTo: {to}\r\nSubject: Re: x\r\nMessage-ID: <{said}.{person}>\r\n\r\n{person} hopes for {said}.\r\n"
    ).encode()
    while True:
        try:
            async with SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=10) as client:
                await client.sendmail(person, [to], raw)
        except (SMTPException, OSError):
            await asyncio.sleep(0.02)  # the world's own time: the process is being started again
        else:
            return


async def storm(url: str, port: int, relay: int, done: asyncio.Event, most: int = KILLS) -> int:
    """Start the service, kill it, and again, until all is sent; how often it was killed."""
    kills = 0
    chance = random.Random(7)
    while not done.is_set():
        command = [sys.executable, str(Path(__file__).with_name("served.py")), url, str(port), str(relay)]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout
        await process.stdout.readline()
        if kills < most:
            await asyncio.sleep(chance.uniform(0.02, 0.15))
            kills += 1
        else:
            await done.wait()
        process.kill()
        await process.wait()
    return kills


@pytest.mark.row("R1")
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the test's own client, cut off while connecting
async def test_no_reply_is_lost_or_done_twice_when_the_service_is_killed(url: str) -> None:
    sink = Sink()
    relay = await sink.inbound.start()
    port = free_port()
    async with opened(settings_for(url, port, relay)) as service:
        await prepared(service)
    people = dict(sink.address)
    before = len(sink.letters)
    done = asyncio.Event()
    storming = asyncio.create_task(storm(url, port, relay, done))

    async with asyncio.timeout(120):
        await asyncio.gather(*(persist(person, to, port) for person, to in people.items()))
        done.set()
        assert await storming >= 1

    async with opened(settings_for(url, port, relay)) as service:
        async with (
            service.database.transaction() as c
        ):  # who held these is dead; else their lease would have to run out
            await inbox.release(c)
            await outbox.release(c, service.now())
            loaded = await alliances.load(c, range(1, PAIRS + 1))
        await service.settle()
        async with service.database.transaction() as c:
            loaded = await alliances.load(c, range(1, PAIRS + 1))
    await sink.inbound.stop()
    for alliance in loaded.values():
        said = [(a.participant, a.text) for a in alliance.answers if a.prompt == "hopes"]
        assert sorted(said) == [(p.number, f"{p.address} hopes for the best.") for p in alliance.participants]
    assert all(len(set(copies)) == 1 for copies in sink.letters.values())
    assert len(sink.letters) == before + 2 * PAIRS


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
