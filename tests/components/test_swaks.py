"""A real mail client and the served process: the first mail, the why and SEND, until the invitation is on its way."""

import asyncio
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from browser import lacking
from ports import free_port

from agent.mail.envelope import Envelope
from agent.smtp.inbound import Inbound

SERVED = Path(__file__).parents[1] / "house" / "served.py"


class People:
    """The people behind the relay: where each of them answers by now."""

    def __init__(self) -> None:
        self.doors: dict[str, str] = {}
        self.inbound = Inbound(accepts=lambda *_: True, keep=self.keep, hostname="sink.test")
        self._arrived = asyncio.Event()

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            door = re.search(rb"\r\nReply-To:\s+(\S+)", e.raw)
            assert door
            self.doors[e.rcpt_to] = door[1].decode()
        self._arrived.set()

    async def door_of(self, person: str, before: str = "") -> str:
        """Where this person answers, once another letter has come."""
        async with asyncio.timeout(90):
            while self.doors.get(person, before) == before:
                self._arrived.clear()
                await self._arrived.wait()
        return self.doors[person]


async def swaks(port: int, sender: str, to: str, subject: str, body: str) -> str:
    """Send one mail as people's programs do; the conversation."""
    command = ["swaks", "--server", f"127.0.0.1:{port}", "--from", sender, "--to", to, "--body", body]
    command += ["--header", f"Subject: {subject}", "--h-From", sender, "--helo", "client.test"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out.decode()


async def test_a_real_client_starts_an_alliance_and_sends_the_invitation(tmp_path: Path) -> None:
    if not shutil.which("swaks"):
        lacking("swaks is not installed")
    people = People()
    relay, port = await people.inbound.start(), free_port()
    command = [sys.executable, str(SERVED), f"sqlite:{tmp_path / 'a.db'}", str(port), str(relay)]
    served = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert served.stdout
    try:
        await served.stdout.readline()
        to = "alliance@alliance.test"
        for subject, body in (
            ("Ben and me", "Ben (ben@b.test) and I open a bakery in May."),
            ("Re: one question first", "Ben is the person I call when things go sideways."),
            ("Re: Ready to write", "SEND"),
        ):
            assert "250 2.0.0" in await swaks(port, "ann@a.test", to, subject, body)
            to = await people.door_of("ann@a.test", before=to)
        assert await people.door_of("ben@b.test")
    finally:
        served.terminate()
        await served.wait()
        await people.inbound.stop()
