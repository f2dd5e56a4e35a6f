import base64
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.mail import message as m
from agent.mail.kind import kind_of
from agent.mail.message import addresses, read, scan
from agent.mail.quote import new_text
from agent.mail.report import reports_of

CORPUS = sorted((Path(__file__).parent.parent / "corpus").glob("*.eml"))


def mail(*headers: str, body: str | bytes = "Gladly.\r\n") -> bytes:
    octets = body if isinstance(body, bytes) else body.encode()
    return "\r\n".join(headers).encode() + b"\r\n\r\n" + octets


def froms(value: str) -> list[str]:
    return [address for _, address in addresses(value)]


def test_what_is_needed_of_a_plain_reply_is_read():
    found = read(
        mail(
            "From: Ann Example <ann@example.org>",
            "To: a.token@reply.example.org",
            "Subject: =?utf-8?q?Re:_Gr=C3=BC=C3=9Fe?=",
            "Date: Tue, 03 Jun 2025 10:00:00 +0200",
            "Message-ID: <1@example.org>",
            "In-Reply-To: <0@reply.example.org>",
            "References: <x@reply.example.org> <0@reply.example.org>",
        )
    )

    assert found.froms == (("Ann Example", "ann@example.org"),)
    assert found.subject == "Re: Grüße"
    assert found.date == datetime(2025, 6, 3, 8, tzinfo=UTC)
    assert found.date_offset_s == 7200
    assert (found.message_id, found.in_reply_to) == ("<1@example.org>", "<0@reply.example.org>")
    assert found.references == ("<x@reply.example.org>", "<0@reply.example.org>")
    assert (found.text.strip(), found.unreadable) == ("Gladly.", "")


@pytest.mark.row("T17")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ann@example.org", ["ann@example.org"]),
        ("<ann@example.org>", ["ann@example.org"]),
        ("Ann <ann@example.org> (at home)", ["ann@example.org"]),
        ("ann@example.org (Ann)", ["ann@example.org"]),
        ('"Example, Ann" <ann@example.org>', ["ann@example.org"]),
        ('"ann@good.example" <evil@evil.example>', ["evil@evil.example"]),
        ("ann@good.example <evil@evil.example>", ["ann@good.example", "evil@evil.example"]),
        ("ann@example.org <ann@example.org>", ["ann@example.org"]),
        ("ann@good.example, evil@evil.example", ["ann@good.example", "evil@evil.example"]),
        ("Friends: ann@good.example;", []),
        ("ann@good.example)bob@evil.example", []),
        ("<@evil.example:ann@good.example>", []),
        ("<ann@good.example> <evil@evil.example>", []),
        ("=?utf-8?q?ann=40good.example?=", []),
        ("<=?utf-8?q?ann?=@good.example>", []),
        ("Ann <ann@good.example", []),
        ('"Ann <ann@good.example>', []),
        ("ann@[127.0.0.1]", []),
        ("", []),
        ("<>", []),
        ("ann", []),
        ("jürgen@exämple.org", ["jürgen@exämple.org"]),
        ("ann@good.example\x00evil", []),
    ],
)
def test_an_author_is_read_strictly(value, expected):
    assert froms(value) == expected


@pytest.mark.row("T17")
def test_two_from_headers_are_two_authors():
    assert len(read(mail("From: ann@good.example", "From: evil@evil.example")).froms) == 2


@pytest.mark.row("T42")
def test_a_line_break_inside_an_encoded_word_is_a_space():
    found = read(mail("From: =?utf-8?b?QW5uCkJjYzogeA==?= <ann@example.org>", "Subject: =?utf-8?q?a=0D=0ABcc=3A_x?="))

    assert found.froms == (("Ann Bcc: x", "ann@example.org"),)
    assert found.subject == "a Bcc: x"


@pytest.mark.row("T43")
@pytest.mark.parametrize(
    ("charset", "octets", "expected"),
    [
        ("iso-8859-1", b"Gr\xfc\xdfe", "Grüße"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("", b"Gr\xfc\xdfe", "Grüße"),
        ("x-unknown", "Grüße".encode(), "Grüße"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("iso-2022-jp", "こんにちは".encode("iso-2022-jp"), "こんにちは"),
        ("utf-7", b"+2AA-x", "x"),
        ("utf-16", "Grüße".encode("utf-16"), "Grüße"),
        ("rot13", b"Gladly", "Gladly"),
        ("unicode_escape", b"\\ud800", "\\ud800"),
        ("%invalid", "ö".encode(), "ö"),
        ("utf-8", b"a\x00b", "ab"),
    ],
)
def test_any_charset_gives_words(charset, octets, expected):
    assert read(mail(f"Content-Type: text/plain; charset={charset}", body=octets)).text.strip() == expected


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("base64", b"R2xhZGx5", "Gladly"),
        ("base64", b"R2xh\r\nZGx5!!", "Gladly"),
        ("base64", b"R2xhZGx5L", "Gladly"),
        ("quoted-printable", b"Gl=61dly=\r\n, yes=ZZ", "Gladly, yes=ZZ"),
        ("x-nonsense", b"Gladly", "Gladly"),
    ],
)
def test_any_encoding_gives_words(encoding, body, expected):
    assert read(mail(f"Content-Transfer-Encoding: {encoding}", body=body)).text.strip() == expected


def test_flowed_lines_are_joined_and_quotes_stay_quotes():
    found = read(
        mail(
            "Content-Type: text/plain; format=flowed",
            body="> Will you \r\n> come?\r\nYes, at \r\nten.\r\n-- \r\nAnn\r\n",
        )
    )

    assert found.text.split("\n")[:4] == ["> Will you come?", "Yes, at ten.", "-- ", "Ann"]


def test_delsp_takes_the_joining_space_away():
    assert (
        "早上好"
        in read(mail("Content-Type: text/plain; format=flowed; delsp=yes; charset=utf-8", body="早上 \r\n好\r\n")).text
    )


def multipart(kind: str, *parts: str, more: str = "") -> bytes:
    inner = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return mail(f"Content-Type: multipart/{kind}; boundary=b{more}", body=inner + "--b--\r\n")


PLAIN = "Content-Type: text/plain\r\n\r\nGladly."
HTML = "Content-Type: text/html\r\n\r\n<p>Gladly.</p>"


def test_both_halves_of_an_alternative_are_read():
    found = read(multipart("alternative", PLAIN, HTML))

    assert (found.text.strip(), found.html.strip()) == ("Gladly.", "<p>Gladly.</p>")


def test_a_signed_message_is_walked():
    found = read(multipart("signed", PLAIN, "Content-Type: application/pgp-signature; name=signature.asc\r\n\r\nabc"))

    assert found.text.strip() == "Gladly."
    assert found.is_signed


def test_a_missing_last_boundary_is_forgiven():
    assert read(mail("Content-Type: multipart/mixed; boundary=b", body="--b\r\n\r\nGladly.")).text.strip() == "Gladly."


def test_a_wrong_boundary_leaves_the_words():
    assert (
        "Gladly."
        in read(mail("Content-Type: multipart/mixed; boundary=other", body="--b\r\n\r\nGladly.\r\n--b--")).text
    )


def test_an_attached_text_is_not_what_was_typed():
    found = read(
        multipart(
            "mixed", PLAIN, "Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment\r\n\r\nI agree"
        )
    )

    assert "agree" not in found.text
    assert found.attachments == ("notes.txt",)


def test_an_attached_message_is_not_what_was_typed():
    assert (
        "agree"
        not in read(multipart("mixed", PLAIN, "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nI agree")).text
    )


@pytest.mark.row("T44")
def test_the_name_of_an_attachment_is_never_a_path():
    found = read(multipart("mixed", PLAIN, 'Content-Type: image/png; name="../../etc/pass\twd"\r\n\r\nabc'))

    assert found.attachments == ("passwd",)


@pytest.mark.row("T43")
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (mail("From: a@example.org", body=""), "empty"),
        (mail("Content-Type: text/html", body="<html><style>p{}</style><p>&nbsp;</p></html>"), "empty"),
        (mail("Content-Type: image/png", body="abc"), "empty"),
        (multipart("encrypted", "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"), "encrypted"),
        (
            mail(
                "Content-Type: application/pkcs7-mime; smime-type=enveloped-data",
                "Content-Transfer-Encoding: base64",
                body="MIAGCSqGSIb3DQEHA6CA",
            ),
            "encrypted",
        ),
        (
            mail("From: a@example.org", body="-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n"),
            "encrypted",
        ),
        (
            multipart("alternative", PLAIN, "Content-Type: text/plain\r\nContent-Disposition: reaction\r\n\r\n👍"),
            "reaction",
        ),
        (
            multipart("alternative", PLAIN, 'Content-Type: text/vnd.google.email-reaction+json\r\n\r\n{"emoji":"👍"}'),
            "reaction",
        ),
        (mail("From: a@example.org", body="👍 Ann Example reacted to your message:"), "reaction"),
    ],
)
def test_what_holds_no_words_says_why(raw, why):
    assert read(raw).unreadable == why


def test_pictures_alone_are_told_apart():
    assert read(mail("Content-Type: image/png", body="abc")).is_only_images


@pytest.mark.parametrize("length_of_length", [0, 2])
def test_an_opaque_signature_is_opened(length_of_length):
    inner = b"Content-Type: text/plain\r\n\r\nGladly."
    octets = (
        b"\x04" + (bytes([len(inner)]) if not length_of_length else b"\x82" + len(inner).to_bytes(2, "big")) + inner
    )
    der = (
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80"
        + octets
        + b"\x00\x00"
    )
    found = read(
        mail(
            "Content-Type: application/pkcs7-mime; smime-type=signed-data",
            "Content-Transfer-Encoding: base64",
            body=base64.b64encode(der),
        )
    )

    assert (found.text.strip(), found.unreadable) == ("Gladly.", "")


@pytest.mark.parametrize(
    ("value", "offset_s", "hour"),
    [
        ("Tue, 3 Jun 2025 10:00:00 +0200", 7200, 8),
        ("3 Jun 25 10:00 -0530", -19800, 15),
        ("Tue, 3 Jun 2025 10:00:00 GMT", 0, 10),
        ("Tue, 3 Jun 2025 10:00:00 EST", -18000, 15),
        ("Tue, 3 Jun 2025 10:00:00 -0000", None, 10),
        ("Tue, 3 Jun 2025 10:00:61 +0000", 0, 10),
        ("Tue, 3 Jun 2025 10:00:00 +9900", None, 10),
    ],
)
def test_a_date_gives_its_offset(value, offset_s, hour):
    found = read(mail(f"Date: {value}"))

    assert (found.date_offset_s, found.date and found.date.hour) == (offset_s, hour)


@pytest.mark.parametrize(
    "value", ["", "yesterday", "Tue, 99 Jun 2025 10:00:00 +0200", "3 Foo 2025 10:00", "1 Jan 0000 00:00:00 +1400"]
)
def test_a_date_that_is_none_is_none(value):
    assert read(mail(f"Date: {value}")).date is None


def nested(depth: int) -> bytes:
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(depth))
    return head.encode() + b"Content-Type: text/plain\r\n\r\nI agree\r\n"


BOMBS = {
    "3,000 multiparts deep": nested(3_000),
    "40 multiparts deep": nested(40),
    "100,000 parts": mail("Content-Type: multipart/mixed; boundary=b", body="--b\r\n\r\n" * 100_000),
    "20 kB of quotes in From": mail('From: "' + '"' * 20_000),
    "10,000 quoted strings in From": mail("From: " + '"a" ' * 10_000 + "<a@example.org>"),
    "5,000 parentheses": mail("From: " + "(" * 5_000),
    "20,000 addresses": mail("From: " + ", ".join(["a@example.org"] * 20_000)),
    "10,000 parameters": mail("Content-Type: text/plain" + "; a*0=b" * 10_000),
    "100,000 headers": mail(*["X: y"] * 100_000),
    "a header of 1 MB": mail("Subject: " + "x" * 1_000_000),
    "encoded words": mail("Subject: " + "=?utf-8?q?" * 9_000),
    "4,000 rules for 4,000 elements": mail(
        "Content-Type: text/html", body="<style>" + "b{white-space:pre}" * 4_000 + "</style>" + "<b>x</b>" * 4_000
    ),
    "30,000 comments in a style sheet": mail("Content-Type: text/html", body="<style>" + "/*" * 30_000),
    "2 MB of one line": mail("From: a@example.org", body="a " * 1_000_000),
    "100,000 quoted lines": mail("From: a@example.org", body="> > > a\r\n" * 100_000),
    "50,000 colons": mail("From: a@example.org", body="On " * 20_000 + "\r\n" + ":" * 50_000),
    "headers in the body": mail("From: a@example.org", body="From: a\r\nTo: b\r\n" * 20_000),
    "elements": mail("Content-Type: text/html", body="<div>" * 100_000),
    "breaks": mail("Content-Type: text/html", body="<br>" * 100_000),
    "open tags": mail("Content-Type: text/html", body="<" * 200_000),
    "white": mail("Content-Type: text/html", body='<p style="color:white">' * 5_000),
    "base64 of nothing": mail("Content-Transfer-Encoding: base64", body="=" * 1_000_000),
    "40 header lines in an armour that never closes": mail(
        "From: a@example.org", body="-----BEGIN PGP SIGNED MESSAGE-----\r\n" + "A: b\r\n" * 40 + "x"
    ),
    "7,000 armours": mail("From: a@example.org", body="-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n" * 7_000),
    "long lines of headers": mail("From: a@example.org", body=("From: " + "a" * 1_900 + "\r\n") * 130),
    "short lines of dashes": mail("From: a@example.org", body="-->\r\n" * 5_000),
    "empty lines": mail("From: a@example.org", body="\r\n" * 25_000),
    "a long word": mail("From: a@example.org", body="204" * 13_000),
    "rules above archives": mail("From: a@example.org", body=("=" * 80 + "\r\n" + "archives " * 220 + "\r\n") * 120),
    "rules": mail("From: a@example.org", body="_____ \r\n" * 20_000),
    "dashes": mail("From: a@example.org", body="- " * 100_000),
}


@pytest.mark.row("T39", "T40", "T41", "T38")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_over_within_a_second(name):
    raw = BOMBS[name]
    begun = time.process_time()

    found = read(raw)
    new_text(found, ("Some words of ours that were sent before.",))
    kind_of(found, "a@example.org")
    reports_of(found)

    assert time.process_time() - begun < 1.0


@pytest.mark.row("T39", "T40")
@pytest.mark.parametrize("name", ["3,000 multiparts deep", "100,000 parts", "100,000 headers", "a header of 1 MB"])
def test_a_bomb_is_refused_before_it_is_parsed(name):
    assert scan(BOMBS[name])
    assert read(BOMBS[name]).unreadable == "too large"


def test_a_refused_message_still_says_who_and_when():
    raw = mail(
        "From: ann@example.org",
        "Message-ID: <1@example.org>",
        "Content-Type: multipart/mixed; boundary=b",
        body="--b\r\n\r\n" * 100_000,
    )

    assert read(raw).froms == (("", "ann@example.org"),)


def test_more_octets_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(m, "LARGEST", 100)

    assert scan(b"x" * 101)
    assert scan(b"x" * 100) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_break_the_reader(raw):
    found = read(raw)

    assert "\x00" not in found.text
    repr(found).encode()
    kind_of(found, "")
    reports_of(found)


tokens = st.sampled_from(
    [
        "Content-Type: ",
        "multipart/mixed; boundary=b",
        "multipart/alternative; boundary=b",
        "text/html",
        "text/plain; charset=",
        "utf-7",
        "utf-16",
        "hz",
        "idna",
        "\r\n",
        "\n",
        "\r\n\r\n",
        "--b",
        "--b--",
        "\x00",
        "From: ",
        "=?utf-8?b?",
        "?=",
        "<a@b>",
        '"',
        "(",
        ")",
        "base64",
        "Content-Transfer-Encoding: ",
        "+2AA-",
        "=ED=A0=80",
        "quoted-printable",
        "message/delivery-status",
        "Status: 5.1.1",
        "\ud83d\ude00",
        "> ",
        "-- ",
        "Content-Disposition: ",
        "; filename*=utf-8''x",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(tokens, max_size=40).map("".join))
def test_no_mixture_of_mail_breaks_the_reader(text):
    found = read(text.encode("utf-8", "surrogatepass"))

    for value in (
        found.text,
        found.html,
        found.subject,
        *(n for pair in found.froms for n in pair),
        *(p.text for p in found.parts),
    ):
        value.encode()
    new_text(found, ("Some words of ours.",)).kept.encode()
    kind_of(found, "a@example.org")
    reports_of(found)


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_every_kept_message_reads_as_its_name_says(path):
    """`kind--what.eml`; a first line `X-Expect: words` tells what a reply must leave."""
    raw = path.read_bytes()
    found = read(raw)

    assert kind_of(found, found.header("return-path").strip("<>")).kind == path.stem.partition("--")[0]
    if found.header("x-expect"):
        assert " ".join(new_text(found).kept.split()) == found.header("x-expect")
