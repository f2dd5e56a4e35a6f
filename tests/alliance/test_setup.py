"""From the first note to everybody's YES, told aloud."""

from datetime import timedelta

import pytest
from talk import FIRST, FLOW, MONDAY, WHY, Talk

from agent.alliance import letters
from agent.alliance.decide import decide
from agent.alliance.event import Replied, RepliedFromElsewhere, Started, Undeliverable
from agent.alliance.model import Alliance, Phase, Stage


@pytest.mark.row("F01", "A02", "S11")
def test_the_first_note_is_read_back_and_nothing_goes_to_the_partner() -> None:
    talk = Talk().starts()

    [letter] = talk.letters(1)
    assert isinstance(letter, letters.SetupWhy)
    assert (letter.name, letter.address) == ("Jonas Berg", "jonas@example.org")
    assert letter.reason == FIRST
    assert "Jonas" in letter.ask
    assert not talk.letters(2)
    assert talk.alliance.phase == Phase.SETUP


@pytest.mark.row("F03", "A04", "A05")
def test_the_why_stands_in_the_invitation_character_for_character() -> None:
    why = "  He calls — me first.\nÄnd “stays” \n\n till the end"
    talk = Talk().starts().says(1, why)

    [ready] = talk.letters(1)
    assert isinstance(ready, letters.SetupReady)
    assert ready.invitation.why == why.strip()
    assert (ready.prompts, ready.short_prompts) == (12, 6)
    [invitation] = talk.says(1, "SEND").letters(2)
    assert invitation == ready.invitation


@pytest.mark.row("F17")
def test_a_private_line_in_the_why_is_not_in_the_invitation() -> None:
    talk = Talk().starts().says(1, f"{WHY}\n\nPRIVATE he scares me a bit").says(1, "SEND")

    assert "scares" not in repr([s.letter for s in talk.sent if s.to == 2])


@pytest.mark.row("F04")
@pytest.mark.parametrize(
    "reply", ["what is this?", "hm", "yes if Maya pays", "NOT NOW", "Maya said you would write", ""]
)
def test_no_prompt_is_sent_before_a_yes(reply: str) -> None:
    talk = Talk().invited().says(2, reply)

    assert not any(isinstance(s.letter, letters.Prompt) for s in talk.sent)
    assert talk.alliance.participant(2).stage == Stage.INVITED


@pytest.mark.row("F04", "A06", "decision 15")
@pytest.mark.parametrize("reply", ["Yes. Bit nervous, but yes", "ok let's", "sure!", "YES", "Yes please"])
def test_a_loose_yes_is_enough_for_an_invitation(reply: str) -> None:
    talk = Talk().invited().says(2, reply)

    assert [type(s.letter) for s in talk.new] == [letters.Prompt, letters.Prompt]
    assert talk.alliance.phase == Phase.ASKING


@pytest.mark.row("A07", "F06", "S12", "S13")
def test_both_are_asked_for_hopes_and_worries_first_and_welcomed() -> None:
    talk = Talk().joined()

    for number, kind, partner in ((1, "said_yes", "Jonas"), (2, "welcome", "Maya")):
        [letter] = talk.letters(number)
        assert isinstance(letter, letters.Prompt)
        assert [n.kind for n in letter.notes] == [kind]
        assert f"with {partner}" in letter.ask
        assert "does anything about it worry you?" in letter.ask
        assert letter.private


@pytest.mark.row("F05", "A28", "decision 14")
@pytest.mark.parametrize("reply", ["NO THANKS", "No thanks.", "unsubscribe", "STOP"])
def test_a_no_is_final_and_silent(reply: str) -> None:
    talk = Talk().invited().says(2, reply)

    assert [(s.to, type(s.letter)) for s in talk.new] == [(1, letters.InvitationDeclined)]
    assert talk.alliance.phase == Phase.ENDED
    for words in ("YES", "Sorry, yes!", "HELP", "who is this?"):
        assert not talk.says(2, words, "invitation").letters(2)
    assert not talk.waits(days=40).new


@pytest.mark.row("decision 14")
def test_a_no_is_remembered_for_this_initiator() -> None:
    decision, _ = _decided(Talk().invited(), "NO THANKS")

    assert decision.refused == (("maya@example.org", "jonas@example.org"),)


def _decided(talk: Talk, text: str):
    return decide(FLOW.flow, talk.house, talk.alliance, Replied(2, "invitation", text, None, "inbox:99"), talk.now)


@pytest.mark.row("decision 14")
def test_who_was_refused_is_not_invited_again_and_is_not_named_as_refusing() -> None:
    event = Started("maya@example.org", "Maya Lind", "", FIRST, None, "inbox:1")
    decision, _ = decide(
        FLOW.flow, Talk().house, Alliance(1, FLOW.key, MONDAY), event, MONDAY, barred=frozenset({"jonas@example.org"})
    )

    [send] = decision.sends
    assert isinstance(send.letter, letters.SetupPartner)
    assert send.letter.problem == "refused"


@pytest.mark.row("decision 22")
def test_an_alliance_that_exists_is_offered_before_a_second() -> None:
    event = Started("maya@example.org", "Maya Lind", "", FIRST, None, "inbox:1")
    decision, _ = decide(
        FLOW.flow,
        Talk().house,
        Alliance(1, FLOW.key, MONDAY),
        event,
        MONDAY,
        existing={"jonas@example.org": (MONDAY, True)},
    )

    assert [type(s.letter) for s in decision.sends] == [letters.SetupExisting]
    known = {"jonas@example.org": (MONDAY, True)}
    for text, kind in (("YES", letters.Status), ("NEW", letters.SetupWhy), ("eine neue bitte", letters.SetupWhy)):
        said = Replied(1, "existing", text, None, f"inbox:{text}")
        after, _ = decide(FLOW.flow, Talk().house, decision.alliance, said, MONDAY, existing=known)
        assert [type(s.letter) for s in after.sends] == [kind]
        assert (after.alliance.participant(1).open is None) == (text == "YES")  # and is not reminded of a second one


@pytest.mark.row("decision 22")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("I would like an alliance with myself, maya@example.org", "same"),
        ("With Jonas, please", "missing"),
    ],
)
def test_a_partner_that_cannot_be_is_asked_for_again(text: str, problem: str) -> None:
    [letter] = Talk().starts(text).letters(1)

    assert isinstance(letter, letters.SetupPartner)
    assert letter.problem == problem


@pytest.mark.row("F01")
def test_ones_own_address_in_the_first_note_is_not_the_partners() -> None:
    [letter] = (
        Talk().starts("I am Maya (maya@example.org). Please ask Jonas Berg <jonas@example.org> to join.").letters(1)
    )

    assert isinstance(letter, letters.SetupWhy)
    assert letter.address == "jonas@example.org"


@pytest.mark.row("decision 14")
def test_one_reminder_after_a_week_and_quiet_two_weeks_later() -> None:
    talk = Talk().invited().waits(days=6)
    assert not talk.new

    assert [(s.to, type(s.letter)) for s in talk.waits(days=2).new] == [(2, letters.InvitationReminder)]
    assert [(s.to, type(s.letter)) for s in talk.waits(days=15).new] == [(1, letters.InvitationQuiet)]
    assert not talk.waits(days=400).new


@pytest.mark.row("decision 14")
def test_a_yes_after_months_still_joins() -> None:
    talk = Talk().invited().waits(days=120).says(2, "Yes, let's", "invitation")

    assert talk.alliance.phase == Phase.ASKING


@pytest.mark.row("decision 14")
def test_not_now_is_told_to_both_and_nothing_follows() -> None:
    talk = Talk().invited().says(2, "NOT NOW")

    assert [(s.to, type(s.letter)) for s in talk.new] == [(2, letters.NotNow), (1, letters.InvitationNotNow)]
    assert not talk.waits(days=200).new
    assert talk.says(2, "yes", "invitation").alliance.phase == Phase.ASKING


@pytest.mark.row("decision 14")
def test_a_question_is_passed_on_and_is_no_consent() -> None:
    talk = Talk().invited().says(2, "Does this cost anything?")

    assert [(s.to, type(s.letter)) for s in talk.new] == [(1, letters.InvitationQuestion), (2, letters.InvitationAsk)]
    assert talk.new[0].letter.words == "Does this cost anything?"
    assert talk.alliance.phase == Phase.INVITED


@pytest.mark.row("spec 4.7")
@pytest.mark.parametrize("reply", ["who is this?", "is this spam?"])
def test_a_trust_question_is_answered_by_the_agent(reply: str) -> None:
    talk = Talk().invited().says(2, reply)

    [letter] = talk.letters(2)
    assert isinstance(letter, letters.Who)
    assert (letter.initiator, letter.initiator_address, letter.invited) == ("Maya", "maya@example.org", True)
    assert not talk.letters(1)


@pytest.mark.row("decision 14")
def test_a_mistyped_address_is_replaced_before_a_yes_and_only_send_sends_again() -> None:
    talk = Talk().starts().says(1, WHY)
    talk.now += timedelta(hours=12)  # ten in the evening: the invitation waits
    talk.says(1, "SEND")
    assert not talk.letters(2)
    talk.says(1, "Sorry, his address is jonas.berg@example.org")

    [letter] = talk.letters(1)
    assert isinstance(letter, letters.SetupReady)
    assert letter.address == "jonas.berg@example.org"
    assert talk.alliance.phase == Phase.SETUP
    assert not talk.waits(days=1, hours=12).new
    talk.says(1, "SEND")
    assert [type(s.letter) for s in talk.new if s.to == 2] == [letters.Invitation]


@pytest.mark.row("decision 14")
def test_a_yes_to_a_withdrawn_invitation_joins_nothing() -> None:
    talk = Talk().invited().says(1, "Sorry, his address is jonas.berg@example.org")

    assert not talk.says(2, "YES", "invitation").new
    assert talk.alliance.phase == Phase.SETUP


@pytest.mark.row("decision 21")
def test_an_undeliverable_invitation_is_told_and_mended() -> None:
    talk = Talk().invited()
    talk.happens(Undeliverable(2, "invitation", permanent=True, cause="inbox:50"))

    [letter] = talk.letters(1)
    assert isinstance(letter, letters.InvitationUndelivered)
    assert not talk.waits(days=60).new
    [ready] = talk.says(1, "jonas.berg@example.org", "who").letters(1)
    assert isinstance(ready, letters.SetupReady)


@pytest.mark.row("A04")
@pytest.mark.parametrize("reply", ["STOP", "stop please", "Forget it, drop it"])
def test_it_can_be_dropped_before_it_goes_out(reply: str) -> None:
    talk = Talk().starts().says(1, WHY).says(1, reply)

    assert [type(s.letter) for s in talk.new] in ([letters.SetupDropped], [letters.AskBack], [letters.SetupReady])
    assert not any(s.to == 2 for s in talk.sent)


@pytest.mark.row("F11", "A04")
def test_short_sends_the_short_set_and_says_its_numbers() -> None:
    talk = Talk().starts().says(1, WHY).says(1, "SHORT")

    [invitation] = talk.letters(2)
    assert isinstance(invitation, letters.Invitation)
    assert (invitation.prompts, invitation.mails) == (6, FLOW.flow.mails(short=True))
    assert talk.alliance.participant(1).short


@pytest.mark.row("decision 9")
def test_the_number_of_mails_is_computed() -> None:
    [invitation] = Talk().invited().letters(2)

    assert invitation.mails == FLOW.flow.of("business").mails(short=False)
    assert FLOW.flow.mails(short=True) < FLOW.flow.mails(short=False)


@pytest.mark.row("F11")
@pytest.mark.parametrize("word", ["PASS", "LATER", "PAUSE", "ALL", "SHORT", "NEXT", "HELP", "STATUS"])
def test_no_command_is_taken_for_the_why(word: str) -> None:
    talk = Talk().starts().says(1, word)

    assert talk.alliance.why == ""
    assert len(talk.letters(1)) == 1


@pytest.mark.row("T8")
def test_a_stranger_who_answers_before_send_reaches_nobody() -> None:
    talk = Talk().starts()
    talk.happens(RepliedFromElsewhere(2, "invitation", "yes", "x@example.net", "inbox:50"))

    assert not talk.new


@pytest.mark.row("F03")
def test_what_is_wished_of_the_invitation_never_becomes_the_why_by_itself() -> None:
    talk = Talk().starts().says(1, WHY).says(1, "Please drop the first sentence. Shorter please.")

    assert talk.alliance.why == WHY
    assert [x.kind for x in talk.letters(1)] == ["why_words"]
    assert talk.says(1, "WHY: Jonas is my best friend.").letters(1)[0].invitation.why == "Jonas is my best friend."


@pytest.mark.row("F03")
def test_a_correction_beside_the_why_is_not_told_to_the_partner() -> None:
    talk = Talk().starts().says(1, "His name is Jonas Bergmann, not Berg. I trust him because he is kind.")

    assert talk.alliance.why == "I trust him because he is kind."
    assert talk.alliance.participants[1].full_name == "Jonas Bergmann"


@pytest.mark.row("S03", "A02")
@pytest.mark.parametrize(
    ("words", "kind"), [("SEND", letters.SetupWhy), ("SHORT", letters.SetupWhy), ("HELP", letters.Help)]
)
def test_nothing_is_sent_before_the_why_and_help_offers_nothing_that_does_not_work(words: str, kind: type) -> None:
    talk = Talk().starts().says(1, words)

    [letter] = talk.letters(1)
    assert isinstance(letter, kind)
    assert getattr(letter, "stage", "preparing") == "preparing"
    assert not talk.letters(2)
    assert talk.alliance.short == (words == "SHORT")
