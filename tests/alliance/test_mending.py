"""An own slip, said and mended, told aloud: nothing goes on but its author's own words after a yes (F42, A29, S34)."""

from dataclasses import replace

import pytest
from talk import Talk

from agent.alliance import letters
from agent.papers.own import own_text

SLIP = "I opened late twice this week. That left you with the queue."


def number_of(talk: Talk, words: str) -> int:
    return next(n for n, line in enumerate(talk.alliance.draft.lines, 1) if words in line.text)


def living() -> Talk:
    return Talk().agreed().waits(days=10)


def shop(talk: Talk) -> int:
    return number_of(talk, "I open the shop by five")


def slipped(tail: str = "") -> Talk:
    """Jonas owns a slip in reply to the agreement."""
    talk = living()
    return talk.says(2, f"I broke line {shop(talk)} again, sorry. {SLIP}{tail}", "final:1")


def only(talk: Talk, number: int) -> letters.Letter:
    [letter] = talk.letters(number)
    return letter


@pytest.mark.row("F42")
def test_a_slip_is_shown_and_asked_about_before_anything_goes_on() -> None:
    talk = slipped()

    asked = only(talk, 2)
    assert isinstance(asked, letters.PassOnAsk)
    assert (asked.words, asked.to) == (f"I broke line {shop(talk)} again, sorry. {SLIP}", "Maya")
    assert not talk.letters(1)


@pytest.mark.row("F42", "A29")
@pytest.mark.parametrize("yes", ["PASS ON", "Yes, please pass it on.", "yes"])
def test_after_the_yes_it_goes_on_word_for_word_with_its_line(yes: str) -> None:
    talk = slipped().says(2, yes)

    note = only(talk, 1)
    assert isinstance(note, letters.Repair)
    assert note.words == f"I broke line {shop(talk)} again, sorry. {SLIP}"
    assert (note.name, note.line_number, note.slip) == ("Jonas", shop(talk), True)
    assert "I open the shop by five" in note.line
    assert only(talk, 2) == letters.PassedOnWords(note.words, "Maya")


@pytest.mark.row("F42")
def test_a_wish_that_stands_apart_is_the_yes_and_no_part_of_the_words() -> None:
    talk = slipped("\n\nPlease pass it on.")

    assert only(talk, 1).words == f"I broke line {shop(talk)} again, sorry. {SLIP}"


@pytest.mark.row("F42")
@pytest.mark.parametrize("no", ["KEEP", "no", "PASS", "keep it between us, thanks"])
def test_it_may_stay_between_us(no: str) -> None:
    talk = slipped().says(2, no)

    assert only(talk, 2).to == ""
    talk.says(2, "yes", "pass:1")
    assert not any(isinstance(s.letter, letters.Repair) for s in talk.sent)


@pytest.mark.row("F42")
@pytest.mark.parametrize("doubt", ["Thank you", "ok", "Hm, let me think about it"])
def test_what_is_no_yes_passes_nothing_on(doubt: str) -> None:
    talk = slipped().says(2, doubt)

    assert not talk.letters(1)


@pytest.mark.row("F42")
def test_silence_passes_nothing_on() -> None:
    talk = slipped().waits(days=15)

    assert not any(isinstance(s.letter, letters.Repair) for s in talk.sent)


@pytest.mark.row("F42")
def test_other_words_are_shown_once_more() -> None:
    talk = slipped().says(2, "Say it so: I was late, and I am sorry.")
    assert only(talk, 2).words == "Say it so: I was late, and I am sorry."
    assert not talk.letters(1)

    talk.says(2, "PASS ON: I was late, and I am sorry.")
    assert only(talk, 1).words == "I was late, and I am sorry."


@pytest.mark.row("S34")
@pytest.mark.parametrize("words", [
    "Maya broke line 6 again. Pass it on.",
    "She hasn't kept line 6. Please pass this on.",
    "I broke line 7, but you broke line 6 twice. Pass it on.",
    "PASS ON: you never kept line 6",
])  # fmt: skip
def test_what_somebody_says_of_anothers_slip_is_never_passed_on(words: str) -> None:
    talk = living().says(2, words, "final:1")

    assert only(talk, 2).kind == "not_own"
    assert not talk.letters(1)


@pytest.mark.row("F42", "spec 4.7")
def test_words_that_may_be_meant_for_the_other_are_asked_about() -> None:
    talk = living().says(2, "tell her I hate this", "final:1")
    assert isinstance(only(talk, 2), letters.PassOnAsk)

    talk.says(2, "PASS ON")
    note = only(talk, 1)
    assert (note.words, note.slip, note.line_number) == ("tell her I hate this", False, 0)


@pytest.mark.row("F42", "F17")
def test_private_lines_stay_out_of_what_is_passed_on() -> None:
    talk = living()
    talk.says(2, f"I broke line {shop(talk)} again, sorry.\n\nPRIVATE canaryprivate\n\nPass it on.", "final:1")

    assert only(talk, 1).words == f"I broke line {shop(talk)} again, sorry."
    assert only(talk, 2).notes[0].text == "canaryprivate"
    talk.says(1, "SHOW").says(1, "STATUS").says(1, "MY DATA")
    assert "canaryprivate" not in repr([s.letter for s in talk.sent if s.to == 1])


@pytest.mark.row("A29")
def test_an_answer_comes_back_after_its_own_yes() -> None:
    talk = slipped().says(2, "PASS ON").says(1, "Ring me when you are late.")
    assert only(talk, 1).words == "Ring me when you are late."
    assert not talk.letters(2)

    talk.says(1, "yes")
    back = only(talk, 2)
    assert isinstance(back, letters.RepairReply)
    assert (back.name, back.words, back.line_number) == ("Maya", "Ring me when you are late.", shop(talk))


@pytest.mark.row("A29")
def test_talk_names_their_next_meeting_to_both() -> None:
    talk = slipped().says(2, "PASS ON").says(1, "TALK")

    mine, theirs = only(talk, 1), only(talk, 2)
    assert (mine.name, theirs.name) == ("", "Maya")
    assert replace(mine, name="Maya") == theirs
    assert mine.day.weekday() == 0
    assert mine.day > talk.now.date()
    assert mine.at.hour == 7  # eight in Berlin
    assert mine.place == "at the shop"


@pytest.mark.row("A29")
def test_without_a_meeting_rule_talk_asks_for_a_time_and_tells_nobody() -> None:
    talk = slipped().says(2, "PASS ON")
    talk.alliance = replace(talk.alliance, meeting=None)
    talk.says(1, "Let's talk")

    assert only(talk, 1).day is None
    assert not talk.letters(2)
    talk.says(1, "Sunday at ten, at my place")
    assert isinstance(only(talk, 1), letters.PassOnAsk)


@pytest.mark.row("F42")
def test_a_line_that_is_not_there_is_asked_about() -> None:
    asked = only(living().says(2, "I broke line 99, sorry.", "final:1"), 2)

    assert (asked.kind, asked.number) == ("number", 99)


@pytest.mark.row("F42")
def test_anothers_promise_is_not_shown_as_ones_own_line() -> None:
    talk = living()
    talk.says(2, f"I broke line {number_of(talk, 'I do the books')}. Pass it on.", "final:1")

    assert only(talk, 1).line_number == 0


@pytest.mark.row("F35", "F42")
def test_a_check_in_that_speaks_of_a_slip_is_a_check_in() -> None:
    talk = Talk().agreed().waits(days=31).says(2, "4, mornings, I broke line 8 again, partly", "checkin:1")

    assert isinstance(only(talk, 2), letters.CheckinNoted)
    assert not talk.alliance.passages


@pytest.mark.row("F57")
def test_my_data_holds_it_and_delete_takes_it_away() -> None:
    talk = slipped().says(2, "MY DATA")
    assert SLIP in own_text(only(talk, 2).mine)

    talk.says(2, "DELETE").says(2, "DELETE NOW")
    assert SLIP not in repr(talk.alliance)


@pytest.mark.row("decision 18")
def test_who_leaves_takes_along_what_was_not_passed_on() -> None:
    assert SLIP not in repr(slipped().says(2, "STOP").alliance)
    assert SLIP in repr(slipped().says(2, "PASS ON").says(2, "STOP", "final:1").alliance)


@pytest.mark.row("F26", "F42")
def test_a_change_that_begins_with_what_somebody_forgot_is_a_change() -> None:
    talk = living().says(2, "Sorry, I forgot to say: make 6 say We eat lunch at noon.", "final:1")
    assert not talk.alliance.passages

    talk = living().says(2, "I missed line 6. Drop 6.", "final:1")
    assert not talk.alliance.passages
