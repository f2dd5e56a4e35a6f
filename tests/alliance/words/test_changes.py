"""Wishes about a draft: which line, which words, in the languages that we read; what is not sure is asked about (F26)."""

import pytest

from agent.alliance.words import Change, read_consent


@pytest.mark.row("F26")
@pytest.mark.parametrize(("text", "changes"), [
    ("Punkt 2 streichen", [Change("drop", 2)]), ("Ja, aber Punkt 3 bitte streichen.", [Change("drop", 3)]), ("Punkt 3 und 5 streichen", [Change("drop", 3), Change("drop", 5)]),
    ("Zeile 3: Wir essen jeden Freitag zusammen.", [Change("replace", 3, "Wir essen jeden Freitag zusammen.")]),
    ("Punkt 3 soll heißen: Wir essen zusammen.", [Change("replace", 3, "Wir essen zusammen.")]),
    ("Supprimez le point 2 s'il vous plaît", [Change("drop", 2)]), ("Remplacez la ligne 4 par : On mange ensemble le lundi.", [Change("replace", 4, "On mange ensemble le lundi.")]),
    ("De acuerdo, pero quita el punto 5", [Change("drop", 5)]), ("cambia la línea 2 por: Comemos juntos los lunes.", [Change("replace", 2, "Comemos juntos los lunes.")]),
    ("Togliete il punto 4 per favore", [Change("drop", 4)]), ("Cambia il punto 2 con: Mangiamo insieme il lunedì.", [Change("replace", 2, "Mangiamo insieme il lunedì.")]),
    ("Ja, maar punt 4 graag schrappen.", [Change("drop", 4)]), ("Wijzig regel 2 in: Wij eten samen op maandag.", [Change("replace", 2, "Wij eten samen op maandag.")]),
    ("Remova o ponto 3", [Change("drop", 3)]), ('Sim, mas troquem o ponto 1 por "jantamos juntos à sexta"', [Change("replace", 1, "jantamos juntos à sexta")]),
    ("Usuńcie punkt 2", [Change("drop", 2)]), ("Hinzufügen: Wir lachen viel.", [Change("add", None, "Wir lachen viel.")]),
    ("CHANGE 3 We text the same day.", [Change("replace", 3, "We text the same day.")]), ("CHANGE line 3 Each of us cooks once.", [Change("replace", 3, "Each of us cooks once.")]),
    ("3 is nonsense. Drop it.", [Change("drop", 3)]),
])  # fmt: skip
def test_a_change_names_its_line_and_keeps_the_persons_words(text: str, changes: list[Change]) -> None:
    reading = read_consent(text, 6)

    assert (reading.verdict, list(reading.changes)) == ("changes", changes)


@pytest.mark.parametrize(("text", "number"), [
    ('Zeile 3: statt "oft" lieber "manchmal"', 3), ("Punkt 3 nicht streichen", 3), ("Nicht Punkt 3 streichen", 3), ("Maya will Punkt 3 streichen", 3), ("Einverstanden, außer Punkt 3", 3), ("Punkt 3: gefällt mir gar nicht.", 3),
    ('ligne 4 : remplacer "souvent" par "parfois"', 4), ("Ne supprimez pas le point 2", 2), ("D'accord sauf pour le 4.", 4), ("Supprimez le point 2 si Maya veut", 2),
    ("No eliminar el punto 3", 3), ("De acuerdo con todo salvo el punto 2", 2), ("Non eliminare il punto 3", 3), ("D'accordo su tutto tranne il punto 3", 3), ("Akkoord, behalve 2.", 2),
    ("Não remover o ponto 3", 3), ("Concordo com tudo exceto a cláusula 4.", 4), ("Nie usunąć punktu 3", 3), ("Zgadzam się na wszystko oprócz punktu 5.", 5), ("第3条改成每周一次", 3),
    ("CHANGE 3 Monday to Tuesday", 3), ("change 3 we text", 3), ("CHANGE 3 something shorter", 3), ("6: Statt Montag lieber Dienstag bitte", 6),
])  # fmt: skip
def test_a_wish_that_is_not_surely_understood_is_asked_about_by_its_line(text: str, number: int) -> None:
    reading = read_consent(text, 6)

    assert (reading.verdict, [(c.kind, c.number) for c in reading.changes]) == ("changes", [("vague", number)])


@pytest.mark.parametrize("text", ["Punkte 1 bis 4 streichen", "3 is nonsense, and 4 is odd. Drop it.", "Streicht Punkt 3, sagt Maya", "Punkt 3 streichen, falls Maya will", "Punkt 3 raus?"])  # fmt: skip
def test_nothing_is_done_where_the_line_or_the_will_is_in_doubt(text: str) -> None:
    assert all(c.kind == "vague" for c in read_consent(text, 6).changes)
