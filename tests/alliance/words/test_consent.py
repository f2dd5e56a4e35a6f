from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.alliance.words import Change, read_consent

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
PLAIN = [
    "AGREE", "Agree! Much better", "I agree", "Yes", "yes, I confirm.", "Confirmed. Thank you!", "OK, agreed", "I agree with all of it",
    "Agreed, thanks everyone", "Hi,\n\nI agree with the draft.\n\nThanks\nMaria", "Yes 👍", "Looks great. I agree.", "No changes. I confirm.",
    "I have read it and I agree.", "Works for me", "I'm happy with it as it is", "I agree to all 17 points", "No notes. Confirm.",
]  # fmt: skip
UNCLEAR = [
    "sounds good, talk Monday", "👍", "ok", "sure", "looks good", "I think so", "in principle yes", "Yes for now", "Yes and no",
    "I agree in principle", "Yes, received.", "I confirm receipt", "Please confirm.", "confirm that please", "I agree. Actually, hold on.",
    "I'd like to agree", "I would agree", "we agree", "She agrees", "Jonas agreed", "I agree with what Ben wrote", "I agree to all 5 points",
    "I'll confirm once I've read it", '"I agree"', "I'd be happy to agree", "All agreed but one", "agree with 3", "yes on it", "agreed..",
    "I said I agree", "Let's agree to disagree", "I agree, joking", "agreed\nnot", "Yes. No.", "yes to draft 1",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_yes_is_a_yes(text: str) -> None:
    assert read_consent(text, 17, version=2).verdict == "confirm"


@pytest.mark.parametrize("text", [
    "Ja, ich bestätige den Entwurf.", "Hiermit stimme ich allem zu. Viele Grüße", "Oui, je confirme le texte. Merci à tous !", "J'accepte tous les points.", "Sí, acepto el borrador, gracias",
    "Por mi parte, confirmado", "Sì, accetto il testo.", "Per me va bene tutto", "Ja hoor, ik ga akkoord met alles.", "Ik bevestig de tekst.", "Sim, concordo com tudo.",
    "Tak, akceptuję tekst. Pozdrawiam", "Ja, jag godkänner allt", "我完全同意这份协议。谢谢", "はい、内容に同意します。", "네, 모두 동의합니다.", "نعم، أوافق على كل شيء.", "हाँ, मैं सहमत हूँ।",
    "Evet, kabul ediyorum", "Да, съгласна съм с всичко", "Yes, that works perfectly.", "Yes, all of it is accurate.", "Yes, please proceed.", "The text isn't perfect, but I accept it.",
    "Forget my last mail, I agree.", "Agreed. Everything is in order.", "Yes. You got it exactly right!", "It's now a yes from me", "Agreed - F.K.",
])  # fmt: skip
def test_a_plain_yes_may_have_company_and_any_language(text: str) -> None:
    assert read_consent(text, 17, version=2).verdict == "confirm"


@pytest.mark.parametrize("text", [
    "si apruebo todo", "Si acepto el acuerdo", "tak", "Tack", "Aceite", "Angenommen", "Confirma tudo", "是不是", "同意吗", "确认收到", "同意しますか", "동의합니다만", "اتفق", "да ли",
    "Evet değil", "Ja und nein", "Sí y no", "please do", "Proceed", "Correct.", "It isn't perfect but", "I agree it would be good", "That would be great",
    "please go ahead without me", "I agree, carry on without me", "I agree, now delete it", "Yes, please do it again", "Yes, exactly what I wanted not",
])  # fmt: skip
def test_a_neighbour_of_a_yes_is_none(text: str) -> None:
    assert read_consent(text, 17, version=2).verdict != "confirm"


@pytest.mark.parametrize("text", [
    "Acepta el acuerdo", "acepta todo", "Accetta tutto", "potwierdza", "Akceptuje wszystko", "aprueba", "Concorda", "aprobo", "acceptes", "confirmes", "agrees",
])  # fmt: skip
def test_another_ending_is_another_person_and_no_slip_of_the_finger(text: str) -> None:
    assert read_consent(text, 17, version=2).verdict == "unclear"


@pytest.mark.parametrize("text", ["Agred", "I confrim", "i agre", "Confrimed, thanks"])
def test_a_slip_of_the_finger_is_mended(text: str) -> None:
    assert read_consent(text, 17, version=2).verdict == "confirm"


@pytest.mark.row("F29")
@pytest.mark.parametrize("text", UNCLEAR)
def test_what_only_looks_like_a_yes_is_none(text: str) -> None:
    assert read_consent(text, 17, version=2).verdict != "confirm"


def test_a_yes_that_names_another_draft_is_no_yes_to_this_one() -> None:
    assert read_consent("AGREE to draft 2", 17, version=2).verdict == "confirm"
    assert read_consent("AGREE to draft 1", 17, version=2).verdict == "unclear"


@pytest.mark.parametrize("text", ["sounds good, talk Monday", "👍", "Looks good", "ok"])
def test_a_leaning_is_told_from_a_yes(text: str) -> None:
    reading = read_consent(text, 17)

    assert (reading.verdict, reading.leaning) == ("unclear", True)


@pytest.mark.parametrize(("text", "verdict"), [
    ("I don't agree.", "decline"), ("No.", "decline"), ("no thanks", "decline"), ("I disagree with the draft", "decline"), ("👎", "decline"),
    ("Yes I agree, but what happens to my data?", "question"), ("What does 6 mean?", "question"), ("I agree?", "question"),
    ("thanks", "not_an_answer"), ("I'll read it tonight", "not_an_answer"), ("", "unclear"), ("   \n", "unclear"),
    ("pause until 12 May", "command"), ("STOP", "command"), ("please delete all my data", "command"),
])  # fmt: skip
def test_what_else_a_reply_can_be(text: str, verdict: str) -> None:
    assert read_consent(text, 17, now=NOW).verdict == verdict


def test_a_command_keeps_its_day() -> None:
    command = read_consent("Pause until 12 May please", 17, now=NOW).command

    assert command and (command.name, command.until) == ("pause", date(2026, 5, 12))


@pytest.mark.row("F26")
@pytest.mark.parametrize(("text", "changes"), [
    ("make 6 say We text the same day.", [Change("replace", 6, "We text the same day.")]),
    ("6: We text the same day, always", [Change("replace", 6, "We text the same day, always")]),
    ("Please change line 6 to: we text first", [Change("replace", 6, "we text first")]),
    ("line 6 should read we text first", [Change("replace", 6, "we text first")]),
    ("yes but change 6 to we call first", [Change("replace", 6, "we call first")]),
    ("drop 15", [Change("drop", 15)]), ("take 15 out", [Change("drop", 15)]), ("15 out", [Change("drop", 15)]),
    ("Drop 3, 5 and 7 please.", [Change("drop", 3), Change("drop", 5), Change("drop", 7)]),
    ("keep 6", [Change("keep", 6)]), ("KEEP 15", [Change("keep", 15)]), ("open 9", [Change("open", 9)]), ("leave 9 open", [Change("open", 9)]),
    ("ADD We laugh every day.", [Change("add", None, "We laugh every day.")]), ("Please add: no phones", [Change("add", None, "no phones")]),
    ('make 6 say "We call." and drop 15', [Change("replace", 6, "We call."), Change("drop", 15)]),
    ("make 6 say we call, drop 15", [Change("replace", 6, "we call"), Change("drop", 15)]),
    ("drop the last one", [Change("drop", 17)]),
])  # fmt: skip
def test_changes_by_number_keep_the_persons_words(text: str, changes: list[Change]) -> None:
    reading = read_consent(text, 17)

    assert (reading.verdict, list(reading.changes)) == ("changes", changes)


@pytest.mark.row("F23")
@pytest.mark.parametrize("text", ["yes to 10", "10: yes", "I agree to line 10", "10 is fine with me", "ok with 10"])
def test_a_yes_to_one_line_keeps_that_line_and_confirms_nothing(text: str) -> None:
    reading = read_consent(text, 17)

    assert (reading.verdict, reading.changes) == ("changes", (Change("keep", 10),))


@pytest.mark.parametrize(
    "text",
    [
        "can you make 6 shorter?",
        "make 6 shorter",
        "change 6 to something shorter",
        "6: Tuesday is better",
        "change 6 to Tuesday",
        "6: too vague",
    ],
)
def test_a_remark_on_a_line_is_asked_about_and_never_becomes_its_words(text: str) -> None:
    reading = read_consent(text, 17)

    assert reading.verdict == "changes"
    assert [(c.kind, c.number) for c in reading.changes] == [("vague", 6)]


@pytest.mark.parametrize(
    "text",
    [
        "Make 6 say:\nWe tell each other the same day.",
        "6. We tell each other the same day.",
        "6) We tell each other the same day.",
    ],
)
def test_new_words_may_stand_on_the_next_line_or_in_a_list(text: str) -> None:
    assert read_consent(text, 17).changes == (Change("replace", 6, "We tell each other the same day."),)


@pytest.mark.row("A16")
def test_two_changes_in_free_words() -> None:
    text = (
        "Nearly. 6 is too vague. Make it: if one of us is upset we say so the same day, even just by text. "
        "And 15 sounds silly, drop it."
    )

    reading = read_consent(text, 17)

    words = "if one of us is upset we say so the same day, even just by text."
    assert reading.changes == (Change("replace", 6, words), Change("drop", 15))
    assert (reading.verdict, reading.rest) == ("changes", "")


@pytest.mark.row("F29")
@pytest.mark.parametrize("text", ["agree, except 9", "I agree except 9", "all good but 9", "Agreed except for line 9"])
def test_an_exception_is_a_change_to_that_line(text: str) -> None:
    reading = read_consent(text, 17)

    assert reading.verdict == "changes"
    assert [(c.kind, c.number) for c in reading.changes] == [("vague", 9)]


def test_a_number_that_no_line_has_is_asked_about() -> None:
    assert read_consent("drop 40", 17).verdict == "unclear"


def test_words_that_were_not_understood_are_handed_back() -> None:
    reading = read_consent("drop 3. The moon is full tonight.", 17)

    assert reading.changes == (Change("drop", 3),)
    assert "moon" in reading.rest


YES = st.sampled_from(
    [
        "I agree",
        "yes",
        "AGREE",
        "agreed",
        "I confirm",
        "I accept it",
        "confirmed",
        "I agree with all of it",
        "works for me",
    ]
)
CONDITION = st.sampled_from(
    ["if {x}", "once {x}", "as long as {x}", "provided {x}", "unless {x}", "when {x}", "after {x}", "but only if {x}", "on condition that {x}",
     "assuming {x}", "except that {x}", "subject to a talk: {x}", "until {x}", "in case {x}"]
)  # fmt: skip
CLAUSE = st.sampled_from(
    [
        "Jonas agrees too",
        "we drop it",
        "6 goes",
        "you pay",
        "I can leave",
        "it is final",
        "everyone does",
        "I have read it",
    ]
)
SAID_BY = st.sampled_from(
    [
        "Jonas says",
        "My boss told me to say",
        "She thinks",
        "They",
        "Maya and I could say",
        "Someone wrote",
        "You want me to say",
        "Lee:",
    ]
)
LATER = st.sampled_from(
    [
        "tomorrow",
        "later",
        "next week",
        "soon",
        "on Friday",
        "not yet",
        "maybe",
        "I guess",
        "in principle",
        "for now",
        "mostly",
        "sort of",
    ]
)
NEGATED = st.sampled_from(["I don't think {y}", "not {y}", "never {y}", "no way {y}", "I can't say {y}", "nobody said {y}", "I no longer {y}", "hardly {y}", "{y}, not", "{y}? no", "it is false that {y}"])  # fmt: skip
QUOTED = st.sampled_from(
    [
        '"{y}"',
        "'{y}' is what you want",
        "> {y}",
        "“{y}”",
        "Reply {y} to confirm",
        "you wrote {y}",
        "should I write {y}?",
        "{y}?",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    YES,
    CONDITION,
    CLAUSE,
    st.sampled_from(["{y} {c}", "{y}, {c}", "{y} - {c}", "{c}, {y}", "{y}. But {c}.", "{y} but {c}"]),
)
def test_a_yes_with_a_condition_is_never_recorded(yes: str, condition: str, clause: str, shape: str) -> None:
    text = shape.format(y=yes, c=condition.format(x=clause))

    assert read_consent(text, 17).verdict != "confirm"


@settings(max_examples=200, deadline=None)
@given(
    YES,
    st.one_of(
        NEGATED, QUOTED, SAID_BY.map("{} {{y}}".format), LATER.map("{{y}} {}".format), LATER.map("{}, {{y}}".format)
    ),
)
@example("yes", "{y} tomorrow")
def test_a_yes_negated_quoted_put_off_or_of_another_is_never_recorded(yes: str, shape: str) -> None:
    assert read_consent(shape.format(y=yes), 17).verdict != "confirm"


@settings(max_examples=200, deadline=None)
@given(YES, st.text(min_size=1, max_size=12), st.booleans())
def test_an_unknown_word_beside_a_yes_is_asked_about(yes: str, word: str, before: bool) -> None:
    text = f"{word} {yes}" if before else f"{yes} {word}"
    letters = [c for c in word if c.isalnum()]

    verdict = read_consent(text, 17).verdict

    assert verdict != "confirm" or len(letters) < 4 or word.strip().isascii()


@pytest.mark.parametrize(
    "text",
    [
        "AGREE, except 3: Open the shop in June",
        "Agree, but 3: Open the shop in June",
        "Yes, apart from line 3: Open the shop in June",
        "I agree, only 3: Open the shop in June",
    ],
)
def test_a_yes_with_new_words_for_one_line_is_that_change_and_no_yes(text):
    found = read_consent(text, 6, now=NOW)

    assert found.verdict == "changes"
    assert [(c.kind, c.number, c.text) for c in found.changes] == [("replace", 3, "Open the shop in June")]


@pytest.mark.parametrize(
    "text", ["I'd prefer a softer word for the part about money", "Could you shorten the part about money?"]
)
def test_a_wish_in_free_words_is_one_to_ask_about_and_all_of_it_is_kept(text: str) -> None:
    reading = read_consent(text, 17)

    assert (reading.verdict, reading.changes, reading.rest) == ("changes", (Change("vague", None, text),), text)


def test_a_question_is_no_wish_and_keeps_its_words_and_its_command() -> None:
    reading = read_consent("What happens when the shop closes? HELP", 17)

    assert (reading.verdict, reading.rest) == ("question", "What happens when the shop closes?")
    assert reading.command is not None
    assert reading.command.name == "help"


def test_who_answers_later_has_not_answered_and_the_command_beside_it_counts() -> None:
    reading = read_consent("I will read it later tonight. PAUSE", 17)

    assert (reading.verdict, reading.rest, reading.leaning) == ("not_an_answer", "I will read it later tonight.", False)
    assert reading.command is not None
    assert reading.command.name == "pause"


@pytest.mark.parametrize("text", ["AGREE. PAUSE", "Agree. Please pause"])
def test_a_yes_beside_a_command_leans_and_is_not_taken(text: str) -> None:
    reading = read_consent(text, 17)

    assert (reading.verdict, reading.leaning) == ("unclear", True)
    assert reading.command is not None
    assert reading.command.name == "pause"


@pytest.mark.parametrize(("lines", "verdict"), [(12, "confirm"), (11, "unclear")])
def test_a_yes_to_all_twelve_lines_is_one_where_there_are_twelve(lines: int, verdict: str) -> None:
    assert read_consent("I agree to all twelve points", lines).verdict == verdict
