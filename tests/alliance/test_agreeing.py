"""Drafts, changes, consent and the agreement, told aloud."""

import re

import pytest
from talk import FLOW, Talk

from agent.alliance import draft as page
from agent.alliance import letters
from agent.alliance.model import Phase, Stage


def only(talk: Talk, number: int) -> object:
    [letter] = talk.letters(number)
    return letter


def number_of(talk: Talk, words: str) -> int:
    """The number of the line with these words in the newest draft."""
    return next(n for n, line in enumerate(talk.alliance.draft.lines, 1) if words in line.text)


@pytest.mark.row("F22", "decision 1", "I6")
def test_every_line_traces_to_a_reply_and_every_word_of_it_was_written() -> None:
    talk = Talk().drafted()

    said = {cause: (who, text) for cause, who, text in talk.heard}
    frames = f"{FLOW.flow.words.meet} {FLOW.flow.words.rhythm} after 30 days then 90 every 3 months"
    for line in talk.alliance.draft.lines:
        words = " ".join([frames, *(said[c][1] for c in line.source)])
        assert set(re.findall(r"\w+", line.text.casefold())) <= set(re.findall(r"\w+", words.casefold())), line
        assert line.source
        assert {said[c][0] for c in line.source} == set(line.by) or line.section == "time"


@pytest.mark.row("F06", "S13")
def test_hopes_and_fears_are_never_in_the_draft() -> None:
    text = Talk().drafted().alliance.draft.text

    assert "stay friends." not in text
    assert "sort out who decides" not in text


@pytest.mark.row("F33", "S20", "S21", "S22", "S23", "S24")
def test_each_question_about_time_has_a_line_or_an_open_point() -> None:
    text = Talk().drafted().alliance.draft.text

    for words in (
        "We meet: Mondays at eight, at the shop. (both)",
        "Jonas: Text before noon. No shop talk",
        "We look back after 30 days",
    ):
        assert words in text


@pytest.mark.row("F23", "A15")
def test_a_request_stays_a_request_and_the_draft_points_to_it() -> None:
    talk = Talk().drafted()

    line = next(line for line in talk.alliance.draft.lines if line.asked_of)
    assert (line.asked_of, line.owner, line.by) == (1, 0, (2,))
    assert only(talk, 1).asks_of_me == (number_of(talk, "ask me what is up"),)
    assert only(talk, 2).asks_of_me == ()


@pytest.mark.row("decision 8")
def test_a_long_page_is_said_to_be_long_once_and_not_refused() -> None:
    talk = Talk().drafted()

    assert only(talk, 1).long
    assert not getattr(only(talk.says(1, "drop 4"), 1), "long", False)


@pytest.mark.row("F26", "F27", "A16", "A17")
def test_a_change_by_number_shows_was_and_now_of_exactly_that_line() -> None:
    talk = Talk().drafted()
    talk.says(2, "make 4 say: if one of us is upset, we say so the same day. And drop 30")

    for number, mine in ((1, False), (2, True)):
        letter = only(talk, number)
        assert isinstance(letter, letters.DraftChanged)
        assert letter.mine is mine
        assert [(c.number, bool(c.was), bool(c.now)) for c in letter.changes] == [(4, True, True), (30, True, False)]
    first, second = (d.text.splitlines() for d in talk.alliance.drafts)
    gone = {line.split(". ", 1)[-1] for line in first} - {line.split(". ", 1)[-1] for line in second}
    assert {g for g in gone if g} >= {
        "We both say what we see. (Maya)",
        "We still eat lunch together by choice, each day. (Jonas)",
    }
    assert len([g for g in gone if "." in g]) == 2


@pytest.mark.row("A16", "A17", "A18", "F26")
def test_a_change_in_free_words_is_taken_as_it_was_written() -> None:
    talk = Talk().drafted()
    gone = talk.alliance.draft.lines[14].text
    talk.says(
        2,
        "Nearly. 6 is too vague. Make it: if one of us is upset we say so the same day, even just by text. "
        "And 15 sounds silly, drop it.",
    )

    [first, second] = only(talk, 1).changes
    assert (first.number, first.now) == (6, "If one of us is upset we say so the same day, even just by text. (Jonas)")
    assert (second.number, second.now) == (15, "")
    assert gone in second.was
    assert isinstance(only(talk.says(1, "Agree! Much better", "draft:2"), 1), letters.Confirmed)


@pytest.mark.row("F28", "A17", "decision 15", "I4")
def test_a_change_sets_an_older_yes_aside_and_says_so() -> None:
    talk = Talk().drafted().says(1, "AGREE").says(2, "drop 4", "draft:1")

    assert only(talk, 1).voided == 1
    assert only(talk, 2).voided == 0
    talk.says(2, "AGREE")
    assert talk.alliance.phase == Phase.DRAFTING


@pytest.mark.row("F28", "A19")
def test_a_yes_is_kept_with_person_time_version_and_hash() -> None:
    talk = Talk().drafted().says(1, "AGREE")

    [yes] = talk.alliance.confirmations
    draft = talk.alliance.draft
    assert (yes.participant, yes.at, yes.version, yes.sha256, yes.words) == (1, talk.now, 1, draft.sha256, "AGREE")
    assert only(talk, 1).waiting
    assert not talk.letters(2)


@pytest.mark.row("spec 4.7", "F28")
def test_a_yes_to_an_older_draft_brings_the_newest() -> None:
    talk = Talk().drafted().says(2, "drop 4").says(1, "AGREE", "draft:1")

    letter = only(talk, 1)
    assert [(n.kind, n.title) for n in letter.notes] == [("stale", "1")]
    assert letter.version == 2
    assert not talk.alliance.confirmations


@pytest.mark.row("F28", "decision 15")
def test_a_change_that_crosses_an_agree_sets_it_aside() -> None:
    talk = Talk().drafted().says(1, "AGREE", "draft:1").says(2, "drop 4", "draft:1").says(1, "Agree!", "draft:1")

    assert talk.alliance.participant(1).stage == Stage.REVIEWING
    assert talk.says(1, "Agree!", "draft:2").says(2, "AGREE", "draft:2").alliance.agreed == 2


@pytest.mark.row("F29", "spec 4.7")
@pytest.mark.parametrize(
    "reply",
    ["I agree except 9", "Agree, except 9.", "yes but change 6", "AGREE if Jonas does", "AGREE?", "I would agree"],
)
def test_a_conditional_yes_is_not_a_yes(reply: str) -> None:
    talk = Talk().drafted().says(1, reply)

    assert not talk.alliance.confirmations
    assert isinstance(only(talk, 1), letters.AskBack)


@pytest.mark.row("F29")
def test_except_nine_asks_what_nine_should_be() -> None:
    letter = only(Talk().drafted().says(1, "I agree except 9"), 1)

    assert (letter.kind, letter.number, letter.version) == ("what_words", 9, 1)


@pytest.mark.row("F29")
def test_who_finds_fault_after_a_yes_has_not_said_yes() -> None:
    talk = Talk().drafted().says(1, "AGREE").says(1, "Actually, 9 is wrong").says(2, "AGREE", "draft:1")

    assert talk.alliance.phase == Phase.DRAFTING


@pytest.mark.row("spec 4.7")
def test_what_sounds_like_a_yes_gets_one_short_question() -> None:
    letter = only(Talk().drafted().says(1, "sounds good, talk Monday"), 1)

    assert (letter.kind, letter.version) == ("yes", 1)


@pytest.mark.row("A19")
def test_change_takes_a_yes_back_before_the_other_agrees() -> None:
    talk = Talk().drafted().says(1, "AGREE").says(1, "CHANGE")

    assert only(talk, 1).set_aside == 1
    assert talk.says(2, "AGREE", "draft:1").alliance.phase == Phase.DRAFTING
    assert talk.says(1, "AGREE", "draft:1").alliance.phase == Phase.AGREED


def test_a_second_yes_is_receipted_again_and_counts_once() -> None:
    talk = Talk().drafted().says(1, "AGREE").says(1, "AGREE", "draft:1")

    assert isinstance(only(talk, 1), letters.Confirmed)
    assert len(talk.alliance.confirmations) == 1


@pytest.mark.row("F30")
def test_an_agreement_with_an_open_point_can_be_confirmed_and_lists_it() -> None:
    talk = Talk().drafted().says(1, "leave 4 open").says(1, "AGREE", "draft:2").says(2, "AGREE", "draft:2")

    assert [line.text for line in only(talk, 1).open_points] == ["We both say what we see. (Maya)"]
    assert "STILL OPEN" in talk.alliance.draft.text


def test_a_line_that_is_left_open_is_shown_as_such() -> None:
    [change] = only(Talk().drafted().says(1, "leave 4 open"), 2).changes

    assert (change.was, change.now) == (
        "We both say what we see. (Maya)",
        "Still open: We both say what we see. (Maya)",
    )


def test_new_words_close_an_open_point() -> None:
    talk = Talk().drafted().says(1, "leave 4 open")
    n = number_of(talk, "We both say what we see")

    talk.says(2, f"make {n} say We say it within a day", "draft:2")
    assert not any(line.open for line in talk.alliance.draft.lines)


@pytest.mark.row("decision 5")
def test_a_line_that_changed_three_times_becomes_an_open_point() -> None:
    talk = Talk().drafted()
    for i, who in enumerate((1, 2, 1), 1):
        assert not any(line.open for line in talk.alliance.draft.lines)
        talk.says(who, f"make 4 say We take turns number {i}", f"draft:{i}")

    assert [line.text for line in talk.alliance.draft.lines if line.open] == ["We take turns number 3."]


@pytest.mark.row("decision 5")
def test_a_number_means_the_line_of_the_draft_that_is_answered() -> None:
    talk = Talk().drafted()
    words = talk.alliance.draft.lines[5].text
    talk.says(1, "drop 4", "draft:1").says(2, "drop 6", "draft:1")

    assert words not in talk.alliance.draft.text
    assert len(talk.alliance.draft.lines) == len(talk.alliance.drafts[0].lines) - 2


@pytest.mark.row("A17")
def test_keep_holds_on_to_a_line_that_was_changed_or_taken_out() -> None:
    talk = Talk().drafted().says(2, "make 4 say We shout. drop 30", "draft:1")
    talk.says(1, "KEEP 4", "draft:2").says(1, "KEEP 30", "draft:2")

    assert "We both say what we see. (Maya)" in talk.alliance.draft.text
    assert "We still eat lunch together by choice, each day. (Jonas)" in talk.alliance.draft.text


@pytest.mark.row("A17")
def test_keep_of_a_line_that_nobody_changed_changes_nothing() -> None:
    talk = (
        Talk()
        .drafted()
        .says(2, "make 4 say We shout", "draft:1")
        .says(2, "drop 6", "draft:2")
        .says(1, "KEEP 4", "draft:3")
    )

    assert "We shout." in talk.alliance.draft.text
    assert len(talk.alliance.drafts) == 3


@pytest.mark.row("F23", "decision 5")
def test_a_change_to_anothers_promise_is_a_request() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "I do the books every Friday")

    letter = only(talk.says(2, f"make {n} say do the books every day"), 1)
    assert [(c.now, c.request) for c in letter.changes] == [("Jonas asks Maya: Do the books every day.", True)]
    assert n in letter.asks_of_me


@pytest.mark.row("F23")
def test_a_promise_taken_back_cannot_be_kept_by_the_other() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "I do the books every Friday")
    talk.says(1, f"drop {n}", "draft:1").says(2, f"KEEP {n}", "draft:2")

    line = next(line for line in talk.alliance.draft.lines if "books" in line.text)
    assert (line.owner, line.asked_of) == (0, 1)


@pytest.mark.row("F23")
def test_a_request_that_is_reworded_by_who_is_asked_becomes_a_promise() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "ask me what is up")

    talk.says(1, f"make {n} say I ask Jonas once a day", "draft:1")
    line = next(line for line in talk.alliance.draft.lines if "once a day" in line.text)
    assert (line.owner, line.asked_of) == (1, 0)


@pytest.mark.row("F23")
def test_a_reworded_request_stays_a_request() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "ask me what is up")

    talk.says(2, f"make {n} say ask twice", "draft:1")
    assert "Jonas asks Maya: Ask twice." in talk.alliance.draft.text


@pytest.mark.row("F23", "F26")
def test_no_promise_for_another_slips_in_beside_an_added_one() -> None:
    talk = Talk().drafted().says(1, "add: I sweep the floor. You carry the flour. Jonas locks up.")

    texts = talk.alliance.draft.text
    assert "Maya: I sweep the floor." in texts
    assert "Maya asks Jonas: You carry the flour." in texts
    assert "Maya asks Jonas: Jonas locks up." in texts


@pytest.mark.row("F23")
def test_no_promise_for_another_slips_into_a_changed_one() -> None:
    talk = Talk().drafted()
    n = number_of(talk, "I do the books every Friday")

    talk.says(1, f"make {n} say I do the books. Jonas pays the rent.", "draft:1")
    assert "Maya: I do the books. Jonas pays" not in talk.alliance.draft.text


@pytest.mark.row("F17")
def test_a_private_line_beside_agree_is_asked_about_and_shown_to_nobody() -> None:
    talk = Talk().drafted().says(1, "AGREE\n\nPRIVATE I only do this to please him")

    assert not talk.alliance.confirmations
    assert only(talk, 1).kind == "yes"
    assert "please him" not in repr([s.letter for s in talk.sent if s.to == 2])


@pytest.mark.row("F31", "A20", "S17", "S18")
def test_the_final_letter_is_the_same_for_both_and_names_the_days() -> None:
    talk = Talk().agreed()

    first, second = only(talk, 1), only(talk, 2)
    assert first == second
    assert first.sha256 == talk.alliance.draft.sha256
    assert [a.name for a in first.agreed] == ["Maya", "Jonas"]
    assert first.meeting
    assert [str(d) for d in first.checkins] == ["2026-04-01", "2026-05-31", "2026-08-31"]


@pytest.mark.row("decision 6")
def test_the_hashed_text_holds_no_day_of_signing() -> None:
    text = Talk().agreed().alliance.draft.text

    assert "2026" not in text
    assert "\r" not in text
    assert text.endswith("agreed to this page.\n")


@pytest.mark.row("A20", "F31")
def test_show_brings_the_page_back() -> None:
    talk = Talk().agreed().waits(days=3).says(2, "SHOW")

    letter = only(talk, 2)
    assert (letter.version, letter.agreed_at, str(letter.next_checkin)) == (1, talk.alliance.agreed_at, "2026-04-01")


@pytest.mark.row("A20", "decision 6")
def test_change_reopens_while_the_old_version_stays_in_force() -> None:
    talk = Talk().agreed().says(2, "CHANGE")
    assert only(talk, 2).in_force

    talk.says(2, "make 4 say We say it within a day")
    assert talk.alliance.phase == Phase.CHANGING
    assert only(talk, 1).in_force == 1
    assert only(talk.says(1, "SHOW", "final:1"), 1).version == 1
    talk.says(1, "AGREE", "draft:2").says(2, "AGREE", "draft:2")
    assert (talk.alliance.agreed, talk.alliance.phase) == (2, Phase.AGREED)
    assert only(talk, 1).again
    assert talk.alliance.calendar_sequence == 1


@pytest.mark.row("F32", "S25")
def test_a_changed_meeting_line_changes_the_dates() -> None:
    talk = Talk().agreed()
    n = number_of(talk, "Mondays at eight")
    talk.says(1, f"make {n} say Tuesdays at nine, at the shop").says(1, "AGREE", "draft:2").says(2, "AGREE", "draft:2")

    assert talk.alliance.meeting.byday == ("TU",)


@pytest.mark.row("F26")
def test_a_number_that_is_not_there_changes_nothing() -> None:
    talk = Talk().drafted().says(1, "drop 200")

    assert isinstance(only(talk, 1), letters.AskBack)
    assert len(talk.alliance.drafts) == 1


@pytest.mark.row("F11")
def test_pause_beside_a_change_does_both() -> None:
    talk = Talk().drafted().says(1, "drop 4\n\nPAUSE")

    assert len(talk.alliance.drafts) == 2
    assert talk.alliance.participant(1).paused
    assert isinstance(only(talk, 2), letters.DraftChanged)


def test_a_page_is_the_same_words_in_the_letter_and_in_the_hash() -> None:
    talk = Talk().drafted()

    shown = [line for s in only(talk, 1).sections for line in s.lines]
    assert all(f"{line.number}. {line.text}" in talk.alliance.draft.text for line in shown)
    assert page.page_text(FLOW.flow, talk.alliance, talk.alliance.draft.lines) == talk.alliance.draft.text


@pytest.mark.row("F14", "F28")
@pytest.mark.parametrize("text", ["AGREE", "Looks good", "drop 9", "I agree except 9", "make 6 say We eat together."])
def test_words_for_the_draft_in_an_old_thread_never_become_an_answer(text: str) -> None:
    talk = Talk().drafted()
    before = talk.alliance.answers

    talk.says(1, text, "prompt:P03")

    assert talk.alliance.answers == before
    assert not talk.alliance.confirmations
    assert [x.kind for x in talk.letters(1)] == ["draft"]
    assert not talk.letters(2)


@pytest.mark.row("F14", "F27")
def test_a_corrected_answer_leaves_no_line_of_the_old_one_and_doubles_none() -> None:
    talk = Talk().drafted()
    talk.says(1, "I do the books. I sweep.", "prompt:P03").says(1, "I do the windows.", "prompt:P03")
    said = [line.text for line in talk.alliance.draft.lines]
    assert "I sweep." not in said
    assert "I do the windows." in said

    talk.says(1, "2A", "reveal:purpose").says(2, "2A", "reveal:purpose").says(2, "Text after noon.", "prompt:P11")
    said = [line.text for line in talk.alliance.draft.lines]
    assert len(said) == len(set(said))


@pytest.mark.row("F23")
def test_a_surname_is_the_person_too() -> None:
    talk = Talk().drafted().says(1, "ADD Mr Berg does the books.", "draft:1")

    assert next(line for line in talk.alliance.draft.lines if "Berg" in line.text).asked_of == 2


@pytest.mark.row("F26")
@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ('10: make it "I do the books every Monday."', "I do the books every Monday."),
        ('change 10 to "Maya: I do the books every Monday"', "I do the books every Monday."),
        ("make 10 say I write the books every Monday", "I write the books every Monday."),
    ],
)
def test_words_about_a_change_are_no_part_of_the_line(said: str, stands: str) -> None:
    talk = Talk().drafted()
    line_id = talk.alliance.draft.lines[9].id
    talk.says(1, said, "draft:1")

    assert next(line for line in talk.alliance.draft.lines if line.id == line_id).text == stands


@pytest.mark.row("I4", "F28")
def test_a_no_after_a_yes_takes_the_yes_back_and_a_question_does_not() -> None:
    asking = Talk().drafted().says(1, "AGREE").says(1, "What happens when the shop closes?", "draft:1")
    assert [c.participant for c in asking.alliance.confirmations] == [1]
    assert only(asking, 1).kind == "question"

    refusing = asking.says(1, "No, I don't agree", "draft:1")
    assert refusing.alliance.confirmations == ()
    assert refusing.alliance.participant(1).stage == Stage.REVIEWING
    assert refusing.says(2, "AGREE", "draft:1").alliance.phase == Phase.DRAFTING


@pytest.mark.row("S03", "F29")
@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("No, I don't agree", "which_line", 0),
        ("What happens when the shop closes?", "question", 0),
        ("sounds good", "yes", 0),
        ("hm", "draft", 0),
        ("LINE 200 is odd", "number", 200),
        ("6 is too vague", "what_words", 6),
    ],
)
def test_what_is_asked_back_fits_what_was_said(text: str, kind: str, number: int) -> None:
    asked = only(Talk().drafted().says(1, text, "draft:1"), 1)

    assert (asked.kind, asked.number, asked.words) == (kind, number, text)


@pytest.mark.row("I6", "F22")
def test_a_changed_line_leads_to_the_reply_that_changed_it() -> None:
    talk = Talk().drafted().says(2, "make 6 say We laugh daily. Add: I bring the bread.", "draft:1")

    cause = talk.heard[-1][0]
    for words in ("We laugh daily.", "I bring the bread."):
        assert next(line.source for line in talk.alliance.draft.lines if line.text == words) == (cause,)


def test_what_of_a_change_was_not_understood_is_said_with_its_line() -> None:
    talk = Talk().drafted().says(1, "make 6 say We laugh daily. Line 8 is too vague", "draft:1")

    assert [(n.kind, n.title) for n in only(talk, 1).notes] == [("not_understood", "8")]


def test_to_keep_a_line_that_nobody_changed_shows_the_page_once_more() -> None:
    talk = Talk().drafted().says(1, "KEEP 6", "draft:1")

    assert isinstance(only(talk, 1), letters.DraftLetter)
    assert talk.alliance.draft.version == 1


@pytest.mark.row("F26")
def test_a_keep_that_keeps_nothing_says_so_with_the_draft() -> None:
    talk = (
        Talk()
        .drafted()
        .says(1, "make 5 say We ring before noon.")
        .says(2, "KEEP 5", "draft:2")
        .says(2, "KEEP 5", "draft:2")
    )

    [letter] = talk.letters(2)
    assert [n.kind for n in letter.notes] == ["unchanged"]
