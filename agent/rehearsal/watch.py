"""Looks at what the service made of what has just happened, and at what it will do next if nobody writes."""

from collections.abc import Mapping, Sequence

from agent.alliance.decide import decide
from agent.alliance.event import Woke
from agent.alliance.model import Alliance
from agent.alliance.turn import Turn
from agent.alliance.waking import wake_at
from agent.compose import letters_of
from agent.interpret import typed_of
from agent.mail.address import Route
from agent.mail.message import read
from agent.mail.quote import NewText
from agent.rehearsal import shown, thoughts
from agent.rehearsal.mailbox import Mail
from agent.rehearsal.shown import Letter, Run
from agent.store import inbox, outbox
from agent.store.database import Connection
from agent.web.views import Cut, Thought

FAR = 40  # due instants that are passed until something comes that can be seen
WITH_WORDS = ("started", "replied", "repliedfromelsewhere")  # outcomes of mail whose words are taken for somebody's
WITH_CUTS = (*WITH_WORDS, "unreadable")  # and those of which it is told what was taken away


async def look(run: Run, came: Sequence[Mail]) -> None:
    """Read what the service holds now, and think about what has just come."""
    before = {a.id: a for a in run.held}
    run.held = await run.rehearsal.alliances()
    outcomes: dict[int, str] = {}
    async with run.rehearsal.service.database.transaction() as c:
        for mail in came:
            if not mail.mine and (known := await _letter(run, c, mail)):
                run.letters[mail.number] = known
        kept = [row for row in await inbox.listing(c, None, len(came) + 1) if row.id not in run.rows]
        unmatched = [m.number for m in came if m.mine]
        for row in reversed(kept):
            full = await inbox.get(c, row.id)
            found = shown.number_in(full.raw, run.mails) if full else 0
            if not found and unmatched:  # its bytes are erased already: they came in this order
                found = unmatched[0]
            unmatched = [number for number in unmatched if number != found]
            run.rows[row.id] = found
            outcomes[found] = row.outcome
    mine = sorted((m for m in came if m.mine), key=lambda m: not m.automatic)  # what a person wrote counts last
    for mail in mine:
        following = next((m.number for m in came if m.mine and m.number > mail.number), len(run.mails) + 1)
        brought = [m for m in came if not m.mine and mail.number < m.number < following]
        outcome = outcomes.get(mail.number, "refused")
        run.thoughts[mail.number] = _thought(run, mail, outcome, before if mail is mine[-1] else None, brought)
    run.said = shown.summary(came)
    run.ahead = await _ahead(run)


async def _letter(run: Run, c: Connection, mail: Mail) -> Letter | None:
    route = run.rehearsal.service.doors.route_of(mail.sender)
    if not isinstance(route, Route):
        return None
    letter = await outbox.get(c, route.alliance, route.letter)
    return Letter(route.alliance, letter.participant, letter.about, letter.words) if letter else None


def _thought(
    run: Run, mail: Mail, outcome: str, before: Mapping[int, Alliance] | None, brought: Sequence[Mail]
) -> Thought:
    """`before` is what the service held before all of it; None for a mail that was not the last of several."""
    asked = shown.answered(mail, run.mails)
    known = run.letters.get(asked.number) if asked else None
    found = NewText("")
    if outcome in WITH_CUTS:
        found = typed_of(read(mail.raw), run.rehearsal.service.doors, known.words if known else "")
    recorded: list[str] = []
    moved: list[str] = []
    for alliance in run.held if before is not None else ():
        old = (before or {}).get(alliance.id)
        if old is None:
            recorded.append("A new alliance")
        elif old != alliance:
            recorded += thoughts.recorded(old, alliance, run.flow(alliance))
            moved += thoughts.moved(old, alliance)
    name = mail.person.first
    return Thought(
        name,
        found.kept if outcome in WITH_WORDS else "",
        tuple(Cut(cut.why, cut.text) for cut in found.cut if cut.text.strip()),
        thoughts.understood(outcome, name, asked.subject if asked else mail.subject),
        tuple(recorded),
        tuple(moved),
        tuple(f"to {m.person.first}: {m.subject}" for m in brought),
    )


async def _ahead(run: Run) -> str:
    """What comes next if nobody writes: tried on copies, so that nothing is done."""
    service = run.rehearsal.service
    post = service.intake.advance.post
    async with service.database.transaction() as c:
        queued = await outbox.listing(c, None, 1)
    found = [(x.due_at, x.rcpt, x.subject) for x in queued]
    for alliance in run.held:
        flow, at = run.flow(alliance), run.rehearsal.clock.at
        due = wake_at(Turn(flow, post.house, alliance, at, "ahead"))
        for _ in range(FAR):
            if due is None:
                break
            at = max(due, at)
            decision, due = decide(flow, post.house, alliance, Woke("ahead"), at)
            alliance = decision.alliance  # noqa: PLW2901 - the copy that goes on
            if written := letters_of(decision, post, at):
                found.append((written[0].due or at, written[0].rcpt, written[0].subject))
                break
    if not found:
        return ""
    at, rcpt, subject = min(found)
    person = next((p for p in run.rehearsal.people if p.address == rcpt), None)
    name = person.first if person else rcpt
    return f"{shown.day(at.astimezone(person.zone if person else None))}, {name}: {subject}"
