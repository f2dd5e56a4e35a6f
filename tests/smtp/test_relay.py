# ruff: noqa: N802 - aiosmtpd finds hooks by their names in capitals
import asyncio
import socket
import ssl
import struct
from contextlib import asynccontextmanager, suppress

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import given
from hypothesis import strategies as st

from agent.mail.reply import LOST, Reply
from agent.smtp.relay import Relay, _dotted

ANN, BOB = "ann@reply.example.test", "bob@example.test"
RAW = b"Subject: x\r\n\r\n.dots\r\n..\r\nx\r\n"


class Sink:
    """A relay that takes letters, or does what `script` says: {"RCPT": ["450 later", None]} is first no, then yes."""

    def __init__(self, script):
        self.script = {verb: list(replies) for verb, replies in script.items()}
        self.letters, self.calls, self.lines = [], 0, []

    async def _says(self, verb, server):
        replies = self.script.get(verb)
        reply = replies.pop(0) if replies else None
        if reply == "drop":
            server.transport.abort()
            await asyncio.Event().wait()
        if reply == "silence":
            await asyncio.Event().wait()
        if reply and reply.startswith("421"):
            await server.push(reply)
            server.transport.close()
            await asyncio.Event().wait()
        return reply

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.lines.append(options)
        reply = await self._says("MAIL", server)
        if reply is None:
            envelope.mail_from = address
        return reply or "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.endswith("@dead.test"):
            await asyncio.Event().wait()
        reply = await self._says("RCPT", server)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = await self._says("DATA", server)
        if reply is None:
            self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if await self._says("AFTER", server):
            return "-"
        return reply or "250 2.0.0 queued as 1"


@asynccontextmanager
async def sink_and_relay(script=None, server_options=None, **settings):
    sink, servers = Sink(script or {}), []

    def answer():
        sink.calls += 1
        options = {"hostname": "sink.test", "enable_SMTPUTF8": True} | (server_options or {})
        servers.append(SMTP(sink, loop=asyncio.get_running_loop(), **options))
        return servers[-1]

    listening = await asyncio.get_running_loop().create_server(answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    relay = Relay(**{"host": "127.0.0.1", "port": port, "hostname": "us.test", "security": "none"} | settings)
    relay.sink, relay.lines = sink, servers
    try:
        yield relay
    finally:
        await relay.close()
        listening.close()
        for server in servers:
            if server.transport:
                server.transport.abort()


async def test_a_letter_arrives_as_it_was_written():
    async with sink_and_relay() as relay:
        reply = await relay.send(ANN, BOB, RAW)

        assert reply == Reply(250, "2.0.0 queued as 1")
        assert reply.is_accepted
        assert relay.sink.letters == [(ANN, [BOB], RAW)]


async def test_the_null_sender_is_written_as_it_is():
    async with sink_and_relay() as relay:
        assert (await relay.send("", BOB, RAW)).is_accepted
        assert relay.sink.letters[0][0] == "<>"


async def test_letters_one_after_the_other_share_a_connection():
    async with sink_and_relay() as relay:
        replies = [await relay.send(ANN, BOB, RAW) for _ in range(5)]

        assert all(reply.is_accepted for reply in replies)
        assert relay.sink.calls == 1


async def test_letters_at_once_share_so_many_connections_and_no_more():
    async with sink_and_relay(connections=3) as relay:
        replies = await asyncio.gather(*(relay.send(ANN, BOB, RAW) for _ in range(30)))

        assert all(reply.is_accepted for reply in replies)
        assert relay.sink.calls <= 3
        assert len(relay.sink.letters) == 30
        assert not relay._lanes  # nothing is kept of a domain to which nothing is under way


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("said", ["450 4.2.0 later", "550 5.1.1 nobody", "552 5.3.4 too big"])
@pytest.mark.row("R5")
async def test_a_refusal_is_the_reply_and_the_next_letter_goes_over_the_same_connection(verb, said):
    async with sink_and_relay({verb: [said]}) as relay:
        refused, accepted = await relay.send(ANN, BOB, RAW), await relay.send(ANN, BOB, RAW)

        assert f"{refused.code} {refused.text}" == said
        assert refused.is_permanent == said.startswith("5")
        assert refused.is_transient == said.startswith("4")
        assert accepted.is_accepted
        assert relay.sink.calls == 1


async def test_a_greylisted_letter_is_accepted_later():
    async with sink_and_relay({"RCPT": ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]}) as relay:
        assert [(await relay.send(ANN, BOB, RAW)).code for _ in range(3)] == [451, 451, 250]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.row("R4")
async def test_a_line_that_breaks_before_the_message_is_transient(verb):
    async with sink_and_relay({verb: ["drop"]}) as relay:
        assert (await relay.send(ANN, BOB, RAW)).is_transient
        assert (await relay.send(ANN, BOB, RAW)).is_accepted


@pytest.mark.parametrize("what", ["drop", "silence"])
@pytest.mark.row("R4")
async def test_when_the_answer_to_the_final_dot_is_lost_the_outcome_is_unknown(what):
    async with sink_and_relay({"AFTER": [what]}, final_s=0.1) as relay:
        reply = await relay.send(ANN, BOB, RAW)

        assert reply.is_unknown
        assert reply.code == LOST
        assert not reply.is_accepted
        assert not reply.is_permanent
        assert not reply.is_transient
        assert len(relay.sink.letters) == 1
        assert (await relay.send(ANN, BOB, RAW)).is_accepted


@pytest.mark.row("R4")
async def test_an_unknown_outcome_on_a_kept_connection_is_not_tried_again():
    async with sink_and_relay({"AFTER": [None, "drop"]}) as relay:
        await relay.send(ANN, BOB, RAW)

        assert (await relay.send(ANN, BOB, RAW)).is_unknown
        assert len(relay.sink.letters) == 2


@asynccontextmanager
async def a_server_that(talks, **settings):
    async def serve(reader, writer):
        try:
            await talks(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    relay = Relay(**{"host": "127.0.0.1", "port": port, "hostname": "us.test", "security": "none"} | settings)
    try:
        yield relay
    finally:
        await relay.close()
        server.close()


async def up_to_data(reader, writer):
    writer.write(b"220 hello\r\n")
    for reply in (b"250 hello", b"250 OK", b"250 OK", b"354 go on"):
        await reader.readline()
        writer.write(reply + b"\r\n")


@pytest.mark.row("R4")
async def test_a_line_that_breaks_within_the_message_is_transient():
    async def talks(reader, writer):
        await up_to_data(reader, writer)
        await reader.read(1000)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with a_server_that(talks) as relay:
        reply = await relay.send(ANN, BOB, b"x" * 76 + b"\r\nx" * 10_000_000)

        assert reply.is_transient


async def test_a_relay_too_slow_for_the_message_never_gets_its_end_after_we_gave_up():
    """Else it may take the letter, and we would send it twice."""
    gave_up, got = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def talks(reader, writer):
        await up_to_data(reader, writer)
        writer.transport.pause_reading()
        await gave_up.wait()
        writer.transport.resume_reading()
        last = b""
        with suppress(ConnectionResetError):
            while more := await reader.read(1_000_000):
                last = (last + more)[-10:]
        got.set_result(last)

    async with a_server_that(talks, timeout_s=0.3) as relay:
        reply = await relay.send(ANN, BOB, b"x" * 76 + b"\r\nx" * 10_000_000)
        gave_up.set()

        assert reply.is_transient
        assert not (await got).endswith(b"\r\n.\r\n")


@pytest.mark.parametrize("answer", [b"354 what\r\n", b"nonsense\r\n", b"199 hm\r\n", b"2" * 100_000, b""])
async def test_nonsense_after_the_final_dot_is_no_answer(answer):
    async def talks(reader, writer):
        await up_to_data(reader, writer)
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(answer)
        await writer.drain()

    async with a_server_that(talks) as relay:
        assert (await relay.send(ANN, BOB, RAW)).is_unknown


@pytest.mark.parametrize("greeting", [b"554 5.7.1 go away\r\n", b"421 busy\r\n", b"nonsense\r\n", b""])
async def test_a_relay_that_will_not_talk_says_nothing_about_the_letter(greeting):
    async def talks(reader, writer):
        writer.write(greeting)
        await writer.drain()

    async with a_server_that(talks) as relay:
        assert (await relay.send(ANN, BOB, RAW)).is_transient


async def test_a_relay_that_is_down_or_mute_is_transient():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    down = Relay("127.0.0.1", port, "us.test", security="none")
    assert (await down.send(ANN, BOB, RAW)).is_transient

    async with sink_and_relay({"RCPT": ["silence"]}, timeout_s=0.1) as mute:
        assert (await mute.send(ANN, BOB, RAW)).is_transient


@pytest.mark.parametrize("said", ["421 4.3.2 too many letters on this line", "drop"])
async def test_a_connection_that_went_stale_is_replaced_without_a_word(said):
    async with sink_and_relay({"MAIL": [None, said]}) as relay:
        replies = [await relay.send(ANN, BOB, RAW) for _ in range(2)]

        assert [reply.code for reply in replies] == [250, 250]
        assert relay.sink.calls == 2
        assert len(relay.sink.letters) == 2


async def test_a_connection_closed_in_the_meantime_is_replaced():
    async with sink_and_relay() as relay:
        await relay.send(ANN, BOB, RAW)
        relay.lines[0].transport.abort()

        assert (await relay.send(ANN, BOB, RAW)).is_accepted


async def test_a_sending_that_is_cancelled_leaves_nothing_behind():
    async with sink_and_relay({"DATA": ["silence"]}, connections=1) as relay:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await relay.send(ANN, BOB, RAW)

        assert (await relay.send(ANN, BOB, RAW)).is_accepted
        assert relay.sink.calls == 2


@pytest.mark.parametrize(
    "rcpt_to", ["", "a b@example.test", "bob@example.test>\r\nRCPT TO:<eve@evil.test", "a@b.test,c@d.test"]
)
@pytest.mark.row("T62")
async def test_what_is_no_address_reaches_no_relay(rcpt_to):
    async with sink_and_relay() as relay:
        assert (await relay.send(ANN, rcpt_to, RAW)).is_permanent
        assert (await relay.send(rcpt_to or "x", BOB, RAW)).is_permanent
        assert relay.sink.calls == 0


@pytest.mark.row("T37")
async def test_smtputf8_is_asked_for_only_where_it_is_needed():
    async with sink_and_relay() as relay:
        assert (await relay.send(ANN, BOB, RAW)).is_accepted
        assert (await relay.send(ANN, "josé@example.test", RAW)).is_accepted

        assert relay.sink.lines == [[], ["SMTPUTF8", "BODY=8BITMIME"]]
        assert relay.sink.letters[1][1] == ["josé@example.test"]


@pytest.mark.row("T37")
async def test_a_relay_that_cannot_write_to_a_name_beyond_ascii_is_a_clear_failure():
    async with sink_and_relay(server_options={"enable_SMTPUTF8": False}) as relay:
        reply = await relay.send(ANN, "josé@example.test", RAW)

        assert reply.is_permanent
        assert reply.text.startswith("5.6.7")


def authenticator(server, session, envelope, mechanism, login):
    return AuthResult(success=login.password == b"right", handled=False)


LOGIN = {"authenticator": authenticator, "auth_required": True, "auth_require_tls": False}


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize(
    ("user", "password", "accepted"), [("us", "right", True), ("us", "wrong", False), ("", "", False)]
)
async def test_a_wrong_password_is_our_fault_and_not_the_letters(user, password, accepted):
    async with sink_and_relay(server_options=LOGIN, user=user, password=password) as relay:
        reply = await relay.send(ANN, BOB, RAW)

        assert reply.is_accepted == accepted
        assert reply.is_transient != accepted


def test_the_password_is_not_shown():
    assert "hunter2" not in repr(Relay("h", 25, "us.test", user="us", password="hunter2"))


@pytest.mark.row("T28")
async def test_a_relay_without_tls_is_not_spoken_to_when_tls_is_asked_for():
    for security in ("starttls", "tls"):
        async with sink_and_relay(security=security, timeout_s=1) as relay:
            assert (await relay.send(ANN, BOB, RAW)).is_transient
            assert relay.sink.letters == []


@pytest.mark.row("T28")
async def test_what_was_said_before_tls_began_is_not_believed(certificate):
    """Somebody in the middle adds an answer behind the 220: it must not be taken for one that came over TLS."""
    shown, heard = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), []
    shown.load_cert_chain(*certificate)
    injected = b"250-relay.test\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n250 2.1.0 taken\r\n250 2.1.5 taken\r\n354 go\r\n250 taken\r\n"

    async def talk(reader, writer):
        writer.write(b"220 relay.test ESMTP\r\n")
        while line := await reader.readline():
            heard.append(line)
            if line.startswith(b"STARTTLS"):
                writer.write(b"220 go ahead\r\n" + injected)
                await writer.start_tls(shown)
            elif line.startswith(b"EHLO"):
                writer.write(b"250-relay.test\r\n250 STARTTLS\r\n")
            else:
                writer.write(b"450 4.3.0 not now\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    trusting = ssl.create_default_context(cafile=certificate[0])
    port = server.sockets[0].getsockname()[1]
    relay = Relay("127.0.0.1", port, "us.test", "starttls", tls=trusting, timeout_s=2)

    reply = await relay.send(ANN, BOB, RAW)

    await relay.close()
    server.close()
    assert reply.is_transient
    assert not any(b"Subject: x" in line for line in heard)


@pytest.mark.row("R5")
async def test_letters_to_one_domain_have_half_of_the_connections():
    async with sink_and_relay(connections=4) as relay:
        slow = asyncio.gather(*(relay.send(ANN, f"{n}@dead.test", RAW) for n in range(10)))

        replies = await asyncio.gather(*(relay.send(ANN, f"{n}@live{n % 3}.test", RAW) for n in range(30)))

        assert all(reply.is_accepted for reply in replies)
        assert not slow.done()
        slow.cancel()
        with suppress(asyncio.CancelledError):
            await slow


async def test_what_the_relay_says_is_kept_as_one_short_line():
    async with sink_and_relay({"MAIL": ["550-5.7.1 no\r\n550 5.7.1 \x1b[31m" + "x" * 600]}) as relay:
        reply = await relay.send(ANN, BOB, RAW)

        assert reply.text.startswith("5.7.1 no 5.7.1  [31mx") or reply.text.startswith("5.7.1 no 5.7.1 [31mx")
        assert len(reply.text) <= 500


@given(st.lists(st.sampled_from([b".", b"\r\n", b"a"])).map(b"".join))
def test_no_line_of_a_letter_can_end_it(raw):
    wire = _dotted(raw)

    assert wire.endswith(b"\r\n.\r\n") or wire == b".\r\n"
    assert (b"\r\n" + wire).count(b"\r\n.\r\n") == 1
    assert (b"\r\n" + wire)[:-3].replace(b"\r\n.", b"\r\n")[2:].removesuffix(b"\r\n") == raw.removesuffix(b"\r\n")
