"""Replies to the invitation and to its copy: the first yes of each person (F04, F05, decision 14)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from agent.alliance.words.answer import is_care
from agent.alliance.words.commands import command_of
from agent.alliance.words.courtesy import bare
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, MARKS, Sentence, sentences, straight, words
from agent.alliance.words.values import ApprovalReading, InvitationReading

# A remark that holds one of these may turn a yes around; without them a loose yes may have company.
_TURNS = re.compile(
    r"\b(?:no|not|nor|never|none|nobody|but|if|unless|until|till|when|once|after|before|only|maybe|perhaps|later|except|provided|as long as|assuming|"
    r"wait|first|ask|think|depends?|hope|would|could|should|might|rather|stop|instead|however|although|though|without|unsure|wonder|think|said|says|tells?|told|wants?)\b|n't\b|[?\"]"
    r"|[\u202a-\u202e\u2066-\u2069]",  # and a sign that turns the letters themselves around
    re.IGNORECASE,
)
# The same in some other languages that people mix in; a remark in other letters than ours is never known to be harmless.
_TURNS_ELSEWHERE = re.compile(
    r"\b(?:nein|nicht|kein\w*|nie|aber|nur|wenn|falls|sofern|sobald|vielleicht|erst|non|ne|pas|jamais|mais|si|seulement|quand|peut|sauf|pero|solo|sólo|cuando|quiz\w+|salvo|nunca"
    r"|ma|se|quando|forse|purché|não|mas|só|talvez|nee|niet|geen|maar|als|alleen|mits|misschien|ale|jeśli|tylko|może|chyba|inte|nej|men|om|bara|kanske)\b"
    rf"|(?![a-zß-ɏ])[^\W\d_]|[{MARKS}]",
    re.IGNORECASE,
)
# Beside a plain no, only these keep it from being one; reasons do not (F05).
_TAKEN_BACK = re.compile(
    r"\b(?:unless|(?:only|but|except|maybe|perhaps) (?:if|when)|yes|yeah|yep|(?<!not )sure|okay|count me in|i'm in|kidding|joking|i mean|actually|on second thoughts?)\b"
    r"|\bbut\b.*\b(?:would|could|might|may|can|try|short|i'd|i'll)\b",
    re.IGNORECASE,
)
_ANOTHER_TIME = re.compile(
    r"\b(?:later|another time|next (?:week|month|year)|(?:ask|try|write)(?: me| to me)? again)\b", re.IGNORECASE
)
_GOES_ON = frozenset(("but", "and", "so"))  # something was to follow: "Sounds good but"
_CLOSES = frozenset(",;.:-(") | {"because", "since", "as", "sorry"}  # after these a no is over, and a reason may follow
_ASKS = re.compile(
    r"^(?:and |but |so |hi,? |hello,? |sorry,? )?(?:what|why|who|whose|where|when|which|how|does|do|did|is|are|can|could|will|has|have|am)\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\bSHORT\b|(?<!not the )\bshort (?:set|one|version)\b")
_DEFER = re.compile(
    r"\b(?:not (?:right )?now|later|next (?:week|month|year)|in a (?:week|month)|busy|another time)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one sentence came to, and those of its words that were not understood."""

    classes: frozenset[str]
    rest: str
    asks: bool
    foreign: bool = False  # in a language in which what turns a yes around is not known


def read_invitation(text: str) -> InvitationReading:
    """Read a reply to the invitation. A question is never a consent, and neither is a yes with a condition."""
    whole = text.strip()
    found = sentences(bare(whole[:LONGEST]))
    said = [_said(s) for s in found]
    commands = [c for s in found if (c := command_of(s.text))]
    command = next((c for c in commands if c.name in ("delete", "data", "human", "stop")), None)
    short = any("short" in s.classes for s in said)
    verdict = "unclear" if len(whole) > LONGEST else _verdict(said, {c.name for c in commands})
    return InvitationReading(verdict, short, whole, is_care(whole[:LONGEST]), command)


def _said(sentence: Sentence) -> _Said:
    if sentence.asks and not sentence.text.startswith("?"):
        return _Said(frozenset(), sentence.text, asks=True)
    g, tokens = grammar("invitation"), words(sentence.text)
    if tokens and tokens[-1].text in _GOES_ON:
        return _Said(frozenset(), straight(sentence.text), asks=False)
    if readings := g.read(texts(tokens)):
        foreign = not g.foreign.isdisjoint(texts(tokens))
        return _Said(frozenset().union(*readings), "", asks=False, foreign=foreign)
    ends = [end for end in g.heads(texts(tokens), "no") if tokens[end].text in _CLOSES]
    if ends:  # "No thanks, the choir is too much": a reason beside a plain no
        return _Said(frozenset({"no"}), straight(sentence.text[tokens[max(ends)].start :]), asks=False)
    return _Said(frozenset(), straight(sentence.text), asks=False)


def _verdict(
    said: list[_Said], commands: set[str]
) -> Literal["yes", "not_now", "no", "not_me", "question", "who", "unclear"]:
    """The most cautious thing that was said; a no is final, whatever the reason."""
    classes = frozenset().union(*(s.classes for s in said))
    unread = [s.rest for s in said if s.rest]
    if "who" in commands:
        return "who"
    if commands & {"stop", "delete"}:
        return "no"
    asks = "no" not in classes and any(_ASKS.match(t) for t in unread)
    if asks or any(s.asks for s in said) or commands & {"explain", "help"}:
        return "question"
    if (
        "notme" in classes and not unread and classes <= {"notme", "no", "remark"}
    ):  # for ever, so with nothing beside it
        return "not_me"
    if "no" in classes:
        if "notnow" in classes or any(_ANOTHER_TIME.search(t) for t in unread):
            return "not_now"
        return "unclear" if classes & {"yes", "short"} or any(_TAKEN_BACK.search(t) for t in unread) else "no"
    if "notme" in classes:
        return "unclear"
    turned = any(_TURNS.search(t) or _TURNS_ELSEWHERE.search(t) for t in unread)
    turned = turned or (bool(unread) and any(s.foreign for s in said))
    if classes & {"notnow", "busy"} or commands & {"later", "pause"}:
        return "not_now"
    if any(_DEFER.search(t) for t in unread):
        return "unclear" if turned else "not_now"
    return "yes" if classes & {"yes", "short"} and not turned else "unclear"


def read_approval(text: str, names: Collection[str] = ()) -> ApprovalReading:
    """Read what the initiator said to the copy of the invitation. What is no plain SEND and chooses no set is words to change.

    `names` are the partner's: it may be sent to nobody else.
    """
    whole = text.strip()
    found = sentences(bare(whole[:LONGEST]))
    partner = (("NAME", " ".join(texts(words(" ".join(names)))) or "-"),)
    kinds = [_approves(s, partner) for s in found]
    commands = {c.name: c for s in found if (c := command_of(s.text))}
    first = next(iter(commands.values()), None)
    short = any("short" in k for k in kinds) or any(
        _SHORT.search(s.text) for s, k in zip(found, kinds, strict=True) if not k
    )
    if commands.keys() & {"stop", "delete", "pass"}:
        return ApprovalReading("stop", whole, short, commands.get("stop") or commands.get("delete"))
    if any(s.asks for s in found) or commands.keys() & {"explain", "who", "help", "status"}:
        return ApprovalReading("question", whole, short, first)
    if not all(kinds) or len(whole) > LONGEST:
        return ApprovalReading("change", whole, short, first)
    said = frozenset().union(*kinds)
    if "no" in said or not said & {"send", "short", "full"}:
        return ApprovalReading("unclear", whole, short, first)
    return ApprovalReading("short" if short else "send", whole, short)


def _approves(sentence: Sentence, partner: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """What one sentence says to sending: send, short, full, no, beside; empty when it is not understood."""
    readings = grammar("approval").read(texts(words(sentence.text)), partner)
    return max(readings, key=_weight, default=frozenset())


def _weight(reading: frozenset[str]) -> tuple[bool, bool]:
    return "no" in reading, bool(reading & {"send", "short", "full"})
