"""Every letter, and the gallery of them, in a real browser: readable by all, in light and dark, on any screen."""

import pytest
from browser import PICTURES, axe_violations, is_too_wide

pytestmark = pytest.mark.asyncio(loop_scope="session")

GALLERY = "http://gallery.test/"


@pytest.fixture
def served(page, gallery):
    """A page that finds the gallery at its address, and nothing else anywhere."""

    async def answer(route):
        name = route.request.url.removeprefix(GALLERY) or "index.html"
        if name not in gallery:
            return await route.fulfill(status=404)
        kind = "text/html" if name.endswith(".html") else "text/plain"
        return await route.fulfill(body=gallery[name], content_type=f"{kind}; charset=utf-8")

    async def opened(**media):
        await page.emulate_media(**media)
        await page.route("**/*", answer)
        await page.goto(GALLERY, wait_until="domcontentloaded")
        return page

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_letter_shuts_anybody_out(page, sheets, scheme):
    await page.emulate_media(color_scheme=scheme)
    await page.set_content(sheets)

    assert await axe_violations(page) == []


async def test_a_letter_that_shuts_somebody_out_is_found(page, shown):
    await page.emulate_media(color_scheme="light")
    await page.set_content(shown[0].rendered.html.replace("#2d2b28", "#d0ccc4").replace('lang="en"', ""))

    found = {violation.partition(":")[0] for violation in await axe_violations(page)}

    assert found == {"color-contrast", "html-has-lang"}


@pytest.mark.parametrize("width", [320, 375, 700])
async def test_no_letter_is_wider_than_its_screen(page, sheets, width):
    await page.set_viewport_size({"width": width, "height": 800})
    await page.set_content(sheets)

    assert not await is_too_wide(page)


async def test_a_word_longer_than_a_line_breaks(page, shown):
    html = next(letter.rendered.html for letter in shown if letter.name.endswith("-draft_letter"))
    await page.set_viewport_size({"width": 320, "height": 800})
    await page.set_content(html.replace("Honesty", "o" * 500).replace("Jonas", "J" * 80))

    assert not await is_too_wide(page)


async def test_a_letter_asks_the_net_for_nothing(page, sheets):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.set_content(sheets, wait_until="networkidle")

    assert asked == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_gallery_shuts_nobody_out(served, scheme):
    page = await served(color_scheme=scheme)

    assert await axe_violations(page) == []
    await page.screenshot(path=PICTURES / f"gallery-{scheme}.png")


@pytest.mark.parametrize("width", [320, 375, 1280])
async def test_the_gallery_fits_its_screen(served, page, width):
    await page.set_viewport_size({"width": width, "height": 800})
    page = await served()

    assert not await is_too_wide(page)
    await page.screenshot(path=PICTURES / f"gallery-{width}.png")


@pytest.mark.parametrize("here", ["light", "dark"])
async def test_a_dark_letter_is_dark_and_a_light_one_light_wherever_one_looks(served, page, here):
    page = await served(color_scheme=here)
    first = page.locator("article").first
    seen = {}
    for scheme in ("light", "dark"):
        await page.locator(f"label:has(#{scheme})").click()
        frame = first.locator(f"iframe.{scheme}")
        assert await frame.is_visible()
        assert await first.locator("iframe:visible").count() == 1
        card = frame.content_frame.locator(".card")
        seen[scheme] = await card.evaluate("card => getComputedStyle(card).backgroundColor")

    assert seen == {"light": "rgb(255, 253, 249)", "dark": "rgb(38, 36, 33)"}


async def test_the_gallery_switches_without_a_script(served, page):
    page = await served(color_scheme="light")
    first = page.locator("article").first
    frame = first.locator("iframe.light")

    assert (await frame.bounding_box())["width"] == 700
    await page.locator("label:has(#phone)").click()
    assert (await frame.bounding_box())["width"] == 375
    await page.locator("label:has(#text)").click()
    assert not await frame.is_visible()
    assert "Hi Maya," in await first.locator("pre").inner_text()
