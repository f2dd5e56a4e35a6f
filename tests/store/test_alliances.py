"""Alliances come back as they were saved, and are found by address, instant and cause."""

import asyncio
from dataclasses import replace

import pytest
from samples import DAY, FLOW, MINUTE, NOW, alliance, flow_of, rich

from agent.alliance.model import Alliance, Participant, Person, Phase, Stage
from agent.store import alliances
from agent.store.alliances import Step
from agent.store.database import Database


@pytest.fixture
async def store(database: Database) -> Database:
    """With the flow in it that the samples run."""
    async with database.transaction() as c:
        await flow_of(c)
    return database


async def saved(db: Database, *changed: Alliance) -> None:
    async with db.transaction() as c:
        await alliances.save(c, [(a, a.reveal_due) for a in changed])


async def loaded(db: Database, *ids: int) -> dict[int, Alliance]:
    async with db.transaction() as c:
        return await alliances.load(c, ids)


async def test_an_alliance_comes_back_as_it_was_saved(store: Database) -> None:
    await saved(store, rich())

    assert await loaded(store, rich().id) == {rich().id: rich()}


async def test_saving_again_replaces_the_document_and_counts_the_version(store: Database) -> None:
    await saved(store, alliance())
    later = replace(alliance(), phase=Phase.INVITED, why="to ship")
    await saved(store, later)

    assert await loaded(store, 1) == {1: later}
    async with store.transaction() as c:
        [summary] = await alliances.listing(c, 10)
    assert summary == alliances.Summary(1, FLOW, "invited", NOW, None, 2)


async def test_many_are_loaded_each_with_its_own_people(store: Database) -> None:
    third = replace(alliance(3), participants=(Participant(1, "ann@example.org"),), people={})
    await saved(store, alliance(2), alliance(1), third)

    found = await loaded(store, 1, 2, 3, 4)

    assert list(found) == [1, 2, 3]
    assert list(found[1].people) == ["maya@example.org", "jonas@example.net"]
    assert found[3].people == {}


async def test_a_person_is_one_across_alliances(store: Database) -> None:
    await saved(store, alliance(1), alliance(2))
    maya = Person("maya@example.org", "Maya", "Europe/Berlin", 3600, "de", suppressed=True)
    async with store.transaction() as c:
        changed = replace(alliance(1), people={maya.address: maya})
        await alliances.save(c, [(changed, None)], known=alliance(1).people)

    assert (await loaded(store, 2))[2].people["maya@example.org"] == maya
    async with store.transaction() as c:
        assert await alliances.people(c, ["maya@example.org", "nobody@example.org"]) == {maya.address: maya}


async def test_each_field_of_a_person_is_written_when_it_alone_changes(store: Database) -> None:
    await saved(store, alliance())
    person = alliance().people["maya@example.org"]
    for change in ({"name": "M"}, {"zone": "UTC"}, {"offset_s": 0}, {"language": "de"}, {"suppressed": True}):
        known = {person.address: person}
        person = replace(person, **change)
        async with store.transaction() as c:
            await alliances.save(c, [(replace(alliance(), people={person.address: person}), None)], known=known)

        assert (await loaded(store, 1))[1].people[person.address] == person


async def test_who_is_met_anew_stays_as_others_know_them(store: Database) -> None:
    await saved(store, rich())
    known = rich().people["maya@example.org"]
    await saved(store, alliance(1))

    async with store.transaction() as c:
        assert await alliances.met(c, [known.address, "nobody@example.org"]) == {known.address: known}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_two_nodes_that_meet_each_others_people_do_not_wait_for_each_other(store: Database) -> None:
    await saved(store, alliance(1))
    maya, jonas = alliance(1).people.values()
    async with store.transaction() as one, store.transaction() as other:
        for c, held in ((one, maya), (other, jonas)):
            assert await alliances.people(c, [held.address])
        for number, c, met in ((2, one, jonas), (3, other, maya)):
            await alliances.save(c, [(replace(alliance(number), people={met.address: met}), None)])

    assert len(await loaded(store, 1, 2, 3)) == 3


async def test_an_alliance_without_its_flow_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await saved(database, alliance())


async def test_those_that_are_due_are_found_longest_waiting_first(store: Database) -> None:
    async with store.transaction() as c:
        wakes = {1: NOW, 2: NOW - DAY, 3: NOW + MINUTE, 4: None}
        await alliances.save(c, [(alliance(number), at) for number, at in wakes.items()])

        assert await alliances.due(c, NOW, 10) == {2: NOW - DAY, 1: NOW}
        assert list(await alliances.due(c, NOW, 1)) == [2]
        assert await alliances.next_wake(c) == NOW - DAY


async def test_one_whose_waking_broke_us_is_postponed(store: Database) -> None:
    async with store.transaction() as c:
        await alliances.save(c, [(alliance(), NOW)])
        await alliances.postpone(c, 1, NOW, NOW + DAY)

        assert await alliances.due(c, NOW, 10) == {}
        assert await alliances.next_wake(c) == NOW + DAY
        await alliances.postpone(c, 1, NOW, NOW + 2 * DAY)  # by a node that was late
        assert await alliances.next_wake(c) == NOW + DAY


async def test_an_address_is_found_wherever_it_takes_part(store: Database) -> None:
    invited = replace(alliance(1, NOW - DAY), phase=Phase.INVITED)
    await saved(store, alliance(2), invited)

    async with store.transaction() as c:
        assert await alliances.of_address(c, "jonas@example.net") == [(1, 2, "invited"), (2, 2, "setup")]
        assert await alliances.of_address(c, "nobody@example.org") == []


async def test_a_mistyped_address_that_was_replaced_is_no_longer_found(store: Database) -> None:
    await saved(store, alliance())
    jonas = Participant(2, "jonas@example.com", "Jonas", stage=Stage.INVITED)
    await saved(store, replace(alliance(), participants=(alliance().participants[0], jonas)))

    async with store.transaction() as c:
        assert await alliances.of_address(c, "jonas@example.net") == []
        assert await alliances.of_address(c, "jonas@example.com") == [(1, 2, "setup")]


async def test_what_was_counted_is_forgotten_and_no_refusal_is(store: Database) -> None:
    digests = {f"{first}{n}": NOW + n * DAY for first in ("m", "0", "f") for n in range(2)}
    async with store.transaction() as c:
        for digest, at in digests.items():
            await alliances.refuse(c, digest, at)

        await alliances.forget_marks(c, NOW + MINUTE)

        assert await alliances.refused(c, digests) == digests.keys() - {"m0"}


async def test_a_list_is_newest_first_and_goes_on_page_by_page(store: Database) -> None:
    await saved(store, *(alliance(n, NOW + at * DAY) for n, at in ((5, 0), (3, 1), (4, -1), (6, 0), (7, 0))))

    async with store.transaction() as c:
        page = await alliances.listing(c, 2)
        rest = await alliances.listing(c, 9, before=(page[-1].created, page[-1].id))

        theirs = await alliances.listing_of(c, "maya@example.org", 2)
        theirs += await alliances.listing_of(c, "maya@example.org", 9, before=(theirs[-1].created, theirs[-1].id))
        assert await alliances.listing_of(c, "nobody@example.org", 2) == []

    assert [summary.id for summary in page] == [3, 7]
    assert [summary.id for summary in rest] == [6, 5, 4]
    assert theirs == page + rest


async def test_a_cause_that_had_its_decision_is_seen(store: Database) -> None:
    await saved(store, alliance(1), alliance(2))
    steps = [Step(1, "inbox:17", NOW, "Replied", "asking"), Step(2, "wake:1", NOW - DAY, "Woke", "asking")]
    async with store.transaction() as c:
        await alliances.record(c, steps)

        assert await alliances.seen(c, [(1, "inbox:17"), (2, "inbox:17"), (2, "wake:1"), (3, "x")]) == {
            (1, "inbox:17"),
            (2, "wake:1"),
        }
        assert await alliances.history(c, 2) == steps[1:]


async def test_the_same_cause_twice_is_refused_and_nothing_of_it_is_kept(store: Database) -> None:
    await saved(store, alliance())
    step = Step(1, "inbox:17", NOW, "Replied", "asking")
    async with store.transaction() as c:
        await alliances.record(c, [step])

    with pytest.raises(Exception, match=r"(?i)unique"):
        async with store.transaction() as c:
            await alliances.save(c, [(replace(alliance(), why="changed"), None)])
            await alliances.record(c, [step])

    assert (await loaded(store, 1))[1].why == ""


async def test_a_flow_is_kept_by_its_content(database: Database) -> None:
    async with database.transaction() as c:
        await alliances.put_flow(c, "pair@1", "one")
        await alliances.put_flow(c, "pair@1", "one")
        await alliances.put_flow(c, "pair@2", "two")

        assert [await alliances.flow(c, f"pair@{n}") for n in (1, 2, 3)] == ["one", "two", None]


async def test_a_no_is_remembered(database: Database) -> None:
    async with database.transaction() as c:
        await alliances.refuse(c, "a1", NOW)
        await alliances.refuse(c, "a1", NOW + DAY)

        assert await alliances.refused(c, ["a1", "b2"]) == {"a1"}


async def test_two_changes_of_one_alliance_at_once_both_count(store: Database) -> None:
    await saved(store, alliance(1), alliance(2))

    async def change(ids: tuple[int, ...]) -> None:
        async with store.transaction() as c:
            found = await alliances.load(c, ids)
            await asyncio.sleep(0)
            await alliances.save(c, [(replace(a, letters=a.letters + 1), None) for a in found.values()])

    await asyncio.gather(*(change(ids) for ids in [(1, 2), (2, 1)] * 3))

    assert [a.letters for a in (await loaded(store, 1, 2)).values()] == [6, 6]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_one_that_another_node_is_looking_at_is_not_due_here(store: Database) -> None:
    async with store.transaction() as c:
        await alliances.save(c, [(alliance(1), NOW), (alliance(2), NOW)])

    async with store.transaction() as one, store.transaction() as other:
        assert list(await alliances.due(one, NOW, 1)) == [1]
        assert list(await alliances.due(other, NOW, 10)) == [2]
