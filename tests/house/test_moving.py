"""A person's letters go to another address: asked from the old, confirmed by the new, and in all their alliances (T26)."""

import asyncio
import re

import pytest
from test_batches import ANN, BEN, CY, NOON, House, house  # noqa: F401

from agent.store import alliances

NEW = "ann@new.test"


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
