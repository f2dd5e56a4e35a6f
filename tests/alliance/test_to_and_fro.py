"""Two in open conflict through us: what goes to and fro is not carried for ever, and each is offered help alone (spec 4.5)."""

import pytest
from talk import Talk
from test_team_living import final, living

from agent.alliance import letters, to_and_fro

pytestmark = pytest.mark.row("F49", "F55")


def told(talk: Talk, number: int) -> list[letters.Letter]:
    return [x for x in talk.letters(number) if isinstance(x, letters.ToAndFro)]


def wrote(talk: Talk, notes: int) -> Talk:
    """Both pass notes on in turn, Maya first."""
    for n in range(notes):
        talk.says(1 + n % 2, f"PASS ON: This is note {n}.", "final:1")
    return talk


def test_the_sixth_note_in_a_row_is_the_last_for_now_and_each_is_told_alone() -> None:
    talk = wrote(Talk().agreed().waits(days=10), to_and_fro.MOST - 1)
    assert not any(isinstance(s.letter, letters.ToAndFro) for s in talk.sent)

    talk.says(2, "PASS ON: You never listen.", "final:1")
    day = (talk.now + to_and_fro.CALM).date()

    assert [x.words for x in talk.letters(1) if isinstance(x, letters.Repair)] == ["You never listen."]
    assert told(talk, 1) == [letters.ToAndFro("Jonas", day)]
    assert told(talk, 2) == [letters.ToAndFro("Maya", day)]


@pytest.mark.parametrize("who", [1, 2])
def test_what_either_writes_then_stays_with_us_and_the_other_hears_nothing(who: int) -> None:
    talk = wrote(Talk().agreed().waits(days=10), to_and_fro.MOST)

    talk.says(who, "PASS ON: And another thing.", "final:1")

    assert [x.words for x in told(talk, who)] == ["And another thing."]
    assert not talk.letters(3 - who)
    assert isinstance(talk.says(who, "IDEAS").letters(who)[0], letters.Ideas)
    assert isinstance(talk.says(who, "HUMAN").letters(who)[0], letters.Human)


def test_after_a_week_of_calm_notes_are_carried_again() -> None:
    talk = wrote(Talk().agreed().waits(days=10), to_and_fro.MOST)

    talk.waits(days=7).says(1, "PASS ON: I am sorry.", "final:1")

    assert [x.words for x in talk.letters(2) if isinstance(x, letters.Repair)] == ["I am sorry."]


def test_one_who_writes_alone_is_in_no_conflict() -> None:
    talk = Talk().agreed().waits(days=10)

    for n in range(to_and_fro.MOST + 2):
        talk.says(1, f"PASS ON: This is note {n}.", "final:1")

    assert not any(isinstance(s.letter, letters.ToAndFro) for s in talk.sent)


def test_words_at_a_reveal_count_too() -> None:
    talk = Talk().joined().part()

    for n in range(to_and_fro.MOST + 1):
        talk.says(1 + n % 2, f"I see part {n} in another way than you do.", "reveal:knowing")

    assert [x.words for x in told(talk, 1)] == ["I see part 6 in another way than you do."]
    assert not talk.letters(2)


def test_two_of_a_team_are_told_and_the_others_go_on() -> None:
    t = living()
    for n in range(to_and_fro.MOST):
        t.says(("Ana", "Ben")[n % 2], f"PASS ON: This is note {n}.", final(t))
    names = [t.alliance.participant(s.to).name for s in t.new if isinstance(s.letter, letters.ToAndFro)]
    assert names == ["Ben", "Ana"]

    t.says("Chi", "PASS ON: Let us have a tea.", final(t))

    assert [s.letter.words for s in t.new if isinstance(s.letter, letters.Repair)][:1] == ["Let us have a tea."]


def test_a_line_that_was_changed_to_and_fro_opens_with_the_offer_of_help() -> None:
    talk = Talk().drafted()

    for n, words in enumerate(("by noon", "by nine", "by ten")):
        talk.says(1 + n % 2, f"make 5 say We call each other back {words}.", f"draft:{n + 1}")

    changed = [s.letter for s in talk.new if isinstance(s.letter, letters.DraftChanged)]
    assert [x.sections[-1].lines[x.to_and_fro[0] - x.sections[-1].lines[0].number].text for x in changed] == [
        "We call each other back by ten. (Maya)"
    ] * 2
    assert {s.to for s in talk.sent if isinstance(s.letter, letters.DraftChanged) and s.letter.to_and_fro} == {1, 2}
    talk.says(1, "leave 6 open", "draft:4")
    assert all(not s.letter.to_and_fro for s in talk.new if isinstance(s.letter, letters.DraftChanged))
