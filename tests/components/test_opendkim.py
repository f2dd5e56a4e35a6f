"""Our signatures before OpenDKIM and behind Postfix, and OpenDKIM signing in our place."""

import asyncio
import re
import smtplib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import opendkim as real
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from ports import free_port
from postfix import Postfix, postfix

from agent.mail.address import Doors
from agent.mail.dkim import SIGNED, Signer, signed
from agent.mail.envelope import Envelope
from agent.mail.letter import Attachment, Letter, write
from agent.smtp.inbound import Inbound
from agent.smtp.relay import Relay

DOMAIN = "alliance.test"
DOORS = Doors(DOMAIN, (b"k" * 32,))
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
RSA = Signer(DOMAIN, "a2026", generate_private_key(65537, 2048))
ED = Signer(DOMAIN, "e2026", Ed25519PrivateKey.generate())
LETTER = Letter(
    kind="prompt",
    from_name="Ann via Alliance",
    from_address=DOORS.reply_address(7, 3),
    to_address="bob@example.test",
    subject="What do you hope for, José?",
    date=AT,
    message_id=DOORS.message_id(7, 3),
    text="Dear Bob,\n\nWhat do you hope for? Maßvoll.\n.\nFrom here on\n",
    html="<p>Dear Bob, maßvoll</p>\n",
    one_click=f"https://{DOMAIN}/u/{DOORS.click(7, 3)}",
    list_unsubscribe="STOP",
    attachments=(Attachment("a.pdf", "application/pdf", bytes(range(256)) * 20),),
)
EIGHT = """From: <a@alliance.test>\r
To: <bob@example.test>\r
Message-ID: <8@alliance.test>\r
Date: Mon, 2 Mar 2026 10:00:00 +0000\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
Maßvoll\r
""".encode()
WORDS = st.text(st.sampled_from('a é😀\r\n\x00\u2028=?_",;<>@. \t\xa0'), max_size=200)


@pytest.fixture
def folder(folder: Path) -> Path:
    """With a place for the keys."""
    (folder / "keys").mkdir()
    return folder


@settings(max_examples=5)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=20, max_size=20))
@pytest.mark.row("T63")
def test_every_letter_is_good_in_the_eyes_of_opendkim(said: list[tuple[str, str, str, str]]) -> None:
    real.installed()
    letters = [
        signed(write(replace(LETTER, text=text, html=html, subject=subject, from_name=name)), (RSA, ED), AT)
        for text, html, subject, name in said
    ]
    with tempfile.TemporaryDirectory() as name:
        assert real.opinions(Path(name), letters, (RSA, ED)) == [["pass", "pass"]] * len(letters)


def test_opendkim_finds_what_was_changed() -> None:
    real.installed()
    raw = signed(write(LETTER), (RSA, ED), AT)
    changed = (
        raw.replace(b"Dear Bob", b"Dear Eve"),
        raw + b"More.\r\n",
        b"Subject: another\r\n" + raw,
        raw.replace(b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"),
    )
    with tempfile.TemporaryDirectory() as name:
        assert real.opinions(Path(name), changed, (RSA, ED)) == [["fail", "fail"]] * len(changed)


class Carrier:
    """The next server, which keeps what it gets."""

    def __init__(self) -> None:
        self.port = 0
        self.raws: asyncio.Queue[bytes] = asyncio.Queue()
        self.inbound = Inbound(accepts=lambda *_: True, keep=self.keep, hostname="carrier.test")

    async def keep(self, envelopes: Sequence[Envelope]) -> None:
        for e in envelopes:
            self.raws.put_nowait(e.raw)

    async def next(self) -> bytes:
        async with asyncio.timeout(30):
            return await self.raws.get()


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    made = Carrier()
    made.port = await made.inbound.start()
    yield made
    await made.inbound.stop()


async def handed_on(server: Postfix, carrier: Carrier, raw: bytes) -> bytes:
    """A letter as it comes out behind Postfix."""
    relay = Relay("127.0.0.1", server.submission, DOMAIN, "none")
    assert (await relay.send(DOORS.bounce_address(7, 3), "bob@example.test", raw)).is_accepted
    await relay.close()
    return await carrier.next()


@pytest.mark.row("T63")
async def test_a_signature_survives_a_hop_that_takes_seven_bits_alone(folder: Path, carrier: Carrier) -> None:
    real.installed()
    eight = signed(EIGHT, (RSA,), AT)
    seven = {"main": "smtp_discard_ehlo_keywords = 8bitmime, smtputf8\n"}
    with postfix(folder / "p", carrier.port, free_port(), free_port, DOMAIN, seven) as server:
        out = await handed_on(server, carrier, signed(write(LETTER), (RSA, ED), AT))
        with smtplib.SMTP("127.0.0.1", server.submission) as client:
            client.sendmail("a@alliance.test", ["bob@example.test"], eight, ["BODY=8BITMIME"])
        changed = await carrier.next()

    assert real.opinions(folder / "keys", [out], (RSA, ED)) == [["pass", "pass"]]
    assert real.opinions(folder / "keys", [eight, changed], (RSA,)) == [["pass"], ["fail"]], "or the hop does no harm"


async def test_opendkim_signs_as_the_sample_says_where_we_do_not(folder: Path, carrier: Carrier) -> None:
    port, milter = carrier.port, free_port()
    pem = RSA.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with (
        real.opendkim(folder / "keys", milter, DOMAIN, "a2026", pem),
        postfix(folder / "p", port, free_port(), free_port, DOMAIN, milter=milter) as server,
    ):
        out = await handed_on(server, carrier, write(LETTER))

    assert real.opinions(folder / "keys", [out], (RSA,)) == [["pass"]]
    found = re.search(rb"\sh=([^;]+)", out)
    assert found
    names = re.sub(rb"\s", b"", found[1]).lower().decode().split(":")
    head = out.partition(b"\r\n\r\n")[0]
    stands = {name: len(re.findall(rb"(?im)^%s:" % name.encode(), head)) for name in map(str.lower, SIGNED)}
    assert {name: names.count(name) - 1 for name in stands} == stands
