"""`alliance receive`: what a mail server that pipes mail into us is told, and what is kept."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from agent.cli import app
from agent.mail.address import Doors
from agent.rehearsal.play import DOMAIN, KEY
from agent.service import opened
from agent.settings import load
from agent.store import inbox, outbox
from agent.store.database import migrate, open_database

DOORS = Doors(DOMAIN, (KEY,))
TO = DOORS.reply_address(7, 1)
NAMES = ("ORIGINAL_RECIPIENT", "RECIPIENT", "SENDER")
MAIL = b"From: Ann <ann@example.org>\nSubject: Re: x\n\nYes\n..\n"


def received(*words: str, raw: bytes = MAIL, **env: str) -> Result:
    """Pipe a mail into the command."""
    unset = dict.fromkeys(NAMES)
    return CliRunner().invoke(app, ["receive", *words], input=raw, env={**unset, **env})


def kept(config: Path) -> list[inbox.Kept]:
    async def found() -> list[inbox.Kept]:
        database = await open_database(load(config, os.environ).database.url)
        try:
            await migrate(database)
            async with database.transaction() as c:
                return [x for k in reversed(await inbox.listing(c, None, 100)) if (x := await inbox.get(c, k.id))]
        finally:
            await database.close()

    return asyncio.run(found())


def test_a_mail_is_kept_as_smtp_had_it_before_it_says_so(config):
    assert received("--from", "ann@example.org", TO, raw=b"From ann@example.org Mon Mar  2\n" + MAIL).exit_code == 0

    [found] = kept(config)
    assert (found.mail_from, found.rcpt, found.peer) == ("ann@example.org", TO, "pipe")
    assert found.raw == MAIL.replace(b"\n", b"\r\n")


@pytest.mark.row("T14", "T36")
@pytest.mark.parametrize(
    ("words", "headers", "env", "to"),
    [
        ([TO], b"", {"ORIGINAL_RECIPIENT": DOORS.front}, TO),
        ([], b"", {"ORIGINAL_RECIPIENT": TO, "RECIPIENT": DOORS.front}, TO),
        ([], b"", {"RECIPIENT": TO}, TO),
        ([], b"Delivered-To: <%s>\nDelivered-To: <%s>\n" % (TO.encode(), DOORS.front.encode()), {}, TO),
    ],
)
def test_the_envelope_says_whom_it_is_for_and_else_the_topmost_header(config, words, headers, env, to):
    assert received(*words, raw=headers + b"To: someone@example.com\n" + MAIL, **env).exit_code == 0

    assert [k.rcpt for k in kept(config)] == [to]


@pytest.mark.parametrize(
    ("words", "headers", "env", "sender"),
    [
        (["--from", ""], b"Return-Path: <a@example.org>\n", {"SENDER": "b@example.org"}, ""),
        ([], b"Return-Path: <a@example.org>\n", {"SENDER": "b@example.org"}, "b@example.org"),
        ([], b"Return-Path: <>\n", {}, ""),
        ([], b"", {}, "ann@example.org"),
    ],
)
def test_an_unknown_sender_is_not_taken_for_the_null_sender(config, words, headers, env, sender):
    assert received(*words, "--", TO, raw=headers + MAIL, **env).exit_code == 0

    assert [k.mail_from for k in kept(config)] == [sender]


@pytest.mark.row("T53")
def test_to_an_address_that_we_never_wrote_nobody_is_told(config):
    assert received("--from", "victim@example.org", f"nobody@{DOMAIN}").exit_code == 0

    assert kept(config) == []


@pytest.mark.row("T32")
@pytest.mark.parametrize("fault", ["settings", "database", "recipient", "key"])
def test_any_trouble_of_ours_is_to_try_again(config, fault):
    env, words = {}, [TO]
    if fault == "settings":
        config.write_text("[service]\n", "utf-8")
    elif fault == "database":
        config.write_text(config.read_text("utf-8").replace("alliance.db", "nowhere/alliance.db"), "utf-8")
    elif fault == "key":
        env = {"ALLIANCE_KEY": "short"}
    else:
        words = []

    done = received(*words, **env)

    assert done.exit_code == os.EX_TEMPFAIL
    assert "try again later" in done.stderr
    assert TO not in done.stderr


@pytest.mark.row("T31", "R7")
def test_what_is_too_large_goes_back(config):
    config.write_text(config.read_text("utf-8").replace("[inbound]", "[inbound]\nmax_size = 65536"), "utf-8")

    assert received(TO, raw=MAIL + b"x" * 65536).exit_code == os.EX_DATAERR
    assert kept(config) == []


@pytest.mark.row("T33")
async def test_it_works_beside_the_running_service_and_the_same_mail_twice_is_one(config):
    note = b"From: Ann <ann@example.org>\nSubject: Ben and me\n\nBen (ben@example.org) and I open a bakery.\n"
    async with opened(load(config, os.environ)) as service:
        for _ in range(2):
            command = [sys.executable, "-m", "agent.cli", "receive", "--from", "ann@example.org", DOORS.front]
            await asyncio.to_thread(subprocess.run, command, input=note, check=True)
        await service.intake.take(service.now())

        async with service.database.transaction() as c:
            assert [(k.state, k.outcome) for k in await inbox.listing(c, None, 100)] == [("done", "started")]
            assert [x.rcpt for x in await outbox.listing(c, None, 100)] == ["ann@example.org"]


def test_a_reply_is_not_taken_for_a_strangers_where_the_key_is_another(config, run, monkeypatch):
    """It is put off, and comes again once the key is right."""

    async def starts():
        async with opened(load(config, os.environ)):
            pass

    asyncio.run(starts())
    monkeypatch.setenv("ALLIANCE_KEY", "ab" * 32)
    assert received(TO).exit_code == os.EX_TEMPFAIL
    assert run("serve").code == 2
    monkeypatch.setenv("ALLIANCE_KEY", KEY.hex())

    assert received(TO).exit_code == os.EX_OK
    assert len(kept(config)) == 1


def test_keys_that_were_let_go_are_asked_for_no_more(config, run, monkeypatch):
    async def starts():
        async with opened(load(config, os.environ)):
            pass

    asyncio.run(starts())
    monkeypatch.setenv("ALLIANCE_KEY", "ab" * 32)
    said = run("start", "ann@example.org", "--with", "ben@example.org")
    assert (said.code, "`alliance drop-keys`" in said.err) == (2, True)

    assert run("drop-keys").code == 0
    assert run("start", "ann@example.org", "--with", "ben@example.org").code == 0
