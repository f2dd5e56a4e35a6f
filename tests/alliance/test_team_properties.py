"""What must hold for a team after anything that anybody may say, in any order: the fourteen invariants, and that it goes on.

Three to eight members, silent and hasty ones, newcomers and leavers, answer current and old letters; machines, bounces and
strangers write in between; time passes. A word that may not be seen is a canary: it is looked for in every letter.
"""

import os
import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import msgspec
from crew import FLOW, Team
from holds import holds
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stretch
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent.alliance import letters, waking
from agent.alliance.draft import line_text
from agent.alliance.event import (
    AutoReplied,
    Complained,
    Replied,
    RepliedFromElsewhere,
    Undeliverable,
    Unreadable,
    Unsubscribed,
    Woke,
)
from agent.alliance.model import Alliance, Phase, Stage

NAMES = ("Ana", "Ben", "Chi", "Dev", "Ewa", "Finn", "Gia", "Hal")
YES = ["OK", "ok!", "No objection.", "I can live with it", "AGREE", "I agree."]
WISHES = [
    "object to 1 because {} would suffer", "I object to 2", "object to 3: it is {}", "make 2 say We eat {} at noon", "drop 1", "drop 4",
    "add: We bring {} on Fridays", "add: I sweep the {} each day", "make 3 say I carry the {}", "Ben should cook the {}", "keep 2",
    "leave 2 open", "object to 99 because {}", "make 1 say You cook {}", "Print", "print it please", "OK, but drop 2", "make 5 say Chi pays the {}",
]  # fmt: skip
MEND = [
    "KEEP",
    "keep it",
    "We walk the {} home",
    "make 1 say We rest at {}",
    "pass",
    "drop 1",
    "drop it",
    "make 2 say We {} early",
    "hm?",
]
VOTES = [
    "a a a a",
    "b b b b",
    "c c c b",
    "a b c b",
    "a c a b",
    "a c",
    "b b",
    "pass",
    "everyone says yes",
    "1b 2c",
    "whatever {}",
]
ANSWERS = [
    "We walk the {} at noon.", "I carry {} every Friday.", "{}", "Ben opens the {}. I close it.", "Spacious and {}", "pass", "PASS. {}",
    "I fear {}.\nPRIVATE [] it is", "PRIVATE []", "When it rains, we {}.\n\nPRIVATE []\n\nWe also {}.", "Does {} matter?", "1: {}\n2: {}", "BOTH",
    "LATER", "Chi asks too much about {}", "You carry the {}", "quiet", "ALL", "SHORT", "NEXT", "what do you mean?",
]  # fmt: skip
CHECKS = [
    "4 3 4, {}",
    "5 5 5",
    "3 3 3",
    "{}",
    "pass",
    "2,3,2",
    "4 3",
    "no check-ins",
    "every month please",
    "1: 4\n2: 3\n3: 5",
    "6 6 6",
]
ANY = """PASS|LATER|PAUSE|pause until 12 May|ALL|SHORT|NEXT|BACK|HELP|STATUS|SHOW|CHANGE|BOTH|HIDE|MY DATA|HUMAN|EXPORT|IDEAS|RULES|rules please
what do you mean?|who is this?|RESUME|KEEP|MINE|DROP|mine please|1B|1A 2B|first|team|ADD|QUIET|YES|not now|thanks!|ok|?|every two months|SEND|DELETE
yes but not 3|sounds good, talk Monday|OK. PAUSE|object to 2 because {}. PAUSE|I object|{}|PRIVATE []|PRIVATE [] and\\nmore []\\n\\nIn public {}""".replace("\n", "|").replace("\\n", "\n").split("|")  # fmt: skip
ODD = ["", " ", "\n\n", "😀", "> quoted", "PRIVATE", "…", "x" * 2000, "1:\n2:", "\u0000?!"]
ENDINGS = ["STOP", "unsubscribe", "CLOSE", "NO THANKS", "DELETE NOW", "I want to die"]
FITTING = {
    "prompt": ANSWERS, "follow": ANSWERS, "all": ANSWERS, "vote": VOTES, "draft": YES + YES + WISHES, "final": WISHES, "mend": MEND,
    "checkin": CHECKS, "invitation": ["YES", "yes please", "not now", "what is it?", "YES"], "goodbye": ["Keep the {}.", "Bye. PRIVATE []", "Why {}?"],
    "left": ["MINE", "DROP", "mine 3", "{}"], "way": ["FIRST", "TEAM", "TOGETHER", "{}"], "why": ["Because {}."], "ready": ["SEND", "without Ben", "WHY: {}"],
    "who": ["Kim, kim@example.org", "ben.new@example.org", "REPLACE ben2@example.org"], "erase": ["DELETE NOW", "no", "{}"],
}  # fmt: skip
FOR_MEMBERS = (letters.Prompt, letters.Ballot, letters.TeamDraft, letters.Mend, letters.TeamCheckin, letters.TeamReveal)
_NEW = {Stage.ANSWERING, Stage.REVIEWING}  # to whom a page that stands is new
_ASKED = {Stage.ANSWERING, Stage.WAITING}
ALLOWED = {
    Phase.SETUP: {Stage.PREPARING, Stage.APPROVING},
    Phase.INVITED: {Stage.HOSTING, Stage.VOTING},
    Phase.VOTING: {Stage.VOTING},
    Phase.ASKING: _ASKED,
    Phase.DRAFTING: {Stage.REVIEWING, Stage.CONFIRMED},
    Phase.CHANGING: {Stage.REVIEWING, Stage.CONFIRMED},
    Phase.AGREED: {Stage.LIVING, Stage.CHECKING} | _NEW,
}


@lru_cache(maxsize=200)
def begun(size: int, depth: str, votes: str) -> Team:
    """A team of so many that has come so far."""
    people = ", ".join(f"{n} <{n.lower()}@example.org>" for n in NAMES[1:size])
    t = Team().starts(f"I'd like a team alliance with {people}.")
    if depth == "started":
        return t
    t.says("Ana", "TEAM").says("Ana", "It hurts and nobody says so.").says("Ana", "SEND")
    if depth == "invited":
        return t
    for name in NAMES[1:size]:
        t.says(name, "YES")
    if depth == "voting":
        return t
    for name in NAMES[:size]:
        t.says(name, votes)
    t.days(1.5)
    if depth == "asking":
        return t
    for _ in range(40):
        if t.alliance.phase != Phase.ASKING:
            break
        for p in t.alliance.present:
            opened = t.alliance.participant(p.number).open
            if opened and opened.sent and opened.about.startswith(("prompt", "follow")):
                key = opened.about.partition(":")[2]
                t.says(
                    p.name,
                    f"I sweep the yard on {key}." if key in ("Q4", "Q5", "Q6") else f"We {p.name.lower()} at {key}.",
                )
        t.days(1)
    if depth == "drafted":
        return t
    for name in NAMES[:size]:
        t.says(name, "OK")
    return t if depth == "agreed" else t.on(t.alliance.checkins[-1].due + timedelta(hours=1))


class Teams(RuleBasedStateMachine):
    """Anything may happen; what is promised holds."""

    def __init__(self) -> None:
        super().__init__()
        self.words = 0
        self.secret: dict[str, int] = {}  # a canary that nobody but this member may see, ever
        self.mine: dict[str, int] = {}  # whose any canary is
        self.said: dict[str, int] = {}  # cause: who said it
        self.texts: list[str] = []
        self.steps: list[str] = []

    @initialize(
        size=st.integers(3, 8),
        depth=st.sampled_from(
            ["started", "invited", "voting", "asking", "asking", "drafted", "drafted", "agreed", "checking"]
        ),
        votes=st.sampled_from(["a a b b", "a b b b", "b c a a", "c b b b", "b b c b"]),
    )
    def begin(self, size: int, depth: str, votes: str) -> None:
        base = begun(size, depth, votes)
        self.t = replace(base, sent=list(base.sent), new=[])
        self.said = dict(self.t.causes)
        self.texts = list(self.t.texts)

    # -- what may happen

    @rule(who=st.integers(1, 8), data=st.data())
    def somebody_answers_fittingly(self, who: int, data: st.DataObject) -> None:
        who = self.member(who)
        opened = self.t.alliance.participant(who).open
        about = opened.about if opened else self.some_about(who, data)
        self.reply(who, about, data.draw(st.sampled_from(FITTING.get(about.partition(":")[0], ANY))))

    @rule(data=st.data(), without=st.sets(st.integers(1, 8), max_size=3))
    def most_answer(self, data: st.DataObject, without: set[int]) -> None:
        for p in (
            self.t.alliance.participants if self.t.alliance.phase != Phase.SETUP else self.t.alliance.participants[:1]
        ):
            opened = self.t.alliance.participant(p.number).open
            if opened is not None and opened.sent is not None and p.number not in without:
                kind = opened.about.partition(":")[0]
                pool = {"draft": YES, "checkin": CHECKS[:3], "vote": VOTES[:4], "invitation": ["YES"], "mend": MEND[:5]}
                texts = pool.get(kind) or (FITTING[kind][:6] if kind in FITTING else ["OK"])
                self.reply(p.number, opened.about, data.draw(st.sampled_from(texts)))

    @rule(who=st.integers(1, 8), text=st.sampled_from([*ANY, *ODD, *YES, *WISHES, *ANSWERS, *MEND]), data=st.data())
    def somebody_says_anything_to_any_letter(self, who: int, text: str, data: st.DataObject) -> None:
        who = self.member(who)
        self.reply(who, self.some_about(who, data), text)

    @rule(who=st.integers(1, 8), other=st.integers(1, 8), text=st.sampled_from(YES + WISHES), data=st.data())
    def replies_cross(self, who: int, other: int, text: str, data: st.DataObject) -> None:
        who, other = self.member(who), self.member(other)
        abouts = [self.some_about(who, data), self.some_about(other, data)]
        self.reply(who, abouts[0], text)
        self.reply(other, abouts[1], data.draw(st.sampled_from(YES + WISHES)))
        self.reply(who, abouts[0], text)

    @rule(who=st.integers(1, 8), text=st.sampled_from(ENDINGS), sure=st.integers(0, 3), data=st.data())
    def somebody_leaves(self, who: int, text: str, sure: int, data: st.DataObject) -> None:
        if sure == 0:
            who = self.member(who)
            self.reply(who, self.some_about(who, data), text)

    @rule(who=st.integers(1, 8), sure=st.integers(0, 2))
    def somebody_is_invited(self, who: int, sure: int) -> None:
        if sure == 0 and len(self.t.alliance.participants) < 10:
            who, n = self.member(who), len(self.t.alliance.participants)
            self.reply(who, "info", f"Please invite New Kim <kim{n}@example.org>.")

    @rule(who=st.integers(1, 8), hours=st.integers(-100, 900))
    def a_machine_answers(self, who: int, hours: int) -> None:
        who = self.member(who)
        until = self.t.now + timedelta(hours=hours) if hours else None
        self.happens(AutoReplied(who, until, self.cause(who)))

    @rule(who=st.integers(1, 8), permanent=st.booleans(), sure=st.integers(0, 2), data=st.data())
    def a_letter_bounces(self, who: int, permanent: bool, sure: int, data: st.DataObject) -> None:
        if sure == 0:
            who = self.member(who)
            self.happens(Undeliverable(who, self.some_about(who, data), permanent, self.cause(who)))
        elif sure == 1 and permanent:
            who = self.member(who)
            self.happens(Complained(who, self.cause(who)))

    @rule(who=st.integers(1, 8), sure=st.integers(0, 4), data=st.data())
    def a_mail_program_unsubscribes(self, who: int, sure: int, data: st.DataObject) -> None:
        if sure == 0:
            who = self.member(who)
            self.happens(Unsubscribed(who, self.some_about(who, data), self.cause(who)))

    @rule(who=st.integers(1, 8), text=st.sampled_from([*ANY, *YES, *WISHES, *ANSWERS]), data=st.data())
    def words_come_from_elsewhere(self, who: int, text: str, data: st.DataObject) -> None:
        who = self.member(who)
        text, about = self.own(who, text), self.some_about(who, data)
        self.happens(RepliedFromElsewhere(who, about, text, "x@example.net", self.cause(who, text)))
        if held := self.t.alliance.participant(who).held:
            asked = f"was:{data.draw(st.sampled_from(held)).cause}"
            self.reply(who, asked, data.draw(st.sampled_from(["YES", "no", "hm", "STOP it"])))

    @rule(who=st.integers(1, 8), data=st.data())
    def a_mail_cannot_be_read(self, who: int, data: st.DataObject) -> None:
        who = self.member(who)
        self.happens(Unreadable(who, self.some_about(who, data), "empty", self.cause(who)))

    @rule(hours=st.sampled_from([0.01, 3, 20, 40, 80, 200, 700]))
    def time_passes(self, hours: float) -> None:
        until = self.t.now + timedelta(hours=hours)
        for _ in range(300):
            if self.t.wake is None or self.t.wake > until:
                break
            self.t.now = max(self.t.now, self.t.wake)
            self.happens(Woke(self.cause(0)))
        self.t.now = until

    # -- how it happens

    def member(self, who: int) -> int:
        """One of those who have had a letter: before the invitations only the initiator."""
        if self.t.alliance.phase == Phase.SETUP:
            return 1
        return (who - 1) % len(self.t.alliance.participants) + 1

    def reply(self, who: int, about: str, text: str) -> None:
        text = self.own(who, text)
        self.happens(Replied(who, about, text, None, self.cause(who, text)), text)

    def own(self, who: int, text: str) -> str:
        """With words that nobody else has used: {} for what is said, [] for what is private."""
        while "{}" in text or "[]" in text:
            self.words += 1
            word = f"canary{chr(97 + self.words % 26)}{chr(97 + self.words // 26 % 26)}{chr(97 + self.words // 676)}"
            word = f"secret{word}" if "[]" in text else word
            text = text.replace("[]", word, 1) if "[]" in text else text.replace("{}", word, 1)
            self.mine[word] = who
            if word.startswith("secret"):
                self.secret[word] = who
        return text

    def cause(self, who: int, text: str = "") -> str:
        self.t.count += 1
        cause = f"inbox:{self.t.count}"
        self.said[cause] = who
        self.texts.append(text)
        return cause

    def some_about(self, who: int, data: st.DataObject) -> str:
        """What some letter to this member asked, most likely one of the newest."""
        mine = list(dict.fromkeys(s.about for s in reversed(self.t.sent) if s.to == who))
        return data.draw(st.sampled_from(mine[:3] + mine)) if mine else "info"

    def happens(self, event: object, text: str = "") -> None:
        before = self.t.alliance
        self.t.happens(event)
        self.check(before, event, text)

    # -- what must hold

    def check(self, before: Alliance, event: object, text: str) -> None:
        after, now = self.t.alliance, self.t.now
        actor = getattr(event, "participant", 0)
        assert self.t.wake is None or self.t.wake > now
        for send in self.t.new:
            words = repr(send.letter)
            told = next((p for p in before.participants if p.number == send.to), None)
            for canary, who in self.secret.items():
                assert who == send.to or canary not in words, (send, canary)
            self.nothing_is_seen_before_its_reveal(before, after, send.to, words)
            if told is not None and told.stage in (Stage.LEFT, Stage.DECLINED):
                assert actor == send.to, send
            if after.participant(send.to).stage == Stage.INVITED:
                assert not isinstance(send.letter, FOR_MEMBERS), send
            if after.phase == Phase.SETUP:
                assert send.to == 1, send
            self.no_name_is_told(after, send.letter)
        self.consent(before, after, event, text)
        for a in after.answers:
            assert self.said[a.cause] == a.participant
        self.page(before, after)
        self.nobody_is_left_without_a_word(before, event)
        holds(before, after, event, self.t.new)
        if any(isinstance(s.letter, letters.Erased) for s in self.t.new):
            self.nothing_is_left_of(actor)

    def nothing_is_seen_before_its_reveal(self, before: Alliance, after: Alliance, to: int, words: str) -> None:
        shown = {q.id for part in FLOW.flow.parts if part.id in after.revealed for q in part.prompts}
        for a in after.answers:
            if (
                a.participant == to
                or a.prompt in shown
                or a.prompt == "why"
                or after.drafts
                or a.prompt.startswith("own")
            ):
                continue
            for canary in re.findall(r"\bcanary\w+", a.text):
                assert canary not in words, (a, words)

    def no_name_is_told(self, after: Alliance, letter: letters.Letter) -> None:
        """Nameless answers, objections and numbers stay nameless, and four make a number."""
        names = {p.name for p in after.participants}
        hidden = after.rules.get("names") == "hidden"
        if isinstance(letter, letters.TeamReveal) and hidden:
            assert not any(a.name for q in letter.questions for a in q.answers)
        if isinstance(letter, letters.Correction) and hidden:
            assert not letter.name
        if isinstance(letter, letters.TeamDraft):
            assert not any(c.name for c in letter.changes)
        if isinstance(letter, letters.TeamDigest):
            assert not names & set(re.findall(r"\w+", repr(replace(letter, words=()))))  # they may name each other
            if letter.rows:
                last = next(c for c in after.checkins if c.number == letter.number)
                assert sum(1 for r in last.replies if r.numbers) >= 4

    def consent(self, before: Alliance, after: Alliance, event: object, text: str) -> None:
        earlier = {(c.participant, c.version) for c in before.confirmations}
        for yes in after.confirmations:
            if (yes.participant, yes.version) in earlier:
                continue
            asked = getattr(event, "about", "")
            assert isinstance(event, Replied)
            assert yes.participant == event.participant
            new = before.phase == Phase.AGREED and before.participant(yes.participant).stage == Stage.REVIEWING
            assert text in (*YES, "ok") or (text == "YES" and new) or asked.startswith("was"), (text, yes)
            assert yes.sha256 == after.drafts[yes.version - 1].sha256
            assert asked.startswith(("was", "rest")) or asked.partition(":")[2] == str(yes.version), (
                asked,
                yes,
            )
        if after.phase == Phase.AGREED and before.phase in (Phase.DRAFTING, Phase.CHANGING):
            here = {p.number for p in after.present}
            sure = here & {c.participant for c in after.confirmations if c.version == after.agreed}
            least = {"everyone": len(here), "no_objection": 1, "majority": len(here) // 2 + 1}
            assert len(sure) >= least[after.rules["agree"]]
            if after.rules["agree"] != "majority":
                assert not [o for o in after.objections if o.version == after.agreed and o.participant in here]
        for p in after.participants:
            if p.stage == Stage.CONFIRMED:
                assert after.draft is not None
                assert any(c.participant == p.number and c.version == after.draft.version for c in after.confirmations)

    def page(self, before: Alliance, after: Alliance) -> None:
        """Lines trace to replies; nobody's promise is another's words; nobody who left is promised for."""
        if after.draft is None or after.drafts == before.drafts or not after.draft.text:
            return
        known = set(re.findall(r"\w+", " ".join(["it feels and", *self.texts]).casefold()))
        here = {p.number for p in after.present}
        for line in after.draft.lines:
            assert set(re.findall(r"\w+", line.text.casefold())) <= known, line
            assert {self.said[c] for c in line.source} <= set(line.by) | {line.owner}, line
            if line.owner:
                assert all(self.said[c] == line.owner for c in line.source), line
            if after.phase != Phase.ENDED:
                assert {line.owner, line.asked_of} <= here | {0}, line
            head = line_text(FLOW.flow, after, line).removesuffix(line.text)
            assert not head or line.owner or head.startswith("Asked of"), head

    def nobody_is_left_without_a_word(self, before: Alliance, event: object) -> None:
        if not isinstance(event, Replied) or event.about.startswith("was") or before.phase == Phase.ENDED:
            return
        p, was = self.t.alliance.participant(event.participant), before.participant(event.participant).stage
        if was in (Stage.LEFT, Stage.DECLINED) or p.stage == Stage.DECLINED:
            return
        if before.phase == Phase.SETUP and p.number > 1:
            return
        owed = p.open is not None and p.open.sent is None
        assert owed or any(s.to == p.number for s in self.t.new), (event, p.stage, was)

    def nothing_is_left_of(self, who: int) -> None:
        """After DELETE NOW the group's lines stay, and nothing else of this person's."""
        kept = replace(self.t.alliance, people={}, drafts=(), questions=())
        document = msgspec.json.encode(kept).decode()
        for canary, whose in self.mine.items():
            assert whose != who or canary not in document, (canary, document)

    @invariant()
    def stages_fit_the_phase(self) -> None:
        alliance = self.t.alliance
        if alliance.phase != Phase.ENDED:
            assert {p.stage for p in alliance.present} <= ALLOWED[alliance.phase], alliance.phase

    @invariant()
    def it_goes_on(self) -> None:
        """Something is ahead as long as anybody is waited for, so that no team is stuck for ever."""
        alliance = self.t.alliance
        assert all(p.open is None or p.open.nudges <= waking.MOST_NUDGES for p in alliance.participants)
        if alliance.phase in (Phase.DRAFTING, Phase.CHANGING) and alliance.closes is None:
            assert any(p.open is not None for p in alliance.present)
        if alliance.phase == Phase.VOTING:
            assert self.t.wake is not None
        if alliance.phase == Phase.ASKING and not any(p.paused or p.resting for p in alliance.present):
            assert self.t.wake is not None

    @invariant()
    def it_can_be_stored(self) -> None:
        document = msgspec.json.encode(replace(self.t.alliance, people={}))
        assert msgspec.json.decode(document, type=Alliance) == replace(self.t.alliance, people={})


_SEEKS = os.environ.get("HYPOTHESIS_PROFILE") == "seek"
TestTeams = Teams.TestCase
TestTeams.settings = settings(
    max_examples=2000 if _SEEKS else 40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Stretch.explicit, Stretch.reuse, Stretch.generate],
)
