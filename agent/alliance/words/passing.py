"""Words for another person: whether they are to be passed on, or are meant for us alone (spec 4.7)."""

import functools
import re
from collections.abc import Iterable

from agent.alliance.words.tokens import straight

_PASS_ON = re.compile(r"(?:pass (?:this |it |that )?on|weitergeben)\b[\s:,.-]*", re.IGNORECASE)
_BETWEEN_US = re.compile(
    r"\b(?:don['’]?t|do not|never|not) (?:tell|show|share|pass|forward|send|mention)\b|\bbetween (?:us|you and me)\b"
    r"|\b(?:confidential|secret|privately)\b|\b(?:unter uns|vertraulich|geheim|im vertrauen|nur für dich)\b"
    r"|\b(?:nicht|nichts|nie|niemals|kein\w*)\b[^.!?\n]{0,40}\b(?:weiter)?(?:sag|zeig|geb|gib|verrat|erzähl|schick|teil|erfahr|wiss)\w*"
    r"|\b(?:weiter)?(?:sag|zeig|geb|gib|verrat|erzähl|schick)\w*\b[^.!?\n]{0,40}\b(?:nicht|nichts|nie|niemals|kein\w*)\b",
    re.IGNORECASE,
)


def read_passing(text: str) -> tuple[str, bool]:
    """The words without "pass on:" in front, and whether these may be meant for us alone: asked about, never passed on at once."""
    told = _PASS_ON.match(text)
    return (text[told.end() :].strip(), False) if told else (text, _BETWEEN_US.search(text) is not None)


_SHARED = re.compile(r"\s*(?:SHARE|TEILEN)\b[ \t]*[:,.–—-]*\s*|\s*(?:share|teilen)[ \t]*:\s*", re.IGNORECASE)


def read_in_confidence(text: str, others: Iterable[str]) -> tuple[str, bool]:
    """An answer without SHARE in front, and whether it asks to be kept from `others` (their names) without the word PRIVATE.

    "Don't tell Maya this" is one; "don't tell customers" and "keep it between us" may be what two people want of each other.
    SHARE in front ends all doubt.
    """
    told = _SHARED.match(text)
    if told and (told[0].strip().isupper() or ":" in told[0]):
        return text[told.end() :].strip(), False
    plain = straight(text).casefold()
    for name in map(str.casefold, others):
        if name in plain:
            plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _OTHER, plain)
    return text, _confiding().search(plain) is not None


_OTHER = "xnamex"  # stands for the name of another, so that one expression does for all people


@functools.cache
def _confiding() -> re.Pattern[str]:
    """What says so in a sentence of its own, in English and in German."""
    names = rf"{_OTHER}|any(?:one|body)(?: else)?|my (?:boss|partner|manager|coach|husband|wife)"
    named = rf"{_OTHER}|niemand(?:em|en)?"
    who, wer = rf"(?:him|her|them|{names})", rf"(?:ihm|ihr|ihnen|er|sie|{named})"
    end = (
        r"(?= *(?:$|[.,;:!?)–—-]|(?:this|that|it|any|anything|how|why|or|about|what|i|we|please|but|and|yet|though)\b))"
    )
    return re.compile(
        rf"\b(?:don't|do not|never|not to) (?:tell|show|let) {who}\b{end}|\b(?:don't|do not|never) let {who} (?:know|see|read|hear)\b"
        rf"|\b(?:don't|do not|never) (?:share|forward|pass on|reveal|repeat) (?:this|that|any of (?:this|it)|what i (?:said|wrote))\b"
        rf"|\b(?:{names}) (?:must|should|may|can|need|does|do)(?:n't|not| not| never)(?: need to| have to)? (?:know|see|read|hear|find out)\b"
        rf"|\b(?:hide|keep) (?:this|that|it) from {who}\b|\b(?:don't|do not|never) mention (?:this|that|it|any of (?:this|it)) to {who}\b"
        rf"|\b(?:this|that|it) is (?:just |only )?for you (?:only|alone)\b|(?:^|[.!?]\s+)(?:just|only) for you[,:]|\bnot for {_OTHER}(?:'s)? (?:eyes|ears)\b"
        rf"|\b(?:i'd|i would) (?:rather|prefer) (?:that )?{who} (?:didn't|did not|not) (?:know|see|read|hear)\b|\bnicht an {wer} weiter(?:geben|sagen|leiten)\b"
        rf"|\bi (?:don't|do not|wouldn't) want {who} to (?:know|see|read|hear|find out)\b"
        r"|\b(?:this|that|it) (?:is|stays|should stay) (?:just |strictly |only )?between (?:us|you and me)\b|\bjust between (?:us|you and me)\b"
        r"|\bkeep (?:this|that|it|what i \w+) (?:\w+ )?(?:to yourself|secret|confidential)\b|\bkeep (?:this|that) between us\b|(?:^|[.!?]\s+)between (?:us|you and me)[,:]"
        r"|\bin confidence\b|\b(?:strictly|this is) confidential\b|\boff the record\b|\bfor your (?:eyes|ears) only\b"
        rf"|\b(?:sag|sage|erzähl|erzähle|zeig|zeige|verrat|verrate)\b (?:(?:das|es|dies|davon|bitte) )*{wer}\b[^.!?\n]{{0,40}}\b(?:nicht|nichts|kein\w*)\b"
        r"|\b(?:sag|sage|erzähl|erzähle|zeig|zeige|verrat|verrate)\b (?:(?:das|es|dies|davon|bitte) )+(?:niemand\w*|(?:bitte )?nicht weiter)\b"
        r"|\bnicht (?:weitersagen|weitergeben|weitererzählen|weiterleiten)\b|\b(?:das|dies|es) (?:bleibt|ist) (?:bitte |nur )*unter uns\b|(?:^|[.!?]\s+)(?:nur )?unter uns(?: gesagt)?[,:]"
        rf"|\bim vertrauen (?:gesagt)?|\b(?:streng|das ist) vertraulich\b|\bbehalte? (?:das|es) (?:bitte )?für dich\b"
        rf"|\b(?:er|sie|{named}) (?:soll|darf|muss|braucht) [^.!?\n]{{0,30}}\bnicht\b[^.!?\n]{{0,20}}\b(?:wissen|erfahren|sehen|lesen|hören)\b"
        rf"|\bich (?:will|möchte) nicht, dass {wer}\b[^.!?\n]{{0,40}}\b(?:erfährt|weiß|sieht|liest|hört)\b",
        re.IGNORECASE | re.MULTILINE,
    )
