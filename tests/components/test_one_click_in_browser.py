"""A person opens the address in List-Unsubscribe, in a real browser."""

import pytest
from playwright.async_api import Page

from agent.web.server import listen, public, serving
from agent.web.unsubscribe import application

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.row("T56", "T60")
async def test_to_open_the_page_changes_nothing_and_its_button_does(page: Page) -> None:
    clicks: list[str] = []

    async def take(token: str) -> bool:
        clicks.append(token)
        return True

    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        async with serving(public(application(take), f"http://127.0.0.1:{port}"), listening):
            for _ in range(3):
                await page.goto(f"http://127.0.0.1:{port}/u/abc", wait_until="networkidle")
            assert not clicks
            await page.get_by_role("button", name="Yes, stop them").click()
            await page.get_by_role("heading", name="It is noted").wait_for()

    assert clicks == ["abc"]
