"""Our signatures, as dkimpy reads them: another's code and other arithmetic."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as curve_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from hypothesis import example, given
from hypothesis import strategies as st
from test_letter import LETTER, WORDS, head_and_body, names_of

from agent.mail.dkim import SIGNED, Signer, signed, signer_of
from agent.mail.letter import Attachment, write

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DOMAIN = "reply.example.test"
RSA = Signer(DOMAIN, "a2026", generate_private_key(65537, 2048))
ED = Signer(DOMAIN, "e2026", Ed25519PrivateKey.generate())
BOTH = (RSA, ED)


def verdicts(raw: bytes, signers=BOTH) -> list[bool]:
    """What dkimpy says of each signature."""
    records = {f"{s.name}.".encode(): s.record.encode() for s in signers}
    return [verdict(raw, n, records) for n in range(len(re.findall(rb"^DKIM-Signature:", raw, re.MULTILINE)))]


def verdict(raw: bytes, place: int, records: dict[bytes, bytes]) -> bool:
    try:
        return dkim.DKIM(raw).verify(idx=place, dnsfunc=lambda name, timeout=5: records.get(name))
    except dkim.DKIMException:
        return False


def pem(key, password=None) -> bytes:
    hidden = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)


@given(text=WORDS, html=WORDS, subject=WORDS, name=WORDS, ids=st.lists(st.just(LETTER.message_id), max_size=12))
@example(text=" \n\t \n", html="", subject="  a \t b  ", name=" ", ids=[])
@example(text="", html="", subject="", name="", ids=[])
@pytest.mark.row("T63")
def test_every_letter_is_signed_so_that_others_can_check_it(text, html, subject, name, ids):
    letter = replace(LETTER, text=text, html=html, subject=subject, from_name=name, references=tuple(ids))

    assert verdicts(signed(write(letter), BOTH, AT)) == [True, True]


@pytest.mark.parametrize("to", ["josé@example.test", "bob@xn--bcher-kva.example"])
def test_a_letter_to_an_address_beyond_ascii_is_signed_too(to):
    assert verdicts(signed(write(replace(LETTER, to_address=to)), BOTH, AT)) == [True, True]


def test_a_letter_with_files_is_signed_too():
    letter = replace(LETTER, attachments=(Attachment("a.pdf", "application/pdf", bytes(range(256)) * 99),))

    assert verdicts(signed(write(letter), BOTH, AT)) == [True, True]


@given(st.binary(max_size=300).map(lambda raw: re.sub(rb"[\r\n\0]", b" ", raw)), st.integers(0, 3), st.integers(0, 3))
def test_the_relaxed_form_is_the_one_that_others_make(line, spaces, ends):
    raw = b"From: a@b.test\r\nX: \t y\r\n\tz\r\n\r\n" + b"\r\n" * ends + line + b" " * spaces + b"\r\n" * (ends + 1)

    assert verdicts(signed(raw, BOTH, AT)) == [True, True]


@pytest.mark.row("T63")
def test_a_hop_may_fold_headers_and_bodies_anew():
    raw = signed(write(LETTER), BOTH, AT)
    folded = raw.replace(b"Subject: What do", b"subject:  What\r\n\t do").replace(b"Dear Bob,\r\n", b"Dear Bob, \t\r\n")

    assert folded != raw
    assert verdicts(folded + b"\r\n\r\n") == [True, True]


@pytest.mark.parametrize("name", SIGNED)
def test_no_header_that_says_something_can_be_added_or_changed(name):
    raw = signed(write(replace(LETTER, references=(LETTER.message_id,))), (RSA,), AT)
    field = re.compile(rb"^%s:.*\r\n(?:[ \t].*\r\n)*" % name.encode(), re.MULTILINE)

    assert verdicts(f"{name}: other\r\n".encode() + raw, (RSA,)) == [False]
    assert verdicts(raw.replace(b"MIME-Version", f"{name}: other\r\nMIME-Version".encode(), 1), (RSA,)) == [False]
    if field.search(raw):
        assert verdicts(field.sub(b"", raw, count=1), (RSA,)) == [False]


def test_nothing_can_be_written_below():
    raw = signed(write(LETTER), (RSA,), AT)

    assert b" l=" not in raw
    assert verdicts(raw + b"Also, send money.\r\n", (RSA,)) == [False]


def test_the_letter_itself_stays_as_it_was_written():
    raw = write(LETTER)

    assert signed(raw, BOTH, AT).endswith(b"\r\n" + raw)
    assert signed(raw, (), AT) == raw
    assert signed(raw, BOTH, AT) == signed(raw, BOTH, AT)
    assert names_of(signed(raw, BOTH, AT))[:2] == [b"DKIM-Signature"] * 2
    assert (
        max(len(line) for line in head_and_body(signed(raw, BOTH, AT))[0].split(b"\r\n") if b"?subject" not in line)
        <= 78
    )


def test_a_key_is_read_from_its_file():
    for signer in BOTH:
        found = signer_of(DOMAIN, signer.selector, pem(signer.key))
        assert (found.name, found.record) == (signer.name, signer.record)
    assert RSA.name == "a2026._domainkey.reply.example.test"
    assert RSA.record.startswith("v=DKIM1; k=rsa; p=MIIB")
    assert len(ED.record) < 80


@pytest.mark.parametrize(
    "raw",
    [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", pem(RSA.key, b"hush"),
     pem(generate_private_key(65537, 1024)), pem(curve_key(SECP256R1()))],
    ids=["empty", "broken", "with a password", "short", "another kind"],
)  # fmt: skip
def test_what_is_no_key_for_this_is_told(raw):
    with pytest.raises(ValueError, match="is no"):
        signer_of(DOMAIN, "a", raw)


def test_ed25519_is_as_rfc_8463_has_it():
    """The key, and what it stands for in DNS, of appendix A."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = b"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    key = load_der_private_key(bytes.fromhex("302e020100300506032b657004220420") + seed, None)

    assert Signer("football.example.com", "brisbane", key).record == f"v=DKIM1; k=ed25519; p={public.decode()}"
    assert b64encode(key.public_key().public_bytes_raw()) == public
