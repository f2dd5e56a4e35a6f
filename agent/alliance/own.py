"""What is one person's own: all that they wrote, and the agreement, to read and to take along (F57). Pure."""

from agent.alliance import letters
from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Person


def own_of(flow: Flow, alliance: Alliance, number: int) -> letters.Own:
    """All and only what this participant wrote or said yes to, every version of it."""
    p = alliance.participant(number)
    person = alliance.people.get(p.address) or Person(p.address)
    titles = {"why": flow.words.why} | {prompt.id: prompt.title for prompt in flow.prompts.values()}
    answers = [
        letters.OwnAnswer(titles.get(a.prompt, a.prompt), a.text, a.private, a.at)
        for a in alliance.answers
        if a.participant == number and not a.passed
    ]
    answers += [
        letters.OwnAnswer(titles.get(g.prompt, g.prompt), "", "", g.at, g.text)
        for g in alliance.guesses
        if g.participant == number
    ]
    answers += [letters.OwnAnswer("", x.text, "", x.at) for x in alliance.passages if x.author == number and x.text]
    chosen = [*alliance.choices, *(choice for s in alliance.settlements for choice in s.replies)]
    if flow.solo:  # a bank proposes whom to look at: names that stand in its answers
        chosen = []
    answers += [
        letters.OwnAnswer(titles.get(c.prompt, c.prompt), c.words or c.text or c.letter, "", c.at)
        for c in chosen
        if c.participant == number
    ]
    answers += [
        letters.OwnAnswer(f"AGREE {c.version}", c.words, "", c.at)
        for c in alliance.confirmations
        if c.participant == number
    ]
    answers += [
        letters.OwnAnswer(flow.checkin.worth, str(w.rating), "", w.at)
        for w in alliance.worths
        if w.participant == number
    ]
    answers += [
        letters.OwnAnswer(f"OBJECT {o.version}", o.why, "", o.at)
        for o in alliance.objections
        if o.participant == number
    ]
    answers += [
        letters.OwnAnswer(f"DRAFT {w.version}", w.text, "", w.at) for w in alliance.proposals if w.participant == number
    ]
    replies = [r for c in alliance.checkins for r in c.replies if r.participant == number and not r.passed]
    page = alliance.page_of(number) if alliance.agreed else None
    return letters.Own(
        name=p.name,
        address=p.address,
        zone=person.zone,
        answers=tuple(sorted(answers, key=lambda a: a.at)),
        checkins=tuple(letters.OwnCheckin(r.at, r.rating, r.works, r.care, r.line) for r in replies),
        version=page.version if page else 0,
        sha256=page.sha256 if page else "",
        agreement=page.text if page else "",
    )
