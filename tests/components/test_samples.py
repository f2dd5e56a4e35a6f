"""The samples in config/ that other programs read: as far as those programs can say without being installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from browser import lacking

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "config/alliance.service"


@pytest.fixture
def systemd() -> str:
    return shutil.which("systemd-analyze") or lacking("no systemd-analyze")


def test_the_unit_is_understood(systemd: str, tmp_path: Path) -> None:
    unit = tmp_path / "alliance.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/alliance/venv/bin/alliance", "/bin/true"), "utf-8")

    said = subprocess.run([systemd, "verify", unit], capture_output=True, text=True, check=False)

    assert [line for line in said.stderr.splitlines() if "alliance.service" in line] == []


def test_the_unit_can_do_little_harm(systemd: str) -> None:
    """Its exposure, by systemd's own reckoning: 10 is without any guard."""
    said = subprocess.run([systemd, "security", "--offline=true", UNIT], capture_output=True, text=True, check=False)
    found = re.search(r"exposure level for alliance\.service: (\d+\.\d)", said.stdout)
    if not found:
        pytest.skip("this systemd cannot tell")

    assert float(found[1]) < 2


def test_the_container_takes_what_is_there_and_starts_the_service() -> None:
    said = (ROOT / "config/Containerfile").read_text("utf-8")

    copied = [name for line in re.findall(r"^COPY (?!--)(.+) \S+$", said, re.MULTILINE) for name in line.split()]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert 'CMD ["serve"]' in said
    assert re.search(r"^USER (?!root)", said, re.MULTILINE)
