"""What may be said at any time: help, status, pause, stop, one's own data, and everything of spec 4.7, told aloud."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from talk import FLOW, Talk

from agent.alliance import letters
from agent.alliance.decide import decide
from agent.alliance.event import Unsubscribed
from agent.alliance.model import Phase, Stage

STAGES: dict[str, Callable[[], Talk]] = {
    "preparing": lambda: Talk().starts(),
    "approving": lambda: Talk().starts().says(1, "Because he is kind."),
    "hosting": lambda: Talk().invited(),
    "answering": lambda: Talk().joined(),
    "waiting": lambda: Talk().joined().answers(1),
    "reading": lambda: Talk().joined().part(),
    "reviewing": lambda: Talk().drafted(),
    "confirmed": lambda: Talk().drafted().says(1, "AGREE"),
    "living": lambda: Talk().agreed(),
    "checking": lambda: Talk().agreed().waits(days=31),
}


def only(talk: Talk, number: int) -> object:
    [letter] = talk.letters(number)
    return letter


@pytest.mark.row("F11", "I9")
@pytest.mark.parametrize(
    "word",
    [
        "PASS",
        "LATER",
        "PAUSE",
        "pause until 12 May",
        "ALL",
        "SHORT",
        "NEXT",
        "HELP",
        "STATUS",
        "MY DATA",
        "SHOW",
        "CHANGE",
    ],
)
@pytest.mark.parametrize("stage", STAGES)
def test_every_word_has_one_answer_at_every_stage(stage: str, word: str) -> None:
    talk = STAGES[stage]()
    assert talk.alliance.participant(1).stage == stage
    talk.says(1, word)

    assert len([s for s in talk.new if s.to == 1]) == 1 or (stage, word) == ("approving", "SHORT")


@pytest.mark.row("F11")
@pytest.mark.parametrize(
    ("word", "kind"),
    [("help", letters.Help), ("Status please", letters.Status), ("my data", letters.MyData), ("HUMAN", letters.Human)],
)
@pytest.mark.parametrize("stage", STAGES)
def test_questions_about_the_agent_move_nothing(stage: str, word: str, kind: type) -> None:
    talk = STAGES[stage]()
    before = talk.alliance.participant(1)
    talk.says(1, word)

    assert isinstance(only(talk, 1), kind)
    after = talk.alliance.participant(1)
    assert (after.stage, after.open) == (before.stage, before.open)


@pytest.mark.row("decision 17", "I11")
@pytest.mark.parametrize("stage", [s for s in STAGES if s not in {"preparing", "approving"}])
def test_stop_ends_it_for_good_with_one_goodbye_and_a_neutral_note(stage: str) -> None:
    talk = STAGES[stage]()
    talk.says(1, "leave me alone")

    assert isinstance(only(talk, 1), letters.Goodbye)
    told = talk.letters(2)
    until = talk.now + timedelta(days=30)
    assert told == ([letters.Left("Maya", stage in {"living", "checking"}, until)] if stage != "hosting" else [])
    assert talk.alliance.phase == Phase.ENDED
    assert talk.wake == until


@pytest.mark.parametrize("text", ["STOP\n6: Tuesday is better\nSTOP", "STOP\nsome words\nCLOSE"])
def test_who_says_stop_twice_in_one_letter_has_left_once(text: str) -> None:
    talk = Talk().agreed().says(2, text)

    assert isinstance(only(talk, 2), letters.Goodbye)
    assert talk.alliance.phase == Phase.ENDED


@pytest.mark.parametrize("text", ["CLOSE\nsome words\nSTOP", "CLOSE\nsome words\nCLOSE"])
def test_who_closes_it_and_says_so_twice_has_closed_it_once(text: str) -> None:
    talk = Talk().agreed().says(2, text)

    assert isinstance(only(talk, 2), letters.ClosingAsk)
    assert talk.alliance.phase == Phase.ENDED


@pytest.mark.row("F05")
@pytest.mark.parametrize("stage", ["preparing", "approving"])
def test_stop_before_the_invitation_drops_it(stage: str) -> None:
    talk = STAGES[stage]().says(1, "STOP")

    assert isinstance(only(talk, 1), letters.SetupDropped)
    assert not any(s.to == 2 for s in talk.sent)


@pytest.mark.row("decision 18")
def test_what_a_leaver_had_not_shown_is_destroyed() -> None:
    talk = Talk().joined().part().says(1, "NEXT").says(1, "Open in May", "prompt:P06").says(1, "STOP", "prompt:P01")

    assert talk.alliance.answer(1, "P06") is None
    assert talk.alliance.answer(1, "P11") is not None


def test_a_closed_alliance_answers_once_and_names_the_day_it_ended() -> None:
    talk = Talk().joined().says(1, "STOP")
    ended = talk.now
    talk.waits(days=5).says(2, "Shall we go on?", "prompt:hopes")

    assert only(talk, 2) == letters.Closed(ended)
    assert not talk.says(2, "Hello?", "prompt:hopes").new


@pytest.mark.row("F57")
def test_my_data_is_all_and_only_ones_own() -> None:
    talk = (
        Talk()
        .joined()
        .says(1, "Fun\nPRIVATE debts", "prompt:hopes")
        .says(2, "Clarity", "prompt:hopes")
        .says(1, "MY DATA")
    )

    data = only(talk, 1)
    assert [(a.text, a.private) for a in data.mine.answers][-1] == ("Fun", "debts")
    assert "Clarity" not in repr(data)


@pytest.mark.row("decision 17", "spec 4.7")
def test_delete_asks_once_and_delete_now_erases_own_words_and_never_the_partners() -> None:
    talk = Talk().agreed().says(1, "delete everything", "final:1")
    assert isinstance(only(talk, 1), letters.EraseAsk)
    page = talk.alliance.draft.text

    talk.says(1, "DELETE NOW", "erase")
    assert isinstance(only(talk, 1), letters.Erased)
    assert [type(x) for x in talk.letters(2)] == [letters.Left]
    assert not [a for a in talk.alliance.answers if a.participant == 1]
    assert [a for a in talk.alliance.answers if a.participant == 2]
    assert talk.alliance.drafts[0].text == page


@pytest.mark.row("decision 17")
def test_words_that_were_never_agreed_are_erased_with_the_drafts() -> None:
    talk = (
        Talk()
        .drafted()
        .says(1, "make 4 say We sing loudly at dawn", "draft:1")
        .says(1, "DELETE", "draft:2")
        .says(1, "DELETE NOW", "erase")
    )

    document = repr(talk.alliance.drafts) + repr(talk.alliance.answers) + repr(talk.alliance.why)
    assert "sing loudly" not in document
    assert "friends in five years" not in document


@pytest.mark.row("decision 17")
def test_own_words_can_be_erased_after_the_end() -> None:
    talk = Talk().joined().part().says(1, "STOP").says(2, "DELETE NOW", "left")

    assert isinstance(only(talk, 2), letters.Erased)
    assert not [a for a in talk.alliance.answers if a.participant == 2]


def test_another_word_than_delete_erases_nothing() -> None:
    talk = Talk().agreed().says(1, "DELETE", "final:1").says(1, "no, wait", "erase")

    assert isinstance(only(talk, 1), letters.Status)
    assert talk.alliance.phase == Phase.AGREED


@pytest.mark.row("spec 4.7")
@pytest.mark.parametrize("reply", ["what do you mean?", "?"])
def test_the_plain_version_explains_and_the_question_stays_open(reply: str) -> None:
    talk = Talk().joined().says(1, "Fun", "prompt:hopes").says(1, reply)

    assert isinstance(only(talk, 1), letters.Explain)
    assert talk.alliance.participant(1).open.about == "prompt:P11"


@pytest.mark.row("spec 4.7")
def test_fear_gets_a_short_kind_text_and_the_series_pauses() -> None:
    talk = Talk().joined().says(1, "I am afraid of him", "prompt:hopes")

    assert isinstance(only(talk, 1), letters.Care)
    assert talk.alliance.answer(1, "hopes") is None
    assert not talk.letters(2)
    assert not talk.waits(days=60).letters(1)


def test_any_word_ends_a_pause_and_a_question_about_it_does_not() -> None:
    talk = Talk().joined().says(1, "PAUSE", "prompt:hopes").says(1, "STATUS", "paused")
    assert talk.alliance.participant(1).paused

    talk.says(1, "PASS", "prompt:hopes")
    assert only(talk, 1).subject == "how you like to talk"
    assert not talk.alliance.participant(1).paused


def test_a_pause_that_ends_with_nothing_open_is_silent() -> None:
    talk = Talk().joined().answers(1).says(1, "pause until 12 May", "part:knowing")

    assert [type(x) for x in talk.waits(days=90).letters(1)] == [letters.AtRest]
    assert not talk.alliance.participant(1).paused


@pytest.mark.row("F14")
def test_an_answer_is_changed_by_naming_it() -> None:
    talk = (
        Talk()
        .joined()
        .answers(1, until="P05")
        .says(1, "change my answer about good feedback: in writing", "prompt:P05")
    )

    assert talk.alliance.answer(1, "P10").text == "in writing"
    assert talk.alliance.participant(1).open.about == "prompt:P05"


def test_back_asks_the_last_answered_prompt_again() -> None:
    talk = Talk().joined().says(1, "Fun", "prompt:hopes").says(1, "BACK", "prompt:P11")

    assert only(talk, 1).subject == "Before we start: hopes and worries"


@pytest.mark.row("F11")
def test_all_after_everything_is_answered_says_where_things_stand() -> None:
    talk = Talk().joined().says(1, "ALL", "prompt:hopes")
    talk.says(1, "\n".join(f"{i}: words {i}" for i in range(1, 19)))
    assert talk.alliance.participant(1).stage == Stage.WAITING

    assert isinstance(only(talk.says(1, "ALL"), 1), letters.Status)


def test_who_answered_all_at_once_still_comes_to_the_draft() -> None:
    talk = Talk().joined()
    for number in (1, 2):
        talk.says(number, "ALL", "prompt:hopes").says(number, "\n".join(f"{i}: words {i}" for i in range(1, 19)))

    assert talk.alliance.phase == Phase.DRAFTING


@pytest.mark.row("F45", "decision 27")
def test_after_somebody_left_the_other_can_still_have_what_is_theirs() -> None:
    talk = Talk().agreed().says(2, "STOP")

    assert talk.says(1, "SHOW", "final:1").letters(1)[0].sections
    assert talk.says(1, "MY DATA", "final:1").letters(1)[0].mine.answers


@pytest.mark.row("T55", "decision 18")
def test_who_pauses_still_gets_the_agreement_that_the_other_concluded() -> None:
    talk = Talk().drafted().says(1, "AGREE").says(2, "AGREE")
    final = next(s for s in talk.new if s.to == 1)

    decision_withdraws = talk.says(1, "PAUSE until Friday").withdrawn

    assert final.about not in [about for _, about in decision_withdraws]
    assert (1, None) not in decision_withdraws


@pytest.mark.row("T55", "decision 17")
def test_unsubscribing_from_a_check_in_ends_check_ins_and_nothing_else() -> None:
    talk = Talk().agreed().waits(days=40)
    checkin = next(s for s in reversed(talk.sent) if s.to == 2 and s.about.startswith("checkin"))

    talk.happens(Unsubscribed(2, checkin.about, "inbox:900"))

    assert talk.alliance.phase == Phase.AGREED
    assert talk.alliance.rhythm.unit == "never"
    assert not [s for s in talk.waits(days=90).new if s.about.startswith("checkin")]


@pytest.mark.row("T55", "decision 17")
@pytest.mark.parametrize("about", ["prompt:P03", "draft:1", "rest:prompt:P03"])
def test_unsubscribing_from_anything_else_is_stop(about: str) -> None:
    talk = Talk().joined().happens(Unsubscribed(2, about, "inbox:900"))

    assert talk.alliance.participant(2).stage == Stage.LEFT
    assert not talk.happens(Unsubscribed(2, about, "inbox:901")).new


@pytest.mark.row("T54", "decision 14")
def test_who_unsubscribes_from_an_invitation_is_not_invited_again_whoever_asks() -> None:
    talk = Talk().invited()
    decision, _ = decide(FLOW.flow, talk.house, talk.alliance, Unsubscribed(2, "invitation", "inbox:9"), talk.now)

    assert set(decision.refused) == {("", "jonas@example.org"), ("maya@example.org", "jonas@example.org")}
    assert [s.to for s in decision.sends] == [1]
