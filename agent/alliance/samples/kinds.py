"""Samples of what a kind of relationship changes in the letters, and of what is asked first."""

from agent.alliance import letters as l
from agent.alliance.model import Note
from agent.alliance.samples.people import KEPT, WHY

_KINDS = ("a couple", "manager and report", "coach and client", "business partners", "family", "friends")
_ASK = "Why do you want to build this with Jonas, and what do you hope will last?"


def _why(reason: str, kind: str) -> l.SetupWhy:
    return l.SetupWhy("Jonas", "jonas@example.org", reason, _ASK, "Two or three lines are plenty.", kind, _KINDS)


def _invitation(opening: str, note: str = "", *, guardian: bool = False) -> l.Invitation:
    return l.Invitation("Maya", "Maya Lind", "maya@example.org", WHY, 12, 22, opening, note, guardian)


_COUPLE = _invitation(
    "Maya would like the two of you to write down how you want to be together.",
    "If you share an inbox, nothing in it stays hidden.",
)
_REPORT = _invitation(
    "This is not a review. HR does not see it.", "You may say no. Saying no has no effect on anything else here."
)


def samples() -> tuple[l.Letter, ...]:
    return (
        _why("Jonas Berg and I are opening a bakery in May.", "business partners"),
        _why("Jonas and I want to agree how we do things.", ""),
        l.SetupReady(KEPT, "Jonas", "jonas@example.org", _COUPLE, 12, 6, "a couple"),
        l.SetupReady((Note("kind_unknown", "neighbours"),), "Jonas", "jonas@example.org", _invitation(""), 12, 6),
        l.SetupReady(
            (), "Jonas", "jonas@example.org", _invitation("A small thing, for a friendship that matters."), 12, 6, "friends",
            short_first=True,
        ),
        _COUPLE,
        _REPORT,
        _invitation("Each of you gets the same few questions.", guardian=True),
        l.InvitationReminder("Maya", "maya@example.org", WHY, _REPORT.note),
        l.AskAge("Tim", own=False),
        l.AskAge("", own=False),
        l.AskAge("", own=True),
        l.AskAge("", own=False, people=(l.Named("Tom", "tom@example.org"), l.Named("Max", "max@example.org"))),
        l.KindRefused("a couple", _KINDS[1:]),
    )  # fmt: skip
