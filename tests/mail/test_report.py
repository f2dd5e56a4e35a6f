import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.mail.message import Message, read
from agent.mail.report import Report, is_complaint, reports_of


def dsn(*groups: str, original: str = "Message-ID: <7@reply.example.org>\r\nSubject: Prompt 3") -> Message:
    fields = "\r\n\r\n".join(["Reporting-MTA: dns; mx.example.org", *groups])
    parts = [
        "\r\nIt failed.",
        f"Content-Type: message/delivery-status\r\n\r\n{fields}\r\n",
        f"Content-Type: text/rfc822-headers\r\n\r\n{original}\r\n",
    ]
    head = "From: MAILER-DAEMON@example.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    return read((head + "".join(f"--b\r\n{p}\r\n" for p in parts) + "--b--\r\n").encode())


def report_of(message: Message) -> Report | None:
    return next(iter(reports_of(message)), None)


FAILED = "Final-Recipient: rfc822; ann@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown"
DELAYED = "Final-Recipient: rfc822; ben@example.org\r\nAction: delayed\r\nStatus: 4.4.1"


@pytest.mark.row("T52")
def test_a_permanent_failure_says_whose_and_about_which_letter():
    found = report_of(dsn(FAILED))

    assert found and (found.address, found.status, found.permanent, found.action) == (
        "ann@example.org",
        "5.1.1",
        True,
        "failed",
    )
    assert found.original_message_id == "<7@reply.example.org>"


@pytest.mark.row("T52")
@pytest.mark.parametrize(
    ("status", "action", "diagnostic", "permanent"),
    [
        ("5.1.1", "failed", "", True),
        ("5.7.1", "failed", "", True),
        ("4.2.2", "failed", "", False),
        ("5.2.2", "failed", "", False),
        ("4.4.1", "delayed", "", False),
        ("5.0.0", "delayed", "", False),
        ("2.1.5", "delivered", "", None),
        ("", "failed", "smtp; 550 no such user", True),
        ("", "failed", "smtp; 451 try later", False),
        ("", "failed", "", True),
        ("5.0.0", "failed", "smtp; 552 5.2.2 full", False),
    ],
)
def test_what_lasts_and_what_passes_are_told_apart(status, action, diagnostic, permanent):
    found = report_of(
        dsn(
            f"Final-Recipient: rfc822; ann@example.org\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {diagnostic}"
        )
    )

    assert found and found.permanent is permanent


def test_each_address_has_its_own_report():
    assert [r.address for r in reports_of(dsn(DELAYED, FAILED))] == ["ben@example.org", "ann@example.org"]


def test_the_address_that_we_wrote_to_counts_before_the_one_it_was_sent_on_to():
    found = report_of(
        dsn(
            "Original-Recipient: rfc822;ann@example.org\r\nFinal-Recipient: rfc822; other@example.org\r\nAction: failed\r\nStatus: 5.1.1"
        )
    )

    assert found.address == "ann@example.org"


def test_folded_fields_are_read():
    assert (
        report_of(dsn("Final-Recipient: rfc822;\r\n ann@example.org\r\nAction: failed\r\nStatus: 5.1.1")).address
        == "ann@example.org"
    )


@pytest.mark.parametrize(
    ("text", "address", "permanent"),
    [
        (
            "Hi. This is the mail program.\n\n<ann@example.org>:\n550 5.1.1 no mailbox here by that name",
            "ann@example.org",
            True,
        ),
        ("The following address failed:\n  ann@example.org\n  mailbox is full, try again", "ann@example.org", False),
        ("Your message to ann@example.org could not be delivered: user unknown", "ann@example.org", True),
        ("Message to ann@example.org delayed; will be retried", "ann@example.org", False),
        ("ann@example.org: 452 4.2.2 over quota", "ann@example.org", False),
    ],
)
def test_a_notice_in_words_alone_is_read(text, address, permanent):
    found = report_of(Message(text=text, subject="failure notice"))

    assert found and (found.address, found.permanent) == (address, permanent)


def test_words_without_any_failure_are_no_report():
    assert report_of(Message(text="Gladly.")) is None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_no_text_breaks_the_reader(text, field):
    reports_of(Message(text=text))
    reports_of(dsn(f"Action: {field}\r\nStatus: {field}\r\n{text}".encode("utf-8", "replace").decode()))


@pytest.mark.row("T52")
@pytest.mark.parametrize(
    ("status", "action", "lost", "blame"),
    [
        ("5.1.1", "failed", True, 2),
        ("5.4.1", "failed", True, 2),  # how Microsoft says that it knows nobody of this name
        ("4.4.1", "failed", True, 1),  # given up after all attempts
        ("5.2.2", "failed", True, 1),  # a full mailbox empties
        ("4.4.1", "delayed", False, 1),
        ("5.7.1", "failed", True, 0),
        ("5.3.4", "failed", True, 0),
        ("5.2.3", "failed", True, 0),
        ("5.6.0", "failed", True, 0),
        ("5.1.8", "failed", True, 0),  # our own address was not to its liking
        ("2.0.0", "delivered", False, 1),
    ],
)
def test_what_a_lost_letter_says_against_its_address(status, action, lost, blame):
    [report] = reports_of(dsn(f"Final-Recipient: rfc822; a@b.test\nAction: {action}\nStatus: {status}\n"))

    assert (report.is_lost, report.blame) == (lost, blame)


@pytest.mark.row("T55")
@pytest.mark.parametrize(
    ("kind", "complaint"), [("abuse", True), ("Opt-Out", True), ("not-spam", False), ("auth-failure", False)]
)
def test_a_complaint_is_told_from_other_feedback(kind, complaint):
    raw = (
        "From: fbl@p.test\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\n\n"
        f"--x\nContent-Type: message/feedback-report\n\nUser-Agent: x\nFeedback-Type: {kind}\n\n--x--\n"
    )
    assert is_complaint(read(raw.encode())) == complaint
