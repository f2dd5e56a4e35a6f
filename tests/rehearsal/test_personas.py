"""The scripts pass with every persona, and what is agreed, stored and kept private is what plain mail would have given."""

import asyncio
import re
from pathlib import Path

import pytest
from played import played, private_words

from agent.alliance.model import Phase
from agent.rehearsal import mailbox
from agent.rehearsal.personas import PERSONAS, elsewhere, named
from agent.rehearsal.play import play, rehearsing
from agent.rehearsal.script import read

KEYS = [key for key in PERSONAS if key != "gone"]
PAIRS = [("pair", *KEYS[n : n + 2]) for n in range(0, len(KEYS), 2)]
SHIFTED = [("short", KEYS[n], KEYS[(n + 1) % len(KEYS)]) for n in range(1, len(KEYS), 2)]
OURS = re.compile(r"alliance\+[a-z2-7]{40}@")

PEOPLE = """
@@ maya is Maya Lind <maya@example.org> in Europe/Berlin
@@ jonas is Jonas Berg <jonas@example.org> in Europe/Berlin
"""
INVITED = f"""{PEOPLE}
@@ maya writes "Jonas and me": Jonas Berg (jonas@example.org) and I open a bakery. I would like us to agree.
@@ maya replies to "one question first": He is the one I call.
"""


@pytest.fixture(params=[*PAIRS, *SHIFTED], ids="-".join)
def run(request, folder):
    name, *personas = request.param
    return played(name, folder, tuple(personas))


def outcome(run):
    """All that was stored and agreed, without numbers and instants."""
    [a] = run.alliances
    return {
        "why": (a.reason, a.why),
        "answers": [(x.participant, x.prompt, x.text, x.private, x.passed) for x in a.answers],
        "choices": [(x.participant, x.prompt, x.letter, x.text, x.words) for x in a.choices],
        "settled": [(s.prompt, s.outcome, [(r.participant, r.letter) for r in s.replies]) for s in a.settlements],
        "drafts": [d.text for d in a.drafts],
        "agreed": a.agreed,
        "yes": [(c.participant, c.version, c.sha256, c.words) for c in a.confirmations],
        "checkins": [
            (c.number, [(r.participant, r.rating, r.works, r.care, r.line) for r in c.replies]) for c in a.checkins
        ],
        "people": [(p.stage, p.paused, p.name, p.address, p.held) for p in a.participants],
        "phase": a.phase,
    }


@pytest.mark.row("F14", "F28", "F56")
def test_what_is_stored_and_agreed_is_the_same_whoever_writes(run, folder):
    plain = played(run.script.name, folder, ("plain", "plain"))

    assert outcome(run) == outcome(plain)


def test_nothing_is_left_undone_and_nothing_breaks(run):
    assert run.undone == []
    # a letter with the note that words from another address now count may be a few words longer (row 1)
    assert [(subject, fault) for subject, fault in run.broken if fault.row != 1] == []
    assert [line for line in run.logged if line["log_level"] in {"warning", "error", "critical"}] == []


@pytest.mark.row("F17")
def test_private_words_and_reply_addresses_reach_nobody_else(run):
    for person in run.script.people:
        own = {found for m in run.got(person.key) for found in OURS.findall(m.seen)}
        others = [m for m in run.mails if m.person != person and not m.mine]
        words = private_words(run, person.key)
        assert [m.subject for m in others if own & set(OURS.findall(m.seen))] == []
        assert [m.subject for m in others for w in words if mailbox.even(w) in m.seen] == []


def test_each_persona_did_what_it_is_there_for(run):
    for person in run.script.people:
        persona = PERSONAS[person.persona]
        mine = [m for m in run.mails if m.mine and m.person == person]
        asked = [m for m in run.got(person.key) if "Was this you?" in m.subject]
        assert len([m for m in mine if m.automatic]) == (len(run.got(person.key)) if persona.by_itself else 0)
        assert bool(asked) == bool(persona.was_it)
        assert any(m.sender == elsewhere(person.address) for m in mine) == persona.from_elsewhere
        assert all(m.mail_from == ("" if m.automatic else m.sender) for m in mine)
        assert all(m.subject.startswith("[EXTERN] ") for m in run.got(person.key)) == bool(persona.gateway)


def test_there_is_no_link_that_a_scanner_could_open(folder):
    assert played("short", folder, ("scanner", "plain")).links == []


def test_two_runs_with_personas_give_the_same_mails_byte_for_byte(folder, tmp_path):
    runs = [played("declined", where, ("outlook-reactor", "forwarder")) for where in (folder, tmp_path)]

    assert [m.raw for m in runs[0].mails] == [m.raw for m in runs[1].mails]


def test_a_persona_is_found_by_its_key_and_by_its_name():
    assert named("GMAIL") is named("Gmail") is PERSONAS["gmail"]
    assert named("Outlook (german)") is named("outlook") is PERSONAS["outlook"]
    assert named("pigeon") is None
    assert all(persona.key == key and persona.about.endswith(".") for key, persona in PERSONAS.items())


def test_the_docs_have_every_persona():
    docs = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text("utf-8")

    assert [p.key for p in PERSONAS.values() if f"| `{p.key}` | {p.name} | {p.about} |" not in docs] == []


# ---------------------------------------------------------------- one at a time


async def lived(tmp_path, text, near=0):
    """What came of a script of this test's own."""
    script = read(text + "@@ end", "a.txt")
    async with rehearsing(script.people, tmp_path / "a.db", lambda _: None) as rehearsal:
        rehearsal.near = near
        await play(script, rehearsal)
        return rehearsal, (await rehearsal.alliances())[0], await rehearsal.faults()


async def test_an_invitation_to_no_address_is_told_to_who_asked_for_it(tmp_path):
    rehearsal, _, faults = await lived(
        tmp_path,
        f"""{INVITED}
@@ jonas uses gone
@@ maya replies to "Ready to write": SEND
@@ expect maya gets "My email to Jonas came back"
@@ expect jonas has nothing new
@@ wait 20 days
@@ expect jonas has nothing new
""",
    )

    assert faults == []
    assert [(m.sender, m.mail_from) for m in rehearsal.mails if m.automatic] == [("MAILER-DAEMON@mx.example.org", "")]


async def test_when_an_address_is_gone_later_its_person_is_left_alone_and_the_other_hears_nothing(tmp_path):
    _, alliance, faults = await lived(
        tmp_path,
        f"""{INVITED}
@@ maya replies to "Ready to write": SEND
@@ jonas replies to "asked me to write": Yes
@@ jonas uses gone
@@ jonas replies to "hopes and worries": None.
@@ expect maya has nothing new
@@ wait 60 days
@@ expect jonas has nothing new
@@ expect maya has not seen: deliver
""",
    )

    assert faults == []
    assert alliance.participant(2).paused


async def test_a_scanner_visits_what_is_near_and_nothing_else(tmp_path):
    asked = []

    async def answer(reader, writer):
        asked.append(await reader.readline())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    near = f"http://127.0.0.1:{port}/page?a=b"
    links = f"{near} https://alliance.example.org/far http://127.0.0.1:1/closed http://localhost:99999/none"
    try:
        rehearsal, _, _ = await lived(
            tmp_path,
            f"""{INVITED.replace("I call.", f"I call. {links}")}
@@ jonas uses link scanner
@@ maya replies to "Ready to write": SEND
""",
            near=port,
        )
    finally:
        server.close()
        await server.wait_closed()

    assert rehearsal.links == links.split()
    assert asked == [b"GET /page?a=b HTTP/1.0\r\n"]


@pytest.mark.row("F56")
async def test_nobody_is_nudged_before_the_day_of_return_that_a_machine_told(tmp_path):
    text = f"""{INVITED}
@@ maya replies to "Ready to write": SEND
@@ jonas replies to "asked me to write": Yes
@@ until jonas gets "Here when you are"
"""
    present, _, _ = await lived(tmp_path, text.replace("@@ until", "@@ jonas uses plain\n@@ until"))
    (tmp_path / "a.db").unlink()
    away, _, _ = await lived(
        tmp_path, text.replace("@@ jonas replies", "@@ jonas uses out-of-office\n@@ jonas replies")
    )

    assert (away.mails[-2].at - present.mails[-1].at).days >= 2


async def test_the_words_of_a_colleague_are_never_used(tmp_path):
    rehearsal, alliance, _ = await lived(
        tmp_path,
        f"""{INVITED}
@@ maya replies to "Ready to write": SEND
@@ jonas uses forwarder
@@ jonas replies to "asked me to write": No thanks.
""",
    )

    assert any("Yes, I agree" in m.text for m in rehearsal.mails if m.sender == "kim.novak@example.org")
    assert alliance.phase != Phase.ASKING
