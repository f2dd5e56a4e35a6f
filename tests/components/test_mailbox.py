"""One ordinary mailbox on a real Dovecot: a whole alliance through it, and all that can go wrong on the way."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dovecot import HOST, PASSWORD, Dovecot, dovecot
from long import size
from ports import free_port
from typer.testing import CliRunner

from agent.cli import app
from agent.cli.connect import letter
from agent.imap.connection import Account, Trouble, opened
from agent.log import configure
from agent.mail.address import Doors
from agent.mail.envelope import Bookmark, Envelope
from agent.rehearsal import mailbox, play
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.play import KEY, Clock, Rehearsal
from agent.rehearsal.script import Script, read
from agent.service import Service, serve
from agent.service import opened as opened_service
from agent.settings import Mailbox, Relay, Settings, load, shipped
from agent.settings import Service as Ours
from agent.smtp.inbound import Inbound
from agent.store import alliances, bookmarks, inbox

ADDRESS = "office@firm.example"
PRIVATE = "A private matter of the owner"


@contextmanager
def served(folder: Path, monkeypatch: pytest.MonkeyPatch, relay: int = 1, **how: str | bool) -> Iterator[Dovecot]:
    with dovecot(folder, relay, free_port, ADDRESS, **how) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        yield server


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    with served(folder, monkeypatch) as found:
        yield found


def settings_for(
    server: Dovecot, database: Path, people: Sequence[str], *, plus: bool, alone: bool = False
) -> Settings:
    return Settings(
        service=Ours(
            domain="firm.example",
            local="office",
            contact="operator@example.org",
            zone="Europe/Berlin",
            allow=tuple(people),
        ),
        database={"url": f"sqlite:{database}"},
        trust={"require": "registered"},
        mailbox=Mailbox(address=ADDRESS, host=HOST, port=server.ports["imaps"], plus=plus, alone=alone, poll_s=2),
        relay=Relay(host=HOST, port=server.ports["submission"], tls="starttls", user=ADDRESS, connections=1),
        keys=(KEY,),
        relay_password=PASSWORD,
        mailbox_password=PASSWORD,
    )


def written(sender: str, subject: str, text: str, to: str = ADDRESS, **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{more}\r\n{text}\r\n".encode()


@dataclass
class House:
    """The service over its mailbox, which a test may end and open again."""

    settings: Settings
    server: Dovecot
    clock: Clock
    letters: list[Envelope]
    arrived: asyncio.Event
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def again(self) -> Service:
        await self.stack.aclose()
        self.service = await self.stack.enter_async_context(opened_service(self.settings, now=self.clock))
        return self.service

    @property
    def box(self):
        assert self.service.mailbox
        return self.service.mailbox

    async def started(self) -> list[str]:
        """Who started an alliance."""
        async with self.service.database.transaction() as c:
            ids = [a.id for a in await alliances.listing(c, 10_000)]
            return sorted(a.participant(1).address for a in (await alliances.load(c, ids)).values())

    async def inbox(self) -> list[tuple[str, str]]:
        async with self.service.database.transaction() as c:
            return [(k.state, k.outcome) for k in reversed(await inbox.listing(c, None, 10_000))]


@asynccontextmanager
async def house(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    people: Sequence[str],
    *,
    plus: bool,
    alone: bool = False,
    **how: str | bool,
) -> AsyncIterator[House]:
    configure("error", "json", sys.stderr)
    letters: list[Envelope] = []
    arrived = asyncio.Event()

    async def keep(envelopes: Sequence[Envelope]) -> None:
        letters.extend(envelopes)
        arrived.set()

    carrier = Inbound(accepts=lambda *_: True, keep=keep, hostname="carrier.example")
    port = await carrier.start()
    try:
        with served(folder, monkeypatch, port, **how) as server:
            made = settings_for(server, folder / "a.db", people, plus=plus, alone=alone)
            found = House(made, server, Clock(datetime.now(UTC)), letters, arrived)
            await found.again()
            await found.box.fetch()  # what is there from now on is looked at
            try:
                yield found
            finally:
                await found.stack.aclose()
    finally:
        await carrier.stop()


# --- a whole alliance


@dataclass(slots=True)
class ThroughAMailbox(Rehearsal):
    """A rehearsal in which mail comes through the mailbox, and the house is opened anew every few mails."""

    house: House | None = None

    async def settle(self) -> None:
        assert self.house
        if len(self.mails) % 8 == 0:
            self.service = await self.house.again()
        await self.house.box.fetch()
        while await self.service.settle():
            pass
        self._caught += self.house.letters
        self.house.letters.clear()
        while self._caught:
            await self._receive(self._caught.pop(0))
            await self.house.box.fetch()
            await self.service.settle()
            self._caught += self.house.letters
            self.house.letters.clear()

    async def _send(self, mail: Mail) -> None:
        assert self.house
        self._show(mail)
        await asyncio.to_thread(self.house.server.deliver, mailbox.recipient(mail), mail.raw, mail.mail_from)


def story(name: str) -> Script:
    path = shipped("rehearsals") / name
    script = read(path.read_text("utf-8"), str(path))
    # In a mailbox that is not its own, the first mail says that it is for Alliance.
    steps = [replace(s, subject=f"Alliance: {s.subject}") if type(s).__name__ == "Writes" else s for s in script.steps]
    return replace(script, steps=tuple(steps))


@pytest.mark.row("T36")
@pytest.mark.parametrize("delimiter", ["+", ""])
async def test_a_whole_alliance_over_one_mailbox_that_is_not_its_own(folder, monkeypatch, delimiter):
    script = story("short.txt")
    people = [p.address for p in script.people]
    async with house(folder, monkeypatch, people, plus=bool(delimiter), delimiter=delimiter) as h:
        h.clock.at = (script.start or play.START).astimezone(UTC)
        for sender in people:  # one of them may start alliances, and still writes about other things
            h.server.deliver(ADDRESS, written(sender, PRIVATE, "Lunch?"))
        begun = {p.key: p.persona for p in script.people}
        rehearsal = ThroughAMailbox(h.service, h.clock, script.people, lambda _: None, begun, house=h)

        await play.play(script, rehearsal)

        assert await rehearsal.faults() == []
        found = h.server.flags(ADDRESS)
        assert [subject for subject, seen in found.items() if not seen] == [PRIVATE]
        ours = [m for m in rehearsal.mails if m.mine]
        assert len(await h.inbox()) == len(ours)
        came = [m for m in rehearsal.mails if not m.mine]
        assert {m.sender for m in came} == {ADDRESS}
        assert all(("[" in m.subject) != bool(delimiter) for m in came)


# --- nothing lost, nothing doubled


class KilledError(Exception):
    """The process is gone: nothing that was not committed is left of it."""


def start_by(person: str, n: int = 0) -> bytes:
    return written(f"Ann <{person}>", f"Ben and me {n}", f"Ben (ben{n}@b.example) and I open a bakery.")


async def test_a_crash_between_keeping_and_marking_doubles_nothing(folder, monkeypatch):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=True, alone=True) as h:
        h.server.deliver(ADDRESS, start_by("ann@a.example"))
        keep = h.box.keep

        async def keep_and_die(envelopes: Sequence[Envelope]) -> None:
            await keep(envelopes)
            raise KilledError

        h.box.keep = keep_and_die
        with pytest.raises(KilledError):
            await h.box.fetch()
        assert h.server.flags(ADDRESS) == {"Ben and me 0": False}

        await h.again()
        assert await h.box.fetch() == 1
        await h.service.settle()

        assert h.server.flags(ADDRESS) == {"Ben and me 0": True}
        assert await h.started() == ["ann@a.example"]
        assert len(h.letters) == 1


@pytest.mark.row("R12")
async def test_new_numbers_of_all_mails_lose_and_double_nothing(folder, monkeypatch):
    async with house(folder, monkeypatch, ["@a.example"], plus=True, alone=True) as h:
        h.server.deliver(ADDRESS, start_by("ann@a.example"))
        await h.box.fetch()
        h.server.deliver(ADDRESS, start_by("bob@a.example"))
        h.server.renumber(ADDRESS)
        with pytest.raises(Trouble):  # the line was cut
            await h.box.fetch()

        await h.box.fetch()
        await h.service.settle()
        assert await h.box.fetch() == 0

        assert await h.started() == ["ann@a.example", "bob@a.example"]
        assert len(await h.inbox()) == 2
        h.server.deliver(ADDRESS, start_by("cat@a.example"))
        assert await h.box.fetch() == 1


async def test_the_same_mail_delivered_twice_is_one(folder, monkeypatch):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=True, alone=True) as h:
        for _ in range(2):
            h.server.deliver(ADDRESS, start_by("ann@a.example"))

        assert await h.box.fetch() == 2
        assert len(await h.inbox()) == 1


@pytest.mark.row("R12")
async def test_killed_again_and_again_each_mail_is_answered_once(folder, monkeypatch):
    people = [f"ann{n}@a.example" for n in range(12)]
    async with house(folder, monkeypatch, people, plus=True, alone=True) as h:
        await h.stack.aclose()
        for n, person in enumerate(people):
            h.server.deliver(ADDRESS, start_by(person, n))
        command = [sys.executable, __file__, str(folder / "a.db"), str(h.server.ports["imaps"])]
        command += [str(h.server.ports["submission"]), ",".join(people)]
        known = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        for pause in (0.02, 0.05, 0.1, 0.2, 0.4):
            process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=known)
            assert process.stdout
            assert await process.stdout.readline() == b"serving\n"
            await asyncio.sleep(pause)  # the moment of death, which is chance
            process.kill()
            await process.wait()
        h.clock = Clock(datetime.now(UTC))  # what was kept and not done is of the time of those processes
        await h.again()
        await h.box.fetch()
        await h.service.settle()

        assert await h.started() == sorted(people)
        assert await h.inbox() == [("done", "started")] * len(people)
        assert set(h.server.flags(ADDRESS).values()) == {True}
        ids = {m for e in h.letters for m in e.raw.split(b"\r\n") if m.startswith(b"Message-ID:")}
        assert len(ids) == len(people)


@pytest.mark.row("R12")
@pytest.mark.soak
async def test_a_server_that_dies_while_it_is_read_costs_no_mail_and_doubles_none(folder, monkeypatch):
    deaths = size(10, 50)
    people = [f"ann{n}@a.example" for n in range(deaths)]
    async with house(folder, monkeypatch, people, plus=True, alone=True) as h:
        await h.box.fetch()  # begins here
        for n, person in enumerate(people):
            h.server.deliver(ADDRESS, start_by(person, n))
            fetching = asyncio.create_task(h.box.fetch())
            await asyncio.sleep(0.015 * (n % 12))  # the moment of death, which is chance
            h.server.kill()
            with suppress(Trouble):
                await fetching
            await asyncio.to_thread(h.server.start)
            if n % 8 == 6:
                await asyncio.to_thread(h.server.renumber, ADDRESS)
        with suppress(Trouble):  # the line was cut
            await h.box.fetch()

        await h.box.fetch()
        await h.service.settle()

        assert await h.started() == sorted(people)
        assert await h.inbox() == [("done", "started")] * len(people)


# --- other people's mail


async def test_of_five_thousand_other_mails_nothing_but_a_few_fields_is_read(folder, monkeypatch):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=False) as h:
        at = h.clock.at
        await h.stack.aclose()
        h.server.stop()
        current = h.server.maildir(ADDRESS) / "cur"
        for n in range(5000):
            one = current / f"{1700000000 + n}.M{n}.mail:2,"
            one.write_bytes(written(f"x{n}@else.example", f"{PRIVATE} {n}", "word " * 400, Delivered_To=ADDRESS))
            shutil.chown(one, "nobody", "nogroup")
        h.server.start()
        service = await h.again()
        async with service.database.transaction() as c:  # the numbering was new, as after a move: all are looked at
            await bookmarks.put(c, ADDRESS, Bookmark(1, 1, datetime(2000, 1, 5, tzinfo=UTC)))
        h.server.deliver(ADDRESS, written("ann@a.example", "Alliance: Ben and me", "Ben (ben@b.example) and I."))

        assert await h.box.fetch() == 1
        assert await h.box.fetch() == 0

        assert h.server.seen(ADDRESS) == ["Alliance: Ben and me"]
        async with service.database.transaction() as c:
            mark = await bookmarks.get(c, ADDRESS)
        assert mark
        assert (mark.uid, mark.at) == (5001, at)
        await h.stack.aclose()
        h.server.stop()
        told = [re.search(r" out=(\d+) .*body_count=(\d+)", x) for x in (folder / "log").read_text().splitlines()]
        octets, bodies = max((int(m[1]), int(m[2])) for m in told if m and "flags" not in m[0])
        assert bodies <= 1
        assert octets < 5000 * 500


async def test_a_report_is_taken_if_it_is_about_our_letter_and_nothing_of_others_is_logged(folder, monkeypatch, capfd):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=False, alone=True) as h:
        configure("debug", "json", sys.stderr)
        h.server.deliver(ADDRESS, start_by("ann@a.example"))
        await h.box.fetch()
        await h.service.settle()
        [letter] = h.letters
        private = written("x@else.example", PRIVATE, "Hello", Message_ID="<1@firm.example>")
        for given_back in (letter.raw, private):
            h.server.deliver(ADDRESS, report(given_back), sender="<>")
        h.server.deliver(ADDRESS, private)

        assert await h.box.fetch() == 1
        await h.service.settle()

        assert [outcome for _, outcome in await h.inbox()] == ["started", "undeliverable"]
        assert len(h.server.seen(ADDRESS)) == 2
    said = "".join(capfd.readouterr())
    assert not re.search(f"{PRIVATE}|else.example|Hello|ann@|{PASSWORD}", said)


def report(given_back: bytes) -> bytes:
    """What a mail server says of a letter that it could not deliver (RFC 3464)."""
    status = "Reporting-MTA: dns; mx.a.example\r\n\r\nFinal-Recipient: rfc822; ann@a.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    parts = ("text/plain\r\n\r\nIt was not delivered.", f"message/delivery-status\r\n\r\n{status}")
    body = "".join(f"--b\r\nContent-Type: {part}\r\n" for part in parts)
    head = f"From: MAILER-DAEMON@mx.a.example\r\nTo: {ADDRESS}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    head += 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
    return (head + body + "--b\r\nContent-Type: message/rfc822\r\n\r\n").encode() + given_back + b"\r\n--b--\r\n"


async def test_what_was_there_before_us_is_left_alone(folder, monkeypatch):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=True, alone=True) as h:
        async with h.service.database.transaction() as c:
            await c.execute("DELETE FROM bookmarks")
        h.server.deliver(ADDRESS, start_by("ann@a.example"))
        h.server.deliver(ADDRESS, start_by("ann@a.example", 1))
        await h.again()

        assert await h.box.fetch() == 0
        assert set(h.server.flags(ADDRESS).values()) == {False}


async def moves_what_was_taken_to(name: str, h: House) -> None:
    """With this folder in the settings, our mail goes there, and other people's stays."""
    box = h.settings.mailbox.model_copy(update={"move_to": name})
    h.settings = h.settings.model_copy(update={"mailbox": box})
    await h.again()
    h.server.deliver(ADDRESS, start_by("ann@a.example"))
    h.server.deliver(ADDRESS, written("x@else.example", PRIVATE, "Hello"))

    assert await h.box.fetch() == 1

    assert h.server.flags(ADDRESS) == {PRIVATE: False}
    with h.server.client(ADDRESS) as client:
        assert client.folder_status(name, ["MESSAGES"])[b"MESSAGES"] == 1


async def test_what_was_taken_is_moved_where_the_operator_wants_it(folder, monkeypatch):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=True, alone=True) as h:
        with h.server.client(ADDRESS) as client:
            client.create_folder("Alliance")
        await moves_what_was_taken_to("Alliance", h)
        with h.server.client(ADDRESS) as client:
            client.delete_folder("Alliance")
        h.server.deliver(ADDRESS, start_by("ann@a.example", 1))
        h.server.deliver(ADDRESS, start_by("ann@a.example", 2))

        assert await h.box.fetch() == 2  # what cannot be moved is kept all the same
        assert await h.box.fetch() == 0


async def test_the_folder_of_the_sample_is_there_and_takes_what_was_read(folder, monkeypatch):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=True, alone=True) as h:
        await moves_what_was_taken_to("Done", h)


@pytest.mark.row("T50")
@pytest.mark.parametrize("plus", [True, False])
async def test_the_letter_that_connect_wrote_to_the_mailbox_is_answered_by_nobody(folder, monkeypatch, plus):
    """Where the server would not delete it, or the service was reading meanwhile; also with the key that came of it."""
    async with house(folder, monkeypatch, ["@firm.example"], plus=plus, alone=True) as h:
        for key in (KEY, b"another key, that was for these!"):
            for reach in ("plain", "plus"):
                doors = Doors("firm.example", (key,), "office", reach=reach)
                for number in (0, 1):
                    h.server.deliver(ADDRESS, letter(doors, doors, number), ADDRESS)

        await h.box.fetch()
        await h.service.settle()

        assert h.letters == []
        assert await h.started() == []


# --- the line


@pytest.mark.parametrize("idle", [True, False])
async def test_new_mail_is_seen_by_idling_or_by_asking_and_after_the_server_was_away(folder, monkeypatch, idle):
    async with house(folder, monkeypatch, ["@a.example"], plus=True, alone=True, idle=idle) as h:
        came: list[Envelope] = []
        keep, arrived = h.box.keep, asyncio.Event()

        async def noting(envelopes: Sequence[Envelope]) -> None:
            await keep(envelopes)
            came.extend(envelopes)
            arrived.set()

        h.box.keep = noting
        h.box.poll_s = 60 if idle else 0.2
        serving = asyncio.create_task(h.service.run())
        try:
            async with asyncio.timeout(60):
                await asyncio.to_thread(h.server.deliver, ADDRESS, start_by("ann@a.example"))
                await arrived.wait()
                await h.arrived.wait()  # and it is answered
                arrived.clear()
                await asyncio.to_thread(h.server.stop)
                await asyncio.to_thread(h.server.start)
                await asyncio.to_thread(h.server.deliver, ADDRESS, start_by("bob@a.example"))
                await arrived.wait()
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
        assert [e.mail_from for e in came] == ["someone@example.net"] * 2


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"password": "wrong"}, "login", "refuses this user and password"),
        ({"token": None}, "login", "refuses this user and access token"),
        ({"folder": "Nowhere"}, "folder", "folder Nowhere"),
        ({"trusted": False}, "tls", "certificate is not good"),
        ({"port": 0}, "tls", "speaks no TLS"),
        ({"port": 1}, "lost", "does not answer"),
        ({"host": "nowhere.invalid"}, "host", "there is no server nowhere.invalid"),
    ],
)
async def test_what_is_wrong_is_told_plainly(server, monkeypatch, change, reason, words):
    async def token() -> str:
        return "no token at all"

    if "trusted" in change:
        monkeypatch.delenv("SSL_CERT_FILE")
    known = {"token": token, "port": change.get("port") or server.ports["imap"]}
    changes = {name: known.get(name, value) for name, value in change.items() if name != "trusted"}
    account = replace(Account(HOST, server.ports["imaps"], ADDRESS, PASSWORD), **changes)

    with pytest.raises(Trouble, match=re.escape(words)) as raised:
        await opened(account)

    assert raised.value.reason == reason
    assert PASSWORD not in str(raised.value)


async def test_an_access_token_opens_the_mailbox_and_sends(folder, monkeypatch):
    async with house(folder, monkeypatch, ["ann@a.example"], plus=True, alone=True) as h:
        token = h.server.access_token(ADDRESS)
        box = h.settings.mailbox.model_copy(update={"token_command": ("echo", token)})
        h.settings = h.settings.model_copy(update={"mailbox": box, "mailbox_password": "", "relay_password": ""})
        await h.again()
        h.server.deliver(ADDRESS, start_by("ann@a.example"))

        assert await h.box.fetch() == 1
        await h.service.settle()

        assert len(h.letters) == 1


# --- alliance connect


@pytest.mark.parametrize("delimiter", ["+", ""])
async def test_connect_asks_five_questions_writes_the_settings_and_starts_the_first_alliance(
    folder, monkeypatch, tmp_path, delimiter
):
    server: Dovecot

    async def back(envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            if e.rcpt_to.endswith("@firm.example"):
                await asyncio.to_thread(server.deliver, e.rcpt_to, e.raw, e.mail_from)

    carrier = Inbound(accepts=lambda *_: True, keep=back, hostname="carrier.example")
    port = await carrier.start()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("agent.cli.connect.PLUS_S", 1.0)
    for name in ("ALLIANCE_CONFIG", "ALLIANCE_KEY"):
        monkeypatch.delenv(name, raising=False)
    with served(folder, monkeypatch, port, delimiter=delimiter) as server:
        server.deliver(ADDRESS, written("x@else.example", PRIVATE, "Hello"))
        servers = f"{HOST}:{server.ports['imaps']} {HOST}:{server.ports['submission']}"
        answers = [ADDRESS, "wrong", servers, "Maya Lind <maya@example.org>", "y", "Jonas Berg <jonas@example.org>"]

        refused = await asyncio.to_thread(CliRunner().invoke, app, ["connect"], "\n".join(answers))
        answers[1] = PASSWORD
        done = await asyncio.to_thread(CliRunner().invoke, app, ["connect"], "\n".join(answers))

        assert refused.exit_code == 1
        assert "refuses this user and password" in refused.output
        assert done.exit_code == 0, done.output
        assert "the first letter to maya@example.org is in the outbox" in done.output
        assert PASSWORD not in done.output
        assert (tmp_path / "config" / "secrets").stat().st_mode & 0o777 == 0o600
        found = load(None, {})
        assert found.mailbox.plus is bool(delimiter)
        assert (found.service.domain, found.service.local, found.mailbox.alone) == ("firm.example", "office", False)
        assert found.service.allow == ("maya@example.org",)
        assert found.relay.tls == "starttls"
        assert server.flags(ADDRESS) == {PRIVATE: False}

        config = tmp_path / "config" / "agent.toml"
        config.write_text(config.read_text("utf-8").replace("#servers = []", 'servers = ["127.0.0.1:1"]'), "utf-8")
        looked = await asyncio.to_thread(CliRunner().invoke, app, ["doctor", "--wait", "30"])
        verdicts = dict(re.findall(r"^(?=\w+ +(\w+))(ok|warning|fault)", looked.output, re.MULTILINE))
        assert verdicts["dns"] == "fault", looked.output
        assert {verdicts[what] for what in ("mailbox", "relay", "letter", "secrets", "database")} == {"ok"}, (
            looked.output
        )
        assert server.flags(ADDRESS) == {PRIVATE: False}
    await carrier.stop()


if __name__ == "__main__":  # the service as a process of its own, to be killed
    ports = {"imaps": int(sys.argv[2]), "submission": int(sys.argv[3])}
    made = settings_for(Dovecot(Path(), ports), Path(sys.argv[1]), sys.argv[4].split(","), plus=True, alone=True)
    asyncio.run(serve(made, lambda _: print("serving", flush=True)))  # noqa: T201
