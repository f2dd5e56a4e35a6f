"""Kinds of relationship, told aloud: what is understood, what it changes, and what is taken care of first."""

import pytest
from talk import ANSWERS, FLOW, WHY, Talk

from agent.alliance import letters
from agent.alliance.model import Phase, Rhythm, Stage
from agent.alliance.turn import House
from agent.alliance.words import read_kind

LINES = {"couple": ("Women's line, 0800 000 000",), "any": ("Talk to somebody, 0800 111 111",)}
HOUSE = House("Europe/Berlin", help_lines=LINES)
MAILS = {
    "couple": "I'd like to do this with my husband Jonas (jonas@example.org).",
    "manager": "I am Jonas's manager (jonas@example.org) and would like us to agree how we work.",
    "coach": "I coach Jonas (jonas@example.org).",
    "business": "Jonas (jonas@example.org) and I are opening a bakery.",
    "family": "Jonas (jonas@example.org) is my brother.",
    "friends": "Jonas (jonas@example.org) is my oldest friend.",
}


def starts(kind: str) -> Talk:
    return Talk(house=HOUSE).starts(MAILS[kind])


def invited(kind: str) -> tuple[Talk, letters.Invitation]:
    talk = starts(kind).says(1, WHY).says(1, "SEND")
    [invitation] = talk.letters(2)
    assert isinstance(invitation, letters.Invitation)
    return talk, invitation


def agreed(kind: str) -> Talk:
    """Both answer everything, and what one kind asks besides is skipped."""
    talk, _ = invited(kind)
    talk.says(2, "Yes")
    for _ in range(5):
        for number in (1, 2):
            while (opened := talk.alliance.participant(number).open) and opened.about.startswith("prompt:"):
                prompt = opened.about.partition(":")[2]
                talk.says(number, ANSWERS.get(prompt, ("Pass", "Pass"))[number - 1], opened.about)
        for number in (1, 2):
            if talk.alliance.participant(number).stage == Stage.READING:
                talk.says(number, "NEXT", f"reveal:{talk.alliance.revealed[-1]}")
    return talk.says(1, "AGREE").says(2, "AGREE")


@pytest.mark.row("F53", "F07")
def test_all_kinds_ask_the_same_prompts_word_for_word_with_other_hints() -> None:
    asks = {p.id: p.ask for p in FLOW.flow.prompts.values()}
    flows = [FLOW.flow.of(kind) for kind in MAILS]

    for flow in flows:
        assert {i: flow.prompts[i].ask for i in asks} == asks
    hints = [tuple((p.hint, p.example, p.private) for p in flow.prompts.values()) for flow in (FLOW.flow, *flows)]
    assert len(set(hints)) == len(hints)


@pytest.mark.row("F53", "S07")
@pytest.mark.parametrize("kind", MAILS)
def test_each_kind_is_sent_the_twelve_prompts_word_for_word(kind: str) -> None:
    talk = agreed(kind)

    assert talk.alliance.phase == Phase.AGREED
    for number in (1, 2):
        asked = [s.letter.ask for s in talk.sent if s.to == number and isinstance(s.letter, letters.Prompt)]
        source = [p.ask for p in FLOW.flow.prompts.values() if p.counted and "{" not in p.ask]
        assert [a for a in asked if a in source] == source


@pytest.mark.row("S07")
@pytest.mark.parametrize("kind", MAILS)
def test_what_was_understood_is_read_back_with_the_way_to_change_it(kind: str) -> None:
    talk = starts(kind)

    [letter] = talk.letters(1)
    assert isinstance(letter, letters.SetupWhy)
    title = next(k.title for k in FLOW.flow.relationships if k.id == kind)
    assert (letter.kind, letter.known) == (title, tuple(k.title for k in FLOW.flow.relationships))
    [ready] = talk.says(1, WHY).letters(1)
    assert isinstance(ready, letters.SetupReady)
    assert ready.kind == title


@pytest.mark.row("S07")
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_word_that_is_named_for_a_kind_is_understood(language: str) -> None:
    kinds = FLOW.flow.told_in(language).relationships

    read = [read_kind(f"KIND {kind.title}", kinds)[0] for kind in kinds]

    assert [r and r.kind for r in read] == [kind.id for kind in kinds]


@pytest.mark.row("S07")
def test_a_kind_that_was_not_said_stays_open() -> None:
    talk = Talk().starts("Jonas Berg (jonas@example.org) and I lead the choir.")

    [letter] = talk.letters(1)
    assert isinstance(letter, letters.SetupWhy)
    assert letter.kind == talk.alliance.kind == ""
    [ready] = talk.says(1, WHY).letters(1)
    assert isinstance(ready, letters.SetupReady)
    assert ready.invitation.opening == ""


@pytest.mark.row("S07")
@pytest.mark.parametrize("words", ["KIND friends", "We're friends.", "No, we are friends, not business partners"])
@pytest.mark.parametrize("about", ["why", "ready"])
def test_one_word_corrects_the_kind_and_the_invitation_is_shown_anew(words: str, about: str) -> None:
    talk = starts("business")
    if about == "ready":
        talk.says(1, WHY)

    talk.says(1, words)
    assert talk.alliance.kind == "friends"
    if about == "why":
        assert talk.alliance.why == ""
        talk.says(1, WHY)
    [ready] = talk.letters(1)
    assert isinstance(ready, letters.SetupReady)
    assert ready.invitation.opening == "A small thing, for a friendship that matters."
    assert ready.invitation.why == WHY


@pytest.mark.row("S07", "F03")
def test_a_correction_beside_the_why_is_for_us_and_the_why_stays_character_for_character() -> None:
    talk = starts("business").says(1, f"KIND friends\n\n{WHY}\n We are friends.")

    [ready] = talk.letters(1)
    assert isinstance(ready, letters.SetupReady)
    assert ready.invitation.why == f"{WHY}\n We are friends."
    assert talk.alliance.kind == "friends"


def test_a_changed_kind_is_shown_before_it_is_sent() -> None:
    talk = starts("business").says(1, WHY).says(1, "KIND friends\nSEND")

    assert not talk.letters(2)
    assert isinstance(talk.letters(1)[0], letters.SetupReady)
    assert talk.says(1, "SEND").letters(2)


def test_a_kind_that_nobody_knows_is_kept_general_and_said_so() -> None:
    talk = starts("business").says(1, WHY).says(1, "KIND neighbours")

    [ready] = talk.letters(1)
    assert isinstance(ready, letters.SetupReady)
    assert [(n.kind, n.title) for n in ready.notes] == [("kind_unknown", "neighbours")]
    assert talk.alliance.kind == ""


def test_what_the_why_says_counts_when_nothing_was_said_before() -> None:
    talk = (
        Talk()
        .starts("Jonas Berg (jonas@example.org) and I lead the choir.")
        .says(1, "Jonas is my oldest friend.\n\nI want it to last.")
    )

    assert talk.alliance.kind == "friends"


# ---------------------------------------------------------------- what each kind changes


@pytest.mark.row("F53")
def test_the_report_may_say_no_and_the_manager_needs_no_such_line() -> None:
    _, to_report = invited("manager")
    MAILS["to a manager"] = "Jonas (jonas@example.org) is my boss."
    _, to_manager = invited("to a manager")
    del MAILS["to a manager"]

    assert to_report.opening == to_manager.opening == "This is not a review. HR does not see it."
    assert to_report.note == "You may say no. Saying no has no effect on anything else here."
    assert to_manager.note == ""


@pytest.mark.row("F53")
def test_where_it_is_not_known_who_reports_to_whom_the_line_is_there() -> None:
    talk = starts("friends").says(1, "KIND manager").says(1, WHY).says(1, "SEND")

    [invitation] = talk.letters(2)
    assert "You may say no." in invitation.note
    talk.waits(days=8)
    reminder = talk.last(2).letter
    assert isinstance(reminder, letters.InvitationReminder)
    assert reminder.note == invitation.note


@pytest.mark.row("F53")
@pytest.mark.parametrize(
    ("mail", "opening"),
    [
        ("I coach Jonas (jonas@example.org).", "Your coach asked me to help you both set up how you work together."),
        (
            "Jonas (jonas@example.org) is my coach.",
            "Your client asked me to help you both set up how you work together.",
        ),
    ],
)
def test_a_coach_and_a_client_are_each_told_who_asked(mail: str, opening: str) -> None:
    talk = Talk().starts(mail).says(1, WHY).says(1, "SEND")

    [invitation] = talk.letters(2)
    assert invitation.opening == opening
    assert "sees nothing" in invitation.note


@pytest.mark.row("F53", "F34")
@pytest.mark.parametrize(
    ("kind", "rhythm"),
    [
        ("couple", Rhythm((), 1, "month")),
        ("manager", Rhythm((30, 90), 3, "month")),
        ("coach", Rhythm((), 3, "month")),
        ("business", Rhythm((30, 90), 3, "month")),
        ("family", Rhythm((), 3, "month")),
        ("friends", Rhythm((), 6, "month")),
    ],
)
def test_your_suggestion_is_the_rhythm_of_the_kind(kind: str, rhythm: Rhythm) -> None:
    assert agreed(kind).alliance.rhythm == rhythm


@pytest.mark.row("F53")
def test_the_suggestion_in_the_letter_is_the_one_that_is_taken() -> None:
    talk = agreed("friends")

    hints = [s.letter.hint for s in talk.sent if s.about == "prompt:rhythm" and isinstance(s.letter, letters.Prompt)]
    assert all(hint.startswith("I suggest every 6 months.") for hint in hints)


@pytest.mark.row("F53", "F38")
def test_numbers_are_hidden_by_default_between_manager_and_report() -> None:
    talk = agreed("manager")

    [one, _] = [s.letter for s in talk.sent if s.about == "prompt:rhythm"]
    assert isinstance(one, letters.Prompt)
    assert "stays hidden" in one.extra


@pytest.mark.row("F53", "F17")
def test_a_couple_is_told_of_private_lines_where_it_matters() -> None:
    private = {p.id for p in FLOW.flow.of("couple").prompts.values() if p.private}

    assert private == {"hopes", "P10", "P05", "P04", "P12"}
    assert {p.id for p in FLOW.flow.prompts.values() if p.private} == {"hopes"}


@pytest.mark.row("F53")
def test_friends_are_offered_the_short_set_first() -> None:
    [ready] = starts("friends").says(1, WHY).letters(1)
    [other] = starts("family").says(1, WHY).letters(1)

    assert isinstance(ready, letters.SetupReady)
    assert isinstance(other, letters.SetupReady)
    assert (ready.short_first, other.short_first) == (True, False)


@pytest.mark.row("F53")
@pytest.mark.parametrize(("kind", "extra", "after"), [("business", "parting", "P02"), ("coach", "ending", "P06")])
def test_what_a_kind_asks_besides_is_asked_of_it_alone(kind: str, extra: str, after: str) -> None:
    for other in MAILS:
        ids = list(FLOW.flow.of(other).prompts)
        assert (extra in ids) == (other == kind)
    ids = list(FLOW.flow.of(kind).prompts)
    assert ids[ids.index(after) + 1] == extra

    talk = agreed(kind)
    assert [s.to for s in talk.sent if s.about == f"prompt:{extra}" and isinstance(s.letter, letters.Prompt)] in (
        [1, 2],
        [2, 1],
    )


def test_the_end_is_asked_in_the_short_set_of_a_coach_too() -> None:
    short = [p.id for p in FLOW.flow.of("coach").prompts.values() if p.short]

    assert short.index("ending") == short.index("P06") + 1


# ---------------------------------------------------------------- care


@pytest.mark.row("F53", "F55")
def test_a_couple_is_taken_only_where_there_are_help_lines() -> None:
    talk = Talk().starts(MAILS["couple"])

    [letter] = talk.letters(1)
    assert letter == letters.KindRefused("a couple", tuple(k.title for k in FLOW.flow.relationships[1:]))
    assert talk.says(1, "Please, we really want this").letters(1) == [letter]
    assert isinstance(talk.says(1, "KIND friends").letters(1)[0], letters.SetupWhy)
    assert not [s for s in talk.sent if s.to == 2]


def test_the_way_round_by_a_later_correction_is_closed_too() -> None:
    talk = Talk().starts(MAILS["friends"]).says(1, WHY).says(1, "KIND couple")

    assert isinstance(talk.letters(1)[0], letters.KindRefused)
    talk.says(1, "SEND")
    assert not [s for s in talk.sent if s.to == 2]


@pytest.mark.row("F55")
def test_words_of_fear_get_the_help_lines_of_the_kind_and_reach_nobody() -> None:
    talk, _ = invited("couple")
    talk.says(2, "Yes").says(2, "I am scared of him when he drinks.")

    assert talk.letters(2) == [letters.Care((*LINES["couple"], *LINES["any"]))]
    assert talk.alliance.participant(2).paused
    assert "scared" not in repr([s for s in talk.sent if s.to == 1])


@pytest.mark.row("F55")
@pytest.mark.parametrize("words", ["I am afraid of her. What does she want?", "She hits me."])
def test_an_invitees_fear_reaches_nobody_and_nothing_begins(words: str) -> None:
    talk, _ = invited("couple")
    talk.says(2, words)

    assert talk.letters(2) == [letters.Care((*LINES["couple"], *LINES["any"]))]
    assert not talk.letters(1)
    talk.waits(days=60)
    assert [type(s.letter) for s in talk.sent if s.to == 2] == [letters.Invitation, letters.Care]
    assert "hits" not in repr([s for s in talk.sent if s.to == 1])
    assert talk.says(2, "Yes", "invitation").alliance.phase == Phase.ASKING


@pytest.mark.row("F55")
def test_fear_in_the_first_mail_gets_care_and_no_question() -> None:
    talk = Talk(house=HOUSE).starts("My husband Jonas (jonas@example.org): he hits me. I want us to agree to stop it.")

    assert talk.letters(1) == [letters.Care((*LINES["couple"], *LINES["any"]))]
    assert isinstance(talk.says(1, "I would like to go on").letters(1)[0], letters.SetupWhy)


@pytest.mark.row("F55")
def test_fear_in_the_why_gets_care_and_is_no_why() -> None:
    talk = starts("couple").says(1, "I am afraid of him")

    assert talk.letters(1) == [letters.Care((*LINES["couple"], *LINES["any"]))]
    assert talk.alliance.why == ""
    assert isinstance(talk.says(1, "I would still like to").letters(1)[0], letters.SetupWhy)


@pytest.mark.row("F53")
@pytest.mark.parametrize("words", ["My son Jonas (12), jonas@example.org", "This is for my kid, jonas@example.org"])
def test_a_child_is_asked_about_before_anything_else_and_never_written_to(words: str) -> None:
    talk = Talk().starts(words)

    [letter] = talk.letters(1)
    assert isinstance(letter, letters.AskAge)
    assert talk.says(1, "He would love it").letters(1) == [letter]
    talk.says(1, "SEND")
    assert not [s for s in talk.sent if s.to == 2]


def test_a_guardians_address_takes_the_place_of_the_childs() -> None:
    talk = Talk().starts("My son Jonas (12), jonas@example.org").says(1, "His other mother is kim@example.org")

    assert isinstance(talk.letters(1)[0], letters.SetupWhy)
    assert talk.alliance.participant(2).address == "kim@example.org"
    [invitation] = talk.says(1, WHY).says(1, "SEND").letters(2)
    assert invitation.guardian
    assert invitation.opening == "Each of you gets the same few questions."


def test_the_address_may_be_a_guardians_already() -> None:
    talk = Talk().starts("My son Jonas (12), kim@example.org").says(1, "GUARDIAN")

    assert isinstance(talk.letters(1)[0], letters.SetupWhy)


def test_another_address_for_a_child_is_asked_about_anew() -> None:
    talk = Talk().starts("My son Jonas (12), kim@example.org").says(1, "GUARDIAN").says(1, WHY).says(1, "SEND")
    talk.says(1, "The right address is jonas@example.org")

    assert isinstance(talk.letters(1)[0], letters.AskAge)
    assert not talk.letters(2)


def test_a_grown_up_son_is_written_to() -> None:
    talk = Talk().starts("My son Jonas runs the shop with me, jonas@example.org").says(1, "Jonas is 25")

    assert isinstance(talk.letters(1)[0], letters.SetupWhy)
    assert not talk.says(1, WHY).says(1, "SEND").letters(2)[0].guardian


def test_a_child_that_writes_is_asked_to_bring_a_guardian() -> None:
    talk = Talk().starts("I'm 14, and I'd like to do this with my mum, kim@example.org")

    assert talk.letters(1) == [letters.AskAge("", own=True)]
    assert talk.says(1, "I'm nearly 15").letters(1) == [letters.AskAge("", own=True)]
    assert isinstance(talk.says(1, "ADULT").letters(1)[0], letters.SetupWhy)


def test_stop_works_where_something_is_asked_first() -> None:
    for mail in ("My son Jonas (12), jonas@example.org", MAILS["couple"]):
        assert Talk().starts(mail).says(1, "STOP").alliance.phase == Phase.ENDED
