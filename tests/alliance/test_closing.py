"""Closing well, told aloud: two questions, last words, what each takes along, and nothing after thirty days."""

from dataclasses import replace
from datetime import timedelta

import pytest
from talk import Talk

from agent.alliance import letters
from agent.alliance.model import Phase

THANKS = "You taught me to say it on the day. Thank you for the Mondays."


def only(talk: Talk, number: int) -> object:
    [letter] = talk.letters(number)
    return letter


def closed() -> Talk:
    return Talk().agreed().says(2, "CLOSE", "final:1")


@pytest.mark.row("F45", "A26", "decision 17")
@pytest.mark.parametrize("words", ["CLOSE", "CLOSE it please", "CLOSE the alliance"])
def test_close_ends_it_at_once_and_asks_two_questions_of_whoever_closes(words: str) -> None:
    talk = Talk().agreed().says(2, words, "final:1")

    assert (talk.alliance.phase, talk.alliance.ended) == (Phase.ENDED, "closed")
    assert isinstance(only(talk, 2), letters.ClosingAsk)
    assert not talk.letters(1)


@pytest.mark.row("decision 17")
def test_stop_is_one_line_and_close_is_a_farewell() -> None:
    stopped = Talk().agreed().says(2, "STOP", "final:1")

    assert isinstance(only(stopped, 2), letters.Goodbye)
    assert isinstance(only(stopped, 1), letters.Left)
    assert not stopped.waits(days=29).new
    assert not closed().alliance.participants[1].told_closed


@pytest.mark.row("F45", "A27", "S04")
def test_the_others_get_the_thanks_word_for_word_and_what_is_theirs() -> None:
    talk = closed().says(2, f"{THANKS}\nPRIVATE It was the money.\n\n4", "closing")

    letter = only(talk, 1)
    assert (letter.name, letter.words) == ("Jonas", THANKS)
    assert letter.mine.name == "Maya"
    assert letter.mine.agreement == talk.alliance.in_force.text
    assert "It was the money" not in repr(talk.letters(1))
    assert "4" not in letter.words
    assert only(talk, 2) == letters.ClosingNoted(passed_on=True, worth=4)


@pytest.mark.row("A27", "F55")
@pytest.mark.parametrize("said", ["PASS", "", "3"])
def test_without_thanks_the_others_hear_it_all_the_same_and_no_reason(said: str) -> None:
    talk = closed()
    if said:
        talk.says(2, said, "closing")
    else:
        talk.waits(days=1, hours=12)

    assert only(talk, 1).words == ""
    assert sum(isinstance(s.letter, letters.Closing) for s in talk.waits(days=20).sent) == 1


@pytest.mark.row("A27")
def test_a_last_word_goes_both_ways_once_and_within_the_week() -> None:
    talk = closed().waits(days=2).says(1, "Thank you for the bread.", "closing")

    assert only(talk, 2) == letters.LastWord("Maya", "Thank you for the bread.")
    assert isinstance(talk.says(1, "And one more.", "closing").letters(1)[0], letters.Closed)
    assert not talk.letters(2)
    assert only(talk.says(2, THANKS, "closing"), 1) == letters.LastWord("Jonas", THANKS)


@pytest.mark.row("A27")
def test_after_the_week_no_word_is_passed_on() -> None:
    talk = closed().waits(days=8).says(1, "Thank you for the bread.", "closing")

    assert isinstance(only(talk, 1), letters.Closed)
    assert not talk.letters(2)


@pytest.mark.row("spec 4.7", "F55")
@pytest.mark.parametrize("said", ["Don't tell Maya, but I was unhappy.", "This is between us: it was hard."])
def test_words_that_may_be_for_us_alone_are_asked_about(said: str) -> None:
    talk = closed().says(2, said, "closing")

    assert only(talk, 2).kind == "pass_on"
    assert not talk.letters(1)
    assert only(talk.says(2, "PASS ON: Thank you.", "closing"), 1).words == "Thank you."


@pytest.mark.row("spec 4.7")
def test_fear_is_answered_with_care_and_reaches_nobody() -> None:
    talk = closed().says(2, "I am afraid of her. She hits me.", "closing")

    assert isinstance(only(talk, 2), letters.Care)
    assert not talk.letters(1)
    assert only(talk.waits(days=2), 1).words == ""


@pytest.mark.row("F45", "F57")
def test_each_takes_along_all_and_only_their_own_words_and_the_agreement() -> None:
    talk = Talk().agreed().waits(days=30).says(2, "3, we laugh, the till, yes", "checkin:1").says(2, "CLOSE", "final:1")

    mine = only(talk, 2).mine
    texts = [a.text for a in mine.answers]
    assert "Text before noon. I am no use after eight." in texts
    assert "Agree!" in texts
    assert [(c.rating, c.works) for c in mine.checkins] == [(3, "we laugh")]
    assert mine.agreement == talk.alliance.in_force.text
    assert "Email is fine. Ring me after six." not in texts


@pytest.mark.row("F45", "decision 17")
def test_everything_is_forgotten_thirty_days_after_the_end_however_it_came() -> None:
    for talk in (
        closed(),
        Talk().agreed().says(1, "STOP", "final:1"),
        Talk().invited().says(2, "NO THANKS"),
        Talk().joined().says(2, "CLOSE", "prompt:hopes"),
        Talk().starts().says(1, "STOP"),
    ):
        ended = talk.now
        assert talk.waits(days=29).wake == ended + timedelta(days=30)
        talk.waits(days=2)
        assert talk.forgotten
        assert not talk.new
        assert talk.wake is None


@pytest.mark.row("decision 17")
def test_delete_now_beside_last_words_does_both() -> None:
    talk = closed().says(2, f"{THANKS}\n\nDELETE NOW", "closing")

    assert only(talk, 1).words == THANKS
    assert [type(letter) for letter in talk.letters(2)] == [letters.ClosingNoted, letters.Erased]
    assert not [a for a in talk.alliance.answers if a.participant == 2]


def test_close_before_anybody_answered_the_invitation_is_a_stop() -> None:
    talk = Talk().invited().says(1, "CLOSE", "sent")

    assert not any(isinstance(s.letter, letters.ClosingAsk) for s in talk.sent)


def test_who_closes_what_goes_on_without_them_leaves_it() -> None:
    talk = Talk().agreed()
    third = replace(talk.alliance.participants[1], number=3, address="cy@example.org", name="Cy")
    talk.alliance = replace(talk.alliance, participants=(*talk.alliance.participants, third))
    talk.says(3, "CLOSE", "final:1")

    assert talk.alliance.phase == Phase.AGREED
    assert isinstance(only(talk, 3), letters.Goodbye)


# ---------------------------------------------------------------- was it worth your time


@pytest.mark.row("spec 5b")
def test_after_ninety_days_the_digest_asks_once_whether_it_was_worth_their_time() -> None:
    talk, asked = Talk().agreed(), []
    for n in range(1, 5):
        talk.waits(seconds=(talk.alliance.checkins[-1].due - talk.now).total_seconds())
        talk.says(1, "4, a, b, yes", f"checkin:{n}").says(2, "4, c, d, yes", f"checkin:{n}")
        asked.append(bool(only(talk, 1).worth))

    assert asked == [False, True, False, False]
    assert only(talk.says(2, "5", "digest:2"), 2) == letters.WorthNoted(5)
    assert [(w.participant, w.rating) for w in talk.alliance.worths] == [(2, 5)]
    assert not talk.letters(1)
    assert isinstance(only(talk.says(1, "5", "digest:1"), 1), letters.AskBack)


@pytest.mark.row("spec 5b", "I13")
def test_the_number_at_the_end_is_for_us_alone() -> None:
    talk = closed().says(2, f"5\n{THANKS}", "closing")

    assert only(talk, 1).words == THANKS
    assert [w.rating for w in talk.alliance.worths] == [5]


def test_numbered_answers_are_words_and_no_rating() -> None:
    words = "1. The Mondays.\n2. Thank you for the bread."
    talk = closed().says(2, words, "closing")

    assert only(talk, 1).words == words
    assert talk.alliance.worths == ()
