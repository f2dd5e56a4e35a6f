"""What a person may say at any time, in every flow and every state: the engine's patterns (architecture section 2)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from agent.alliance import (
    agreeing,
    asking,
    ballot,
    closing,
    coming,
    erasing,
    gather,
    guiding,
    letters,
    looking,
    overview,
    question,
    rewording,
    settling,
    setup,
)
from agent.alliance import draft as page
from agent.alliance.dates import awake_at
from agent.alliance.event import Replied
from agent.alliance.model import Note, Open, Phase, Stage
from agent.alliance.turn import LATER, Turn
from agent.alliance.words import AnswerReading, Command, read_rhythm

_STAGES = {
    Stage.CONFIRMED: "reviewing",
    Stage.CHECKING: "living",
}


def obey(turn: Turn, event: Replied, command: Command) -> bool:
    """Do what a command says. False when it means nothing here, so that its words are read as an answer."""
    number = event.participant
    match command.name:
        case "stop":
            stop(turn, number)
        case "close":
            _close(turn, number)
        case "help":
            _help(turn, event)
        case "ideas":
            guiding.ideas(turn, event)
        case "tools":
            guiding.tools(turn, event)
        case "status":
            turn.say(number, letters.Status(overview.status(turn, number), overview.others(turn, number)), event.about)
        case "who":
            turn.say(number, setup.who(turn, number), event.about)
        case "data" | "export":
            turn.say(number, overview.my_data(turn, number), event.about)
        case "human":
            turn.say(number, letters.Human(), event.about)
        case "delete":
            turn.say(number, letters.EraseAsk(bool(turn.alliance.agreed), turn.flow.solo), "erase")
        case "show":
            agreeing.show(turn, number)
        case "quiet" if turn.flow.is_team and turn.alliance.phase == Phase.ASKING:
            asking.leave_to_others(turn, event)
        case "pause" | "quiet":
            pause(turn, number, command.until)
        case "resume":
            resume(turn, number)
        case "rules" if turn.alliance.rules:
            ballot.open_again(turn, number)
        case "hide":
            turn.set(number, numbers=False)
            turn.note(number, Note("hidden"))
            turn.say(number, letters.Corrected((), others_told=False), event.about)
        case "change" if turn.alliance.drafts and not command.text:
            _change(turn, event)
        case "explain" | "resend":
            _explain(turn, event)
        case "bank":
            turn.start(number, bank=True)
        case _:
            return _about_prompts(turn, event, command)
    return True


def doubt(turn: Turn, event: Replied, command: Command, otherwise: str) -> None:
    """It may be this command, or it may be an answer: ask, and do nothing. `otherwise` is asked where it matters less which."""
    kind = command.name if command.name in ("stop", "pause") else otherwise
    turn.say(event.participant, letters.AskBack(kind, event.text, 0, 0), event.about)


def speak(turn: Turn, event: Replied, language: str) -> None:
    """Write to this person in another language from now on, if the flow is there in it; what is open is asked again."""
    number = event.participant
    turn.set_person(replace(turn.person(number), language=language))
    if not turn.whole.speaks(language):
        turn.say(number, letters.AskBack("unclear", event.text, 0, 0), event.about)
        return
    if turn.alliance.phase == Phase.SETUP:  # nobody else has read anything: the page is in it too
        turn.change(language=language)
        turn.tailor()
    turn.note(number, Note("language"))
    once_more(turn, number)


def once_more(turn: Turn, number: int) -> None:
    """Ask what is open again, or say what was noted where nothing is."""
    opened = turn.p(number).open
    if opened is None or opened.sent is None:
        asking.receipt(turn, number)
    elif turn.alliance.phase == Phase.SETUP:
        setup.ask_again(turn)
    else:
        _ask_again(turn, number, opened)


def _help(turn: Turn, event: Replied) -> None:
    stage = turn.p(event.participant).stage
    ask, _ = question.question_of(turn, event.participant)
    turn.say(event.participant, letters.Help(ask, _STAGES.get(stage, str(stage))), event.about)


def _about_prompts(turn: Turn, event: Replied, command: Command) -> bool:
    """Commands that only mean something while prompts are being asked."""
    number = event.participant
    if command.name == "later":
        _later(turn, event, command)
        return True
    if command.name == "pass" and event.about.startswith("mend"):
        rewording.passed(turn, event, int(event.about.partition(":")[2]))
        return True
    if turn.alliance.phase != Phase.ASKING and turn.p(number).stage != Stage.ANSWERING:
        return False
    match command.name:
        case "pass":
            return _pass(turn, event)
        case "next":
            if not asking.next_part(turn, number):
                _nothing_next(turn, event)
        case "all":
            turn.set(number, all_at_once=True)
            if turn.p(number).stage == Stage.ANSWERING:
                turn.close(number)
            if not asking.next_part(turn, number):
                asking.go_on(turn, number)
            if turn.p(number).stage == Stage.WAITING:
                turn.set(number, all_at_once=False)
                _nothing_next(turn, event)
        case "short":
            _shorten(turn, number)
        case "both":
            return False
        case "edit" | "back":
            return _edit(turn, event, command)
        case _:
            return False
    return True


def _later(turn: Turn, event: Replied, command: Command) -> None:
    """A prompt without an answer comes back; anything else that is open does, since all is quiet for a week."""
    number = event.participant
    kind, _, key = event.about.partition(":")
    asked = turn.alliance.phase == Phase.ASKING and kind == "prompt" and not turn.alliance.answered(number, key)
    if asked and key in turn.flow.prompts:
        asking.put_off(turn, event, _morning(turn, number, command.until))
        return
    today = turn.local_now(number).date()
    pause(turn, number, command.until or today + LATER)


def _pass(turn: Turn, event: Replied) -> bool:
    kind, _, key = event.about.partition(":")
    if kind in ("prompt", "all", "follow"):
        asking.skip(turn, event)
    elif kind == "settle":
        settling.settled_reply(turn, event, key, leave_open=True)
    elif kind in ("reveal", "part"):
        if not asking.next_part(turn, event.participant):
            _nothing_next(turn, event)
    else:
        return False
    return True


def _nothing_next(turn: Turn, event: Replied) -> None:
    """NEXT when a question is already open, or when the others are still at it."""
    opened = turn.p(event.participant).open
    if opened is not None and any(s.to == event.participant and s.about == opened.about for s in turn.sends):
        return  # just asked
    if opened is not None and opened.about.startswith(("prompt", "follow", "all")):
        turn.note(event.participant, Note("resumed"))
        question.write_open(turn, event.participant)
    else:
        turn.say(event.participant, letters.Status(overview.status(turn, event.participant)), event.about)


def _shorten(turn: Turn, number: int) -> None:
    """SHORT gives six: what is left of the full set beyond the short one is not asked of this person any more."""
    left = [q.id for q in question.remaining(turn, number) if not q.short]
    p = turn.p(number)
    turn.set(number, short=True, skipped=(*p.skipped, *left))
    turn.note(number, Note("short_set"))
    opened = turn.p(number).open
    if opened is not None and opened.about.removeprefix("prompt:") in left:
        turn.close(number)
    if turn.p(number).open is not None and turn.p(number).stage == Stage.ANSWERING:
        question.write_open(turn, number)
    asking.go_on(turn, number)
    asking.receipt(turn, number)


def _edit(turn: Turn, event: Replied, command: Command) -> bool:
    """To edit "my answer about feedback": keep the new words, or ask that prompt again; BACK is the last answer."""
    number = event.participant
    wanted = page.plain(command.which)
    if wanted in ("", "last", "previous", "earlier"):
        mine = [a.prompt for a in turn.alliance.answers if a.participant == number]
        wanted = page.plain(question.title_of(turn, number, mine[-1])) if mine else ""
    labels = question.labels(turn, number)
    prompt_id = labels.get(command.which.strip()) or next(
        (i for label, i in labels.items() if wanted and (wanted in page.plain(label) or page.plain(label) in wanted)),
        None,
    )
    if prompt_id is None or turn.alliance.answer(number, prompt_id) is None:
        return False
    if command.text:
        asking.answered(turn, replace(event, about=f"prompt:{prompt_id}"), AnswerReading(text=command.text))
    else:
        turn.say(
            number, question.prompt_letter(turn, number, turn.told(number).prompts[prompt_id]), f"prompt:{prompt_id}"
        )
    return True


def _change(turn: Turn, event: Replied) -> None:
    if read_rhythm(event.text) and looking.change_rhythm(turn, event.participant, event.text):
        return
    agreeing.change_asked(turn, event.participant, event.text)


def _explain(turn: Turn, event: Replied) -> None:
    """Asked "what do you mean?": the plain version and an example; the same question stays open."""
    number = event.participant
    kind, _, key = event.about.partition(":")
    prompts = turn.told(number).prompts
    prompt = prompts.get(key) if kind in ("prompt", "follow") else None
    if prompt is None:
        opened = turn.p(number).open
        prompt = prompts.get(opened.about.partition(":")[2]) if opened else None
    if prompt is None:
        _help(turn, event)
        return
    turn.say(number, question.explained(turn, number, prompt), f"prompt:{prompt.id}")


# ---------------------------------------------------------------- pause and stop


def pause(turn: Turn, number: int, until: date | None) -> None:
    """Quiet until they write, or until the morning of a day."""
    turn.set(number, paused=True, paused_until=_morning(turn, number, until), resting=False)
    turn.hush(number)
    turn.say(number, letters.Paused(until), "paused")


def _morning(turn: Turn, number: int, day: date | None) -> datetime | None:
    if day is None:
        return None
    zone = turn.zone(number)
    at = awake_at(datetime.combine(day, time(0), zone).astimezone(UTC), zone, turn.house.quiet)
    return max(at, turn.now)


def unpause(turn: Turn, number: int) -> None:
    """The pause is over; a reveal that waited for it comes when everybody is awake."""
    turn.set(number, paused=False, paused_until=None, resting=False)
    if turn.alliance.reveal_due is not None and turn.alliance.reveal_due < turn.now:
        turn.change(reveal_due=turn.all_awake())


def resume(turn: Turn, number: int, *, asked: bool = True) -> None:
    """Take up again where it stopped: the open question once more, or where it stands if this was asked for."""
    unpause(turn, number)
    turn.set(number, checkins=True)
    opened = turn.p(number).open
    if opened is None:
        asking.go_on(turn, number)
        if asked and turn.p(number).open is None:
            turn.say(number, letters.Status(overview.status(turn, number)))
        return
    turn.note(number, Note("resumed" if asked else "awake"))
    _ask_again(turn, number, opened)


def _ask_again(turn: Turn, number: int, opened: Open) -> None:
    """The open question once more."""
    kind, _, key = opened.about.partition(":")
    if kind == "reveal":
        turn.set(number, notes=())
        turn.say(number, letters.Nudge(turn.told(number).part(key).title, "", "reveal"), opened.about)
    elif kind in ("who", "way", "why", "ready", "existing"):
        turn.say(number, letters.Help(question.question_of(turn, number)[0], str(turn.p(number).stage)), opened.about)
        return
    else:
        turn.say(number, question.letter_for(turn, number, opened.about), opened.about)
    turn.set(number, open=replace(opened, sent=turn.now, nudges=0, nudged=None))


def _close(turn: Turn, number: int) -> None:
    """CLOSE ends it for all; who is alone, or closes what goes on without them or has not begun, leaves it."""
    if turn.alliance.phase == Phase.ENDED:  # a STOP in the same letter has done it
        return
    goes_on = len(turn.alliance.others(number)) >= turn.flow.people[0]
    if turn.flow.solo or goes_on or turn.alliance.phase in (Phase.SETUP, Phase.INVITED, Phase.ENDED):
        stop(turn, number)
    else:
        closing.close(turn, number)


def stop(turn: Turn, number: int) -> None:
    """STOP ends this alliance for that person, at any stage, without a reason (decision 17, invariant 11).

    Whoever says it twice in one letter has left once. What was asked for in their name, and waits for a number, ends too.
    """
    turn.set(number, held=())
    if turn.alliance.phase == Phase.ENDED or turn.p(number).stage in (Stage.LEFT, Stage.DECLINED):
        return
    if number == 1 and turn.alliance.phase == Phase.SETUP:
        setup.drop(turn)
        return
    agreed, invited = bool(turn.alliance.agreed), turn.p(number).stage == Stage.INVITED
    gathering = turn.flow.is_team and turn.alliance.phase == Phase.INVITED and number != 1
    turn.close(number)
    turn.leave_alone(number)
    if invited:
        setup.decline(turn, number)
        return
    goodbye = letters.TeamGoodbye(agreed) if turn.flow.is_team and not gathering else letters.Goodbye(agreed)
    turn.say(number, goodbye, "goodbye")
    turn.set(number, notes=(), kept=turn.alliance.agreed)
    stage = turn.p(number).stage
    turn.move(number, "leave")
    erasing.forget_unrevealed(turn, number)
    over = len(turn.alliance.present) < turn.flow.people[0] and not gathering
    for other in turn.alliance.invited if over else ():
        turn.close(other.number)
    if turn.flow.is_team and not over:
        if gathering:
            gather.look_around(turn)
        else:
            coming.gone(turn, number, stage)
        return
    for other in turn.alliance.present:
        if over:
            turn.close(other.number)
        until = closing.forgotten_at(turn) if over else None
        turn.say(other.number, letters.Left(turn.p(number).name, agreed, until), "left")
    if over:
        turn.phase("end")
        turn.change(ended="left", reveal_due=None)


def unsubscribe(turn: Turn, number: int) -> None:
    """The same from a mail program. Who was only invited is not invited again, whoever asks (mail.md section D)."""
    if turn.p(number).stage in (Stage.INVITED, Stage.DECLINED):
        turn.refused.append(("", turn.p(number).address))
    stop(turn, number)


def erase(turn: Turn, number: int) -> None:
    """DELETE NOW: whoever takes part leaves first, without a word more."""
    if turn.alliance.phase != Phase.ENDED and turn.p(number).stage not in (Stage.LEFT, Stage.DECLINED):
        stop(turn, number)
        turn.leave_alone(number)
    erasing.erase(turn, number)
