"""Schedules in every language that has a phrasebook; the English ones stand in test_others."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alliance.model import Rhythm, Rule
from agent.alliance.words import MeetingReading, phrases, read_meeting, read_rhythm, read_schedule, say_rule
from agent.alliance.words.grammar import grammar

BOOKS = sorted(Path(phrases.__file__).with_name("schedules").glob("*.toml"))


@pytest.mark.row("S21")
@pytest.mark.parametrize(("text", "said"), [
    ("jeden Montag um 9 Uhr", "every Monday at 09:00"), ("alle zwei Wochen dienstags", "every other Tuesday"),
    ("montags und donnerstags um 18:30", "every Monday and Thursday at 18:30"),
    ("jeden zweiten Freitag im Monat", "the second Friday of every month"), ("einmal pro Woche", "every week"),
    ("zweimal im Monat", "every other week"), ("nicht wöchentlich, lieber monatlich", "every month"),
    ("wöchentlich ist zu oft, alle zwei Wochen", "every other week"), ("am 15. jedes Monats", "the 15th of every month"),
    ("am letzten Freitag im Monat um 16 Uhr", "the last Friday of every month at 16:00"), ("montagabends um acht", "every Monday at 20:00"),
    ("jeden Morgen um 9", "every day at 09:00"), ("alle 30 Tage", "every 30 days"), ("jedes Quartal", "every 3 months"),
    ("jeden Werktag um 9:15", "every weekday at 09:15"), ("halbjährlich", "every 6 months"), ("um halb neun jeden Montag", "every Monday at 08:30"),
    ("viermal im Jahr", "every 3 months"), ("2x im Monat", "every other week"), ("Mo. und Mi. 17 Uhr", "every Monday and Wednesday at 17:00"),
    ("jeden dritten Mittwoch", "the third Wednesday of every month"), ("Immer freitags", "every Friday"),
    ("tous les lundis à 9h30", "every Monday at 09:30"), ("une semaine sur deux", "every other week"), ("deux fois par mois", "every other week"),
    ("le premier lundi du mois", "the first Monday of every month"), ("le 15 de chaque mois", "the 15th of every month"),
    ("pas toutes les semaines, une fois par mois", "every month"), ("tous les trois mois", "every 3 months"),
    ("le mardi et le jeudi à 18h", "every Tuesday and Thursday at 18:00"), ("chaque semaine le mercredi soir à 20h", "every Wednesday at 20:00"),
    ("un jour sur deux", "every other day"), ("toutes les six semaines", "every 6 weeks"),
    ("le dernier vendredi du mois à midi", "the last Friday of every month at 12:00"), ("toutes les deux semaines, le jeudi", "every other Thursday"),
    ("quatre fois par an", "every 3 months"), ("Tous les matins à 8 heures et demie", "every day at 08:30"),
    ("du lundi au vendredi", "every weekday"),
    ("cada lunes a las 9 de la mañana", "every Monday at 09:00"), ("cada dos semanas", "every other week"), ("una vez al mes", "every month"),
    ("dos veces al mes", "every other week"), ("el primer lunes de cada mes", "the first Monday of every month"),
    ("no semanal, mensual", "every month"), ("los lunes y miércoles a las 7 de la tarde", "every Monday and Wednesday at 19:00"),
    ("el día 15 de cada mes", "the 15th of every month"), ("todos los días", "every day"), ("los viernes alternos", "every other Friday"),
    ("cada semana los martes a las once y media", "every Tuesday at 11:30"), ("entre semana a las 9", "every weekday at 09:00"),
    ("ogni due settimane", "every other week"), ("ogni secondo lunedì", "every other Monday"), ("due volte al mese", "every other week"),
    ("il primo lunedì del mese", "the first Monday of every month"), ("ogni lunedì e giovedì alle 18:30", "every Monday and Thursday at 18:30"),
    ("una volta a settimana", "every week"), ("tutti i giorni alle 9", "every day at 09:00"), ("ogni tre mesi", "every 3 months"),
    ("il 15 di ogni mese", "the 15th of every month"), ("tutte le mattine alle 8", "every day at 08:00"), ("a settimane alterne", "every other week"),
    ("ogni sei settimane il venerdì sera alle 8", "every 6 weeks on Friday at 20:00"),
    ("toda quarta-feira às 10h", "every Wednesday at 10:00"), ("a cada duas semanas", "every other week"), ("duas vezes por mês", "every other week"),
    ("uma vez por mês", "every month"), ("na primeira segunda-feira do mês", "the first Monday of every month"),
    ("todo dia 5", "the 5th of every month"), ("toda semana", "every week"), ("todos os dias às 9 da manhã", "every day at 09:00"),
    ("semana sim, semana não", "every other week"), ("de três em três meses", "every 3 months"), ("às sextas às 18h", "every Friday at 18:00"),
    ("elke maandag om 9 uur", "every Monday at 09:00"), ("om de twee weken", "every other week"), ("twee keer per maand", "every other week"),
    ("elke eerste maandag van de maand", "the first Monday of every month"), ("om de week", "every other week"), ("elke dag", "every day"),
    ("'s maandags", "every Monday"), ("niet wekelijks maar maandelijks", "every month"), ("elke drie maanden", "every 3 months"),
    ("op de 15e van elke maand", "the 15th of every month"), ("om de andere vrijdag", "every other Friday"),
    ("om half negen elke dinsdag", "every Tuesday at 08:30"), ("dinsdagavond om 8 uur", "every Tuesday at 20:00"),
    ("om het weekend", "every other Saturday and Sunday"),
    ("co dwa tygodnie", "every other week"), ("w każdy poniedziałek o 9", "every Monday at 09:00"), ("raz w miesiącu", "every month"),
    ("w pierwszy poniedziałek miesiąca", "the first Monday of every month"), ("co drugi wtorek", "every other Tuesday"),
    ("codziennie o 8 rano", "every day at 08:00"), ("w poniedziałki i środy", "every Monday and Wednesday"), ("co kwartał", "every 3 months"),
    ("co trzy miesiące", "every 3 months"), ("raz na dwa tygodnie", "every other week"), ("w piątki o 17:00", "every Friday at 17:00"),
    ("毎週月曜日の午後3時", "every Monday at 15:00"), ("月に2回", "every other week"), ("第一月曜日", "the first Monday of every month"),
    ("毎月第2火曜日の10時", "the second Tuesday of every month at 10:00"), ("三週間ごと", "every 3 weeks"), ("毎日9時半", "every day at 09:30"),
    ("2週間に1回", "every other week"), ("半年に一度", "every 6 months"), ("毎月15日", "the 15th of every month"), ("月曜と木曜", "every Monday and Thursday"),
    ("每周一次", "every week"), ("每两周", "every other week"), ("每个月第一个星期一", "the first Monday of every month"), ("每月15号", "the 15th of every month"),
    ("每天早上九点", "every day at 09:00"), ("每三个月一次", "every 3 months"), ("每周一和周四下午三点", "every Monday and Thursday at 15:00"),
    ("不要每周，每月一次", "every month"), ("隔周", "every other week"), ("每季度", "every 3 months"), ("每周五晚上八点半", "every Friday at 20:30"),
    ("一周一次", "every week"),
    ("كل يوم اثنين الساعة 9 صباحا", "every Monday at 09:00"), ("مرة كل أسبوعين", "every other week"), ("كل أسبوعين", "every other week"),
    ("شهريا", "every month"), ("أول يوم اثنين من كل شهر", "the first Monday of every month"), ("كل ثلاثة أشهر", "every 3 months"),
    ("يوميا", "every day"), ("كل خميس", "every Thursday"),
    ("हर दो हफ्ते में", "every other week"), ("महीने में एक बार", "every month"), ("हर महीने के पहले सोमवार को", "the first Monday of every month"),
    ("हर शुक्रवार शाम 7 बजे", "every Friday at 19:00"), ("रोज़ाना सुबह 8 बजे", "every day at 08:00"), ("हर तीन महीने में", "every 3 months"),
    ("साल में दो बार", "every 6 months"), ("महीने में दो बार", "every other week"),
])  # fmt: skip
def test_a_schedule_is_read_in_other_languages(text: str, said: str) -> None:
    rule = read_schedule(text)

    assert rule is not None
    assert say_rule(rule) == said


@pytest.mark.parametrize("text", [
    "zweimal pro Woche", "nächsten Montag", "Montag oder Dienstag", "am 15. März", "alle paar Wochen", "nie", "bei Bedarf", "jede ungerade Woche",
    "jede Woche oder alle zwei Wochen", "erst wöchentlich, dann monatlich", "in zwei Wochen",
    "deux fois par semaine", "le 15 mars", "lundi prochain", "lundi ou mardi", "jamais", "de temps en temps", "dans deux semaines",
    "dos veces por semana", "cada 15 días", "el próximo lunes", "lunes o martes", "mañana", "nunca", "el 15 de marzo",
    "lunedì prossimo", "lunedì o martedì", "mai", "due volte a settimana",
    "segunda ou terça", "na próxima segunda", "três vezes por semana",
    "tweemaal per week", "volgende maandag", "maandag of dinsdag",
    "dwa razy w tygodniu", "w przyszły poniedziałek", "poniedziałek lub wtorek", "nigdy",
    "週に3回", "来週の月曜日", "月曜日か火曜日",
    "每周三次", "下周一", "周一或周二",
    "مرتين في الأسبوع", "الاثنين أو الثلاثاء", "يوم الاثنين القادم",
    "हफ्ते में दो बार", "सोमवार या मंगलवार", "अगले सोमवार",
])  # fmt: skip
def test_what_is_no_rule_in_other_languages_is_asked_about(text: str) -> None:
    assert read_schedule(text) is None


@pytest.mark.parametrize("text", [
    "three times a week", "twice weekly", "3x per month", "the 15th of March", "a couple of times a year", "every few weeks", "most weeks",
    "in the first week of each month", "every week or two", "weekly if needed", "every hour", "the last working day of each month",
])  # fmt: skip
def test_a_frequency_that_no_rule_can_hold_is_asked_about(text: str) -> None:
    assert read_schedule(text) is None


@pytest.mark.parametrize(("text", "said"), [
    ("four times a year", "every 3 months"), ("thrice a year", "every 4 months"), ("once weekly", "every week"), ("every thirty days", "every 30 days"),
    ("every second Tuesday of the month", "the second Tuesday of every month"), ("every second Tuesday", "every other Tuesday"),
    ("quarter to nine on Mondays", "every Monday at 08:45"), ("we see each other weekly", "every week"), ("every Friday, 2 hours", "every Friday"),
])  # fmt: skip
def test_what_can_be_spread_evenly_is_a_rule(text: str, said: str) -> None:
    rule = read_schedule(text)

    assert rule is not None
    assert say_rule(rule) == said


def test_the_language_that_knows_most_of_the_words_counts() -> None:
    assert read_schedule("cada segunda semana") == read_schedule(
        "every second week"
    )  # "segunda" is Monday in Portuguese
    assert read_schedule("tweemaal per week") is None  # of which English knows "per week"


@pytest.mark.parametrize("text", ["mi smo tu", "di rumah", "en la quinta", "segunda"])
def test_a_short_word_of_some_other_language_is_no_weekday(text: str) -> None:
    assert read_schedule(text) is None


@pytest.mark.row("S22")
def test_the_place_stays_in_the_words_of_its_language() -> None:
    assert read_meeting("Jeden Montag um 9 Uhr, im Laden").place == "im Laden"
    assert read_meeting("Merci, on se voit tous les lundis").place == ""


@pytest.mark.row("S21", "S22")
@pytest.mark.parametrize("week", ["周", "星期", "礼拜", "週", "禮拜"])
@pytest.mark.parametrize("every", ["", "每", "每个", "每個", "每一个", "每逢", "逢"])
def test_no_sign_of_a_chinese_weekday_is_a_place(every: str, week: str) -> None:
    for sign, day in zip("一二三四五六日天", ("MO", "TU", "WE", "TH", "FR", "SA", "SU", "SU"), strict=True):
        read = read_meeting(f"我们{every}{week}{sign}晚上八点见面")

        assert read == MeetingReading(Rule("WEEKLY", 1, (day,), (), 20, 0), ""), sign


@pytest.mark.row("S22")
@pytest.mark.parametrize(
    "text",
    [
        "每周一三五",
        "每周二四晚上八点",
        "每周一、三、五早上八点",
        "每周二和四",
        "双周二",
        "每两个星期二",
        "毎週火・木",
        "毎週月水金",
    ],
)
def test_a_weekday_that_is_but_one_sign_is_asked_about(text: str) -> None:
    assert read_meeting(text) == MeetingReading(None, text)


@pytest.mark.row("S22")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("每周二在三里屯", "在三里屯"), ("每个星期二和每个星期四，在五楼", "在五楼"), ("每个星期一起吃饭", "吃饭"),
        ("每週二，晚上八點", ""), ("毎週月曜日、駅前カフェで", "駅前カフェで"),
    ],
)  # fmt: skip
def test_a_place_in_signs_stays_one(text: str, place: str) -> None:
    assert read_meeting(text).place == place


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)
def test_a_phrasebook_says_only_what_the_grammar_knows(book: Path) -> None:
    known = (
        grammar("schedule").known
        | set(phrases._SLOTS["DAY"])
        | {"DAY", "NUM", "UNIT", "first", "second", "third", "fourth", "fifth"}
    )
    meanings = tomllib.loads(book.read_text(encoding="utf-8"))

    assert not {word for meaning in meanings for word in meaning.split() if not word.isdecimal()} - known


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)
def test_a_phrase_means_one_thing(book: Path) -> None:
    said = [p.strip() for right in tomllib.loads(book.read_text(encoding="utf-8")).values() for p in right.split("|")]

    assert not {p for p in said if said.count(p) > 1}


WORDS = st.sampled_from(
    sorted(
        {
            p.strip()
            for book in BOOKS
            for right in tomllib.loads(book.read_text(encoding="utf-8")).values()
            for p in right.split("|")
        }
    )
)


@given(st.lists(WORDS, max_size=6).map(" ".join))
def test_no_mixture_of_phrases_breaks_the_reader(text: str) -> None:
    rule = read_schedule(text)

    assert rule is None or say_rule(rule)


@pytest.mark.parametrize(
    "text",
    [
        "every 0 weeks", "every week and a half", "every day except Sunday", "daily, but not Sundays", "Weekly. No, monthly.", "Tuesday the 2nd",
        "jeden Tag außer Sonntag", "tous les jours sauf le dimanche", "todos los días menos los domingos", "elke dag behalve zondag",
    ],
)  # fmt: skip
def test_what_takes_a_part_away_or_thinks_again_gives_no_rule(text: str) -> None:
    assert read_schedule(text) is None


def test_what_is_longer_than_a_few_sentences_is_no_schedule_and_no_rhythm():
    """The time to look for one grows with the square of the words: at 200 it was half a second."""
    said = "We meet every 6 weeks, and " + "bread rises slowly "

    assert read_schedule(said) == Rule("WEEKLY", 6)
    assert read_rhythm(said) == Rhythm((), 6, "week")
    assert read_schedule(said * 10) is None
    assert read_rhythm(said + "bread rises slowly " * 20) is None
