"""The door for mail: SMTP or LMTP, with aiosmtpd below and nothing kept here.

A stranger is refused at RCPT, before a byte of the message is read, so that there is never a bounce to send (T53). A
message is answered with 250 after `keep` has come back, and `keep` comes back after its commit. Whatever breaks behind
the door is 451 to the client, who will try again, and nothing of our insides is said. Everything has a limit.

aiosmtpd gives the loop over commands, STARTTLS and the timer. The commands that matter are ours: its own tell the text
of errors, hold what has no line end without limit, count neither recipients nor connections, answer LMTP once for many
recipients, and spend three quarters of their time on parsing addresses and on reading DATA line by line.
"""

# ruff: noqa: N802, N815 - aiosmtpd finds commands by their names in capitals

import asyncio
import logging
import re
import ssl
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import structlog
from aiosmtpd.smtp import SMTP

from agent.mail.envelope import Envelope

_log = structlog.get_logger()

_PATH = r'<((?:"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"|[^\x00-\x20\x7f<>"@,:;\\]+)@[^\x00-\x20\x7f<>"@]+|{})>((?: +\S+)*)'
_FROM = re.compile(r"FROM:\s*" + _PATH.format(""), re.IGNORECASE)
_TO = re.compile(r"TO:\s*" + _PATH.format("postmaster"), re.IGNORECASE)
_SIZE = re.compile(r"SIZE=\d{1,20}")
_END = b"\r\n.\r\n"  # and nothing else ends a message (CVE-2024-27305, T27)
_LINE = 2048  # octets of a command, as Postfix has it
_BLOCK = 16 * 1024  # octets that wait unread on one connection, at most twice
_DRAIN = 4  # so many times the size limit is read for the sake of a polite refusal, then the line is cut
_ENDLESS = "552 5.3.4 Message far too big"
_SEVERAL = {"NOOP": 100, "VRFY": 20, "EXPN": 20, "*": 1_000_000}  # how often on one connection: these only keep it busy
_BETTER_SAID = {
    "250 OK": "250 2.0.0 OK",
    "221 Bye": "221 2.0.0 Bye",
    "502 EXPN not implemented": "502 5.5.1 Not offered",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one client, and all of them together, may ask of us."""

    size: int = 25 * 1024 * 1024  # octets of a message: what the large providers take
    line: int = 10_000  # octets of a line: RFC 5321 says 998, real mail has more
    recipients: int = 100  # in one transaction (RFC 5321 section 4.5.3.1.8)
    connections: int = 1000
    per_client: int = 50  # connections; behind an MTA all come from one client, so make both numbers equal there
    refusals: int = 20  # recipients refused on one SMTP connection before it is closed: each may be a guess (T13)
    command_s: float = 300  # waiting for a command (RFC 5321 section 4.5.3.2.7)
    data_s: float = 600  # for one message, however slowly it trickles in
    keep_s: float = 60  # for `keep`; the client waits for ten minutes at most (RFC 5321 section 4.5.3.2.6)


@dataclass(eq=False)
class Inbound:
    """One listening port. `accepts` and `keep` are the rest of the house.

    `accepts(mail_from, rcpt_to)` says True, or False for an unknown recipient, or the whole reply that refuses.
    `keep` gets one envelope for each accepted recipient of one message, and returns when they are safe; whatever it
    raises, the client will come again, so it must take the same message twice.
    """

    accepts: Callable[[str, str], bool | str]
    keep: Callable[[Sequence[Envelope]], Awaitable[None]]
    hostname: str
    protocol: Literal["smtp", "lmtp"] = "smtp"
    host: str = "127.0.0.1"
    port: int = 0  # 0 takes a free one
    limits: Limits = field(default_factory=Limits)
    certificate: Path | None = None  # with its private key: STARTTLS is offered
    private_key: Path | None = None

    tls: ssl.SSLContext | None = field(default=None, init=False)
    _server: asyncio.Server | None = field(default=None, init=False)
    _open: set["_Connection"] = field(default_factory=set, init=False)
    _clients: Counter[str] = field(default_factory=Counter, init=False)

    async def start(self) -> int:
        """Listen, and say on which port. Raises OSError when the port or the certificate cannot be had."""
        # aiosmtpd writes every command to this log, and with it the reply addresses, which are secrets (T11).
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        if self.certificate:
            self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.tls.load_cert_chain(self.certificate, self.private_key)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self.host, self.port, backlog=512)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up politely; only what is just being kept is waited for and answered."""
        if self._server is None:
            return
        self._server.close()
        talking = [connection.hang_up() for connection in tuple(self._open)]
        if talking:
            await asyncio.wait(talking, timeout=self.limits.keep_s + 1)
        for connection in tuple(self._open):
            connection.abort()
        await self._server.wait_closed()

    def enter(self, connection: "_Connection", peer: str) -> bool:
        """Count a connection in; False when the house is full."""
        if len(self._open) >= self.limits.connections or self._clients[peer] >= self.limits.per_client:
            return False
        self._open.add(connection)
        self._clients[peer] += 1
        return True

    def leave(self, connection: "_Connection", peer: str) -> None:
        """Count a connection out, once."""
        if connection in self._open:
            self._open.remove(connection)
            self._clients -= Counter((peer,))  # drops the peer at zero, so that the table does not grow


class _OneSize(dict[str, int]):
    """The length a command may have, whichever it is: aiosmtpd's own table grows with each word a client makes up."""

    def __missing__(self, command: str) -> int:
        return _LINE


class _Connection(SMTP):
    """One client. The names of methods are aiosmtpd's."""

    command_size_limit = _LINE
    command_size_limits = _OneSize()
    line_length_limit = _BLOCK

    def __init__(self, house: Inbound) -> None:
        self._house = house
        self._limits = house.limits
        self._peer = ""
        self._refusals = 0
        self._keeping = False
        self._hanging_up = False
        super().__init__(
            None,
            hostname=house.hostname,
            ident="ESMTP" if house.protocol == "smtp" else "LMTP",
            enable_SMTPUTF8=True,
            tls_context=house.tls,
            timeout=house.limits.command_s,
            command_call_limit=_SEVERAL,
            loop=asyncio.get_running_loop(),
        )

    def __dir__(self) -> Iterable[str]:
        """The commands there are: aiosmtpd looks for them here, at each connection, and takes AUTH and HELP otherwise."""
        greetings = ("HELO", "EHLO") if self._house.protocol == "smtp" else ("LHLO",)
        rest = ("MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "STARTTLS")
        return [f"smtp_{command}" for command in (*greetings, *rest)]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the client in, or say that the house is full. Called again, with the same client, after STARTTLS."""
        if self._original_transport is None:
            self._peer = str((transport.get_extra_info("peername") or ("",))[0])
            if not self._house.enter(self, self._peer):
                stream = cast(asyncio.Transport, transport)
                stream.set_protocol(asyncio.Protocol())
                stream.write(b"421 4.3.2 Too many connections, try again later\r\n")
                stream.close()
                return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count the client out."""
        self._house.leave(self, self._peer)
        super().connection_lost(error)

    def hang_up(self) -> "asyncio.Task[None]":
        """End the conversation: at once, or after the answer that is just being found. Gives the task to wait for."""
        assert self._handler_coroutine is not None
        self._hanging_up = True
        if not self._keeping:
            self._say_last(b"421 4.3.2 Shutting down\r\n")
        return self._handler_coroutine

    def abort(self) -> None:
        """Cut the line."""
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()

    def _say_last(self, words: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self._writer.write(words)
            self.transport.close()

    def _timeout_cb(self) -> None:
        self._say_last(b"421 4.4.2 Too slow, try again later\r\n")

    async def _handle_client(self) -> None:
        with suppress(ConnectionError):  # a client that is gone; nobody else waits for this task
            await super()._handle_client()

    async def handle_exception(self, error: Exception) -> str:
        """What a client hears when we break: nothing of our insides, and to come again (T32)."""
        at = traceback.extract_tb(error.__traceback__)[-1:]
        where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in at]
        _log.error("inbound.broke", error=type(error).__name__, at="".join(where))
        return "451 4.3.0 Temporary failure, try again later"

    async def push(self, status: Any) -> None:
        """Answer. aiosmtpd's own sentences get their enhanced code (RFC 2034), and never repeat what the client said."""
        if status.startswith("500 "):
            status = "500 5.5.2 Not understood"
        self._writer.write(_BETTER_SAID.get(status, status).encode() + b"\r\n")
        await self._writer.drain()

    def _set_post_data_state(self) -> None:
        self._mail_from: str | None = None
        self._rcpt_to: list[str] = []

    async def smtp_EHLO(self, hostname: str) -> None:
        """Greet, and say what we can (RFC 5321 section 4.1.1.1)."""
        if await self._greeted(hostname):
            offers = [self.hostname, f"SIZE {self._limits.size}", "8BITMIME", "SMTPUTF8", "PIPELINING"]
            if self.tls_context and not self._tls_protocol:
                offers.append("STARTTLS")
            await self.push("".join(f"250-{offer}\r\n" for offer in offers) + "250 ENHANCEDSTATUSCODES")

    smtp_LHLO = smtp_EHLO  # RFC 2033 section 4.1

    async def smtp_HELO(self, hostname: str) -> None:
        """Greet a client of before 1995."""
        if await self._greeted(hostname):
            await self.push(f"250 {self.hostname}")

    async def _greeted(self, hostname: str) -> bool:
        if not hostname:
            await self.push("501 5.5.4 Say who you are")
            return False
        assert self.session is not None
        self._set_post_data_state()
        self.session.host_name = hostname
        return True

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a transaction. The null sender is welcome: reports come from it."""
        await self.push(self._begin(arg or ""))

    def _begin(self, arg: str) -> str:
        assert self.session is not None
        if not self.session.host_name:
            return "503 5.5.1 Greet first"
        if self._mail_from is not None:
            return "503 5.5.1 One sender at a time"
        match = _FROM.fullmatch(arg)
        if not match or not arg.isprintable():  # 8-bit that is not UTF-8 arrives as surrogates
            return "553 5.1.7 Not an address"
        for parameter in match[2].upper().split():
            if _SIZE.fullmatch(parameter):
                if int(parameter[5:]) > self._limits.size:
                    return "552 5.3.4 Message too big"
            elif parameter not in {"BODY=7BIT", "BODY=8BITMIME", "SMTPUTF8"}:
                return "555 5.5.4 Parameter not offered"
        self._mail_from = match[1]
        return "250 2.1.0 OK"

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Take a recipient, or refuse the stranger (T2). A client that is refused again and again may be guessing."""
        reply = self._taken(arg or "")
        if reply.startswith("55") and self._house.protocol == "smtp":
            self._refusals += 1
            if self._refusals > self._limits.refusals:
                self._say_last(b"421 4.7.0 Too many unknown recipients\r\n")
                return
        await self.push(reply)

    def _taken(self, arg: str) -> str:
        if self._mail_from is None:
            return "503 5.5.1 MAIL first"
        if len(self._rcpt_to) >= self._limits.recipients:
            return "452 4.5.3 Too many recipients"
        match = _TO.fullmatch(arg)
        if not match or not arg.isprintable():
            return "553 5.1.3 Not an address"
        if match[2]:
            return "555 5.5.4 Parameter not offered"
        answer = self._house.accepts(self._mail_from, match[1])
        if answer is True:
            self._rcpt_to.append(match[1])
            return "250 2.1.5 OK"
        return answer or "550 5.1.1 No such address here"

    async def smtp_DATA(self, arg: str) -> None:
        """Read a message and have it kept; 250 after that, and not before."""
        if not self._rcpt_to:
            return await self.push("503 5.5.1 RCPT first")
        if arg:
            return await self.push("501 5.5.4 DATA stands alone")
        await self.push("354 End with a line that is a dot")
        self._reset_timeout(self._limits.data_s)
        message = await self._read()
        self._reset_timeout(self._limits.keep_s + self._limits.command_s)
        reply = message if isinstance(message, str) else await self._keep(message)
        # RFC 2033 section 4.2: LMTP answers for each recipient. They share one transaction, so they share its fate.
        replies = [reply] * (len(self._rcpt_to) if self._house.protocol == "lmtp" else 1)
        self._set_post_data_state()
        await self.push("\r\n".join(replies))
        if message is _ENDLESS or self._hanging_up:
            self._say_last(b"")
        return None

    async def _read(self) -> bytes | str:
        """Read up to the final dot: the message, or the reply that refuses it. What is refused is not held in memory."""
        # A message may be empty: the line end of DATA itself then belongs to the end mark (RFC 5321 section 4.1.1.4).
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # noqa: SLF001 - as aiosmtpd does after STARTTLS
        blocks: list[bytes] = []
        size, ended = -len(_END), False
        while not ended:
            try:
                blocks.append(await self._reader.readuntil(_END))
                ended = True
            except asyncio.LimitOverrunError as full:
                blocks.append(await self._reader.read(full.consumed))
            size += len(blocks[-1])
            if size > self._limits.size:
                del blocks[:-1]
            if size > self._limits.size * _DRAIN:
                return _ENDLESS
        if size > self._limits.size:
            return "552 5.3.4 Message too big"
        raw = b"".join(blocks)[: -len(b".\r\n")].replace(b"\r\n.", b"\r\n")[len(b"\r\n") :]
        return "554 5.6.0 A line is too long" if _has_line_beyond(raw, self._limits.line) else raw

    async def _keep(self, raw: bytes) -> str:
        envelopes = [Envelope(self._mail_from or "", rcpt_to, raw, self._peer) for rcpt_to in self._rcpt_to]
        self._keeping = True
        try:
            async with asyncio.timeout(self._limits.keep_s):
                await self._house.keep(envelopes)
        except Exception as error:  # noqa: BLE001 - whatever it was, the client still has the message
            return await self.handle_exception(error)
        finally:
            self._keeping = False
        return "250 2.0.0 Kept"

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002
        """Tell nobody who is here (T35)."""
        await self.push("502 5.5.1 Not offered")


def _has_line_beyond(raw: bytes, limit: int) -> bool:
    """Whether a line is longer than this. Looks from line end to line end as far apart as they may be, not at each."""
    start = 0
    while len(raw) - start > limit:
        end = raw.rfind(b"\n", start, start + limit + 2)
        if end < 0:
            return True
        start = end + 1
    return False
