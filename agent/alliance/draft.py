"""The draft: numbered lines made of people's own words. Pure functions of values; `edit` changes them.

A line is a sentence that a person typed, unchanged but for trimming, a capital, a full stop and the name in front
(decision 1). What asks something of another person is a request until that person says yes to it (F23).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from agent.alliance import letters
from agent.alliance.binds import Asked, bound_by
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Answer, Changed, Draft, Line, Option, Participant
from agent.alliance.parts import Prompt
from agent.alliance.words import joined, say_day, say_rhythm

LONG = 12  # lines on how we act, beyond which the letter asks which matter most (decision 8)
TRIAL_DAYS = 30  # of a way of meeting that was chosen to try (decision 3)
_ACT = frozenset({"personal", "shared", "exchange"})

_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]?[A-ZÀ-ÞΑ-ΩА-Я0-9])")


def tidy(text: str) -> str:
    """Trim, join broken lines, and give a capital and a full stop; the words stay."""
    text = " ".join(unicodedata.normalize("NFC", text).split()).lstrip("-*•– ").strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?…”\"'’)" else text + "."


def same(a: str, b: str) -> bool:
    """Whether two answers are literally equal, but for case, space and closing punctuation."""
    return plain(a) == plain(b)


def plain(text: str) -> str:
    """The words alone, for comparing."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def sentences(text: str) -> Iterator[str]:
    """The sentences of an answer, a new line always ending one unless it is a wrapped one."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)|(?<=[.!?…])\s*\n", text):
        yield from (s.strip() for s in _SENTENCE.split(" ".join(paragraph.split())) if s.strip())


def asks_of(text: str, author: Participant, people: Iterable[Participant], asked: Asked = "exchange") -> int:
    """Whom this binds besides its author: a participant's number, 0 for nobody. In doubt it is a request (F23)."""
    others = [p for p in people if p.number != author.number]
    return next((p.number for s in sentences(text) for p in others if _binds(s, author, p, others, asked)), 0)


def _binds(sentence: str, author: Participant, p: Participant, others: list[Participant], asked: Asked) -> bool:
    """Whether a sentence binds this one of several others. Of a team it has to name them: "you" is all of it."""
    meant = len(others) == 1 or named(sentence, p)
    return meant and bound_by(by_first_name(sentence, p), author.name, p.name, asked) == "theirs"


def named(sentence: str, p: Participant) -> bool:
    """Whether a sentence calls this person by name."""
    return re.search(rf"(?<!\w){re.escape(p.name)}(?!\w)", by_first_name(sentence, p), re.IGNORECASE) is not None


def by_first_name(sentence: str, p: Participant) -> str:
    """The sentence with "Mr Berg" and "Jonas Berg" called Jonas, as everybody is called on the page."""
    first, *rest = p.full_name.split()[:1] + p.full_name.split()[-1:] or [""]
    if not rest or first == rest[0]:
        return sentence
    full = rf"\b(?:(?:mr|mrs|ms|dr|herr|frau)\.?\s+)?(?:{re.escape(first)}\s+)?{re.escape(rest[0])}\b"
    return re.sub(full, p.name or first, sentence, flags=re.IGNORECASE)


def promises(text: str, author: Participant, people: Iterable[Participant]) -> bool:
    """Whether its author speaks of what they do themselves, and of nothing that another does."""
    said = {
        bound_by(by_first_name(s, p), author.name, p.name)
        for s in sentences(text)
        for p in people
        if p.number != author.number
    }
    return "mine" in said and "theirs" not in said


# ---------------------------------------------------------------- lines out of answers


def first_lines(flow: Flow, alliance: Alliance) -> tuple[Line, ...]:
    """The lines of draft 1, in the order of the flow's sections, with ids from 1."""
    found: list[Line] = []
    for prompt in flow.prompts.values():
        if prompt.kind == "hopes":  # hopes and fears are never put in the draft (F06, S13)
            continue
        found += list(_lines_of(flow, alliance, prompt))
    return with_ids(flow, found)


def with_ids(flow: Flow, lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines in the order of the page, with ids from 1."""
    return tuple(replace(line, id=i) for i, line in enumerate(_in_order(flow, lines), 1))


def _in_order(flow: Flow, lines: Iterable[Line]) -> tuple[Line, ...]:
    """As they stand on the page: by section, open points in theirs."""
    order = {s.id: i for i, s in enumerate(flow.sections)}
    return tuple(sorted(lines, key=lambda line: order["open" if line.open else line.section]))


def _lines_of(flow: Flow, alliance: Alliance, prompt: Prompt) -> Iterator[Line]:
    said = alliance.said(prompt.id)
    match prompt.kind:
        case "why" | "personal" | "between":
            for p, a in said:
                yield Line(0, prompt.section, tidy(a.text), (p.number,), (a.cause,), owner=p.number)
        case "shared":
            yield from _shared(alliance, prompt, said)
        case "exchange":
            for p, a in said:
                yield from exchange_lines(prompt.section, p, a, alliance.present)
        case "meeting":
            yield from _meeting(flow, alliance, prompt, said)
        case "rhythm" if alliance.rhythm is not None:
            everyone = tuple(p.number for p in alliance.present)
            text = f"{flow.words.rhythm} {say_rhythm(alliance.rhythm, flow.language)}."
            yield Line(0, prompt.section, text, everyone, tuple(a.cause for _, a in said))


def _shared(alliance: Alliance, prompt: Prompt, said: list[tuple[Participant, Answer]]) -> Iterator[Line]:
    everyone = tuple(p.number for p in alliance.present)
    if chosen := agreed_choice(alliance, prompt.id):
        text, causes = chosen
        yield Line(0, prompt.section, tidy(text), everyone, causes)
    elif len(said) == len(everyone) and _alike(said):
        yield Line(0, prompt.section, tidy(said[0][1].text), everyone, tuple(a.cause for _, a in said))
    else:
        for p, a in said:
            asked = asks_of(a.text, p, alliance.present, "shared")
            yield Line(0, prompt.section, tidy(a.text), (p.number,), (a.cause,), asked_of=asked)


def _alike(said: list[tuple[Participant, Answer]]) -> bool:
    """Whether several said the same. "You pay", said by each to the other, is not the same."""
    first, people = said[0][1].text, [p for p, _ in said]
    equal = len(said) > 1 and all(same(a.text, first) for _, a in said)
    return equal and not all(asks_of(first, p, people, "shared") for p in people)


def exchange_lines(
    section: str, author: Participant, answer: Answer, people: tuple[Participant, ...]
) -> Iterator[Line]:
    """Promises and requests. A sentence that says neither belongs to the one before it; "we" lines bind by AGREE."""
    groups: list[tuple[int, int, list[str]]] = []  # (asked of, owner, sentences)
    others = [p for p in people if p.number != author.number] or [replace(author, number=0, name="", full_name="")]
    for sentence in sentences(answer.text):
        bound = {bound_by(by_first_name(sentence, p), author.name, p.name) for p in others}
        asked = next((p.number for p in others if _binds(sentence, author, p, others, "exchange")), None)
        if asked is not None:
            groups.append((asked, 0, [sentence]))
        elif "mine" in bound:
            groups.append((0, author.number, [sentence]))
        elif "ours" in bound:
            groups.append((0, 0, [sentence]))
        elif groups:
            groups[-1][2].append(sentence)
        else:
            groups.append((0, author.number, [sentence]))
    for asked, owner, parts in groups:
        text = tidy(" ".join(parts))
        if not text:
            continue
        yield Line(0, section, text, (author.number,), (answer.cause,), owner=owner, asked_of=asked)


def options(alliance: Alliance, prompt_id: str) -> list[tuple[str, int, str, str]]:
    """What can be chosen for a shared prompt: (letter, whose, words, cause); joined lines follow the answers."""
    found = [(p.number, a.text, a.cause) for p, a in alliance.said(prompt_id)]
    if prompt_id in alliance.order:  # a team's letters stay where its reveal had them, whoever leaves or answers later
        order = alliance.order[prompt_id]
        said = {n: (text, cause) for n, text, cause in found}
        return [(letter_at(place), n, *said[n]) for place, n in enumerate(order) if n in said]
    found += [(c.participant, c.text, c.cause) for c in alliance.choices if c.prompt == prompt_id and c.text]
    return [(chr(ord("A") + i), n, text, cause) for i, (n, text, cause) in enumerate(found[:26])]


def letter_at(place: int) -> str:
    """A to Z, then AA, AB: a team of fifty has as many answers."""
    return chr(ord("A") + place) if place < 26 else letter_at(place // 26 - 1) + letter_at(place % 26)


def agreed_choice(alliance: Alliance, prompt_id: str) -> tuple[str, tuple[str, ...]] | None:
    """The words that everybody chose for a shared prompt, with the causes; None when they did not all choose the same.

    Words count, not letters: an answer that was corrected after it was chosen is not what was chosen.
    """
    latest = {c.participant: c for c in alliance.choices if c.prompt == prompt_id}
    present = [p.number for p in alliance.present]
    chosen = {plain(latest[n].words) for n in present if n in latest}
    if len(present) < 2 or len(chosen) != 1 or any(n not in latest for n in present):
        return None
    option = next((o for o in options(alliance, prompt_id) if plain(o[2]) in chosen), None)
    return (option[2], (option[3], *(latest[n].cause for n in present))) if option else None


def _meeting(flow: Flow, alliance: Alliance, prompt: Prompt, said: list[tuple[Participant, Answer]]) -> Iterator[Line]:
    everyone = tuple(p.number for p in alliance.present)
    settled = next((s for s in alliance.settlements if s.prompt == prompt.id), None)
    meet = flow.words.meet
    causes = tuple(a.cause for _, a in said)
    if settled is not None and settled.outcome is not None:
        yield from _settled_line(flow, alliance, prompt, settled.outcome, said)
    elif not said:
        yield Line(0, prompt.section, flow.words.unmet, (), (), open=True)
    elif _alike(said):
        yield Line(0, prompt.section, f"{meet}: {tidy(said[0][1].text)}", everyone, causes)
    else:
        yield from _views(flow, alliance, prompt, said)


def _views(
    flow: Flow, alliance: Alliance, prompt: Prompt, said: list[tuple[Participant, Answer]], *, left_open: bool = False
) -> Iterator[Line]:
    """What each says of when and where; who would have the other do something there asks for it."""
    for p, a in said:
        text, sentence = f"{flow.words.meet}: {tidy(a.text)}", f"{flow.words.meet} {a.text}"
        asked = asks_of(sentence, p, alliance.present, "shared")
        yield Line(0, prompt.section, text, (p.number,), (a.cause,), asked_of=asked, open=left_open)


def _settled_line(
    flow: Flow, alliance: Alliance, prompt: Prompt, outcome: Option, said: list[tuple[Participant, Answer]]
) -> Iterator[Line]:
    if outcome.kind in ("theirs", "trial", "joined"):
        days = TRIAL_DAYS if outcome.kind == "trial" else 0
        text, everyone = f"{flow.words.meet}: {tidy(outcome.text)}", tuple(p.number for p in alliance.present)
        yield Line(0, prompt.section, text, everyone, tuple(a.cause for _, a in said), trial_days=days)
        return
    yield from _views(flow, alliance, prompt, said, left_open=outcome.kind == "open")


# ---------------------------------------------------------------- the page


def line_text(flow: Flow, alliance: Alliance, line: Line) -> str:
    """A line as it stands on the page: the name in front of what is one person's, the author behind what is a view."""
    names = {p.number: p.name for p in alliance.participants}
    everyone = {p.number for p in alliance.present}
    tags = []
    text = line.text
    if line.asked_of and flow.is_team:  # whose answer it was stays without a name
        text = f"{flow.words.asked.format(b=names[line.asked_of])}: {text}"
    elif line.asked_of:
        asks = flow.words.asks.format(a=names[line.by[0]], b=names[line.asked_of])
        text = f"{asks}: {text}"
    elif line.owner:
        text = f"{names[line.owner]}: {text}"
    elif flow.is_team:  # the team's own lines carry no names (T12)
        pass
    elif len(line.by) > 1 and set(line.by) >= everyone:
        tags.append(flow.words.both if len(everyone) == 2 else joined([names[n] for n in line.by], flow.language))
    elif line.by:
        tags.append(joined([names[n] for n in line.by], flow.language))
    if line.trial_days:
        tags.append(flow.words.trial.format(days=line.trial_days))
    if line.trial_until:
        tags.append(flow.words.trial_until.format(day=say_day(line.trial_until, flow.language)))
    return f"{text} ({', '.join(tags)})" if tags else text


def sections_of(flow: Flow, alliance: Alliance, lines: tuple[Line, ...]) -> tuple[letters.PageSection, ...]:
    """The page: titled sections of numbered lines, open points last."""
    numbered = list(enumerate(lines, 1))
    found = []
    for section in flow.sections:
        here = [(n, line) for n, line in numbered if (("open" if line.open else line.section) == section.id)]
        if here:
            page = tuple(
                letters.PageLine(n, line_text(flow, alliance, line), _views_of(flow, alliance, line))
                for n, line in here
            )
            found.append(letters.PageSection(section.title, page))
    return tuple(found)


def _views_of(flow: Flow, alliance: Alliance, line: Line) -> tuple[str, ...]:
    """The views of a minority under a line that stands as it was objected to, if their authors want it (spec 4.5)."""
    texts = {d.version: x.text for d in alliance.drafts[: alliance.agreed] for x in d.lines if x.id == line.id}
    views = (o.why for o in alliance.objections if o.shown and o.line == line.id and texts.get(o.version) == line.text)
    return tuple(flow.words.objected.format(words=tidy(why)) for why in dict.fromkeys(views))


def page_text(flow: Flow, alliance: Alliance, lines: tuple[Line, ...]) -> str:
    """The exact text that people agree to: UTF-8, NFC, LF, and no dates that depend on the day of signing (decision 6)."""
    out = [flow.title if flow.is_team else joined([p.name for p in alliance.present], flow.language)]
    for section in sections_of(flow, alliance, lines):
        out += ["", section.title.upper(), *(f"{line.number}. {line.text}" for line in section.lines)]
    out += ["", flow.words.notice, ""]
    return unicodedata.normalize("NFC", "\n".join(out))


def made(
    flow: Flow, alliance: Alliance, lines: tuple[Line, ...], now: datetime, changed: tuple[Changed, ...] = ()
) -> Draft:
    """The next draft with these lines, put in the order of the page."""
    lines = _in_order(flow, lines)
    text = page_text(flow, alliance, lines)
    digest = hashlib.sha256(text.encode()).hexdigest()
    numbers = {line.id: n for n, line in enumerate(lines, 1)}
    changed = tuple(replace(c, number=numbers[c.id]) if not c.was and c.id in numbers else c for c in changed)
    return Draft(len(alliance.drafts) + 1, lines, text, digest, now, changed)


def asks_of_me(lines: tuple[Line, ...], number: int) -> tuple[int, ...]:
    """The numbers of the lines that ask something of this participant."""
    return tuple(n for n, line in enumerate(lines, 1) if line.asked_of == number)


def is_long(flow: Flow, lines: tuple[Line, ...]) -> bool:
    """Whether there are more than twelve lines on how we act."""
    acting = {p.section for p in flow.prompts.values() if p.kind in _ACT}
    return sum(1 for line in lines if line.section in acting) > LONG


def difference(
    flow: Flow, alliance: Alliance, old: tuple[Line, ...], new: tuple[Line, ...], by: int
) -> tuple[Changed, ...]:
    """Every line whose words on the page differ, with both wordings (F27)."""
    before = {line.id: (n, line_text(flow, alliance, line), line.open) for n, line in enumerate(old, 1)}
    after = {line.id: (line_text(flow, alliance, line), line.open) for line in new}
    title = next(s.title for s in flow.sections if s.id == "open")
    found = []
    for line_id, (number, was, was_open) in before.items():
        now, is_open = after.get(line_id, ("", was_open))
        if now == was and is_open != was_open:  # the same words move to or from the open points
            told = (was, f"{title}: {now}") if is_open else (f"{title}: {was}", now)
            found.append(Changed(line_id, number, *told, by))
        elif now != was:
            found.append(Changed(line_id, number, was, now, by))
    found += [Changed(i, 0, "", text, by) for i, (text, _) in after.items() if i not in before]
    return tuple(found)
