"""Which language somebody writes in or wishes for, and values said in each, so that each reads back what it says."""

from datetime import UTC, date, datetime

import pytest

from agent.alliance.binds import bound_by
from agent.alliance.model import Rhythm, Rule
from agent.alliance.words import (
    Saving,
    Span,
    called,
    is_erasure,
    joined,
    language_of,
    read_answer,
    read_approval,
    read_checkin,
    read_consent,
    read_invitation,
    read_rhythm,
    read_schedule,
    read_span,
    say_rhythm,
    say_rule,
    say_savings,
    spoken,
    wished_language,
)

BOTH = ("de", "en")
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tom und ich ziehen im Mai zusammen, und ich möchte, dass wir uns einig sind, wie wir das machen.", "de"),
        ("Tom and I are moving in together in May. I'd like us to agree on how we do this.", "en"),
        ("Tom Hale <tom@example.org>", ""),
        ("Ja, gerne!", ""),
        ("On y va ensemble au mois de mai et je voudrais que nous soyons d'accord.", ""),
        ("Ich finde the idea gut und I would like it, das ist for me und dich.", ""),
    ],
)
def test_a_language_is_known_by_enough_of_its_common_words(text, language):
    assert language_of(text, BOTH) == language


def test_a_language_that_is_not_written_here_is_not_found():
    assert language_of("Ich möchte, dass wir das so machen, wie du es sagst.", ("en",)) == ""


@pytest.mark.parametrize(
    ("text", "now", "wished"),
    [
        ("auf Deutsch, bitte", "en", "de"),
        ("Bitte schreib mir auf Deutsch", "en", "de"),
        ("Can you write to me in German, please?", "en", "de"),
        ("In English please", "de", "en"),
        ("In English please", "en", ""),  # an answer to how one likes to talk
        ("Deutsch", "en", ""),
        ("In German I am shy.", "en", ""),
        ("Auf Deutsch, und bitte ohne Fremdworte", "en", ""),
        ("in French, please", "en", ""),
    ],
)
def test_a_wish_for_a_language_is_a_whole_reply_that_says_nothing_else(text, now, wished):
    assert wished_language(text, now) == wished


RULES = [
    (Rule("DAILY"), "jeden Tag"),
    (Rule("WEEKLY", byday=("MO",), hour=8), "jeden Montag um 08:00 Uhr"),
    (Rule("WEEKLY", byday=("MO", "TH")), "jeden Montag und Donnerstag"),
    (Rule("WEEKLY", 2, ("FR",)), "jeden zweiten Freitag"),
    (Rule("WEEKLY", 3, ("SU",)), "alle 3 Wochen am Sonntag"),
    (Rule("WEEKLY", byday=("MO", "TU", "WE", "TH", "FR")), "jeden Werktag"),
    (Rule("MONTHLY", byday=("1MO",)), "am ersten Montag jedes Monats"),
    (Rule("MONTHLY", bymonthday=(15,)), "am 15. jedes Monats"),
    (Rule("MONTHLY", 3), "alle 3 Monate"),
]


@pytest.mark.parametrize(("rule", "said"), RULES)
def test_a_rule_is_said_in_german(rule, said):
    assert say_rule(rule, "de") == said


@pytest.mark.parametrize("rule", [rule for rule, _ in RULES])
def test_what_is_said_in_german_is_never_read_as_another_rule(rule):
    assert read_schedule(say_rule(rule, "de")) in (rule, None)


@pytest.mark.parametrize("language", spoken())
@pytest.mark.parametrize("rhythm", [Rhythm(), Rhythm((14,), 2, "month"), Rhythm((), 6, "week"), Rhythm((), 0, "never")])
def test_a_rhythm_is_read_as_it_is_said(rhythm, language):
    assert read_rhythm(say_rhythm(rhythm, language)) == rhythm


def test_a_language_without_a_file_is_said_in_english():
    assert say_rhythm(Rhythm(), "tlh") == say_rhythm(Rhythm())
    assert joined(["Ana", "Ben", "Cy"], "tlh") == "Ana, Ben and Cy"
    assert joined(["Ana", "Ben"], "de") == "Ana und Ben"


# ---------------------------------------------------------------- German replies


@pytest.mark.row("F04")
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Ja, gerne!", "yes"),
        ("Ja. Ich freue mich darauf.", "yes"),
        ("Ja. Aber erst, wenn wir die Wohnung haben.", "unclear"),
        ("Ja, wenn es nicht lange dauert", "unclear"),
        ("Gern! Falls Lena auch mitmacht.", "unclear"),
        ("Ja. Morgen ist Dienstag.", "unclear"),
        ("Nein danke", "no"),
        ("Jetzt nicht", "not_now"),
        ("Wer ist das?", "who"),
    ],
)
def test_a_german_yes_to_an_invitation_stands_alone(text, verdict):
    assert read_invitation(text).verdict == verdict


@pytest.mark.parametrize(
    ("text", "verdict", "short"),
    [
        ("SENDEN", "send", False),
        ("KURZFASSUNG", "short", True),
        ("Senden, aber ohne den letzten Satz", "change", False),
    ],
)
def test_the_invitation_is_sent_in_german(text, verdict, short):
    reading = read_approval(text)

    assert (reading.verdict, reading.short) == (verdict, short)


@pytest.mark.row("F11")
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WEITER", "pass"), ("SPÄTER", "later"), ("STOPP", "stop"), ("Hilfe", "help"), ("MEINE DATEN", "data"),
        ("PAUSE bis 12. Mai", "pause"), ("ALLE FRAGEN", "all"), ("Kurzfassung bitte", "short"), ("ZEIGEN", "show"),
        ("Mensch", "human"), ("BEIDE", "both"), ("STATUS", "status"), ("Keine Ahnung", "pass"), ("Wie viele Fragen kommen noch?", "status"),
    ],
)  # fmt: skip
def test_the_words_that_german_letters_name_have_their_effect(text, name):
    reading = read_answer(text, now=datetime(2026, 3, 2, 10, tzinfo=UTC), prompts={})

    assert [c.name for c in reading.commands] == [name]


@pytest.mark.row("F17")
def test_a_line_that_begins_with_privat_is_private():
    reading = read_answer("Alles gut.\n\nPRIVAT Ich habe Angst um die Miete.", now=None, prompts={})

    assert (reading.text, reading.private) == ("Alles gut.", "Ich habe Angst um die Miete.")


@pytest.mark.row("F28", "F29")
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("EINVERSTANDEN", "confirm"),
        ("Einverstanden, außer Zeile 3", "changes"),
        ("Zeile 6 soll heißen: Wir essen freitags zusammen.", "changes"),
        ("streiche Zeile 7", "changes"),
        ("Einverstanden, wenn Tom auch ja sagt", "unclear"),
    ],
)
def test_german_replies_to_a_draft_are_as_exact(text, verdict):
    assert read_consent(text, 8).verdict == verdict


@pytest.mark.row("F35")
def test_a_german_check_in_fills_four_fields():
    reading = read_checkin("4, der Morgen, das Geld, teils")

    assert (reading.rating, reading.works, reading.care, reading.line) == (4, "der Morgen", "das Geld", "partly")
    assert read_checkin("3, gut, nichts, ja. VERBERGEN").hide


@pytest.mark.row("F23")
@pytest.mark.parametrize(
    ("sentence", "bound"),
    [
        ("Ich koche jeden Montag.", ""),
        ("Ich zeige dir jeden Monat die Rechnungen.", ""),
        ("Du öffnest um fünf.", "theirs"),
        ("Ich möchte darauf zählen, dass du um fünf öffnest.", "theirs"),
        ("Bitte bring den Müll raus.", "theirs"),
        ("Ich wünsche mir von dir Ruhe.", "theirs"),
    ],
)
def test_what_asks_something_in_german_is_a_request(sentence, bound):
    assert bound_by(sentence, "Lena", "Tom") == bound


@pytest.mark.row("S41")
def test_the_numbers_of_a_bank_are_said_in_the_language_of_their_owner():
    jo, sister = Saving("Jo", 4, 8), Saving("meine Schwester", 9)

    assert say_savings((jo, sister), "de") == "Jo 4 von 8 und deine Schwester 9"
    assert called("Meine Schwester", "de") == "deine Schwester"
    assert called("meine Schwester") == "meine Schwester"


@pytest.mark.row("F21", "F45")
@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("für 30 Tage", Span(days=30)),
        ("auf 2 Wochen", None),
        ("für zwei Jahre", None),
        ("bis zum 2.4.2027", Span(until=date(2027, 4, 2))),
    ],
)
def test_a_trial_can_be_set_in_german(text, span):
    assert read_span(text, NOW) == span


def test_all_is_erased_in_german_by_a_word_that_can_mean_nothing_else():
    assert is_erasure("Jetzt löschen, bitte")
    assert not is_erasure("Löschen, aber nicht jetzt")
    assert [c.name for c in read_answer("LÖSCHEN", now=NOW).commands] == ["delete"]
    assert [c.name for c in read_answer("Fortsetzen bitte", now=NOW).commands] == ["resume"]
