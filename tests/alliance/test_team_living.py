"""The same in a team: an own slip goes to all, nobody else's does, and a trial ends by the team's rule (S34, F21, F42)."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from test_team import NAMES, Team, drafted

from agent.alliance import letters as l
from agent.alliance.model import Phase
from agent.papers.enclosed import page_of, plan_of


def living() -> Team:
    t = drafted("majority")
    for name in NAMES:
        t.says(name, "OK")
    t.days(15)
    assert t.alliance.phase == Phase.AGREED
    return t


def final(t: Team) -> str:
    return f"final:{t.alliance.agreed}"


@pytest.mark.row("S34", "F42")
def test_an_own_slip_goes_to_the_whole_team_after_a_yes() -> None:
    t = living().says("Ben", "I broke my promise about the orders twice, sorry.", final(living()))
    assert not t.got(l.Repair)

    t.says("Ben", "PASS ON")
    assert len(t.got(l.Repair)) == len(NAMES) - 1
    assert not t.got(l.Repair, "Ben")


@pytest.mark.row("S34")
def test_nobody_elses_slip_goes_to_the_team() -> None:
    t = living()
    t.says("Ben", "Ana never keeps line 2. Pass it on.", final(t))

    assert not t.got(l.Repair)
    assert t.got(l.AskBack, "Ben")[-1].kind == "not_own"


@pytest.mark.row("A29")
def test_an_answer_goes_to_its_author_alone() -> None:
    t = living()
    t.says("Ben", "PASS ON: I broke my promise about the orders.", final(t))
    t.says("Chi", "PASS ON: Shall I take one of them?", "repair:1")

    assert [
        (s.letter.name, t.alliance.participant(s.to).name) for s in t.new if isinstance(s.letter, l.RepairReply)
    ] == [("Chi", "Ben")]


@pytest.mark.row("F21")
def test_a_line_of_a_team_may_be_on_trial() -> None:
    t = living()
    t.says("Ben", "make 2 a trial until 30 June", final(t))
    assert "try until 30 June 2026" in t.alliance.draft.text
    for name in NAMES:
        t.says(name, "OK", f"draft:{t.alliance.draft.version}")
    t.days(15)
    assert t.alliance.trials

    t.days(120)
    assert len(t.got(l.TrialEnds)) == len(NAMES)
    t.says("Chi", "KEEP", "trial:0")
    assert "try until" not in t.alliance.draft.text
    t.says("Dev", "KEEP", "trial:0")
    assert isinstance(t.new[-1].letter, l.TeamDraft)


@pytest.mark.row("S39", "F41")
def test_the_team_is_asked_about_a_line_and_not_told_by_whom() -> None:
    t = living()
    t.says("Ana", "IDEAS: a line gets forgotten", final(t))
    assert t.got(l.Ideas, "Ana")

    t.says("Ana", "ASK 1", final(t))
    line = l.TeamLine(1, t.alliance.in_force.text.split("1. ")[1].split("\n")[0])
    assert [s.letter for s in t.new] == [line] * len(NAMES)

    t.says("Ben", "make 1 say We keep mornings quiet.", f"heard:{t.alliance.agreed}")
    assert "We keep mornings quiet." in t.alliance.draft.text


@pytest.mark.row("S39", "F41")
def test_about_one_line_a_team_is_asked_once_a_month() -> None:
    t = living()
    t.says("Ana", "ASK 1", final(t)).says("Chi", "ASK about line 1", final(t))
    assert [t.alliance.participant(s.to).name for s in t.new] == ["Chi"]

    t.days(31)
    t.says("Chi", "ASK 1", final(t))
    assert sum(isinstance(s.letter, l.TeamLine) for s in t.new) == len(NAMES)


@pytest.mark.row("S39", "F41")
@pytest.mark.parametrize(("text", "kind"), [("ASK", "which_line"), ("ASK 99", "number")])
def test_a_line_that_is_not_there_is_asked_back(text: str, kind: str) -> None:
    t = living()

    assert [s.letter.kind for s in t.says("Ana", text, final(t)).new] == [kind]


@pytest.mark.row("F31", "F32")
def test_in_a_title_the_first_of_many_stands_for_all() -> None:
    t = living()
    letter = t.got(l.Final)[-1]
    ana, *crew = t.alliance.participants
    many = replace(t.alliance, participants=(ana, *(replace(crew[0], number=n) for n in range(2, 51))))

    assert plan_of(t.alliance, letter, UTC, "a.test").meeting_title == "Ana, Ben, Chi, Dev, Ewa and Finn"
    assert plan_of(many, letter, UTC, "a.test").checkin_title == "How is it going, Ana and 49 others?"
    assert page_of(many, letter, UTC).names == ("Ana", "49 others")


@pytest.mark.row("S06", "F44", "I5")
def test_once_a_year_the_whole_page_is_shown_to_all_and_keeps_without_a_word():
    t = living()
    before = t.alliance.in_force
    t.on(t.alliance.first_agreed + timedelta(days=370.5))

    assert [len(t.got(l.TeamYear, name)) for name in NAMES] == [1] * 6
    assert t.got(l.TeamYear, "Ewa")[0].years == 1
    about = next(s.about for s in t.sent if isinstance(s.letter, l.TeamYear))
    assert [type(s.letter) for s in t.says("Ben", "KEEP", about).new] == [l.RenewalOutcome]
    assert t.alliance.in_force == before

    t.says("Ben", "make 2 say We take a walk on Fridays.", about)
    assert {s.to for s in t.new if isinstance(s.letter, l.TeamDraft)} == {1, 2, 3, 4, 5, 6}
    for name in NAMES:
        t.says(name, "OK")
    t.days(400)
    assert [year.years for year in t.got(l.TeamYear, "Ewa")] == [1, 2]


@pytest.mark.row("F44", "decision 17")
def test_no_check_ins_in_reply_to_the_page_ends_them_for_that_member_and_the_yearly_look_too():
    t = living()
    t.says("Ben", "NO CHECK-INS", f"final:{t.alliance.agreed}")
    t.on(t.alliance.first_agreed + timedelta(days=370))

    assert [len(t.got(l.TeamYear, name)) for name in ("Ana", "Ben")] == [1, 0]
