"""The trust bank, told aloud: Sam, alone, from "trust bank" to an invitation that knows nothing of it (S40 to S44)."""

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from talk import MONDAY, Talk

from agent.alliance import letters
from agent.alliance.decide import decide
from agent.alliance.event import Replied, RepliedFromElsewhere, Started, Undeliverable, Woke
from agent.alliance.flow import FlowError, load
from agent.alliance.model import Alliance, Phase, Stage
from agent.alliance.turn import House

FILE = Path(__file__).parents[2] / "flows/trust_bank.toml"
BANK = load(FILE.read_text("utf-8"))
LIST = "Lee my sister\nJo (boss)\nKit, best mate"
NUMBERS = "Lee 8 9, Jo 4 8, kit 9 9"
GUESS = "I think she wants me to speak up more in meetings. And that she's annoyed I leave at 5."
QUESTION = "How do you feel about me leaving at 5, and what would make it work for both of us?"


@dataclass
class Bank(Talk):
    """Sam's bank, and what other alliances it started."""

    alliance: Alliance = field(default_factory=lambda: Alliance(7, BANK.key, MONDAY))
    starts: list[Started] = field(default_factory=list)

    def happens(self, event) -> "Bank":
        decision, self.wake = decide(BANK.flow, self.house, self.alliance, event, self.now)
        self.alliance = decision.alliance
        self.new = list(decision.sends)
        self.sent += decision.sends
        self.starts += decision.starts
        return self

    def begins(self) -> "Bank":
        return self.happens(
            Started(
                "sam@example.org", "Sam Hill", "trust bank", "I'd like to try the trust bank thing.", 0, self._cause()
            )
        )

    def sam(self, *texts: str, about: str = "") -> "Bank":
        for text in texts:
            self.says(1, text, about)
        return self

    def paged(self) -> "Bank":
        return self.begins().sam(LIST, NUMBERS, GUESS, QUESTION)

    @property
    def letter(self):
        """The one letter of the last step."""
        [send] = self.new
        assert send.to == 1
        return send.letter

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(n.kind, n.title or n.text) for n in self.letter.notes]


def rows(letter: letters.BankPage) -> list[tuple[str, tuple[str, ...], int | None]]:
    return [(row.name, row.now, row.hoped) for row in letter.rows]


# ---------------------------------------------------------------- the five letters


@pytest.mark.row("S40")
def test_the_first_letter_asks_who_matters() -> None:
    talk = Bank().begins()

    assert talk.letter.ask == "What are the most important relationships in your life?"
    assert talk.alliance.phase == Phase.ASKING


@pytest.mark.row("S41")
def test_the_second_reads_the_list_back_and_asks_for_numbers() -> None:
    talk = Bank().begins().sam(LIST)

    assert talk.letter.ask == "How much trust is saved up in the bank for those relationships?"
    assert talk.told == [("listed", "Lee, Jo and Kit")]


@pytest.mark.row("S42")
def test_the_third_reads_the_numbers_back_and_looks_at_the_widest_gap() -> None:
    talk = Bank().begins().sam(LIST, NUMBERS)

    assert talk.told == [("saved", "Lee 8 of 9, Jo 4 of 8 and Kit 9 of 9"), ("widest", "Jo")]
    assert talk.letter.ask == "What do you believe Jo expects from you that Jo has never said out loud?"


@pytest.mark.row("S42")
def test_the_fourth_turns_a_guess_into_a_question() -> None:
    talk = Bank().begins().sam(LIST, NUMBERS, GUESS)

    assert talk.letter.ask.startswith("What questions can you ask to better understand")
    assert "Start with Jo." in talk.letter.lead
    assert talk.told == [("kept", "What you guess")]


@pytest.mark.row("S44")
def test_the_fifth_is_the_page() -> None:
    talk = Bank().paged()

    assert rows(talk.letter) == [("Lee", ("8",), 9), ("Jo", ("4",), 8), ("Kit", ("9",), 9)]
    assert [row.own for row in talk.letter.rows] == ["", QUESTION, ""]
    assert talk.letter.name == "Jo"


@pytest.mark.row("S40", "S41", "S42")
def test_the_three_questions_stand_in_the_flow_as_single_strings() -> None:
    asks = [p["ask"] for part in tomllib.loads(FILE.read_text("utf-8"))["part"] for p in part["prompt"]]

    assert asks[0] == "What are the most important relationships in your life?"
    assert asks[1] == "How much trust is saved up in the bank for those relationships?"
    assert asks[3] == (
        "What questions can you ask to better understand and gain clarity of the expectations and preferences of others?"
    )


# ---------------------------------------------------------------- numbers


@pytest.mark.row("S41")
def test_a_number_that_is_not_plain_is_asked_about_and_the_plain_ones_are_kept() -> None:
    talk = Bank().begins().sam(LIST, "Lee 8 9, Jo 4 or 5, Kit 9 9")

    assert talk.letter == letters.BankAsk("savings", "Jo 4 or 5", "Lee 8 of 9 and Kit 9 of 9")
    assert talk.sam("Jo 4 8").told[0] == ("saved", "Lee 8 of 9, Kit 9 of 9 and Jo 4 of 8")


@pytest.mark.row("S41")
def test_nothing_is_kept_of_numbers_without_names() -> None:
    talk = Bank().begins().sam(LIST, "8 9, 4 8, 9 9")

    assert talk.letter.kind == "savings"
    assert talk.alliance.answer(1, "savings") is None


@pytest.mark.row("F14")
def test_a_late_number_changes_that_person_alone_and_the_page_comes_again() -> None:
    talk = Bank().paged().sam("Jo 5 8", about="prompt:savings")

    assert rows(talk.letter) == [("Lee", ("8",), 9), ("Jo", ("5",), 8), ("Kit", ("9",), 9)]
    assert talk.told[0][0] == "saved"


@pytest.mark.row("F14")
def test_numbers_in_reply_to_the_page_are_numbers() -> None:
    talk = Bank().paged().sam("Kit 7 9")

    assert rows(talk.letter)[2] == ("Kit", ("7",), 9)
    assert not talk.starts


@pytest.mark.row("F14")
def test_a_new_list_takes_the_place_of_the_first_and_keeps_the_numbers_of_who_stays() -> None:
    talk = Bank().paged().sam("Lee, my sister\nAna, my aunt\nJo", about="prompt:people")

    assert rows(talk.letter) == [("Lee", ("8",), 9), ("Ana", (), None), ("Jo", ("4",), 8)]


@pytest.mark.row("F14")
def test_a_correction_while_another_step_is_open_is_read_back_and_the_step_stays_open() -> None:
    talk = Bank().begins().sam(LIST, NUMBERS).sam("Lee 1 9", about="prompt:savings")

    assert isinstance(talk.letter, letters.Corrected)
    assert talk.alliance.participants[0].open.about == "prompt:guess"
    assert talk.sam(GUESS, about="prompt:guess").letter.lead.endswith("Start with Jo.")  # as it was proposed


@pytest.mark.row("F14")
def test_both_keeps_two_answers_together() -> None:
    talk = Bank().paged().sam("What do you need?", about="prompt:questions").sam("BOTH", about="prompt:questions")

    assert talk.letter.rows[1].own == f"{QUESTION}\nWhat do you need?"


# ---------------------------------------------------------------- whom to look at


def test_a_name_alone_chooses_whom_to_look_at() -> None:
    talk = Bank().begins().sam(LIST, NUMBERS, "Kit")

    assert talk.told == [("look_at", "Kit")]
    assert "Kit expects from you" in talk.letter.ask
    assert talk.sam(GUESS, QUESTION).letter.name == "Kit"


def test_a_name_before_the_guess_chooses_and_answers() -> None:
    talk = Bank().begins().sam(LIST, NUMBERS, "Kit: more calls")

    assert talk.alliance.answer(1, "guess").text == "more calls"
    assert "Kit" in talk.letter.lead


def test_after_another_choice_the_guess_and_the_question_are_asked_again() -> None:
    talk = Bank().paged().waits(hours=1).sam("Lee", about="prompt:guess")
    assert "Lee expects from you" in talk.letter.ask
    assert isinstance(talk.waits(hours=1).sam("Nothing", "What else?").letter, letters.BankPage)
    assert talk.letter.rows[0].own == "What else?"


def test_without_a_gap_none_is_claimed() -> None:
    talk = Bank().begins().sam(LIST, "Lee 9 9, Jo 8 8")

    assert talk.told[1] == ("look_at", "Lee")


def test_somebody_without_a_name_is_spoken_of_as_yours() -> None:
    talk = Bank().begins().sam("my sister\nmy boss", "my boss 4 8, sister 9 9")

    assert talk.told == [("saved", "your boss 4 of 8 and your sister 9 of 9"), ("widest", "your boss")]
    talk.sam(GUESS, QUESTION, "my boss")
    assert talk.starts[0].whom == ""  # "your boss" is no name to write to somebody under


# ---------------------------------------------------------------- words that always work


@pytest.mark.row("F11")
def test_pass_skips_each_step() -> None:
    assert Bank().begins().sam(LIST, "PASS").letter.ask.startswith("What do you believe Lee")
    assert rows(Bank().begins().sam(LIST, "PASS", "pass", "skip").letter) == [
        (n, (), None) for n in ("Lee", "Jo", "Kit")
    ]


@pytest.mark.row("F11")
def test_without_a_list_only_the_question_is_left() -> None:
    talk = Bank().begins().sam("PASS")
    assert talk.letter.ask.startswith("What questions")
    assert talk.letter.lead == ""

    assert talk.sam(QUESTION).letter == letters.BankPage(talk.letter.notes, (), "", QUESTION, may_invite=True)


@pytest.mark.row("F11")
def test_later_and_pause_keep_it_quiet_and_it_goes_on_where_it_stopped() -> None:
    talk = Bank().begins().sam("LATER")
    assert isinstance(talk.letter, letters.Paused)
    assert talk.waits(days=8).letter.ask.startswith("What are the most important")

    talk = Bank().begins().sam(LIST, "pause")
    assert talk.waits(days=60).new == []
    assert talk.sam(NUMBERS, about="prompt:savings").told[0][0] == "saved"


@pytest.mark.row("F11")
@pytest.mark.parametrize("word", ["STOP", "CLOSE"])
def test_stop_ends_it(word: str) -> None:
    talk = Bank().begins().sam(LIST, word)

    assert isinstance(talk.letter, letters.Goodbye)
    assert talk.alliance.phase == Phase.ENDED
    assert talk.waits(weeks=60).new == []


@pytest.mark.row("F11")
@pytest.mark.parametrize("word", ["HELP", "STATUS", "ALL", "SHORT", "NEXT", "who is this?"])
def test_help_says_what_works_here(word: str) -> None:
    assert isinstance(Bank().begins().sam(LIST, word).letter, letters.BankHelp)
    assert isinstance(Bank().paged().sam(word).letter, letters.BankHelp)


def test_what_is_asked_is_said_more_plainly() -> None:
    assert isinstance(Bank().begins().sam("what do you mean?").letter, letters.Explain)


@pytest.mark.row("F57")
def test_my_data_holds_all_that_was_written() -> None:
    talk = Bank().paged().sam("MY DATA")

    assert [a.text for a in talk.letter.mine.answers] == [LIST, NUMBERS, GUESS, QUESTION]


def test_erase_asks_once_and_then_nothing_is_left() -> None:
    talk = Bank().paged().sam("ERASE")
    assert talk.letter == letters.EraseAsk(agreed=False, solo=True)

    talk.sam("DELETE NOW")
    assert isinstance(talk.letter, letters.Erased)
    assert (talk.alliance.answers, talk.alliance.choices, talk.alliance.reason) == ((), (), "")


def test_private_words_are_words_like_all_here() -> None:
    talk = Bank().begins().sam(LIST, NUMBERS, "PRIVATE she is tired of me")

    assert talk.alliance.answer(1, "guess").text == "she is tired of me"


@pytest.mark.parametrize("about", ["prompt:people", "prompt:savings", "prompt:guess", "page"])
def test_what_is_no_answer_is_asked_about(about: str) -> None:
    talk = Bank().paged()
    before = talk.alliance.answers

    assert talk.sam("Thanks!", about=about).letter.kind in ("answer", "whom")
    assert talk.alliance.answers == before


def test_a_list_without_a_name_is_asked_about() -> None:
    assert Bank().begins().sam("It is hard to say, to be fair.").letter.kind == "people"


# ---------------------------------------------------------------- silence


@pytest.mark.row("F11")
def test_after_two_nudges_it_rests_and_any_word_wakes_it() -> None:
    talk = Bank().begins().sam(LIST)

    assert isinstance(talk.waits(days=4).letter, letters.Nudge)
    assert isinstance(talk.waits(days=8).letter, letters.Rest)
    assert talk.waits(weeks=60).new == []
    assert talk.sam("hello").told[0][0] == "resumed"


def test_the_page_is_nudged_like_a_question() -> None:
    talk = Bank().paged()

    assert talk.waits(days=4).letter == letters.Nudge("Your trust bank", "", "bank")
    assert isinstance(talk.waits(days=8).letter, letters.Rest)
    assert talk.sam("Jo").starts


# ---------------------------------------------------------------- the end


@pytest.mark.row("S44", "F52")
def test_a_name_begins_an_alliance_that_knows_only_the_name() -> None:
    talk = Bank().paged().sam("Jo")

    [start] = talk.starts
    assert talk.new == []
    assert start == Started("sam@example.org", "Sam Hill", "", "", 3600, start.cause, whom="Jo")


@pytest.mark.row("F52")
def test_no_word_of_the_bank_is_in_the_alliance_that_it_starts() -> None:
    bank = Bank().paged().sam("Let's invite Jo please")
    pair = Talk().happens(bank.starts[0])
    asked = pair.letters(1)[0]
    assert asked == letters.SetupPartner("", "Jo", "missing")

    pair.says(1, "jo@example.org").says(1, "We should know each other better.").says(1, "SEND").says(2, "yes")

    seen = repr((pair.alliance, pair.sent)).casefold()
    canaries = (
        "sister",
        "boss",
        "mate",
        "lee",
        "kit",
        "speak up",
        "annoyed",
        "leaving at 5",
        "trust bank",
        "8 of",
        "bank",
    )
    assert [word for word in canaries if word in seen.replace("sleep", "")] == []


@pytest.mark.row("F52")
def test_an_address_beside_the_name_is_taken_along() -> None:
    talk = Bank().paged().sam("Jo, jo@example.org")
    pair = Talk().happens(talk.starts[0])

    assert isinstance(pair.letters(1)[0], letters.SetupWhy)
    assert pair.alliance.participants[1].address == "jo@example.org"
    assert pair.alliance.participants[1].name == "Jo"


@pytest.mark.parametrize("text", ["yes", "Jo and Kit", "not Jo", "maybe", "Jo?", "my day was long"])
def test_nobody_is_invited_on_a_guess(text: str) -> None:
    talk = Bank().paged().sam(text)

    assert (talk.letter.kind, talk.starts) == ("whom", [])


def test_after_an_invitation_the_page_stays_and_a_second_name_works() -> None:
    talk = Bank().paged().sam("Jo").waits(weeks=3)
    assert talk.new == []

    assert [s.whom for s in talk.sam("Kit", about="page").starts] == ["Jo", "Kit"]


def test_who_may_not_start_alliances_is_not_offered_one() -> None:
    talk = Bank(house=House("Europe/Berlin", may_start=lambda _: False)).paged()

    assert not talk.letter.may_invite
    assert talk.sam("Jo").starts == []


def test_done_ends_it_and_the_page_can_still_be_seen_and_erased() -> None:
    for word in ("DONE", "no thanks", "PASS"):
        talk = Bank().paged().sam(word)
        assert talk.letter == letters.BankDone(talk.now + timedelta(days=30))
        assert talk.alliance.phase == Phase.ENDED
    assert rows(talk.sam("SHOW").letter)[1] == ("Jo", ("4",), 8)
    assert not talk.letter.may_invite
    assert isinstance(talk.sam("ERASE").letter, letters.EraseAsk)
    assert isinstance(talk.sam("DELETE NOW", about="erase").letter, letters.Erased)


# ---------------------------------------------------------------- a month later


@pytest.mark.row("S44")
def test_after_a_month_the_numbers_are_asked_again_and_only_the_change_is_shown() -> None:
    talk = Bank().paged().sam("LATER")
    assert talk.letter == letters.BankLater((MONDAY + timedelta(days=31)).date())

    talk.waits(days=32)
    assert talk.letter.ask.startswith("How much trust")
    assert talk.told == [("look_again", "Lee, Jo and Kit")]

    talk.sam("Lee 8 9, Jo 6 8")
    assert rows(talk.letter) == [("Lee", ("8", "8"), 9), ("Jo", ("4", "6"), 8), ("Kit", ("9",), 9)]
    assert talk.told == [("saved", "Lee 8 of 9 and Jo 6 of 8")]


def test_a_day_can_be_named_and_a_pause_holds_it_back() -> None:
    talk = Bank().paged().sam("later, on 12 May", "PAUSE").waits(days=200)
    assert [type(s.letter) for s in talk.sent].count(letters.Prompt) == 4

    assert talk.sam("hello", about="paused").new


def test_pass_at_the_second_look_keeps_the_first_numbers() -> None:
    talk = Bank().paged().sam("LATER").waits(days=32).sam("PASS")

    assert rows(talk.letter)[1] == ("Jo", ("4",), 8)


# ---------------------------------------------------------------- from elsewhere


@pytest.mark.row("T8")
def test_words_from_another_address_are_held() -> None:
    talk = Bank().begins().happens(RepliedFromElsewhere(1, "prompt:people", LIST, "x@example.net", "inbox:9"))
    assert isinstance(talk.letter, letters.WasThisYou)

    assert talk.sam("YES").told[-1] == ("listed", "Lee, Jo and Kit")


def test_a_bounce_keeps_it_quiet() -> None:
    talk = Bank().begins().happens(Undeliverable(1, "prompt:people", permanent=True, cause="inbox:8"))
    talk.now += timedelta(days=2)
    talk.happens(Undeliverable(1, "prompt:people", permanent=True, cause="inbox:9"))

    assert talk.waits(weeks=9).new == []


def test_a_woken_bank_with_nothing_due_does_nothing() -> None:
    assert Bank().paged().happens(Woke("wake:1")).new == []


@pytest.mark.row("S44")
@pytest.mark.parametrize("reach", ["declined", "quiet", "at_rest"])
def test_trust_bank_in_reply_to_a_letter_of_a_pair_starts_one_of_its_own(reach: str) -> None:
    talk = Talk().invited()
    if reach == "declined":
        talk.says(2, "No thanks")
    elif reach == "quiet":
        talk.waits(weeks=4)
    else:
        talk = Talk().joined().answers(1).waits(days=40)
    about = talk.last(1).about
    before = talk.alliance
    decision, _ = decide(
        load((FILE.parent / "one_to_one.toml").read_text("utf-8")).flow, talk.house, before, _replied(about), talk.now
    )

    [start] = decision.starts
    assert (start.address, start.bank, start.text, start.whom) == ("maya@example.org", True, "", "")
    assert reach == "at_rest" or decision.sends == ()


def _replied(about: str):
    return Replied(1, about, "TRUST BANK", 3600, "inbox:99")


def test_fear_in_the_first_mail_gets_care_and_no_question() -> None:
    first = Started("sam@example.org", "Sam", "trust bank", "I want to die", 0, "inbox:1")
    talk = Bank().happens(first)
    assert isinstance(talk.letter, letters.Care)

    assert talk.waits(weeks=9).new == []
    assert talk.sam("I am better now", about="paused").letter.ask.startswith("What are the most important")


# ---------------------------------------------------------------- the flow file


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ('kind = "guess"', 'kind = "shared"', "takes two"),
        ('kind = "guess"', 'kind = "people"', "more than one has the kind"),
        ("people = [1, 1]", "people = [2, 2]", "is for a flow of one person"),
    ],
)
def test_the_faults_of_a_flow_for_one_are_told(was: str, now: str, fault: str) -> None:
    with pytest.raises(FlowError, match=fault):
        load(FILE.read_text("utf-8").replace(was, now))


def test_a_flow_without_a_guess_goes_on_without_it() -> None:
    whole = FILE.read_text("utf-8")
    head, _, tail = whole.partition('[[part.prompt]]\nid = "guess"')
    flow = load(head + "[[part.prompt]]" + tail.partition("[[part.prompt]]")[2]).flow
    assert [p.id for p in flow.prompts.values()] == ["people", "savings", "questions"]

    alliance = Bank().begins().sam(LIST).alliance
    decision, _ = decide(flow, House(), alliance, Replied(1, "prompt:savings", NUMBERS, 0, "inbox:5"), MONDAY)
    assert decision.sends[0].about == "prompt:questions"
    assert decision.alliance.participants[0].stage == Stage.ANSWERING


@pytest.mark.row("S41")
def test_a_number_for_somebody_who_is_not_listed_puts_them_there_and_done_leaves_the_rest():
    bank = Bank().begins().sam("Lee, my boss Jo, my mother in law, 2 friends (Al & Bo)")
    assert bank.told == [("listed", "Lee, Jo, your mother in law, Al and Bo")]

    bank.sam("Lee 7 9, Tim 4 8, rest 7")
    assert (bank.letter.kind, bank.letter.words, bank.letter.noted) == (
        "savings",
        "rest 7",
        "Lee 7 of 9 and Tim 4 of 8",
    )

    bank.sam("done")
    assert isinstance(bank.letter, letters.Prompt)


@pytest.mark.row("S46")
def test_who_is_not_understood_twice_in_a_bank_is_offered_a_person():
    bank = Bank().begins().sam(LIST, "all fine")
    assert (bank.letter.kind, bank.letter.human) == ("savings", False)
    assert bank.sam("you tell me").letter.human
