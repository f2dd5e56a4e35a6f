"""A whole reply that asks for letters to go to another address (T26)."""

import re

from agent.alliance.words.courtesy import bare
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import words

_LONGEST = 300  # characters of such a reply
_NAMED = re.compile(r"<?([^\s<>]+@[^\s<>]*[^\s<>.,!?])>?")


def read_address(text: str) -> str:
    """The address that is to be the new one, as it is written; "" when nothing is asked for, or more is said besides."""
    body = bare(text) if len(text) < _LONGEST else ""
    named = _NAMED.search(body)
    if named is None:
        return ""
    around = (*texts(words(body[: named.start()])), "@", *texts(words(body[named.end() :])))
    return named[1] if grammar("address").whole(around, "move", ADDRESS="@") else ""
