import httpx
import pytest

from geo_service.export.dictionary import RELEASED


def test_periods_are_listed_with_their_addresses(door: httpx.Client) -> None:
    listed = door.get("/releases").json()["releases"]
    assert [one["period"] for one in listed] == ["2026-10"]
    assert listed[0]["since"] == "2026-09-30T16:00:00Z"
    assert listed[0]["until"] == "2026-10-31T16:00:00Z"
    assert door.get(listed[0]["href"]).status_code == 200


def test_cells_are_rounded_and_say_nothing_else(door: httpx.Client) -> None:
    answer = door.get("/releases/2026-10")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert body["period"] == "2026-10"
    assert body["features"]
    for feature in body["features"]:
        assert set(feature["properties"]) == {"cell", "trips", "riders"}
        described = [column.name for column in RELEASED.columns]
        assert [*feature["properties"], "geometry"] == described
        assert feature["properties"]["trips"] % 10 == 0
        assert feature["properties"]["riders"] == 10
        ring = feature["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        assert all(112 < lon < 113 and 31 < lat < 33 for lon, lat in ring)


@pytest.mark.parametrize("period", ["2026-09", "2026-13", "october", "%27"])
def test_what_has_not_been_released_is_not_found(door: httpx.Client, period: str) -> None:
    answer = door.get(f"/releases/{period}")
    assert answer.status_code == 404
    assert period not in answer.text
