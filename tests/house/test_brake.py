"""Loops and abuse: machines that talk to each other, forged senders, and invitations as a weapon."""

import asyncio
import itertools
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from served import settings_for

from agent.advance import Matter, paced
from agent.alliance.event import Replied, Started
from agent.log import configure
from agent.mail.envelope import Envelope
from agent.mail.reply import Reply
from agent.service import Service, opened
from agent.settings import Service as Ours
from agent.smtp.relay import Relay
from agent.store import inbox, outbox

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MACHINES = rb"(?im)^(?:auto-submitted|x-auto-response-suppress|list-[a-z-]+|precedence|feedback-id)[^\r]*\r\n(?:[ \t][^\r]*\r\n)*"


@dataclass
class Clock:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


# ---------------------------------------------------------------- two of us


@dataclass
class Town:
    """Two services whose letters go to each other, and to nobody else; `strip` takes off what says that a machine wrote."""

    services: dict[str, Service]
    clock: Clock
    strip: bool
    letters: list[tuple[str, str]] = field(default_factory=list)

    def carrier(self, domain: str):
        """The next hop of one of them: MX of the other."""

        async def send(mail_from: str, rcpt: str, raw: bytes) -> Reply:
            there = self.services.get(rcpt.rpartition("@")[2])
            if there is None or there is self.services[domain]:
                return Reply(250, "ok")
            self.letters.append((mail_from, rcpt))
            raw = re.sub(MACHINES, b"", raw) if self.strip else raw
            relay = Relay("127.0.0.1", there.port, domain, "none")
            reply = await relay.send(mail_from, rcpt, raw)
            await relay.close()
            return reply

        return send

    async def goes_on(self) -> None:
        """Until neither has anything to do now."""
        while await self.services["a.test"].settle() + await self.services["b.test"].settle():
            pass


@asynccontextmanager
async def town(tmp_path: Path, *, strip: bool) -> AsyncIterator[Town]:
    configure("error", "json", sys.stderr)
    made = Town({}, Clock(), strip)
    async with AsyncExitStack() as stack:
        for domain in ("a.test", "b.test"):
            base = settings_for(f"sqlite:{tmp_path / domain}.db", 2599, 1)
            ours = Ours(
                domain=domain, contact="op@example.org", allow=("@a.test", "@b.test", "@c.test"), quiet_hours=(0, 0)
            )
            service = await stack.enter_async_context(opened(base.model_copy(update={"service": ours}), now=made.clock))
            service.inbound.port = 0
            service.port = await service.inbound.start()
            stack.push_async_callback(service.inbound.stop)
            service.delivery.send = made.carrier(domain)
            made.services[domain] = service
        yield made


@pytest.mark.row("T50", "T49")
@pytest.mark.parametrize("strip", [False, True], ids=["as they are", "without any header of machines"])
async def test_two_services_that_write_to_each_other_stop_at_once(tmp_path: Path, strip: bool) -> None:
    """Somebody invites the other service to an alliance, which knows of the first one as somebody who may start."""
    async with town(tmp_path, strip=strip) as made:
        advance = made.services["a.test"].delivery.advance
        first = "Bob (alliance@b.test) and I open a bakery."
        await advance.advance([Matter(1, Started("ann@c.test", "Ann", "hi", first, 0, "a"))], NOON)
        await advance.advance([Matter(1, Replied(1, "why", "We should be friends.", 0, "b"))], NOON)
        await advance.advance([Matter(1, Replied(1, "ready", "SEND", 0, "c"))], NOON)
        await made.goes_on()
        assert [rcpt for _, rcpt in made.letters] == ["alliance@b.test"]

        for _ in range(30):  # and then the reminder, and no more
            made.clock.at += timedelta(days=1)
            await made.goes_on()

        assert len(made.letters) == 2
        async with made.services["b.test"].database.transaction() as c:
            assert await outbox.listing(c, None, 10) == []


@pytest.mark.row("T50")
async def test_a_machine_that_answers_every_letter_is_braked_without_any_header(tmp_path: Path) -> None:
    """It answers from the registered address, at once, as a person would write."""
    configure("error", "json", sys.stderr)
    clock, sent, words = Clock(), [], itertools.count()
    async with opened(settings_for(f"sqlite:{tmp_path / 'a.db'}", 2599, 1), now=clock) as service:

        async def send(_mail_from: str, rcpt: str, raw: bytes) -> Reply:
            sent.append(clock.at)
            to = re.search(rb"\r\nReply-To:\s+(\S+)", raw)
            assert to
            said = f"From: <{rcpt}>\r\nTo: x\r\nSubject: Re: x\r\n\r\nTicket {next(words)} is open at our desk?\r\n"
            await service.keep([Envelope(rcpt, to[1].decode(), said.encode(), "")])
            return Reply(250, "ok")

        service.delivery.send = send
        await service.delivery.advance.advance([Matter(1, Started("bot@a.test", "Bot", "hi", "Hello", 0, "a"))], NOON)
        await service.settle()
        assert len(sent) == 60

        for _ in range(2 * 24 * 2):
            clock.at += timedelta(minutes=30)
            await service.settle()

        assert len(sent) <= 3 * 150
        for at in sent:
            assert sum(1 for x in sent if at <= x < at + timedelta(hours=1)) <= 60
            assert sum(1 for x in sent if at <= x < at + timedelta(days=1)) <= 150
        async with service.database.transaction() as c:  # the operator sees what waits, and why
            assert {x.reply for x in await outbox.listing(c, None, 10)} == {"waits: many letters at once"}


@given(st.lists(st.integers(0, 5000), max_size=60), st.integers(1, 5))
def test_a_pace_is_never_broken_and_nobody_waits_longer_than_it_takes(minutes: list[int], most: int) -> None:
    hour, went = timedelta(hours=1), []
    for minute in sorted(minutes):
        now = NOON + timedelta(minutes=minute)
        due = paced(went, most, hour, now)
        assert due >= now
        assert due == now or sum(1 for at in went if due - hour <= at) >= most
        went.append(due)

    for at in went:
        assert sum(1 for x in went if at <= x < at + hour) <= most


# ---------------------------------------------------------------- strangers


@pytest.mark.row("T53", "T13")
async def test_ten_thousand_forged_senders_get_no_mail(tmp_path: Path) -> None:
    """To the front door, to addresses that nobody ever wrote, and to guesses that look like them."""
    configure("error", "json", sys.stderr)
    async with opened(settings_for(f"sqlite:{tmp_path / 'a.db'}", 2599, 1), now=lambda: NOON) as service:
        service.inbound.port = 0
        port = await service.inbound.start()
        targets = ("alliance@alliance.test", "info@alliance.test", "alliance+a" + "b" * 39 + "@alliance.test")

        async def connection(start: int) -> int:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            lines = ["EHLO spam.test"]
            for n in range(start, start + 20):
                lines += [f"MAIL FROM:<victim{n}@v{n % 97}.test>", f"RCPT TO:<{targets[n % 3]}>", "DATA", "RSET"]
            writer.write(("\r\n".join(lines) + "\r\nQUIT\r\n").encode())
            said = (await reader.read(-1)).decode()
            writer.close()
            assert "354" not in said
            return len(re.findall(r"^55\d ", said, re.MULTILINE))

        refused = 0
        for start in range(0, 10_000, 400):
            refused += sum(await asyncio.gather(*(connection(n) for n in range(start, start + 400, 20))))
        await service.settle()
        await service.inbound.stop()

        assert refused == 10_000
        async with service.database.transaction() as c:
            assert await inbox.listing(c, None, 10) == []
            assert await outbox.listing(c, None, 10) == []


@pytest.mark.row("T53")
async def test_behind_a_mail_server_strangers_are_kept_from_by_silence(tmp_path: Path) -> None:
    configure("error", "json", sys.stderr)
    async with opened(settings_for(f"sqlite:{tmp_path / 'a.db'}", 2599, 1), now=lambda: NOON) as service:
        front = service.doors.front
        raws = [f"From: v{n}@v.test\r\nTo: {front}\r\nSubject: hi\r\n\r\nBen and I.\r\n".encode() for n in range(200)]
        await service.keep([Envelope(f"v{n}@v.test", front, raw, "") for n, raw in enumerate(raws)])
        await service.settle()

        async with service.database.transaction() as c:
            assert {k.outcome for k in await inbox.listing(c, None, 1000)} == {"stranger"}
            assert await outbox.listing(c, None, 10) == []


# ---------------------------------------------------------------- invitations as a weapon


@asynccontextmanager
async def inviting(tmp_path: Path) -> AsyncIterator[tuple[Service, Clock, list[str]]]:
    """A service that notes whom it invites."""
    configure("error", "json", sys.stderr)
    clock, invited = Clock(), []
    async with opened(settings_for(f"sqlite:{tmp_path / 'a.db'}", 2599, 1), now=clock) as service:

        async def send(_mail_from: str, rcpt: str, raw: bytes) -> Reply:
            if b"asked me to" in raw or b"victim" in rcpt.encode():
                invited.append(rcpt)
            return Reply(250, "ok")

        service.delivery.send = send
        yield service, clock, invited


async def invites(service: Service, number: int, host: str, guest: str, at: datetime) -> None:
    first = f"Ben ({guest}) and I open a bakery."
    advance = service.delivery.advance
    await advance.advance([Matter(number, Started(host, "Ann", "hi", first, 0, f"a{number}"))], at)
    await advance.advance([Matter(number, Replied(1, "why", "We should be friends.", 0, f"b{number}"))], at)
    await advance.advance([Matter(number, Replied(1, "ready", "SEND", 0, f"c{number}"))], at)


@pytest.mark.row("T54")
async def test_one_address_is_invited_so_often_in_a_day_and_no_more(tmp_path: Path) -> None:
    """By one person who takes the invitation back and sends it again, a hundred times."""
    async with inviting(tmp_path) as (service, clock, invited):
        await invites(service, 1, "ann@a.test", "victim@v.test", NOON)
        await service.settle()
        for n in range(20):
            to = "victim@v.test" if n % 2 else "other@o.test"
            for k, (about, text) in enumerate((("sent", f"REPLACE {to}"), ("ready", "SEND"))):
                cause = f"r{n}:{k}"
                await service.delivery.advance.advance([Matter(1, Replied(1, about, text, 0, cause))], clock.at)
            await service.settle()

        assert invited.count("victim@v.test") <= 2
        clock.at += timedelta(days=1)
        await service.settle()
        assert invited.count("victim@v.test") <= 4


@pytest.mark.row("T54")
async def test_one_person_invites_so_many_in_a_day_and_no_more(tmp_path: Path) -> None:
    async with inviting(tmp_path) as (service, clock, invited):
        service.delivery.advance.invitations_by_one = 8
        await invites(service, 1, "ann@a.test", "victim@v.test", NOON)
        await service.settle()
        for n in range(20):
            for k, (about, text) in enumerate((("sent", f"REPLACE victim{n}@v{n}.test"), ("ready", "SEND"))):
                await service.delivery.advance.advance([Matter(1, Replied(1, about, text, 0, f"r{n}:{k}"))], clock.at)
            await service.settle()
        for n in range(2, 20):  # and alliances of their own
            await invites(service, n, "ann@a.test", f"victim{n}@o{n}.test", NOON)
        await service.settle()

        assert len(invited) == 8
        async with service.database.transaction() as c:
            assert await c.fetch("SELECT COUNT(*) FROM alliances") == [(5,)]


@pytest.mark.row("T54")
async def test_the_addresses_of_one_domain_get_so_many_invitations_in_a_day_and_no_more(tmp_path: Path) -> None:
    async with inviting(tmp_path) as (service, _, invited):
        service.delivery.advance.invitations_to_domain = 10
        for n in range(15):
            await invites(service, n + 1, f"ann{n}@a.test", f"victim{n}@v.test", NOON)
        await service.settle()

        assert len(invited) == 10
