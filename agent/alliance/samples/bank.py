"""Samples of the trust bank: Maya, alone."""

from datetime import date

from agent.alliance import letters as l
from agent.alliance.model import Note
from agent.alliance.samples.people import MARCH

_WORRY = "How do you feel about me leaving at five, and what would make it work for both of us?"
_ROWS = (
    l.BankRow("Lee", ("8",), 9, ""),
    l.BankRow("Jo", ("4",), 8, _WORRY),
    l.BankRow("your brother", (), None, ""),
)
_LOOKED = (l.BankRow("Lee", ("8", "8"), 9, ""), l.BankRow("Jo", ("4", "6"), 8, _WORRY))
_SAVINGS = (
    "Think of trust as savings that you both pay into.",
    "How much trust is saved up in the bank for those relationships?",
    "Give each a number from 0 (empty) to 10 (plenty), and a second number for where you would like it to be. It is a feeling, not a test.",
    "Lee 7, 9",
)


def _prompt(subject: str, lead: str, ask: str, hint: str, example: str, *notes: Note) -> l.Prompt:
    return l.Prompt(notes, subject, 0, 0, lead, ask, hint, example, private=False, own="", extra="")


def prompts() -> tuple[l.Letter, ...]:
    """The steps, which are prompts as in any flow."""
    return (
        _prompt(
            "Your trust bank: just for you", "Welcome. This takes five short emails. Only you see what you write, and you can erase it at any time.",
            "What are the most important relationships in your life?", "List three to five. First names are fine, with a word on who they are.",
            "Lee, my sister",
        ),
        _prompt("How much is saved up?", *_SAVINGS, Note("listed", text="Lee, Jo and Kit")),
        _prompt("How much is saved up?", *_SAVINGS, Note("look_again", text="Lee, Jo and Kit")),
        *(
            _prompt(
                "What you know and guess", "", "What do you believe Jo expects from you that Jo has never said out loud?",
                "One or two guesses will do. A guess is worth knowing about, because you can check it.", "", *notes,
            )
            for notes in ((Note("saved", text="Lee 8 of 9, Jo 4 of 8 and Kit 9"), Note("widest", "Jo")), (Note("look_at", "Jo"),))
        ),
        _prompt(
            "The question to ask", "A guess can be checked. Start with Jo.",
            "What questions can you ask to better understand and gain clarity of the expectations and preferences of others?",
            "Write one or two of your own. Try one that opens with “what” or “how”.", "What would you like to see more of from me?",
            Note("kept", "What you guess", "That I speak up more in meetings."),
        ),
    )  # fmt: skip


def samples() -> tuple[l.Letter, ...]:
    return (
        l.BankPage((Note("kept", "Your question", _WORRY),), _ROWS, "Jo", "", may_invite=True),
        l.BankPage((Note("saved", text="Lee 8 of 9 and Jo 6 of 8"),), _LOOKED, "Jo", "", may_invite=True),
        l.BankPage((), (), "", _WORRY, may_invite=True),
        l.BankPage((), (), "", "", may_invite=False),
        l.BankPage((), _LOOKED, "Jo", "", may_invite=False),
        l.BankAsk("people", "It is hard to say.", ""),
        l.BankAsk("savings", "Jo 4 or 5", "Lee 8 of 9"),
        l.BankAsk("savings", "all fine", "", human=True),
        l.BankAsk("whom", "Maybe Jo and Kit", ""),
        l.BankHelp("How much trust is saved up in the bank for those relationships?"),
        l.BankHelp(""),
        l.BankLater(date(2026, 4, 3)),
        l.BankDone(MARCH),
    )  # fmt: skip
