"""What arrived is kept once, taken by one, and never lost."""

import asyncio
from dataclasses import replace

import pytest
from samples import DAY, MINUTE, NOW, arrival, claim_of, kept_as

from agent.store import inbox
from agent.store.database import EPOCH, Backlog, Database


async def kept(db: Database, *arrivals: inbox.Arrival) -> list[int]:
    async with db.transaction() as c:
        return await kept_as(c, arrivals)


async def test_what_is_put_comes_back_as_it_came(database: Database) -> None:
    [number] = await kept(database, arrival("Sch\u00f6n"))

    async with database.transaction() as c:
        found = await inbox.get(c, number)

    assert found == inbox.Kept(
        number, "r+1.abc@reply.example", "maya@example.org", "Sch\u00f6n".encode(), NOW, 0, "192.0.2.7"
    )


@pytest.mark.row("T33")
async def test_the_same_message_again_is_the_same_row(database: Database) -> None:
    first = await kept(database, arrival("one"), arrival("one"))
    again = await kept(database, arrival("two"), replace(arrival("one"), peer="192.0.2.99", at=NOW + DAY))

    assert first == [first[0]] * 2
    assert again[1] == first[0]
    assert again[0] != first[0]


async def test_mail_of_one_alliance_is_taken_in_order(database: Database) -> None:
    [first] = await kept(database, replace(arrival("1"), alliance=7))
    async with database.transaction() as c:
        assert len(await inbox.take(c, NOW, 10, MINUTE)) == 1
    [second, other, third, loose] = await kept(
        database,
        *(replace(arrival(words), alliance=of) for words, of in (("2", 7), ("3", 8), ("4", 7), ("5", None))),
    )

    async with database.transaction() as c:
        assert [row.id for row in await inbox.take(c, NOW, 10, MINUTE)] == [other, loose]
        await inbox.done(c, [(first, "replied")], NOW)
    async with database.transaction() as c:
        assert [row.id for row in await inbox.take(c, NOW, 10, MINUTE)] == [second, third]


async def test_when_there_is_something_to_take_again_is_known(database: Database) -> None:
    async with database.transaction() as c:
        assert await inbox.next_due(c) is None
    [first] = await kept(database, replace(arrival("1"), alliance=7))
    async with database.transaction() as c:
        await inbox.take(c, NOW, 10, MINUTE)
        assert await inbox.next_due(c) == NOW + MINUTE
    await kept(database, replace(arrival("2"), alliance=7))
    async with database.transaction() as c:
        assert await inbox.next_due(c) == NOW + MINUTE  # or at once, for who holds the first one
        await inbox.done(c, [(first, "replied")], NOW)
        assert await inbox.next_due(c) == EPOCH
        assert len(await inbox.take(c, NOW, 10, MINUTE)) == 1


async def test_a_flood_in_one_alliance_that_waits_for_another_node_keeps_no_other_waiting(database: Database) -> None:
    await kept(database, replace(arrival("1"), alliance=7))
    async with database.transaction() as c:
        await inbox.take(c, NOW, 10, MINUTE)
    *_, other = await kept(
        database, *(replace(arrival(words), alliance=7) for words in "23456"), replace(arrival("7"), alliance=8)
    )

    async with database.transaction() as c:
        assert [row.id for row in await inbox.take(c, NOW, 3, MINUTE)] == [other]


async def test_what_a_dead_node_held_is_taken_with_all_that_waited_for_it(database: Database) -> None:
    [first] = await kept(database, replace(arrival("1"), alliance=7))
    async with database.transaction() as c:
        await inbox.take(c, NOW, 10, MINUTE)
    [second] = await kept(database, replace(arrival("2"), alliance=7))

    async with database.transaction() as c:
        assert await inbox.take(c, NOW, 10, MINUTE) == []
        assert [row.id for row in await inbox.take(c, NOW + MINUTE, 10, MINUTE)] == [first, second]


async def test_what_another_node_is_just_taking_is_waited_for(database: Database) -> None:
    """On SQLite the other one has to end first."""
    if not database.shared:
        return
    await kept(database, *(replace(arrival(words), alliance=7) for words in "12"))

    async with database.transaction() as one, database.transaction() as other:
        assert len(await inbox.take(one, NOW, 1, MINUTE)) == 1
        assert await inbox.take(other, NOW, 10, MINUTE) == []


@pytest.mark.row("T33")
async def test_the_same_message_is_known_after_it_was_done_and_erased(database: Database) -> None:
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        await inbox.done(c, [(number, "replied")], NOW)
        await inbox.forget_raw(c, NOW + DAY, 9)

    assert await kept(database, arrival()) == [number]

    async with database.transaction() as c:
        assert await inbox.take(c, NOW + DAY, 10, MINUTE) == []


MESSAGE = "From: Maya <maya@example.org>\r\nMessage-ID: <a@b>\r\n\r\nReceived: by train\r\n"
TRACE = (
    "Return-Path: <maya@example.org>\r\nReceived: from mx.example.org\r\n\tby mail.example with LMTP id {0}; {0}\r\n"
)


@pytest.mark.row("T33")
@pytest.mark.parametrize(
    "trace",
    [
        TRACE,
        "X-Received: by 10.0.0.1 with id {0}\r\nDelivered-To: {0}\r\n" + TRACE,
        "Authentication-Results: mail.example; dkim={0}\r\nARC-Seal: i=1; t={0};\r\n b={0}\r\nDKIM-Signature: v=1\r\n"
        + TRACE,
        TRACE.replace("\r\n", "\n"),
    ],
)
async def test_a_message_that_was_traced_anew_on_its_way_is_the_same_row(database: Database, trace: str) -> None:
    first, again = await kept(database, *(arrival(trace.format(n) + MESSAGE) for n in (1, 2)))

    assert first == again


@pytest.mark.row("T34")
@pytest.mark.parametrize(
    "other",
    [
        MESSAGE.replace("train", "plane"),
        MESSAGE.replace("From: Maya", "From: Jonas"),
        "DKIM-Signature: v=1\r\n" + MESSAGE,
        MESSAGE.replace("\r\n\r\n", "\r\n\r\n\r\n"),
    ],
)
async def test_what_is_of_the_message_itself_makes_another_row(database: Database, other: str) -> None:
    ids = await kept(database, arrival(TRACE.format(1) + MESSAGE), arrival(TRACE.format(1) + other))

    assert len(set(ids)) == 2


@pytest.mark.row("T34")
async def test_one_message_id_with_other_words_is_another_row(database: Database) -> None:
    ids = await kept(database, arrival("Message-ID: <a@b>\r\n\r\nyes"), arrival("Message-ID: <a@b>\r\n\r\nno"))

    assert len(set(ids)) == 2


async def test_one_message_for_two_recipients_is_two_rows(database: Database) -> None:
    ids = await kept(database, arrival(rcpt="r+1@reply.example"), arrival(rcpt="r+2@reply.example"))

    assert len(set(ids)) == 2


async def test_an_envelope_that_no_engine_can_encode_is_kept_all_the_same(database: Database) -> None:
    [number] = await kept(database, replace(arrival("\0"), mail_from="a\0b\udce4@example.org"))

    async with database.transaction() as c:
        found = await inbox.get(c, number)

    assert found is not None
    assert (found.mail_from, found.raw) == ("a\ufffdb?@example.org", b"\0")


async def test_the_oldest_are_taken_first(database: Database) -> None:
    ids = await kept(database, *(arrival(str(n)) for n in range(5)))

    async with database.transaction() as c:
        taken = await inbox.take(c, NOW, 3, MINUTE)

    assert [row.id for row in taken] == ids[:3]
    assert [row.raw for row in taken] == [b"0", b"1", b"2"]


async def test_what_is_held_is_not_taken_until_the_lease_runs_out(database: Database) -> None:
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        await inbox.take(c, NOW, 10, MINUTE)

        assert await inbox.take(c, NOW + MINUTE / 2, 10, MINUTE) == []
        [again] = await inbox.take(c, NOW + MINUTE, 10, MINUTE)

    assert (again.id, again.attempts) == (number, 2)


async def test_at_a_start_what_a_dead_process_held_is_given_back(database: Database) -> None:
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        await inbox.take(c, NOW, 10, MINUTE)
        await inbox.release(c)

        assert [row.id for row in await inbox.take(c, NOW, 10, MINUTE)] == [number]


async def test_two_takers_at_once_never_hold_the_same(database: Database) -> None:
    ids = await kept(database, *(arrival(str(n)) for n in range(20)))

    async def take() -> list[inbox.Kept]:
        async with database.transaction() as c:
            return await inbox.take(c, NOW, 10, MINUTE)

    halves = await asyncio.gather(take(), take())

    assert sorted(row.id for half in halves for row in half) == ids


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_a_row_that_another_is_just_taking_is_skipped_and_not_waited_for(database: Database) -> None:
    ids = await kept(database, arrival("1"), arrival("2"))

    async with database.transaction() as one, database.transaction() as other:
        first = await inbox.take(one, NOW, 1, MINUTE)
        second = await inbox.take(other, NOW, 10, MINUTE)

    assert [[row.id for row in first], [row.id for row in second]] == [ids[:1], ids[1:]]


async def test_what_is_done_is_not_taken_again(database: Database) -> None:
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        await inbox.done(c, [(number, "replied")], NOW)

        assert await inbox.take(c, NOW + DAY, 10, MINUTE) == []
        [row] = await inbox.listing(c, "done", 10)

    assert (row.state, row.outcome) == ("done", "replied")


async def test_what_was_set_aside_waits_for_the_operator_with_its_reason(database: Database) -> None:
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        await inbox.set_aside(c, await claim_of(c, number), "KeyError: 'P99'\0")

        assert await inbox.take(c, NOW + DAY, 10, MINUTE) == []
        [row] = await inbox.listing(c, "aside", 10)
        assert (row.id, row.outcome, row.raw) == (number, "KeyError: 'P99'\ufffd", b"")

        assert await inbox.rerun(c, number)
        assert [row.attempts for row in await inbox.take(c, NOW, 10, MINUTE)] == [1]


async def test_who_was_cut_off_changes_nothing_of_what_the_operator_has_run_again(database: Database) -> None:
    """Both have taken it once by then, and until the same instant."""
    await kept(database, arrival())
    async with database.transaction() as c:
        [ours] = await inbox.take(c, NOW, 10, MINUTE)
        await inbox.rerun(c, ours.id)
        [theirs] = await inbox.take(c, NOW, 10, MINUTE)
        await inbox.set_aside(c, ours.claim, "broke")
        await inbox.give_back(c, [ours.claim])

        assert await inbox.get(c, theirs.id) == theirs


@pytest.mark.row("R9")
async def test_mail_is_taken_at_once_though_the_clock_that_it_came_by_was_ahead(database: Database) -> None:
    """Of another node, or of this one before it was put right; also what was given back or run again."""
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        for _ in range(2):
            [taken] = await inbox.take(c, NOW - DAY, 10, MINUTE)
            await inbox.give_back(c, [taken.claim])
            [taken] = await inbox.take(c, NOW - DAY, 10, MINUTE)
            await inbox.done(c, [(number, "replied")], NOW)
            await inbox.rerun(c, number)
        await inbox.take(c, NOW, 10, MINUTE)
        await inbox.release(c)
        assert len(await inbox.take(c, NOW - DAY, 10, MINUTE)) == 1


async def test_what_was_dropped_goes_unanswered_and_can_be_run_after_all(database: Database) -> None:
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        assert await inbox.drop(c, number, NOW)
        assert not await inbox.drop(c, number, NOW)
        assert await inbox.take(c, NOW, 10, MINUTE) == []

        assert await inbox.rerun(c, number)
        assert len(await inbox.take(c, NOW, 10, MINUTE)) == 1


async def test_who_lost_a_mail_to_another_changes_nothing_of_it(database: Database) -> None:
    await kept(database, arrival())
    async with database.transaction() as c:
        [ours] = await inbox.take(c, NOW, 10, MINUTE)
        [theirs] = await inbox.take(c, NOW + MINUTE, 10, MINUTE)
        await inbox.set_aside(c, ours.claim, "broke")
        await inbox.give_back(c, [ours.claim])
        await inbox.give_back(c, [replace(ours, attempts=2).claim])  # who cannot know whether that claim was kept

        assert await inbox.get(c, theirs.id) == theirs
        assert await inbox.take(c, NOW + MINUTE, 10, MINUTE) == []
        await inbox.judge(c, [(theirs.id, "theirs")])
        await inbox.done(c, [(theirs.id, "replied")], NOW)
        await inbox.judge(c, [(ours.id, "ours")])
        found = await inbox.get(c, ours.id)
    assert found is not None
    assert (found.state, found.verdict) == ("done", "theirs")


async def test_there_is_nothing_to_run_where_there_is_no_row_or_no_bytes(database: Database) -> None:
    [number] = await kept(database, arrival())
    async with database.transaction() as c:
        await inbox.done(c, [(number, "replied")], NOW)
        await inbox.forget_raw(c, NOW + DAY, 9)

        assert not await inbox.rerun(c, number)
        assert not await inbox.rerun(c, 999)
        assert await inbox.get(c, 999) is None


async def test_only_what_was_finished_long_enough_ago_is_erased(database: Database) -> None:
    ids = await kept(database, *(arrival(str(n)) for n in range(4)))
    async with database.transaction() as c:
        await inbox.done(c, [(ids[0], "replied")], NOW)
        await inbox.done(c, [(ids[1], "replied")], NOW + DAY)
        await inbox.set_aside(c, await claim_of(c, ids[2]), "broke")

        assert await inbox.forget_raw(c, NOW + DAY, 9) == 1
        rows = [await inbox.get(c, number) for number in ids]

    assert [row.raw for row in rows if row] == [b"", b"1", b"2", b"3"]


async def test_bytes_are_erased_a_few_at_a_time_the_oldest_first(database: Database) -> None:
    ids = await kept(database, *(arrival(str(n)) for n in range(3)))
    async with database.transaction() as c:
        for number, minutes in zip(ids, (2, 1, 3), strict=True):
            await inbox.done(c, [(number, "replied")], NOW + minutes * MINUTE)

        assert await inbox.forget_raw(c, NOW + DAY, 2) == 2
        assert [row.raw for number in ids if (row := await inbox.get(c, number))] == [b"", b"", b"2"]
        assert await inbox.forget_raw(c, NOW + DAY, 2) == 1
        assert await inbox.forget_raw(c, NOW + DAY, 2) == 0


async def test_who_wants_to_be_forgotten_leaves_no_bytes_and_no_envelope(database: Database) -> None:
    ids = await kept(database, *(arrival(str(n)) for n in range(5)))
    async with database.transaction() as c:
        await inbox.belong(c, [(ids[0], 7, 1), (ids[1], 7, 1), (ids[2], 7, 1), (ids[3], 7, 2), (ids[4], 8, 1)])
        await inbox.done(c, [(ids[0], "replied")], NOW)
        await inbox.set_aside(c, await claim_of(c, ids[1]), "broke")
        await inbox.erase(c, 7, 1, NOW + DAY)
        await inbox.done(c, [(ids[2], "replied")], NOW)  # by a node that had taken it before

        found = [row for number in ids if (row := await inbox.get(c, number))]
    assert [row.state for row in found] == ["done", "dropped", "dropped", "kept", "kept"]
    assert [(row.rcpt, row.mail_from, row.peer, row.raw) for row in found[:3]] == [("", "", "", b"")] * 3
    assert [row.raw for row in found[3:]] == [b"3", b"4"]


async def test_a_list_is_newest_first_and_goes_on_page_by_page(database: Database) -> None:
    ids = await kept(database, *(arrival(str(n)) for n in range(5)))
    async with database.transaction() as c:
        await inbox.done(c, [(ids[1], "replied")], NOW)

        assert [row.id for row in await inbox.listing(c, None, 3)] == [ids[4], ids[3], ids[2]]
        assert [row.id for row in await inbox.listing(c, None, 3, before=ids[2])] == [ids[1], ids[0]]
        assert [row.id for row in await inbox.listing(c, "kept", 9, before=ids[2])] == [ids[0]]


async def test_the_backlog_says_how_much_and_since_when(database: Database) -> None:
    ids = await kept(database, arrival("1"), replace(arrival("2"), at=NOW - DAY), arrival("3"), arrival("4"))
    async with database.transaction() as c:
        assert await inbox.backlog(c) == [Backlog("kept", 4, NOW - DAY)]
        await inbox.set_aside(c, await claim_of(c, ids[0]), "broke")
        await inbox.done(c, [(ids[3], "replied")], NOW)

        assert await inbox.backlog(c) == [Backlog("aside", 1, NOW), Backlog("kept", 2, NOW - DAY)]
