"""What is counted of an alliance as it is lived, and which figures come of it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from talk import FLOW, MONDAY, Talk

from agent.alliance.event import AutoReplied
from agent.alliance.figures import FEWEST, FIGURES, OTHERS, Shown, Tally, figures, tally_of
from agent.alliance.turn import Decision


@dataclass
class Counted(Talk):
    """A talk of which each step is counted."""

    tallies: list[Tally] = field(default_factory=list)

    def happens(self, event) -> "Counted":
        before = self.alliance
        super().happens(event)
        self.tallies.append(tally_of(FLOW.flow, before, Decision(self.alliance, tuple(self.new)), event, self.now))
        return self

    def sum(self, name: str) -> int:
        return sum(getattr(t, name) for t in self.tallies)


# ---------------------------------------------------------------- what is counted


def test_an_invitation_counts_when_it_is_out_and_a_yes_when_it_is_said() -> None:
    talk = Counted().starts().says(1, "I want us to be friends in five years.")
    assert (talk.tallies[-1].invited, talk.tallies[-1].joined) == (0, None)

    talk.says(1, "SEND")
    assert (talk.tallies[-1].invited, talk.tallies[-1].accepted) == (1, 0)

    assert (talk.tallies[-1].flow, talk.tallies[-1].team, talk.tallies[-1].created) == ("one_to_one", False, MONDAY)
    talk.now += timedelta(days=2)
    talk.says(2, "Yes")
    assert (talk.tallies[-1].invited, talk.tallies[-1].accepted, talk.tallies[-1].joined) == (1, 1, talk.now)


def test_no_thanks_is_an_invitation_without_a_yes() -> None:
    talk = Counted().invited().says(2, "No thanks")

    assert (talk.tallies[-1].invited, talk.tallies[-1].accepted, talk.tallies[-1].joined) == (1, 0, None)


def test_who_says_yes_and_leaves_has_said_yes() -> None:
    assert Counted().joined().says(2, "STOP").tallies[-1].accepted == 1


def test_an_agreement_counts_from_the_day_when_the_last_said_yes() -> None:
    talk = Counted().drafted().says(1, "AGREE")
    assert talk.tallies[-1].agreed is None

    talk.now += timedelta(days=1)
    assert talk.says(2, "Agree!").tallies[-1].agreed == talk.now


def test_each_reply_counts_and_so_does_each_question_about_what_it_means() -> None:
    talk = Counted().drafted()
    replies, asked = talk.sum("replies"), talk.sum("asked_back")

    talk.says(1, "sounds good, talk Monday").says(1, "AGREE")
    talk.happens(AutoReplied(2, None, "inbox:auto"))

    assert (talk.sum("replies") - replies, talk.sum("asked_back") - asked) == (2, 1)
    assert asked == 0


def test_a_check_in_counts_once_for_each_person_and_its_answer_once() -> None:
    talk = Counted().agreed().waits(days=30)
    assert (talk.sum("checkins"), talk.sum("looked_back")) == (2, 0)

    talk.says(1, "4, mornings, money, partly").says(1, "5, mornings, money, yes", "checkin:1").says(2, "PASS")
    assert (talk.sum("checkins"), talk.sum("looked_back")) == (2, 2)


def test_erasing_a_person_takes_nothing_away_from_the_counts() -> None:
    talk = Counted().agreed().waits(days=30).says(1, "4, mornings, money, partly").says(1, "DELETE NOW", "erase")

    assert talk.sum("looked_back") == 1
    assert (talk.tallies[-1].accepted, talk.tallies[-1].agreed is None) == (1, False)


def test_a_nudge_counts_and_leaving_within_a_day_of_it_is_regret() -> None:
    talk = Counted().joined().waits(days=4)
    assert (talk.sum("nudges"), talk.sum("regrets")) == (2, 0)

    talk.now = talk.alliance.participant(2).open.nudged + timedelta(hours=24)
    assert talk.says(2, "STOP").sum("regrets") == 1


def test_leaving_later_or_unnudged_or_for_the_other_one_is_no_regret() -> None:
    late = Counted().joined().waits(days=4)
    late.now = late.alliance.participant(2).open.nudged + timedelta(hours=24, seconds=1)
    assert late.says(2, "STOP").sum("regrets") == 0
    assert Counted().joined().says(2, "STOP").sum("regrets") == 0

    nudged = Counted().joined().waits(days=4).says(2, "PASS")
    assert nudged.says(2, "STOP").sum("regrets") == 0  # the question that was nudged about was answered


def test_a_machine_that_answers_a_nudge_regrets_nothing() -> None:
    talk = Counted().joined().waits(days=4).happens(AutoReplied(2, None, "inbox:auto"))

    assert talk.sum("regrets") == 0


def test_a_no_to_the_reminder_of_an_invitation_is_an_answer_and_no_regret() -> None:
    talk = Counted().invited().waits(days=8).says(2, "No thanks")

    assert (talk.sum("nudges"), talk.sum("regrets")) == (0, 0)


# ---------------------------------------------------------------- what is shown

LIVED = Tally(
    1, "one_to_one", team=False, kind="friends", created=MONDAY, joined=MONDAY, agreed=MONDAY + timedelta(days=10),
    invited=1, accepted=1, replies=40, asked_back=2, checkins=4, looked_back=3, nudges=2, regrets=0,
)  # fmt: skip
DECLINED = Tally(2, "one_to_one", team=False, kind="friends", created=MONDAY, invited=1)


def of(shown: tuple[Shown, ...], kind: str) -> dict[str, float | None]:
    return {s.figure: s.value for s in shown if s.kind == kind}


def test_the_six_figures() -> None:
    slow = replace(LIVED, agreed=MONDAY + timedelta(days=20, hours=8), nudges=3, regrets=1)

    assert of(figures([LIVED, LIVED, LIVED, slow, slow, slow, DECLINED]), "friends") == {
        "acceptance": 86,  # six of seven
        "completion": 100,  # all that began
        "days to agreement": 15.2,  # the median
        "understood first time": 95,
        "check-in reply": 75,
        "regret": 20.0,  # three of fifteen nudges
    }


def test_a_figure_that_rests_on_too_few_is_not_shown_nor_on_how_many_it_rests() -> None:
    shown = figures([LIVED] * (FEWEST - 1) + [DECLINED])

    assert of(shown, "friends") | {"acceptance": 80} == dict.fromkeys([f.name for f in FIGURES]) | {"acceptance": 80}
    assert [s.alliances for s in shown] == [5, None, None, None, None, None]


def test_kinds_of_which_there_are_too_few_are_taken_together() -> None:
    couples = [replace(LIVED, kind="couple")] * 3
    family = [replace(LIVED, kind="family", accepted=0)] * 2

    shown = figures([*couples, *family, *[LIVED] * 5])

    assert {s.kind for s in shown} == {"friends", OTHERS}
    assert of(shown, OTHERS)["acceptance"] == 60


def test_a_single_kind_of_which_there_are_too_few_keeps_its_name_and_its_numbers_to_itself() -> None:
    shown = figures([LIVED] * 5 + [replace(LIVED, kind="couple")] * 4)

    assert set(of(shown, "couple").values()) == {None}
    assert {s.kind for s in shown} == {"friends", "couple"}  # and there is no sum, from which one could subtract


def test_flows_stand_by_themselves_and_a_team_has_the_targets_of_teams() -> None:
    shown = figures([LIVED] * 5 + [replace(LIVED, flow="team", team=True, kind="", invited=4, accepted=3)] * 5)

    acceptance = {s.flow: (s.value, s.target) for s in shown if s.figure == "acceptance"}
    assert acceptance == {"one_to_one": (100, "at least 60 %"), "team": (75, "at least 70 %")}


def test_nothing_is_shown_of_nothing() -> None:
    assert figures([]) == ()
