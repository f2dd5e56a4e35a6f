"""Killed before or after any statement, commit or SMTP verb: the rest is done as if nothing had been (R2)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from long import size, tell

TESTS = Path(__file__).parents[1]


@pytest.mark.row("R2", "T33")
@pytest.mark.soak
def test_wherever_it_dies_nothing_is_lost_done_twice_or_changed(tmp_path: Path) -> None:
    """Most of the labels, the first time they are passed; `make soak` does all, each time."""
    paths = os.pathsep.join(map(str, (TESTS.parent, TESTS, TESTS / "house")))
    command = [sys.executable, str(Path(__file__).with_name("points.py")), str(tmp_path), size("44", "1000"), "1"]
    ended = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False, timeout=size(240, 7200)
    )
    assert ended.returncode == 0, ended.stderr.decode()
    found = json.loads(ended.stdout)

    tell("points", {what: found[what] for what in ("points", "labels", "killed", "twice", "faults")})
    assert found["faults"] == []
    assert found["labels"] >= 40
    assert found["killed"] >= 40
    assert len(found["expected"]["answers"]) == 3
    assert found["expected"]["changed"] == []
