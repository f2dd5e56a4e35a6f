"""Reads notices of (non-)delivery: whose address, for good or for now, about which of our letters.

The structured report (RFC 3464) first. Where there is none, what the common mailers write in words: a status code beside
an address. Whoever forges such a notice gains nothing here: which letter it is about is decided by the envelope (T51).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.mail import html as hypertext
from agent.mail.message import Message, Part

LONGEST = 40_000  # characters of words that are looked at: reasons stand at the top

_FIELD = re.compile(r"^([\w-]{1,60})[ \t]*:[ \t]*((?:.*(?:\n[ \t]+\S.*)*))", re.MULTILINE)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ \-](?![\d/:]))")
_LOCAL = r"[\w.+=%!#$&'*/?^`{|}~-]"
_ADDRESS = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}+@[\w-]+(?:\.[\w-]+)+"
)  # from its first letter on: a long row is tried once
_ID = re.compile(r"^message-id[ \t]*:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_FAILED = re.compile(
    r"^(?:x-failed-recipients|original-recipient|final-recipient)[ \t]*:(?:[^;\n]*;)?\s*<?([^\s<>,;]+@[^\s<>,;]+)",
    re.IGNORECASE | re.MULTILINE,
)
_COPY = re.compile(r"^[^\w\n]{0,80}(?:-{1,80} ?(?:this is a copy of|original message|the header of|message header|below this line|included is a copy|returned message|undelivered message|message follows|nachricht|message headers)[^\n]*|return-path: .*|received: (?:from|by) .*)$", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_LASTS = re.compile(r"user unknown|unknown (?:user|recipient|address)|no such (?:user|mailbox|recipient|address)|does(?:n't| not) (?:exist|have)|not (?:found|exist|listed)|invalid (?:recipient|address|mailbox)|unrouteable|disabled|no longer|address rejected|host unknown|permanent|fatal|konnte nicht zugestellt|existiert nicht|unbekannt|n'existe pas|no existe", re.IGNORECASE)  # fmt: skip
_PASSES = re.compile(r"delayed|will (?:continue to )?(?:be )?(?:retried|retry|try)|still trying|not yet been|temporar|over ?quota|quota exceeded|(?:mailbox|inbox) (?:is )?full|insufficient (?:system )?storage|try again|deferred|greylist|verzögert|voll\b", re.IGNORECASE)  # fmt: skip
_FEEDBACK = re.compile(r"^feedback-type[ \t]*:[ \t]*(?:abuse|fraud|opt-out)", re.IGNORECASE | re.MULTILINE)
_PERMANENT_BY_WORD = {"failed": True, "delayed": False}


@dataclass(frozen=True, slots=True)
class Report:
    """What a notice says about one address (RFC 3464 section 2.3)."""

    address: str  # whom it could not reach; "" when it does not say
    status: str = ""  # the enhanced code (RFC 3463), "5.1.1"; "" when it has none
    permanent: bool | None = None  # True: trying again cannot help; False: it may; None: it does not say
    original_message_id: str = ""  # of our letter, with angle brackets; "" when it does not say
    action: str = ""  # failed, delayed, delivered, relayed, expanded; "" when it does not say

    @property
    def is_lost(self) -> bool:
        """Whether the letter will never arrive: refused for good, or tried for long enough."""
        return self.action == "failed" or (self.permanent is True and self.action != "delayed")

    @property
    def blame(self) -> int:
        """What it says against the address, if the letter is lost: see `blame_of`."""
        return blame_of(self.status, permanent=self.permanent is True)


def blame_of(text: str, *, permanent: bool) -> int:
    """What a refusal says against an address: 2 that it does not exist, 1 what may pass, 0 that it is not its fault.

    It is not where the enhanced code speaks of the sender, of size, the system, content or policy (RFC 3463 section 3).
    """
    status = _STATUS.search(text)
    if status and (status[1][2:4] in ("3.", "6.", "7.") or status[1][2:] in ("1.7", "1.8", "2.3")):
        return 0
    return 2 if permanent else 1


def is_complaint(message: Message) -> bool:
    """Whether somebody called a letter of ours spam, or wants no more of them (RFC 5965 section 3.1)."""
    reports = (p.text for p in message.parts if p.type == "message/feedback-report")
    return any(_FEEDBACK.search(text) for text in reports)


def reports_of(message: Message) -> tuple[Report, ...]:
    """Each address that a notice of (non-)delivery is about; () when nothing in it can be read as one."""
    original = _original_id(message)
    found: dict[str, Report] = {}
    for part in message.parts:
        if part.type in ("message/delivery-status", "message/global-delivery-status"):
            for report in _structured(part, original):
                found.setdefault(report.address.casefold(), report)
    return tuple(found.values()) or tuple(_in_words(message, original))


def _structured(part: Part, original: str) -> Iterator[Report]:
    """The groups of fields after the first one, which is about the message (RFC 3464 section 2.1)."""
    for group in re.split(r"\n[ \t]*\n", part.text)[:1_000]:
        fields = {name.lower(): " ".join(value.split()) for name, value in _FIELD.findall(group)}
        if "action" not in fields and "status" not in fields:
            continue
        address = _address(fields.get("original-recipient", "")) or _address(fields.get("final-recipient", ""))
        action = fields.get("action", "").split(" ")[0].rstrip(";,(").lower()
        told = _STATUS.search(fields.get("status", ""))
        why = fields.get("diagnostic-code", "")
        status = _sharper(told[1] if told else "", why)
        yield Report(
            address or _address(fields.get("x-actual-recipient", "")),
            status,
            _is_permanent(status, action, why),
            original,
            action,
        )


def _sharper(status: str, diagnostic: str) -> str:
    """The code of the refusing server where the reporting one gives only a class (5.0.0)."""
    if not status.endswith(".0.0") and status:
        return status
    found = _STATUS.search(diagnostic)
    return found[1] if found and found[1][0] == (status or found[1])[0] else status


def _is_permanent(status: str, action: str, why: str) -> bool | None:
    if action == "delayed":
        return False
    if action in ("delivered", "relayed", "expanded"):
        return None
    if status in ("5.2.2", "4.2.2"):  # a full mailbox empties, whatever the first digit claims
        return False
    if status:
        return status[0] == "5" if status[0] in "45" else None
    code = _CODE.search(why)
    return code[1][0] == "5" if code else _PERMANENT_BY_WORD.get(action)


def _in_words(message: Message, original: str) -> Iterator[Report]:
    """A notice without a structured part: the mailers' sentences above the copy of our letter."""
    text = (message.text if message.text.strip() else hypertext.text_of(message.html))[:LONGEST]
    copy = _COPY.search(text, 200)
    text = text[: copy.start()] if copy else text
    address = _address(message.header("x-failed-recipients")) or next(iter(_FAILED.findall(text)), "") or _named(text)
    status, code = _STATUS.search(text), _CODE.search(text)
    permanent: bool | None = None
    if status and status[1][0] in "45":
        permanent = _is_permanent(status[1], "", "")
    elif code:
        permanent = code[1][0] == "5"
    elif _PASSES.search(text) or _PASSES.search(message.subject):
        permanent = False
    elif _LASTS.search(text) or _LASTS.search(message.subject):
        permanent = True
    if address or permanent is not None:
        action = "" if permanent is None else "failed" if permanent else "delayed"
        yield Report(address, status[1] if status else "", permanent, original, action)


def _named(text: str) -> str:
    """The first address in the words that is not the mailer's own."""
    return next(
        (
            a
            for a in _ADDRESS.findall(text)
            if not re.match(r"(?:mailer-daemon|postmaster|abuse|helpdesk|support)@", a, re.IGNORECASE)
        ),
        "",
    )


def _address(field: str) -> str:
    """From "rfc822; ann@example.org" or "<ann@example.org>"; "" when it is none (X.400 and such)."""
    found = _ADDRESS.search(field.partition(";")[2] or field)
    return found[0] if found else ""


def _original_id(message: Message) -> str:
    for part in message.parts:
        if part.type in (
            "message/rfc822",
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global",
            "message/global-headers",
        ):
            found = _ID.search(part.text[:LONGEST])
            if found:
                return found[1]
    found = _ID.search(message.text, 1)
    return found[1] if found else message.in_reply_to
