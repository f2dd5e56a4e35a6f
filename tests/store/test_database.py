"""Both engines: transactions, outages, kills, migrations, and how every statement finds its rows."""

import ast
import asyncio
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DAY, MINUTE, NOW, arrival, kept_as

from agent.store import database as store
from agent.store import inbox, postgres, sqlite
from agent.store.database import Database, NewerSchemaError, Unavailable, migrate, open_database, try_writing

SHORT = timedelta(milliseconds=50)
HERE = Path(__file__).parent
ONLY_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
ONLY_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


async def put(db: Database, words: str) -> int:
    async with db.transaction() as c:
        [number] = await kept_as(c, [arrival(words)])
    return number


async def kept(db: Database) -> list[int]:
    async with db.transaction() as c:
        return [row.id for row in await inbox.listing(c, "kept", 10_000)][::-1]


# --- transactions


async def test_what_raises_half_way_leaves_nothing(database: Database) -> None:
    with pytest.raises(KeyError):
        async with database.transaction() as c:
            await kept_as(c, [arrival()])
            raise KeyError

    assert await kept(database) == []


async def test_what_is_cancelled_half_way_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    inside = asyncio.Event()

    async def slow() -> None:
        async with database.transaction() as c:
            await kept_as(c, [arrival()])
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])

    assert await kept(database) == []
    await put(database, "next")
    assert len(await kept(database)) == 1


@pytest.mark.parametrize("steps", range(12))
async def test_cancelling_at_any_moment_blocks_nobody(database: Database, steps: int) -> None:
    task = asyncio.create_task(put(database, "first"))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])

    await put(database, "second")

    assert len(await kept(database)) in (1, 2)


@pytest.mark.parametrize("steps", range(12))
async def test_what_was_cancelled_twice_has_no_hand_in_what_comes_next(database: Database, steps: int) -> None:
    task = asyncio.create_task(put(database, "first"))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()  # while it rolls back, where it got so far

    with pytest.raises(KeyError):
        async with database.transaction() as c:
            await kept_as(c, [arrival("second")])
            raise KeyError

    await asyncio.wait([task])
    assert len(await kept(database)) in (0, 1)
    await put(database, "third")
    assert len(await kept(database)) in (1, 2)


async def test_what_is_wrong_in_many_comes_out_at_the_end_at_the_latest(database: Database) -> None:
    with pytest.raises((sqlite3.OperationalError, asyncpg.PostgresSyntaxError)):
        async with database.transaction() as c:
            await inbox.put(c, [arrival()])
            await c.executemany("SELEKT $1", [(1,)])

    assert await kept(database) == []


async def test_a_statement_that_is_wrong_is_our_fault_and_not_an_outage(database: Database) -> None:
    with pytest.raises((sqlite3.OperationalError, asyncpg.PostgresSyntaxError)):
        async with database.transaction() as c:
            await c.execute("SELEKT 1")

    assert await kept(database) == []


@ONLY_SQLITE
async def test_only_what_is_to_last_waits_for_the_disk(database: Database) -> None:
    levels = []
    for how in ({}, {"lasting": False}, {"lasting": True}):
        async with database.transaction(**how) as c:
            levels += await c.fetch("PRAGMA synchronous")

    assert levels == [(2,), (1,), (2,)]


async def test_nothing_many_times_is_nothing(database: Database) -> None:
    async with database.transaction() as c:
        await inbox.put(c, [])


# --- outages


@ONLY_SQLITE
async def test_a_locked_file_is_unavailable_until_it_is_unlocked(database: Database, url: str) -> None:
    impatient = await open_database(url, patience=SHORT)
    async with database.transaction() as c:
        await kept_as(c, [arrival("holds the lock")])
        with pytest.raises(Unavailable, match="locked") as caught:
            await put(impatient, "now")

    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert await put(impatient, "later") == 2
    await impatient.close()


@ONLY_POSTGRESQL
async def test_a_locked_table_is_unavailable_until_it_is_unlocked(database: Database, url: str) -> None:
    impatient = await open_database(url, patience=SHORT)
    async with database.transaction() as c:
        await c.execute("LOCK TABLE inbox")
        with pytest.raises(Unavailable, match="lock timeout"):
            await put(impatient, "now")

    await put(impatient, "later")
    await impatient.close()


@ONLY_SQLITE
async def test_a_full_disk_is_unavailable_and_keeps_what_was_there(database: Database) -> None:
    first = await put(database, "small")
    async with database.transaction() as c:
        await c.fetch("PRAGMA max_page_count = 1")  # SQLite takes the present size instead

    with pytest.raises(Unavailable, match="full"):
        await put(database, "large" * 100_000)

    assert await kept(database) == [first]
    async with database.transaction() as c:
        await c.fetch("PRAGMA max_page_count = 1000000")
    await put(database, "large" * 100_000)
    assert len(await kept(database)) == 2


@ONLY_POSTGRESQL
async def test_a_lost_connection_is_unavailable_and_the_next_is_a_new_one(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.transaction() as c:
            await inbox.put(c, [arrival("lost")])
            await c.fetch("SELECT pg_terminate_backend(pg_backend_pid())")

    assert await kept(database) == []


@ONLY_POSTGRESQL
async def test_more_transactions_than_connections_wait_their_turn(database: Database) -> None:
    await asyncio.gather(*(put(database, str(n)) for n in range(4 * postgres.CONNECTIONS)))

    assert len(await kept(database)) == 4 * postgres.CONNECTIONS


@ONLY_POSTGRESQL
async def test_nodes_that_try_at_once_whether_they_can_write_do_not_wait_for_each_other(database: Database) -> None:
    async with database.transaction() as one, database.transaction() as other:
        await try_writing(one)
        await try_writing(other)

    async with database.transaction() as c:
        assert await c.fetch("SELECT 1 FROM migrations WHERE number < 0") == []


@pytest.mark.parametrize("url", ["sqlite:/nowhere/at/all.db", "postgresql://127.0.0.1:1/alliance"])
async def test_a_database_that_is_not_there_is_unavailable(url: str) -> None:
    with pytest.raises(Unavailable):
        await open_database(url, patience=SHORT)


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_text("From maya@example.org Wed Mar  4 09:30:15 2026\n" * 50)

    with pytest.raises(Unavailable, match="not a database"):
        await open_database(f"sqlite:{path}")


@pytest.mark.parametrize("url", ["mysql://localhost/alliance", "alliance.db", "sqlite:", ""])
async def test_an_unknown_kind_of_database_is_the_operators_mistake(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:PATH"):
        await open_database(url)


async def test_a_new_file_is_readable_to_its_owner_alone(tmp_path: Path) -> None:
    db = await open_database(f"sqlite:{tmp_path / 'new.db'}")
    await migrate(db)

    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}  # noqa: ASYNC240
    await db.close()


async def test_erased_bytes_are_gone_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    db = await open_database(f"sqlite:{path}")
    await migrate(db)
    number = await put(db, "secret token" * 1000)
    async with db.transaction() as c:
        await inbox.done(c, [(number, "replied")], NOW)
        await inbox.forget_raw(c, NOW + DAY, 9)
    await db.close()

    assert b"secret token" not in path.read_bytes()


async def test_a_database_in_memory_will_do() -> None:
    db = await open_database("sqlite::memory:")
    await migrate(db)

    assert await put(db, "here") == 1
    await db.close()


# --- kills


async def killed(url: str, how: str, *, after: int) -> list[str]:
    """What the program said before it was killed with SIGKILL, in the middle of whatever it was doing then."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, HERE / "putter.py", url, how, stdout=subprocess.PIPE, cwd=HERE.parents[1]
    )
    assert program.stdout is not None
    said = [await program.stdout.readline() for _ in range(after)]
    program.kill()
    said += (await program.stdout.read()).splitlines()
    await program.wait()
    return [line.decode().strip() for line in said if line.strip()]


async def test_nothing_committed_is_lost_when_the_program_is_killed(database: Database, url: str) -> None:
    said = await killed(url, "forever", after=30)

    found = await kept(database)

    assert [int(number) for number in said] == found[: len(said)]
    assert len(found) - len(said) in (0, 1)  # one may have been committed and not said


async def test_what_was_not_committed_is_not_there_and_blocks_nobody(database: Database, url: str) -> None:
    assert await killed(url, "half", after=1) == ["open"]

    assert await kept(database) == []
    await put(database, "never committed")


async def test_what_a_killed_program_had_taken_comes_back(url: str) -> None:
    first = await open_database(url)
    await migrate(first)
    number = await put(first, "taken")
    async with first.transaction() as c:
        await inbox.take(c, NOW, 10, MINUTE)
    await first.close()

    again = await open_database(url)
    async with again.transaction() as c:
        assert [row.id for row in await inbox.take(c, NOW + MINUTE, 10, MINUTE)] == [number]
    await again.close()


# --- bells


class Heard:
    """One who listens."""

    def __init__(self, db: Database) -> None:
        self.bells: asyncio.Queue[str] = asyncio.Queue()
        self.task = asyncio.create_task(db.listen(self.bells.put_nowait))

    async def next(self) -> str:
        async with asyncio.timeout(60):
            return await self.bells.get()


@ONLY_POSTGRESQL
async def test_a_bell_is_heard_by_whoever_listens(database: Database, url: str) -> None:
    node = await open_database(url)
    all_of_them = [Heard(database), Heard(node)]
    assert [await one.next() for one in all_of_them] == [store.ANY] * 2

    await node.ring("arrived")

    assert [await one.next() for one in all_of_them] == ["arrived"] * 2
    for one in all_of_them:
        one.task.cancel()
        await asyncio.wait([one.task])
    await node.close()


@ONLY_POSTGRESQL
async def test_who_listens_is_told_that_nothing_is_heard_any_more(database: Database) -> None:
    heard = Heard(database)
    assert await heard.next() == store.ANY

    async with database.transaction() as c:
        await c.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")

    async with asyncio.timeout(60):
        with pytest.raises(Unavailable):
            await heard.task


@ONLY_SQLITE
async def test_where_there_is_one_node_nobody_rings(database: Database) -> None:
    heard = Heard(database)
    await database.ring("arrived")

    assert await heard.next() == store.ANY
    assert heard.bells.empty()
    heard.task.cancel()
    await asyncio.wait([heard.task])


# --- migrations


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    number = await put(database, "here")

    await migrate(database)

    assert await kept(database) == [number]


async def test_many_nodes_may_migrate_at_once(url: str) -> None:
    nodes = [await open_database(url) for _ in range(3)]

    await asyncio.gather(*map(migrate, nodes))

    assert await put(nodes[0], "here") == 1
    for node in nodes:
        await node.close()


async def test_a_database_to_which_a_newer_version_only_added_will_do(database: Database) -> None:
    """Rows go in and out as before: the columns that this program does not know have defaults."""
    async with database.transaction() as c:
        await c.execute(database.schema("ALTER TABLE inbox ADD COLUMN later INTEGER NOT NULL DEFAULT 0"))
        await c.execute("INSERT INTO migrations (number) VALUES (9999)")

    await migrate(database)

    number = await put(database, "here")
    assert await kept(database) == [number]


async def test_a_database_of_a_newer_version_that_breaks_this_one_is_left_alone(database: Database) -> None:
    async with database.transaction() as c:
        await c.execute("INSERT INTO migrations (number, breaking) VALUES (9998, 1), (9999, 0)")

    with pytest.raises(NewerSchemaError, match="install a newer one"):
        await migrate(database)


@pytest.mark.parametrize("first", ["-- Adds a column.", store.BREAKING])
async def test_a_file_says_whether_older_programs_can_go_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    newer = shutil.copytree(store.MIGRATIONS, tmp_path / "newer")
    (newer / "9998.sql").write_text(f"{first}\nALTER TABLE people ADD COLUMN later INTEGER;\n")
    (newer / "9999.sql").write_text("CREATE INDEX later ON people (later);\n")
    with monkeypatch.context() as newer_program:
        newer_program.setattr(store, "MIGRATIONS", newer)
        await migrate(database)

    if first == store.BREAKING:
        with pytest.raises(NewerSchemaError):
            await migrate(database)
    else:
        await migrate(database)


ADDS = r"CREATE TABLE |CREATE INDEX |ALTER TABLE \w+ ADD COLUMN \w+ \w+( NOT NULL DEFAULT .+| CHECK .+)?$"


@pytest.mark.parametrize("path", sorted(store.MIGRATIONS.glob("*.sql")), ids=lambda path: path.stem)
def test_a_migration_only_adds_or_says_that_it_breaks_older_programs(path: Path) -> None:
    script = path.read_text("utf-8")
    statements = [s.strip() for s in re.sub(r"--.*", "", script).split(";\n") if s.strip()]

    assert script.startswith(store.BREAKING) or [s for s in statements if not re.match(ADDS, s)] == []


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.stem) for path in store.MIGRATIONS.glob("*.sql"))

    assert numbers == list(range(1, len(numbers) + 1))


# --- values


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])))
def test_an_instant_comes_back(at: datetime) -> None:
    assert store.instant(store.micros(at)) == at


def test_an_absent_instant_stays_absent() -> None:
    assert store.maybe_instant(store.maybe_micros(None)) is None
    assert store.maybe_instant(store.maybe_micros(NOW)) == NOW


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_becomes_one_that_can_be_kept(value: str) -> None:
    assert "\0" not in store.text(value)
    store.text(value).encode()


# --- every statement


def statements() -> Iterator[str]:
    """Every statement of the store, as it stands in the source."""
    for name in ("alliances", "bookmarks", "database", "inbox", "outbox", "tallies"):
        tree = ast.parse((Path(store.__file__).parent / f"{name}.py").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", str(node.value)):
                yield str(node.value)


def bound(sql: str) -> int:
    return len(set(re.findall(r"\$\d+", sql)))


# Indexes that hold only what is owed or will be due: reading one from its start is reading what was asked for.
SHORT_INDEXES = r"outbox_owed|alliances_due"


@ONLY_SQLITE
async def test_no_statement_scans_a_table_on_sqlite(database: Database) -> None:
    async with database.transaction() as c:
        for sql in statements():
            plan = [row[3] for row in await c.fetch("EXPLAIN QUERY PLAN " + sql, *[None] * bound(sql))]
            scans = [line for line in plan if line.startswith("SCAN") and not re.search("json_each|mine", line)]
            assert [line for line in scans if not re.search(SHORT_INDEXES, line)] == [], sql


@ONLY_POSTGRESQL
async def test_no_statement_scans_a_table_on_postgresql(database: Database, url: str) -> None:
    connection = await asyncpg.connect(url, server_settings=postgres.PLANS | {"plan_cache_mode": "force_generic_plan"})
    for sql in statements():
        arguments = f"({', '.join(['NULL'] * bound(sql))})" if bound(sql) else ""
        await connection.execute("PREPARE statement AS " + postgres.translate(sql))
        plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN EXECUTE statement" + arguments))
        await connection.execute("DEALLOCATE statement")
        assert "Seq Scan" not in plan, f"{sql}\n{plan}"
        for index, next_line in re.findall(r"Scan (?:Backward )?(?:using|on) (\w+_\w+)[^\n]*\n?([^\n]*)", plan):
            searched = "Index Cond" in next_line or re.fullmatch(SHORT_INDEXES, index)
            assert searched or index == "jsonb_array_elements", f"{sql}\n{plan}"
    await connection.close()


def test_every_statement_is_found() -> None:
    assert len(list(statements())) > 40


def test_a_set_of_rows_is_said_in_each_engines_words() -> None:
    sql = "SELECT id FROM inbox WHERE (id, digest) IN rows($1 bigint text) LIMIT $2 FOR UPDATE SKIP LOCKED"

    assert sqlite.translate(sql) == (
        "SELECT id FROM inbox WHERE (id, digest) IN (SELECT CAST(json_extract(value, '$[0]') AS INTEGER) AS c0,"
        " CAST(json_extract(value, '$[1]') AS TEXT) AS c1 FROM json_each(?1)) LIMIT ?2"
    )
    assert postgres.translate(sql) == (
        "SELECT id FROM inbox WHERE (id, digest) IN (SELECT (value ->> 0)::bigint AS c0, (value ->> 1)::text AS c1"
        " FROM jsonb_array_elements($1::jsonb)) LIMIT $2 FOR UPDATE SKIP LOCKED"
    )
