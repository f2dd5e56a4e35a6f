"""Prompts one at a time, answers and their corrections, reveals and settling, told aloud."""

from dataclasses import replace
from datetime import timedelta

import pytest
from talk import ANSWERS, FLOW, Talk

from agent.alliance import letters
from agent.alliance.model import Phase, Stage


def kinds(letter: object) -> list[str]:
    return [n.kind for n in letter.notes]  # type: ignore[attr-defined]


def only(talk: Talk, number: int) -> object:
    [letter] = talk.letters(number)
    return letter


@pytest.mark.row("F13", "A09", "F17")
def test_the_next_letter_reads_back_what_was_kept_and_counts_private_lines() -> None:
    talk = Talk().joined().says(2, "I expect clarity.\nPRIVATE I worry that I lose a friend", "prompt:hopes")

    letter = only(talk, 2)
    [note] = letter.notes
    assert (note.kind, note.text, note.private) == ("kept", "I expect clarity.", 1)
    assert talk.alliance.answer(2, "hopes").private == "I worry that I lose a friend"


@pytest.mark.row("F17", "decision 11")
def test_private_runs_to_the_next_blank_line() -> None:
    talk = Talk().joined().says(2, "PRIVATE I worry\nabout money\n\nI hope for fun", "prompt:hopes")

    answer = talk.alliance.answer(2, "hopes")
    assert (answer.text, answer.private) == ("I hope for fun", "I worry\nabout money")


@pytest.mark.row("F09")
def test_being_stuck_is_asked_from_the_partners_side() -> None:
    talk = Talk().joined().answers(1, until="P05")

    letter = next(s.letter for s in reversed(talk.sent) if s.about == "prompt:P05")
    assert letter.lead == "Here is a question from Jonas's side:"
    assert letter.ask == "How will I know when you are stuck?"


@pytest.mark.row("F10")
def test_one_question_is_open_at_a_time_and_the_reply_brings_the_next() -> None:
    talk = Talk().joined()
    assert not talk.waits(hours=24).new

    assert only(talk.says(1, "Fun", "prompt:hopes"), 1).subject == "how you like to talk"


@pytest.mark.row("F07")
def test_all_twelve_are_asked_of_both_in_the_order_of_the_specification() -> None:
    talk = Talk().drafted()

    order = ["P11", "P09", "P10", "P05", "P06", "P01", "P07", "P08", "P03", "P04", "P02", "P12"]
    for number in (1, 2):
        asked = [s.about.partition(":")[2] for s in talk.sent if s.to == number and s.about.startswith("prompt:")]
        assert [a for a in asked if a.startswith("P")] == order
        positions = [s.letter.position for s in talk.sent if s.to == number and isinstance(s.letter, letters.Prompt)]
        assert [n for n in positions if n] == list(range(1, 13))


@pytest.mark.row("F11")
def test_pass_skips_and_says_so() -> None:
    letter = only(Talk().joined().says(1, "pass", "prompt:hopes"), 1)

    assert kinds(letter) == ["passed"]


@pytest.mark.row("spec 4.7")
@pytest.mark.parametrize("word", ["skip", "n/a", "dunno", "Pass."])
def test_people_pass_in_many_words(word: str) -> None:
    assert Talk().joined().says(1, word, "prompt:hopes").alliance.answer(1, "hopes").passed


@pytest.mark.row("F11", "decision 11")
def test_a_pass_takes_back_an_answer_that_nobody_has_seen() -> None:
    talk = Talk().joined().says(1, "Fun and money", "prompt:hopes").says(1, "PASS", "prompt:hopes")

    assert talk.alliance.answer(1, "hopes").passed
    talk.part()
    assert "Fun and money" not in repr([s.letter for s in talk.sent if s.to == 2])


@pytest.mark.row("F11")
def test_later_goes_on_and_brings_the_prompt_back_in_a_week() -> None:
    talk = Talk().joined().says(1, "LATER", "prompt:hopes")
    letter = only(talk, 1)
    assert (kinds(letter), letter.subject) == (["later"], "how you like to talk")

    talk.answers(1, until="hopes")
    assert talk.alliance.participant(1).stage == Stage.ANSWERING
    assert [s.about for s in talk.waits(days=8).new if s.to == 1] == ["prompt:hopes"]


@pytest.mark.row("F11")
@pytest.mark.parametrize("stage", ["reading", "reviewing", "living"])
def test_later_elsewhere_is_quiet_for_a_week(stage: str) -> None:
    talk = {"reading": Talk().joined().part, "reviewing": Talk().drafted, "living": Talk().agreed}[stage]()
    talk.says(1, "LATER")

    assert isinstance(only(talk, 1), letters.Paused)
    assert not [s for s in talk.waits(days=5).new if s.to == 1]
    assert not talk.waits(days=3).alliance.participant(1).paused


@pytest.mark.row("F11")
def test_pause_beside_an_answer_keeps_the_answer_and_asks_nothing() -> None:
    talk = Talk().joined().says(1, "Fun and clear roles. PAUSE", "prompt:hopes")

    assert talk.alliance.answer(1, "hopes").text == "Fun and clear roles."
    assert isinstance(only(talk, 1), letters.Paused)
    assert not talk.waits(days=60).letters(1)
    assert kinds(only(talk.says(1, "hello", "paused"), 1)) == ["kept", "resumed"]


@pytest.mark.row("F11")
def test_pause_until_a_day_comes_back_that_morning() -> None:
    talk = Talk().joined().says(1, "PAUSE until 12 May", "prompt:hopes")
    assert str(only(talk, 1).until) == "2026-05-12"

    [send] = [s for s in talk.waits(days=80).sent if s.to == 1 and s.about == "prompt:hopes"][1:2]
    assert kinds(send.letter) == ["awake"]


@pytest.mark.row("F11", "decision 10")
def test_all_brings_the_rest_in_one_letter_and_labels_file_the_answers() -> None:
    talk = Talk().joined().says(1, "ALL", "prompt:hopes")
    letter = only(talk, 1)
    assert isinstance(letter, letters.AllPrompts)
    assert len(letter.items) == 17

    talk.says(1, "1: Text me\n2: In public\n12: Show the books each week")
    assert talk.alliance.answer(1, "P11").text == "Text me"
    assert talk.alliance.answer(1, "P12").text == "Show the books each week"
    assert kinds(only(talk, 1)) == ["kept", "kept", "kept"]


@pytest.mark.row("F12", "spec 4.7")
def test_several_answers_in_one_reply_are_all_filed_and_read_back() -> None:
    talk = (
        Talk()
        .joined()
        .says(1, "Good thanks: in public\nGood feedback: straight\nHopes and worries: fun", "prompt:hopes")
    )

    assert [talk.alliance.answer(1, q).text for q in ("P09", "P10", "hopes")] == ["in public", "straight", "fun"]
    assert kinds(only(talk, 1)) == ["kept", "kept", "kept"]


@pytest.mark.row("F12")
def test_a_numbered_list_in_an_answer_is_one_answer() -> None:
    talk = Talk().joined().answers(1).answers(2)
    talk.says(1, "1. Open in May\n2. Pay ourselves", "prompt:P06")

    assert talk.alliance.answer(1, "P06").text == "1. Open in May\n2. Pay ourselves"
    assert talk.alliance.answer(1, "P11").text == ANSWERS["P11"][0]


@pytest.mark.row("F11")
def test_short_leaves_out_six_and_answers_at_once() -> None:
    talk = Talk().joined().says(1, "SHORT", "prompt:hopes")

    assert "short_set" in kinds(only(talk, 1))
    assert len([q for q in FLOW.flow.counted(short=False) if q.id not in talk.alliance.participant(1).skipped]) == 6


@pytest.mark.row("F11")
def test_short_while_waiting_is_answered() -> None:
    talk = Talk().joined().answers(1).says(1, "SHORT", "part:knowing")

    assert kinds(only(talk, 1)) == ["short_set"]


@pytest.mark.row("A12")
def test_who_is_first_is_told_that_the_answers_are_in() -> None:
    letter = next(s.letter for s in reversed(Talk().joined().answers(1).sent) if s.to == 1)

    assert isinstance(letter, letters.PartDone)
    assert letter.next_part == "what it is for"


@pytest.mark.row("decision 10", "F10")
def test_next_opens_the_next_part_for_this_person_only() -> None:
    talk = Talk().joined().answers(1).says(1, "NEXT")

    assert only(talk, 1).subject == "what we are out to do"
    assert not talk.letters(2)


@pytest.mark.row("F10")
def test_an_answer_with_next_brings_one_question() -> None:
    talk = Talk().joined().says(1, "Fun\n\nNEXT", "prompt:hopes")

    assert only(talk, 1).subject == "how you like to talk"


@pytest.mark.row("F15", "F16", "A13", "I1")
def test_a_part_is_revealed_to_both_in_one_instant_when_both_are_done() -> None:
    talk = Talk().joined().answers(1)
    assert not any("Ring me" in repr(s.letter) for s in talk.sent if s.to == 2)

    talk.answers(2)
    assert [(s.to, s.about) for s in talk.new] == [(1, "reveal:knowing"), (2, "reveal:knowing")]
    assert talk.letters(1) == talk.letters(2)
    assert "Ring me after six" in repr(talk.letters(2))


@pytest.mark.row("F15", "decision 10")
def test_who_went_on_is_led_back_to_the_part_they_are_in() -> None:
    talk = Talk().joined().answers(1).says(1, "NEXT").answers(2)

    assert [x.next_part for x in talk.letters(1)] == ["what it is for"]
    assert talk.alliance.participant(1).open.about == "prompt:P06"
    assert only(talk.says(1, "NEXT", "reveal:knowing"), 1).subject == "what we are out to do"


@pytest.mark.row("decision 12", "F16")
def test_a_reveal_waits_until_nobody_is_in_quiet_hours() -> None:
    talk = Talk().joined().answers(1).answers(2, until="P05")
    talk.now = talk.now.replace(hour=20, minute=30)  # half past nine in Berlin
    talk.says(2, "I stop joking.", "prompt:P05")
    assert isinstance(only(talk, 2), letters.PartDone)
    assert not talk.letters(1)

    talk.waits(hours=12)
    assert [s.to for s in talk.new] == [1, 2]
    assert {type(s.letter) for s in talk.new} == {letters.Reveal}


@pytest.mark.row("decision 12")
def test_a_reveal_minds_the_zones_of_both() -> None:
    talk = Talk().joined().answers(1).answers(2, until="P05")
    for number, zone in ((1, "Asia/Tokyo"), (2, "America/New_York")):
        p = talk.alliance.participant(number).address
        talk.alliance.people[p] = replace(talk.alliance.people[p], zone=zone)
    talk.now = talk.now.replace(hour=14)  # 23 h in Tokyo, 9 h in New York
    talk.says(2, "I stop joking.", "prompt:P05")

    assert not any(isinstance(s.letter, letters.Reveal) for s in talk.new)
    talk.waits(hours=24)
    assert talk.alliance.revealed == ("knowing",)
    at = next(c for c in [talk.alliance.participant(1).open.sent])
    assert at.hour == 23  # eight in Tokyo, the evening before in New York


@pytest.mark.row("decision 13")
def test_a_reveal_waits_for_who_has_paused() -> None:
    talk = Talk().joined().answers(1).says(1, "PAUSE").answers(2)

    assert not talk.alliance.revealed
    assert not any(isinstance(s.letter, letters.Reveal) for s in talk.sent)
    talk.waits(days=9).says(1, "hello", "paused")
    assert [s.about for s in talk.new if isinstance(s.letter, letters.Reveal)] == ["reveal:knowing"] * 2


@pytest.mark.row("F19", "decision 4")
def test_what_i_see_is_only_what_can_be_computed() -> None:
    talk = Talk().joined().part().says(1, "NEXT").says(2, "NEXT", "reveal:knowing").part()

    reveal = talk.letters(1)[0]
    by_title = {q.title: q for q in reveal.questions}
    assert by_title["What we are out to do"].alike
    assert by_title["The tone between us"].shared_words == ("direct",)
    assert not by_title["What we both hold to"].alike


@pytest.mark.row("decision 11")
def test_a_pass_is_never_shown_with_a_name() -> None:
    talk = Talk().joined().says(1, "PASS", "prompt:hopes").part()

    hopes = next(q for q in talk.letters(2)[0].questions if q.title == "Hopes and worries")
    assert [a.name for a in hopes.answers] == ["Jonas"]


@pytest.mark.row("F14", "decision 10", "I14")
def test_a_second_reply_replaces_the_first_and_both_stay_in_the_history() -> None:
    talk = Talk().joined().says(1, "Fun", "prompt:hopes").says(1, "Clear roles", "prompt:hopes")

    assert kinds(only(talk, 1)) == ["replaced"]
    assert [a.text for a in talk.alliance.answers if a.prompt == "hopes"] == ["Fun", "Clear roles"]
    assert talk.alliance.answer(1, "hopes").text == "Clear roles"
    assert talk.says(1, "BOTH", "prompt:hopes").alliance.answer(1, "hopes").text == "Fun\nClear roles"


@pytest.mark.row("F14")
def test_a_correction_before_the_reveal_tells_nobody_else() -> None:
    talk = Talk().joined().answers(1).says(1, "Call me after seven", "prompt:P11")

    assert not talk.letters(2)
    assert only(talk, 1).others_told is False
    talk.answers(2)
    assert "Ring me after six" not in repr(talk.letters(2))


@pytest.mark.row("F14", "decision 12")
def test_a_correction_after_the_reveal_goes_to_all_as_was_and_now() -> None:
    talk = Talk().joined().part().says(1, "Call me after seven", "prompt:P11")

    letter = only(talk, 2)
    assert isinstance(letter, letters.Correction)
    assert (letter.was, letter.now, letter.voided) == (ANSWERS["P11"][0], "Call me after seven", 0)
    assert only(talk, 1).others_told


@pytest.mark.row("F14", "decision 12")
def test_a_correction_during_the_draft_makes_the_next_draft_and_sets_the_yes_aside() -> None:
    talk = Talk().drafted().says(2, "AGREE").says(1, "Call me after seven", "prompt:P11")

    correction, draft = talk.letters(2)
    assert isinstance(correction, letters.Correction)
    assert correction.voided == 1
    assert isinstance(draft, letters.DraftChanged)
    assert [(c.was, c.now) for c in draft.changes] == [
        ("Maya: Email is fine. Ring me after six.", "Maya: Call me after seven.")
    ]
    assert draft.voided == 1


@pytest.mark.row("F14", "F34")
def test_a_corrected_rhythm_changes_the_line_of_the_draft() -> None:
    talk = Talk().drafted().says(1, "every 6 months", "prompt:rhythm")

    assert "every 6 months" in talk.alliance.draft.text


@pytest.mark.row("F14")
def test_after_the_agreement_an_old_prompt_leads_to_a_change() -> None:
    talk = Talk().agreed().says(1, "Call me after seven", "prompt:P11")

    assert isinstance(only(talk, 1), letters.ChangeAsk)
    assert talk.alliance.answer(1, "P11").text == ANSWERS["P11"][0]


@pytest.mark.row("decision 2")
def test_what_both_choose_at_the_reveal_becomes_one_line() -> None:
    talk = _at_reveal_of_purpose().says(1, "2B").says(2, "2b please", "reveal:purpose")
    talk = _on_to_draft(talk)

    lines = [line for line in talk.alliance.draft.lines if line.text == "We still laugh when the oven breaks."]
    assert [line.by for line in lines] == [(1, 2)]
    assert "We both say what we see." not in talk.alliance.draft.text


@pytest.mark.row("decision 2")
def test_a_line_that_joins_is_proposed_and_taken_by_its_letter() -> None:
    talk = _at_reveal_of_purpose().says(1, "2: We say what we see and laugh")
    passed_on = only(talk, 2)
    assert [(i.label, i.ask) for i in passed_on.proposals] == [("2C", "We say what we see and laugh")]

    talk = _on_to_draft(talk.says(2, "2C", "reveal:purpose"))
    assert "We say what we see and laugh. (both)" in talk.alliance.draft.text


@pytest.mark.row("decision 2", "F22")
def test_an_answer_corrected_after_it_was_chosen_is_not_what_was_chosen() -> None:
    talk = (
        _at_reveal_of_purpose().says(1, "2A").says(2, "2A", "reveal:purpose").says(1, "I decide it all", "prompt:P01")
    )

    assert "I decide it all. (both)" not in _on_to_draft(talk).alliance.draft.text


@pytest.mark.row("F17")
@pytest.mark.parametrize("about", ["reveal:knowing", "part:knowing", "prompt:P11"])
def test_a_private_line_in_any_reply_reaches_nobody(about: str) -> None:
    talk = Talk().joined().part().says(1, "Nice to read.\nPRIVATE this frightens me", about)

    assert "frightens" not in repr([s.letter for s in talk.sent if s.to == 2])
    assert talk.letters(1)


@pytest.mark.row("A13")
def test_words_at_a_reveal_are_passed_on_as_they_are_and_receipted() -> None:
    talk = Talk().joined().part().says(1, "What does stuck look like at home?")

    assert only(talk, 2).words == "What does stuck look like at home?"
    assert kinds(only(talk, 1)) == ["passed_on"]


def test_a_courtesy_at_a_reveal_is_not_passed_on() -> None:
    assert not Talk().joined().part().says(1, "thanks!").letters(2)


def _at_reveal_of_purpose() -> Talk:
    return Talk().joined().part().says(1, "NEXT").says(2, "NEXT", "reveal:knowing").part()


def _on_to_draft(talk: Talk) -> Talk:
    for _ in range(4):
        for number in (1, 2):
            if talk.alliance.participant(number).stage == Stage.READING:
                talk.says(number, "NEXT", f"reveal:{talk.alliance.revealed[-1]}")
        talk.part()
    assert talk.alliance.phase == Phase.DRAFTING
    return talk


# ---------------------------------------------------------------- follow-ups and values


@pytest.mark.row("F25", "S16")
def test_a_vague_promise_is_asked_about_once() -> None:
    talk = Talk().joined().part().says(1, "NEXT").says(2, "NEXT", "reveal:knowing").part().says(1, "NEXT")
    follow = only(talk.says(1, "I will be honest.", "prompt:P03"), 1)
    assert isinstance(follow, letters.FollowUp)
    assert follow.line == "I will be honest."

    talk.says(1, "I tell you the same day.", "follow:P03")
    assert talk.alliance.answer(1, "P03").text == "I will be honest.\n\nI tell you the same day."
    assert isinstance(only(talk, 1), letters.Prompt)
    assert not isinstance(only(talk.says(1, "I will be kind.", "prompt:P03"), 1), letters.FollowUp)


def _at_time(*, first: str, second: str) -> Talk:
    talk = _on_to_draft_until_time(Talk().joined().part())
    return talk.says(1, first, "prompt:meeting").answers(1).says(2, second, "prompt:meeting").answers(2)


def _on_to_draft_until_time(talk: Talk) -> Talk:
    for _ in range(3):
        talk.says(1, "NEXT", "reveal:x").says(2, "NEXT", "reveal:x").part()
    return talk.says(1, "NEXT", "reveal:trust").says(2, "NEXT", "reveal:trust")


@pytest.mark.row("S21", "F33")
def test_a_meeting_is_read_back_as_a_date_rule() -> None:
    talk = _on_to_draft_until_time(Talk().joined().part()).says(1, "Mondays at eight, at the shop", "prompt:meeting")

    note = next(n for n in only(talk, 1).notes if n.kind == "rule")
    assert note.text == "every Monday at 08:00"


@pytest.mark.row("F20", "S20")
def test_two_meetings_that_cannot_both_be_true_are_settled_by_the_same_letter() -> None:
    talk = _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place")

    for number in (1, 2):
        letter = only(talk, number)
        assert isinstance(letter, letters.Settle)
        assert [o.kind for o in letter.options] == ["theirs", "theirs", "trial", "trial", "both", "open"]
    noted = only(talk.says(1, "B"), 1)
    assert isinstance(noted, letters.SettleNoted)
    talk.says(2, "B please", "settle:meeting")
    assert "We meet: Tuesdays at nine, at my place. (both)" in talk.alliance.draft.text
    assert talk.alliance.meeting.byday == ("TU",)


@pytest.mark.row("F20", "decision 3")
def test_crossing_once_shows_both_and_asks_again_and_twice_leaves_it_open() -> None:
    talk = _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place")
    again = only(talk.says(1, "A").says(2, "B", "settle:meeting"), 1)
    assert isinstance(again, letters.Settle)
    assert (again.round, [a.letter for a in again.replies]) == (2, ["A", "B"])

    talk.says(1, "A").says(2, "B", "settle:meeting")
    assert [line.text for line in talk.alliance.draft.lines if line.open] == [
        "We meet: Mondays at eight, at the shop.",
        "We meet: Tuesdays at nine, at my place.",
    ]


@pytest.mark.row("F20", "F30")
@pytest.mark.parametrize("reply", ["PASS", "F"])
def test_leaving_it_open_makes_an_open_point(reply: str) -> None:
    talk = _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place")
    talk.says(1, reply).says(2, "B", "settle:meeting")

    assert any(line.open for line in talk.alliance.draft.lines)


@pytest.mark.row("decision 3")
def test_a_week_without_a_reply_leaves_it_open() -> None:
    talk = _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place").says(1, "A")

    talk.waits(days=8)
    assert talk.alliance.phase == Phase.DRAFTING
    assert any(line.open for line in talk.alliance.draft.lines)


@pytest.mark.row("decision 3")
def test_a_choice_can_be_changed_while_the_other_is_out() -> None:
    talk = _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place")
    talk.says(1, "A").says(1, "B", "settle:meeting").says(2, "B", "settle:meeting")

    assert "We meet: Tuesdays at nine, at my place. (both)" in talk.alliance.draft.text


@pytest.mark.row("F21", "decision 6")
def test_a_trial_names_no_day_of_signing() -> None:
    talk = _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place")
    noted = only(talk.says(1, "C"), 1)
    assert [(n.text, n.days) for n in noted.notes] == [("Mondays at eight, at the shop", 30)]
    talk.says(2, "C", "settle:meeting")
    assert [(n.kind, n.days) for n in only(talk, 1).notes] == [("settled", 30)]

    assert "(both, for 30 days from the day we agree)" in talk.alliance.draft.text


@pytest.mark.row("F08")
def test_different_answers_to_other_prompts_are_never_settled() -> None:
    assert not any(isinstance(s.letter, letters.Settle) for s in Talk().drafted().sent)


@pytest.mark.row("decision 16")
def test_the_slower_rhythm_wins_and_both_are_told_once() -> None:
    talk = _on_to_draft_until_time(Talk().joined().part()).answers(1, until="rhythm").answers(2, until="rhythm")
    talk.says(1, "every month", "prompt:rhythm").says(2, "every 6 months", "prompt:rhythm")

    for number in (1, 2):
        told = [
            n for s in talk.sent if s.to == number for n in getattr(s.letter, "notes", ()) if n.kind == "rhythm_slower"
        ]
        assert len(told) == 1
    assert (talk.alliance.rhythm.every, talk.alliance.rhythm.unit) == (6, "month")


@pytest.mark.row("spec 4.7", "F56")
def test_a_late_answer_goes_where_it_belongs() -> None:
    talk = Talk().joined().answers(1, until="P10").says(1, "Whisper it", "prompt:P09")

    assert talk.alliance.answer(1, "P09").text == "Whisper it"
    assert talk.alliance.participant(1).open.about == "prompt:P10"


@pytest.mark.row("F10")
def test_the_next_question_waits_for_the_end_of_quiet_hours() -> None:
    talk = Talk().invited()
    talk.now = talk.now.replace(hour=22)
    talk.says(2, "YES", "invitation")
    assert not talk.new

    talk.waits(hours=12)
    assert [s.about for s in talk.new] == ["prompt:hopes", "prompt:hopes"]
    assert talk.alliance.participant(1).open.sent - talk.now <= timedelta(0)


@pytest.mark.row("F15")
def test_words_in_a_reveal_that_was_left_behind_are_not_passed_on_unasked() -> None:
    talk = Talk().joined().part()
    talk.says(2, "NEXT", "reveal:knowing")

    talk.says(2, "I want us to open in May", "reveal:knowing")

    assert not talk.letters(1)
    assert [x.kind for x in talk.letters(2)] == ["pass_on"]
    talk.says(2, "Pass on: I want us to open in May", "reveal:knowing")
    assert [x.words for x in talk.letters(1)] == ["I want us to open in May"]


@pytest.mark.parametrize("text", ["Please don't tell Maya but I hate this", "Between you and me, this is hard for me"])
def test_words_meant_for_the_agent_alone_are_never_passed_on_at_once(text: str) -> None:
    talk = Talk().joined().part().says(2, text, "reveal:knowing")

    assert not talk.letters(1)
    assert [x.kind for x in talk.letters(2)] == ["pass_on"]


@pytest.mark.row("F20")
def test_a_settle_reply_after_the_values_were_corrected_is_asked_about() -> None:
    talk = Talk().joined().part().says(1, "hello there", "settle:meeting")

    assert len(talk.letters(1)) == 1


@pytest.mark.row("decision 10")
def test_both_twice_keeps_the_two_answers_once() -> None:
    talk = Talk().joined().says(1, "Fun").says(1, "Rest", "prompt:hopes").says(1, "BOTH", "prompt:hopes")
    talk.says(1, "BOTH", "prompt:hopes")

    assert talk.alliance.answer(1, "hopes").text == "Fun\nRest"


@pytest.mark.row("F12")
def test_answers_by_number_from_the_open_prompt_on_are_all_filed() -> None:
    talk = Talk().joined().says(1, "Fun", "prompt:hopes").says(1, "Text me", "prompt:P11")

    talk.says(1, "2: cake\n3: straight\n4: I hum", "prompt:P09")

    assert [talk.alliance.answer(1, q).text for q in ("P09", "P10", "P05")] == ["cake", "straight", "I hum"]


@pytest.mark.row("decision 10")
def test_both_works_in_reply_to_the_letter_that_offers_it() -> None:
    talk = Talk().joined().says(1, "Fun", "prompt:hopes").says(1, "Rest", "prompt:hopes").says(1, "BOTH")

    assert talk.alliance.answer(1, "hopes").text == "Fun\nRest"


@pytest.mark.row("S04")
def test_what_is_picked_at_a_reveal_after_the_draft_came_changes_the_draft() -> None:
    talk = Talk().drafted()
    talk.says(1, "2B", "reveal:purpose").says(2, "2B", "reveal:purpose")

    lines = [line.text for line in talk.alliance.draft.lines if len(line.by) == 2]
    assert "We still laugh when the oven breaks." in lines


@pytest.mark.row("S24")
@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("keep", "Email is fine. Ring me after six."),
        ("Yes, keep that please", "Email is fine. Ring me after six."),
        ("Keep that, and no calls on Sundays.", "Email is fine. Ring me after six.\nno calls on Sundays."),
        ("Keep mornings free.", "Keep mornings free."),
        ("Texts until nine.", "Texts until nine."),
    ],
)
def test_own_words_that_a_letter_shows_can_be_kept_or_added_to(reply: str, kept: str) -> None:
    talk = Talk().drafted().says(1, reply, "prompt:between")

    assert talk.alliance.answer(1, "between").text == kept


@pytest.mark.row("F17", "spec 4.7")
def test_a_pick_beside_words_for_the_agent_does_not_pass_them_on() -> None:
    talk = Talk().joined().part()
    talk.says(1, "NEXT", "reveal:knowing").says(2, "NEXT", "reveal:knowing").part()

    talk.says(1, "2A\n\nPlease don't tell Jonas, but he is lazy", "reveal:purpose")

    assert not talk.letters(2)
    assert [x.kind for x in talk.letters(1)] == ["pass_on"]
    assert talk.alliance.choices


@pytest.mark.row("F12")
@pytest.mark.parametrize(
    ("text", "filed"),
    [
        ("3: straight", {"P09": None, "P10": "straight"}),
        ("2: cake", {"P09": "cake"}),
        ("1: cake\n2: tea", {"P09": "1: cake\n2: tea", "P11": "Text me"}),
    ],
)
def test_a_number_before_an_answer_names_its_prompt_but_never_one_answered_before(text: str, filed: dict) -> None:
    talk = Talk().joined().says(1, "Fun", "prompt:hopes").says(1, "Text me", "prompt:P11").says(1, text, "prompt:P09")

    found = {q: a.text if (a := talk.alliance.answer(1, q)) else None for q in filed}
    assert found == filed


@pytest.mark.row("S43")
@pytest.mark.parametrize(
    "question", ["What do you mean by early?", "What does stewing mean?", "What do you mean by “no use after eight”?"]
)
def test_a_question_about_what_was_revealed_goes_to_whoever_wrote_it(question: str) -> None:
    talk = Talk().joined().part().says(1, question)

    [note] = talk.letters(2)
    assert isinstance(note, letters.PassedOn)
    assert note.words == question


@pytest.mark.row("S43")
def test_a_question_that_may_be_for_us_is_asked_about_at_a_reveal() -> None:
    talk = Talk().joined().part().says(1, "What do you mean?")

    assert [x.kind for x in talk.letters(1)] == ["pass_on"]
    assert not talk.letters(2)
    assert isinstance(talk.says(1, "?").letters(1)[0], letters.Help)


@pytest.mark.row("F13", "F17")
@pytest.mark.parametrize(("last", "noted"), [("PASS", ("passed", 0)), ("I hum.\nPRIVATE I hate it", ("kept", 1))])
def test_what_a_reveal_does_not_show_of_the_last_answer_is_read_back_in_it(last: str, noted: tuple[str, int]) -> None:
    talk = Talk().joined().answers(2).answers(1, until="P05").says(1, last, "prompt:P05")

    letter = only(talk, 1)  # one letter, and no receipt beside it
    assert isinstance(letter, letters.Reveal)
    assert [(n.kind, n.private) for n in letter.notes] == [noted]
    assert only(talk, 2).notes == ()


@pytest.mark.row("S03")
def test_a_reminder_names_what_is_open_in_a_few_words() -> None:
    talk = Talk().joined().waits(days=4)

    nudge = next(s.letter for s in talk.new if isinstance(s.letter, letters.Nudge))
    assert nudge.subject == "Hopes and worries"


@pytest.mark.row("F12", "F17")
def test_answers_on_one_line_are_told_apart_and_what_is_private_stays_with_its_own() -> None:
    talk = Talk().joined().says(1, "Fun", "prompt:hopes").says(1, "ALL")
    talk.says(1, "1. Text me 2. In private\nPRIVATE she shouts\n3. Straight", "all:")

    said = [talk.alliance.answer(1, q) for q in ("P11", "P09", "P10")]
    assert [(a.text, a.private) for a in said if a] == [("Text me 2. In private", "she shouts"), ("Straight", "")]

    talk.says(1, "1. Text me 2. In private 3. Straight, every 2. Monday 4: I hum", "all:")
    said = [talk.alliance.answer(1, q) for q in ("P11", "P09", "P10", "P05")]
    assert [(a.text, a.private) for a in said if a] == [
        ("Text me", ""),
        ("In private", ""),
        ("Straight, every 2. Monday", ""),
        ("I hum", ""),
    ]


@pytest.mark.row("F09", "S13", "decision 16")
def test_the_rest_in_one_letter_names_who_asks_and_how_numbers_are_shown() -> None:
    letter = only(Talk().joined().says(1, "ALL"), 1)

    said = {item.title: item for item in letter.items}
    assert said["How you can tell I am stuck"].lead == "Here is a question from Jonas's side:"
    assert "NUMBERS" in said["When we look back"].hint
    assert [item.title for item in letter.items if item.lead] == ["How you can tell I am stuck"]


@pytest.mark.row("F17", "I2")
def test_what_shall_not_be_told_is_kept_back_and_this_is_said() -> None:
    talk = Talk().joined().answers(2, until="P05")
    talk.says(2, "I go quiet. Don't tell Maya this, but I am thinking of quitting.")

    answer = talk.alliance.answer(2, "P05")
    assert (answer.text, answer.private) == ("", "I go quiet. Don't tell Maya this, but I am thinking of quitting.")
    assert [(n.text, n.private) for n in talk.letters(2)[0].notes] == [("", 1)]

    talk.says(2, "SHARE I go quiet. Don't tell Maya's clients.", "prompt:P05")

    assert talk.alliance.answer(2, "P05").text == "I go quiet. Don't tell Maya's clients."


@pytest.mark.row("F20")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mine of course", "A is fine with me, let's do his way"),
        ("My way please", "Maya's"),
        ("mine!", "hers is fine"),
        ("Meins", "Mayas Vorschlag"),
    ],
)
def test_whose_way_it_is_may_be_said_in_words(one: str, other: str) -> None:
    talk = (
        _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place")
        .says(1, one)
        .says(2, other, "settle:meeting")
    )

    assert [s.outcome.kind for s in talk.alliance.settlements] == ["theirs"]
    assert talk.alliance.settlements[0].outcome.participant == 1


@pytest.mark.row("F20")
@pytest.mark.parametrize("words", ["I don't really care", "whatever she likes best", "mine, but on the phone"])
def test_words_about_who_chooses_are_no_line_for_the_page(words: str) -> None:
    talk = _at_time(first="Mondays at eight, at the shop", second="Tuesdays at nine, at my place").says(1, words)

    assert [x.kind for x in talk.letters(1)] == ["choice"]


@pytest.mark.row("F17", "I2")
@pytest.mark.parametrize(
    "text",
    [
        "Please don't tell Maya any of this.\n1: I want to leave.\n2: I do not trust her.",
        "1: I want to leave.\n2: I do not trust her. Don't tell Maya any of this.",
    ],
)
def test_a_plea_for_a_whole_mail_keeps_each_answer_in_it_back(text: str) -> None:
    talk = Talk().joined().answers(2, until="P05")
    talk.says(2, "ALL")
    labels = [i.label for i in talk.letters(2)[0].items][:2]
    talk.says(2, text.replace("1:", f"{labels[0]}:").replace("2:", f"{labels[1]}:"), "all")

    said = [a for a in talk.alliance.answers if a.participant == 2][-2:]
    assert [a.text for a in said] == ["", ""]
    assert "leave" in said[0].private and "trust" in said[1].private
