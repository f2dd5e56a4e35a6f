"""Who may do what by how sure it is who wrote, told aloud: answers, acts, codes, words from elsewhere, forgeries."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from talk import FIRST, WHY, Talk

from agent.alliance import letters
from agent.alliance.event import Forged, Replied, RepliedFromElsewhere, Started
from agent.alliance.model import Phase
from agent.alliance.trust import ACTS, CODE_FOR, GUESSES, TOLD_EVERY, level_of, starts_at
from agent.alliance.turn import House
from agent.alliance.words import read_code, read_mine


def number_for(text: str) -> str:
    digits = str(int(sha256(text.encode()).hexdigest(), 16))[-6:]
    return f"{digits[:4]}-{digits[4:]}"


HOUSE = House("Europe/Berlin", code=number_for)


def talking() -> Talk:
    return Talk(house=HOUSE)


def unsigned(talk: Talk, number: int, text: str, about: str = "", level: str = "B") -> Talk:
    """A reply from the registered address of which nobody says anything."""
    about = about or talk.last(number).about
    return talk.happens(Replied(number, about, text, 3600, talk._cause(), level))


def asked_for(talk: Talk, number: int) -> letters.Code:
    [letter] = talk.letters(number)
    assert isinstance(letter, letters.Code)
    return letter


def kinds(talk: Talk) -> list[str]:
    return [type(s.letter).__name__ for s in talk.new]


@pytest.mark.row("T15", "T24")
def test_the_table_of_levels() -> None:
    at = [
        [level_of(f, registered=r, also=a) for r, a in ((True, False), (False, True), (False, False))]
        for f in ("aligned", "unknown", "doubted", "forged")
    ]

    assert at == [["A", "A", "C"], ["B", "C", "C"], ["C", "C", "C"], ["D", "D", "D"]]


@pytest.mark.row("decision 23")
def test_the_table_of_who_may_start() -> None:
    def found(who: str, *, listed: bool) -> list[str | None]:
        return [starts_at(level, who, listed=listed) for level in ("A", "B", "C", "D")]

    assert found("listed", listed=True) == found("code", listed=True) == ["A", "B", "C", None]
    assert found("listed", listed=False) == [None, None, None, None]
    assert found("aligned", listed=False) == ["A", None, None, None]
    assert found("code", listed=False) == ["A", "C", "C", None]


def test_answers_are_taken_at_b_and_nobody_sees_a_number() -> None:
    talk = unsigned(talking().joined(), 1, "I hope we stay friends.", "prompt:hopes")

    assert talk.alliance.answer(1, "hopes").text == "I hope we stay friends."
    assert "Code" not in kinds(talk)


def test_whoever_is_sure_never_sees_a_number() -> None:
    talk = talking().agreed()
    for words in ("MY DATA", "CLOSE"):
        talk.says(1, words, "final:1")

    assert not any(isinstance(s.letter, letters.Code) for s in talk.sent)
    assert {c.level for c in talk.alliance.confirmations} == {"A"}


# ---------------------------------------------------------------- acts want a code


@pytest.mark.row("T25", "F28")
def test_a_yes_at_b_waits_for_its_number_and_is_then_the_yes_that_was_written() -> None:
    talk = unsigned(talking().drafted(), 1, "AGREE")

    asked = asked_for(talk, 1)
    assert (asked.act, asked.words, asked.version) == ("agree", "AGREE", 1)
    assert not talk.alliance.confirmations
    assert not talk.letters(2), "the other hears nothing"
    cause = talk.heard[-1][0]

    unsigned(talk, 1, f"{asked.code}\n\nMaya")

    [yes] = talk.alliance.confirmations
    assert (yes.words, yes.level, yes.cause, yes.proved) == ("AGREE", "code", cause, talk.heard[-1][0])
    assert yes.sha256 == talk.alliance.draft.sha256
    unsigned(talk, 1, asked.code, f"code:{cause}")
    assert talk.letters(1) == [letters.CodeAgain("over", 0)], "it works once"
    assert len(talk.alliance.confirmations) == 1


def on_page(talk: Talk, words: str) -> Talk:
    return unsigned(talk.agreed(), 1, words, "final:1")


@pytest.mark.row("T26")
@pytest.mark.parametrize(
    ("act", "before"),
    [
        ("agree", lambda: unsigned(talking().drafted(), 1, "AGREE")),
        ("invite", lambda: unsigned(talking().starts().says(1, WHY), 1, "SEND")),
        ("close", lambda: on_page(talking(), "CLOSE")),
        ("export", lambda: on_page(talking(), "EXPORT")),
        ("export", lambda: on_page(talking(), "MY DATA")),
        ("delete", lambda: unsigned(talking().agreed().says(1, "DELETE", "final:1"), 1, "DELETE NOW")),
        ("address", lambda: unsigned(elsewhere(talking().joined(), "I hope."), 1, "ALSO ME")),
    ],
)
def test_each_act_waits_for_a_number_and_then_is_done(act: str, before) -> None:
    assert act in ACTS
    talk = before()
    asked = asked_for(talk, 1)
    assert asked.act == act
    assert [s.to for s in talk.new] == [1]
    waiting = talk.alliance

    unsigned(talk, 1, asked.code)

    assert "CodeAgain" not in kinds(talk)
    assert talk.alliance != waiting
    done = {
        "agree": bool(talk.alliance.confirmations),
        "invite": talk.alliance.phase == Phase.INVITED,
        "close": talk.alliance.ended == "closed",
        "export": "MyData" in kinds(talk),
        "delete": "Erased" in kinds(talk),
        "address": bool(talk.alliance.people["maya@example.org"].also),
    }
    assert done[act]


def test_to_stop_needs_no_number() -> None:
    talk = unsigned(talking().agreed(), 1, "STOP", "final:1")
    assert kinds(talk)[0] == "Goodbye"

    talk = unsigned(unsigned(talking().drafted(), 1, "AGREE"), 1, "STOP")
    assert kinds(talk)[0] == "Goodbye", "nor in reply to a number"


@pytest.mark.row("T25")
def test_a_number_is_for_one_text_of_one_person_and_one_act() -> None:
    talk = unsigned(talking().drafted(), 1, "AGREE")
    mine, about = asked_for(talk, 1), talk.last(1).about
    theirs = asked_for(unsigned(talk, 2, "AGREE"), 2)
    assert mine.code != theirs.code
    unsigned(talk, 1, theirs.code, about)
    assert talk.letters(1) == [letters.CodeAgain("wrong", GUESSES - 1)]

    talk.says(2, "Change 1 to: I ring you after six.", "draft:1")  # another version is out
    unsigned(talk, 1, mine.code, about)

    assert not talk.alliance.confirmations
    assert isinstance(talk.letters(1)[0], letters.CodeAgain)


@pytest.mark.row("T25")
@pytest.mark.parametrize("changed", ["The address is eve@evil.test", "Why: I want you to pay me."])
def test_a_number_to_invite_sends_to_nobody_else_and_no_other_words(changed: str) -> None:
    talk = unsigned(talking().starts().says(1, WHY), 1, "SEND", "ready")
    asked, about = asked_for(talk, 1), talk.last(1).about

    unsigned(talk, 1, changed, "ready")
    unsigned(talk, 1, asked.code, about)

    assert talk.letters(1) == [letters.CodeAgain("wrong", GUESSES - 1)]
    assert talk.alliance.phase == Phase.SETUP


def test_guesses_are_few_and_weeks_pass() -> None:
    talk = unsigned(talking().drafted(), 1, "AGREE")
    asked, about = asked_for(talk, 1), talk.last(1).about
    wrong = "000000" if asked.code != "0000-00" else "111111"
    for left in range(GUESSES - 1, 0, -1):
        assert unsigned(talk, 1, wrong, about).letters(1) == [letters.CodeAgain("wrong", left)]
    assert unsigned(talk, 1, wrong, about).letters(1) == [letters.CodeAgain("over", 0)]
    assert unsigned(talk, 1, asked.code, about).letters(1) == [letters.CodeAgain("over", 0)]
    assert not talk.alliance.confirmations

    late = unsigned(talking().drafted(), 1, "AGREE")
    asked, about = asked_for(late, 1), late.last(1).about
    late.now += CODE_FOR
    assert letters.CodeAgain("over", 0) in unsigned(late, 1, asked.code, about).letters(1)
    assert not late.alliance.confirmations


def test_words_beside_the_number_are_asked_about_and_cost_no_guess() -> None:
    talk = unsigned(talking().drafted(), 1, "AGREE")
    asked, about = asked_for(talk, 1), talk.last(1).about

    for words in (f"{asked.code}, but only until May", "What number?", f"No! {asked.code}", f"{asked.code} or 1234-56"):
        assert unsigned(talk, 1, words, about).letters(1) == [letters.CodeAgain("none", GUESSES)]

    assert not talk.alliance.confirmations
    unsigned(talk, 1, asked.code, about)
    assert talk.alliance.confirmations


@pytest.mark.parametrize(
    "text",
    [
        "4821-77", "482177", "4821 77", "4821–77.", "Yes: 4821-77", "4821-77\n\nThanks, Maya", "Hi,\n\nhere it is: 4821-77\n\nBest,\nMaya Lind", "Ja, 4821-77 danke",
        "My number is 4821-77", "4 8 2 1 7 7",
    ],
)  # fmt: skip
def test_a_number_may_be_written_in_any_way_with_a_courtesy(text: str) -> None:
    assert read_code(text, "4821-77") == "right"


@pytest.mark.parametrize("text", ["", "yes", "not 4821-77", "4821-77?? no way", "4821-77 if he pays"])
def test_anything_else_is_no_number(text: str) -> None:
    assert read_code(text, "4821-77") == "none"
    assert read_code("0000-00", "") == "none"
    assert read_code("4821-78", "4821-77") == "wrong"


def test_asking_for_the_same_act_again_gives_a_new_number_and_beyond_a_few_says_when_the_next_comes() -> None:
    talk = talking().drafted()
    first = asked_for(unsigned(talk, 1, "AGREE", "draft:1"), 1)
    second = asked_for(unsigned(talk, 1, "Agree!", "draft:1"), 1)
    assert first.code != second.code
    third = asked_for(unsigned(talk, 1, "AGREE", "draft:1"), 1)
    about = talk.last(1).about
    told = unsigned(talk, 1, "AGREE", "draft:1").letters(1)
    assert told == [letters.CodeAgain("many", 0, talk.now + TOLD_EVERY)]
    assert len(talk.alliance.participant(1).held) == 1

    unsigned(talk, 1, third.code, about)
    assert talk.alliance.confirmations, "and the newest works"
    talk = unsigned(talk, 2, "AGREE", "draft:1")
    talk.now += TOLD_EVERY
    assert asked_for(unsigned(talk, 2, "AGREE", "draft:1"), 2)


@pytest.mark.row("T8", "F28")
def test_no_flood_from_elsewhere_keeps_a_person_from_their_number() -> None:
    talk = talking().drafted()
    for n in range(4):
        elsewhere(talk, f"words {n}", about="draft:1")
        elsewhere(talk, f"words {n}", "maya@example.org", about="draft:1")

    asked = asked_for(unsigned(talk, 1, "AGREE", "draft:1"), 1)
    unsigned(talk, 1, asked.code)

    assert talk.alliance.confirmations
    assert isinstance(unsigned(talk, 1, "EXPORT", "draft:1").letters(1)[0], letters.Code)
    assert isinstance(unsigned(talk, 1, "CLOSE", "draft:1").letters(1)[0], letters.Code), "nor one act from another"


@pytest.mark.row("T8")
def test_the_last_mail_from_elsewhere_of_a_day_says_so() -> None:
    talk = talking().joined()
    told = [elsewhere(talk, words).letters(1)[0].last for words in ("first", "second", "third")]

    assert told == [False, False, True]
    assert not elsewhere(talk, "fourth").new


# ---------------------------------------------------------------- from elsewhere


def elsewhere(
    talk: Talk, text: str, sender: str = "maya@work.example", about: str = "prompt:hopes", finding: str = "aligned"
) -> Talk:
    return talk.happens(RepliedFromElsewhere(1, about, text, sender, talk._cause(), finding))


def with_a_phone(talk: Talk) -> Talk:
    """Jonas has said that he writes from his phone too."""
    jonas = replace(talk.alliance.people["jonas@example.org"], also=("jonas@phone.example",))
    talk.alliance = talk.alliance.but(people={**talk.alliance.people, jonas.address: jonas})
    return talk


@pytest.mark.row("T8")
def test_words_from_another_address_are_released_by_one_word() -> None:
    talk = elsewhere(talking().joined(), "I hope we stay friends.")
    assert talk.letters(1) == [letters.WasThisYou("maya@work.example", "I hope we stay friends.")]
    assert talk.alliance.answer(1, "hopes") is None

    talk.says(1, "Yes")

    assert talk.alliance.answer(1, "hopes").text == "I hope we stay friends."
    assert not talk.alliance.people["maya@example.org"].also


@pytest.mark.row("T26")
@pytest.mark.parametrize(
    "words", ["ALSO ME", "This is also me", "Yes, also me.", "That's also mine, thanks", "AUCH ICH", "me too"]
)
def test_this_is_also_me_is_remembered(words: str) -> None:
    assert read_mine(words) == "also"
    talk = elsewhere(talking().joined(), "I hope we stay friends.").says(1, words)

    assert talk.alliance.people["maya@example.org"].also == ("maya@work.example",)
    assert talk.alliance.answer(1, "hopes").text == "I hope we stay friends."
    assert talk.alliance.participant(1).address == "maya@example.org", "and we go on writing to the registered one"
    notes = [n.kind for s in talk.new for n in getattr(s.letter, "notes", ())]
    assert "also_yours" in notes


@pytest.mark.row("T3", "T26", "T65")
@pytest.mark.parametrize("sender", ["jonas@example.org", "jonas@phone.example"])
def test_what_comes_from_another_participant_is_shown_to_nobody_and_nobodys_to_claim(sender: str) -> None:
    talk = with_a_phone(talking().joined())

    for last in (False, False, True):
        elsewhere(talk, "I hope for canbody.", sender=sender)
        assert talk.letters(1) == [letters.NotTaken("elsewhere", sender, last)]
        assert talk.letters(2) == [letters.NotTaken("another", "", last)], "whoever wrote it hears so too"
    assert not elsewhere(talk, "I hope for canbody.", sender=sender).new, "thrice a day"
    talk.says(1, "ALSO ME", f"was:{talk.heard[-1][0]}")

    assert talk.alliance.people["maya@example.org"].also == ()
    assert "canbody" not in repr((talk.alliance, talk.sent))


@pytest.mark.row("T3", "T65")
def test_whoever_answers_a_letter_to_somebody_who_has_left_hears_that_it_was_theirs() -> None:
    talk = talking().agreed().says(1, "STOP", "final:1")
    assert talk.alliance.phase == Phase.ENDED
    assert not elsewhere(talk, "Pity.", "jonas@example.org", "final:1").new, "it is over for both"

    talk = talking().invited()
    elsewhere(talk, "Yes, gladly", "jonas@example.org", "sent")
    assert talk.letters(2) == [letters.NotTaken("another")]
    assert talk.alliance.phase == Phase.INVITED
    talk.says(2, "Yes, gladly", "info")
    assert talk.alliance.phase == Phase.ASKING


@pytest.mark.row("T3")
@pytest.mark.parametrize(("finding", "told"), [("aligned", True), ("unknown", True), ("doubted", False)])
def test_whoever_may_not_have_written_it_hears_nothing(finding: str, *, told: bool) -> None:
    talk = elsewhere(talking().joined(), "I hope.", "jonas@example.org", finding=finding)
    assert bool(talk.letters(2)) == told

    talk = elsewhere(with_a_phone(talking().joined()), "I hope.", "jonas@phone.example", finding=finding)
    assert bool(talk.letters(2)) == (finding == "aligned")


@pytest.mark.row("T15")
def test_what_is_told_of_a_forgery_keeps_nothing_else_from_being_told() -> None:
    talk = talking().joined().happens(Forged(2, "prompt:hopes", "inbox:90"))

    assert elsewhere(talk, "I hope.", "jonas@example.org").letters(2)


@pytest.mark.row("T68")
@pytest.mark.parametrize("finding", ["unknown", "doubted"])
def test_nobody_learns_by_writing_in_its_name_whose_another_address_is(finding: str) -> None:
    def told(sender: str) -> list[letters.Letter]:
        talk = with_a_phone(talking().joined())
        asked = [elsewhere(talk, f"words {n}", sender, finding=finding).letters(1) for n in range(4)]
        return [replace(letter, sender="") for some in asked for letter in some]

    assert told("jonas@phone.example") == told("nobody@phone.example")


@pytest.mark.parametrize("words", ["not also me", "also me?", "Also tell Jonas", "me too, but not this one"])
def test_nothing_less_clear_makes_an_address_anybodys(words: str) -> None:
    assert read_mine(words) != "also"


def test_a_yes_from_elsewhere_is_a_yes_once_the_registered_address_surely_says_so() -> None:
    talk = elsewhere(talking().drafted(), "AGREE", about="draft:1")
    assert not talk.alliance.confirmations
    held = talk.heard[-1][0]

    sure = unsigned(talk, 1, "Yes, that was me", level="A")
    [yes] = sure.alliance.confirmations
    assert (yes.cause, yes.proved, yes.level) == (held, sure.heard[-1][0], "A")

    talk = elsewhere(talking().drafted(), "AGREE", about="draft:1")
    asked = asked_for(unsigned(talk, 1, "Yes"), 1)
    assert asked.act == "agree"
    unsigned(talk, 1, asked.code)
    [yes] = talk.alliance.confirmations
    assert (yes.words, yes.level) == ("AGREE", "code")


def test_a_mail_that_failed_a_check_is_released_by_a_number_and_never_by_a_word() -> None:
    talk = elsewhere(talking().joined(), "I hope we stay friends.", sender="maya@example.org")
    asked = asked_for(talk, 1)
    assert (asked.act, asked.words) == ("answer", "I hope we stay friends.")

    unsigned(talk, 1, "yes", level="C")
    assert talk.alliance.answer(1, "hopes") is None
    unsigned(talk, 1, asked.code, talk.last(1).about, level="C")

    assert talk.alliance.answer(1, "hopes").text == "I hope we stay friends."


@pytest.mark.row("T15")
def test_of_a_forgery_nothing_is_used_and_its_victim_hears_once_a_day() -> None:
    talk = talking().joined()
    told = talk.happens(Forged(1, "prompt:hopes", talk._cause()))
    assert kinds(told) == ["NotTaken"]
    assert not talk.happens(Forged(1, "prompt:hopes", talk._cause())).new
    talk.waits(days=1)
    assert "NotTaken" in kinds(talk.happens(Forged(1, "prompt:hopes", talk._cause())))
    assert talk.alliance.answer(1, "hopes") is None
    talk.says(2, "STOP", "prompt:hopes")
    assert not talk.happens(Forged(2, "prompt:hopes", talk._cause())).letters(2), "who left hears no more"


# ---------------------------------------------------------------- starting


def started(talk: Talk, level: str) -> Talk:
    return talk.happens(
        Started("maya@example.org", "Maya Lind", "Jonas and me", FIRST, 3600, talk._cause(), level=level)
    )


@pytest.mark.row("decision 23", "T53")
def test_who_is_not_sure_starts_with_a_number_and_gets_none_of_the_words_before() -> None:
    talk = started(talking(), "C")
    asked = asked_for(talk, 1)
    assert (asked.act, asked.words) == ("start", "")
    assert talk.alliance.phase == Phase.ENDED
    assert len(talk.alliance.participants) == 1

    unsigned(talk, 1, "What is this?")
    assert talk.letters(1) == [letters.CodeAgain("none", GUESSES)]
    unsigned(talk, 1, asked.code, talk.sent[0].about)

    assert (talk.alliance.phase, talk.alliance.ended) == (Phase.SETUP, "")
    assert talk.alliance.participants[1].name == "Jonas"
    assert isinstance(talk.letters(1)[0], letters.SetupWhy)
    talk.says(1, WHY).says(1, "SEND").says(2, "Yes")
    assert talk.alliance.phase == Phase.ASKING


def test_a_start_that_nobody_owns_up_to_is_forgotten() -> None:
    talk = started(talking(), "C")
    talk.waits(days=31)
    assert talk.forgotten
    assert len(talk.sent) == 1


@pytest.mark.parametrize("level", ["A", "B"])
def test_a_listed_person_starts_without_a_number(level: str) -> None:
    assert isinstance(started(talking(), level).letters(1)[0], letters.SetupWhy)


def test_without_a_key_no_number_is_ever_right() -> None:
    talk = unsigned(Talk().drafted(), 1, "AGREE")
    for said in ("", "-", "000000", "0"):
        unsigned(talk, 1, said, talk.last(1).about)
    assert not talk.alliance.confirmations


def test_a_held_mail_does_not_outlive_its_time() -> None:
    talk = talking().joined()
    for n in range(3):
        elsewhere(talk, f"words {n}")
    assert not elsewhere(talk, "one more").new
    talk.now += timedelta(days=31)
    assert elsewhere(talk, "much later").letters(1)
    assert replace(talk.alliance.participant(1).held[0]).text == "much later"


@pytest.mark.row("T6", "F45")
@pytest.mark.parametrize("who", [1, 2])
def test_after_the_end_a_letter_with_a_number_is_answered_as_every_other(who: int) -> None:
    talk = unsigned(talking().joined(), who, "EXPORT", "prompt:hopes")
    about = talk.last(who).about
    talk.says(1, "STOP", "prompt:hopes")

    told = [kind for words in ("RESUME", "STATUS", "EXPLAIN", "PAUSE") for kind in kinds(talk.says(who, words, about))]
    assert told == ["Closed"], "once"
    assert kinds(talk.says(who, "MY DATA", about)) == ["MyData"]


@pytest.mark.row("F05", "T15")
def test_after_a_no_a_letter_with_a_number_is_answered_no_more() -> None:
    talk = unsigned(talking().invited(), 2, "EXPORT")
    about = talk.last(2).about
    talk.says(2, "No thanks", "invitation")

    for words in ("CLOSE", "MY DATA", "000000", "hm?"):
        assert not unsigned(talk, 2, words, about).letters(2)
