"""The open question, as a letter: what `Open.about` says, put into facts. Also the question alone, for nudges and HELP."""

from dataclasses import replace
from datetime import timedelta

from agent.alliance import ballot, coming, gather, kinds, letters, pulse, rewording, savings, standing
from agent.alliance import draft as page
from agent.alliance.model import Alliance, Changed, Checkin, Draft, Phase
from agent.alliance.parts import Prompt
from agent.alliance.turn import Turn
from agent.alliance.words import called, say_rhythm


def write_open(turn: Turn, number: int) -> None:
    """Write the letter that this person has to answer, and note when."""
    opened = turn.p(number).open
    assert opened is not None
    turn.say(number, letter_for(turn, number, opened.about), opened.about)
    turn.set(number, open=replace(opened, sent=turn.now))


def ask(turn: Turn, number: int, about: str) -> None:
    """Open a question for this person: written now, or when the quiet hours end."""
    turn.open(number, about)
    opened = turn.p(number).open
    if opened is not None and opened.due <= turn.now and not turn.p(number).paused:
        write_open(turn, number)


def letter_for(turn: Turn, number: int, about: str) -> letters.Letter:
    """The letter that asks this."""
    kind, _, key = about.partition(":")
    match kind:
        case "invitation":
            if turn.flow.is_team:
                return coming.invitation(turn, number) if turn.alliance.agreed else gather.invitation(turn)
            return invitation(turn)
        case "vote":
            return ballot.letter(turn)
        case "mend":
            return rewording.letter(turn, int(key))
        case "prompt":
            return prompt_letter(turn, number, turn.told(number).prompts[key])
        case "all":
            return letters.AllPrompts((), _items(turn, number))
        case "follow":
            return _follow_up(turn, number, turn.told(number).prompts[key])
        case "settle":
            return _settle(turn, number, key)
        case "draft":
            return standing.draft_letter(turn, number) if turn.flow.is_team else draft_letter(turn, number)
        case "checkin" if turn.flow.is_team:
            return pulse.letter(turn, int(key))
        case "renewal":
            return _renewal(turn)
        case "checkin":
            return _checkin(turn, number, int(key))
        case "page":
            runs = turn.alliance.phase != Phase.ENDED
            may_invite = runs and turn.house.may_start(turn.p(number).address)
            return savings.page(turn.flow, turn.alliance, may_invite=may_invite)
    raise AssertionError(about)


def question_of(turn: Turn, number: int) -> tuple[str, str]:
    """The open question in its own words ("" when it has none), and what it is about; ("", "") when that is said elsewhere."""
    opened = turn.p(number).open
    kind, _, key = opened.about.partition(":") if opened else ("", "", "")
    flow = turn.told(number)
    if kind in ("prompt", "follow"):
        prompt = flow.prompts[key]
        return (words(turn, number, prompt.ask) if kind == "prompt" else flow.words.camera), _name(prompt)
    if kind == "why" and "why" in flow.prompts:
        prompt = flow.prompts["why"]
        return words(turn, number, prompt.ask), _name(prompt)
    if kind == "reveal":
        return "", flow.part(key).title
    if kind == "settle":
        return "", flow.prompts[key].title
    if kind == "page":
        return "", flow.title
    return "", ""


def _name(prompt: Prompt) -> str:
    """What a reminder calls a prompt; the subject of an uncounted one may be a sentence of its own."""
    return prompt.subject if prompt.counted else prompt.title


def title_of(turn: Turn, number: int, prompt_id: str) -> str:
    """What was answered, also when these people are not asked it any more."""
    flow = turn.told(number)
    prompt = flow.prompts.get(prompt_id) or turn.whole.told_in(flow.language).prompts.get(prompt_id)
    return prompt.title if prompt else flow.words.why


def words(turn: Turn, number: int, text: str) -> str:
    """A flow's text with the partner's name, the person's zone and the suggested rhythm in it.

    {name} is whom a trust bank looks at; a text that speaks of somebody is left out when there is nobody.
    """
    if "{name}" in text:
        name = savings.chosen(turn.flow, turn.alliance)
        text = text.replace("{name}", called(name, turn.language(number))) if name else ""
    zone = turn.person(number).zone or turn.house.zone
    text = text.replace("{partner}", turn.partner(number)).replace("{zone}", zone.split("/")[-1].replace("_", " "))
    return text.replace("{rhythm}", say_rhythm(turn.flow.checkin.rhythm, turn.language(number)))


def invitation(turn: Turn) -> letters.Invitation:
    """The invitation as it goes out: the initiator's why, character for character (F03)."""
    me, short = turn.p(1), turn.alliance.short
    opening, note = kinds.wording(turn)
    return letters.Invitation(
        initiator=me.name,
        initiator_full=me.full_name,
        initiator_address=me.address,
        why=turn.alliance.why,
        prompts=len(turn.flow.counted(short=short)),
        mails=turn.flow.mails(short=short),
        opening=opening,
        note=note,
        guardian=kinds.is_guarded(turn),
    )


# ---------------------------------------------------------------- prompts


def mine(turn: Turn, number: int) -> list[Prompt]:
    """The prompts this person is asked, in order."""
    p = turn.p(number)
    return [q for q in turn.told(number).prompts.values() if q.id not in p.skipped]


def remaining(turn: Turn, number: int, part: str = "") -> list[Prompt]:
    """The prompts without an answer yet, of one part or of all."""
    inside = {q.id for q in turn.flow.part(part).prompts} if part else set(turn.flow.prompts)
    return [q for q in mine(turn, number) if q.id in inside and not turn.alliance.answered(number, q.id)]


def label_of(turn: Turn, number: int, prompt: Prompt) -> int:
    """The number this prompt is called by: "3 of 12"; uncounted prompts are numbered after the counted ones."""
    asked = mine(turn, number)
    first = {q.id for q in turn.flow.parts[0].prompts}
    # The counted ones first; then those about time, which come after "12 of 12"; then those that came before "1 of 12".
    order = sorted(asked, key=lambda q: (not q.counted, not q.counted and q.id in first))
    return next(i for i, q in enumerate(order, 1) if q.id == prompt.id)


def labels(turn: Turn, number: int, *, numbers: bool = True) -> dict[str, str]:
    """All that a person may put before an answer, and the prompt it means (F12).

    Without `numbers` in reply to a single prompt, where "1." and "2." are the items of a list.
    """
    found: dict[str, str] = {}
    for q in mine(turn, number):
        found |= {q.subject: q.id, q.title: q.id}
        if numbers:
            found[str(label_of(turn, number, q))] = q.id
    return found


def prompt_letter(turn: Turn, number: int, prompt: Prompt) -> letters.Prompt:
    """One prompt, with all that makes it easy."""
    counted = [q for q in mine(turn, number) if q.counted]
    quoted, again = own_words(turn, number, prompt)
    return letters.Prompt(
        notes=(),
        subject=prompt.subject,
        position=next((i for i, q in enumerate(counted, 1) if q.id == prompt.id), 0),
        total=len(counted),
        lead=words(turn, number, prompt.lead),
        ask=words(turn, number, prompt.ask),
        hint=words(turn, number, prompt.hint),
        example=words(turn, number, prompt.example),
        private=prompt.private,
        own=quoted,
        again=again,
        extra=words(turn, number, prompt.numbers),
        nameless=turn.alliance.rules.get("names") == "hidden",
        guess=prompt.guess and turn.flow.part_of(prompt.id).id not in turn.alliance.revealed,
    )


def own_words(turn: Turn, number: int, prompt: Prompt) -> tuple[str, bool]:
    """The person's own words that are shown beside a question, "" for none; whether they answered this very one before."""
    alliance = turn.alliance
    old = (
        alliance.answer(number, prompt.id)
        if alliance.redesigned_at and not alliance.answered(number, prompt.id)
        else None
    )
    if old is not None and not old.passed:
        return "\n".join(filter(None, (old.text, *(f"PRIVATE {line}" for line in old.private.splitlines())))), True
    quoted = alliance.answer(number, prompt.quote) if prompt.quote else None
    return (quoted.text if quoted else ""), False


def explained(turn: Turn, number: int, prompt: Prompt) -> letters.Explain:
    """The plain version of a prompt, and an example."""
    ask, plain, thin, example = (
        words(turn, number, t) for t in (prompt.ask, prompt.plain, prompt.thin, prompt.example)
    )
    return letters.Explain(ask, " ".join(filter(None, (plain, thin))), example, prompt.title)


def _items(turn: Turn, number: int) -> tuple[letters.Item, ...]:
    """What is left, in the order of its numbers."""
    return tuple(sorted((_item(turn, number, p) for p in remaining(turn, number)), key=lambda item: int(item.label)))


def _item(turn: Turn, number: int, prompt: Prompt) -> letters.Item:
    label = str(label_of(turn, number, prompt))
    own, again = own_words(turn, number, prompt)
    lead, ask, *hints = (words(turn, number, t) for t in (prompt.lead, prompt.ask, prompt.hint, prompt.numbers))
    asker = lead if lead.endswith(":") else ""  # whose question it is (F09), and not where it stands in the series
    return letters.Item(label, prompt.title, ask, " ".join(filter(None, hints)), own if again else "", asker)


def _follow_up(turn: Turn, number: int, prompt: Prompt) -> letters.FollowUp:
    answer = turn.alliance.answer(number, prompt.id)
    return letters.FollowUp((), prompt.title, vague_line(turn, number, answer.text) if answer else "")


def vague_line(turn: Turn, number: int, text: str) -> str:
    """The first sentence with a vague word and nothing that a camera could see; "" when there is none (F25)."""
    flow = turn.told(number)
    for sentence in page.sentences(text):
        plain = f" {page.plain(sentence)} "
        if any(f" {w} " in plain for w in flow.vague) and not any(
            f" {page.plain(w)}" in plain for w in flow.observable
        ):
            return sentence
    return ""


# ---------------------------------------------------------------- settling


def _settle(turn: Turn, number: int, key: str) -> letters.Settle:
    settlement = next(s for s in turn.alliance.settlements if s.prompt == key)
    names = {p.number: p.name for p in turn.alliance.participants}
    said = [(p.name, a.text) for p, a in turn.alliance.said(key)]
    chosen = sorted(settlement.replies, key=lambda c: c.participant) if settlement.round > 1 else ()
    return letters.Settle(
        notes=(),
        title=turn.told(number).prompts[key].title,
        answers=tuple(letters.RevealAnswer("", name, text) for name, text in said),
        options=tuple(
            letters.SettleOption(o.key, o.kind, names.get(o.participant, ""), o.text) for o in settlement.options
        ),
        replies=tuple(letters.RevealAnswer(c.letter, names[c.participant], c.text) for c in chosen),
        round=settlement.round,
    )


# ---------------------------------------------------------------- draft


def draft_letter(turn: Turn, number: int) -> letters.DraftLetter | letters.DraftChanged:
    """The newest draft for this person: whole when it is the first, else with WAS and NOW before the page."""
    alliance, newest = turn.alliance, turn.alliance.draft
    assert newest is not None
    sections = page.sections_of(turn.flow, alliance, newest.lines)
    asked = page.asks_of_me(newest.lines, number)
    if not newest.changed:
        open_points = tuple(n for n, line in enumerate(newest.lines, 1) if line.open)
        long = page.is_long(turn.flow, newest.lines) and newest.version == 1
        return letters.DraftLetter((), newest.version, sections, asked, open_points, long)
    return letters.DraftChanged(
        notes=(),
        version=newest.version,
        changes=tuple(_change(alliance, newest, c, number) for c in newest.changed),
        voided=voided(alliance, number),
        mine=all(c.by == number for c in newest.changed),
        in_force=alliance.agreed,
        sections=sections,
        asks_of_me=asked,
        to_and_fro=_to_and_fro(alliance),
    )


def _to_and_fro(alliance: Alliance) -> tuple[int, ...]:
    """The lines that the newest change opened though it gave them words: they had changed too often (decision 5)."""
    *_, before, newest = alliance.drafts
    old = {line.id: line for line in before.lines}
    return tuple(
        n
        for n, line in enumerate(newest.lines, 1)
        if line.open and (was := old.get(line.id)) and not was.open and line.changes > was.changes
    )


def voided(alliance: Alliance, number: int) -> int:
    """The older version that this person had said yes to, before it was ever in force."""
    old = [c.version for c in alliance.confirmations if c.participant == number and c.version > alliance.agreed]
    newest = alliance.draft.version if alliance.draft else 0
    return max((v for v in old if v < newest), default=0)


def _change(alliance: Alliance, newest: Draft, changed: Changed, number: int) -> letters.LineChange:
    line = next((line for line in newest.lines if line.id == changed.id), None)
    request = line is not None and line.asked_of == number
    name = alliance.participant(changed.by).name if changed.by else ""
    return letters.LineChange(changed.number, changed.was, changed.now, name, request)


# ---------------------------------------------------------------- looking back


def _renewal(turn: Turn) -> letters.Renewal:
    alliance = turn.alliance
    names = {p.number: p.name for p in alliance.participants}
    before = sorted(alliance.renewals[-1].before, key=lambda c: c.participant)
    chosen = tuple(letters.RevealAnswer("", names[c.participant], c.letter.upper()) for c in before)
    return letters.Renewal(*looked_back(turn), chosen)


def looked_back(turn: Turn) -> tuple[int, int]:
    """How many years ago the agreement was made, and at how many check-ins somebody replied since."""
    alliance = turn.alliance
    assert alliance.first_agreed is not None
    years = round((turn.now - alliance.first_agreed) / timedelta(days=365.25))
    return years, sum(1 for c in alliance.checkins if any(not r.passed for r in c.replies))


def _checkin(turn: Turn, number: int, key: int) -> letters.Checkin:
    checkin = turn.alliance.checkins[key - 1]
    looked_at = line_of(turn, checkin)
    asked = turn.told(number).checkin
    assert turn.alliance.first_agreed is not None
    return letters.Checkin(
        number=key,
        since=turn.alliance.first_agreed,
        trust=asked.trust,
        works=asked.works,
        care=asked.care,
        line_number=looked_at.number,
        line=looked_at.text,
        numbers=shows_numbers(turn.alliance),
        digest_days=asked.digest_after_days,
        skipped=_skipped_twice(turn.alliance, number, key),
    )


def line_of(turn: Turn, checkin: Checkin) -> letters.PageLine:
    """The line of the agreement that a check-in looks at, as it stands on the page; number 0 when it stands no more."""
    lines = turn.alliance.in_force.lines if turn.alliance.in_force else ()
    found = ((n, line) for n, line in enumerate(lines, 1) if line.id == checkin.line)
    number, line = next(found, (0, None))
    return letters.PageLine(number, page.line_text(turn.flow, turn.alliance, line) if line else "")


def _skipped_twice(alliance: Alliance, number: int, key: int) -> bool:
    """Whether this person let the last two check-ins go by: then, alone, whether the rhythm still fits (S19)."""
    last = alliance.checkins[max(0, key - 3) : key - 1]
    return len(last) == 2 and not any(r.participant == number and not r.passed for c in last for r in c.replies)


def shows_numbers(alliance: Alliance) -> bool:
    """Numbers are shown only if all chose to (invariant 13)."""
    return len(alliance.present) > 1 and all(p.numbers for p in alliance.present)
