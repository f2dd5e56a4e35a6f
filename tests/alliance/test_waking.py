"""What is due, and when: nudges, rest, quiet hours, and rest for both, told aloud."""

from datetime import timedelta

import pytest
from talk import FLOW, MONDAY, Talk

from agent.alliance import letters
from agent.alliance.event import AutoReplied, Woke
from agent.alliance.turn import Turn
from agent.alliance.waking import duties, wake_at


@pytest.mark.row("A10", "A11", "I8")
def test_two_nudges_for_one_question_and_then_rest() -> None:
    talk = Talk().joined().says(1, "PAUSE", "prompt:hopes")

    assert [type(x) for x in talk.waits(days=4).letters(2)] == [letters.Nudge]
    assert [type(x) for x in talk.waits(days=8).letters(2)] == [letters.Rest]
    assert not talk.waits(days=365).letters(2)


@pytest.mark.row("A10")
def test_a_nudge_quotes_the_open_question() -> None:
    [nudge, *_] = Talk().joined().waits(days=4).letters(2)

    assert nudge.ask.startswith("What do you expect from doing this with Maya")


@pytest.mark.row("I8")
def test_asking_for_the_status_at_rest_brings_no_third_nudge() -> None:
    talk = Talk().joined().waits(days=12).says(2, "STATUS", "prompt:hopes")

    assert [type(x) for x in talk.letters(2)] == [letters.Status]
    assert not talk.waits(days=100).letters(2)


@pytest.mark.row("A11")
def test_any_word_wakes_the_question_again() -> None:
    talk = Talk().joined().waits(days=12).says(2, "hello again")

    [letter] = talk.letters(2)
    assert [n.kind for n in letter.notes] == ["resumed"]
    assert letter.ask.startswith("What do you expect")
    assert talk.alliance.answer(2, "hopes") is None


@pytest.mark.row("A11")
def test_an_answer_to_the_rest_letter_is_an_answer() -> None:
    talk = Talk().joined().waits(days=12).says(2, "I hope we will finally sort out who decides")

    assert talk.alliance.answer(2, "hopes").text == "I hope we will finally sort out who decides"


@pytest.mark.row("A11", "F11")
def test_all_in_reply_to_the_rest_letter_brings_what_is_left() -> None:
    assert isinstance(Talk().joined().waits(days=12).says(2, "ALL").letters(2)[0], letters.AllPrompts)


@pytest.mark.row("F56", "spec 4.7")
def test_an_out_of_office_moves_nothing_and_no_nudge_comes_before_the_return() -> None:
    talk = Talk().joined().says(1, "PAUSE", "prompt:hopes")
    before = talk.alliance.participant(2)
    talk.happens(AutoReplied(2, talk.now + timedelta(days=20), "inbox:99"))

    assert not talk.new
    assert talk.alliance.participant(2).stage == before.stage
    assert not talk.waits(days=19).letters(2)
    assert [type(x) for x in talk.waits(days=5).letters(2)] == [letters.Nudge]


@pytest.mark.row("F56")
def test_an_out_of_office_after_the_first_nudge_puts_off_the_second() -> None:
    talk = Talk().joined().says(1, "PAUSE", "prompt:hopes").waits(days=4)
    talk.happens(AutoReplied(2, talk.now + timedelta(days=20), "inbox:99"))

    assert not talk.waits(days=19).letters(2)


@pytest.mark.row("F56")
@pytest.mark.parametrize("days", [None, -3, 4000])
def test_an_out_of_office_without_a_sane_day_changes_nothing(days: int | None) -> None:
    talk = Talk().joined()
    before = talk.alliance
    talk.happens(AutoReplied(2, None if days is None else talk.now + timedelta(days=days), "inbox:99"))

    assert talk.alliance == before


@pytest.mark.row("F10")
def test_nobody_is_nudged_in_their_quiet_hours() -> None:
    talk = Talk().joined()
    talk.now = MONDAY.replace(hour=22)  # eleven in the evening in Berlin
    talk.says(2, "STATUS", "prompt:hopes").waits(days=4)

    assert talk.alliance.participant(2).open.nudged == MONDAY.replace(hour=7) + timedelta(days=4)


@pytest.mark.row("I1", "F10")
def test_what_somebody_else_brings_about_waits_for_the_end_of_quiet_hours() -> None:
    talk = Talk().drafted().says(1, "AGREE")
    talk.now = MONDAY.replace(hour=22)
    talk.says(2, "AGREE", "draft:1")

    due = {s.to: s.due for s in talk.new if isinstance(s.letter, letters.Final)}
    assert due == {1: MONDAY.replace(hour=7) + timedelta(days=1), 2: None}


@pytest.mark.row("decision 13")
def test_after_thirty_days_the_other_is_told_at_rest_once_and_can_export_or_close() -> None:
    talk = Talk().joined().answers(1)
    told = talk.waits(days=32).letters(1)
    assert [type(x) for x in told] == [letters.AtRest]
    assert not talk.waits(days=100).letters(1)

    assert isinstance(talk.says(1, "EXPORT").letters(1)[0], letters.MyData)
    assert isinstance(talk.says(1, "CLOSE").letters(1)[0], letters.ClosingAsk)


@pytest.mark.row("decision 13")
def test_who_said_yes_to_a_draft_is_told_at_rest_too() -> None:
    talk = Talk().drafted().says(1, "AGREE").waits(days=32)

    assert [type(x) for x in talk.letters(1)] == [letters.AtRest]


def test_after_a_year_of_downtime_each_thing_is_done_once() -> None:
    talk = Talk().joined()
    talk.now += timedelta(days=365)
    talk.happens(Woke("inbox:99"))

    assert [type(s.letter) for s in talk.new if s.to == 2] == [letters.Nudge]


def test_after_a_stop_nothing_is_due_but_to_forget() -> None:
    talk = Talk().joined().says(1, "STOP")
    turn = Turn(FLOW.flow, talk.house, talk.alliance, talk.now, "inbox:1")

    assert [d.at for d in duties(turn)] == [talk.now + timedelta(days=30)]
    assert wake_at(turn) == talk.now + timedelta(days=30)
