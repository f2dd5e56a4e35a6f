"""Whether words are to go on to the other person, and whose slip they speak of (F42, S34)."""

import pytest

from agent.alliance.words import read_pass_on, read_slip

OTHERS = ("Jonas",)


@pytest.mark.row("F42")
@pytest.mark.parametrize(("text", "line"), [
    ("I broke line 8 again, sorry.", 8),
    ("I did not keep my promise about the books.", 0),
    ("Sorry about line 8", 8),
    ("I've just missed line 12 again", 12),
    ("my slip, line 3", 3),
])  # fmt: skip
def test_an_own_slip(text: str, line: int) -> None:
    reading = read_slip(text, OTHERS)

    assert (reading.words, reading.own, reading.others, reading.line, reading.wished) == (
        text,
        True,
        False,
        line,
        False,
    )


@pytest.mark.row("S34")
@pytest.mark.parametrize("text", [
    "Jonas broke line 8 again.", "You keep breaking line 8", "he hasn't kept line 3", "I broke line 7 and you broke line 8",
    "I think she forgot her promise",
])  # fmt: skip
def test_somebody_elses_slip(text: str) -> None:
    assert read_slip(text, OTHERS).others


@pytest.mark.parametrize("text", [
    "AGREE", "make 8 say I open by six", "I broke the oven", "Tell me more", "I don't want to pass it on", "4, mornings, money, yes",
    "SHOW", "Is line 8 still true?", "",
])  # fmt: skip
def test_what_has_nothing_to_do_with_it(text: str) -> None:
    assert read_slip(text, OTHERS) is None


@pytest.mark.row("F42")
@pytest.mark.parametrize(("text", "words"), [
    ("PASS ON: I was late.", "I was late."),
    ("Pass it on to Jonas: I was late.", "I was late."),
    ("I was late. Please pass it on.", "I was late."),
    ("Can you pass this on to Jonas please?\nI was late.", "I was late."),
])  # fmt: skip
def test_a_wish_that_stands_apart(text: str, words: str) -> None:
    reading = read_slip(text, OTHERS)

    assert (reading.words, reading.wished) == (words, True)


@pytest.mark.row("F42")
@pytest.mark.parametrize(
    "text", ["Don't pass it on. I broke line 8.", "I broke line 8, and don't you pass it on", "tell him I hate this"]
)
def test_a_wish_that_does_not_stand_apart_is_none(text: str) -> None:
    assert not read_slip(text, OTHERS).wished


@pytest.mark.row("F42")
@pytest.mark.parametrize(("text", "verdict"), [
    ("PASS ON", "yes"), ("Yes please", "yes"), ("Ok, pass it on. Thanks", "yes"), ("KEEP", "no"), ("no thanks", "no"), ("PASS", "no"),
    ("TALK", "talk"), ("Let's talk", "talk"), ("PASS ON: sorry", "pass"), ("Thank you", "words"), ("ok", "words"), ("please", "words"),
    ("yes but not the second sentence", "words"), ("yes?", "words"), ("I would say yes", "words"),
])  # fmt: skip
def test_a_yes_to_passing_on_is_closed(text: str, verdict: str) -> None:
    assert read_pass_on(text)[0] == verdict


@pytest.mark.row("F42")
def test_a_wish_stands_apart_in_the_middle_too() -> None:
    reading = read_slip("I was late.\nPass it on, please.\nThanks, Maya", OTHERS)

    assert (" ".join(reading.words.split()), reading.wished) == ("I was late. Thanks, Maya", True)


@pytest.mark.row("F42")
@pytest.mark.parametrize("text", [
    "Pass on this one. I'm too angry with him to rate it.", "pass it on tomorrow", "PASS ON if he asks", "Pass on this", "pass on? no",
])  # fmt: skip
def test_words_right_behind_it_may_turn_it_around(text: str) -> None:
    assert read_slip(text, OTHERS) is None
    assert read_pass_on(text)[0] not in ("pass", "yes")
