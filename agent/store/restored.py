"""What has to change in a database that was restored, since the world has gone on without it.

Numbers that the lost database may have given are not given again: a reply to a letter that this one does not know would
else be taken for an answer to another letter, and its words be shown to somebody else.
"""

from collections.abc import Mapping
from datetime import datetime

from agent.store import alliances
from agent.store.database import Connection, Database, micros, rows
from agent.store.outbox import Answered

PAGE = 100
LETTERS = 1000  # more than one alliance is written between two backups; of 65,536
ARRIVALS = 1_000_000


async def number_anew(db: Database, c: Connection) -> None:
    """Let new letters, mail and alliances have numbers that none had before."""
    await db.skip(c, "inbox", ARRIVALS)
    found = await alliances.listing(c, PAGE)
    while found:
        loaded = await alliances.load(c, [s.id for s in found])
        changed = [(a.but(letters=a.letters + LETTERS), s.wake_at) for s in found if (a := loaded.get(s.id))]
        await alliances.save(c, changed, loaded)
        found = await alliances.listing(c, PAGE, before=(found[-1].created, found[-1].id))


async def hold(c: Connection, now: datetime) -> int:
    """Owe none of the letters that may have been sent before, all that were due or were written now; how many."""
    return await c.execute(
        """
        UPDATE outbox SET state = 'unknown', settled_at = $1, reply = 'held: it may have been sent before the restore'
        WHERE settled_at IS NULL AND (state = 'sending' OR due_at <= $1 OR at = $1)
        """,
        micros(now),
    )


async def asked(c: Connection, lost: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], Answered]:
    """What is known of letters that we wrote and have no more, by who answers them: that they asked nothing.

    So STOP works, and other words are asked about. None for who takes no part, or was erased.
    """
    if not lost:
        return {}
    found = await c.fetch(
        """
        SELECT alliance_id, address, number FROM rows($1 bigint text) AS wanted CROSS JOIN participants
        WHERE alliance_id = wanted.c0 AND address = wanted.c1
        """,
        rows({(alliance, sender) for (alliance, _), sender in lost.items()}),
    )
    numbers = {(alliance_id, address): number for alliance_id, address, number in found}
    return {
        (alliance, letter): Answered(numbers[alliance, sender], "", "", "", sender, sender)
        for (alliance, letter), sender in lost.items()
        if (alliance, sender) in numbers
    }
