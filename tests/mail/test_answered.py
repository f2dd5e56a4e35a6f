"""Which letter a mail in an ordinary mailbox answers, and which mails are nobody's business."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.mail.address import Doors, Route
from agent.mail.answered import answered, envelope_of, headers_of, is_report, reported, route_in, starts

KEY = b"k" * 32
PLUS = Doors("firm.example", (KEY,), "office", reach="plus")
PLAIN = Doors("firm.example", (KEY,), "office", reach="plain")
DOMAIN = Doors("firm.example", (KEY,), "office")
ID = PLAIN.message_id(7, 3)
CODE = PLAIN.titled("", 7, 3).strip()
FRONT = "office@firm.example"
MAIL = "From: Ann <ann@a.example>\nTo: office@firm.example\nSubject: Re: Hello\n"


def mail(more: str = "", base: str = MAIL) -> bytes:
    return (more + base + "\nYes, gladly.\n").replace("\n", "\r\n").encode()


def route(more: str = "", base: str = MAIL, doors: Doors = PLAIN) -> tuple[int, int] | None:
    found = answered(headers_of(mail(more, base)), doors)
    return (found.alliance, found.letter) if found else None


@pytest.mark.parametrize(
    "more",
    [
        f"In-Reply-To: {ID}\n",
        f"In-Reply-To: {ID.upper()}\n",
        f"References: <other@a.example> {ID}\n",
        f"References: {ID}\n <other@a.example>\nIn-Reply-To: <other@a.example>\n",
        f"Delivered-To: {PLUS.reply_address(7, 3)}\n",
        f"Cc: Office <{PLUS.reply_address(7, 3).upper()}>\n",
    ],
)
def test_an_answer_is_told_by_its_thread_or_its_address(more):
    assert route(more) == (7, 3)


@pytest.mark.parametrize("subject", [f"Re: Hello {CODE}", f"AW: Hello{CODE.upper()} (urgent)", f"[x] {CODE}"])
def test_an_answer_without_its_thread_is_told_by_the_code_in_its_subject(subject):
    assert route(base=MAIL.replace("Re: Hello", subject)) == (7, 3)


def test_the_newest_letter_of_a_thread_is_the_one_that_is_answered():
    older = PLAIN.message_id(7, 2)

    assert route(f"References: {older} {ID}\n") == (7, 3)
    assert route(f"References: {older} {ID}\nIn-Reply-To: {older}\n") == (7, 2)


@pytest.mark.row("T36")
def test_of_several_words_on_where_it_was_delivered_the_topmost_counts():
    forged = f"Delivered-To: {PLUS.reply_address(9, 9)}\n"

    assert route(f"Delivered-To: {PLUS.reply_address(7, 3)}\n{forged}") == (7, 3)
    assert route(f"Delivered-To: {FRONT}\n{forged}") is None


@pytest.mark.parametrize(
    "more",
    [
        "",
        "In-Reply-To: <x@firm.example>\n",
        f"In-Reply-To: {ID.replace('firm', 'farm')}\n",
        f"In-Reply-To: <a{ID[2:]}\n",
        f"Delivered-To: {PLUS.bounce_address(7, 3)}\n",
        f"Cc: {ID[1:-1].replace('@', '@x.')}\n",
        "Cc: [misunderstanding]\n",
    ],
)
def test_what_we_did_not_write_leads_nowhere(more):
    assert route(more) is None


@pytest.mark.row("T4")
def test_a_message_id_is_no_address_and_an_address_no_message_id():
    token = ID[1:-1].partition("@")[0]

    assert PLUS.route_of(f"office+{token}@firm.example") is None
    assert PLUS.route_of_id(f"<{PLUS.reply_address(7, 3).partition('+')[2]}>") is None
    assert PLUS.route_of_id(ID) == Route("m", 7, 3)


@pytest.mark.row("T14")
def test_where_mail_has_an_envelope_nothing_else_routes():
    raw = mail(f"In-Reply-To: {ID}\nDelivered-To: {PLUS.reply_address(7, 3)}\n")

    assert route_in(FRONT, raw, DOMAIN) == "front"
    assert route_in(FRONT, raw, PLAIN) == Route("a", 7, 3)
    assert route_in(PLUS.reply_address(8, 1), raw, PLUS) == Route("a", 8, 1)
    assert route_in("x@else.example", raw, PLAIN) is None


def test_a_report_is_known_by_the_letter_that_it_gives_back():
    head = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: office@firm.example\nSubject: Undelivered\n"
    ours = mail(base=f"{head}\nIt failed.\n\nMessage-ID:\n {ID}\nSubject: One question\n")
    other = mail(base=f"{head}\nIt failed.\n\nMessage-ID: <1@firm.example>\nSubject: Private {ID}\n")

    assert is_report(headers_of(ours))
    assert reported(ours, PLAIN) == Route("m", 7, 3)
    assert route_in(FRONT, ours, PLAIN) == Route("m", 7, 3)
    assert reported(other, PLAIN) is None
    assert route_in(FRONT, other, PLAIN) == "front"
    assert reported(ours, DOMAIN) is None, "which goes on in every answer"
    for field in ("CFBL-Address: {};\n report=arf", "Return-Path: <{}>"):
        whole = mail(base=f"{head}\nIt failed.\n\n{field.format(DOMAIN.bounce_address(7, 3))}\n")
        assert reported(whole, DOMAIN) == route_in(FRONT, whole, DOMAIN) == Route("b", 7, 3)
    assert not is_report(headers_of(mail()))


@pytest.mark.parametrize(
    ("base", "word", "expected"),
    [
        (MAIL, "", True),
        (MAIL, "Alliance", False),
        (MAIL.replace("Re: Hello", "An alliance with Ben"), "Alliance", True),
        (MAIL.replace("Re: Hello", "alliances"), "Alliance", False),
        (MAIL.replace("Re: Hello", "=?utf-8?q?Alliance_f=C3=BCr_Ben?="), "Alliance", True),
        (MAIL + "In-Reply-To: <x@a.example>\n", "", False),
        (MAIL.replace("ann@", "eve@"), "", False),
        (MAIL.replace("ann@a.example", FRONT), "", False),
        (MAIL + "From: eve@a.example\n", "", False),
        (MAIL.replace("From", "X-From"), "", False),
    ],
)
def test_fresh_mail_from_whom_we_know_starts_an_alliance_if_it_says_so(base, word, expected):
    may_start = frozenset({"ann@a.example", FRONT}).__contains__

    assert starts(headers_of(mail(base=base)), PLAIN, may_start, word) is expected


def test_the_envelope_is_read_off_what_the_server_wrote_on_top():
    top = f"Return-Path: <bounce@a.example>\nDelivered-To: {PLUS.reply_address(7, 3)}\nReturn-Path: <>\n"

    found = envelope_of(headers_of(mail(top)), mail(top), PLUS, "imap.example")

    assert (found.mail_from, found.rcpt_to) == ("bounce@a.example", PLUS.reply_address(7, 3))
    assert envelope_of(headers_of(mail()), mail(), PLUS, "").mail_from == "ann@a.example"
    assert envelope_of(headers_of(mail("Return-Path: <>\n")), mail(), PLUS, "").mail_from == ""
    assert envelope_of(headers_of(mail()), mail(), PLUS, "").rcpt_to == FRONT


@given(st.binary(max_size=300))
def test_any_bytes_lead_somewhere_or_nowhere_and_never_raise(raw):
    headers = headers_of(raw)

    assert answered(headers, PLAIN) is None
    assert reported(raw, PLAIN) is None
    assert route_in(FRONT, raw, PLAIN) == "front"
    assert not starts(headers, PLAIN, lambda _: False, "")
    assert envelope_of(headers, raw, PLAIN, "").rcpt_to == FRONT
