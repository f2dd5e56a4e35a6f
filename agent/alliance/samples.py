"""Facts for every letter: Maya and Jonas, who open a bakery. `alliance preview` shows them and the tests read them.

Several samples of one letter show its branches. All people and words are examples.
"""

from datetime import UTC, date, datetime

from agent.alliance import letters as l
from agent.alliance.model import Note

ME, PARTNER, NAMES = "Maya", "Jonas", "Maya and Jonas"

_MARCH = datetime(2026, 3, 3, 9, 14, tzinfo=UTC)
_EVENING = datetime(2026, 3, 3, 18, 40, tzinfo=UTC)
_WHY = (
    "Jonas is the person I call when things go sideways. I want us still to be friends in five years, "
    "and to say things early instead of stewing."
)
_HOW_TO_TALK = "How do you generally prefer to communicate (email, in person, meetings)? When is the best time to communicate with you?"
_TONE = (
    "What’s the tone of the relationship we are creating (empowering, supportive, vulnerable, challenging, direct, "
    "no-nonsense)? What works best in our interactions?"
)
_COUNT = "What can we count on from each other?"
_KEPT = (Note("kept", "Good thanks", "Say it in front of people."),)

_PAGE = (
    l.PageSection("Why we are doing this", (l.PageLine(1, "We want still to be friends in five years. (Maya)"),)),
    l.PageSection("What we are out to do", (l.PageLine(2, "Open in May and pay ourselves by October. (both)"),)),
    l.PageSection(
        "How we want it to be",
        (l.PageLine(3, "Direct and kind, with jokes. (both)"), l.PageLine(4, "Honesty, craft and rest. (Jonas)")),
    ),
    l.PageSection(
        "What we can count on",
        (
            l.PageLine(5, "We raise problems early. (both)"),
            l.PageLine(6, "Maya: I do the books every Friday."),
            l.PageLine(7, "Jonas: I open the shop by five, six days a week."),
        ),
    ),
    l.PageSection(
        "When it gets hard",
        (
            l.PageLine(8, "We take one hour apart, then talk the same day. (both, for 30 days from the day we agree)"),
            l.PageLine(9, "Jonas asks Maya: when I stop joking, ask me what is up."),
        ),
    ),
    l.PageSection(
        "Time together",
        (
            l.PageLine(10, "We meet every Monday at 08:00, at the shop."),
            l.PageLine(11, "In between: texts until nine. No shop talk on Sundays. (both)"),
        ),
    ),
    l.PageSection("Still open", (l.PageLine(12, "How much can one of us spend alone?"),)),
)
_INVITATION = l.Invitation("Maya", "Maya Lind", "maya@example.org", _WHY, 12, 22)
_SHORT_INVITATION = l.Invitation(
    "Maya",
    "Maya Lind",
    "maya@example.org",
    "We should talk more.",
    6,
    15,
    "A small thing, for a friendship that matters.",
)


def _answer(name: str, text: str, letter: str = "") -> l.RevealAnswer:
    return l.RevealAnswer(letter, name, text)


def _prompt(subject: str, ask: str, position: int, **more: object) -> l.Prompt:
    facts: dict[str, object] = {
        "notes": _KEPT, "subject": subject, "position": position, "total": 12, "lead": "", "ask": ask, "hint": "",
        "example": "", "private": False, "own": "", "extra": "",
    }  # fmt: skip
    return l.Prompt(**(facts | more))  # type: ignore[arg-type]


_MEETINGS = (
    _answer("Maya", "Every Monday at eight, at the shop."),
    _answer("Jonas", "Every other Thursday, on a walk."),
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
    Note("replaced", "Good thanks", "Tell me quietly."),
    Note("joined_answers", "Good thanks"),
    Note("passed", "How we will know"),
    Note("later", "The tone between us", at=datetime(2026, 3, 10, 8, tzinfo=UTC)),
    Note("rule", "When and where we meet", "every Monday at 08:00"),
    Note("zone", "", "Berlin"),
    Note("rhythm", "", "after 30 days, then after 90 days, then every 3 months"),
    Note("chosen", "What we are out to do", "Open in May."),
    Note("settled", "When and where we meet", "Every Monday at eight."),
    Note("left_open", "When and where we meet"),
    Note("said_yes", "Jonas"),
    Note("stale", "1"),
    Note("short_set"),
    Note("resumed"),
    Note("address_changed", "", "maya@example.com"),
    Note("numbers_on"),
    Note("hidden"),
    Note("released"),
    Note("awake"),
    Note("unplaced", "", "Here is what I think of all this."),
    Note("welcome", "Jonas"),
    Note("passed_on", "", "What do you do when I forget to call you back?"),
    Note("rhythm_slower", "", "every 3 months"),
    Note("not_understood", "9"),
    Note("not_understood", "", "and maybe something about the cat"),
)


def samples() -> tuple[l.Letter, ...]:
    """Every kind of letter at least once, in the order in which people meet them."""
    return tuple(letter for _, letters in by_subject() for letter in letters)


def by_subject() -> tuple[tuple[str, tuple[l.Letter, ...]], ...]:
    """The same letters under what they are about."""
    return (
        ("Setting up", _setting_up()),
        ("Questions and answers", _prompts()),
        ("The agreement", _drafts()),
        ("Check-ins", _checkins()),
        ("At any time", _any_time()),
    )


def reader_of(letter: l.Letter) -> tuple[str, str]:
    """Who reads a sample, and who the partner is: what Maya asks goes to Jonas, all else to Maya."""
    match letter:
        case l.Invitation() | l.InvitationReminder() | l.InvitationAsk() | l.NotNow() if letter.initiator == ME:
            return PARTNER, ME
        case _:
            return ME, PARTNER


def _setting_up() -> tuple[l.Letter, ...]:
    return (
        *(l.SetupPartner("We open a bakery.", name, problem) for name, problem in
          (("Jonas", "missing"), ("", ""), ("", "two"), ("Jonas", "same"), ("Jonas", "refused"))),
        l.SetupExisting("Jonas", _MARCH, agreed=True),
        l.SetupExisting("Jonas", _MARCH, agreed=False),
        l.SetupWhy(
            "Jonas", "jonas@example.org", "Jonas Berg and I are opening a bakery in May. We're old friends but have never worked together.",
            "Why do you want to build this with Jonas, and what do you hope will last?", "Two or three lines are plenty.",
        ),
        l.SetupReady((Note("kept", "Why", _WHY),), "Jonas", "jonas@example.org", _INVITATION, 12, 6),
        l.SetupReady((Note("short_set"),), "Jonas", "jonas@example.org", _SHORT_INVITATION, 6, 6),
        _INVITATION,
        _SHORT_INVITATION,
        l.InvitationSent("Jonas", "jonas@example.org"),
        l.InvitationReminder("Maya", "maya@example.org", _WHY),
        l.InvitationAsk("Maya", "Hm, sounds interesting, tell me more"),
        l.InvitationAsk("Anna", "How long is this going to take us each week?", passed_on=True),
        l.InvitationQuestion("Jonas", "How long is this going to take us each week?"),
        l.Who("Anna", "anna@example.org", ("your name and address", "the day Anna asked me to write to you"), invited=True),
        l.Who("Maya", "maya@example.org", (), invited=False),
        l.NotNow("Maya"),
        l.InvitationNotNow("Jonas"),
        l.InvitationDeclined("Jonas"),
        l.InvitationQuiet("Jonas"),
        l.InvitationUndelivered("Jonas", "jonas@exmaple.org"),
        l.SetupDropped("Jonas"),
        l.SetupDropped(""),
    )  # fmt: skip


def _prompts() -> tuple[l.Letter, ...]:
    return (
        _prompt(
            "Before we start: hopes and worries", "What do you expect from doing this with Jonas, and does anything about it worry you?",
            0, notes=(Note("said_yes", "Jonas"),), lead="Let's begin with how this feels to you.", hint="A line or two is enough.", private=True,
        ),
        _prompt(
            "how you like to talk", _HOW_TO_TALK, 1, notes=(Note("kept", "Hopes and worries", "We sort out who decides what.", private=1),),
            hint="Answer in your own words.", example="Text me before noon. Call me if it is about money.",
        ),
        _prompt(
            "how it shows when you are stuck", "How will I know when you are stuck?", 4, lead="Here is a question from Jonas's side:",
            hint="Some go quiet, some get busy.", example="I stop joking.",
        ),
        _prompt("the tone between us", _TONE, 8, notes=(), hint="Pick two from the list or use your own word.", example="Direct and kind, with jokes."),
        _prompt(
            "Time for the two of you", "How often would you like the two of you to meet, and where?", 0, notes=_KEPT,
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
            hint="I suggest after 30 days, then 90 days, then once a quarter. If you and Jonas differ, I take the slower one and tell you both.",
            extra="Each check-in asks for a number from 1 to 5. Add NUMBERS if Jonas may see yours. It is shown only if you both add it.",
        ),
        *(_prompt("good feedback", "How do you prefer to be critiqued? What is good feedback to you?", 3, notes=(note,), hint="When, where, how straight?")
          for note in _NOTES),
        l.AllPrompts(
            _KEPT,
            (
                l.Item("3", "Good feedback", "How do you prefer to be critiqued? What is good feedback to you?", "When, where, how straight?"),
                l.Item("8", "The tone between us", _TONE, "Pick two from the list or use your own word."),
                l.Item("9", "What we can count on", _COUNT, "Two lines help: I can promise ... / I would like to count on ..."),
            ),
        ),
        l.FollowUp((Note("kept", "What we can count on", "We raise problems early."),), "What we can count on", "We raise problems early."),
        l.Nudge("good feedback", "How do you prefer to be critiqued? What is good feedback to you?", "prompt"),
        l.Nudge("Part 1, side by side", "Would you like to add or ask something?", "reveal"),
        l.Nudge("knowing each other", "", "reveal"),
        l.Nudge("When and where we meet", "", "settle"),
        l.Nudge("", "", "draft"),
        l.Nudge("", "", "setup"),
        l.Nudge("Check-in 1", "How solid is the trust between you today?", "checkin"),
        l.Rest("prompt"),
        l.Rest("draft"),
        l.PartDone((Note("kept", "How you can tell I am stuck", "I get very busy with small things."),), "knowing each other", 4, "what it is for"),
        l.PartDone(_KEPT, "trust", 1, ""),
        l.Reveal(
            1, "knowing each other",
            (
                l.RevealQuestion(0, "How to reach us", (_answer("Maya", "Email is fine.\nRing me after six."), _answer("Jonas", "Text before noon. I am no use after eight.")), alike=False, shared_words=()),
                l.RevealQuestion(0, "Good thanks", (_answer("Maya", "Say it in front of people."), _answer("Jonas", "Tell me quietly, and tell me what I did.")), alike=False, shared_words=()),
                l.RevealQuestion(0, "Good feedback", (_answer("Maya", "Straight, the same day."), _answer("Jonas", "Straight, the same day.")), alike=True, shared_words=()),
                l.RevealQuestion(0, "How you can tell I am stuck", (_answer("Maya", "I get very busy with small things."), _answer("Jonas", "I stop joking.")), alike=False, shared_words=()),
            ),
            "what it is for",
        ),
        l.Reveal(
            2, "what it is for",
            (
                l.RevealQuestion(1, "What we are out to do", (_answer("Maya", "Open in May and pay ourselves by October.", "A"), _answer("Jonas", "Open in May.", "B")), alike=False, shared_words=()),
                l.RevealQuestion(2, "The tone between us", (_answer("Maya", "Direct and supportive.", "A"), _answer("Jonas", "Direct, with jokes.", "B")), alike=False, shared_words=("direct",)),
            ),
            "",
        ),
        l.PassedOn("Jonas", "knowing each other", "What do you do when I forget to call you back?", ()),
        l.PassedOn("Jonas", "what it is for", "", (l.Item("1C", "What we are out to do", "Open in May, and pay ourselves as soon as we can.", ""),)),
        l.PassedOnReceipt((Note("chosen", "What we are out to do", "Open in May."),), "what we promise"),
        l.PassedOnReceipt((Note("passed_on", "", "What do you do when I forget to call you back?"),), ""),
        l.Correction("Jonas", "Good thanks", "Tell me quietly.", "Tell me quietly, and tell me what I did.", 1),
        l.Correction("Jonas", "Good thanks", "Tell me quietly.", "Tell me quietly, and tell me what I did.", 0),
        l.Corrected((Note("replaced", "Good thanks", "Tell me quietly."),), others_told=True),
        l.Corrected((Note("replaced", "Good thanks", "Tell me quietly."),), others_told=False),
        l.Corrected((Note("hidden"),), others_told=False),
        l.Settle((Note("rhythm", "", "once a quarter"),), "When and where we meet", _MEETINGS, _OPTIONS, (), 1),
        l.Settle((), "When and where we meet", _MEETINGS, _OPTIONS, (l.RevealAnswer("A", "Maya", "Every Monday at eight, at the shop."), l.RevealAnswer("B", "Jonas", "Every other Thursday, on a walk.")), 2),
        l.SettleNoted((Note("chosen", "When and where we meet", "Every Monday at eight, at the shop."),)),
    )  # fmt: skip


def _drafts() -> tuple[l.Letter, ...]:
    changes = (
        l.LineChange(
            5,
            "We raise problems early. (both)",
            "If one of us is upset, we say so the same day, even just by text. (Jonas)",
            "Jonas",
            request=False,
        ),
        l.LineChange(
            9,
            "Jonas asks Maya: when I stop joking, ask me what is up.",
            "Jonas asks Maya: when I go quiet, ask me what is up.",
            "Jonas",
            request=True,
        ),
        l.LineChange(4, "Honesty, craft and rest. (Jonas)", "", "Jonas", request=False),
        l.LineChange(12, "", "We pay each other back within a week. (Jonas)", "Jonas", request=False),
    )
    agreed = (l.Agreed("Maya", _MARCH), l.Agreed("Jonas", _EVENING))
    return (
        l.DraftLetter((), 1, _PAGE, (9,), (12,), long=False),
        l.DraftLetter((Note("stale", "1"),), 2, _PAGE, (6, 9), (), long=True),
        l.DraftChanged((), 2, changes, 1, mine=False, in_force=0, sections=_PAGE, asks_of_me=(9,), open_points=(12,)),
        l.DraftChanged((Note("stale", "2"),), 3, changes[:1], 0, mine=True, in_force=2, sections=_PAGE, asks_of_me=(6, 9), open_points=()),
        l.Confirmed(2, _MARCH, waiting=True),
        l.Confirmed(2, _MARCH, waiting=False),
        l.Final(
            agreed, 2, "3f2a9c5d" * 8, _PAGE, (l.PageLine(12, "How much can one of us spend alone?"),), "every Monday at 08:00",
            (date(2026, 4, 2), date(2026, 6, 1)), calendar=True, again=False,
        ),
        l.Final(agreed, 3, "3f2a9c5d" * 8, _PAGE, (), "", (), calendar=False, again=True),
        l.Show(2, _MARCH, _PAGE, date(2026, 4, 2)),
        l.Show(1, None, _PAGE, None),
        l.ChangeAsk(2, in_force=True, set_aside=0, sections=_PAGE),
        l.ChangeAsk(1, in_force=False, set_aside=1, sections=_PAGE),
    )  # fmt: skip


def _checkins() -> tuple[l.Letter, ...]:
    ask = (
        "How solid is the trust between you today? 1 is shaky, 5 is solid.",
        "What is one thing that works?",
        "What is one thing that needs care?",
    )
    rounds = (date(2026, 4, 2), date(2026, 6, 1), date(2026, 9, 1))
    rows = (l.Row("Maya", (3, None, 4)), l.Row("Jonas", (3, 3, 4)))
    works = (_answer("Maya", "The mornings run like a clock."), _answer("Jonas", "We laugh again."))
    care = (_answer("Maya", "Money talks start too late at night."), _answer("Jonas", "The same."))
    line = "If one of us is upset, we say so the same day."
    return (
        l.Checkin(1, _MARCH, *ask, 5, line, numbers=True, digest_days=5),
        l.Checkin(2, _MARCH, *ask, 5, line, numbers=False, digest_days=5),
        l.Checkin(4, _MARCH, *ask, 5, line, numbers=False, digest_days=5, skipped=True),
        l.CheckinNoted(4, "mornings", "money", "partly", 5, hide=True, digest=_EVENING),
        l.CheckinNoted(None, "", "", "", 5, hide=False, digest=_EVENING),
        l.Digest(
            3,
            rounds,
            rows,
            works,
            care,
            5,
            line,
            (_answer("Maya", "yes"), _answer("Jonas", "partly")),
            date(2026, 12, 1),
        ),
        l.Digest(1, rounds[:1], (), works[:1], (), 5, line, (), None),
        l.RhythmChanged("Jonas", "once a month", date(2026, 5, 2)),
        l.RhythmChanged("", "never", None),
    )


def _any_time() -> tuple[l.Letter, ...]:
    ask = "How do you prefer to be critiqued? What is good feedback to you?"
    stages = ("setup", "invited", "answering", "waiting", "reading", "settling", "reviewing", "living")
    places = ("setup", "invited", "asking", "drafting", "agreed", "changing", "ended")
    unclear = (
        "yes", "draft", "question", "which_line", "what_words", "number", "rating", "choice", "answer", "send", "held", "pass_on", "why_words", "hidden_number", "delete",
        "nothing_yet", "checkin_over", "stop", "pause", "unclear",
    )  # fmt: skip
    return (
        *(l.Help(ask if stage == "answering" else "", stage) for stage in stages),
        *(l.Status(l.StatusRow(NAMES, where, 5, 12, ask if where == "asking" else "", date(2026, 4, 2) if where == "agreed" else None, where == "asking"))
          for where in places),
        l.Explain(ask, "When something you did was not good, how do you want to hear about it?", "Straight, the same day, and never in front of others.", "Good feedback"),
        l.Explain(ask, "When something you did was not good, how do you want to hear about it?", ""),
        *(l.AskBack(kind, "sounds good, talk Monday", 2, 9) for kind in unclear),
        l.AskBack("number", "Straight, the same day.", 0, 0),
        l.Paused(date(2026, 5, 12)),
        l.Paused(None),
        l.Goodbye(copy=True),
        l.Goodbye(copy=False),
        l.Left("Jonas", agreed=True),
        l.Left("Jonas", agreed=False),
        l.AtRest(),
        l.WasThisYou("maya.lind@example.com", "Agree, much better"),
        l.Closed(_MARCH),
        *(l.Unread(why, ask) for why in ("empty", "encrypted", "too large", "reaction", "unreadable")),
        l.Unread("empty", ""),
        l.MyData(
            "maya@example.org", "Europe/Berlin",
            (l.OwnAnswer("Good thanks", "Say it in front of people.", "", _MARCH), l.OwnAnswer("Hopes and worries", "We decide things.", "I worry about money.", _MARCH)),
            _PAGE,
        ),
        l.MyData("maya@example.org", "", (), ()),
        l.EraseAsk(agreed=True),
        l.EraseAsk(agreed=False),
        l.Erased(agreed=True),
        l.Erased(agreed=False),
        l.Care(),
        l.Human(),
    )  # fmt: skip
