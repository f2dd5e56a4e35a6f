"""The way out: letters go to one configured relay, over connections that are kept open (a new one costs six round trips).

Whatever the world does is a `Reply`, never an exception. What is wrong between us and the relay (it is down, our password
is wrong) says nothing about the letter and is transient. If the line breaks when the final dot was already sent, the
outcome is unknown: the same bytes under the same Message-ID may be sent again, and it is not for us to decide that.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, cast
from weakref import WeakValueDictionary

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from agent.mail.address import normal
from agent.mail.reply import LOST, Reply

_OURS = frozenset({530, 534, 535, 538})  # "log in first" and its kin (RFC 4954 section 6): our settings, not the letter
_GONE = 421  # the relay closes the connection (RFC 5321 section 3.8); also what we say when it vanished
_UNPRINTABLE = re.compile(r"[^ -~\u00a0-\ud7ff\ue000-\U0010ffff]+")


class _Line(SMTP):
    """A connection that is let go at once when it is closed.

    The library's own would first send what has not gone out, which after we gave up is the rest of a letter and the
    dot that makes the relay keep it; and wait for the goodbye of TLS, which a loop that ends never hears.
    """

    def close(self) -> None:
        transport = cast(asyncio.WriteTransport | None, self.transport)
        super().close()
        if transport:
            transport.abort()


@dataclass(eq=False)
class Relay:
    """One next hop, and the connections to it. `user` is "" when it asks for no password."""

    host: str
    port: int
    hostname: str  # what we call ourselves
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    token: Callable[[], Awaitable[str]] | None = None  # gives an OAuth2 access token, instead of the password
    connections: int = 4
    timeout_s: float = 300  # for each answer (RFC 5321 section 4.5.3.2)
    final_s: float = 600  # for the answer to the final dot: the relay may be scanning
    tls: ssl.SSLContext | None = None  # None: the system's certificates, checked

    _idle: list[SMTP] = field(default_factory=list, init=False)
    _free: asyncio.Semaphore = field(init=False)
    _lanes: WeakValueDictionary[str, asyncio.Semaphore] = field(default_factory=WeakValueDictionary, init=False)

    def __post_init__(self) -> None:
        """Make room for as many letters at once as there may be connections."""
        self._free = asyncio.Semaphore(self.connections)

    async def send(self, mail_from: str, rcpt_to: str, raw: bytes) -> Reply:
        """Hand one letter to the relay, for one recipient. `mail_from` is "" for the null sender.

        Never raises for the world's faults. Safe to cancel: the connection is then thrown away. The letters to one
        domain have half of the connections at most, since the relay may wait for that domain's own server (R5).
        """
        to = normal(rcpt_to)
        if to is None or (mail_from and normal(mail_from) is None):
            return Reply(553, "5.1.3 not an address that we can write to")
        half = asyncio.Semaphore(max(1, self.connections // 2))
        lane = self._lanes.setdefault(to.rpartition("@")[2], half)
        async with lane, self._free:
            while self._idle:
                client = self._idle.pop()
                if client.is_connected:
                    reply = await self._try(client, mail_from, rcpt_to, raw)
                    if reply.code != _GONE:
                        return reply
            try:
                client = await self._connect()
            except (SMTPException, OSError, ValueError) as error:
                return Reply(_GONE, _told(f"no connection to the relay: {_saying(error)}"))
            return await self._try(client, mail_from, rcpt_to, raw)

    async def close(self) -> None:
        """Say goodbye on every connection that is not in use."""
        while self._idle:
            client = self._idle.pop()
            try:
                async with asyncio.timeout(1):
                    await client.quit()
            except (SMTPException, OSError):
                pass
            finally:
                client.close()

    async def _connect(self) -> SMTP:
        client = _Line(
            hostname=self.host,
            port=self.port,
            local_hostname=self.hostname,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=self.tls,
            username=self.user or None,
            password=self.password or None,
            oauth_token_generator=None if self.password else self.token,
            timeout=self.timeout_s,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:  # cancelled as well: nobody else knows of this connection yet
            client.close()
            raise
        # The buffer counts as full with its first octet, so that draining it tells whether the final dot has gone out.
        cast(asyncio.WriteTransport, client.transport).set_write_buffer_limits(high=0)
        return client

    async def _try(self, client: SMTP, mail_from: str, rcpt_to: str, raw: bytes) -> Reply:
        """Send over this connection, and keep it for the next letter if it is fit for one."""
        fit = False
        try:
            reply = await _transact(client, (mail_from, rcpt_to), raw, self.final_s)
            if not reply.is_accepted and client.is_connected and reply.code not in {_GONE, LOST}:
                await client.rset()
            fit = client.is_connected and reply.code not in {_GONE, LOST}
        except (SMTPException, OSError):  # from RSET: the reply stands, the connection does not
            pass
        finally:
            if fit:
                self._idle.append(client)
            else:
                client.close()
        return reply


async def _transact(client: SMTP, envelope: tuple[str, str], raw: bytes, final_s: float) -> Reply:
    """One mail transaction (RFC 5321 section 3.3): the first refusal, or what the relay said to the final dot."""
    mail_from, rcpt_to = envelope
    options: list[bytes] = []
    if not (mail_from + rcpt_to).isascii():
        if not client.supports_extension("smtputf8"):
            return Reply(550, "5.6.7 the relay does not take addresses beyond ASCII")
        options = [b"SMTPUTF8", b"BODY=8BITMIME"]
    try:
        for command, until in (
            ((b"MAIL", b"FROM:<" + mail_from.encode() + b">", *options), 300),
            ((b"RCPT", b"TO:<" + rcpt_to.encode() + b">"), 300),
            ((b"DATA",), 400),
        ):
            code, text = await client.execute_command(*command)
            if not until - 100 <= code < until:
                return Reply(code if 400 <= code < 600 and code not in _OURS else _GONE, _told(text))
        return await _data(client, raw, final_s)
    except (SMTPException, OSError) as error:
        return Reply(_GONE, _told(f"the relay vanished: {_saying(error)}"))


async def _data(client: SMTP, raw: bytes, final_s: float) -> Reply:
    """Send the message itself. aiosmtplib's own `data` does not tell whether the line broke before or after the final dot.

    Raises as long as the dot has not left us; a server that never saw it cannot have taken the letter.
    """
    protocol, transport = client.protocol, cast(asyncio.WriteTransport, client.transport)
    if protocol is None:
        raise ConnectionResetError("before the message")
    protocol.write(_dotted(raw))
    if transport.get_write_buffer_size():
        async with asyncio.timeout(client.timeout):
            await protocol._drain_helper()  # noqa: SLF001 - what StreamWriter.drain calls, and there is no other way to wait
        if not client.is_connected:
            raise ConnectionResetError("within the message")
    try:
        code, text = await protocol.read_response(timeout=final_s)
    except (SMTPException, OSError) as error:
        return Reply(LOST, _told(f"no answer to the final dot: {_saying(error)}"))
    return Reply(code if 200 <= code < 300 or 400 <= code < 600 else LOST, _told(text))


def _dotted(raw: bytes) -> bytes:
    """The message as DATA carries it: dots doubled, ended by a dot (RFC 5321 section 4.5.2). Letters have CRLF throughout."""
    whole = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
    return whole + (b".\r\n" if whole.endswith(b"\r\n") else b"\r\n.\r\n")


def _saying(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__


def _told(text: str) -> str:
    """What the relay said, as one line to keep and to show."""
    return _UNPRINTABLE.sub(" ", text)[:500].strip()
