"""One connection to one folder of a mailbox, with IMAPClient below (docs/decisions/0014-imapclient.md).

That library waits in a thread, so each call runs in one and has a time limit. What waits for long, which is IDLE, waits
on the loop instead. To cancel is to cut the line, which ends the thread.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError

T = TypeVar("T")
CONNECT_S = 15.0  # for a connection; who stops the service waits no longer than this

_FOR_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")  # a refusal that says nothing of us (RFC 5530)


class Trouble(Exception):  # noqa: N818 - it is the world's
    """The mailbox cannot be read. The text is for the operator; `reason` is one of host, tls, login, folder, refused, lost."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason

    @property
    def is_lasting(self) -> bool:
        """Whether trying again cannot help until the operator has mended something."""
        return self.reason != "lost"


@dataclass(frozen=True, slots=True)
class Account:
    """Where a mailbox is, and how to be let in. `token` gives an OAuth2 access token; None is to use the password."""

    host: str
    port: int
    user: str
    password: str = field(default="", repr=False)
    token: Callable[[], Awaitable[str]] | None = None
    security: Literal["none", "starttls", "implicit"] = "implicit"
    folder: str = "INBOX"
    move_to: str = ""  # the folder for what was taken; "" leaves it, marked as read
    timeout_s: float = 60  # for each answer


@dataclass(eq=False)
class Connection:
    """An open folder. Everything raises Trouble when the server refuses or fails; once it is lost, it is of no more use."""

    client: IMAPClient
    account: Account
    validity: int = 0
    next_uid: int = 1  # when the folder was opened
    idles: bool = False  # the server tells of new mail by itself (RFC 2177)

    async def above(self, uid: int) -> list[int]:
        """The mails with a higher number than this, in order."""
        await self.do(self.client.noop)  # a search alone may not see what has just come
        found = await self.do(self.client.search, ["UID", f"{uid + 1}:*"])
        return sorted(n for n in found if n > uid)  # `*` is the last mail even where that is lower

    async def since(self, day: date) -> list[int]:
        """The mails that arrived on this day or later, in order."""
        return sorted(await self.do(self.client.search, ["SINCE", day]))

    async def headers(self, uids: Collection[int], fields: Iterable[str]) -> dict[int, bytes]:
        """These header fields of these mails, without marking them as read; one that has gone is left out."""
        if not uids:
            return {}
        section = f"BODY.PEEK[HEADER.FIELDS ({' '.join(fields)})]"
        found = await self.do(self.client.fetch, list(uids), [section])
        return {uid: value for uid, parts in found.items() if (value := _body(parts)) is not None}

    async def whole(self, uid: int, limit: int) -> bytes | None:
        """A mail's bytes, at most so many, without marking it as read; None when it has gone."""
        found = await self.do(self.client.fetch, [uid], [f"BODY.PEEK[]<0.{limit}>"])
        return _body(found.get(uid, {}))

    async def taken(self, uid: int) -> None:
        """Mark a mail as read, and move it if the account says so."""
        await self.do(self.client.add_flags, [uid], [rb"\Seen"], True)
        if self.account.move_to:
            await self.do(self.client.move, [uid], self.account.move_to)

    async def remove(self, uids: Collection[int]) -> None:
        """Delete these mails for good, as far as the server lets us; for letters that we wrote to ourselves."""
        await self.do(self.client.delete_messages, list(uids), True)
        with suppress(Trouble):  # a server without UIDPLUS: they stay, marked as deleted
            await self.do(self.client.uid_expunge, list(uids))

    async def wait(self, seconds: float) -> None:
        """Until the server has something to say, or so many seconds have passed; it may have said it on the way in."""
        if not self.idles:
            await asyncio.sleep(seconds)
            return
        if not await self.do(_told_while_entering, self.client):
            await _readable(self.client.socket().fileno(), seconds)
        await self.do(self.client.idle_done)

    async def close(self) -> None:
        """Say goodbye."""
        with suppress(Trouble):
            await self.do(self.client.logout)

    def cut(self) -> None:
        """Break the line, whatever is going on."""
        with suppress(OSError):
            self.client.socket().shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self.client.shutdown()

    async def do(self, call: Callable[..., T], *args: Any) -> T:
        """Run one call of the library in a thread."""
        try:
            return await asyncio.to_thread(call, *args)
        except asyncio.CancelledError:
            self.cut()
            raise
        except (IMAPClientAbortError, OSError) as error:
            self.cut()
            raise Trouble("lost", f"{self.account.host}: {_said(error)}") from None
        except IMAPClientError as error:
            raise Trouble(_reason(error, "refused"), f"{self.account.host}: {_said(error)}") from None


async def opened(account: Account) -> Connection:
    """Connect, log in and open the folder; Trouble says in plain words what went wrong."""
    # It writes every line to this log, and with it other people's mail.
    logging.getLogger("imapclient").setLevel(logging.CRITICAL)
    try:
        secret = account.password if account.token is None else await account.token()
    except OSError as error:
        raise Trouble("login", f"there is no access token: {error}") from None
    client = await asyncio.to_thread(_connected, account)
    connection = Connection(client, account)
    try:
        await connection.do(_log_in, client, account, secret)
        found = await connection.do(_select, client, account)
        connection.idles = bool(await connection.do(client.has_capability, "IDLE"))
    except BaseException:
        connection.cut()
        raise
    connection.validity, connection.next_uid = int(found[b"UIDVALIDITY"]), int(found.get(b"UIDNEXT", 1))
    return connection


def _connected(account: Account) -> IMAPClient:
    where, limit = f"{account.host}:{account.port}", SocketTimeout(CONNECT_S, account.timeout_s)
    try:
        client = IMAPClient(account.host, account.port, ssl=account.security == "implicit", timeout=limit)
        if account.security == "starttls":
            client.starttls()
    except socket.gaierror:
        raise Trouble("host", f"there is no server {account.host}; mend its name") from None
    except ssl.SSLCertVerificationError as error:
        raise Trouble("tls", f"{where}: its certificate is not good: {error.verify_message}") from None
    except ssl.SSLError:
        raise Trouble("tls", f"{where} speaks no TLS; mend the port or mailbox.tls") from None
    except CapabilityError:
        raise Trouble("tls", f"{where} does not offer STARTTLS; mend the port or mailbox.tls") from None
    except (IMAPClientError, OSError) as error:
        raise Trouble("lost", f"{where} does not answer: {_said(error)}") from None
    return client


def _log_in(client: IMAPClient, account: Account, secret: str) -> None:
    try:
        if account.token is None:
            client.login(account.user, secret)
        else:
            client.oauth2_login(account.user, secret)
    except LoginError as error:
        if isinstance(error.__context__, IMAPClientAbortError):
            raise error.__context__ from None
        what = "password" if account.token is None else "access token"
        raise Trouble(_reason(error, "login"), f"{account.host} refuses this user and {what}: {_said(error)}") from None


def _select(client: IMAPClient, account: Account) -> dict[bytes, Any]:
    if account.move_to and not client.has_capability("MOVE"):
        raise Trouble("folder", f"{account.host} cannot move mail; leave mailbox.move_to empty")
    found: dict[bytes, Any] = {}
    for folder in filter(None, (account.move_to, account.folder)):  # the last one stays open
        try:
            found = client.select_folder(folder)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise Trouble(_reason(error, "folder"), f"{account.host}, folder {folder}: {_said(error)}") from None
    return found


def _told_while_entering(client: IMAPClient) -> bool:
    """Enter IDLE; whether the server told of new mail along with its "go on".

    Those words lie in the library's buffer, where nobody who waits for the line sees them, and no server says them twice.
    """
    try:
        client.idle()
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:  # or in front of its "go on", which the library does not expect
        raise IMAPClientAbortError(str(error)) from None
    line = client.socket()
    limit = line.gettimeout()
    line.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))  # noqa: SLF001 - the library shows its buffer to nobody
    except ssl.SSLWantReadError:
        return False
    finally:
        line.settimeout(limit)


async def _readable(descriptor: int, seconds: float) -> None:
    loop, said = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, said.set)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await said.wait()
    finally:
        loop.remove_reader(descriptor)


def _body(parts: dict[bytes, Any]) -> bytes | None:
    return next((value for name, value in parts.items() if name.startswith(b"BODY[")), None)


def _reason(error: Exception, lasting: str) -> str:
    return "lost" if any(word in str(error) for word in _FOR_NOW) else lasting


def _said(error: Exception) -> str:
    text = str(error)
    if text.startswith("b'"):  # imaplib shows bytes as Python writes them
        text = text[2:-1]
    return " ".join(text.split())[:200] or type(error).__name__
