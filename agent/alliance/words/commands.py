"""Words to the agent: commands, and where in a reply they count (F11)."""

import re
from datetime import date, datetime
from typing import cast

from agent.alliance.words.dates import tail_day
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import words
from agent.alliance.words.values import Command, CommandName

_WHICH = re.compile(
    r"\b(?:about|question|answer|on|to|my)\s+(?:the\s+(?:question|one)\s+about\s+|question\s+)?(?!answer\b|earlier answer|previous answer|to\b)([\w' -]{1,40}?)\s*(?:please)?[?.!]*$",
    re.IGNORECASE,
)
_LAST = re.compile(r"\b(last|previous|earlier|first|second|third)\s+(?:answer|reply|one)\b", re.IGNORECASE)
_DRAWN = re.compile(
    r"(?<=\w)[\s.!]*[\u2300-\u27bf\U0001f000-\U0001faff\ufe0f\s]+\Z"
)  # pictures behind the words: "stop 🛑"
_UNTIL = "UNTIL"
_ORDER = (
    "delete", "stop", "quiet", "pause", "later", "edit", "data", "human", "who", "resend", "explain", "back", "status", "help",
    "resume", "both", "hide", "all", "short", "next", "show", "change", "close", "ideas", "tools", "export", "rules", "send", "bank", "pass",
)  # fmt: skip


def command_of(sentence: str, now: datetime | None = None) -> Command | None:
    """The command that this whole sentence is, with or without a courtesy or a reason; None when it is none."""
    if len(sentence) > 300:
        return None
    sentence = sentence if sentence.isascii() else _DRAWN.sub("", sentence)
    edited = _edit_with_words(sentence)
    if edited:
        return edited
    tokens, day = _dated(sentence, now)
    if tokens and set(tokens) == {"?"}:
        return Command("explain")
    readings = grammar("command").read(tokens, ((_UNTIL, _UNTIL.lower()),))
    names = {n for reading in readings for n in reading}
    name = next((n for n in _ORDER if n in names), None)
    if name is None:
        return None
    until = day if name in ("pause", "later") else None
    return Command(cast(CommandName, name), until, _which(sentence) if name in ("edit", "back") else "")


def _dated(sentence: str, now: datetime | None) -> tuple[tuple[str, ...], date | None]:
    """The words with each "until 12 May" at the end of a clause as one word, and the day."""
    tokens: list[str] = []
    found: date | None = None
    for clause in re.split(r"([,;])", sentence):
        tail = tail_day(clause, now) if now else None
        tokens += texts(words(clause[: tail[0]] if tail else clause))
        if tail:
            tokens.append(_UNTIL.lower())
            found = tail[1]
    return tuple(tokens), found


def leading_command(sentence: str) -> Command | None:
    """A plain wish to leave or to be forgotten at the head of a sentence that goes on: never to be missed."""
    head = re.split(
        r"[,;:(]|\s[-–—]\s|\b(?:because|as|since|and|or|i)\b", sentence[:300], maxsplit=1, flags=re.IGNORECASE
    )[0]
    found = command_of(head) if head != sentence and (len(head.split()) > 2 or head.isupper()) else None
    return found if found and found.name in ("stop", "delete") else None


def _edit_with_words(sentence: str) -> Command | None:
    """Read `Change my answer about feedback: in writing`: which answer, and the new words."""
    head, colon, tail = sentence.partition(":")
    if (
        not colon
        or not tail.strip()
        or not re.match(r"\W*(?:please\s+)?(?:change|edit|correct|replace)\s+my\b", head, re.IGNORECASE)
    ):
        return None
    found = command_of(head)
    return Command("edit", None, found.which, tail.strip()) if found and found.name == "edit" else None


def _which(sentence: str) -> str:
    last = _LAST.search(sentence)
    if last:
        return last[1].lower()
    named = _WHICH.search(sentence)
    return named[1].strip() if named else ""


def is_aside(sentence: str, now: datetime | None = None) -> bool:
    """Whether it is only a courtesy or a reason that may stand beside a command."""
    tokens, _ = _dated(sentence, now)
    return grammar("command").whole(tokens, "_tell", UNTIL=_UNTIL.lower()) or grammar("consent").whole(tokens, "thanks")
