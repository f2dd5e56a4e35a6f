"""How many small mistakes do the tests of a module find? Makes some in a copy of the project, one at a time, with mutmut.

    python bench/mutants.py agent/alliance/draft.py tests/alliance/test_draft.py ... [--sample 30] [--minutes 10]

The first mutant of every function is tried, and then a sample of all, the same each time. Prints the score, and the
difference that each survivor makes; who reads them tells what matters from what cannot be told apart.
"""

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("agent", "tests", "flows", "templates", "config", "rehearsals")
FOUND = ("killed", "timeout", "segfault", "suspicious")  # whatever a test run would not pass over in silence


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("module", type=Path)
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--sample", type=int, default=30, help="how many mutants besides the first of each function")
    parser.add_argument("--minutes", type=float, default=10, help="after which it ends with what it has")
    given = parser.parse_args()
    until = time.monotonic() + 60 * given.minutes
    with tempfile.TemporaryDirectory(prefix="mutants") as name:
        folder = Path(name)
        _prepare(folder, given.module, given.tests)
        room = ".".join(given.module.with_suffix("").parts)
        _run(folder, until, f"{room}.*__mutmut_1")
        rest = sorted(set(_results(folder)) - set(_results(folder, checked=True)))
        if rest and time.monotonic() < until:
            _run(folder, until, *random.Random(1).sample(rest, min(given.sample, len(rest))))
        return _report(folder, given.module, len(_results(folder)))


def _prepare(folder: Path, module: Path, tests: list[str]) -> None:
    for part in COPIED:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pytest.ini").write_text(
        "[pytest]\npythonpath = tests .\nasyncio_mode = auto\nmarkers =\n    row(*ids): a row\n", "utf-8"
    )
    lines = {
        "source_paths": ["agent"],
        "only_mutate": [str(module)],
        "also_copy": [*COPIED, "pytest.ini"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": tests,
    }
    said = "".join(f"{key} =\n" + "".join(f"    {value}\n" for value in values) for key, values in lines.items())
    (folder / "setup.cfg").write_text("[mutmut]\n" + said, "utf-8")


def _mutmut(folder: Path, *words: str, until: float | None = None) -> str:
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    left = None if until is None else max(1.0, until - time.monotonic())
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=left, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout + (done.stderr if done.returncode else "")


def _run(folder: Path, until: float, *names: str) -> None:
    said = _mutmut(folder, "run", "--max-children", "1", *names, until=until)
    if "Traceback" in said or "runner returned" in said:
        sys.exit(re.sub(r"[^\n]*\r|[⠀-⣿] [A-Z][a-z ]+", "", said)[-3000:])


def _results(folder: Path, *, checked: bool = False) -> dict[str, str]:
    """What became of each mutant by its name."""
    found = dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+)$", _mutmut(folder, "results", "--all", "true"), re.MULTILINE))
    return {name: state for name, state in found.items() if not checked or state != "not checked"}


def _report(folder: Path, module: Path, total: int) -> int:
    results = _results(folder, checked=True)
    counts = Counter(results.values())
    killed = sum(counts[state] for state in FOUND)
    for name, state in sorted(results.items()):
        if state not in FOUND:
            shown = _mutmut(folder, "show", name) if state == "survived" else ""
            changed = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
            print(f"{state}: {name}", *changed, sep="\n    ")
    score = f"{100 * killed / len(results):.0f} %" if results else "no mutant was tried"
    print(f"{module}: {killed} of {len(results)} found ({score}), of {total} that there are; {dict(counts)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
