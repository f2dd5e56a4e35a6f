"""Each mail program writes as the real one does, and what somebody typed in it is what we read."""

import re
import textwrap
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.mail.message import read
from agent.mail.quote import new_text
from agent.mail.quote import typed as typed_text
from agent.rehearsal import machines, mailbox, programs
from agent.rehearsal.programs import Quoted, Typed, between

TEXT = """Hi Jonas,

How do you prefer to be critiqued? What is good feedback to you?

When, where, how straight? For example: “Straight, the same day, and never in front of others.”

Reply in a line or two. PASS skips it, and PAUSE stops the emails until you come back.

--\x20
Alliance for Maya and Jonas. What I store about you: reply MY DATA."""
HTML = "<!doctype html><html><body><table><tr><td>" + "".join(f"<p>{p}</p>" for p in TEXT.split("\n\n")) + "</td></tr></table></body></html>"  # fmt: skip
LETTER = Quoted(
    name="Alliance (for Maya and Jonas)",
    address="alliance+a" + "b" * 39 + "@alliance.example.org",
    to="Jonas Berg <jonas@example.org>",
    subject="3 of 12: good feedback",
    message_id="<one@alliance.example.org>",
    references="<root@alliance.example.org> <two@alliance.example.org>",
    at=datetime(2026, 3, 2, 10, 2, tzinfo=UTC),
    text=TEXT,
    html=HTML,
    raw=b"",
    return_path="alliance+b" + "b" * 39 + "@alliance.example.org",
)
ALL = {p.__name__: p for p in (programs.plain, programs.gmail, programs.outlook, programs.exchange, programs.iphone, programs.thunderbird, programs.bottom, programs.mutt)}  # fmt: skip
SAID = {
    "short": "Straight, please.",
    "our example": "Straight, the same day, and never in front of others.",
    "a part of our example": "Straight, the same day.",
    "long lines": "I would rather hear it at once, even when it is late, and even when I look as if I did not want to hear it at all.",
    "lines and a gap": "First line\nsecond line\n\nA paragraph of its own",
    "private": "I like it straight.\n\nPRIVATE I am afraid of it, and that is why I ask for it so loudly each time that we talk\nand this line is still of it",
    "signs": "Ja, „gerne“ – für 5 € & <mehr> 🙂",
    "a list": "1. mornings\n2. never by phone",
    "quoted by hand": "you asked for an example.\n\nFrom the heart, then: no.",
}


def typed(text: str, letter: Quoted | None = LETTER) -> Typed:
    at = datetime(2026, 3, 3, 8, 7, tzinfo=UTC)
    return Typed(7, "Jonas Berg", "jonas@example.org", LETTER.address, "Jonas and me", text, at, letter)


def kept(raw: bytes) -> str:
    return new_text(read(raw), (TEXT,)).kept


@pytest.mark.parametrize("text", SAID.values(), ids=SAID)
@pytest.mark.parametrize("program", ALL.values(), ids=ALL)
def test_what_was_typed_is_what_is_read(program, text):
    if program is programs.mutt and "\n" in text:
        assert kept(program(typed(text))).split() == text.split()  # put between paragraphs, so in pieces
    else:
        assert kept(program(typed(text))) == text


def replies(letter: str) -> list[str]:
    """What somebody may answer to a letter: our words for it, their own, and lines of the letter that they adopt."""
    body = letter.split("\n-- \n", maxsplit=1)[0]
    said = (
        re.findall(r"“([^”]+)”", body)[:2]
        + re.findall(r"(?m)^> (.+)$", body)[:2]
        + re.findall(r"(?m)^\d+\. (.+)$", body)[:1]
    )
    adopted = [words for words in said if len(words.split()) > 1]
    own = [
        "AGREE",
        "Agree, except 3",
        "2B, 3C\nNEXT",
        "1. mornings\n2. bins\n3. partly",
        "Make 6 say: We say it.\nDrop 7",
    ]
    return [*own, *adopted, *(f"{words} Always." for words in adopted[:1])]


@pytest.mark.parametrize("gateway", [False, True])
@pytest.mark.parametrize("program", ALL.values(), ids=ALL)
def test_a_line_of_our_letter_that_somebody_adopts_is_an_answer(program, gateway, pair):
    lost = []
    for sent in [m for m in pair.mails if not m.mine][::6]:
        raw = machines.gateway(sent.raw) if gateway else sent.raw
        letter = mailbox.quoted(mailbox.arrived(sent.number, sent.person, raw))
        for text in replies(sent.text):
            found = new_text(read(program(typed(text, letter))), (sent.text,))
            if found.kept.split() != text.split() or found.disagree or found.quoted:
                lost.append((sent.subject, text, found.kept))

    assert lost == []


@pytest.mark.parametrize("program", ALL.values(), ids=ALL)
def test_a_first_mail_is_what_was_typed(program):
    text = SAID["long lines"]

    assert kept(program(typed(text, None))) == text


@pytest.mark.parametrize("program", ALL.values(), ids=ALL)
def test_both_halves_say_the_same_so_that_a_yes_is_no_doubt(program):
    assert not new_text(read(program(typed("AGREE"))), (TEXT,)).disagree


@pytest.mark.parametrize("program", ALL.values(), ids=ALL)
@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters="\n"), max_size=200))
def test_any_words_can_be_written(program, text):
    message = message_from_bytes(program(typed(text)), policy=policy.default)

    assert message["In-Reply-To"] == LETTER.message_id
    assert message["References"].split() == [*LETTER.references.split(), LETTER.message_id]
    assert [p.defects for p in message.walk()] == [[] for _ in message.walk()]


def parsed(program):
    message = message_from_bytes(program(typed("Straight, please.")), policy=policy.default)
    halves = {
        p.get_content_type(): p.get_content().replace("\r\n", "\n") for p in message.walk() if not p.is_multipart()
    }
    return message, halves.get("text/plain"), halves.get("text/html")


def test_plain_quotes_below():
    _, text, html = parsed(programs.plain)

    assert text.startswith("Straight, please.\n\nOn Mon, 2 Mar 2026 at 10:02, Alliance (for Maya and Jonas) <alliance+")
    assert "\n> Hi Jonas,\n>\n> How do you" in text
    assert html is None


def test_gmail_wraps_its_attribution_and_nests_our_html():
    message, text, html = parsed(programs.gmail)

    assert message.get_content_type() == "multipart/alternative"
    assert message["Message-ID"].endswith("@mail.gmail.com>")
    assert "\n\nOn Mon, Mar 2, 2026 at 10:02\u202fAM Alliance (for Maya and Jonas) <\nalliance+" in text
    assert '<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">' in html
    assert '<blockquote class="gmail_quote"' in html
    assert max(map(len, text.split("\n"))) <= 85


def test_outlook_has_a_german_block_of_headers_and_no_quote_marks():
    message, text, html = parsed(programs.outlook)

    assert message["Subject"] == "AW: 3 of 12: good feedback"
    assert message["X-Mailer"] == "Microsoft Outlook 16.0"
    assert {p.get_content_charset() for p in message.iter_parts()} == {"windows-1252"}
    assert "\nGesendet: Montag, 2. März 2026 10:02\nAn: Jonas Berg <jonas@example.org>\nBetreff: 3 of 12" in text
    assert ">" not in text.replace(">\n", "").replace("> ", "")
    assert "blockquote" not in html
    assert '<p class="MsoNormal">' in html


def test_exchange_sends_html_alone():
    message, text, html = parsed(programs.exchange)

    assert message.get_content_type() == "text/html"
    assert "<b>Von:</b> Alliance (for Maya and Jonas)" in html
    assert text is None


def test_outlook_takes_unicode_where_its_old_charset_is_not_enough():
    message = message_from_bytes(programs.outlook(typed("👍 gern")), policy=policy.default)

    assert {p.get_content_charset() for p in message.iter_parts()} == {"utf-8"}


def test_the_iphone_signs_by_itself_and_marks_the_line_that_introduces():
    message, text, html = parsed(programs.iphone)

    assert message["X-Mailer"].startswith("iPhone Mail")
    assert "Straight, please.\n\nSent from my iPhone\n\n> On 2 Mar 2026, at 10:02, Alliance" in text
    assert '<blockquote type="cite">' in html
    assert message.get_boundary().startswith("Apple-Mail-")


def test_thunderbird_breaks_softly():
    message, text, html = parsed(programs.thunderbird)
    half = next(p for p in message.walk() if p.get_content_type() == "text/plain")

    assert half["Content-Type"].params["format"] == "flowed"
    assert any(line.startswith("> ") and line.endswith(" ") for line in text.split("\n"))
    assert '<div class="moz-cite-prefix">' in html
    assert '<blockquote type="cite" cite="mid:one@alliance.example.org">' in html


def test_the_bottom_poster_begins_with_the_quote_and_signs():
    message, text, _ = parsed(programs.bottom)

    assert message["User-Agent"].startswith("Roundcube")
    assert text.startswith("On 2026-03-02 10:02, Alliance")
    assert text.rstrip().endswith("Straight, please.\n\n-- \nJonas Berg\n+49 30 5550 007")


def test_answers_stand_below_what_was_asked_each_in_its_place():
    text = between("One?\n\nTwo?\n\n- three\n\nReply with a word.", "Yes.\n\nNo.")

    assert text == "> One?\n>\n> Two?\n\nYes.\n\n> - three\n\nNo.\n\n> Reply with a word."


def test_answers_that_find_no_paragraph_stand_at_the_end():
    assert between("Any?", "1. a\n2. b") == "> Any?\n\n1. a\n\n2. b\n"


# ---------------------------------------------------------------- many answers, many letters, many shapes

ANSWERS = (
    "Ann",
    "AGREE",
    "-- two promises",
    "From: the heart, always.",
    "1. yes\n2. no\n3. On Fridays at 10:00 only",
    "Le matin, c'est mieux :\nvers 9h",
    "Pipes and Sons\n+49 30 1234567\npipes@example.org",
    "Two of us:\n\nMaya Lind\n\nJonas Berg",
    "On Mondays I remember what you wrote: it helped.",
    "- one\n- two\n\n* three",
    "https://example.org/plan\n\nhttps://example.org/list",
    "Sent with love, from my heart.",
    "This stays confidential between the two of us, please.",
    "-----\nabove all: rest",
    "🙂",
    "Yes.\n\nNo, wait: only when I ask.\n\nThanks,\nJonas",
    "Date: every Monday\nTo: both of us",
    "PASS",
    "Change 3 to: We answer within a day, and not at night.",
    "Why? I have a question: who sees this?",
    "It depends.\n\nIf I am tired: no.\n\nIf not: yes.",
    "Am Montag um 10:00 schrieb ich dir: das gilt.",
    "My rule:\n\n1. rest\n\n2. work\n\n3. sleep",
    "Let's say Tuesday 3 June 2025 at 10:00:\nlunch.",
    "Is this confidential? Who is the recipient? Please disclose.",
    "Subject: money\nWe split it.",
    "What you wrote is right.\n\nOn Sunday:\nrest",
    "I am\n-Jonas",
    "=====\nPlan\n=====\nrest",
    "Two promises:\n-- be on time\n-- say it early",
    "Jonas",
    "+49 30 1234567",
    "Please unsubscribe me from this",
    "STOP",
    "3",
)
HEADS = (
    "",
    "On Mon, 2 Mar 2026 at 10:02, {name} <{address}> wrote:\n",
    "On Mon, Mar 2, 2026 at 10:02 AM {name} <\n{address}> wrote:\n",
    "Am 02.03.2026 um 10:02 schrieb {name}:\n",
    "Le lun. 2 mars 2026 à 10:02, {name} <{address}> a\nécrit :\n",
    "пн, 2 мар. 2026 г. в 10:02, {name} <{address}>:\n",
    "-----Original Message-----\nFrom: {name} <{address}>\nSent: Monday, March 2, 2026 10:02 AM\nTo: Jonas Berg\nSubject: {subject}\n",
    "________________________________\nVon: {name} <{address}>\nGesendet: Montag, 2. März 2026 10:02\nAn: Jonas Berg\nBetreff: {subject}\n",
    "2026-03-02 10:02 GMT+01:00 {name} <{address}>:\n",
)
TAILS = (
    "",
    "\n\nSent from my iPhone",
    "\n\n-- \nJonas Berg\n+49 30 5550 007",
    "\n\nGet Outlook for Android",
    "\n\nThis email is confidential and intended solely for the addressee. If you are not the intended recipient, notify the sender.",
)
MARKS = ("> ", ">", ">> ", " > ", "")


def rewrapped(text: str, columns: int) -> str:
    """The same words in lines of this length; an empty line stays one."""
    return "\n".join("\n".join(textwrap.wrap(line, columns)) for line in text.split("\n"))


def shapes(letter: Quoted):
    """Each way of introducing a quote, with one of each other thing, in turns; below our words and above them."""
    for n, head in enumerate(HEADS):
        mark, tail, columns = MARKS[n % len(MARKS)], TAILS[(n // 2) % len(TAILS)], (60, 72, 78, 998)[n % 4]
        introduced = head.format(name=letter.name, address=letter.address, subject=letter.subject)
        quote = introduced + (
            programs.marked(rewrapped(letter.text, columns), mark) if mark else rewrapped(letter.text, columns)
        )
        yield n, "{answer}" + tail + "\n\n" + quote
        if mark:
            yield n + len(HEADS), quote + "\n\n{answer}" + tail


def test_nothing_is_lost_and_nothing_leaks_whatever_the_answer_the_letter_and_the_shape(pair):
    wrong, turn = [], 0
    names = ("jonas", "berg")
    for sent in [m for m in pair.mails if not m.mine]:
        letter = mailbox.quoted(sent)
        for n, shape in shapes(letter):
            turn += 1
            answer = ANSWERS[turn % len(ANSWERS)]
            found = typed_text(shape.replace("{answer}", answer), (sent.text,), names)
            if found.kept.split() != answer.split() or found.quoted:
                wrong.append((sent.subject, n, answer, found.kept))

    assert turn > 1000
    assert wrong == []


@pytest.mark.parametrize("program", ALL.values(), ids=ALL)
def test_every_letter_is_answered_from_every_program(program, pair):
    wrong = []
    for number, sent in enumerate(m for m in pair.mails if not m.mine):
        answer = ANSWERS[number % len(ANSWERS)]
        found = new_text(read(program(typed(answer, mailbox.quoted(sent)))), (sent.text,))
        if found.kept.split() != answer.split() or found.disagree or found.quoted:
            wrong.append((sent.subject, answer, found.kept, found.disagree, found.quoted))

    assert wrong == []
