import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo_service.domain.check_in import CheckIn
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import check_ins

Run = Callable[..., Any]
NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)


@pytest.fixture
def visited(town: Run, tmp_path: Path) -> Run:
    """Two riders were at station a at noon, one of them on the next day too."""
    settings = Settings(workspace=tmp_path / "workspace", rider_key_file=tmp_path / "rider.key")
    with open_workspace(settings) as workspace, workspace.database.writing() as connection:
        for rider, day in (("x", 0), ("y", 0), ("x", 1)):
            check_ins.write(connection, CheckIn("a", rider, day, NOON + timedelta(days=day)))
    return town


def test_use_is_said_in_a_line_a_station(visited: Run) -> None:
    answer = visited("stations", "use")
    assert answer.code == 0
    assert answer.out == "a\t驿站\t3 visits\t2 riders\tmost at 12:00-13:00\n"


def test_a_time_without_a_visit_has_no_busiest_hour(visited: Run) -> None:
    answer = visited("stations", "use", "--until", "2026-10-01T00:00Z")
    assert answer.out == "a\t驿站\t0 visits\t0 riders\t-\n"


def test_programs_get_json_only(visited: Run) -> None:
    answer = visited("stations", "use", "--since", "2026-10-02T00:00+08:00", "--json")
    (station,) = json.loads(answer.out)["stations"]
    assert (station["visits"], station["riders"], station["hours"][12]) == (1, 1, 1)


def test_a_table_is_written(visited: Run, tmp_path: Path) -> None:
    path = tmp_path / "use.csv"
    answer = visited("stations", "use", "--out", path)
    assert (answer.code, answer.out) == (0, f"{path}: 1 stations, 3 visits\n")
    with path.open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["facility_id"], row["h12"], row["thu"], row["fri"]) == ("a", "3", "2", "1")


def test_wrong_words_are_refused(visited: Run, tmp_path: Path) -> None:
    assert visited("stations", "use", "--out", tmp_path / "use.txt").code == 2
    assert visited("stations", "use", "--out", "use.csv", "--json").code == 2
    same = ("--since", "2026-10-02T00:00Z", "--until", "2026-10-02T00:00Z")
    assert visited("stations", "use", *same).code == 2
