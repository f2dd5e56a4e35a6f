"""Serving, starting an alliance by hand, and letting keys go."""

import asyncio
from typing import Annotated

import typer

from agent.cli.common import complain, complaining, settings


def serve(
    roles: Annotated[
        str | None,
        typer.Option(help="What this node does of inbound,worker,delivery,clock, where several share a PostgreSQL."),
    ] = None,
) -> None:
    """Take mail, and answer it, until told to stop."""
    with complaining():
        chosen = settings()
        import uvloop

        from agent import service

        wanted = service.ROLES if roles is None else tuple(dict.fromkeys(role.strip() for role in roles.split(",")))
        if unknown := sorted({*wanted} - {*service.ROLES}):
            complain((f"--roles: {unknown[0]!r} is none; choose from {','.join(service.ROLES)}",))
        if len(wanted) < len(service.ROLES) and chosen.database.url.startswith("sqlite:"):
            complain(("--roles: SQLite is for one node, which does everything; leave it out, or move to PostgreSQL",))
        try:
            uvloop.run(service.serve(chosen, _ready, wanted))
        except OSError as error:  # the port or the certificate
            complain((f"cannot listen on {chosen.inbound.host}:{chosen.inbound.port}: {error.strerror or error}",))


def _ready(port: int) -> None:
    typer.echo(f"listening on port {port}" if port else "ready", err=True)


def start(
    initiator: Annotated[str, typer.Argument(metavar="INITIATOR", help="Who starts: 'Maya Lind <maya@example.org>'")],
    partner: Annotated[str, typer.Option("--with", help="With whom: 'Jonas Berg <jonas@example.org>'")],
    reason: Annotated[str, typer.Option(help="What it is about, in a sentence or two.")] = "",
) -> None:
    """Start an alliance for somebody. It is as if they had written the first mail; the why is then asked of them."""
    with complaining():
        chosen = settings()
        from agent.service import opened

        me, other = named(initiator), named(partner)
        if me[1] == other[1]:
            complain((f"{me[1]} cannot make an alliance with itself; name the partner's address after --with",))

        async def begin() -> int:
            import secrets
            from datetime import UTC, datetime

            from agent.advance import Matter
            from agent.alliance.event import Started
            from agent.mail.address import ALLIANCES

            name, address = other
            said = f"{name} <{address}>\n\n{reason}".strip()
            subject = f"{name} and me" if name else ""
            number = secrets.randbelow(ALLIANCES)
            event = Started(me[1], me[0], subject, said, None, f"operator:{secrets.token_hex(8)}")
            async with opened(chosen, alone=False) as service:
                written = await service.intake.advance.advance([Matter(number, event)], datetime.now(UTC))
            if not written:
                complain((f"{me[1]} has started as many alliances today as service.starts_per_day allows",), 1)
            return number

        number = asyncio.run(begin())
    typer.echo(f"alliance {number}: the first letter to {me[1]} is in the outbox; `alliance serve` sends it")


def named(text: str) -> tuple[str, str]:
    """Read a name ("" when there is none) and an address in its one spelling."""
    from email.utils import parseaddr

    from agent.mail.address import normal

    name, found = parseaddr(text)
    address = normal(found)
    if address is None:
        complain((f"{text!r} is no address; write one such as 'Maya Lind <maya@example.org>'",))
    return name, address


def drop_keys() -> None:
    """Let go of the keys that ALLIANCE_KEY no longer names.

    What they sealed is lost: replies to letters that were written with one of them are refused.
    """
    with complaining():
        chosen = settings()
        from agent.cli.common import database
        from agent.store import keyring

        async def renew() -> None:
            async with database(chosen.database.url) as opened, opened.transaction() as c:
                await keyring.renew(c, chosen.keys)

        asyncio.run(renew())
    typer.echo("from now on every node needs the keys that stand in ALLIANCE_KEY, and no others")
