"""`alliance connect`: set up one ordinary mailbox by five questions, and show that it works before anything is written."""

import asyncio
import json
import os
import re
import secrets
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from agent.cli.common import complain, complaining, database

if TYPE_CHECKING:
    from agent.imap.connection import Account, Connection
    from agent.mail.address import Doors
    from agent.mail.reply import Reply
    from agent.smtp.relay import Relay

COMES_S = 120.0  # for a letter to oneself: a server may look it over first
PLUS_S = 20.0  # and for the one to the address with a plus, once the other has come
ANSWERS_S = 20.0  # for a server that is tried

Tables = dict[str, dict[str, object]]  # section, name, value; None for a value means the default


class _Said(NamedTuple):
    """The five answers."""

    address: str
    password: str
    servers: tuple[str, str]  # for reading and for sending, each with a port or without
    you: tuple[str, str]  # name and address
    alone: bool
    command: tuple[str, ...]


class _Found(NamedTuple):
    """What was tried and works."""

    account: "Account"
    relay: "Relay"
    plus: bool
    validity: int
    uid: int  # of the last mail that was there before


def connect(
    token_command: Annotated[
        str, typer.Option(help="For OAuth2: the command that prints an access token, instead of the password.")
    ] = "",
) -> None:
    """Set up one ordinary mailbox. Asks five questions, sends a letter to itself, and writes the settings."""
    from agent.imap.connection import Trouble
    from agent.keys import secrets_beside
    from agent.settings import load, path_of

    path = path_of(None, os.environ)
    said = _asked(tuple(shlex.split(token_command)))
    known = secrets_beside(path) | dict(os.environ)
    key = known.get("ALLIANCE_KEY") or secrets.token_hex(32)
    try:
        found = asyncio.run(_tried(said, secrets.token_bytes(32)))
    except Trouble as trouble:
        complain((str(trouble), "Nothing was written. Mend that, and run `alliance connect` again."), 1)
    with complaining():
        _write(path, _tables(said, found), {"ALLIANCE_KEY": key, "ALLIANCE_MAILBOX_PASSWORD": said.password})
        chosen = load(path, os.environ)
        asyncio.run(_mark(chosen.database.url, said.address, found))
    typer.echo(f"Written: {path} and, readable by you alone, {path.with_name('secrets')}.")
    typer.echo("Keep a copy of the secrets elsewhere: without the key no reply finds its way any more.")
    _first(said, chosen.service.name)


def _asked(command: tuple[str, ...]) -> _Said:
    address = _address("1  The mailbox that Alliance shall use, such as office@example.org")[1]
    password = "" if command else typer.prompt("2  Its password, or an app password", hide_input=True)
    domain = address.partition("@")[2]
    servers = typer.prompt("3  Its servers, for reading and for sending", f"imap.{domain} smtp.{domain}").split()
    if len(servers) != 2:
        complain(("write two servers with a space between, such as imap.example.org smtp.example.org",))
    you = _address("4  You, whom people reach and who may start, such as Maya Lind <maya@example.org>")
    if you[1] == address:
        complain(("Alliance cannot write letters to itself: give it a mailbox of its own, or one that is not yours",))
    alone = not typer.confirm("5  Does other mail come to this mailbox too?", default=True)
    return _Said(address, password, (servers[0], servers[1]), you, alone, command)


def _address(question: str) -> tuple[str, str]:
    """A name and an address."""
    from agent.cli.run import named

    return named(typer.prompt(question))


# ---------------------------------------------------------------- trying


async def _tried(said: _Said, key: bytes) -> _Found:
    """Log in, write to the mailbox from itself, and see what comes; raises Trouble. The key is for these letters alone."""
    from agent.imap.connection import Trouble
    from agent.mail.address import Doors
    from agent.settings import LOCAL_OCTETS

    connection = await _reading(said)
    account, start = connection.account, connection.next_uid - 1
    typer.echo(f"Reading works: {account.host}:{account.port}.")
    local, _, domain = said.address.partition("@")
    try:
        plain = Doors(domain, (key,), local, reach="plain")
        relay = await _sending(said, plain)
        typer.echo(f"Sending works: {relay.host}:{relay.port}. Waiting for the letter to come back.")
        tried = len(local) <= LOCAL_OCTETS
        if tried:
            plus = Doors(domain, (key,), local, reach="plus")
            tried = (await relay.send(said.address, plus.reply_address(0, 0), letter(plain, plus, 1))).is_accepted
            await relay.close()
        came = await coming(connection, plain, start, 0, COMES_S)
        if not came:
            reason = f"the letter to {said.address} was sent, and did not come within {COMES_S:.0f} seconds"
            raise Trouble("lost", f"{reason}; look for it in the mailbox, also under spam")
        reached = tried and await coming(connection, plain, start, 1, PLUS_S)
        await connection.remove([uid for uid in (came, reached) if uid])
    finally:
        connection.cut()
    typer.echo("It came." + (" So did one to an address with a plus." if reached else " Addresses with a plus do not."))
    return _Found(account, relay, bool(reached), connection.validity, start)


async def _reading(said: _Said) -> "Connection":
    from agent.imap.connection import Account, Trouble, opened
    from agent.ways import token_of

    host, port = _split(said.servers[0])
    trouble = Trouble("host", "")
    for number, security in _likely(port, 993, 143):
        account = Account(
            host, number, said.address, said.password, token_of(said.command), security=security, timeout_s=ANSWERS_S
        )
        try:
            return await opened(account)
        except Trouble as error:
            trouble = error if not trouble.args[0] else trouble
            if error.reason in ("login", "host"):
                raise
    raise trouble


async def _sending(said: _Said, doors: "Doors") -> "Relay":
    """The way out, by which a letter to the mailbox itself is on its way."""
    from agent.imap.connection import Trouble
    from agent.smtp.relay import Relay
    from agent.ways import token_of

    host, port = _split(said.servers[1])
    told: list[Reply] = []
    for number, security in _likely(port, 465, 587):
        relay = Relay(
            host,
            number,
            doors.domain,
            "tls" if security == "implicit" else "starttls",
            said.address,
            said.password,
            token_of(said.command),
            timeout_s=ANSWERS_S,
        )
        told.append(await relay.send(said.address, said.address, letter(doors, doors, 0)))
        await relay.close()
        if told[-1].is_accepted:
            return relay
    raise Trouble("lost", f"{host} takes no letter: " + "; ".join(dict.fromkeys(reply.text for reply in told)))


def _split(server: str) -> tuple[str, int | None]:
    host, colon, port = server.rpartition(":")
    return (host, int(port)) if colon and port.isdigit() else (server, None)


def _likely(port: int | None, implicit: int, starttls: int) -> Iterator[tuple[int, Literal["implicit", "starttls"]]]:
    """The two ways to speak in private, the better one first (RFC 8314)."""
    yield port or implicit, "implicit"
    yield port or starttls, "starttls"


def letter(doors: "Doors", to: "Doors", number: int) -> bytes:
    """A letter of the mailbox to itself, known by the code in its subject."""
    from agent.mail.letter import Letter, write

    return write(
        Letter(
            kind="notice",
            from_name="Alliance",
            from_address=doors.front,
            to_address=to.reply_address(0, 0),
            subject=doors.titled("Alliance tries this mailbox", 0, number),
            date=datetime.now(UTC),
            message_id=doors.message_id(0, number),
            text="Alliance wrote this to see whether letters come. It deletes it again, and so may you.\n",
        )
    )


async def coming(connection: "Connection", doors: "Doors", start: int, number: int, seconds: float) -> int:
    """The UID of this letter, once it has come; 0 when it does not."""
    from agent.mail.answered import FIELDS, headers_of
    from agent.mail.mime import first

    code = doors.titled("", 0, number).strip()
    until = asyncio.get_running_loop().time() + seconds
    while (left := until - asyncio.get_running_loop().time()) > 0:
        fresh = await connection.above(start)
        for uid, block in (await connection.headers(fresh, FIELDS)).items():
            if code in first(headers_of(block), "subject"):
                return uid
        await connection.wait(min(left, 5))
    return 0


# ---------------------------------------------------------------- writing


def _tables(said: _Said, found: _Found) -> Tables:
    """What goes into the file."""
    account, relay = found.account, found.relay
    return {
        "service": {"domain": None, "local": None, "contact": said.you[1], "allow": [said.you[1]]},
        "mailbox": {
            "address": said.address, "host": account.host, "port": account.port, "tls": account.security,
            "token_command": list(said.command), "plus": found.plus, "alone": said.alone,
        },
        "relay": {
            "host": relay.host, "port": relay.port, "tls": "implicit" if relay.security == "tls" else "starttls",
            "user": said.address,
        },
    }  # fmt: skip


def _write(path: Path, tables: Tables, known: Mapping[str, str]) -> None:
    """Set these in the file, or in a copy of the shipped one; and the secrets beside it, which nobody else may read."""
    import tomllib

    from agent.keys import secrets_beside
    from agent.settings import shipped

    text = (path if path.exists() else shipped("config") / "agent.toml").read_text("utf-8")
    allowed = tomllib.loads(text).get("service", {}).get("allow", [])
    tables["service"]["allow"] = list(dict.fromkeys([*allowed, *_listed(tables["service"]["allow"])]))
    for section, values in tables.items():
        text = with_values(text, section, values)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in (secrets_beside(path) | dict(known)).items() if value)
    hidden = os.open(path.with_name("secrets"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(hidden, 0o600)  # also of a file that was there
    with os.fdopen(hidden, "w", encoding="utf-8") as file:
        file.write(lines)
    path.write_text(text, "utf-8")


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def with_values(text: str, section: str, values: Mapping[str, object]) -> str:
    """The text of a settings file with these values in this section, everything else as it stands."""
    lines = text.splitlines()
    if f"[{section}]" not in lines:
        lines += ["", f"[{section}]"]
    start = lines.index(f"[{section}]") + 1
    end = next((n for n in range(start, len(lines)) if lines[n].startswith("[")), len(lines))
    part = lines[start:end]
    for name, value in values.items():
        at = next((n for n, line in enumerate(part) if re.match(rf"#?{name} *=", line)), None)
        if value is None and at is not None:
            part[at] = "#" + part[at].lstrip("#")
        elif value is not None:
            part[at or 0 : (at or 0) + (at is not None)] = [f"{name} = {json.dumps(value)}"]
    return "\n".join([*lines[:start], *part, *lines[end:]]) + "\n"


async def _mark(url: str, address: str, found: _Found) -> None:
    """Begin to read where the mailbox stood when it was tried, unless it was read before."""
    from agent.mail.envelope import Bookmark
    from agent.store import bookmarks

    async with database(url) as opened, opened.transaction() as c:
        if await bookmarks.get(c, address) is None:
            await bookmarks.put(c, address, Bookmark(found.validity, found.uid, datetime.now(UTC)))


def _first(said: _Said, service: str) -> None:
    """Offer to start the first alliance."""
    from agent.cli.run import start

    partner = typer.prompt(
        "With whom is your first alliance? (Jonas Berg <jonas@example.org>, or Enter)", "", show_default=False
    )
    if partner:
        name, address = said.you
        start(f"{name} <{address}>", partner)
    else:
        subject = "" if said.alone else f", with the word {service} in its subject"
        typer.echo(f"To start one, write to {said.address} from {said.you[1]}{subject}.")
    typer.echo("`alliance serve` reads the mailbox and answers.")
