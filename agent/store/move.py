"""Moving all that is kept from SQLite to PostgreSQL, in pieces that are compared and not believed.

A piece is some rows of one table. What is equal on both sides already is left alone, so that a run which was broken off
goes on where it stopped, also when the service has worked in between; and a last look over all rows is the proof. While
it runs nobody else writes to the source, so mail is answered with 451 and comes again.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.store.database import Connection, Database, Row, micros, rows

PIECE = 1_000  # rows
OCTETS = 16_000_000  # of mail in one piece, as far as one mail is not more


class CannotMove(Exception):  # noqa: N818 - it is the operator's
    """The target is not for this source, or holds something else at the end; the text says what."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table as the source has it: `kinds` are the SQL types of the key's columns."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    kinds: tuple[str, ...]
    blobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """How many rows of a table both sides have, and the SHA-256 of them all."""

    table: str
    rows: int
    digest: str


async def move(
    source: Database, target: Database, places: tuple[str, str], now: datetime, step: Callable[[str, int, int], None]
) -> list[Proof]:
    """Move everything; the proof for each table. `places` are the names of both, `step` is told (table, rows done, of all).

    Raises CannotMove, with the source as it was; and `Unavailable`, after which the same call goes on.
    """
    async with source.transaction() as ours:
        tables = await _tables(ours)
        async with target.transaction() as theirs:
            resumed = await _begun(theirs, places[0], now)
        if resumed:  # children first, since they point to their parents
            for table in reversed(tables):
                await _drop_others(ours, target, table)
        for table in tables:
            await _copy(ours, target, table, step)
        async with target.transaction() as theirs:
            await _go_on_counting(ours, theirs)
            proofs = [await _proof(ours, theirs, table) for table in tables]
        await ours.execute("INSERT INTO moves (way, place, at) VALUES ('to', $1, $2)", places[1], micros(now))
    return proofs


async def _tables(c: Connection) -> list[Table]:
    """All tables but those that say what the database is; parents before their children."""
    found = await c.fetch(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('migrations', 'moves')"
    )
    waiting = {
        name: {r for (r,) in await c.fetch('SELECT "table" FROM pragma_foreign_key_list($1)', name)}
        for (name,) in found
    }
    tables: list[Table] = []
    while waiting:
        name = min(n for n, parents in waiting.items() if not parents & waiting.keys() - {n})
        del waiting[name]
        columns = await c.fetch("SELECT name, type, pk FROM pragma_table_info($1)", name)
        key = sorted((place, column, kind) for column, kind, place in columns if place)
        tables.append(
            Table(
                name,
                tuple(column for column, *_ in columns),
                tuple(column for _, column, _ in key),
                tuple({"INTEGER": "bigint", "TEXT": "text"}[kind] for *_, kind in key),
                tuple(column for column, kind, _ in columns if kind == "BLOB"),
            )
        )
    return tables


async def _begun(c: Connection, place: str, now: datetime) -> bool:
    """Note in the target where it all comes from; whether this was begun before. Raises CannotMove when it is taken."""
    came = await c.fetch("SELECT place FROM moves WHERE way = 'from'")
    if came:
        if came != [(place,)]:
            raise CannotMove(f"the target takes what comes from {came[0][0]}, and nothing else")
        return True
    for name in ("alliances", "inbox"):
        if await c.fetch(f"SELECT 1 FROM {name} LIMIT 1"):  # noqa: S608 - one of two
            raise CannotMove("the target is in use: it holds what did not come from here; name an empty one")
    await c.execute("INSERT INTO moves (way, place, at) VALUES ('from', $1, $2)", place, micros(now))
    return False


async def _pieces(c: Connection, table: Table) -> AsyncIterator[list[Row]]:
    """The keys of a table, in its own order, in pieces that are not too large."""
    key, size = ", ".join(table.key), " + ".join(f"COALESCE(LENGTH({b}), 0)" for b in table.blobs) or "0"
    bound = ", ".join(f"${n}" for n, _ in enumerate(table.key, 1))
    last: Row | None = None
    while True:
        after = f"WHERE ({key}) > ({bound})" if last else ""
        found = await c.fetch(
            f"SELECT {key}, {size} FROM {table.name} {after} ORDER BY {key} LIMIT {PIECE}",  # noqa: S608 - our own names
            *(last or ()),
        )
        if not found:
            return
        octets = 0
        piece: list[Row] = []
        for *one, length in found:
            if piece and octets + length > OCTETS:
                break
            octets += length
            piece.append(tuple(one))
        last = piece[-1]
        yield piece


async def _rows(c: Connection, table: Table, keys: Sequence[Row]) -> dict[Row, Row]:
    """The rows with these keys."""
    columns = ", ".join(f"t.{name}" for name in (*table.key, *table.columns))
    equal = " AND ".join(f"t.{name} = c{n}" for n, name in enumerate(table.key))
    found = await c.fetch(
        f"SELECT {columns} FROM rows($1 {' '.join(table.kinds)}) r CROSS JOIN {table.name} t WHERE {equal}",  # noqa: S608
        rows(keys),
    )
    width = len(table.key)
    return {row[:width]: row[width:] for row in found}


async def _drop_others(ours: Connection, target: Database, table: Table) -> None:
    """Remove from the target what the source has no longer."""
    async with target.transaction() as theirs:
        async for piece in _pieces(theirs, table):
            here = await _rows(ours, table, piece)
            gone = [key for key in piece if key not in here]
            equal = " AND ".join(f"{name} = ${n}" for n, name in enumerate(table.key, 1))
            await theirs.executemany(f"DELETE FROM {table.name} WHERE {equal}", gone)  # noqa: S608 - our own names


async def _copy(ours: Connection, target: Database, table: Table, step: Callable[[str, int, int], None]) -> None:
    """Bring each row of the source to the target that is not there, or not the same."""
    key, columns = ", ".join(table.key), ", ".join(table.columns)
    bound = ", ".join(f"${n}" for n, _ in enumerate(table.columns, 1))
    fresh = ", ".join(f"{name} = EXCLUDED.{name}" for name in table.columns if name not in table.key)
    put = (
        f"INSERT INTO {table.name} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({bound}) "  # noqa: S608 - our own names
        f"ON CONFLICT ({key}) DO {f'UPDATE SET {fresh}' if fresh else 'NOTHING'}"
    )
    [(all_rows,)] = await ours.fetch(f"SELECT COUNT(*) FROM {table.name}")  # noqa: S608
    done = 0
    step(table.name, 0, all_rows)
    async for piece in _pieces(ours, table):
        here = await _rows(ours, table, piece)
        async with target.transaction() as theirs:
            there = await _rows(theirs, table, piece)
            await theirs.executemany(put, [row for at, row in here.items() if there.get(at) != row])
        done += len(piece)
        step(table.name, done, all_rows)


async def _go_on_counting(ours: Connection, theirs: Connection) -> None:
    """Let new rows have higher numbers than any that ever was: an alliance knows by them what it has had."""
    for name, last in await ours.fetch("SELECT name, seq FROM sqlite_sequence WHERE seq > 0"):
        await theirs.fetch("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", name, last)


async def _proof(ours: Connection, theirs: Connection, table: Table) -> Proof:
    """Read all rows of both sides once more. Raises CannotMove when they are not the same."""
    digests, total = (hashlib.sha256(), hashlib.sha256()), 0
    async for piece in _pieces(ours, table):
        total += len(piece)
        for side, digest in zip((ours, theirs), digests, strict=True):
            found = await _rows(side, table, piece)
            digest.update(msgspec.msgpack.encode([found.get(key) for key in piece]))
    [(there,)] = await theirs.fetch(f"SELECT COUNT(*) FROM {table.name}")  # noqa: S608 - our own names
    left, right = (digest.hexdigest() for digest in digests)
    if (left, total) != (right, there):
        raise CannotMove(f"{table.name}: {total} rows here and {there} there are not the same; begin again")
    return Proof(table.name, total, left)
