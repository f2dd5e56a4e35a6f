"""How our letters sound, language by language: what none of them may say, and how easily they read (spec section 5).

Each language has a formula of its own, since they count what is hard in that language: Flesch and Kincaid's for English, and
the first Vienna formula for German (Bamberger and Vanecek 1984). Both give the school year in which a text can be read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

GRADE = 6.0  # at most, in every language: more people answer, and children and second-language readers can follow
WORD = re.compile(r"[^\W_]+(?:['’.@/:-][^\W_]+)*")
_STOPS = re.compile(r"(?<=[.?!…])[”\")]*\s+")


@dataclass(frozen=True, slots=True)
class Tone:
    """The words of the house rules in one language."""

    grade: Callable[[str], float]
    ways_out: re.Pattern[str]
    guilt: re.Pattern[str]
    jargon: re.Pattern[str]
    causes: re.Pattern[str]
    praise: re.Pattern[str]
    pronouns: re.Pattern[str]


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a letter: they end with a stop, or where their line does."""
    lines = text.replace("...", "").splitlines()
    return tuple(s for line in lines for s in _STOPS.split(line.strip()) if WORD.search(s))


def _flesch_kincaid(text: str) -> float:
    """How many years of school a text asks for, by Flesch and Kincaid's formula with counted vowel groups as syllables."""
    spoken = [WORD.findall(sentence) for sentence in sentences(text)]
    spoken = [words for words in spoken if words]
    count = sum(len(words) for words in spoken)
    if not count:
        return 0.0
    return 0.39 * count / len(spoken) + 11.8 * sum(syllables(w) for words in spoken for w in words) / count - 15.59


def _vienna(text: str) -> float:
    words = WORD.findall(text)
    if not words:
        return 0.0
    counts = [_german_syllables(w) for w in words]
    hard = sum(n > 2 for n in counts)
    long = sum(len(w) > 6 for w in words)
    easy = sum(n == 1 for n in counts)
    share = 100 / len(words)
    return (
        0.1935 * hard * share
        + 0.1672 * len(words) / len(sentences(text))
        + 0.1297 * long * share
        - 0.0327 * easy * share
        - 0.875
    )


def _german_syllables(word: str) -> int:
    """How many syllables a German word has: groups of vowels, in which a pair such as "ei" is one."""
    return max(1, len(re.findall(r"[aeiouyäöü]+", word.lower())))


def syllables(word: str) -> int:
    """How many syllables an English word has, nearly: groups of vowels, without the silent e."""
    low = word.lower().replace("’", "'")
    if not low.isascii() or not any(c.isalpha() for c in low):
        return 1
    count = len(re.findall(r"[aeiouy]+", low))
    if re.search(r"[^aeiouyl]es?$|[^aeiouydt]ed$", low) and not re.search(r"(?:[sxz]|ch|sh|c|g)es$", low):
        count -= 1
    return max(1, count)


TONES = {
    "en": Tone(
        grade=_flesch_kincaid,
        ways_out=re.compile(
            r"\b(?:PASS|PAUSE|STOP|LATER|NO THANKS|NOT NOW|CLOSE|KEEP|[Ll]eave it|[Nn]o reply is fine|nothing (?:more )?to do|nothing changes)\b"
        ),
        guilt=re.compile(
            r"still haven['’]t|waiting (?:for|on) you|last chance|you must|you have to|you need to|you should|everyone else|everybody else|"
            r"has already answered|have already answered|just checking|friendly reminder|reminder|don['’]t forget|overdue|hurry up|as soon as possible|"
            r"asap|urgent|deadline|too late|you missed|you forgot|disappoint|let (?:\w+ )?down|running out|days? left|\d+ days ago|final notice",
            re.IGNORECASE,
        ),
        jargon=re.compile(
            r"\b(?:stakeholders?|align(?:ed|ment|ing)?|facilitat\w*|psychological\w*|leverag\w*|synerg\w*|empower\w*|engag\w*|process|feedback loop|"
            r"onboard\w*|actionable|deliverables?|holistic\w*|framework|paradigm|proactive\w*|optimi[sz]\w*|utili[sz]\w*|touch ?base|journey|"
            r"best practice\w*|action items?|bandwidth|circle back|deep dive|mindful\w*|transform\w*|platform|user|account|token|workflow)\b",
            re.IGNORECASE,
        ),
        causes=re.compile(r"\b(?:because of|thanks to|led to|due to|caused by|as a result)\b", re.IGNORECASE),
        praise=re.compile(
            r"\bI feel\b|\b(?:great|good|lovely|wonderful|excellent|perfect|beautiful|amazing) (?:answer|job|work|reply|question)\b|well done|"
            r"proud of you|love (?:this|that|it)\b",
            re.IGNORECASE,
        ),
        pronouns=re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b", re.IGNORECASE),
    ),
    "de": Tone(
        grade=_vienna,
        ways_out=re.compile(
            r"\b(?:PASS|PAUSE|STOPP|SPÄTER|NEIN DANKE|NICHT JETZT|BEENDEN|BEHALTEN|[Kk]eine Antwort ist auch gut|[Ll]ass es hier|es hier lassen|nichts (?:mehr )?zu tun|bleibt alles, wie es ist)\b"
        ),
        guilt=re.compile(
            r"immer noch nicht|warte[nt]? auf dich|letzte Chance|du musst|du solltest|alle anderen haben|schon geantwortet|nur kurz nachfragen|Erinnerung|"
            r"vergiss nicht|überfällig|beeil|so bald wie möglich|dringend|Frist|zu spät|du hast (?:es )?(?:verpasst|vergessen)|enttäusch|im Stich|läuft ab|"
            r"Tagen? übrig|vor \d+ Tagen|letzte Mahnung",
            re.IGNORECASE,
        ),
        jargon=re.compile(
            r"\b(?:Stakeholder\w*|Alignment|Prozess\w*|Synergie\w*|Framework\w*|Paradigma|proaktiv\w*|optimier\w*|Onboarding|Journey|Plattform\w*|"
            r"Nutzer\w*|Account\w*|Token\w*|Workflow\w*|Commitment\w*|Mindset|nachhaltig\w*|ganzheitlich\w*|zielführend\w*|Feedbackschleife\w*)\b",
            re.IGNORECASE,
        ),
        causes=re.compile(r"\b(?:wegen|dank|aufgrund|führte zu|infolge|deshalb|deswegen)\b", re.IGNORECASE),
        praise=re.compile(
            r"\bich fühle\b|\b(?:toll|gut|super|wunderbar|großartig|perfekt|schön|klasse)e[rs]? (?:Antwort|Arbeit|Frage)\b|gut gemacht|stolz auf dich",
            re.IGNORECASE,
        ),
        pronouns=re.compile(r"(?!)"),  # "er", "sie" and "sein" are things and the verb to be as well
    ),
}
