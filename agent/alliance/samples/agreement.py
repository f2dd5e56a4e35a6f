"""Samples of drafts and agreements."""

from datetime import date

from agent.alliance import letters as l
from agent.alliance.model import Note
from agent.alliance.samples.people import EVENING, MARCH, PAGE


def samples() -> tuple[l.Letter, ...]:
    changes = (
        l.LineChange(
            5,
            "We raise problems early. (both)",
            "If one of us is upset, we say so the same day, even just by text. (Jonas)",
            "Jonas",
            request=False,
        ),
        l.LineChange(
            9,
            "Jonas asks Maya: when I stop joking, ask me what is up.",
            "Jonas asks Maya: when I go quiet, ask me what is up.",
            "Jonas",
            request=True,
        ),
        l.LineChange(4, "Honesty, craft and rest. (Jonas)", "", "Jonas", request=False),
        l.LineChange(12, "", "We pay each other back within a week. (Jonas)", "Jonas", request=False),
    )
    agreed = (l.Agreed("Maya", MARCH), l.Agreed("Jonas", EVENING))
    trials = (l.TrialDay(8, date(2026, 4, 2), over=False), l.TrialDay(10, date(2026, 3, 30), over=True))
    return (
        l.DraftLetter((), 1, PAGE, (9,), (12,), long=False),
        l.DraftLetter((Note("unchanged"),), 2, PAGE, (6, 9), ()  , long=False),
        l.DraftLetter((Note("stale", "1"),), 2, PAGE, (6, 9), (), long=True),
        l.DraftChanged((), 2, changes, 1, mine=False, in_force=0, sections=PAGE, asks_of_me=(9,)),
        l.DraftChanged((Note("stale", "2"),), 3, changes[:1], 0, mine=True, in_force=2, sections=PAGE, asks_of_me=(6, 9), to_and_fro=(3,)),
        l.DraftChanged((), 4, (l.LineChange(4, "Honesty, craft and rest. (Jonas)", "Craft, rest and time. (Jonas)", "", request=False),), 0, mine=False, in_force=3, sections=PAGE, asks_of_me=()),
        l.Confirmed(2, MARCH, waiting=True),
        l.Confirmed(2, MARCH, waiting=False),
        l.Final(
            agreed, 2, "3f2a9c5d" * 8, PAGE, (l.PageLine(12, "How much can one of us spend alone?"),), "every Monday at 08:00",
            (date(2026, 4, 2), date(2026, 6, 1)), calendar=True, again=False,
        ),
        l.Final(agreed, 3, "3f2a9c5d" * 8, PAGE, (), "", (), calendar=False, again=True, trials=trials[:1]),
        l.Show(2, MARCH, PAGE, date(2026, 4, 2), trials),
        l.Show(1, None, PAGE, None),
        l.ChangeAsk(2, in_force=True, set_aside=0, sections=PAGE),
        l.ChangeAsk(1, in_force=False, set_aside=1, sections=PAGE),
    )  # fmt: skip
