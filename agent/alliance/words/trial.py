"""A line on trial: "make 6 a trial until 2 April", "8: for 30 days", "..., try until 2 April" (F21).

What a line of the agreement says about itself is not a trial: a promise may well end "until noon". So the words of a
line bring a trial only behind "try" or "trial", while a change that names nothing but a time is one by itself.
"""

import re
from dataclasses import replace
from datetime import datetime

from agent.alliance.words.dates import day_named
from agent.alliance.words.tokens import NUMBERS, straight
from agent.alliance.words.values import Change, Span

LONGEST_SPAN = 60  # characters
_DAYS = {
    "day": 1,
    "week": 7,
    "month": 30,
    "tag": 1,
    "woche": 7,
    "monat": 30,
}  # "for a month from the day we agree" is said as 30 days on the page
_LINE = re.compile(
    r"\A\W*(?:(?:please|let's|let us|can we|could we|and|but|ok|yes)\W+)*(?:(?:make|put|try|have|keep|mark|set|turn|run)\s+)?"
    r"(?:line|point|zeile|#)?\s*(?P<number>\d{1,3})\b\s*[.:,–—-]?\s*(?P<rest>\S.*)\Z",
    re.IGNORECASE,
)
_TRIAL = r"(?:(?:into |as |on )?(?:a )?(?:trial|test)(?: line| run)?|try (?:it|this)?|try)"
_SPAN = re.compile(
    rf"(?:(?:be|is) )?(?:{_TRIAL}\W*)?(?:(?:for|another|für)\W+)?(?:(?P<count>\d{{1,3}}|an?|another|{'|'.join(NUMBERS)})\s+(?:more\s+)?(?P<unit>day|week|month|tag|woche|monat)(?:s|en?|n)?)"
    rf"(?:\s+(?:from (?:the day we (?:both )?agree|now|then)|first|more|{_TRIAL}))*",
    re.IGNORECASE,
)
_UNTIL = re.compile(rf"(?:(?:be|is) )?(?:{_TRIAL}\W*)?(?:until|till|up to|bis(?: zum)?)\s+(?P<day>.+)", re.IGNORECASE)
_GOOD = re.compile(
    r"(?:be |is |as )?(?:(?:a )?(?:standing|permanent|lasting)(?: line)?|for good|for ever|no (?:longer a )?trial|without (?:a|the) trial)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:[,;–—(-]\s*)+(?P<span>(?:as a |a |on )?(?:try|trial)\b[^()]*)\)?[.\s]*\Z", re.IGNORECASE)


def read_span(text: str, now: datetime) -> Span | None:
    """How long a line is to hold, when the whole text says that and nothing else; None when it does not."""
    text = straight(text).strip(" .!,;()\t\n")
    if len(text) > LONGEST_SPAN:
        return None
    text = re.sub(r"[\s,]*\b(?:please|thanks)\W*\Z", "", text, flags=re.IGNORECASE)
    if _GOOD.fullmatch(text):
        return Span()
    if (until := _UNTIL.fullmatch(text)) and (day := day_named(until["day"], now)):
        return Span(until=day)
    counted = _SPAN.fullmatch(text)
    if not counted or not re.search(r"\b(?:for|another|more|trial|try|test|für)\b", text, re.IGNORECASE):
        return None
    count = counted["count"].lower()
    return Span(days=(int(count) if count.isdecimal() else NUMBERS.get(count, 1)) * _DAYS[counted["unit"].lower()])


def read_trial(sentence: str, now: datetime) -> Change | None:
    """A sentence that puts one numbered line on trial, or takes it off; None when it is something else."""
    named = _LINE.match(straight(sentence))
    span = read_span(named["rest"], now) if named else None
    return Change("trial", int(named["number"]), "", span) if named and span is not None else None


def with_trial(change: Change, now: datetime) -> Change:
    """A change whose new words end in "try until 2 April": the words, and how long they are to hold."""
    tail = _TAIL.search(change.text) if change.kind in ("replace", "add") else None
    span = read_span(tail["span"], now) if tail else None
    return replace(change, text=change.text[: tail.start()], span=span) if tail and span else change
