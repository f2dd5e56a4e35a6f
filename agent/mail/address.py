"""Addresses: which ones are plain, which are the same, and our own doors, whose local parts carry a secret.

A reply address is routing and a weak capability, never an identity (mail.md, section B): the envelope recipient says
which letter is answered, somebody else decides whether the sender may. It is derived with keys from the environment, so
a copy of the database yields no working address (T12), and it shows nothing of what it hides.
"""

import hmac
import re
import unicodedata
from base64 import b32decode, b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import idna

ALLIANCES = 1 << 48  # ids that fit a token
LETTERS = 1 << 16  # letters of one alliance that fit a token

Reach = Literal[
    "domain", "plus", "plain"
]  # what comes to us: all of a domain; a mailbox with its +addresses; one address

CLICK = "click:"  # before the token, where mail has its recipient: no address looks so

_TOKEN = re.compile(r"[a-z][a-z2-7]{39}", re.ASCII)  # kind, then base32 of 8 hidden and 16 proving bytes
_REPLY_ADDRESS = re.compile(r".+[+.=-][a-z][a-z2-7]{39}@.+", re.ASCII)
_CODE = re.compile(r" ?\[([a-z2-7]{16})\]", re.ASCII | re.IGNORECASE)  # base32 of 8 bytes and of two that prove little
_ATOMS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+)*"
)
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Route:
    """What one of our addresses leads to.

    Kinds never interchange (T4): "a" answer, "b" bounce (VERP), "m" Message-ID, "u" unsubscribing with one click.
    """

    kind: str
    alliance: int
    letter: int


def seal(route: Route, key: bytes) -> str:
    """Write the local-part token of a route: the same for ever, 128 bits to guess, and nothing to read off (T1).

    The route is hidden under a mask made of its own proof, as SIV does (RFC 5297): equal routes give equal tokens, and
    no two share a mask.
    """
    assert len(route.kind) == 1
    plain = _eight(route.alliance, route.letter)
    proof = hmac.digest(derived(key, b"prove"), route.kind.encode("ascii") + plain, "sha256")[:16]
    return route.kind + b32encode(_masked(plain, proof, key) + proof).decode("ascii").rstrip("=").lower()


def unseal(token: str, keys: Sequence[bytes]) -> Route | None:
    """Read a route back from its token; None when we never wrote it. `keys` are tried in order, newest first.

    Compared in lower case: some senders fold the local part, though RFC 5321 section 2.4 forbids it. The whole token is
    written again and compared in constant time, so that another kind or another spelling of the same bits is refused too.
    """
    token = token.lower() if token.isascii() else ""
    if not _TOKEN.fullmatch(token):
        return None
    sealed = b32decode(token[1:].upper() + "=")
    hidden, proof = sealed[:8], sealed[8:]
    for key in keys:
        route = _route(token[0], _masked(hidden, proof, key))
        if hmac.compare_digest(seal(route, key), token):
            return route
    return None


def encode(alliance: int, letter: int, key: bytes) -> str:
    """Write the short code of a letter, for the subject of its answers: it shows nothing, and proves next to nothing.

    Four rounds of Luby and Rackoff over two halves of five bytes.
    """
    return b32encode(_mixed(_eight(alliance, letter) + b"\0\0", key, range(4))).decode("ascii").lower()


def decode(code: str, key: bytes) -> Route | None:
    """Read a letter back from its code; None for all but one in 65,536 of other words."""
    plain = _mixed(b32decode(code.upper()), key, reversed(range(4)))
    return None if any(plain[8:]) else _route("a", plain)


def _mixed(ten: bytes, key: bytes, rounds: Iterable[int]) -> bytes:
    key, left, right = derived(key, b"code"), ten[:5], ten[5:]
    for n in rounds:
        mask = hmac.digest(key, bytes((n,)) + right, "sha256")
        left, right = right, bytes(a ^ b for a, b in zip(left, mask, strict=False))
    return right + left


def _eight(alliance: int, letter: int) -> bytes:
    assert 0 <= alliance < ALLIANCES
    assert 0 <= letter < LETTERS
    return alliance.to_bytes(6, "big") + letter.to_bytes(2, "big")


def _route(kind: str, plain: bytes) -> Route:
    return Route(kind, int.from_bytes(plain[:6], "big"), int.from_bytes(plain[6:8], "big"))


def _masked(eight: bytes, proof: bytes, key: bytes) -> bytes:
    mask = hmac.digest(derived(key, b"hide"), proof, "sha256")
    return (int.from_bytes(eight, "big") ^ int.from_bytes(mask[:8], "big")).to_bytes(8, "big")


@lru_cache(64)
def derived(key: bytes, purpose: bytes) -> bytes:
    """Make one key for one purpose out of the operator's secret (the expanding half of RFC 5869)."""
    return hmac.digest(key, b"alliance-agent v1 " + purpose + b"\x01", "sha256")


@dataclass(frozen=True, slots=True)
class Doors:
    """The addresses at which mail reaches us. `keys` are newest first; the first one writes, all of them read.

    The last key names letters, so that a thread goes on when a new one is put in front.
    """

    domain: str  # as `normal` writes it: lower case, A-labels
    keys: tuple[bytes, ...]
    local: str = "alliance"
    separator: str = "+"
    reach: Reach = "domain"

    def __post_init__(self) -> None:
        """Complain of a door through which no mail could come."""
        assert self.keys
        assert normal(self.front) == self.front
        assert normal(self.reply_address(0, 0)) is not None, "the local part has more than 64 octets"

    @property
    def front(self) -> str:
        """Where a person writes who answers nothing: the start of an alliance (F01). For a mailbox, its address."""
        return f"{self.local}@{self.domain}"

    def reply_address(self, alliance: int, letter: int) -> str:
        """Reply-To of one letter; the same for all where one address is all that we have."""
        return self.front if self.reach == "plain" else self._behind(Route("a", alliance, letter))

    def from_address(self, alliance: int, letter: int) -> str:
        """From of one letter: its reply address too, for programs that ignore Reply-To, but servers of mailboxes bar it."""
        return self.reply_address(alliance, letter) if self.reach == "domain" else self.front

    def bounce_address(self, alliance: int, letter: int) -> str:
        """The envelope sender of one letter, to which its reports come back (VERP); of a mailbox, its address."""
        return self._behind(Route("b", alliance, letter)) if self.reach == "domain" else self.front

    def message_id(self, alliance: int, letter: int) -> str:
        """Name a letter: the same letter always the same, nobody else can guess it, and it says nothing (T68)."""
        return f"<{seal(Route('m', alliance, letter), self.keys[-1])}@{self.domain}>"

    def click(self, alliance: int, letter: int) -> str:
        """What unsubscribes from one letter with one click, as the last part of a URL."""
        return seal(Route("u", alliance, letter), self.keys[0])

    def titled(self, subject: str, alliance: int, letter: int) -> str:
        """A subject with the letter's code behind it, where one address must do for all letters."""
        return f"{subject} [{encode(alliance, letter, self.keys[-1])}]" if self.reach == "plain" else subject

    def _behind(self, route: Route) -> str:
        return f"{self.local}{self.separator}{seal(route, self.keys[0])}@{self.domain}"

    def route_of(self, address: str) -> Route | Literal["front"] | None:
        """Say where an envelope recipient leads; None when it is not ours, or we never wrote it (T2)."""
        plain = normal(address)
        if plain is None or not self._is_ours(plain):
            return None
        found = unseal(plain.partition("@")[0][len(self.local + self.separator) :], self.keys)
        return "front" if plain == self.front else found if found and found.kind in "ab" else None

    def is_own(self, address: str) -> bool:
        """Whether mail from here (as `normal` writes it) would be our own, come back in a circle, or another Alliance's.

        No person writes from a reply address, wherever it is; so two of us do not talk to each other (T50).
        """
        if _REPLY_ADDRESS.fullmatch(address):
            return True
        return address.rpartition("@")[2] == self.domain if self.reach == "domain" else self._is_ours(address)

    def _is_ours(self, plain: str) -> bool:
        local, _, domain = plain.partition("@")
        return domain == self.domain and (local == self.local or local.startswith(self.local + self.separator))

    def route_of_click(self, token: str) -> Route | None:
        """Say from which letter this unsubscribes; None when we never wrote it."""
        found = unseal(token, self.keys)
        return found if found and found.kind == "u" else None

    def route_of_id(self, message_id: str) -> Route | None:
        """Say which letter has this Message-ID; None for all that we did not give. It routes and never authorises."""
        local, _, domain = message_id.strip("<>").rpartition("@")
        found = unseal(local, self.keys) if domain.lower() == self.domain else None
        return found if found and found.kind == "m" else None

    def route_of_subject(self, subject: str) -> Route | None:
        """Say which letter's code stands in a subject, the last one that does; it routes and never authorises."""
        found = (decode(m[1], self.keys[-1]) for m in reversed(list(_CODE.finditer(subject))))
        return next((route for route in found if route), None)

    def untitled(self, subject: str) -> str:
        """A subject without the code of a letter."""
        return _CODE.sub(lambda m: "" if decode(m[1], self.keys[-1]) else m[0], subject)

    def without_routes(self, text: str) -> str:
        """A text without the addresses and codes that a quote left in it: each is for one person alone (T11).

        An ellipsis shows where one stood, so that what was around it never grows together to words that nobody typed.
        """
        known = (re.escape(part) for part in (self.local + self.separator, "@" + self.domain))
        text = re.sub(r"[a-z2-7]{20,60}".join(known), "…", text, flags=re.IGNORECASE)
        return _CODE.sub(lambda m: " …" if decode(m[1], self.keys[-1]) else m[0], text)


def normal(address: str) -> str | None:
    """Give the one spelling of an address, to compare by and to keep as a key; None unless it is one plain addr-spec.

    Plain is a dot-atom (RFC 5322 section 3.4.1, RFC 6531 for letters beyond ASCII) at a domain name, and nothing around
    it: no display name, comment, route, quoted local part or address literal. Our own strict reading, since the standard
    library's has been led astray (CVE-2023-27043, T17).

    The domain is in lower case and A-labels. An ASCII local part is in lower case, although only its own server may say
    that case means nothing (RFC 5321 section 2.4): no provider of today tells people apart by it, and many programs
    change it on the way. Beyond ASCII it is NFC and nothing else: folding there would join different people (T21).
    """
    local, at, domain = address.rpartition("@")
    if not at or not _ATOMS.fullmatch(local):
        return None
    if local.isascii():
        local = local.lower()
    elif (local := unicodedata.normalize("NFC", local)) and not all(_is_visible(c) for c in local):
        return None
    a_label = _a_label(domain)
    if a_label is None or len(local.encode()) > 64 or len(local.encode()) + 1 + len(a_label) > 254:
        return None
    return f"{local}@{a_label}"


def _is_visible(c: str) -> bool:
    """Whether a character can be seen: controls, separators, surrogates and unassigned ones cannot."""
    return unicodedata.category(c)[0] not in "CZ"


def _a_label(domain: str) -> str | None:
    """The domain as DNS has it: lower case, A-labels (IDNA 2008, not the 2003 of the standard library); None if it is none."""
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:  # idna's own errors are of this kind
            return None
    domain = domain.lower()
    return domain if _DOMAIN.fullmatch(domain) else None
