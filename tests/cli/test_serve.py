"""`alliance serve` as a process of its own: one conversation over real SMTP, and a polite end."""

import asyncio
import re
import secrets
import signal
import sys
import tomllib
from urllib.request import urlopen

import dkim
import pytest
from aiosmtplib import SMTP, SMTPRecipientsRefused

from agent.smtp.inbound import Inbound
from agent.web.server import listen

FRONT = "alliance@alliance.example.org"
NOTE = (
    b"From: Maya Lind <maya@example.org>\r\nTo: alliance@alliance.example.org\r\nSubject: Jonas and me\r\n"
    b"Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n\r\n"
    b"Jonas Berg (jonas@example.org) and I open a bakery. I would like us to agree.\r\n"
)


@pytest.fixture
async def letters(config):
    """The relay of the service, and what it was handed."""
    came = asyncio.Queue()

    async def keep(envelopes):
        for envelope in envelopes:
            came.put_nowait(envelope)

    relay = Inbound(accepts=lambda *_: True, keep=keep, hostname="relay.example.org")
    port = await relay.start()
    text = config.read_text("utf-8").replace("port = 1\n", f"port = {port}\n")
    config.write_text(f"{text}[health]\nport = {40000 + secrets.randbelow(9000)}\n", "utf-8")
    yield came
    await relay.stop()


@pytest.fixture
async def served(config, letters):
    """The running service."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent.cli", "serve"), stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(20):
        while b"listening on port" not in (line := await process.stderr.readline()):
            assert line, "it ended"
    yield process
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def test_it_answers_a_first_mail_refuses_a_stranger_and_ends_when_told_to(run, config, served, letters):
    port = tomllib.loads(config.read_text("utf-8"))["inbound"]["port"]
    async with asyncio.timeout(30):
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            await client.sendmail("maya@example.org", [FRONT], NOTE)
            with pytest.raises(SMTPRecipientsRefused):
                await client.sendmail("stranger@elsewhere.example", [FRONT], NOTE)
        letter = await letters.get()
        figures = await metrics(tomllib.loads(config.read_text("utf-8"))["health"]["port"])
        served.send_signal(signal.SIGTERM)
        assert await served.wait() == 0

    assert letter.rcpt_to == "maya@example.org"
    assert b"Subject: You and Jonas" in letter.raw
    assert 'alliance_received_total{outcome="started"} 1\n' in figures
    assert b"Traceback" not in await served.stderr.read()


@pytest.fixture
def site(run, config):
    """A key that signs, and a page for one click; the key's record, and the URL."""
    said = run("dkim").out
    keys = next(line for line in said.splitlines() if line.startswith("keys = "))
    url = f"http://localhost:{20000 + secrets.randbelow(20000)}"
    added = f'[dkim]\n{keys}\n[web]\nurl = "{url}"\nport = {url.rpartition(":")[2]}\n'
    config.write_text(f"{config.read_text('utf-8')}\n{added}", "utf-8")
    return re.search("v=DKIM1.*", said)[0].encode(), url


@pytest.mark.row("T60")
async def test_its_letters_are_signed_and_one_click_on_them_is_taken(config, site, served, letters):
    record, url = site
    port = tomllib.loads(config.read_text("utf-8"))["inbound"]["port"]
    async with asyncio.timeout(30):
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
            await client.sendmail("maya@example.org", [FRONT], NOTE)
        letter = await letters.get()
        assert dkim.verify(letter.raw, dnsfunc=lambda name, timeout=5: record)
        page = re.search(rb"<(%s/u/\w+)>," % url.encode(), letter.raw)[1].decode()
        answer = await asyncio.to_thread(urlopen, page, b"List-Unsubscribe=One-Click")
        assert answer.status == 200
        assert b"Subject: It is dropped" in (await letters.get()).raw
        served.send_signal(signal.SIGTERM)
        assert await served.wait() == 0

    assert page.encode() not in await served.stderr.read()


async def test_a_port_for_pages_that_is_taken_is_told(run, config, site, letters):
    with listen("127.0.0.1", int(site[1].rpartition(":")[2])):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "agent.cli", "serve"), stderr=asyncio.subprocess.PIPE
        )
        _, err = await process.communicate()

    assert process.returncode == 2
    assert b"web.port: cannot listen" in err


async def metrics(port) -> str:
    """What Prometheus would read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: alliance.internal\r\nConnection: close\r\n\r\n")
    said = (await reader.read()).decode()
    writer.close()
    return said


def test_help_lines_for_a_kind_that_no_flow_has_stop_the_start(run, config):
    config.write_text(config.read_text("utf-8") + '\n[care]\nhelp_lines = { couples = ["0800 000 000"] }\n', "utf-8")

    result = run("serve")
    assert result.code == 2
    assert "care.help_lines.couples: no flow has this kind; write one of any, couple, manager" in result.err
