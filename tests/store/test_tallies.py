"""What is counted is added up, and stays."""

from dataclasses import replace

from samples import DAY, NOW

from agent.alliance.figures import Tally
from agent.store import tallies
from agent.store.database import Database

ONE = Tally(
    2**48 - 1, "one_to_one", team=False, kind="", created=NOW, invited=1, replies=1, asked_back=2, checkins=3,
    looked_back=4, nudges=5, regrets=6,
)  # fmt: skip


async def kept(db: Database, *added: Tally) -> list[Tally]:
    async with db.transaction() as c:
        await tallies.add(c, added)
        return await tallies.since(c, NOW)


async def test_counts_are_added_and_what_is_known_is_replaced(database: Database) -> None:
    assert await kept(database, ONE) == [ONE]

    later = replace(ONE, kind="friends", accepted=1, joined=NOW + DAY, agreed=NOW + 2 * DAY)

    [found] = await kept(database, later)
    assert found == replace(later, replies=2, asked_back=4, checkins=6, looked_back=8, nudges=10, regrets=12)


async def test_the_first_yes_and_the_first_agreement_stay(database: Database) -> None:
    first = replace(ONE, joined=NOW, agreed=NOW + DAY)

    [found] = await kept(
        database, first, replace(first, joined=NOW + DAY, agreed=NOW + 2 * DAY), replace(ONE, team=True)
    )

    assert (found.joined, found.agreed, found.team) == (NOW, NOW + DAY, False)


async def test_those_that_were_started_since_then_are_found_oldest_first(database: Database) -> None:
    old, new, team = (replace(ONE, alliance=n, created=NOW + d * DAY) for n, d in ((1, -1), (2, 1), (3, 0)))

    assert await kept(database, old, new, replace(team, team=True)) == [replace(team, team=True), new]
