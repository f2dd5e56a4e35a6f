import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.mail.address import Doors
from agent.mail.letter import Attachment, Letter, plain, write

DOORS = Doors(domain="reply.example.test", keys=(b"k" * 32,))
LETTER = Letter(
    kind="prompt",
    from_name="Ann via Alliance",
    from_address=DOORS.reply_address(7, 3),
    to_address="bob@example.test",
    to_name="Bob",
    subject="What do you hope for?",
    date=datetime(2026, 5, 12, 9, 30, tzinfo=UTC),
    message_id=DOORS.message_id(7, 3),
    text="Dear Bob,\n\nWhat do you hope for?\n",
    html="<p>Dear Bob,</p>\n<p>What do you hope for?</p>\n",
    flow="one-to-one",
    list_unsubscribe="STOP",
)
WORDS = st.text(max_size=200) | st.text(
    st.sampled_from('a é😀\r\n\x00\u0085\u2028\u202e=?_",;<>@\\ \t\xa0\ud800'), max_size=200
)
POLICIES = pytest.mark.parametrize("policy", [email.policy.default, email.policy.compat32], ids=["default", "compat32"])


def head_and_body(raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    return head, body


def names_of(raw):
    """The header names of the whole letter, as a reader sees them that only knows lines."""
    return re.findall(rb"^([!-9;-~]+):", head_and_body(raw)[0], re.MULTILINE)


def texts_of(raw, policy):
    parts = email.message_from_bytes(raw, policy=policy).walk()
    return [p.get_payload(decode=True).decode() for p in parts if not p.is_multipart()]


def crlf(text):
    return re.sub("\r\n?|\n", "\r\n", re.sub("[\ud800-\udfff]", "?", text))


def said(header):
    """An unstructured header as a person sees it."""
    return str(make_header(decode_header(re.sub(r"\r\n", "", header or ""))))


@POLICIES
@given(text=WORDS, html=WORDS.filter(bool))
@example(text="From now on\n.\n..\nthe end \n \n\t\n=", html="x" * 300 + " \n" + "é" * 300)
@pytest.mark.row("T63")
def test_both_halves_come_back_as_they_were_written(policy, text, html):
    assert texts_of(write(replace(LETTER, text=text, html=html)), policy) == [crlf(text), crlf(html)]


@POLICIES
@given(subject=WORDS)
@example(subject="x" * 300)
@example(subject="=?utf-8?q?x=0ABcc=3A_eve=40evil.test?=")
@pytest.mark.row("T61", "T63")
def test_a_subject_comes_back_as_one_line(policy, subject):
    message = email.message_from_bytes(write(replace(LETTER, subject=subject)), policy=policy)

    assert message["X-None"] is None
    assert said(email.message_from_bytes(message.as_bytes(policy=email.policy.compat32))["Subject"]) == plain(subject)


@given(name=WORDS)
@example(name='Bee, "Ann" \\ Co <ann@evil.test>')
@example(name="=?utf-8?q?x=0ABcc=3A_eve=40evil.test?=")
@pytest.mark.row("T61", "T62")
def test_a_display_name_never_changes_who_writes_to_whom(name):
    message = email.message_from_bytes(
        write(replace(LETTER, from_name=name, to_name=name)), policy=email.policy.default
    )

    assert [a.addr_spec for a in message["From"].addresses] == [LETTER.from_address]
    assert [a.addr_spec for a in message["To"].addresses] == [LETTER.to_address]


@pytest.mark.parametrize(
    "name", ["Ann", 'O"Neil, Bee \\ Co', "José Müller", "陳大文", "x" * 90, "Ann " * 40 + "Ann", "=?ok?="]
)
def test_a_display_name_comes_back(name):
    field = email.message_from_bytes(write(replace(LETTER, from_name=name)))["From"]
    phrase = said(field.removesuffix(f" <{LETTER.from_address}>"))

    assert (re.sub(r"\\(.)", r"\1", phrase[1:-1]) if phrase.startswith('"') else phrase) == name


@given(*[WORDS] * 6)
@pytest.mark.row("T61", "T62", "T63")
def test_no_value_makes_a_header_a_long_line_or_an_eighth_bit(from_name, to_name, subject, text, name, foreign_id):
    attachment = Attachment(name, "text/calendar; charset=utf-8; method=PUBLISH", b"\0\xff" * 99)
    raw = write(
        replace(
            LETTER,
            from_name=from_name,
            to_name=to_name,
            subject=subject,
            text=text,
            attachments=(attachment,),
            in_reply_to=foreign_id,
            references=(foreign_id, LETTER.message_id),
            flow=name,
            language=name,
        )
    )
    head, body = head_and_body(raw)

    assert set(names_of(raw)) - {b"In-Reply-To", b"Subject"} == set(names_of(write(LETTER))) - {b"Subject"} | {
        b"References"
    }
    assert raw.isascii()
    assert b"\0" not in raw
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(len(line) for line in head.split(b"\r\n") if b"?subject=" not in line) <= 76
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", head))
    assert b"?==?" not in head


@pytest.mark.row("T63")
def test_no_encoded_word_stands_in_a_structured_field():
    ids = tuple(f"<{n:0>70}@example.test>" for n in range(30))
    message = email.message_from_bytes(write(replace(LETTER, in_reply_to=ids[-1], references=ids)))

    for name in (
        "In-Reply-To",
        "References",
        "Message-ID",
        "List-Unsubscribe",
        "Reply-To",
        "Feedback-ID",
        "Content-Type",
    ):
        assert "=?" not in message[name]
    assert message["In-Reply-To"].strip() == ids[-1]
    assert message["References"].split() == [ids[0], *ids[-10:]]


def test_an_id_that_is_none_is_not_threaded_by():
    message = email.message_from_bytes(write(replace(LETTER, in_reply_to="<a b@c>", references=("", "x", "<é@c>"))))

    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_the_headers_of_a_letter_are_these():
    message = email.message_from_bytes(write(LETTER))

    assert dict(message.items()) == {
        "From": f'"Ann via Alliance"\r\n <{LETTER.from_address}>',
        "Reply-To": f"\r\n {LETTER.from_address}",
        "To": '"Bob" <bob@example.test>',
        "Subject": "What do you hope for?",
        "Date": "Tue, 12 May 2026 09:30:00 +0000",
        "Message-ID": LETTER.message_id,
        "List-Unsubscribe": f"\r\n <mailto:{LETTER.from_address}?subject=STOP>",
        "MIME-Version": "1.0",
        "Content-Language": "en",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Feedback-ID": "prompt:one-to-one::alliance",
        "Content-Type": message["Content-Type"],
    }
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.get_payload()] == ["text/plain", "text/html"]


@pytest.mark.row("T55", "T63")
def test_a_feedback_loop_is_told_where_to_report_to():
    to = DOORS.bounce_address(7, 3)
    message = email.message_from_bytes(write(replace(LETTER, complaints=to, list_unsubscribe="")))

    assert message["CFBL-Address"].split() == [f"{to};", "report=arf"]


@pytest.mark.row("T60", "T63")
def test_where_there_is_a_page_one_click_is_enough():
    url = f"https://alliance.example.test/u/{DOORS.click(7, 3)}"
    message = email.message_from_bytes(write(replace(LETTER, one_click=url)))

    assert message["List-Unsubscribe"].split() == [f"<{url}>,", f"<mailto:{LETTER.from_address}?subject=STOP>"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (
        email.message_from_bytes(write(replace(LETTER, list_unsubscribe="", one_click=url)))["List-Unsubscribe"] is None
    )


@pytest.mark.parametrize(
    ("kind", "submitted"), [("receipt", "auto-replied"), ("notice", "auto-replied"), ("nudge", "auto-generated")]
)
def test_only_an_answer_to_one_mail_is_an_automatic_reply(kind, submitted):
    assert email.message_from_bytes(write(replace(LETTER, kind=kind)))["Auto-Submitted"] == submitted


def test_only_a_digest_is_bulk_and_has_a_list_of_its_own():
    digest = email.message_from_bytes(write(replace(LETTER, kind="digest")))

    assert (digest["Precedence"], digest["List-Id"]) == ("bulk", "<digest.reply.example.test>")
    for name in ("Precedence", "List-Id"):
        assert email.message_from_bytes(write(LETTER))[name] is None


def test_html_that_programs_would_cut_off_is_left_out_since_the_text_says_it_all():
    message = email.message_from_bytes(write(replace(LETTER, html="<p>" + "é" * 40_000)))

    assert message.get_content_type() == "text/plain"
    assert len(write(replace(LETTER, html="<p>" + "é" * 39_000))) > 2 * 39_000


def test_a_letter_without_html_is_plain_text_alone():
    message = email.message_from_bytes(write(replace(LETTER, html="")))

    assert message.get_content_type() == "text/plain"


def test_attachments_follow_what_is_said_and_pictures_go_with_the_html():
    letter = replace(
        LETTER,
        attachments=(
            Attachment("logo.png", "image/png", b"\x89PNG", content_id="logo"),
            Attachment("agreement.pdf", "application/pdf", bytes(range(256)) * 3),
            Attachment("meetings.ics", "text/calendar; charset=utf-8; method=PUBLISH", b"BEGIN:VCALENDAR\r\n"),
        ),
    )
    message = email.message_from_bytes(write(letter), policy=email.policy.default)

    assert [p.get_content_type() for p in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
        "text/calendar",
    ]
    assert [p.get_filename() for p in message.iter_attachments()] == ["agreement.pdf", "meetings.ics"]
    assert [p.get_payload(decode=True) for p in message.iter_attachments()] == [
        a.content for a in letter.attachments[1:]
    ]
    assert [p["Content-ID"] for p in message.walk() if p["Content-ID"]] == ["<logo>"]
    assert not message.defects


def test_a_file_name_beyond_ascii_is_there_twice():
    raw = write(replace(LETTER, attachments=(Attachment("Vereinbarung für Zoë, 陳大文.pdf", "application/pdf", b"x"),)))
    field = next(p for p in email.message_from_bytes(raw).walk() if p.get_content_disposition())["Content-Disposition"]
    only_extended = "attachment;" + re.sub(r'\s*filename="[^"]*";', "", field.removeprefix("attachment;"))

    part = email.message_from_string(f"Content-Disposition: {only_extended}\n\n")
    assert part.get_filename() == "Vereinbarung für Zoë, 陳大文.pdf"
    assert 'filename="Vereinbarung f_r Zo_ _.pdf"' in field.replace("\r\n", "")


def test_a_file_name_has_no_path():
    raw = write(replace(LETTER, attachments=(Attachment("../..\\x\r\n.pdf", "application/pdf", b"x"),)))

    assert [p.get_filename() for p in email.message_from_bytes(raw).walk() if p.get_content_disposition()] == [
        ".._.._x .pdf"
    ]


def test_a_recipient_beyond_ascii_is_written_as_it_is():
    raw = write(replace(LETTER, to_address="josé@example.test"))

    assert '\r\nTo: "Bob" <josé@example.test>\r\n'.encode() in raw


@pytest.mark.parametrize(
    "address", ["a b@example.test", "a@b.test, c@d.test", "a@b.test\r\nBcc: eve@evil.test", "", "Ann <a@b.test>"]
)
@pytest.mark.row("T61", "T62")
def test_a_letter_to_anything_but_one_plain_address_is_our_own_mistake(address):
    with pytest.raises(AssertionError):
        write(replace(LETTER, to_address=address))


def test_a_letter_may_be_answered_elsewhere_than_it_comes_from():
    letter = replace(LETTER, from_address="office@example.test", list_unsubscribe="STOP [abc]")

    message = email.message_from_bytes(write(replace(letter, reply_to="office+x@example.test")))

    assert message["Reply-To"].strip() == "office+x@example.test"
    assert message["List-Unsubscribe"].strip() == "<mailto:office+x@example.test?subject=STOP%20%5Babc%5D>"
    assert email.message_from_bytes(write(letter))["Reply-To"] == "office@example.test"


def test_equal_letters_are_equal_bytes():
    assert write(LETTER) == write(replace(LETTER))


@pytest.mark.row("T68")
def test_a_message_id_is_always_the_same_and_tells_nothing():
    ids = {DOORS.message_id(a, n) for a in range(20) for n in range(20)}

    assert len(ids) == 400
    assert DOORS.message_id(7, 3) == LETTER.message_id
    assert replace(DOORS, keys=(b"o" * 32,)).message_id(7, 3) != LETTER.message_id
    assert all(re.fullmatch(r"<[a-z2-7]{40}@reply\.example\.test>", i) for i in ids)
    assert max(map(len, ids)) <= 70
