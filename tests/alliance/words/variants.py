"""Texts made by rule out of clear yeses, none of which is a yes: conditional, negated, quoted, put off, of another person.

`make variants` reads all of them, which takes minutes; the suite reads every so many. The first number that matters is 0.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator

from yeses import YESES

from agent.alliance.words import read_consent

LINES = 6
ENGLISH = [
    "I agree", "Yes", "AGREE", "agreed", "I confirm", "Confirmed", "I accept it", "I agree with all of it", "works for me", "Yes, I agree", "I approve the draft",
    "I'm happy with it", "count me in", "I agree to everything", "I accept it as it stands", "it's a yes from me", "I fully agree", "you have my agreement",
    "I'm on board", "I agree to all 6 points", "Yes, that works", "that's confirmed", "please go ahead", "I have read it and I agree", "let's do this", "No changes. I confirm",
]  # fmt: skip
CLAUSES = [
    "Jonas agrees",
    "line 3 goes",
    "we start in June",
    "you change the wording",
    "it is final",
    "everyone does",
    "I have read it",
    "my boss says yes",
]
CONDITIONS = [
    "if {c}", "once {c}", "as long as {c}", "provided {c}", "provided that {c}", "unless {c}", "when {c}", "after {c}", "only if {c}", "but only if {c}",
    "on condition that {c}", "assuming {c}", "so long as {c}", "in case {c}", "subject to this: {c}", "until {c}", "whenever {c}", "as soon as {c}",
    "supposing {c}", "even if not all of it, if {c}", "except where {c}", "given that {c}", "depending on whether {c}", "should it be that {c}", "not before {c}",
]  # fmt: skip
SHAPES = [
    "{y} {k}",
    "{y}, {k}",
    "{y} - {k}",
    "{k}, {y}",
    "{y}. But {k}.",
    "{y} but {k}",
    "{y} ({k})",
    "{y}.\n{k}",
    "Well, {k}, {y}",
]
NEGATED = [
    "I don't think {y}", "not {y}", "never {y}", "no way {y}", "I can't say {y}", "nobody said {y}", "I no longer {y}", "hardly {y}", "{y}, not", "{y}? no",
    "it is false that {y}", "{y} - not at all", "I wouldn't say {y}", "{y}? Not me", "I did not write {y}", "{y}. Just kidding", "{y}. Scratch that", "don't take this as {y}",
    "{y}, or maybe not", "{y}. No, wait", "I was going to say {y}", "I take back: {y}", "I used to say {y}", "{y} is what I cannot say", "cannot write {y} yet", "without {y}",
]  # fmt: skip
QUOTED = [
    '"{y}"', "'{y}' is what you want", "> {y}", "“{y}”", "Reply {y} to confirm", "you wrote {y}", "should I write {y}?", "{y}?", "do I just write {y}?", "«{y}»", "the mail says: {y}",
    'You want "{y}", I guess', "{y}, it says here", "what does {y} mean", "{y}, really?", "so {y}, is that what I send?",
]  # fmt: skip
PEOPLE = [
    "Jonas",
    "my boss",
    "she",
    "he",
    "they",
    "Maya and I",
    "someone",
    "Lee",
    "my wife",
    "the team",
    "nobody",
    "everybody else",
    "a friend",
    "our lawyer",
]
SAID = ["{p} says {y}", "{p} told me to say {y}", "{p} thinks {y}", "{p}: {y}", "{p} wrote: {y}", "{p} wants me to write {y}", "{y}, says {p}", "{y} is {p}'s answer", "{p} will say {y}", "ask {p}, {y}"]  # fmt: skip
LATER = [
    "tomorrow", "later", "next week", "soon", "on Friday", "not yet", "maybe", "I guess", "in principle", "for now", "mostly", "sort of", "in theory", "this evening I'll decide",
    "when I'm back", "probably", "let me sleep on it", "almost", "give me a day", "after the holidays", "pending review", "up to a point", "more or less", "with reservations", "hopefully", "at some point",
]  # fmt: skip
EXCEPT = ["except line 3", "but not 3", "apart from the third point", "all but one", "minus line 2", "though 4 is wrong", "however 5 is too strict", "only to line 2", "with one change", "but drop 3", "if 4 goes"]  # fmt: skip
# One word anywhere in a yes undoes it.
UNDOING = [
    "if", "unless", "until", "once", "when", "provided", "assuming", "not", "never", "don't", "won't", "can't", "isn't", "hardly", "barely", "neither", "nor", "except", "maybe",
    "perhaps", "probably", "almost", "nearly", "would", "could", "might", "should", "may", "conditionally", "provisionally", "partly", "tentatively", "supposedly", "he", "she",
    "they", "who", "why", "how", "whether", "?", "...", "tomorrow", "later", "yet", "hypothetically", "unwillingly", "must", "had", "otherwise", "sarcastically",
]  # fmt: skip

# The same in other languages: yeses, what stands before them, what stands behind them.
OTHERS = {
    "de": (["Ja", "Einverstanden", "Ich stimme zu", "Ich bin einverstanden", "Bestätigt", "Ich akzeptiere alles"],
           ["Nicht:", "Wenn Maya mitmacht,", "Er sagt:", "Kein", "Nie", "Vielleicht", "Im Prinzip", "Morgen:", "Falls das geht,", "Muss ich schreiben:", "Sie schreibt", "Fast"],
           ["wenn Jonas zustimmt", "falls das stimmt", "sobald ich Zeit habe", "aber nicht Punkt 3", "außer Punkt 3", "nicht", "morgen", "unter einer Bedingung", "sagt sie", "oder?", "vielleicht", "noch nicht", "vorausgesetzt, alle machen mit", "bis auf Punkt 2", "eher nicht", "im Prinzip"]),
    "fr": (["Oui", "D'accord", "Je confirme", "J'accepte le texte", "Je suis d'accord", "C'est d'accord"],
           ["Si Maya veut,", "Il dit :", "Pas", "Jamais", "Peut-être", "En principe", "Demain :", "Faut-il écrire", "Elle écrit", "Presque"],
           ["si Jonas est d'accord", "à condition que tout change", "quand j'aurai lu", "mais pas le 3", "sauf le 3", "demain", "dit-elle", "peut-être", "pas encore", "sous réserve", "en principe", "à moins que", "dès que possible", "non"]),
    "es": (["Sí", "Si, acepto todo", "De acuerdo", "Confirmo", "Acepto el acuerdo", "Estoy de acuerdo", "Apruebo todo"],
           ["Si Maya quiere,", "Él dice:", "No", "Nunca", "Quizás", "En principio", "Mañana:", "¿Escribo", "Ella", "Casi"],
           ["si Jonas acepta", "siempre que cambie", "cuando lo lea", "pero no el 3", "salvo el 3", "mañana", "dice ella", "quizás", "todavía no", "con reservas", "en principio", "a menos que", "menos el punto 2", "no"]),
    "it": (["Sì", "D'accordo", "Confermo", "Accetto tutto", "Sono d'accordo", "Approvo il testo"],
           ["Se Maya vuole,", "Lui dice:", "Non", "Mai", "Forse", "In linea di massima", "Domani:", "Devo scrivere", "Lei", "Quasi"],
           ["se Jonas accetta", "purché cambi", "quando avrò letto", "ma non il 3", "tranne il 3", "domani", "dice lei", "forse", "non ancora", "con riserva", "a meno che", "no"]),
    "nl": (["Ja", "Akkoord", "Ik ga akkoord", "Mee eens", "Ik bevestig het", "Goedgekeurd"],
           ["Als Maya wil,", "Hij zegt:", "Niet", "Nooit", "Misschien", "In principe", "Morgen:", "Moet ik schrijven:", "Zij", "Bijna"],
           ["als Jonas akkoord is", "mits het verandert", "zodra ik het lees", "maar niet punt 3", "behalve 3", "morgen", "zegt ze", "misschien", "nog niet", "onder voorbehoud", "tenzij", "niet"]),
    "pt": (["Sim", "De acordo", "Confirmo", "Aceito o acordo", "Concordo com tudo", "Estou de acordo"],
           ["Se a Maya quiser,", "Ele diz:", "Não", "Nunca", "Talvez", "Em princípio", "Amanhã:", "Devo escrever", "Ela", "Quase"],
           ["se o Jonas aceitar", "desde que mude", "quando eu ler", "mas não o 3", "exceto o 3", "amanhã", "diz ela", "talvez", "ainda não", "com reservas", "a menos que", "não"]),
    "pl": (["Tak, zgadzam się", "Zgoda", "Akceptuję", "Potwierdzam", "Zgadzam się ze wszystkim"],
           ["Jeśli Maja chce,", "On mówi:", "Nie", "Nigdy", "Może", "W zasadzie", "Jutro:", "Czy", "Ona", "Prawie"],
           ["jeśli Jonas się zgodzi", "pod warunkiem że", "kiedy przeczytam", "ale nie punkt 3", "oprócz punktu 3", "jutro", "mówi ona", "może", "jeszcze nie", "chyba że", "nie"]),
    "sv": (["Ja", "Jag instämmer", "Jag godkänner", "Håller med"], ["Om Maya vill,", "Han säger:", "Inte", "Aldrig", "Kanske", "I princip", "Imorgon:"],
           ["om Jonas vill", "men inte 3", "utom 3", "imorgon", "säger hon", "kanske", "inte än", "inte"]),
    "zh": (["同意", "我同意", "确认", "我接受"], ["如果大家", "他说", "不", "没", "也许", "原则上", "明天", "她", "要是", "请", "你", "他们"],
           ["吗", "，如果大家都", "，但是第三条不行", "，除了第三条", "，明天", "，他说", "才怪", "的话", "，还没", "了吗", "不了"]),
    "ja": (["同意します", "承認します", "はい、同意します"], ["もし彼が", "彼は", "彼女が", "まだ", "たぶん", "明日", "全員が"],
           ["か", "が、三番は別です", "とは言えません", "、もし変われば", "、明日", "と彼は言った", "かもしれません", "ね？", "まだ"]),
    "ar": (["أوافق", "نعم أوافق", "موافق"], ["إذا وافق", "هو", "لا", "لن", "ربما", "غدا", "لم", "غير"], ["إذا تغير", "ولكن ليس البند الثالث", "إلا البند الثالث", "غدا", "كما قال", "ربما", "ليس بعد"]),
    "hi": (["मैं सहमत हूँ", "सहमत हूँ", "मुझे स्वीकार है"], ["अगर माया चाहे तो", "वह कहता है", "शायद", "कल", "यदि"], ["अगर सब मानें", "लेकिन तीसरा नहीं", "नहीं", "कल", "शायद", "या नहीं"]),
}  # fmt: skip
# One word of doubt anywhere in a yes undoes it in other languages too.
UNDOING_OTHERS = {
    "de": "wenn falls sobald nicht nie kein keine kaum fast vielleicht eventuell teilweise bedingt aber außer ohne würde könnte hätte nein erst noch später morgen sie er wir ob warum vorausgesetzt angenommen angeblich halb ungern",
    "fr": "si ne pas jamais plus presque peut-être mais sauf sans quand serais serait non demain plus~tard elle il nous dit presque bientôt sinon hormis pourvu éventuellement partiellement",
    "es": "si no nunca casi quizás tal~vez pero salvo sin cuando estaría tampoco mañana luego ella él nosotros dice menos siempre~que ojalá parcialmente apenas",
    "it": "se non mai quasi forse tranne senza quando sarei nemmeno domani poi lei lui noi dice salvo purché magari parzialmente appena",
    "nl": "als niet nooit bijna misschien maar behalve zonder wanneer zou geen nee morgen later zij hij wij zegt mits tenzij deels nauwelijks nog",
    "pt": "se não nunca quase talvez mas exceto sem quando estaria nem amanhã depois ela ele nós diz salvo desde~que oxalá parcialmente mal",
    "pl": "jeśli nie nigdy prawie może ale oprócz bez kiedy gdyby chyba raczej jutro później ona on my mówi czy częściowo ledwo by",
    "sv": "om inte aldrig nästan kanske men utom när skulle nej imorgon senare hon han vi säger delvis",
    "zh": "不 没 未 如果 也许 但 除 她 他 他们 吗 待 将 会 想 请 非 无",
    "ja": "もし まだ たぶん 彼 が か ない ません ば たい らしい でしょう 後で",
    "ar": "لا لم لن ليس إذا ربما لكن إلا هو هي غدا هل سوف غير لو",
    "hi": "नहीं अगर शायद लेकिन मगर सिवाय वह कल क्या न यदि तो",
}  # fmt: skip


def variants() -> Iterator[tuple[str, str]]:
    """Each kind and text, in an order that never changes."""
    for yes in (*ENGLISH, *_plain("en")):
        for said in (yes, yes[:1].lower() + yes[1:]):
            for condition in CONDITIONS:
                for clause in CLAUSES if yes in ENGLISH else CLAUSES[:1]:
                    for shape in SHAPES:
                        yield "conditional", shape.format(y=said, k=condition.format(c=clause))
            yield from (("negated", shape.format(y=said)) for shape in NEGATED)
            yield from (("quoted", shape.format(y=said)) for shape in QUOTED)
            yield from (("third person", shape.format(y=said, p=p)) for shape in SAID for p in PEOPLE)
            for word in LATER:
                yield from (("deferred", shape.format(y=said, k=word)) for shape in SHAPES)
            for word in EXCEPT:
                yield from (("excepted", shape.format(y=said, k=word)) for shape in SHAPES[:3])
    for yes in (*ENGLISH, *_plain("en")):
        words = yes.split()
        for undoing in UNDOING:
            yield from (("undone", " ".join([*words[:k], undoing, *words[k:]])) for k in range(len(words) + 1))
    for language, (yeses, before, after) in OTHERS.items():
        for yes in (*yeses, *_plain(language)):
            for said in (yes, yes[:1].lower() + yes[1:]):
                yield from ((language, f"{word} {said}") for word in before)
                yield from ((language, f"{word}{said}") for word in before if language in ("zh", "ja"))
                yield from ((language, f"{said}{join}{word}") for word in after for join in (" ", ", ", "\n"))
                yield from ((language, f"{said}{word}") for word in after if language in ("zh", "ja"))
                yield from ((language, text) for text in _undone(said, UNDOING_OTHERS[language], language))
                yield from (
                    (language, shape.format(y=said)) for shape in ('"{y}"', "{y}?", "> {y}", "«{y}»", "{y}…", "{y} ...")
                )


def _undone(yes: str, undoing: str, language: str) -> Iterator[str]:
    """The yes with each word of doubt put between any two of its words, or signs."""
    join = "" if language in ("zh", "ja") else " "
    words = list(yes) if not join else yes.split()
    for doubt in undoing.split():
        yield from (join.join([*words[:k], doubt.replace("~", " "), *words[k:]]) for k in range(len(words) + 1))


def _plain(language: str) -> list[str]:
    """The yeses of one line and one sentence, without their stop, so that something can be put before and behind them."""
    found = [yes.rstrip(" .!。！।") for yes in YESES[language]]
    return [yes for yes in found if not re.search(r"[.!?。！।\n¡]", yes)]


def clear() -> list[str]:
    """The yeses that the texts are made of."""
    return [*ENGLISH, *(yes for yeses, _, _ in OTHERS.values() for yes in yeses)]


def main() -> int:
    """Read all of them, and name each that was taken for a yes."""
    made: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for kind, text in variants():
        made[kind] += 1
        if read_consent(text, LINES).verdict == "confirm":
            wrong[kind] += 1
            sys.stdout.write(f"taken for a yes ({kind}): {text!r}\n")
    for kind, n in made.items():
        sys.stdout.write(f"{kind:>14} {n:>8} {wrong[kind]:>5}\n")
    sys.stdout.write(f"{'all':>14} {made.total():>8} {wrong.total():>5}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
