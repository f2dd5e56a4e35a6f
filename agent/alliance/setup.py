"""From the first note to everybody's YES: whom, why, the invitation, and its answers (F01-F05, S11)."""

import re
from dataclasses import replace

from agent.alliance import asking, gather, kinds, letters, question
from agent.alliance import draft as page
from agent.alliance.event import Replied, Started
from agent.alliance.model import Answer, Note, Participant, Person, Stage
from agent.alliance.turn import Turn
from agent.alliance.words import first_name, is_care, read_approval, read_invitation, read_setup, read_start


def start(turn: Turn, event: Started) -> None:
    """Open a draft alliance from the first mail; nothing goes to anybody but its author (F01)."""
    if turn.flow.is_team:
        gather.start(turn, event)
        return
    reading = read_start(event.subject, event.text)
    me = host(turn, event)
    turn.change(participants=(me,), reason=reading.reason.strip())
    kinds.hear(turn, f"{event.subject}\n\n{event.text}", reading.name)
    written = (event.whom_at,) if event.whom_at else reading.addresses
    named = [a for a in (turn.house.normal(a) for a in written) if a]
    others = [a for a in named if a != event.address]
    address = others[0] if others else event.address if named else ""
    own = {me.full_name.casefold(), me.name.casefold()}
    partner = event.whom or ("" if reading.name.casefold() in own else reading.name)
    turn.change(participants=(me, _partner(partner, address)))
    if is_care(event.text):
        turn.say(1, letters.Care(kinds.help_lines(turn)), "who")
    else:
        ask_again(turn)


def host(turn: Turn, event: Started) -> Participant:
    """Whoever wrote the first mail, as the first participant."""
    person = turn.alliance.people.get(event.address) or Person(event.address)
    offset_s = event.offset_s or person.offset_s
    known = replace(person, name=person.name or event.name, offset_s=offset_s, suppressed=False)  # they write to us now
    turn.set_person(known)
    name = event.name or event.address.partition("@")[0].title()
    return Participant(1, event.address, first_name(name), name, last_heard=turn.now)


def _partner(name: str, address: str) -> Participant:
    known = name or (address.partition("@")[0].replace(".", " ").title() if address else "")
    return Participant(2, address, first_name(known), known, stage=Stage.INVITED)


def ask_again(turn: Turn) -> None:
    """Ask for what is still missing, or show the invitation."""
    if turn.flow.is_team:
        gather.ask_again(turn)
        return
    partner = turn.p(2)
    if kinds.hold(turn):
        return
    if not partner.address:
        _ask_partner(turn, "missing")
    elif partner.address == turn.p(1).address:
        turn.set(2, address="")
        _ask_partner(turn, "same")  # decision 22
    elif partner.address in turn.barred:
        turn.set(2, address="")
        _ask_partner(turn, "refused")  # decision 14: NO THANKS also blocks a new invitation by the same initiator
    elif partner.address in turn.existing and not turn.alliance.second:
        since, agreed = turn.existing[partner.address]
        turn.say(1, letters.SetupExisting(partner.name, since, agreed), "existing")
        turn.opened(1, "existing")
    elif not turn.alliance.why:
        prompt = turn.told(1).prompts["why"]
        known = (partner.full_name, partner.address, turn.alliance.reason)
        ask = question.words(turn, 1, prompt.ask)
        turn.say(1, letters.SetupWhy(*known, ask, prompt.hint, kinds.title(turn), kinds.names(turn)), "why")
        turn.opened(1, "why")
    else:
        if turn.p(1).stage == Stage.PREPARING:
            turn.move(1, "understand")
        _show_invitation(turn)


def _ask_partner(turn: Turn, problem: str) -> None:
    turn.say(1, letters.SetupPartner(turn.alliance.reason, turn.p(2).name, problem), "who")
    turn.opened(1, "who")


def _show_invitation(turn: Turn) -> None:
    partner = turn.p(2)
    full, short = (len(turn.flow.counted(short=s)) for s in (False, True))
    shown, kind, first = question.invitation(turn), kinds.title(turn), kinds.is_short_first(turn)
    turn.say(1, letters.SetupReady((), partner.name, partner.address, shown, full, short, kind, first), "ready")
    turn.opened(1, "ready")


# ---------------------------------------------------------------- the initiator's replies


def reply(turn: Turn, event: Replied) -> None:
    """The initiator answers while nothing has gone out yet, or replaces an address that was mistyped (decision 14)."""
    if turn.flow.is_team:
        gather.reply(turn, event)
        return
    reading = read_setup(event.text)
    if reading.drop:
        drop(turn)
        return
    left = kinds.correct(turn, event)
    kind = event.about.partition(":")[0]
    if left is None or (left != event and kind == "ready"):  # a new invitation is shown before it goes out
        ask_again(turn)
        return
    event, reading = left, read_setup(left.text)
    if kind == "ready" and turn.p(1).stage == Stage.APPROVING:
        _approve(turn, event)
        return
    if kind == "existing" and re.search(r"\b(new|another|second|neue?|zweite)\b", event.text, re.IGNORECASE):
        turn.change(second=True)
    changed = _correct(turn, turn.house.normal(reading.address or "") or "", reading.name)
    if turn.p(1).stage == Stage.HOSTING:
        _resend(turn, changed=changed, event=event)
        return
    text = _without_correction(reading.text.strip(), reading.address or "", reading.name)
    if kind == "why" and text:
        _keep_why(turn, text, event.cause)
    elif kind == "who" and text and not turn.alliance.why and not reading.address and not changed:
        turn.change(reason=f"{turn.alliance.reason}\n\n{text}".strip())
    ask_again(turn)


def _without_correction(text: str, address: str, name: str) -> str:
    """The words that are for the partner: not "his name is ..." or "the address is ...", which were for us."""
    if not (address or name):
        return text
    ours = re.compile(rf"\bname(?: is|'s|’s)\b|\b(?:is|are) called\b|{re.escape(address) or r'(?!)'}", re.IGNORECASE)
    return " ".join(s for s in page.sentences(text) if not ours.search(s))


def _keep_why(turn: Turn, text: str, cause: str) -> None:
    kinds.hear(turn, text, turn.p(2).name)
    answer = Answer(1, "why", text, "", turn.now, cause)
    turn.change(why=text, answers=(*turn.alliance.answers, answer))
    turn.note(1, Note("kept", turn.told(1).prompts["why"].title, text))


def _correct(turn: Turn, address: str, name: str) -> bool:
    partner = turn.p(2)
    if address and address != partner.address:
        turn.set(2, address=address, name=partner.name or _partner("", address).name)
        turn.set(2, full_name=turn.p(2).full_name or _partner("", address).full_name)
        if partner.address:
            turn.note(1, Note("address_changed", turn.p(2).name, address))
    if name:
        turn.set(2, name=first_name(name), full_name=name)
    return bool(address and address != partner.address)


def _approve(turn: Turn, event: Replied) -> None:
    reading = read_approval(event.text, (turn.p(2).name, turn.p(2).full_name))
    if reading.short or reading.verdict == "short":
        turn.change(short=True)
    match reading.verdict:
        case "send" | "short":
            _send(turn)
        case "stop":
            drop(turn)
        case "change":
            _change_invitation(turn, event, reading.text or event.text)
        case _:
            turn.say(1, letters.AskBack("send", event.text, 0, 0), "ready")


def _change_invitation(turn: Turn, event: Replied, text: str) -> None:
    """Another address or name is taken as it is; another why only when it is marked as one, since it goes out as it stands."""
    why = re.match(r"\s*(?:why|warum)\b\s*[:–—-]\s*", text, re.IGNORECASE)
    wanted = read_setup(text)
    if why and text[why.end() :].strip():
        _keep_why(turn, text[why.end() :].strip(), event.cause)
    elif not _correct(turn, turn.house.normal(wanted.address or "") or "", wanted.name) and not wanted.name:
        turn.say(1, letters.AskBack("why_words", event.text, 0, 0), "ready")
        return
    ask_again(turn)


def _send(turn: Turn) -> None:
    if turn.p(2).address in turn.barred:
        turn.move(1, "rethink")
        ask_again(turn)
        return
    if turn.alliance.short:
        for number in (1, 2):
            turn.set(number, short=True, skipped=_left_out(turn))
    turn.close(1)
    turn.move(1, "send")
    turn.phase("invite")
    turn.change(invited_at=turn.now, reminded_at=None)
    address = turn.p(2).address
    turn.set_person(turn.alliance.people.get(address) or Person(address, turn.p(2).full_name))
    question.ask(turn, 2, "invitation")
    turn.say(1, letters.InvitationSent(turn.p(2).name, address), "sent")


def _left_out(turn: Turn) -> tuple[str, ...]:
    return tuple(q.id for q in turn.flow.prompts.values() if not q.short)


def _resend(turn: Turn, *, changed: bool, event: Replied) -> None:
    """Before YES a mistyped address may be replaced; the old one's token dies with its withdrawn letter (decision 14)."""
    if not changed:
        turn.say(1, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    turn.close(2)
    turn.leave_alone(2)
    turn.move(1, "rethink")
    turn.phase("withdraw")
    ask_again(turn)


def drop(turn: Turn) -> None:
    """The initiator drops it; nothing (more) goes to the partner."""
    turn.close(1)
    turn.close(2)
    turn.leave_alone(2)
    turn.say(1, letters.SetupDropped(turn.p(2).name), "dropped")
    turn.move(1, "leave")
    turn.phase("end")
    turn.change(ended="cancelled")


# ---------------------------------------------------------------- the invitee's replies


def invited(turn: Turn, event: Replied) -> None:
    """YES, NOT NOW, NO THANKS, a question, or something unclear. Only a YES is consent (F04)."""
    number, host = event.participant, turn.p(1)
    reading = read_invitation(event.text)
    if reading.care and reading.verdict != "no":  # nothing of it may reach the one who asks
        turn.close(number)
        turn.change(reminded_at=turn.alliance.reminded_at or turn.now)
        turn.say(number, letters.Care(kinds.help_lines(turn)), "invitation")
        return
    if reading.short and reading.verdict == "yes":
        turn.set(number, short=True, skipped=_left_out(turn))
        turn.note(number, Note("short_set"))
    match reading.verdict:
        case "yes" if turn.flow.is_team:
            gather.said_yes(turn, number)
        case "yes":
            join(turn, number)
        case "no":
            decline(turn, number)
        case "not_me":
            turn.never_again(number)
            decline(turn, number)
        case "not_now":
            not_now(turn, number)
        case "who":
            turn.say(number, who(turn, number), "invitation")
        case "question" if host.stage not in (Stage.LEFT, Stage.DECLINED):
            turn.say(1, letters.InvitationQuestion(turn.p(number).name, event.text), "sent")
            turn.say(number, letters.InvitationAsk(host.name, event.text, passed_on=True), "invitation")
        case _:
            turn.say(number, letters.InvitationAsk(host.name, event.text), "invitation")


def not_now(turn: Turn, number: int) -> None:
    """NOT NOW, PAUSE or PASS: quiet, and a YES works whenever they like."""
    turn.close(number)
    turn.change(reminded_at=turn.alliance.reminded_at or turn.now)
    if turn.flow.is_team:
        gather.look_around(turn)
    turn.say(number, letters.NotNow(turn.p(1).name), "invitation")
    if turn.flow.is_team:  # nobody in a team hears who was slow
        return
    turn.say(1, letters.InvitationNotNow(turn.p(number).name), "sent")


def who(turn: Turn, number: int) -> letters.Who:
    """Who asked, what is stored, how to stop."""
    host = turn.p(1)
    stored = tuple(
        question.title_of(turn, number, q)
        for q in dict.fromkeys(a.prompt for a in turn.alliance.answers if a.participant == number)
    )
    return letters.Who(host.name, host.address, stored, turn.p(number).stage == Stage.INVITED)


def decline(turn: Turn, number: int) -> None:
    """No is final and reasonless: not a letter more to this address about this alliance (F05)."""
    turn.close(number)
    turn.leave_alone(number)
    turn.move(number, "decline")
    turn.refused.append((turn.p(1).address, turn.p(number).address))
    if turn.flow.is_team:
        gather.look_around(turn)
        return
    turn.say(1, letters.InvitationDeclined(turn.p(number).name), "declined")
    if len(turn.alliance.present) < turn.flow.people[0]:
        turn.phase("end")
        turn.change(ended="declined")


def join(turn: Turn, number: int) -> None:
    """A YES. When everybody invited has said it, the prompts begin for all (decision 9)."""
    turn.close(number)
    turn.move(number, "join")
    if turn.alliance.invited:
        return
    turn.phase("begin")
    turn.move(1, "join")
    turn.note(1, Note("said_yes", turn.p(number).name))
    turn.note(number, Note("welcome", turn.p(1).name))
    for p in turn.alliance.present:
        asking.begin(turn, p.number)
