"""What machines write has the shape of the real thing, and is read as what it is: never as an answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest
from test_programs import LETTER, typed

from agent.mail import letter as writer
from agent.mail.kind import Kind, kind_of, returns
from agent.mail.message import read
from agent.mail.report import reports_of
from agent.rehearsal import machines
from agent.rehearsal.personas import colleague

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
RAW = writer.write(
    writer.Letter(
        kind="prompt",
        from_name="Alliance",
        from_address=LETTER.address,
        to_address="jonas@example.org",
        subject="Größe",
        date=NOW,
        message_id=LETTER.message_id,
        text="See https://example.org/a?b=1 and say.\n",
        html='<html><body style="a"><p><a href="https://example.org/a?b=1">See</a></p></body></html>',
    )
)
ASKED = typed("", replace(LETTER, raw=RAW))


@pytest.mark.row("F56")
def test_an_automatic_reply_says_when_its_person_is_back():
    message = read(machines.out_of_office(ASKED))

    assert kind_of(message, "").kind is Kind.AUTO_REPLY
    assert kind_of(message, "jonas@example.org").kind is Kind.AUTO_REPLY
    assert returns(message, NOW) == date(2026, 3, 6)


@pytest.mark.parametrize(("machine", "status", "permanent"), [(machines.delayed, "4.2.2", False), (machines.undelivered, "5.1.1", True)])  # fmt: skip
def test_a_mail_server_tells_of_one_letter(machine, status, permanent):
    raw = machine(ASKED)
    message = read(raw)
    (report,) = reports_of(message)

    assert kind_of(message, "").kind is Kind.BOUNCE
    assert (report.address, report.status, report.permanent) == ("jonas@example.org", status, permanent)
    assert report.original_message_id == LETTER.message_id
    parts = list(message_from_bytes(raw, policy=policy.default).iter_parts())
    assert [p["Content-Description"] for p in parts][:2] == ["Notification", "Delivery report"]
    assert f"To: {LETTER.return_path}\r\n".encode() in raw


@pytest.mark.parametrize("machine", [machines.gmail_reaction, machines.outlook_reaction])
def test_a_reaction_is_no_words(machine):
    message = read(machine(ASKED))

    assert kind_of(message, "jonas@example.org").kind is Kind.REPLY
    assert message.unreadable == "reaction"


def test_gmail_puts_its_reaction_between_the_halves():
    message = message_from_bytes(machines.gmail_reaction(ASKED), policy=policy.default)

    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/vnd.google.email-reaction+json", "text/html"]  # fmt: skip


def test_a_colleague_writes_under_their_own_name():
    message = read(colleague(ASKED))

    assert message.froms == (("Kim Novak", "kim.novak@example.org"),)
    assert "Forwarded message" in message.text


def test_a_gateway_marks_warns_and_rewrites_and_leaves_the_rest():
    given, made = (message_from_bytes(raw, policy=policy.default) for raw in (RAW, machines.gateway(RAW)))

    assert made["Subject"] == "[EXTERN] Größe"
    for kind in ("plain", "html"):
        body = made.get_body((kind,)).get_content()
        assert machines.BANNER in body
        assert "https://example.org" not in body
        assert "https://scanner.example.net/?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1" in body
    assert {k: v for k, v in made.items() if k != "Subject"} == {k: v for k, v in given.items() if k != "Subject"}
    machines.gateway(RAW).decode("ascii")


def test_a_scanner_finds_every_link_once_and_knows_which_are_near():
    assert machines.links_in(RAW) == ["https://example.org/a?b=1"]
    near = ("http://127.0.0.1:9/x", "http://localhost:9", "http://127.0.0.1/", "http://127.0.0.1:1/", "https://example.org:9/", "http://[::1]:x/")  # fmt: skip
    assert [machines.leads_to(link, 9) for link in near] == [True, True, False, False, False, False]
    assert not machines.leads_to("http://127.0.0.1:0/", 0)
