"""What an event that is no plain reply comes to: strangers, bounces, the unreadable; and storing what came of it."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from talk import FLOW, Talk

from agent.alliance import letters
from agent.alliance.decide import decide
from agent.alliance.event import Complained, Replied, RepliedFromElsewhere, Undeliverable, Unreadable
from agent.alliance.model import Alliance, Phase


def elsewhere(talk: Talk, text: str, about: str = "prompt:hopes") -> Talk:
    return talk.happens(RepliedFromElsewhere(2, about, text, "x@example.net", talk._cause()))


def only(talk: Talk, number: int) -> object:
    [letter] = talk.letters(number)
    return letter


@pytest.mark.row("T8")
def test_words_from_another_address_are_held_and_the_registered_one_is_asked() -> None:
    talk = elsewhere(Talk().joined(), "I hope for fun")

    assert only(talk, 2) == letters.WasThisYou("x@example.net", "I hope for fun")
    assert talk.alliance.answer(2, "hopes") is None


@pytest.mark.row("T8")
def test_yes_releases_held_words_and_no_throws_them_away() -> None:
    talk = elsewhere(Talk().joined(), "I hope for fun").says(2, "YES")
    assert talk.alliance.answer(2, "hopes").text == "I hope for fun"
    assert [n.kind for n in only(talk, 2).notes][:1] == ["released"]

    talk = elsewhere(Talk().joined(), "I hope for fun").says(2, "NO")
    assert talk.alliance.participant(2).held == ()
    assert talk.alliance.answer(2, "hopes") is None


@pytest.mark.row("T8")
def test_a_stranger_cannot_agree_join_or_stop() -> None:
    talk = elsewhere(Talk().drafted(), "AGREE", "draft:1")
    assert not talk.alliance.confirmations

    talk = elsewhere(Talk().invited(), "YES", "invitation")
    assert talk.alliance.phase == Phase.INVITED

    talk = elsewhere(Talk().joined(), "STOP")
    assert talk.alliance.phase == Phase.ASKING


@pytest.mark.row("T8")
def test_each_mail_from_elsewhere_is_asked_about_by_itself_and_a_flood_is_not() -> None:
    talk = Talk().joined()
    for words in ("first", "second", "third"):
        assert elsewhere(talk, words).letters(2)
    assert not elsewhere(talk, "fourth").new

    assert [h.text for h in talk.alliance.participant(2).held] == ["first", "second", "third"]


@pytest.mark.row("T8")
def test_on_another_day_a_new_mail_from_elsewhere_takes_the_place_of_the_oldest() -> None:
    talk = Talk().joined()
    for words in ("first", "second", "third"):
        elsewhere(talk, words)
    talk.waits(days=2)

    assert elsewhere(talk, "fourth").letters(2)
    assert [h.text for h in talk.alliance.participant(2).held] == ["second", "third", "fourth"]


@pytest.mark.row("T8")
def test_a_yes_releases_only_the_words_that_it_was_asked_about() -> None:
    talk = elsewhere(Talk().drafted(), "hello", "draft:1")
    asked = talk.last(2).about
    elsewhere(talk, "AGREE", "draft:1")

    talk.says(2, "Yes", asked)

    assert not talk.alliance.confirmations
    assert [h.text for h in talk.alliance.participant(2).held] == ["AGREE"]


@pytest.mark.row("decision 17")
def test_stop_in_reply_to_was_this_you_stops() -> None:
    talk = elsewhere(Talk().joined(), "first").says(2, "STOP")

    assert talk.alliance.phase == Phase.ENDED


@pytest.mark.row("T52", "decision 21")
def test_a_letter_that_is_only_late_is_nobodys_to_mend() -> None:
    for talk in (Talk().invited(), Talk().joined()):
        before = talk.alliance
        talk.happens(Undeliverable(2, talk.last(2).about, permanent=False, cause="inbox:70", blame=0))

        assert not talk.new
        assert talk.alliance == before


def bounced(talk: Talk, *blames: int, every: int = 3) -> Talk:
    """Letters to the second person come back, some days apart."""
    for n, blame in enumerate(blames):
        talk.now += timedelta(days=every if n else 0)
        talk.happens(Undeliverable(2, "prompt:hopes", permanent=True, cause=f"inbox:{70 + n}", blame=blame))
    return talk


@pytest.mark.row("decision 21", "decision 28", "T52", "T69")
@pytest.mark.parametrize("blames", [(2, 2), (1, 1, 1, 1), (2, 0, 1, 1)])
def test_an_address_that_fails_on_several_days_pauses_that_person_and_tells_the_other_nothing(blames) -> None:
    talk = bounced(Talk().joined(), *blames[:-1])
    assert not talk.alliance.participant(2).paused

    talk = bounced(talk, blames[-1], every=0)
    assert not talk.alliance.participant(2).paused  # a second one on the same day says nothing new
    talk.now += timedelta(days=2)
    talk = bounced(talk, blames[-1])

    assert talk.alliance.participant(2).paused
    assert not talk.new
    assert not talk.waits(days=25).letters(2)


@pytest.mark.row("T52")
@pytest.mark.parametrize("blames", [(0, 0, 0, 0, 0, 0), (2,)])
def test_policy_is_not_the_addresss_fault_and_one_failure_may_be_an_accident(blames) -> None:
    talk = bounced(Talk().joined(), *blames)

    assert not talk.alliance.participant(2).paused


@pytest.mark.row("T52", "decision 28")
def test_failures_far_apart_and_those_before_a_reply_are_forgotten() -> None:
    assert not bounced(Talk().joined(), 2, 2, every=61).alliance.participant(2).paused

    talk = bounced(Talk().joined(), 2).says(2, "I hope we stay friends.", "prompt:hopes")
    assert talk.alliance.people["jonas@example.org"].bounces == 0
    talk.now += timedelta(days=3)
    assert not bounced(talk, 2).alliance.participant(2).paused


@pytest.mark.row("decision 28")
def test_what_was_reported_elsewhere_counts_here_too() -> None:
    talk = bounced(Talk().joined(), 2)
    other = Talk().joined()
    other.alliance = replace(other.alliance, people=talk.alliance.people)
    other.now += timedelta(days=2)

    assert bounced(other, 2).alliance.participant(2).paused


@pytest.mark.row("T55", "T69")
@pytest.mark.parametrize("begun", [Talk.invited, Talk.joined, Talk.drafted, Talk.agreed])
def test_a_complaint_ends_it_for_that_person_and_nobody_learns_why(begun) -> None:
    left, talk = begun(Talk()), begun(Talk())
    left.says(2, "STOP", "invitation" if begun is Talk.invited else "prompt:hopes")
    talk.happens(Complained(2, "inbox:77"))

    assert [s.letter for s in talk.new if s.to == 1] == [s.letter for s in left.new if s.to == 1]
    assert talk.alliance.people["jonas@example.org"].suppressed
    assert not talk.waits(days=40).letters(2)


@pytest.mark.row("T54", "decision 14")
@pytest.mark.parametrize("words", ["NOT ME", "Not me, sorry.", "You have the wrong person.", "Falsche Adresse"])
def test_whoever_is_not_meant_is_never_written_to_again_whoever_asks(words: str) -> None:
    talk = Talk().invited()
    decision, _ = decide(
        FLOW.flow, talk.house, talk.alliance, Replied(2, "invitation", words, None, "inbox:60"), talk.now
    )

    assert set(decision.refused) == {("", "jonas@example.org"), ("maya@example.org", "jonas@example.org")}
    assert decision.alliance.people["jonas@example.org"].suppressed
    assert [s.to for s in decision.sends] == [1]
    assert isinstance(decision.sends[0].letter, letters.InvitationDeclined)


@pytest.mark.row("decision 21")
def test_a_transient_failure_changes_nothing() -> None:
    talk = Talk().joined()
    before = talk.alliance
    talk.happens(Undeliverable(2, "prompt:hopes", permanent=False, cause="inbox:77"))

    assert talk.alliance == before


@pytest.mark.parametrize("why", ["empty", "encrypted", "too large", "reaction"])
def test_a_mail_that_cannot_be_read_is_told_with_the_open_question(why: str) -> None:
    talk = Talk().joined()
    talk.happens(Unreadable(2, "prompt:hopes", why, "inbox:77"))

    letter = only(talk, 2)
    assert letter.why == why
    assert letter.ask.startswith("What do you expect")
    assert talk.alliance.participant(2).open.about == "prompt:hopes"


def test_nothing_is_said_to_who_has_left() -> None:
    talk = Talk().joined().says(2, "STOP", "prompt:hopes")
    for event in (
        Unreadable(2, "prompt:hopes", "empty", "inbox:77"),
        Undeliverable(2, "prompt:hopes", permanent=True, cause="inbox:78"),
        RepliedFromElsewhere(2, "prompt:hopes", "hi", "x@example.net", "inbox:79"),
    ):
        assert not talk.happens(event).new


@pytest.mark.row("F13")
@pytest.mark.parametrize("reply", ["ok", "thanks!", "will do tomorrow"])
def test_what_is_no_answer_is_asked_about_and_not_stored(reply: str) -> None:
    talk = Talk().joined().says(2, reply, "prompt:hopes")

    assert only(talk, 2).kind == "answer"
    assert talk.alliance.answer(2, "hopes") is None
    assert talk.alliance.participant(2).open.asked_back == 1


@pytest.mark.row("spec 4.7")
def test_another_language_is_stored_as_it_is() -> None:
    talk = Talk().joined().says(2, "Ich hoffe, dass wir früh reden — ohne Groll.", "prompt:hopes")

    assert talk.alliance.answer(2, "hopes").text == "Ich hoffe, dass wir früh reden — ohne Groll."


def test_an_alliance_survives_being_stored_at_every_step() -> None:
    talk = Talk().agreed().waits(days=40).says(1, "4, a, b, yes", "checkin:1")

    bare = replace(talk.alliance, people={})
    assert msgspec.json.decode(msgspec.json.encode(bare), type=Alliance) == bare
