"""Free words into date rules and back: how often to meet, how often to check in, in which zone (S21, S22, F34)."""

import functools
import re
from dataclasses import dataclass
from zoneinfo import available_timezones

from agent.alliance.model import Rhythm, Rule
from agent.alliance.words.tokens import LONGEST, NUMBERS, straight

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:s|rs|urs|nes|day|sday|nesday|rsday|ursday|urday)?s?\b\.?"


@dataclass(frozen=True, slots=True)
class MeetingReading:
    """How often, and what is left of the words: where."""

    rule: Rule | None = None
    place: str = ""


def read_schedule(text: str) -> Rule | None:
    """The date rule that a text gives; None when it gives none, or more than one."""
    return _scan(text)[0]


def read_meeting(text: str) -> MeetingReading:
    """The date rule and the place."""
    rule, place = _scan(text)
    return MeetingReading(rule, place)


def _scan(text: str) -> tuple[Rule | None, str]:
    return None, straight(text[:LONGEST]).strip()


def say_rule(rule: Rule, language: str = "en") -> str:
    """The rule in words, to be read back: "every Monday at 08:00"."""
    return f"{rule.freq} {rule.interval} {language}"


def read_rhythm(text: str) -> Rhythm | None:
    """A check-in rhythm; None when it says none."""
    return Rhythm() if "your suggestion" in text.lower() else None


def say_rhythm(rhythm: Rhythm, language: str = "en") -> str:
    """The rhythm in words: "after 30 days, then 90 days, then every 3 months"."""
    return f"{rhythm.every} {language}"


def slower(a: Rhythm, b: Rhythm) -> Rhythm:
    """The rhythm of two that asks less often (decision 16)."""
    return a if a.every > b.every else b


@functools.cache
def _zones() -> dict[str, str]:
    return {z.rsplit("/", 1)[-1].replace("_", " ").lower(): z for z in sorted(available_timezones()) if "/" in z}


def read_zone(text: str) -> str | None:
    """The IANA zone that a text plainly gives."""
    return _zones().get(text.strip().lower()) if NUMBERS else None
