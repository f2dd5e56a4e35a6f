"""The engine beyond one machine: a pool of connections to PostgreSQL 12 or newer. Any number of nodes may share it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from functools import cache
from typing import Any

import asyncpg

from agent.store.database import ANY, Connection, Database, Row, Unavailable

CONNECTIONS = 4  # measured: three loops and a command never need more, and four fill two cores; one more listens
CHANNEL = "alliance"  # on which bells are rung
TRIED_S = 60.0  # seconds: how often a silent connection is asked whether it is there
MIGRATING = 0x616C6C69  # the advisory lock of migrations: "alli"
ABANDONED = timedelta(minutes=1)  # a node that died inside a transaction holds its locks no longer than this

# Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) that are not our statement's fault.
OUTAGES = (
    asyncpg.PostgresConnectionError,  # 08
    asyncpg.ReadOnlySQLTransactionError,  # 25006: a standby
    asyncpg.IdleInTransactionSessionTimeoutError,  # 25P03
    asyncpg.InvalidAuthorizationSpecificationError,  # 28
    asyncpg.InvalidCatalogNameError,  # 3D: no such database (yet)
    asyncpg.TransactionRollbackError,  # 40: deadlock, serialisation
    asyncpg.InsufficientResourcesError,  # 53: disk full, too many connections
    asyncpg.LockNotAvailableError,  # 55P03
    asyncpg.OperatorInterventionError,  # 57: shutting down, starting up, cancelled
    asyncpg.PostgresIOError,  # 58030
    asyncpg.InternalClientError,  # no primary (yet); or the server said goodbye just before this statement
    OSError,  # refused, reset; TimeoutError too
)
# Every statement of ours looks a few rows up by a key. Said here, that does not depend on statistics, which a table that
# grows fast has not got yet; and the test that explains every statement sees the plan that will run.
PLANS = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off"}
WORDS = (
    ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    ("INTEGER", "BIGINT"),
    ("BLOB", "BYTEA"),
    (") STRICT", ")"),
)


async def connect(url: str, patience: timedelta) -> Database:
    """Open the pool; one connection is made at once, to find a wrong address before a port opens."""
    waits_ms = str(patience // timedelta(milliseconds=1))
    given = {
        "timeout": patience.total_seconds(),
        "command_timeout": 60,
        "target_session_attrs": "read-write",  # where several hosts are named, the one that is the primary now
        "server_settings": {
            "application_name": "alliance",
            **PLANS,
            "lock_timeout": waits_ms,
            "idle_in_transaction_session_timeout": str(ABANDONED // timedelta(milliseconds=1)),
        },
    }
    with _outages():
        pool = await asyncpg.create_pool(url, min_size=1, max_size=CONNECTIONS, reset=_keep, **given)
    return Postgres(pool, patience, lambda: asyncpg.connect(url, **given))


async def _keep(_connection: Any) -> None:
    """Spare the round trip that resets a returned connection: no statement of ours changes the session."""


class Postgres:
    """`Database` on a server."""

    shared = True

    def __init__(self, pool: Any, patience: timedelta, connect: Callable[[], Awaitable[Any]]) -> None:
        """Take an open pool over. `connect` makes a connection beside it."""
        self._pool = pool
        self._patience = patience
        self._connect = connect

    @asynccontextmanager
    async def transaction(self, *, lasting: bool = True) -> AsyncIterator[Connection]:  # noqa: ARG002
        """`Database.transaction`, at READ COMMITTED: rows are locked by name where it matters.

        All of it lasts: what one node holds must be known to the others, also on the standby that takes over.
        """
        with _outages():
            connection = await self._pool.acquire(timeout=self._patience.total_seconds())
        try:
            transaction = connection.transaction()
            with _outages():
                await transaction.start()
            try:
                yield PostgresTransaction(connection)
            except BaseException:
                with suppress(*OUTAGES, asyncpg.InterfaceError):  # the connection is gone, and the transaction with it
                    await transaction.rollback()
                raise
            with _outages():
                await transaction.commit()
        finally:
            await self._pool.release(connection)

    def schema(self, sql: str) -> str:
        """`Database.schema`."""
        for theirs, ours in WORDS:
            sql = sql.replace(theirs, ours)
        return sql

    async def ring(self, bell: str) -> None:
        """`Database.ring`. Nothing has to reach the disk for it, so nobody waits for that."""
        with _outages():
            said = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)"
            await self._pool.execute(said, CHANNEL, bell, timeout=self._patience.total_seconds())

    async def listen(self, rung: Callable[[str], None]) -> None:
        """`Database.listen`, on a connection of its own, which is tried now and then: a lost one may be silent."""
        with _outages():
            connection = await self._connect()
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            try:
                await connection.add_listener(CHANNEL, lambda _connection, _pid, _channel, bell: rung(bell))
                rung(ANY)
                while True:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(TRIED_S):
                            await lost.wait()
                    await connection.execute("SELECT 1", timeout=self._patience.total_seconds())
            finally:
                connection.terminate()

    async def wipe(self) -> None:
        """`Database.wipe`: autovacuum does it, and the operator's VACUUM at once."""

    async def skip(self, c: Connection, table: str, count: int) -> None:
        """`Database.skip`."""
        sequence = "pg_get_serial_sequence($1, 'id')"
        await c.fetch(f"SELECT setval({sequence}, nextval({sequence}) + $2)", table, count)

    async def lock_schema(self, c: Connection) -> None:
        """`Database.lock_schema`."""
        await c.fetch("SELECT pg_advisory_xact_lock($1)", MIGRATING)

    async def close(self) -> None:
        """`Database.close`."""
        with _outages():
            await self._pool.close()


class PostgresTransaction:
    """`Connection` on PostgreSQL."""

    def __init__(self, connection: Any) -> None:
        """Use a connection on which a transaction was begun."""
        self._connection = connection

    async def execute(self, sql: str, *args: object) -> int:
        """`Connection.execute`."""
        with _outages():
            status = await self._connection.execute(translate(sql), *args)  # "UPDATE 3", "CREATE TABLE"
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """`Connection.executemany`."""
        if rows:
            with _outages():
                await self._connection.executemany(translate(sql), rows)

    async def fetch(self, sql: str, *args: object) -> list[Row]:
        """`Connection.fetch`."""
        with _outages():
            return [tuple(row) for row in await self._connection.fetch(translate(sql), *args)]


@cache
def translate(sql: str) -> str:
    """One of our statements in PostgreSQL's words."""
    return re.sub(r"\brows\((\$\d+)((?: \w+)+)\)", _unpacked, sql)


def _unpacked(found: re.Match[str]) -> str:
    columns = (f"(value ->> {place})::{kind} AS c{place}" for place, kind in enumerate(found[2].split()))
    return f"(SELECT {', '.join(columns)} FROM jsonb_array_elements({found[1]}::jsonb))"  # noqa: S608 - our own words


@contextmanager
def _outages() -> Iterator[None]:
    """Tell what the server cannot help from what we did wrong."""
    try:
        yield
    except OUTAGES as error:
        raise Unavailable(f"PostgreSQL: {error}") from error
    except asyncpg.InterfaceError as error:  # also our misuse; but a connection that was lost while idle says only this
        if "closed" in str(error) or "closing" in str(error):
            raise Unavailable(f"PostgreSQL: {error}") from error
        raise
