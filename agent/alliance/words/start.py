"""The first mail and its corrections: whom with, at which address, and why (F01)."""

import re

from agent.alliance.words.commands import command_of
from agent.alliance.words.courtesy import bare
from agent.alliance.words.tokens import LONGEST, sentences, straight
from agent.alliance.words.values import SetupReading, StartReading

_ADDRESS = re.compile(  # a whole word in any script: half of one may be somebody else's address
    r"(?<![^\s<>()\[\]:;,\"'|/“”])[^\W_][^\s<>()\[\]:;,\"@\\“”]{0,63}@(?:[^\W_](?:[^\W_]|-)*\.)+[^\W\d_](?:[^\W_]|-){1,23}(?![\w@-])"
)
_PART = r"(?:[^\W\d_a-zß-öø-ÿ](?:[^\W\d_]|['’-](?=[^\W\d_]))*\.?)"
_FULL = rf"{_PART}(?:[ \t]+(?:(?:van|von|de|der|den|da|di|del|la|le|al|bin|ben|ter|zu|du|dos)[ \t]+)*{_PART}){{0,3}}"
_BEFORE_ADDRESS = re.compile(
    rf"({_FULL})[ \t]*[,:]?[ \t\n]*(?:[(<\[]|at\b|on\b|under\b|is\b|-|–|—|'s (?:address|e-?mail)(?: is)?)?[ \t]*(?:mailto:)?\Z"
)
_AFTER_ADDRESS = re.compile(rf"[>\])]?[ \t]*\(({_FULL})\)")
_TEAM = re.compile(
    r"\bteam alliance\b|\b(?:alliance|agreement)\b[^.!?\n]{0,30}\b(?:for|with|in|of) (?:my|our|the|this) (?:whole |entire )?"
    r"(?:team|crew|group|department|squad|board|club|band|class|family|household|choir|shift)\b"
    r"|\b(?:team|crew|group|band|family) of (?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|[3-9]|[1-4]\d|50)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"\b(?:with|and|invite|asking|ask|partner is|name is|called|named|about|together with)[ \t]+(?:my [a-z]+[ \t]+(?:[a-z]+[ \t]+)?,?[ \t]*)?({_FULL})"
)
_SUBJECT = re.compile(rf"(?:^|\b(?:with|and|for)[ \t]+)({_FULL})(?=[ \t]+and[ \t]+(?:me|I|myself)\b|[ \t]*$)")
NOT_NAMES = frozenset(
    ("hi", "hello", "hey", "dear", "i", "we", "it", "my", "our", "the", "this", "that", "me", "you", "he", "she", "they",
     "his", "her", "and", "or", "but", "please", "thanks", "thank", "monday", "tuesday", "wednesday", "thursday", "friday",
     "saturday", "sunday", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
     "november", "december", "alliance", "agreement", "re", "fwd", "with", "email", "mail", "mails", "address", "start",
     "new", "let's", "yes", "no", "ok", "best", "regards", "a", "an", "in", "for", "to")
)  # fmt: skip
_CALLED = re.compile(
    r"\b(?i:(?:his|her|their|the|partner's)[ \t]+(?:full[ \t]+|last[ \t]+)?name[ \t]+is|(?:he|she)(?:'s| is)[ \t]+called|call[ \t]+(?:him|her|them)"
    rf"|it(?:'s| is)[ \t]+spelled|spelled|name:|the name should be)[ \t]+({_FULL})"
)


def read_start(subject: str, text: str) -> StartReading:
    """Read the mail that begins an alliance. What is not given is left empty: it is asked for, never guessed.

    `reason` is the whole text as written; the person is asked for the why in a letter of its own.
    """
    body = text[: LONGEST * 2]
    people = read_people(body)
    addresses = tuple(address for _, address in people)
    name = next((n for n, _ in people if n), "")
    name = name or _in_subject(subject) or next((n for m in _NAMED.finditer(body) if (n := _real(m[1]))), "")
    team = _TEAM.search(f"{subject}\n{body}") is not None
    return StartReading(_fuller(name, body), addresses[0] if addresses else None, addresses, text.strip(), people, team)


def read_people(text: str) -> tuple[tuple[str, str], ...]:
    """Everybody with an address in a text, as (name, address): "Ben Ray <ben@...>", "ben@... (Ben)"; "" for no name."""
    found: dict[str, str] = {}
    for m in _ADDRESS.finditer(text):
        before = _BEFORE_ADDRESS.search(text[max(0, m.start() - 80) : m.start()])
        after = _AFTER_ADDRESS.match(text, m.end())
        name = (_real(before[1]) if before else "") or (_real(after[1]) if after else "")
        address = m.group().rstrip(".'")
        found[address] = found.get(address) or name
    return tuple((name, address) for address, name in found.items())


def _real(name: str) -> str:
    """The name without words that only begin a sentence; "" when nothing is left."""
    parts = name.split()
    while parts and parts[0].lower().strip(".") in NOT_NAMES:
        parts.pop(0)
    while parts and parts[-1].lower().strip(".") in NOT_NAMES:
        parts.pop()
    return " ".join(parts).rstrip(".") if parts and not any(p.lower() in {"i", "we"} for p in parts) else ""


def _in_subject(subject: str) -> str:
    found = _SUBJECT.search(re.sub(r"^(?:(?:re|fwd?|aw|sv)\s*:\s*)+", "", subject.strip(), flags=re.IGNORECASE))
    return _real(found[1]) if found else ""


def _fuller(name: str, body: str) -> str:
    """The full name, when the body gives one that begins with the first name found."""
    if not name or " " in name:
        return name
    longer = re.search(rf"\b{re.escape(name)}[ \t]+{_PART}(?:[ \t]+{_PART})?", body)
    return _real(longer.group()) if longer else name


def read_setup(text: str) -> SetupReading:
    """Read a correction while setting up: an address alone, a name, or that it is to be dropped."""
    body = bare(text[:LONGEST]).strip()
    drop = any((c := command_of(s.text)) is not None and c.name in ("stop", "delete") for s in sentences(body))
    found = _meant(body)
    called = _CALLED.search(straight(body))
    name = _real(called[1]) if called else ""
    if found and not name:
        before = _BEFORE_ADDRESS.search(body[: found.start()])
        name = _real(before[1]) if before and " " in before[1].strip() else ""
    only = _says_only_this(_ADDRESS.sub(" ", body), called)
    return SetupReading(
        found.group().rstrip(".'") if found else None, name, drop, "" if only else text[:LONGEST].strip()
    )


# Around an address that is to be given up; where two are named, the other one is meant.
_GIVEN_UP = re.compile(
    r"\b(?:not|isn't|instead of|rather than|from|replace|change|old|wrong)\b[^.,;@]{0,25}\Z", re.IGNORECASE
)
_IS_WRONG = re.compile(
    r"\A\W*(?:is|was|isn't|doesn't|has)?\s*(?:the |an )?(?:wrong|old|bounc|mistyped|work\b|not right|no longer)",
    re.IGNORECASE,
)


def _meant(body: str) -> re.Match[str] | None:
    """The address that is wanted: of several, the first that is not given up by the words around it."""
    found = list(_ADDRESS.finditer(body))
    plain = straight(body)
    kept = [m for m in found if not (_GIVEN_UP.search(plain[: m.start()]) or _IS_WRONG.match(plain[m.end() :]))]
    return next(iter(kept if len(found) > 1 else found), None)


_ONLY_THIS = re.compile(
    r"\b(?:no|sorry|his|her|their|he|she|has|the|a|an|right|new|old|correct|email|e-mail|mail|address|it's|isn't|is|it|should|be|use|please|to|oops|wrong|send|actually|here"
    r"|at|and|but|not|now|yes|write|him|them|thanks|thank|you|stop|replace|change|changed|instead|of|rather|than|with|by|from|one|this|that|i|made|mistake|typo|was|in)\b",
    re.IGNORECASE,
)


def _says_only_this(text: str, called: re.Match[str] | None) -> bool:
    """Whether nothing is left to say beside the correction."""
    left = straight(text)
    return not re.search(r"\w", _ONLY_THIS.sub(" ", left.replace(called.group(), " ") if called else left))


def first_name(full: str) -> str:
    """What to call somebody: the first word of a name, without titles; the whole of it when there is but one."""
    parts = [
        p
        for p in full.split()
        if p.lower().rstrip(".") not in {"dr", "prof", "mr", "mrs", "ms", "miss", "sir", "mx", "herr", "frau"}
    ]
    return parts[0].strip(",") if parts else full.strip()
