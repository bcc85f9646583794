"""Each threat that is named has a test that shows what stands against it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / ".github" / "SECURITY.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith(("| threat", "| *"))
]


@cache
def names_of_tests(path: Path) -> frozenset[str]:
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:60] for row in ROWS])
def test_a_threat_has_its_answer_and_its_tests(row: list[str]) -> None:
    threat, answer, tests = row
    assert threat
    assert answer
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert named
    for file, test in named:
        assert test in names_of_tests(ROOT / file), f"{file}::{test}"


def test_there_are_threats() -> None:
    assert len(ROWS) > 20
