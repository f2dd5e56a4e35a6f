"""What arrived: kept before we say 250, until it is done, set aside or dropped.

A row is `kept` until a loop has taken it and finished; taking is a lease, so what a killed node had taken comes back.
`done` rows lose their bytes after a while but stay, and so does their digest: the same message again is the same row.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.store.database import EPOCH, LAST, Backlog, Connection, Row, instant, maybe_instant, micros, text

_TOP = 1 << 16  # octets in which trace is looked for; a header beyond that is an attack, and reading it takes seconds
_BLANK = re.compile(rb"^\r?\n", re.MULTILINE)  # what ends the header
# What servers write onto a message as they hand it on, and write anew when they hand it on once more (RFC 5321 section 4.4).
_TRACE = re.compile(
    rb"^(?:received|return-path|delivered-to|x-original-to|x-received|received-spf|authentication-results|arc-[a-z-]+)"
    rb"[ \t]*:[^\n]*\n?(?:[ \t][^\n]*\n?)*",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message for one recipient, as it came: the envelope and the bytes. `peer` is who handed it to us.

    `alliance` is what it answers, by its address; None when that is not known. Of one alliance they are taken in order.
    `copy` tells apart copies of which one may be somebody else's: else the first one to come would keep the true one out.
    """

    rcpt: str
    mail_from: str  # "" is the null sender
    raw: bytes
    at: datetime
    peer: str = ""
    alliance: int | None = None
    copy: str = ""


Claim = tuple[int, int, int]  # the row, how often it was taken, and the end of the lease: another's differs in one


@dataclass(frozen=True, slots=True)
class Kept:
    """One row. `raw` is empty when the bytes were erased, or the row was only listed."""

    id: int
    rcpt: str
    mail_from: str
    raw: bytes
    at: datetime
    attempts: int  # how often it was taken
    peer: str = ""
    state: str = "kept"  # kept, done, aside, dropped
    outcome: str = ""  # what came of it; for one set aside, why
    verdict: str = ""  # what was found of its author; "" before that
    claimed_until: int = 0

    @property
    def claim(self) -> Claim:
        """What tells our claim of it from a later one, also of a row of which we cannot know whether we have it."""
        return self.id, self.attempts, self.claimed_until


async def put(c: Connection, arrivals: Sequence[Arrival]) -> None:
    """Keep these. The same message for the same recipient is the row that is there already (T33).

    They can be taken at once, also where the clock by which they came was ahead.
    """
    await c.executemany(
        """
        INSERT INTO inbox (digest, claimed_until, at, rcpt, mail_from, peer, raw, alliance_id)
        VALUES ($1, 0, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (digest) DO NOTHING
        """,
        [
            (_digest(a), micros(a.at), text(a.rcpt), text(a.mail_from), text(a.peer), a.raw, a.alliance)
            for a in arrivals
        ],
    )


def _digest(arrival: Arrival) -> str:
    """The same for a message that is handed to us again, although the servers on its way have traced it anew."""
    blank = _BLANK.search(arrival.raw, 0, _TOP)
    end = blank.start() if blank else _TOP
    digest = hashlib.sha256(text(arrival.rcpt).encode() + b"\0" + _TRACE.sub(b"", arrival.raw[:end]))
    digest.update(memoryview(arrival.raw)[end:])
    whole = digest.hexdigest()  # hashed anew with `copy`, which no octets of a message can then stand for
    return hashlib.sha256(f"{whole}{arrival.copy}".encode()).hexdigest() if arrival.copy else whole


async def take(c: Connection, now: datetime, limit: int, lease: timedelta) -> list[Kept]:
    """The oldest that nobody holds, held until the lease runs out. Two nodes never hold the same row.

    None while an earlier one of the same alliance is not dealt with, unless it is taken with it: they are read in order.
    Those that wait so do not count towards `limit`, or a flood in one alliance would keep all others waiting.
    """
    taken = await c.fetch(
        """
        WITH mine AS (
            SELECT id, alliance_id FROM inbox WHERE state = 'kept' AND finished_at IS NULL AND claimed_until <= $1
                AND NOT EXISTS (
                    SELECT 1 FROM inbox AS held WHERE held.state = 'kept' AND held.alliance_id = inbox.alliance_id
                        AND held.id < inbox.id AND held.claimed_until > $1
                    LIMIT 1 OFFSET 0)
            ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
        UPDATE inbox SET claimed_until = $2, attempts = attempts + 1 WHERE id IN (
            SELECT id FROM mine WHERE NOT EXISTS (
                SELECT 1 FROM inbox AS earlier WHERE earlier.state = 'kept' AND earlier.alliance_id = mine.alliance_id
                    AND earlier.id < mine.id AND earlier.id NOT IN (SELECT id FROM mine)
                LIMIT 1 OFFSET 0))
        RETURNING id, rcpt, mail_from, raw, at, attempts, peer, state, outcome, verdict, claimed_until
        """,
        micros(now),
        micros(now + lease),
        limit,
    )
    return sorted(map(_kept, taken), key=lambda kept: kept.id)


async def next_due(c: Connection) -> datetime | None:
    """When the next can be taken; None when none is kept.

    What waits for an earlier one of its alliance counts for nothing: who holds that one takes it then, or its lease ends.
    """
    [(at,)] = await c.fetch(
        """
        SELECT MIN(claimed_until) FROM inbox WHERE state = 'kept' AND finished_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM inbox AS held WHERE held.state = 'kept' AND held.alliance_id = inbox.alliance_id
                AND held.id < inbox.id AND held.claimed_until > inbox.claimed_until
            LIMIT 1 OFFSET 0)
        """
    )
    return maybe_instant(at)


async def judge(c: Connection, verdicts: Sequence[tuple[int, str]]) -> None:
    """Note what was found of the authors of these, so that a second look finds the same; who was first is believed."""
    await c.executemany(
        "UPDATE inbox SET verdict = $2 WHERE id = $1 AND state = 'kept' AND raw IS NOT NULL", sorted(verdicts)
    )


async def belong(c: Connection, owners: Sequence[tuple[int, int, int]]) -> None:
    """Note whose these are, by id, alliance and participant: all of it goes when that person wants to be forgotten."""
    await c.executemany("UPDATE inbox SET alliance_id = $2, participant = $3 WHERE id = $1", owners)


async def release(c: Connection) -> None:
    """Give back what is held. For the start on a database that is not shared: whoever held it is dead."""
    await c.execute("UPDATE inbox SET claimed_until = 0 WHERE state = 'kept' AND finished_at IS NULL")


async def give_back(c: Connection, claims: Sequence[Claim], due: datetime = EPOCH) -> None:
    """Let these be taken again, from then on, for a loop that could not go on."""
    await c.executemany(
        "UPDATE inbox SET claimed_until = $4 WHERE id = $1 AND attempts = $2 AND claimed_until = $3 AND state = 'kept'",
        [(*claim, micros(due)) for claim in claims],
    )


async def done(c: Connection, outcomes: Sequence[tuple[int, str]], now: datetime) -> None:
    """These were dealt with, by whomever: it is kept with the decision. `outcome` is one stable word for the operator."""
    await c.executemany(
        "UPDATE inbox SET state = 'done', outcome = $2, finished_at = $3 WHERE id = $1 AND state = 'kept'",
        [(number, outcome, micros(now)) for number, outcome in sorted(outcomes)],
    )


async def set_aside(c: Connection, claim: Claim, reason: str) -> None:
    """Leave one that broke us for the operator, with the reason."""
    await c.execute(
        """
        UPDATE inbox SET state = 'aside', outcome = $4
        WHERE id = $1 AND attempts = $2 AND claimed_until = $3 AND state = 'kept'
        """,
        *claim,
        text(reason),
    )


async def rerun(c: Connection, number: int) -> bool:
    """Try again what was set aside, dropped or done; False when there is no such row or its bytes are gone."""
    changed = await c.execute(
        """
        UPDATE inbox SET state = 'kept', outcome = '', finished_at = NULL, claimed_until = 0
        WHERE id = $1 AND raw IS NOT NULL
        """,
        number,
    )
    return changed > 0


async def drop(c: Connection, number: int, now: datetime) -> bool:
    """Let this one go unanswered; False when there is no such row or it is finished."""
    changed = await c.execute(
        "UPDATE inbox SET state = 'dropped', finished_at = $2 WHERE id = $1 AND finished_at IS NULL",
        number,
        micros(now),
    )
    return changed > 0


async def get(c: Connection, number: int) -> Kept | None:
    """One row; None when there is none."""
    found = await c.fetch(
        """
        SELECT id, rcpt, mail_from, raw, at, attempts, peer, state, outcome, verdict, claimed_until FROM inbox
        WHERE id = $1
        """,
        number,
    )
    return _kept(found[0]) if found else None


async def listing(c: Connection, state: str | None, limit: int, *, before: int = LAST) -> list[Kept]:
    """The newest rows without their bytes, of one state or of any; `before` is the last id of the page before."""
    if state in ("kept", "aside"):
        found = await c.fetch(
            """
            SELECT id, rcpt, mail_from, NULL, at, attempts, peer, state, outcome FROM inbox
            WHERE state = $1 AND finished_at IS NULL AND id < $2 ORDER BY id DESC LIMIT $3
            """,
            state,
            before,
            limit,
        )
    else:
        found = await c.fetch(
            """
            SELECT id, rcpt, mail_from, NULL, at, attempts, peer, state, outcome FROM inbox
            WHERE id < $2 AND (CAST($1 AS TEXT) IS NULL OR state = $1) ORDER BY id DESC LIMIT $3
            """,
            state,
            before,
            limit,
        )
    return [_kept(row) for row in found]


async def backlog(c: Connection) -> list[Backlog]:
    """What waits for us (`kept`) and for the operator (`aside`): a figure for health."""
    found = await c.fetch(
        """
        SELECT state, COUNT(*), MIN(at) FROM inbox WHERE state IN ('kept', 'aside') AND finished_at IS NULL
        GROUP BY state ORDER BY state
        """
    )
    return [Backlog(state, count, instant(oldest)) for state, count, oldest in found]


async def erase_raw(c: Connection, alliance_id: int) -> None:
    """Remove the bytes of all finished mail of an alliance: a quote in it may hold the words of another."""
    await c.execute(
        "UPDATE inbox SET raw = NULL, verdict = '' WHERE alliance_id = $1 AND finished_at IS NOT NULL AND raw IS NOT NULL",
        alliance_id,
    )


async def erase(c: Connection, alliance_id: int, participant: int, now: datetime) -> None:
    """Remove the bytes and envelopes of all that came from somebody who wants to be forgotten.

    What was taken or set aside and is not done yet is dropped with them.
    """
    await c.execute(
        """
        UPDATE inbox SET raw = NULL, rcpt = '', mail_from = '', peer = '', verdict = '', finished_at = COALESCE(finished_at, $3),
            state = CASE WHEN finished_at IS NULL THEN 'dropped' ELSE state END
        WHERE alliance_id = $1 AND participant = $2
        """,
        alliance_id,
        participant,
        micros(now),
    )


async def forget_raw(c: Connection, before: datetime, limit: int) -> int:
    """Erase the bytes and the envelopes of what was finished before then, so many at most; says of how many."""
    return await c.execute(
        """
        UPDATE inbox SET raw = NULL, rcpt = '', mail_from = '', peer = '', verdict = '' WHERE id IN (
            SELECT id FROM inbox WHERE raw IS NOT NULL AND finished_at IS NOT NULL AND finished_at < $1
            ORDER BY finished_at LIMIT $2)
        """,
        micros(before),
        limit,
    )


def _kept(row: Row) -> Kept:
    number, rcpt, mail_from, raw, at, *rest = row
    return Kept(number, rcpt, mail_from, raw or b"", instant(at), *rest)
