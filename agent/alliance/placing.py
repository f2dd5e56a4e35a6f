"""Where a reply belongs: commands are obeyed, and what this letter asked decides how its other words are read."""

import re
from dataclasses import replace

from agent.alliance import (
    agreeing,
    anytime,
    asking,
    ballot,
    closing,
    coming,
    gather,
    guiding,
    letters,
    looking,
    mending,
    renewing,
    revealing,
    rewording,
    settling,
    standing,
    trying,
)
from agent.alliance.event import Replied
from agent.alliance.model import Phase, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import AnswerReading

PROMPTS = ("prompt", "follow", "all")
# numbers and letters mean their own here
PAGES = (
    "draft", "final", "checkin", "digest", "rhythm", "settle", "reveal", "trial", "pass", "repair", "tools", "renewal",
    "vote", "mend", "left", "heard", "wait",
)  # fmt: skip
# count beside other words
_BESIDE = frozenset(
    ("stop", "close", "delete", "pause", "quiet", "status", "help", "data", "export", "human", "show", "who", "rules", "ideas", "tools")
)  # fmt: skip


def obeyed(turn: Turn, event: Replied, reading: AnswerReading, kind: str) -> bool:
    """A command alone is done at once; beside an answer after it, but to pause or leave comes first."""
    if kind in PAGES and reading.text:
        return _obeyed_beside(turn, event, reading, kind)
    if kind == "reveal" and [c.name for c in reading.commands] == ["explain"] and re.search(r"\w", event.text):
        return False  # "what do you mean by early?" is for whoever wrote it
    if not reading.commands:
        if reading.unsure is not None and kind not in PAGES:
            anytime.doubt(turn, event, reading.unsure, "answer" if kind in PROMPTS else "unclear")
            return True
        return False
    answering = turn.p(event.participant).stage == Stage.ANSWERING
    takes = (Phase.ASKING,) if turn.flow.is_team else (Phase.ASKING, Phase.DRAFTING)
    asked = turn.alliance.phase in takes or answering
    filed = kind in PROMPTS and asked and _has_words(reading)
    first = [c for c in reading.commands if c.name in ("stop", "close", "delete", "pause")]
    done = False
    for command in first:
        done = anytime.obey(turn, event, command) or done
    if filed and (not first or all(c.name == "pause" for c in first)):
        asking.answered(turn, event, reading)
    for command in reading.commands:
        if command not in first and not (filed and command.name in ("pass", "later")):
            done = anytime.obey(turn, event, command) or done
    return done or filed


def _has_words(reading: AnswerReading) -> bool:
    return bool(reading.text or reading.private or reading.labelled)


def _obeyed_beside(turn: Turn, event: Replied, reading: AnswerReading, kind: str) -> bool:
    """Beside words about a page: "Not sure about 6 yet. PAUSE". A yes with company is asked about, never taken (F29)."""
    commands = [c for c in reading.commands if c.name in _BESIDE]
    for command in commands:
        anytime.obey(turn, event, command)
    if not commands or turn.p(event.participant).stage == Stage.LEFT:
        return bool(commands)
    words = replace(event, text=reading.text)
    if kind in (
        "settle",
        "reveal",
        "checkin",
        "trial",
        "pass",
        "repair",
        "renewal",
        "vote",
        "mend",
        "left",
        "heard",
        "wait",
    ):
        place(turn, words, reading, kind, event.about.partition(":")[2])
    elif kind in ("draft", "final"):
        agreeing.beside(turn, words, int(event.about.partition(":")[2]))
    return True


def place(turn: Turn, event: Replied, reading: AnswerReading, kind: str, key: str) -> None:
    """What this letter asked decides how its reply is read."""
    number = event.participant
    phase = turn.alliance.phase
    match kind:
        case "prompt" if key in _rhythm_prompts(turn) and phase in (Phase.AGREED, Phase.CHANGING):
            if not looking.change_rhythm(turn, number, event.text, asked=True):
                agreeing.change_asked(turn, number, event.text)
        case "prompt" | "follow" | "all" if turn.p(number).stage == Stage.ANSWERING:
            _answer(turn, event, reading)
        case "prompt" | "follow" | "all" if turn.flow.is_team and phase == Phase.DRAFTING:
            standing.late_line(turn, event, reading)
        case "prompt" | "follow" | "all" if phase in (Phase.AGREED, Phase.CHANGING):
            agreeing.change_asked(turn, number, event.text)  # answers can be corrected until sign-off (F14)
        case "prompt" | "follow" | "all" if phase == Phase.DRAFTING and agreeing.is_about_draft(turn, event):
            turn.say(
                number,
                letters.AskBack("draft", event.text, turn.alliance.drafts[-1].version, 0),
                f"draft:{len(turn.alliance.drafts)}",
            )
        case "prompt" | "follow" | "all":
            _answer(turn, event, reading)
        case "reveal":
            revealing.revealed_reply(turn, event, key)
        case "heard" | "wait" | "vote" | "rules" | "left" | "mend" | "who" | "sent" if turn.flow.is_team:
            _to_team(turn, event, kind, key)
        case "settle":
            settling.settled_reply(turn, event, key)
        case "draft" | "final" if reading.private:
            if not agreeing.beside(turn, event, int(key)):
                turn.say(
                    number,
                    letters.AskBack("draft" if turn.p(number).stage == Stage.REVIEWING else "unclear", "", int(key), 0),
                    event.about,
                )
        case "draft" | "final":
            agreeing.page_reply(turn, event, int(key))
        case "trial" | "pass" | "repair" | "tools":
            _to_living(turn, event, reading, kind, key)
        case "checkin" if (
            not turn.flow.is_team and looking.is_about_page(event.text) and agreeing.names_line(turn, event)
        ):
            agreeing.page_reply(turn, event, turn.alliance.agreed)
        case "checkin":
            looking.reply(turn, event, int(key))
        case "renewal" if phase in (Phase.AGREED, Phase.CHANGING):
            renewing.reply(turn, event, int(key))
        case "digest" if closing.worth_reply(turn, event, int(key)):
            pass
        case "digest" | "rhythm":
            if looking.change_rhythm(turn, number, event.text):
                return
            if kind == "digest" and looking.nothing_to_change(turn, event):
                return
            answer = standing.aside if turn.flow.is_team else agreeing.page_reply
            answer(turn, event, turn.alliance.agreed)
        case "paused":
            anytime.resume(turn, number)
        case _:
            _unasked(turn, event, reading)


def _to_team(turn: Turn, event: Replied, kind: str, key: str) -> None:
    """A reply to what only a team is asked and told."""
    match kind:
        case "vote" | "rules":
            ballot.voted(turn, event)
        case "mend":
            rewording.reply(turn, event, int(key))
        case "left":
            coming.home_found(turn, event, int(key))
        case "heard" | "wait":
            standing.aside(turn, event, int(key))
        case _:
            gather.mend(turn, event)


def _to_living(turn: Turn, event: Replied, reading: AnswerReading, kind: str, key: str) -> None:
    """A reply to what keeps an agreement alive: a trial that ends, words that may go on, the list of tools."""
    match kind:
        case "trial":
            trying.reply(turn, event, int(key))
        case "pass":
            mending.reply(turn, event, int(key))
        case "repair":
            mending.answered(turn, event, int(key))
        case _:
            if not guiding.tools(turn, event):
                _unasked(turn, event, reading)


def _answer(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    words = bool(reading.text or reading.private or reading.labelled or reading.both)
    if reading.not_an_answer or not words:
        opened = turn.p(event.participant).open
        if opened is not None and opened.about == event.about:
            turn.set(event.participant, open=replace(opened, asked_back=opened.asked_back + 1))
        turn.say(event.participant, letters.AskBack("answer", event.text, 0, 0), event.about)
        return
    asking.answered(turn, event, reading)


def _unasked(turn: Turn, event: Replied, reading: AnswerReading) -> None:
    """Words in reply to a letter that asked nothing: labelled answers are filed, all else is asked about."""
    if (
        (reading.labelled or reading.both)
        and not reading.text
        and turn.alliance.phase in ((Phase.ASKING,) if turn.flow.is_team else (Phase.ASKING, Phase.DRAFTING))
    ):
        asking.answered(turn, event, reading)
    else:
        turn.say(event.participant, letters.AskBack("unclear", event.text, 0, 0), event.about)


def _rhythm_prompts(turn: Turn) -> tuple[str, ...]:
    return tuple(q.id for q in turn.flow.prompts.values() if q.kind == "rhythm")
