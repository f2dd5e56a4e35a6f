import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.mail.html import text_of
from agent.mail.message import Message, read
from agent.mail.quote import new_text, typed

LETTER = """Hello Ann,

Kept: you would rather meet in the morning.

This is prompt 3 of 12. What do you need from the other person so that you can do your best work? A line or two is
enough; write as you would speak.

For example: "Tell me early when a date slips."

If you would rather not answer, reply PASS. To hear from me later, reply LATER.
A few words about why we ask: agreements hold when people have said what they need.

Nobody sees your answer before both of you have written.

The Alliance agent
"""
LONG = "One sentence that goes on for as long as a program lets it go on"
ANSWER = "Please tell me early.\nAnd never on a Friday afternoon."
ATTRIBUTION = "On Tue, 3 Jun 2025 at 10:00, The Alliance agent <a.xyz@reply.example.org> wrote:"


def quoted(text: str, mark: str = "> ") -> str:
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def wrapped(text: str, width: int) -> str:
    return "\n".join("\n".join(textwrap.wrap(line, width)) for line in text.split("\n"))


def kept(text: str, ours: tuple[str, ...] = (LETTER,)) -> str:
    return typed(text, ours).kept


@pytest.mark.parametrize("width", [40, 60, 72, 76, 78, 998])
@pytest.mark.parametrize("mark", ["> ", ">", "", "  > "])
@pytest.mark.parametrize(
    "head",
    [
        ATTRIBUTION,
        "",
        "-----Original Message-----\nFrom: The agent <a@reply.example.org>\nSent: Tuesday, June 3, 2025 10:00\nTo: Ann\nSubject: Prompt 3",
    ],
)
def test_an_answer_above_our_letter_is_kept_alone(width, mark, head):
    letter = quoted(wrapped(LETTER, width), mark) if mark else wrapped(LETTER, width)

    assert kept(f"{ANSWER}\n\n{head}\n\n{letter}") == ANSWER


@pytest.mark.parametrize("width", [60, 72, 78])
@pytest.mark.parametrize("mark", ["> ", ">", ""])
def test_an_answer_below_our_letter_is_kept_alone(width, mark):
    letter = quoted(wrapped(LETTER, width), mark) if mark else wrapped(LETTER, width)

    assert kept(f"{ATTRIBUTION}\n{letter}\n\n{ANSWER}\n") == ANSWER


def test_answers_between_our_lines_are_kept_in_their_order():
    lines = quoted(LETTER).split("\n")
    text = "\n".join([*lines[:7], "Quiet.", "", *lines[7:9], "That one, yes.", *lines[9:]])

    assert kept(text).split() == ["Quiet.", "That", "one,", "yes."]


def test_an_answer_typed_behind_our_question_is_kept():
    text = quoted(LETTER).replace("best work? A line", "best work? Quiet mornings. A line")

    assert "Quiet mornings" in kept(text)


def test_an_answer_at_the_end_of_a_quoted_line_is_kept_alone():
    text = quoted(LETTER).replace('a date slips."', 'a date slips." Yes, and ask me twice')

    assert kept(text) == "Yes, and ask me twice"


def test_an_answer_at_the_end_of_a_line_may_begin_as_our_next_line_does():
    text = quoted(LETTER).replace('a date slips."', 'a date slips." If in doubt, call')

    assert kept(text) == "If in doubt, call"


def test_what_a_client_did_to_our_letter_does_not_matter():
    changed = LETTER.replace(" ", "\u00a0", 9).replace('"', "”").replace("'", "’").replace("PASS", "*PASS*")
    changed = changed.replace("LATER.", "LATER <https://example.org/later>.")

    assert kept(f"{ANSWER}\n\n{quoted(changed)}") == ANSWER


def test_lines_that_were_wrapped_out_of_their_marks_are_ours():
    text = (
        quoted(LETTER)
        .replace("best work? A", "best\nwork? A")
        .replace("\nwork? A line or two is\n>", "\nwork? A line or two is\n>")
    )

    assert kept(f"{ANSWER}\n\n{ATTRIBUTION}\n{text}").startswith(ANSWER)


def test_words_of_ours_below_a_marked_line_are_ours_only_where_the_quote_goes_on_below_them():
    above, _, below = LETTER.partition("enough; write as you would speak.\n")
    text = f"{quoted(above.rstrip(chr(10)))}\nenough; write as you would speak."

    assert kept(f"{text}\n{quoted(below)}") == ""
    assert kept(f"{text}\n\nThat is how I talk.") == "enough; write as you would speak.\n\nThat is how I talk."


@pytest.mark.parametrize("words", ["\U0001f642", "7", "From: me", "I wrote:"])
def test_a_short_answer_between_our_lines_is_no_ornament_and_no_introduction(words):
    above, below = LETTER.split("This is prompt", 1)

    assert kept(f"{quoted(above.rstrip())}\n\n{words}\n\n{quoted('This is prompt' + below)}") == words


def test_everything_marked_but_not_ours_is_the_answer():
    assert kept(quoted(LETTER + "\nI need time to think.\n")) == "I need time to think."


def test_a_line_of_ours_that_somebody_types_themselves_stays():
    words = "Nobody sees your answer before both of you have written."

    assert kept(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "Tell me early when a date slips.",
        "Tell me early when a date slips, always.",
        "Agreements hold when people have said what they need.",
        "Nobody sees your answer before both of you have written.",
    ],
)
@pytest.mark.parametrize("layout", ["{words}\n\nFrom: Agent <a@example.org>\nSent: Monday\nTo: Ann\nSubject: 3\n\n{letter}", "{words}\n\n{letter}", "{letter}\n\n{words}"])  # fmt: skip
def test_an_example_of_ours_that_somebody_adopts_stays_beside_a_quote_without_marks(words, layout):
    assert kept(layout.format(words=words, letter=LETTER)) == words


def test_an_introduction_inside_the_marks_is_no_answer_though_our_name_is_in_it():
    head = "On 2 Mar 2026, at 10:02, Alliance (the Alliance agent) <alliance+abc@reply.example.org> wrote:"
    twice = head.replace(") <", ")\n> <")

    assert kept(f"{ANSWER}\n\n> {head}\n> \n{quoted(LETTER)}") == ANSWER
    assert kept(f"{ANSWER}\n\n> {twice}\n> \n{quoted(LETTER)}") == ANSWER


def test_a_block_of_headers_inside_the_marks_is_no_answer_though_our_words_are_in_it():
    block = "Von: The Alliance agent <a@reply.example.org>\nGesendet: Montag\nAn: Ann\nBetreff: You would rather meet"
    html = f"<div>{ANSWER}</div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>{block.replace('<', '&lt;')}</div>{LETTER}"

    assert kept(f"{ANSWER}\n\n{quoted(block)}\n>\n{quoted(LETTER)}") == ANSWER
    assert new_text(Message(html=html.replace("\n", "<br>")), (LETTER,)).kept == ANSWER


def test_words_that_begin_as_our_next_line_does_do_not_break_up_that_line():
    letter = "We raise problems early.\nOne more thing about this.\n\nWhat would one see?\n\nOne line is enough, and PASS keeps it."
    lines = quoted(letter).split("\n")

    assert (
        kept("\n".join([*lines[:4], "", "We raise problems early.", "", *lines[4:]]), (letter,))
        == "We raise problems early."
    )


def test_a_line_of_ours_retyped_inside_a_quote_without_marks_makes_no_answer_of_what_is_quoted_below_it():
    draft = """Jonas asked for 1 change. All the other lines are the same.

5. WAS: We raise problems early. (both)
5. NOW: If one of us is upset, we say so the same day, even just by text. (Jonas)

Do you agree to draft 2?

Reply AGREE, KEEP 5 to hold on to the old line, or send me new words. PAUSE if you would like time.

This is a promise between two people, not a legal contract.

DRAFT 2 IN FULL

5. If one of us is upset, we say so the same day, even just by text. (Jonas)
"""
    words = "If one of us is upset, we say so the same day, even just by text. That one I cannot sign."
    above, below = draft.split("Do you agree")
    below = f"Do you agree{below.split('DRAFT')[0]}"

    assert kept(f"{above}\n{words}\n\n{below}", (draft,)) == words


def test_an_answer_among_headers_inside_the_marks_stays():
    head = "> From: The agent <a@reply.example.org>\n> Sent: Monday, 2 March 2026 10:00\n"
    text = f"{head}AGREE, but on Fridays\n> To: Ann\n> Subject: x\n{quoted(LETTER)}"

    assert kept(text) == "AGREE, but on Fridays"


def test_a_changed_line_stays_whole():
    text = quoted(LETTER).replace("Tell me early when", "Tell me VERY early when")

    assert "VERY" in kept(text)


def test_an_older_letter_below_the_newest_is_subtracted_too():
    older = "Hello Ann,\n\nwhat worries you most about working together with Ben in the coming months?\n"
    text = f"Nothing.\n\n{ATTRIBUTION}\n{quoted(LETTER)}\n> My older words\n{quoted(older, '>> ')}"

    assert typed(text, (LETTER, older)).kept == "Nothing."


@pytest.mark.parametrize(
    "words",
    [
        "Ann",
        "Two promises\n--\n1. be on time\n2. say it early",
        "Please call me\nAnn\nand not Annie",
        "On Mondays I remember what you wrote: it helped.",
        "What I need from: time to think.",
        "From: the heart, always.",
        "From: me\nTo: you\nwith care",
        "-- two promises",
        "- one\n- two",
        "I wrote:\nBe kind.",
        "Thanks,\nAnn",
        "Sent from my heart, as they say.",
        "Confidential things stay between us.",
        "1. yes\n2. no\n3. On Fridays at 10:00 only",
        "Le matin, c'est mieux :\nvers 9h",
        "🙂",
    ],
)
def test_words_that_look_like_mail_stay(words):
    assert typed(words).kept == words


@pytest.mark.parametrize(
    "head",
    [
        ATTRIBUTION,
        "On Tue, 3 Jun 2025 at 10:00, The Alliance agent with a long name\n<a.xyz@reply.example.org> wrote:",
        "Am 03.06.2025 um 10:00 schrieb The Alliance agent:",
        "Am Di., 3. Juni 2025 um 10:00 Uhr schrieb The agent <a@example.org>:",
        "Le mar. 3 juin 2025 à 10:00, The agent <a@example.org> a écrit :",
        "El mar, 3 jun 2025 a las 10:00, The agent (<a@example.org>) escribió:",
        "Il giorno mar 3 giu 2025 alle ore 10:00 The agent <a@example.org> ha scritto:",
        "Em ter., 3 de jun. de 2025 às 10:00, The agent <a@example.org> escreveu:",
        "Op di 3 jun 2025 om 10:00 schreef The agent <a@example.org>:",
        "Den tis 3 juni 2025 kl 10:00 skrev The agent <a@example.org>:",
        "W dniu 3.06.2025 o 10:00, The agent pisze:",
        "ti 3. kesäk. 2025 klo 10.00 The agent (a@example.org) kirjoitti:",
        "вт, 3 июн. 2025 г. в 10:00, The agent <a@example.org>:",
        "2025年6月3日(火) 10:00 The agent <a@example.org>:",
        "3 Haz 2025 Sal 10:00 tarihinde The agent <a@example.org> şunu yazdı:",
        "dne 3. 6. 2025 v 10:00 odesílatel The agent <a@example.org> napsal:",
        "2025/06/03 10:00、The agent <a@example.org> のメッセージ:",
        "---- The agent wrote ----",
        "On Jun 3, 2025,\nat 10:00,\nThe agent <a@example.org> wrote:",
        "Op di 3 jun 2025 om 10:00 schreef\nThe agent <a@example.org>:",
        'Am 03.06.2025 10:00 schrieb "The agent" <a@example.org\n>:',
        "* The agent <a@example.org>:",
        "Quoting The agent <a@example.org>:",
        "Dňa 3. 6. 2025 o 10:00 The agent napísal(a):",
        "На 03.06.2025 в 10:00, The agent написа:",
        "\u202bבתאריך יום ג׳, 3 ביוני 2025 ב-10:00 מאת \u202aThe agent\u202c\u200f <\u202aa@example.org\u202c\u200f>:\u202c",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
    ],
)
def test_a_quote_is_introduced_in_many_languages(head):
    assert typed(f"Gladly.\n\n{head}\n\n> Will you?\n> Say yes.").kept == "Gladly."


@pytest.mark.parametrize(
    "head",
    [
        "вт, 3 июн. 2025 г. в 10:00, The agent <a@example.org>:",
        '03.06.2025, 10.00, "The agent" <a@example.org>:',
        "2025/6/3 The agent <a@example.org>",
        "2025年6月3日(火) 10:00 The agent <a@example.org>:",
        "W dniu 3.06.2025 o 10:00, The agent pisze:",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
        "##- Please type your reply above this line -##",
    ],
)
def test_a_date_a_name_and_an_address_introduce_what_has_no_marks(head):
    assert typed(f"Gladly.\n\n{head}\n\nWill you?\nSay yes.").kept == "Gladly."


def test_two_dates_and_addresses_in_a_sentence_introduce_nothing():
    words = "Ask on Monday at 10:00, or write to Ben <ben@example.org>:\nhe knows.\nDate: soon\nTo: both"

    assert typed(words).kept == words


@pytest.mark.parametrize(
    "head",
    [
        "From: The agent <a@example.org>\nSent: Tuesday, June 3, 2025 10:00 AM\nTo: Ann\nSubject: Prompt",
        "Von: The agent\nGesendet: Dienstag, 3. Juni 2025 10:00\nAn: Ann\nBetreff: Frage",
        "De : The agent <a@example.org>\nEnvoyé : mardi 3 juin 2025 10:00\nÀ : Ann\nObjet : Question",
        "________________________________\nFrom: The agent <a@example.org>\nSent: Tuesday, June 3, 2025 10:00 AM\nTo: Ann\nSubject: Prompt",
        "-----Ursprüngliche Nachricht-----\nVon: The agent\nGesendet: Dienstag, 3. Juni 2025 10:00\nAn: Ann",
        "---------- Forwarded message ---------\nFrom: The agent <a@example.org>\nDate: Tue, Jun 3, 2025\nSubject: x\nTo: Ann",
        "*From:* The agent\n*Date:* Tue, 3 Jun 2025\n*To:* Ann\n*Subject:* x",
        "Date: Tue, 03 Jun 2025 10:00:00 +0200\nTo: ann@example.org",
        "Od: The agent\nOdoslané: utorok 3. júna 2025 10:00\nKomu: Ann\nPredmet: x",
        "Šalje: The agent <a@example.org>\nPoslano: 3. lipnja 2025. 10:00\nPrima: Ann\nPredmet: x",
        "От: The agent <a@example.org>\nИзпратено: 3 юни 2025 10:00\nДо: Ann\nОтносно: x",
        "De: The agent <a@example.org>\nEnviat el: dimarts, 3 juny 2025 10:00\nPer a: Ann\nTema: x",
        "Dari: The agent <a@example.org>\nTerkirim: Selasa, 03 Juni 2025 10:00\nKepada: Ann\nSubjek: x",
        "====\n\nMessage du : 03/06/2025 10:00\nDe : The agent <a@example.org>\nA : ann@example.org\nSujet : Question",
        "\tFrom:  The agent                    06/03/2025 10:00 AM\n\t\n\nTo: Ann/ORG\ncc:\nSubject: Question",
        "\tSome Company\n\t\n\tFrom:  The agent                    06/03/2025 10:00 AM\n\t\n\nTo: Ann/ORG\ncc:\nSubject: Question",
        "\tThe agent\n\tSent by: The agent\n\t06/03/2025 10:00 AM\n\t\t\n\t\t To: Ann/ORG\n\t\t cc:\n\t\t Subject: Question",
    ],
)
def test_what_stands_below_a_block_of_headers_is_history(head):
    assert typed(f"Gladly.\n\n{head}\n\nWill you agree?\nI agree.").kept == "Gladly."


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        ("-- \nAnn Example\n+49 30 1234567", "signature"),
        ("Sent from my iPhone", "mobile footer"),
        ("Von meinem iPhone gesendet", "mobile footer"),
        ("Envoyé de mon iPhone", "mobile footer"),
        ("Get Outlook for Android", "mobile footer"),
        ("Sent from iMail", "mobile footer"),
        ("Sent from NiceApp<https://app.example.org>", "mobile footer"),
        ("Sent wirelessly from a handheld\nEnvoyé sans fil par un terminal", "mobile footer"),
        ("Az iPhone-omról küldve", "mobile footer"),
        ("Elküldve az iPhone-omról", "mobile footer"),
        ("Get NiceApp for Android", "mobile footer"),
        ("Provenance : Courrier pour Windows 10", "mobile footer"),
        ("Ottieni Outlook per iOS", "mobile footer"),
        ("Odoslané z iPhonu", "mobile footer"),
        ("Изпратено от моя iPhone", "mobile footer"),
        ("Εστάλη από το iPhone μου", "mobile footer"),
        ("從我的 iPhone 傳送", "mobile footer"),
        ("從我的iPhone傳送", "mobile footer"),
        ("Enviat des del meu iPhone", "mobile footer"),
        ("تم الإرسال من الـ iPhone", "mobile footer"),
        ("Virenfrei.www.avast.com", "mobile footer"),
        ("Please consider the environment before printing this e-mail.", "legal footer"),
        ("Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken.", "legal footer"),
        ("DISCLAIMER: What this email says is confidential and may be privileged.", "legal footer"),
        ("Diese E-Mail ist vertraulich. Sind Sie nicht der Adressat, so vernichten Sie sie bitte.", "legal footer"),
        (
            "Este mensaje es confidencial y solo para su destinatario. Si lo recibió por error, elimínelo.",
            "legal footer",
        ),
        ("Questo messaggio è riservato al destinatario; se ricevuto per errore, va eliminato.", "legal footer"),
        ("Dit bericht is vertrouwelijk. Kreeg u het per abuis, verwijder het dan.", "legal footer"),
        ("Esta mensagem é confidencial. Se não for o destinatário, apague-a.", "legal footer"),
        (
            "--\nView this message in context: https://lists.example.org/" + "x" * 80 + "\nSent from the archive.",
            "signature",
        ),
        (
            "> Will you?\n---------------------------\nThe fastest way to a better garden!\nhttps://ad.example.org\n____________________________\nTeam mailing list",
            "list footer",
        ),
        (
            "_______________________________________________\nTeam mailing list\nTeam@lists.example.org\nhttps://lists.example.org/listinfo/team",
            "list footer",
        ),
        (
            "This email is confidential and intended solely for the addressee. If you are not the intended recipient, please notify the sender and delete this message.",
            "legal footer",
        ),
    ],
)
def test_what_stands_below_the_words_is_cut_with_its_reason(tail, why):
    found = typed(f"Gladly, on Mondays.\n\n{tail}\n")

    assert found.kept == "Gladly, on Mondays."
    assert why in {cut.why for cut in found.cut}


@pytest.mark.parametrize(
    "words",
    [
        "CONFIDENTIAL:\nbetween us\n\nI would rather not lead. " + "That is all." * 9,
        "Here it is.\n\n-----------------\n\nI would rather not lead.\n"
        + "That is all.\n" * 12
        + "Confidential, privileged, liable.",
        "This stays confidential, is intended only for you, and must not be disclosed.",
        "Sent from Berlin",
        "We print little.\n\nPlease consider the environment before printing emails.",
    ],
)
def test_what_only_begins_like_a_footer_stays(words):
    assert typed(words).kept == words


OVERHANG = "> You asked whether we should see each other in the morning or rather late in\nthe\n> evening."


def test_what_was_broken_off_a_quoted_line_is_a_quote():
    assert typed(f"Late.\n\n{ATTRIBUTION}\n\n{OVERHANG}\n\nAnd with tea.").kept == "Late.\n\nAnd with tea."


@pytest.mark.parametrize(
    "text",
    [
        OVERHANG.replace("\nthe\n", "\nYes\n"),  # a sentence of its own
        OVERHANG.replace("rather late in\nthe\n", "late?\nyes\n"),  # the line above had room, and ends
        OVERHANG.replace(" in the morning or rather late in", "").replace("\nthe\n", "\nyes\n"),
    ],
)
def test_an_answer_between_two_quoted_lines_stays(text):
    assert typed(f"{ATTRIBUTION}\n{text}").kept == text.split("\n")[1]


def test_what_somebody_quotes_by_hand_in_the_middle_of_their_words_stays_with_its_marks_and_is_no_yes():
    words = "Here is what my sister said.\n> I agree\n\nI do not."
    announced = "I asked around.\n\nHere is what my sister said:\n\n> I agree\n\nI do not."

    for text in (words, announced):
        found = typed(f"{text}\n\n{ATTRIBUTION}\n\n> Will you?")
        assert found.kept == text
        assert found.quoted


def test_what_somebody_quotes_by_hand_below_the_mail_that_they_answer_stays_too():
    text = "Look at this\n> I agree\n\nNice, is it not?"

    assert typed(f"{ATTRIBUTION}\n> Will you?\n\n{text}").kept == text


@pytest.mark.parametrize(
    "text",
    [
        "Gladly.\n\n> Will you?",
        "The agent, some day:\n> Will you?\n\nGladly.",  # may well be an introduction in a language that nobody knows
        f"{ATTRIBUTION}\n> Will you?\nGladly.\n> And Ben?\nGladly.",
    ],
)
def test_what_is_quoted_as_programs_do_is_not_by_hand(text):
    assert ">" not in typed(text).kept


def test_a_message_that_is_nothing_but_a_quote_is_kept_and_is_no_yes():
    found = typed("> I agree\n> to all of it")

    assert found.kept == "I agree\nto all of it"
    assert found.quoted
    assert not typed(f"{ATTRIBUTION}\n> I agree").kept
    broken_off = "> so many words stand in this one marked line that a program could not hold it,\nand x > y\n>"
    assert typed(broken_off).kept.endswith("\nand x > y")


@pytest.mark.parametrize(
    "tail",
    [
        "-Ann Example",
        "Ann Example | Owner | +49 30 1234567",
        "Ann Example - +49 30 1234567.",
        "Ann Example\nHead of Something\nx31545",
        "*Ann Example* | *Owner*\n*Call me +49 30 1234567*\n\n[image: logo]\n\nLong Street 2, Berlin\n\nWEB www.example.org\nFax: 49 30 1234568",
        "--\u00a0\nAnn\nSomewhere",
        "Somebody Unknown\nA Company Name\nLong Street 2\n+49 30 1234567\nsomebody@example.org",
        "Ann Example\nwww.example.org\n--\nTeam mailing list",
    ],
)
def test_a_full_name_and_a_block_below_it_are_a_signature(tail):
    assert typed(f"Gladly, on Mondays.\n\n{tail}", (), ("ann", "example")).kept == "Gladly, on Mondays."


def test_a_block_of_somebody_begins_below_the_end_of_a_sentence_too():
    block = "Somebody Unknown\nRoom 12\n+49 30 1234567\n+49 30 1234568 (Fax)"

    assert typed(f"Gladly, on Mondays.\n{block}").kept == "Gladly, on Mondays."
    assert typed(f"The numbers are\n{block}").kept == f"The numbers are\n{block}"
    assert kept(f"Call them.\n{block}") == f"Call them.\n{block}"


@pytest.mark.parametrize(
    "words",
    [
        "Ann Example",
        "-Ann Example",
        "Ann",
        "Ben Example\nben@example.org",
        "Pipes and Sons\n+49 30 1234567\npipes@example.org",
    ],
)
def test_a_name_may_be_the_answer_to_a_letter_of_ours(words):
    text = f"Who would I call?\n\n{words}"

    assert typed(text, (LETTER,), ("ann", "example")).kept == text


@pytest.mark.parametrize(
    "words",
    [
        "Who would I call?\n\nBen Example",
        "Who would I call?\n\nBen Example - +49 30 1234567",
        "Gladly.\n\nAnn Example",
        "Look at these:\n\nhttps://example.org/a\n\nhttps://example.org/b\n\nhttps://example.org/c",
        "All there is:\n\nNumber: 12345678\nDate: 2025/06/03 10:00\nName of the thing: a rather long name, longer than any line of a signature",
    ],
)
def test_lines_that_are_not_about_who_writes_stay(words):
    assert typed(words, (), ("ann", "example")).kept == words


def test_a_quote_in_the_middle_of_a_reply_to_our_letter_is_not_by_hand():
    assert kept(f"Gladly.\n{quoted(LETTER)}\nToday.").split() == ["Gladly.", "Today."]
    assert kept(f"Gladly.\n{quoted('Words that nobody knows.')}\n{quoted(LETTER)}\nToday.").split() == [
        "Gladly.",
        "Today.",
    ]


@pytest.mark.row("T46")
@pytest.mark.parametrize(
    "text",
    [
        "Not yet.\n\n> I agree",
        "Not yet.\n> I agree",
        "Not yet.\n\n-- \nI agree",
        "Not yet.\n\n---------- Forwarded message ---------\nFrom: Ben <ben@example.org>\nDate: Tue, Jun 3, 2025 10:00\nTo: Ann\n\nI agree",
        "Not yet.\n\nOn Tue, 3 Jun 2025 at 10:00, Ben <ben@example.org> wrote:\n\nI agree",
    ],
)
def test_a_yes_that_was_quoted_or_signed_is_not_typed(text):
    assert typed(text).kept == "Not yet."


@pytest.mark.row("T45")
def test_halves_that_say_yes_and_no_disagree():
    assert new_text(Message(text="Yes", html="<p>No</p>")).disagree


@pytest.mark.row("T45")
def test_hidden_words_make_the_halves_disagree():
    assert new_text(Message(text="Yes", html='<p>Not <span style="display:none">Yes</span> yet</p>')).disagree


def test_halves_that_say_the_same_agree():
    html = f"<div>Yes, <b>gladly</b></div><div class='gmail_quote'><div class='gmail_attr'>{ATTRIBUTION.replace('<', '&lt;')}</div><blockquote>Will you?</blockquote></div>"

    assert not new_text(Message(text=f"Yes, *gladly*\n\n{ATTRIBUTION}\n\n> Will you?\n", html=html)).disagree


@pytest.mark.parametrize(
    ("text", "html", "lines"),
    [
        (f"{LONG}\nthat was broken", f"<div>{LONG} that was broken</div>", f"{LONG} that was broken"),
        ("One short\nline", "<div>One short line</div>", "One short\nline"),  # no program wraps there
        ("One\n\nline", "<div>One line</div>", "One\nline"),
        (f"{LONG}\n2. that", f"<div>{LONG} 2. that</div>", f"{LONG}\n2. that"),
        (f"{LONG}\nMy hope: that", f"<div>{LONG} My hope: that</div>", f"{LONG}\nMy hope: that"),
        (f"{LONG}\nprivate that", f"<div>{LONG} private that</div>", f"{LONG}\nprivate that"),
        (f"{LONG}\nPASS", f"<div>{LONG} PASS</div>", f"{LONG}\nPASS"),
        ("One two", "<div>One<br>two</div>", "One\ntwo"),
        ("One\nprivate", "<i>One</i><i>private</i>", "One\nprivate"),  # other words
        ("One\n\nTwo", "<p class=MsoNormal>One</p><p class=MsoNormal>Two</p>", "One\nTwo"),
        ("One\n\nTwo", "<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One\n)", "<div>One<br>)</div>", "One\n)"),
        ("One\n)", "<div>One )</div>", "One )"),
        ("One *two*\nthree", "<div>One <b>two</b> three</div>", "One *two*\nthree"),  # other signs: as it came
        ("Yes 👎", "<div>Yes</div>", "Yes 👎"),
        *(
            (
                f"{odd}\n\nprivate I fear it,\n\ntoo",
                f"<p class=MsoNormal>{odd}</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>private I fear it,</p><p class=MsoNormal>too</p>",
                f"{odd}\n\nprivate I fear it,\ntoo",
            )
            for odd in ("Str\ufeffaight", "Straight\u200b.", "I\u00adsay")
        ),
        ("One\n\n\u200b two", "<p class=MsoNormal>One</p><p class=MsoNormal>\u200b two</p>", "One\ntwo"),
    ],
)
def test_lines_are_those_that_the_person_saw_where_both_halves_say_the_same(text, html, lines):
    assert new_text(Message(text=text, html=html)).kept == lines
    quote = f"<div class=gmail_quote><blockquote class=gmail_quote>{LETTER}</blockquote></div>"
    assert new_text(Message(text=f"{text}\n\n{quoted(LETTER)}", html=html + quote), (LETTER,)).kept == lines


@pytest.mark.row("F17")
def test_a_paragraph_that_is_private_ends_only_where_both_halves_end_it():
    html = "<p>PRIVATE I worry</p><p>about the rent</p><p>I cook</p>"

    assert (
        new_text(Message(text="PRIVATE I worry\nabout the rent\n\nI cook", html=html)).kept
        == "PRIVATE I worry\nabout the rent\n\nI cook"
    )


@pytest.mark.row("F17")
@pytest.mark.parametrize(
    ("text", "html", "lines"),
    [
        ("PRIVATE I fear it,\n\ntoo\n\nI cook \U0001f600", "<p>PRIVATE I fear it,<br>too</p><p>I cook</p>", "PRIVATE I fear it,\ntoo\nI cook \U0001f600"),
        ("PRIVATE I fear it,\n\ntoo", "<p>PRIVATE I fear it,</p><p>too</p><p>much</p>", "PRIVATE I fear it,\ntoo\nmuch"),
        ("I fear it.\n\nI cook \U0001f600", "<p><b>PRIVATE</b> I fear it.</p><p>I cook</p>", "PRIVATE\nI fear it.\nI cook \U0001f600"),
        ("Our private life.\n\nI cook \U0001f600", "<p>Our private life.</p><p>I cook</p>", "Our private life.\n\nI cook \U0001f600"),
    ],
)  # fmt: skip
def test_what_is_private_has_no_end_where_the_halves_cannot_be_held_against_each_other(text, html, lines):
    assert new_text(Message(text=text, html=html)).kept == lines


def test_html_alone_is_read():
    assert new_text(Message(html="<p>Gladly</p><blockquote type=cite>Will you?</blockquote>")).kept == "Gladly"


def test_an_armoured_text_is_read_without_its_armour():
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nGladly\n- -- \nAnn\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"

    assert typed(text).kept == "Gladly"


def test_an_armour_begins_and_ends_with_its_lines():
    armour = (
        "-----BEGIN PGP SIGNED MESSAGE-----\n\nyes\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----"
    )

    assert kept(f"NEXT{armour}") == f"NEXT{armour}"
    assert kept(f"{armour}terday\nI come.") == "yes\nI come."


def test_what_is_cut_and_what_is_kept_are_all_that_came():
    text = f"{ANSWER}\n\n{ATTRIBUTION}\n{quoted(LETTER)}"
    found = typed(text, (LETTER,))

    assert sorted(re.findall(r"\w+", found.kept + " " + " ".join(c.text for c in found.cut))) == sorted(
        re.findall(r"\w+", text)
    )


answers = st.lists(
    st.sampled_from(
        [
            "gladly",
            "never",
            "maybe",
            "on",
            "Mondays",
            "at",
            "ten",
            "quiet",
            "walks",
            "help",
            "me",
            "a",
            "lot,",
            "please.",
            "Not",
            "with",
            "Ben!",
            "1.",
            "2)",
            "No?",
        ]
    ),
    min_size=1,
    max_size=25,
).map(" ".join)
letters = st.lists(
    st.lists(
        st.sampled_from(
            [
                "what",
                "do",
                "you",
                "need",
                "from",
                "each",
                "other",
                "when",
                "the",
                "work",
                "gets",
                "hard",
                "and",
                "the",
                "days",
                "are",
                "long",
                "prompt",
                "answer",
                "reply",
                "with",
                "yes",
                "or",
                "later",
            ]
        ),
        min_size=4,
        max_size=18,
    ).map(" ".join),
    min_size=3,
    max_size=12,
).map("\n\n".join)


@pytest.mark.row("T74")
@settings(max_examples=120, deadline=None)
@given(
    answer=answers,
    letter=letters,
    width=st.integers(50, 90),
    mark=st.sampled_from(["> ", ">", ">> "]),
    where=st.sampled_from(["top", "bottom"]),
    head=st.sampled_from([ATTRIBUTION, ""]),
)
def test_a_quote_of_our_letter_never_changes_the_answer(answer, letter, width, mark, where, head):
    quote = f"{head}\n{quoted(wrapped(letter, width), mark)}"
    text = f"{answer}\n\n{quote}" if where == "top" else f"{quote}\n\n{answer}"

    assert typed(text, (letter,)).kept.split() == typed(answer).kept.split()


def said(text: str) -> list[str]:
    """The words, and what else says something; drawn lines do not."""
    return [word for word in text.split() if re.search("[\\w\U0001f642]", word)]


tricky = st.lists(
    st.sampled_from(
        [
            "Gladly, on Mondays.",
            "From: the heart",
            "To: you",
            "Date: soon",
            "-----",
            "*",
            "--  two",
            "1. yes",
            "- no",
            "Ann",
            "Ann Example",
            "-Ann Example",
            "Thanks,",
            "On Fridays I wrote:",
            "Write to ben@example.org",
            "+49 30 1234567",
            "https://example.org",
            "This stays confidential",
            "Sent",
            "\U0001f642",
            "",
            "",
        ]
    ),
    min_size=1,
    max_size=8,
).map(lambda lines: "\n".join(lines).strip("\n"))


@settings(max_examples=300, deadline=None)
@given(
    answer=tricky,
    width=st.integers(50, 90),
    mark=st.sampled_from(["> ", ">", ">> "]),
    where=st.sampled_from(["top", "bottom", "between"]),
)
def test_whatever_is_typed_a_quote_of_our_letter_does_not_change_how_it_is_read(answer, width, mark, where):
    alone = typed(answer, (LETTER,), ("ann", "example")).kept
    above, below = LETTER.split("This is prompt", 1)
    quotes = [quoted(wrapped(text, width), mark) for text in (LETTER, above.rstrip("\n"), f"This is prompt{below}")]
    text = {
        "top": f"{answer}\n\n{ATTRIBUTION}\n{quotes[0]}",
        "bottom": f"{ATTRIBUTION}\n{quotes[0]}\n\n{answer}",
        "between": f"{quotes[1]}\n\n{answer}\n\n{quotes[2]}",
    }[where]

    assert said(typed(text, (LETTER,), ("ann", "example")).kept) == said(alone)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200), html=st.text(max_size=200), ours=st.lists(st.text(max_size=80), max_size=2))
def test_what_is_kept_of_a_whole_message_is_made_of_the_words_of_its_halves(text, html, ours):
    message = Message(text=text, html=html.replace("<", "&lt;"))
    whole = f"{text} {text_of(message.html)}"

    assert all(word in whole for word in new_text(message, tuple(ours)).kept.split())


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300), ours=st.lists(st.text(max_size=80), max_size=2))
def test_what_is_kept_is_made_of_the_messages_own_words(text, ours):
    found = typed(text, tuple(ours))
    left = text.split()

    assert all(any(word in whole for whole in left) for word in found.kept.split())


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=400))
def test_no_bytes_break_the_reader(raw):
    new_text(read(b"Content-Type: text/html\n\n" + raw), ("some words of ours here",))
    new_text(read(raw))
