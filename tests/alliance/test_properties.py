"""What must hold after anything that anybody may say, in any order, to any letter: the invariants of the house.

Two people answer current and old letters with answers, commands, consents, garbage and nothing; machines, bounces and
strangers write in between; time passes. A word that may not be seen is a canary: it is looked for in every letter.
"""

import os
import re
import zlib
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import msgspec
from holds import holds
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stretch
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from talk import FLOW, Talk

from agent.alliance import letters, waking
from agent.alliance.draft import line_text
from agent.alliance.event import (
    AutoReplied,
    Complained,
    Forged,
    Replied,
    RepliedFromElsewhere,
    Undeliverable,
    Unreadable,
    Unsubscribed,
    Woke,
)
from agent.alliance.model import Alliance, Phase, Stage
from agent.alliance.turn import House

COMMANDS = """PASS|pass please|LATER|later|PAUSE|pause until 12 May|ALL|SHORT|NEXT|next|HELP|STATUS|SHOW|CHANGE|BOTH|BACK|HIDE
MY DATA|HUMAN|EXPORT|IDEAS|IDEAS money|TOOLS|TOOLS 1|MY ALLIANCES|what do you mean?|who is this?|skip|?|RESUME|change my answer about good feedback|n/a""".replace(
    "\n", "|"
).split("|")
AGAIN = ("BACK", "change my answer about good feedback")  # asks an answered prompt once more, beside the open one
ENDINGS = ["STOP", "unsubscribe", "CLOSE", "NO THANKS", "DELETE", "DELETE NOW", "I want to die"]
YES = ["AGREE", "Agree!", "I agree.", "Yes, I agree", "Yes"]  # a plain yes to a draft
MAYBE = [
    "sounds good, talk Monday",
    "I agree except 9",
    "yes if you drop 3",
    "AGREE?",
    "not yet",
    "yes but change 6",
    "AGREE. PAUSE",
]
CHANGES = [
    "make 6 say We eat {} together at noon", "drop 5", "keep 5", "KEEP 6", "add: I bring {} every Friday", "leave 4 open",
    "make 1 say I call {} on Mondays. You wash up.", "drop 200", "make 10 say 'You open the {} by four'", "6 is too vague",
    "make 25 say Tuesdays at nine, at the {}", "add: I cook {}. Maya cleans the shop. Jonas cleans the oven.",
]  # fmt: skip
CHOICES = ["1A", "1B", "2A please", "B", "1: we both want {}", "2C", "9Z", "A", "3a and 1b"]
CHECKS = [
    "4, {}, money, partly",
    "between 3 and 4",
    "PASS",
    "5",
    "3, {}, HIDE",
    "{}",
    "every six months please",
    "weekly",
    "4 5",
    "4, fine. STOP",
]
ODD = [
    "",
    " ",
    "\n\n",
    "ok",
    "thanks!",
    "\u202e\u0000?!",
    "😀",
    "PRIVATE",
    "1:\n2:\n3:",
    "> quoted",
    "Ärger über Ö",
    "x" * 3000,
    "- ",
    "…",
    "DELETE?",
]
ANSWERS = [
    "KEEP", "Keep that, and {}",
    "I like {} before noon.", "We say {} early.", "I do {} every Friday. I would like you to open by five.", "Honesty and {}",
    "Mondays at eight, at the {}", "Tuesdays at nine, in the {}", "every 2 months, {}", "Jonas opens the {}. Maya pays.",
    "I expect {}.\nPRIVATE I fear [] a lot", "{}\nPRIVATE [] and\nmore []\n\nIn public {}", "PRIVATE []", "Good feedback: {}\nGood thanks: {}",
    "{}\n\nGUESS [] and []", "GUESS []\nPRIVATE []", "PASS\nMy guess: []", "1: {}\nGUESS []\n3: {}",
    "1: {}\n2: {}\n4: {}", "BOTH\n{}", "{}. PAUSE", "{}\n\nNEXT", "Time: {}. My city is Lisbon. NUMBERS",
]  # fmt: skip
TRIALS = [
    "make 6 a trial until 2 April",
    "7: for 30 days",
    "8: for good",
    "add: I sweep the {}, try until Easter",
    "another 10 days",
    "Drop it",
]
SLIPS = [
    "I broke line 6 again, sorry. {}", "I broke line 7, sorry. {} Pass it on.", "tell her {}", "PASS ON: {}", "PASS ON", "KEEP", "TALK",
    "Yes, please pass it on.", "Jonas broke line 6. {}. Pass it on.", "Sorry about line 200", "I was late, {}",
]  # fmt: skip
TEXTS = TRIALS + SLIPS + COMMANDS + YES + MAYBE + CHANGES + CHOICES + CHECKS + ODD + ANSWERS
FITTING = {
    "prompt": ANSWERS, "follow": ANSWERS, "all": ANSWERS, "reveal": [*CHOICES, *ANSWERS, "NEXT"], "settle": [*CHOICES, "E", "F"],
    "draft": YES + MAYBE + CHANGES, "final": MAYBE + CHANGES, "renewal": ["KEEP", "TWEAK", "REDESIGN", "keep or not", *CHANGES], "closing": ["PASS", "4\nThank you for the {}.", "Don't tell: {}"], "checkin": CHECKS, "digest": CHECKS, "invitation": ["YES", "ok let's", "NOT NOW", "what is this?"],
    "why": ANSWERS, "ready": ["SEND", "SHORT", "jonas@example.com", "Say it like so: {}"], "who": ["jonas@example.org"],
}  # fmt: skip
ASKING = (
    letters.Prompt,
    letters.AllPrompts,
    letters.FollowUp,
    letters.Settle,
    letters.DraftLetter,
    letters.DraftChanged,
    letters.Checkin,
)

_BEFORE = {Stage.PREPARING, Stage.APPROVING, Stage.INVITED}
_ASKED = {Stage.ANSWERING, Stage.WAITING, Stage.READING, Stage.SETTLING}
ALLOWED = {
    Phase.SETUP: _BEFORE,
    Phase.INVITED: {Stage.HOSTING, Stage.INVITED},
    Phase.ASKING: _ASKED,
    Phase.DRAFTING: {Stage.REVIEWING, Stage.CONFIRMED},
    Phase.AGREED: {Stage.LIVING, Stage.CHECKING},
    Phase.CHANGING: {Stage.REVIEWING, Stage.CONFIRMED},
}


@lru_cache
def begun(depth: str) -> Talk:
    """A talk that has come so far."""
    talk = Talk(
        house=House("Europe/Berlin", code=lambda text: f"{len(text) % 10}{zlib.crc32(text.encode()) % 10**5:05}")
    )
    match depth:
        case "started":
            return talk.starts()
        case "invited":
            return talk.invited()
        case "joined":
            return talk.joined()
        case "revealed":
            return talk.joined().part()
        case "drafted":
            return talk.drafted()
        case "last answers":
            talk.joined().part()
            for _ in range(3):
                talk.says(1, "NEXT", "reveal:x").says(2, "NEXT", "reveal:x").part()
            return talk.says(1, "NEXT", "reveal:trust").says(2, "NEXT", "reveal:trust")
        case "checking":
            return talk.agreed().waits(days=31)
        case "on trial":
            talk.drafted().says(1, "make 6 a trial until 12 March").says(1, "AGREE").says(2, "AGREE")
            return talk.says(2, "I broke line 7, sorry.", "final:2").says(2, "PASS ON")
        case "a year on" | "asked anew":
            talk.agreed()
            while not talk.alliance.renewals:
                talk.waits(days=5)
            return talk.says(1, "REDESIGN").says(2, "REDESIGN") if depth == "asked anew" else talk
    return talk.agreed()


_AFTER_THE_END = (
    letters.Code,
    letters.CodeAgain,
    letters.Closed,
    letters.Closing,
    letters.ClosingNoted,
    letters.LastWord,
    letters.Care,
    letters.Erased,
    letters.EraseAsk,
    letters.Show,
    letters.MyData,
    letters.Human,
    letters.AskBack,
)


class Alliances(RuleBasedStateMachine):
    """Anything may happen; what is promised holds."""

    def __init__(self) -> None:
        super().__init__()
        self.words = 0
        self.secret: dict[str, int] = {}  # a canary that nobody but this participant may see, ever
        self.said: dict[str, int] = {}  # cause: who said it
        self.texts: list[str] = []

    @initialize(
        depth=st.sampled_from(
            [
                "started",
                "invited",
                "joined",
                "revealed",
                "last answers",
                "drafted",
                "agreed",
                "checking",
                "on trial",
                "a year on",
                "asked anew",
            ]
        )
    )
    def begin(self, depth: str) -> None:
        base = begun(depth)
        self.talk = replace(base, sent=list(base.sent), new=[], heard=[])
        self.said = {cause: who for cause, who, _ in base.heard}
        self.texts = [text for _, _, text in base.heard]

    # -- what may happen

    @rule(who=st.integers(1, 2), data=st.data())
    def somebody_answers_fittingly(self, who: int, data: st.DataObject) -> None:
        opened = self.talk.alliance.participant(who).open
        about = opened.about if opened else ""
        if opened is not None and opened.sent is None:
            self.wait(12)
        pool = FITTING.get(about.partition(":")[0], TEXTS)
        self.reply(who, about or self.some_about(who, data), data.draw(st.sampled_from(pool)))

    @rule(data=st.data())
    def both_do_a_part(self, data: st.DataObject) -> None:
        for who in (1, 2):
            for _ in range(data.draw(st.integers(1, 6))):
                opened = self.talk.alliance.participant(who).open
                if opened is not None and opened.sent is not None:
                    kind = opened.about.partition(":")[0]
                    text = {
                        "reveal": "NEXT",
                        "draft": "AGREE",
                        "invitation": "YES",
                        "ready": "SEND",
                        "checkin": "4, {}, {}, yes",
                        "settle": "A",
                        "renewal": "REDESIGN",
                    }
                    self.reply(who, opened.about, text.get(kind, "We meet {} at noon."))

    @rule(who=st.integers(1, 2), text=st.sampled_from(TEXTS), data=st.data())
    def somebody_says_anything_to_any_letter(self, who: int, text: str, data: st.DataObject) -> None:
        self.reply(who, self.some_about(who, data), text)

    @rule(text=st.sampled_from(YES + CHANGES), data=st.data())
    def replies_cross(self, text: str, data: st.DataObject) -> None:
        abouts = [self.some_about(who, data) for who in (1, 2)]
        self.reply(1, abouts[0], text)
        self.reply(2, abouts[1], data.draw(st.sampled_from(YES)))
        self.reply(1, abouts[0], text)

    @rule(who=st.integers(1, 2), text=st.sampled_from(ENDINGS), sure=st.integers(0, 3), data=st.data())
    def somebody_ends_it(self, who: int, text: str, sure: int, data: st.DataObject) -> None:
        if sure == 0:
            self.reply(who, self.some_about(who, data), text)

    @rule(who=st.integers(1, 2), hours=st.integers(-100, 900))
    def a_machine_answers(self, who: int, hours: int) -> None:
        self.happens(AutoReplied(who, self.talk.now + timedelta(hours=hours) if hours else None, self.cause(who)))

    @rule(who=st.integers(1, 2), permanent=st.booleans(), sure=st.integers(0, 2), data=st.data())
    def a_letter_bounces(self, who: int, permanent: bool, sure: int, data: st.DataObject) -> None:
        if sure == 0:
            self.happens(Undeliverable(who, self.some_about(who, data), permanent, self.cause(who)))
        elif sure == 1 and permanent:
            self.happens(Complained(who, self.cause(who)))

    @rule(who=st.integers(1, 2), sure=st.integers(0, 4), data=st.data())
    def a_mail_program_unsubscribes(self, who: int, sure: int, data: st.DataObject) -> None:
        if sure == 0:
            self.happens(Unsubscribed(who, self.some_about(who, data), self.cause(who)))

    @rule(who=st.integers(1, 2), text=st.sampled_from(TEXTS), data=st.data())
    def words_come_from_elsewhere(self, who: int, text: str, data: st.DataObject) -> None:
        text, about = self.own(who, text), self.some_about(who, data)
        self.happens(RepliedFromElsewhere(who, about, text, "x@example.net", self.cause(who, text)))
        if held := self.talk.alliance.participant(who).held:
            self.reply(
                who,
                f"was:{data.draw(st.sampled_from(held)).cause}",
                data.draw(st.sampled_from(["YES", "no", "hm", "STOP it"])),
            )

    @rule(
        who=st.integers(1, 2),
        text=st.sampled_from([*YES, *ENDINGS, "MY DATA", "EXPORT", "SEND", "ALSO ME"]),
        given=st.booleans(),
        data=st.data(),
    )
    def somebody_is_not_sure(self, who: int, text: str, given: bool, data: st.DataObject) -> None:
        """Without a signature no act is done, whatever is said to which letter, until the number comes back."""
        text, about, before = self.own(who, text), self.some_about(who, data), self.talk.alliance
        self.happens(Replied(who, about, text, None, self.cause(who, text), "B"), text)
        after, new = self.talk.alliance, self.talk.new
        assert len(after.confirmations) <= len(before.confirmations)
        assert after.ended == before.ended or after.ended != "closed"
        assert not any(isinstance(s.letter, letters.MyData | letters.Erased) for s in new)
        assert before.phase != Phase.SETUP or after.phase in (Phase.SETUP, Phase.ENDED)
        asked = next((s for s in new if isinstance(s.letter, letters.Code)), None)
        if asked is not None and given:
            assert asked.to == who
            self.happens(Replied(who, asked.about, asked.letter.code, None, self.cause(who), "B"), text)

    @rule(who=st.integers(1, 2), data=st.data())
    def a_forgery_comes(self, who: int, data: st.DataObject) -> None:
        before = self.talk.alliance
        self.happens(Forged(who, self.some_about(who, data), self.cause(who)))
        assert self.talk.alliance.answers == before.answers
        assert self.talk.alliance.confirmations == before.confirmations

    @rule(who=st.integers(1, 2), data=st.data())
    def a_mail_cannot_be_read(self, who: int, data: st.DataObject) -> None:
        self.happens(Unreadable(who, self.some_about(who, data), "empty", self.cause(who)))

    @rule(hours=st.sampled_from([0.01, 3, 9, 20, 80, 250, 900]))
    def time_passes(self, hours: float) -> None:
        self.wait(hours)

    def wait(self, hours: float) -> None:
        until = self.talk.now + timedelta(hours=hours)
        for _ in range(200):
            if self.talk.wake is None or self.talk.wake > until:
                break
            self.talk.now = max(self.talk.now, self.talk.wake)
            self.happens(Woke(self.cause(0)))
        self.talk.now = until

    @rule()
    def it_wakes_for_nothing(self) -> None:
        self.happens(Woke(self.cause(0)))

    # -- how it happens

    def reply(self, who: int, about: str, text: str) -> None:
        text = self.own(who, text)
        self.happens(Replied(who, about, text, None, self.cause(who, text)), text)

    def own(self, who: int, text: str) -> str:
        """With words that nobody else has used: {} for what is said, [] for what is private."""
        while "{}" in text or "[]" in text:
            self.words += 1
            word = f"canary{chr(97 + self.words % 26)}{chr(97 + self.words // 26 % 26)}{chr(97 + self.words // 676)}"
            if "[]" in text:
                text = text.replace("[]", f"secret{word}", 1)
                self.secret[f"secret{word}"] = who
            else:
                text = text.replace("{}", word, 1)
        return text

    def cause(self, who: int, text: str = "") -> str:
        self.talk.count += 1
        cause = f"inbox:{self.talk.count}"
        self.said[cause] = who
        self.texts.append(text)
        return cause

    def some_about(self, who: int, data: st.DataObject) -> str:
        """What some letter to this person asked, most likely one of the newest."""
        mine = list(dict.fromkeys(s.about for s in reversed(self.talk.sent) if s.to == who))
        return data.draw(st.sampled_from(mine[:3] + mine)) if mine else "info"

    def happens(self, event: object, text: str = "") -> None:
        before = self.talk.alliance
        self.talk.happens(event)
        self.check(before, event, text)

    # -- what must hold

    def check(self, before: Alliance, event: object, text: str) -> None:
        after, new, now = self.talk.alliance, self.talk.new, self.talk.now
        assert self.talk.wake is None or self.talk.wake > now
        for send in new:
            told = before.participant(send.to) if before.participants else None
            words = repr(send.letter)
            for canary, who in self.secret.items():
                assert who == send.to or canary not in words, (send, canary)
            for x in after.passages:
                if x.passed is None and x.author != send.to:
                    assert not [c for c in re.findall(r"\bcanary\w+", x.text) if c in words], (send, x)
            self.nothing_is_seen_before_its_reveal(after, send.to, words)
            if before.phase == Phase.ENDED:
                assert isinstance(send.letter, _AFTER_THE_END), send
            if told is not None and told.stage == Stage.DECLINED:
                assert isinstance(send.letter, letters.Erased), send
            if after.phase == Phase.SETUP:
                assert send.to == 1, send
        for who in (1, 2):
            asked = [s for s in new if s.to == who and isinstance(s.letter, ASKING)]
            again = text in AGAIN or getattr(event, "about", "").startswith("was")
            assert len(asked) <= 1 + again, asked
        revealed = [s.to for s in new if isinstance(s.letter, letters.Reveal)]
        for part in {s.about for s in new if isinstance(s.letter, letters.Reveal)}:
            here = {s.to for s in new if isinstance(s.letter, letters.Reveal) and s.about == part}
            assert here == {p.number for p in after.present}, revealed
        self.consent(before, after, event, text)
        self.answers(before, after, event)
        self.page(before, after)
        self.nobody_is_left_without_a_word(before, event)
        holds(before, after, event, new)

    def nothing_is_seen_before_its_reveal(self, after: Alliance, to: int, words: str) -> None:
        shown = {q.id for part in FLOW.flow.of(after.kind).parts if part.id in after.revealed for q in part.prompts}
        since = after.redesigned_at
        old = {w for a in after.answers if since and a.at < since for w in re.findall(r"\bcanary\w+", a.text)}
        old |= {w for d in after.drafts for w in re.findall(r"\bcanary\w+", d.text)}
        for a in after.answers:
            anew = since is not None and a.at >= since
            settled = any(x.prompt == a.prompt for x in after.settlements)
            if (
                a.participant == to
                or a.prompt in shown
                or (after.drafts and not anew)
                or settled
                or (a.prompt == "why" and a.participant == 1)
            ):
                continue
            for canary in re.findall(r"\bcanary\w+", a.text):
                assert canary in old or canary not in words, (a, words)

    def consent(self, before: Alliance, after: Alliance, event: object, text: str) -> None:
        for yes in after.confirmations[len(before.confirmations) :]:
            assert (text in YES and isinstance(event, Replied | RepliedFromElsewhere)) or (
                isinstance(event, Replied) and event.about.startswith(("was", "code"))
            )
            assert yes.participant == event.participant
            assert before.draft is not None and (yes.version, yes.sha256) == (before.draft.version, before.draft.sha256)
        if after.agreed != before.agreed:
            sure = {
                c.participant
                for c in after.confirmations
                if c.sha256 == after.drafts[after.agreed - 1].sha256 and c.version == after.agreed
            }
            assert sure == {p.number for p in after.present}
        for p in after.participants:
            if p.stage == Stage.CONFIRMED:
                assert after.draft is not None
                assert any(c.participant == p.number and c.version == after.draft.version for c in after.confirmations)

    def answers(self, before: Alliance, after: Alliance, event: object) -> None:
        for a in after.answers:
            assert self.said[a.cause] == a.participant

    def page(self, before: Alliance, after: Alliance) -> None:
        """Lines trace to replies; nobody's promise is another's words; WAS and NOW name exactly what changed."""
        if after.draft is None or after.drafts == before.drafts or after.phase == Phase.ENDED:
            return
        own = FLOW.flow.words
        frames = f"{own.meet} {own.rhythm} {own.unmet} after then every days months weeks month week day never"
        known = set(re.findall(r"\w+", " ".join([frames, *self.texts]).casefold()))
        for line in after.draft.lines:
            if not line.text.startswith(FLOW.flow.words.rhythm):
                assert set(re.findall(r"\w+", line.text.casefold())) <= known, line
            if line.owner:
                assert all(self.said[c] == line.owner for c in line.source), line
            for cause in line.source:
                assert self.said[cause] in line.by, line
        if len(after.drafts) > 1:
            old, new = (
                {line.id: (line_text(FLOW.flow, after, line), line.open) for line in d.lines} for d in after.drafts[-2:]
            )
            differ = {i for i in old.keys() | new.keys() if old.get(i) != new.get(i)}
            assert differ == {c.id for c in after.draft.changed}
            assert all(c.was != c.now for c in after.draft.changed)

    def nobody_is_left_without_a_word(self, before: Alliance, event: object) -> None:
        if not isinstance(event, Replied) or event.about.startswith("was") or before.phase == Phase.ENDED:
            return
        p = self.talk.alliance.participant(event.participant)
        if before.participant(p.number).stage in (Stage.LEFT, Stage.DECLINED) or p.stage == Stage.DECLINED:
            return
        if before.phase == Phase.SETUP and p.number == 2:
            return
        owed = p.open is not None and p.open.sent is None
        told = any(s.to == p.number for s in self.talk.new)
        assert owed or told, (event, p.stage, before.participant(p.number))

    @invariant()
    def stages_fit_the_phase(self) -> None:
        alliance = self.talk.alliance
        if alliance.phase != Phase.ENDED:
            assert {p.stage for p in alliance.present} <= ALLOWED[alliance.phase], alliance.phase

    @invariant()
    def few_nudges(self) -> None:
        assert all(p.open is None or p.open.nudges <= waking.MOST_NUDGES for p in self.talk.alliance.participants)

    @invariant()
    def it_can_be_stored(self) -> None:
        document = msgspec.json.encode(replace(self.talk.alliance, people={}))
        assert msgspec.json.decode(document, type=Alliance) == replace(self.talk.alliance, people={})


_SEEKS = os.environ.get("HYPOTHESIS_PROFILE") == "seek"
TestAlliances = Alliances.TestCase
TestAlliances.settings = (
    settings(  # shrinking a long conversation takes minutes: the steps are printed as they were found
        max_examples=2000 if _SEEKS else 80,
        stateful_step_count=30 if _SEEKS else 20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Stretch.explicit, Stretch.reuse, Stretch.generate],
    )
)
