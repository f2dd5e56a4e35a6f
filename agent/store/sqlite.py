"""The embedded engine: one SQLite file, one connection, one writer.

Every call crosses into the connection's thread and back, which costs more than most statements. Hence whole batches per call;
and what nobody waits for the result of, the beginning and every `executemany`, goes with the next call that has one.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite

from agent.store.database import ANY, Connection, Database, Row, Unavailable

# Primary result codes (the low byte) that say "not now" or "not on this disk", rather than "your statement is wrong".
OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}

# FULL: a commit survives a power cut. secure_delete: erased words leave no trace in the file (decision 27).
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",  # 16 MB
    "PRAGMA journal_size_limit = 67108864",  # a WAL that once grew is cut back to 64 MB
)
# In NORMAL a commit is in order and whole, but a power cut may take it back until the next one that is FULL.
LASTING, PASSING = ("PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL")
TYPES = {"bigint": "INTEGER", "text": "TEXT"}


async def connect(path: str, patience: timedelta) -> Database:
    """Open the file, made readable to its owner alone if it is new, since it holds people's words."""
    with _outages():
        if path != ":memory:":
            Path(path).touch(mode=0o600)  # noqa: ASYNC240 - once, at the start
        connection = await aiosqlite.connect(
            path, timeout=patience.total_seconds(), isolation_level=None, factory=_Gathered
        )
        try:
            for pragma in PRAGMAS:
                await connection.execute_fetchall(pragma)
        except BaseException:
            await connection.close()
            raise
    return SQLite(connection)


def copy(source: Path, target: Path) -> None:
    """Copy a database that may be in use, whole and checked, into a new file that is readable to its owner alone.

    Raises `Unavailable` for what cannot be read, and ValueError for what is no database of ours.
    """
    target.touch(mode=0o600)
    with (
        _outages(),
        closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target, isolation_level=None)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # one file
        faults = new.execute("PRAGMA integrity_check(1)").fetchall()
        tables = new.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchall()
    if faults != [("ok",)] or not tables:
        raise ValueError(f"{source}: {'is damaged' if tables else 'is no database of Alliance'}")


class SQLite:
    """`Database` in one file."""

    shared = False

    def __init__(self, connection: aiosqlite.Connection) -> None:
        """Take an open connection over."""
        self._connection = connection
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, *, lasting: bool = True) -> AsyncIterator[Connection]:
        """`Database.transaction`, one at a time; IMMEDIATE, so that another process is met at the door and not half way.

        Cancelling is safe at any point: calls queue in the connection's thread, so the rollback runs after whatever was
        cancelled, before the next transaction, and does nothing when the commit went through.
        """
        async with self._writing:
            try:
                with _outages():
                    if self._connection.in_transaction:  # one that could not be rolled back
                        await self._connection.rollback()
                transaction = SQLiteTransaction(self._connection, LASTING if lasting else PASSING)
                yield transaction
                await transaction.commit()
            except BaseException:
                with suppress(sqlite3.Error):  # what went wrong first is what counts
                    await self._connection.rollback()
                raise

    def schema(self, sql: str) -> str:
        """`Database.schema`: migrations are written for SQLite."""
        return sql

    async def ring(self, bell: str) -> None:
        """`Database.ring`: there is no other node."""

    async def listen(self, rung: Callable[[str], None]) -> None:
        """`Database.listen`."""
        rung(ANY)
        await asyncio.Event().wait()

    async def wipe(self) -> None:
        """`Database.wipe`: the pages that were overwritten have older copies in the write-ahead log until it is cut."""
        async with self._writing:
            with _outages():
                await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def skip(self, c: Connection, table: str, count: int) -> None:
        """`Database.skip`."""
        if not await c.execute("UPDATE sqlite_sequence SET seq = seq + $2 WHERE name = $1", table, count):
            await c.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", table, count)

    async def lock_schema(self, c: Connection) -> None:
        """`Database.lock_schema`: there is one writer."""

    async def close(self) -> None:
        """`Database.close`."""
        await self._connection.close()


class SQLiteTransaction:
    """`Connection` on SQLite."""

    def __init__(self, connection: aiosqlite.Connection, level: str) -> None:
        """Begin on this connection, together with the first statement; `level` is how surely it is to last."""
        self._connection = connection
        self._waiting: list[_Statement] = [(level, None), ("BEGIN IMMEDIATE", None)]

    async def execute(self, sql: str, *args: object) -> int:
        """`Connection.execute`."""
        with _outages():
            cursor = await self._connection.execute(translate(sql), self._with(args))
        return max(cursor.rowcount, 0)

    async def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """`Connection.executemany`."""
        if rows:
            self._waiting.append((translate(sql), rows))

    async def fetch(self, sql: str, *args: object) -> list[Row]:
        """`Connection.fetch`."""
        with _outages():
            found = await self._connection.execute_fetchall(translate(sql), self._with(args))
        return [*map(tuple, found)]

    async def commit(self) -> None:
        """Make it last, with all that waits."""
        with _outages():
            await self._connection.execute_fetchall("COMMIT", self._with(()))

    def _with(self, args: Sequence[object]) -> Any:
        """What is bound, and all that comes before: it goes with the call, since a call that was cancelled may run yet."""
        waiting, self._waiting = self._waiting, []
        return _After(waiting, args) if waiting else args


_Statement = tuple[str, Sequence[Sequence[object]] | None]  # None: it is run once, with nothing bound


@dataclass(frozen=True, slots=True)
class _After:
    """What is bound to a statement, and the statements that come before it."""

    waiting: Sequence[_Statement]
    args: Sequence[object]


class _Gathered(sqlite3.Connection):
    """What the thread works on."""

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run one statement, after those that waited for it."""
        if isinstance(parameters, _After):
            for earlier, rows in parameters.waiting:
                super().execute(earlier) if rows is None else super().executemany(earlier, rows)
            parameters = parameters.args
        return super().execute(sql, parameters)


@cache
def translate(sql: str) -> str:
    """One of our statements in SQLite's words."""
    sql = re.sub(r"\s+FOR UPDATE( SKIP LOCKED)?", "", sql)
    sql = re.sub(r"\brows\((\$\d+)((?: \w+)+)\)", _unpacked, sql)
    return re.sub(r"\$(\d+)", r"?\1", sql)


def _unpacked(found: re.Match[str]) -> str:
    columns = (
        f"CAST(json_extract(value, '$[{place}]') AS {TYPES[kind]}) AS c{place}"
        for place, kind in enumerate(found[2].split())
    )
    return f"(SELECT {', '.join(columns)} FROM json_each({found[1]}))"  # noqa: S608 - our own words


@contextmanager
def _outages() -> Iterator[None]:
    """Tell what SQLite cannot help from what we did wrong."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in OUTAGES:
            raise Unavailable(f"SQLite: {error}") from error
        raise
    except OSError as error:
        raise Unavailable(f"SQLite: {error}") from error
