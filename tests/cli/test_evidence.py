"""Evidence of an agreement: written after a whole alliance over signed mail, checked offline, and tampered with."""

import asyncio
import io
import os
import re
import shutil
import sqlite3
import zipfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest
from signer import Signer
from talk import FLOW, Talk

from agent.advance import Matter
from agent.alliance.event import Replied
from agent.evidence import Facts, checks, outcome
from agent.mail.address import unseal
from agent.mail.authentic import judged
from agent.mail.envelope import Envelope
from agent.rehearsal.play import KEY, play, rehearsing
from agent.rehearsal.script import read
from agent.service import Service, opened
from agent.settings import load, shipped
from agent.store import alliances, inbox, outbox, proofs
from agent.store.database import open_database

BORDER = "mx.example.test"
SIGNER = Signer("example.org", dmarc="v=DMARC1; p=reject")


@pytest.fixture(scope="session")
def agreed(tmp_path_factory):
    """A database in which two have agreed: Maya's mail is signed by its domain, for Jonas's our own server vouches."""
    file = tmp_path_factory.mktemp("agreed") / "alliance.db"
    script = read((shipped("rehearsals") / "tour.txt").read_text("utf-8"), "tour")

    async def lived() -> None:
        async with rehearsing(script.people, file, lambda _: None, script.start) as rehearsal:
            service = rehearsal.service
            keep = service.inbound.keep

            async def judge(raw, at):
                return judged(raw, SIGNER.records, at, BORDER)

            async def arriving(envelopes):
                await keep([Envelope(e.mail_from, e.rcpt_to, sent(e.raw), e.peer) for e in envelopes])

            service.intake.judge = judge
            service.inbound.keep = arriving
            await play(script, rehearsal)

    asyncio.run(lived())
    return file


def sent(raw: bytes) -> bytes:
    if re.search(rb"^From: .*maya@", raw, re.MULTILINE):
        return SIGNER.sign(raw, headers=[b"from", b"to", b"subject", b"date", b"message-id"])
    return f"Authentication-Results: {BORDER}; dmarc=pass header.from=example.org\r\n".encode() + raw


@pytest.fixture
def used(config, agreed, run):
    shutil.copy(agreed, config.parent / "alliance.db")
    return run("list", "--json").json[0]["id"]


@pytest.fixture
def file(used, tmp_path, run):
    """The evidence for Maya."""
    assert run("evidence", used, "--for", 1, "--to", "maya.zip", "--reveal").code == 0
    return tmp_path / "maya.zip"


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return {name: z.read(name) for name in z.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in files.items():
            z.writestr(name, content)
    return out.getvalue()


def facts_of(files: dict[str, bytes]) -> Facts:
    return msgspec.json.decode(files["evidence.json"], type=Facts)


def test_one_file_says_who_agreed_and_anybody_can_check_it(file, monkeypatch, run) -> None:
    monkeypatch.delenv("ALLIANCE_CONFIG")  # whoever checks has no settings, no key and no network
    monkeypatch.delenv("ALLIANCE_KEY")

    said = run("verify", file)

    assert said.code == 0, said.out
    assert "yes mails/1-1.eml is signed by the domain of maya@example.org, and not changed since" in said.out
    assert "-   the mail of Jonas is not in this file" in said.out
    assert "no legal signature" in said.out
    assert "NO" not in said.out
    files = members(file.read_bytes())
    assert "It is no legal signature" in files["README.txt"].decode()
    facts = facts_of(files)
    assert sha256(files["agreement.txt"]).hexdigest() == facts.sha256
    assert [yes.name for yes in facts.yeses] == ["Maya", "Jonas"] or [yes.name for yes in facts.yeses] == [
        "Jonas",
        "Maya",
    ]


def test_ones_file_holds_no_others_mail_address_or_words(file) -> None:
    files = members(file.read_bytes())

    assert sorted(n for n in files if n.startswith("mails/")) == ["mails/1-1-answers.txt", "mails/1-1.eml"]
    [jonas] = [yes for yes in facts_of(files).yeses if yes.name == "Jonas"]
    assert jonas.words == ""
    assert [m.file for m in jonas.mails] == [""]
    assert all(b"jonas@" not in content for content in files.values())


def test_the_operators_file_holds_all_and_says_what_rests_on_its_word(used, tmp_path, run) -> None:
    assert run("evidence", used, "--reveal").code == 0
    said = run("verify", tmp_path / f"evidence-{used}.zip")

    assert said.code == 0
    assert f"vouched for by a server that Alliance trusts ({BORDER} vouches)" in said.out


def test_without_reveal_or_an_agreement_nothing_is_written(used, config, run) -> None:
    assert "--reveal" in run("evidence", used).err
    assert run("evidence", used, "--for", 3, "--reveal").code == 1
    assert "no agreement" in run("evidence", 1, "--reveal").err
    assert not list(config.parent.glob("*.zip"))


def test_the_same_facts_are_the_same_bytes(used, file, tmp_path, run) -> None:
    run("evidence", used, "--for", 1, "--to", "again.zip", "--reveal")

    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


def altered(files: dict[str, bytes], how) -> dict[str, bytes]:
    """With one fact of Maya's yes, or of its mail, changed."""
    facts = msgspec.json.decode(files["evidence.json"])
    how(facts, next(yes for yes in facts["yeses"] if yes["name"] == "Maya"))
    return files | {"evidence.json": msgspec.json.encode(facts)}


@pytest.mark.row("T25")
@pytest.mark.parametrize(
    "tamper",
    [
        lambda f: f | {"agreement.txt": f["agreement.txt"].replace(b"books", b"cakes")},
        lambda f: f | {"agreement.txt": f["agreement.txt"] + b" "},
        lambda f: altered(f, lambda facts, yes: facts.update(sha256="0" * 64)),
        lambda f: altered(f, lambda facts, yes: yes.update(sha256="0" * 64)),
        lambda f: altered(f, lambda facts, yes: facts.update(version=facts["version"] + 1)),
        lambda f: altered(f, lambda facts, yes: yes.update(version=yes["version"] + 1)),
        lambda f: altered(f, lambda facts, yes: facts.update(yeses=[])),
        lambda f: altered(f, lambda facts, yes: facts.update(format="another")),
        lambda f: altered(f, lambda facts, yes: yes.update(words="Yes, and to all that follows")),
        lambda f: altered(f, lambda facts, yes: yes.update(at="2031-01-01T00:00:00Z")),
        lambda f: altered(f, lambda facts, yes: yes["mails"][0].update(at="2031-01-01T00:00:00Z")),
        lambda f: altered(f, lambda facts, yes: yes["mails"][0].update(sha256="0" * 64)),
        lambda f: altered(f, lambda facts, yes: yes["mails"][0].update(sender="eve@example.org")),
        lambda f: altered(f, lambda facts, yes: yes["mails"][0].update(keys=Signer("other.test").records)),
        lambda f: altered(f, lambda facts, yes: yes["mails"][0].update(keys={"sel._domainkey.example.org": ["v=DKIM1; p="]})),
        lambda f: altered(f, lambda facts, yes: yes["mails"][0].update(file="mails/2-1.eml")),
        lambda f: {n: c for n, c in f.items() if n != "mails/1-1.eml"},
        lambda f: f | {"mails/1-1.eml": f["mails/1-1.eml"].replace(b"maya@", b"eve@")},
        lambda f: with_mail(f, lambda raw: raw + b"and the oven\r\n"),
        lambda f: with_mail(f, lambda raw: raw.replace(b"From: Maya", b"From: Eve")),
        lambda f: with_mail(f, lambda raw: b"From: eve@example.org\r\n" + raw),
        lambda f: with_mail(f, lambda raw: raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\nAGREE, and I pay the rent\r\n"),
        lambda f: f | {"mails/2-1.eml": b"From: jonas@example.org\r\n\r\nAGREE"},
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found(file, tamper) -> None:
    files = members(file.read_bytes())
    assert outcome(checks(packed(files))) == "proved"

    found = checks(packed(tamper(files)))

    assert outcome(found) == "broken", found


def with_mail(files: dict[str, bytes], how) -> dict[str, bytes]:
    """With another mail, and its hash made to fit."""
    raw = how(files["mails/1-1.eml"])
    changed = altered(files, lambda facts, yes: yes["mails"][0].update(sha256=sha256(raw).hexdigest()))
    return changed | {"mails/1-1.eml": raw}


def test_without_its_keys_nothing_is_proved_and_it_says_so(file, tmp_path, run) -> None:
    files = altered(members(file.read_bytes()), lambda facts, yes: yes["mails"][0].update(keys={}))
    (tmp_path / "less.zip").write_bytes(packed(files))

    said = run("verify", tmp_path / "less.zip")

    assert said.code == 0
    assert "no signature proves a yes" in said.out


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"x" * 1000, packed({}), packed({"evidence.json": b"{}", "agreement.txt": b""})]
)
def test_any_other_file_is_refused_in_a_sentence(tmp_path, data, run) -> None:
    (tmp_path / "x.zip").write_bytes(data)

    said = run("verify", tmp_path / "x.zip")

    assert said.code == 1
    assert "no file of `alliance evidence`" in said.out
    assert said.broke is None
    assert run("verify", tmp_path / "none.zip").code == 1


# ---------------------------------------------------------------- what is kept, and for how long


def everything(path) -> bytes:
    """All that stands in a database, as bytes."""
    with sqlite3.connect(path) as c:
        tables = [t for (t,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return repr([list(c.execute(f"SELECT * FROM {t}")) for t in tables]).encode()


@pytest.mark.row("T12")
def test_once_its_bytes_were_forgotten_a_copy_of_the_database_yields_no_working_address(used, config, run) -> None:
    path = config.parent / "alliance.db"
    assert addresses_in(everything(path))

    kept = asyncio.run(forgotten(path, used))

    assert len(kept) == 2, "the mail of each yes outlives the inbox"
    assert all(b"AGREE" in p.raw.upper() for p in kept)
    assert addresses_in(everything(path)) == []
    assert run("evidence", used, "--for", 1, "--to", "late.zip", "--reveal").code == 0
    assert run("verify", "late.zip").code == 0


async def forgotten(path, alliance: int) -> list[proofs.Proof]:
    """Let the time come at which bytes are forgotten; what is kept of yeses."""
    database = await open_database(f"sqlite:{path}")
    async with database.transaction() as c:
        [newest] = await inbox.listing(c, None, 1)
        later = newest.at + timedelta(days=40)
        await inbox.forget_raw(c, later, 500)
        await outbox.forget_raw(c, later, 500)
        kept = await proofs.of_alliance(c, alliance, (KEY,))
        assert await proofs.of_alliance(c, alliance, (b"k" * 32,)) == [], "another key opens none"
        assert await proofs.of_alliance(c, alliance, (b"k" * 32, KEY)) == kept, (
            "a newer one in front takes nothing away"
        )
    await database.close()
    return kept


def addresses_in(dump: bytes) -> list[str]:
    """The reply addresses that stand somewhere in these bytes and that our key opens. Message-IDs are none."""
    found = {m.decode().lower() for m in re.findall(rb"(?i)[ab][a-z2-7]{39}", dump)}
    return [token for token in found if unseal(token, (KEY,))]


@pytest.mark.row("T72", "decision 17")
def test_whoever_is_erased_leaves_no_mail_of_a_yes(used, config, run) -> None:
    async def erasing() -> tuple[int, int]:
        async with opened(load(config, os.environ)) as service:
            before = await count(service, used)
            erase = Replied(1, "erase", "DELETE NOW", None, "inbox:9999")
            await service.intake.advance.advance([Matter(used, erase)], service.now())
            return before, await count(service, used)

    assert asyncio.run(erasing()) == (2, 0)
    assert run("verify", "none.zip").code == 1


@pytest.mark.row("F26")
def test_a_yes_that_is_taken_back_takes_its_mail_along(config) -> None:
    async def doing() -> list[int]:
        alliance = replace(Talk().drafted().alliance, id=7)
        async with opened(load(config, os.environ)) as service:
            advance, now, counts = service.intake.advance, Talk().now, []
            async with service.database.transaction() as c:
                await alliances.put_flow(c, FLOW.key, FLOW.content)
                await alliances.save(c, [(alliance, None)])
                await inbox.put(c, [inbox.Arrival("x@y", "maya@example.org", b"AGREE", now)])
                [number] = [row.id for row in await inbox.listing(c, "kept", 1)]
            for about, words, cause in (("draft:1", "AGREE", f"inbox:{number}"), ("draft:1", "CHANGE", "inbox:9999")):
                await advance.advance([Matter(7, Replied(1, about, words, None, cause))], now)
                counts.append(await count(service, 7))
            return counts

    assert asyncio.run(doing()) == [1, 0]


async def count(service: Service, alliance: int) -> int:
    async with service.database.transaction() as c:
        return len(await proofs.of_alliance(c, alliance, service.doors.keys))
