"""Who wrote a message: signatures made with real keys, records as the DNS would hold them, and what forgers try."""

import base64
import hashlib
import re
import time
from datetime import UTC, datetime, timedelta

import dkim.crypto
import pytest
from signer import Signer

from agent.mail.authentic import author, judged, organisation, questions, rsa_proves, vouched_for

NOW = datetime.now(UTC)  # dkimpy stamps what it signs
BORDER = "mx.example.test"
GOOD = Signer()
EVIL = Signer("evil.test", dmarc="")
PLAIN = (
    b"From: Ann <ann@good.test>\r\nTo: alliance+x@reply.test\r\nSubject: Re: 1 of 6\r\nMessage-ID: <1@good.test>\r\n\r\n"
    b"AGREE\r\n"
)


def finding(raw: bytes, records=None, now=NOW, border: str = "", mailbox: bool = False) -> str:
    return judged(raw, GOOD.records if records is None else records, now, border, mailbox=mailbox).finding


def from_is(value: str) -> bytes:
    return PLAIN.replace(b"Ann <ann@good.test>", value.encode())


def said(text: str, raw: bytes = PLAIN) -> bytes:
    """With a header of a border on top, and then the hop that brought it there."""
    hop = f"Received: from mail.good.test (mail.good.test [192.0.2.10])\r\n\tby {BORDER} (Postfix); Mon, 2 Mar 2026\r\n"
    return f"Authentication-Results: {text}\r\n{hop}".encode() + raw


def test_a_signature_of_the_authors_domain_proves_the_author() -> None:
    found = judged(GOOD.sign(PLAIN), GOOD.records, NOW)

    assert (found.finding, found.sender) == ("aligned", "ann@good.test")
    assert list(found.keys) == ["sel._domainkey.good.test"]
    assert found.why == "DKIM of good.test"


def test_a_domain_of_the_same_organisation_may_sign_unless_that_is_not_wished() -> None:
    mail = PLAIN.replace(b"ann@good.test", b"ann@mail.good.test")

    assert finding(GOOD.sign(mail)) == "aligned"
    strict = GOOD.records | {"_dmarc.good.test": ("v=DMARC1; p=none; adkim=s",)}
    assert finding(GOOD.sign(mail), strict) == "unknown"
    assert organisation("a.b.example.co.uk") == "example.co.uk"
    assert organisation("ann.github.io") == "ann.github.io"


def test_what_is_not_signed_is_as_its_domain_wishes() -> None:
    def wished(record: str | None) -> str:
        return finding(PLAIN, {"_dmarc.good.test": (record,) if record else ()})

    assert wished(None) == "unknown"
    assert wished("v=DMARC1; p=none") == "unknown"
    assert wished("v=DMARC1; p=none; sp=reject") == "unknown"
    assert wished("v=DMARC1; p=quarantine") == "forged"
    assert wished("v=spf1 -all") == "unknown"
    below = PLAIN.replace(b"good.test", b"mail.good.test")
    assert finding(below, {"_dmarc.good.test": ("v=DMARC1; p=none; sp=reject",)}) == "forged"
    assert (
        finding(below, {"_dmarc.mail.good.test": ("v=DMARC1; p=none",), "_dmarc.good.test": ("v=DMARC1; p=reject",)})
        == "unknown"
    )


@pytest.mark.row("T15")
def test_a_forged_author_of_a_domain_that_rejects_forgeries_is_forged() -> None:
    assert finding(PLAIN) == "forged"
    assert finding(GOOD.sign(PLAIN).replace(b"AGREE", b"I agree to all")) == "forged"
    assert finding(GOOD.sign(PLAIN).replace(b"Re: 1", b"Re: 2")) == "forged"


@pytest.mark.row("T18")
def test_the_signature_of_another_domain_proves_nothing() -> None:
    signed = EVIL.sign(PLAIN)
    records = GOOD.records | EVIL.records

    assert finding(signed, records) == "forged"
    assert finding(signed, EVIL.records) == "unknown"
    assert questions(signed) == ("_dmarc.good.test",), "a stranger's domain is not even asked about"
    assert (
        finding(
            said(f"{BORDER}; dkim=pass header.d=evil.test; spf=pass smtp.mailfrom=x@evil.test"), records, border=BORDER
        )
        == "forged"
    )


@pytest.mark.row("T19")
def test_a_signature_that_covers_a_part_counts_as_none() -> None:
    signed = GOOD.sign(PLAIN, length=True)

    assert b" l=" in signed
    for raw in (signed, signed + b"and give me everything\r\n"):
        assert judged(raw, GOOD.records, NOW).why == "DKIM: covers a part only"
        told = said(f"{BORDER}; dkim=pass header.d=good.test; dmarc=pass header.from=good.test", raw)
        assert finding(told, border=BORDER) == "forged", "nor is it believed of a border that takes it"


def altered(tag: bytes, value: bytes) -> bytes:
    return re.sub(rb"\b" + tag + rb"=[^;]*;", tag + b"=" + value + b";", GOOD.sign(PLAIN), count=1)


@pytest.mark.parametrize(
    ("raw", "records"),
    [
        (GOOD.sign(PLAIN, signature_algorithm=b"rsa-sha1"), None),
        (altered(b"a", b"rsa-sha1"), None),
        (altered(b"h", b"to : subject"), None),
        (altered(b"d", b"other.test"), None),
        (altered(b"v", b"2"), None),
        (GOOD.sign(PLAIN), {"sel._domainkey.good.test": ("v=DKIM1; p=",)}),
        (GOOD.sign(PLAIN), {"sel._domainkey.good.test": ("nonsense",)}),
        (GOOD.sign(PLAIN), {"sel._domainkey.good.test": ("ö" * 20,)}),
        (GOOD.sign(PLAIN), {"sel._domainkey.good.test": GOOD.records["sel._domainkey.good.test"] * 2}),
        (GOOD.sign(PLAIN), {"sel._domainkey.good.test": ("v=DKIM1; p=" + "A" * 5000,)}),
        (Signer(flags=" t=y;").sign(PLAIN), Signer(flags=" t=y;").records),
        (Signer(bits=768, domain="good.test").sign(PLAIN), Signer(bits=768).records),
        (b"Content-Type: text/html\r\n" + GOOD.sign(b"Content-Type: text/plain\r\n" + PLAIN), None),
        (b"Subject: AGREE\r\n" + GOOD.sign(PLAIN), None),
        (b"\r\n" + GOOD.sign(PLAIN), None),
        (b" x\r\n" + GOOD.sign(PLAIN), None),
        (b"X: 1\r\nFrom : ann@good.test\r\n" + GOOD.sign(PLAIN), None),
        (GOOD.sign(PLAIN + b" " * 2000 + b"x"), None),
        (b"DKIM-Signature: " + b"a=b;" * 3000 + b"\r\n" + PLAIN, None),
        (b"DKIM-Signature: ;;;=\r\nDKIM-Signature: v=1\r\n" + PLAIN, None),
        (b"DKIM-Signature: v=1; d=good.test; s=../../x; h=from; b=; bh=; a=rsa-sha256\r\n" + PLAIN, None),
    ],
)  # fmt: skip
@pytest.mark.row("T19")
def test_a_signature_with_anything_wrong_about_it_proves_nothing(raw: bytes, records) -> None:
    assert finding(raw, GOOD.records | (records or {})) in ("forged", "unknown")


def test_a_signature_holds_for_the_time_it_says_and_is_checked_against_when_the_mail_came() -> None:
    until = int(NOW.timestamp()) + 86400
    signed = re.sub(rb"; t=(\d+);", b"; t=\\1; x=%d;" % until, GOOD.sign(PLAIN))
    late = NOW + timedelta(days=2)

    assert judged(signed, GOOD.records, late).why == "DKIM: expired"
    assert judged(signed, GOOD.records, NOW).why == "DKIM: wrong", "the stamp is signed itself"
    assert finding(GOOD.sign(PLAIN), now=NOW + timedelta(days=3650)) == "aligned"


@pytest.mark.row("T17", "T20", "T21")
@pytest.mark.parametrize(
    "value",
    [
        "ann@good.test, evil@evil.test", "friends: ann@good.test;", '"ann@good.test" <evil@evil.test>', "ann@good.test <evil@evil.test>",
        "=?utf-8?b?YW5uQGdvb2QudGVzdA==?= <evil@evil.test>", "", "ann@good.test\0", "ann@good.test)evil@evil.test",
        "ann@g\u043e\u043ed.test", "ann@good.test.evil.test", "Ann <ann@good.test>\r\nFrom: evil@evil.test", "ann@good.test\r\nSender: ann@good.test\r\nFrom:",
        "evil@evil.test\r\nSender: ann@good.test\r\nReply-To: ann@good.test\r\nResent-From: ann@good.test",
    ],
)  # fmt: skip
def test_no_trick_with_from_makes_anybody_ann(value: str) -> None:
    raw = EVIL.sign(from_is(value)) if "\0" not in value else from_is(value)

    found = judged(raw, GOOD.records | EVIL.records, NOW)

    assert (found.finding, found.sender) != ("aligned", "ann@good.test")
    assert author(raw) != "ann@good.test" or found.finding != "aligned"


@pytest.mark.row("T17")
@pytest.mark.parametrize(
    "value",
    ["ann@good.test, eve@good.test", "eve@good.test, ann@good.test", "ann@good.test\r\nFrom: eve@good.test", "eve@good.test\r\nFrom: ann@good.test",
     "ann@good.test\r\nFROM: ann@good.test", "friends: ann@good.test, eve@good.test;"],
)  # fmt: skip
def test_two_authors_of_one_house_that_signs_are_neither(value: str) -> None:
    """Eve writes from the same provider, which signs whatever she sends."""
    raw = GOOD.sign(from_is(value))

    assert author(raw) == ""
    assert judged(raw, GOOD.records, NOW).finding == "unknown"


def test_case_and_idna_make_no_other_author() -> None:
    assert finding(GOOD.sign(from_is("ANN@GOOD.test"))) == "aligned"
    signer = Signer("xn--bcher-kva.test")
    assert finding(signer.sign(from_is("ann@xn--bcher-kva.test")), signer.records) == "aligned"
    assert author(from_is("ann@bücher.test")) == "ann@xn--bcher-kva.test"


@pytest.mark.row("T23")
def test_arc_is_not_looked_at() -> None:
    sealed = b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=good.test; s=sel; b=x\r\nARC-Authentication-Results: i=1; mx.example.test; dmarc=pass header.from=good.test\r\n"

    assert finding(sealed + PLAIN, border=BORDER) == "forged"


@pytest.mark.row("T24")
def test_where_nobody_could_say_nothing_is_proved_and_nobody_is_called_a_forger() -> None:
    signed = GOOD.sign(PLAIN)
    key = "sel._domainkey.good.test"

    assert finding(signed, dict.fromkeys(questions(signed))) == "unknown"
    assert finding(signed, GOOD.records | {key: None}) == "unknown"
    assert finding(PLAIN, {"_dmarc.good.test": None}) == "unknown"
    assert finding(signed, {key: GOOD.records[key], "_dmarc.good.test": None}) == "aligned"


# ---------------------------------------------------------------- the border's word


@pytest.mark.parametrize(
    "text",
    [
        f"{BORDER};\r\n\tdkim=pass (2048-bit key) header.i=@good.test header.s=sel header.b=x;\r\n\tspf=pass (ok; really) smtp.mailfrom=ann@good.test;\r\n\tdmarc=pass (p=REJECT dis=NONE) header.from=good.test",
        f"{BORDER} 1; dmarc=pass header.from=good.test (policy=none)",
        f'(hello) {BORDER.upper()}; dmarc=pass reason="a; dmarc=fail" header.from=good.test',
        f"{BORDER}; spf=pass smtp.mailfrom=bounce@mail.good.test",
    ],
)  # fmt: skip
def test_the_borders_word_is_taken(text: str) -> None:
    assert finding(said(text), border=BORDER) == "aligned"
    assert finding(said(text)) == "forged", "where none is configured nobody is believed"


@pytest.mark.parametrize(
    "text",
    [
        f"{BORDER}; none", f"{BORDER}; dmarc=pass", f"{BORDER}; dmarc=pass header.from=evil.test", f"{BORDER}; dkim=pass header.d=good.test",
        f"{BORDER}; spf=pass smtp.mailfrom=evil.test", f"{BORDER}; dmarc=pass header.from=good.test; dmarc=fail header.from=good.test",
        f"{BORDER} 2; dmarc=pass header.from=good.test", f"{BORDER}/1; dmarc=pass header.from=good.test", f"not.{BORDER}; dmarc=pass header.from=good.test",
        f"x; dmarc=pass header.from=good.test ({BORDER})", f"{BORDER}; x=y " + "(" * 5000, f"{BORDER}; dmarc=pass (" + "z" * 9000 + ") header.from=good.test",
        f"{BORDER}; dmarc=none header.from=good.test", f"{BORDER}; dmarc=fail (dmarc=pass header.from=good.test) header.from=good.test",
    ],
)  # fmt: skip
def test_what_the_border_does_not_say_is_not_read_into_it(text: str) -> None:
    assert finding(said(text), border=BORDER) == "forged"


@pytest.mark.row("T16")
@pytest.mark.parametrize(
    "forged",
    [
        f"Authentication-Results: {BORDER}; dmarc=pass header.from=good.test",
        f"AUTHENTICATION-RESULTS: {BORDER.upper()} 1; dmarc=pass header.from=good.test",
        f"Authentication-Results: (x) {BORDER}; dmarc=pass header.from=good.test",
        f'Authentication-Results: "{BORDER}"; dmarc=pass header.from=good.test',
        f"Authentication-Results:\r\n {BORDER};\r\n dmarc=pass\r\n header.from=good.test",
        f"Authentication-Results : {BORDER}; dmarc=pass header.from=good.test",
    ],
)
def test_a_border_that_somebody_else_wrote_is_not_believed(forged: str) -> None:
    hops = f"Received: from evil.test by {BORDER}; x\r\nReceived: from evil.test by other.test; x\r\n"
    mails = [
        f"Authentication-Results: {BORDER}; dmarc=fail header.from=good.test\r\n{hops}{forged}\r\n",  # the milter ran
        f"Authentication-Results: {BORDER}; none\r\n{forged}\r\n{hops}",
        f"Authentication-Results: another.test; none\r\n{forged}\r\n{hops}",
        f"{hops}{forged}\r\n",  # it did not run
    ]
    assert (
        finding(f"Received: from evil.test by {BORDER}; x\r\n{forged}\r\n".encode() + PLAIN, border=BORDER) == "forged"
    )

    for head in mails:
        assert finding(head.encode() + PLAIN, border=BORDER) == "forged"
        assert finding(head.encode() + PLAIN, border=BORDER, mailbox=True) == "forged"


def test_a_failure_at_the_border_is_a_forgery_or_a_doubt_as_the_domain_wishes() -> None:
    failed = said(f"{BORDER}; dkim=none; dmarc=fail header.from=good.test")

    assert finding(failed, border=BORDER) == "forged"
    assert finding(failed, {"_dmarc.good.test": ("v=DMARC1; p=none",)}, border=BORDER) == "doubted"
    assert finding(failed, {"_dmarc.good.test": None}, border=BORDER) == "forged"
    assert finding(said(f"{BORDER}; dmarc=fail header.from=good.test", GOOD.sign(PLAIN)), border=BORDER) == "aligned"


@pytest.mark.row("T16", "T33")
def test_copies_of_a_mail_without_a_signature_differ_in_what_the_border_says_of_its_author() -> None:
    def vouched(text: str, raw: bytes = PLAIN) -> bool | None:
        return vouched_for(said(text, raw), BORDER)

    assert vouched(f"{BORDER}; spf=pass smtp.mailfrom=good.test") is True
    assert vouched(f"{BORDER}; spf=fail smtp.mailfrom=evil.test; dmarc=fail header.from=good.test") is False
    for other in (f"{BORDER}; spf=pass smtp.mailfrom=evil.test", "x.test; dmarc=pass header.from=good.test"):
        assert vouched(other) is None
    assert vouched(f"{BORDER}; dmarc=pass header.from=good.test", GOOD.sign(PLAIN)) is None, "that is the same in each"
    assert vouched(f"{BORDER}; dmarc=pass header.from=good.test", from_is("")) is None


@pytest.mark.row("T16", "T25", "T33")
@pytest.mark.parametrize(
    ("dkim", "found"),
    [
        ("dkim=fail header.d=good.test; ", True), ("dkim=fail header.i=@good.test; ", True), ("dkim=temperror header.d=good.test; ", None),
        ("dkim=fail header.d=evil.test; ", None), ("dkim=fail header.d=good.test; dkim=pass header.d=good.test; ", None), ("", None),
    ],
)  # fmt: skip
def test_a_signature_counts_as_none_where_the_border_says_that_it_broke(dkim: str, found: bool | None) -> None:
    raw = said(f"{BORDER}; {dkim}dmarc=pass header.from=good.test", GOOD.sign(PLAIN))

    assert vouched_for(raw, BORDER) is found


@pytest.mark.parametrize("hop", ["by 2002:a05:7010 with SMTP id x", "from a by mx2.example.test with LMTP"])
def test_hops_within_the_borders_own_house_are_none(hop: str) -> None:
    raw = f"Received: {hop}\r\n".encode() + said(f"{BORDER}; dmarc=pass header.from=good.test")

    assert finding(raw, border=BORDER, mailbox=True) == "aligned"
    assert finding(raw, border=BORDER) == "forged", "whoever hands mail to us writes on top"


def test_mail_made_to_be_slow_is_over_soon() -> None:
    tricks = [
        b"DKIM-Signature: v=1; a=rsa-sha256; d=good.test; s=sel; h=from; bh=x; b=" + b" \r\n" * 1300 + b"\r\n",
        b"Authentication-Results: " + b"(" * 100_000 + b"\r\n",
        b"".join(b"DKIM-Signature: v=1; d=good.test; s=s%d; h=from; b=AAAA; bh=AAAA; a=rsa-sha256\r\n" % n for n in range(3000)),
    ]  # fmt: skip
    body = b" \t" * 500_000 + b"x"
    for trick in tricks:
        began = time.perf_counter()
        raw = trick + PLAIN + body
        assert len(questions(raw)) < 8
        assert finding(raw, border=BORDER) != "aligned"
        assert time.perf_counter() - began < 1


@pytest.mark.parametrize("bits", [768, 1024, 2048])
def test_rsa_is_reckoned_as_dkimpy_does(bits: int) -> None:
    signer = Signer(bits=bits)
    [record] = signer.records["sel._domainkey.good.test"]
    key = dkim.crypto.parse_public_key(base64.b64decode(record.rpartition("p=")[2]))
    hashed, other = hashlib.sha256(b"AGREE"), hashlib.sha256(b"agree")
    right = bytes(dkim.crypto.RSASSA_PKCS1_v1_5_sign(hashed, dkim.crypto.parse_pem_private_key(signer.pem)))

    for signature in (right, bytes([right[0] ^ 1]) + right[1:], right[:-1] + bytes([right[-1] ^ 128]), right[::-1]):
        for said in (hashed, other):
            expected = dkim.crypto.RSASSA_PKCS1_v1_5_verify(said, signature, key)
            assert rsa_proves(said, signature, key) == expected == (signature == right and said is hashed)
    assert not rsa_proves(hashed, b"", key)
    assert not rsa_proves(hashed, right, key | {"modulus": 4})
