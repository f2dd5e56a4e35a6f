"""Letters in a sentence, and commands beside them."""

import pytest

from agent.alliance.words import Pick, read_choice

LABELS = ("1A", "1B", "2A", "2B", "3A", "3B", "3C")


@pytest.mark.parametrize("text", [
    "C is fine", "C works for me", "I'd go with C", "let's do C", "option C please", "C sounds good", "C it is", "I like C best", "My vote goes to C", "(C)",
    "I think C", "C, thanks!", "Definitely C", "C then", "C 👍", "We could go with C", "C is the best one for us", "I would choose C.", "I'm for C",
])  # fmt: skip
def test_a_letter_may_stand_in_a_plain_sentence(text: str) -> None:
    reading = read_choice(text, "ABCD")

    assert (reading.picks, reading.rest) == ((Pick(None, "C"),), "")


@pytest.mark.parametrize("text", [
    "A walk would be nice", "A good one", "A fine idea", "A lot", "A best friend", "A pause", "not C", "C or D", "C if B is gone", "C is too long", "C is not fine",
    "A is fine but B is better", "I'd go with a walk", "C?", "probably C",
])  # fmt: skip
def test_a_sentence_that_only_holds_a_letter_is_no_choice(text: str) -> None:
    reading = read_choice(text, "ABCD")

    assert (reading.picks, reading.command, reading.rest) == ((), None, text)


@pytest.mark.row("F11")
@pytest.mark.parametrize(
    "text",
    [
        "2B, 3C. NEXT",
        "2B 3C NEXT",
        "2B 3C, next please",
        "NEXT 2B 3C",
        "2B and 3C. Next.",
        "2B\n3C\nNEXT",
        "2B is fine, 3C works for me. NEXT",
    ],
)
def test_a_command_may_follow_choices_on_their_line(text: str) -> None:
    reading = read_choice(text, LABELS)

    assert reading.picks == (Pick(2, "B"), Pick(3, "C"))
    assert reading.command
    assert (reading.command.name, reading.rest) == ("next", "")


def test_own_words_end_at_a_stop_only() -> None:
    told = read_choice("2: we eat together. NEXT", LABELS)
    kept = read_choice("2: what comes NEXT", LABELS)

    assert (told.picks, told.command is not None) == ((Pick(2, "", "we eat together."),), True)
    assert (kept.picks, kept.command) == ((Pick(2, "", "what comes NEXT"),), None)


def test_a_letter_after_a_colon_is_the_letter() -> None:
    assert read_choice("3: C", LABELS).picks == (Pick(3, "C"),)


def test_a_choice_of_which_a_part_is_not_understood_is_handed_back_whole() -> None:
    reading = read_choice("3A or rather not", LABELS)

    assert (reading.picks, reading.rest) == ((), "3A or rather not")


@pytest.mark.parametrize("text", [
    "What do you mean by stuck? I like your answer about cake.",
    "I like your words.\nWhat do you mean?",
    "What is this? I have not heard it before.",
])  # fmt: skip
def test_a_question_beside_other_words_belongs_to_them(text: str) -> None:
    """It is for the other person: taken for a word to us it would be lost while the receipt says that all went on."""
    reading = read_choice(text, ["1A", "1B"])

    assert (reading.command, reading.rest) == (None, text)


def test_a_question_alone_is_words_for_somebody() -> None:
    reading = read_choice("What do you mean?", ["1A"])

    assert (reading.command, reading.rest) == (None, "What do you mean?")
