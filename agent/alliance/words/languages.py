"""The languages that we speak: which one a text is in, which one is wished for, and small things said in each.

What people read stands in flows and templates. What is said of values, such as "every Monday at 08:00", stands in one
small file for each language, `said/de.toml`; a language without one is said in English.
"""

import functools
import re
import tomllib
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from agent.alliance.model import Rhythm, Rule
from agent.alliance.words.bank import Saving
from agent.alliance.words.tokens import LONGEST, straight

ENGLISH = "en"
_ENOUGH = 5  # of a language's commonest words: a name or a greeting is no evidence
_CLEARER = 3  # times as many as of any other
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WISH = re.compile(  # a whole reply that wishes for a language, and for nothing else
    r"\W*(?:(?:please|bitte|hi|hello|hallo|(?:can|could) you|kannst du|können sie|write|schreibe?(?: sie)?|to me|me|mir)\W+)*"
    r"(?:(?P<marked>in|auf|please|bitte)\s+)?(?P<name>[^\W\d_]+)(?P<after>\W+(?:please|bitte))?(?:\W+(?:schreiben|thanks|danke))*\W*",
    re.IGNORECASE,
)


def spoken() -> tuple[str, ...]:
    """The languages that have a file, in the order of their letters."""
    return tuple(sorted(_files()))


def language_of(text: str, among: Collection[str]) -> str:
    """Which of these languages a text is surely in; "" when it is too short, or in none of them."""
    words = [w.lower() for w in _WORD.findall(straight(text[:LONGEST]))]
    common = {tag: frozenset(_said(tag)["common"].split()) for tag in among if tag in _files()}
    found = sorted(((sum(w in some for w in words), tag) for tag, some in common.items()), reverse=True)
    if not found or found[0][0] < _ENOUGH or (len(found) > 1 and found[0][0] < _CLEARER * found[1][0]):
        return ""
    return found[0][1]


def wished_language(text: str, now: str) -> str:
    """The language that a whole reply asks for: "auf Deutsch, bitte"; "" when it asks for none.

    A wish for the language that is spoken already is none: "in English" may answer how somebody likes to talk.
    """
    wish = _WISH.fullmatch(straight(text[:LONGEST]).strip())
    name = str(wish["name"]).lower() if wish and (wish["marked"] or wish["after"]) else ""
    return next((tag for tag in spoken() if tag != now and name in _said(tag)["names"]), "")


def phrase(language: str, *keys: str) -> str:
    """One of the small things, such as `phrase("de", "paper", "title")`."""
    found: Any = _said(language)
    for key in keys:
        found = found[key]
    return str(found)


def locale_of(language: str) -> str:
    """By whose customs dates and hours are written: "en_GB" for all who read English."""
    return str(_files().get(language, {}).get("locale", language))


def joined(parts: Sequence[str], language: str = ENGLISH) -> str:
    """Names as one reads them: "Ana, Ben and Cy"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {phrase(language, 'and')} {parts[-1]}"


def say_day(day: date, language: str = ENGLISH) -> str:
    """A day as it stands on the page: "2 April 2026"."""
    said = _said(language)
    return str(said["day"]).format(day=day.day, month=said["months"].split()[day.month - 1], year=day.year)


def say_rule(rule: Rule, language: str = ENGLISH) -> str:
    """A date rule in words, to be read back: "every Monday at 08:00"."""
    frames = _said(language)["rule"]
    nth = any(code[:-2] for code in rule.byday)
    form = "nth" if nth else "days" if rule.byday else "dates" if rule.bymonthday else "plain"
    weekdays = rule.freq == "WEEKLY" and rule.byday == tuple(frames["days"])[:5]
    days = [frames["days"]["weekdays"]] if weekdays else [_day(code, frames) for code in rule.byday]
    dates = [frames["dates"].get(str(n), frames["date"].format(n=n)) for n in rule.bymonthday]
    own = frames[rule.freq]
    said = own.get(form, own["plain"])[min(rule.interval, 3) - 1]
    said = str(said).format(n=rule.interval, days=joined(days, language), dates=joined(dates, language))
    if rule.hour is not None:
        said = str(frames["at"]).format(rule=said, hour=rule.hour, minute=rule.minute)
    return said + (f" ({rule.zone})" if rule.zone else "")


def _day(code: str, frames: Any) -> str:
    name = str(frames["days"][code[-2:]])
    return f"{frames['nth'].get(str(int(code[:-2])), code[:-2])} {name}" if len(code) > 2 else name


def say_rhythm(rhythm: Rhythm, language: str = ENGLISH) -> str:
    """A rhythm in words: "after 30 days, then 90 days, then every 3 months"."""
    frames = _said(language)["rhythm"]
    if rhythm.unit == "never":
        return str(frames["never"])
    every = frames[rhythm.unit][min(rhythm.every, 3) - 1].format(n=rhythm.every)
    first = frames["then"].join(frames["days"].format(n=days) for days in rhythm.first)
    return str(frames["first"].format(first=first, every=every) if first else every)


def say_savings(savings: Sequence[Saving], language: str = ENGLISH) -> str:
    """The numbers of a trust bank in words: "Lee 8 of 9, Jo 4 of 8 and Kit 9"."""
    frame = phrase(language, "saving")
    said = (
        f"{name} {s.now}" if s.hoped is None else frame.format(name=name, now=s.now, hoped=s.hoped)
        for s in savings
        for name in (called(s.name, language),)
    )
    return joined([*said], language)


def called(name: str, language: str = ENGLISH) -> str:
    """How we speak of somebody on a person's own list: "my sister" is "your sister" to us."""
    whose, _, who = name.partition(" ")
    yours = _said(language)["yours"].get(whose.casefold())
    return f"{yours} {who}" if yours and who else name


def _said(language: str) -> dict[str, Any]:
    return _files().get(language) or _files()[ENGLISH]


@functools.cache
def _files() -> dict[str, dict[str, Any]]:
    folder = Path(__file__).with_name("said")
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in folder.glob("*.toml")}
