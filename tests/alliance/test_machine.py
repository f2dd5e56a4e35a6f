"""The two tables: read aloud, every state reachable, every arrow used, and drawn."""

import re
from pathlib import Path

import pytest

from agent.alliance import machine
from agent.alliance.machine import PHASES, STAGES, MachineError, Move
from agent.alliance.model import Phase, Stage


@pytest.mark.parametrize(
    ("table", "states", "starts"), [(PHASES, Phase, {Phase.SETUP}), (STAGES, Stage, {Stage.PREPARING, Stage.INVITED})]
)
def test_every_state_is_reachable(table: tuple[Move, ...], states: type[Phase] | type[Stage], starts: set[str]) -> None:
    reached = set(starts)
    for _ in table:
        reached |= {m.dest for m in table if reached & set(m.sources)}

    assert reached == set(states)


@pytest.mark.parametrize("table", [PHASES, STAGES])
def test_every_arrow_says_why_and_has_a_name_of_its_own(table: tuple[Move, ...]) -> None:
    assert len({m.trigger for m in table}) == len(table)
    assert all(m.why and m.sources for m in table)


def test_the_code_fires_every_arrow_and_no_other() -> None:
    code = "".join(p.read_text("utf-8") for p in Path(machine.__file__).parent.glob("*.py"))
    fired = (
        set(re.findall(r"turn\.move\([\w.]+, \"(\w+)\"\)", code)),
        set(re.findall(r"turn\.phase\(\"(\w+)\"\)", code)),
    )

    assert fired == ({m.trigger for m in STAGES}, {m.trigger for m in PHASES})


def test_phases_and_stages_change_only_through_the_machines() -> None:
    code = {p.name: p.read_text("utf-8") for p in Path(machine.__file__).parent.glob("*.py")}
    setting = [
        n for n, text in code.items() if re.search(r"\b(phase|stage)=(?!machine\.)(?!Stage\.INVITED\b)\w+\.", text)
    ]

    assert not setting


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_but_the_last_can_end(phase: Phase) -> None:
    if phase is Phase.ENDED:
        with pytest.raises(MachineError):
            machine.phase_after(phase, "end")
    else:
        assert machine.phase_after(phase, "end") == Phase.ENDED


@pytest.mark.row("decision 17")
@pytest.mark.parametrize("stage", [s for s in Stage if s not in (Stage.LEFT, Stage.DECLINED)])
def test_one_may_leave_from_every_stage(stage: Stage) -> None:
    assert machine.stage_after(stage, "leave") == Stage.LEFT
    assert machine.may(stage, "leave")


def test_each_arrow_leads_where_the_table_says() -> None:
    for move in STAGES:
        for source in Stage:
            if source in move.sources:
                assert machine.stage_after(source, move.trigger) == move.dest
            else:
                assert not machine.may(source, move.trigger)


@pytest.mark.parametrize(("table", "initial"), [(PHASES, Phase.SETUP), (STAGES, Stage.PREPARING)])
def test_the_tables_are_drawn_by_the_machine_itself(table: tuple[Move, ...], initial: str) -> None:
    drawing = machine.drawn(table, initial)

    assert "stateDiagram" in drawing
    assert all(m.trigger in drawing and str(m.dest) in drawing for m in table)
