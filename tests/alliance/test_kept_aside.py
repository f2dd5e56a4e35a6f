"""What we do not keep, do not understand, or hear from a machine is said to whom it concerns, and goes no further."""

from datetime import UTC, date, datetime

import pytest
from talk import FIRST, WHY, Talk

from agent.alliance import letters
from agent.alliance.event import AutoReplied

CANARY = "canaryprivate my savings end in autumn"


def notes(talk: Talk, number: int) -> list[tuple[str, str]]:
    return [(n.kind, n.text) for x in talk.letters(number) for n in getattr(x, "notes", ())]


def seen_by(talk: Talk, number: int) -> str:
    return repr([s.letter for s in talk.sent if s.to == number])


# ---------------------------------------------------------------- PRIVATE where nothing private is kept


@pytest.mark.row("F17", "F03")
def test_a_private_line_in_the_why_is_left_out_and_this_is_said() -> None:
    talk = Talk().starts(FIRST).says(1, f"{WHY}\n\nPRIVATE {CANARY}")

    assert ("left_out", CANARY) in notes(talk, 1)
    talk.says(1, "SEND").says(2, "Yes")
    assert talk.alliance.why == WHY
    assert CANARY not in seen_by(talk, 2)
    assert CANARY not in repr(talk.alliance)


@pytest.mark.row("F17", "F35")
@pytest.mark.parametrize("last", [False, True])
def test_a_private_line_in_a_check_in_is_left_out_and_this_is_said(last: bool) -> None:
    talk = Talk().agreed().waits(days=31)
    if last:
        talk.says(2, "3, jokes, money, yes", "checkin:1")
    talk.says(1, f"4, mornings, money, partly\n\nPRIVATE {CANARY}", "checkin:1")

    assert ("left_out", CANARY) in notes(talk, 1)
    if not last:
        talk.says(2, "3, jokes, money, yes", "checkin:1")
    assert talk.alliance.checkins[0].closed
    assert CANARY not in seen_by(talk, 2)


@pytest.mark.row("F17")
def test_what_is_left_out_beside_words_that_go_on_is_said_too() -> None:
    talk = Talk().joined().part().says(1, f"I like the cake.\n\nPRIVATE {CANARY}", "reveal:knowing")

    assert [x.words for x in talk.letters(2)] == ["I like the cake."]
    assert ("left_out", CANARY) in notes(talk, 1)


# ---------------------------------------------------------------- words that go on are whole


@pytest.mark.row("F42")
@pytest.mark.parametrize(
    "words", ["What do you mean by stuck? I like your answer about cake.", "Is it so? Who is this Tim?\nTell me more."]
)
def test_a_question_in_words_that_go_on_goes_on_with_them(words: str) -> None:
    talk = Talk().joined().part().says(1, words, "reveal:knowing")

    assert [x.words for x in talk.letters(2)] == [words]
    assert ("passed_on", words) in notes(talk, 1)


# ---------------------------------------------------------------- not understood twice


@pytest.mark.row("S46")
def test_who_is_not_understood_twice_is_offered_a_person() -> None:
    talk = Talk().agreed().says(1, "purple", "final:1")
    [first] = talk.letters(1)
    [second] = talk.says(1, "purple, I said", "final:1").letters(1)

    assert (first.human, second.human) == (False, True)
    assert isinstance(talk.says(1, "HUMAN").letters(1)[0], letters.Human)


@pytest.mark.row("S46")
def test_one_that_was_understood_in_between_begins_the_count_anew() -> None:
    talk = Talk().agreed().says(1, "purple", "final:1").says(1, "SHOW", "final:1").says(1, "purple", "final:1")

    assert not talk.letters(1)[0].human


# ---------------------------------------------------------------- away


@pytest.mark.row("F56")
def test_a_machine_moves_nothing_and_the_nudge_after_the_day_proposes_a_pause() -> None:
    talk = Talk().joined()
    before = talk.alliance
    talk.happens(AutoReplied(2, datetime(2026, 3, 20, tzinfo=UTC), "inbox:99"))

    assert talk.new == []
    assert talk.alliance.answers == before.answers
    assert not talk.alliance.participant(2).paused
    talk.waits(days=18)
    assert not [s for s in talk.new if s.to == 2]
    talk.waits(days=7)
    [nudge] = [s.letter for s in talk.new if s.to == 2]
    assert nudge.away == date(2026, 3, 20)
    talk.says(2, "PAUSE until 12 April")
    assert talk.alliance.participant(2).paused
