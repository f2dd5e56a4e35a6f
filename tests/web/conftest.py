"""A page that is served, and a client of it."""

import pytest
from visitor import Played, served


@pytest.fixture
def played():
    return Played()


@pytest.fixture
async def client(played):
    async with served(played) as client:
        yield client
