"""A visit to the page, without the page: what a visitor does, what is shown of it, and that the run can be taken away."""

import asyncio
import re
import shutil
from dataclasses import replace

import pytest

from agent.rehearsal import record
from agent.rehearsal.play import Rehearsal, play, rehearsing
from agent.rehearsal.script import read
from agent.rehearsal.visit import Visit
from agent.settings import shipped

SCRIPTS = {p.stem: read(p.read_text("utf-8"), p.name) for p in shipped("rehearsals").glob("*.txt")}
FLOWS = {"one_to_one": shipped("flows") / "one_to_one.toml"}


@pytest.fixture
async def visit(tmp_path):
    visit = Visit(tmp_path / "run", SCRIPTS, FLOWS, shipped("templates"), script="tour", flow="one_to_one")
    await visit.anew("tour", "one_to_one")
    yield visit
    await visit.close()


def inbox(visit, key):
    return next(i for i in visit.page.mailboxes if i.key == key)


async def say(visit, key, text, **form):
    to = inbox(visit, key).composer.to
    await visit.act("send", {"person": key, "to": str(to), "text": text, **form})


async def play_to_the_end(visit):
    visit.pace = "at once"
    await visit.act("play", {})
    seen = 0
    async with asyncio.timeout(150):
        while visit.page.playing:
            seen = await visit.changed(seen)


async def step(visit, times):
    for _ in range(times):
        await visit.act("step", {})


async def test_at_first_everybody_has_an_empty_mailbox_and_one_knows_what_to_write(visit):
    assert [i.rows for i in visit.page.mailboxes] == [(), ()]
    assert [i.composer.cued for i in visit.page.mailboxes] == [True, False]
    assert visit.page.standing is None
    assert visit.page.ahead == ""


async def test_reply_for_me_fills_the_box_and_sends_nothing(visit):
    await visit.act("fill", {"person": "maya", "to": "0"})

    assert inbox(visit, "maya").composer.text.startswith(
        "Hi. Jonas Berg (jonas@example.org) and I are opening a bakery"
    )
    assert inbox(visit, "maya").rows == ()


async def test_the_script_played_by_itself_ends_with_an_agreement_and_a_check_in(visit):
    await play_to_the_end(visit)

    assert visit.page.standing.phase == "agreed"
    assert visit.page.standing.draft == "The agreement, draft 2"
    assert "Check-in 1: how the two of you are doing" in [r.subject for r in inbox(visit, "maya").rows]
    assert {label for label, _ in visit.page.papers} >= {"the agreement (PDF)", "the calendar"}


async def test_what_a_visitor_writes_goes_its_own_way_and_play_goes_on_from_there(visit):
    await say(
        visit, "maya", "Jonas Berg (jonas@example.org) and I share a flat. I would like us to agree.", subject="Us"
    )
    await say(visit, "maya", "He is calm where I am not.")
    await say(visit, "maya", "SEND")
    await say(visit, "jonas", "Yes")
    await play_to_the_end(visit)

    assert visit.page.standing.phase == "agreed"
    assert "He is calm where I am not." in " ".join(line.text for line in visit.page.standing.lines)


@pytest.mark.row("F15", "F17")
async def test_who_can_see_an_answer_is_told_before_and_after_the_reveal(visit):
    await step(visit, 6)
    [hopes] = [a for a in visit.page.standing.asked if a.title == "Hopes and worries"]
    assert [(s.hidden, s.seen_by) for s in hopes.said] == [(True, "only Jonas, until all have answered")]
    assert hopes.said[0].private == "I worry that if the shop fails I lose a friend"

    await step(visit, 5)
    [hopes] = [a for a in visit.page.standing.asked if a.title == "Hopes and worries"]
    assert [(s.hidden, s.seen_by) for s in hopes.said] == [(False, "Maya and Jonas")] * 2
    for mail in visit.run.mails:  # what is said of it is so: nobody else was shown the private words
        assert mail.mine or mail.person.key == "jonas" or "lose a friend" not in mail.seen


@pytest.mark.row("F03")
async def test_the_why_is_seen_from_the_invitation_on(visit):
    def whys():
        return [s.seen_by for a in visit.page.standing.asked if a.title == "Why we want this" for s in a.said]

    await step(visit, 2)
    assert whys() == ["only Maya, until the invitation"]
    await step(visit, 1)
    assert whys() == ["Maya and Jonas"]


async def test_a_reply_tells_what_was_kept_cut_recorded_and_moved(visit):
    await step(visit, 5)
    thought = visit.page.latest

    assert thought.kept.startswith("I expect we'll finally sort out")
    assert {cut.why for cut in thought.cuts} >= {"ours"}
    assert thought.understood == "Jonas’s reply to “Before we start: hopes and worries”"
    [recorded] = thought.recorded
    answer, _, private = recorded.partition("; ")
    assert answer == "Jonas’s answer to “Hopes and worries”: “I expect we'll finally sort out who decides what.”"
    assert private == "1 private line that nobody else will ever see"
    assert thought.followed == ("to Jonas: Why you are doing this",)


async def test_a_yes_is_told_as_a_yes_to_one_text_alone(visit):
    while not any("yes to draft" in r for t in visit.run.thoughts.values() for r in t.recorded):
        await step(visit, 1)
    last = visit.run.thoughts[max(visit.run.thoughts)]
    [draft] = [d for d in visit.run.held[-1].drafts if d.version == 2]

    assert last.recorded == (f"Jonas’s yes to draft 2, for that text alone (SHA-256 {draft.sha256[:12]}…)",)


async def test_a_change_is_told_with_what_was_and_what_is(visit):
    while len(visit.run.held[-1].drafts if visit.run.held else ()) < 2:
        await step(visit, 1)

    assert visit.page.latest.recorded[1:] == (
        (
            "In it line 8 was “We say it at closing time, over coffee. (Maya)” "
            "and is now “We say it within a day, over coffee. (Jonas)”"
        ),
    )


async def test_a_line_of_the_draft_leads_to_the_mail_that_it_came_from(visit):
    while not (visit.page.standing and visit.page.standing.lines):
        await step(visit, 1)
    for line in visit.page.standing.lines:
        for key, number in line.sources:
            mail = visit.run.mails[number - 1]
            assert mail.mine
            assert mail.person.key == key
    [books] = [line for line in visit.page.standing.lines if "books" in line.text]
    [(key, number)] = books.sources
    await visit.act("open", {"person": key, "number": str(number)})

    assert inbox(visit, "maya").opened.text == "I do the books every Friday."


async def test_somebody_can_write_a_new_mail_at_any_time(visit):
    await step(visit, 4)
    assert inbox(visit, "maya").composer.to
    await visit.act("new", {"person": "maya"})
    assert inbox(visit, "maya").composer.to == 0
    await say(visit, "maya", "Jonas Berg (jonas@example.org) and I sing in a choir.", subject="Jonas and me, again")

    assert visit.run.mails[-1].subject.startswith("You and Jonas")
    assert len(visit.run.held) == 2


async def test_what_is_told_to_come_next_comes_next(visit):
    await step(visit, 4)
    when, what = re.fullmatch(r"(.+), Maya: (.+)", visit.page.ahead).groups()
    await visit.act("jump", {})
    newest = visit.run.mails[-1]

    assert newest.subject == what
    assert visit.page.at == when
    assert visit.page.mailboxes[0].rows[0].subject == what


async def test_a_year_goes_by_with_all_that_is_due_in_it(visit):
    await play_to_the_end(visit)
    await visit.act("year", {})

    assert visit.page.at.startswith("Thu 1 Apr 2027")
    assert len([r for r in inbox(visit, "jonas").rows if re.match(r"Check-in \d: three short things", r.subject)]) >= 3


async def test_the_run_taken_away_as_a_script_plays_again_to_the_same_letters(visit, tmp_path):
    await step(visit, 8)
    await visit.act("persona", {"person": "jonas", "persona": "gmail"})
    await visit.act("jump", {})
    await say(visit, "jonas", "# Text me\n@@ not a step\n\\ and no escape")
    await visit.act("jump", {})
    nudges = [m for m in visit.run.mails if not m.mine and m.subject.startswith("Here when")]
    key, number = nudges[-1].person.key, str(nudges[-1].number)
    await visit.act("send", {"person": key, "to": number, "text": "PASS"})
    await visit.act("jump", {})
    taken = await visit.paper("script.txt")

    again = read(taken.content.decode(), "again")
    async with rehearsing(again.people, tmp_path / "again.db", lambda _: None, again.start) as rehearsal:
        await play(again, rehearsal)
        assert [m.raw for m in rehearsal.mails] == [m.raw for m in visit.run.mails]


@pytest.mark.parametrize(
    "persona", ["forwarder", "elsewhere", "reactor", "outlook-reactor", "out-of-office", "bouncing"]
)
async def test_a_run_with_a_difficult_mail_program_plays_again_too(visit, tmp_path, persona):
    await step(visit, 6)
    await visit.act("persona", {"person": "jonas", "persona": persona})
    await step(visit, 8)
    again = read((await visit.paper("script.txt")).content.decode(), "again")

    async with rehearsing(again.people, tmp_path / "again.db", lambda _: None, again.start) as rehearsal:
        await play(again, rehearsal)
        assert [m.raw for m in rehearsal.mails] == [m.raw for m in visit.run.mails]


async def test_somebody_whom_nobody_foresaw_gets_a_mailbox_and_the_run_plays_again(visit, tmp_path):
    await say(visit, "maya", "Kim Novak (kim@example.com) and I sing in a choir.", subject="Kim and me")
    await say(visit, "maya", "She hears what I do not.")
    await say(visit, "maya", "SEND")
    assert [m.name for m in visit.page.mailboxes] == ["Maya Lind", "Jonas Berg", "Kim Novak"]
    await say(visit, "kim", "Yes, gladly")
    assert visit.page.standing.phase == "asking"

    again = read((await visit.paper("script.txt")).content.decode(), "again")
    async with rehearsing(again.people, tmp_path / "again.db", lambda _: None, again.start) as rehearsal:
        await play(again, rehearsal)
        assert [m.text for m in rehearsal.mails] == [m.text for m in visit.run.mails]


@pytest.mark.parametrize("script", sorted(SCRIPTS))
async def test_every_shipped_script_played_on_the_page_comes_to_its_end(visit, script):
    await visit.act("anew", {"script": script, "flow": "one_to_one"})
    await play_to_the_end(visit)

    assert visit.page.faults == ()
    assert len(visit.run.mails) < 600  # a team of six


async def test_what_breaks_us_while_it_plays_is_told_and_the_visit_goes_on(visit, monkeypatch):
    async def broken(*_):
        raise AssertionError("as when a letter cannot be written")

    monkeypatch.setattr(Rehearsal, "write", broken)
    await play_to_the_end(visit)
    monkeypatch.undo()

    assert "This should not happen" in visit.page.faults[0]
    await visit.act("anew", {"script": "tour", "flow": "one_to_one"})
    await step(visit, 1)
    assert visit.page.faults == ()
    assert len(visit.run.mails) == 2


async def test_own_words_are_not_replaced_by_those_of_the_script(visit):
    await visit.act("anew", {"script": "pair", "flow": "one_to_one"})
    while not any(m.person.key == "jonas" and "good thank-you" in m.subject for m in visit.run.mails):
        await step(visit, 1)
    await say(visit, "jonas", "A postcard.")
    await play_to_the_end(visit)

    [thanks] = [a for a in visit.page.standing.asked if a.title == "Good thanks"]
    assert [s.text for s in thanks.said if s.name == "Jonas"] == ["A postcard."]


async def test_a_mail_that_was_overtaken_is_not_sent(visit):
    sent = str(inbox(visit, "maya").composer.sent)
    await step(visit, 1)
    with pytest.raises(ValueError, match="has written meanwhile"):
        await say(visit, "maya", "Twice", sent=sent)
    assert len(visit.run.mails) == 2


async def test_beginning_anew_with_a_broken_letter_is_told_and_the_old_run_goes_on(tmp_path):
    letters = tmp_path / "templates"
    shutil.copytree(shipped("templates"), letters)
    visit = Visit(tmp_path / "run", SCRIPTS, FLOWS, letters, script="tour", flow="one_to_one")
    await visit.anew("tour", "one_to_one")
    try:
        (letters / "en" / "prompt.txt").write_text("Subject: {{ nonsense }}", "utf-8")
        with pytest.raises(ValueError, match="nonsense"):
            await visit.act("anew", {"script": "tour", "flow": "one_to_one"})
        await step(visit, 1)
        assert len(visit.run.mails) == 2
    finally:
        await visit.close()


async def test_an_older_letter_of_the_same_subject_is_named_by_its_number(visit):
    await step(visit, 1)
    older = visit.run.mails[-1]
    newer = replace(older, number=9)

    assert record.replied(newer, "Hi", [older, newer]).line == 'maya replies to "You and Jonas: one question first"'
    assert record.replied(older, "Hi", [older, newer]).line == (
        'maya replies to mail 2 "You and Jonas: one question first"'
    )


async def test_edited_templates_show_in_the_next_letter_and_faults_are_told(tmp_path):
    letters = tmp_path / "templates"
    shutil.copytree(shipped("templates"), letters)
    visit = Visit(tmp_path / "run", SCRIPTS, FLOWS, letters, script="tour", flow="one_to_one")
    await visit.anew("tour", "one_to_one")
    try:
        await step(visit, 1)
        path = letters / "en" / "setup_ready.txt"
        path.write_text(path.read_text("utf-8").replace("Ready to write to", "All set for"), "utf-8")
        await step(visit, 1)
        assert "All set for Jonas" in visit.run.mails[-1].subject

        path.write_text("Subject: {{ nonsense }}", "utf-8")
        await visit.act("jump", {})
        assert any("does not know 'nonsense'" in fault for fault in visit.page.faults)
    finally:
        await visit.close()


async def test_a_flow_of_ones_own_can_be_played(tmp_path):
    own = tmp_path / "mine.toml"
    own.write_text(
        FLOWS["one_to_one"].read_text("utf-8").replace("What do you expect", "What on earth do you expect"), "utf-8"
    )
    visit = Visit(tmp_path / "run", SCRIPTS, {"mine": own}, shipped("templates"), script="tour", flow="mine")
    await visit.anew("tour", "mine")
    try:
        await step(visit, 4)
        assert "What on earth do you expect" in visit.run.mails[-1].text
        own.write_text("spec = 1", "utf-8")
        with pytest.raises(ValueError, match="mine"):
            await visit.act("anew", {"script": "tour", "flow": "mine"})
        assert visit.page.mailboxes[0].rows  # the old run goes on
    finally:
        await visit.close()


async def test_beginning_anew_takes_other_people(visit):
    await step(visit, 2)
    await visit.act("anew", {"script": "short", "flow": "one_to_one"})

    assert [i.name for i in visit.page.mailboxes] == ["Ana Reyes", "Ben Ito"]
    assert visit.page.standing is None


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("send", {"person": "maya", "to": "0", "text": "  "}),
        ("send", {"person": "nobody", "to": "0", "text": "Hi"}),
        ("send", {"person": "maya", "to": "0", "text": "Hi", "subject": 'A "quote"'}),
        ("send", {"person": "maya", "to": "0", "text": "Hi", "subject": "@@ end"}),
        ("open", {"person": "maya", "number": "99"}),
        ("open", {"person": "maya", "number": "x"}),
        ("persona", {"person": "maya", "persona": "pigeon"}),
        ("anew", {"script": "none", "flow": "one_to_one"}),
        ("dance", {}),
    ],
)
async def test_what_cannot_be_done_is_told_and_changes_nothing(visit, act, form):
    with pytest.raises(ValueError, match=r"\w"):
        await visit.act(act, form)
    assert visit.run.mails == []


async def test_nobody_reads_the_other_s_mail_by_its_number(visit):
    await step(visit, 3)
    mayas = visit.page.mailboxes[0].rows[0].number
    with pytest.raises(ValueError, match="no such mail"):
        await visit.act("open", {"person": "jonas", "number": str(mayas)})


async def test_what_was_taken_away_is_shown_as_it_was_kept_and_also_when_nothing_was_left(visit):
    await step(visit, 5)
    wanted = visit.run.wanted(next(p for p in visit.run.rehearsal.people if p.key == "jonas"))
    address = visit.run.mails[wanted.number - 1].sender
    form = {"person": "jonas", "to": str(wanted.number)}

    await visit.act("send", {**form, "text": f"I told {address} of it. Fun."})
    assert visit.page.latest.kept == "I told … of it. Fun."

    await visit.act("send", {**form, "text": "Sent from my iPhone"})
    assert visit.page.latest.kept == ""
    assert "mobile footer" in {cut.why for cut in visit.page.latest.cuts}
