"""Who wrote a message: what its signatures, its domain's wishes and our own border say of its From address. Pure.

The DNS is asked by somebody else: `questions` names the records, `judged` is given them, and the same records judge the
same message again years later. Only what is aligned with the From domain counts (RFC 7489 section 3.1); ARC counts for
nothing (decision 32). A border's word is its Authentication-Results header (RFC 8601), and anybody can write one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import authres
import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from dkim.util import InvalidTagValueList, parse_tag_value
from publicsuffixlist import PublicSuffixList

from agent.mail import mime
from agent.mail.address import normal
from agent.mail.message import LONGEST_HEADERS, addresses

Finding = Literal["aligned", "unknown", "doubted", "forged"]
_Fields = list[tuple[bytes, bytes]]  # headers in their order: lower-case name, unfolded value
Records = Mapping[str, tuple[str, ...] | None]  # TXT records by name; None: nobody could say

_SIGNATURES = 5  # of one message that are looked at
_LONGEST = 4_000  # octets of a signature, and of a border's header: dkimpy and authres are slow on what is made to be
_LONGEST_KEY = 1_500  # characters of a key's record: 8192 bits
_BLANKS = re.compile(rb"[ \t]{1000}")  # the same, in a body
_SKEW = timedelta(hours=1)  # by which clocks differ
_ONCE = (
    b"from",
    b"subject",
    b"content-type",
    b"content-transfer-encoding",
    b"mime-version",
)  # one more changes what is read
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}", re.ASCII)
_BY = re.compile(r"\bby\s+([^\s;()]+)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of who wrote a message. It is kept with the message, so that a second look finds the same.

    aligned: its domain has signed or vouched for it. forged: it has not, and wants such mail refused. doubted: it has
    not, and asks for nothing. unknown: nobody says anything. `keys` are the DNS records that prove a signature.
    """

    finding: Finding
    why: str  # one phrase for the operator
    sender: str = ""  # the one From address, as `normal` writes it
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Signature:
    """One DKIM-Signature header whose domain is the author's."""

    place: int  # among the signatures of the message, from the top
    tags: dict[bytes, bytes]
    domain: str
    key: str  # where its public key stands in the DNS

    def unsound(self, now: datetime) -> str:
        """What is wrong with its form: it would prove nothing even if it were right."""
        tags = self.tags
        if b"l" in tags:
            return "covers a part only"
        if tags.get(b"a") not in (b"rsa-sha256", b"ed25519-sha256"):
            return "old algorithm"
        if b"from" not in re.split(rb"\s*:\s*", tags.get(b"h", b"").lower()):
            return "leaves From out"
        until = tags.get(b"x", b"")
        over = until and (not until.isdigit() or int(until) < (now - _SKEW).timestamp())
        return "expired" if over else ""


def rsa_proves(hashed: Any, signature: bytes, key: Mapping[str, int]) -> bool:
    """Whether this signs what SHA-256 made of the message, as dkimpy asks it; its own arithmetic took a third of a check."""
    try:
        public = RSAPublicNumbers(key["publicExponent"], key["modulus"]).public_key()
        public.verify(signature, hashed.digest(), PKCS1v15(), Prehashed(SHA256()))
    except (InvalidSignature, ValueError):  # wrong; no key that anybody could have
        return False
    return True


dkim.RSASSA_PKCS1_v1_5_verify = rsa_proves  # it looks for the function here, by this name


def author(raw: bytes) -> str:
    """The one address in From; "" when there is none, or more than one (T17)."""
    return _author(_fields(raw))


def _author(fields: _Fields) -> str:
    values = [value for name, value in fields if name == b"from"]
    found = [address for value in values for _, address in addresses(mime.unfolded(value))]
    return (normal(found[0]) or "") if len(values) == len(found) == 1 else ""


def questions(raw: bytes) -> tuple[str, ...]:
    """The names whose TXT records `judged` wants: the author's domain alone is ever asked about."""
    fields = _fields(raw)
    domain = _author(fields).rpartition("@")[2]
    if not domain:
        return ()
    keys = (signature.key for signature in _signatures(fields, domain))
    return tuple(dict.fromkeys((*keys, f"_dmarc.{domain}", f"_dmarc.{organisation(domain)}")))


def judged(raw: bytes, records: Records, now: datetime, authserv_id: str = "", *, mailbox: bool = False) -> Verdict:
    """What is known of who wrote this. `now` is when it came; `authserv_id` names the border whose word counts, "" none.

    Our own look at the signatures comes first, since it can be repeated; a border knows of SPF too. Whether the message
    lay in a `mailbox`, or was handed to us by the border itself, says where its word has to stand.
    """
    fields = _fields(raw)
    sender = _author(fields)
    domain = sender.rpartition("@")[2]
    if not sender:
        return Verdict("unknown", "no single From")
    wish, strict, unsure = _policy(domain, records)
    signatures = list(_signatures(fields, domain))
    troubles = ["DMARC: no answer"] if unsure else []
    for signature in signatures:
        if strict and signature.domain != domain:
            trouble = "DKIM: another domain"
        elif records.get(signature.key, ()) is None:
            trouble, unsure = "DKIM: no answer", True
        elif trouble := _refuted(raw, fields, signature, records, now):
            trouble = f"DKIM: {trouble}"
        else:
            key = {signature.key: records[signature.key] or ()}
            return Verdict("aligned", f"DKIM of {signature.domain}", sender, key)
        troubles.append(trouble)
    said = _border(fields, authserv_id, mailbox=mailbox) if authserv_id else None
    whole = [s.domain for s in signatures if not s.unsound(now)]
    vouched = [d for method, d in (said or {}) if _vouches(method, d, domain, whole, strict=strict)]
    if vouched and (whole or not signatures):
        return Verdict("aligned", f"{authserv_id} vouches", sender)
    why = "; ".join(dict.fromkeys(troubles)) or ("not signed" if not signatures else "not proved")
    failed = said is not None and ("!dmarc", domain) in said
    if failed:
        return Verdict("forged" if unsure or wish else "doubted", f"{authserv_id}: DMARC failed", sender)
    return Verdict("forged" if wish and not unsure else "unknown", why, sender)


def _refuted(raw: bytes, fields: _Fields, signature: _Signature, records: Records, now: datetime) -> str:
    """Why this signature proves nothing, in a few words; "" when it proves that its domain signed these very words."""
    if trouble := signature.unsound(now):
        return trouble
    if _BLANKS.search(raw):
        return "too slow to check"
    key = records.get(signature.key) or ()
    if len(key) != 1 or len(key[0]) > _LONGEST_KEY:  # RFC 6376 section 3.6.2.2: what several mean is undefined
        return "no key"
    try:
        if b"y" in parse_tag_value(key[0].encode("latin-1")).get(b"t", b"").split(b":"):
            return "only tried out"
        message = dkim.DKIM(raw)
        names = [name.lower() for name, _ in message.headers]
        if names != [name for name, _ in fields] or any(names.count(name) > 1 for name in _ONCE):
            return "read in two ways"
        timeless = {name: value for name, value in signature.tags.items() if name not in (b"t", b"x")}
        dkim.validate_signature_fields(timeless)  # which would look at the clock, and we may be asked years later
        header = [(n, v) for n, v in message.headers if n.lower() == b"dkim-signature"][signature.place]
        covered = [name.lower() for name in re.split(rb"\s*:\s*", signature.tags[b"h"])]
        right = message.verify_sig(signature.tags, covered, header, lambda *_, **__: key[0].encode("latin-1"))
    except (dkim.DKIMException, InvalidTagValueList, ValueError, KeyError, IndexError, TypeError) as error:
        return type(error).__name__
    return "" if right else "wrong"


def _signatures(fields: _Fields, domain: str) -> Iterator[_Signature]:
    """The signatures by this domain, or by another of its organisation; those of strangers prove nothing here."""
    found = [value for name, value in fields if name == b"dkim-signature"][:_SIGNATURES]
    for place, value in enumerate(found):
        try:
            tags = parse_tag_value(value) if len(value) <= _LONGEST else {}
        except InvalidTagValueList:
            continue
        signer = tags.get(b"d", b"").decode("latin-1").lower().rstrip(".")
        key = f"{tags.get(b's', b'').decode('latin-1').lower()}._domainkey.{signer}"
        if _NAME.fullmatch(key) and len(key) < 254 and _aligned(signer, domain):
            yield _Signature(place, tags, signer, key)


# ---------------------------------------------------------------- what the author's domain wants


def _policy(domain: str, records: Records) -> tuple[bool, bool, bool]:
    """Whether the domain wants mail refused that it did not sign, whether strictly, and whether nobody could say."""
    for place in dict.fromkeys((domain, organisation(domain))):
        said = records.get(f"_dmarc.{place}", ())
        if said is None:
            return False, False, True
        wishes = [w for w in map(_tags, said) if w.get("v") == "DMARC1"]
        if len(wishes) == 1:
            wish = wishes[0]
            policy = (wish.get("sp") if place != domain else None) or wish.get("p", "none")
            return policy.lower() in ("quarantine", "reject"), wish.get("adkim", "r").lower() == "s", False
    return False, False, False


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The domain that somebody registered: "example.co.uk" of "mail.example.co.uk" (RFC 7489 section 3.2)."""
    return _suffixes().privatesuffix(domain) or domain


def _aligned(one: str, domain: str, *, strict: bool = False) -> bool:
    return one == domain or (not strict and organisation(one) == organisation(domain))


# ---------------------------------------------------------------- what our border says


def _border(fields: _Fields, authserv_id: str, *, mailbox: bool) -> set[tuple[str, str]] | None:
    """What our own border found: (method, domain) that passed, with "!" one that failed. None when it did not speak.

    Only the topmost header counts, and only above every server's mark; providers of mailboxes write it below some of
    their own, so there above the first that is not theirs. A second one that names the border is one too many: then
    somebody else has written one of the two, and neither is believed (T16).
    """
    values = [(name, value.decode("latin-1")) for name, value in fields]
    foreign = (
        n
        for n, (name, value) in enumerate(values)
        if name == b"received" and not (mailbox and _is_by(value, authserv_id))
    )
    told = [(n, value) for n, (name, value) in enumerate(values) if name == b"authentication-results"]
    ours = [(n, value) for n, value in told if authserv_id in value.lower()]
    if len(ours) != 1 or ours[0] != told[0] or ours[0][0] > next(foreign, len(fields)) or len(ours[0][1]) > _LONGEST:
        return None
    try:
        header: Any = authres.AuthenticationResultsHeader.parse_value(ours[0][1].strip())
    except (authres.AuthResError, RecursionError, ValueError):
        return None
    if str(header.authserv_id).lower() != authserv_id or header.version not in (None, "1"):
        return None
    found: dict[tuple[str, str], bool] = {}
    for one in header.results:
        about = {f"{p.type}.{p.name}": str(p.value).lower() for p in one.properties}
        where = {"dmarc": "header.from", "dkim": "header.d", "spf": "smtp.mailfrom"}.get(str(one.method).lower(), "")
        place = (about.get(where) or (about.get("header.i", "") if where == "header.d" else "")).rpartition("@")[2]
        passed, failed = (str(one.result).lower() == result for result in ("pass", "fail"))
        if where and place and (passed or (failed and where != "smtp.mailfrom")):
            key = (str(one.method).lower(), place)
            found[key] = passed and found.get(key, True) if where == "header.from" else passed or found.get(key, False)
    return {(method if passed else f"!{method}", place) for (method, place), passed in found.items()}


def vouched_for(raw: bytes, authserv_id: str, *, mailbox: bool = False) -> bool | None:
    """Whether our border says that the author of a mail wrote it whom no signature proves; None when it does not say.

    Only in this do two copies of one mail differ that two people hand in: a signature is the same in each, and counts
    as none where the border says that it broke on the way.
    """
    fields = _fields(raw)
    domain = _author(fields).rpartition("@")[2]
    said = _border(fields, authserv_id, mailbox=mailbox) or set()
    if not domain or any(("!dkim", s.domain) not in said for s in _signatures(fields, domain)):
        return None
    if any(_vouches(method, place, domain, [], strict=False) for method, place in said):
        return True
    return False if ("!dmarc", domain) in said else None


def _is_by(received: str, authserv_id: str) -> bool:
    """Whether this hop was within the border's own house; one that names no sender before it was."""
    by = _BY.search(received.lower())
    inside = "from" not in received.lower().split()[:1]
    return inside or (by is not None and organisation(by[1]) == organisation(authserv_id))


def _vouches(method: str, place: str, domain: str, whole: list[str], *, strict: bool) -> bool:
    """Whether what passed at the border says that the author's domain stands behind the message."""
    if method == "dmarc":
        return place == domain
    if method == "dkim":
        return place in whole and _aligned(place, domain, strict=strict)
    return method == "spf" and _aligned(place, domain, strict=strict)


# ---------------------------------------------------------------- the header


def _fields(raw: bytes) -> _Fields:
    """Every header in its order: lower-case name, unfolded value."""
    return list(mime.fields_of(mime.split(mime.begun(raw)[:LONGEST_HEADERS])[0]))
