"""Letters: written once, sent unchanged, owed until they are settled.

queued -> sending -> sent | failed | unknown, or queued again for later; withdrawn when no longer owed. While a letter is
being sent its `due_at` is the end of a lease: if the sender dies, the same bytes with the same Message-ID go out again.
A letter that is withdrawn while it is being sent is sent if the next hop takes it, and otherwise never tried again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.store.database import (
    LAST,
    Backlog,
    Connection,
    Row,
    instant,
    maybe_instant,
    maybe_micros,
    micros,
    rows,
    text,
)

OWED = ("queued", "sending")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of one alliance to one participant.

    `words` is what our plain text says without furniture, kept to subtract quotes. `raw` is empty once it was erased, and
    in lists, where `words` are too. `settled_at` is None while the letter is owed.
    """

    alliance_id: int
    number: int  # among the letters of this alliance
    participant: int
    about: str  # what it asks, as in `Open.about`
    rcpt: str
    mail_from: str  # the envelope sender, where reports come back to
    message_id: str
    subject: str
    words: str
    raw: bytes
    due_at: datetime
    at: datetime
    state: str = "queued"
    attempts: int = 0
    reply: str = ""  # what the next hop said last
    settled_at: datetime | None = None
    question: bool = True  # withdrawn once it is answered or moot; what tells something stays owed
    earlier: int = 0  # attempts before the operator had it sent again

    @property
    def tries(self) -> int:
        """How often it was tried since it was owed, or owed again."""
        return self.attempts - self.earlier

    @property
    def claim(self) -> "Claim":
        """What tells our claim of it from a later one."""
        return self.alliance_id, self.number, self.attempts

    @property
    def is_invitation(self) -> bool:
        """Whether it asks somebody who has not said yes."""
        return self.about == "invitation" and self.question


@dataclass(frozen=True, slots=True)
class Answered:
    """What is needed to read the reply to a letter."""

    participant: int
    about: str
    subject: str
    words: str
    rcpt: str  # the address that it went to
    address: str  # the participant's, as it is now
    also: tuple[str, ...] = ()  # others that they write from


Claim = tuple[int, int, int]  # alliance, number, and how often it was claimed: who claims it after us counts on
Settled = tuple[int, int, int, str, str, datetime | None, datetime]  # the claim, state, reply, due_at, now


async def put(c: Connection, letters: Iterable[Letter]) -> None:
    """Owe these letters."""
    await c.executemany(
        """
        INSERT INTO outbox (alliance_id, number, participant, about, due_at, at, message_id, rcpt, mail_from, subject, words, raw,
            question, reply)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        [
            (
                *(letter.alliance_id, letter.number, letter.participant, letter.about),
                *(micros(letter.due_at), micros(letter.at), letter.message_id, letter.rcpt, letter.mail_from),
                *(text(letter.subject), text(letter.words), letter.raw, int(letter.question), letter.reply),
            )
            for letter in letters
        ],
    )


async def pace(c: Connection, addresses: Iterable[str], since: datetime) -> dict[str, list[datetime]]:
    """When letters to each of these addresses that were written since then went, or are to go."""
    found = await c.fetch(
        """
        SELECT rcpt, COALESCE(settled_at, due_at) FROM outbox
        WHERE rcpt IN rows($1 text) AND at >= $2 AND state <> 'withdrawn'
        """,
        rows((address,) for address in addresses),
        micros(since),
    )
    times: dict[str, list[datetime]] = {}
    for rcpt, at in found:
        times.setdefault(rcpt, []).append(instant(at))
    return times


async def invitations(c: Connection, since: datetime) -> list[tuple[str, str, datetime]]:
    """By whom and to whom invitations were written since then, and when they went or are to go."""
    found = await c.fetch(
        """
        SELECT participants.address, outbox.rcpt, COALESCE(outbox.settled_at, outbox.due_at)
        FROM outbox JOIN participants ON participants.alliance_id = outbox.alliance_id AND participants.number = 1
        WHERE outbox.about = 'invitation' AND outbox.question = 1 AND outbox.at >= $1
            AND outbox.state <> 'withdrawn'
        """,
        micros(since),
    )
    return [(host, rcpt, instant(at)) for host, rcpt, at in found]


async def claim(c: Connection, now: datetime, limit: int, lease: timedelta, *, but: Iterable[str] = ()) -> list[Letter]:
    """Letters to send now, the longest due first, ours until the lease runs out. Two nodes never hold the same one.

    None to the domains in `but`, past which it is looked one by one.
    They are chosen before (WITH), or PostgreSQL may choose anew for each row and so take more than `limit`.
    One that was withdrawn while somebody was sending it, who has died since, is settled instead.
    """
    claimed = await c.fetch(
        """
        WITH mine AS (
            SELECT alliance_id, number FROM outbox WHERE settled_at IS NULL AND due_at <= $1
                AND NOT EXISTS (SELECT 1 FROM rows($4 text) AS slow WHERE outbox.rcpt LIKE '%@' || slow.c0)
            ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        UPDATE outbox SET state = CASE WHEN withdrawn = 1 THEN 'withdrawn' ELSE 'sending' END,
            settled_at = CASE WHEN withdrawn = 1 THEN $1 ELSE settled_at END, due_at = $2, attempts = attempts + 1
        WHERE (alliance_id, number) IN (SELECT alliance_id, number FROM mine) AND settled_at IS NULL AND due_at <= $1
        RETURNING alliance_id, number, participant, about, rcpt, mail_from, message_id, subject, words, raw,
            due_at, at, state, attempts, reply, settled_at, question, earlier
        """,
        micros(now),
        micros(now + lease),
        limit,
        rows((domain,) for domain in but),
    )
    letters = [letter for letter in map(_letter, claimed) if letter.state == "sending"]
    return sorted(letters, key=lambda letter: (letter.at, letter.alliance_id, letter.number))


async def hold(c: Connection, claims: Iterable[Claim], until: datetime) -> None:
    """Keep these for longer: they are still being sent."""
    await c.executemany(
        "UPDATE outbox SET due_at = $4 WHERE alliance_id = $1 AND number = $2 AND attempts = $3 AND state = 'sending'",
        [(*claim, micros(until)) for claim in sorted(claims)],
    )


async def let_go(c: Connection, claimed: Iterable[Letter], now: datetime) -> None:
    """Free what we claimed and do not send.

    If the database broke off just then, we cannot know whether it was kept: if not, somebody else may have claimed it
    since and counts as often as we do, and only the end of the lease tells their claim from ours.
    """
    await c.executemany(
        """
        UPDATE outbox SET due_at = $5
        WHERE alliance_id = $1 AND number = $2 AND attempts = $3 AND due_at = $4 AND state = 'sending'
        """,
        [(*x.claim, micros(x.due_at), micros(now)) for x in sorted(claimed, key=lambda x: x.claim)],
    )


async def release(c: Connection, now: datetime) -> None:
    """End all leases. For the start on a database that is not shared: whoever was sending is dead."""
    await c.execute(
        "UPDATE outbox SET due_at = $1 WHERE settled_at IS NULL AND state = 'sending' AND due_at > $1", micros(now)
    )


async def settle(c: Connection, outcomes: Sequence[Settled]) -> None:
    """What came of sending. "queued" is owed again, at `due_at`, unless it was withdrawn; any other state is the end of it.

    Only who has the claim says so: a node that was cut off for longer than its lease changes nothing of what another does.
    """
    await c.executemany(
        """
        UPDATE outbox SET reply = $5, due_at = COALESCE($6, due_at),
            state = CASE WHEN $4 = 'queued' AND withdrawn = 1 THEN 'withdrawn' ELSE $4 END,
            settled_at = CASE WHEN $4 = 'queued' AND withdrawn = 0 THEN settled_at ELSE $7 END
        WHERE alliance_id = $1 AND number = $2 AND attempts = $3 AND state = 'sending'
        """,
        [
            (*claim, state, text(reply), maybe_micros(due_at), micros(now))
            for *claim, state, reply, due_at, now in sorted(outcomes, key=lambda o: o[:2])
        ],
    )


async def withdraw(c: Connection, letters: Iterable[tuple[int, int, str | None]], now: datetime) -> None:
    """Questions to (alliance, participant, about) are no longer owed; about None means all letters to that participant."""
    await c.executemany(
        """
        UPDATE outbox SET withdrawn = 1, state = CASE WHEN state = 'queued' THEN 'withdrawn' ELSE state END,
            settled_at = CASE WHEN state = 'queued' THEN $4 ELSE settled_at END
        WHERE alliance_id = $1 AND participant = $2 AND settled_at IS NULL
            AND (CAST($3 AS TEXT) IS NULL OR (question = 1 AND about = $3))
        """,
        [(alliance_id, participant, about, micros(now)) for alliance_id, participant, about in letters],
    )


async def asked(c: Connection, letters: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Answered]:
    """What these letters, by alliance and number, asked and said; none for those of participants who were erased.

    An address that is another participant's is nobody else's there, whatever they have called theirs.
    """
    found = await c.fetch(
        """
        SELECT outbox.alliance_id, outbox.number, outbox.participant, outbox.about, outbox.subject, outbox.words, outbox.rcpt,
            participants.address, COALESCE(people.also, '')
        FROM outbox JOIN participants
            ON participants.alliance_id = outbox.alliance_id AND participants.number = outbox.participant
        LEFT JOIN people ON people.address = participants.address
        WHERE (outbox.alliance_id, outbox.number) IN rows($1 bigint bigint)
        """,
        rows(letters),
    )
    claimed = {alliance_id for alliance_id, *_, also in found if also}
    anothers: set[tuple[int, str]] = set()
    if claimed:
        ids = rows((alliance_id,) for alliance_id in claimed)
        taken = await c.fetch("SELECT alliance_id, address FROM participants WHERE alliance_id IN rows($1 bigint)", ids)
        anothers.update((alliance_id, address) for alliance_id, address in taken)
    return {
        (alliance_id, number): Answered(
            *(participant, about, subject, words, rcpt, address),
            tuple(one for one in also.split() if (alliance_id, one) not in anothers),
        )
        for alliance_id, number, participant, about, subject, words, rcpt, address, also in found
    }


async def erase(c: Connection, alliance_id: int, participant: int, now: datetime) -> None:
    """Remove the words and bytes of all letters to somebody who wants to be forgotten; none of them is owed any more."""
    await withdraw(c, [(alliance_id, participant, None)], now)
    await c.execute(
        """
        UPDATE outbox SET words = '', subject = '', reply = '', rcpt = '', raw = NULL
        WHERE alliance_id = $1 AND participant = $2
        """,
        alliance_id,
        participant,
    )


async def erase_words(c: Connection, alliance_id: int) -> None:
    """Remove the words and bytes of all settled letters of an alliance that has ended: they may hold those of another."""
    await c.execute(
        "UPDATE outbox SET words = '', raw = NULL WHERE alliance_id = $1 AND settled_at IS NOT NULL", alliance_id
    )


async def next_due(c: Connection) -> datetime | None:
    """When the next letter is owed, or the next lease runs out; None when nothing is owed."""
    [(due_at,)] = await c.fetch("SELECT MIN(due_at) FROM outbox WHERE settled_at IS NULL")
    return maybe_instant(due_at)


async def get(c: Connection, alliance_id: int, number: int) -> Letter | None:
    """One letter; None when there is none."""
    found = await c.fetch(
        """
        SELECT alliance_id, number, participant, about, rcpt, mail_from, message_id, subject, words, raw,
            due_at, at, state, attempts, reply, settled_at, question, earlier
        FROM outbox WHERE alliance_id = $1 AND number = $2
        """,
        alliance_id,
        number,
    )
    return _letter(found[0]) if found else None


async def listing(
    c: Connection, state: str | None, limit: int, *, before: tuple[datetime, int, int] | None = None
) -> list[Letter]:
    """Letters without bytes and words: what is owed (None, queued, sending), next first; or settled, newest first.

    Of the settled only those whose bytes are still there, since only they can be sent again. `before` is the last letter of
    the page before: when it is due or was settled, its alliance and its number.
    """
    at, *last = (micros(before[0]), *before[1:]) if before else (None, 0, 0)
    if state is None or state in OWED:
        found = await c.fetch(
            """
            SELECT alliance_id, number, participant, about, rcpt, mail_from, message_id, subject, '', NULL,
                due_at, at, state, attempts, reply, settled_at, question, earlier
            FROM outbox WHERE settled_at IS NULL AND (CAST($1 AS TEXT) IS NULL OR state = $1)
                AND due_at >= $3 AND (due_at > $3 OR (alliance_id, number) > ($4, $5))
            ORDER BY due_at, alliance_id, number LIMIT $2
            """,
            state,
            limit,
            at or 0,
            *last,
        )
    else:
        found = await c.fetch(
            """
            SELECT alliance_id, number, participant, about, rcpt, mail_from, message_id, subject, '', NULL,
                due_at, at, state, attempts, reply, settled_at, question, earlier
            FROM outbox WHERE state = $1 AND settled_at IS NOT NULL AND raw IS NOT NULL
                AND settled_at <= $3 AND (settled_at < $3 OR (alliance_id, number) < ($4, $5))
            ORDER BY settled_at DESC, alliance_id DESC, number DESC LIMIT $2
            """,
            state,
            limit,
            at or LAST,
            *last,
        )
    return [_letter(row) for row in found]


async def backlog(c: Connection) -> list[Backlog]:
    """What is owed, and what of the rest the operator can still send again: a figure for health."""
    found = await c.fetch(
        """
        SELECT 'owed', COUNT(*), MIN(at) FROM outbox WHERE settled_at IS NULL
        UNION ALL SELECT 'failed', COUNT(*), MIN(at) FROM outbox
            WHERE state = 'failed' AND settled_at IS NOT NULL AND raw IS NOT NULL
        UNION ALL SELECT 'unknown', COUNT(*), MIN(at) FROM outbox
            WHERE state = 'unknown' AND settled_at IS NOT NULL AND raw IS NOT NULL
        """
    )
    return [Backlog(state, count, instant(oldest)) for state, count, oldest in found if count]


async def rerun(c: Connection, alliance_id: int, number: int, now: datetime) -> bool:
    """Owe a settled letter again, from now; False when there is none or its bytes are gone."""
    changed = await c.execute(
        """
        UPDATE outbox SET state = 'queued', due_at = $3, earlier = attempts, settled_at = NULL, withdrawn = 0
        WHERE alliance_id = $1 AND number = $2 AND settled_at IS NOT NULL AND raw IS NOT NULL
        """,
        alliance_id,
        number,
        micros(now),
    )
    return changed > 0


async def drop(c: Connection, alliance_id: int, number: int, now: datetime) -> bool:
    """Owe this letter no longer; False when there is none or it was sent."""
    changed = await c.execute(
        """
        UPDATE outbox SET state = 'withdrawn', settled_at = $3
        WHERE alliance_id = $1 AND number = $2 AND state IN ('queued', 'sending', 'failed', 'unknown')
        """,
        alliance_id,
        number,
        micros(now),
    )
    return changed > 0


async def forget_raw(c: Connection, before: datetime, limit: int) -> int:
    """Erase the bytes, and with them the addresses to which it would be answered, of what was settled before then (decision 27).

    So many at most; says of how many.
    """
    return await c.execute(
        """
        UPDATE outbox SET raw = NULL, mail_from = '' WHERE (alliance_id, number) IN (
            SELECT alliance_id, number FROM outbox WHERE state IN ('sent', 'unknown', 'failed', 'withdrawn')
                AND settled_at < $1 AND settled_at IS NOT NULL AND raw IS NOT NULL LIMIT $2)
        """,
        micros(before),
        limit,
    )


def _letter(row: Row) -> Letter:
    *start, raw, due_at, at, state, attempts, reply, settled_at, question, earlier = row
    alliance_id, number, participant, about, rcpt, mail_from, message_id, subject, words = start
    return Letter(
        alliance_id=alliance_id,
        number=number,
        participant=participant,
        about=about,
        rcpt=rcpt,
        mail_from=mail_from,
        message_id=message_id,
        subject=subject,
        words=words,
        raw=raw or b"",
        due_at=instant(due_at),
        at=instant(at),
        state=state,
        attempts=attempts,
        reply=reply,
        settled_at=maybe_instant(settled_at),
        question=bool(question),
        earlier=earlier,
    )
