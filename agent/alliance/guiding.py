"""Ideas and tools when somebody asks, to that person alone, who is the only one to know (S39, S45, F41, F54)."""

import re
from datetime import timedelta

from agent.alliance import draft as page
from agent.alliance import letters, question
from agent.alliance.event import Replied
from agent.alliance.guide import Guide, Tool, Topic
from agent.alliance.model import Phase
from agent.alliance.turn import Turn

_ASKED = re.compile(r"\W*(?P<what>IDEAS|TOOLS)\b")  # in capitals and in front: then all of it is the request
_ALONE = re.compile(r"\W*(?:please\W+)?(?P<what>ideas|tools)(?:\W+please)?\W*", re.IGNORECASE)  # or nothing else
_NUMBER = re.compile(
    r"\W*(?:please\W+)?(?:tools?|number|no\.?)?\s*#?(?P<number>\d{1,2})\W*(?:please|thanks)?\W*", re.IGNORECASE
)
_TEAM = re.compile(r"\W*ASK(?i:\s+(?:the team\s+)?about)?(?i:\s+line)?(?:\s*#?(?P<number>\d{1,3}))?\W*")
_ONCE = timedelta(days=30)  # a team is asked about one line
_HOW = re.compile(
    r"\b(?:how (?:do|can|could|should|would|might) (?:i|we)|what (?:can|could|do|should|would) (?:i|we)|any (?:ideas|advice|tips)|what helps)\b",
    re.IGNORECASE,
)


def asked(turn: Turn, event: Replied, *, prompt: bool) -> bool:
    """IDEAS or TOOLS in front of a reply; False when it begins otherwise. To a prompt "ideas" may be the answer."""
    found = _ASKED.match(event.text) or (None if prompt else _ALONE.fullmatch(event.text))
    if found is None:
        return False
    if found["what"].upper() == "IDEAS":
        ideas(turn, event)
    else:
        tools(turn, event)
    return True


def ideas(turn: Turn, event: Replied) -> None:
    """Three ideas about what is named, else about what the answered letter is about, else the topics to choose from."""
    guide = turn.guide(event.participant)
    topic = guide.topic_of(event.text) or guide.topic_of(_matter(turn, event.about))
    _give(turn, event, guide, topic)


def question_asked(turn: Turn, event: Replied) -> bool:
    """A plain question such as "how do we talk about money?" asks for ideas too; False when no topic is known."""
    guide = turn.guide(event.participant)
    topic = guide.topic_of(event.text) if "?" in event.text and _HOW.search(event.text) else None
    if topic is not None:
        _give(turn, event, guide, topic)
    return topic is not None


def _give(turn: Turn, event: Replied, guide: Guide, topic: Topic | None) -> None:
    agreed = turn.alliance.phase in (Phase.AGREED, Phase.CHANGING)
    titles = () if topic else tuple(t.title for t in guide.topics)
    letter = letters.Ideas(topic.title if topic else "", topic.ideas if topic else (), titles, agreed)
    turn.say(event.participant, letter, f"final:{turn.alliance.agreed}" if agreed else event.about)


def asks_team(turn: Turn, event: Replied) -> bool:
    """ASK and the number of a line: all of the team are asked whether it still fits, and not told by whom (S39)."""
    alliance, found = turn.alliance, _TEAM.fullmatch(event.text)
    if found is None or not turn.flow.is_team or alliance.phase != Phase.AGREED or alliance.in_force is None:
        return False
    lines, number = alliance.in_force.lines, int(found["number"] or 0)
    if not 1 <= number <= len(lines):
        kind = "number" if number else "which_line"
        turn.say(event.participant, letters.AskBack(kind, event.text, 0, number), f"heard:{alliance.agreed}")
        return True
    line = lines[number - 1]
    lately = tuple((i, at) for i, at in alliance.asked_about if turn.now - at < _ONCE)
    again = any(i == line.id for i, _ in lately)
    if not again:
        turn.change(asked_about=(*lately, (line.id, turn.now)))
    letter = letters.TeamLine(number, page.line_text(turn.flow, alliance, line))
    for p in alliance.present:
        if p.number == event.participant or not again:
            turn.say(p.number, letter, f"heard:{alliance.agreed}")
    return True


def _matter(turn: Turn, about: str) -> str:
    """What the answered letter is about, in words that its reader has seen: needs of a digest, or a line."""
    kind, _, key = about.partition(":")
    alliance = turn.alliance
    if kind == "digest":
        return " ".join(r.care for r in alliance.checkins[int(key) - 1].replies)
    if kind in ("repair", "pass"):
        return alliance.passages[int(key) - 1].text
    if kind == "trial":
        return next(
            (line.text for d in alliance.drafts for line in d.lines if line.id == alliance.trials[int(key)].line), ""
        )
    return ""


def tools(turn: Turn, event: Replied) -> bool:
    """The list, or the one that is named by its number; False when a reply to the list names neither."""
    guide, number = turn.guide(event.participant), _NUMBER.fullmatch(event.text)
    place = int(number["number"]) if number else 0
    if 1 <= place <= len(guide.tools):
        turn.say(event.participant, _tool(turn, event.participant, guide, guide.tools[place - 1]), "tools")
    elif number or event.about != "tools" or _ASKED.match(event.text) or _ALONE.fullmatch(event.text):
        house = turn.house
        titles = tuple(t.title for t in guide.tools)
        turn.say(event.participant, letters.Tools(titles, guide.credit, house.coach, house.links), "tools")
    else:
        return False
    return True


def _tool(turn: Turn, number: int, guide: Guide, tool: Tool) -> letters.Tool:
    if tool.worksheet:
        asked_in = ((part.title, [q for q in part.prompts if q.counted]) for part in turn.flow.parts)
        parts = tuple(
            letters.ToolPart(title, tuple(question.words(turn, number, q.ask) for q in found))
            for title, found in asked_in
            if found
        )
    else:
        parts = tuple(letters.ToolPart(p.title, p.lines) for p in tool.parts)
    return letters.Tool(tool.title, tool.lead, parts, guide.credit, tool.worksheet)
