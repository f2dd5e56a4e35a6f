"""Samples of what keeps an agreement alive: trials, slips and mends, ideas and tools."""

from datetime import UTC, date, datetime

from agent.alliance import letters as l

_SLIP = (
    "I opened late twice this week. That left you with the queue. I have set two alarms and asked my sister to ring me."
)
_IDEAS = (
    "Pick the hour together. Ask: “When is a good time to look at the numbers?” Then stop at the end of it.",
    "Put the numbers on paper before you talk. Look at the paper side by side, not at each other.",
    "Ask, then wait. “What would make this easier for you?” Count to ten before you speak.",
)
_TOPICS = (
    "money",
    "silence",
    "feedback",
    "a quarrel",
    "a line that gets forgotten",
    "time together",
    "thanks",
    "trust",
)
_TOOLS = ("All the questions, to write on", "Feedback on one page", "When you clash, on one page")
_CREDIT = "The questions are from an article by Diane Hopkins Coaching, word for word. All else here is ours."


def samples() -> tuple[l.Letter, ...]:
    line = "Jonas: I open the shop by five, six days a week."
    monday = datetime(2026, 4, 6, 6, tzinfo=UTC)
    part = l.ToolPart("Before", ("Ask if now is a good time.", "Keep it to one thing. The next one can wait."))
    return (
        l.TrialEnds(8, "We take one hour apart, then talk the same day. (both, try until 2 April 2026)", date(2026, 4, 2)),
        l.PassOnAsk(_SLIP, "Jonas", 7),
        l.PassOnAsk(_SLIP, "Jonas", 0),
        l.PassedOnWords(_SLIP, "Jonas"),
        l.PassedOnWords(_SLIP, ""),
        l.ToAndFro("Jonas", date(2026, 4, 9)),
        l.ToAndFro("Jonas", date(2026, 4, 9), "You always say that."),
        l.Repair("Jonas", _SLIP, 7, line),
        l.Repair("Jonas", "The oven is mended.", 0, "", slip=False),
        l.RepairReply("Jonas", "Thank you. Ring me when you are late, then I open the door.", 7),
        l.RepairReply("Jonas", "Thank you for saying so.", 0),
        l.Talk("Jonas", monday.date(), monday, "at the shop"),
        l.Talk("", monday.date(), None, ""),
        l.Talk("", None, None, ""),
        l.Ideas("money", _IDEAS, (), agreed=True),
        l.Ideas("money", _IDEAS, (), agreed=False),
        l.Ideas("", (), _TOPICS, agreed=True),
        l.Tools(_TOOLS, _CREDIT, "", ()),
        l.Tools(_TOOLS, _CREDIT, "Ana Reyes", ("https://coach.example/ana",)),
        l.Tool("Feedback on one page", "For the one who has something to say, and for the one who hears it.", (part,), _CREDIT),
        l.Tool("All the questions, to write on", "Fill it in alone, then read it to each other.", (part,), _CREDIT, blanks=True),
    )  # fmt: skip
