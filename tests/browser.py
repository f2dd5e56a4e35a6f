"""The browser with which tests look at letters and pages, and what to do where it is missing."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Browser, Page, async_playwright

PICTURES = Path(__file__).parents[1] / "build" / "pictures"  # what was seen, for people to look at; kept by nobody
FONT = "DejaVu Sans"  # in every picture that is compared, so that none depends on a machine's fonts

_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb",
)  # fmt: skip
_WCAG = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
_AXE = """async (only) => {
  const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"], iframes: false})
  return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html}`))
}"""


def lacking(reason: str) -> NoReturn:
    """Skip a test for want of a component, and fail it where every component is required."""
    if os.environ.get("REQUIRE_COMPONENTS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """The machine's own Chromium; nothing is downloaded."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        lacking("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        await browser.close()


def font_is_there() -> bool:
    """Whether the font of the compared pictures is on this machine."""
    if not shutil.which("fc-match"):
        return False
    found = subprocess.run(["fc-match", "--format=%{family[0]}", FONT], capture_output=True, text=True, check=True)
    return found.stdout == FONT


async def axe_violations(page: Page) -> list[str]:
    """What breaks WCAG 2.2 AA on the page that is shown, without its frames."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE_FILE_PATH.read_text("utf-8"))
    return list(await page.evaluate(_AXE, _WCAG))


async def is_too_wide(page: Page) -> bool:
    """Whether one would have to scroll sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
