"""A year on, told aloud: keep, tweak, redesign or close, and the prompts asked anew beside one's own old words."""

from datetime import timedelta

import pytest
from talk import ANSWERS, Talk

from agent.alliance import letters
from agent.alliance.model import Phase, Stage
from agent.alliance.words import read_renewal

ABOUT = "renewal:1"


def only(talk: Talk, number: int) -> object:
    [letter] = talk.letters(number)
    return letter


def year(talk: Talk | None = None) -> Talk:
    """A year after the agreement: the check-ins went by, and the whole page is asked about."""
    talk = talk or Talk().agreed()
    while not talk.alliance.renewals:
        talk.waits(days=5)
    return talk


def redesigning(talk: Talk | None = None) -> Talk:
    return year(talk).says(1, "REDESIGN", ABOUT).says(2, "redesign it please", ABOUT)


def asked(talk: Talk, number: int) -> str:
    opened = talk.alliance.participant(number).open
    return opened.about if opened else ""


def answers(talk: Talk, number: int, new: dict[str, str] | None = None, rest: str = "KEEP") -> Talk:
    """Answer what is asked anew, one by one, until something else is open."""
    while (about := asked(talk, number)).startswith("prompt:"):
        if talk.alliance.participant(number).open.sent is None:
            talk.waits(hours=12)
        talk.says(number, (new or {}).get(about.partition(":")[2], rest), about)
    return talk


def redesigned(maya: dict[str, str] | None = None, jonas: dict[str, str] | None = None, rest: str = "KEEP") -> Talk:
    talk = redesigning()
    for _ in range(6):
        answers(talk, 1, maya, rest)
        answers(talk, 2, jonas, rest)
        for number in (1, 2):
            if asked(talk, number).startswith("reveal"):
                talk.says(number, "NEXT", asked(talk, number))
    return talk


@pytest.mark.row("F44", "A25", "S06")
def test_a_year_on_both_get_the_same_question_once_and_silence_leaves_it_as_it_is() -> None:
    talk = year()

    one, two = ([s.letter for s in talk.sent if s.to == n and s.about == ABOUT] for n in (1, 2))
    assert one == two
    assert [type(letter) for letter in one] == [letters.Renewal]
    late = talk.alliance.renewals[0].asked.date() - talk.alliance.agreed_at.date().replace(year=2027)
    assert late.days == 3  # the check-in of the days before is over first
    before = talk.alliance.in_force
    talk.waits(days=20)
    assert talk.alliance.renewals[0].closed is not None
    assert talk.alliance.in_force == before
    assert not [s for s in talk.new if s.about.startswith(("renewal", "rest"))]


@pytest.mark.row("F44")
def test_it_comes_every_year() -> None:
    talk = year().waits(days=370)

    assert [r.asked.year for r in talk.alliance.renewals] == [2027, 2028]
    assert [s.letter.years for s in talk.sent if s.to == 1 and isinstance(s.letter, letters.Renewal)] == [1, 2]


def test_who_wants_no_check_ins_is_not_asked_after_a_year_either() -> None:
    talk = Talk().agreed().says(1, "NO CHECK-INS", "final:1").waits(days=800)

    assert talk.alliance.renewals == ()


@pytest.mark.row("F44")
def test_both_keep_it() -> None:
    talk = year().says(1, "KEEP", ABOUT)
    assert only(talk, 1) == letters.RenewalNoted("keep")
    assert not talk.letters(2)

    talk.says(2, "keep it as it is, please", ABOUT)
    assert [only(talk, n).why for n in (1, 2)] == ["keep", "keep"]
    assert talk.alliance.phase == Phase.AGREED


@pytest.mark.row("F44")
def test_both_tweak_it_and_the_page_is_opened_for_both() -> None:
    talk = year().says(1, "TWEAK", ABOUT).says(2, "Tweak a line", ABOUT)

    assert [type(only(talk, n)) for n in (1, 2)] == [letters.ChangeAsk] * 2


@pytest.mark.row("F44", "A25")
def test_different_choices_are_shown_to_both_and_asked_once_more() -> None:
    talk = year().says(1, "KEEP", ABOUT).says(2, "REDESIGN", ABOUT).waits(hours=24)

    again = [s.letter for s in talk.sent if s.about == ABOUT and getattr(s.letter, "chosen", ())]
    assert [[(c.name, c.text) for c in letter.chosen] for letter in again] == [
        [("Maya", "KEEP"), ("Jonas", "REDESIGN")]
    ] * 2
    talk.says(1, "keep", ABOUT).says(2, "redesign", ABOUT)
    assert [only(talk, n).why for n in (1, 2)] == ["differ", "differ"]
    assert talk.alliance.phase == Phase.AGREED


@pytest.mark.row("F44", "decision 17")
@pytest.mark.parametrize("words", ["CLOSE", "close it well"])
def test_close_takes_only_one(words: str) -> None:
    talk = year().says(2, words, ABOUT)

    assert isinstance(only(talk, 2), letters.ClosingAsk)
    assert talk.alliance.ended == "closed"


@pytest.mark.row("I5")
def test_one_choice_alone_changes_nothing_and_names_nobody() -> None:
    talk = year().says(1, "REDESIGN", ABOUT).waits(days=20)

    told = [s for s in talk.new if isinstance(s.letter, letters.RenewalOutcome)]
    assert [(s.to, s.letter.why) for s in told] == [(1, "quiet")]
    assert talk.alliance.phase == Phase.AGREED
    assert only(talk.says(2, "REDESIGN", ABOUT), 2).kind == "renewal_over"


def test_a_change_of_a_line_in_reply_is_a_change_and_closes_the_question() -> None:
    talk = year().says(1, "make 4 say We laugh every day", ABOUT)

    assert talk.alliance.phase == Phase.CHANGING
    assert talk.alliance.renewals[0].closed is not None


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("KEEP", "keep"), ("keep it as it is, thanks", "keep"), ("Let's redesign it", "redesign"), ("I'd like to tweak a line or two", "tweak"),
        ("Close it well.", "close"), ("keep or tweak?", ""), ("keep or tweak", ""), ("don't close it", ""), ("keep it unless she wants more", ""),
        ("keep 6", ""), ("redesign?", ""), ("sounds good", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_choice_is_one_word_and_nothing_that_turns_it(text: str, choice: str) -> None:
    assert read_renewal(text) == choice


def test_an_unclear_reply_is_asked_about() -> None:
    assert only(year().says(1, "keep or tweak?", ABOUT), 1).kind == "renewal"


# ---------------------------------------------------------------- redesign


@pytest.mark.row("F44", "S06")
def test_a_redesign_asks_each_again_beside_their_own_old_words_and_nobody_elses() -> None:
    talk = redesigning()
    answers(talk, 1, rest="Something new.")

    shown = [s.letter for s in talk.sent if s.to == 1 and isinstance(s.letter, letters.Prompt) and s.letter.again]
    assert shown[0].own == "I hope we stay friends."
    assert [letter.own for letter in shown if letter.subject == "how you like to talk"] == [ANSWERS["P11"][0]]
    others = {text for _, text in ANSWERS.values()} - {text for text, _ in ANSWERS.values()}
    assert not [letter for letter in shown if letter.own in others]


@pytest.mark.row("F44")
@pytest.mark.parametrize("reply", ["KEEP", "Keep that, please.", "PASS"])
def test_with_every_word_kept_the_agreement_stays_without_a_new_draft(reply: str) -> None:
    before = year().alliance.in_force
    talk = redesigned(rest=reply)

    assert talk.alliance.phase == Phase.AGREED
    assert talk.alliance.in_force == before
    assert [p.stage for p in talk.alliance.participants] == [Stage.LIVING] * 2
    assert {s.letter.why for s in talk.sent if isinstance(s.letter, letters.RenewalOutcome)} == {"keep"}


@pytest.mark.row("F13", "F44")
def test_what_a_pass_leaves_as_it_was_is_read_back_also_to_a_prompt_that_is_not_open() -> None:
    talk = redesigning()

    [letter] = talk.says(1, "PASS", "prompt:P06").letters(1)

    assert [(n.kind, n.text) for n in letter.notes] == [("kept", ANSWERS["P06"][0])]
    [letter] = talk.says(1, "PASS", "prompt:parting").letters(1)
    assert [(n.kind, n.title) for n in letter.notes] == [("passed", "How we would part well")]


@pytest.mark.row("F44", "decision 11")
def test_to_keep_what_was_passed_is_to_pass_again() -> None:
    talk = redesigned(rest="KEEP")

    assert all(talk.alliance.answer(n, "parting").passed for n in (1, 2))


@pytest.mark.row("F44", "F27", "decision 6")
def test_a_new_answer_is_a_change_over_the_agreement_which_stays_in_force_meanwhile() -> None:
    talk = redesigned(maya={"P11": "Call me at any hour."})

    letter = next(s.letter for s in talk.sent if s.to == 2 and isinstance(s.letter, letters.DraftChanged))
    assert [(c.was, c.now) for c in letter.changes] == [
        ("Maya: Email is fine. Ring me after six.", "Maya: Call me at any hour.")
    ]
    assert (letter.in_force, letter.version) == (1, 2)
    assert talk.alliance.agreed == 1
    talk.says(1, "AGREE", "draft:2").says(2, "AGREE", "draft:2")
    assert (talk.alliance.agreed, talk.alliance.phase) == (2, Phase.AGREED)
    assert talk.waits(days=400).alliance.renewals[1].asked.year == 2028


@pytest.mark.row("F44")
def test_what_was_changed_by_hand_stays_changed_where_the_old_answer_is_kept() -> None:
    talk = Talk().agreed().says(1, "make 1 say We stay friends whatever comes", "final:1")
    talk.says(1, "AGREE", "draft:2").says(2, "AGREE", "draft:2")
    page = talk.alliance.in_force.text
    while not talk.alliance.renewals:
        talk.waits(days=5)
    talk.says(1, "REDESIGN", ABOUT).says(2, "REDESIGN", ABOUT)
    for _ in range(6):
        answers(talk, 1), answers(talk, 2)
        for number in (1, 2):
            if asked(talk, number).startswith("reveal"):
                talk.says(number, "NEXT", asked(talk, number))

    assert talk.alliance.in_force.text == page
    assert talk.alliance.phase == Phase.AGREED


@pytest.mark.row("F15", "I1")
def test_new_answers_stay_hidden_until_the_part_is_revealed_again() -> None:
    talk = redesigning()
    while asked(talk, 2).startswith("prompt:"):
        if talk.alliance.participant(2).open.sent is None:
            talk.waits(hours=12)
        talk.says(2, "A canary sings.", asked(talk, 2))
    for words in ("1B", "2A", "SHOW", "CHANGE", "MY DATA", "make 3 say We sing", "STATUS", "NEXT"):
        for about in ("reveal:purpose", "reveal:knowing", "final:1", "draft:1", "settle:meeting", ABOUT):
            talk.says(1, words, about)

    assert "canary" not in repr([s.letter for s in talk.sent if s.to == 1])
    assert only(talk.says(1, "make 3 say We sing", "final:1"), 1).kind == "redesign"


@pytest.mark.row("F17")
def test_private_words_are_kept_private_with_the_answer() -> None:
    talk = Talk().joined().says(1, "Fun\nPRIVATE debts", "prompt:hopes")
    talk.answers(1).answers(2)
    for _ in range(4):
        for n in (1, 2):
            talk.says(n, "NEXT", f"reveal:{talk.alliance.revealed[-1]}")
        talk.part()
    talk.says(1, "AGREE", "draft:1").says(2, "AGREE", "draft:1")
    while not talk.alliance.renewals:
        talk.waits(days=5)
    talk.says(1, "REDESIGN", ABOUT).says(2, "REDESIGN", ABOUT).waits(hours=12)
    assert (
        next(s.letter for s in talk.sent if s.to == 1 and getattr(s.letter, "again", False)).own == "Fun\nPRIVATE debts"
    )
    talk.says(1, "KEEP", "prompt:hopes")

    kept = talk.alliance.answer(1, "hopes")
    assert (kept.text, kept.private) == ("Fun", "debts")
    assert "debts" not in repr([s.letter for s in talk.sent if s.to == 2])


def test_all_at_once_shows_the_old_words_too_and_keeps_them_with_one_word() -> None:
    talk = redesigning().says(1, "ALL", "prompt:hopes")

    items = only(talk, 1).items
    assert [item.title for item in items if not item.own] == ["How we would part well"]
    talk.says(1, "KEEP", "all")
    assert talk.alliance.participant(1).stage == Stage.WAITING


@pytest.mark.row("decision 18")
def test_who_leaves_in_a_redesign_takes_the_new_answers_along() -> None:
    talk = redesigning()
    talk.waits(hours=12).says(2, "A canary sings.", asked(talk, 2)).says(2, "STOP", "final:1")

    assert not [a for a in talk.alliance.answers if "canary" in a.text]
    assert talk.alliance.in_force is not None
    assert talk.now - talk.alliance.ended_at < timedelta(days=1)


@pytest.mark.row("F18", "F44")
def test_a_guess_of_the_first_time_is_no_guess_of_the_second() -> None:
    talk = Talk().joined().answers(1, until="P10").says(1, "Straight.\nGUESS He likes cake.")
    talk = redesigning(talk.agreed())
    assert talk.alliance.guess(1, "P10") == ""

    answers(talk, 1, {"P10": "Still straight.\nGUESS Tea, by now."})
    answers(talk, 2)
    [shown] = [s.letter for s in talk.sent if s.to == 1 and isinstance(s.letter, letters.Reveal)][-1:]
    assert [q.guess for q in shown.questions if q.guess] == ["Tea, by now."]


@pytest.mark.row("F21", "F44")
def test_a_trial_that_ends_in_a_redesign_is_told_of_and_the_page_waits() -> None:
    talk = redesigning(Talk().drafted().says(1, "make 5 a trial until 20 March 2027").says(1, "AGREE").says(2, "AGREE"))
    talk.waits(days=20)

    assert [s.about for s in talk.new if isinstance(s.letter, letters.TrialEnds)] == ["trial:0"] * 2
    for words in ("KEEP", "another 10 days", "DROP"):
        assert only(talk.says(1, words, "trial:0"), 1).kind == "redesign"
    assert talk.alliance.phase == Phase.ASKING


@pytest.mark.row("F42", "F44")
def test_an_own_slip_in_reply_to_the_renewal_may_go_on() -> None:
    talk = year().says(2, "I broke line 6 again, sorry. KEEP it all the same.", ABOUT)

    assert isinstance(only(talk, 2), letters.PassOnAsk)


@pytest.mark.row("F44")
def test_a_check_in_that_falls_on_the_same_day_is_left_out() -> None:
    talk = Talk().agreed().says(1, "every 3 months", "rhythm")
    while not talk.alliance.renewals:
        talk.waits(days=1)
    talk.waits(hours=1).says(1, "KEEP", ABOUT).says(2, "KEEP", ABOUT)

    told = next(s.letter for s in talk.new if isinstance(s.letter, letters.RenewalOutcome))
    assert not [s for s in talk.new if isinstance(s.letter, letters.Checkin)]
    assert told.next_checkin is not None
    assert told.next_checkin > (talk.now + timedelta(days=60)).date()
