"""From a message to an event: who wrote, to which letter, and whether it is words at all."""

import re
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.alliance.event import Replied, RepliedFromElsewhere, Undeliverable, Unreadable, Unsubscribed
from agent.alliance.words import read_answer, read_consent
from agent.interpret import Asked, Nothing, event_of
from agent.mail.address import Doors
from agent.mail.html import text_of
from agent.mail.message import Message, read
from agent.mail.quote import new_text

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DOORS = Doors("alliance.test", (b"k" * 32,))
WORDS = "Hi Maya,\n\nWhat do you expect from doing this with Jonas?\n"


def event(
    body: str,
    *,
    head: str = "",
    sender: str = "maya@example.org",
    about: str = "prompt:hopes",
    to: str = "maya@example.org",
):
    raw = f"From: <{sender}>\r\nMessage-ID: <1@x>\r\n{head}\r\n{body}".encode()
    asked = Asked(1, about, "maya@example.org", to, WORDS)
    return event_of(read(raw), sender, asked, DOORS, finding="aligned", now=NOW, cause="inbox:1")


def test_the_new_words_of_the_registered_address_are_a_reply() -> None:
    quoted = "".join(f"> {line}\r\n" for line in WORDS.splitlines())

    found = event(f"I hope for fun.\r\n\r\nOn Monday Alliance wrote:\r\n{quoted}", head="Subject: Re: x\r\n")

    assert found == Replied(1, "prompt:hopes", "I hope for fun.", None, "inbox:1")


@pytest.mark.row("T46", "T74")
@pytest.mark.parametrize("about", ["prompt:hopes", "draft:1"])
def test_our_letter_is_taken_away_though_nothing_marks_it(about: str) -> None:
    found = event(f"Not yet.\r\n\r\n{WORDS.replace(chr(10), ' ')}\r\n", about=about)

    assert found == Replied(1, about, "Not yet.", None, "inbox:1")


@pytest.mark.row("T8", "T17")
@pytest.mark.parametrize("sender", ["m@work.example", "maya@example.org.evil.test"])
def test_words_from_any_other_address_are_from_elsewhere(sender: str) -> None:
    assert isinstance(event("I hope for fun.\r\n", sender=sender), RepliedFromElsewhere)


@pytest.mark.row("T17")
@pytest.mark.parametrize("head", ["From: eve@evil.test\r\n", "FROM: maya@example.org\r\n", "From: x\r\n"])
def test_a_mail_with_two_authors_is_neither_ones(head: str) -> None:
    found = event("I hope for fun.\r\n", head=head)

    assert isinstance(found, RepliedFromElsewhere)
    assert found.sender == "?"
    assert isinstance(event("Fun.\r\n", sender="maya@example.org>, <eve@evil.test"), RepliedFromElsewhere)


@pytest.mark.row("T55", "decision 17")
@pytest.mark.parametrize("about", ["prompt:P03", "checkin:2"])
def test_the_mail_programs_unsubscribe_button_is_understood(about: str) -> None:
    assert event("", head="Subject: STOP\r\n", about=about) == Unsubscribed(1, about, "inbox:1")


@pytest.mark.row("T45")
@pytest.mark.parametrize(
    "about",
    [
        "draft:1",
        "invitation",
        "ready",
        "was:inbox:3",
        "erase",
        "settle:meeting",
        "vote:1",
        "pass:1",
        "trial:0",
        "rest:settle:meeting",
    ],
)
def test_halves_that_disagree_are_never_a_yes(about: str) -> None:
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n'
    body = "--b\r\nContent-Type: text/plain\r\n\r\nAGREE\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>No, I do not</p>\r\n--b--\r\n"

    assert event(body, head=head, about=about) == Unreadable(1, about, "disagree", "inbox:1")


@pytest.mark.row("T52", "decision 14")
def test_a_bounce_of_an_address_that_was_replaced_says_nothing_about_the_new_one() -> None:
    head = "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
    head += "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\nMIME-Version: 1.0\r\n"
    body = "--b\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
    body += "Final-Recipient: rfc822; maya@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"

    assert event(body, head=head, sender="mailer-daemon@example.org", to="old@example.org") == Nothing("replaced")
    assert event(body, head=head, sender="mailer-daemon@example.org") == Undeliverable(
        1, "prompt:hopes", permanent=True, cause="inbox:1"
    )


@pytest.mark.row("T11")
def test_a_reply_address_that_a_quote_left_behind_goes_no_further() -> None:
    found = event(f"I hope for fun. {DOORS.reply_address(7, 3)} dixit\r\n")

    assert isinstance(found, Replied)
    assert found.text == "I hope for fun. … dixit"


@pytest.mark.row("T11")
def test_no_yes_grows_together_where_a_reply_address_stood() -> None:
    for words in ("AG{}REE", "同意{}します"):
        found = event(
            words.format(DOORS.reply_address(7, 3)) + "\r\n", head="Content-Type: text/plain; charset=utf-8\r\n"
        )

        assert isinstance(found, Replied)
        assert read_consent(found.text, 6).verdict != "confirm"


@pytest.mark.row("T50")
def test_our_own_mail_coming_back_is_nothing() -> None:
    assert event("hello\r\n", sender="alliance@alliance.test") == Nothing("loop")


@pytest.mark.row("T46")
@pytest.mark.parametrize(
    "below",
    [
        "-- \r\nMaya\r\nI agree\r\n", "Sent from my phone. I agree\r\n-- \r\nI agree",
        "\r\n-----Original Message-----\r\nFrom: Jonas <jonas@example.net>\r\nSent: Monday, 2 March 2026\r\nTo: Maya\r\nSubject: x\r\n\r\nI agree",
        "\r\nThis message is confidential. If you are not the intended recipient, you agree to destroy it; any unauthorised disclosure is prohibited.",
    ],
)  # fmt: skip
def test_a_yes_in_the_subject_or_in_what_stands_below_is_none(below: str) -> None:
    found = event(f"Not yet.\r\n\r\n{below}", head="Subject: AGREE\r\n", about="draft:1")

    assert not isinstance(found, Replied) or read_consent(found.text, 0).verdict != "confirm"
    assert not isinstance(event("", head="Subject: I agree\r\n", about="draft:1"), Replied)


@pytest.mark.row("T46")
def test_a_yes_behind_a_quote_mark_is_nobodys_yes() -> None:
    quoted = "".join(f"> {line}\r\n" for line in WORDS.splitlines())

    assert event(f"> AGREE\r\n\r\n{quoted}", about="draft:1") == Unreadable(1, "draft:1", "disagree", "inbox:1")


SPACES = st.sampled_from([*" " * 6, "\n", "\n\n"])
SIGNS = [
    "private",
    "PRIVATE",
    "Private",
    "privately:",
    "private :",
    "- private",
    "\U0001d429rivate",
    "-",
    ":",
    "\u201c private",
    "2.",
]
HTML = ["{}", '<div style="white-space: pre-wrap">{}</div>', "<style>div.a b, .b {{ white-space: pre-line }}</style><div class=b>{}</div>"]  # fmt: skip


@st.composite
def halves(draw: st.DrawFn) -> tuple[str, str]:
    """A text half and a HTML half with the same words, each of them once, and with line ends of their own.

    No PRIVATE stands behind the words that it means: which they are is for the lines to say.
    """
    signs = draw(st.lists(st.sampled_from(["", "", *SIGNS]), min_size=1, max_size=20))
    said = [f"{sign} w{n}{'x' * (n * n % 23)}{'.' if n % 3 == 0 else ''}" for n, sign in enumerate(signs)]
    words = " ".join(said).split()
    text, html = ("".join(x for word in words for x in (draw(SPACES), word)).strip() for _ in range(2))
    return text, html


@pytest.mark.row("F17", "T45")
@settings(max_examples=400, deadline=None)
@given(both=halves(), page=st.sampled_from(HTML), breaks=st.booleans())
@example(both=("I like mornings\nprivate i am afraid\n\nAnd thanks",) * 2, page=HTML[0], breaks=False)
@example(both=("I like mornings\nprivate i am afraid\n\nAnd thanks",) * 2, page=HTML[1], breaks=False)
@example(both=("I like mornings\nprivate i am afraid\n\nAnd thanks",) * 2, page=HTML[2], breaks=False)
def test_what_is_private_in_either_half_of_a_mail_is_never_shared(
    both: tuple[str, str], page: str, breaks: bool
) -> None:
    html = page.format(escape(both[1]).replace("\n", "<br>") if breaks else escape(both[1]))

    shared = words_shared(new_text(Message(text=both[0], html=html)).kept)

    assert not shared & words_private(both[0])
    assert not shared & words_private(text_of(html))


def words_shared(text: str) -> set[str]:
    return set(re.findall(r"w\d+", read_answer(text, now=NOW).text))


def words_private(text: str) -> set[str]:
    return set(re.findall(r"w\d+", read_answer(text, now=NOW).private))
