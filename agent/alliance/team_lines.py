"""A team's first draft: few lines, made of what its members wrote, chose and promised (S32 to S34). Pure."""

from collections.abc import Iterable

from agent.alliance import draft as page
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Answer, Line, Participant, Proposal
from agent.alliance.parts import Prompt
from agent.alliance.words import joined

MOST = 3  # lines of one prompt on the page; two when members chose among them


def counted(prompt: Prompt, texts: Iterable[str]) -> list[tuple[str, int]]:
    """How often each offered word was named, the most named first: what can be computed and checked (decision 4)."""
    plain = [f" {page.plain(text)} " for text in texts]
    found = [(c, sum(f" {page.plain(c)} " in text for text in plain)) for c in prompt.choices]
    return sorted([x for x in found if x[1]], key=lambda x: -x[1])


def first_lines(flow: Flow, alliance: Alliance) -> tuple[Line, ...]:
    """The lines of a team's first draft, in the order of the prompts; what was added at a reveal stands behind them."""
    found: list[Line] = []
    sections: list[str] = []
    for prompt in flow.prompts.values():
        match prompt.kind:
            case "counted":
                found += _felt(flow, alliance, prompt)
            case "promise" if prompt.section not in sections:
                sections.append(prompt.section)
                found += _promises(flow, alliance, prompt.section)
            case "shared":
                found += [line for line, _ in _supported(alliance, prompt)[: _room(alliance, prompt)]]
    here = {p.number for p in alliance.present}
    found += [added(flow, alliance, p, 0) for p in alliance.proposals if p.version == 0 and p.participant in here]
    return page.with_ids(flow, found)


def added(flow: Flow, alliance: Alliance, words: Proposal, line_id: int) -> Line:
    """A new line in a member's words: their promise with their name, a request to somebody they name, or the team's."""
    author = alliance.participant(words.participant)
    promises = {q.section for q in flow.prompts.values() if q.kind == "promise"}
    shared = next(q.section for q in reversed(flow.prompts.values()) if q.kind == "shared")
    asked = page.asks_of(words.text, author, alliance.present, "shared")
    mine = not asked and (words.section in promises or page.promises(words.text, author, alliance.present))
    return Line(
        line_id,
        words.section or shared,
        page.tidy(words.text),
        (author.number,),
        (words.cause,),
        owner=author.number if mine else 0,
        asked_of=asked,
        hand=True,
    )


def is_long(lines: tuple[Line, ...]) -> bool:
    """Whether there are more than twelve lines that are nobody's own (decision 8)."""
    return sum(1 for line in lines if not (line.owner or line.open)) > page.LONG


def left_out(flow: Flow, alliance: Alliance) -> int:
    """How many answers to shared prompts are not on the page, so that the letter can say so."""
    shared = [q for q in flow.prompts.values() if q.kind == "shared"]
    return sum(max(0, len(_supported(alliance, q)) - _room(alliance, q)) for q in shared)


def _felt(flow: Flow, alliance: Alliance, prompt: Prompt) -> list[Line]:
    """One line of the words that most named, counted and not merged (Q2)."""
    said = alliance.said(prompt.id)
    words = counted(prompt, [a.text for _, a in said])
    most = [word for word, n in words if n > 1][:2] or [word for word, _ in words][:2]
    if not most:
        return []
    naming = [(p, a) for p, a in said if counted(prompt.model_copy(update={"choices": tuple(most)}), [a.text])]
    text = flow.words.feels.format(words=joined(most, flow.language))
    return [Line(0, prompt.section, text, tuple(p.number for p, _ in naming), tuple(a.cause for _, a in naming))]


def _promises(flow: Flow, alliance: Alliance, section: str) -> list[Line]:
    """One line for each person, of what they promise themselves; what names another is asked of that one (F23)."""
    return [line for p in alliance.present for line in promises_of(flow, alliance, p, section)]


def promises_of(flow: Flow, alliance: Alliance, p: Participant, section: str) -> list[Line]:
    """What one person promises: one line, and a request for each sentence that names another. A question is no promise."""
    asked = [q.id for q in flow.prompts.values() if q.kind == "promise" and q.section == section]
    said = [a for q in asked if (a := alliance.answer(p.number, q)) and a.text]
    found: list[Line] = []
    own: list[str] = []
    for answer in said:
        for sentence in page.sentences(answer.text):
            if other := page.asks_of(sentence, p, alliance.present, "shared"):
                found.append(Line(0, section, page.tidy(sentence), (p.number,), (answer.cause,), asked_of=other))
            elif not sentence.endswith("?"):
                own.append(page.tidy(sentence))
    mine = [Line(0, section, " ".join(own), (p.number,), tuple(a.cause for a in said), owner=p.number)] if own else []
    return found + mine


def _supported(alliance: Alliance, prompt: Prompt) -> list[tuple[Line, int]]:
    """The lines that members gave or chose for a shared prompt, those with most behind them first."""
    behind: dict[str, list[int]] = {}
    words: dict[str, Answer] = {}
    for p in alliance.present:
        chosen = next(
            (c for c in reversed(alliance.choices) if (c.participant, c.prompt) == (p.number, prompt.id)), None
        )
        answer = alliance.answer(p.number, prompt.id)
        text = chosen.words if chosen else answer.text if answer else ""
        own = chosen.cause if chosen else answer.cause if answer else ""
        cause = next((c for _, _, t, c in page.options(alliance, prompt.id) if page.same(t, text)), own)
        if text:
            key = page.plain(text)
            behind.setdefault(key, []).append(p.number)
            words.setdefault(key, Answer(p.number, prompt.id, text, "", alliance.created, cause))
    order = [page.plain(text) for _, _, text, _ in page.options(alliance, prompt.id)]
    ranked = sorted(behind, key=lambda k: (-len(behind[k]), order.index(k) if k in order else len(order)))
    found = []
    for key in ranked:
        answer = words[key]
        asked = page.asks_of(answer.text, alliance.participant(answer.participant), alliance.present, "shared")
        line = Line(0, prompt.section, page.tidy(answer.text), tuple(behind[key]), (answer.cause,), asked_of=asked)
        found.append((line, len(behind[key])))
    return found


def _room(alliance: Alliance, prompt: Prompt) -> int:
    """How many lines of one prompt stand on the page: those that more than one wants, else a few."""
    wanted = sum(1 for _, n in _supported(alliance, prompt) if n > 1)
    return min(wanted, MOST - 1) if wanted else MOST
