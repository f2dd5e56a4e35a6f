"""Lines on trial, told aloud: marked, asked about on their day, and over without a yes from all (F21)."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from talk import Talk

from agent.alliance import letters
from agent.alliance.model import Phase
from agent.papers.calendar import CalendarPlan
from agent.papers.enclosed import plan_of

HARD = "We stop, sit down and talk it through the same day."


def number_of(talk: Talk, words: str) -> int:
    return next(n for n, line in enumerate(talk.alliance.draft.lines, 1) if words in line.text)


def text_of(talk: Talk, words: str) -> str:
    return next(line for line in talk.alliance.draft.text.splitlines() if words in line)


def on_trial(how: str = "make {} a trial until 2 April") -> Talk:
    """Agreed on 2 March, with one line on trial."""
    talk = Talk().drafted()
    talk.says(1, how.format(number_of(talk, HARD)))
    return talk.says(1, "AGREE").says(2, "AGREE")


def asked(talk: Talk) -> Talk:
    """On the morning of the last day."""
    day = talk.alliance.trials[0].ends
    while talk.now.date() < day:
        talk.waits(days=1)
    return talk


def ends(talk: Talk, number: int) -> letters.TrialEnds:
    return next(s.letter for s in talk.sent if s.to == number and isinstance(s.letter, letters.TrialEnds))


@pytest.mark.row("F21")
@pytest.mark.parametrize(("how", "tag", "day"), [
    ("make {} a trial until 2 April", "(Maya, try until 2 April 2026)", date(2026, 4, 2)),
    ("{}: try until 2 April", "(Maya, try until 2 April 2026)", date(2026, 4, 2)),
    ("{}: for 30 days", "(Maya, for 30 days from the day we agree)", date(2026, 4, 2)),
])  # fmt: skip
def test_a_line_is_put_on_trial_by_its_number_and_the_words_stay(how: str, tag: str, day: date) -> None:
    talk = Talk().drafted()
    now = talk.now.date()
    talk.says(1, how.format(number_of(talk, HARD)))

    [change] = talk.alliance.draft.changed
    assert change.now == f"{HARD} {tag}"
    assert change.was == f"{HARD} (Maya)"
    talk.says(1, "AGREE").says(2, "AGREE")
    [trial] = talk.alliance.trials
    assert trial.ends == (day if "2 April" in tag else now + timedelta(days=30))


@pytest.mark.row("F21")
def test_new_words_may_bring_their_trial_along() -> None:
    talk = Talk().drafted()
    talk.says(1, f"make {number_of(talk, HARD)} say We take an hour apart first, try until 2 April")

    assert text_of(talk, "an hour apart first").endswith("We take an hour apart first. (Maya, try until 2 April 2026)")


@pytest.mark.row("F21")
def test_both_are_asked_about_it_on_its_day() -> None:
    talk = asked(on_trial())

    assert ends(talk, 1) == ends(talk, 2)
    letter = ends(talk, 1)
    assert letter.day == date(2026, 4, 2)
    assert letter.line == f"{HARD} (Maya, try until 2 April 2026)"
    assert letter.line_number == number_of(talk, HARD)
    when = {s.number: talk.alliance.trials[0].asked for s in talk.sent if isinstance(s.letter, letters.TrialEnds)}
    assert {at.date() for at in when.values()} == {date(2026, 4, 2)}


@pytest.mark.row("F21")
def test_silence_lets_the_trial_run_out_and_says_so_on_the_page() -> None:
    talk = asked(on_trial()).waits(days=3)
    before = talk.alliance.in_force

    assert not any(isinstance(s.letter, letters.TrialEnds) for s in talk.waits(days=200).new)
    assert talk.alliance.in_force == before
    [show] = talk.says(2, "SHOW").letters(2)
    [trial] = show.trials
    assert (trial.number, trial.over) == (number_of(talk, HARD), True)


@pytest.mark.row("F21", "F36")
def test_a_trial_that_ran_out_is_not_looked_at_any_more() -> None:
    talk = asked(on_trial())
    over = talk.alliance.trials[0].line
    talk.waits(days=3000)

    looked_at = {c.line for c in talk.alliance.checkins if c.asked and c.asked > talk.alliance.trials[0].asked}
    assert len(looked_at) > 5
    assert over not in looked_at


@pytest.mark.row("F21", "F28")
@pytest.mark.parametrize("word", ["KEEP", "Keep it, please", "keep {}", "yes"])
def test_a_line_is_kept_for_good_only_by_the_yes_of_both(word: str) -> None:
    talk = asked(on_trial())
    number = number_of(talk, HARD)
    talk.says(1, word.format(number), "trial:0")

    [change] = talk.alliance.draft.changed
    assert (change.now, change.was) == (f"{HARD} (Maya)", f"{HARD} (Maya, try until 2 April 2026)")
    assert talk.alliance.in_force.version == 2
    talk.says(1, "AGREE")
    assert talk.alliance.phase == Phase.CHANGING
    talk.says(2, "AGREE")
    assert talk.alliance.in_force.version == 3
    assert talk.alliance.trials[0].off


@pytest.mark.row("F21")
def test_when_both_say_keep_the_second_is_shown_the_draft_that_says_so() -> None:
    talk = asked(on_trial()).says(1, "KEEP", "trial:0").says(2, "KEEP", "trial:0")

    [draft] = talk.letters(2)
    assert isinstance(draft, letters.DraftChanged)
    assert talk.alliance.draft.version == 3
    assert not any(c.version == 3 for c in talk.alliance.confirmations)


@pytest.mark.row("F21")
def test_it_may_be_dropped_or_changed_or_go_on_for_a_while() -> None:
    number = number_of(on_trial(), HARD)

    dropped = asked(on_trial()).says(2, "Drop it", "trial:0").alliance.draft.changed
    assert [(c.was.startswith(HARD), c.now) for c in dropped] == [(True, "")]
    changed = asked(on_trial()).says(2, f"{number}: We sleep on it and talk at breakfast.", "trial:0")
    assert text_of(changed, "breakfast").endswith("talk at breakfast. (Jonas)")
    longer = asked(on_trial()).says(2, "another 30 days", "trial:0")
    assert "(Maya, try until 2 May 2026)" in text_of(longer, HARD)


@pytest.mark.row("F21")
def test_another_change_of_the_page_starts_no_trial_anew() -> None:
    talk = on_trial("{}: for 30 days")
    ends_on = talk.alliance.trials[0].ends
    talk.waits(days=10).says(2, "make 1 say We stay friends.", "final:2").says(1, "AGREE").says(2, "AGREE")

    assert talk.alliance.in_force.version == 3
    assert [(t.ends, t.off) for t in talk.alliance.trials] == [(ends_on, False)]


@pytest.mark.row("F21")
def test_a_trial_that_was_taken_off_the_page_is_not_asked_about() -> None:
    talk = on_trial()
    talk.waits(days=5).says(2, f"drop {number_of(talk, HARD)}", "final:2").says(1, "AGREE").says(2, "AGREE")

    assert [t.off for t in talk.alliance.trials] == [True]
    talk.waits(days=60)
    assert not any(isinstance(s.letter, letters.TrialEnds) for s in talk.sent)


@pytest.mark.row("F21")
def test_who_paused_is_not_written_to() -> None:
    talk = on_trial().says(2, "PAUSE")

    assert {s.to for s in asked(talk).sent if isinstance(s.letter, letters.TrialEnds)} == {1}


@pytest.mark.row("F21")
def test_the_final_letter_names_the_day() -> None:
    [final] = [x for x in on_trial().letters(1) if isinstance(x, letters.Final)]

    assert [(t.day, t.over) for t in final.trials] == [(date(2026, 4, 2), False)]


@pytest.mark.row("F21", "F32")
def test_the_day_is_in_the_calendar_and_is_cancelled_with_the_trial() -> None:
    talk = on_trial()
    assert planned(talk) == [(1, date(2026, 4, 2), False)]

    talk.waits(days=5).says(2, f"{number_of(talk, HARD)}: until 5 May", "final:2").says(1, "AGREE").says(2, "AGREE")
    assert planned(talk) == [(1, date(2026, 4, 2), True), (2, date(2026, 5, 5), False)]


@pytest.mark.row("F21")
def test_only_a_trial_of_the_meetings_ends_the_meetings() -> None:
    assert plan(on_trial()).until is None
    talk = Talk().drafted()
    talk.says(1, f"make {number_of(talk, 'We meet')} a trial until 2 April").says(1, "AGREE").says(2, "AGREE")
    assert plan(talk).until == date(2026, 4, 2)


def plan(talk: Talk) -> CalendarPlan:
    [final] = [x for x in talk.letters(1) if isinstance(x, letters.Final)]
    return plan_of(talk.alliance, final, ZoneInfo("Europe/Berlin"), "alliance.example")


def planned(talk: Talk) -> list[tuple[int, date, bool]]:
    return [(t.number, t.day, t.cancelled) for t in plan(talk).trials]
