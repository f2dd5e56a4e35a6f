"""The rehearsal's page in a real browser: the first two minutes of a newcomer, and of one who makes it hard."""

import re
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from browser import PICTURES, axe_violations, is_too_wide
from playwright.async_api import expect

from agent.mail.envelope import Envelope
from agent.rehearsal.personas import PERSONAS
from agent.rehearsal.script import read
from agent.rehearsal.visit import Visit
from agent.settings import shipped
from agent.web.page import application
from agent.web.server import guarded, listen, serving
from agent.web.views import Play

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCRIPTS = {p.stem: read(p.read_text("utf-8"), p.name) for p in sorted(shipped("rehearsals").glob("*.txt"))}
FLOWS = {"one_to_one": shipped("flows") / "one_to_one.toml"}
HOSTILE = """<!doctype html><title>x</title><body>
<script>parent.document.body.innerHTML = "owned"; fetch("/do/year", {method: "POST"})</script>
<img src="https://elsewhere.example/pixel.png" onerror="top.location = 'https://elsewhere.example/'">
<link rel="stylesheet" href="https://elsewhere.example/x.css"><iframe src="https://elsewhere.example/"></iframe>
<meta http-equiv="refresh" content="0; url=https://elsewhere.example/">
<form action="/do/year" method="post" target="_top"><button id="bait">Free bread</button></form>
<a id="link" href="https://elsewhere.example/" target="_top">click</a></body>"""


@asynccontextmanager
async def served(visit, port=0):
    play = Play(visit.view, visit.act, visit.paper, visit.changed)
    visit._over = False
    with listen("127.0.0.1", port) as listening:
        async with serving(guarded(application(play), "127.0.0.1"), listening, visit.end):
            yield listening.getsockname()[1]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(tmp_path):
    visit = Visit(tmp_path / "run", SCRIPTS, FLOWS, shipped("templates"), script="tour", flow="one_to_one")
    await visit.anew("tour", "one_to_one")
    yield visit
    await visit.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opened(page, visit):
    """The page, with nothing done yet."""
    async with served(visit) as port:
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.wait_for_selector("body[data-live]")
        yield page


async def click(page, selector):
    """Press a button, and wait until what it does is shown."""
    await acted(page, page.click(selector))


async def acted(page, doing):
    """Do this, and wait until what it does is shown."""
    async with page.expect_response(lambda answer: "/do/" in answer.url) as answer:
        await doing
    done = await answer.value
    assert done.status == 204, await done.text()
    version = int(done.headers["x-version"])
    await page.wait_for_function("version => Number(document.body.dataset.live) >= version", arg=version)


async def step(page, times):
    for _ in range(times):
        await click(page, "#step")


async def shot(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"page-{name}.png")


async def test_the_two_minute_story_from_the_first_note_to_the_first_check_in(opened, visit):
    await shot(opened, "1-start")
    for key, subject in (("maya", "one question first"), ("maya", "Ready to write"), ("maya", "is on its way")):
        await click(opened, f"#fill-{key}")
        await expect(opened.locator(f"#text-{key}")).not_to_be_empty()
        await click(opened, f"#send-{key}")
        await expect(opened.locator(f"#mail-{key} h3")).to_contain_text(subject)
    letter = opened.frame_locator("#mail-jonas iframe")
    await expect(letter.locator("body")).to_contain_text("Jonas is the person I call when things go sideways.")
    await shot(opened, "2-asked")

    await click(opened, "#fill-jonas")
    await click(opened, "#send-jonas")
    await step(opened, 6)
    hidden = opened.locator("#in-answers li.hidden")
    await expect(hidden).not_to_have_count(0)
    await shot(opened, "3-hidden")
    await step(opened, 1)
    for key in ("maya", "jonas"):  # both see all at the same moment
        await expect(opened.locator(f"#mail-{key} h3")).to_have_text("Part 1: your answers, side by side")
    await expect(hidden).to_have_count(0)
    await shot(opened, "4-reveal")

    visit.pace = "at once"
    await click(opened, "#play")
    await expect(opened.locator("#in-draft summary")).to_have_text("The agreement, draft 2", timeout=20_000)
    await expect(opened.locator("#play")).to_contain_text("Play", timeout=20_000)
    await expect(opened.locator("#mail-maya h3")).to_have_text("Check-in 1: how the two of you are doing")
    await shot(opened, "5-lived")
    books = opened.locator(".draft button", has_text="the books every Friday")
    await books.click()
    await expect(opened.locator("#mail-maya .typed")).to_have_text("I do the books every Friday.")
    await expect(opened.locator("#mail-maya .thought")).to_contain_text("Maya’s answer to “What we can count on”")
    await shot(opened, "6-source")
    await opened.click("#more summary")
    async with opened.expect_download() as download:
        await opened.click("text=the agreement (PDF)")
    assert (await (await download.value).path()).read_bytes().startswith(b"%PDF-")


async def test_each_mail_program_is_chosen_and_its_reply_read(opened, visit):
    """What was typed is kept whole, and nothing else is; that the whole script passes is tested without a browser."""
    await visit.act("anew", {"script": "pair", "flow": "one_to_one"})
    await opened.reload()
    await opened.wait_for_selector("body[data-live]")
    await step(opened, 5)
    for key, persona in PERSONAS.items():
        if not persona.receives:
            continue
        words = f"Words by {persona.name}, typed in the usual way."
        async with opened.expect_response("**/do/persona"):
            await opened.select_option("#persona-maya", key)
        await opened.fill("#text-maya", words)
        await click(opened, "#send-maya")
        number = next(m.number for m in reversed(visit.run.mails) if m.text == words)
        await opened.click(f"#open-maya-{number}")
        await expect(opened.locator("#mail-maya .thought q").first).to_contain_text("Words by")
        kept = " ".join((await opened.locator("#mail-maya .thought q").first.inner_text()).split())
        assert kept.strip("“”").startswith(words)
        await expect(opened.locator("#reply-maya label")).to_contain_text("Reply to")


async def test_somebody_who_is_gone_is_told_to_the_other(opened):
    await acted(opened, opened.select_option("#persona-jonas", "gone"))
    await step(opened, 3)

    await expect(opened.locator("#rows-maya")).to_contain_text("My email to Jonas came back")
    await expect(opened.locator("#rows-jonas .list")).to_contain_text("by itself")


async def test_the_keyboard_alone_is_enough(opened):
    async def tab_to(selector):
        for _ in range(60):
            if await opened.evaluate("s => document.activeElement.matches(s)", selector):
                return
            await opened.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached")

    await tab_to("#fill-maya")
    await opened.keyboard.press("Enter")
    await expect(opened.locator("#text-maya")).not_to_be_empty()
    assert await opened.evaluate("document.activeElement.id") == "fill-maya"  # what is drawn anew keeps its focus
    for _ in range(2):
        await opened.keyboard.press("Shift+Tab")
    await opened.keyboard.press("Control+Enter")
    await expect(opened.locator("#mail-maya h3")).to_contain_text("one question first")
    await opened.evaluate("document.activeElement.blur()")
    await tab_to("#rows-maya .list button")
    await opened.keyboard.press("ArrowDown")
    await opened.keyboard.press("Enter")
    await expect(opened.locator("#mail-maya .typed")).to_contain_text("are opening a bakery in May")


@pytest.mark.parametrize("width", [320, 390, 768, 1100])
async def test_no_window_is_too_narrow(opened, width):
    await step(opened, 8)
    await opened.set_viewport_size({"width": width, "height": 800})

    assert not await is_too_wide(opened)
    if width < 800:
        await expect(opened.locator("section.inbox:visible")).to_have_count(1)
        await opened.click(".tabs label:has-text('Inside')")
        assert not await is_too_wide(opened)
        await opened.click("#in-answers button >> nth=0")  # leads to the mail, wherever that is
        await expect(opened.locator("section.inbox:visible")).to_have_count(1)
    await shot(opened, f"width-{width}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nobody_is_shut_out(opened, scheme):
    await opened.emulate_media(color_scheme=scheme)
    assert await axe_violations(opened) == []
    await step(opened, 40)
    await opened.click("#in-stages summary")
    await opened.click("#more summary")
    await opened.click("#rows-maya .mine button >> nth=0")
    await expect(opened.locator("#mail-maya .thought")).to_be_visible()
    await shot(opened, f"all-{scheme}")

    assert await axe_violations(opened) == []


async def test_a_hostile_letter_touches_nothing(opened, visit):
    asked, done = [], []

    async def note(route):
        asked.append(route.request.url)
        await route.abort()

    await opened.context.route("**elsewhere.example/**", note)
    opened.on("request", lambda request: done.append(request.url) if "/do/" in request.url else None)
    await step(opened, 1)
    real = visit.run.mails[-1].raw.decode("ascii")
    head = re.sub(
        r"(?im)^(content-[\w-]+|mime-version):.*\r\n(?:[ \t].*\r\n)*", "", real.partition("\r\n\r\n")[0] + "\r\n"
    )
    raw = f"{head}MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{HOSTILE}".encode()
    await visit.run.rehearsal.caught([Envelope("x@alliance.example.org", "maya@example.org", raw, "")])
    await click(opened, "#jump")
    evil = next(m for m in visit.run.mails if "Free bread" in m.html)
    await opened.click(f"#open-maya-{evil.number}")
    frame = opened.frame_locator("#mail-maya iframe")
    await expect(frame.locator("#bait")).to_be_visible()
    at = opened.url
    await frame.locator("#bait").click()
    await frame.locator("#link").click()
    await click(opened, "#jump")

    assert opened.url == at
    assert asked == []
    assert [url for url in done if url.endswith("/year")] == []
    assert "owned" not in await opened.inner_text("body")
    assert (
        (await opened.request.get(f"{at}mail/{evil.number}.html"))
        .headers["content-security-policy"]
        .startswith("sandbox;")
    )


async def test_a_reload_and_a_lost_connection_lose_nothing(page, visit):
    async with served(visit) as port:
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.wait_for_selector("body[data-live]")
        await step(page, 6)
        subject = await page.inner_text("#mail-jonas h3")
        await page.reload()
        await expect(page.locator("#mail-jonas h3")).to_have_text(subject)
        await page.wait_for_selector("body[data-live]")
        await page.fill("#text-jonas", "half a thought")
    await expect(page.locator(".lost")).to_be_visible()
    await visit.act("jump", {})
    async with served(visit, port):
        await page.wait_for_selector("body[data-live]")
        await expect(page.locator(".lost")).to_be_hidden()
        await expect(page.locator(".clock")).to_have_text(visit.page.at)


async def test_what_cannot_be_done_is_seen(opened):
    await opened.click("#send-maya")
    await expect(opened.locator(".told")).to_be_visible()
    await expect(opened.locator(".told")).to_contain_text("Write something first")
    await click(opened, "#step")
    await expect(opened.locator(".told")).to_be_hidden()


async def test_a_button_pressed_twice_sends_once(opened, visit):
    await opened.fill("#text-maya", "Jonas Berg (jonas@example.org) and I share a flat.")
    await opened.dblclick("#send-maya")
    await expect(opened.locator("#mail-maya h3")).to_contain_text("one question first")
    await click(opened, "#jump")

    assert sum(m.mine for m in visit.run.mails) == 1


async def test_what_was_begun_for_a_letter_is_there_again_when_one_comes_back_to_it(opened, visit):
    await step(opened, 5)
    letter = visit.run.opened["jonas"]
    await opened.fill("#text-jonas", "half a thought")
    await click(opened, "#open-jonas-6")
    await expect(opened.locator("#text-jonas")).to_have_value("")
    await click(opened, f"#open-jonas-{letter}")
    await expect(opened.locator("#text-jonas")).to_have_value("half a thought")
    await opened.reload()
    await expect(opened.locator("#text-jonas")).to_have_value("half a thought")
    await opened.wait_for_selector("body[data-live]")
    await click(opened, "#send-jonas")

    assert visit.run.mails[-2].text == "half a thought"


async def test_while_it_plays_one_sees_who_writes_what(opened, visit):
    visit.pace = "brisk"
    await opened.set_viewport_size({"width": 390, "height": 844})
    await click(opened, "#play")
    await expect(opened.locator("#text-maya")).to_have_value(re.compile("opening a bakery"))
    await expect(opened.locator("section[data-tab=jonas]")).to_be_visible(timeout=20_000)  # the tab follows who writes
    await click(opened, "#play")


async def test_what_is_being_typed_outlives_what_happens_meanwhile(opened, visit):
    await step(opened, 5)
    await opened.fill("#text-jonas", "half a thought")
    await visit.act("persona", {"person": "maya", "persona": "gmail"})
    await visit.act("fill", {"person": "maya", "to": str(visit.page.mailboxes[0].composer.to)})
    await expect(opened.locator("#text-maya")).not_to_be_empty()

    assert await opened.input_value("#text-jonas") == "half a thought"


async def test_without_javascript_every_form_still_works(chromium, visit):
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    async with served(visit) as port:
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.click("#fill-maya")
        await page.click("#send-maya")
        assert await page.inner_text("#mail-maya h3") == "You and Jonas: one question first"
    await context.close()
