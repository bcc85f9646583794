"""The house stays in order: top level, sizes, mirrored tests."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "geo_service"
TOP = {"pyproject.toml", "README.md", "LICENSE", "geo_service", "data", "maps", "tests", "scripts"}
MIRRORED = ("geometry", "domain", "streets", "overlay", "ingest", "store", "export", "maps", "web")

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)


def tracked_files() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("this is no git checkout")
    return listing.stdout.split("\n")[:-1]


def test_top_level_holds_only_what_was_planned() -> None:
    top = {name.split("/")[0] for name in tracked_files()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_files_have_at_most_350_lines() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > 350} == {}


def test_functions_have_at_most_60_lines() -> None:
    long = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                doc = ast.get_docstring(node, clean=False) or ""
                length = node.end_lineno - node.lineno + 1 - doc.count("\n")
                if length > 60:
                    long[f"{path.name}:{node.name}"] = length
    assert long == {}


def test_every_test_file_of_a_room_names_a_module_of_that_room() -> None:
    strays = []
    for room in MIRRORED:
        for test in (ROOT / "tests" / room).rglob("test_*.py"):
            names = {path.stem for path in (PACKAGE / room).rglob("*.py")}
            subject = test.stem.removeprefix("test_")
            if not any(subject == name or subject.startswith(f"{name}_") for name in names):
                strays.append(str(test.relative_to(ROOT)))
    assert strays == []


def test_every_module_has_a_docstring_of_its_own() -> None:
    first_lines = [
        (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0] for path in MODULES
    ]
    assert all(first_lines)
    assert len(set(first_lines)) == len(first_lines)
