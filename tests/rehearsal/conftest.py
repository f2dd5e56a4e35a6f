"""Each shipped script is played once; the tests then look at what came of it."""

import pytest
from played import played


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rehearsal")


@pytest.fixture(params=["pair", "declined", "short", "couple", "manager", "living", "solo", "team", "deutsch"])
def run(request, folder):
    return played(request.param, folder)


@pytest.fixture
def pair(folder):
    return played("pair", folder)


@pytest.fixture
def short(folder):
    return played("short", folder)


@pytest.fixture
def solo(folder):
    return played("solo", folder)


@pytest.fixture
def declined(folder):
    return played("declined", folder)


@pytest.fixture
def years(folder):
    return played("years", folder)
