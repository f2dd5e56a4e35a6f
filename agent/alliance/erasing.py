"""What is forgotten of a person: what nobody has seen, when they leave; all that is theirs, when they ask."""

from dataclasses import replace

from agent.alliance import draft as page
from agent.alliance import letters
from agent.alliance.model import Alliance, CheckinReply, Choice, Draft, Phase
from agent.alliance.turn import Turn


def forget_unrevealed(turn: Turn, number: int) -> None:
    """What nobody else has seen of a leaver's words is destroyed: answers, guesses, words to pass on (decision 18)."""
    shown = {q.id for part in turn.flow.parts if part.id in turn.alliance.revealed for q in part.prompts}
    since = turn.alliance.redesigned_at  # what was said before a redesign was shown long ago
    kept = tuple(
        a
        for a in turn.alliance.answers
        if a.participant != number or a.prompt in shown or (turn.alliance.drafts and not (since and a.at >= since))
    )
    turn.change(
        answers=kept,
        guesses=tuple(g for g in turn.alliance.guesses if g.participant != number),
        passages=tuple(
            replace(x, text="") if x.author == number and not x.passed else x for x in turn.alliance.passages
        ),
    )
    open_version = 0 if turn.alliance.phase == Phase.AGREED else len(turn.alliance.drafts)
    said = (number, open_version)
    turn.change(
        objections=tuple(o for o in turn.alliance.objections if (o.participant, o.version) != said),
        proposals=tuple(p for p in turn.alliance.proposals if (p.participant, p.version) != said),
        checkins=tuple(
            c if c.closed else replace(c, replies=tuple(r for r in c.replies if r.participant != number))
            for c in turn.alliance.checkins
        ),
    )


def erase(turn: Turn, number: int) -> None:
    """DELETE NOW: remove one's own data, never the partner's copy of the agreement; a tombstone remains (decision 17)."""
    agreed = bool(turn.alliance.agreed)
    turn.say(number, letters.Erased(agreed), "erased")
    alliance = turn.alliance
    turn.change(
        answers=tuple(a for a in alliance.answers if a.participant != number),
        guesses=tuple(g for g in alliance.guesses if g.participant != number),
        choices=_not_of(alliance, number) if turn.flow.is_team else (),  # the others' may hold these words too
        settlements=(),
        place=alliance.place if agreed else "",
        confirmations=tuple(replace(c, words="") if c.participant == number else c for c in alliance.confirmations),
        reason="" if number == 1 else alliance.reason,
        why="" if number == 1 else alliance.why,
        drafts=tuple(_only_if_used(turn, d) for d in alliance.drafts),
        checkins=tuple(
            replace(c, replies=tuple(x for r in c.replies if (x := _nameless(turn, r, number))))
            for c in alliance.checkins
        ),
        objections=tuple(o for o in alliance.objections if o.participant != number),
        proposals=tuple(o for o in alliance.proposals if o.participant != number),
        worths=tuple(w for w in alliance.worths if w.participant != number),
        passages=tuple(replace(x, text="") if x.author == number else x for x in alliance.passages),
        ballots=tuple(replace(b, votes=tuple(v for v in b.votes if v.participant != number)) for b in alliance.ballots),
        order={q: tuple(0 if n == number else n for n in order) for q, order in alliance.order.items()},
    )
    turn.set(number, held=())
    for p in turn.alliance.participants:
        turn.set(p.number, notes=())  # the other's may hold these words too
    turn.erased.append(number)


def _not_of(alliance: Alliance, number: int) -> tuple[Choice, ...]:
    """The others' choices of what is not this person's words."""
    theirs = {page.plain(a.text) for a in alliance.answers if a.participant == number}
    return tuple(c for c in alliance.choices if c.participant != number and page.plain(c.words) not in theirs)


def _nameless(turn: Turn, reply: CheckinReply, number: int) -> CheckinReply | None:
    """A reply to a check-in. Of one's own nothing stays but what a team's mean is made of, without whose it was."""
    if reply.participant != number:
        return reply
    return CheckinReply(0, reply.at, "", numbers=reply.numbers) if turn.flow.is_team and reply.numbers else None


def _only_if_used(turn: Turn, draft: Draft) -> Draft:
    """The page as the others keep it, or are just agreeing on; of all other drafts only that they were."""
    newest = turn.flow.is_team and turn.alliance.phase != Phase.ENDED and draft is turn.alliance.draft
    if newest or draft.version == turn.alliance.agreed:
        return replace(draft, changed=())
    return replace(draft, lines=(), text="", changed=())
