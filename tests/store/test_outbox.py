"""Letters are owed until settled, sent by one at a time, and sent again unchanged when a sender dies."""

import asyncio
from dataclasses import replace

import pytest
from samples import DAY, MINUTE, NOW, alliance, flow_of, letter

from agent.store import alliances, outbox
from agent.store.database import Connection, Database


@pytest.fixture
async def store(database: Database) -> Database:
    """With two alliances in it."""
    async with database.transaction() as c:
        await flow_of(c)
        await alliances.save(c, [(alliance(1), None), (alliance(2), None)])
    return database


async def owed(db: Database, *letters: outbox.Letter) -> None:
    async with db.transaction() as c:
        await outbox.put(c, letters)


async def claimed(c: Connection, limit: int = 10) -> list[tuple[int, int]]:
    return [(row.alliance_id, row.number) for row in await outbox.claim(c, NOW, limit, MINUTE)]


async def settled(c: Connection, state: str, number: int = 1) -> None:
    await outbox.settle(c, [(1, number, 1, state, "250 2.0.0 ok", None, NOW)])


async def test_a_letter_comes_back_as_it_was_put(store: Database) -> None:
    await owed(store, letter())

    async with store.transaction() as c:
        assert await outbox.get(c, 1, 1) == letter()
        assert await outbox.get(c, 1, 2) is None


async def test_only_what_is_due_is_claimed_longest_due_first(store: Database) -> None:
    late, early = letter(1), replace(letter(2), due_at=NOW - DAY)
    await owed(store, late, early, replace(letter(3), due_at=NOW + MINUTE))

    async with store.transaction() as c:
        assert await claimed(c, 1) == [(1, 2)]
        assert await claimed(c) == [(1, 1)]
        assert await claimed(c) == []


async def test_a_letter_whose_sender_died_goes_out_again_unchanged(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        [first] = await outbox.claim(c, NOW, 10, MINUTE)
        assert await outbox.claim(c, NOW + MINUTE / 2, 10, MINUTE) == []
        [again] = await outbox.claim(c, NOW + MINUTE, 10, MINUTE)

    assert (again.raw, again.message_id) == (first.raw, first.message_id) == (letter().raw, letter().message_id)
    assert (first.attempts, again.attempts) == (1, 2)


async def test_at_a_start_what_a_dead_process_was_sending_is_owed(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        await claimed(c)
        await outbox.release(c, NOW)

        assert await claimed(c) == [(1, 1)]


async def test_two_senders_at_once_never_hold_the_same(store: Database) -> None:
    await owed(store, *(letter(n) for n in range(1, 21)))

    async def claim() -> list[tuple[int, int]]:
        async with store.transaction() as c:
            return await claimed(c, 10)

    halves = await asyncio.gather(claim(), claim())

    assert sorted(halves[0] + halves[1]) == [(1, n) for n in range(1, 21)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_a_letter_that_another_is_just_claiming_is_skipped_and_not_waited_for(store: Database) -> None:
    await owed(store, letter(1), replace(letter(2), due_at=NOW - DAY))

    async with store.transaction() as one, store.transaction() as other:
        assert await claimed(one, 1) == [(1, 2)]
        assert await claimed(other) == [(1, 1)]


async def test_what_was_sent_is_not_owed(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        await claimed(c)
        await settled(c, "sent")

        assert await outbox.claim(c, NOW + DAY, 10, MINUTE) == []
        assert await outbox.next_due(c) is None
        [row] = await outbox.listing(c, "sent", 10)
    assert (row.state, row.reply, row.settled_at, row.raw, row.words) == ("sent", "250 2.0.0 ok", NOW, b"", "")


async def test_what_was_refused_for_now_is_owed_again_later(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        await claimed(c)
        await outbox.settle(c, [(1, 1, 1, "queued", "451 4.3.0 later", NOW + MINUTE, NOW)])

        assert await claimed(c) == []
        assert await outbox.next_due(c) == NOW + MINUTE
        [row] = await outbox.claim(c, NOW + MINUTE, 10, MINUTE)
    assert (row.attempts, row.reply) == (2, "451 4.3.0 later")


async def test_a_slow_sender_does_not_undo_what_another_has_settled(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        await claimed(c)
        await settled(c, "sent")
        await outbox.settle(c, [(1, 1, 1, "queued", "timed out", NOW + MINUTE, NOW)])

        found = await outbox.get(c, 1, 1)
    assert found is not None
    assert found.state == "sent"


async def test_who_lost_a_letter_to_another_changes_nothing_of_it(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        [ours] = await outbox.claim(c, NOW, 10, MINUTE)
        [theirs] = await outbox.claim(c, NOW + MINUTE, 10, MINUTE)
        await outbox.settle(c, [(*ours.claim, "queued", "timed out", NOW + DAY, NOW)])
        await outbox.hold(c, [ours.claim], NOW + DAY)

        assert await outbox.get(c, 1, 1) == theirs
        await outbox.settle(c, [(*theirs.claim, "sent", "250 2.0.0 ok", None, NOW)])
        assert await outbox.next_due(c) is None


async def test_who_was_cut_off_changes_nothing_of_what_the_operator_has_sent_again(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        [ours] = await outbox.claim(c, NOW, 10, MINUTE)
        await outbox.drop(c, 1, 1, NOW)
        await outbox.rerun(c, 1, 1, NOW)
        [theirs] = await outbox.claim(c, NOW, 10, MINUTE)
        await outbox.settle(c, [(*ours.claim, "queued", "timed out", NOW + DAY, NOW)])
        await outbox.hold(c, [ours.claim], NOW + DAY)
        await outbox.let_go(c, [ours], NOW - DAY)

        assert await outbox.get(c, 1, 1) == theirs


async def test_no_letter_is_claimed_for_a_domain_that_is_passed_over(store: Database) -> None:
    slow = replace(letter(1), rcpt="maya@slow.test", due_at=NOW - DAY)
    await owed(store, slow, replace(slow, number=2, rcpt="maya@notslow.test"), letter(3))

    async with store.transaction() as c:
        found = await outbox.claim(c, NOW, 2, MINUTE, but=["slow.test"])
        assert sorted(x.number for x in found) == [2, 3]
        assert await claimed(c) == [(1, 1)]


async def test_a_letter_that_is_no_longer_owed_is_withdrawn(store: Database) -> None:
    about = letter(1), letter(2, about="nudge"), letter(3, participant=2), letter(4, alliance_id=2)
    await owed(store, *about)
    async with store.transaction() as c:
        await outbox.withdraw(c, [(1, 1, "prompt:P01")], NOW)

        assert await claimed(c) == [(1, 2), (1, 3), (2, 4)]


async def test_what_tells_something_is_not_withdrawn_with_the_question_it_is_about(store: Database) -> None:
    await owed(store, letter(1), replace(letter(2), question=False))
    async with store.transaction() as c:
        await outbox.withdraw(c, [(1, 1, "prompt:P01")], NOW)

        [left] = await outbox.claim(c, NOW, 10, MINUTE)
    assert (left.number, left.question) == (2, False)


@pytest.mark.parametrize(("came", "of_it"), [("queued", "withdrawn"), ("sent", "sent"), ("failed", "failed")])
async def test_a_letter_withdrawn_on_its_way_is_sent_or_never_tried_again(
    store: Database, came: str, of_it: str
) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        await claimed(c)
        await outbox.withdraw(c, [(1, 1, "prompt:P01")], NOW)
        await outbox.settle(c, [(1, 1, 1, came, "said", NOW + MINUTE if came == "queued" else None, NOW)])

        found = await outbox.get(c, 1, 1)
        assert await outbox.claim(c, NOW + DAY, 10, MINUTE) == []
        assert await outbox.rerun(c, 1, 1, NOW)  # the operator may, and then it is owed like any other
        await claimed(c)
        await outbox.settle(c, [(1, 1, 1, "queued", "later", NOW + MINUTE, NOW)])
        assert await outbox.next_due(c) == NOW + MINUTE
    assert found is not None
    assert (found.state, found.settled_at, found.reply) == (of_it, NOW, "said")


async def test_a_letter_withdrawn_on_its_way_whose_sender_died_is_not_sent_again(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        await claimed(c)
        await outbox.withdraw(c, [(1, 1, None)], NOW)

        assert await outbox.claim(c, NOW + DAY, 10, MINUTE) == []
        assert await outbox.next_due(c) is None
        [row] = await outbox.listing(c, "withdrawn", 10)
    assert row.settled_at == NOW + DAY


async def test_all_letters_to_one_who_left_are_withdrawn_but_not_one_on_its_way(store: Database) -> None:
    await owed(store, letter(1), replace(letter(2), question=False), letter(3, participant=2))
    async with store.transaction() as c:
        await claimed(c, 1)
        await outbox.withdraw(c, [(1, 1, None)], NOW)

        assert [(row.number, row.state) for row in await outbox.listing(c, None, 10)] == [(3, "queued"), (1, "sending")]
        assert [row.number for row in await outbox.listing(c, "withdrawn", 10)] == [2]


@pytest.mark.parametrize("state", [None, "sent"])
async def test_a_list_goes_on_page_by_page(store: Database, state: str | None) -> None:
    """Some letters are of one instant: no page leaves one of them out or shows it again."""
    times = {(1, 1): 3, (1, 2): 1, (1, 3): 3, (2, 1): 3, (2, 2): 2, (2, 3): 3}
    await owed(store, *(replace(letter(n, alliance_id=a), due_at=NOW + t * MINUTE) for (a, n), t in times.items()))
    async with store.transaction() as c:
        if state:
            await outbox.claim(c, NOW + DAY, 10, MINUTE)
            ended = [(*key, 1, state, "ok", None, NOW + minutes * MINUTE) for key, minutes in times.items()]
            await outbox.settle(c, ended)
        whole = [(x.alliance_id, x.number) for x in await outbox.listing(c, state, 10)]
        pages, last = [], None
        while page := await outbox.listing(c, state, 2, before=last):
            pages += [(x.alliance_id, x.number) for x in page]
            last = (page[-1].settled_at or page[-1].due_at, *pages[-1])

    ordered = sorted(times, key=lambda key: (times[key], key), reverse=state is not None)
    assert pages == whole == ordered


async def test_what_a_letter_asked_is_known_when_its_reply_comes(store: Database) -> None:
    await owed(store, letter(1), letter(2, about="reveal:knowing"), letter(1, alliance_id=2))
    async with store.transaction() as c:
        found = await outbox.asked(c, [(1, 2), (2, 1), (2, 2)])

    here = alliance(1).participants[0].address
    said = letter().subject, letter().words, letter().rcpt
    assert found == {
        (1, 2): outbox.Answered(1, "reveal:knowing", *said, here),
        (2, 1): outbox.Answered(1, "prompt:P01", *said, here),
    }


async def test_who_wants_to_be_forgotten_leaves_no_words_in_letters(store: Database) -> None:
    await owed(store, letter(1), letter(2), letter(3), letter(4, participant=2))
    async with store.transaction() as c:
        await claimed(c, 2)
        await settled(c, "sent", 1)
        await outbox.erase(c, 1, 1, NOW)

        found = [row for number in range(1, 5) if (row := await outbox.get(c, 1, number))]
        assert [row.number for row in await outbox.claim(c, NOW + DAY, 10, MINUTE)] == [4]
    assert [(row.words, row.subject, row.reply, row.raw) for row in found[:3]] == [("", "", "", b"")] * 3
    assert [row.state for row in found] == ["sent", "sending", "withdrawn", "queued"]
    assert found[3] == letter(4, participant=2)


async def test_a_failed_letter_can_be_sent_again_until_its_bytes_are_erased(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        assert not await outbox.rerun(c, 1, 1, NOW)
        await claimed(c)
        await settled(c, "failed")
        assert [(b.state, b.count) for b in await outbox.backlog(c)] == [("failed", 1)]

        assert await outbox.rerun(c, 1, 1, NOW)
        [again] = await outbox.claim(c, NOW, 10, MINUTE)
        assert (again.attempts, again.tries, again.settled_at) == (2, 1, None)
        await outbox.settle(c, [(*again.claim, "failed", "550 no", None, NOW)])
        assert await outbox.forget_raw(c, NOW + DAY, 9) == 1
        assert not await outbox.rerun(c, 1, 1, NOW)
        assert not await outbox.rerun(c, 1, 9, NOW)


async def test_a_dropped_letter_is_not_sent(store: Database) -> None:
    await owed(store, letter())
    async with store.transaction() as c:
        assert await outbox.drop(c, 1, 1, NOW)
        assert not await outbox.drop(c, 1, 1, NOW)
        assert await claimed(c) == []


async def test_bytes_that_hold_the_reply_address_are_erased_a_while_after_delivery(store: Database) -> None:
    await owed(store, letter(1), letter(2))
    async with store.transaction() as c:
        await claimed(c, 1)
        await settled(c, "sent")

        assert await outbox.forget_raw(c, NOW, 9) == 0
        assert await outbox.forget_raw(c, NOW + MINUTE, 9) == 1
        first, second = await outbox.get(c, 1, 1), await outbox.get(c, 1, 2)
    assert first is not None
    assert second is not None
    assert (first.raw, first.words) == (b"", letter().words)
    assert second.raw == letter().raw
