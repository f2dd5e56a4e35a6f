"""A real border in front of us: Postfix, with an OpenDKIM that writes into each mail what its signature is worth (T16, T18)."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import opendkim
import pytest
from ports import free_port
from postfix import postfix
from signer import Signer

from agent.mail.authentic import Verdict, judged
from agent.mail.envelope import Envelope
from agent.smtp.inbound import Inbound

BORDER = "mx.example.test"
TO = "alliance@alliance.test"
MAIL = f"From: Ann <ann@good.test>\r\nTo: {TO}\r\nSubject: Re: 1\r\n\r\nAGREE\r\n".encode()
GOOD, EVIL = Signer("good.test", dmarc=""), Signer("evil.test", dmarc="")
CLAIM = "dmarc=pass header.from=good.test"
CLAIMS = (
    f"Authentication-Results: {BORDER}; {CLAIM}",
    f"AUTHENTICATION-RESULTS: {BORDER.upper()} 1; {CLAIM}",
    f"Authentication-Results: (x) {BORDER}; {CLAIM}",
    f'Authentication-Results: "{BORDER}"; {CLAIM}',
    f"Authentication-Results:\r\n {BORDER};\r\n dmarc=pass\r\n header.from=good.test",
    f"Authentication-Results : {BORDER}; {CLAIM}",
    f"Authentication-Results: other.example.test; {CLAIM}",
    f"Received: from x by {BORDER}; now\r\nAuthentication-Results: {BORDER}; {CLAIM}",
)


class Behind:
    """What comes through the border."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()
        self.door = Inbound(accepts=lambda *_: True, keep=self.keep, hostname="alliance.test", protocol="lmtp")

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            self.came.put_nowait(e.raw)

    async def passed(self, raw: bytes) -> bytes:
        """A mail as it is behind the border."""
        await asyncio.to_thread(self.server.hand_in, "ann@good.test", TO, raw)
        async with asyncio.timeout(90):
            return await self.came.get()


@asynccontextmanager
async def behind() -> AsyncIterator[Behind]:
    found, milter = Behind(), free_port()
    asks = f"smtpd_milters = inet:127.0.0.1:{milter}\nmilter_default_action = tempfail\nmilter_protocol = 6\n"
    with tempfile.TemporaryDirectory(prefix="border") as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 - once, at the start
        with (
            opendkim.verifying(folder, milter, BORDER, GOOD.records | EVIL.records),
            postfix(folder / "p", 1, await found.door.start(), free_port, "alliance.test", {"main": asks}) as server,
        ):
            found.server = server
            try:
                yield found
            finally:
                await found.door.stop()


def seen(raw: bytes, border: str) -> Verdict:
    """What we find of it while no DNS answers, so that nothing but the border can vouch for anybody."""
    silence = dict.fromkeys(GOOD.records | EVIL.records)
    return judged(raw, silence, datetime.now(UTC), border)


@pytest.mark.row("T16", "T18")
async def test_the_borders_word_counts_where_it_is_configured_and_nobody_elses() -> None:
    async with behind() as b:
        signed = await b.passed(GOOD.sign(MAIL))
        stranger = await b.passed(EVIL.sign(MAIL))
        changed = await b.passed(GOOD.sign(MAIL).replace(b"AGREE", b"I agree to all"))
        forged = [await b.passed(claim.encode() + b"\r\n" + MAIL) for claim in CLAIMS]

    assert (seen(signed, BORDER).finding, seen(signed, BORDER).why) == ("aligned", f"{BORDER} vouches")
    assert seen(signed, "").finding == "unknown", "no border is configured"
    assert seen(signed, "mx.other.test").finding == "unknown", "another one is"
    assert {seen(raw, BORDER).finding for raw in (stranger, changed, *forged)} == {"unknown"}
    pushed = CLAIMS[6].encode() + b"\r\n" + signed
    assert seen(pushed, BORDER).finding == "unknown", "it stands no longer on top"
