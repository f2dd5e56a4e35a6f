"""How the house says that it is well, to programs: over real HTTP, on both engines."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from served import settings_for
from test_batches import ANN, BEN, NOON, WHY, House

from agent.advance import Matter
from agent.alliance.event import Replied
from agent.log import configure
from agent.loops import Bell
from agent.mail.reply import Reply
from agent.service import opened
from agent.store.database import Unavailable
from agent.web.health import application
from agent.web.server import listen, private, serving

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from visitor import Client

# The format of https://prometheus.io/docs/instrumenting/exposition_formats/, as far as we use it.
LINE = re.compile(
    r'# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[a-z_ -]+"(,[a-z]+="[a-z_ -]+")*\})? -?\d+(\.\d+)?(e[+-]\d+)?'
)


@dataclass
class Watched(House):
    """The house with the pages for its operator."""

    client: Client | None = None

    async def page(self, path: str) -> tuple[int, str]:
        assert self.client
        code, _, content = await self.client.ask(path=path)
        return code, content

    async def figures(self) -> dict[str, float]:
        code, content = await self.page("/metrics")
        assert code == 200
        lines = content.splitlines()
        assert all(LINE.fullmatch(line) for line in lines), lines
        return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines if x[0] != "#")}


@pytest.fixture
async def house(url: str) -> AsyncIterator[Watched]:
    configure("error", "json", sys.stderr)
    clock: list[House] = []
    async with opened(settings_for(url, 2599, 1), now=lambda: clock[0].now if clock else NOON) as service:
        with listen("127.0.0.1", 0) as listening:
            async with serving(private(application(service.health.look)), listening):
                found = Watched(service, client=Client(listening.getsockname()[1]))
                clock.append(found)
                service.delivery.send = found.send
                yield found


async def test_a_house_with_nothing_to_do_is_well(house: Watched) -> None:
    assert (await house.page("/health"))[0] == 200
    assert json.loads((await house.page("/health/live"))[1]) == {"live": True}
    figures = await house.figures()
    assert figures["alliance_database_up"] == 1
    assert figures["alliance_overdue_seconds"] == 0
    assert {value for name, value in figures.items() if name.startswith("alliance_waiting{")} == {0}


async def test_what_waits_is_counted_with_the_age_of_the_oldest(house: Watched) -> None:
    await house.invited(1)
    await house.writes(ANN, "Ben (ben@b.test) and I open a bakery.", house.service.doors.front)
    house.now = NOON + timedelta(hours=2)

    figures = await house.figures()

    assert figures['alliance_waiting{box="inbox",state="kept"}'] == 1
    assert figures['alliance_waiting_seconds{box="inbox",state="kept"}'] == 7200
    assert figures['alliance_waiting{box="outbox",state="owed"}'] >= 1
    assert figures['alliance_waiting_seconds{box="outbox",state="owed"}'] == 7200
    assert figures["alliance_overdue_seconds"] == 7200


@pytest.mark.row("T11", "T66")
async def test_mail_and_letters_are_counted_by_what_came_of_them_and_by_nobody(house: Watched) -> None:
    await house.says(ANN, "Ben (ben@b.test) and I open a bakery.", house.service.doors.front)
    await house.says(ANN, WHY)
    house.answers = {BEN: Reply(550, "5.1.1 ben@b.test is unknown here")}
    await house.says(ANN, "SEND")
    await house.says("eve@evil.test", "Let me in.", house.service.doors.front)
    await house.breaks((await house.all())[0].id)
    await house.says(ANN, "And something else.")

    _, content = await house.page("/metrics")

    figures = await house.figures()
    assert figures['alliance_received_total{outcome="started"}'] == 1
    assert figures['alliance_received_total{outcome="replied"}'] == 2
    assert figures['alliance_received_total{outcome="stranger"}'] == 1
    assert figures['alliance_received_total{outcome="aside"}'] == 1
    assert figures['alliance_sent_total{kind="invitation",outcome="failed"}'] == 1
    assert figures['alliance_waiting{box="inbox",state="aside"}'] == 1
    assert figures['alliance_waiting{box="outbox",state="failed"}'] == 1
    for secret in ("@", "Ann", "ann", "ben", "bakery", str((await house.all())[0].id), *house.doors.values()):
        assert secret not in content


async def test_a_loop_that_hangs_wants_a_restart(house: Watched) -> None:
    time = [0.0]
    house.service.health.clock = lambda: time[0]
    stuck = asyncio.Event()

    async def hangs() -> float:
        stuck.set()
        await asyncio.Event().wait()
        return 0

    loop = asyncio.create_task(house.service.loops.loop(hangs, Bell("hangs")))
    await stuck.wait()
    assert (await house.page("/health/live"))[0] == 200
    time[0] = 1000.0

    assert (await house.page("/health/live"))[0] == 503
    code, content = await house.page("/health")
    assert (code, json.loads(content)) == (503, {"ready": False, "faults": ["loop hangs"]})
    assert (await house.figures())['alliance_loop_seconds{loop="hangs"}'] == 1000
    loop.cancel()
    await asyncio.wait([loop])


@pytest.mark.row("R3")
async def test_a_database_that_is_gone_is_a_fault_but_no_reason_to_restart(house: Watched) -> None:
    @asynccontextmanager
    async def gone() -> AsyncIterator[None]:
        raise Unavailable("the disk of ann@a.test is full")
        yield

    class Gone:
        transaction = staticmethod(gone)

    there, house.service.health.database = house.service.health.database, Gone()

    assert (await house.page("/health"))[0] == 503
    assert (await house.page("/health/live"))[0] == 200
    assert (await house.figures())["alliance_database_up"] == 0
    assert "ann" not in (await house.page("/health"))[1]
    house.service.health.database = there
    assert (await house.page("/health"))[0] == 200
    await house.advance(Matter(1, Replied(1, "why", WHY, 0, "b")))


async def test_a_mailbox_that_was_not_read_for_long_is_a_fault(house: Watched) -> None:
    class Box:
        poll_s, fetched = 60, None

    house.service.health.mailbox = box = Box()
    assert json.loads((await house.page("/health"))[1])["faults"] == ["mailbox"]

    box.fetched = NOON - timedelta(minutes=1)
    assert (await house.page("/health"))[0] == 200
    assert (await house.figures())["alliance_mailbox_seconds"] == 60

    house.now = NOON + timedelta(minutes=16)
    assert json.loads((await house.page("/health"))[1])["faults"] == ["mailbox"]


async def test_pages_of_other_sites_may_not_look(house: Watched) -> None:
    assert house.client
    assert (await house.client.ask(path="/metrics", Sec_Fetch_Site="cross-site"))[0] == 403
