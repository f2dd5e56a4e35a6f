"""Which tests prove which row of the specification, and which threat: `python tests/rows.py` prints and writes them.

A test names its rows with `@pytest.mark.row("F18", "T15")`. The rows and their titles stand in docs/rows.md, the threats
and faults in docs/security.md, and nowhere else.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "docs/rows.md", ROOT / "docs/security.md")
NONE = "none yet"
OUT = "does not apply: "  # and the reason, written by hand
_ROW = re.compile(r"^\| ([A-Z]+\d+) \| (.+?) \| (.*) \|$", re.MULTILINE)


def rows(page: str) -> list[str]:
    """Every row's id, in the order of the page."""
    return [row for row, *_ in _ROW.findall(page)]


def proofs() -> dict[str, list[str]]:
    """The tests of each row, as pytest names them: "tests/alliance/test_asking.py::test_..."."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for row in dict.fromkeys(_named(node)):
                    found[row].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _named(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        for call in ast.walk(decorator):  # a row may also stand with one of the examples of a test
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.row":
                yield from (str(ast.literal_eval(name)) for name in call.args)


def current(page: str, found: dict[str, list[str]]) -> str:
    """The page with the files in which the tests of each row stand now."""

    def line(row: re.Match[str]) -> str:
        files = dict.fromkeys(test.partition("::")[0].removeprefix("tests/") for test in found.get(row[1], ()))
        without = row[3] if row[3].startswith(OUT) else NONE
        return f"| {row[1]} | {row[2]} | {', '.join(files) or without} |"

    return _ROW.sub(line, page)


def main() -> int:
    found, without = proofs(), []
    for path in PAGES:
        page = current(path.read_text("utf-8"), found)
        path.write_text(page, "utf-8")
        for row, title, files in _ROW.findall(page):
            print(f"{row}  {title}", *(f"     {x}" for x in found.get(row, [files])), sep="\n")  # noqa: T201
            without += [row] if files == NONE else []
    print(f"\nwithout a test: {' '.join(without)}" if without else "\nevery row has a test or a reason")  # noqa: T201
    return 1 if without else 0


if __name__ == "__main__":
    sys.exit(main())
