"""The shipped scripts, played over real SMTP with a real database, and what must be so after each of them."""

import re
from datetime import timedelta

import icalendar
import pytest
from played import played, private_words

from agent.advance import _TO_ONE
from agent.rehearsal import mailbox
from agent.rehearsal.play import UnmetError, play, rehearsing
from agent.rehearsal.script import read

_SHOWS = re.compile(
    r"(?:Part|Teil) \d|(?:Draft|Entwurf) 1|One to settle|Team draft 1|The team's page with your line|Gia has joined|How this team works"
)


@pytest.mark.row("F02", "F59")
def test_a_script_plays_to_its_end_with_nothing_left_to_do(run):
    assert run.undone == []
    assert run.mails


def test_nothing_is_set_aside_and_nothing_breaks(run):
    assert [line for line in run.logged if line["log_level"] in {"warning", "error", "critical"}] == []


@pytest.mark.row("F58")
def test_every_letter_keeps_the_house_rules(run):
    assert run.broken == []


@pytest.mark.row("F17", "I2")
def test_private_words_are_in_no_mail_to_anybody_else(run):
    for person in run.script.people:
        for words in private_words(run, person.key):
            others = [m for m in run.mails if m.person != person and not m.mine]
            assert [m.subject for m in others if mailbox.even(words) in m.seen] == []


@pytest.mark.row("T50")
def test_who_answers_fast_is_far_from_the_brake(run):
    """Two minutes for each answer, and ALL in one letter: of two alliances at once none of the letters would wait."""
    most, per = _TO_ONE[0]
    for person in run.script.people:
        came = [m.at for m in run.got(person.key)]
        assert all(2 * sum(1 for at in came if start <= at < start + per) <= most for start in came)


def test_private_words_were_said_at_all(pair, short):
    assert private_words(pair, "jonas")
    assert private_words(short, "ana")


@pytest.mark.row("F15", "F16", "I1", "I7")
def test_no_answer_is_shown_before_the_reveal_and_then_to_both_in_the_same_minute(run):
    people = {p.address: p for p in run.script.people}
    for alliance in (a for a in run.alliances if len(a.participants) > 1):
        texts = {
            p.number: {a.text for a in alliance.answers if a.participant == p.number} for p in alliance.participants
        }
        for answer in alliance.answers:
            for other in (p for p in alliance.participants if p.number != answer.participant):
                if answer.text in {
                    "",
                    alliance.why,
                    *texts[other.number],
                }:  # the invitation has the why; equal words are their own
                    continue
                got = run.got(people[other.address].key)
                seen = [m.subject for m in got if mailbox.even(answer.text) in m.seen]
                assert not seen or _SHOWS.match(seen[0]), (answer.text, seen)
    reveals = {}
    for mail in run.mails:
        if (part := re.match(r"(?:Part|Teil) (\d)", mail.subject)) and not mail.mine:
            reveals.setdefault(part[1], []).append(mail)
    for mails in reveals.values():
        assert len({m.person for m in mails}) == len(mails) > 1
        assert max(m.at for m in mails) - min(m.at for m in mails) <= timedelta(seconds=60)


@pytest.mark.row("S44", "F52")
def test_nothing_of_a_trust_bank_is_in_the_alliance_that_it_starts(solo):
    bank, pair = sorted(solo.alliances, key=lambda a: a.created)
    words = (
        "sister",
        "boss",
        "best mate",
        "speak up",
        "annoyed",
        "leaving at 5",
        "hoped for",
        "trust bank",
        "saved up",
        "Kit",
    )
    letters = [m for m in solo.mails if not m.mine and "Alliance for Sam and Jo." in m.text]

    assert len(letters) > 5
    assert [(w, m.subject) for w in words for m in letters if mailbox.even(w) in m.seen] == []
    assert [w for w in words if w.casefold() in repr(pair).casefold()] == []
    assert [p.address for p in bank.participants] == [""]
    assert (bank.answers, bank.choices) == ((), ())  # erased at the end, as the address is


@pytest.mark.row("S40", "S44")
def test_what_is_written_to_a_trust_bank_reaches_nobody_else(solo):
    own = [m.text for m in solo.mails if m.mine and m.person.key == "sam"]
    said = {line.strip() for text in own for line in text.splitlines() if len(line.split()) > 2}
    why = "We work side by side, and I would like us to know what we expect."

    assert [line for line in said - {why} for m in solo.got("jo") if mailbox.even(line) in m.seen] == []


def test_each_mail_is_for_one_person_and_answers_its_own_address(run):
    for mail in run.mails:
        if not mail.mine:
            text = mail.raw.decode("ascii")
            assert len(re.findall(rf"(?m)^To: .*{re.escape(mail.person.address)}", text)) == 1
            assert not re.search(r"(?mi)^(cc|bcc):", text)
    froms = [re.search(r"<(alliance\+[a-z2-7]+@[\w.]+)>", m.raw.decode("ascii"))[1] for m in run.mails if not m.mine]
    assert len(set(froms)) == len(froms)


@pytest.mark.row("F31")
def test_both_get_the_same_agreement_as_text_page_and_calendar(pair):
    maya, jonas = (pair.got(key, "Your agreement is in place") for key in ("maya", "jonas"))

    assert len(maya) == len(jonas) == 1
    assert maya[0].attachments == jonas[0].attachments
    page = next(content for _, kind, content in maya[0].attachments if kind == "application/pdf")
    assert page.startswith(b"%PDF-")


@pytest.mark.row("F32")
def test_the_calendar_file_holds_the_meeting_and_the_check_ins(pair):
    [final] = pair.got("maya", "Your agreement is in place")
    content = next(content for _, kind, content in final.attachments if kind == "text/calendar")
    events = icalendar.Calendar.from_ical(content).walk("VEVENT")

    assert any(event.get("RRULE") for event in events)
    assert any(event.decoded("DTSTART").isoformat().startswith("2026-04-15") for event in events)


@pytest.mark.row("F28")
def test_the_agreed_version_has_a_yes_of_each_with_its_hash(pair):
    [alliance] = pair.alliances
    agreed = alliance.drafts[alliance.agreed - 1]

    yes = [c for c in alliance.confirmations if c.version == agreed.version]
    assert {c.participant for c in yes} == {1, 2}
    assert {c.sha256 for c in yes} == {agreed.sha256}


@pytest.mark.row("F05")
def test_after_no_thanks_nothing_more_goes_to_that_address(declined):
    no = next(m.number for m in declined.mails if m.mine and m.text.startswith("No thanks"))

    assert [m.subject for m in declined.got("jonas") if m.number > no] == []


@pytest.mark.row("F11")
def test_the_short_set_asks_six(short):
    asked = {m.subject.partition(":")[0] for m in short.got("ben") if re.match(r"\d+ of ", m.subject)}

    assert asked == {f"{n} of 6" for n in range(1, 7)}


@pytest.mark.row("F54", "S45")
def test_a_tool_comes_as_text_and_as_a_page_to_print(folder):
    [tool] = played("living", folder).got("tim", "Feedback on one page")

    assert "Say back what you heard, before you answer." in tool.text
    assert b"feedback-on-one-page.pdf" in tool.raw


def test_two_runs_give_the_same_letters_byte_for_byte(declined, tmp_path):
    again = played("declined", tmp_path)

    assert [m.raw for m in again.mails] == [m.raw for m in declined.mails]


# ---------------------------------------------------------------- what a script finds out

PEOPLE = """
@@ maya is Maya Lind <maya@example.org> in Europe/Berlin
@@ jonas is Jonas Berg <jonas@example.org> in Europe/Berlin
"""
FIRST = '@@ maya writes "Jonas and me": Jonas Berg (jonas@example.org) and I open a bakery. I would like us to agree.'
UNMET = {
    "@@ expect maya has nothing new": "Maya Lind got 'You and Jonas: one question first'",
    '@@ expect jonas gets "asked me"': "Jonas Berg got nothing with 'asked me' in its subject; what came: nothing",
    '@@ expect maya gets "one question"\nthe moon': "'You and Jonas: one question first' to Maya Lind does not say 'the moon'",
    "@@ expect maya has not seen: open a bakery": "Maya Lind has seen 'open a bakery' in 'You and Jonas: one",
    "@@ jonas replies: Yes": "Jonas Berg got nothing with '' in its subject",
}


async def test_what_is_not_as_the_script_says_is_told_with_its_line(tmp_path):
    first = read(f"{PEOPLE}{FIRST}\n@@ end", "a.txt")
    async with rehearsing(first.people, tmp_path / "a.db", lambda _: None) as rehearsal:
        await play(first, rehearsal)
        for step, fault in UNMET.items():
            with pytest.raises(UnmetError) as told:
                await play(read(f"{PEOPLE}{step}\n@@ end", "a.txt"), rehearsal)
            assert str(told.value).startswith(f"a.txt:4: {fault}")


async def test_a_mail_of_too_many_parts_to_be_parsed_is_told_to_whoever_sent_it(tmp_path):
    first = read(f"{PEOPLE}{FIRST}\n@@ end", "a.txt")
    async with rehearsing(first.people, tmp_path / "a.db", lambda _: None) as rehearsal:
        await play(first, rehearsal)
        asked = next(m for m in reversed(rehearsal.mails) if not m.mine)
        rehearsal.personas[asked.person.key] = "gmail"

        await rehearsal.reply(asked, "--\n" * 2_001)

        told = mailbox.newest(rehearsal.mails, asked.person, "", since=rehearsal.acted)
    assert told is not None
    assert "too large" in told.seen


@pytest.mark.row("F37", "F44", "F45", "F57")
def test_two_years_are_lived_through_and_leave_nothing_behind(years):
    assert (years.undone, years.broken, years.alliances) == ([], [], [])
    assert [line for line in years.logged if line["log_level"] in {"warning", "error", "critical"}] == []
    [third] = years.got("ana", "Check-in 3: how")
    assert 'src="data:image/png;base64,' in third.html
    assert b"Content-ID: <trend>" in third.raw
    assert [name for name, _, _ in years.got("ana", "Closing well")[0].attachments] == [
        "my-words.txt",
        "my-words.json",
        "agreement.txt",
    ]
