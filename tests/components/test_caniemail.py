"""What the mail programs of the world are known to do to our letters is known to us, and a letter is whole without it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from browser import lacking

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "build" / "npm" / "node_modules" / "caniemail"  # .ci/run puts it there
ALLOWED = HERE.parent / "letters" / "caniemail-allowed.txt"


@pytest.fixture(scope="module")
def allowed():
    lines = ALLOWED.read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def test_mail_programs_lack_only_what_a_letter_is_whole_without(sheets, allowed, tmp_path):
    if not shutil.which("node") or not PACKAGE.is_dir():
        lacking("node, or its package caniemail, is not installed")
    letters = tmp_path / "letters.html"
    letters.write_text(sheets, "utf-8")
    command = ["node", HERE / "caniemail.mjs", PACKAGE, letters]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    assert sorted(said) == sorted(allowed)


def test_every_allowed_finding_has_its_reason(allowed):
    assert all(allowed.values())
