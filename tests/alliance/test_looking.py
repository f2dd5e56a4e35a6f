"""Looking back: check-ins, their replies, the digest and the rhythm, told aloud."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talk import Talk

from agent.alliance import letters
from agent.alliance.event import AutoReplied
from agent.alliance.model import Phase


def only(talk: Talk, number: int) -> object:
    [letter] = talk.letters(number)
    return letter


def checking() -> Talk:
    return Talk().agreed().waits(days=30)


@pytest.mark.row("F34", "A21", "S18", "S19")
def test_both_are_asked_the_same_on_the_day_and_one_line_is_looked_at() -> None:
    talk = checking()

    assert only(talk, 1) == only(talk, 2)
    letter = only(talk, 1)
    assert (letter.number, letter.digest_days) == (1, 5)
    assert letter.line in talk.alliance.draft.text
    assert talk.alliance.participant(1).open.sent.date() == (talk.alliance.agreed_at + timedelta(days=30)).date()


@pytest.mark.row("F35", "A21")
def test_one_short_reply_fills_four_fields() -> None:
    noted = only(checking().says(1, "4, mornings, money, partly"), 1)

    assert (noted.rating, noted.works, noted.care, noted.line) == (4, "mornings", "money", "partly")


@pytest.mark.row("spec 4.7", "F35")
def test_a_number_with_a_remark_is_kept_as_both() -> None:
    talk = checking().says(1, "4 - fine, but tired")

    [reply] = talk.alliance.checkins[0].replies
    assert reply.rating == 4
    assert "fine, but tired" in (reply.works, reply.care)


@pytest.mark.row("decision 16", "spec 4.7")
def test_between_three_and_four_is_asked_back_and_not_counted() -> None:
    talk = checking().says(2, "4, a, b, yes").says(1, "between 3 and 4")

    letter = only(talk, 1)
    assert isinstance(letter, letters.AskBack)
    assert letter.kind == "rating"
    assert talk.alliance.checkins[0].closed is None
    talk.says(1, "3", "checkin:1")
    assert talk.alliance.checkins[0].closed == talk.now


def test_a_number_that_became_unclear_is_asked_about_again() -> None:
    talk = checking().says(1, "4, a, b, yes").says(1, "between 3 and 4", "checkin:1")

    assert isinstance(only(talk, 1), letters.AskBack)


@pytest.mark.row("A22")
def test_the_digest_goes_to_both_when_both_have_answered() -> None:
    talk = checking().says(1, "4, mornings, money, partly")
    assert not talk.letters(2)

    talk.says(2, "3, we laugh, the same, yes")
    digest = only(talk, 1)
    assert digest == only(talk, 2)
    assert [(a.name, a.text) for a in digest.works] == [("Maya", "mornings"), ("Jonas", "we laugh")]
    assert [(a.name, a.text) for a in digest.line_replies] == [("Maya", "partly"), ("Jonas", "yes")]
    assert str(digest.next_checkin) == "2026-05-31"


@pytest.mark.row("decision 16")
def test_after_five_days_the_digest_shows_only_who_replied() -> None:
    talk = _with_numbers(checking()).says(1, "4, mornings, money, partly").waits(days=6)

    digest = only(talk, 2)
    assert [a.name for a in digest.works] == ["Maya"]
    assert "Jonas" not in repr(digest)
    assert not talk.waits(days=20).new


@pytest.mark.row("decision 16")
def test_without_a_single_reply_there_is_no_digest_and_the_next_check_in_comes() -> None:
    talk = checking().waits(days=20)
    assert not talk.new

    assert {s.about for s in talk.waits(days=45).new} == {"checkin:2"}


@pytest.mark.row("F38", "I13")
def test_numbers_are_hidden_unless_both_chose_to_show_them() -> None:
    digest = only(checking().says(1, "4, a, b, yes").says(2, "3, c, d, yes"), 1)

    assert digest.rows == ()


def _with_numbers(talk: Talk) -> Talk:
    """As if both had added NUMBERS, before a check-in that is out was asked."""
    out = tuple(replace(c, numbers=c.closed is None and c.asked is not None) for c in talk.alliance.checkins)
    talk.alliance = replace(talk.alliance, checkins=out)
    people = tuple(replace(p, numbers=True) for p in talk.alliance.participants)
    talk.alliance = replace(talk.alliance, participants=people)
    return talk


@pytest.mark.row("F38", "decision 16")
def test_numbers_are_shown_when_both_chose_to_in_the_rhythm_letter() -> None:
    talk = Talk().joined().part()
    for _ in range(3):
        talk.says(1, "NEXT", "reveal:x").says(2, "NEXT", "reveal:x").part()
    talk.says(1, "NEXT", "reveal:trust").says(2, "NEXT", "reveal:trust")
    talk.answers(1).answers(2, until="rhythm").says(2, "NUMBERS", "prompt:rhythm")
    talk.says(1, "AGREE", "draft:1").says(2, "AGREE", "draft:1").waits(days=31)
    digest = only(talk.says(1, "4, a, b, yes").says(2, "3, c, d, yes"), 1)

    assert [(r.name, r.ratings) for r in digest.rows] == [("Maya", (4,)), ("Jonas", (3,))]


@pytest.mark.row("F38")
def test_hide_by_either_hides_all_numbers_from_both() -> None:
    talk = _with_numbers(checking()).says(1, "4, a, b, yes, HIDE").says(2, "3, c, d, yes")

    for number in (1, 2):
        assert only(talk, number).rows == ()


def rounds(*replies: tuple[str, str]) -> Talk:
    """So many check-ins of two who show their numbers, each answered by both."""
    talk = _with_numbers(Talk().agreed())
    for maya, jonas in replies:
        talk.waits(seconds=(talk.alliance.checkins[-1].due - talk.now).total_seconds())
        about = f"checkin:{talk.alliance.checkins[-1].number}"
        talk.says(1, maya, about).says(2, jonas, about)
    return talk


@pytest.mark.row("F37", "F40", "A22", "S37")
def test_from_the_third_check_in_on_the_numbers_have_a_trend() -> None:
    assert only(rounds(("3, a, b, yes", "3, c, d, yes"), ("4, a, b, yes", "3, c, d, yes")), 1).trend == ()

    digest = only(
        rounds(("3, a, b, yes", "3, c, d, yes"), ("4, a, b, yes", "3, c, d, yes"), ("4, e, f, no", "2, g, h, no")), 1
    )
    assert [(row.name, row.ratings, row.trend) for row in digest.trend] == [
        ("Maya", (3, 4, 4), "up"),
        ("Jonas", (3, 3, 2), "down"),
    ]
    assert digest.trend == digest.rows
    assert len(digest.rounds) == 3


@pytest.mark.row("F37")
def test_table_and_picture_hold_the_newest_six_rounds() -> None:
    digest = only(rounds(*[(f"{n}, a, b, yes", "4, c, d, yes") for n in (1, 5, 2, 3, 4, 5, 3)]), 2)

    assert digest.rows[0].ratings == (5, 2, 3, 4, 5, 3)
    assert len(digest.rounds) == 6


@pytest.mark.row("F38", "I13")
def test_a_round_in_which_one_hid_a_number_shows_none_of_either_ever() -> None:
    digest = only(
        rounds(
            ("3, a, b, yes, HIDE", "5, c, d, yes"), ("4, a, b, yes", "4, c, d, yes"), ("4, e, f, no", "4, g, h, no")
        ),
        1,
    )

    assert [row.ratings for row in digest.rows] == [(None, 4, 4), (None, 4, 4)]


@pytest.mark.row("F38", "I13")
def test_numbers_given_while_they_were_hidden_stay_hidden_when_numbers_are_shown_later() -> None:
    talk = checking().says(1, "1, a, b, yes").says(2, "5, c, d, yes")
    _with_numbers(talk).waits(days=61)
    digest = only(talk.says(1, "4, a, b, yes", "checkin:2").says(2, "4, c, d, yes", "checkin:2"), 1)

    assert [row.ratings for row in digest.rows] == [(None, 4), (None, 4)]


@pytest.mark.row("F38")
def test_hide_in_the_third_round_leaves_no_trend_either() -> None:
    digest = only(
        rounds(
            ("3, a, b, yes", "3, c, d, yes"), ("4, a, b, yes", "3, c, d, yes"), ("4, e, f, no, HIDE", "2, g, h, no")
        ),
        2,
    )

    assert (digest.rows, digest.trend) == ((), ())


@pytest.mark.row("F36")
def test_lines_rotate_without_repeats_until_all_were_asked() -> None:
    talk = Talk().agreed()
    lines = [line.id for line in talk.alliance.draft.lines]
    for _ in range(12):
        talk.waits(days=120)

    asked = [c.line for c in talk.alliance.checkins if c.asked]
    assert len(set(asked)) == len(asked)
    assert set(asked) <= set(lines)


@pytest.mark.row("F34")
def test_check_ins_come_at_30_days_90_days_then_quarterly() -> None:
    talk = Talk().agreed()
    for _ in range(5):
        talk.waits(days=92)

    days = [str(c.due.date()) for c in talk.alliance.checkins]
    assert days[:4] == ["2026-04-01", "2026-05-31", "2026-08-31", "2026-11-30"]


@pytest.mark.row("F34", "decision 16")
@pytest.mark.parametrize("about", ["checkin:1", "final:1", "prompt:rhythm"])
def test_either_may_change_the_rhythm_and_both_are_told(about: str) -> None:
    talk = checking().says(2, "every 6 months please", about)

    for number in (1, 2):
        letter = only(talk, number)
        assert isinstance(letter, letters.RhythmChanged)
    assert only(talk, 1).name == "Jonas"
    assert (talk.alliance.rhythm.every, talk.alliance.rhythm.unit) == (6, "month")


@pytest.mark.row("F34")
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 70),
            st.sampled_from(
                ["every month", "every 2 weeks", "every 6 months", "every 10 days", "weekly", "quarterly", ""]
            ),
        ),
        max_size=8,
    )
)
@settings(max_examples=25, deadline=None)
def test_changing_the_rhythm_loses_and_doubles_nothing(steps: list[tuple[int, str]]) -> None:
    talk = Talk(**{f: getattr(_AGREED, f) for f in ("alliance", "now", "wake", "count")}, sent=list(_AGREED.sent))
    for days, words in steps:
        talk.waits(days=days)
        if words:
            talk.says(1, words, "rhythm")
        ahead = [c for c in talk.alliance.checkins if c.asked is None]
        assert ahead or any(c.asked and not c.closed for c in talk.alliance.checkins)
        assert len(ahead) <= 1
    talk.waits(days=200)

    went = [c for c in talk.alliance.checkins if c.asked]
    assert [c.number for c in talk.alliance.checkins] == list(range(1, len(talk.alliance.checkins) + 1))
    assert len({c.due.date() for c in went}) == len(went)
    for number in (1, 2):
        asked = [s.about for s in talk.sent if s.to == number and isinstance(s.letter, letters.Checkin)]
        assert asked == [f"checkin:{c.number}" for c in went]
    assert went, "two hundred days bring at least one"


_AGREED = Talk().agreed()


@pytest.mark.row("F11", "F35")
def test_a_check_in_is_passed_without_a_word() -> None:
    talk = checking().says(1, "PASS").says(2, "4, a, b, yes")

    assert [a.name for a in only(talk, 1).works] == ["Jonas"]


@pytest.mark.row("F11")
def test_stop_beside_a_check_in_reply_stops() -> None:
    talk = checking().says(1, "4, fine, nothing, yes. STOP")

    assert talk.alliance.phase == Phase.ENDED


def test_a_check_in_that_is_over_says_so() -> None:
    talk = checking().waits(days=7).says(1, "Nice to read that", "checkin:1")

    assert only(talk, 1).kind == "checkin_over"


@pytest.mark.row("F35", "F14")
def test_a_late_reply_counts_until_the_next_check_in() -> None:
    talk = checking().waits(days=7).says(1, "4, a, b, yes", "checkin:1")  # nobody had replied in time

    assert [a.name for a in only(talk, 2).works] == ["Maya"]
    talk.says(2, "3, c, d, no", "checkin:1")
    assert [a.name for a in only(talk, 1).works] == ["Maya", "Jonas"]
    assert talk.says(2, "5, c, d, no", "checkin:1").letters(2)[0].kind == "checkin_over"  # said once, it is out

    talk.waits(days=95).says(1, "PASS").says(2, "PASS")

    assert talk.says(1, "4, a, b, yes", "checkin:1").letters(1)[0].kind == "checkin_over"


@pytest.mark.row("F26")
@pytest.mark.parametrize("days", [0, 7])
def test_a_change_in_the_thread_of_a_check_in_is_a_change(days: int) -> None:
    talk = checking().waits(days=days).says(1, "change line 8 to we talk on Tuesdays at 9", "checkin:1")

    assert talk.alliance.phase == Phase.CHANGING
    assert isinstance(only(talk, 2), letters.DraftChanged)


@pytest.mark.row("F56")
def test_an_auto_reply_to_a_check_in_is_no_answer() -> None:
    talk = checking()
    before = talk.alliance.checkins
    talk.happens(AutoReplied(1, talk.now + timedelta(days=3), "inbox:99"))

    assert talk.alliance.checkins == before
    assert not talk.new


@pytest.mark.row("S19")
def test_who_lets_two_checkins_go_by_is_asked_alone_whether_the_rhythm_fits() -> None:
    talk = Talk().agreed().waits(days=31)
    talk.says(2, "4, mornings, money, yes", "checkin:1").waits(days=60)
    talk.says(2, "4, mornings, money, yes", "checkin:2").waits(days=100)

    asked = {
        (s.about, s.to): s.letter.skipped
        for s in talk.sent
        if s.about.startswith("checkin:") and hasattr(s.letter, "skipped")
    }
    assert asked == {
        ("checkin:1", 1): False,
        ("checkin:1", 2): False,
        ("checkin:2", 1): False,
        ("checkin:2", 2): False,
        ("checkin:3", 1): True,
        ("checkin:3", 2): False,
    }


@pytest.mark.row("F34")
@pytest.mark.parametrize("text", ["Thanks. See you every week then", "Nice. We now eat lunch together every day."])
def test_small_talk_never_changes_the_rhythm(text: str) -> None:
    talk = Talk().agreed()
    before = talk.alliance.rhythm

    talk.says(1, text, "final:1")

    assert talk.alliance.rhythm == before


@pytest.mark.row("F38")
@pytest.mark.parametrize(
    "text", ["It is so-so, 3 I guess. Mornings work. HIDE", "4, I feel a 4 of 5 about mornings, money, partly"]
)
def test_a_hidden_number_never_travels_in_the_words(text: str) -> None:
    talk = Talk().agreed().waits(days=31).says(1, "4, mornings, money, yes", "checkin:1").says(2, text, "checkin:1")

    assert not talk.letters(1)
    assert [x.kind for x in talk.letters(2)] in (["hidden_number"], ["rating"])


@pytest.mark.row("F34")
@pytest.mark.parametrize(
    "text",
    [
        "I check the oven every day",
        "Every day is better",
        "every week is busy",
        "never!",
        "none",
        "All good",
        "yes",
        "ok, fine",
    ],
)
def test_words_about_anything_else_never_change_the_rhythm(text: str) -> None:
    talk = Talk().agreed()
    before = talk.alliance.rhythm

    assert talk.says(1, text, "final:1").alliance.rhythm == before


@pytest.mark.row("F34")
@pytest.mark.parametrize(
    "text", ["every 6 weeks", "Check-ins monthly please", "NO CHECK-INS", "Please check in once a quarter"]
)
def test_a_rhythm_by_itself_changes_it(text: str) -> None:
    talk = Talk().agreed()

    talk.says(1, text, "final:1")

    assert [type(x).__name__ for x in talk.letters(1) + talk.letters(2)] == ["RhythmChanged", "RhythmChanged"]


@pytest.mark.row("decision 16")
def test_who_passes_last_hears_that_it_is_noted() -> None:
    talk = Talk().agreed().waits(days=31).says(1, "PASS", "checkin:1").says(2, "PASS", "checkin:1")

    assert talk.letters(2)
    assert not talk.letters(1)


@pytest.mark.row("F36")
def test_what_was_promised_is_looked_at_before_what_is_hoped_for() -> None:
    talk = checking()

    assert only(talk, 1).line == "Maya: I do the books every Friday."
    assert only(talk, 1).since == talk.alliance.first_agreed


@pytest.mark.row("F40")
@pytest.mark.parametrize("text", ["no, all is well", "No thanks", "nothing to change", "All good", "Nein, alles gut"])
def test_a_plain_no_to_a_digest_is_taken_as_one(text: str) -> None:
    talk = checking().says(1, "4, mornings, money, yes").says(2, "5, all, nothing, yes")

    assert only(talk.says(2, text, "digest:1"), 2) == letters.RenewalOutcome("keep", looking_next(talk))


def looking_next(talk: Talk) -> object:
    return talk.alliance.checkins[-1].due.date()


@pytest.mark.parametrize("text", ["no, drop 5", "no way", "no, Jonas is wrong", "nothing works", "no, all is lost"])
def test_any_other_no_to_a_digest_is_asked_about_or_a_change(text: str) -> None:
    talk = checking().says(1, "4, mornings, money, yes").says(2, "5, all, nothing, yes")

    assert not isinstance(talk.says(2, text, "digest:1").letters(2)[0], letters.RenewalOutcome)
