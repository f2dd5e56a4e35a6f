"""Samples of letters about who wrote a mail."""

from agent.alliance import letters as l
from agent.alliance.samples.people import EVENING


def samples() -> tuple[l.Letter, ...]:
    acts = ("agree", "invite", "close", "delete", "export", "address")
    return (
        *(l.Code(act, "4821-77", "Agree, much better" if act == "agree" else "Yes, please", "", 2) for act in acts),
        *(
            l.Code("answer", "4821-77", "Straight, the same day.", "maya@example.org", 2, last)
            for last in (False, True)
        ),
        l.Code("start", "4821-77", "", "maya@example.org", 0),
        l.CodeAgain("wrong", 4),
        l.CodeAgain("wrong", 1),
        l.CodeAgain("none", 5),
        l.CodeAgain("over", 0),
        l.CodeAgain("many", 0, EVENING),
        l.NewAddress("4821-77", "maya@example.org"),
        *(l.AddressChange(state, "maya@new.example") for state in ("asked", "kept", "changed", "refused")),
        l.NotTaken("forged"),
        *(l.NotTaken("elsewhere", "jonas@example.net", last) for last in (False, True)),
        *(l.NotTaken("another", last=last) for last in (False, True)),
    )
