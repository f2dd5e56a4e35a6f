"""The way to the relay in private: whose certificate is good, and what was said before counts for nothing."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from house.served import settings_for

from agent.mail.reply import Reply
from agent.smtp.relay import Relay
from agent.ways import relay_of

ANN, BOB = "ann@reply.example.test", "bob@example.test"
RAW = b"Subject: x\r\n\r\nx\r\n"
KEPT = Reply(250, "2.0.0 kept")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """One that nobody but itself has signed, for `relay.test`."""
    key, name = Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay.test")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime.now(UTC) + timedelta(days=9)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("relay.test")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    file = tmp_path_factory.mktemp("tls") / "relay.pem"
    file.write_bytes(
        made.sign(key, None).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return file


@asynccontextmanager
async def server(certificate, injected=b""):
    """A relay that speaks as little as it may; what it was told in private, and its port."""
    tls, told = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), []
    tls.load_cert_chain(certificate)

    async def serve(reader, writer):
        private = False
        writer.write(b"220 relay.test\r\n")
        try:
            while line := (await reader.readline()).strip():
                verb = line[:4].upper()
                told.append(line) if private else None
                if line.upper() == b"STARTTLS":
                    writer.write(b"220 go\r\n" + injected)
                    await writer.start_tls(tls)
                    private = True
                elif verb == b"EHLO":
                    writer.write(b"250-relay.test\r\n250 " + (b"SMTPUTF8" if private else b"STARTTLS") + b"\r\n")
                elif verb == b"DATA":
                    writer.write(b"354 go\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    writer.write(b"250 2.0.0 kept\r\n")
                else:
                    writer.write(b"250 2.1.0 fine\r\n")
        except (OSError, asyncio.IncompleteReadError):
            pass
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1], told
    finally:
        listening.close()


def trusting(certificate, name=True):
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = name
    return context


async def sent(port, **how) -> Reply:
    relay = Relay("localhost", port, "us.test", "starttls", timeout_s=10, **how)
    try:
        return await relay.send(ANN, BOB, RAW)
    finally:
        await relay.close()


async def test_a_certificate_that_nobody_has_signed_is_not_believed(certificate):
    async with server(certificate) as (port, told):
        reply = await sent(port)

    assert reply.code == 421
    assert "certificate" in reply.text
    assert not told


async def test_a_good_certificate_for_another_name_is_not_believed(certificate):
    async with server(certificate) as (port, told):
        assert "certificate" in (await sent(port, tls=trusting(certificate))).text
        assert not told
        assert await sent(port, tls=trusting(certificate, name=False)) == KEPT


async def test_on_this_machine_any_certificate_will_do(certificate):
    async with server(certificate) as (port, _):
        settings = settings_for("sqlite:x", 1, port)
        settings = settings.model_copy(update={"relay": settings.relay.model_copy(update={"tls": "starttls"})})
        relay = relay_of(settings)

        assert await relay.send(ANN, BOB, RAW) == KEPT
        await relay.close()
        elsewhere = settings.model_copy(update={"relay": settings.relay.model_copy(update={"host": "relay.test"})})
        assert relay_of(elsewhere).tls is None


@pytest.mark.row("T28")
async def test_what_was_said_before_the_way_was_private_counts_for_nothing(certificate):
    async with server(certificate, injected=b"250 2.0.0 forged\r\n" * 9) as (port, told):
        assert await sent(port, tls=trusting(certificate, name=False)) == KEPT

    assert [line.split()[0].upper() for line in told[:4]] == [b"EHLO", b"MAIL", b"RCPT", b"DATA"]
