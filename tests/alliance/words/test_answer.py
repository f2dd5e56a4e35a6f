from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.alliance.words import read_answer

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # a Tuesday


def names(text: str) -> list[str]:
    return [c.name for c in read_answer(text, now=NOW).commands]


@pytest.mark.row("F11")
@pytest.mark.parametrize(("text", "name"), [
    ("pass", "pass"), ("PASS", "pass"), ("Skip this one please", "pass"), ("n/a", "pass"), ("dunno", "pass"), ("Pass, too private", "pass"),
    ("Too personal. Skip.", "pass"), ("LATER", "later"), ("not now", "later"), ("pause", "pause"), ("all", "all"), ("SHORT", "short"),
    ("next", "next"), ("help", "help"), ("Status", "status"), ("stop", "stop"), ("unsubscribe", "stop"), ("Leave me alone", "stop"),
    ("please stop emailing me", "stop"), ("delete everything", "delete"), ("MY DATA", "data"), ("human", "human"), ("?", "explain"),
    ("What do you mean?", "explain"), ("who is this?", "who"), ("Is this spam?", "who"), ("I'm back", "resume"), ("both", "both"),
    ("Are you actually a real person?", "who"), ("you're a bot, aren't you?", "who"), ("Is this automated?", "who"), ("Would you explain it further, please?", "explain"),
    ("Could you please elaborate a bit more on the question?", "explain"), ("Your question is not quite clear to me.", "explain"), ("Sorry, I did not understand what you meant", "explain"),
    ("Can you repeat what you just asked?", "resend"), ("I need you to ask the question again", "resend"), ("I did not catch what you said", "resend"),
    ("Please send the question again", "resend"), ("go back", "back"), ("Change my answer about feedback", "edit"),
])  # fmt: skip
def test_a_word_to_the_agent_works_in_any_case_and_dress(text: str, name: str) -> None:
    assert names(text) == [name]
    assert read_answer(text, now=NOW).text == ""


@pytest.mark.row("F11")
@pytest.mark.parametrize("text", [
    "I'd rather pass on meetings", "All of us", "Stop me when I talk too much", "next to you", "help each other", "Stop. Listen. Then talk.",
    "Pause, breathe, then answer.", "Help. Real help, not advice.", "Short mails, please, never long ones in the evening", "Both of us cook",
    "Delete nothing, archive everything", "Skip meetings that have no agenda.", 'Say "stop" as our safe word.', "yes", "Direct and kind",
    "Leave me alone before ten", "Change my mind with data", "Show up on time", "Explain it to me in other words", "I want you to explain it better", "I did not hear you.", "Elaborate.", "You are a machine.", "It is not clear to me", "I can't follow you", "Let's clarify it further", "Stop talking and breathe", "Cancel the meeting", "Close the shop together", "Send flowers", "Keep it short",
])  # fmt: skip
def test_an_answer_that_holds_such_a_word_stays_an_answer(text: str) -> None:
    reading = read_answer(text, now=NOW)

    assert (reading.commands, reading.text, reading.unsure) == ((), text, None)


@pytest.mark.parametrize(("text", "until"), [
    ("pause until 12 May", date(2026, 5, 12)), ("PAUSE until the 12th", date(2026, 3, 12)), ("pause 2 weeks", date(2026, 3, 17)),
    ("Pause until Monday", date(2026, 3, 9)), ("please pause for a month", date(2026, 4, 3)), ("pause until next week", date(2026, 3, 9)),
    ("Pause till September", date(2026, 9, 1)), ("pause until May 12th please", date(2026, 5, 12)), ("Pause until 1 March", date(2027, 3, 1)),
    ("pause", None), ("pause until I feel better", None), ("pause until 31 February", None),
])  # fmt: skip
def test_a_pause_ends_on_the_day_that_was_named(text: str, until: date | None) -> None:
    assert [c.until for c in read_answer(text, now=NOW).commands] in ([until], [])


def test_a_command_beside_an_answer_leaves_the_answer_whole() -> None:
    reading = read_answer("Early mornings,\n  with coffee.\npause until 12 May", now=NOW)

    assert [(c.name, c.until) for c in reading.commands] == [("pause", date(2026, 5, 12))]
    assert reading.text == "Early mornings,\n  with coffee."


def test_capitals_on_a_line_of_their_own_are_a_command() -> None:
    reading = read_answer("STOP\nThis is not for me and never was.", now=NOW)

    assert [c.name for c in reading.commands] == ["stop"]


def test_an_edit_names_the_answer_and_brings_the_words() -> None:
    (command,) = read_answer("Change my answer about feedback: in writing", now=NOW).commands

    assert (command.name, command.text) == ("edit", "in writing")
    assert "feedback" in command.which


@pytest.mark.row("F17")
@pytest.mark.parametrize(("text", "shared", "private"), [
    ("I expect clarity.\nPRIVATE I worry that\nI lose a friend", "I expect clarity.", "I worry that\nI lose a friend"),
    ("private: I am afraid\n\nThis may be seen", "This may be seen", "I am afraid"),
    ("Mornings. PRIVATE not with her mother", "Mornings.", "not with her mother"),
    ("Private\nall of this\nand that", "", "all of this\nand that"),
    ("PRIVATE one\n\nshared\n\nPRIVATE two", "shared", "one\n\ntwo"),
    ("Keep things private between us", "Keep things private between us", ""),
])  # fmt: skip
def test_private_runs_to_the_next_blank_line(text: str, shared: str, private: str) -> None:
    reading = read_answer(text, now=NOW)

    assert (reading.text, reading.private) == (shared, private)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["I like tea", "PRIVATE secret-a", "private: secret-b", "", "more secret-c words"]), max_size=8
    )
)
def test_no_private_word_is_ever_in_the_shared_text(lines: list[str]) -> None:
    reading = read_answer("\n".join(lines), now=NOW)

    everything = reading.text + " ".join(c.text for c in reading.commands)
    assert "secret-a" not in everything
    assert "secret-b" not in everything


@pytest.mark.row("F12")
def test_several_labelled_answers_are_told_apart() -> None:
    prompts = {"1": "P11", "2": "P09", "good feedback": "P10"}
    text = "Here you are:\n1: mornings\n2) a quiet word\nand cake\nGood feedback: straight, the same day"

    reading = read_answer(text, now=NOW, prompts=prompts)

    assert reading.labelled == (
        ("P11", "mornings"),
        ("P09", "a quiet word\nand cake"),
        ("P10", "straight, the same day"),
    )
    assert reading.text == "Here you are:"


@pytest.mark.parametrize(
    "text",
    [
        *("thanks", "ok", "Thank you so much!", "", "I'll answer tomorrow", "I am out of the office until Monday."),
        *("see below", "My answers are in red.", "Siehe unten", "s.u."),
    ],
)
def test_a_courtesy_is_no_answer(text: str) -> None:
    assert read_answer(text, now=NOW).not_an_answer


@pytest.mark.parametrize("text", ["I am afraid of him", "he hits me", "How dare you write to me", "I want to die"])
def test_fear_and_harm_are_seen(text: str) -> None:
    assert read_answer(text, now=NOW).care


@pytest.mark.parametrize(
    "text", ["I am afraid of heights", "My fear is that the shop fails", "This project is killing me, ha"]
)
def test_ordinary_worries_are_not_taken_for_harm(text: str) -> None:
    assert not read_answer(text, now=NOW).care


def test_what_may_be_a_command_or_an_answer_is_asked_about() -> None:
    reading = read_answer("I like tea. Please don't stop. Let's take a break.", now=NOW)

    assert reading.commands == ()
    assert reading.unsure is not None
    assert reading.text.startswith("I like tea.")


SECRET = "Zaphod"


@pytest.mark.row("F17", "decision 11")
@pytest.mark.parametrize(
    "text",
    [
        "Email is fine, PRIVATE {}", "Email (PRIVATE: {})", "Email - PRIVATE: {}", "Email PRIVATE {}", "(PRIVATE) {}", "[PRIVATE] {}",
        "• PRIVATE {}", "# PRIVATE {}", "“PRIVATE: {}”", "Email… PRIVATE {}", "Email\u00a0PRIVATE {}", "\u2028PRIVATE {}",
        "\u200bPRIVATE {}", "ＰＲＩＶＡＴＥ {}", "Privately: {}", "PRIVATE\n\n{}", "Great. (PRIVATE: {})", "private: {}", "Private {}",
        "add: I clean daily, private: {}", "Fine.\nprivate {}\n\nMore here", "{} PRIVATE {}"[3:], "**PRIVATE** {}", "Fine.\n__PRIVATE__ {}", "_private_ {}", "I worry about {} (private)", "{} PRIVATE", "{} [PRIVATE]", "Fine - private {}",
        "; private {}", "🔒 private {}", "+ private {}", "𝐏𝐑𝐈𝐕𝐀𝐓𝐄 {}", "PRIVAT: {}", "PRIVATE: a\nb {}\n\nc",
        "PRIVTE: {}", "Pivate: {}", "PRIVAET {}", "P.R.I.V.A.T.E: {}", "P R I V A T E {}", "Privé : {}", "PRIVADO {}", "privato: {}", "Confidential: {}",
        "Off the record: {}", "Not for Jonas: {}", "For me only: {}", "Vertraulich: {}", "Nur für mich: {}", "I worry about {} (private)\n\nAnd I cook.",
        "Please keep the next line private.\n\n{}", "{}\n\nAll of this is private.", "Das hier bleibt privat.\n\n{}", "Keep this private: {}",
    ],
)  # fmt: skip
def test_private_is_seen_however_it_is_written(text):
    reading = read_answer(text.format(SECRET), now=NOW)

    assert SECRET not in reading.text
    assert SECRET in reading.private


@pytest.mark.row("F17")
@pytest.mark.parametrize(
    "text",
    [
        "We value our private life",
        "Nothing is private between us",
        "I like a private talk best",
        "Confidential things stay here",
        "Privacy: we knock",
        "Secret santa is fun",
        "Our diary is private.",
        "Pride: in our work",
        "Not for money",
        "Keep this private room tidy",
    ],
)
def test_the_word_in_a_sentence_hides_nothing(text):
    assert read_answer(text, now=NOW).text == text


@pytest.mark.row("F12", "F17")
def test_private_lines_behind_a_label_end_at_the_next_label():
    reading = read_answer(f"1: PRIVATE {SECRET}\n2: cake", now=NOW, prompts={"1": "P11", "2": "P09"})

    assert reading.labelled == (("P11", ""), ("P09", "cake"))
    assert (reading.own, reading.private) == ((("P11", SECRET),), "")


def test_brackets_end_what_is_private():
    reading = read_answer(f"4, mornings (private: {SECRET}), money, yes", now=NOW)

    assert (reading.text, reading.private) == ("4, mornings , money, yes", SECRET)


@pytest.mark.row("F17")
@pytest.mark.parametrize(("text", "shared", "private"), [
    ("PRIVATE I worry\nprivate\n\nabout rent\n\nI cook", "I cook", "I worry\n\n\nabout rent"),
    ("PRIVATE I worry (this is private)\n\nI cook", "I cook", "I worry (this is"),
])  # fmt: skip
def test_a_private_paragraph_may_end_in_the_word_that_makes_the_next_one_private(text, shared, private) -> None:
    found = read_answer(text, now=NOW)

    assert found.text == shared
    assert found.private.split() == private.split()


@pytest.mark.parametrize(
    ("text", "which"),
    [("CHANGE 1 In writing, please.", "1"), ("CHANGE 1: in writing", "1"), ("EDIT answer 2 by phone", "2")],
)
def test_a_change_of_an_earlier_answer_is_asked_about_and_not_taken_for_this_one(text: str, which: str) -> None:
    reading = read_answer(text, now=NOW)

    assert reading.unsure and (reading.unsure.name, reading.unsure.which, reading.text) == ("edit", which, text)


def test_a_sentence_about_change_is_an_answer() -> None:
    assert read_answer("Change one thing at a time.", now=NOW).unsure is None


@pytest.mark.row("F18")
@pytest.mark.parametrize(("text", "shared", "guess"), [
    ("Straight.\n\nGUESS he writes it", "Straight.", "he writes it"),
    ("Straight.\nGuess: he writes it\nand wraps it\n\nThe same day.", "Straight.\n\n\nThe same day.", "he writes it\nand wraps it"),
    ("GUESS - cake", "", "cake"),
    ("My guess: cake", "", "cake"),
    ("I guess: it depends", "I guess: it depends", ""),
    ("Guess what I like", "Guess what I like", ""),
    ("Let me guess. GUESSING games", "Let me guess. GUESSING games", ""),
])  # fmt: skip
def test_a_guess_runs_from_its_word_to_the_next_blank_line(text: str, shared: str, guess: str) -> None:
    reading = read_answer(text, now=NOW)

    assert " ".join(reading.text.split()) == " ".join(shared.split())
    assert [words for _, words in reading.guesses] == [guess] * bool(guess)


@pytest.mark.row("F17", "F18")
def test_nothing_private_hides_in_a_guess_and_no_guess_in_what_is_private() -> None:
    reading = read_answer("PRIVATE it hurts\nGUESS cake\n\nSay it loud.", now=NOW)

    assert (reading.private, reading.guesses, reading.text) == ("it hurts", (("", "cake"),), "Say it loud.")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Stop it", "stop"), ("Please shut up!", "stop"), ("could you just stop talking", "stop"), ("I'd like you to stop", "stop"), ("no more talking", "stop"), ("cancel it please", "stop"), ("Stop what you're doing", "stop"), ("STOP WRITING TO ME OR I CALL SOMEBODY", "stop"), ("STOPP, ich mag das nicht", "stop"), ("Stop mailing me, I never asked for this", "stop"),
        ("Pause until I have moved", "pause"), ("pause until 31 February", "pause"), ("how do I leave this?", "help"),
    ],
)  # fmt: skip
def test_what_may_be_a_wish_to_leave_is_asked_about(text: str, name: str) -> None:
    reading = read_answer(text, now=NOW)

    assert (reading.commands, reading.unsure and reading.unsure.name, reading.text) == ((), name, text)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Hi,\nstop\nJonas", "stop"), ("stop \U0001f6d1", "stop"), ("lösch meine Daten", "delete"), ("idk", "pass")],
)
def test_what_stands_around_a_command_hides_it_not(text: str, name: str) -> None:
    reading = read_answer(text, now=NOW)

    assert ([c.name for c in reading.commands], reading.text) == ([name], "")


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Pause bis Mai", (2026, 5, 1)), ("Bitte pausieren bis nächste Woche", (2026, 3, 9)), ("pause für zwei Wochen", (2026, 3, 16)),
        ("PAUSE bis Montag", (2026, 3, 9)), ("Pause bis nach Ostern", (2026, 4, 7)), ("Pause bis Anfang Januar, danke", (2027, 1, 1)),
    ],
)  # fmt: skip
def test_a_pause_names_its_day_in_german_too(text: str, until: tuple[int, int, int]) -> None:
    (command,) = read_answer(text, now=datetime(2026, 3, 2, 9, tzinfo=UTC)).commands

    assert (command.name, command.until) == ("pause", date(*until))


@pytest.mark.row("S03")
def test_how_much_is_left_is_asked_of_us() -> None:
    assert [c.name for c in read_answer("How many more???", now=NOW).commands] == ["status"]
    assert read_answer("This is long. How many more?", now=NOW).unsure is not None
