"""Two answers that nothing else may be taken for: that words were one's own, and that all shall be erased.

An invitation may be answered with a loose yes (decision 15). These may not: behind the first may be somebody else's words,
and the second cannot be undone. So every sentence has to be one that says just this.
"""

import re
from typing import Literal

from agent.alliance.words.consent import read_consent
from agent.alliance.words.courtesy import bare
from agent.alliance.words.grammar import texts
from agent.alliance.words.invitation import read_invitation
from agent.alliance.words.tokens import LONGEST, sentences, straight, words

_MINE = re.compile(
    r"(?:(?:yes|yep|yeah|sure|ok|correct|right|of course|indeed|sorry|hi|hello|thanks|thank you|please)\b[\s,.!-]*)*"
    r"(?:(?:(?:that|it|this)(?: was|'s| is)|was) (?:me|mine|really me|from me|my (?:other|work|private|second|new|old) (?:address|mail|account))|i (?:did|did write (?:it|that|this)|wrote (?:it|that|this)|sent (?:it|that|this)|am)|mine|from me)?\W*(?:(?:sorry|thanks|thank you)\W*)*",
    re.IGNORECASE,
)
_POLITE = frozenset(("thanks", "thank", "you", "hi", "hello", "sorry", "please", ","))
_ERASES = frozenset(("delete", "erase", "löschen"))
_ERASURE = _ERASES | frozenset(["now", "yes", "ok", "please", "thanks", "thank", "you", "do", "it", "all", "everything", "my", "data", "answers", "i", "confirm", ",", "-", "and", "the", "of", "jetzt", "ja", "bitte", "danke", "alles"])  # fmt: skip


_ALSO = re.compile(
    r"\W*(?:yes\W+|ja\W+)?(?:(?:this|that|it)(?: is|'s)? |das (?:bin|ist) )?(?:also (?:me|mine)|me too|always me|auch (?:ich|meine?))\W*(?:thanks|thank you|danke)?\W*",
    re.IGNORECASE,
)


def read_mine(text: str) -> Literal["yes", "also", "no", "unclear"]:
    """The answer to "did you write it?"; "also" where mail from that address is always theirs."""
    body = bare(text[:LONGEST])
    if "?" not in body and _ALSO.fullmatch(straight(body)):
        return "also"
    found = sentences(straight(body))
    if len(text) > LONGEST or not found:
        return "unclear"
    says = {word for s in found for word in texts(words(s.text))} - _POLITE
    if read_consent(body, 0).verdict == "confirm" or (
        says and all(_MINE.fullmatch(s.text) and not s.asks for s in found)
    ):
        return "yes"
    return "no" if read_invitation(text).verdict == "no" else "unclear"


def is_erasure(text: str) -> bool:
    """Whether this says to erase, at once and without a word more: "Delete, but not now" is no such thing."""
    said = {word for s in sentences(bare(text[:LONGEST])) for word in texts(words(s.text))}
    return len(text) <= LONGEST and bool(said & _ERASES) and said <= _ERASURE
