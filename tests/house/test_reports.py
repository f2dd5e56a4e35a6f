"""Reports of mail servers and complaints: what counts, what is forged, and who hears of it."""

import re
import sys
from datetime import timedelta

import pytest
from aiosmtplib import SMTPRecipientsRefused
from pair import JONAS, MAYA, Pair
from structlog.testing import capture_logs

from agent.alliance.model import Phase
from agent.log import configure
from agent.mail.address import Route

ANSWER = "I hope we stay friends."


class Letter:
    """The newest letter to somebody, as a report knows it."""

    def __init__(self, pair: Pair, person=MAYA) -> None:
        self.raw = pair.last(person).raw
        self.doors = pair.play.service.doors
        found = re.search(rb"\r\nReply-To:\s+(\S+)", self.raw)
        assert found
        self.reply = found[1].decode()
        route = self.doors.route_of(self.reply)
        assert isinstance(route, Route)
        self.return_path = self.doors.bounce_address(route.alliance, route.letter)
        self.id = self.doors.message_id(route.alliance, route.letter)

    def report(self, status: str = "5.1.1", action: str = "failed", original: str | None = None) -> bytes:
        """A notice of non-delivery (RFC 3464)."""
        about = f"Return-Path: <{self.return_path}>\r\n" if original is None else f"Message-ID: {original}\r\n"
        return _multipart(
            "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered Mail Returned to Sender\r\n",
            "delivery-status",
            f"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; maya@example.org\r\nAction: {action}\r\n"
            f"Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} no\r\n",
            about,
        )

    def complaint(self, kind: str = "abuse", original: str | None = None) -> bytes:
        """A report of a feedback loop (RFC 5965)."""
        about = self.raw.decode().split("\r\n\r\n")[0] if original is None else f"Message-ID: {original}\r\n"
        fields = f"Feedback-Type: {kind}\r\nUser-Agent: Example/1\r\nVersion: 1\r\n"
        head = "From: fbl@provider.example\r\nSubject: Email feedback report\r\n"
        return _multipart(head, "feedback-report", fields, about)


def _multipart(head: str, kind: str, fields: str, about: str) -> bytes:
    return (
        f"{head}MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        f"--x\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\n{about}\r\n--x--\r\n"
    ).encode()


async def bounces(pair: Pair) -> int:
    found = (await pair.alliance()).people.get(MAYA.address)
    assert found
    return found.bounces


@pytest.mark.row("T52")
async def test_a_report_is_counted_and_the_operator_hears_of_it_without_a_name(pair: Pair) -> None:
    configure("info", "json", sys.stderr)
    letter = Letter(pair)
    with capture_logs() as said:
        assert await pair.hands_in("", letter.return_path, letter.report()) == []

    assert await bounces(pair) == 2
    [entry] = [x for x in said if x["event"] == "bounced"]
    assert "maya" not in str(entry)
    assert (await pair.inbox())[-1] == ("done", "undeliverable")


@pytest.mark.row("T51", "T4")
async def test_a_forged_report_counts_for_nothing(pair: Pair) -> None:
    letter, jonas = Letter(pair), Letter(pair, JONAS)
    words = b"From: Jonas <jonas@example.net>\r\nSubject: Re: x\r\n\r\n550 5.1.1 no such user, said my oven.\r\n"

    with pytest.raises(SMTPRecipientsRefused):  # a return path that we never wrote is refused in the session
        await pair.hands_in("", "alliance+b" + "a" * 39 + "@alliance.example.org", letter.report())
    for sender, to, raw in (
        ("jonas@example.net", letter.return_path, letter.report()),  # a person has no null sender
        ("", letter.reply, letter.report(original="<made-up@example.org>")),  # nor, of a forwarded letter, its id
        ("", letter.reply, letter.report(original=letter.id)),  # which goes on in every answer to it
        ("", letter.reply, letter.report(original=jonas.id)),  # somebody's own letter says nothing of another's
        ("jonas@example.net", letter.return_path, words),
    ):
        assert await pair.hands_in(sender, to, raw) == []

    assert await bounces(pair) == 0
    assert not (await pair.alliance()).participant(1).paused
    await pair.hands_in("", letter.reply, letter.report())  # the control: the same, with our letter given back
    assert await bounces(pair) == 2


@pytest.mark.row("T55", "T54", "T69", "decision 14", "decision 28")
async def test_a_complaint_is_honoured_at_once_and_for_ever_and_nobody_learns_why(pair: Pair) -> None:
    letter = Letter(pair, JONAS)

    [told] = await pair.hands_in("fbl@provider.example", letter.return_path, letter.complaint())

    assert told.person == MAYA
    assert not re.search("complain|spam", told.text, re.IGNORECASE)
    alliance = await pair.alliance()
    assert alliance.phase == Phase.ENDED
    assert alliance.people[JONAS.address].suppressed

    await pair.play.wait(timedelta(days=60))  # all of it is forgotten but for a keyed hash
    assert await pair.play.alliances() == []
    async with pair.play.service.database.transaction() as c:
        assert await c.fetch("SELECT * FROM people") == []
    await pair.play.write(MAYA, "Jonas and me", "Jonas Berg (jonas@example.net) and I try again.")
    assert "jonas@example.net" not in pair.last(MAYA).text
    assert pair.last(JONAS).raw == letter.raw


@pytest.mark.row("T55")
async def test_who_complained_and_then_asks_for_something_is_answered_and_still_invited_by_nobody(pair: Pair) -> None:
    letter = Letter(pair, JONAS)
    await pair.hands_in("fbl@provider.example", letter.return_path, letter.complaint())

    assert await pair.says(JONAS, "Never write to me again.") == []
    [told] = await pair.says(JONAS, "MY DATA")
    assert told.person == JONAS

    await pair.play.write(MAYA, "Jonas and me", "Jonas Berg (jonas@example.net) and I try again.")
    assert "jonas@example.net" not in pair.last(MAYA).text


@pytest.mark.row("T51", "T55")
async def test_a_complaint_that_is_none_changes_nothing(pair: Pair) -> None:
    letter = Letter(pair, JONAS)
    for to, raw in (
        (letter.return_path, letter.complaint("not-spam")),
        (letter.reply, letter.complaint(original="<made-up@example.org>")),
        (letter.reply, letter.complaint(original=letter.id)),
    ):
        assert await pair.hands_in("fbl@provider.example", to, raw) == []

    assert len(await pair.says(JONAS, ANSWER)) == 1


@pytest.mark.row("T51", "T55")
async def test_whoever_was_sent_a_copy_of_a_reply_cannot_complain_in_its_authors_name(pair: Pair) -> None:
    """It bears the reply address and the Message-ID of our letter; what a feedback loop gives back is the letter."""
    letter = Letter(pair, JONAS)
    raw = (
        f"From: {JONAS.address}\r\nTo: {letter.reply}\r\nCc: {MAYA.address}\r\nIn-Reply-To: {letter.id}\r\n\r\n{ANSWER}"
    )
    await pair.hands_in(JONAS.address, letter.reply, raw.encode())

    assert await pair.hands_in(MAYA.address, letter.reply, letter.complaint(original=letter.id)) == []
    assert (await pair.alliance()).phase == Phase.ASKING

    await pair.hands_in("fbl@provider.example", letter.reply, letter.complaint())
    assert (await pair.alliance()).phase == Phase.ENDED
