"""Moving from SQLite to PostgreSQL: everything, once, also after it was broken off."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from samples import FLOW, MINUTE, NOW, alliance, arrival, flow_of, kept_as, letter, rich
from typer.testing import CliRunner

from agent.alliance.model import Alliance
from agent.cli import app
from agent.store import alliances, inbox, keyring, move, outbox
from agent.store.database import Database, Moved, migrate, open_database
from agent.store.move import CannotMove

PLACES = ("/srv/alliance.db", "postgresql://node/alliance")


def unseen(_table: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@pytest.fixture
async def target_url(postgresql) -> str:
    name = "t" + uuid.uuid4().hex[:12]
    connection = await asyncpg.connect(postgresql.url)
    await connection.execute(f"CREATE SCHEMA {name}")
    await connection.close()
    return f"{postgresql.url}&search_path={name}"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = await open_database(url)
    try:
        await migrate(db)
        yield db
    finally:
        await db.close()


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(f"sqlite:{tmp_path / 'alliance.db'}") as db:
        await fill(db)
        yield db


@pytest.fixture
async def target(target_url: str) -> AsyncIterator[Database]:
    async with opened(target_url) as db:
        yield db


def several() -> list[Alliance]:
    return [rich(), *(alliance(n) for n in range(1, 8))]


async def fill(db: Database) -> None:
    """A little of everything, with words that are hard to keep and numbers that are used no more."""
    async with db.transaction() as c:
        await flow_of(c)
        await alliances.save(c, [(one, NOW + MINUTE) for one in several()])
        await alliances.record(c, [alliances.Step(n, f"inbox:{n}", NOW, "Replied", "asking") for n in range(1, 8)])
        await alliances.refuse(c, "d1gest", NOW)
        await keyring.note(c, (b"k" * 32,))
        await outbox.put(c, [letter(number, n) for n in range(1, 8) for number in (1, 2)])
        await inbox.put(
            c, [arrival(f"mail {n}", rcpt) for n in range(25) for rcpt in ("r+1.ä@x.example", "A@x.example")]
        )
        await c.execute("DELETE FROM inbox WHERE id > 45")


async def everything(db: Database) -> dict[str, object]:
    async with db.transaction() as c:
        numbers = [one.id for one in several()]
        found = await alliances.load(c, numbers)
        letters = [await outbox.get(c, n, number) for n in range(1, 8) for number in (1, 2)]
        mail = [await inbox.get(c, n) for n in range(1, 51)]
        seen = await alliances.seen(c, [(n, f"inbox:{n}") for n in range(1, 9)])
        return {
            "alliances": found, "letters": letters, "mail": mail, "seen": seen, "flow": await alliances.flow(c, FLOW),
            "refused": await alliances.refused(c, ["d1gest", "other"]), "due": await alliances.due(c, NOW + MINUTE, 50),
        }  # fmt: skip


async def test_everything_moves_and_the_old_place_is_closed(source, target, tmp_path, monkeypatch):
    monkeypatch.setattr(move, "PIECE", 4)
    before = await everything(source)
    steps: list[tuple[str, int, int]] = []

    proofs = await move.move(source, target, PLACES, NOW, lambda *step: steps.append(step))

    assert await everything(target) == before
    assert {p.table: p.rows for p in proofs} == {
        "alliances": 8, "bookmarks": 0, "flows": 1, "inbox": 45, "keys": 1, "outbox": 14, "participants": 16, "people": 2,
        "proofs": 0, "refusals": 1, "steps": 7, "tallies": 0,
    }  # fmt: skip
    assert steps[-1][1] == steps[-1][2]
    assert ("inbox", 45, 45) in steps
    with pytest.raises(Moved, match="has moved to postgresql://node/alliance"):
        await migrate(source)


async def test_new_mail_gets_a_number_that_never_was(source, target):
    await move.move(source, target, PLACES, NOW, unseen)

    async with target.transaction() as c:
        assert await kept_as(c, [arrival("new")]) == [51]  # 46 to 50 are gone, and an alliance may have had them


class Broken(Exception):  # noqa: N818 - it is the world's
    """Somebody pulled the plug."""


@pytest.mark.parametrize("at", range(0, 37, 3))
async def test_broken_off_anywhere_it_goes_on_with_what_has_changed_since(source, target, monkeypatch, at):
    monkeypatch.setattr(move, "PIECE", 4)
    left = at

    def breaking(_table: str, _done: int, _of: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Broken

    with pytest.raises(Broken):
        await move.move(source, target, PLACES, NOW, breaking)
    async with source.transaction() as c:  # nothing was closed, and the service works on
        await inbox.put(c, [arrival("meanwhile")])
        await inbox.done(c, [(3, "replied")], NOW)
        await alliances.save(c, [(replace(alliance(2), letters=9), None)])
        await alliances.forget(c, [5])
        await c.execute("DELETE FROM inbox WHERE id = 7")
    before = await everything(source)

    await move.move(source, target, PLACES, NOW, unseen)

    assert await everything(target) == before


async def test_a_target_that_holds_something_else_is_left_alone(source, target):
    async with target.transaction() as c:
        await inbox.put(c, [arrival("theirs")])

    with pytest.raises(CannotMove, match="in use"):
        await move.move(source, target, PLACES, NOW, unseen)

    await migrate(source)  # still open


async def test_what_was_begun_from_one_place_takes_nothing_from_another(source, target):
    def breaking(_table: str, _done: int, _of: int) -> None:
        raise Broken

    with pytest.raises(Broken):
        await move.move(source, target, PLACES, NOW, breaking)

    with pytest.raises(CannotMove, match=r"comes from /srv/alliance\.db"):
        await move.move(source, target, ("/srv/other.db", PLACES[1]), NOW, unseen)


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM refusals", "UPDATE people SET name = 'Eve'", "INSERT INTO refusals (digest, at) VALUES ('x', 1)"],
)
async def test_a_difference_at_the_end_is_told_and_the_source_stays_open(source, target, target_url, sql):
    """Somebody writes to the target meanwhile: the last look finds it, and the next run mends it."""

    async def meddle() -> None:
        connection = await asyncpg.connect(target_url)
        await connection.execute(sql)
        await connection.close()

    def meddling(table: str, _done: int, _of: int) -> None:
        if table == "tallies":  # the last one
            thread = threading.Thread(target=asyncio.run, args=[meddle()])
            thread.start()
            thread.join()

    with pytest.raises(CannotMove, match="are not the same"):
        await move.move(source, target, PLACES, NOW, meddling)

    before = await everything(source)
    await move.move(source, target, PLACES, NOW, unseen)
    assert await everything(target) == before


def test_the_command_moves_and_shows_the_proof(target_url, tmp_path):
    url = f"sqlite:{tmp_path / 'alliance.db'}"

    async def prepare() -> None:
        async with opened(url) as db:
            await fill(db)

    asyncio.run(prepare())
    run = CliRunner().invoke(app, ["move", url, target_url])

    assert run.exit_code == 0, run.output
    assert "inbox" in run.output
    assert "write that into database.url" in run.output
    again = CliRunner().invoke(app, ["move", url, target_url])
    assert again.exit_code == 2
    assert "has moved to postgresql:" in again.output


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (("postgresql:///x", "sqlite:y"), "and not back"),
        (("sqlite:nowhere.db", "postgresql:///x"), "there is no file"),
    ],
)
def test_what_cannot_be_moved_is_told(places, said):
    run = CliRunner().invoke(app, ["move", *places])

    assert run.exit_code == 2
    assert said in run.output
