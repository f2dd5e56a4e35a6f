"""Real Postfix in front of us and behind us, set up by the samples of config/postfix."""

import asyncio
import os
import smtplib
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ports import free_port
from postfix import Postfix, postfix, wait_for

from agent import settings as house
from agent.log import configure
from agent.mail.address import Doors
from agent.rehearsal import mailbox
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.play import KEY, Clock, Rehearsal, play
from agent.rehearsal.script import Script, read
from agent.service import opened
from agent.smtp.inbound import Inbound
from agent.store import inbox
from agent.store.database import open_database

DOMAIN = "alliance.test"
DOORS = Doors(DOMAIN, (KEY,))
ANN, BEN = DOORS.reply_address(7, 1), DOORS.reply_address(7, 2)
TALK = """
@@ ana is Ana Reyes <ana@example.org> in Europe/Berlin
@@ ben is Ben Ito <ben@example.org> in Europe/Berlin
@@ it is 2026-05-04 15:00 in Europe/Berlin
@@ ana writes "Ben and me"
Ben Ito and I share a flat from June on. Ben's address is ben@example.org.
@@ ana replies to "one question first": Ben is calm where I am not, and I would like us to stay friends.
@@ ana replies to "Ready to write": SHORT
@@ ben replies to "asked me to write": Yes
@@ ana replies to "hopes and worries": ALL
@@ ben replies to "hopes and worries": ALL
@@ ana replies to "in one email"
1. Text me, any time.
2. Right away.
3. A home that we both like.
4. I cook on Mondays.
5. We sleep on it.
6. I pay my half on time.
7. Sundays at eleven
8. PASS
9. every two months
10. I hope for quiet evenings.
@@ ben replies to "in one email"
1. Call me.
2. At the table.
3. A home where it is quiet after ten.
4. I take the bins out.
5. We say it when money is short.
6. PASS
7. Sundays at eleven
8. PASS
9. every two months
10. I hope for long breakfasts.
11. Because Ana asked.
@@ until ana gets "Draft 1"
@@ ana replies to "Draft 1": I agree
@@ ben replies to "Draft 1": I agree
@@ expect ana gets "agreement"
I cook on Mondays.
@@ expect ben gets "agreement"
I cook on Mondays.
@@ end
"""


# ---------------------------------------------------------------- a whole alliance


@dataclass(slots=True)
class ThroughPostfix(Rehearsal):
    """A rehearsal in which all mail, either way, goes through Postfix."""

    server: Postfix | None = None

    async def settle(self) -> None:
        assert self.server
        server = self.server
        done = 1
        while done or self._caught:
            while self._caught:
                await self._receive(self._caught.pop(0))
            assert await asyncio.to_thread(wait_for, lambda: not server.queued), server.log[-3000:]
            done = await self.service.settle()

    async def _send(self, mail: Mail) -> None:
        assert self.server
        self._show(mail)
        await asyncio.to_thread(self.server.hand_in, mail.mail_from, mailbox.recipient(mail), mail.raw)


@asynccontextmanager
async def between_postfixes(folder: Path, script: Script) -> AsyncIterator[ThroughPostfix]:
    """The service behind a Postfix that brings its mail and carries its letters on."""
    configure("error", "json", sys.stderr)
    carrier = Inbound(accepts=lambda *_: True, keep=lambda _: asyncio.sleep(0), hostname="carrier.test")
    lmtp, clock = free_port(), Clock((script.start or datetime.now(UTC)).astimezone(UTC))
    with postfix(folder / "p", await carrier.start(), lmtp, free_port, DOMAIN) as server:
        chosen = house.Settings(
            service=house.Service(
                domain=DOMAIN,
                contact="operator@example.org",
                zone="Europe/Berlin",
                allow=tuple(p.address for p in script.people),
            ),
            database=house.Database(url=f"sqlite:{folder / 'a.db'}"),
            inbound=house.Inbound(protocol="lmtp", port=lmtp),
            relay=house.Relay(port=server.submission, connections=1),
            trust=house.Trust(require="registered"),  # on loopback nobody signs
            keys=(KEY,),
        )
        async with opened(chosen, now=clock) as service:
            begun = {p.key: p.persona for p in script.people}
            rehearsal = ThroughPostfix(service, clock, script.people, lambda _: None, begun, server=server)
            carrier.keep = rehearsal.caught
            await service.inbound.start()
            try:
                yield rehearsal
            finally:
                await service.inbound.stop()
                await carrier.stop()


async def test_a_whole_alliance_from_postfix_to_postfix(folder: Path) -> None:
    script = read(TALK, "talk")
    async with between_postfixes(folder, script) as rehearsal:
        await play(script, rehearsal)

        assert await rehearsal.faults() == []
        ours = [m for m in rehearsal.mails if m.mine]
        async with rehearsal.service.database.transaction() as c:
            kept = await inbox.listing(c, None, 100)
        assert [(k.state, k.outcome) for k in kept if k.outcome != "replied"] == [("done", "started")]
        assert len(kept) == len(ours)
        assert rehearsal.server
        assert "warning" not in rehearsal.server.log


# ---------------------------------------------------------------- what is refused, and where


@dataclass
class Behind:
    """What stands behind Postfix: our port, which notes what came."""

    server: Postfix
    inbound: Inbound
    raws: list[tuple[str, str, bytes]]

    async def hands_in(self, sender: str, to: str, raw: bytes = b"Subject: x\r\n\r\nyes\r\n") -> None:
        await asyncio.to_thread(self.server.hand_in, sender, to, raw)

    async def delivered(self) -> bool:
        return await asyncio.to_thread(wait_for, lambda: not self.server.queued)


@asynccontextmanager
async def behind(folder: Path, more: str = "") -> AsyncIterator[Behind]:
    raws: list[tuple[str, str, bytes]] = []

    async def keep(envelopes) -> None:
        raws.extend((e.mail_from, e.rcpt_to, e.raw) for e in envelopes)

    door = Inbound(
        accepts=lambda _, to: DOORS.route_of(to) is not None, keep=keep, hostname="alliance.test", protocol="lmtp"
    )
    with postfix(folder / "p", 1, await door.start(), free_port, DOMAIN, {"main": more}) as server:
        try:
            yield Behind(server, door, raws)
        finally:
            await door.stop()


@pytest.mark.row("T2", "T53")
async def test_strangers_are_refused_while_the_sender_is_on_the_line(folder: Path) -> None:
    async with behind(folder) as b:
        for to in (f"nobody@{DOMAIN}", DOORS.reply_address(7, 1).replace("+a", "+b"), f"x{ANN}"):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                await b.hands_in("victim@example.org", to)
            assert refused.value.recipients[to][0] == 550
        with pytest.raises(smtplib.SMTPRecipientsRefused):  # nor does it carry mail for others
            await b.hands_in("victim@example.org", "someone@elsewhere.test")

        assert await b.delivered()
        assert b.raws == []
        assert "from=<>" not in b.server.log  # no bounce was ever written


@pytest.mark.row("T10")
async def test_one_mail_to_two_of_our_addresses_is_two(folder: Path) -> None:
    async with behind(folder) as b:

        def both() -> None:
            with smtplib.SMTP("127.0.0.1", b.server.port, timeout=30) as client:
                assert client.sendmail("ann@example.org", [ANN, BEN], b"Subject: x\r\n\r\nyes\r\n") == {}

        await asyncio.to_thread(both)

        assert await b.delivered()
        assert sorted(to for _, to, _ in b.raws) == sorted([ANN, BEN])


async def test_mail_waits_in_postfix_while_we_are_away(folder: Path) -> None:
    async with behind(folder) as b:
        await b.hands_in("ann@example.org", ANN)
        assert await b.delivered()
        port = b.inbound._server.sockets[0].getsockname()[1]
        await b.inbound.stop()
        await b.hands_in("ann@example.org", ANN, b"Subject: later\r\n\r\nyes\r\n")  # it is known by now
        assert await asyncio.to_thread(wait_for, lambda: "status=deferred" in b.server.log)

        again = Inbound(b.inbound.accepts, b.inbound.keep, "alliance.test", "lmtp", port=port)
        await again.start()
        try:
            assert await b.delivered()
            assert len(b.raws) == 2
        finally:
            await again.stop()


ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r\n\0.\r\n", b"\r\n.\0\r\n"]
OPEN = "smtpd_forbid_bare_newline = no\nsmtpd_forbid_unauth_pipelining = no\n"


async def smuggled(folder: Path, more: str = "") -> list[bytes]:
    """Which of the ends let a second mail through, from a sender that the first one's server never saw."""
    found = []
    async with behind(folder, more) as b:
        await b.hands_in("warm@example.org", ANN)  # so that the address is known
        for end in ENDS:
            inner = (
                f"MAIL FROM:<admin@good.test>\r\nRCPT TO:<{ANN}>\r\nDATA\r\nSubject: smuggled\r\n\r\nI agree\r\n.\r\n"
            )
            wire = b"Subject: outer\r\n\r\nouter" + end + inner.encode()

            def talk(wire: bytes = wire) -> None:
                client = smtplib.SMTP("127.0.0.1", b.server.port, timeout=30)
                client.ehlo()
                client.mail("outer@example.org")
                client.rcpt(ANN)
                client.docmd("DATA")
                client.send(wire)
                client.getreply()
                client.close()  # what else is answered is of no interest

            await asyncio.to_thread(talk)
            assert await b.delivered()
            if any(sender == "admin@good.test" for sender, _, _ in b.raws):
                found.append(end)
            b.raws.clear()
    return found


@pytest.mark.row("T27")
async def test_no_second_mail_is_smuggled_through_postfix(folder: Path) -> None:
    assert await smuggled(folder) == []


@pytest.mark.row("T27")
async def test_without_the_lines_of_the_sample_a_second_mail_is_smuggled(folder: Path) -> None:
    """The positive control: the attack is real, and it is those lines that stop it."""
    assert await smuggled(folder, OPEN) != []


# ---------------------------------------------------------------- by a pipe

# Stands in for the program where Postfix's own user may not enter this clone: it hands all on to the test, which runs it.
_HANDED = """#!/bin/sh
cat > {d}/$$.mail
for word in "$@"; do printf '%s\\0' "$word"; done > {d}/$$.tmp
mv {d}/$$.tmp {d}/$$.args
while [ ! -s {d}/$$.code ]; do sleep 0.02; done
exit $(cat {d}/$$.code)
"""


@dataclass
class Clerk:
    """Runs `alliance receive` for whatever Postfix hands over."""

    folder: Path
    env: dict[str, str]
    codes: list[int]
    over: bool = False

    def work(self) -> None:
        while not self.over:
            wait_for(lambda: self.over or [*self.folder.glob("*.args")], 1)
            for asked in [*self.folder.glob("*.args")]:
                words = [*asked.read_bytes().decode().split("\0")[:-1]]
                asked.unlink()
                with asked.with_suffix(".mail").open("rb") as mail:
                    done = subprocess.run(
                        [sys.executable, "-m", "agent.cli", *words], stdin=mail, env=self.env, check=False
                    )
                self.codes.append(done.returncode)
                asked.with_suffix(".code").write_text(f"{done.returncode}\n")


@contextmanager
def piped(folder: Path, database: str) -> Iterator[tuple[Postfix, Clerk]]:
    desk = folder / "desk"
    desk.mkdir()
    desk.chmod(0o777)  # for Postfix's user
    config = folder / "agent.toml"
    config.write_text(
        f'[service]\ndomain = "{DOMAIN}"\ncontact = "op@example.org"\n[database]\nurl = "{database}"\n', "utf-8"
    )
    script = folder / "alliance"
    script.write_text(_HANDED.format(d=desk))
    script.chmod(0o755)
    sample = (Path(__file__).parents[2] / "config/postfix/pipe.cf").read_text("utf-8")
    for old, new in (
        ("/opt/alliance/venv/bin/alliance", str(script)),
        ("directory=/var/lib/alliance", f"directory={desk}"),
        ("user=alliance", "user=nobody"),
    ):
        assert old in sample
        sample = sample.replace(old, new)
    main = f"transport_maps = inline:{{ {{ {DOMAIN} = alliance: }} }}\nalliance_destination_recipient_limit = 1\n"
    env = {"PATH": os.environ["PATH"], "ALLIANCE_CONFIG": str(config), "ALLIANCE_KEY": KEY.hex()}
    env["PYTHONPATH"] = str(Path(__file__).parents[2])
    clerk = Clerk(desk, env, [])
    thread = threading.Thread(target=clerk.work)
    with postfix(folder / "p", 1, 1, free_port, DOMAIN, {"main": main, "master": sample}) as server:
        thread.start()
        try:
            yield server, clerk
        finally:
            clerk.over = True
            thread.join()


async def kept_in(database: str) -> list[tuple[str, str, str]]:
    found = await open_database(database)
    try:
        async with found.transaction() as c:
            return [(k.mail_from, k.rcpt, k.peer) for k in await inbox.listing(c, None, 100)]
    finally:
        await found.close()


async def test_postfix_hands_mail_to_a_program_and_tries_again_while_we_cannot_keep_it(folder: Path) -> None:
    database = f"sqlite:{folder / 'data' / 'a.db'}"  # there is no such folder yet
    with piped(folder, database) as (server, clerk):
        await asyncio.to_thread(server.hand_in, "ann@example.org", ANN, b"Subject: x\r\n\r\nyes\r\n")
        await asyncio.to_thread(server.hand_in, "", DOORS.bounce_address(7, 1), b"Subject: y\r\n\r\nreport\r\n")
        assert await asyncio.to_thread(wait_for, lambda: len(clerk.codes) >= 2)
        assert set(clerk.codes) == {os.EX_TEMPFAIL}
        assert server.queued

        (folder / "data").mkdir()

        assert await asyncio.to_thread(wait_for, lambda: not server.queued)
    assert sorted(await kept_in(database)) == [
        ("", DOORS.bounce_address(7, 1), "pipe"),
        ("ann@example.org", ANN, "pipe"),
    ]
    assert "status=bounced" not in server.log
