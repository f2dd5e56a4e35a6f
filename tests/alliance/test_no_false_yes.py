"""A yes that was not given, looked for from the bytes of a mail to what the alliance recorded of it."""

from base64 import encodebytes

import pytest
from talk import Talk

from agent.alliance.event import Replied
from agent.alliance.letters import Erased
from agent.alliance.model import Alliance
from agent.interpret import Asked, Nothing, event_of
from agent.mail.address import Doors
from agent.mail.message import read

DOORS = Doors("alliance.test", (b"k" * 32,))
LETTER = "Draft 1\n\n1. Maya does the books every Friday.\n6. We stop, sit down and talk it through.\n\nReply AGREE if it says what you mean.\n"
HEAD = "From: Maya Lind <maya@example.org>\nSubject: Re: Draft 1\nMessage-ID: <1@example.org>\nIn-Reply-To: <a@alliance.test>\nMIME-Version: 1.0\n"
DRAFTED = Talk().drafted().alliance


def part(kind: str, words: str, more: str = "") -> str:
    octets = encodebytes(words.encode()).decode()
    return f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: base64\n{more}\n{octets}"


def parts(kind: str, *found: str) -> str:
    return f"Content-Type: multipart/{kind}; boundary=b\n\n" + "".join(f"--b\n{one}\n" for one in found) + "--b--\n"


def after(body: str, about: str = "draft:1") -> Talk | Nothing:
    """What comes of a mail with this body, answered to the first draft."""
    asked = Asked(1, about, "maya@example.org", "maya@example.org", LETTER)
    talk = Talk(DRAFTED)
    event = event_of(
        read((HEAD + body).encode()),
        "maya@example.org",
        asked,
        DOORS,
        finding="aligned",
        now=talk.now,
        cause="inbox:99",
    )
    return event if isinstance(event, Nothing) else talk.happens(event)


def agreed(body: str) -> bool:
    found = after(body)
    return isinstance(found, Talk) and bool(found.alliance.confirmations)


@pytest.mark.parametrize("tail", [
    "", "\n\nMaya", "\n--\nMaya Lind\nThe Bakery, 030 1234567", "\n\n-- \nNever stop baking", "\n\nSent from my iPhone",
    "\n\nThis email and its attachments are confidential. If you are not the intended recipient, notify the sender and delete it.",
    "\n\n__________\nDo you Yahoo!? Get your free mail at www.example.com",
])  # fmt: skip
def test_what_programs_put_below_a_yes_leaves_it_one(tail: str) -> None:
    assert agreed(part("text/plain", f"I agree.{tail}\n"))


@pytest.mark.parametrize("tail", [
    "\n\n---\nBut line 6 must go.", "\n--\nexcept line 6", "\n\n--\nOnly if Jonas drops line 1.", "\n\n—\nJonas must pay half of it.",
    "\n\nBut keep line 4 confidential, no unauthorised disclosure, and limit our liability.",
    "\n\nThe property of the shop stays confidential and nobody discloses it in error.",
    "\n\n----------\nbut not to 6\nCall me: 030 1234567", "\n\n----------\nI want the subscription out of it.\nwww.example.com",
    "\n\nSent from my phone, but I don't agree to 6", "\nSent by mail only if 6 goes",
    "\n\nCAUTION: I agree only if outside links are dropped",
])  # fmt: skip
def test_what_a_person_put_below_a_yes_is_read(tail: str) -> None:
    assert not agreed(part("text/plain", f"I agree.{tail}\n"))


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_below_what_is_too_long_to_be_read_a_condition_may_stand(kind: str) -> None:
    gap = " \n" * 200_000 if kind == "text/plain" else "<br>" * 60_000

    assert not agreed(part(kind, f"AGREE{gap}but only if 6 is dropped"))


def test_a_condition_behind_a_long_comment_or_deep_inside_may_be_meant() -> None:
    assert not agreed(part("text/html", f"<p>AGREE</p><!--{'x' * 300_000}--><p>but only if 6 is dropped</p>"))
    assert not agreed(part("text/html", f"<p>AGREE</p>{'<div>' * 300}but only if 6 is dropped"))
    deep = part("text/plain", "but only if 6 is dropped")
    for level in range(15):
        deep = f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{deep}\n--b{level}--\n"
    assert not agreed(parts("mixed", part("text/plain", "AGREE"), deep))


@pytest.mark.parametrize("body", [
    "<p><s>AGREE</s></p>", "<del>AGREE</del>", '<span style="text-decoration: line-through">AGREE</span>', "I <strike>do not</strike> agree",
])  # fmt: skip
def test_what_is_struck_through_is_not_said(body: str) -> None:
    assert not agreed(part("text/html", body))
    assert not agreed(parts("alternative", part("text/plain", "AGREE"), part("text/html", body)))


@pytest.mark.row("T45")
@pytest.mark.parametrize(
    "shown", ["<p>AGREE?</p>", "<p>AGREE 👎</p>", '<p>AGREE <img alt="👎"></p>', "<p>AGREE</p><p>not to 6</p>"]
)
def test_a_sign_in_one_half_alone_is_asked_about(shown: str) -> None:
    assert not agreed(parts("alternative", part("text/plain", "AGREE"), part("text/html", shown)))


def test_words_behind_the_end_of_a_page_are_read() -> None:
    page = part("text/html", "<html><body><p>AGREE</p></body></html>")
    more = part("text/html", "<html><body><p>only if 6 goes</p></body></html>")

    assert agreed(page)
    assert not agreed(parts("mixed", page, more))
    assert not agreed(part("text/html", "<html><body><p>AGREE</p></body></html>only if 6 goes"))


def test_a_calendar_that_is_attached_to_an_answer_does_not_take_its_words_away() -> None:
    day = "BEGIN:VCALENDAR\r\nMETHOD:{}\r\nEND:VCALENDAR\r\n"
    attached = "Content-Disposition: attachment; filename=day.ics\n"

    assert agreed(parts("mixed", part("text/plain", "AGREE"), part("text/calendar", day.format("PUBLISH"), attached)))
    assert isinstance(
        after(parts("alternative", part("text/plain", "AGREE"), part("text/calendar", day.format("REPLY")))), Nothing
    )


@pytest.mark.row("T8")
@pytest.mark.parametrize(
    "answer",
    ["Great. Spam again.", "Sure. My colleague has my phone.", "Yes. That was my husband.", "nice", "why not", "Yes?"],
)
def test_held_words_are_released_by_a_plain_yes_alone(answer: str) -> None:
    talk = Talk(DRAFTED)
    asked = Asked(1, "draft:1", "maya@example.org", "maya@example.org", LETTER)
    raw = (HEAD.replace("maya@", "m@work.") + part("text/plain", "AGREE")).encode()
    talk.happens(
        event_of(read(raw), "m@work.example.org", asked, DOORS, finding="aligned", now=talk.now, cause="inbox:99")
    )

    talk.happens(Replied(1, "was:inbox:99", answer, None, "inbox:100"))

    assert not talk.alliance.confirmations
    assert talk.happens(Replied(1, "was:inbox:99", "Yes, that was me", None, "inbox:101")).alliance.confirmations


def erases(alliance: Alliance, words: str, about: str) -> bool:
    return any(isinstance(letter, Erased) for letter in Talk(alliance).says(1, words, about).letters(1))


@pytest.mark.parametrize(
    "answer",
    ["DELETE NOW?", "Delete later", "Delete, but not now", "DELETE NOW\n\nno wait", "Delete my data. But not now."],
)
def test_nothing_is_erased_by_half_a_word(answer: str) -> None:
    asked = Talk(DRAFTED).says(1, "DELETE", "draft:1").alliance
    ended = Talk(DRAFTED).says(1, "STOP", "draft:1").alliance

    assert not erases(asked, answer, "erase")
    assert not erases(ended, answer, "left")
    assert erases(asked, "Delete now, please.\n\nMaya", "erase")
    assert erases(ended, "DELETE NOW", "left")
