"""Samples of the letters to a team: Ana's crew of six."""

from dataclasses import replace
from datetime import UTC, date, datetime

from agent.alliance import letters as l
from agent.alliance.model import Note

_WHY = "We are good at the work and not so good at saying when it hurts. I'd like us to fix that together."
_PEOPLE = tuple(l.Named(n, f"{n.lower()}@example.org") for n in ("Ben", "Chi", "Dev", "Ewa", "Finn"))
_FRIDAY = datetime(2026, 3, 20, 9, tzinfo=UTC)
_INVITATION = l.TeamInvitation("Ana", "Ana Ruiz", "ana@example.org", _WHY, 6)
_ROWS = (
    ("Questions", ("all nine", "one from each part", "ours, we will write some")),
    ("A line is agreed when", ("everyone says yes", "nobody objects", "more than half say yes")),
    ("Check-ins", ("every month", "every two months", "every quarter")),
    ("Answers show", ("names", "no names until the draft")),
)
_BALLOT = tuple(
    l.BallotRow(n, title, tuple(l.BallotOption("abc"[i], words, now=False) for i, words in enumerate(options)))
    for n, (title, options) in enumerate(_ROWS, 1)
)
_AGAIN = tuple(
    l.BallotRow(n, row.title, tuple(l.BallotOption(o.key, o.words, o.key == "b") for o in row.options))
    for n, row in enumerate(_BALLOT[1:3], 1)
)
_ROWS_OF_NUMBERS = (l.Row("Trust", (3, 3.5, 4)), l.Row("Bring a worry", (2.5, 3, 2)), l.Row("We live by it", (3, 3, 3)))
_PAGE = (
    l.PageSection(
        "The atmosphere",
        (l.PageLine(1, "We keep mornings calm."), l.PageLine(2, "Anyone can say “I was wrong”, and we carry on.")),
    ),
    l.PageSection(
        "What we each answer for",
        (
            l.PageLine(3, "Ana: I tell you what I know within a day."),
            l.PageLine(4, "Ben: I keep the plan up to date."),
            l.PageLine(5, "Chi: I sit in when two people are stuck."),
            l.PageLine(6, "Ewa: If I will be late, I say so the day before."),
        ),
    ),
    l.PageSection(
        "How we act",
        (
            l.PageLine(7, "When two of us clash, we talk within a day. If we stay stuck, Chi sits in."),
            l.PageLine(
                8,
                "We decide by “nobody objects”. Ana decides when safety is at stake.",
                ("A view that differs: It can mean anything.",),
            ),
        ),
    ),
    l.PageSection("Still open", (l.PageLine(9, "Do we answer messages at weekends?"),)),
)


def _answers(*said: tuple[str, str, str]) -> tuple[l.RevealAnswer, ...]:
    return tuple(l.RevealAnswer(letter, name, text) for letter, name, text in said)


def samples() -> tuple[l.Letter, ...]:
    atmosphere = l.RevealQuestion(
        1, "The atmosphere we want",
        _answers(("A", "", "Calm mornings, loud lunches."), ("B", "", "People ask for help before lunch."), ("C", "", "Calm. Nobody shouts across the room.")),
        alike=False, shared_words=(),
    )  # fmt: skip
    feeling = l.RevealQuestion(
        0, "How we want it to feel", _answers(("", "", "Supportive and spacious."), ("", "", "Spacious.")), alike=False,
        shared_words=("spacious (2)",),
    )  # fmt: skip
    named = l.RevealQuestion(
        0,
        "What the team can count on from me",
        _answers(("", "Ben", "I keep the plan up to date.")),
        alike=False,
        shared_words=(),
    )
    row = l.MendRow(
        8,
        "We decide by “nobody objects”. Ana decides when safety is at stake.",
        ("If “safety” is not spelled out, it can mean anything.",),
        (),
    )
    other = l.MendRow(1, "We keep mornings calm.", (), ("No calls before ten.", "-"))
    change = l.LineChange(
        8,
        "We decide by “nobody objects”.",
        "We decide by “nobody objects”, and Ana when somebody could get hurt.",
        "",
        request=False,
    )
    return (
        l.TeamWho((), "few", (), 3, 50),
        l.TeamWho(_PEOPLE[:1], "few", (), 3, 50),
        l.TeamWho(_PEOPLE, "many", (), 3, 50),
        l.TeamWho(_PEOPLE, "refused", ("Gia",), 3, 50),
        l.TeamWay(6, _PEOPLE, ("Ben", "Chi"), ("Dev", "Ewa", "Finn")),
        l.TeamWay(6, _PEOPLE, (), ("Ben", "Chi", "Dev", "Ewa", "Finn")),
        l.TeamWay(6, _PEOPLE, ("Ben",), ("Chi", "Dev", "Ewa", "Finn")),
        l.TeamPairs("Dev, Ewa and Finn", 0, first=True),
        l.TeamPairs("Dev, Ewa and Finn", 2, first=True),
        l.TeamPairs("", 0, first=True),
        l.TeamPairs("Dev", 0, first=False),
        l.TeamWhy((), 5),
        l.TeamReady((Note("kept", "Why", _WHY),), _PEOPLE, _INVITATION),
        _INVITATION,
        replace(_INVITATION, opening="A small thing, for the people you live with.", guardian=True),
        l.TeamSent(5),
        l.TeamWelcome("Ana"),
        l.TeamTooFew(host=True),
        l.TeamTooFew(host=False),
        l.Ballot((), _BALLOT, _FRIDAY, again=False),
        l.Ballot((), _AGAIN, _FRIDAY, again=True),
        l.Voted((("Questions", "all nine"), ("Check-ins", "")), _FRIDAY),
        l.TeamRules(
            (l.RuleRow("Questions", "all nine", tied=False), l.RuleRow("A line is agreed when", "nobody objects", tied=True)),
            "Ana, Ben, Chi, Ewa and Finn", 5, first=True,
        ),
        l.TeamRules((l.RuleRow("Check-ins", "every month", tied=False),), "Ana, Ben, Chi, Ewa and Finn", 5, first=False),
        l.TeamReveal((), 1, "the atmosphere", (atmosphere, feeling), hidden=True, next_part="what each of us answers for", last=False),
        l.TeamReveal((Note("passed", "What I answer for"),), 2, "what each of us answers for", (named,), hidden=False, next_part="", last=True),
        l.TeamReveal((), 2, "what each of us answers for", (named,), hidden=False, next_part="", last=False),
        *(l.TeamDraft((), 1, (), 0, _PAGE, (), 0, rule, 0, False, _FRIDAY) for rule in ("everyone", "no_objection", "majority")),
        l.TeamDraft((), 1, (), 0, _PAGE, (7,), 0, "no_objection", 4, True, _FRIDAY),
        l.TeamDraft((Note("objection_stands", "2"),), 2, (change,), 0, _PAGE, (4, 7), 1, "no_objection", 0, False, None),
        l.TeamDraft((Note("stale", "1"),), 2, (change,), 1, _PAGE, (), 0, "majority", 0, False, _FRIDAY),
        l.Objected((l.Heard(8, "It can mean anything.", ""), l.Heard(1, "", "No calls before ten."), l.Heard(0, "", "We eat lunch together."), l.Heard(2, "", ""), l.Heard(4, "", "-")), (3,), _FRIDAY, True),
        l.Objected((), (), _FRIDAY, False),
        l.TeamPrinted(("It can mean anything.",)),
        l.TeamPrinted(("It can mean anything.", "Ten is late for some.")),
        l.Mend((), (row,), 7, _FRIDAY),
        l.Mend((), (row, other), 1, _FRIDAY),
        l.Mend((), (l.MendRow(4, "Ben: I keep the plan up to date.", ("He is often away.",), (), "Ben"),), 8, _FRIDAY),
        l.TeamDraft((), 2, (), 0, _PAGE, (), 1, "no_objection", 1, False, _FRIDAY),
        l.TeamCheckin(
            2, "How much do you trust this team right now?", "How easy is it to bring up a worry here?", "How well do we live by our agreement?", 5,
        ),
        l.TeamCheckinNoted((4, 3, 4), "The calm mornings hold."),
        l.TeamCheckinNoted((), ""),
        l.TeamCheckinNoted((4, 3, 4), "", "Ben"),
        l.TeamDigest(
            3, (date(2026, 5, 15), date(2026, 7, 15), date(2026, 9, 15)),
            _ROWS_OF_NUMBERS,
            ("I asked for help twice and nobody sighed.", "Line 7 got used. It worked.", "We forget line 1 on Mondays."),
            date(2026, 11, 15), trend=_ROWS_OF_NUMBERS,
        ),
        l.TeamDigest(1, (), (), ("We laugh again.",), None),
        l.TeamYear(1, 5, _PAGE),
        l.TeamYear(2, 1, _PAGE),
        l.TeamYear(1, 0, _PAGE),
        l.TeamLine(1, "We keep mornings calm."),
        l.TeamAsked("Gia", "gia@example.org"),
        l.TeamNotAsked("Gia"),
        l.TeamNewcomer("Ana Ruiz", _FRIDAY, _PAGE),
        l.TeamYourPage((), _PAGE),
        l.TeamJoined("Gia", ("I ask when I do not get it.",), ("Does “calm” mean no music?",), 4),
        l.TeamJoined("Gia", (), (), 4),
        l.TeamLeft("Ben", "", (l.PageLine(4, "I keep the plan up to date."),)),
        l.TeamLeft("Ben", "", ()),
        l.TeamLeft("Ben", "Keep saying “I was wrong”. It made me braver.", ()),
        l.TeamGoodbye(agreed=True),
        l.TeamGoodbye(agreed=False),
        l.TeamTaken("Chi", ("I keep the plan up to date.",)),
        l.TeamTaken("", ("I keep the plan up to date.",)),
        l.TeamWait("everyone"),
        l.TeamWait("majority"),
        l.TeamWait("no_objection"),
        l.TeamAsk("vote", "whatever you all want", 1, human=True),
        *(l.TeamAsk(kind, "sounds good, talk Monday", 1) for kind in ("way", "vote", "draft", "mend", "three", "reveal", "rhythm")),
    )  # fmt: skip
