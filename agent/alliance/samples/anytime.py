"""Samples of what is said at any time."""

from datetime import date

from agent.alliance import letters as l
from agent.alliance.model import Note
from agent.alliance.samples.people import BARE, MARCH, NAMES, OWN, PAGE


def samples() -> tuple[l.Letter, ...]:
    ask = "How do you prefer to be critiqued? What is good feedback to you?"
    stages = (
        "preparing",
        "approving",
        "hosting",
        "invited",
        "answering",
        "waiting",
        "reading",
        "settling",
        "reviewing",
        "living",
    )
    places = ("setup", "invited", "asking", "drafting", "agreed", "changing", "ended")
    unclear = (
        "yes", "draft", "question", "which_line", "what_words", "number", "rating", "choice", "answer", "send", "held", "pass_on", "not_own", "why_words", "hidden_number", "delete",
        "nothing_yet", "checkin_over", "renewal", "renewal_over", "redesign", "stop", "pause", "unclear",
    )  # fmt: skip
    return (
        *(l.Help(ask if stage == "answering" else "", stage) for stage in stages),
        *(l.Status(l.StatusRow(NAMES, where, 5, 12, ask if where == "asking" else "", date(2026, 4, 2) if where == "agreed" else None, where == "asking"))
          for where in places),
        l.Status(
            l.StatusRow(NAMES, "agreed", 12, 12, "", date(2026, 4, 2), paused=False),
            (
                l.OtherRow("Ben", "agreed", date(2026, 5, 4)), l.OtherRow("Cy", "asking", None), l.OtherRow("Dora", "asked", None),
                l.OtherRow("Emil", "changing", date(2026, 6, 1)), l.OtherRow("Finn", "setup", None), l.OtherRow("Gia", "invited", None),
                l.OtherRow("Hal", "drafting", None),
            ),
        ),
        l.Status(
            l.StatusRow(NAMES, "agreed", 12, 12, "", date(2026, 4, 2), paused=False),
            (l.OtherRow("", "bank", date(2026, 4, 2)),),
        ),
        l.Explain(ask, "When something you did was not good, how do you want to hear about it?", "Straight, the same day, and never in front of others.", "Good feedback"),
        l.Explain(ask, "When something you did was not good, how do you want to hear about it?", ""),
        *(l.AskBack(kind, "sounds good, talk Monday", 2, 9) for kind in unclear),
        l.AskBack("number", "Straight, the same day.", 0, 0),
        l.AskBack("unclear", "And the cat?", 0, 0, human=True),
        l.AskBack("which_line", "I am not sure about that one", 2, 0, human=True),
        l.AskBack("answer", "thanks", 0, 0, (Note("left_out", "", "I worry about the rent."),)),
        l.Paused(date(2026, 5, 12)),
        l.Paused(None),
        l.Goodbye(copy=True),
        l.Goodbye(copy=False),
        l.Left("Jonas", agreed=True),
        l.Left("Jonas", agreed=False, until=MARCH),
        l.AtRest(),
        *(l.WasThisYou("maya.lind@example.com", "Agree, much better", last) for last in (False, True)),
        l.Closed(MARCH),
        *(l.Unread(why, ask) for why in ("empty", "encrypted", "too large", "reaction", "unreadable")),
        l.Unread("empty", ""),
        l.MyData(OWN, PAGE),
        l.MyData(BARE, ()),
        l.EraseAsk(agreed=True),
        l.EraseAsk(agreed=False),
        l.EraseAsk(agreed=False, solo=True),
        l.Erased(agreed=True),
        l.Erased(agreed=False),
        l.Care(),
        l.Care(("Women’s line, 0800 000 000, day and night", "Talk to somebody: 0800 111 111")),
        l.Human(),
    )  # fmt: skip
