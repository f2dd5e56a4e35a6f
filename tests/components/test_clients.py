"""Real mail programs reply to our real letters: what was typed is read, all of it and nothing else, and means what it says."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import lacking
from clients import CLIENTS, is_installed, replied, sit_down

sys.path.insert(0, str(Path(__file__).parents[1] / "rehearsal"))

from played import played

from agent.alliance.event import Replied
from agent.alliance.words import read_answer, read_checkin, read_choice, read_consent, read_invitation
from agent.interpret import Asked, event_of
from agent.mail.address import Doors, Route
from agent.mail.message import read
from agent.rehearsal.play import DOMAIN, KEY
from agent.store import outbox
from agent.store.database import open_database

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DOORS = Doors(DOMAIN, (KEY,))
JONAS = "jonas@example.org"


@dataclass(frozen=True)
class Case:
    """A kind of letter that asks something, what is typed, and whether that was understood."""

    subject: str
    typed: str
    is_meant: Callable[[str], bool]


CASES = {
    "invitation": Case("asked me to write to you", "Yes, gladly", lambda t: read_invitation(t).verdict == "yes"),
    "prompt": Case(
        "3 of 12: good feedback",
        "Straight, the same day, and in a quiet room.\nNever by phone.\n\nPRIVATE I am afraid of it",
        lambda t: read_answer(t, now=NOW).private == "I am afraid of it",
    ),
    "our own example": Case(
        "3 of 12: good feedback", "Straight, the same day.", lambda t: bool(read_answer(t, now=NOW).text)
    ),
    "reveal": Case("Part 1: your answers", "1A", lambda t: bool(read_choice(t, ["1A", "1B"]).picks)),
    "settle": Case("One to settle", "B", lambda t: bool(read_choice(t, ["A", "B"]).picks)),
    "draft": Case("Draft 2", "AGREE", lambda t: read_consent(t, 12).verdict == "confirm"),
    "a change": Case("Draft 2", "Agree, except 3", lambda t: read_consent(t, 12).verdict == "changes"),
    "check-in": Case("Check-in 1: three short", "4\nmornings\nmoney\npartly", lambda t: read_checkin(t).rating == 4),
}


@dataclass(frozen=True)
class Letter:
    """One of our letters as it arrived, and as we remember it."""

    raw: bytes
    asked: Asked
    door: str


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Letter]:
    """The letters of a whole alliance to Jonas, by case."""
    folder = tmp_path_factory.mktemp("letters")
    mails = played("pair", folder).got("jonas")
    raws = {key: next(m.raw for m in mails if case.subject in m.subject) for key, case in CASES.items()}

    async def remembered() -> dict[str, Letter]:
        database = await open_database(f"sqlite:{folder / 'pair.db'}")
        async with database.transaction() as c:
            found = {key: await _letter(c, raw) for key, raw in raws.items()}
        await database.close()
        return found

    return asyncio.run(remembered())


async def _letter(c, raw: bytes) -> Letter:
    (door,) = {address for _, address in read(raw).froms}
    route = DOORS.route_of(door)
    assert isinstance(route, Route)
    sent = await outbox.get(c, route.alliance, route.letter)
    assert sent
    return Letter(raw, Asked(sent.participant, sent.about, JONAS, sent.rcpt, f"{sent.subject}\n\n{sent.words}"), door)


def misread(case: Case, letter: Letter, raw: bytes) -> object:
    """None if this reply is read as what was typed, and means what it says; else what it is read as."""
    message = read(raw)
    event = event_of(message, JONAS, letter.asked, DOORS, finding="aligned", now=NOW, cause="inbox:1")
    if letter.door not in message.header("to") or not isinstance(event, Replied) or event.text != case.typed:
        return event
    return None if case.is_meant(event.text) else f"means something else: {event.text}"


@pytest.mark.row("F12", "F17", "F28")
@pytest.mark.parametrize("place", ["top", "bottom", "between"])
@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_typed_in_a_real_program_is_what_is_read(
    client: str, place: str, letters: dict[str, Letter], tmp_path: Path
) -> None:
    if not is_installed(client):
        lacking(f"{client} is not installed")
    wrong = {}
    for number, (key, case) in enumerate(CASES.items()):
        desk = sit_down(tmp_path / str(number), letters[key].raw, JONAS, case.typed, place)
        if found := misread(case, letters[key], replied(client, desk)):
            wrong[key] = found

    assert wrong == {}
