"""What all tests share: the browser, and properties look at the same examples each time, so that CI says the same of the same code.

`HYPOTHESIS_PROFILE=seek` looks for new ones, as one does before a release and at night.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import pytest_asyncio
import uvloop
from browser import launched
from hypothesis import settings
from playwright.async_api import Browser, Page

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("seek", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """What is tested runs on the loop that serves."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-pictures", action="store_true", help="write the stored pictures of letters anew")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests, which run on its loop: `pytestmark = pytest.mark.asyncio(loop_scope="session")`."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page that knows nothing of other tests, and can reach nothing outside of this machine."""
    context = await chromium.new_context()
    yield await context.new_page()
    await context.close()
