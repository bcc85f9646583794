import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "make_demo_data"
NAMES = ("streets", "facilities", "issues", "areas", "traces")
TABLES = ("categories", "questions", "deadlines", "offers")
FILES = (*(f"{name}.geojson" for name in NAMES), *(f"{name}.csv" for name in TABLES))


@pytest.mark.slow
def test_a_second_run_gives_the_same_bytes(tmp_path: Path, demo_data: Path) -> None:
    # Another order of hashing and another folder to start from must not matter.
    environ = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima"}
    command = [sys.executable, str(SCRIPT), "--out", str(tmp_path / "again")]
    subprocess.run(command, check=True, cwd=tmp_path, env=environ, capture_output=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert sorted(made) == sorted(FILES)
    for name, content in made.items():
        assert content == (demo_data / name).read_bytes(), f"{name} differs: make it again"


@pytest.mark.parametrize("name", NAMES)
def test_each_file_says_in_two_languages_that_it_is_illustrative(
    name: str, read_demo: Callable[[str], dict[str, Any]]
) -> None:
    collection = read_demo(name)
    assert collection["type"] == "FeatureCollection"
    assert "并非实测" in collection["notice"]
    assert "not surveyed" in collection["notice"]
    assert collection["license"] == "Apache-2.0"
    assert collection["description"]


@pytest.mark.parametrize("name", TABLES)
def test_each_row_of_a_table_says_in_two_languages_that_it_is_illustrative(
    name: str, demo_data: Path
) -> None:
    with (demo_data / f"{name}.csv").open(encoding="utf-8-sig", newline="") as table:
        assert {row["note"] for row in csv.DictReader(table)} == {"示意 illustrative"}


@pytest.mark.parametrize("name", TABLES)
def test_spreadsheets_know_a_table_for_utf_8(name: str, demo_data: Path) -> None:
    assert (demo_data / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_files_stay_small(demo_data: Path) -> None:
    assert sum(path.stat().st_size for path in demo_data.iterdir()) < 2_500_000
