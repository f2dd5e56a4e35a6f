"""A team told aloud: Ana's crew, from her first note to the page that stands."""

from datetime import timedelta

import pytest
from crew import ANSWERS, FIRST, NAMES, WHY, Team, answered, drafted, gathered, living, round_of, ruled

from agent.alliance import letters as l
from agent.alliance.event import Replied
from agent.alliance.model import Phase, Stage


@pytest.mark.row("F51", "S26", "F50", "F04", "S05")
def test_the_initiator_is_asked_first_and_nobody_else_is_written_to():
    t = Team().starts()

    assert [type(s.letter) for s in t.sent] == [l.TeamWay]
    assert [n.name for n in t.sent[0].letter.people] == list(NAMES[1:])
    t.says("Ana", "the team please").says("Ana", WHY)
    assert {s.to for s in t.sent} == {1}
    assert isinstance(t.new[0].letter, l.TeamReady)
    t.says("Ana", "SEND")
    assert [s.to for s in t.new if isinstance(s.letter, l.TeamInvitation)] == [2, 3, 4, 5, 6]
    assert all(s.letter.why == WHY for s in t.new if isinstance(s.letter, l.TeamInvitation))


@pytest.mark.row("S35", "F46")
def test_the_team_votes_its_own_rules_and_a_tie_protects():
    t = gathered()
    assert len(t.got(l.Ballot)) == 6
    for name, vote in zip(NAMES, ("a a b a", "a b b b", "a b a b", "a c c b", "a a b b", "pass"), strict=True):
        t.says(name, vote)

    assert t.alliance.rules == {"questions": "all", "agree": "everyone", "rhythm": "2", "names": "hidden"}
    rules = t.got(l.TeamRules, "Ewa")[0]
    assert [r.title for r in rules.rows if r.tied] == ["A line is agreed when"]
    assert t.alliance.phase == Phase.ASKING
    assert not t.got(l.Prompt)
    t.days(1.5)
    assert len(t.got(l.Prompt)) == 6


@pytest.mark.row("S31", "F15", "S30")
def test_a_part_is_shown_to_all_at_once_without_names_and_in_mixed_order():
    t = answered(ruled())
    first = [s for s in t.sent if isinstance(s.letter, l.TeamReveal) and s.letter.number == 1]

    assert len(first) == 6
    assert len({repr(s.letter) for s in first}) == 1
    shown = first[0].letter
    assert shown.hidden
    assert all(not a.name for q in shown.questions for a in q.answers)
    assert "spacious (3)" in shown.questions[1].shared_words
    told = [a.text for a in shown.questions[0].answers]
    assert sorted(told) == sorted(ANSWERS["Q1"])
    assert told != list(ANSWERS["Q1"])


@pytest.mark.row("S29", "F50")
def test_once_the_team_has_its_rules_the_initiator_gets_what_everybody_gets():
    t = answered(ruled())
    begun = next(i for i, s in enumerate(t.sent) if isinstance(s.letter, l.TeamRules))

    def got(number: int) -> list[str]:
        shown = (l.TeamReveal, l.TeamDraft)
        return [
            repr(s.letter) if isinstance(s.letter, shown) else type(s.letter).__name__
            for s in t.sent[begun:]
            if s.to == number
        ]

    assert got(1) == got(2) == got(5)
    assert len([v for v in t.alliance.ballots[0].votes if v.participant == 1]) == 1


@pytest.mark.row("S32", "S34", "F22")
def test_the_draft_has_few_lines_in_the_teams_own_words():
    t = answered(ruled())
    draft = t.got(l.TeamDraft, "Ewa")[-1]
    lines = [line.text for s in draft.sections for line in s.lines]

    assert "Calm mornings, loud lunches." in lines
    assert "Ben: I check every order by noon. I answer each message by five." in lines
    assert "It feels supportive and spacious." in lines or "It feels spacious and supportive." in lines
    said = " ".join(a.text for a in t.alliance.answers)
    for line in t.alliance.draft.lines:
        if not line.text.startswith("It feels"):
            assert all(s.strip() in said for s in line.text.rstrip(".").split(". "))


@pytest.mark.row("F47", "F48")
@pytest.mark.parametrize(
    ("rule", "outcome"), [("everyone", Phase.DRAFTING), ("no_objection", Phase.DRAFTING), ("majority", Phase.AGREED)]
)
def test_the_same_replies_have_three_outcomes(rule, outcome):
    t = drafted(rule)
    for name in ("Ana", "Chi", "Dev", "Ewa"):
        t.says(name, "OK")
    t.says("Ben", "I object to 3 because it could mean anything.")
    t.days(7.5)

    assert t.alliance.phase == outcome
    mending = [type(s.letter) for s in t.sent if isinstance(s.letter, l.Mend)]
    assert bool(mending) == (outcome == Phase.DRAFTING)


@pytest.mark.row("F48", "I5")
def test_silence_lets_a_page_stand_only_where_the_team_said_so_and_is_nobodys_yes():
    for rule, phase in (("everyone", Phase.DRAFTING), ("no_objection", Phase.AGREED), ("majority", Phase.AGREED)):
        t = drafted(rule)
        for name in ("Ana", "Ben", "Chi", "Dev"):
            t.says(name, "OK")
        t.days(8)
        assert t.alliance.phase == phase, rule
        assert {c.participant for c in t.alliance.confirmations} == {1, 2, 3, 4}
        if phase == Phase.AGREED:
            assert [y.name for y in t.got(l.Final, "Finn")[0].agreed] == ["Ana", "Ben", "Chi", "Dev"]
        else:
            assert len(t.got(l.TeamWait)) == 6


@pytest.mark.row("F47", "I4")
def test_an_objection_is_mended_in_the_words_of_who_objects_and_a_second_one_leaves_the_line_open():
    t = drafted("no_objection")
    n = next(i for i, line in enumerate(t.alliance.draft.lines, 1) if line.text.startswith("We decide by noon"))
    t.says("Ben", f"object to {n} because noon is not the same for all.")
    for name in ("Ana", "Chi", "Dev", "Ewa", "Finn"):
        t.says(name, "OK")
    mend = t.days(0.5).got(l.Mend, "Ewa")[0]
    assert mend.rows[0].whys == ("noon is not the same for all.",)
    t.says("Ben", "We decide by the end of the day.").says("Ana", "KEEP").days(5)
    second = t.got(l.TeamDraft, "Ana")[-1]
    assert [t.got(l.TeamDraft, name)[-1].voided for name in ("Ana", "Ben")] == [1, 0]  # a yes that is void is told of
    assert [(c.was, c.now) for c in second.changes] == [("We decide by noon.", "We decide by the end of the day.")]
    t.says("Chi", f"I object to {n}: that is too late.")
    for name in ("Ana", "Ben", "Dev", "Ewa", "Finn"):
        t.says(name, "OK")
    third = t.alliance.draft
    assert third.version == 3
    assert [line.text for line in third.lines if line.open] == ["We decide by the end of the day."]


@pytest.mark.row("F49")
def test_one_silent_member_gets_two_nudges_and_then_the_draft_like_everybody():
    t = drafted("no_objection", silent=("Finn",))

    assert len([s for s in t.sent if s.to == 6 and isinstance(s.letter, l.Nudge | l.Rest)]) == 2
    assert t.alliance.participant(6).stage == Stage.REVIEWING
    assert not [line for line in t.alliance.draft.lines if line.owner == 6]


@pytest.mark.row("F49")
def test_too_few_are_offered_alliances_of_two():
    t = gathered("Ben", no=("Chi", "Dev", "Ewa", "Finn"))

    assert t.alliance.phase == Phase.ENDED
    assert [s.letter.host for s in t.sent if isinstance(s.letter, l.TeamTooFew)] == [True, False]


@pytest.mark.row("S36")
def test_a_team_may_write_its_own_questions():
    t = ruled("c b b a")
    t.days(0.5)
    for name in NAMES:
        t.says(name, f"What do we want to be known for?\nWhat does {name} need?" if name != "Finn" else "pass")
    t.days(1.5)
    asked = [s.letter.ask for s in t.sent if isinstance(s.letter, l.Prompt) and s.to == 4]

    assert asked[1] == "What do we want to be known for?"
    for _ in range(10):
        for name in NAMES:
            if (o := t.alliance.participant(NAMES.index(name) + 1).open) and o.sent and o.about.startswith("prompt"):
                t.says(name, "We finish what we start.")
        t.days(1)
    assert t.alliance.phase == Phase.DRAFTING
    assert "We finish what we start." in [line.text for line in t.alliance.draft.lines]


@pytest.mark.row("F39", "S28", "S37", "S38", "F40", "I13")
def test_numbers_are_the_groups_alone_and_need_four_replies():
    t = living()
    round_of(t, "4 3 4, the calm mornings hold", "3 3 3", "2,2,2")
    few = t.got(l.TeamDigest, "Finn")[-1]
    assert (few.rows, few.words) == ((), ("the calm mornings hold",))
    round_of(t, "3 2 3", "3 3 3", "3 2 3", "4 3 3")
    enough = t.got(l.TeamDigest, "Finn")[-1]
    assert [r.ratings for r in enough.rows] == [(3.5,), (2.5,), (3,)]
    assert len({repr(s.letter) for s in t.sent if isinstance(s.letter, l.TeamDigest) and s.letter.number == 2}) == 1
    round_of(t, "4 2 3", "4 3 3", "4 2 3", "4 3 3", "pass", "lots of fun")
    round_of(t, *["5 2 3"] * 6)
    last = t.got(l.TeamDigest, "Ana")[-1]
    assert [(r.name, r.trend) for r in last.trend] == [
        ("Trust", "up"),
        ("Bring a worry", "down"),
        ("We live by it", "level"),
    ]
    told = " ".join(repr(s.letter) for s in t.sent if isinstance(s.letter, l.TeamDigest))
    assert not any(name in told for name in NAMES)


@pytest.mark.row("S35", "S33")
def test_the_rules_can_be_changed_by_the_same_vote_when_the_page_stands():
    t = living().says("Chi", "RULES")
    assert len([s for s in t.sent if isinstance(s.letter, l.Ballot) and s.letter.again]) == 6
    for name in NAMES:
        t.says(name, "c a", "vote:2")
    assert t.alliance.rules["agree"] == "majority"
    assert t.alliance.rhythm.every == 1


@pytest.mark.row("S33", "F26")
def test_any_member_may_put_a_new_line_to_the_others():
    t = living().says("Finn", "Add: We eat together on Thursdays.", "final:1")

    assert t.alliance.phase == Phase.CHANGING
    for name in NAMES:
        t.says(name, "OK")
    assert t.alliance.agreed == 2
    assert "We eat together on Thursdays." in t.alliance.in_force.text


@pytest.mark.row("F49", "S33")
def test_a_newcomer_is_asked_before_being_asked_to_sign():
    t = living().says("Ben", "Please invite Gia Moss <gia@example.org>, she joins us in June.", "final:1")
    asked = [s for s in t.days(0.6).sent if s.to == 7]
    assert [type(s.letter) for s in asked] == [l.TeamNewcomer]
    t.says("Gia", "YES")
    for words in ("I ask when I do not get it. Does calm mean no music?", "pass", "pass"):
        t.days(0.6).says("Gia", words)
    t.days(0.6)
    assert "Gia: I ask when I do not get it." in [x.text for s in t.got(l.TeamYourPage)[0].sections for x in s.lines]
    assert t.alliance.agreed == 1
    t.says("Gia", "OK")
    assert t.alliance.agreed == 2
    told = t.got(l.TeamJoined, "Ewa")[0]
    assert (told.adds, told.asks) == (("Gia: I ask when I do not get it.",), ("Does calm mean no music?",))
    assert t.alliance.participant(7).stage == Stage.LIVING
    assert {c.participant for c in t.alliance.confirmations if c.version == 2} == {7}


@pytest.mark.row("F49", "F50")
@pytest.mark.parametrize("who", ["Ben", "Ana"])
def test_a_leavers_promise_becomes_an_open_line_that_another_takes_on(who):
    t = living().says(who, "STOP", "final:1")
    mine = next(line for line in t.alliance.drafts[0].lines if line.owner == NAMES.index(who) + 1)

    assert [line.text for line in t.alliance.in_force.lines if line.open] == [mine.text]
    assert not t.got(l.Left)
    assert len(t.got(l.TeamLeft)) == 5
    t.says(who, "Keep saying sorry. It made me braver.", "goodbye")
    assert t.got(l.TeamLeft, "Chi")[-1].words == "Keep saying sorry. It made me braver."
    t.says("Chi", "MINE", f"left:{NAMES.index(who) + 1}")
    line = next(x for x in t.alliance.in_force.lines if x.id == mine.id)
    assert (line.owner, line.open) == (3, False)


@pytest.mark.row("T24", "F49")
def test_a_promise_is_taken_on_by_whoever_surely_said_so():
    t = living().says("Ben", "STOP", "final:1")
    page = t.alliance.in_force

    t.happens(Replied(3, "left:2", "MINE", 3600, "inbox:900", "B"))

    assert t.alliance.in_force == page
    assert [(s.to, s.letter.act) for s in t.new] == [(3, "agree")]
    t.happens(Replied(3, "left:2", "DROP", 3600, "inbox:901", "B"))
    assert t.alliance.phase == Phase.CHANGING, "which is put to all"


@pytest.mark.row("T69", "F05", "F39")
def test_nobody_hears_who_said_what_to_the_invitation_by_asking_where_it_stands():
    t = Team().starts().says("Ana", "TEAM").says("Ana", WHY).says("Ana", "SEND")
    who = ("Ana", "Ben", "Chi")
    before = [t.says(name, "STATUS", "invitation").new[-1].letter.row.names for name in who]
    t.says("Dev", "YES", "invitation").says("Ewa", "No thanks", "invitation")

    assert [t.says(name, "STATUS", "invitation").new[-1].letter.row.names for name in who] == before
    t = gathered("Ben", "Chi", "Ewa")
    assert t.says("Dev", "STATUS", "invitation").new[-1].letter.row.names == "Ana and Dev"
    assert t.says("Ben", "STATUS", "vote").new[-1].letter.row.names == "Ana, Ben, Chi and Ewa"


def pages(t: Team, who: str) -> list[str]:
    """What somebody reads of the page, who asks for all that may be asked for."""
    found = []
    for words in ("SHOW", "MY DATA", "EXPORT"):
        found += [repr(s.letter) for s in t.says(who, words, "invitation").new if s.to == NAMES.index(who) + 1]
    return found


@pytest.mark.row("T65", "S26")
def test_whoever_has_not_said_yes_is_shown_no_page():
    t = answered(ruled("a b b b", "Ben", "Chi", "Ewa"))
    assert t.alliance.participant(4).stage == Stage.INVITED

    shown = pages(t, "Dev")
    assert shown
    assert not [found for found in shown if "PageLine" in found]
    assert any("PageLine" in found for found in pages(t, "Chi"))


@pytest.mark.row("T65", "T6", "F50")
def test_whoever_has_left_is_shown_the_agreement_as_it_stood_and_nothing_later():
    t = answered(ruled("a b b b").says("Ben", "STOP"))
    assert t.alliance.drafts
    assert not [found for found in pages(t, "Ben") if "PageLine" in found]

    t = living().says("Ben", "STOP", "final:1")
    t.says("Ana", "Change 1 to: We speak of canbody.", "final:2")
    for who in ("Ana", "Chi", "Dev", "Ewa", "Finn"):
        t.says(who, "OK")
    assert "canbody" in t.alliance.in_force.text
    shown = pages(t, "Ben")
    assert len([found for found in shown if "PageLine" in found]) == 3
    assert not [found for found in shown if "canbody" in found]
    t.says("Ana", "DELETE", "final:3").says("Ana", "DELETE NOW")
    assert not [found for found in pages(t, "Ben") if "PageLine" in found], "it may hold what was erased"


@pytest.mark.row("T68", "F50")
def test_nobody_learns_whose_an_address_is_by_having_it_invited():
    t = living().says("Ana", "Please add Zed <ben@example.org>", "final:1")

    assert [s.letter for s in t.new] == [l.TeamNotAsked("Zed")]


@pytest.mark.row("F49", "F05")
def test_who_says_no_thanks_is_not_asked_again_and_nobody_is_told():
    t = gathered("Ben", "Chi", "Ewa", no=("Dev", "Finn"))

    assert not [s for s in t.sent if s.to in (4, 5 + 1) and not isinstance(s.letter, l.TeamInvitation)]
    assert t.got(l.Ballot, "Ana")
    for name in ("Ana", "Ben", "Chi", "Ewa"):
        t.says(name, "a b b b")
    assert t.got(l.TeamRules, "Ana")[0].people == "Ana, Ben, Chi and Ewa"


@pytest.mark.row("S27")
def test_a_family_or_a_choir_gets_other_examples_and_the_same_questions():
    people = "Ben <ben@example.org> and Chi <chi@example.org>"
    asked = {}
    for sort in ("family", "choir", "crew"):
        t = Team().starts(f"I'd like our {sort} to make a team alliance: {people}.")
        for words in ("TEAM", WHY, "SEND"):
            t.says("Ana", words)
        opening = t.got(l.TeamInvitation, "Ben")[0].opening
        t.says("Ben", "YES").says("Chi", "YES")
        for name in NAMES[:3]:
            t.says(name, "a b b b")
        asked[sort] = (opening, t.days(1.5).got(l.Prompt, "Ben")[0])

    assert len({letter.ask for _, letter in asked.values()}) == 1
    assert len({letter.example for _, letter in asked.values()}) == 3
    assert [bool(opening) for opening, _ in asked.values()] == [True, True, False]


@pytest.mark.row("S31", "S04")
@pytest.mark.parametrize(("votes", "nameless"), [("a b b b", True), ("a b b a", False)])
def test_the_first_question_says_who_sees_the_answers_and_that_a_line_may_stay_private(votes, nameless):
    [first] = ruled(votes).got(l.Prompt, "Ewa")

    assert (first.private, first.nameless) == (True, nameless)


@pytest.mark.row("S30", "S43")
def test_there_is_a_day_to_read_the_last_part_before_the_draft_and_what_is_picked_then_counts():
    t = answered_all_but_the_draft()
    last = t.got(l.TeamReveal, "Ana")[-1]
    assert last.last
    assert not t.got(l.TeamDraft)
    question = next(q for q in last.questions if q.title == "When there is conflict")
    pick = next(a.letter for a in question.answers if a.text == "We take an hour apart.")
    for name in NAMES:
        t.says(name, f"{question.number}{pick}", "reveal:acting")

    t.days(1)

    acts = [line.text for line in t.got(l.TeamDraft, "Ana")[0].sections[-1].lines]
    assert any("We take an hour apart." in text for text in acts)


def answered_all_but_the_draft():
    t = ruled("a b b b")
    while "acting" not in t.alliance.revealed:
        for p in t.alliance.present:
            opened = t.alliance.participant(p.number).open
            if opened and opened.sent and opened.about.startswith(("prompt", "follow")):
                key = opened.about.partition(":")[2]
                t.says(p.name, ANSWERS[key][NAMES.index(p.name)] if opened.about.startswith("prompt") else "Pass")
        if "acting" not in t.alliance.revealed:
            t.days(1)
    return t


@pytest.mark.row("F28", "F29", "F47")
@pytest.mark.parametrize("words", ["Yes", "YES!", "yes please", "Ja", "Absolutely", "+1", "Yes, there is", "No"])
def test_a_bare_yes_to_is_there_a_line_you_object_to_is_asked_about(words):
    t = drafted("no_objection").says("Ben", words)

    assert [type(s.letter) for s in t.new] == [l.TeamAsk]
    assert not t.alliance.confirmations


@pytest.mark.row("F47")
@pytest.mark.parametrize("words", ["OK", "Yes, I agree", "Yes. OK", "AGREE", "yes, I can live with it", "No objection"])
def test_an_ok_may_have_a_yes_before_it(words):
    t = drafted("no_objection").says("Ben", words)

    assert [c.words for c in t.alliance.confirmations] == [words]


@pytest.mark.row("F49", "F50")
def test_whoever_started_it_may_leave_before_the_vote_and_the_others_go_on():
    t = Team().starts().says("Ana", "TEAM").says("Ana", WHY).says("Ana", "SEND")
    for name in ("Ben", "Chi", "Dev"):
        t.says(name, "YES")
    t.says("Ana", "STOP")
    for name in ("Ewa", "Finn"):
        t.says(name, "YES")

    assert t.alliance.phase == Phase.VOTING
    assert [bool(t.got(l.Ballot, name)) for name in NAMES] == [False, True, True, True, True, True]


FAMILY = (
    "We are a family of four: my husband Tom (tom@example.org), our kids Lia (16, lia@example.org) and Max (11, "
    "max@example.org). I want us to agree about screens."
)


@pytest.mark.row("S07", "F04")
@pytest.mark.parametrize("first", [FAMILY, FIRST.replace("make a", "make, with Ben who is 15, a")])
def test_whoever_may_be_under_age_is_asked_about_before_a_team_is_written_to(first):
    t = Team().starts(first)

    [letter] = t.got(l.AskAge)
    assert len(letter.people) == len(t.alliance.participants) - 1
    t.says("Ana", "TEAM").says("Ana", "SEND")
    assert len(t.got(l.AskAge)) == 3
    assert not t.got(l.TeamWay)
    assert t.says("Ana", "ADULT").got(l.TeamWay)


@pytest.mark.row("S07")
def test_a_child_that_is_named_at_the_last_moment_is_asked_about_too():
    t = Team().starts().says("Ana", "the team please").says("Ana", WHY)
    t.says("Ana", "Please add my son Leo <leo@kids.example>, he is 12 years old")
    t.says("Ana", "SEND")

    assert t.alliance.guardian == "ask"
    assert not t.got(l.TeamInvitation)


@pytest.mark.row("S28", "S34")
def test_a_late_reply_to_a_teams_check_in_changes_no_digest_and_shows_no_words():
    t = living()
    t.on(t.alliance.checkins[-1].due + timedelta(hours=1))
    about = f"checkin:{len([c for c in t.alliance.checkins if c.asked])}"
    for name in NAMES[:4]:
        t.says(name, "4 4 4\nThe stand-up is calm.", about)
    t.days(10)
    digests = len(t.got(l.TeamDigest))
    t.says(NAMES[5], "4, 2, 1 Ben never listens to me", about)
    t.days(2)

    assert len(t.got(l.TeamDigest)) == digests


@pytest.mark.row("S07")
def test_a_child_takes_part_by_way_of_a_guardian_or_not_at_all():
    t = Team().starts(FAMILY).says("Ana", "without Max").says("Ana", "Lia, gran@example.org")

    assert [p.address for p in t.got(l.AskAge)[-1].people] == ["tom@example.org", "gran@example.org"]
    t.says("Ana", "GUARDIAN")
    assert not t.got(l.TeamWay)  # no alliance of two is begun with a child
    t.says("Ana", WHY).says("Ana", "SEND")
    assert [x.guardian for x in t.got(l.TeamInvitation)] == [True, True]
    assert {s.to for s in t.sent} == {1, 2, 3}


@pytest.mark.row("S26")
def test_send_before_there_is_anything_to_send_asks_for_what_is_missing():
    t = Team().starts().says("Ana", "SEND")

    assert len(t.got(l.TeamWay)) == 2


@pytest.mark.row("S35", "F46")
@pytest.mark.parametrize(
    ("vote", "read"),
    [
        ("all nine, nobody objects, monthly, names", "a b a a"),
        ("no names please, the rest I don't care", "- - - b"),
        ("quarterly, more than half, I don't mind about the others", "- c c -"),
    ],
)
def test_a_vote_may_be_said_as_one_talks(vote, read):
    t = gathered().says("Ben", vote)

    [said] = t.alliance.ballots[0].votes
    assert " ".join(key or "-" for key in said.picks.values()) == read
