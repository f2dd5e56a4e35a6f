"""What stands on every letter of a conversation, as the next hop gets it."""

import email
import email.policy
import re
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
from served import settings_for
from test_batches import ANN, BEN, NOON, House

from agent.alliance import samples
from agent.compose import kind_of
from agent.log import configure
from agent.service import opened

KINDS = {"invitation", "prompt", "nudge", "draft", "receipt", "final", "checkin", "digest"}  # mail.md section D


@pytest.fixture
async def house() -> AsyncIterator[House]:
    configure("error", "json", sys.stderr)
    async with opened(settings_for("sqlite::memory:", 2599, 1), now=lambda: NOON) as service:
        found = House(service)
        service.delivery.send = found.send
        yield found


def read(raw: bytes) -> EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


async def test_a_receipt_answers_the_mail_that_it_is_for_and_a_question_does_not(house: House) -> None:
    await house.asking(1)
    await house.service.settle()
    await house.says(BEN, "STATUS")
    receipt = read(house.sent[-1][1])
    await house.says(BEN, "I hope we stay friends.")

    assert receipt["In-Reply-To"] == f"<6.{BEN}>"
    first, *_, last = receipt["References"].split()
    assert first.endswith("@alliance.test>")
    assert last == f"<6.{BEN}>"
    assert f"<6.{BEN}>" not in str([read(raw)["References"] for to, raw in house.sent if to == ANN])
    for to, raw in house.sent:
        if to == BEN and read(raw)["Auto-Submitted"] == "auto-generated" and read(raw)["References"]:
            assert re.fullmatch(r"(<m[a-z2-7]{39}@alliance\.test>\s*)+", read(raw)["References"])


async def test_words_from_elsewhere_are_not_what_the_question_about_them_answers(house: House) -> None:
    await house.asking(1)
    await house.service.settle()
    await house.writes("eve@evil.test", "It is me.", to=house.doors[BEN])
    await house.service.settle()

    assert "evil" not in read(house.sent[-1][1])["References"]
    assert house.sent[-1][0] == BEN


@pytest.mark.row("T62", "T63")
async def test_every_letter_has_what_its_kind_asks_for_and_nothing_else(house: House) -> None:
    await house.asking(1)
    await house.service.settle()
    await house.says(BEN, "HELP")

    for to, raw in house.sent:
        letter = read(raw)
        assert letter["To"].addresses[0].addr_spec == to
        assert not {"cc", "bcc", "return-receipt-to", "disposition-notification-to"} & {n.lower() for n in letter}
        assert letter["X-Auto-Response-Suppress"] == "OOF, AutoReply"
        assert letter["Feedback-ID"].split(":")[0] in KINDS
        assert (letter["List-Unsubscribe"] is None) == (letter["Auto-Submitted"] == "auto-replied")
        assert not [p for p in letter.walk() if p.get("Content-Transfer-Encoding") in ("8bit", "binary")]
        assert max(map(len, raw.split(b"\r\n\r\n")[0].split(b"\r\n"))) < 120  # an URL cannot be folded
        assert len(raw) < 95_000


def test_every_letter_is_of_a_kind_that_says_how_it_travels() -> None:
    kinds = {(kind_of(x), type(x).__name__) for _, some in samples.by_subject() for x in some}

    assert {kind for kind, _ in kinds} == KINDS
    assert {name for kind, name in kinds if kind == "digest"} == {"Digest", "TeamDigest"}
    assert {name for kind, name in kinds if kind == "invitation"} == {
        "Invitation", "InvitationReminder", "TeamInvitation", "TeamNewcomer",
    }  # fmt: skip
