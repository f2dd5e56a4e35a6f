from datetime import UTC, datetime

import pytest

from agent.alliance.model import Rhythm, Rule
from agent.alliance.words import (
    Pick,
    first_name,
    read_approval,
    read_checkin,
    read_choice,
    read_invitation,
    read_meeting,
    read_rhythm,
    read_schedule,
    read_setup,
    read_start,
    read_zone,
    say_rhythm,
    say_rule,
    slower,
)

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.mark.row("F04")
@pytest.mark.parametrize(("text", "verdict"), [
    ("Yes. Bit nervous, but yes", "yes"), ("ok let's", "yes"), ("sure!", "yes"), ("👍", "yes"), ("YES", "yes"), ("I'd love to", "yes"),
    ("Yes! Maya is great and this is a lovely idea.", "yes"), ("short please", "yes"),
    ("yes if Maya pays", "unclear"), ("Yes, as soon as I can, but not before June", "unclear"), ("hm", "unclear"), ("", "unclear"),
    ("yes but not now", "not_now"), ("NOT NOW", "not_now"), ("maybe later", "not_now"), ("ask me again next month", "not_now"),
    ("NO THANKS", "no"), ("no", "no"), ("not interested", "no"), ("STOP", "no"), ("I'd rather not", "no"),
    ("Who is this?", "who"), ("is this spam?", "who"), ("What would I have to do?", "question"), ("yes? what is it", "question"),
    ("Does Maya see my answers", "question"),
])  # fmt: skip
def test_what_an_invited_person_says(text: str, verdict: str) -> None:
    assert read_invitation(text).verdict == verdict


@pytest.mark.parametrize(("text", "verdict"), [
    ("SEND", "send"), ("send it please", "send"), ("Yes, send it!", "send"), ("Looks good, send it", "send"), ("yes", "send"), ("SHORT", "short"),
    ("the short set please", "short"), ("STOP", "stop"), ("Please tell him I love bread", "change"), ("Don't send it yet", "unclear"),
    ("looks good", "unclear"), ("What will he see?", "question"), ("Send it, but call him Jo", "change"), ("", "unclear"),
])  # fmt: skip
def test_what_the_initiator_says_to_the_copy(text: str, verdict: str) -> None:
    assert read_approval(text).verdict == verdict


@pytest.mark.row("F35")
@pytest.mark.parametrize("text", [
    "4, mornings, money, partly", "1. 4\n2. mornings\n3. money\nline 6: partly", "4\nmornings\nmoney\npartly", "Trust: 4\nWorks: mornings\nCare: money\nLine 6: partly",
])  # fmt: skip
def test_one_short_reply_fills_four_fields(text: str) -> None:
    reading = read_checkin(text)

    assert (reading.rating, reading.works, reading.care, reading.line) == (4, "mornings", "money", "partly")


@pytest.mark.parametrize(("text", "rating"), [
    ("4 - fine, but tired", 4), ("four", 4), ("4/5", 4), ("a 3 from me", 3), ("From 2 to 3 this month", 3), ("★★★", 3), ("I'd say 4", 4),
    ("between 3 and 4", None), ("3-4", None), ("3.5", None), ("Call me at 4 pm", None), ("2 kids and no sleep", None), ("7", None), ("", None),
    ("3 for communication, 5 for trust", None), ("not a 4", None), ("5 days of peace", None), ("1 2 3", None), ("clause 2: 5", None),
])  # fmt: skip
def test_a_rating_is_one_number_in_a_clause_of_its_own(text: str, rating: int | None) -> None:
    assert read_checkin(text).rating == rating


def test_a_number_between_is_asked_back() -> None:
    assert read_checkin("between 3 and 4").unclear


def test_words_without_a_field_are_kept() -> None:
    assert read_checkin("4 - fine, but tired").rest == "fine, but tired"


def test_hide_and_pass_are_seen() -> None:
    assert read_checkin("4, mornings, money, partly. HIDE").hide
    assert read_checkin("pass").passed


@pytest.mark.parametrize(("text", "labels", "picks"), [
    ("3A", ("3A", "3B"), [Pick(3, "A")]), ("1b and 2: we eat together", ("1A", "1B", "2A", "2B"), [Pick(1, "B"), Pick(2, "", "we eat together")]),
    ("A", "ABCD", [Pick(None, "A")]), ("B please", "ABCD", [Pick(None, "B")]), ("C: we take an hour", "ABCD", [Pick(None, "C", "we take an hour")]),
    ("1A, 2B", ("1A", "1B", "2A", "2B"), [Pick(1, "A"), Pick(2, "B")]), ("a bit of both", "ABCD", []), ("E", "ABCD", []),
])  # fmt: skip
def test_letters_are_read_and_ordinary_words_are_not(text: str, labels: tuple[str, ...], picks: list[Pick]) -> None:
    assert list(read_choice(text, labels).picks) == picks


def test_a_choice_can_stand_beside_a_command() -> None:
    reading = read_choice("1A\nNEXT", ("1A", "1B"))

    assert reading.picks == (Pick(1, "A"),)
    assert reading.command and reading.command.name == "next"


def test_own_words_at_a_reveal_are_left_over() -> None:
    assert read_choice("We might eat together.", ("1A", "1B")).rest == "We might eat together."


@pytest.mark.row("S21")
@pytest.mark.parametrize(("text", "said"), [
    ("Mondays at eight", "every Monday at 08:00"), ("every other Tuesday 7pm", "every other Tuesday at 19:00"), ("fortnightly", "every other week"),
    ("first Monday of the month at 10", "the first Monday of every month at 10:00"), ("monthly on the 3rd", "the 3rd of every month"),
    ("Mon and Thu at 9:15", "every Monday and Thursday at 09:15"), ("every weekday at noon", "every weekday at 12:00"), ("quarterly", "every 3 months"),
    ("Fridays at 9 (Berlin time)", "every Friday at 09:00 (Europe/Berlin)"), ("Sunday evenings at eight", "every Sunday at 20:00"),
    ("Weekly is too often; every second week.", "every other week"), ("every 3 weeks on Mon and Fri", "every 3 weeks on Monday and Friday"),
])  # fmt: skip
def test_a_schedule_is_read_and_said_back(text: str, said: str) -> None:
    rule = read_schedule(text)

    assert rule is not None
    assert say_rule(rule) == said
    assert say_rule(read_schedule(said) or Rule("DAILY")) == said


@pytest.mark.parametrize(
    "text",
    [
        "next Tuesday at 3",
        "Monday or Tuesday",
        "whenever we need it",
        "weekly or monthly, not sure",
        "",
        "how often do others?",
        "in two weeks",
    ],
)
def test_what_is_no_rule_is_asked_about(text: str) -> None:
    assert read_schedule(text) is None


@pytest.mark.row("S22")
def test_the_place_is_what_is_left() -> None:
    assert read_meeting("Mondays at eight, at the shop.").place == "at the shop"
    assert read_meeting("By the lake").place == "By the lake"


@pytest.mark.row("F34")
@pytest.mark.parametrize(("text", "rhythm"), [
    ("monthly", Rhythm((), 1, "month")), ("every 6 weeks", Rhythm((), 6, "week")), ("once a quarter", Rhythm((), 3, "month")),
    ("after 30 days, then 90, then quarterly", Rhythm((30, 90), 3, "month")), ("your suggestion", Rhythm()), ("twice a year", Rhythm((), 6, "month")),
    ("never", Rhythm((), 0, "never")), ("yes that's fine", Rhythm()), ("by phone", None), ("not your suggestion", None), ("", None),
])  # fmt: skip
def test_a_checkin_rhythm_is_read(text: str, rhythm: Rhythm | None) -> None:
    assert read_rhythm(text) == rhythm


def test_a_rhythm_is_said_and_the_slower_one_wins() -> None:
    assert say_rhythm(Rhythm()) == "after 30 days, then 90 days, then every 3 months"
    assert slower(Rhythm((), 1, "month"), Rhythm((), 6, "week")) == Rhythm((), 6, "week")
    assert slower(Rhythm((), 1, "month"), Rhythm((), 0, "never")).unit == "never"
    assert read_rhythm(say_rhythm(Rhythm())) == Rhythm()


@pytest.mark.parametrize(("text", "zone"), [
    ("Berlin", "Europe/Berlin"), ("New York time", "America/New_York"), ("Europe/Paris", "Europe/Paris"), ("I'm in Lisbon.", "Europe/Lisbon"),
    ("at the shop", None), ("", None), ("my time is short", None), ("any time", None),
])  # fmt: skip
def test_a_zone_is_read_only_when_plainly_given(text: str, zone: str | None) -> None:
    assert read_zone(text) == zone


@pytest.mark.row("A01", "F01")
def test_the_first_mail_names_the_partner() -> None:
    text = "Hi. Jonas Berg (jonas@example.org) and I are opening a bakery in May. We're old friends. Maya"

    reading = read_start("Jonas and me", text)

    assert (reading.name, reading.address, reading.reason) == ("Jonas Berg", "jonas@example.org", text)


@pytest.mark.parametrize(("subject", "text", "name", "address"), [
    ("Jonas and me", "I want us to get this right.", "Jonas", None),
    ("", "I'd like to do this with my friend Ana Ruiz, ana.ruiz@mail.example. We run a choir.", "Ana Ruiz", "ana.ruiz@mail.example"),
    ("Hello", "ana@mail.example", "", "ana@mail.example"),
    ("", "Please invite Jean-Luc van Houten <jl@mail.example>!", "Jean-Luc van Houten", "jl@mail.example"),
    ("", "", "", None),
])  # fmt: skip
def test_what_the_first_mail_does_not_say_is_left_empty(
    subject: str, text: str, name: str, address: str | None
) -> None:
    reading = read_start(subject, text)

    assert (reading.name, reading.address) == (name, address)


def test_corrections_while_setting_up_are_read() -> None:
    assert read_setup("jonas@work.example").address == "jonas@work.example"
    assert read_setup("his name is Jonas Bergmann").name == "Jonas Bergmann"
    assert read_setup("STOP").drop
    why = "Jonas is the person I call when things go sideways."
    assert read_setup(why).text == why


@pytest.mark.row("F01")
@pytest.mark.parametrize("text", [
    "REPLACE jonas@work.example", "REPLACE jonas@work.example please", "the address is wrong, it's jonas@work.example", "change it to jonas@work.example, thanks!",
    "I made a typo. It's jonas@work.example", "jonas@old.example is wrong, it is jonas@work.example", "not jonas@old.example but jonas@work.example",
    "replace jonas@old.example with jonas@work.example", "jonas@work.example instead of jonas@old.example", "REPLACE jonas@work.example\n\nMaya",
    "use jonas@work.example, not jonas@old.example", "He has a new address: jonas@work.example",
])  # fmt: skip
def test_a_corrected_address_is_the_one_that_is_wanted_and_leaves_no_words(text: str) -> None:
    reading = read_setup(text)

    assert (reading.address, reading.name, reading.text) == ("jonas@work.example", "", "")


def test_words_beside_a_corrected_address_are_kept() -> None:
    text = "jonas@work.example. We have been friends since school."

    assert (read_setup(text).address, read_setup(text).text) == ("jonas@work.example", text)


def test_a_first_name_is_what_one_calls_somebody() -> None:
    assert [first_name(n) for n in ("Jonas Berg", "Dr. Ana Ruiz", "Maya", "")] == ["Jonas", "Ana", "Maya", ""]
