"""The counts of each alliance for the operator's figures: added up with each step, and kept when the alliance is forgotten."""

from collections.abc import Iterable
from datetime import datetime

from agent.alliance.figures import Tally
from agent.store.database import Connection, instant, maybe_instant, maybe_micros, micros


async def add(c: Connection, tallies: Iterable[Tally]) -> None:
    """Add each to what is counted of its alliance so far, in the order in which they were decided."""
    await c.executemany(
        """
        INSERT INTO tallies (alliance_id, flow, team, kind, created_at, joined_at, agreed_at, invited, accepted, replies,
            asked_back, checkins, looked_back, nudges, regrets)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (alliance_id) DO UPDATE SET kind = excluded.kind, invited = excluded.invited,
            accepted = excluded.accepted, joined_at = COALESCE(tallies.joined_at, excluded.joined_at),
            agreed_at = COALESCE(tallies.agreed_at, excluded.agreed_at), replies = tallies.replies + excluded.replies,
            asked_back = tallies.asked_back + excluded.asked_back, checkins = tallies.checkins + excluded.checkins,
            looked_back = tallies.looked_back + excluded.looked_back, nudges = tallies.nudges + excluded.nudges,
            regrets = tallies.regrets + excluded.regrets
        """,
        [
            (
                *(t.alliance, t.flow, int(t.team), t.kind, micros(t.created), maybe_micros(t.joined)),
                *(maybe_micros(t.agreed), t.invited, t.accepted, t.replies, t.asked_back, t.checkins, t.looked_back),
                *(t.nudges, t.regrets),
            )
            for t in tallies
        ],
    )


async def since(c: Connection, day: datetime) -> list[Tally]:
    """Those of all alliances that were started since then, the oldest first."""
    found = await c.fetch(
        """
        SELECT alliance_id, flow, team, kind, created_at, joined_at, agreed_at, invited, accepted, replies, asked_back,
            checkins, looked_back, nudges, regrets FROM tallies
        WHERE created_at >= $1 ORDER BY created_at
        """,
        micros(day),
    )
    return [
        Tally(number, flow, bool(team), kind, instant(created), maybe_instant(joined), maybe_instant(agreed), *counts)
        for number, flow, team, kind, created, joined, agreed, *counts in found
    ]
