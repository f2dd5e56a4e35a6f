"""What somebody said to a prompt, kept as versions: a new answer, a correction, the two together, nothing (F13, F14)."""

import re
from dataclasses import replace

from agent.alliance import agreeing, letters, settling
from agent.alliance import draft as page
from agent.alliance.model import Answer, Note, Phase
from agent.alliance.turn import Turn
from agent.alliance.words import (
    AnswerReading,
    read_answer,
    read_in_confidence,
    read_meeting,
    read_rhythm,
    read_zone,
    say_rhythm,
    say_rule,
)

KEEPS = re.compile(  # "Keep that": the words of one's own that the letter showed (S24), and what is added to them
    r"(?:(?:yes|ok|sure)\b[,.]?\s*)?(?:please\s+)?(?:keep|behalten|the same|same)\b(?:\s+(?:it|that|this|those|them|both))?(?:,?\s+(?:as (?:it|that) is|please|thanks|thank you))*"
    r"\s*(?:[.,;:!–—-]+\s*(?:and\s+|plus\s+)?|\n+\s*|\Z|(?:and|plus)\s+)",
    re.IGNORECASE,
)


_ALL = re.compile(r"\b(?:any|all|none|anything|everything|nothing|alles|nichts|davon)\b", re.IGNORECASE)


def keep(turn: Turn, said: Answer) -> None:
    """File an answer, and note what was stored, and how it was read."""
    said = in_confidence(turn, said)
    number, prompt_id = said.participant, said.prompt
    prompt, old = turn.told(number).prompts[prompt_id], turn.alliance.answer(number, prompt_id)
    anew = old is not None and not old.passed and turn.alliance.answered(number, prompt_id)
    again = old if old is not None and not turn.alliance.answered(number, prompt_id) else None
    if again and (keeps := KEEPS.match(said.text)) and (not again.passed or keeps.end() == len(said.text)):
        text, private = _still(again, said, keeps.end())
        said = replace(said, cause=said.cause if text != again.text else again.cause, private=private)
    else:
        text, private = _special(turn, number, prompt_id, said.text), said.private
    if not text and not private:  # NUMBERS alone, or beside a PASS: our suggestion stands
        passed(turn, number, prompt_id, said.cause)
        return
    store(turn, replace(said, text=text))
    turn.note(number, Note("replaced" if anew else "kept", prompt.title, text, lines_of(private)))
    turn.set(number, later=tuple(x for x in turn.p(number).later if x[0] != prompt_id))
    _read_values(turn, number, prompt_id, text)
    if old is not None:
        after_correction(turn, number, prompt_id, old)


def in_confidence(turn: Turn, said: Answer) -> Answer:
    """An answer that asks in other words than PRIVATE to be kept from others is its author's alone: too much is private, and told."""
    others = turn.alliance.others(said.participant)
    if not others:
        return said
    text, kept = read_in_confidence(said.text, (p.name for p in others))
    if not kept:
        return replace(said, text=text)
    return replace(said, text="", private="\n\n".join(filter(None, (text, said.private))))


def all_in_confidence(turn: Turn, number: int, reading: AnswerReading) -> AnswerReading:
    """Where several answers come in one mail, a wish beside them, or for all of them, holds for each but those with SHARE."""
    if not reading.labelled:
        return reading
    names = [p.name for p in turn.alliance.others(number)]
    labelled = [(prompt, text, *read_in_confidence(text, names)) for prompt, text in reading.labelled]
    beside = read_in_confidence(reading.text, names)[1] or any(
        kept and _ALL.search(text) for _, text, _, kept in labelled
    )
    if not (names and beside):
        return reading
    hidden, left = dict(reading.own), []
    for prompt, text, shared, _ in labelled:
        mine = shared == text and read_answer(text, now=turn.now).text  # no SHARE stands there, and no PASS alone
        left.append((prompt, "" if mine else text))
        if mine:
            hidden[prompt] = "\n\n".join(filter(None, (text, hidden.get(prompt, ""))))
    return replace(reading, labelled=tuple(left), own=tuple(hidden.items()))


def _still(old: Answer, said: Answer, end: int) -> tuple[str, str]:
    """KEEP, when a prompt is asked anew: the old words, private ones too, and what is added to them."""
    return f"{old.text}\n{said.text[end:]}".strip(), "\n".join(filter(None, (old.private, said.private)))


def _special(turn: Turn, number: int, prompt_id: str, text: str) -> str:
    """What is no word of the answer: "Keep that" for words shown (S24), NUMBERS for the rhythm (decision 16)."""
    quoted = turn.alliance.answer(number, turn.flow.prompts[prompt_id].quote)
    if quoted is not None and quoted.text and (keeps := KEEPS.match(text)):
        return f"{quoted.text}\n{text[keeps.end() :]}".strip()
    if turn.flow.prompts[prompt_id].kind != "rhythm" or not (
        found := re.search(r"(?:\b(?i:numbers)\b|\bZAHLEN\b)[.,;]?", text)
    ):
        return text
    turn.set(number, numbers=True)
    turn.note(number, Note("numbers_on"))
    rest = (text[: found.start()] + text[found.end() :]).strip(" ,;\n")
    return "" if page.plain(rest) in ("", "pass") else rest


def _read_values(turn: Turn, number: int, prompt_id: str, text: str) -> None:
    """Read a date rule or a rhythm out of free words, and say how it was read (S21, F33)."""
    kind = turn.flow.prompts[prompt_id].kind
    if kind in ("meeting", "between") and (zone := read_zone(text)):
        turn.set_person(replace(turn.person(number), zone=zone))
        turn.note(number, Note("zone", text=zone))
    if kind == "meeting" and (rule := read_meeting(text).rule):
        turn.note(number, Note("rule", text=say_rule(rule, turn.language(number))))
    if kind == "rhythm" and (rhythm := read_rhythm(text, turn.flow.checkin.rhythm)):
        turn.note(number, Note("rhythm", text=say_rhythm(rhythm, turn.language(number))))


def keep_both(turn: Turn, number: int, prompt_id: str, cause: str) -> bool:
    """BOTH: the two newest versions count together (decision 10). False when there are no two."""
    versions = [a for a in turn.alliance.answers if (a.participant, a.prompt) == (number, prompt_id) and not a.passed]
    if len(versions) < 2:
        return False
    if versions[-2].text in versions[-1].text:
        return False  # they are together already
    text = f"{versions[-2].text}\n{versions[-1].text}"
    private = "\n".join(filter(None, (versions[-2].private, versions[-1].private)))
    store(turn, Answer(number, prompt_id, text, private, turn.now, cause))
    turn.note(number, Note("joined_answers", turn.told(number).prompts[prompt_id].title, text))
    after_correction(turn, number, prompt_id, versions[-1])
    return True


def store(turn: Turn, answer: Answer) -> None:
    """File a version of an answer; the newest counts."""
    turn.change(answers=(*turn.alliance.answers, answer))


def passed(turn: Turn, number: int, prompt_id: str, cause: str) -> None:
    """PASS: nothing is shown, and never with a name (decision 11); an answer nobody has seen yet is taken back.

    What others have seen stays, and when a prompt is asked anew, who passes it leaves their old words as they are.
    """
    old, title = turn.alliance.answer(number, prompt_id), turn.told(number).prompts[prompt_id].title
    if old is not None and not turn.alliance.answered(number, prompt_id):
        store(turn, replace(old, at=turn.now))
    elif old is None or turn.flow.part_of(prompt_id).id not in turn.alliance.revealed:
        store(turn, Answer(number, prompt_id, "", "", turn.now, cause, passed=True))
        old = None
    if old is None or old.passed:
        turn.note(number, Note("passed", title))
    else:
        turn.note(number, Note("kept", title, old.text, lines_of(old.private)))


def after_correction(turn: Turn, number: int, prompt_id: str, old: Answer) -> None:
    """A correction after the reveal goes to all as WAS and NOW, and the draft follows (decision 12)."""
    new = turn.alliance.answer(number, prompt_id)
    assert new is not None
    part = turn.flow.part_of(prompt_id)
    if old.text == new.text:
        return
    if part.id in turn.alliance.revealed:
        newest = turn.alliance.draft
        voided = (
            newest.version if newest and any(c.version == newest.version for c in turn.alliance.confirmations) else 0
        )
        name = "" if turn.alliance.rules.get("names") == "hidden" else turn.p(number).name
        for p in turn.alliance.others(number):
            title = turn.told(p.number).prompts[prompt_id].title
            turn.say(p.number, letters.Correction(name, title, old.text, new.text, voided), f"reveal:{part.id}")
    kept = tuple(s for s in turn.alliance.settlements if s.prompt != prompt_id or s.outcome is None)
    turn.change(settlements=kept)  # the words that were settled are no longer said: each stands with its name
    if turn.alliance.phase == Phase.DRAFTING:
        settling.take_values(turn)
        agreeing.redraft(turn, number)


def lines_of(private: str) -> int:
    return len([line for line in private.splitlines() if line.strip()])
