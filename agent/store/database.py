"""One small contract with two engines behind it: SQLite in a file, PostgreSQL beyond one machine.

A statement is written once, in PostgreSQL's words, with `$1` for what is bound. Beyond that there is one word of our own:
`rows($1 bigint text)` is the set of rows (c0, c1) that `rows()` bound as JSON. In front of `CROSS JOIN` it is also where SQLite
starts, which guesses badly how to look up pairs. `FOR UPDATE [SKIP LOCKED]` is left out on SQLite, where there is one writer. A function of `store/` takes a `Connection`, that is an
open transaction, and never commits; the loops and `cli` open transactions.

Promised: what a transaction wrote is on the disk when its block has ended, if it is to last, and none of it is there if
it did not end.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

PATIENCE = timedelta(seconds=5)  # to wait for a lock or a server; an SMTP client waits 10 minutes (RFC 5321 4.5.3.2.6)
MIGRATIONS = Path(__file__).parent / "migrations"
BREAKING = "-- Breaks older programs."
ANY = ""  # the bell that is heard first: any of them may have been rung before
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LAST = 2**63 - 1  # no instant and no number comes after it

Row = tuple[Any, ...]


class Unavailable(Exception):  # noqa: N818 - a state of the world, not a mistake
    """The database cannot serve now: locked, full, broken or gone. The edges answer 451, and the sender comes again."""


class NewerSchemaError(Exception):
    """A newer version of this program has left the database, or an alliance in it, so that this one cannot serve it."""


class Moved(Exception):  # noqa: N818 - a state of the world, not a mistake
    """All that was here has moved to another database; who goes on here would send letters twice."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many rows are in a state that somebody or something has to act on, and since when the oldest."""

    state: str
    count: int
    oldest: datetime


class Connection(Protocol):
    """One open transaction."""

    async def execute(self, sql: str, *args: object) -> int:
        """Run one statement; says how many rows it changed."""

    async def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row, in one go."""

    async def fetch(self, sql: str, *args: object) -> list[Row]:
        """Run one statement and read all its rows."""


class Database(Protocol):
    """Where all is kept. `shared` says whether other nodes may be writing too."""

    shared: bool

    def transaction(self, *, lasting: bool = True) -> AbstractAsyncContextManager[Connection]:
        """Commit when the block ends, roll back when it raises. Raises `Unavailable`.

        What is not `lasting` need not wait for the disk where it means nothing after a power cut: what this process holds.
        """

    def schema(self, sql: str) -> str:
        """One statement of a migration in this engine's words."""

    async def ring(self, bell: str) -> None:
        """Tell all other nodes that listen; lost where none does, for it only spares them the wait until they look."""

    async def listen(self, rung: Callable[[str], None]) -> None:
        """Hear `ANY`, then the bells that nodes ring, until cancelled; raises `Unavailable` once nothing is heard any more."""

    async def wipe(self) -> None:
        """Leave no trace of what was erased beside the tables, as far as this engine can be told to."""

    async def skip(self, c: Connection, table: str, count: int) -> None:
        """Leave out so many numbers of this table, which begins at 1 with each row's `id`."""

    async def lock_schema(self, c: Connection) -> None:
        """Let nobody else migrate until this transaction ends."""

    async def close(self) -> None:
        """End all connections; open transactions must have ended."""


async def open_database(url: str, *, patience: timedelta = PATIENCE) -> Database:
    """Open "sqlite:PATH", "sqlite::memory:" or "postgresql://...". Raises `Unavailable`, and ValueError for other URLs.

    An engine is imported when it is asked for: the other one costs 50 ms of every start.
    """
    scheme, _, rest = url.partition(":")
    match scheme:
        case "sqlite" if rest:
            from agent.store import sqlite  # noqa: PLC0415

            return await sqlite.connect(rest, patience)
        case "postgresql" | "postgres":
            from agent.store import postgres  # noqa: PLC0415

            return await postgres.connect(url, patience)
        case _:
            raise ValueError(f"not a database: {scheme}:... (write sqlite:PATH or postgresql://USER@HOST/NAME)")


async def migrate(db: Database) -> None:
    """Bring the schema up to date: each numbered file once, in order, all in one transaction.

    A database that a newer version has brought further will do, unless a file says that it breaks older programs.
    """
    async with db.transaction() as c:
        await db.lock_schema(c)
        await c.execute(db.schema("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY NOT NULL) STRICT"))
        [(applied,)] = await c.fetch("SELECT COALESCE(MAX(number), 0) FROM migrations")
        files = {int(path.stem): path for path in MIGRATIONS.glob("*.sql")}
        if applied > max(files) and await c.fetch(
            "SELECT 1 FROM migrations WHERE breaking = 1 AND number > $1", max(files)
        ):
            raise NewerSchemaError(
                f"the database is at schema {applied}, this program knows {max(files)}: install a newer one"
            )
        for number in sorted(n for n in files if n > applied):
            script = files[number].read_text("utf-8")
            await _apply(db, c, script)
            await c.execute("INSERT INTO migrations (number) VALUES ($1)", number)
            if script.startswith(BREAKING):
                await c.execute("UPDATE migrations SET breaking = 1 WHERE number = $1", number)
        for (place,) in await c.fetch("SELECT place FROM moves WHERE way = 'to'"):
            raise Moved(f"this database has moved to {place}: write that into database.url")


async def try_writing(c: Connection) -> None:
    """Write something that nobody sees: a disk that can only be read from answers every question.

    Under a number by chance, or one node would wait for the other.
    """
    number = -1 - random.getrandbits(48)
    await c.execute("INSERT INTO migrations (number) VALUES ($1)", number)
    await c.execute("DELETE FROM migrations WHERE number = $1", number)


async def _apply(db: Database, c: Connection, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            await c.execute(db.schema(statement))


def rows(values: Iterable[Sequence[object]]) -> str:
    """A set of rows as one bound value, for `rows($1 bigint text)`."""
    return msgspec.json.encode(list(values)).decode()


def text(value: str) -> str:
    """What both engines can keep as text: no NUL (PostgreSQL refuses it), no lone surrogates (neither can encode them).

    For what strangers wrote; one such character must not break the batch in which it came.
    """
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def micros(at: datetime) -> int:
    """An instant as SQL keeps it: microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(value: int) -> datetime:
    """The aware UTC instant that SQL kept."""
    return EPOCH + timedelta(microseconds=value)


def maybe_micros(at: datetime | None) -> int | None:
    """The same for an instant that may be absent."""
    return None if at is None else micros(at)


def maybe_instant(value: int | None) -> datetime | None:
    """The same for an instant that may be absent."""
    return None if value is None else instant(value)
