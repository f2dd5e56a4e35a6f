"""Several nodes over one PostgreSQL: what one begins another goes on with, at once, in order and only once."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from engines import PostgreSQL
from served import settings_for
from test_batches import ANN, BEN, NOON, House

from agent import delivery
from agent.advance import Matter
from agent.alliance.event import Started, Woke
from agent.log import configure
from agent.mail.reply import Reply
from agent.service import ROLES, Service, opened
from agent.store import alliances, inbox, outbox
from agent.store.database import ANY, Connection, Database, Unavailable

LEASE = timedelta(seconds=settings_for("sqlite::memory:", 1, 1).database.lease_s)
pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@asynccontextmanager
async def nodes(url: str, *roles: tuple[str, ...]) -> AsyncIterator[list[House]]:
    """One node for each of these, the first of which has asked a pair."""
    configure("error", "json", sys.stderr)
    async with AsyncExitStack() as stack:
        made = [
            House(await stack.enter_async_context(opened(settings_for(url, 2599, 1), now=lambda: NOON, roles=some)))
            for some in roles
        ]
        for house in made:
            house.doors = made[0].doors
            house.service.delivery.send = house.send
        await made[0].asking(1)
        await made[0].service.settle()
        yield made


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(service.run()) for service in services]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def heard(house: House) -> list[tuple[int, str]]:
    [alliance] = await house.all()
    return [(a.participant, a.text) for a in alliance.answers if a.prompt == "hopes"]


async def test_roles_are_shared_out_and_one_wakes_the_other(url: str) -> None:
    """None of them looks by itself within the hour."""
    async with nodes(url, ("inbound",), ("worker",), ("delivery", "clock")) as (door, worker, carrier):
        came = asyncio.Event()

        async def send(_mail_from: str, rcpt: str, _raw: bytes) -> Reply:
            if rcpt == BEN:
                came.set()
            return Reply(250, "ok")

        carrier.service.delivery.send = send
        for house in (door, worker, carrier):
            house.service.loops.poll_s = 3600
        async with running(worker.service, carrier.service, door.service):
            for n, words in enumerate(("I hope for bread.", "I hope for rolls.")):  # the second finds them asleep
                async with asyncio.timeout(90):
                    await door.writes(ANN, words)
                    await door.writes(BEN, f"{words} {n}")
                    await came.wait()
                came.clear()
        assert len(await heard(door)) >= 2
        assert worker.sent == []


async def test_who_hears_nothing_any_more_listens_anew(url: str, request: pytest.FixtureRequest) -> None:
    server: PostgreSQL = request.getfixturevalue("postgresql")
    async with nodes(url, ("worker", "delivery"), ("inbound",)) as (worker, door):
        came = asyncio.Event()

        async def send(_mail_from: str, _rcpt: str, _raw: bytes) -> Reply:
            came.set()
            return Reply(250, "ok")

        worker.service.delivery.send = send
        for house in (worker, door):
            house.service.loops.poll_s, house.service.loops.try_again_s = 3600, 0.05
        async with running(worker.service, door.service), asyncio.timeout(90):
            server.stop("fast")
            server.up()
            while not came.is_set():  # the first mails may still find a broken connection
                try:
                    await door.writes(ANN, "I hope for bread.")
                except Unavailable:  # a mail server tries again
                    await asyncio.sleep(0.05)
                else:
                    await came.wait()


async def test_what_could_not_be_told_is_told_once_the_database_is_back(url: str) -> None:
    async with nodes(url, ROLES, ROLES) as (calling, other), asyncio.timeout(90):
        bells: asyncio.Queue[str] = asyncio.Queue()
        listening = asyncio.create_task(other.service.database.listen(bells.put_nowait))
        await bells.get()  # now it hears
        loops = calling.service.loops
        whole, loops.database = loops.database, Gone()
        loops.ring(loops.owed)
        with pytest.raises(Unavailable):
            await loops.tell()
        loops.database = whole

        await loops.tell()

        assert await bells.get() == loops.owed.name
        listening.cancel()
        await asyncio.wait([listening])


async def test_two_nodes_that_found_the_same_alliance_due_wake_it_once(url: str) -> None:
    async with nodes(url, ROLES, ROLES) as (one, other):
        later = NOON + timedelta(days=30)
        found = []
        for house in (one, other):
            async with house.service.database.transaction() as c:
                found.append(await alliances.due(c, later, 10))
        assert found[0] == found[1] != {}

        for house, due in zip((one, other), found, strict=True):
            matters = [Matter(number, Woke(f"wake:{at.isoformat()}")) for number, at in due.items()]
            assert await house.service.checkin.advance.bring(matters, later) == []

        assert await one.fetch("SELECT COUNT(*) FROM steps WHERE event = 'Woke'") == [(1,)]


def relayed_by(house: House, reply: Reply) -> asyncio.Event:
    """The relay answers so once this is set."""
    free = asyncio.Event()

    async def send(_mail_from: str, _rcpt: str, _raw: bytes) -> Reply:
        await free.wait()
        return reply

    house.service.delivery.send, house.service.delivery.patience_s = send, 0.01
    return free


async def test_nodes_that_look_at_once_share_what_is_due(url: str) -> None:
    async with nodes(url, *[ROLES] * 4) as houses:
        some = range(2, 122)
        first = "Ben (ben{}@b.test) and I open a bakery."
        await houses[0].advance(
            *(Matter(n, Started(f"a{n}@a.test", "Ann", "hi", first.format(n), 0, "a")) for n in some)
        )
        found = []

        async def look(house: House) -> None:
            while count := await house.service.checkin.wake(NOON + timedelta(days=30)):
                found.append(count)

        await asyncio.gather(*map(look, houses))

        assert sum(found) == len(some) + 1
        assert await houses[0].fetch("SELECT COUNT(*) FROM steps WHERE event = 'Woke'") == [(sum(found),)]


async def owes_to_a_slow_relay(house: House, reply: Reply = Reply(250, "ok")) -> asyncio.Event:  # noqa: B008 - a value
    """A letter is owed, and the relay answers once this is set."""
    await house.writes(ANN, "I hope for bread.")
    await house.service.intake.take(NOON)
    return relayed_by(house, reply)


async def test_a_letter_that_is_slow_to_go_stays_with_who_sends_it(url: str) -> None:
    async with nodes(url, ROLES, ROLES) as (one, other):
        free = await owes_to_a_slow_relay(one)
        for step in range(8):
            now = NOON + step * LEASE / 4
            assert await one.service.delivery.deliver(now) == 1
            assert await other.service.delivery.deliver(now + LEASE / 8) == 0
        free.set()
        await one.service.settle()

        assert await one.fetch("SELECT COUNT(*) FROM outbox WHERE settled_at IS NULL") == [(0,)]


async def test_who_was_cut_off_for_longer_than_its_lease_leaves_a_letter_to_who_sends_it_now(url: str) -> None:
    async with nodes(url, ROLES, ROLES, ROLES) as (late, other, third):
        free = await owes_to_a_slow_relay(late, Reply(451, "4.3.0 later"))
        assert await late.service.delivery.deliver(NOON) == 1
        taken = relayed_by(other, Reply(250, "ok"))
        assert await other.service.delivery.deliver(NOON + LEASE) == 1
        free.set()
        await late.service.settle()

        assert await third.service.delivery.deliver(NOON + LEASE) == 0
        assert await third.fetch("SELECT state, attempts FROM outbox WHERE settled_at IS NULL") == [("sending", 2)]
        taken.set()
        await other.service.settle()
        assert await third.fetch("SELECT state FROM outbox WHERE attempts = 2") == [("sent",)]


async def test_who_was_cut_off_and_claims_its_own_letter_anew_sends_it_once(url: str) -> None:
    async with nodes(url, ROLES, ROLES) as (house, dead):
        free = await owes_to_a_slow_relay(house)
        assert await house.service.delivery.deliver(NOON) == 1
        async with dead.service.database.transaction() as c:
            assert len(await outbox.claim(c, NOON + LEASE, 10, LEASE)) == 1
        assert await house.service.delivery.deliver(NOON + 2 * LEASE) == 1
        free.set()
        await house.service.settle()

        assert await house.fetch("SELECT state FROM outbox WHERE attempts = 3") == [("sent",)]


async def test_a_node_claims_few_letters_ahead_and_leaves_the_rest_to_others(url: str) -> None:
    async with nodes(url, ROLES, ROLES) as (one, other):
        free = relayed_by(one, Reply(250, "ok"))
        await one.advance(*(Matter(n, Started(f"p{n}@d{n}.test", "Ann", "hi", "Me", 0, "a")) for n in range(2, 22)))
        assert await one.service.delivery.deliver(NOON) == 2 * one.service.delivery.connections

        await other.service.settle()

        assert len(other.sent) == 20 - 2 * one.service.delivery.connections
        free.set()
        await one.service.settle()
        assert await one.fetch("SELECT COUNT(*) FROM outbox WHERE settled_at IS NULL") == [(0,)]


async def test_what_a_dead_node_had_claimed_is_sent_by_another_when_its_lease_has_run_out(url: str) -> None:
    async with nodes(url, ROLES, ROLES) as (dead, other):
        await dead.writes(ANN, "I hope for bread.")
        await dead.service.intake.take(NOON)
        async with dead.service.database.transaction() as c:
            assert len(await outbox.claim(c, NOON, 10, LEASE)) == 1

        assert await other.service.delivery.deliver(NOON + LEASE / 2) == 0
        assert await other.service.delivery.deliver(NOON + LEASE) == 1


class Gone:
    """A database that is away."""

    async def ring(self, _bell: str) -> None:
        raise Unavailable


@dataclass
class Cut:
    """A database that is lost just when it has committed, or just before."""

    whole: Database
    before: bool = False

    @asynccontextmanager
    async def transaction(self, *, lasting: bool = True) -> AsyncIterator[Connection]:
        async with self.whole.transaction(lasting=lasting) as c:
            yield c
            if self.before:
                raise Unavailable
        raise Unavailable


async def test_what_was_claimed_in_vain_is_not_taken_from_who_claims_it_next(url: str) -> None:
    """Both count one attempt; a mail and a letter alike."""
    async with nodes(url, ROLES, ROLES) as (cut, other):
        await cut.writes(ANN, "I hope for bread.")
        second = timedelta(seconds=1)
        advance = cut.service.delivery.advance
        whole, advance.database = advance.database, Cut(advance.database, before=True)
        with pytest.raises(Unavailable):
            await cut.service.intake.take(NOON)
        async with other.service.database.transaction() as c:
            [mail] = await inbox.take(c, NOON + second, 10, LEASE)
        advance.database = whole
        assert await cut.service.intake.take(NOON + 5 * second) == 0

        async with other.service.database.transaction() as c:
            await inbox.give_back(c, [mail.claim])
        await other.service.intake.take(NOON)
        advance.database = Cut(whole, before=True)
        with pytest.raises(Unavailable):
            await cut.service.delivery.deliver(NOON)
        async with other.service.database.transaction() as c:
            assert len(await outbox.claim(c, NOON + second, 10, LEASE)) == 1
        advance.database = whole
        cut.sent.clear()

        assert await cut.service.delivery.deliver(NOON + 5 * second) == 0
        assert cut.sent == []


async def test_what_was_claimed_without_our_knowing_it_is_claimed_again_at_once(url: str) -> None:
    async with nodes(url, ROLES) as (house,):
        await house.writes(ANN, "I hope for bread.")
        await house.service.intake.take(NOON)
        advance = house.service.delivery.advance
        whole, advance.database = advance.database, Cut(advance.database)
        with pytest.raises(Unavailable):
            await house.service.delivery.deliver(NOON)
        advance.database = whole

        assert await house.service.delivery.deliver(NOON) == 1


async def test_who_is_told_to_stop_leaves_what_it_had_taken_to_the_others(url: str) -> None:
    async with nodes(url, ROLES, ROLES) as (leaving, other):
        await leaving.writes(ANN, "I hope for bread.")
        reading = asyncio.Event()

        async def judge(*_: object) -> None:
            reading.set()
            await asyncio.Event().wait()

        leaving.service.intake.judge = judge
        async with running(leaving.service):
            await reading.wait()
            assert await other.service.intake.take(NOON) == 0
        await leaving.service.intake.close()

        assert await other.service.intake.take(NOON) == 1
        assert await heard(other) == [(1, "I hope for bread.")]


async def test_who_stops_wakes_the_others_for_what_it_leaves(url: str) -> None:
    async with nodes(url, ROLES) as (staying,), asyncio.timeout(90):
        bells: asyncio.Queue[str] = asyncio.Queue()
        listening = asyncio.create_task(staying.service.database.listen(bells.put_nowait))
        async with opened(settings_for(url, 2599, 1), now=lambda: NOON):
            await bells.get()  # now it hears

        assert await bells.get() == ANY  # whatever it is
        listening.cancel()
        await asyncio.wait([listening])


async def test_a_letter_that_is_nearly_there_is_waited_for_when_the_service_ends(url: str) -> None:
    async with nodes(url, ROLES) as (house,):
        free = await owes_to_a_slow_relay(house)
        assert await house.service.delivery.deliver(NOON) == 1
        closing = asyncio.create_task(house.service.delivery.close(NOON))
        await asyncio.sleep(0)
        free.set()
        await closing

        assert await house.fetch("SELECT COUNT(*) FROM outbox WHERE settled_at IS NULL") == [(0,)]


async def test_a_letter_that_is_broken_off_when_the_service_ends_is_sent_by_another_at_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ENDING_S", 0.01)
    async with nodes(url, ROLES, ROLES) as (leaving, other):
        await owes_to_a_slow_relay(leaving)
        assert await leaving.service.delivery.deliver(NOON) == 1
        await leaving.service.delivery.close(NOON)

        await other.service.settle()

        assert [rcpt for rcpt, _ in other.sent] == [ANN]


async def test_replies_in_one_alliance_are_read_in_the_order_in_which_they_came(url: str) -> None:
    """One node has taken the first and is slow; the other leaves the second alone."""
    async with nodes(url, ROLES, ROLES) as (slow, quick):
        await slow.writes(ANN, "I hope for bread.")
        async with slow.service.database.transaction() as c:
            [first] = await inbox.take(c, NOON, 10, LEASE)
        await quick.writes(ANN, "I hope for rolls.")

        assert await quick.service.intake.take(NOON) == 0
        assert (
            await quick.service._take() == quick.service.loops.poll_s
        )  # whoever has the first goes on with the second
        async with slow.service.database.transaction() as c:
            await inbox.give_back(c, [first.claim])
        assert await quick.service.intake.take(NOON) == 2
        assert await heard(quick) == [(1, "I hope for bread."), (1, "I hope for rolls.")]
