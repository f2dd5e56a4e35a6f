"""The page: its forms without JavaScript, what is sent to browsers that stay, and what is too much."""

import asyncio
import json
import re
from html import unescape

from agent.alliance.model import Phase, Stage
from agent.web import machine
from agent.web.machine import PHASE_PLACES, STAGE_PLACES
from agent.web.page import MOST_TYPED


async def test_a_form_without_javascript_leads_back_to_the_page(client, played):
    code, headers, _ = await client.ask("POST", "/do/send", body="person=maya&to=1&text=Ring+me%0Aafter+six%3B")

    assert (code, headers["location"]) == (303, "../")
    assert played.acts == [("send", {"person": "maya", "to": "1", "text": "Ring me\nafter six;"})]


async def test_what_cannot_be_done_is_told(client):
    code, _, said = await client.ask("POST", "/do/dance")

    assert (code, said) == (409, "That cannot be done here.")


async def test_too_much_is_refused_before_it_is_read_whole(client, played):
    code, _, _ = await client.ask("POST", "/do/send", body="text=" + "x" * MOST_TYPED)

    assert code == 413
    assert played.acts == []


async def test_what_people_write_is_no_markup(client, played):
    played.subject = "<img src=x onerror=alert(1)> \" & '"
    _, _, content = await client.ask()

    assert "<img" not in content
    assert unescape(re.search(r"<h3>(.*?)</h3>", content)[1]) == played.subject


async def test_a_mail_is_handed_out_as_it_is_and_as_a_download(client):
    code, headers, content = await client.ask("GET", "/mail/1.eml")

    assert (code, content) == (200, "Subject: x\r\n\r\n<script>")
    assert headers["content-disposition"] == 'attachment; filename="1.eml"'
    assert headers["content-type"] == "message/rfc822"
    assert (await client.ask("GET", "/mail/2.eml"))[0] == 404
    assert (await client.ask("GET", "/../../etc/passwd"))[0] == 404
    assert (await client.ask("GET", "/static/../page.html"))[0] == 404


async def told(reader, event):
    """The data of the next event of this name, and the ids of the panels that came before it."""
    panels = []
    while True:
        lines = (await reader.readuntil(b"\n\n")).decode().splitlines()
        found = dict(line.split(": ", 1) for line in lines if ": " in line)
        if found.get("event") == "panel":
            panels.append(json.loads(found["data"])["id"])
        if found.get("event") == event:
            return panels


async def test_a_browser_that_stays_is_sent_what_has_changed_and_no_more(client, played):
    _, _, content = await client.ask()
    have = re.findall(r'<div id="([\w-]+)"[^>]*data-panel="(\w+)"', content)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    query = "&".join(f"{i}={d}" for i, d in have)
    writer.write(f"GET /events?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    async with asyncio.timeout(5):
        assert await told(reader, "settled") == []  # it has all of it
        await played.change("Part 2")
        assert await told(reader, "settled") == ["rows-maya", "mail-maya", "reply-maya"]
    writer.close()
    await writer.wait_closed()


async def test_a_browser_that_comes_back_after_a_while_is_sent_what_it_has_missed(client, played):
    await played.change("Part 3")
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(5):
        assert {"bar", "inside", "rows-maya", "mail-maya"} <= set(await told(reader, "settled"))
    writer.close()
    await writer.wait_closed()


def test_every_state_of_both_machines_is_drawn_and_lit():
    assert set(PHASE_PLACES) == set(Phase)
    assert set(STAGE_PLACES) == set(Stage)
    for phase in Phase:
        assert len(re.findall(rf'class="lit"><rect[^>]*/><text[^>]*>{phase}<', machine.phases(str(phase)))) == 1
    drawn = machine.stages([("Maya", "waiting"), ("Jonas", "waiting")])
    assert "Maya &amp; Jonas" in drawn
    assert drawn.count("lit") == 1
