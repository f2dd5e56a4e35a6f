"""Once a year: KEEP, TWEAK, REDESIGN or CLOSE. A closed list of words; whatever else is said is asked about."""

import re
from typing import Literal, cast

Renewing = Literal["", "keep", "tweak", "redesign", "close"]
_CHOICES = frozenset({"keep", "tweak", "redesign", "close"})
_BESIDE = frozenset(
    ("please", "it", "as", "is", "let", "s", "us", "i", "we", "d", "ll", "would", "will", "like", "to", "want", "yes", "the", "page",
     "agreement", "a", "line", "or", "two", "well", "thanks", "thank", "you", "hi", "our", "all", "now", "this", "my", "choice")
)  # fmt: skip


def read_renewal(text: str) -> Renewing:
    """The one choice that a whole reply makes; "" when it makes none or more, asks, or says something else besides."""
    said = re.findall(r"[^\W_]+", text.casefold())
    chosen = {word for word in said if word in _CHOICES}
    if len(chosen) != 1 or "?" in text or not set(said) <= _CHOICES | _BESIDE:
        return ""
    return cast(Renewing, chosen.pop())
