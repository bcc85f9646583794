from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest

from geo_service.domain.check_in import CheckIn
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import check_ins

Bearer = Callable[[str], dict[str, str]]


def test_an_analyst_sees_at_which_hours_stations_are_used(
    own_settings: Settings, serve_city: Callable, bearer: Bearer, now: datetime
) -> None:
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        for day, rider in ((0, "a"), (1, "a"), (1, "b")):
            check_ins.write(connection, CheckIn("station", rider, day, now + timedelta(days=day)))
    with serve_city(own_settings, lambda: now + timedelta(days=9)) as client:
        answer = client.get("/stations/use", headers=bearer("analyst")).json()
        assert (answer["since"], answer["until"]) == (None, None)
        assert answer["time_zone"] == "Asia/Shanghai"
        used = {one["facility_id"]: one for one in answer["stations"]}
        assert list(used) == ["station", "station-night", "window"]
        assert (used["station"]["visits"], used["station"]["riders"]) == (3, 2)
        assert used["station"]["kind"] == "rest_station"
        # Ten in the morning there, on a Wednesday and a Thursday.
        assert used["station"]["hours"] == [0] * 10 + [3] + [0] * 13
        assert used["station"]["weekdays"] == [0, 0, 1, 2, 0, 0, 0]
        assert used["window"]["visits"] == 0
        later = client.get("/stations/use?since=2026-11-18T12:00:00Z", headers=bearer("admin"))
        assert later.json()["since"] == "2026-11-18T12:00:00Z"
        assert later.json()["stations"][0]["visits"] == 2


@pytest.mark.parametrize(
    ("role", "status"), [("rider", 403), ("staff", 403), ("operator", 403), ("expired", 401)]
)
def test_nobody_else_sees_it(door: httpx.Client, bearer: Bearer, role: str, status: int) -> None:
    assert door.get("/stations/use", headers=bearer(role)).status_code == status
    assert door.get("/stations/use").status_code == 401


def test_an_end_before_the_beginning_is_refused(door: httpx.Client, bearer: Bearer) -> None:
    path = "/stations/use?since=2026-11-18T12:00:00Z&until=2026-11-18T12:00:00Z"
    answer = door.get(path, headers=bearer("analyst"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "until")
    assert door.get("/stations/use?per=hour", headers=bearer("analyst")).status_code == 422
