"""A node with other keys than those with which its database was written does not start: it would lose replies."""

import asyncio

import pytest
from served import KEY, settings_for

from agent.service import opened
from agent.settings import SettingsError
from agent.store import keyring
from agent.store.database import open_database

NEW, OTHER = b"n" * 32, b"o" * 32


async def starts(url: str, *keys: bytes) -> str:
    """Start a node with these keys; what it says when it does not."""
    try:
        async with opened(settings_for(url, 2599, 1).model_copy(update={"keys": keys})):
            return ""
    except SettingsError as error:
        return str(error)


async def test_a_node_with_another_key_says_what_to_do_and_changes_nothing(url: str) -> None:
    assert await starts(url, KEY) == ""

    for _ in range(2):
        said = await starts(url, OTHER)
        assert "a key is missing with which this database was written" in said
        assert "`alliance drop-keys`" in said
    assert await starts(url, KEY) == ""


async def test_a_key_is_changed_node_by_node_as_the_settings_say(url: str) -> None:
    """First all nodes read the new one, then they write with it."""
    for keys in ((KEY,), (KEY, NEW, KEY), (KEY, NEW, KEY), (NEW, KEY), (KEY, NEW, KEY), (NEW, KEY), (OTHER, NEW, KEY)):
        assert await starts(url, *keys) == ""


async def test_a_node_that_knows_only_the_old_key_starts_no_more_once_another_has_written_with_the_new_one(
    url: str,
) -> None:
    assert await starts(url, KEY) == ""
    assert await starts(url, NEW, KEY) == ""

    assert await starts(url, KEY) == keyring.MISSING


async def test_keys_in_the_wrong_order_are_told(url: str) -> None:
    assert await starts(url, NEW, KEY) == ""

    assert await starts(url, KEY, NEW) == keyring.ORDER
    assert await starts(url, NEW, KEY, OTHER) == keyring.ORDER


async def test_of_two_nodes_that_start_first_with_a_key_each_one_does(url: str) -> None:
    said = await asyncio.gather(starts(url, KEY), starts(url, OTHER))

    assert sorted(said) == ["", keyring.MISSING]


async def test_a_key_that_leaked_can_be_let_go_and_no_node_comes_back_with_it(url: str) -> None:
    assert await starts(url, NEW, KEY) == ""
    database = await open_database(url)
    async with database.transaction() as c:
        await keyring.renew(c, (NEW,))
    await database.close()

    assert await starts(url, NEW) == ""
    assert await starts(url, NEW, KEY) == keyring.ORDER


@pytest.mark.row("T12")
async def test_what_is_kept_of_a_key_says_nothing_of_it(url: str) -> None:
    assert await starts(url, KEY) == ""
    database = await open_database(url)
    async with database.transaction() as c:
        [(kept, _)] = await c.fetch("SELECT fingerprint, last FROM keys")
    await database.close()

    assert KEY.hex() not in kept
    assert len(kept) == 64
