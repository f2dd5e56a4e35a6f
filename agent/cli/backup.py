"""A copy of the database while the service runs, and the way back from one, on which nobody gets a letter twice."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.common import complain, complaining, settings

if TYPE_CHECKING:
    from agent.settings import Settings

PRIVATE = "it holds people's words and addresses, and is yours to erase: see `Keep and erase` in the operations page"


def backup(file: Annotated[Path, typer.Argument(help="Where to; it may not be there yet.")]) -> None:
    """Copy the database while the service runs. It is checked, whole or not at all, and readable to you alone."""
    with _complaining():
        chosen = settings()
        source = _file_of(chosen, f"pg_dump --format custom --file {file} '{chosen.database.url}'")
        if file.exists():
            complain((f"{file} is there already; name another file, or take that one away",), 1)
        with _copied(source, file):
            pass
    typer.echo(f"{file}: {file.stat().st_size} bytes; {PRIVATE}")


def restore(
    file: Annotated[Path | None, typer.Argument(help="A backup; without one, what you have restored yourself.")] = None,
    mail: Annotated[
        list[Path] | None, typer.Option(help="A message (.eml) that came since the backup; may be given again.")
    ] = None,
) -> None:
    """Go back to a backup while the service is stopped. Letters that may have been sent are held back.

    What came since is read again: mail given with --mail, and what the mailbox still has.
    """
    with _complaining():
        chosen = settings()
        if file is None:
            held, lost = asyncio.run(_caught_up(chosen, mail or ()))
        else:
            place = _file_of(
                chosen, f"pg_restore --clean --dbname '{chosen.database.url}' {file}, and then `alliance restore`"
            )
            if place.exists():
                complain((f"{place} is there; stop the service and move it away, with {place}-wal and {place}-shm",), 1)
            with _copied(file, place) as part:
                there = chosen.database.model_copy(update={"url": f"sqlite:{part}"})
                held, lost = asyncio.run(_caught_up(chosen.model_copy(update={"database": there}), mail or ()))
    typer.echo(f"Restored. {held} letters may have been sent before, and are not sent by themselves.")
    typer.echo("See `alliance outbox list --state unknown`; `alliance outbox rerun` sends one all the same.")
    if lost:
        typer.echo(
            f"{lost} mails answer letters of which this copy does not know: see `alliance inbox list --state done`."
        )


@contextmanager
def _complaining() -> Iterator[None]:
    """Tell what is wrong with a file too."""
    with complaining():
        try:
            yield
        except (ValueError, OSError) as error:
            complain((str(error),), 1)


def _file_of(chosen: "Settings", instead: str) -> Path:
    scheme, _, path = chosen.database.url.partition(":")
    if scheme != "sqlite":
        complain((f"the database is PostgreSQL's own matter: {instead}",), 1)
    return Path(path)


@contextmanager
def _copied(source: Path, place: Path) -> Iterator[Path]:
    """A copy that gets its place once it is whole and the block has ended, also if the power goes; else none is left."""
    from agent.store import sqlite

    part = place.with_name(f".{place.name}.part")
    part.unlink(missing_ok=True)  # left by one that was killed
    try:
        sqlite.copy(source, part)
        yield part
        part.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        for end in ("", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)


async def _caught_up(chosen: "Settings", mail: "Sequence[Path]") -> tuple[int, int]:
    """Do what the lost database had done by now, but send nothing.

    How many letters were held back, and how much mail answers letters that were written since the backup.
    """
    from agent.cli.receive import keep
    from agent.service import opened
    from agent.store import restored

    async with opened(chosen) as service:
        async with service.database.transaction() as c:
            await restored.number_anew(service.database, c)
        for message in mail:
            await keep(chosen, message.read_bytes(), "", None)
        while service.mailbox and await service.mailbox.fetch():
            pass
        now = service.now()
        while await service.intake.take(now) + await service.checkin.wake(now):
            pass
        async with service.database.transaction() as c:
            return await restored.hold(c, now), service.intake.counted["unknown",]
