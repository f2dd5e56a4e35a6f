"""A copy while the service runs, and the way back: what came since is done again, and nobody gets a letter twice (R11)."""

import asyncio
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache

import pytest
from engines import postgresql  # noqa: F401

from agent import templates
from agent.alliance.model import Alliance
from agent.mail.envelope import Envelope
from agent.mail.reply import Reply
from agent.service import Service, opened
from agent.settings import load
from agent.store import alliances

MAYA, JONAS = "maya@example.org", "jonas@example.org"
SECRET = "I fear that you will leave when it gets hard."


@dataclass
class World:
    """The people, and what they wrote and got: it is not restored with the database."""

    sent: list[tuple[str, str]] = field(default_factory=list)  # to whom, with which subject
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    doors: dict[str, list[str]] = field(default_factory=dict)
    written: list[bytes] = field(default_factory=list)

    async def send(self, _mail_from: str, rcpt: str, raw: bytes) -> Reply:
        to = re.search(rb"\r\nReply-To:\s+(\S+)", raw)
        subject = re.search(rb"\r\nSubject: (.+)", raw)
        assert to
        assert subject
        self.doors.setdefault(rcpt, []).append(to[1].decode())
        self.sent.append((rcpt, subject[1].decode()))
        self.bodies.append((rcpt, raw))
        return Reply(250, "2.0.0 ok")

    async def says(self, service: Service, person: str, text: str, to: str = "") -> None:
        to = to or self.doors[person][-1]
        number = len(self.written)
        head = f"Delivered-To: {to}\r\nFrom: <{person}>\r\nTo: <{to}>\r\nSubject: Re: x\r\nMessage-ID: <{number}@example.org>\r\n\r\n"
        self.written.append((head + text + "\r\n").encode())
        await service.keep([Envelope(person, to, self.written[-1], "192.0.2.7")])
        await service.settle()


@pytest.fixture(autouse=True, scope="module")
def _read_once():
    """Every start reads all templates anew, which takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "load", cache(templates.load))
        yield


@pytest.fixture
def world(config) -> World:
    config.write_text(config.read_text("utf-8").replace("[database]", "quiet_hours = [0, 0]\n[database]"), "utf-8")
    return World()


def live(world: World, *said: tuple[str, str], front: bool = False) -> Alliance:
    """Serve while they say this, each to the newest letter or to the front door."""

    async def lives() -> Alliance:
        async with opened(load(None, os.environ)) as service:
            service.delivery.send = world.send
            await service.settle()
            for place, (person, text) in enumerate(said):
                await world.says(service, person, text, service.doors.front if front and place == 0 else "")
            async with service.database.transaction() as c:
                [summary] = await alliances.listing(c, 2)
                return (await alliances.load(c, [summary.id]))[summary.id]

    return asyncio.run(lives())


def begin(world: World) -> None:
    live(
        world,
        (MAYA, f"Jonas ({JONAS}) and I open a bakery."),
        (MAYA, "I want us to be friends in five years."),
        (MAYA, "SEND"),
        (JONAS, "Yes"),
        front=True,
    )


def moved_away(config) -> None:
    for path in config.parent.glob("alliance.db*"):
        path.unlink()


@pytest.mark.row("R11")
def test_after_a_restore_and_a_replay_nobody_gets_a_letter_twice(run, config, world, tmp_path):
    begin(world)
    copy = tmp_path / "copy.db"
    assert run("backup", copy).code == 0
    before = len(world.written)
    live(world, (MAYA, "I hope we stay friends."), (JONAS, "I hope for good bread."), (MAYA, "Text me before noon."))
    late = world.doors[MAYA][-1]
    got = len(world.sent)
    moved_away(config)

    files = []
    for number, raw in enumerate(world.written[before:]):
        (file := tmp_path / f"{number}.eml").write_bytes(raw)
        files += ["--mail", file]
    said = run("restore", copy, *files)
    again = live(world)

    assert said.code == 0, said.err
    assert int(re.search(r"(\d+) letters may have been sent", said.out)[1]) >= 2
    assert len(world.sent) == got
    assert again.answer(1, "hopes").text == "I hope we stay friends."
    assert again.answer(2, "hopes").text == "I hope for good bread."
    held = run("outbox", "list", "--state", "unknown", "--json").json
    assert {(row["to"], row["about"].partition(":")[0]) for row in held} >= {
        (MAYA, "prompt"),
        (MAYA, ""),
        (JONAS, "prompt"),
    }

    async def answers_a_letter_that_was_lost() -> None:
        async with opened(load(None, os.environ)) as service:
            service.delivery.send = world.send
            await world.says(service, MAYA, SECRET, late)

    asyncio.run(answers_a_letter_that_was_lost())
    assert {to for to, body in world.bodies if b"when it gets hard" in body} == {MAYA}
    assert live(world, (JONAS, "STOP")).phase == "ended"
    assert len(world.sent) > got


@pytest.mark.row("R11")
def test_what_was_owed_when_it_was_copied_is_held_and_can_be_sent_by_hand(run, config, world, tmp_path):
    run("start", f"Maya Lind <{MAYA}>", "--with", f"Jonas Berg <{JONAS}>")
    run("backup", tmp_path / "copy.db")
    live(world)
    assert [to for to, _ in world.sent] == [MAYA]
    moved_away(config)

    assert "1 letters may" in run("restore", tmp_path / "copy.db").out
    live(world)
    assert len(world.sent) == 1

    [row] = run("outbox", "list", "--state", "unknown", "--json").json
    assert "held" in row["reply"]
    run("outbox", "rerun", row["alliance"], row["number"])
    live(world)
    assert len(world.sent) == 2


@pytest.mark.row("R11")
def test_no_number_of_a_letter_or_an_alliance_is_given_twice(run, config, world, tmp_path):
    begin(world)
    run("backup", tmp_path / "copy.db")
    before = live(world, (MAYA, "I hope we stay friends."))
    moved_away(config)

    run("restore", tmp_path / "copy.db")

    assert live(world).letters >= before.letters + 900
    with sqlite3.connect(config.parent / "alliance.db") as db:
        [(numbers,)] = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'")
    assert numbers > 1_000_000


@pytest.mark.row("R11")
def test_a_restored_server_is_made_ready_by_the_same_command(run, config, world, request):
    server = request.getfixturevalue("postgresql")
    url = f"{server.url}&search_path=restored"
    subprocess.run(
        [server.programs / "psql", server.url, "-c", "CREATE SCHEMA restored"], check=True, capture_output=True
    )
    text = re.sub(r'url = ".*"', f'url = "{url}"', config.read_text("utf-8"))
    config.write_text(text, "utf-8")
    run("start", f"Maya Lind <{MAYA}>", "--with", f"Jonas Berg <{JONAS}>")

    assert "pg_dump" in run("backup", "copy.db").err
    assert "pg_restore" in run("restore", "copy.db").err
    said = run("restore")

    assert "1 letters may" in said.out, said.err
    live(world)
    assert world.sent == []


def test_a_copy_is_whole_while_others_write_and_for_its_owner_alone(run, config, world, tmp_path):
    begin(world)
    writer = sqlite3.connect(config.parent / "alliance.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE people SET name = 'half'")

    said = run("backup", tmp_path / "copy.db")
    writer.execute("ROLLBACK")
    writer.close()

    assert said.code == 0, said.err
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.glob("*copy.db*")] == ["copy.db"]
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT COUNT(*) FROM people WHERE name = 'half'").fetchone() == (0,)
        assert copy.execute("SELECT COUNT(*) FROM alliances").fetchone() == (1,)


def test_nothing_is_overwritten_and_nothing_else_is_taken_for_a_backup(run, config, world, tmp_path):
    begin(world)
    copy, other = tmp_path / "copy.db", tmp_path / "other.db"
    copy.write_text("mine", "utf-8")
    assert "is there already" in run("backup", copy).err
    assert copy.read_text("utf-8") == "mine"
    assert "move it away" in run("restore", copy).err

    moved_away(config)
    assert run("restore", copy).code != 0
    sqlite3.connect(other).execute("CREATE TABLE x (y)").connection.close()
    assert "no database of Alliance" in run("restore", other).err
    assert run("restore", tmp_path / "nowhere.db").code != 0
    assert list(tmp_path.glob("alliance.db*")) + list(tmp_path.glob(".alliance.db*")) == []


def test_with_other_keys_nothing_is_restored_and_no_words_are_left_lying_about(
    run, config, world, tmp_path, monkeypatch
):
    live(world, (MAYA, f"Jonas ({JONAS}) and I share a flat."), front=True)
    assert run("backup", tmp_path / "copy.db").code == 0
    for file in tmp_path.glob("alliance.db*"):
        file.unlink()
    there = {*tmp_path.iterdir()}
    key = os.environ["ALLIANCE_KEY"]
    monkeypatch.setenv("ALLIANCE_KEY", "ab" * 32)

    said = run("restore", tmp_path / "copy.db")

    assert (said.code, "a key is missing" in said.err) == (2, True)
    assert {*tmp_path.iterdir()} == there
    monkeypatch.setenv("ALLIANCE_KEY", key)
    assert run("restore", tmp_path / "copy.db").code == 0


def test_a_damaged_copy_is_told(run, config, world, tmp_path):
    begin(world)
    copy = tmp_path / "copy.db"
    run("backup", copy)
    content = bytearray(copy.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096 * 8] = b"\xa5" * 4096 * 8
    copy.write_bytes(content)
    moved_away(config)

    said = run("restore", copy)

    assert said.code != 0
    assert "damaged" in said.err or "malformed" in said.err


def test_a_copy_that_was_killed_leaves_nothing_that_looks_like_one(run, config, world, tmp_path):
    begin(world)
    script = "import os\nfrom agent.store import sqlite\nfrom agent.cli import main\n"
    script += "def die(source, part): part.write_text('half'); os._exit(9)\n\nsqlite.copy = die\nmain()"
    ended = subprocess.run([sys.executable, "-c", script, "backup", "copy.db"], cwd=tmp_path, check=False)
    assert ended.returncode == 9
    assert not (tmp_path / "copy.db").exists()

    assert run("backup", tmp_path / "copy.db").code == 0
    shutil.rmtree(tmp_path, ignore_errors=True)
