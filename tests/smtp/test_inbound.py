import asyncio
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import aiosmtplib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.smtp.inbound import Inbound, Limits, _has_line_beyond

KNOWN = "alliance+known@reply.example.test"


class Box:
    """The rest of the house: keeps envelopes in a list."""

    def __init__(self):
        self.envelopes = []

    async def keep(self, envelopes):
        self.envelopes += envelopes

    @property
    def raws(self):
        return [envelope.raw for envelope in self.envelopes]


class Client:
    """A client that says exactly what it is told to, and hears whole replies."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def hears(self):
        lines = []
        while True:
            line = (await self.reader.readline()).decode()
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    async def says(self, line):
        self.writer.write(line if isinstance(line, bytes) else line.encode() + b"\r\n")
        await self.writer.drain()
        return await self.hears()

    async def begins(self, *recipients, hello="EHLO client.test"):
        for line in (
            hello,
            "MAIL FROM:<ann@example.test>",
            *(f"RCPT TO:<{r}>" for r in recipients or (KNOWN,)),
            "DATA",
        ):
            reply = await self.says(line)
        return reply


def accepts(mail_from, rcpt_to):
    return rcpt_to.endswith("@reply.example.test") or (
        "551 5.7.1 Not here" if rcpt_to.startswith("elsewhere") else False
    )


@asynccontextmanager
async def open_door(keep=None, **settings):
    box = Box()
    house = Inbound(**{"accepts": accepts, "keep": keep or box.keep, "hostname": "mx.example.test"} | settings)
    port = await house.start()
    writers = []

    async def call():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        return Client(reader, writer)

    house.call, house.box, house.number = call, box, port
    try:
        yield house
    finally:
        for writer in writers:
            writer.close()
        await house.stop()


@asynccontextmanager
async def on_the_phone(**settings):
    async with open_door(**settings) as house:
        client = await house.call()
        assert (await client.hears()).startswith("220 mx.example.test ")
        client.box = house.box
        yield client


async def test_a_message_arrives_with_its_envelope():
    async with open_door() as house:
        message = b"Subject: yes\r\n\r\nI agree\r\n"
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=house.number, local_hostname="c.test") as client:
            errors, reply = await client.sendmail("ann@example.test", [KNOWN], message)

        assert (errors, reply) == ({}, "2.0.0 Kept")
        [kept] = house.box.envelopes
        assert (kept.mail_from, kept.rcpt_to, kept.raw, kept.peer) == ("ann@example.test", KNOWN, message, "127.0.0.1")


async def test_the_house_says_what_it_can():
    async with on_the_phone() as client:
        assert (await client.says("EHLO c.test")).splitlines() == [
            "250-mx.example.test",
            "250-SIZE 26214400",
            "250-8BITMIME",
            "250-SMTPUTF8",
            "250-PIPELINING",
            "250 ENHANCEDSTATUSCODES",
        ]


@pytest.mark.parametrize(
    ("rcpt_to", "reply"),
    [
        (KNOWN, "250"),
        ("unknown@example.test", "550 5.1.1"),
        ("elsewhere@example.test", "551 5.7.1"),
        ('"quoted local"@example.test', "550 5.1.1"),
        ("known%reply.example.test@example.test", "550 5.1.1"),
        ("@relay.test:known@reply.example.test", "553"),
        ("known@reply.example.test@evil.test", "553"),
        ("", "553"),
        ("no at", "553"),
        ("é\u2028@reply.example.test", "553"),
        ("postmaster", "550 5.1.1"),
    ],
)
@pytest.mark.row("T2", "T35")
async def test_a_stranger_is_refused_at_rcpt(rcpt_to, reply):
    async with on_the_phone() as client:
        await client.says("EHLO c.test")
        await client.says("MAIL FROM:<ann@example.test>")

        assert (await client.says(f"RCPT TO:<{rcpt_to}>")).startswith(reply)


@pytest.mark.row("T35")
async def test_nobody_is_told_who_is_here():
    async with on_the_phone() as client:
        assert (await client.says("VRFY ann")).startswith("502")
        assert (await client.says("EXPN all")).startswith("502")
        for line in ("HELP", "AUTH PLAIN AHgAeA==", "XCLIENT ADDR=192.0.2.1", "PROXY TCP4 192.0.2.1 192.0.2.2 1 25"):
            assert await client.says(line) == "500 5.5.2 Not understood"
        await client.begins()
        await client.says(b"x\r\n.\r\n")

        assert client.box.envelopes[0].peer == "127.0.0.1"  # whatever it claimed to be


async def test_the_null_sender_is_welcome():
    async with on_the_phone() as client:
        await client.says("EHLO c.test")
        assert (await client.says("MAIL FROM:<>")).startswith("250")
        await client.says(f"RCPT TO:<{KNOWN}>")
        await client.says("DATA")
        await client.says(b"report\r\n.\r\n")

        assert client.box.envelopes[0].mail_from == ""


@pytest.mark.row("T37")
async def test_names_beyond_ascii_and_8_bit_bodies_are_taken():
    async with on_the_phone() as client:
        await client.says("EHLO c.test")
        assert (await client.says("MAIL FROM:<josé@bücher.test> SIZE=9 BODY=8BITMIME SMTPUTF8")).startswith("250")
        await client.says(f"RCPT TO:<{KNOWN}>")
        await client.says("DATA")
        await client.says("é\x00\r\n.\r\n".encode())

        assert client.box.envelopes[0].mail_from == "josé@bücher.test"
        assert client.box.raws == ["é\x00\r\n".encode()]


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("MAIL FROM:ann@example.test", "553"),
        (b"MAIL FROM:<j\xe9@example.test>\r\n", "553"),
        ("MAIL FROM:<ann@example.test> RET=FULL", "555"),
        ("MAIL FROM:<ann@example.test> SIZE=99999999999", "552 5.3.4"),
        ("MAIL", "553"),
        (f"RCPT TO:<{KNOWN}>", "503"),
        ("DATA", "503"),
        ("EHLO", "501"),
        ("", "500 5.5.2"),
        ("X" * 3000, "500 5.5.2"),
        ("X" * 100_000, "500 5.5.2"),
        ("LHLO c.test", "500 5.5.2"),
        (b"\xff\xfe\r\n", "500 5.5.2"),
    ],
)
async def test_what_makes_no_sense_is_said_so_and_the_next_command_is_heard(line, reply):
    async with on_the_phone() as client:
        await client.says("EHLO c.test")

        assert (await client.says(line)).startswith(reply)
        assert await client.says("NOOP") == "250 2.0.0 OK"


async def test_greeting_comes_first_and_transactions_do_not_nest():
    async with on_the_phone() as client:
        assert (await client.says("MAIL FROM:<a@b.test>")).startswith("503")
        await client.says("HELO c.test")
        await client.says("MAIL FROM:<a@b.test>")
        assert (await client.says("MAIL FROM:<a@b.test>")).startswith("503")
        assert await client.says("RSET") == "250 2.0.0 OK"
        assert (await client.says("MAIL FROM:<a@b.test>")).startswith("250")
        assert (await client.says("RCPT TO:<a@reply.example.test> NOTIFY=NEVER")).startswith("555")
        await client.says(f"RCPT TO:<{KNOWN}>")
        assert (await client.says("DATA now")).startswith("501")
        assert await client.says("QUIT") == "221 2.0.0 Bye"


ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r\n\0.\r\n", b"\r\n.\0\r\n"]


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
@pytest.mark.parametrize("end", ENDS, ids=repr)
@pytest.mark.row("T27")
async def test_only_one_thing_ends_a_message(protocol, end):
    inner = f"MAIL FROM:<admin@good.test>\r\nRCPT TO:<{KNOWN}>\r\nDATA\r\nSubject: smuggled\r\n\r\nI agree\r\n.\r\n"
    async with on_the_phone(protocol=protocol) as client:
        await client.begins(hello="EHLO c.test" if protocol == "smtp" else "LHLO c.test")
        assert (await client.says(b"Subject: outer\r\n\r\nouter" + end + inner.encode())).startswith("250")
        assert await client.says("NOOP") == "250 2.0.0 OK"

        assert [envelope.mail_from for envelope in client.box.envelopes] == ["ann@example.test"]


@pytest.mark.row("T27")
async def test_two_messages_in_one_go_are_two():
    async with on_the_phone() as client:
        await client.begins()
        await client.says(f"one\r\n.\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<{KNOWN}>\r\nDATA\r\ntwo\r\n.\r\n".encode())
        for _ in range(4):
            await client.hears()

        assert client.box.raws == [b"one\r\n", b"two\r\n"]


@pytest.mark.parametrize(
    "raw", [b"", b".", b".\r\n", b"..\r\n.x\r\n", b"\r\n\r\n", b"\n.\n\r\n", b"x" * 9000, b"a\r\n" * 40_000]
)
@pytest.mark.row("T38")
async def test_dots_are_undone_and_nothing_else_is_changed(raw):
    async with on_the_phone() as client:
        await check_arrival(client, raw)


async def check_arrival(client, raw):
    raw = raw if raw.endswith(b"\r\n") or not raw else raw + b"\r\n"
    await client.begins()
    await client.says((b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
    assert client.box.raws[-1] == raw


@given(
    st.lists(
        st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"\0", b"\xff"]), max_size=12).map(b"".join),
        max_size=5,
    )
)
@settings(max_examples=40, deadline=None)
@pytest.mark.row("T38")
def test_any_octets_come_through_in_any_pieces(pieces):
    async def talk():
        async with on_the_phone() as client:
            await client.begins()
            stuffed = (b"\r\n" + b"".join(pieces) + b"\r\n").replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"
            for i in range(len(stuffed)):
                client.writer.write(stuffed[i : i + 1])
                await asyncio.sleep(0)
            assert (await client.hears()).startswith("250")
            assert client.box.raws == [b"".join(pieces) + b"\r\n"]

    asyncio.run(talk())


async def test_an_end_that_falls_between_two_blocks_is_still_an_end():
    async with on_the_phone(limits=Limits(line=20_000)) as client:
        for size in range(16 * 1024 - 12, 16 * 1024 + 4):
            await check_arrival(client, b"x" * 1000 + b"\r\n" + b"y" * (size - 1002))
            await check_arrival(client, (b"z" * 78 + b"\r\n") * 409 + b"y" * (size - 16 * 1024 + 12))


@pytest.mark.parametrize(("line", "reply"), [(10_000, "250"), (10_001, "554")])
async def test_long_lines_are_taken_up_to_a_limit(line, reply):
    async with on_the_phone() as client:
        await client.begins()

        assert (await client.says(b"a\r\n" + b"x" * line + b"\r\nb\r\n.\r\n")).startswith(reply)
        assert (await client.says("NOOP")).startswith("250")


@given(st.lists(st.integers(0, 12), max_size=20), st.integers(1, 10))
def test_the_longest_line_is_found_without_looking_at_each(lengths, limit):
    raw = b"\r\n".join(b"x" * n for n in lengths)

    assert _has_line_beyond(raw, limit) == any(n > limit for n in lengths)


@pytest.mark.row("T31")
async def test_what_is_too_big_is_refused_and_the_line_stays_open():
    async with on_the_phone(limits=Limits(size=1000)) as client:
        await client.says("EHLO c.test")
        assert (await client.says("MAIL FROM:<a@b.test> SIZE=1001")).startswith("552 5.3.4")
        await client.begins()
        assert (await client.says(b"x" * 998 + b"\r\n.\r\n")).startswith("250")
        await client.begins()
        assert (await client.says(b"x" * 999 + b"\r\n.\r\n")).startswith("552 5.3.4")
        assert (await client.says("NOOP")).startswith("250")


@pytest.mark.row("R7", "T31")
async def test_a_mail_of_30_megabytes_is_refused_politely():
    async with on_the_phone() as client:
        await client.begins()

        assert (await client.says(b"x" * 76 + (b"\r\n" + b"x" * 76) * 400_000 + b"\r\n.\r\n")).startswith("552 5.3.4")
        assert client.box.envelopes == []


def resident():
    """What the process holds in memory, in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read as Linux shows it")
@pytest.mark.row("T29")
async def test_a_flood_without_line_ends_fills_no_memory():
    async with on_the_phone(limits=Limits(size=2**20)) as client:
        await client.begins()
        before, sent, block = resident(), 0, b"A" * 2**16
        try:
            while sent < 40 * 2**20:
                client.writer.write(block)
                await client.writer.drain()
                sent += len(block)
        except ConnectionError:
            pass

        assert resident() - before < 10
        assert sent < 40 * 2**20
        assert client.box.envelopes == []


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read as Linux shows it")
@pytest.mark.row("R7", "T29")
async def test_two_hundred_megabytes_in_one_line_are_refused_within_the_size_of_a_mail():
    async with on_the_phone() as client:
        await client.begins()
        before, most, sent, block = resident(), 0.0, 0, b"A" * 2**16
        try:
            while sent < 200 * 2**20:
                client.writer.write(block)
                await client.writer.drain()
                sent += len(block)
                most = max(most, resident() - before)
        except ConnectionError:
            pass

        assert sent < 200 * 2**20  # the line was cut
        assert most < 25 + 10
        assert client.box.envelopes == []


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read as Linux shows it")
@pytest.mark.row("R7", "T30")
async def test_of_ten_thousand_recipients_a_hundred_are_taken_and_the_others_come_again():
    async with on_the_phone() as client:
        await client.says("EHLO c.test")
        await client.says("MAIL FROM:<a@b.test>")
        before = resident()
        for start in range(0, 10_000, 500):
            lines = [f"RCPT TO:<r{n}@reply.example.test>\r\n" for n in range(start, start + 500)]
            client.writer.write("".join(lines).encode())
            replies = [await client.hears() for _ in lines]
            assert all(r.startswith("250") for r in replies[: 100 if start == 0 else 0])
            assert all(r.startswith("452") for r in replies[100 if start == 0 else 0 :])
        assert resident() - before < 10
        await client.says("DATA")
        await client.says(b"x\r\n.\r\n")

        assert len(client.box.envelopes) == 100


@pytest.mark.row("T30")
async def test_there_is_an_end_to_recipients():
    async with on_the_phone(limits=Limits(recipients=3)) as client:
        await client.says("EHLO c.test")
        await client.says("MAIL FROM:<a@b.test>")
        replies = [(await client.says(f"RCPT TO:<r{n}@reply.example.test>"))[:9] for n in range(5)]
        await client.says("DATA")
        await client.says(b"x\r\n.\r\n")

        assert replies == ["250 2.1.5"] * 3 + ["452 4.5.3"] * 2
        assert [envelope.rcpt_to for envelope in client.box.envelopes] == [f"r{n}@reply.example.test" for n in range(3)]


@pytest.mark.row("T13")
async def test_a_client_that_guesses_addresses_is_hung_up_on():
    async with on_the_phone(limits=Limits(refusals=3)) as client:
        await client.says("EHLO c.test")
        await client.says("MAIL FROM:<a@b.test>")
        replies = [(await client.says(f"RCPT TO:<guess{n}@example.test>"))[:3] for n in range(4)]

        assert replies == ["550", "550", "550", "421"]
        assert await client.reader.read() == b""


@pytest.mark.parametrize("limits", [Limits(connections=2), Limits(per_client=2)])
@pytest.mark.row("T30")
async def test_there_is_an_end_to_connections_and_room_again_when_one_leaves(limits):
    async with open_door(limits=limits) as house:
        first, second, third = [await house.call() for _ in range(3)]

        assert [(await client.hears())[:3] for client in (first, second, third)] == ["220", "220", "421"]
        assert await third.reader.read() == b""
        await first.says("QUIT")
        assert await first.reader.read() == b""
        assert (await (await house.call()).hears()).startswith("220")


@pytest.mark.row("T30")
async def test_a_good_client_is_served_while_many_say_nothing():
    async with open_door(limits=Limits(per_client=300)) as house:
        for _ in range(200):
            await house.call()
        client = await house.call()
        await client.hears()
        await client.begins()

        async with asyncio.timeout(1):
            assert (await client.says(b"x\r\n.\r\n")).startswith("250")


@pytest.mark.row("T30")
async def test_a_client_that_says_nothing_is_hung_up_on():
    async with on_the_phone(limits=Limits(command_s=0.05)) as client:
        assert (await client.hears()).startswith("421 4.4.2")
        assert await client.reader.read() == b""


@pytest.mark.row("T30")
async def test_a_message_that_trickles_is_cut_off():
    async with on_the_phone(limits=Limits(data_s=0.1)) as client:
        await client.begins()
        reply = asyncio.create_task(client.hears())
        while not reply.done():
            client.writer.write(b"x")
            await asyncio.wait([reply], timeout=0.01)

        assert reply.result().startswith("421 4.4.2")


def broken(error):
    async def keep(envelopes):
        raise error

    return keep


FAULTS = [
    RuntimeError("db down: password=hunter2"),
    ConnectionResetError("hunter2"),
    TimeoutError("hunter2"),
    OSError(28, "hunter2"),
]


@pytest.mark.parametrize("error", FAULTS, ids=lambda e: type(e).__name__)
@pytest.mark.row("T32")
async def test_when_keeping_breaks_the_client_is_asked_to_come_again_and_told_nothing(error, capsys):
    async with on_the_phone(keep=broken(error)) as client:
        await client.begins()

        assert await client.says(b"x\r\n.\r\n") == "451 4.3.0 Temporary failure, try again later"
        assert (await client.begins()).startswith("354")
    assert "hunter2" not in str(capsys.readouterr())


@pytest.mark.row("T32")
async def test_when_keeping_takes_too_long_the_client_is_asked_to_come_again():
    async def keep(envelopes):
        await asyncio.Event().wait()

    async with on_the_phone(keep=keep, limits=Limits(keep_s=0.05)) as client:
        await client.begins()

        assert (await client.says(b"x\r\n.\r\n")).startswith("451 4.3.0")


@pytest.mark.row("T32")
async def test_when_asking_who_is_known_breaks_the_client_is_asked_to_come_again():
    def breaks(mail_from, rcpt_to):
        raise RuntimeError("hunter2")

    async with on_the_phone(accepts=breaks) as client:
        await client.says("EHLO c.test")
        await client.says("MAIL FROM:<a@b.test>")

        assert await client.says(f"RCPT TO:<{KNOWN}>") == "451 4.3.0 Temporary failure, try again later"


async def test_250_is_not_said_before_the_message_is_kept():
    may_return, asked = asyncio.Event(), asyncio.Event()

    async def keep(envelopes):
        asked.set()
        await may_return.wait()

    async with on_the_phone(keep=keep) as client:
        await client.begins()
        reply = asyncio.create_task(client.says(b"x\r\n.\r\n"))
        await asked.wait()
        assert not (await asyncio.wait([reply], timeout=0.05))[0]
        may_return.set()

        assert (await reply).startswith("250")


@pytest.mark.row("T10")
async def test_lmtp_answers_once_for_each_recipient():
    async with on_the_phone(protocol="lmtp") as client:
        await client.begins(
            "a@reply.example.test", "stranger@example.test", "b@reply.example.test", hello="LHLO c.test"
        )
        client.writer.write(b"x\r\n.\r\nNOOP\r\n")
        replies = [await client.hears() for _ in range(3)]

        assert replies == ["250 2.0.0 Kept", "250 2.0.0 Kept", "250 2.0.0 OK"]
        assert [envelope.rcpt_to[0] for envelope in client.box.envelopes] == ["a", "b"]


@pytest.mark.parametrize(
    "settings", [{"keep": broken(RuntimeError())}, {"limits": Limits(size=2)}, {"limits": Limits(line=2)}]
)
async def test_lmtp_refuses_once_for_each_recipient(settings):
    async with on_the_phone(protocol="lmtp", **settings) as client:
        await client.begins("a@reply.example.test", "b@reply.example.test", hello="LHLO c.test")
        client.writer.write(b"xxx\r\n.\r\nNOOP\r\n")
        replies = [(await client.hears())[:3] for _ in range(3)]

        assert replies[0] == replies[1] != replies[2] == "250"


async def test_lmtp_is_greeted_in_its_own_way():
    async with on_the_phone(protocol="lmtp") as client:
        assert (await client.says("EHLO c.test")).startswith("500")
        assert (await client.says("HELO c.test")).startswith("500")
        assert (await client.says("LHLO c.test")).endswith("250 ENHANCEDSTATUSCODES")


async def test_many_commands_may_be_said_at_once():
    async with on_the_phone() as client:
        client.writer.write(
            f"EHLO c\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<{KNOWN}>\r\nRCPT TO:<x@y.test>\r\nDATA\r\n".encode()
        )
        replies = [(await client.hears())[:3] for _ in range(5)]

        assert replies == ["250", "250", "250", "550", "354"]


async def test_closing_the_door_waits_for_what_is_being_kept_and_says_goodbye_to_the_rest():
    may_return, asked = asyncio.Event(), asyncio.Event()

    async def keep(envelopes):
        asked.set()
        await may_return.wait()

    async with open_door(keep=keep) as house:
        idle, busy = await house.call(), await house.call()
        await idle.hears()
        await busy.hears()
        await busy.begins()
        busy.writer.write(b"x\r\n.\r\n")
        await asked.wait()
        closing = asyncio.create_task(house.stop())

        assert (await idle.hears()).startswith("421")
        may_return.set()
        assert (await busy.hears()).startswith("250")
        await closing
        assert await busy.reader.read() == b""


async def test_a_message_may_come_over_tls(certificate):
    trusting = ssl.create_default_context(cafile=certificate[0])
    trusting.check_hostname = False
    async with open_door(certificate=certificate[0], private_key=certificate[1]) as house:
        client = aiosmtplib.SMTP(
            hostname="127.0.0.1", port=house.number, start_tls=True, tls_context=trusting, local_hostname="c.test"
        )
        async with client:
            await client.sendmail("ann@example.test", [KNOWN], b"x\r\n")
            assert not client.supports_extension("starttls")

        assert house.box.raws == [b"x\r\n"]


@pytest.mark.row("T28")
async def test_what_is_said_before_tls_begins_is_forgotten(certificate):
    trusting = ssl.create_default_context(cafile=certificate[0])
    trusting.check_hostname = False
    async with open_door(certificate=certificate[0], private_key=certificate[1]) as house:
        client = await house.call()
        await client.hears()
        await client.says("EHLO c.test")
        assert (await client.says(b"STARTTLS\r\nMAIL FROM:<eve@evil.test>\r\n")).startswith("220")
        await client.writer.start_tls(trusting)

        assert (await client.says("NOOP")).startswith("250")
        assert (await client.says("MAIL FROM:<a@b.test>")).startswith("503 5.5.1 Greet first")
