"""A day that a person names: "12 May", "the 12th", "Monday", "two weeks", "after Easter"."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from agent.alliance.words.tokens import NUMBERS, straight

_UNITS = {"day": "days", "week": "weeks", "wk": "weeks", "month": "months", "year": "years"}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_GERMAN = {  # word by word, where the order is the same
    "januar": "january", "februar": "february", "märz": "march", "mai": "may", "juni": "june", "juli": "july", "oktober": "october", "dezember": "december",
    "montag": "monday", "dienstag": "tuesday", "mittwoch": "wednesday", "donnerstag": "thursday", "freitag": "friday", "samstag": "saturday", "sonntag": "sunday",
    "morgen": "tomorrow", "übermorgen": "the day after tomorrow", "nächste": "next", "nächsten": "next", "nächster": "next", "ostern": "easter", "weihnachten": "christmas",
    "ein": "a", "eine": "a", "einen": "a", "einem": "a", "einer": "a", "zwei": "two", "drei": "three", "vier": "four", "fünf": "five", "sechs": "six",
    "tag": "day", "tage": "days", "tagen": "days", "woche": "week", "wochen": "weeks", "monat": "month", "monate": "months", "monaten": "months",
}  # fmt: skip
_MARK = re.compile(
    r"\b(until|till|til|'til|bis zum|bis|für|nach|ab|for|in|to|by|on|back|after|from|before)\b", re.IGNORECASE
)
_LONGEST = 100  # characters of a day with all that is said around it
_COUNT = re.compile(
    r"(?:a|an|another|the next|(\d{1,3})|(" + "|".join(NUMBERS) + r"))(?: or so)? ?(day|week|wk|month|year)s?"
)


def day_named(phrase: str, now: datetime) -> date | None:
    """The coming day that the whole phrase names; None when any of it is something else."""
    if len(phrase) > _LONGEST:
        return None
    text = " ".join(_GERMAN.get(word, word) for word in straight(phrase).lower().strip(" .!,;)(\n\t").split(" "))
    text = re.sub(
        r"\b(?:(?:about|around|after|until|till|til|'til|bis zum|bis|für|nach|ab|im|am|anfang|by|on|in|for|to|from|before|at least|the start of|beginning of|early|mid|late|back|again|then|please|thanks)\s+)+",
        "",
        text,
    )
    text = re.sub(
        r"(?:\s+(?:please|bitte|danke|thanks|or so|from now|at least|again|then|now|ok|\?))+$", "", text
    ).strip(" ,.!?")
    if not text or len(text) > 40:
        return None
    today = now.date()
    return _relative(text, today) or _weekday(text, today) or _month(text, today) or _calendar(text, now)


def _relative(text: str, today: date) -> date | None:
    count = _COUNT.fullmatch(text)
    if count:
        n = int(count[1]) if count[1] else NUMBERS.get(count[2] or "", 1)
        return today + relativedelta(**{_UNITS[count[3]]: n})  # type: ignore[arg-type]
    return _named(today).get(text)


@lru_cache(8)
def _named(today: date) -> dict[str, date]:
    first = today.replace(day=1)
    return {
        "today": today, "tomorrow": today + timedelta(1), "the day after tomorrow": today + timedelta(2),
        "tonight": today, "next week": today + timedelta(7 - today.weekday()), "the weekend": _next(today, 5),
        "the week": today + timedelta(7 - today.weekday()), "next month": first + relativedelta(months=1),
        "next quarter": first + relativedelta(months=3 - (today.month - 1) % 3), "next year": date(today.year + 1, 1, 1),
        "new year": date(today.year + 1, 1, 1), "the new year": date(today.year + 1, 1, 1),
        "christmas": _coming(today, 12, 27), "the holidays": date(today.year + 1, 1, 2),
        "summer": _coming(today, 9, 1), "the summer": _coming(today, 9, 1), "easter": _after_easter(today),
        "the end of the month": first + relativedelta(months=1), "the end of the week": _next(today, 0),
    }  # fmt: skip


def _next(today: date, weekday: int) -> date:
    return today + timedelta((weekday - today.weekday() - 1) % 7 + 1)


def _coming(today: date, month: int, day: int) -> date:
    here = date(today.year, month, day)
    return here if here > today else here.replace(year=today.year + 1)


def _after_easter(today: date) -> date:
    this = easter(today.year) + timedelta(2)
    return this if this > today else easter(today.year + 1) + timedelta(2)


def _weekday(text: str, today: date) -> date | None:
    m = re.fullmatch(r"(?:(next|this|coming|the) )?([a-z]{3,9})\.?", text)
    if not m or (m[2] not in _DAYS and not (len(m[2]) >= 3 and any(d.startswith(m[2]) for d in _DAYS))):
        return None
    return _next(today, next(i for i, d in enumerate(_DAYS) if d.startswith(m[2])))


def _month(text: str, today: date) -> date | None:
    """The first of a month, or the next 12th."""
    if text in _MONTHS or (len(text) == 3 and any(m.startswith(text) for m in _MONTHS)):
        return _coming(today, next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(text)), 1)
    m = re.fullmatch(r"(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?", text)
    if not m or not 1 <= int(m[1]) <= 31 or (text == m[1]):
        return None
    return next((d for n in range(1, 62) if (d := today + timedelta(n)).day == int(m[1])), None)


def _calendar(text: str, now: datetime) -> date | None:
    """A day and month in any order or language, by dateparser, when nothing but such words stands there."""
    if not re.search(r"\d", text) or not re.fullmatch(r"[\w\s.,/'-]{3,40}", text) or len(text.split()) > 5:
        return None
    import dateparser  # noqa: PLC0415 - costs a quarter of a second, and is seldom needed

    languages = ["en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv"]
    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None), "PREFER_DATES_FROM": "future", "STRICT_PARSING": False,
        "REQUIRE_PARTS": ["day", "month"], "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY",
    }  # fmt: skip
    try:
        found = dateparser.parse(text, languages=languages, settings=settings)
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None
    return found.date() if found and now.date() < found.date() < now.date() + timedelta(days=1100) else None


@lru_cache(32)  # each reader of a reply asks for the same few sentences
def tail_day(sentence: str, now: datetime) -> tuple[int, date] | None:
    """Where a phrase such as "until 12 May" begins in a sentence and what it names; None without one at its end."""
    for mark in _MARK.finditer(straight(sentence)):
        day = day_named(sentence[mark.start() :], now)
        if day:
            return mark.start(), day
    bare = re.search(
        r"\b(?:pause|pausieren|pausiere|snooze|postpone|later|again|freeze|hold)\s+(?=\S)", sentence, re.IGNORECASE
    )
    day = day_named(sentence[bare.end() :], now) if bare else None
    return (bare.end(), day) if bare and day else None
