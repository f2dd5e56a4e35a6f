"""A real mail client and the served process: the first mail, the why and SEND, until the invitation is on its way."""

import asyncio
import shutil
import sys
from pathlib import Path

from browser import lacking

HOUSE = Path(__file__).parents[1] / "house"
sys.path.insert(0, str(HOUSE))

from test_kill import Sink, free_port  # noqa: E402


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
    sink = Sink()
    relay = await sink.inbound.start()
    port = free_port()
    command = [sys.executable, str(HOUSE / "served.py"), f"sqlite:{tmp_path / 'a.db'}", str(port), str(relay)]
    served = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert served.stdout
    try:
        await served.stdout.readline()
        to, seen = "alliance@alliance.test", 0
        for subject, body in (
            ("Ben and me", "Ben (ben@b.test) and I open a bakery in May."),
            ("Re: one question first", "Ben is the person I call when things go sideways."),
            ("Re: Ready to write", "SEND"),
        ):
            said = await swaks(port, "ann@a.test", to, subject, body)
            assert "250 2.0.0" in said
            async with asyncio.timeout(20):
                while len(sink.letters) == seen:
                    sink.arrived.clear()
                    await sink.arrived.wait()
            to, seen = sink.address["ann@a.test"], len(sink.letters)
        async with asyncio.timeout(20):
            while "ben@b.test" not in sink.address:
                sink.arrived.clear()
                await sink.arrived.wait()
    finally:
        served.terminate()
        await served.wait()
        await sink.inbound.stop()
