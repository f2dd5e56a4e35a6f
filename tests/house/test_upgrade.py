"""A newer version goes on where an older one stopped: mail that was kept, letters that were owed, duties (R10)."""

import sqlite3
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from served import settings_for
from structlog.testing import capture_logs
from test_batches import ANN, BEN, CY, NOON, WHY, House, house  # noqa: F401

from agent import intake
from agent.advance import Matter
from agent.alliance.event import Replied
from agent.log import configure
from agent.mail.reply import Reply
from agent.service import opened
from agent.store import alliances
from agent.store.database import MIGRATIONS, NewerSchemaError, instant

VERSIONS = sorted(int(path.stem) for path in MIGRATIONS.glob("*.sql"))


async def lived(folder: Path) -> tuple[Path, dict[str, str]]:
    """A database in which mail waits to be read and a letter to be sent, and where people answer."""
    file = folder / "lived.db"
    async with opened(settings_for(f"sqlite:{file}", 2599, 1), now=lambda: NOON) as service:
        house = House(service)
        service.delivery.send = house.send
        await house.asking(1)
        await house.service.settle()
        await house.writes(BEN, "I hope for bread.")
        await house.invited(2)
        return file, house.doors


def as_of(version: int, lived: Path, file: Path) -> None:
    """The same database as that version would have written it: its tables, and of the rows what it knew."""
    with sqlite3.connect(file, isolation_level=None) as old:
        old.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY NOT NULL) STRICT")
        for number in range(1, version + 1):
            old.executescript((MIGRATIONS / f"{number:04}.sql").read_text("utf-8"))
            old.execute("INSERT INTO migrations (number) VALUES (?)", (number,))
        old.execute("ATTACH ? AS lived", (str(lived),))
        old.execute("PRAGMA foreign_keys = OFF")
        for (table,) in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table not in ("migrations", "sqlite_sequence"):
                columns = ", ".join(name for _, name, *_ in old.execute(f"PRAGMA main.table_info({table})"))
                old.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM lived.{table}")
    old.close()


@pytest.mark.row("R10")
@pytest.mark.parametrize("version", VERSIONS)
async def test_what_an_older_version_left_is_read_sent_and_gone_on_with(tmp_path: Path, version: int) -> None:
    file, doors = await lived(tmp_path)
    as_of(version, file, tmp_path / "old.db")

    async with opened(settings_for(f"sqlite:{tmp_path / 'old.db'}", 2599, 1), now=lambda: NOON) as service:
        house = House(service, doors=doors)
        service.delivery.send = house.send
        await house.service.settle()
        await house.says(ANN, WHY.replace("friends", "bakers"), service.doors.reply_address(1, 5))
        alliance = next(a for a in await house.all() if a.id == 1)

        answers = {a.participant: a.text for a in alliance.answers if a.prompt == "hopes"}
        assert answers == {1: WHY.replace("friends", "bakers"), 2: "I hope for bread."}
        assert len(house.sent) >= 3  # the next prompt to each, and what the other alliance owed
        assert await house.fetch("SELECT COUNT(*) FROM inbox WHERE state = 'kept'") == [(0,)]


@pytest.mark.row("R10")
async def test_an_older_version_refuses_a_newer_database_and_leaves_it_as_it_is(tmp_path: Path) -> None:
    file, _ = await lived(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("INSERT INTO migrations VALUES (9999, 1)")
    db.close()
    before = file.read_bytes()

    with pytest.raises(NewerSchemaError, match="install a newer one"):
        async with opened(settings_for(f"sqlite:{file}", 2599, 1)):
            pass

    assert file.read_bytes() == before


async def newer(house: House, number: int) -> bytes:  # noqa: F811
    """As if a newer version had saved this alliance last, with a flag and a phase that this one has never heard of."""
    async with house.service.database.transaction() as c:
        [(document,)] = await c.fetch("SELECT document FROM alliances WHERE id = $1", number)
        said = msgspec.json.decode(document) | {"silenced": True, "phase": "mediating"}
        await c.execute(
            "UPDATE alliances SET format = $2, document = $3 WHERE id = $1",
            *(number, alliances.FORMAT + 1, msgspec.json.encode(said)),
        )
    return msgspec.json.encode(said)


async def document(house: House, number: int) -> bytes:  # noqa: F811
    return bytes((await house.fetch(f"SELECT document FROM alliances WHERE id = {number}"))[0][0])


@pytest.mark.row("R10")
async def test_an_older_version_leaves_mail_to_those_that_understand_its_alliance(house: House) -> None:  # noqa: F811
    for number, guest in ((1, BEN), (2, CY)):
        await house.asking(number, guest=guest)
    await house.service.settle()
    understood = await document(house, 1)
    written = await newer(house, 1)
    await house.writes(BEN, "I hope for bread.")
    await house.writes(CY, "I hope for rolls.")

    configure("warning", "json", sys.stderr)
    with capture_logs() as said:
        await house.service.settle()

    assert {entry["event"] for entry in said} == {"left_to_newer"}
    assert await document(house, 1) == written
    assert await house.fetch("SELECT state FROM inbox ORDER BY id") == [("kept",), ("done",)]
    async with house.service.database.transaction() as c:  # the newer version deals with it
        await c.execute("UPDATE alliances SET format = 0, document = $1 WHERE id = 1", understood)
    house.now += intake.NEWER
    await house.service.settle()
    said = {a.id: a.answers[-1].text for a in await house.all()}
    assert said == {1: "I hope for bread.", 2: "I hope for rolls."}


@pytest.mark.row("R10")
async def test_an_older_version_wakes_no_alliance_that_it_does_not_understand(house: House) -> None:  # noqa: F811
    await house.asking(1)
    await house.service.settle()
    written = await newer(house, 1)
    house.now += timedelta(days=30)

    await house.service.settle()

    assert await document(house, 1) == written
    assert await house.service.next_due() is None  # or the loop would look without end


@pytest.mark.row("R10")
async def test_a_failure_that_only_a_newer_version_can_tell_is_tried_anew_when_the_lease_ends(house: House) -> None:  # noqa: F811
    for number, guest in ((1, BEN), (2, CY)):
        await house.invited(number, guest=guest)
        await house.advance(Matter(number, Replied(1, "ready", "SEND", 0, "c")))
    house.answers = {guest: Reply(550, "5.1.1 unknown user") for guest in (BEN, CY)}
    written = await newer(house, 1)

    await house.service.delivery.deliver(NOON)
    await house.service.delivery.deliver(NOON)

    assert await document(house, 1) == written
    owed = "SELECT state, due_at FROM outbox WHERE about = 'invitation' ORDER BY alliance_id"
    [(state, due), (told, _)] = await house.fetch(owed)
    assert (state, instant(due), told) == ("sending", NOON + house.service.delivery.lease, "failed")
