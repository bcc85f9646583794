"""``release``: what is said of a month before and when it is frozen."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def city(run: Callable, tmp_path: Path) -> Callable:
    """Make a workspace with trips of 28 and 29 September 2026 by the city's clock."""
    assert run("init").code == 0
    (tmp_path / "t.csv").write_text(
        "trip_id,rider_id,t,lon,lat\n"
        "a,Wang,2026-09-27T16:30:00Z,112.14,32.04\n"
        "a,Wang,2026-09-27T16:30:10Z,112.141,32.04\n"
        "b,Wang,2026-09-29T04:00:00Z,112.14,32.04\n"
        "b,Wang,2026-09-29T04:00:10Z,112.141,32.04\n"
        "c,Wang,2026-08-31T16:00:00Z,112.14,32.04\n"
        "c,Wang,2026-08-31T16:00:10Z,112.141,32.04\n"
    )
    return run


def load(city: Callable, tmp_path: Path, *trips: str) -> None:
    heading, *rows = (tmp_path / "t.csv").read_text().splitlines()
    kept = [row for row in rows if row[0] in trips]
    (tmp_path / "some.csv").write_text("\n".join([heading, *kept, ""]))
    assert city("load", "traces", tmp_path / "some.csv").code == 0


def test_days_without_trips_are_warned_of_before_and_when_it_is_final(
    city: Callable, tmp_path: Path
) -> None:
    load(city, tmp_path, "a", "b")
    would = city("release", "2026-09", "--dry-run")
    assert would.code == 0
    assert would.out == (
        "release 2026-09: 0 cells would be published; nothing is kept\n"
        "Trips in it start from 2026-09-28 to 2026-09-29.\n"
    )
    assert "no trips on the first 27 days and the last day of 2026-09" in would.err
    done = city("release", "2026-09")
    assert done.code == 0, "it was not kept before"
    assert done.out == (
        "release 2026-09: 0 cells\nTrips in it start from 2026-09-28 to 2026-09-29.\n"
    )
    assert done.err == would.err
    for words in (("2026-09",), ("2026-09", "--dry-run")):
        assert "has been released already" in city("release", *words).err


def test_the_first_day_is_the_city_s(city: Callable, tmp_path: Path) -> None:
    load(city, tmp_path, "b", "c")
    told = city("release", "2026-09", "--dry-run")
    assert "Trips in it start from 2026-09-01 to 2026-09-29." in told.out
    assert "no trips on the last day of 2026-09" in told.err


def test_a_month_without_trips_is_told_so(city: Callable) -> None:
    told = city("release", "2026-02")
    assert told.out == "release 2026-02: 0 cells\nThere are no trips in it.\n"
    assert "the first 28 days of 2026-02" in told.err
