"""Moving to the other database."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.common import as_table, complain, complaining, database, know_password

if TYPE_CHECKING:
    from agent.store.move import Proof


def move(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The database that is used now: sqlite:alliance.db")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="An empty one: postgresql://user@host/name")],
) -> None:
    """Move all that is kept from SQLite to PostgreSQL. It proves that both hold the same.

    It can be broken off at any time, and goes on when it is called again. The service should rest; if it runs, mail is
    put off and comes again. At the end SOURCE is closed for good: write TARGET into database.url.
    """
    if not source.startswith("sqlite:") or not target.startswith(("postgresql:", "postgres:")):
        complain(("it moves from sqlite:... to postgresql://..., and not back",))
    path = Path(source.partition(":")[2]).resolve()
    if not path.is_file():
        complain((f"there is no file {path}",))
    know_password()
    with complaining():
        proofs = asyncio.run(_moved(path, target))
    as_table(("table", "rows", "sha-256"), ((p.table, p.rows, p.digest[:16]) for p in proofs), "nothing")
    typer.echo(f"all of it is in {target} now; write that into database.url")


async def _moved(path: Path, target: str) -> "list[Proof]":
    from datetime import UTC, datetime

    from rich.progress import Progress, TaskID

    from agent.store.move import CannotMove
    from agent.store.move import move as moved

    with Progress(transient=True) as progress:
        bars: dict[str, TaskID] = {}

        def step(table: str, done: int, of: int) -> None:
            if table not in bars:
                bars[table] = progress.add_task(table, total=of)
            progress.update(bars[table], completed=done)

        async with database(f"sqlite:{path}") as ours, database(target) as theirs:
            try:
                return await moved(ours, theirs, (str(path), target), datetime.now(UTC), step)
            except CannotMove as error:
                complain((str(error),), 1)
