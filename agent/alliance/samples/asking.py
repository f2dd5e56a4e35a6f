"""Samples of prompts, reveals and settling."""

from datetime import UTC, date, datetime

from agent.alliance import letters as l
from agent.alliance.model import Note
from agent.alliance.samples import bank
from agent.alliance.samples.people import KEPT, answer

_HOW_TO_TALK = "How do you generally prefer to communicate (email, in person, meetings)? When is the best time to communicate with you?"

_TONE = (
    "What’s the tone of the relationship we are creating (empowering, supportive, vulnerable, challenging, direct, "
    "no-nonsense)? What works best in our interactions?"
)

_COUNT = "What can we count on from each other?"

_MEETINGS = (
    answer("Maya", "Every Monday at eight, at the shop."),
    answer("Jonas", "Every other Thursday, on a walk."),
)

_OPTIONS = (
    l.SettleOption("A", "theirs", "Maya", "Every Monday at eight, at the shop."),
    l.SettleOption("B", "theirs", "Jonas", "Every other Thursday, on a walk."),
    l.SettleOption("C", "trial", "Maya", ""),
    l.SettleOption("D", "trial", "Jonas", ""),
    l.SettleOption("E", "both", "", ""),
    l.SettleOption("F", "open", "", ""),
    l.SettleOption("G", "joined", "Jonas", "Every Monday at eight, on a walk."),
)

_NOTES = (
    Note("kept", "Good feedback", "Straight, the same day.", private=1),
    Note("kept", "Hopes and worries", "", private=2),
    Note("replaced", "Good thanks", "Tell me quietly.", private=1),
    Note("replaced", "How we will know", "", private=1),
    Note("joined_answers", "Good thanks"),
    Note("passed", "How we will know"),
    Note("later", "The tone between us", at=datetime(2026, 3, 10, 8, tzinfo=UTC)),
    Note("rule", "When and where we meet", "every Monday at 08:00"),
    Note("zone", "", "Berlin"),
    Note("rhythm", "", "after 30 days, then after 90 days, then every 3 months"),
    Note("chosen", "What we are out to do", "Open in May."),
    Note("settled", "When and where we meet", "Every Monday at eight."),
    Note("settled", "When and where we meet", "Every Monday at eight.", days=30),
    Note("left_open", "When and where we meet"),
    Note("said_yes", "Jonas"),
    Note("stale", "1"),
    Note("short_set"),
    Note("resumed"),
    Note("address_changed", "", "maya@example.com"),
    Note("numbers_on"),
    Note("hidden"),
    Note("released"),
    Note("also_yours", "maya.lind@example.com"),
    Note("awake"),
    Note("added", "", "We eat lunch together on Fridays."),
    Note("quiet"),
    Note("language"),
    Note("unplaced", "", "Here is what I think of all this."),
    Note("welcome", "Jonas"),
    Note("passed_on", "", "What do you do when I forget to call you back?"),
    Note("rhythm_slower", "", "every 3 months"),
    Note("redesign"),
    Note("not_understood", "9"),
    Note("not_understood", "", "and maybe something about the cat"),
    Note("guessed", "Good thanks", "Jonas wants cake."),
    Note("left_out", "", "I worry about the rent."),
)


def _prompt(subject: str, ask: str, position: int, **more: object) -> l.Prompt:
    facts: dict[str, object] = {
        "notes": KEPT, "subject": subject, "position": position, "total": 12, "lead": "", "ask": ask, "hint": "",
        "example": "", "private": False, "own": "", "extra": "",
    }  # fmt: skip
    return l.Prompt(**(facts | more))  # type: ignore[arg-type]


def samples() -> tuple[l.Letter, ...]:
    return (
        _prompt(
            "Before we start: hopes and worries", "What do you expect from doing this with Jonas, and does anything about it worry you?",
            0, notes=(Note("said_yes", "Jonas"),), lead="Let's begin with how this feels to you.", hint="A line or two is enough.", private=True,
        ),
        _prompt(
            "how you like to talk", _HOW_TO_TALK, 1, notes=(Note("kept", "Hopes and worries", "We sort out who decides what.", private=1),),
            hint="Answer in your own words.", example="Text me before noon. Call me if it is about money.",
            guess=True,
        ),
        _prompt(
            "how it shows when you are stuck", "How will I know when you are stuck?", 4, lead="Here is a question from Jonas's side:",
            hint="Some go quiet, some get busy.", example="I stop joking.",
        ),
        _prompt("the tone between us", _TONE, 8, notes=(), hint="Pick two from the list or use your own word.", example="Direct and kind, with jokes."),
        _prompt(
            "Time for the two of you", "How often would you like the two of you to meet, and where?", 0, notes=KEPT,
            lead="One part is left, and it is a practical one.", example="Mondays at eight, at the shop.",
            hint="Times are Berlin time. If you live by another clock, add your city. If you and Jonas name different times, I will show you both and you can settle it.",
        ),
        _prompt(
            "In between", "How may the two of you reach each other between meetings, and when?", 0,
            notes=(Note("kept", "When and where we meet", "Mondays at eight, at the shop."), Note("rule", "", "every Monday at 08:00")),
            own="Text before noon. Call if it is about money.", hint="You can name hours that are off limits.", example="Texts until nine. No shop talk on Sundays.",
        ),
        _prompt(
            "How often shall I check in?", "How often shall I ask the two of you how it is going?", 0, lead="This is the last question before the draft.",
            hint="I suggest after 30 days, then 90 days, then every 3 months. If you and Jonas differ, I take the slower one and tell you both.",
            extra="Each check-in asks for a number from 1 to 5. Jonas sees yours only if you both add NUMBERS.",
        ),
        *(_prompt("good feedback", "How do you prefer to be critiqued? What is good feedback to you?", 3, notes=(note,), hint="When, where, how straight?")
          for note in _NOTES),
        *bank.prompts(),
        l.AllPrompts(
            KEPT,
            (
                l.Item("3", "Good feedback", "How do you prefer to be critiqued? What is good feedback to you?", "When, where, how straight?"),
                l.Item("4", "How you can tell I am stuck", "How will I know when you are stuck?", "Some go quiet, some get busy.", lead="Here is a question from Maya's side:"),
                l.Item("8", "The tone between us", _TONE, "Pick two from the list or use your own word."),
                l.Item("9", "What we can count on", _COUNT, "Two lines help: I can promise ... / I would like to count on ..."),
            ),
        ),
        _prompt(
            "the tone between us", _TONE, 8, hint="Pick two from the list or use your own word.", example="Direct and kind, with jokes.",
            own="Direct and supportive.\nPRIVATE I miss the jokes.", again=True,
        ),
        l.AllPrompts((Note("redesign"),), (l.Item("9", "What we can count on", _COUNT, "", "I do the books every Friday."),)),
        l.FollowUp((Note("kept", "What we can count on", "We raise problems early."),), "What we can count on", "We raise problems early."),
        l.Nudge("good feedback", "How do you prefer to be critiqued? What is good feedback to you?", "prompt"),
        l.Nudge("good feedback", "How do you prefer to be critiqued? What is good feedback to you?", "prompt", date(2026, 5, 12)),
        l.Nudge("Part 1, side by side", "Would you like to add or ask something?", "reveal"),
        l.Nudge("knowing each other", "", "reveal"),
        l.Nudge("When and where we meet", "", "settle"),
        l.Nudge("", "", "draft"),
        l.Nudge("", "", "setup"),
        l.Nudge("Why we want this", "Why do you want to build this with Jonas, and what do you hope will last?", "setup"),
        l.Nudge("Check-in 1", "How solid is the trust between you today?", "checkin"),
        l.Rest("prompt"),
        l.Rest("draft"),
        l.PartDone((Note("kept", "How you can tell I am stuck", "I get very busy with small things."),), "knowing each other", 4, "what it is for"),
        l.PartDone(KEPT, "trust", 1, ""),
        l.Reveal(
            (),
            1, "knowing each other",
            (
                l.RevealQuestion(0, "How to reach us", (answer("Maya", "Email is fine.\nRing me after six."), answer("Jonas", "Text before noon. I am no use after eight.")), alike=False, shared_words=()),
                l.RevealQuestion(0, "Good thanks", (answer("Maya", "Say it in front of people."), answer("Jonas", "Tell me quietly, and tell me what I did.")), alike=False, shared_words=(), guess="Quietly, with cake."),
                l.RevealQuestion(0, "Good feedback", (answer("Maya", "Straight, the same day."), answer("Jonas", "Straight, the same day.")), alike=True, shared_words=()),
                l.RevealQuestion(0, "How you can tell I am stuck", (answer("Maya", "I get very busy with small things."), answer("Jonas", "I stop joking.")), alike=False, shared_words=()),
                l.RevealQuestion(0, "In between", (answer("Maya", "Texts until nine."),), alike=False, shared_words=(), guess="Never on Sundays.", compared=False),
            ),
            "what it is for",
        ),
        l.Reveal(
            (Note("passed", "What would make this strong"),),
            2, "what it is for",
            (
                l.RevealQuestion(1, "What we are out to do", (answer("Maya", "Open in May and pay ourselves by October.", "A"), answer("Jonas", "Open in May.", "B")), alike=False, shared_words=()),
                l.RevealQuestion(2, "The tone between us", (answer("Maya", "Direct and supportive.", "A"), answer("Jonas", "Direct, with jokes.", "B")), alike=False, shared_words=("direct",)),
            ),
            "",
        ),
        l.Reveal((), 3, "trust", (l.RevealQuestion(1, "What would build trust", (answer("Maya", "Open books."), answer("Jonas", "Open books.")), alike=True, shared_words=()),), ""),
        l.PassedOn("Jonas", "knowing each other", "What do you do when I forget to call you back?", ()),
        l.PassedOn("Jonas", "what it is for", "", (l.Item("1C", "What we are out to do", "Open in May, and pay ourselves as soon as we can.", ""),)),
        l.PassedOnReceipt((Note("chosen", "What we are out to do", "Open in May."),), "what we promise"),
        l.PassedOnReceipt((Note("passed_on", "", "What do you do when I forget to call you back?"),), ""),
        l.Correction("Jonas", "Good thanks", "Tell me quietly.", "Tell me quietly, and tell me what I did.", 1),
        l.Correction("Jonas", "Good thanks", "Tell me quietly.", "Tell me quietly, and tell me what I did.", 0),
        l.Corrected((Note("no_checkins"),), others_told=False),
        l.Corrected((Note("replaced", "Good thanks", "Tell me quietly."),), others_told=True),
        l.Corrected((Note("replaced", "Good thanks", "Tell me quietly."),), others_told=False),
        l.Corrected((Note("hidden"),), others_told=False),
        l.Settle((Note("rhythm", "", "once a quarter"),), "When and where we meet", _MEETINGS, _OPTIONS, (), 1),
        l.Settle((), "When and where we meet", _MEETINGS, _OPTIONS, (l.RevealAnswer("A", "Maya", "Every Monday at eight, at the shop."), l.RevealAnswer("B", "Jonas", "Every other Thursday, on a walk.")), 2),
        l.SettleNoted((Note("chosen", "When and where we meet", "Every Monday at eight, at the shop."),)),
        l.SettleNoted((Note("chosen", "When and where we meet", "Every Monday at eight, at the shop.", days=30),)),
    )  # fmt: skip
