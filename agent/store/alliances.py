"""Alliances, and all that is said of them in rows: who takes part, who those people are, what was decided, which flow.

An alliance is one document (JSON of `alliance.model.Alliance` without `people`). Rows beside it exist to be found by:
an address, an instant, a cause. Whoever loads alliances to change them holds them until the transaction ends; batches
lock in the order of ids, so that two nodes never wait for each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.alliance.model import Alliance, Participant, Person
from agent.store.database import (
    LAST,
    Connection,
    NewerSchemaError,
    Row,
    instant,
    maybe_instant,
    maybe_micros,
    micros,
    rows,
)

# What we know of documents and of the flows that they follow. Add one with every field, value or key of a flow that a program
# without it must not decide without: it would show what a flag hides, or forget it as it saves.
FORMAT = 1

_DOCUMENT = msgspec.json.Decoder(Alliance)


@dataclass(frozen=True, slots=True)
class Step:
    """A kept decision: what brought it, what happened, and the phase it led to. Unique by alliance and cause."""

    alliance_id: int
    cause: str  # "inbox:17"
    at: datetime
    event: str  # the kind of event: "Replied"
    phase: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One alliance in a list, without a word of what people said. `wake_at` is None when nothing is to come."""

    id: int
    flow: str
    phase: str
    created: datetime
    wake_at: datetime | None
    version: int  # how often it was saved


async def load(c: Connection, ids: Iterable[int]) -> dict[int, Alliance]:
    """Those of these that exist, with their people, held until the transaction ends.

    Raises NewerSchemaError if a newer version wrote one of them.
    """
    found = await c.fetch(
        "SELECT id, format, document FROM alliances WHERE id IN rows($1 bigint) ORDER BY id FOR UPDATE",
        rows((number,) for number in ids),
    )
    loaded = _read(found)
    return _with(await people(c, {p.address for a in loaded.values() for p in a.participants}), loaded)


async def see(c: Connection, ids: Iterable[int]) -> dict[int, Alliance]:
    """The same for those that are only told of in the letters of another: nobody has to wait for them."""
    wanted = rows((number,) for number in ids)
    found = await c.fetch("SELECT id, format, document FROM alliances WHERE id IN rows($1 bigint)", wanted)
    theirs = await c.fetch(
        """
        SELECT address, name, zone, offset_s, language, suppressed, also, bounces, bounced_at FROM people
        WHERE address IN (SELECT participants.address FROM participants WHERE alliance_id IN rows($1 bigint))
        """,
        wanted,
    )
    return _with(_people(theirs), _read(found))


def _read(found: Sequence[Row]) -> dict[int, Alliance]:
    if newer := [number for number, written, _ in found if written > FORMAT]:
        raise NewerSchemaError(f"alliance {newer[0]} was last changed by a newer version of this program: install that")
    return {number: _DOCUMENT.decode(document) for number, _, document in found}


def _with(known: Mapping[str, Person], loaded: dict[int, Alliance]) -> dict[int, Alliance]:
    for alliance in loaded.values():  # nobody else has seen these dictionaries yet
        alliance.people.update((p.address, known[p.address]) for p in alliance.participants if p.address in known)
    return loaded


async def people(c: Connection, addresses: Iterable[str]) -> dict[str, Person]:
    """Those of these addresses whom we know, held until the transaction ends."""
    return _people(
        await c.fetch(
            """
            SELECT address, name, zone, offset_s, language, suppressed, also, bounces, bounced_at FROM people
            WHERE address IN rows($1 text) ORDER BY address FOR UPDATE
            """,
            rows((address,) for address in addresses),
        )
    )


async def met(c: Connection, addresses: Iterable[str]) -> dict[str, Person]:
    """The same for whom nobody has asked yet: nobody has to wait for them."""
    return _people(
        await c.fetch(
            """
            SELECT address, name, zone, offset_s, language, suppressed, also, bounces, bounced_at FROM people
            WHERE address IN rows($1 text)
            """,
            rows((address,) for address in addresses),
        )
    )


def _people(found: Sequence[Row]) -> dict[str, Person]:
    return {
        address: Person(
            *(address, name, zone, offset_s, language, bool(suppressed), tuple(also.split())),
            bounces,
            maybe_instant(at),
        )
        for address, name, zone, offset_s, language, suppressed, also, bounces, at in found
    }


async def save(
    c: Connection,
    changed: Sequence[tuple[Alliance, datetime | None]],
    before: Mapping[int, Alliance] | None = None,
    known: Mapping[str, Person] | None = None,
) -> None:
    """Write these as they now are, with the instant at which each wants to be looked at; new ones are inserted.

    The flow must have been put before. Every participant is written too, but those that are as they were when they were
    loaded, `before`; and of `people` who is not as in `known`. Whoever is not in that either stays as the database has them.
    """
    ordered = sorted(changed, key=lambda pair: pair[0].id)
    there = {_taking_part(a, p) for a in (before or {}).values() for p in a.participants}
    people = {address: person for alliance, _ in ordered for address, person in alliance.people.items()}
    await _save_people(c, people, known or {})
    await c.executemany(
        """
        INSERT INTO alliances (id, flow, phase, wake_at, created_at, document, format) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, wake_at = excluded.wake_at, document = excluded.document,
            format = excluded.format, version = alliances.version + 1
        """,
        [
            (a.id, a.flow, str(a.phase), maybe_micros(wake_at), micros(a.created), _document(a), FORMAT)
            for a, wake_at in ordered
        ],
    )
    await c.executemany(
        """
        INSERT INTO participants (alliance_id, number, address, stage) VALUES ($1, $2, $3, $4)
        ON CONFLICT (alliance_id, number) DO UPDATE SET address = excluded.address, stage = excluded.stage
            WHERE participants.address <> excluded.address OR participants.stage <> excluded.stage
        """,
        [row for a, _ in ordered for p in a.participants if (row := _taking_part(a, p)) not in there],
    )


def _taking_part(alliance: Alliance, p: Participant) -> tuple[int, int, str, str]:
    return alliance.id, p.number, p.address, str(p.stage)


def _document(alliance: Alliance) -> bytes:
    return msgspec.json.encode(alliance.but(people={}))


async def _save_people(c: Connection, people: Mapping[str, Person], known: Mapping[str, Person]) -> None:
    """In the order of their addresses, so that two nodes never wait for each other."""
    new: list[Row] = []
    changed: list[Row] = []
    for address, p in sorted(people.items()):
        if known.get(address) != p:
            row = (*(address, p.name, p.zone, p.offset_s, p.language, int(p.suppressed)), " ".join(p.also))
            (changed if address in known else new).append((*row, p.bounces, maybe_micros(p.bounced_at)))
    await c.executemany(
        """
        INSERT INTO people (address, name, zone, offset_s, language, suppressed, also, bounces, bounced_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (address) DO NOTHING
        """,
        new,
    )
    await c.executemany(
        """
        UPDATE people SET name = $2, zone = $3, offset_s = $4, language = $5, suppressed = $6, also = $7, bounces = $8,
            bounced_at = $9
        WHERE address = $1
        """,
        changed,
    )


async def postpone(c: Connection, number: int, due: datetime, until: datetime) -> None:
    """Look then at this one, unless it is no longer due: its waking broke us, and the next ones shall go on."""
    await c.execute(
        "UPDATE alliances SET wake_at = $3 WHERE id = $1 AND wake_at = $2", number, micros(due), micros(until)
    )


async def due(c: Connection, now: datetime, limit: int) -> dict[int, datetime]:
    """Those that want to be looked at, and since when, the longest waiting first; held until the transaction ends.

    None that another node holds, so that nobody waits, though they are not locked in the order of ids; and none that a
    newer version wrote.
    """
    found = await c.fetch(
        """
        SELECT id, wake_at FROM alliances WHERE wake_at <= $1 AND format <= $3
        ORDER BY wake_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        micros(now),
        limit,
        FORMAT,
    )
    return {number: instant(wake_at) for number, wake_at in found}


async def next_wake(c: Connection) -> datetime | None:
    """The earliest instant at which `due` finds any; None when none wants to be looked at."""
    [(wake_at,)] = await c.fetch(
        "SELECT MIN(wake_at) FROM alliances WHERE wake_at IS NOT NULL AND format <= $1", FORMAT
    )
    return maybe_instant(wake_at)


async def of_address(c: Connection, address: str) -> list[tuple[int, int, str]]:
    """Where this address takes part, oldest first: alliance, participant number, phase."""
    found = await c.fetch(
        """
        SELECT alliances.id, participants.number, alliances.phase
        FROM participants JOIN alliances ON alliances.id = participants.alliance_id
        WHERE participants.address = $1 ORDER BY alliances.created_at, alliances.id, participants.number
        """,
        address,
    )
    return [(alliance_id, number, phase) for alliance_id, number, phase in found]


async def listing(c: Connection, limit: int, *, before: tuple[datetime, int] | None = None) -> list[Summary]:
    """The newest; `before` is when the last of the page before was created, and its id: two may begin in one instant."""
    created, last = (micros(before[0]), before[1]) if before else (LAST, 0)
    found = await c.fetch(
        """
        SELECT id, flow, phase, created_at, wake_at, version FROM alliances
        WHERE created_at <= $1 AND (created_at < $1 OR id < $2) ORDER BY created_at DESC, id DESC LIMIT $3
        """,
        created,
        last,
        limit,
    )
    return [_summary(row) for row in found]


async def listing_of(
    c: Connection, address: str, limit: int, *, before: tuple[datetime, int] | None = None
) -> list[Summary]:
    """The same of those in which this address takes part."""
    created, last = (micros(before[0]), before[1]) if before else (LAST, 0)
    found = await c.fetch(
        """
        SELECT alliances.id, flow, phase, created_at, wake_at, version
        FROM participants JOIN alliances ON alliances.id = participants.alliance_id
        WHERE participants.address = $1 AND created_at <= $3 AND (created_at < $3 OR alliances.id < $4)
        ORDER BY created_at DESC, alliances.id DESC LIMIT $2
        """,
        address,
        limit,
        created,
        last,
    )
    return [_summary(row) for row in found]


def _summary(row: Row) -> Summary:
    number, flow, phase, created_at, wake_at, version = row
    return Summary(number, flow, phase, instant(created_at), maybe_instant(wake_at), version)


async def seen(c: Connection, causes: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of these alliances and causes that have had their decision: doing them again would do it twice."""
    found = await c.fetch(
        """
        SELECT alliance_id, cause FROM rows($1 bigint text) AS wanted CROSS JOIN steps
        WHERE alliance_id = wanted.c0 AND cause = wanted.c1
        """,
        rows(causes),
    )
    return {(alliance_id, cause) for alliance_id, cause in found}


async def record(c: Connection, steps: Iterable[Step]) -> None:
    """Write these into the history. A cause that an alliance has had already raises: ask `seen` first."""
    await c.executemany(
        "INSERT INTO steps (alliance_id, cause, at, event, phase) VALUES ($1, $2, $3, $4, $5)",
        [(s.alliance_id, s.cause, micros(s.at), s.event, s.phase) for s in steps],
    )


async def history(c: Connection, alliance_id: int) -> list[Step]:
    """All that happened to this one, in order."""
    found = await c.fetch(
        "SELECT alliance_id, cause, at, event, phase FROM steps WHERE alliance_id = $1 ORDER BY at, cause", alliance_id
    )
    return [Step(number, cause, instant(at), event, phase) for number, cause, at, event, phase in found]


async def put_flow(c: Connection, key: str, content: str) -> None:
    """Keep a flow's text under "name@sha256"; what is there already is the same."""
    await c.execute("INSERT INTO flows (key, content) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", key, content)


async def flow(c: Connection, key: str) -> str | None:
    """The text of a flow; None when it was never put."""
    found = await c.fetch("SELECT content FROM flows WHERE key = $1", key)
    return str(found[0][0]) if found else None


async def refuse(c: Connection, digest: str, at: datetime) -> None:
    """Remember a NO THANKS by the keyed hash of "initiator|invitee" (decision 14)."""
    await c.execute(
        "INSERT INTO refusals (digest, at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING", digest, micros(at)
    )


async def refused(c: Connection, digests: Iterable[str]) -> set[str]:
    """Those of these pairs that must not be invited again."""
    found = await c.fetch(
        "SELECT digest FROM refusals WHERE digest IN rows($1 text)", rows((digest,) for digest in digests)
    )
    return {digest for (digest,) in found}


MARK = "m"  # how the digests begin that count what is capped; no other digest in hexadecimal does


async def forget_marks(c: Connection, before: datetime) -> None:
    """Forget what was counted before then."""
    await c.execute("DELETE FROM refusals WHERE digest >= $1 AND digest < 'n' AND at < $2", MARK, micros(before))


async def forget(c: Connection, ids: Iterable[int]) -> None:
    """Leave nothing of these alliances: no words, no letters, no mail, no history (F45). Keyed hashes of refusals stay."""
    gone = rows((number,) for number in ids)
    found = await c.fetch("SELECT address FROM participants WHERE alliance_id IN rows($1 bigint)", gone)
    await c.execute("DELETE FROM inbox WHERE alliance_id IS NOT NULL AND alliance_id IN rows($1 bigint)", gone)
    await c.execute("DELETE FROM outbox WHERE alliance_id IN rows($1 bigint)", gone)
    await c.execute("DELETE FROM proofs WHERE alliance_id IN rows($1 bigint)", gone)
    await c.execute("DELETE FROM steps WHERE alliance_id IN rows($1 bigint)", gone)
    await c.execute("DELETE FROM participants WHERE alliance_id IN rows($1 bigint)", gone)
    await c.execute("DELETE FROM alliances WHERE id IN rows($1 bigint)", gone)
    await forget_people(c, {address for (address,) in found})


async def forget_people(c: Connection, addresses: Iterable[str]) -> None:
    """Forget those of these who take part nowhere any more; a keyed hash says whom we must never write to again."""
    if not (gone := {*addresses}):
        return
    found = await c.fetch("SELECT address FROM participants WHERE address IN rows($1 text)", rows((a,) for a in gone))
    await c.executemany("DELETE FROM people WHERE address = $1", sorted((a,) for a in gone - {a for (a,) in found}))
