"""The three worst errors, as a team might bring them about: words shown, a yes that was not given, a reply that is lost."""

from datetime import timedelta

import pytest
from crew import NAMES, Team, answered, drafted, gathered, living, round_of, ruled

from agent.alliance import letters as l
from agent.alliance.event import Undeliverable
from agent.alliance.model import Phase, Stage


def about(t: Team, who: str, kind: type) -> str:
    """What the newest letter of this kind to somebody is about."""
    number = next(p.number for p in t.alliance.participants if p.name == who)
    return next(s.about for s in reversed(t.sent) if s.to == number and isinstance(s.letter, kind))


def numbered(t: Team, words: str) -> int:
    return next(n for n, line in enumerate(t.alliance.draft.lines, 1) if line.text.startswith(words))


def shown(t: Team, who: str) -> str:
    number = next(p.number for p in t.alliance.participants if p.name == who)
    return " ".join(repr(s.letter) for s in t.sent if s.to == number)


@pytest.mark.row("F17")
def test_private_words_reach_nobody_in_a_late_line_nor_in_a_goodbye():
    t = drafted("no_objection", silent=("Finn",))
    t.says("Finn", "We eat at noon.\n\nPRIVATE I may quit.", "prompt:Q3")
    for name in NAMES:
        t.says(name, "OK", f"draft:{len(t.alliance.drafts)}")
    t.days(9)
    assert "We eat at noon." in shown(t, "Ana")
    t.says("Finn", "STOP", about(t, "Finn", l.TeamDraft)).says(
        "Finn", "Keep at it.\n\nPRIVATE I was afraid.", "goodbye"
    )
    assert "Keep at it." in shown(t, "Ana")
    assert not any("quit" in shown(t, n) or "afraid" in shown(t, n) for n in NAMES[:5])


@pytest.mark.row("S31")
def test_nameless_answers_stay_nameless_in_requests_and_whatever_is_voted_later():
    t = ruled("a b b b").days(0.1)
    t.says("Ana", "Finn should speak less.").says("Chi", "Finn should speak less.").says("Ben", "RULES")
    assert "names" not in t.alliance.ballots[-1].rules
    t = answered(t)

    assert "Asked of Finn: Finn should speak less." in t.alliance.drafts[0].text
    assert "Ana asks" not in t.alliance.drafts[0].text


@pytest.mark.row("F29", "F28")
@pytest.mark.parametrize("kind", [l.Objected, l.TeamWait, l.TeamReveal, l.TeamLeft])
def test_ok_to_a_letter_that_did_not_ask_for_it_is_no_yes(kind):
    t = drafted("everyone")
    t.says("Ben", "I object to 3 because it could mean anything.").says("Finn", "STOP")
    if kind is l.TeamWait:
        t = drafted("everyone").days(8)
    t.says("Ben", "OK, thanks", about(t, "Ben", kind))

    assert 2 not in {c.participant for c in t.alliance.confirmations}
    assert isinstance(t.new[0].letter, l.TeamAsk)


@pytest.mark.row("F47", "F49")
def test_an_objection_outlives_that_somebody_leaves():
    t = drafted("no_objection")
    n = numbered(t, "We decide by noon")
    t.says("Ben", f"I object to {n} because noon is too early.").says("Dev", "STOP")

    assert t.alliance.draft.version == 2
    t.days(0.6)
    assert any(note.kind == "objection_stands" for note in t.got(l.TeamDraft, "Ben")[-1].notes)
    for name in ("Ana", "Chi", "Ewa", "Finn"):
        t.says(name, "OK")
    assert t.days(8).got(l.Mend, "Ana")[0].rows[0].whys == ("noon is too early.",)


@pytest.mark.row("F49")
def test_a_leaver_is_not_waited_for_and_nobody_else_is_counted_in_their_place():
    t = drafted("everyone")
    t.says("Finn", "OK")
    t.says("Finn", "STOP", "draft:1")
    version = t.alliance.draft.version
    for name in ("Ana", "Ben", "Chi", "Dev"):
        t.says(name, "OK", f"draft:{version}")
    assert t.alliance.phase == Phase.DRAFTING  # Ewa has said nothing, though six people once spoke
    t.says("Ewa", "STOP", f"draft:{version}")
    for name in ("Ana", "Ben", "Chi", "Dev"):
        t.says(name, "OK", f"draft:{t.alliance.draft.version}")
    assert t.alliance.phase == Phase.AGREED


@pytest.mark.row("F47")
def test_an_objection_is_withdrawn_by_ok_with_the_words_that_went_with_it():
    t = drafted("no_objection").says("Ben", "make 1 say We whistle.")
    for name in NAMES:
        t.says(name, "OK", "draft:1")

    assert t.alliance.agreed == 1


@pytest.mark.row("F48")
def test_a_page_needs_one_ok_even_where_silence_is_no_objection():
    t = drafted("no_objection").days(8)
    assert t.alliance.phase == Phase.DRAFTING
    assert len(t.got(l.TeamWait)) == 6
    t.says("Chi", "OK", "draft:1")
    assert t.alliance.phase == Phase.AGREED


@pytest.mark.row("F47", "S35")
def test_another_rule_is_told_to_who_has_not_answered_and_counted_anew():
    t = drafted("everyone")
    for name in ("Ana", "Ben", "Chi", "Dev"):
        t.says(name, "OK")
    t.days(8).says("Ana", "RULES")
    for name in NAMES:
        t.says(name, "c b", "vote:2")
    assert t.alliance.rules["agree"] == "majority"
    assert t.days(0.6).got(l.TeamDraft, "Finn")[-1].rule == "majority"
    assert t.days(8).alliance.phase == Phase.AGREED


@pytest.mark.row("F47")
def test_a_view_that_is_outvoted_stands_under_its_line_when_its_author_wants():
    t = drafted("majority")
    t.says("Ben", "I object to 3 because it could mean anything.")
    assert t.new[0].letter.may_print
    t.says("Ben", "PRINT", about(t, "Ben", l.Objected))
    for name in ("Ana", "Chi", "Dev", "Ewa"):
        t.says(name, "OK")
    t.days(8)
    views = [v for s in t.got(l.Final, "Ana")[0].sections for line in s.lines for v in line.views]
    assert views == ["A view that differs: It could mean anything."]
    assert "could mean" not in t.alliance.in_force.text
    assert "could mean" not in repr(t.got(l.TeamDraft, "Ana"))


@pytest.mark.row("F14", "S30")
def test_letters_at_a_reveal_mean_what_they_meant_when_somebody_has_left():
    t = ruled()
    for _ in range(12):
        if t.alliance.revealed:
            break
        for p in t.alliance.present:
            o = t.alliance.participant(p.number).open
            if o and o.sent and o.about.startswith(("prompt", "follow")):
                t.says(p.name, f"We {p.name.lower()} at noon.")
        t.days(1)
    question = t.got(l.TeamReveal, "Ewa")[0].questions[0]
    first, second = t.alliance.order["Q1"][:2]
    t.says(t.alliance.participant(first).name, "STOP", "reveal:feel")
    who = next(p.name for p in t.alliance.present if p.number != second)
    t.says(who, "1B", "reveal:feel")
    assert t.alliance.choices[-1].words == question.answers[1].text


@pytest.mark.row("F49")
def test_who_comes_back_late_goes_on_and_holds_up_nobody():
    t = ruled()
    for _ in range(16):
        for p in t.alliance.present:
            o = t.alliance.participant(p.number).open
            if (
                p.name != "Finn"
                and o
                and o.sent
                and o.about.startswith(("prompt", "follow"))
                and not t.alliance.revealed
            ):
                t.says(p.name, "We walk.")
        t.days(1)
    assert t.alliance.revealed == ("feel",)
    for _ in range(3):
        t.says("Finn", "We run.")
    assert isinstance(t.got(l.TeamReveal, "Finn")[-1], l.TeamReveal)
    assert t.alliance.participant(6).part == "each_one"
    t = ruled().days(15).says("Finn", "STATUS")
    assert not t.alliance.participant(6).resting
    assert t.days(8).alliance.participant(6).resting


@pytest.mark.row("F49")
def test_two_newcomers_may_sign_one_after_the_other():
    t = living().says("Ben", "Please add Gia Moss <gia@example.org>.", "final:1")
    t.says("Ana", "Please add Hal Moss <hal@example.org>.", "final:1").days(1)
    for name in ("Gia", "Hal"):
        t.says(name, "YES")
        for _ in range(3):
            t.days(0.6).says(
                name, f"I bring {name} bread." if t._about(7 if name == "Gia" else 8) == "prompt:Q5" else "pass"
            )
    t.days(1).says("Gia", "OK").says("Hal", "OK")
    assert t.alliance.participant(8).stage == Stage.REVIEWING
    t.says("Hal", "OK")

    lines = [line.text for line in t.alliance.in_force.lines]
    assert "I bring Gia bread." in lines
    assert "I bring Hal bread." in lines
    assert not any(
        "Hal bread" in repr(s.letter) for s in t.sent if s.to == 7 and not isinstance(s.letter, l.TeamJoined | l.Final)
    )


@pytest.mark.row("F57")
def test_all_that_somebody_wrote_is_erased_and_the_others_go_on():
    t = drafted("no_objection")
    t.says("Ben", "I object to 2 because zebras bite. Add: We feed zebras.").says("Ben", "DELETE").says(
        "Ben", "DELETE NOW", "erase"
    )

    kept = t.alliance
    assert not [x for x in (*kept.objections, *kept.proposals, *kept.answers, *kept.choices) if x.participant == 2]
    assert kept.phase == Phase.DRAFTING
    assert kept.draft.lines
    for name in ("Ana", "Chi", "Dev", "Ewa", "Finn"):
        t.says(name, "OK")
    assert t.alliance.phase == Phase.AGREED
    assert "zebras" not in shown(t, "Ana")


@pytest.mark.row("F49")
def test_two_of_one_name_are_two():
    t = Team().starts(
        "A team with Kim Berg <kim@a.example>, Kim Moss <kim@b.example> and kim@c.example, kim@d.example please."
    )

    assert [p.name for p in t.alliance.participants[1:]] == ["Kim Berg", "Kim Moss", "Kim", "Kim 2"]
    assert len({p.address for p in t.alliance.participants}) == 5


@pytest.mark.row("F49")
def test_a_mistyped_address_is_told_to_who_named_it_and_mended_by_reply():
    t = living().says("Ben", "Please add Gia Moss <gia@exmple.org>.", "final:1").days(1)
    t.happens(Undeliverable(7, "invitation", True, "inbox:bounce"))
    assert [s.to for s in t.new] == [2]
    t.says("Ben", "REPLACE gia@example.org", t.new[0].about).days(1)
    assert t.alliance.participant(7).address == "gia@example.org"
    assert len([s for s in t.sent if s.to == 7 and isinstance(s.letter, l.TeamNewcomer)]) == 2


@pytest.mark.row("F05")
def test_who_said_no_may_ask_to_join_and_hears_nothing_else():
    t = gathered("Ben", "Chi", "Ewa", no=("Dev", "Finn"))
    before = len([s for s in t.sent if s.to == 4])
    t.days(1).says("Dev", "YES, please", "invitation")
    assert t.alliance.participant(4).stage == Stage.VOTING
    assert len([s for s in t.sent if s.to == 4]) > before


@pytest.mark.row("S35", "F34")
def test_no_single_member_changes_the_rhythm_and_each_may_end_their_own_check_ins():
    t = living().says("Ben", "every month please", "final:1")
    t.says("Ben", "check-ins every month please", "rhythm")
    assert t.alliance.rhythm.every == 2
    t.on(t.alliance.checkins[-1].due + timedelta(hours=1)).says("Ben", "no check-ins")
    assert not t.alliance.participant(2).checkins
    assert t.alliance.rhythm.every == 2
    t.days(6)
    asked = len([s for s in t.sent if s.to == 2 and isinstance(s.letter, l.TeamCheckin)])
    t.on(t.alliance.checkins[-1].due + timedelta(days=1))
    assert len([s for s in t.sent if s.to == 2 and isinstance(s.letter, l.TeamCheckin)]) == asked


@pytest.mark.row("S34")
def test_a_check_in_line_about_somebody_is_shown_to_nobody():
    t = living()
    round_of(t, "3 3 3, Ben never cleans", "3 3 3, the walks are good")

    assert t.got(l.TeamDigest, "Ewa")[-1].words == ("the walks are good",)
    assert t.got(l.TeamCheckinNoted, "Ana")[-1].named == "Ben"


@pytest.mark.row("S26", "F51")
def test_first_begins_alliances_of_two_and_the_team_rests_until_team_is_said():
    t = Team().starts().says("Ana", "FIRST please")
    assert [type(s.letter) for s in t.new] == [l.TeamPairs]
    assert [x.whom for x in t.starts_of] == ["Ben", "Chi", "Dev"]
    assert t.wake is None
    t.days(60).says("Ana", "TEAM", "way")
    assert isinstance(t.new[-1].letter, l.TeamWhy)


@pytest.mark.parametrize(
    "word", ["HELP", "MY DATA", "who is this?", "STATUS", "EXPORT", "SHOW", "PAUSE", "RESUME", "BACK", "BOTH"]
)
def test_the_leader_can_say_anything_at_any_time(word):
    for t in (Team().starts(), Team().starts().says("Ana", "TEAM"), gathered(), ruled(), drafted("everyone")):
        t.says("Ana", word)
        assert t.days(12).sent
