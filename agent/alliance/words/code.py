"""A number that was asked for, and nothing that could mean something else."""

import re
from typing import Literal

from agent.alliance.words.courtesy import bare
from agent.alliance.words.tokens import LONGEST

_NUMBER = re.compile(r"\d(?:[ \t\u00a0.–—-]?\d)+")
_BESIDE = re.compile(
    r"(?:\W|\b(?:yes|ok|okay|sure|please|thanks|thank you|here(?: it)? is|here|it is|it was me|that was me|the|my|your|code|number|is|confirmed?|i confirm|i agree|agree|agreed"
    r"|best|regards|wishes|kind|warm|cheers|love|viele|liebe|grüße|gruß|lg|ja|bitte|danke|hier ist|der|die|das|mein|code|nummer|zahl|ist|ich war es|das war ich|einverstanden)\b)*",
    re.IGNORECASE,
)


def read_code(text: str, code: str) -> Literal["right", "wrong", "none"]:
    """Whether this is the number, with nothing beside it but a courtesy. "none": there is no number, or more than one thing."""
    numbers = _NUMBER.findall(text[:LONGEST])
    if len(text) > LONGEST or len(numbers) != 1 or not code:
        return "none"
    if re.sub(r"\D", "", numbers[0]) != re.sub(r"\D", "", code):
        return "wrong"
    return "right" if _BESIDE.fullmatch(bare(text.replace(numbers[0], "yes"))) else "none"
