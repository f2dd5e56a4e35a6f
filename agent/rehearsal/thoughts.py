"""What the service made of what happened, in sentences: the difference between two states of an alliance. Pure."""

from collections.abc import Iterator

from agent.alliance.flow import Flow
from agent.alliance.model import Alliance, Answer, CheckinReply, Participant, Phase, Stage

SHORT = 90  # characters of somebody's words in one sentence
_READ_AS = {
    "started": "the first mail of a new alliance",
    "replied": "{name}’s reply to “{subject}”",
    "repliedfromelsewhere": "words from another address: held until {name} says whose they are",
    "autoreplied": "a machine’s answer: never an answer of {name}’s",
    "undeliverable": "a report that a letter has not arrived",
    "unreadable": "a mail without words that can be read",
    "stranger": "a mail of somebody who may not start an alliance: dropped, and not answered",
    "elsewhere": "a mail without words from another address: nothing",
    "list": "a mailing list’s mail: nothing",
    "other": "a machine’s notice: nothing",
    "loop": "our own mail, coming back: nothing",
    "replaced": "a reply to an address that is no longer used: nothing",
}


def understood(outcome: str, name: str, subject: str) -> str:
    """As what a kept mail was read; `outcome` is that of its row in the inbox."""
    return _READ_AS.get(outcome, f"nothing that moves an alliance ({outcome or 'not read yet'})").format(
        name=name, subject=subject
    )


def recorded(before: Alliance, after: Alliance, flow: Flow) -> tuple[str, ...]:
    """What is stored now and was not before."""
    return tuple(_recorded(before, after, flow))


def _recorded(before: Alliance, after: Alliance, flow: Flow) -> Iterator[str]:
    names = {p.number: p.name or p.address for p in after.participants}
    if after.why != before.why:
        yield f"The why: “{short(after.why)}”"
    for answer in (a for a in after.answers if a not in before.answers):
        yield _of_answer(answer, names, flow, replaced=before.answer(answer.participant, answer.prompt) is not None)
    for choice in (c for c in after.choices if c not in before.choices):
        whose = "To look at" if flow.solo else f"{names[choice.participant]}’s choice"
        yield f"{whose} for “{_title(flow, choice.prompt)}”: {short(choice.text or choice.letter)}"
    for part in (p for p in after.revealed if p not in before.revealed):
        yield f"The reveal of “{flow.part(part).title}”: from now on everybody sees these answers"
    yield from _of_settlements(before, after, names, flow)
    if erased := len([a for a in before.answers if a not in after.answers]):
        yield f"{erased} {'answer is' if erased == 1 else 'answers are'} erased"
    for yes in (c for c in before.confirmations if c not in after.confirmations):
        yield f"{names[yes.participant]}’s yes to draft {yes.version} counts no more"
    for yes in (c for c in after.confirmations if c not in before.confirmations):
        yield f"{names[yes.participant]}’s yes to draft {yes.version}, for that text alone (SHA-256 {yes.sha256[:12]}…)"
    for draft in after.drafts[len(before.drafts) :]:
        yield f"Draft {draft.version}: {len(draft.lines)} lines, SHA-256 {draft.sha256[:12]}…"
        for c in draft.changed:
            was, now = (f"“{short(text)}”" if text else "nothing" for text in (c.was, c.now))
            yield f"In it line {c.number} was {was} and is now {now}"
    if after.agreed != before.agreed and after.agreed:
        yield f"Draft {after.agreed} is the agreement: everybody has said yes to it"
    for number, checkin in enumerate(after.checkins):
        old = before.checkins[number].replies if number < len(before.checkins) else ()
        for reply in checkin.replies:
            if reply not in old:
                yield _of_checkin(reply, checkin.number, names)
    for old_p, p in zip(before.participants, after.participants, strict=False):
        yield from _of_participant(old_p, p, flow)
    for address, person in after.people.items():
        known = before.people.get(address)
        if known and person.zone != known.zone:
            yield f"{person.name or address} lives in {person.zone}"
        if known and person.suppressed and not known.suppressed:
            yield f"{person.name or address} is never written to again"


def _of_answer(answer: Answer, names: dict[int, str], flow: Flow, *, replaced: bool) -> str:
    title, name = _title(flow, answer.prompt), names[answer.participant]
    if answer.passed:
        return f"{name} passed “{title}”"
    lines = answer.private.count("\n") + 1 if answer.private else 0
    private = f"; {lines} private {'line' if lines == 1 else 'lines'} that nobody else will ever see" if lines else ""
    kind = "new answer" if replaced else "answer"
    return (
        f"{name}’s {kind} to “{title}”: “{short(answer.text)}”{private}"
        if answer.text
        else f"{name}: “{title}”{private}"
    )


def _of_settlements(before: Alliance, after: Alliance, names: dict[int, str], flow: Flow) -> Iterator[str]:
    old = {s.prompt: s for s in before.settlements}
    for s in after.settlements:
        known = old.get(s.prompt)
        if known is None:
            yield f"Two answers to “{_title(flow, s.prompt)}” cannot both be true: to be settled"
        for reply in (r for r in s.replies if known is None or r not in known.replies):
            yield f"{names[reply.participant]}’s choice for “{_title(flow, s.prompt)}”: {reply.letter or short(reply.text)}"
        if s.outcome is not None and (known is None or known.outcome is None):
            yield f"Settled: {short(s.outcome.text) or s.outcome.kind}"


def _of_checkin(reply: CheckinReply, number: int, names: dict[int, str]) -> str:
    if reply.passed:
        return f"{names[reply.participant]} passed check-in {number}"
    rating = "no number" if reply.rating is None else f"the number {reply.rating}"
    said = "; ".join(filter(None, (short(reply.works), short(reply.care), reply.line)))
    return f"{names[reply.participant]} in check-in {number}: {rating}{f'; {said}' if said else ''}"


def _of_participant(old: Participant, p: Participant, flow: Flow) -> Iterator[str]:
    for prompt, at in p.later:
        if (prompt, at) not in old.later:
            yield f"{p.name} puts “{_title(flow, prompt)}” off"
    if p.paused and not old.paused:
        yield f"{p.name} is left in peace{f' until {p.paused_until:%-d %B}' if p.paused_until else ''}"
    if old.paused and not p.paused:
        yield f"{p.name} goes on"
    if old.stage == Stage.INVITED and p.stage == Stage.ANSWERING:
        yield f"{p.name} takes part"
    if p.stage in (Stage.DECLINED, Stage.LEFT) and old.stage != p.stage:
        yield f"{p.name} {'does not take part' if p.stage == Stage.DECLINED else 'has left'}"
    if p.short and not old.short:
        yield f"The short set for {p.name or p.address}"
    if p.numbers and not old.numbers:
        yield f"{p.name} would show check-in numbers"
    if len(p.held) > len(old.held):
        yield "Held words, which nobody sees"
    if len(p.held) < len(old.held):
        yield "Held words, released or dropped"
    if p.resting and not old.resting:
        yield f"{p.name} is at rest: quiet until the next word"


def moved(before: Alliance, after: Alliance) -> tuple[str, ...]:
    """Which machines have moved: "Jonas: answering → waiting"."""
    found = [f"The alliance: {before.phase} → {after.phase}"] if before.phase != after.phase else []
    for old, p in zip(before.participants, after.participants, strict=False):
        if old.stage != p.stage:
            found.append(f"{p.name or p.address}: {old.stage} → {p.stage}")
    return tuple(found)


def seen_by(alliance: Alliance, flow: Flow, answer: Answer) -> tuple[str, bool]:
    """Who can see an answer now, in words, and whether it is still hidden from the others."""
    part, kind = flow.part_of(answer.prompt), flow.prompts[answer.prompt].kind
    mine = alliance.participant(answer.participant).name
    # Nothing of these is ever shown; of a rhythm, what it comes to.
    if answer.passed or not answer.text or kind == "rhythm" or flow.solo:
        return f"only {mine}, always", True
    until = "until the draft" if part.reveal == "draft" else "until all have answered"
    shown = part.id in alliance.revealed or (part.reveal == "draft" and bool(alliance.drafts))
    shown = shown or any(s.prompt == answer.prompt for s in alliance.settlements)  # both stand in the letter
    if answer.participant == 1 and kind == "why":  # it stands in the invitation
        shown, until = shown or alliance.invited_at is not None, "until the invitation"
    if not shown:
        return (f"only {mine}" if alliance.phase == Phase.ENDED else f"only {mine}, {until}"), True
    return " and ".join(p.name or p.address for p in alliance.participants), False


def short(text: str) -> str:
    """Somebody's words, in one line."""
    one = " ".join(text.split())
    return one if len(one) <= SHORT else one[: SHORT - 1].rsplit(" ", 1)[0] + "…"


def _title(flow: Flow, prompt: str) -> str:
    return flow.prompts[prompt].title if prompt in flow.prompts else prompt
