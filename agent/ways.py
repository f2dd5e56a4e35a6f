"""The ways in and out, as the settings have them: for the service, and for commands that try or explain them."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from agent.dns import Dns
from agent.imap.connection import Account
from agent.mail.address import Doors, Reach, normal
from agent.mail.answered import alliance_in
from agent.mail.authentic import Verdict, author, judged, questions, vouched_for
from agent.mail.dkim import Signer, signer_of
from agent.mail.envelope import Envelope
from agent.mail.kind import is_machines
from agent.mail.message import LARGE
from agent.settings import LOOPBACK, Settings, SettingsError, server_of
from agent.smtp.relay import Relay
from agent.store import inbox

TOKEN_S = 60.0  # for the operator's command that gets an access token


def doors_of(settings: Settings) -> Doors:
    """The addresses at which mail reaches us."""
    chosen, mailbox = settings.service, settings.mailbox
    reach: Reach = "domain" if not mailbox.address else "plus" if mailbox.plus else "plain"
    return Doors(chosen.domain, settings.keys, chosen.local, reach=reach)


def account_of(settings: Settings) -> Account:
    """The mailbox."""
    box = settings.mailbox
    return Account(
        box.host,
        box.port,
        box.user or box.address,
        settings.mailbox_password,
        token_of(box.token_command),
        security=box.tls,
        folder=box.folder,
        move_to=box.move_to,
    )


def relay_of(settings: Settings) -> Relay:
    """The next hop. Who logs in there without a password does so with the mailbox's access token.

    Its certificate is checked, but on this machine: there it is mostly one that nobody has signed, and nobody is between.
    """
    out = settings.relay
    tls = None
    if out.host in LOOPBACK:
        tls = ssl.create_default_context()
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return Relay(
        out.host,
        out.port,
        settings.service.domain,
        "tls" if out.tls == "implicit" else out.tls,
        out.user,
        settings.relay_password,
        token_of(settings.mailbox.token_command) if out.user else None,
        out.connections,
        out.timeout_s,
        tls=tls,
    )


def dns_of(settings: Settings) -> Dns:
    """The DNS."""
    return Dns([server_of(server) for server in settings.dns.servers], settings.dns.timeout_s)


def arrival_of(settings: Settings, doors: Doors, e: Envelope, at: datetime) -> inbox.Arrival:
    """What is kept of a message that came then. Whoever has a copy of it may hand it in first, with what they like around it.

    So the same message is another one where its envelope is a machine's, which would keep it from being an answer, and
    where our border thinks otherwise of who wrote it.
    """
    copy, border = "", settings.trust.authserv_id
    if is_machines(e.mail_from) and normal(e.mail_from) != author(e.raw):
        copy = " machine"
    if border and (vouched := vouched_for(e.raw, border, mailbox=bool(settings.mailbox.address))) is not None:
        copy += f" {vouched}"
    return inbox.Arrival(e.rcpt_to, e.mail_from, e.raw, at, e.peer, alliance_in(e.rcpt_to, e.raw, doors), copy)


def judge_of(settings: Settings) -> Callable[[bytes, datetime], Awaitable[Verdict]] | None:
    """What finds out who wrote a message that came then; None where the registered address is enough."""
    if settings.trust.require == "registered":
        return None
    trust, dns = settings.trust, dns_of(settings)

    return lambda raw, at: verdict_of(dns, raw, at, trust.authserv_id, mailbox=bool(settings.mailbox.address))


async def verdict_of(dns: Dns, raw: bytes, at: datetime, authserv_id: str = "", *, mailbox: bool = False) -> Verdict:
    """Who wrote a message that came then, by what the DNS says now."""
    names = questions(raw)
    answers = await asyncio.gather(*(dns.look(name, "TXT") for name in names))
    records = {name: None if a.trouble else a.records for name, a in zip(names, answers, strict=True)}
    if len(raw) < LARGE:
        return judged(raw, records, at, authserv_id, mailbox=mailbox)
    return await asyncio.to_thread(judged, raw, records, at, authserv_id, mailbox=mailbox)


def signers_of(settings: Settings) -> tuple[Signer, ...]:
    """The keys that sign our letters; raises SettingsError with what is wrong with any of them."""
    signers, complaints = [], []
    for selector, file in settings.dkim.keys.items():
        try:
            signers.append(signer_of(settings.service.domain, selector, Path(file).read_bytes()))
        except (OSError, ValueError) as error:
            complaints.append(f"dkim.keys.{selector}: {file} {error}; `alliance dkim` makes one")
    if complaints:
        raise SettingsError(tuple(complaints))
    return tuple(signers)


def token_of(command: Sequence[str]) -> Callable[[], Awaitable[str]] | None:
    """What asks the operator's command for an OAuth2 access token; it raises OSError when it gets none."""
    if not command:
        return None

    async def token() -> str:
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        try:
            async with asyncio.timeout(TOKEN_S):
                said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode or not said.strip():
            raise OSError(f"{command[0]} ended with {process.returncode} and gave none")
        return said.decode("ascii", "replace").strip()

    return token
