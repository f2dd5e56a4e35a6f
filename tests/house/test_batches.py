"""What a batch holds together: people, caps, faults, and what is erased. On both engines, with a fake next hop."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from served import settings_for

from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.alliance.model import Alliance
from agent.log import configure
from agent.loops import Bell
from agent.mail.envelope import Envelope
from agent.mail.reply import Reply
from agent.service import Service, opened
from agent.store import alliances, inbox, outbox, tallies
from agent.store.database import micros

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN, BEN, CY = "ann@a.test", "ben@b.test", "cy@b.test"
WHY = "I want us to be friends in five years."
BROKEN = "broken@1"  # a flow that cannot be read: every event of its alliance raises


@dataclass
class House:
    """The house with a next hop that notes each letter and answers as it is told."""

    service: Service
    now: datetime = NOON
    answers: dict[str, Reply] = field(default_factory=dict)
    doors: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    async def send(self, _mail_from: str, rcpt: str, raw: bytes) -> Reply:
        found = re.search(rb"\r\nReply-To:\s+(\S+)", raw)
        assert found
        self.doors[rcpt] = found[1].decode()
        self.sent.append((rcpt, raw))
        return self.answers.get(rcpt, Reply(250, "2.0.0 ok"))

    async def advance(self, *matters: Matter) -> None:
        await self.service.delivery.advance.advance(matters, NOON)

    async def writes(self, person: str, text: str, to: str = "", trace: bytes = b"") -> None:
        """Keep a mail without taking it yet: to the last letter, unless `to` says otherwise."""
        to = to or self.doors[person]
        head = f"From: <{person}>\r\nTo: <{to}>\r\nSubject: Re: x\r\nMessage-ID: <{len(text)}.{person}>\r\n\r\n"
        await self.service.keep([Envelope(person, to, trace + head.encode() + text.encode() + b"\r\n", "192.0.2.7")])

    async def says(self, person: str, text: str, to: str = "") -> None:
        await self.writes(person, text, to)
        await self.service.settle()

    async def invited(self, number: int, host: str = ANN, guest: str = BEN) -> None:
        """An alliance whose invitation is ready to go."""
        first = f"Ben ({guest}) and I open a bakery."
        await self.advance(Matter(number, Started(host, "Ann", "hi", first, 0, "a")))
        await self.advance(Matter(number, Replied(1, "why", WHY, 0, "b")))

    async def asking(self, number: int, host: str = ANN, guest: str = BEN) -> None:
        """An alliance in which both have said yes."""
        await self.invited(number, host, guest)
        await self.advance(Matter(number, Replied(1, "ready", "SEND", 0, "c")))
        await self.advance(Matter(number, Replied(2, "invitation", "Yes", 0, "d")))

    async def breaks(self, number: int) -> None:
        """Have every event of this alliance raise."""
        async with self.service.database.transaction() as c:
            await alliances.put_flow(c, BROKEN, "")
            found = (await alliances.load(c, [number]))[number]
            await alliances.save(c, [(replace(found, flow=BROKEN), NOON)])

    async def all(self) -> list[Alliance]:
        async with self.service.database.transaction() as c:
            ids = [s.id for s in await alliances.listing(c, 100)]
            return list((await alliances.load(c, ids)).values())

    async def fetch(self, sql: str) -> list[tuple]:
        async with self.service.database.transaction() as c:
            return await c.fetch(sql)


@pytest.fixture
async def house(url: str) -> AsyncIterator[House]:
    configure("error", "json", sys.stderr)
    clock: list[House] = []
    async with opened(settings_for(url, 2599, 1), now=lambda: clock[0].now if clock else NOON) as service:
        found = House(service)
        clock.append(found)
        service.delivery.send = found.send
        yield found


# ---------------------------------------------------------------- people and caps


async def test_two_alliances_in_one_batch_both_keep_what_they_learn_about_a_person(house: House) -> None:
    await house.asking(1)
    await house.asking(2, guest=CY)

    await house.advance(
        Matter(1, Replied(1, "prompt:hopes", "I hope we stay friends.", 3600, "x")),
        Matter(2, Replied(1, "prompt:hopes", "I hope we find out who decides.", None, "x")),
    )

    async with house.service.database.transaction() as c:
        assert (await alliances.people(c, [ANN]))[ANN].offset_s == 3600


async def test_whoever_is_invited_stays_the_person_that_other_alliances_know(house: House) -> None:
    """The invitation goes out in the message that first names the address, also in one batch with the start."""
    await house.asking(1)
    async with house.service.database.transaction() as c:
        await c.execute(
            "UPDATE people SET zone = 'Asia/Tokyo', language = 'de', also = 'b@x.test' WHERE address = $1", BEN
        )
        before = await alliances.people(c, [BEN])
    await house.advance(
        Matter(2, Started("dora@a.test", "Dora", "hi", f"Bernie ({BEN}) and I open a bakery.", 0, "a")),
        Matter(2, Replied(1, "why", WHY, 0, "b")),
        Matter(2, Replied(1, "ready", "SEND", 0, "c")),
    )

    async with house.service.database.transaction() as c:
        assert await alliances.people(c, [BEN]) == before
        [letter] = [x for x in await outbox.listing(c, "queued", 9) if x.about == "invitation"]
    assert letter.rcpt == BEN


@pytest.mark.row("T54")
async def test_the_cap_on_starts_counts_the_batch_too(house: House) -> None:
    await house.advance(*(Matter(n, Started(ANN, "Ann", "hi", "I would like to.", 0, "a")) for n in range(1, 21)))

    assert len(await house.all()) == 5


@pytest.mark.row("T54", "T72")
async def test_whoever_has_themselves_forgotten_starts_no_more_than_others(house: House) -> None:
    for n in range(8):
        await house.says(ANN, f"Ben (ben{n}@b{n}.test) and I open a bakery.", house.service.doors.front)
        for words in (WHY, "SEND", "DELETE", "DELETE NOW"):
            await house.says(ANN, words)

    assert len([to for to, _ in house.sent if to.startswith("ben")]) == 5
    house.now += timedelta(days=1)
    await house.says(ANN, f"Ben ({BEN}) and I open a bakery.", house.service.doors.front)
    assert house.sent[-1][0] == ANN


@pytest.mark.row("T54", "decision 14")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("by", ["", ANN])
async def test_a_team_writes_to_nobody_who_wants_no_letters(house: House, by: str, *, late: bool) -> None:
    """Neither when it is sent after all, nor when an address is mended, also once the team has begun."""
    asked, never = [f"{name}@b.test" for name in ("ben", "cy", "dee")], ["eve@e.test", "fay@e.test"]
    people = ", ".join(f"{a.partition('@')[0].title()} <{a}>" for a in (*asked, never[0]))
    first = f"I'd like our project team to make a team alliance: {people}."
    await house.says(ANN, first, house.service.doors.front)
    for words in ("TEAM", WHY):
        await house.says(ANN, words)
    async with house.service.database.transaction() as c:
        for address in never:
            await alliances.refuse(c, house.service.delivery.advance._digest(by, address), house.now)

    await house.says(ANN, "SEND")
    assert b"Who is in your team?" in house.sent[-1][1]
    for words in ("That is all.", "SEND"):
        await house.says(ANN, words)
    for person in asked[:2] if late else ():
        await house.says(person, "YES")
    await house.says(ANN, f"Dee's address is Dee <{never[1]}>")

    assert b"About Dee" in house.sent[-1][1]
    assert {to for to, _ in house.sent} == {ANN, *asked}


@pytest.mark.row("T54")
async def test_the_cap_on_invitations_to_one_address_counts_the_batch_too(house: House) -> None:
    for n in range(1, 5):
        await house.invited(n, host=f"ann{n}@a.test")

    await house.advance(*(Matter(n, Replied(1, "ready", "SEND", 0, "c")) for n in range(1, 5)))

    assert sorted(a.phase for a in await house.all()) == ["invited", "invited", "setup", "setup"]


# ---------------------------------------------------------------- faults


async def owe(house: House, number: int, rcpt: str = BEN) -> None:
    async with house.service.database.transaction() as c:
        letter = outbox.Letter(
            number, 900, 2, "invitation", rcpt, "b@x", f"<{number}@x>", "s", "w", b"\r\nReply-To: a@b\r\n", NOON, NOON
        )
        await outbox.put(c, [letter])


async def test_one_alliance_that_breaks_on_a_failed_letter_stops_no_other(house: House) -> None:
    for n, guest in ((1, BEN), (2, CY)):
        await house.invited(n, guest=guest)
        await house.advance(Matter(n, Replied(1, "ready", "SEND", 0, "c")))
    await house.service.settle()
    await owe(house, 1, BEN)
    await owe(house, 2, CY)
    await house.breaks(1)
    house.answers = {BEN: Reply(550, "5.1.1 no such user"), CY: Reply(550, "5.1.1 no such user")}

    await house.service.settle()

    assert await house.fetch("SELECT state FROM outbox WHERE number = 900") == [("failed",), ("failed",)]
    assert await house.fetch("SELECT alliance_id FROM steps WHERE event = 'Undeliverable'") == [(2,)]


async def test_one_alliance_that_breaks_when_woken_stops_no_other(house: House) -> None:
    await house.asking(1)
    await house.asking(2, guest=CY)
    await house.breaks(1)
    async with house.service.database.transaction() as c:
        await c.execute("UPDATE alliances SET wake_at = $1 WHERE id = 2", micros(NOON))

    await house.service.checkin.wake(NOON)

    assert await house.fetch("SELECT alliance_id FROM steps WHERE event = 'Woke'") == [(2,)]
    assert await house.fetch("SELECT wake_at IS NULL FROM alliances WHERE id = 1") in ([(False,)], [(0,)])
    assert await house.service.checkin.wake(NOON) == 0


async def test_a_step_that_raises_ends_no_loop_and_is_tried_again_after_a_pause(house: House) -> None:
    tried: list[int] = []
    again = asyncio.Event()

    async def step() -> float:
        tried.append(1)
        if len(tried) == 1:
            raise RuntimeError
        again.set()
        return 60

    house.service.loops.try_again_s = 0.001
    loop = asyncio.create_task(house.service.loops.loop(step, Bell("any")))
    async with asyncio.timeout(5):
        await again.wait()

    assert not loop.done()
    loop.cancel()
    await asyncio.wait([loop])


async def test_a_late_failure_at_a_replaced_address_leaves_the_new_invitation(house: House) -> None:
    await house.invited(1)
    await house.advance(Matter(1, Replied(1, "ready", "SEND", 0, "c")))
    await house.service.settle()
    await owe(house, 1, "bne@b.test")
    house.answers = {"bne@b.test": Reply(550, "5.1.1 no such user")}

    await house.service.settle()

    assert await house.fetch("SELECT state FROM outbox WHERE number = 900") == [("failed",)]
    assert await house.fetch("SELECT 1 FROM steps WHERE event = 'Undeliverable'") == []


# ---------------------------------------------------------------- nothing twice, nothing after goodbye


@pytest.mark.row("T33")
async def test_a_mail_that_an_mta_hands_over_twice_is_done_once(house: House) -> None:
    await house.says(ANN, "Ben (ben@b.test) and I open a bakery.", house.service.doors.front)
    to, before = house.doors[ANN], len(house.sent)
    for peer in (b"1", b"2"):
        trace = b"Return-Path: <ann@a.test>\r\nDelivered-To: a@b\r\nReceived: by mx.test\r\n\tid " + peer + b"\r\n"
        await house.writes(ANN, WHY, to, trace)
        await house.service.settle()

    assert len(await house.fetch("SELECT id FROM inbox")) == 2
    assert len(house.sent) == before + 1


async def test_a_letter_on_its_way_when_somebody_stops_is_not_tried_again(house: House) -> None:
    await house.asking(1)
    calls: list[str] = []

    async def stops_meanwhile(_mail_from: str, rcpt: str, raw: bytes) -> Reply:
        calls.append(rcpt)
        if len(calls) == 1:
            await house.advance(Matter(1, Replied(2, "prompt:hopes", "STOP", 0, "stop")))
        return Reply(451, "4.3.0 later")

    house.service.delivery.send = stops_meanwhile
    await house.service.settle()
    calls.clear()
    house.now += timedelta(days=1)
    await house.service.settle()

    assert calls.count(BEN) == 1  # the goodbye


# ---------------------------------------------------------------- what is learned of a person


async def test_a_tail_is_learned_and_the_same_mail_again_changes_nothing(house: House) -> None:
    signed = "\n\nWritten by the oven\nLind & Berg Bakery, bread since May"
    await house.says(ANN, "Ben (ben@b.test) and I open a bakery.", house.service.doors.front)
    await house.says(ANN, WHY)
    await house.says(ANN, "SEND")
    await house.says(BEN, "Yes")
    asked = []
    for text in ("Fun and bread.", "Text before noon.", "Straight, the same day."):
        asked.append(house.doors[BEN])
        await house.says(BEN, text + signed)
    once = await house.all()
    for text, to in zip(("Fun and bread.", "Text before noon.", "Straight, the same day."), asked, strict=True):
        await house.writes(BEN, text + signed, to)
    await house.service.settle()

    said = [a.text for a in once[0].answers if a.participant == 2]
    assert [text.partition("\n")[2] for text in said] == [signed[1:], signed[1:], ""]
    assert await house.all() == once


# ---------------------------------------------------------------- counting


async def test_what_is_counted_is_added_up_once_and_stays_when_somebody_is_erased(house: House) -> None:
    await house.asking(1)
    await house.advance(Matter(1, Replied(2, "prompt:hopes", "I hope we stay friends.", 0, "x")))
    await house.advance(Matter(1, Replied(2, "prompt:hopes", "I hope we stay friends.", 0, "x")))  # the same again

    await house.advance(Matter(1, Replied(2, "erase", "DELETE NOW", 0, "y")))

    async with house.service.database.transaction() as c:
        [tally] = await tallies.since(c, NOON)
    assert (tally.flow, tally.invited, tally.accepted, tally.joined) == ("one_to_one", 1, 1, NOON)
    assert (tally.replies, tally.asked_back) == (5, 0)


# ---------------------------------------------------------------- erasing


@pytest.mark.row("decision 17")
async def test_delete_now_leaves_no_copy_of_a_persons_words_and_address_anywhere(house: House) -> None:
    await house.says(ANN, "Ben (ben@b.test) and I open a bakery.", house.service.doors.front)
    await house.says(ANN, WHY)
    await house.says(ANN, "SEND")
    await house.says(BEN, "Yes")
    await house.says(BEN, "I hope that we stay friends.")
    await house.writes(BEN, f"A quote of hers comes along.\r\n\r\n> {WHY}")
    await house.says(ANN, "DELETE")
    await house.writes(ANN, "")  # no words, so that no alliance keeps its cause
    await house.writes(ANN, "DELETE NOW")
    await house.writes(ANN, "One more thing that I want to say.")
    await house.service.settle()

    kept = await house.fetch("SELECT mail_from, rcpt, peer, raw FROM inbox ORDER BY id")
    bens = [row for row in kept if row[0] == BEN]
    assert [row for row in kept if row not in bens] == [("", "", "", None)] * 7
    ours = await house.fetch("SELECT words, rcpt FROM outbox WHERE participant = 1 AND words <> ''")
    assert [("I have erased" in words, rcpt) for words, rcpt in ours][:1] == [(True, ANN)]  # it has to arrive
    [alliance] = await house.all()
    assert next(a.text for a in alliance.answers if a.participant == 2) == "I hope that we stay friends."
    for words in (b"friends in five years", b"One more thing", ANN.encode()):
        assert not [row for row in await house.fetch("SELECT document FROM alliances") if words in bytes(row[0])]
        assert not [row for row in await house.fetch("SELECT words FROM outbox") if words.decode() in row[0]]
        assert not [row for row in kept if words in bytes(row[3] or b"")]
    assert [address for (address,) in await house.fetch("SELECT address FROM people")] == [BEN]


@pytest.mark.row("F45", "decision 17")
async def test_thirty_days_after_the_end_the_store_holds_nothing(house: House) -> None:
    await house.says(ANN, "Ben (ben@b.test) and I open a bakery.", house.service.doors.front)
    await house.says(ANN, WHY)
    await house.says(ANN, "SEND")
    await house.says(BEN, "Yes")
    await house.says(BEN, "I hope that we stay friends.")
    await house.asking(2, host=CY, guest=BEN)
    [alliance] = [a for a in await house.all() if a.id != 2]
    await house.advance(Matter(alliance.id, Replied(2, "prompt:why", "CLOSE", 0, "z")))
    await house.service.settle()
    house.now = NOON + timedelta(days=31)
    await house.service.settle()

    for table in ("alliances", "participants", "steps", "outbox"):
        column = "id" if table == "alliances" else "alliance_id"
        assert {number for (number,) in await house.fetch(f"SELECT {column} FROM {table}")} == {2}, table
    assert await house.fetch("SELECT id FROM inbox WHERE alliance_id IS NOT NULL") == []
    assert len(await house.fetch("SELECT flow FROM tallies")) == 2  # what is counted has no words, and stays
    assert sorted(a for (a,) in await house.fetch("SELECT address FROM people")) == [BEN, CY]

    await house.says(ANN, "Hello? Is anybody there?")
    assert {number for (number,) in await house.fetch("SELECT alliance_id FROM outbox")} == {2}


async def test_delete_now_withdraws_letters_that_wait_or_are_on_their_way(house: House) -> None:
    await house.asking(1)
    async with house.service.database.transaction() as c:
        on_their_way = await outbox.claim(c, NOON, 1, timedelta(minutes=30))
    assert [x.participant for x in on_their_way] == [1]

    await house.advance(Matter(1, Replied(1, "erase", "DELETE NOW", 0, "x")))

    async with house.service.database.transaction() as c:
        later = await outbox.claim(c, NOON + timedelta(hours=1), 100, timedelta(minutes=30))
    assert ["I have erased" in x.words for x in later if x.participant == 1] == [True]


async def test_delete_now_takes_what_was_set_aside_out_of_the_operators_hands(house: House) -> None:
    await house.says(ANN, "Ben (ben@b.test) and I open a bakery.", house.service.doors.front)
    await house.says(ANN, "DELETE")
    [alliance] = await house.all()
    await house.writes(ANN, "Words that broke us.")
    async with house.service.database.transaction() as c:
        [row] = await inbox.take(c, NOON, 10, timedelta(0))
        await inbox.belong(c, [(row.id, alliance.id, 1)])
        await inbox.set_aside(c, row.claim, "KeyError")

    await house.says(ANN, "DELETE NOW")

    async with house.service.database.transaction() as c:
        found = await inbox.get(c, row.id)
        assert not await inbox.rerun(c, row.id)
    assert found is not None
    assert (found.state, found.raw, found.mail_from, found.rcpt) == ("dropped", b"", "", "")


# ---------------------------------------------------------------- several alliances of one person


@pytest.mark.row("S09", "S10")
async def test_my_alliances_names_all_of_ones_own_and_only_to_oneself(house: House) -> None:
    await house.asking(1)
    await house.asking(2, guest=CY)
    await house.asking(3, host="dora@d.test", guest=BEN)
    await house.service.settle()
    house.sent.clear()

    await house.says(ANN, "MY ALLIANCES")

    [(rcpt, raw)] = house.sent
    assert rcpt == ANN
    assert b"YOUR OTHER ALLIANCES" in raw
    assert raw.count(b"the questions are on their way") >= 1
    assert b"dora" not in raw.lower()


@pytest.mark.row("S10")
async def test_my_alliances_from_another_address_is_asked_about_first(house: House) -> None:
    await house.asking(1)
    await house.asking(2, guest=CY)
    await house.service.settle()
    house.sent.clear()

    await house.says("thief@x.test", "MY ALLIANCES", to=house.doors[ANN])

    [(rcpt, raw)] = house.sent
    assert rcpt == ANN
    assert b"YOUR OTHER ALLIANCES" not in raw
