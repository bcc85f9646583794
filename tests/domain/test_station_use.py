from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from geo_service.domain.check_in import CheckIn
from geo_service.domain.facility import Facility
from geo_service.domain.station_use import StationUse, count_use

SUNDAY = datetime(2026, 10, 4, 15, 59, tzinfo=UTC)
"""A minute before midnight in Shanghai."""


def test_visits_are_put_into_the_hours_and_days_of_the_city() -> None:
    visits = [CheckIn("x", rider, 0, SUNDAY) for rider in ("a", "b")]
    visits.append(CheckIn("x", "a", 1, SUNDAY.replace(hour=16)))
    station = Facility("x", "rest_station", 112.14, 32.04, name_en="Station")
    assert count_use("x", station, visits, ZoneInfo("Asia/Shanghai")) == StationUse(
        "x",
        "rest_station",
        "Station",
        visits=3,
        riders=2,
        hours=(1, *[0] * 22, 2),
        weekdays=(1, 0, 0, 0, 0, 0, 2),
    )


def test_nobodys_visits_are_none() -> None:
    use = count_use("x", None, [], ZoneInfo("UTC"))
    assert use == StationUse("x", "", "", 0, 0, (0,) * 24, (0,) * 7)
