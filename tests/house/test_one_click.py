"""One click on List-Unsubscribe, from the letter to what comes of it: over real HTTP, on both engines."""

import email
import email.policy
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served import settings_for
from test_batches import ANN, BEN, CY, NOON, House

from agent.advance import Matter
from agent.alliance.event import Replied, Started
from agent.alliance.model import Phase, Stage
from agent.log import configure
from agent.service import opened
from agent.settings import Web
from agent.store.database import Unavailable
from agent.web.server import listen, public, serving
from agent.web.unsubscribe import application

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from visitor import Client

SITE = "https://alliance.example.org"
BODY = "List-Unsubscribe=One-Click"


@dataclass
class Clicked(House):
    """The house with its page, and what a mail program does with a letter."""

    client: Client | None = None

    def letter(self, rcpt: str, place: int = -1) -> EmailMessage:
        """The last letter to this person, or another one."""
        raw = [raw for to, raw in self.sent if to == rcpt][place]
        found = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def url(self, letter: EmailMessage) -> str:
        """Where this letter is unsubscribed from with one click."""
        first, second = (way.strip() for way in letter["List-Unsubscribe"].split(","))
        assert first.startswith(f"<{SITE}/u/")
        assert second.startswith("<mailto:")
        assert letter["List-Unsubscribe-Post"] == BODY
        return first.strip("<>")

    async def clicks(self, url: str) -> int:
        assert self.client
        form = {"Host": urlsplit(SITE).netloc, "Content_Type": "application/x-www-form-urlencoded"}
        code, _, _ = await self.client.ask("POST", urlsplit(url).path, BODY, **form)
        await self.service.settle()
        return code

    async def inboxes(self) -> list[tuple[str, str]]:
        return await self.fetch("SELECT state, outcome FROM inbox ORDER BY id")


@asynccontextmanager
async def clicked(url: str) -> AsyncIterator[Clicked]:
    configure("error", "json", sys.stderr)
    settings = settings_for(url, 2599, 1).model_copy(update={"web": Web(url=SITE)})
    clock: list[House] = []
    async with opened(settings, now=lambda: clock[0].now if clock else NOON) as service:
        app = public(application(service.unsubscribe), SITE)
        with listen("127.0.0.1", 0) as listening:
            async with serving(app, listening):
                found = Clicked(service, client=Client(listening.getsockname()[1]))
                clock.append(found)
                service.delivery.send = found.send
                yield found


@pytest.fixture
async def house(url: str) -> AsyncIterator[Clicked]:
    async with clicked(url) as found:
        yield found


@pytest.mark.row("T55", "T60", "decision 17")
async def test_one_click_ends_the_alliance_for_who_clicks_and_says_so_once(house: Clicked) -> None:
    await house.asking(1)
    await house.service.settle()
    url = house.url(house.letter(BEN))

    assert [await house.clicks(url) for _ in range(3)] == [200, 200, 200]

    (alliance,) = await house.all()
    assert alliance.participants[1].stage == Stage.LEFT
    assert [to for to, _ in house.sent].count(BEN) == 2  # the first prompt and the goodbye
    assert await house.inboxes() == [("done", "unsubscribed")]


@pytest.mark.row("T54", "T55", "decision 14")
async def test_one_click_on_an_invitation_keeps_everybody_from_inviting_again(house: Clicked) -> None:
    await house.invited(1)
    await house.advance(Matter(1, Replied(1, "ready", "SEND", 0, "c")))
    await house.service.settle()
    before = len(house.sent)

    assert await house.clicks(house.url(house.letter(BEN))) == 200

    (alliance,) = await house.all()
    assert alliance.phase == Phase.ENDED
    assert [to for to, _ in house.sent[before:]] == [ANN]
    for number, host in ((2, ANN), (3, CY)):
        await house.advance(Matter(number, Started(host, "X", "hi", f"Ben ({BEN}) and I open a bakery.", 0, "a")))
        await house.service.settle()
        assert "can't write to this address" in house.letter(host).get_body(("plain",)).get_content()
    assert not [to for to, _ in house.sent[before + 1 :] if to == BEN]
    assert BEN not in str(await house.fetch("SELECT digest FROM refusals"))


@pytest.mark.row("T54", "T55", "T60")
async def test_one_click_on_is_this_your_address_keeps_everybody_from_asking_again(house: Clicked) -> None:
    await house.asking(1)
    await house.service.settle()
    await house.says(ANN, "My new address is new@a.test")
    url = house.url(house.letter("new@a.test"))
    before = len(house.sent)

    assert [await house.clicks(url) for _ in range(2)] == [200, 200]
    await house.says(BEN, "My new address is new@a.test")

    assert [to for to, _ in house.sent[before:]] == [ANN, BEN]
    assert "I cannot write to new@a.test" in house.letter(ANN).get_body(("plain",)).get_content()
    (alliance,) = await house.all()
    assert {p.stage for p in alliance.participants} == {Stage.ANSWERING}


async def test_who_answered_stop_is_asked_again_by_others(house: Clicked) -> None:
    await house.invited(1)
    await house.advance(
        Matter(1, Replied(1, "ready", "SEND", 0, "c")), Matter(1, Replied(2, "invitation", "STOP", 0, "d"))
    )
    await house.invited(2, host=CY)
    await house.service.settle()

    assert house.letter(CY)["Subject"].startswith("Ready to write")


@pytest.mark.row("T4", "T60")
async def test_only_the_letters_own_token_unsubscribes(house: Clicked) -> None:
    await house.asking(1)
    await house.service.settle()
    doors, letter = house.service.doors, house.letter(BEN)
    token = house.url(letter).rpartition("/")[2]
    reply = letter["Reply-To"].partition("@")[0].partition("+")[2]
    made_up = doors.click(1, 4000)
    bounce = doors.bounce_address(1, 1).partition("@")[0].partition("+")[2]

    for wrong in (reply, bounce, made_up, token[:-1], token[:-1] + "b", "u" + reply[1:], "x"):
        assert await house.clicks(f"{SITE}/u/{wrong}") == 200, "the answer tells nothing"

    (alliance,) = await house.all()
    assert alliance.participants[1].stage == Stage.ANSWERING
    assert doors.route_of(f"alliance+{token}@alliance.test") is None, "and it is no address"


async def test_a_letter_to_an_address_that_was_replaced_unsubscribes_nobody(house: Clicked) -> None:
    await house.asking(1)
    await house.service.settle()
    url = house.url(house.letter(BEN))
    async with house.service.database.transaction() as c:
        await c.execute("UPDATE participants SET address = 'new@b.test' WHERE number = 2")

    assert await house.clicks(url) == 200
    assert await house.inboxes() == [("done", "replaced")]


async def test_the_same_click_on_another_day_counts_again(house: Clicked) -> None:
    await house.asking(1)
    await house.service.settle()
    url = house.url(house.letter(BEN))
    await house.clicks(url)
    house.now = datetime(2026, 3, 9, 12, tzinfo=UTC)

    await house.clicks(url)

    assert len(await house.inboxes()) == 2


async def test_without_the_database_nothing_is_said_to_be_done(house: Clicked) -> None:
    await house.asking(1)
    await house.service.settle()
    url, arrivals = house.url(house.letter(BEN)), house.service.arrivals

    async def away(_: object) -> list[int]:
        raise Unavailable("gone")

    works, arrivals._commit = arrivals._commit, away
    assert await house.clicks(url) == 503
    arrivals._commit = works
    assert await house.clicks(url) == 200
    assert await house.inboxes() == [("done", "unsubscribed")]


async def test_what_people_keep_and_what_answers_them_offers_no_such_way(house: Clicked) -> None:
    await house.asking(1)
    await house.service.settle()
    await house.says(BEN, "STATUS")

    assert house.letter(BEN)["Auto-Submitted"] == "auto-replied"
    assert house.letter(BEN)["List-Unsubscribe"] is None
    assert house.letter(BEN)["List-Unsubscribe-Post"] is None


@pytest.mark.row("T57")
async def test_without_a_site_it_takes_a_mail(url: str) -> None:
    configure("error", "json", sys.stderr)
    async with opened(settings_for(url, 2599, 1), now=lambda: NOON) as service:
        house = Clicked(service)
        service.delivery.send = house.send
        await house.asking(1)
        await service.settle()

        assert house.letter(BEN)["List-Unsubscribe"].strip().startswith("<mailto:")
        assert house.letter(BEN)["List-Unsubscribe-Post"] is None
        assert not any(b"https://" in raw for _, raw in house.sent)
