"""Words that are meant for us alone though they do not begin with PRIVATE."""

import pytest

from agent.alliance.words import read_in_confidence

OTHERS = ("Maya", "Jo")


@pytest.mark.row("F17", "I2")
@pytest.mark.parametrize(
    "text",
    [
        "I go quiet. Don't tell Maya this, but I am thinking of quitting.",
        "I go quiet (please don’t tell her).",
        "Do not tell anyone. I sleep badly.",
        "Don't share this with anybody.",
        "This stays between us: I have another offer.",
        "Between you and me, I am tired of it.",
        "Keep this to yourself. I am tired.",
        "Off the record, I am tired.",
        "I don't want Maya to know that I am tired.",
        "Maya must not read this. I am tired.",
        "I am tired, but Maya doesn't need to know.",
        "I am tired. Please don't tell Maya any of this.",
        "Don't tell him anything. I am tired.",
        "Never tell Maya why. I am tired.",
        "Keep this from Maya: I am tired.",
        "Please don't mention this to Maya. I am tired.",
        "Just for you: I am tired.",
        "I'd rather Maya didn't know. I am tired.",
        "Bitte nicht an Maya weitergeben, ich bin müde.",
        "Ich bin müde. Sag Maya bitte nichts davon.",
        "Sag das bitte niemandem: ich bin müde.",
        "Unter uns: ich bin müde.",
        "Ich möchte nicht, dass Maya das erfährt.",
        "Maya soll das nicht wissen. Ich bin müde.",
        "Bitte nicht weitersagen, ich bin müde.",
    ],
)
def test_a_plea_to_tell_nobody_is_heard(text: str) -> None:
    assert read_in_confidence(text, OTHERS) == (text, True)


@pytest.mark.parametrize(
    "text",
    [
        "In private. Keep it between us.",
        "Don't tell me in front of others.",
        "Don't tell customers about delays before I know.",
        "I tell you when I am stuck. I never let you down.",
        "Never show anger in the shop.",
        "We don't share money.",
        "Do not let them pile up.",
        "Tell me first, not Maya's mother.",
        "Sag mir nicht vor anderen, was falsch war.",
        "Sag es mir am selben Tag.",
        "Er soll pünktlich sein.",
    ],
)
def test_what_two_people_want_of_each_other_is_an_answer(text: str) -> None:
    assert read_in_confidence(text, OTHERS) == (text, False)


def test_share_in_front_ends_all_doubt() -> None:
    assert read_in_confidence("SHARE: Don't tell Maya's clients. Don't tell her.", OTHERS)[1] is False
    assert read_in_confidence("SHARE Between us, no jokes.", OTHERS) == ("Between us, no jokes.", False)
    assert read_in_confidence("Share the chores.", OTHERS) == ("Share the chores.", False)
