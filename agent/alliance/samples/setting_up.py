"""Samples of the letters before the prompts."""

from agent.alliance import letters as l
from agent.alliance.model import Note
from agent.alliance.samples.people import MARCH, WHY

_INVITATION = l.Invitation("Maya", "Maya Lind", "maya@example.org", WHY, 12, 22)

_SHORT_INVITATION = l.Invitation(
    "Maya",
    "Maya Lind",
    "maya@example.org",
    "We should talk more.",
    6,
    15,
    "A small thing, for a friendship that matters.",
)


def samples() -> tuple[l.Letter, ...]:
    return (
        *(l.SetupPartner("We open a bakery.", name, problem) for name, problem in
          (("Jonas", "missing"), ("", ""), ("Jonas", "same"), ("Jonas", "refused"))),
        l.SetupExisting("Jonas", MARCH, agreed=True),
        l.SetupExisting("Jonas", MARCH, agreed=False),
        l.SetupWhy(
            "Jonas", "jonas@example.org", "Jonas Berg and I are opening a bakery in May. We're old friends but have never worked together.",
            "Why do you want to build this with Jonas, and what do you hope will last?", "Two or three lines are plenty.",
        ),
        l.SetupReady((Note("kept", "Why", WHY),), "Jonas", "jonas@example.org", _INVITATION, 12, 6),
        l.SetupReady((Note("short_set"),), "Jonas", "jonas@example.org", _SHORT_INVITATION, 6, 6),
        _INVITATION,
        _SHORT_INVITATION,
        l.InvitationSent("Jonas", "jonas@example.org"),
        l.InvitationReminder("Maya", "maya@example.org", WHY),
        l.InvitationAsk("Maya", "Hm, sounds interesting, tell me more"),
        l.InvitationAsk("Anna", "How long is this going to take us each week?", passed_on=True),
        l.InvitationQuestion("Jonas", "How long is this going to take us each week?"),
        l.Who("Anna", "anna@example.org", ("your name and address", "the day Anna asked me to write to you"), invited=True),
        l.Who("Maya", "maya@example.org", (), invited=False),
        l.NotNow("Maya"),
        l.InvitationNotNow("Jonas"),
        l.InvitationDeclined("Jonas"),
        l.InvitationQuiet("Jonas"),
        l.InvitationUndelivered("Jonas", "jonas@exmaple.org"),
        l.SetupDropped("Jonas"),
        l.SetupDropped(""),
    )  # fmt: skip
