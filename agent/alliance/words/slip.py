"""Words that are to go on to the other person: an own slip, a wish to pass something on, and the yes to it (F42, S34).

Nothing is passed on for sounding like it. Either the wish stands apart from the words ("Pass it on." as a sentence of its
own, "PASS ON" in front), or the words are shown and the author is asked.
"""

import re

from agent.alliance.words.tokens import LONGEST, sentences, straight
from agent.alliance.words.values import SlipReading

_BREAKING = (
    r"(?:broke|broken|break|missed|forgot(?! to (?:say|add|mention|ask|write|tell)\b)|forgotten|slipped|slip(?: up)?|failed|messed up|did not keep|didn't keep|did not do|didn't do|have not kept|"
    r"haven't kept|has not kept|hasn't kept|let (?:\w+ )?down|ignored|skipped|neglected)"
)
_THING = r"(?:line|point|promise|agreement|part of the (?:deal|agreement)|word)\b(?:\s+(?:no\.?\s*|number\s+)?(?P<number>\d{1,3})\b)?"
_HOW = (
    r"(?:(?:just|again|really|did|also|already|clearly|completely|totally|once|even|never|often|always|keep|kept)\s+)*"
)
_OWN = re.compile(
    rf"\bI(?:'ve| have| had)?\s+{_HOW}{_BREAKING}\b[^.!?\n]{{0,60}}?\b{_THING}"
    rf"|\bmy (?:own )?(?:slip|fault|miss)\b[^.!?\n]{{0,40}}?\b{_THING.replace('number', 'numbered')}"
    rf"|\b(?:sorry|apologi\w+)\b[^.!?\n]{{0,30}}?\b(?:for|about) (?:breaking |missing |forgetting |not keeping )?(?:my )?{_THING.replace('number', 'nth')}",
    re.IGNORECASE,
)
_OTHERS = r"\b(?:you|he|she|they|NAMES)(?:'ve| have|'s| has| had)?\s+HOW(?:BREAKING|keeps? breaking|(?:never|not) (?:keeps?|kept)|does not keep|doesn't keep|don't keep)\b[^.!?\n]{0,60}?\bTHING"
_AGAIN = r"(?:please\W+|and\W+|can you\W+|could you\W+|would you\W+|will you\W+|you (?:can|may)\W+|i'd like you to\W+)*"
_WISH = re.compile(
    rf"\W*{_AGAIN}(?:pass|send|forward)\s+(?:it|this|that|these words)\s+on(?:\s+to\s+\w+)?(?:\W+(?:please|for me|thanks|thank you|word for word|as it is))*\W*",
    re.IGNORECASE,
)
_TELL = re.compile(rf"\W*{_AGAIN}(?:tell|let)\s+(?:him|her|them|NAMES)\b(?!\s+(?:off|go)\b)", re.IGNORECASE)
# What has no colon and no line end behind it may be anything: "Pass on this one", "pass it on tomorrow".
_HEAD = re.compile(r"\W*pass (?:this |it |that )?on\b(?:\s+to\s+\w+)?(?:[ \t]*:|[ \t]*[.,]?[ \t]*\n)\s*", re.IGNORECASE)
_COURTESY = r"(?:please|thanks|thank you|ok|okay|word for word|as it is)"
_YES = re.compile(
    rf"(?:{_COURTESY}\W*)*(?:yes|sure|do(?: it| so| that)?|go ahead|send it|pass on|pass (?:it|this|that) on)\W*"
    rf"(?:(?:yes|do|do it|go ahead|send it|pass on|pass (?:it|this|that) on|{_COURTESY})\W*)*",
    re.IGNORECASE,
)
_NO = re.compile(
    rf"(?:{_COURTESY}\W*)*(?:no|pass|skip|keep|keep (?:it|this)(?: between us)?|between us|don't|do not|leave it|never mind)\W*"
    rf"(?:(?:keep (?:it|this)|between us|don't|leave it|never mind|{_COURTESY})\W*)*",
    re.IGNORECASE,
)
_TALK = re.compile(r"(?:(?:yes|please|let's|let us|we|can we|could we|talk|thanks)\W*)*\btalk\b(?:\W*(?:please|about it|thanks))*\W*", re.IGNORECASE)  # fmt: skip


def read_slip(text: str, others: tuple[str, ...]) -> SlipReading | None:
    """What may be to be passed on; None when nothing of the kind was said. `others` are the other people's names."""
    if len(text) > LONGEST:
        return None
    plain = straight(text)
    head = _HEAD.match(plain)
    if head and text[head.end() :].strip():
        return _reading(text[head.end() :].strip(), others, wished=True)
    found = sentences(text)
    wishes = [place for place in found if _WISH.fullmatch(straight(place.text))]
    if len(wishes) == 1 < len(found):
        [place] = wishes
        return _reading((text[: place.start] + text[place.end :]).strip(), others, wished=True)
    reading = _reading(text.strip(), others, wished=False)
    told = any(_named(_TELL.pattern, others).match(straight(s.text)) for s in found)
    return reading if reading.own or reading.others or told else None


def _reading(words: str, others: tuple[str, ...], *, wished: bool) -> SlipReading:
    plain = straight(words)
    own = _OWN.search(plain)
    theirs = _named(
        _OTHERS.replace("HOW", _HOW).replace("BREAKING", _BREAKING).replace("THING", _THING), others
    ).search(plain)
    number = next((int(n) for n in own.groups() if n), 0) if own else 0
    return SlipReading(words, own=own is not None, others=theirs is not None, line=number, wished=wished)


def _named(pattern: str, others: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in others if name) or r"(?!)"
    return re.compile(pattern.replace("NAMES", names), re.IGNORECASE)


def read_pass_on(text: str) -> tuple[str, str]:
    """The answer to "shall I pass this on?", and words in their place: yes, no, talk; pass, with these; or just words."""
    plain = straight(text).strip()
    if len(plain) > LONGEST:
        return "words", text.strip()
    if _TALK.fullmatch(plain):
        return "talk", ""
    if "?" not in plain and _YES.fullmatch(plain):
        return "yes", ""
    if _NO.fullmatch(plain):
        return "no", ""
    head = _HEAD.match(plain)
    return ("pass", text.strip()[head.end() :].strip()) if head else ("words", text.strip())
