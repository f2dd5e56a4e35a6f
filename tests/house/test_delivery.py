"""Letters on their way: slow destinations, lost replies, and what the operator is told."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pair import MAYA, Pair
from served import settings_for
from structlog.testing import capture_logs

from agent.advance import Matter
from agent.alliance.event import Started
from agent.log import configure
from agent.mail.envelope import Envelope
from agent.mail.reply import Reply
from agent.service import Service, opened
from agent.smtp.inbound import Inbound
from agent.store import outbox
from agent.store.database import Unavailable

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEAD = "dead.test"


@asynccontextmanager
async def relaying(tmp_path: Path, keep, clock=lambda: NOON) -> AsyncIterator[tuple[Service, Inbound]]:
    """A service, and the next hop of its letters, which keeps them so."""
    hop = Inbound(accepts=lambda *_: True, keep=keep, hostname="hop.test")
    made = settings_for(f"sqlite:{tmp_path / 'a.db'}", 2599, await hop.start())
    try:
        async with opened(made, now=clock) as service:
            service.delivery.patience_s = 0.05
            yield service, hop
    finally:
        await hop.stop()


async def owe(service: Service, addresses: Sequence[str]) -> None:
    """One letter to each of these."""
    matters = [
        Matter(n, Started(address, "Ann", "hi", "I would like to.", 0, "a")) for n, address in enumerate(addresses, 1)
    ]
    await service.delivery.advance.advance(matters, NOON)


async def listed(service: Service, state: str | None = None) -> list[outbox.Letter]:
    async with service.database.transaction() as c:
        return await outbox.listing(c, state, 1000)


@pytest.mark.row("R5")
async def test_one_dead_destination_of_twenty_holds_up_no_other(tmp_path: Path) -> None:
    """Its letters hang at the final dot for as long as we look; all others are there meanwhile."""
    came, alive = Counter[str](), asyncio.Event()

    async def keep(envelopes: Sequence[Envelope]) -> None:
        domain = envelopes[0].rcpt_to.partition("@")[2]
        if domain == DEAD:
            await alive.wait()
        came[domain] += 1

    async with relaying(tmp_path, keep) as (service, _):
        domains = [DEAD, *(f"d{n}.test" for n in range(1, 20))]
        await owe(service, [f"p{n}@{domain}" for n in range(10) for domain in domains])

        while sum(came.values()) < 190:
            await service.delivery.deliver(NOON)

        assert came == Counter({domain: 10 for domain in domains if domain != DEAD})
        while len(await listed(service, "sent")) < 190:
            await service.delivery.deliver(NOON)
        assert {x.rcpt.partition("@")[2] for x in await listed(service)} == {DEAD}

        alive.set()
        await service.settle()

        assert came[DEAD] == 10
        assert await listed(service) == []


@pytest.mark.row("R5")
async def test_many_letters_to_a_dead_destination_leave_room_for_others(tmp_path: Path) -> None:
    """They have been due for longer, and are more than are ever claimed."""
    came, never = Counter[str](), asyncio.Event()

    async def send(_mail_from: str, rcpt: str, _raw: bytes) -> Reply:
        if rcpt.endswith(f"@{DEAD}"):
            await never.wait()
        came[rcpt] += 1
        return Reply(250, "ok")

    async with relaying(tmp_path, None) as (service, _):
        service.delivery.send, service.delivery.patience_s = send, 0.01
        await owe(service, [f"p{n}@{DEAD}" for n in range(400)])
        for first in range(0, 400, 50):
            others = [
                Matter(n, Started(f"p{n}@d{n % 2}.test", "Ann", "hi", "Me", 0, "a"))
                for n in range(first + 1000, first + 1050)
            ]
            await service.delivery.advance.advance(others, NOON + timedelta(minutes=1))
        async with asyncio.timeout(90):
            while len(came) < 400:
                await service.delivery.deliver(NOON + timedelta(minutes=2))

        assert {address.partition("@")[2] for address in came} == {"d0.test", "d1.test"}
        never.set()
        await service.settle()
        assert len(came) == 800


@pytest.mark.row("R4")
async def test_a_lost_last_reply_sends_the_same_letter_again_and_never_another(tmp_path: Path) -> None:
    """Every first answer to a final dot is lost, though the letter was taken."""
    letters: dict[bytes, list[bytes]] = {}
    clock = [NOON]

    async def keep(envelopes: Sequence[Envelope]) -> None:
        raw = envelopes[0].raw
        found = re.search(rb"\r\nMessage-ID: (\S+)", raw)
        assert found
        copies = letters.setdefault(found[1], [])
        copies.append(raw)
        if len(copies) == 1:
            for connection in tuple(hop._open):
                connection.abort()

    async with relaying(tmp_path, keep, lambda: clock[0]) as (service, hop):
        await owe(service, [f"p{n}@a.test" for n in range(100)])
        await service.settle()
        assert {x.attempts for x in await listed(service)} == {1}
        while await listed(service):
            clock[0] += timedelta(hours=4)
            await service.settle()
        sent = await listed(service, "sent")

    assert len(sent) == len(letters) == 100
    assert all(len(copies) >= 2 and len(set(copies)) == 1 for copies in letters.values())


@pytest.mark.row("R5")
async def test_the_operator_hears_of_a_letter_that_waits_for_hours_and_of_one_that_is_given_up(pair: Pair) -> None:
    async def later(*_: object) -> Reply:
        return Reply(450, "4.2.1 greylisted")

    configure("warning", "json", sys.stderr)
    pair.play.service.delivery.send = later
    with capture_logs() as said:
        await pair.says(MAYA, "I hope we stay friends.")
        await pair.play.wait(timedelta(hours=3))
        assert said == []
        await pair.play.wait(timedelta(hours=6))

    assert {entry["event"] for entry in said} == {"letter_delayed"}
    [waiting] = await listed(pair.play.service)
    assert (waiting.reply, waiting.rcpt) == ("450 4.2.1 greylisted", MAYA.address)

    with capture_logs() as said:
        await pair.play.wait(timedelta(days=6))

    assert "letter_failed" in {entry["event"] for entry in said}
    assert waiting.number in {x.number for x in await listed(pair.play.service, "failed")}
    async with pair.play.service.database.transaction() as c:  # who has it sent again gives it as long once more
        await outbox.rerun(c, waiting.alliance_id, waiting.number, pair.play.service.now())
    await pair.play.wait(timedelta(days=4))
    assert waiting.number in {x.number for x in await listed(pair.play.service)}


async def test_a_letter_that_breaks_us_stops_no_other(tmp_path: Path) -> None:
    async def send(_mail_from: str, rcpt: str, _raw: bytes) -> Reply:
        if rcpt == "p1@a.test":
            raise ValueError
        return Reply(250, "ok")

    async with relaying(tmp_path, None) as (service, _):
        service.delivery.send = send
        await owe(service, [f"p{n}@a.test" for n in range(3)])
        await service.settle()

        assert [x.rcpt for x in await listed(service)] == ["p1@a.test"]
        assert len(await listed(service, "sent")) == 2


@pytest.mark.row("R4")
async def test_what_was_sent_and_could_not_be_noted_is_noted_later_and_not_sent_again(tmp_path: Path) -> None:
    sent = Counter[str]()

    async def send(_mail_from: str, rcpt: str, _raw: bytes) -> Reply:
        sent[rcpt] += 1
        await service.database._connection.execute_fetchall("PRAGMA query_only = ON")  # as if the disk were full
        return Reply(250, "ok")

    async with relaying(tmp_path, None) as (service, _):
        service.delivery.send = send
        await owe(service, ["p@a.test"])
        with pytest.raises(Unavailable):
            await service.settle()
        await service.database._connection.execute_fetchall("PRAGMA query_only = OFF")
        await service.settle()

        assert sent == {"p@a.test": 1}
        assert len(await listed(service, "sent")) == 1
