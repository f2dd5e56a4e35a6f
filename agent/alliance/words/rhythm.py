"""How often to check in: words into a rhythm, and which of two is slower (F34)."""

import re

from agent.alliance.model import Rhythm, Rule
from agent.alliance.words.grammar import grammar
from agent.alliance.words.schedule import read_schedule
from agent.alliance.words.tokens import LONGEST, NUMBERS, straight

_SUGGESTED = re.compile(
    r"(?:(?:i'm )?(?:ok|okay|fine|happy|good) with )?(?:as |what |like )?(?:your|the) (?:suggestion|proposal|default)s?|as you suggest(?:ed)?|as suggested|what you suggest(?:ed)?|your (?:idea|rhythm|plan)(?: is fine)?|\A(?:ja,? )?deine?n? vorschlag(?: passt| ist gut| bitte)?\Z",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"(?:never|no(?:ne)?|not at all|no (?:regular )?check-?ins?|don't(?: check in)?|no thanks|none please|nie(?:mals)?|keine (?:rückblicke|nachfragen)(?: mehr)?(?: bitte)?)",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\b(?:after|at|in)?\s*(\d{1,3}|"
    + "|".join(NUMBERS)
    + r")(?: (?P<unit>(?P<day>day|tag)|(?P<week>week|woche)|month|monat)(?:s|en|n)?)?\b(?=\s*(?:,|then|dann|and|und|days|weeks|$))",
    re.IGNORECASE,
)


_LAST_THEN = re.compile(r"(.*)\b(?:then|dann)\b(.*)", re.IGNORECASE | re.DOTALL)


def read_rhythm(text: str, suggested: Rhythm = Rhythm()) -> Rhythm | None:  # noqa: B008 - a value
    """A check-in rhythm: "monthly", "every 6 weeks", "after 30 days, then 90, then quarterly", "your suggestion", "never"."""
    plain = straight(text[:LONGEST]).strip(" .!\n")
    plain = re.sub(
        r"(?:,? (?:please|thanks|is (?:fine|good|ok)|sounds good|works))+$", "", plain, flags=re.IGNORECASE
    ).strip(" ,.!")
    if _NEVER.fullmatch(plain):
        return Rhythm((), 0, "never")
    if _SUGGESTED.search(plain) or any(r <= {"yes", "soft", "thanks"} for r in grammar("consent").classes(plain)):
        return suggested if not re.search(r"\b(?:not|but|don't|except|if|or)\b", plain, re.IGNORECASE) else None
    head, tail = (m[1], m[2]) if (m := _LAST_THEN.fullmatch(plain)) else ("", plain)
    rule = read_schedule(tail or plain)
    if rule is None or rule.byday or rule.bymonthday:
        return _rhythm(rule, ()) if rule and rule.freq == "MONTHLY" else None
    return _rhythm(rule, _first_days(head))


def _first_days(head: str) -> tuple[int, ...]:
    days: list[int] = []
    factor = 1
    for m in _FIRST.finditer(head):
        factor = (1 if m["day"] else 7 if m["week"] else 30) if m["unit"] else factor
        n = int(m[1]) if m[1].isdecimal() else NUMBERS[m[1].lower()]
        days.append(n * factor)
    return tuple(days) if days == sorted(set(days)) and all(0 < d < 1000 for d in days) else ()


def _rhythm(rule: Rule, first: tuple[int, ...]) -> Rhythm:
    unit, factor = {"DAILY": ("day", 1), "WEEKLY": ("week", 1), "MONTHLY": ("month", 1), "YEARLY": ("month", 12)}[
        rule.freq
    ]
    return Rhythm(first, rule.interval * factor, unit)


def slower(a: Rhythm, b: Rhythm) -> Rhythm:
    """The rhythm of two that asks less often (decision 16); of two alike, the one that begins later."""
    return max(a, b, key=_pace)


def _pace(rhythm: Rhythm) -> tuple[float, float]:
    if rhythm.unit == "never":
        return (float("inf"), 0)
    days = rhythm.every * {"day": 1, "week": 7, "month": 30.4}[rhythm.unit]
    return (days, rhythm.first[0] if rhythm.first else days)
