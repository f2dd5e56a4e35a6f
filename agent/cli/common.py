"""What commands share: settings, the database, telling complaints, and showing things to people or to programs."""

import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from agent.settings import Settings
    from agent.store.database import Database

Json = Annotated[bool, typer.Option("--json", help="For a program to read.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show people's words too; that it was done is logged.")]


@contextmanager
def complaining() -> Iterator[None]:
    """Tell everything the operator has to mend, one line each, and leave with 2."""
    from agent.alliance.flow import FlowError
    from agent.rehearsal.script import ScriptError
    from agent.settings import SettingsError
    from agent.store.database import Moved, NewerSchemaError, Unavailable
    from agent.templates import TemplatesError

    try:
        yield
    except (SettingsError, FlowError, ScriptError) as error:
        complain(error.complaints)
    except TemplatesError as error:
        complain(error.faults)
    except (Unavailable, NewerSchemaError, Moved) as error:
        complain((str(error),))
    except OSError as error:  # a file or a folder that the command line names; whatever else breaks is ours
        if error.filename is None:
            raise
        complain((f"{error.filename}: {error.strerror}",))


def complain(complaints: Iterable[str], code: int = 2) -> NoReturn:
    """Print these to stderr and leave."""
    for line in complaints:
        typer.echo(line, err=True)
    raise typer.Exit(code)


def settings() -> "Settings":
    """Read the operator's settings, and log as they say."""
    from agent import log
    from agent.settings import load

    know_password()
    read = load(None, os.environ)
    log.configure(read.log.level, read.log.format, sys.stderr)
    return read


def know_password() -> None:
    """Let the password of PostgreSQL stand with the other secrets: its driver looks for it in the environment alone."""
    from agent.keys import secrets_beside
    from agent.settings import path_of

    if password := secrets_beside(path_of(None, os.environ)).get("PGPASSWORD"):
        os.environ.setdefault("PGPASSWORD", password)


@asynccontextmanager
async def database(url: str, keys: Sequence[bytes] = ()) -> "AsyncIterator[Database]":
    """The service's database, whether the service is running or not; SettingsError when it was written with other keys."""
    from agent.settings import SettingsError
    from agent.store import keyring
    from agent.store.database import migrate, open_database

    opened = await open_database(url)
    try:
        await migrate(opened)
        async with opened.transaction() as c:
            if keys and (wrong := await keyring.fault(c, keys)):
                raise SettingsError((wrong,))
        yield opened
    finally:
        await opened.close()


def as_json(value: Any) -> None:
    """Print a value for a program."""
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def as_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows for people; `empty` is said when there is none."""
    from rich.console import Console
    from rich.table import Table

    cells = [["" if cell is None else _cell(cell) for cell in row] for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, name in enumerate(columns):  # numbers are whole in a narrow window too, for one has to type them
        table.add_column(
            name, min_width=max((len(row[place]) for row in cells if row[place].isdecimal()), default=None)
        )
    for row in cells:
        table.add_row(*row)
    console = Console()
    console.print(table if table.row_count else empty, markup=False)


def _cell(value: object) -> str:
    from datetime import datetime

    from rich.markup import escape

    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else escape(str(value))


def revealed(**ids: int) -> None:
    """Log that people's words were shown (decision 26)."""
    import structlog

    structlog.get_logger().warning("revealed", **ids)
