from datetime import UTC, date, datetime

import pytest

from agent.mail.kind import Kind, kind_of, returns
from agent.mail.message import Message, read

NOW = datetime(2025, 6, 3, 8, tzinfo=UTC)
ANN = "ann@example.org"


def mail(*headers: str, body: str = "Gladly, on Mondays.", sender: str = "Ann <ann@example.org>") -> Message:
    return read("\r\n".join([f"From: {sender}", *headers]).encode() + b"\r\n\r\n" + body.encode())


def kind(
    *headers: str, body: str = "Gladly, on Mondays.", sender: str = "Ann <ann@example.org>", mail_from: str = ANN
) -> Kind:
    return kind_of(mail(*headers, body=body, sender=sender), mail_from).kind


@pytest.mark.parametrize(
    "headers",
    [
        ("Subject: Re: Prompt 3",),
        ("Subject: Re: Prompt 3", "Auto-Submitted: no"),
        ("Subject: Re: Prompt 3", "X-Auto-Response-Suppress: All"),
        ("Subject: Re: Prompt 3", "Precedence: normal"),
        ("Subject: Re: bounce rates are my worry", "In-Reply-To: <1@reply.example.org>"),
        ("Subject: Re: Prompt 3", "X-Priority: 1", "Importance: high"),
        ("Subject: Re: Prompt 3", "X-Autoreply: no"),
    ],
)
def test_a_person_is_not_taken_for_a_robot(headers):
    assert kind(*headers) is Kind.REPLY


@pytest.mark.parametrize(
    "body",
    [
        "I need to know when the mail system is down.",
        "Please do not call me when I am on holiday.",
        "If a message could not be delivered, tell me.",
        "I like to be out of office on Fridays.",
    ],
)
def test_a_person_may_write_about_machines(body):
    assert kind("Subject: Re: Prompt 3", "In-Reply-To: <1@reply.example.org>", body=body) is Kind.REPLY


@pytest.mark.row("T49")
@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied",),
        ("Auto-Submitted: auto-generated; owner-email=x",),
        ("Auto-submitted: AUTO-NOTIFIED",),
        ("X-Autoreply: yes",),
        ("X-Autorespond: out",),
        ("X-Auto-Reply: 1",),
        ("Precedence: auto_reply",),
        ("X-Post-MessageClass: 9",),
    ],
)
def test_a_robot_says_so_in_a_header(headers):
    assert kind("Subject: Re: Prompt 3", *headers) is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "headers",
    [
        ("Subject: complaint about message from 192.0.2.1",),
        ("Subject: Report domain: example.org Submitter: x",),
        ("Subject: Hello", "X-HmXmrOriginalRecipient: ann@example.org"),
    ],
)
def test_a_complaint_to_a_feedback_loop_is_no_reply(headers):
    assert kind(*headers) is Kind.OTHER


@pytest.mark.parametrize(
    "header", ["List-Id: <x.example.org>", "List-Post: <mailto:x@example.org>", "X-Mailing-List: x"]
)
def test_what_a_program_sends_through_a_list_is_of_the_list_unless_it_says_that_it_answers_by_itself(header):
    assert kind("Subject: News", "Auto-Submitted: auto-generated", header) is Kind.LIST
    assert kind("Subject: Automatic reply: Prompt 3", "Auto-Submitted: auto-replied", header) is Kind.AUTO_REPLY


def test_who_wants_no_automatic_answer_and_answers_nothing_is_a_robot():
    assert kind("Subject: Your order", "X-Auto-Response-Suppress: All") is Kind.AUTO_REPLY


@pytest.mark.row("T49")
@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Prompt 3",
        "Out of Office: Prompt 3",
        "Automatische Antwort: Frage",
        "Abwesenheitsnotiz: Frage",
        "Réponse automatique : Question",
        "Respuesta automática: Pregunta",
        "Resposta automática: Pergunta",
        "Risposta automatica: Domanda",
        "Automatisch antwoord: Vraag",
        "Autosvar: Fråga",
        "Automatisk svar: Spørsmål",
        "Automaattinen vastaus: Kysymys",
        "Automatyczna odpowiedź: Pytanie",
        "Automatická odpověď: Otázka",
        "Автоматический ответ: Вопрос",
        "自動応答: 質問",
        "自动回复: 问题",
    ],
)
def test_an_absence_in_many_languages_is_no_answer(subject):
    assert kind_of(Message(subject=subject, text="...", froms=(("Ann", ANN),)), ANN).kind is Kind.AUTO_REPLY


@pytest.mark.row("T49")
@pytest.mark.parametrize(
    "body",
    [
        "I am currently out of the office until 12 June with limited access to email.",
        "Ich bin vom 3. bis 12. Juni nicht im Büro.",
        "This is an automated response. We will get back to you.",
        "Je suis absente jusqu'au 12 juin.",
        "Please click here to prove that you are human so that your message can be delivered.",
    ],
)
def test_the_sentences_of_a_robot_are_known(body):
    assert kind("Subject: Re: Prompt 3", body=body) is Kind.AUTO_REPLY


@pytest.mark.row("T49")
@pytest.mark.parametrize("mail_from", ["", "<>"])
def test_the_null_sender_is_never_a_person(mail_from):
    assert kind("Subject: Re: Prompt 3", mail_from=mail_from) is Kind.AUTO_REPLY


@pytest.mark.row("T49")
@pytest.mark.parametrize(
    "headers",
    [
        ("List-Id: <team.example.org>",),
        ("Precedence: list",),
        ("List-Unsubscribe: <mailto:x@example.org>",),
        ("Mailing-List: contact x",),
        ("X-BeenThere: team@example.org",),
    ],
)
def test_a_list_says_so_in_a_header(headers):
    assert kind("Subject: News", *headers) is Kind.LIST


def test_an_absence_sent_to_a_list_is_an_absence():
    assert (
        kind("Subject: Ann Example is out of the office", "Auto-Submitted: auto-replied", "List-Id: <team.example.org>")
        is Kind.AUTO_REPLY
    )


@pytest.mark.parametrize(
    ("sender", "subject", "body"),
    [
        (
            "MAILER-DAEMON@example.org (Mail Delivery System)",
            "Undelivered Mail Returned to Sender",
            "could not be delivered",
        ),
        ("postmaster@example.org", "Unzustellbar: Frage", "konnte nicht zugestellt werden"),
        (
            "Mail Delivery Subsystem <mailer-daemon@example.org>",
            "Delivery Status Notification (Failure)",
            "Address not found",
        ),
        (
            "Mail Delivery Subsystem <mailer-daemon@example.org>",
            "Warning: could not send message for past 4 hours",
            "will be retried",
        ),
        ("postmaster@example.org", "failure notice", "user unknown"),
    ],
)
def test_a_mail_system_reports_a_failure(sender, subject, body):
    assert kind(f"Subject: {subject}", body=body, sender=sender, mail_from="") is Kind.BOUNCE
    assert kind(f"Subject: {subject}", body=body, sender=sender, mail_from="x@example.org") is Kind.BOUNCE


def test_a_notice_that_a_list_passed_on_is_still_a_notice():
    assert (
        kind(
            "Subject: Undelivered Mail",
            "List-Id: <team.example.org>",
            sender="MAILER-DAEMON@example.org",
            body="user unknown",
        )
        is Kind.BOUNCE
    )


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("message/delivery-status", Kind.BOUNCE),
        ("message/disposition-notification", Kind.OTHER),
        ("message/feedback-report", Kind.OTHER),
        ("text/calendar; method=REPLY", Kind.OTHER),
    ],
)
def test_what_machines_attach_says_what_it_is(type_, expected):
    body = f"--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: {type_}\r\n\r\nMETHOD:REPLY\r\n--b--\r\n"

    assert kind("Content-Type: multipart/mixed; boundary=b", body=body) is expected


def test_the_reason_is_told():
    assert kind_of(mail("Auto-Submitted: auto-replied"), ANN).why == "Auto-Submitted: auto-replied"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am out of the office until 12 June.", date(2025, 6, 12)),
        ("I will be back on Monday, June 16.", date(2025, 6, 16)),
        ("I will return on 2025-06-20.", date(2025, 6, 20)),
        ("Ich bin bis zum 12. Juni nicht im Büro.", date(2025, 6, 12)),
        ("Ich bin bis 12.06.2025 abwesend.", date(2025, 6, 12)),
        ("Je suis absente jusqu'au 12 juin.", date(2025, 6, 12)),
        ("Estoy fuera hasta el 12 de junio.", date(2025, 6, 12)),
        ("I am away until 3 January.", date(2026, 1, 3)),
        ("I am away for a while.", None),
        ("I was away until 1 January 2020.", None),
        ("I am out until further notice.", None),
    ],
)
def test_the_day_of_return_is_read_where_it_is_plain(text, day):
    assert returns(Message(text=text), NOW) == day


COPY = "--b\r\n\r\n{words}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nHello\r\n--b--\r\n"
MIXED = "Content-Type: multipart/mixed; boundary=b"


@pytest.mark.parametrize(
    ("headers", "body", "sender", "mail_from", "expected"),
    [
        (("Subject: Re: x", 'Content-Type: multipart/report; report-type="delivery-status"; boundary=b'), "--b\r\n\r\nno\r\n--b--", ANN, ANN, Kind.BOUNCE),
        (("Subject: Re: x", 'Content-Type: multipart/report; report-type="feedback-report"; boundary=b'), "--b\r\n\r\nno\r\n--b--", ANN, ANN, Kind.OTHER),
        (("Subject: Re: x", 'Content-Type: multipart/report; report-type="disposition-notification"; boundary=b'), "--b\r\n\r\nno\r\n--b--", ANN, ANN, Kind.OTHER),
        (("Subject: Re: x", "Content-Type: multipart/report; boundary=b"), "--b\r\n\r\nno\r\n--b--", ANN, ANN, Kind.BOUNCE),
        (("Subject: Notice", "X-Failed-Recipients: ann@example.org"), "Sorry.", ANN, ANN, Kind.BOUNCE),
        (("Subject: AWS", "X-Amz-Sns-Message-Id: 1"), '{"notificationType":"Bounce"}', "no-reply@sns.example.org", ANN, Kind.BOUNCE),
        (("Subject: AWS", "X-Amz-Sns-Message-Id: 1", "In-Reply-To: <1@x>"), '{"notificationType":"Delivery"}', ANN, ANN, Kind.REPLY),
        (("Subject: Delivery failed", "Auto-Submitted: auto-replied"), "user unknown", "postmaster@example.org", "", Kind.BOUNCE),
        (("Subject: Re: x", "Preference: auto_reply"), "Later.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: Re: x", "Delivered-To: Autoresponder"), "Later.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: Re: x", "X-Microsoft-Antispam-Message-Info: rules:OofTemplate"), "Later.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: News", "Precedence: bulk"), "Hello all.", ANN, "team-bounces@lists.example.org", Kind.LIST),
        (("Subject: News", "Precedence: bulk"), "This is an automated response.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: News", "Precedence: junk"), "Hello all.", ANN, ANN, Kind.LIST),
        (("Subject: News", "Precedence: bulk"), "user unknown", "postmaster@example.org", "", Kind.BOUNCE),
        (("Subject: News",), "Hello all.", ANN, "team-bounces@lists.example.org", Kind.LIST),
        (("Subject: News",), "Hello all.", "team-request@example.org", "team-request@example.org", Kind.REPLY),
        (("Subject: News", "Sender: owner-team@example.org"), "Hello all.", ANN, ANN, Kind.LIST),
        (("Subject: News", "Errors-To: team-bounces@example.org"), "Hello all.", ANN, ANN, Kind.LIST),
        (("Subject: Automatic reply: x", "List-Unsubscribe: <mailto:x@example.org>", "Precedence: bulk"), "I am away.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: Hello",), "We are glad.", "MAILER-DAEMON@example.org", ANN, Kind.BOUNCE),
        (("Subject: Hello",), "We are glad.", "postmaster@example.org", "", Kind.BOUNCE),
        (("Subject: Hello",), "We are glad.", "Mail Delivery System <x@example.org>", "", Kind.BOUNCE),
        (("Subject: Hello",), "We are glad.", "postmaster@example.org", ANN, Kind.REPLY),
        (("Subject: Mail failed",), "The message could not be delivered.", "robot@example.org", ANN, Kind.BOUNCE),
        (("Subject: Re: Mail failed",), "The message could not be delivered.", ANN, ANN, Kind.REPLY),
        (("Subject: Mail failed",), "What a pity.", ANN, ANN, Kind.REPLY),
        (("Subject: Your mail", MIXED), COPY.format(words="It could not be delivered."), ANN, ANN, Kind.BOUNCE),
        (("Subject: Your mail", MIXED), COPY.format(words="Is this from you?"), ANN, ANN, Kind.REPLY),
        (("Subject: Re: Your mail", MIXED), COPY.format(words="It could not be delivered."), ANN, ANN, Kind.REPLY),
        (("Subject: Hello", MIXED), COPY.format(words="Spam."), "staff@hotmail.example.org", ANN, Kind.OTHER),
        (("Subject: Hello",), "Is this from you?", "staff@example.org", ANN, Kind.REPLY),
        (("Subject: Hello",), "Somebody complained.", "fbl@example.org", ANN, Kind.OTHER),
        (("Subject: Re: x",), "The user is unknown user.", ANN, "", Kind.BOUNCE),
        (("Subject: Re: x", "In-Reply-To: <1@x>"), "I am on vacation until 12 June.", "noreply@example.org", ANN, Kind.AUTO_REPLY),
        (("Subject: Re: x", "In-Reply-To: <1@x>"), "I am on vacation until 12 June.", ANN, ANN, Kind.REPLY),
        (("Subject: Absence next week", "In-Reply-To: <1@x>"), "Can we talk before?", ANN, ANN, Kind.REPLY),
        (("Subject: Absence next week", "In-Reply-To: <1@x>", "X-Auto-Response-Suppress: OOF"), "Back soon.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: Absence next week", "In-Reply-To: <1@x>", "Precedence: normal"), "Back soon.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: Out of office", "In-Reply-To: <1@x>"), "Back soon.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: Ann Example is out of the office", "References: <1@x>"), "I am away until 3 May.", ANN, ANN, Kind.AUTO_REPLY),
        (("Subject: Re: Ann is out of the office", "In-Reply-To: <1@x>"), "Then next week.", ANN, ANN, Kind.REPLY),
        (("Subject: Re: x", "X-Auto-Response-Suppress: All", "In-Reply-To: <1@x>"), "Gladly.", ANN, ANN, Kind.REPLY),
        (("Subject: Order", "X-Auto-Response-Suppress: DR"), "Gladly.", ANN, ANN, Kind.REPLY),
    ],
)  # fmt: skip
def test_each_sign_of_a_machine_counts_and_each_that_a_person_may_give_does_not(
    headers, body, sender, mail_from, expected
):
    assert kind(*headers, body=body, sender=sender, mail_from=mail_from) is expected


def test_a_calendar_that_is_only_attached_to_an_answer_came_with_words():
    body = "--b\r\n\r\nGladly.\r\n--b\r\nContent-Type: text/calendar\r\nContent-Disposition: attachment\r\n\r\nMETHOD:PUBLISH\r\n--b--\r\n"

    assert kind(MIXED, "In-Reply-To: <1@x>", body=body) is Kind.REPLY
    assert kind(MIXED, body=body) is Kind.OTHER
    assert kind(MIXED, "In-Reply-To: <1@x>", body=body.replace("PUBLISH", "REPLY")) is Kind.OTHER
    assert kind(MIXED, "In-Reply-To: <1@x>", body=body.replace("METHOD:PUBLISH", "")) is Kind.REPLY


def test_what_is_quoted_is_no_sentence_of_a_robot():
    words = "> I am currently out of the office.\nWhen are you back?"

    assert kind("Subject: x", body=words) is Kind.REPLY
    assert kind("Subject: x", body=words.removeprefix("> ")) is Kind.AUTO_REPLY


def test_a_day_of_return_lies_ahead_and_within_a_year():
    assert returns(Message(text="I am away until 2 June."), NOW) is None  # it was yesterday, and is not in a year
    assert returns(Message(text="I am away until 3 June."), NOW) is None
    assert returns(Message(text="I am away until 1 June 2026."), NOW) == date(2026, 6, 1)
    assert returns(Message(subject="Away until 12 June", text="Hello."), NOW) == date(2025, 6, 12)
    assert returns(Message(text="I am away until 1 January 2031."), NOW) is None
    assert returns(Message(text="I was here until 1 May 2020. I am back on 12 June."), NOW) == date(2025, 6, 12)
    assert (
        returns(Message(text="until 12 June"), NOW, parse=lambda words, now: now.date() if words == "12 june" else None)
        == NOW.date()
    )


def test_an_absence_that_a_mail_system_sends_is_no_failure_unless_it_says_so():
    sender = "mailer-daemon@example.org"

    assert kind("Subject: Automatic reply: x", body="I am away.", sender=sender) is Kind.AUTO_REPLY
    assert kind("Subject: Automatic reply: Undelivered Mail", body="I am away.", sender=sender) is Kind.BOUNCE
    assert kind("Subject: x", "X-Autoreply: 0") is Kind.REPLY
