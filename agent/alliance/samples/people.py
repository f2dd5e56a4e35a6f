"""Who and what the samples are about: Maya and Jonas, who open a bakery. All people and words are examples."""

from datetime import UTC, datetime

from agent.alliance import letters as l
from agent.alliance.model import Note

ME, PARTNER, NAMES = "Maya", "Jonas", "Maya and Jonas"

MARCH = datetime(2026, 3, 3, 9, 14, tzinfo=UTC)
EVENING = datetime(2026, 3, 3, 18, 40, tzinfo=UTC)
WHY = (
    "Jonas is the person I call when things go sideways. I want us still to be friends in five years, "
    "and to say things early instead of stewing."
)
KEPT = (Note("kept", "Good thanks", "Say it in front of people."),)

PAGE = (
    l.PageSection("Why we are doing this", (l.PageLine(1, "We want still to be friends in five years. (Maya)"),)),
    l.PageSection("What we are out to do", (l.PageLine(2, "Open in May and pay ourselves by October. (both)"),)),
    l.PageSection(
        "How we want it to be",
        (l.PageLine(3, "Direct and kind, with jokes. (both)"), l.PageLine(4, "Honesty, craft and rest. (Jonas)")),
    ),
    l.PageSection(
        "What we can count on",
        (
            l.PageLine(5, "We raise problems early. (both)"),
            l.PageLine(6, "Maya: I do the books every Friday."),
            l.PageLine(7, "Jonas: I open the shop by five, six days a week."),
        ),
    ),
    l.PageSection(
        "When it gets hard",
        (
            l.PageLine(8, "We take one hour apart, then talk the same day. (both, for 30 days from the day we agree)"),
            l.PageLine(9, "Jonas asks Maya: when I stop joking, ask me what is up."),
        ),
    ),
    l.PageSection(
        "Time together",
        (
            l.PageLine(10, "We meet every Monday at 08:00, at the shop."),
            l.PageLine(11, "In between: texts until nine. No shop talk on Sundays. (both)"),
        ),
    ),
    l.PageSection("Still open", (l.PageLine(12, "How much can one of us spend alone?"),)),
)

OWN = l.Own(
    "Maya", "maya@example.org", "Europe/Berlin",
    (
        l.OwnAnswer("Good thanks", "Say it in front of people.", "", MARCH), l.OwnAnswer("Good thanks", "", "", MARCH, "Cake, I think."),
        l.OwnAnswer("", "I opened late twice.", "", MARCH), l.OwnAnswer("Hopes and worries", "We decide things.", "I worry about money.", MARCH),
    ),
    (l.OwnCheckin(EVENING, 4, "mornings", "money", "partly"),), 2, "3f2a9c5d" * 8, "Maya and Jonas\n\n1. Direct and kind, with jokes. (both)\n",
)  # fmt: skip
BARE = l.Own("Maya", "maya@example.org", "", (), (), 0, "", "")


def answer(name: str, text: str, letter: str = "") -> l.RevealAnswer:
    return l.RevealAnswer(letter, name, text)
