"""A person's letters go to another address: asked from the old, confirmed by the new, and in all their alliances (T26)."""

import asyncio
import re
from datetime import timedelta

import pytest
from test_batches import ANN, BEN, CY, NOON, House, house  # noqa: F401

from agent.mail.envelope import Envelope
from agent.mail.reply import Reply
from agent.store import alliances

NEW = "ann@new.test"
ASKED = b"Is this your address"


def letters(house: House, rcpt: str) -> list[bytes]:  # noqa: F811
    """What was sent there, as it is read."""
    return [raw.replace(b"=\r\n", b"") for to, raw in house.sent if to == rcpt]


def number_in(raw: bytes) -> str:
    found = re.search(rb"nothing else: (\d{4}-\d\d)", raw)
    assert found
    return found[1].decode()


async def addresses(house: House) -> set[str]:  # noqa: F811
    return {p.address for alliance in await house.all() for p in alliance.participants}


async def people(house: House) -> set[str]:  # noqa: F811
    return {address for (address,) in await house.fetch("SELECT address FROM people")}


@pytest.fixture
async def living(house: House) -> House:  # noqa: F811
    """Ann takes part in two alliances, and has a question open in each."""
    await house.asking(1)
    await house.asking(2, guest=CY)
    await house.service.settle()
    house.sent.clear()
    return house


@pytest.mark.row("T26")
async def test_a_new_address_is_asked_itself_and_then_has_all_letters(living: House) -> None:
    first = living.doors[ANN]
    await living.says(ANN, "My new address is Ann@New.test.")

    [asked], [told] = letters(living, NEW), letters(living, ANN)
    assert not re.search(rb"(?i)\bben\b|\bcy\b|References|In-Reply-To", asked)
    assert b"ann@new.test" in told
    assert await addresses(living) == {ANN, BEN, CY}

    to = living.doors[NEW]
    await living.says("eve@evil.test", "1111-11", to)
    assert await addresses(living) == {ANN, BEN, CY}
    living.sent.clear()
    await living.says(NEW, number_in(asked), to)

    assert await addresses(living) == {NEW, BEN, CY}
    assert await people(living) == {NEW, BEN, CY}
    [told] = letters(living, ANN)
    assert b"no longer to this address" in told
    again = [raw for raw in letters(living, NEW) if b"The address is now" in raw]
    assert len(again) == 2, "what is open in each"

    await living.says(NEW, "I hope for bread.", first)
    await living.says(ANN, "I hope for cake.", first)
    said = [a.text for alliance in await living.all() for a in alliance.answers if a.prompt == "hopes"]
    assert said == ["I hope for bread."], "an older letter counts from the new address alone"


@pytest.mark.row("T26")
async def test_the_number_works_once_and_nobody_is_bombed_with_numbers(living: House) -> None:
    for n in range(6):
        await living.says(ANN, f"My new address is ann{n}@new.test")
    assert len([to for to, _ in living.sent if to.endswith("@new.test")]) == 3

    [asked] = letters(living, "ann0@new.test")
    await living.says("ann0@new.test", number_in(asked), living.doors["ann0@new.test"])
    await living.says("ann0@new.test", f"My new address is {ANN}")
    [back] = [raw for raw in letters(living, ANN) if b"Is this your address" in raw]
    await living.says(ANN, number_in(back), living.doors[ANN])
    assert ANN in await addresses(living)
    before = len(living.sent)

    await living.says("ann0@new.test", number_in(asked), living.doors["ann0@new.test"])
    assert ANN in await addresses(living)
    assert not any(b"Is this your address" in raw for _, raw in living.sent[before:])


@pytest.mark.row("T26")
async def test_what_the_old_address_asked_for_and_called_its_own_ends_with_it(living: House) -> None:
    thief, phone = "thief@evil.test", "ann@phone.test"
    first = living.doors[ANN]
    await living.says(phone, "I hope for bread.", first)
    await living.says(ANN, "Also me")
    assert [a.text for x in await living.all() for a in x.answers if a.prompt == "hopes"] == ["I hope for bread."]
    for new in (thief, NEW):
        await living.says(ANN, f"My new address is {new}", first)
    [to_thief], [to_ann] = letters(living, thief), letters(living, NEW)
    await living.says(NEW, number_in(to_ann), living.doors[NEW])
    assert await addresses(living) == {NEW, BEN, CY}

    await living.says(thief, number_in(to_thief), living.doors[thief])
    assert await addresses(living) == {NEW, BEN, CY}

    await living.says(phone, "I hope for cake.", living.doors[NEW])
    assert b"Was this you?" in letters(living, NEW)[-1]


@pytest.mark.row("T3", "T26", "T75")
async def test_what_was_called_theirs_is_not_theirs_where_it_is_anothers(living: House) -> None:
    """Said in the one alliance, where Ben is a stranger, it would let him speak for Ann in the other."""
    [other] = [a for a in await living.all() if a.participants[1].address == CY]
    to = living.service.doors.reply_address(other.id, other.participants[0].thread[-1])
    await living.says(BEN, "I hope for bread.", to)
    await living.says(ANN, "Also me")
    assert await living.fetch(f"SELECT also FROM people WHERE address = '{ANN}'") == [(BEN,)]
    [with_ben] = [a for a in await living.all() if a.participants[1].address == BEN]
    to = living.service.doors.reply_address(with_ben.id, with_ben.participants[0].thread[-1])

    await living.says(BEN, "I hope for cake.", to)

    [with_ben] = [a for a in await living.all() if a.participants[1].address == BEN]
    assert with_ben.answers == tuple(a for a in with_ben.answers if a.prompt == "why")
    told = letters(living, ANN)[-1]
    assert b"An email that I did not use" in told
    assert b"cake" not in told


@pytest.mark.row("T26", "T65")
async def test_whoever_only_invited_them_does_not_learn_the_new_address(living: House) -> None:
    eve = "eve@evil.test"
    await living.invited(3, eve, ANN)
    await living.says(ANN, f"My new address is {NEW}")
    [asked] = letters(living, NEW)
    await living.says(NEW, number_in(asked), living.doors[NEW])

    assert await addresses(living) == {NEW, BEN, CY, eve, ANN}
    await living.says(eve, "STATUS")
    assert NEW.encode() not in b"".join(letters(living, eve))


@pytest.mark.row("T26", "T55")
@pytest.mark.parametrize("new", [CY, ANN, "unwanted@new.test", "no address@at all"])
async def test_an_address_that_is_anothers_or_wants_no_letters_is_refused(living: House, new: str) -> None:
    advance = living.service.delivery.advance
    async with living.service.database.transaction() as c:
        await alliances.refuse(c, advance._digest("", "unwanted@new.test"), living.now)

    await living.says(ANN, f"My new address is {new}")

    assert not any(b"Is this your address" in raw for _, raw in living.sent)
    assert await addresses(living) == {ANN, BEN, CY}


@pytest.mark.parametrize(
    "said",
    ["His new address is ann@new.test", "My address is ann@new.test", "I hope for a new address: ann@new.test", "New"],
)
async def test_other_words_about_addresses_are_answers(living: House, said: str) -> None:
    await living.says(ANN, said)

    assert letters(living, NEW) == []
    assert said.rstrip(".") in repr(await living.all())


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # on SQLite there is one writer
async def test_who_moves_in_all_alliances_and_who_holds_some_of_them_do_not_wait_for_each_other(living: House) -> None:
    """A batch of another node has the first alliance, and is about to want the second, in which a number came back."""
    await living.says(ANN, f"My new address is {NEW}", living.service.doors.reply_address(2, 5))
    await living.writes(NEW, number_in(letters(living, NEW)[0]))
    waits = (
        "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND query LIKE '%FROM alliances%'"
    )

    async with living.service.database.transaction() as other, asyncio.timeout(90):
        await other.fetch("SELECT id FROM alliances WHERE id = 1 FOR UPDATE")
        moving = asyncio.create_task(living.service.intake.take(NOON))
        while not await living.fetch(waits):  # noqa: ASYNC110 - it is the server's to say
            await asyncio.sleep(0.01)
        await other.fetch("SELECT id FROM alliances WHERE id = 2 FOR UPDATE")
    await moving

    assert await addresses(living) == {NEW, BEN, CY}


# ---------------------------------------------------------------- whoever is asked, and does not want to be


def complaint(to: str) -> bytes:
    return (
        f"From: fbl@new.test\r\nTo: {to}\r\nSubject: complaint\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nA user called this spam.\r\n"
        "--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n--x--\r\n"
    ).encode()


WAYS = {
    "STOP": lambda to: f"From: {NEW}\r\nTo: {to}\r\nSubject: Re\r\n\r\nSTOP\r\n".encode(),
    "a no": lambda to: f"From: {NEW}\r\nTo: {to}\r\nSubject: Re\r\n\r\nNo, this is not my address.\r\n".encode(),
    "not me": lambda to: f"From: other@new.test\r\nTo: {to}\r\nSubject: Re\r\n\r\nNot me\r\n".encode(),
    "the header": lambda to: f"From: {NEW}\r\nTo: {to}\r\nSubject: STOP\r\n\r\n".encode(),
    "a complaint": complaint,
}


@pytest.mark.row("T54", "T55")
@pytest.mark.parametrize("way", WAYS)
async def test_whoever_is_asked_may_say_no_and_is_never_written_to_again(living: House, way: str) -> None:
    await living.says(ANN, f"My new address is {NEW}")
    [asked] = letters(living, NEW)
    assert re.search(rb"\r\nList-Unsubscribe:\s+<mailto:", asked)
    living.sent.clear()
    to = living.doors[NEW]
    if way == "a complaint":  # as every report, to the return path
        route = living.service.doors.route_of(to)
        to = living.service.doors.bounce_address(route.alliance, route.letter)

    for _ in range(2):
        await living.service.keep([Envelope(NEW, to, WAYS[way](to), "192.0.2.7")])
        await living.service.settle()

    [told] = living.sent
    assert told[0] == ANN
    assert b"I cannot write to ann@new.test" in told[1].replace(b"=\r\n", b"")
    living.sent.clear()
    await living.says(NEW, number_in(asked), living.doors[NEW])
    assert await addresses(living) == {ANN, BEN, CY}
    assert living.sent == [], "and what it asked for has ended"
    await living.says(BEN, f"My new address is {NEW}")
    await living.invited(3, CY, NEW)
    await living.service.settle()
    assert letters(living, NEW) == []
    assert {p.stage for a in await living.all() for p in a.participants if p.address == ANN} == {"answering"}


@pytest.mark.row("T54")
async def test_an_address_is_asked_by_a_few_in_a_week_and_not_by_many(living: House) -> None:
    for n in range(3, 8):
        await living.asking(n, host=f"host{n}@c.test", guest=f"guest{n}@c.test")
    await living.service.settle()
    askers = [ANN, BEN, *(f"host{n}@c.test" for n in range(3, 8))]
    for person in askers:
        await living.writes(person, f"My new address is {NEW}")
    await living.service.settle()

    assert len(letters(living, NEW)) == living.service.settings.service.invitations_per_address == 2
    refused = [raw for _, raw in living.sent if b"I cannot write to" in raw]
    assert len(refused) == len(askers) - 2
    living.now += timedelta(days=8)
    await living.says("host7@c.test", f"My new address is {NEW}")
    assert len(letters(living, NEW)) == 3


@pytest.mark.row("T54", "T72")
async def test_whoever_has_themselves_forgotten_has_no_more_strangers_asked_than_others(house: House) -> None:  # noqa: F811
    for n in range(1, 6):
        await house.asking(n, guest=f"guest{n}@b.test")
        await house.service.settle()
        prompt = house.doors[ANN]
        await house.says(ANN, f"My new address is {NEW}")
        await house.says(ANN, "DELETE", prompt)
        await house.says(ANN, "DELETE NOW")
    assert len(letters(house, NEW)) == 2

    for n in range(6, 9):
        await house.asking(n, host=f"ann{n}@c.test")
        await house.service.settle()
        await house.says(f"ann{n}@c.test", "My new address is other@new.test")
    assert len(letters(house, "other@new.test")) == 2


@pytest.mark.row("T54")
async def test_one_person_has_few_asked_in_a_day_however_many_alliances_they_are_in(living: House) -> None:
    for n in range(3, 6):
        await living.asking(n, guest=f"guest{n}@c.test")
        await living.service.settle()
        for k in range(3):
            await living.says(ANN, f"My new address is ann{n}{k}@new{n}{k}.test")

    assert len([to for to, raw in living.sent if b"Is this your address" in raw]) == 3
    living.now += timedelta(days=1)
    await living.says(ANN, f"My new address is {NEW}")
    assert len(letters(living, NEW)) == 1


@pytest.mark.row("T54")
async def test_one_domain_is_asked_few_times_in_a_day_whoever_asks(living: House) -> None:
    living.service.delivery.advance.invitations_to_domain = 2
    for n, person in enumerate((ANN, BEN, CY)):
        await living.says(person, f"My new address is ann{n}@new.test")

    assert [to for to, raw in living.sent if b"Is this your address" in raw] == ["ann0@new.test", "ann1@new.test"]
    assert b"I cannot write to ann2@new.test" in letters(living, CY)[-1]


@pytest.mark.row("T26", "T55", "decision 17")
@pytest.mark.parametrize("words", ["STOP", "NO", "No, that was not me", "CLICK"])
async def test_what_was_asked_for_in_somebodys_name_ends_with_their_no(living: House, words: str) -> None:
    await living.says(ANN, f"My new address is {NEW}")
    [asked] = letters(living, NEW)
    to = living.doors[NEW]
    if words == "CLICK":
        raw = f"From: {ANN}\r\nTo: {living.doors[ANN]}\r\nSubject: STOP\r\n\r\n".encode()
        await living.service.keep([Envelope(ANN, living.doors[ANN], raw, "192.0.2.7")])
        await living.service.settle()
    else:
        await living.says(ANN, words)
    stages = {p.stage for a in await living.all() for p in a.participants if p.address == ANN}
    assert stages == ({"answering"} if words.upper().startswith("NO") else {"answering", "left"})
    living.sent.clear()

    await living.says(NEW, number_in(asked), to)

    assert await addresses(living) == {ANN, BEN, CY}
    assert living.sent == []


async def test_whoever_says_no_hears_that_it_is_over_and_keeps_the_open_question(living: House) -> None:
    await living.says(ANN, f"My new address is {NEW}")
    living.sent.clear()

    await living.says(ANN, "No")

    [told] = living.sent
    assert b"I go on writing to this address" in told[1]
    assert {p.stage for a in await living.all() for p in a.participants if p.address == ANN} == {"answering"}


@pytest.mark.row("T26")
async def test_a_wrong_number_is_answered_where_it_was_typed_and_a_few_times(living: House) -> None:
    await living.says(ANN, f"My new address is {NEW}")
    [asked] = letters(living, NEW)
    to = living.doors[NEW]
    living.sent.clear()

    await living.says(NEW, "0000-00", to)
    await living.says("phone@new.test", "Here is your number", to)
    assert [rcpt for rcpt, _ in living.sent] == [NEW, NEW]
    assert not any(re.search(rb"(?i)\bben\b|\bcy\b", raw) for _, raw in living.sent)
    for n in range(4):
        await living.says(NEW, f"What is this? {n}", to)
    assert [rcpt for rcpt, _ in living.sent[2:]] == [NEW, NEW, ANN], "then it is over, and silent"

    await living.says(NEW, number_in(asked), to)
    assert await addresses(living) == {ANN, BEN, CY}


@pytest.mark.row("T26")
async def test_after_a_week_the_number_is_over_and_the_registered_address_hears_so(living: House) -> None:
    await living.says(ANN, f"My new address is {NEW}")
    [asked] = letters(living, NEW)
    to = living.doors[NEW]
    living.now += timedelta(days=8)
    await living.service.settle()
    living.sent.clear()

    await living.says(NEW, number_in(asked), to)

    assert await addresses(living) == {ANN, BEN, CY}
    [(rcpt, told)] = living.sent
    assert rcpt == ANN
    assert b"That number does not work any more" in told.replace(b"=\r\n", b"")


@pytest.mark.row("T52")
async def test_a_new_address_that_does_not_exist_is_told_and_is_not_held_against_the_old_one(living: House) -> None:
    living.answers[NEW] = Reply(550, "5.1.1 no such user")
    await living.says(ANN, f"My new address is {NEW}")

    [_, told] = letters(living, ANN)
    assert b"I cannot write to ann@new.test" in told
    assert await living.fetch(f"SELECT bounces FROM people WHERE address = '{ANN}'") == [(0,)]
