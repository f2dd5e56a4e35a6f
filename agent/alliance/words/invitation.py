"""Replies to the invitation and to its copy: the first yes of each person (F04, F05, decision 14)."""

import re
from datetime import datetime

from agent.alliance.words.answer import read_answer
from agent.alliance.words.commands import command_of
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, Sentence, sentences, straight, words
from agent.alliance.words.values import ApprovalReading, Command, InvitationReading

# A remark that holds one of these may turn a yes around; without them a loose yes may have company.
_TURNS = re.compile(
    r"\b(?:no|not|nor|never|none|nobody|but|if|unless|until|till|when|once|after|before|only|maybe|perhaps|later|except|provided|as long as|assuming|"
    r"wait|first|ask|think|depends?|hope|would|could|should|might|rather|stop|instead|however|although|though|without|unsure|wonder|think|said|says|tells?|told|wants?)\b|n't\b|[?\"]",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:and |but |so |hi,? |hello,? |sorry,? )?(?:what|why|who|whose|where|when|which|how|does|do|did|is|are|can|could|will|has|have|am)\b",
    re.IGNORECASE,
)
_DEFER = re.compile(
    r"\b(?:not (?:right )?now|later|next (?:week|month|year)|in a (?:week|month)|busy|another time)\b", re.IGNORECASE
)


def read_invitation(text: str) -> InvitationReading:
    """Read a reply to the invitation. A question is never a consent, and neither is a yes with a condition."""
    whole = text.strip()
    care = read_answer(whole[:LONGEST], now=_NO_TIME).care
    read = [(s, _classes(s)) for s in sentences(whole[:LONGEST])]
    commands = [c for s, _ in read if (c := command_of(s.text))]
    command = next((c for c in commands if c.name in ("delete", "data", "human", "stop")), None)
    classes = frozenset().union(*(c for _, c in read)) if read else frozenset()
    short = "short" in classes
    verdict = "unclear" if len(whole) > LONGEST else _verdict(read, classes, commands)
    return InvitationReading(verdict, short, whole, care, command)  # type: ignore[arg-type]


_NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001 - only to ask about care; no date is read


def _classes(sentence: Sentence) -> frozenset[str]:
    if sentence.asks and not sentence.text.startswith("?"):
        return frozenset({"question"})
    readings = grammar("invitation").read(texts(words(sentence.text)))
    return frozenset().union(*readings) if readings else frozenset()


def _verdict(read: list[tuple[Sentence, frozenset[str]]], classes: frozenset[str], commands: list[Command]) -> str:
    """The most cautious thing that was said."""
    if any(c.name == "who" for c in commands):
        return "who"
    if any(c.name in ("stop", "delete") for c in commands):
        return "no"
    unread = [s.text for s, c in read if not c]
    turned = [t for t in unread if _TURNS.search(straight(t))]
    if (
        "question" in classes
        or any(_ASKS.match(t) for t in unread)
        or any(c.name in ("explain", "help") for c in commands)
    ):
        return "question"
    if "no" in classes:
        return (
            "no"
            if not classes & {"yes", "notnow"} and not turned
            else "unclear"
            if "notnow" not in classes
            else "not_now"
        )
    if (
        "notnow" in classes
        or any(_DEFER.search(t) for t in unread)
        or any(c.name in ("later", "pause") for c in commands)
    ):
        return "not_now" if not turned or classes & {"notnow"} or commands else "unclear"
    return "yes" if classes & {"yes", "short"} and not turned else "unclear"


def read_approval(text: str) -> ApprovalReading:
    """Read what the initiator said to the copy of the invitation. Anything but a plain SEND is words to change."""
    whole = text.strip()
    found = sentences(whole[:LONGEST])
    commands = {c.name: c for s in found if (c := command_of(s.text))}
    short = bool(re.search(r"\bSHORT\b|\bshort (?:set|one|version)\b", whole)) or "short" in commands
    if "stop" in commands or "delete" in commands or "pass" in commands:
        return ApprovalReading("stop", whole, short, commands.get("stop") or commands.get("delete"))
    if any(s.asks for s in found) or any(n in commands for n in ("explain", "who", "help", "status")):
        return ApprovalReading("question", whole, short, next(iter(commands.values()), None))
    kinds = [_approves(s) for s in found]
    if len(whole) <= LONGEST and kinds and "no" not in kinds and "" not in kinds and set(kinds) & {"send", "short"}:
        return ApprovalReading("short" if short else "send", whole, short)
    if not whole or (kinds and all(k in ("beside", "no") for k in kinds)):
        return ApprovalReading("unclear", whole, short, next(iter(commands.values()), None))
    return ApprovalReading("change", whole, short, next(iter(commands.values()), None))


def _approves(sentence: Sentence) -> str:
    """What one sentence says to sending: send, short, no, beside, or "" when it is not understood."""
    tokens = texts(words(sentence.text))
    readings = grammar("approval").read(tokens)
    for kind in ("no", "send", "short", "beside"):
        if any(kind in r for r in readings):
            return kind
    return ""
