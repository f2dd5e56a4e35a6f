"""What members of a team say: how it begins, their vote on the rules, and their word on the team's page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.alliance.words.commands import command_of
from agent.alliance.words.courtesy import bare
from agent.alliance.words.grammar import grammar, texts
from agent.alliance.words.tokens import LONGEST, sentences, straight, words

Way = Literal["", "first", "together", "team"]
_LETTERS = re.compile(r"(?:(\d{1,2})\W{0,3})?\b\(?([a-z])\)?(?=$|[\s,;.)/|]|\d)", re.IGNORECASE)
_LEFT = re.compile(  # "the rest I don't care": left to the others
    r"\b(?:the )?(?:rest|others?)(?: is| are)?(?: i)? (?:don't (?:care|mind)|whatever|up to you|as you like)\b|\b(?:i )?don't (?:care|mind) about (?:the )?(?:rest|others?)\b",
    re.IGNORECASE,
)
_RUN = re.compile(r"\b[a-z]+\b", re.IGNORECASE)
_OBJECTS = re.compile(
    r"(?:^|(?<=[.!?\n;]))\W{0,20}(?:but |and |sorry,? )*(?:i |we )?(?:(?:do|must|have to|would|want to|still) )*object(?:ion)?s? "
    r"(?:to |against |on )?(?:the )?(?:line |point |no\.? |number |#)*(\d{1,3})\b[ \t]*[,:;.–—-]*\s*(?:because |since |as )?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection to one line. `why` says what harm it could do, in the member's words; "" when none was named."""

    number: int
    why: str


def said(text: str) -> frozenset[str]:
    """The one thing that a short reply to a team's letter says, as the classes of `team.lark`; empty when it is anything else."""
    found = [s.text for s in sentences(bare(text[:LONGEST]))]
    if len(text) > LONGEST or not found:
        return frozenset()
    readings = [grammar("team").classes(s) for s in found]
    if not all(readings):
        return frozenset()
    return frozenset(name for reading in readings for classes in reading[:1] for name in classes)


def read_way(text: str) -> Way:
    """FIRST, TOGETHER or TEAM (T02); "" when it is none of them, or more than one."""
    found = said(text)
    ways: tuple[Way, ...] = ("first", "together", "team")
    return next((w for w in ways if found == {w}), "")


def read_sort(text: str, sorts: Mapping[str, Sequence[str]]) -> str:
    """What sort of team it is (S27), from words such as "our family" or "a choir of nine"; "" when none or several are named.

    It changes examples and nothing else, so that a word in passing does no harm.
    """
    low = straight(text[:LONGEST]).casefold()
    named = {
        sort
        for sort, names in sorts.items()
        for name in names
        if re.search(rf"\b(?:our|my|the|a|this) (?:\w+ )?{re.escape(name)}\b", low)
    }
    return named.pop() if len(named) == 1 else ""


def read_ballot(text: str, options: Sequence[tuple[str, Mapping[str, str]]]) -> dict[str, str] | None:
    """A vote on the rules (T04): for each rule's id the key that was chosen, "" where it is left to the others.

    `options` has for each rule its id and the words of its options by key. "a b b a", "abba", "1a 3c", or the words of
    options ("names, every month"). None when nothing of it can be told, or two things are said of one rule.
    """
    body = straight(bare(text[:LONGEST])).strip()
    command = command_of(body)
    if command is not None and command.name == "pass":
        return {rule: "" for rule, _ in options}
    letters = _by_letter(body, options)
    return letters if letters is not None else _by_words(body, options)


def _by_letter(body: str, options: Sequence[tuple[str, Mapping[str, str]]]) -> dict[str, str] | None:
    run = _RUN.fullmatch(body.rstrip(".! "))
    if run and len(run.group()) == len(options):
        body = " ".join(run.group())
    marks = list(_LETTERS.finditer(body))
    left = _LETTERS.sub(" ", body)
    if not marks or re.search(r"\w", left):
        return None
    numbered = [m for m in marks if m[1]]
    if (numbered and len(numbered) < len(marks)) or (not numbered and len(marks) != len(options)):
        return None
    places = [int(m[1]) for m in marks] if numbered else list(range(1, len(options) + 1))
    picks = {rule: "" for rule, _ in options}
    for place, mark in zip(places, marks, strict=True):
        if not 1 <= place <= len(options) or places.count(place) > 1:
            return None
        rule, keys = options[place - 1]
        if mark[2].lower() not in keys:
            return None
        picks[rule] = mark[2].lower()
    return picks


def _by_words(body: str, options: Sequence[tuple[str, Mapping[str, str]]]) -> dict[str, str] | None:
    """Words of the options themselves, and nothing else but a choosing: one for a rule counts, none leaves it."""
    body = _LEFT.sub(" ", re.sub(r"\b(month|quarter)ly\b", r"every \1", body, flags=re.IGNORECASE))
    for said in (w.split() for _, keys in options for w in keys.values()):
        for n in range(len(said) - 1, 1, -1):  # "no names" for "no names until the draft"
            begun = rf"\b{re.escape(' '.join(said[:n]))}\b(?! {re.escape(said[n])})"
            body = re.sub(begun, " ".join(said), body, flags=re.IGNORECASE)
    low = f" {' '.join(re.findall(r'[a-z]+', body.lower()))} "
    left = f" {' '.join(texts(words(body)))} "
    for option in sorted((w for _, keys in options for w in keys.values()), key=len, reverse=True):
        left = left.replace(f" {' '.join(texts(words(option)))} ", " | ")
    if not all(
        not piece.split() or grammar("choice").whole(tuple(piece.split()), "between") for piece in left.split("|")
    ):
        return None
    picks = {}
    for rule, keys in options:
        found = [key for key, option in keys.items() if f" {' '.join(re.findall(r'[a-z]+', option.lower()))} " in low]
        longest = [k for k in found if not any(k != o and keys[k].lower() in keys[o].lower() for o in found)]
        if len(longest) > 1:
            return None
        picks[rule] = longest[0] if longest else ""
    return picks if any(picks.values()) else None


def read_objections(text: str) -> tuple[tuple[Objection, ...], str]:
    """The objections in a reply to a team's page, and the words around them (T12)."""
    body = text[:LONGEST]
    marks = list(_OBJECTS.finditer(body))
    found = []
    ends = [*(m.start() for m in marks[1:]), len(body)]
    for mark, end in zip(marks, ends, strict=False):
        found.append(Objection(int(mark[1]), " ".join(body[mark.end() : end].split())))
    return tuple(found), (body[: marks[0].start()] if marks else body).strip() + text[LONGEST:]
