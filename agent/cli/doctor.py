"""`alliance doctor`: looks at all that has to be right for letters to arrive and answers to come back."""

import asyncio
import os
import secrets
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.common import Json, as_json, complaining, settings
from agent.cli.names import Address, Verdict, addresses, exchangers, verdicts

if TYPE_CHECKING:
    from agent.dns import Dns
    from agent.files import Files
    from agent.imap.connection import Connection
    from agent.mail.reply import Reply
    from agent.service import Service
    from agent.settings import Settings

ANSWERS_S = 10.0  # for a server that is tried
LOOK_S = 0.5  # between two looks whether the letter has come
FAST = timedelta(minutes=1)  # by which clocks may differ before somebody wonders
_COLOURS = {"ok": typer.colors.GREEN, "warning": typer.colors.YELLOW, "fault": typer.colors.RED}


def doctor(
    wait: Annotated[float, typer.Option(help="Seconds for a letter to ourselves to come back; 0 writes none.")] = 120.0,
    json: Json = False,
) -> None:
    """Say what is wrong, and what to do. Looks at settings, DNS, servers and database, and writes a letter to itself."""
    found: list[Verdict] = []

    async def look() -> None:
        async for verdict in _examined(wait):
            found.append(verdict)
            if not json:
                _tell(verdict)

    with complaining():
        asyncio.run(look())
    faults, warnings = (sum(1 for v in found if v.level == level) for level in ("fault", "warning"))
    if json:
        as_json([v._asdict() for v in found])
    else:
        sum_up = f"{_many(faults, 'fault')}, {_many(warnings, 'warning')}." if faults + warnings else "All is well."
        typer.echo(f"\n{sum_up}")
    raise typer.Exit(1 if faults else 0)


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def _tell(verdict: Verdict) -> None:
    level = typer.style(f"{verdict.level:<8}", fg=_COLOURS[verdict.level], bold=verdict.level == "fault")
    typer.echo(f"{level} {verdict.what:<10} {verdict.said}")
    if verdict.todo:
        typer.echo(f"{'':<19} -> {verdict.todo}")


async def _examined(wait: float) -> AsyncIterator[Verdict]:
    """Everything, in the order in which one mends it."""
    from agent.files import checked
    from agent.settings import SettingsError, path_of
    from agent.ways import dns_of

    path = path_of(None, os.environ)
    try:
        chosen = settings()
        files = checked(chosen)
    except SettingsError as error:
        for complaint in error.complaints:
            yield Verdict("fault", "settings", complaint)
        return
    yield Verdict("ok", "settings", f"{path}, the flows and the letters can be used")
    yield _hidden(path.with_name("secrets"))
    keeps = True
    async for verdict in _database(chosen):
        keeps &= verdict.level != "fault"
        yield verdict
    dns = dns_of(chosen)
    takes = not chosen.mailbox.address
    async for verdict in verdicts(dns, chosen.service.domain, files.signers, _own_address(chosen), takes=takes):
        yield verdict
    if takes and (outer := await _outer_door(dns, chosen.service.domain)):
        yield outer
    if chosen.web.url:
        yield await _page(chosen.web.url)
    if keeps:
        trip = _through_door(chosen, files, dns, wait) if takes else _through_mailbox(chosen, wait)
        async for verdict in trip:
            yield verdict


# ---------------------------------------------------------------- this machine


def _hidden(file: Path) -> Verdict:
    """Whether the secrets are secret; they may as well come from the environment alone."""
    if not file.exists():
        return Verdict("ok", "secrets", "come from the environment")
    if stat.S_IMODE(file.stat().st_mode) & 0o037:
        return Verdict("fault", "secrets", f"others can read or change {file}", f"run: chmod 600 {file}")
    return Verdict("ok", "secrets", f"{file} is for you alone")


async def _database(chosen: "Settings") -> AsyncIterator[Verdict]:
    from agent.cli.common import database
    from agent.settings import SettingsError
    from agent.store import inbox, outbox
    from agent.store.database import NewerSchemaError, Unavailable

    where, is_there = _place(chosen.database.url)
    if not is_there:
        todo = "`alliance serve` makes it; if it has, run this in its folder, or write the whole path in database.url"
        yield Verdict("warning", "database", f"there is no {where} yet", todo)
        return
    try:
        async with database(chosen.database.url, chosen.keys) as opened, opened.transaction() as c:
            aside = {b.state: b.count for b in await inbox.backlog(c)}.get("aside", 0)
            failed = {b.state: b.count for b in await outbox.backlog(c)}.get("failed", 0)
    except SettingsError as error:
        yield Verdict("fault", "keys", str(error))
        return
    except (Unavailable, NewerSchemaError, OSError) as error:
        yield Verdict("fault", "database", f"{where}: {error}", "is it running, and is database.url right?")
        return
    yield Verdict("ok", "database", f"{where} can be read and written")
    if aside:
        yield Verdict("warning", "inbox", f"{_many(aside, 'mail')} set aside", "see `alliance inbox list`")
    if failed:
        todo = "see `alliance outbox list --state failed`"
        yield Verdict("warning", "outbox", f"{_many(failed, 'letter')} not delivered", todo)


def _place(url: str) -> tuple[str, bool]:
    """Where the database is, and whether there is one as far as a look at the files tells."""
    if not url.startswith("sqlite:"):
        return url, True
    file = Path(url.removeprefix("sqlite:")).resolve()
    return str(file), file.exists()


def _own_address(chosen: "Settings") -> Address | None:
    """The address from which this machine's own mail server sends; None where another one does, or there is no way out."""
    from agent.settings import LOOPBACK

    if chosen.relay.host not in LOOPBACK:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, suppress(OSError):
        s.connect(("192.0.2.1", 9))  # sends nothing: it asks which way a packet would go
        return ip_address(s.getsockname()[0])
    return None


# ---------------------------------------------------------------- servers


async def _greeting(host: str, port: int) -> str:
    """What a server says first; raises OSError, or TimeoutError, which is one."""
    async with asyncio.timeout(ANSWERS_S):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            return (await reader.readline()).decode("ascii", "replace").strip()
        finally:
            writer.close()


async def _outer_door(dns: "Dns", domain: str) -> Verdict | None:
    """Whether the servers of the MX answer, as far as this can be seen from inside; None when there is none."""
    hosts = await exchangers(dns, domain)
    for host in hosts:
        for address in await addresses(dns, host):
            try:
                said = await _greeting(str(address), 25)
            except OSError as error:
                reason = os.strerror(error.errno).lower() if error.errno else "no answer"
                todo = "if others reach it, all is well: many networks let nobody out to port 25"
                return Verdict("warning", "port 25", f"{host} ({address}) cannot be reached from here: {reason}", todo)
            if not said.startswith("220"):
                return Verdict("fault", "port 25", f"{host} says {said[:80]!r}", "see the log of your mail server")
    return Verdict("ok", "port 25", "the servers of the MX answer") if any(hosts) else None


async def _page(url: str) -> Verdict:
    """Whether mail programs reach the page for unsubscribing, over TLS and without being sent elsewhere."""
    import urllib.error
    import urllib.request

    from agent.web.unsubscribe import PATH

    place = f"{url}{PATH}doctor"
    todo = "does `alliance serve` run, and does your web server hand this name on to web.host and web.port?"
    try:
        answer = await asyncio.to_thread(urllib.request.urlopen, place, timeout=ANSWERS_S)
        with answer:
            if answer.status == 200 and answer.url == place:
                return Verdict("ok", "web", f"{url} shows the page for unsubscribing")
            return Verdict("fault", "web", f"{place} leads to {answer.url}", "one click may not be sent elsewhere")
    except (OSError, ValueError) as error:
        return Verdict("fault", "web", f"{place}: {error}", todo)


# ---------------------------------------------------------------- there and back


async def _through_door(chosen: "Settings", files: "Files", dns: "Dns", wait: float) -> AsyncIterator[Verdict]:
    """A letter out through the relay, and back in through our door."""
    from agent.cli.connect import letter
    from agent.mail.address import LETTERS
    from agent.mail.dkim import signed
    from agent.service import opened

    door = chosen.inbound
    where = f"{door.host}:{door.port}"
    try:
        async with opened(chosen, alone=False, files=files) as service:
            try:
                await _greeting(door.host, door.port)
                yield Verdict("ok", "door", f"`alliance serve` answers at {where}")
            except OSError:
                await service.inbound.start()
                said = f"nobody listened at {where}; this command does for now"
                yield Verdict("warning", "door", said, "run `alliance serve`")
            try:
                if wait:
                    number, sent = secrets.randbelow(LETTERS), datetime.now(UTC)
                    to, bounces = service.doors.reply_address(0, number), service.doors.bounce_address(0, number)
                    raw = signed(letter(service.doors, service.doors, number), files.signers, sent)
                    reply = await service.relay.send(bounces, to, raw)
                    yield _relay(chosen, reply)
                    if reply.is_accepted:
                        async for verdict in _back(service, sent, (to, bounces), dns, wait):
                            yield verdict
            finally:
                await service.inbound.stop()
    except OSError as error:
        said = f"cannot listen at {where}: {error.strerror or error}"
        yield Verdict("fault", "door", said, "may it be used, and which program has it?")


def _relay(chosen: "Settings", reply: "Reply") -> Verdict:
    """What the relay made of the letter."""
    out = chosen.relay
    where = f"{out.host}:{out.port}"
    if not reply.is_accepted:
        todo = "mend [relay], its password or the server itself; its log says more"
        return Verdict("fault", "relay", f"{where} takes no letter: {reply.text}", todo)
    from agent.settings import LOOPBACK

    if out.tls == "none" and out.host not in LOOPBACK:
        todo = 'set relay.tls to "starttls" or "implicit", unless the way there is all yours'
        return Verdict("warning", "relay", f"{where} took a letter, which others could read on the way", todo)
    return Verdict("ok", "relay", f"{where} took a letter" + (f" from {out.user}" if out.user else ""))


async def _back(
    service: "Service", sent: datetime, doors: tuple[str, str], dns: "Dns", wait: float
) -> AsyncIterator[Verdict]:
    """Wait for the letter at the first of these doors, or for a report at the second, and look at it as others would."""
    from agent.store import inbox

    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    while loop.time() < until:
        async with service.database.transaction() as c:
            new = {k.rcpt: k.id for k in await inbox.listing(c, None, 50)}
            number = next((new[door] for door in doors if door in new), None)
            kept = await inbox.get(c, number) if number else None
        if kept and kept.rcpt == doors[0]:
            yield Verdict("ok", "letter", f"came back after {(kept.at - sent).total_seconds():.0f} seconds")
            yield await _signature(kept.raw, dns, kept.at)
            yield _clock(kept.raw, sent)
            return
        if kept:
            todo = f"see `alliance inbox show {kept.id} --reveal`: the server says why"
            yield Verdict("fault", "letter", "a report came back instead of it", todo)
            return
        await asyncio.sleep(LOOK_S)
    todo = "follow it in the logs: from the relay to the MX, and from there to our door"
    yield Verdict("fault", "letter", f"the relay took it, and it did not come back within {wait:.0f} seconds", todo)


async def _signature(raw: bytes, dns: "Dns", at: datetime) -> Verdict:
    from agent.ways import verdict_of

    found = await verdict_of(dns, raw, at)
    if found.finding == "aligned":
        return Verdict("ok", "signature", f"it is good: {found.why}")
    todo = "make a key with `alliance dkim`, or have the relay sign"
    if b"\ndkim-signature:" in b"\n" + raw[:20_000].lower():
        todo = "the record in the DNS and the key must belong together, and no server may change the letter"
    return Verdict("fault", "signature", f"it proves nothing: {found.why}", todo)


def _clock(raw: bytes, sent: datetime) -> Verdict:
    """Whether the servers on the way had about the same time."""
    from agent.mail import mime
    from agent.mail.answered import headers_of

    traces = mime.first(headers_of(raw), "received")
    try:
        passed = parsedate_to_datetime(traces.rpartition(";")[2])
        off = abs(passed - sent) if passed.tzinfo else timedelta()
    except ValueError:
        return Verdict("warning", "clock", "no server on the way noted the time", "is the clock of this machine right?")
    if off > FAST + (datetime.now(UTC) - sent):
        said = f"the mail server's clock and ours are {off.total_seconds():.0f} seconds apart"
        return Verdict("fault", "clock", said, "let both machines keep time by NTP")
    return Verdict("ok", "clock", "the mail server has the same time")


async def _through_mailbox(chosen: "Settings", wait: float) -> AsyncIterator[Verdict]:
    """Log in, write to the mailbox from itself, and see it come. The key is for this letter alone, so nobody else takes it."""
    from agent.cli.connect import coming, letter
    from agent.imap.connection import Trouble, opened
    from agent.mail.address import Doors
    from agent.ways import account_of, relay_of

    box = chosen.mailbox
    where, relay = f"{box.host}:{box.port}", relay_of(chosen)
    connection: Connection | None = None
    try:
        connection = await opened(account_of(chosen))
        yield Verdict("ok", "mailbox", f"{where} lets us in, and folder {box.folder} is there")
        if not wait:
            return
        doors = Doors(chosen.service.domain, (secrets.token_bytes(32),), chosen.service.local, reach="plain")
        reply = await relay.send(box.address, box.address, letter(doors, doors, 0))
        yield _relay(chosen, reply)
        if not reply.is_accepted:
            return
        began, start = datetime.now(UTC), connection.next_uid - 1
        came = await coming(connection, doors, start, 0, wait)
        if not came:
            todo = f"look for it in the mailbox {box.address}, also under spam"
            yield Verdict("fault", "letter", f"it did not come within {wait:.0f} seconds", todo)
            return
        raw = await connection.whole(came, 100_000) or b""
        await connection.remove([came])
        yield Verdict("ok", "letter", f"came back after {(datetime.now(UTC) - began).total_seconds():.0f} seconds")
        yield _clock(raw, began)
    except Trouble as trouble:
        yield Verdict("fault", "mailbox", str(trouble), "run `alliance connect` again when the password has changed")
    finally:
        await relay.close()
        if connection:
            connection.cut()
