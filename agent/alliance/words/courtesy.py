"""What stands around a reply and says nothing: a greeting, a signature, a name."""

import functools
import re
from collections.abc import Collection
from pathlib import Path

from agent.alliance.words.grammar import grammar
from agent.alliance.words.tokens import words

_GREETING = re.compile(
    r"\A\s*(?:hi|hello|hey|dear|good (?:morning|evening|afternoon)|hallo|guten (?:morgen|tag|abend)|liebe[rs]?|bonjour|bonsoir|salut|ch[eè]re?|hola|buenos d[ií]as|estimad[oa]s?|querid[oa]s?|ciao|buongiorno|buonasera|car[oaie]|hoi|beste|olá|ola|oi|bom dia|cześć|hej)\b(?:[ \t]+([^\W\d_]+))?(?:[ \t]+(?:and|&|und|et|y|e|en|i)[ \t]+[^\W\d_]+)?[ \t]*(?:[,!.:]|(?=\n))\s*",
    re.IGNORECASE,
)
_MARK = re.compile(r"\n-- ?\n")
_NAME = re.compile(r"(?:[A-ZÀ-ÞŁŚŽ][\w'’.-]*\.?)(?:[ \t]+[A-ZÀ-ÞŁŚŽ][\w'’.-]*\.?){0,2}[.!]?")
_PROPER = r"(?-i:[A-ZÀ-ÞŁŚŽ][a-zß-ÿąćęłńóśźż]+)"
_CLOSING = r"(?:(?:all the |very )?best(?: wishes| regards)?|(?:kind(?:est)?|warm(?:est)?) (?:wishes|regards)|regards|sincerely|yours|love|cheers)"
_CLOSED = re.compile(rf"(?<!\.)[.!,;]\s*{_CLOSING}[,!. ]\s*({_PROPER}(?: {_PROPER})?)[.!]?\Z", re.IGNORECASE)
# Straight after the word itself only where that takes no object: "AGREE Jonas" is signed, "I confirm Jonas" is about him.
_BARE = re.compile(
    rf"(?:(?<!\.)[.!,;]\s+|\s*/\s*|(?:(?<=agree)|(?<=agreed)|(?<=yes)|(?<=confirmed)|(?<=thanks)|(?<=thank you)|(?<=danke)|(?<=merci)|(?<=gracias)|(?<=grazie)|(?<=bedankt)|(?<=dzięki))\s+)({_PROPER}(?: {_PROPER})?)(?: [A-Z]\.)?[.!]?\Z",
    re.IGNORECASE,
)


def is_name(text: str) -> bool:
    """Whether it looks like somebody's name or initials, and like no word that we know."""
    text = text.strip()
    known = grammar("consent").known | grammar("change").known
    return (
        len(text) <= 30
        and bool(_NAME.fullmatch(text))
        and not any(w.text in known for w in words(text) if w.end - w.start > 1)
    )


def bare(text: str) -> str:
    """The text without all of these, for what needs no more care than an invitation."""
    return unnamed(unsigned(ungreeted(text)))


def ungreeted(text: str) -> str:
    """The text without "Hi Maya," before it, unless what is greeted is a word that may mean something."""
    hello = _GREETING.match(text)
    if hello and (not hello[1] or hello[1].lower() not in grammar("consent").known - {"all", "both", "there"}):
        return text[hello.end() :]
    return text


def unsigned(text: str) -> str:
    """The text without names below a signature's mark, and without a name on a last line of its own or after a dash."""
    mark = _MARK.search(text)
    named = mark is not None and all(map(is_name, filter(str.strip, text[mark.end() :].splitlines())))
    body = text[: mark.start()] if mark and named else text
    head, _, last = body.rstrip().rpartition("\n")
    if head.strip() and is_name(last):
        return head
    inline = re.search(r"\s+[-–—]\s*(\S[^\n]{0,30})\Z", body.rstrip())
    return body[: inline.start()] if inline and is_name(inline[1]) else body


def unnamed(text: str, names: Collection[str] = ()) -> str:
    """The text without a name at the end of its last sentence ("Yes. Best, Maya", "Confirmed. Nuria").

    Without a closing before it only a name that is known counts, one of `names` or a common one: any other lone word may
    be a second thought ("Yes. Provisionally"). For replies that are a yes or a no once the name is gone.
    """
    text = text.rstrip()
    closed, bare = _CLOSED.search(text), _BARE.search(text)
    if closed and is_name(closed[1]):
        return text[: closed.start()]
    known = _common() | {part.lower() for name in names for part in name.split()}
    return text[: bare.start()] if bare and set(bare[1].lower().split()) <= known else text


@functools.cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("first_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(" ".join(lines[1:]).split())
