"""What stands below somebody's answers again and again, word for word: a signature, though nothing else betrays it.

It is learned from that person's own answers to prompts, which the alliance keeps anyway, so that nothing is stored for it
and an erasure forgets it. Replies to other letters teach nothing: there a word or two that is said each time is the answer.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

from agent.alliance.model import Answer
from agent.alliance.words import (
    read_answer,
    read_approval,
    read_checkin,
    read_choice,
    read_consent,
    read_invitation,
    read_rhythm,
    read_schedule,
    read_zone,
)
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import words

WHY = "signature, the same as below earlier answers"

_GAP = re.compile(r"\n[ \t]*\n\s*")
_LETTER = re.compile(r"[^\W\d_]")
_SHORTEST = 3  # words of a paragraph: who answers in one or two says the same twice
_LONGEST = 1_500  # characters: no signature is longer, and an answer that somebody pastes may be
_MOST = 8  # paragraphs of it
_MANY = 999  # lines of a draft: any number may be one
_LABELS = [f"{number}{letter}" for number in ("", *range(1, 21)) for letter in "ABCDEF"]
_THEN = datetime(2000, 1, 1, tzinfo=UTC)  # which day a "tomorrow" means is nothing here
_CONSENTS = ("yes", "no", "hedge", "defer", "lean", "receipt")
_LISTED = re.compile(r"[ \t]*(?:\d{1,3}[.):]|[-*•–+][ \t]|\w[.):]\s)")
# Somebody speaks, or makes a condition. Signatures with such a word stay: a lost "but only if" would be a false yes.
_SPEAKS = re.compile(
    r"[?？]|\b(?:i|me|my|we|us|our|you|your|he|him|she|they|them|if|but|unless|except|only|not|no|never|don't|until|till|when|once|after|before|provided|assuming|given|depend\w*|subject to|pending|contingent|barring|minus|excluding|without|reserv\w*|provisional\w*|tentative\w*|approval|as|or|yes|keep|same|numbers"
    r"|ich|mir|mich|wir|uns|du|dir|ihr|sie|wenn|aber|nur|nicht|kein\w*|nie|außer|sofern|falls|bis|erst|oder|ja|nein|ohne|vorbehalt\w*|je|moi|nous|tu|vous|si|mais|sauf|seulement|pas|jamais|quand|avant|après|ou|oui|non|sans|réserve|sous"
    r"|yo|nosotros|usted|pero|salvo|solo|sólo|nunca|cuando|sí|sin|sujeto|reserva|io|noi|voi|se|ma|solo|mai|quando|sì|senza|riserva|ik|wij|jij|als|maar|alleen|niet|nooit|nee|zonder|voorbehoud|eu|nós|mas|só|não|sim|jag|vi|om|men|inte|utan|förbehåll)\b",
    re.IGNORECASE,
)


def parted(text: str, about: str, mine: Iterable[Answer]) -> tuple[str, str]:
    """The words of a reply to this letter, and the tail below them, "" for none. `mine` are the writer's earlier answers.

    A tail begins a paragraph below other words, as it did below at least two answers to other prompts, given in two
    replies. What any reader of words makes something of is no tail, and neither is what an introduction announces.
    """
    prompt = about.partition(":")[2]
    before = [(a.prompt, a.cause, _tails(a.text)) for a in mine if a.prompt != prompt]
    for at in _starts(text):
        words_above, tail = text[:at].rstrip(), text[at:]
        same = [(p, cause) for p, cause, tails in before if _plain(tail) in tails]
        often = min(len({p for p, _ in same}), len({cause for _, cause in same})) > 1
        if often and not words_above.endswith(":") and not _says(tail):
            return words_above, tail
    return text, ""


def _starts(text: str) -> list[int]:
    """Where the last paragraphs begin, but never the first of all."""
    first = len(text) - len(text.lstrip())
    gaps = _GAP.finditer(text, max(first, len(text) - _LONGEST))
    return [gap.end() for gap in gaps if gap.end() < len(text)][-_MOST:]


def _tails(text: str) -> frozenset[str]:
    return frozenset(_plain(text[at:]) for at in _starts(text))


def _plain(text: str) -> str:
    """The words as they are, however the lines break; an answer that was kept has lost its ornamental letters."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _says(tail: str) -> bool:
    """Whether it may be meant: all of it or one of its lines."""
    paragraphs = [[w for w in paragraph.split() if _LETTER.search(w)] for paragraph in _GAP.split(tail)]
    if min(map(len, paragraphs)) < _SHORTEST or _SPEAKS.search(tail):
        return True
    lines = [line for line in tail.split("\n") if line.strip() and not _signs_off(line)]
    shouted = (word for line in lines if (word := line.split()[0]).isupper())
    return any(_LISTED.match(line) or _is_read(line) for line in {"\n".join(lines), *lines, *shouted})


def _signs_off(line: str) -> bool:
    """As in "Kind regards," or "Thanks,": courtesies, which agree to nothing."""
    return line.rstrip().endswith(",") and any(r <= {"soft", "thanks"} for r in grammar("consent").classes(line))


def _is_read(text: str) -> bool:
    """Whether any of the readers makes something of these words, whatever was asked; of a consent a clause is enough."""
    answer, consent, checkin = read_answer(text, now=_THEN), read_consent(text, _MANY), read_checkin(text)
    return bool(
        (answer.commands or answer.unsure or answer.private or answer.both or answer.care)
        or (consent.verdict not in ("unclear", "not_an_answer") or consent.leaning)
        or any(name in _CONSENTS for name, _, _ in grammar("consent").scan(texts(words(text))))
        or (read_invitation(text).verdict != "unclear" or read_approval(text).verdict in ("send", "short", "stop"))
        or (checkin.rating or checkin.line or checkin.hide or checkin.passed or checkin.unclear)
        or (read_choice(text, _LABELS).picks or read_zone(text) or read_schedule(text) or read_rhythm(text))
    )
