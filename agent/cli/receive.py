"""`alliance receive`: take one mail from a pipe, for mail servers that hand mail to a program."""

import asyncio
import os
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.settings import Settings

_LINE_END = re.compile(rb"\r?\n")


def receive(
    recipient: Annotated[str, typer.Argument(help="Whom the envelope names; else ORIGINAL_RECIPIENT, RECIPIENT.")] = "",
    sender: Annotated[str | None, typer.Option("--from", help="The envelope's sender; empty for a report.")] = None,
) -> None:
    """Keep the mail on standard input. A running `alliance serve` takes it within a minute.

    It leaves with 0 once the mail is safe, and otherwise with a code that a mail server understands (sysexits): 75 for
    any trouble of ours, upon which it tries again, and 65 for a mail that is too large.
    """
    from agent.cli.common import settings

    try:
        chosen = settings()
        raw = sys.stdin.buffer.read(chosen.inbound.max_size + 1)
        code = os.EX_DATAERR if len(raw) > chosen.inbound.max_size else os.EX_OK
        if code == os.EX_OK:
            asyncio.run(keep(chosen, raw, recipient, sender))
    except Exception as error:  # noqa: BLE001 - any other code but this one would send the mail back to its sender
        typer.echo(f"try again later: {error}", err=True)
        code = os.EX_TEMPFAIL
    raise typer.Exit(code)


async def keep(chosen: "Settings", raw: bytes, recipient: str, sender: str | None) -> None:
    """Keep one mail as if its recipient's server had handed it to us; ValueError when it does not say for whom it is."""
    from datetime import UTC, datetime

    import structlog

    from agent.cli.common import database
    from agent.mail.answered import envelope_of, headers_of
    from agent.mail.envelope import Envelope
    from agent.mail.mime import first
    from agent.store import inbox
    from agent.ways import arrival_of, doors_of

    doors = doors_of(chosen)
    raw = _LINE_END.sub(b"\r\n", raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw)  # as SMTP had it
    headers = headers_of(raw)
    told = (recipient, *map(os.environ.get, ("ORIGINAL_RECIPIENT", "RECIPIENT")), first(headers, "delivered-to"))
    to = next((address.strip("<> ") for address in told if address), "")
    if not to:
        raise ValueError("whom is it for? Name the envelope's recipient")
    sender = os.environ.get("SENDER") if sender is None else sender
    mail_from = envelope_of(headers, raw, doors, "").mail_from if sender is None else sender.strip("<> ")
    arrival = arrival_of(chosen, doors, Envelope(mail_from, to, raw, "pipe"), datetime.now(UTC))
    async with database(chosen.database.url, chosen.keys) as opened:
        if doors.route_of(to) is None:  # the session is over and its sender may be forged, so nobody is told (T53)
            structlog.get_logger().warning("received_unknown")
            return
        async with opened.transaction() as c:
            await inbox.put(c, [arrival])
        await opened.ring("arrived")
