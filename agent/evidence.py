"""What stands behind an agreement, in one file that anybody can check offline: its text, who said yes, and the mails. Pure.

A zip that opens anywhere: a page to read first, the exact text, the facts, and the mails as they came. `checks` repeats
what can be repeated: the hash of the text, the signatures with the keys that the DNS held then, the words of each yes.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

import msgspec

from agent.alliance.model import Alliance, Confirmation
from agent.alliance.words import read_consent, said_of_page
from agent.mail.authentic import Verdict, judged
from agent.mail.message import read
from agent.mail.quote import new_text

FORMAT = "alliance evidence 1"
LARGEST = 200 * 1024 * 1024  # octets of all that such a file may hold
_SLOW = timedelta(days=7)  # that a mail may be on its way, or wait
_FIRST = (1980, 1, 1, 0, 0, 0)  # the date of every file in the zip, so that the same facts are the same bytes

README = """\
What this is

{service} helped these people to write a working agreement by email.
agreement.txt is its exact text. evidence.json says who said yes to it, when, and by which email.
The folder mails holds the emails themselves, as they came, and beside each the letter of ours that it answered.

What it proves

That the text has not been changed since: its SHA-256 is the one that each yes belongs to.
For an email here that its sender's domain signed (DKIM, RFC 6376): that this domain signed these very words and this
address. The domain's public key stands in evidence.json as the DNS had it on that day.

What it does not prove

It is no legal signature. A domain vouches for an address and not for who sat at the keyboard.
That the key stood in the DNS, that the email answered this version, and all that is said here of people whose emails are
not here, is the word of {service}.

How to check it

    alliance verify THIS-FILE

needs no network and nobody's leave. Any other tool for DKIM finds the same with the keys in evidence.json.
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a yes. `letter` is what our letter said that it answered; `raw` is empty where it was not kept."""

    raw: bytes
    at: datetime
    verdict: Verdict | None  # None: nobody looked, since the registered address was enough
    letter: str


class SaidMail(msgspec.Struct, frozen=True, omit_defaults=True):
    """One mail as `evidence.json` has it; without `file` it is not enclosed."""

    sha256: str
    at: datetime
    file: str = ""
    sender: str = ""
    found: str = ""
    why: str = ""
    keys: dict[str, tuple[str, ...]] = {}


class SaidYes(msgspec.Struct, frozen=True, omit_defaults=True):
    """One yes. `words` are told to the person alone who wrote them. `level` is A, or code for a number sent back."""

    participant: int
    name: str
    at: datetime
    version: int
    sha256: str
    level: str
    mails: tuple[SaidMail, ...] = ()  # that which said it; then that which released it, where another did
    words: str = ""


class Facts(msgspec.Struct, frozen=True):
    """All of `evidence.json`."""

    format: str
    service: str
    alliance: int
    version: int
    sha256: str
    agreed_at: datetime | None
    yeses: tuple[SaidYes, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `result` is None for what cannot be told from the file alone."""

    result: bool | None
    what: str


def made(alliance: Alliance, mails: Mapping[str, Mail], service: str, whom: int | None) -> bytes:
    """The file for the version in force; `mails` are by cause. For one participant it holds no other's mails or words."""
    draft = alliance.in_force
    assert draft is not None
    files: dict[str, bytes] = {}
    yeses = tuple(
        _yes(alliance, c, mails, files, whom in (None, c.participant))
        for c in alliance.confirmations
        if c.version == draft.version
    )
    facts = Facts(FORMAT, service, alliance.id, draft.version, draft.sha256, alliance.agreed_at, yeses)
    first = {
        "README.txt": README.format(service=service).encode(),
        "agreement.txt": draft.text.encode(),
        "evidence.json": msgspec.json.format(msgspec.json.encode(facts), indent=2),
    }
    return _zipped(first | files)


def _yes(alliance: Alliance, c: Confirmation, mails: Mapping[str, Mail], files: dict[str, bytes], own: bool) -> SaidYes:
    said, words = [], c.words if own else ""
    for place, cause in enumerate(filter(None, (c.cause, c.proved)), start=1):
        mail = mails.get(cause)
        if mail is None or not mail.raw:
            continue
        name = f"mails/{c.participant}-{place}.eml" if own else ""
        verdict = mail.verdict if own else None
        if own:
            files[name] = mail.raw
            files[f"{name.removesuffix('.eml')}-answers.txt"] = mail.letter.encode()
            words = _typed(mail.raw, mail.letter) if place == 1 else words  # with the name below them
        digest = sha256(mail.raw).hexdigest()
        if verdict is None:
            said.append(SaidMail(digest, mail.at, name))
        else:
            said.append(SaidMail(digest, mail.at, name, verdict.sender, verdict.finding, verdict.why, verdict.keys))
    name = alliance.participant(c.participant).name
    return SaidYes(c.participant, name, c.at, c.version, c.sha256, c.level, tuple(said), words)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            z.writestr(zipfile.ZipInfo(name, _FIRST), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---------------------------------------------------------------- checking


def checks(data: bytes) -> list[Check]:
    """All that can be told from the file alone; never raises, whatever the bytes are."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            if sum(i.file_size for i in z.infolist()) > LARGEST or len(set(z.namelist())) != len(z.namelist()):
                return [Check(False, "the file is larger than such files are, or holds a name twice")]
            files = {name: z.read(name) for name in z.namelist()}
        facts = msgspec.json.decode(files["evidence.json"], type=Facts)
        text = files["agreement.txt"]
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:  # fmt: skip
        return [Check(False, f"this is no file of `alliance evidence`: {type(error).__name__}")]
    digest = sha256(text).hexdigest()
    found = [
        Check(facts.format == FORMAT, f"its format is “{FORMAT}”"),
        Check(digest == facts.sha256, f"agreement.txt is the text with the SHA-256 {facts.sha256}"),
        Check(bool(facts.yeses), f"{len(facts.yeses)} said yes to it"),
    ]
    known = {"README.txt", "agreement.txt", "evidence.json"}
    for yes in facts.yeses:
        found += _of_yes(facts, yes, files)
        names = (mail.file for mail in yes.mails if mail.file)
        known |= {n for name in names for n in (name, f"{name.removesuffix('.eml')}-answers.txt")}
    found += [Check(False, f"{name} belongs to nothing in evidence.json") for name in sorted(files.keys() - known)]
    return found


def _of_yes(facts: Facts, yes: SaidYes, files: Mapping[str, bytes]) -> Iterator[Check]:
    same = (yes.version, yes.sha256) == (facts.version, facts.sha256)
    yield Check(same, f"the yes of {yes.name} belongs to this text, version {facts.version}")
    enclosed = [mail for mail in yes.mails if mail.file]
    if not enclosed:
        yield Check(None, f"the mail of {yes.name} is not in this file; its yes is the word of {facts.service}")
        return
    for place, mail in enumerate(enclosed):
        raw = files.get(mail.file)
        if raw is None or sha256(raw).hexdigest() != mail.sha256:
            yield Check(False, f"{mail.file} is the mail with the SHA-256 {mail.sha256}")
            continue
        verdict = judged(raw, mail.keys, mail.at)
        told = f"{mail.file} is signed by the domain of {mail.sender}, and not changed since"
        proved = verdict.finding == "aligned" and verdict.sender == mail.sender
        yield Check(True if proved else False if mail.keys else None, told if mail.keys else _unsigned(mail, facts))
        message = read(raw)
        if message.date is not None:
            yield Check(
                abs(message.date - mail.at) < _SLOW, f"{mail.file} is dated like its arrival, {mail.at:%d %B %Y}"
            )
        if place == 0:
            letter = files.get(f"{mail.file.removesuffix('.eml')}-answers.txt", b"").decode("utf-8", "replace")
            yield Check(_squeezed(_typed(raw, letter)) == _squeezed(yes.words), f"its words are “{yes.words.strip()}”")
            sure = read_consent(yes.words, 0).verdict == "confirm" or said_of_page(yes.words) == {"ok"}
            yield Check(sure or None, "these words are a yes, as Alliance reads them")
    last = max(mail.at for mail in enclosed)
    yield Check(timedelta() <= yes.at - last < _SLOW, f"the yes was counted when it came, {yes.at:%d %B %Y}")
    if yes.level == "code":
        yield Check(
            None, f"it counted once a number came back that was sent to {yes.name} alone: the word of {facts.service}"
        )


def _unsigned(mail: SaidMail, facts: Facts) -> str:
    why = {"aligned": f"vouched for by a server that {facts.service} trusts ({mail.why})"}.get(mail.found, "not signed")
    return f"{mail.file} is {why}: who wrote it is the word of {facts.service}"


def _typed(raw: bytes, letter: str) -> str:
    return new_text(read(raw), (letter,)).kept.strip()


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def outcome(found: list[Check]) -> Literal["proved", "broken", "said"]:
    """In one word: broken if anything does not fit; proved if a mail's signature does; else only said."""
    if any(check.result is False for check in found):
        return "broken"
    return "proved" if any(check.result and "is signed by" in check.what for check in found) else "said"
