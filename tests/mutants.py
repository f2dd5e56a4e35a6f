"""Mutated messages: what people and programs send, damaged in every way that we can think of. Each follows from its number.

The seeds are answers as each mail program writes them, machines' mails and the kept corpus. Words are changed before a
program writes them, octets after it; some messages are put together from pieces of mail alone.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from agent.rehearsal import machines, programs
from agent.rehearsal.programs import Program, Quoted, Typed, marked

LINES = 6
PROMPT = """Hi Jonas,

How do you prefer to be critiqued? What is good feedback to you?

When, where, how straight? For example: “Straight, the same day, and never in front of others.”

Reply in a line or two. PASS skips it, and PAUSE stops the emails until you come back.

--\x20
Alliance for Maya and Jonas. What I store about you: reply MY DATA."""
DRAFT = """Hi Jonas,

Here is draft 2. Does it say what you mean?

How we meet
1. We meet on Mondays at eight, at the shop.
2. Jonas opens the shop by five.

What we promise
3. Maya does the books every Friday.
4. We say it the same day, and never in front of others.
5. If it gets hard, we take an hour apart and then talk.
6. (open) We eat lunch together.

Reply AGREE, or say what to change, for example: “Make 4 say: We say it quietly.” or “Drop 5”.
AGREE except 3 is a change and not a yes.

--\x20
Alliance for Maya and Jonas. What I store about you: reply MY DATA."""
JONAS, AGENT = "jonas@example.org", "alliance+a" + "b" * 39 + "@alliance.example.org"
AT = datetime(2026, 3, 3, 8, 7, tzinfo=UTC)
PROGRAMS: Sequence[Program] = (programs.plain, programs.gmail, programs.outlook, programs.exchange, programs.iphone, programs.thunderbird, programs.bottom, programs.mutt)  # fmt: skip
MACHINES: Sequence[Program] = (machines.out_of_office, machines.delayed, machines.undelivered, machines.gmail_reaction, machines.outlook_reaction)  # fmt: skip

SAID = (
    "AGREE", "I agree", "Yes, I agree to all 6 points.", "Agree, except 3", "Make 6 say: We eat at noon.\nDrop 5", "yes if you drop 3", "SEND", "SHORT", "NOT NOW", "No, thanks",
    "Yes. Bit nervous, but yes", "2B, 3C\nNEXT", "1. mornings\n2. bins\n3. partly", "4, sun, money, partly", "Mondays at eight, at the shop", "every second Tuesday at 5 pm in Lisbon",
    "Jede zweite Woche dienstags um 9 Uhr", "once a quarter", "Straight, please.\n\nPRIVATE I am afraid of it, and\nthat is why I ask.\n\nThanks", "PASS", "pause until 12 May", "STOP", "MY DATA",
    "Jonas Berg (jonas@example.org) and I are opening a bakery in May. I'd like us to agree how we do this. Maya", "Ich stimme zu", "D'accord", "同意します", "أوافق", "मैं सहमत हूँ",
    "Good feedback: straight.\nGood thanks: a note\n\nBOTH", "Never on a Friday afternoon.\n\nBest\nJonas\n+49 30 1234567", "6: Tuesday is better", "👍", "I want to die", "The address is jonas@example.com, not jonas@example.org",
)  # fmt: skip
WORDS = (
    "?", " not ", "if ", " unless ", "no ", "never", "don't", ", except 3", " but ", "maybe", "tomorrow", "Jonas says ", '"', "“", "”", "'", "’", "(", ")", "AGREE", "I agree", "yes", "YES", "PRIVATE", "private:",
    "(private) ", "- private ", "PASS", "STOP", "NEXT", "1.", "6:", "3)", "2B", "9", "9" * 30, "9" * 5_000, "٣", "²", "①", "½", "1e9", "-1", "0", "12:61", "31 Feb", "until 99 May", "\n", "\n\n", "\n\n\n", "\r", "\t", " ", "   ",
    "> ", ">", ">>>> ", "\n> ", "-- ", "\n-- \n", "--", "---", "_____", "=====", "-----Original Message-----", "On Mon, 2 Mar 2026 at 10:02, Alliance <a@alliance.example.org> wrote:", "From: Maya\nTo: Jonas\nSubject: x\n",
    "Am 02.03.2026 um 10:02 schrieb Alliance:", "Sent from my iPhone", "Begin forwarded message:", "This email is confidential", "Best regards", "Thanks,", "Jonas", "Jonas Berg", "-Jonas", "+49 30 1234567", "https://example.org/",
    "jonas@example.org", "<a@b.example>", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1f", "\x00", "\u00a0", "\u3000", "\ufffd", "\U000e0041", "\u0301", "e\u0301",
    "İ", "ß", "ﬁ", "ǅ", "ＡＧＲＥＥ", "\U0001d400", "\U0001f44d\U0001f3ff", "👩\u200d👩\u200d👧", "吗", "か", "لا", "नहीं", "।", "。", "…", "...", "!", "!!!!", ".", ",", ";", ":", ": ", "*", "**", "_", "#", "[", "]", "{", "}", "|", "/", "\\",
    "&amp;", "&gt; ", "&#0;", "&#x110000;", "<b>", "</p>", "<!--", "a" * 40, "(" * 20, "I ", "we ", "it ", "every ", "Monday", "weekly or monthly", "@", "%", "=", "=20", "=\n", "-----BEGIN PGP SIGNED MESSAGE-----\n\n", "\n-----BEGIN PGP SIGNATURE-----",
    "ALLIANCE+A" + "B" * 39 + "@alliance.example.org", "How do you prefer to be critiqued?", "Straight, the same day, and never in front of others.", "We meet on Mondays at eight, at the shop.", "PAUSE", "DELETE NOW", "Betreff: ",
)  # fmt: skip
OCTETS = (
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\n ", b"\r\n\t", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\x1b$B", b"\x1b(B", b"+2AA-", b"~{", b"=ED=A0=80", b"=00", b"=\r\n", b"==", b"=", b"--", b"--b", b"--b--", b"\r\n--",
    b"Content-Type: ", b"Content-Type: multipart/mixed; boundary=b\r\n", b'Content-Type: multipart/alternative; boundary="b"\r\n', b"Content-Type: text/html\r\n", b"Content-Type: text/plain; charset=utf-16\r\n", b"Content-Type: message/rfc822\r\n",
    b"Content-Type: message/delivery-status\r\n", b"Content-Type: application/pkcs7-mime\r\n", b"Content-Type: text/calendar\r\n", b"multipart/report; report-type=delivery-status", b"multipart/related", b"multipart/digest", b"multipart/signed", b"multipart/encrypted",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n", b"Content-Disposition: attachment; filename=x.txt\r\n", b"Content-Disposition: reaction\r\n", b"; filename*=utf-8''%00x",
    b"; charset=", b"; format=flowed; delsp=yes", b'; name="../../x"', b"utf-7", b"utf-16", b"utf-32", b"hz", b"idna", b"punycode", b"iso-2022-jp", b"iso-2022-kr", b"x-unknown", b"unicode_escape", b"rot13", b"gb18030", b"big5", b"cp1252", b"%invalid", b'""',
    b"From: ", b"From: <jonas@example.org>\r\n", b'From: "jonas@example.org" <x@evil.example>\r\n', b"Sender: ", b"Date: ", b"Date: Tue, 99 Foo 99999 99:99:99 +9999\r\n", b"Message-ID: <", b"References: ", b"Subject: ", b"Subject: =?utf-8?b?DQpCY2M6IHg=?=\r\n", b"=?utf-8?q?", b"=?x?b?", b"?=",
    b"=?utf-8?q?=00?=", b"Auto-Submitted: auto-replied\r\n", b"Auto-Submitted: no\r\n", b"Precedence: bulk\r\n", b"List-Id: <x>\r\n", b"Return-Path: <>\r\n", b"X-Failed-Recipients: x@example.org\r\n", b"Final-Recipient: rfc822; jonas@example.org\r\n", b"Status: 5.1.1\r\n", b"Action: failed\r\n",
    b"<div>", b"</div>", b"<br>", b"<p>", b"<blockquote>", b"</blockquote>", b"<blockquote type=cite>", b"<div class=gmail_quote>", b'<div style="display:none">', b"<span style='color:white'>", b"<style>p{white-space:pre}", b"</style>", b"<!--", b"-->", b"<![CDATA[", b"<script>", b"<table><td>",
    b"<ol start=99999999>", b"<li>", b"<pre>", b"<svg>", b"<math>", b"<template>", b"<base href=x>", b'<?xml version="1.0" encoding="utf-16"?>', b'<!DOCTYPE x [<!ENTITY a "b">]>', b"&a;", b"&#0;", b"&#xd800;", b"&#1114112;", b"&lt;", b"&nbsp;", b"<meta charset=utf-7>", b"<hr>", b'<img alt="\xf0\x9f\x98\x80">',
    b"<", b">", b'"', b"(", b")", b"\\", b",", b";", b":", b"@", b"> ", b">>", b"-- \n", b"begin 644 x\n", b"AGREE", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\xc2\xad", b"\x0b", b"\x0c", b"\x85",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A message, the letter that it answers, and what was typed; None where that cannot be known any more."""

    raw: bytes
    letter: str
    words: str | None = None


def mutant(seed: int, number: int) -> Mutant:
    """The message of this number; always the same one."""
    chance = random.Random(f"{seed}:{number}")
    way = chance.random()
    letter = chance.choice((PROMPT, DRAFT))
    if way < 0.4:
        words, program = said(chance), chance.choice(PROGRAMS)
        in_pieces = program is programs.mutt and "\n" in words  # between the paragraphs, so with other empty lines
        return Mutant(written(program, words, letter), letter, None if in_pieces else words)
    if way < 0.5:
        words = said(chance)
        return Mutant(_plainly(chance, words, letter), letter, words)
    if way < 0.85:
        raw = chance.choice(seeds())
        for _ in range(chance.choice((1, 1, 2, 3, 6))):
            raw = chance.choice(_DAMAGES)(chance, raw)
        return Mutant(raw, letter)
    return Mutant(_pieced(chance), letter)


def stretched(mutant_: Mutant, chance: random.Random, sizes: Sequence[int]) -> list[Mutant]:
    """The same message with one piece of it said so often that it has these sizes: time must grow as they do."""
    raw = mutant_.raw
    body = max(raw.find(b"\r\n\r\n"), 0)
    start = chance.randrange(body if chance.random() < 0.8 else 0, len(raw)) if raw else 0
    piece = raw[start : start + chance.choice((1, 2, 3, 8, 20, 80, 400))] or b"> "
    if chance.random() < 0.3:
        piece = chance.choice(OCTETS)
    if chance.random() < 0.3:
        piece += b"\r\n"
    return [Mutant(raw[:start] + piece * (size // len(piece)) + raw[start:], mutant_.letter) for size in sizes]


def said(chance: random.Random) -> str:
    """What somebody typed: a clean answer now and then, else with words taken out, put in, said twice or run together."""
    text = chance.choice(SAID)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 9))):
        at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        match chance.randrange(6):
            case 0:
                text = text[:at] + text[min(end, at + 8) :]
            case 1:
                text = text[:at] + text[at:end] * 2 + text[end:]
            case 2:
                text = chance.choice((" ", "\n", "\n\n", ", ")).join((text, chance.choice(SAID)))
            case _:
                text = text[:at] + chance.choice(WORDS) + text[at:]
    return text


def answered(letter: str) -> Quoted:
    """Our letter, as a mail program has it."""
    rows = "".join(f"<p>{p}</p>" for p in letter.replace("&", "&amp;").replace("\n", "<br>").split("<br><br>"))
    html = f"<!doctype html><html><body><table><tr><td>{rows}</td></tr></table></body></html>"
    return Quoted("Alliance (for Maya and Jonas)", AGENT, f"Jonas Berg <{JONAS}>", "3 of 12: good feedback", "<one@alliance.example.org>", "<root@alliance.example.org>", AT, letter, html, b"", AGENT)  # fmt: skip


def written(program: Program, words: str, letter: str) -> bytes:
    """The answer as this program writes it; what no wire can carry is lost on the way."""
    words = words.encode("utf-8", "ignore").decode()
    return program(Typed(7, "Jonas Berg", JONAS, AGENT, "Re: Jonas and me", words, AT, answered(letter)))


def _plainly(chance: random.Random, words: str, letter: str) -> bytes:
    """The answer above a quote in plain text, in one of the ways in which programs introduce and mark it."""
    head = chance.choice(("", "On Mon, 2 Mar 2026 at 10:02, Alliance <a@alliance.example.org> wrote:\n", "-----Original Message-----\nFrom: Alliance\nSent: Monday, March 2, 2026 10:02\nTo: Jonas\nSubject: x\n\n"))  # fmt: skip
    text = f"{words}\n\n{head}{marked(letter)}"
    top = f"From: Jonas Berg <{JONAS}>\nMessage-ID: <1@example.org>\nContent-Type: text/plain; charset=utf-8\n\n"
    return (top + text).encode("utf-8", "ignore")


@cache
def seeds() -> tuple[bytes, ...]:
    """What the damages begin with."""
    corpus = sorted((Path(__file__).parent / "corpus").glob("*.eml"))
    clean = [written(p, s, letter) for p in PROGRAMS for letter in (PROMPT, DRAFT) for s in SAID[::3]]
    notices = [written(p, "", PROMPT) for p in MACHINES]
    return (*clean, *(notices * 5), *([p.read_bytes() for p in corpus] * 4), *(machines.gateway(r) for r in clean[::7]))


# ---------------------------------------------------------------- damages


def _insert(chance: random.Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.choice(OCTETS) * chance.choice((1, 1, 1, 2, 40)) + raw[at:]


def _take(chance: random.Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + raw[at + chance.choice((1, 2, 10, 100, 1_000)) :]


def _again(chance: random.Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw) + 1)
    piece = raw[at : at + chance.choice((1, 5, 30, 300))]
    return raw[:at] + piece * chance.choice((2, 2, 5, 50)) + raw[at:]


def _flip(chance: random.Random, raw: bytes) -> bytes:
    octets = bytearray(raw or b"x")
    for _ in range(chance.choice((1, 3, 20))):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    return bytes(octets)


def _splice(chance: random.Random, raw: bytes) -> bytes:
    other = chance.choice(seeds())
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other)) :]


def _nest(chance: random.Random, raw: bytes) -> bytes:
    """The message as a part of another one, with or without what belongs there."""
    kind = chance.choice((b"mixed", b"alternative", b"related", b"report", b"digest", b"signed", b"encrypted"))
    inner = chance.choice((raw, b"Content-Type: message/rfc822\r\n\r\n" + raw))
    top = b"From: <jonas@example.org>\r\nContent-Type: multipart/" + kind + b"; boundary=b%d\r\n\r\n"
    boundary = chance.randrange(9)
    begin = b"--b%d\r\n" % boundary
    return top % boundary + begin + inner + b"\r\n" + begin + chance.choice(seeds()) + b"\r\n--b%d--\r\n" % boundary


def _header(chance: random.Random, raw: bytes) -> bytes:
    """One header line more, or one whose value is another."""
    lines = raw.split(b"\r\n", 30)
    at = chance.randrange(len(lines))
    name, colon, value = lines[at].partition(b":")
    lines[at : at + chance.randrange(2)] = [
        name + colon + chance.choice((b" ", b"\r\n\t", b"")) + chance.choice(OCTETS) + value
    ]
    return b"\r\n".join(lines)


def _endings(chance: random.Random, raw: bytes) -> bytes:
    return raw.replace(
        b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n", b"\n\n", b" \r\n", b"\r\n ")), chance.choice((-1, 3, 30))
    )


def _wording(chance: random.Random, raw: bytes) -> bytes:
    """Words of ours in the middle of the octets, in some charset."""
    at = chance.randrange(len(raw) + 1)
    return (
        raw[:at]
        + chance.choice(WORDS).encode(chance.choice(("utf-8", "utf-16", "cp1252", "utf-7")), "replace")
        + raw[at:]
    )


_DAMAGES: Sequence[Callable[[random.Random, bytes], bytes]] = (_insert, _insert, _take, _again, _flip, _splice, _nest, _header, _header, _endings, _wording)  # fmt: skip


def _pieced(chance: random.Random) -> bytes:
    """A message put together from pieces of mail alone."""
    top = chance.choice(
        (b"", b"From: <jonas@example.org>\r\n", b"From: <jonas@example.org>\r\nContent-Type: text/html\r\n\r\n")
    )
    top += chance.choice((b"", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"))
    pieces = [
        chance.choice(OCTETS) if chance.random() < 0.6 else chance.choice(WORDS).encode()
        for _ in range(chance.randrange(60))
    ]
    return top + b"".join(pieces)
