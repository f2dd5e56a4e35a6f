"""Bad input and faults: each has a defined outcome, and nothing that was answered with 250 is lost or done twice."""

import re
import sqlite3
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from pair import JONAS, MAYA, Pair

from agent.mail.address import Route
from agent.mail.envelope import Envelope
from agent.smtp.inbound import Inbound

ANSWER = "I hope we stay friends, and that we find out who decides what."


def address_of(pair: Pair, person=MAYA, subject: str = "") -> str:
    return str(message_from_bytes(pair.last(person, subject).raw, policy=policy.default)["Reply-To"])


def raw_reply(to: str, body: bytes, *, sender: str = "maya@example.org", extra: bytes = b"") -> bytes:
    head = f"From: Maya Lind <{sender}>\r\nTo: {to}\r\nSubject: Re: Before we start\r\nMessage-ID: <1@example.org>\r\n"
    return head.encode() + extra + b"\r\n" + body


async def test_the_two_are_asked_their_first_prompt_when_both_said_yes(pair: Pair) -> None:
    for person in (MAYA, JONAS):
        assert "hopes and worries" in pair.last(person).subject


@pytest.mark.row("T43")
@pytest.mark.parametrize(
    "extra",
    [
        b"Content-Type: text/plain; charset=x-no-such-charset\r\n",
        b"Content-Type: multipart/mixed; boundary=missing\r\n",
        b"Content-Type: text/plain; charset=\r\nContent-Transfer-Encoding: base65\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: ;;;\r\n",
    ],
)
async def test_malformed_mail_keeps_its_words_or_says_that_it_could_not_be_read(pair: Pair, extra: bytes) -> None:
    to = address_of(pair)

    new = await pair.hands_in("maya@example.org", to, raw_reply(to, ANSWER.encode() + b"\r\n", extra=extra))

    assert len(new) == 1
    kept = (await pair.alliance()).answer(1, "hopes")
    assert (kept is not None and kept.text == ANSWER) or "read" in new[0].text
    assert (await pair.inbox())[-1][0] == "done"


async def test_an_empty_reply_is_told_and_the_question_stays_open(pair: Pair) -> None:
    [told] = await pair.says(MAYA, "")

    assert "without words" in told.text
    assert (await pair.alliance()).answer(1, "hopes") is None
    assert len(await pair.says(MAYA, ANSWER)) == 1
    assert (await pair.alliance()).answer(1, "hopes") is not None


async def test_a_reply_to_an_ended_alliance_is_explained_once(pair: Pair) -> None:
    prompt = pair.last(MAYA)
    await pair.says(JONAS, "STOP")

    await pair.play.reply(prompt, ANSWER)
    first = [m.subject for m in pair.play.mails[-1:] if not m.mine]
    await pair.play.reply(prompt, ANSWER + " Again.")

    assert len(first) == 1
    assert pair.play.mails[-1].mine


@pytest.mark.row("T8")
async def test_words_from_another_address_are_held_until_the_registered_one_says_yes(pair: Pair) -> None:
    to = address_of(pair)

    [asked] = await pair.hands_in("m@work.example", to, raw_reply(to, ANSWER.encode(), sender="m@work.example"))
    assert asked.person == MAYA
    assert ANSWER in asked.seen
    assert (await pair.alliance()).answer(1, "hopes") is None

    await pair.says(MAYA, "Yes")
    kept = (await pair.alliance()).answer(1, "hopes")
    assert kept is not None
    assert kept.text == ANSWER


@pytest.mark.row("T2", "T3")
async def test_a_forged_from_finds_no_address_to_write_to(pair: Pair) -> None:
    good = address_of(pair)
    forged = good.replace(good[12:16], "aaaa")

    with pytest.raises(SMTPRecipientsRefused) as refused:
        await pair.hands_in("maya@example.org", forged, raw_reply(forged, b"AGREE\r\n"))

    assert refused.value.recipients[0].code == 550
    theirs = address_of(pair, JONAS)
    new = await pair.hands_in("maya@example.org", theirs, raw_reply(theirs, ANSWER.encode()))
    assert {m.person for m in new} == {JONAS, MAYA}  # Jonas's address with Maya's name on it: both are told
    assert not any(ANSWER in m.seen for m in new)
    assert (await pair.alliance()).answer(2, "hopes") is None
    assert (await pair.alliance()).answer(1, "hopes") is None


@pytest.mark.row("T33", "R4")
async def test_the_same_mail_twice_is_done_once(pair: Pair) -> None:
    to = address_of(pair)
    raw = raw_reply(to, ANSWER.encode())

    assert len(await pair.hands_in("maya@example.org", to, raw)) == 1
    assert await pair.hands_in("maya@example.org", to, raw) == []

    answers = [a for a in (await pair.alliance()).answers if a.participant == 1 and a.prompt == "hopes"]
    assert len(answers) == 1


async def test_two_replies_that_cross_are_both_kept(pair: Pair) -> None:
    service = pair.play.service
    mails = [(MAYA, address_of(pair, MAYA)), (JONAS, address_of(pair, JONAS))]
    for person, to in mails:
        raw = raw_reply(to, f"{person.name} hopes.".encode(), sender=person.address)
        await service.keep([Envelope(person.address, to, raw, "127.0.0.1")])

    await pair.play.settle()

    alliance = await pair.alliance()
    said = [alliance.answer(n, "hopes") for n in (1, 2)]
    assert [a.text for a in said if a] == ["Maya Lind hopes.", "Jonas Berg hopes."]


@pytest.mark.row("T31")
async def test_a_mail_of_thirty_megabytes_is_refused_by_the_door(pair: Pair) -> None:
    to = address_of(pair)

    with pytest.raises(SMTPResponseException) as refused:
        await pair.hands_in("maya@example.org", to, raw_reply(to, (b"x" * 76 + b"\r\n") * 400_000))

    assert refused.value.code == 552
    assert len(await pair.says(MAYA, ANSWER)) == 1


@pytest.mark.row("T32")
async def test_a_locked_database_is_try_again_later_and_then_nothing_is_lost(pair: Pair, tmp_path) -> None:
    await _pragma(pair, "busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "house.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    to = address_of(pair)

    with pytest.raises(SMTPDataError) as refused:
        await pair.hands_in("maya@example.org", to, raw_reply(to, ANSWER.encode()))
    other.execute("ROLLBACK")
    other.close()

    assert refused.value.code == 451
    assert "lock" not in refused.value.message.lower()
    assert len(await pair.hands_in("maya@example.org", to, raw_reply(to, ANSWER.encode()))) == 1


@pytest.mark.row("T32")
async def test_a_full_disk_is_try_again_later(pair: Pair) -> None:
    async with pair.play.service.database.transaction() as c:
        [(pages,)] = await c.fetch("PRAGMA page_count")
    await _pragma(pair, f"max_page_count = {pages}")
    to = address_of(pair)

    with pytest.raises(SMTPDataError) as refused:
        await pair.hands_in(
            "maya@example.org", to, raw_reply(to, ANSWER.encode() + b"\r\n" + b"more words\r\n" * 50_000)
        )
    assert refused.value.code == 451

    await _pragma(pair, "max_page_count = 1000000")
    assert len(await pair.hands_in("maya@example.org", to, raw_reply(to, ANSWER.encode()))) == 1


@pytest.mark.row("R5")
async def test_a_relay_that_is_down_for_a_day_delays_letters_and_loses_none(pair: Pair) -> None:
    relay = pair.play.service.relay
    port, relay.port = relay.port, 1
    await relay.close()
    before = len(pair.play.mails) + 1
    await pair.says(MAYA, ANSWER)
    await pair.play.wait(timedelta(days=1))
    assert len(pair.play.mails) == before
    assert await pair.play.faults() == ["outbox: 1 owed"]

    relay.port = port
    await pair.play.wait(timedelta(hours=5))

    assert [m.subject for m in pair.play.mails[before:]] == [pair.last(MAYA).subject]
    assert await pair.play.faults() == []


@pytest.mark.row("T52", "decision 21")
@pytest.mark.parametrize(
    ("said", "pauses"), [("550 5.1.1 no such user", True), ("554 5.7.1 we do not like you", False)]
)
async def test_letters_refused_for_good_are_visible_and_pause_a_reader_who_is_not_there(
    pair: Pair, said: str, pauses: bool
) -> None:
    async def refuse(*_: object) -> None:
        raise AssertionError

    closed = Inbound(accepts=lambda *_: said, keep=refuse, hostname="closed.test")
    relay = pair.play.service.relay
    await relay.close()
    relay.port = await closed.start()

    await pair.says(MAYA, ANSWER)
    assert not (await pair.alliance()).participant(1).paused  # it may have been an accident
    await pair.play.wait(timedelta(days=4))
    await closed.stop()

    assert (await pair.play.faults())[0].endswith("failed")
    assert (await pair.alliance()).participant(1).paused == pauses


async def test_what_breaks_a_reader_is_set_aside_and_the_next_goes_on(pair: Pair) -> None:
    async with pair.play.service.database.transaction() as c:
        await c.execute("UPDATE outbox SET about = 'draft:x' WHERE participant = 1")

    assert await pair.says(MAYA, ANSWER) == []
    assert len(await pair.says(JONAS, ANSWER)) == 1

    states = await pair.inbox()
    assert states[-2][0] == "aside"
    assert states[-1] == ("done", "replied")


@pytest.mark.row("F56", "T49")
async def test_an_auto_reply_is_no_answer_and_moves_nothing(pair: Pair) -> None:
    to = address_of(pair)
    away = b"Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\n"

    assert await pair.hands_in("maya@example.org", to, raw_reply(to, b"I am away until 9 March.\r\n", extra=away)) == []

    assert (await pair.alliance()).answer(1, "hopes") is None


@pytest.mark.row("F56", "T49")
@pytest.mark.parametrize(
    ("sender", "outcome"), [("maya@example.org", "autoreplied"), ("filter@mx.example.org", "not a report")]
)
async def test_only_their_own_auto_reply_to_the_return_path_tells_when_somebody_is_back(
    pair: Pair, sender: str, outcome: str
) -> None:
    route = pair.play.service.doors.route_of(address_of(pair))
    assert isinstance(route, Route)
    to = pair.play.service.doors.bounce_address(route.alliance, route.letter)
    raw = raw_reply(to, b"It is held until 9 December.\r\n", extra=b"Auto-Submitted: auto-replied\r\n")

    await pair.hands_in("", to, raw.replace(b"maya@example.org", sender.encode()))

    assert (await pair.inbox())[-1] == ("done", outcome)


@pytest.mark.row("T9")
async def test_a_cc_never_becomes_a_participant_and_gets_nothing(pair: Pair) -> None:
    to = address_of(pair)

    new = await pair.hands_in("maya@example.org", to, raw_reply(to, ANSWER.encode(), extra=b"Cc: eve@example.com\r\n"))

    assert {m.person for m in new} == {MAYA}
    assert len((await pair.alliance()).participants) == 2


@pytest.mark.row("T10", "T65")
async def test_one_mail_to_two_peoples_addresses_is_its_authors_alone(pair: Pair) -> None:
    """As when one answers all below a letter that the other has passed on: the words go to neither by our hand."""
    mine, theirs = address_of(pair, MAYA), address_of(pair, JONAS)
    raw = raw_reply(f"{mine}, {theirs}", ANSWER.encode() + b"\r\n\r\nPRIVATE canprivate\r\n")

    came = [m for to in (mine, theirs) for m in await pair.hands_in("maya@example.org", to, raw)]

    found = (await pair.alliance()).answer(1, "hopes")
    assert found is not None
    assert found.text == ANSWER
    assert (await pair.alliance()).answer(2, "hopes") is None
    [told] = [m for m in came if m.person == JONAS]
    assert told.subject == "An email that I did not use"
    assert ANSWER not in told.seen
    assert "canprivate" not in told.seen


@pytest.mark.row("T14")
async def test_the_envelope_decides_whatever_the_headers_name(pair: Pair) -> None:
    mine, theirs = address_of(pair, MAYA), address_of(pair, JONAS)

    await pair.hands_in("maya@example.org", mine, raw_reply(theirs, ANSWER.encode()))

    alliance = await pair.alliance()
    assert alliance.answer(1, "hopes") is not None
    assert alliance.answer(2, "hopes") is None


async def test_no_reply_address_shows_two_people_or_ids(pair: Pair) -> None:
    ids = set()
    for mail in pair.play.mails:
        if not mail.mine:
            ids |= set(re.findall(r"[a-z0-9]{30,}@", mail.raw.decode("ascii")))
    number = (await pair.alliance()).id
    assert ids
    assert not any(str(number) in found for found in ids)


async def test_strangers_are_refused_in_session_and_hear_nothing_by_mail(pair: Pair) -> None:
    front = pair.play.service.doors.front

    with pytest.raises(SMTPRecipientsRefused):
        await pair.hands_in("eve@example.com", front, raw_reply(front, b"hi", sender="eve@example.com"))
    new = await pair.hands_in("maya@example.org", front, raw_reply(front, b"hi", sender="eve@example.com"))

    assert new == []
    assert (await pair.inbox())[-1] == ("done", "stranger")


async def _pragma(pair: Pair, pragma: str) -> None:
    """Tell SQLite something that the product never says, to make the disk small or the lock short."""
    connection = pair.play.service.database._connection
    await connection.execute_fetchall(f"PRAGMA {pragma}")
