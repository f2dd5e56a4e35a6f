"""Every statement of whole conversations: a decision writes and locks rows of its own alliance alone, and names it.

So the tables of alliances can be spread over servers by `alliance_id` (docs/operations.md).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest
from played import played

from agent.store import sqlite
from agent.store.database import Row

SPREAD = {"alliances", "participants", "steps", "outbox", "proofs", "tallies"}
WHOLE = {
    "inbox",
    "people",
    "flows",
    "refusals",
    "bookmarks",
    "keys",
    "moves",
    "migrations",
}  # what belongs to no alliance

# What asks all alliances, by its first words and the columns that it searches by.
ACROSS = (
    r"SELECT id, wake_at FROM alliances WHERE wake_at <= ",  # the clock: who is due
    r"SELECT MIN\(wake_at\) FROM alliances",
    r"WITH mine AS .* UPDATE outbox SET .* AND settled_at IS NULL AND due_at <= ",  # delivery: what is due, and whose lease has run out
    r"UPDATE outbox SET due_at = \$1 WHERE settled_at IS NULL AND state = 'sending'",
    r"SELECT MIN\(due_at\) FROM outbox",
    r"SELECT .* FROM participants (JOIN .* )?WHERE (participants\.)?address (=|IN) ",  # where somebody takes part
    r"SELECT .* FROM outbox WHERE rcpt IN ",  # the brake: what an address got, and who was invited
    r"SELECT .* FROM outbox JOIN .* WHERE outbox\.about = 'invitation'",
    r"SELECT 'owed', COUNT\(\*\), MIN\(at\) FROM outbox ",  # figures, and lists for the operator
    r"SELECT id, flow, .* FROM alliances WHERE created_at <= ",
)


@dataclass
class Transaction:
    """What one transaction did: which alliances decided, and whose rows were written or locked."""

    decided: set[int] = field(default_factory=set)
    touched: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Watch:
    """Notes every statement."""

    transactions: list[Transaction] = field(default_factory=list)
    strays: set[str] = field(default_factory=set)  # statements that neither name alliances nor are known to ask all
    seen: set[str] = field(default_factory=set)

    def note(self, here: Transaction, statement: str, rows: Sequence[Sequence[object]]) -> None:
        sql = " ".join(re.sub(r"--.*", "", statement).split())
        plain = re.sub(r"FOR UPDATE( SKIP LOCKED)?|DO UPDATE SET", "", sql)
        tables = set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE) (\w+)", plain)) - {"rows", "mine"}
        if re.match(r"CREATE|ALTER|PRAGMA", sql):
            return
        self.seen.add(sql)
        if not tables <= SPREAD | WHOLE:
            self.strays.add(sql)
        if not tables & SPREAD:
            return
        named = [number for row in rows for number in _named(sql, row)]
        if not _names(sql):
            if not any(re.match(words, sql) for words in ACROSS):
                self.strays.add(sql)
            return
        if re.search(r"INSERT INTO steps ", sql):
            here.decided |= {*named}
        if not sql.startswith("SELECT") or "FOR UPDATE" in sql:
            for number in named:
                here.touched[number].append(sql)


_NAMED = (
    r"\balliance_id = (?P<one>\$\d+)",
    r"\((?:\w+\.)?alliance_id, (?:\w+\.)?number\) IN rows\((?P<rows>\$\d+) ",
    r"\balliance_id IN rows\((?P<rows>\$\d+) ",
    r"\bFROM rows\((?P<rows>\$\d+) .* WHERE alliance_id = wanted\.c0",
    r"\b(?:FROM|UPDATE) alliances .*WHERE id IN rows\((?P<rows>\$\d+) ",
    r"\b(?:FROM|UPDATE) alliances .*WHERE id = (?P<one>\$\d+)",
    r"INSERT INTO \w+ \((?P<columns>[^)]*)\) VALUES \((?P<values>[^)]*)\)",
)


def _names(sql: str) -> re.Match[str] | None:
    """Where a statement names its alliances; joined tables belong to the same one."""
    joined = re.findall(r" JOIN (?!people\b)(\w+) ON (\S+) = (\S+)", sql)
    assert all(re.match(r"\w+\.(alliance_id|id)", side) for _, *sides in joined for side in sides), sql
    return next((found for words in _NAMED if (found := re.search(words, sql))), None)


def _named(sql: str, row: Sequence[object]) -> Iterator[int]:
    found = _names(sql)
    if not found:
        return
    groups = found.groupdict()
    if groups.get("columns"):
        columns = [name.strip() for name in groups["columns"].split(",")]
        place = columns.index("alliance_id" if "alliance_id" in columns else "id")
        yield int(str(row[int(groups["values"].split(",")[place].strip(" $")) - 1]))
    elif groups.get("rows"):
        yield from (pair[0] for pair in msgspec.json.decode(str(row[int(groups["rows"][1:]) - 1])))
    else:
        yield int(str(row[int(groups["one"][1:]) - 1]))


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()

    class Watched(sqlite.SQLiteTransaction):
        def __init__(self, *opened: object) -> None:
            super().__init__(*opened)  # type: ignore[arg-type]
            self.here = Transaction()
            made.transactions.append(self.here)

        async def execute(self, sql: str, *args: object) -> int:
            made.note(self.here, sql, [args])
            return await super().execute(sql, *args)

        async def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
            made.note(self.here, sql, rows)
            await super().executemany(sql, rows)

        async def fetch(self, sql: str, *args: object) -> list[Row]:
            made.note(self.here, sql, [args])
            return await super().fetch(sql, *args)

    monkeypatch.setattr(sqlite, "SQLiteTransaction", Watched)
    return made


def test_a_decision_writes_and_locks_rows_of_its_own_alliance_alone(watch: Watch, tmp_path) -> None:
    for script in ("years", "team"):
        played.__wrapped__(script, tmp_path)

    assert sorted(watch.strays) == []
    deciding = [t for t in watch.transactions if t.decided]
    assert [(t.decided, t.touched) for t in deciding if t.touched.keys() - t.decided] == []
    assert len({number for t in deciding for number in t.decided}) > 2  # else it would prove nothing
    written = {found[1] for sql in watch.seen if (found := re.match(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", sql))}
    assert written >= SPREAD
