"""A pair in the real house: both said yes and have their first prompt open. Real SMTP, a real database, a clock that jumps."""

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtplib import SMTP

from agent.alliance.model import Alliance
from agent.log import configure
from agent.rehearsal.mailbox import Mail, newest
from agent.rehearsal.play import Rehearsal, rehearsing
from agent.rehearsal.script import Person
from agent.store import alliances, inbox

BERLIN = ZoneInfo("Europe/Berlin")
MAYA = Person("maya", "Maya Lind", "maya@example.org", BERLIN)
JONAS = Person("jonas", "Jonas Berg", "jonas@example.net", BERLIN)
FIRST = "Jonas Berg (jonas@example.net) and I open a bakery in May. I would like us to agree how we do this. Maya"
WHY = "Jonas is the person I call when things go sideways. I want us still to be friends in five years."


@dataclass
class Pair:
    """What a test does with the house."""

    play: Rehearsal

    def last(self, person: Person, subject: str = "") -> Mail:
        """The newest mail to this person."""
        found = newest(self.play.mails, person, subject)
        assert found is not None, [m.subject for m in self.play.mails if m.person == person]
        return found

    async def says(self, person: Person, text: str, subject: str = "") -> list[Mail]:
        """Reply to the newest mail (with this subject); what came of it."""
        before = len(self.play.mails) + 1
        await self.play.reply(self.last(person, subject), text)
        return self.play.mails[before:]

    async def hands_in(self, sender: str, to: str, raw: bytes) -> list[Mail]:
        """Hand any bytes to the service's port, as an MTA would; what came of it."""
        before = len(self.play.mails)
        async with SMTP(hostname="127.0.0.1", port=self.play.service.port, start_tls=False, timeout=30) as client:
            await client.sendmail(sender, [to], raw)
        await self.play.settle()
        return self.play.mails[before:]

    async def alliance(self) -> Alliance:
        return (await self.play.alliances())[0]

    async def inbox(self) -> list[tuple[str, str]]:
        """State and outcome of all that was kept, oldest first."""
        async with self.play.service.database.transaction() as c:
            return [(k.state, k.outcome) for k in reversed(await inbox.listing(c, None, 100))]

    async def steps(self) -> list[str]:
        """The causes that moved the alliance."""
        async with self.play.service.database.transaction() as c:
            return [s.cause for s in await alliances.history(c, (await self.alliance()).id)]


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    configure("error", "json", sys.stderr)
    async with rehearsing((MAYA, JONAS), tmp_path / "house.db", lambda _: None) as play:
        found = Pair(play)
        await play.write(MAYA, "Jonas and me", FIRST)
        await found.says(MAYA, WHY)
        await found.says(MAYA, "SEND")
        await found.says(JONAS, "Yes, gladly")
        yield found
