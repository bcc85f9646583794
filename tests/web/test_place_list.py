import httpx
import pytest

from geo_service.domain.facility import Facility
from geo_service.web.place_list import MOST_LISTED, PATH, nearest_listed


def test_a_small_city_is_listed_whole(door: httpx.Client) -> None:
    answer = door.get(PATH)
    told = answer.json()
    assert told["all"] is True
    by_id = {place["id"]: place for place in told["places"]}
    assert by_id.keys() == {"cabinet-fresh", "cabinet-stale", "station", "station-night", "window"}
    window = by_id["window"]
    assert window["kind"] == "service_window"
    assert (window["name"], window["hours"]) == ("窗口", "We 09:00-12:00; PH off")
    assert (window["lon"], window["lat"]) == (112.142, 32.042)
    assert window["link"].startswith("https://")
    # What is charged or free now would be wrong later.
    assert not {"charged", "empty", "state"} & by_id["cabinet-fresh"].keys()
    held = {"If-None-Match": answer.headers["etag"]}
    assert door.get(PATH, headers=held).status_code == 304


def test_of_very_many_the_nearest_are_listed() -> None:
    many = [
        Facility(f"f-{n:04}", "water_point", 112.0 + 0.001 * n, 32.0) for n in range(MOST_LISTED)
    ]
    assert nearest_listed(many, (0.0, 0.0)) == many
    few = nearest_listed(many, (112.5, 32.0), most=3)
    assert [one.facility_id for one in few] == ["f-0499", "f-0500", "f-0501"]
    # A position more exact than that is not told apart.
    assert nearest_listed(many, (112.5049, 32.0), most=3) == few
    assert nearest_listed(many, None, most=1)[0].facility_id in {"f-1000", "f-0999"}


def test_distances_are_right_across_the_180th_meridian() -> None:
    many = [Facility("a", "water_point", -179.9, 0.0), Facility("b", "water_point", 170.0, 0.0)]
    assert [one.facility_id for one in nearest_listed(many, (179.95, 0.0), most=1)] == ["a"]


@pytest.mark.parametrize("query", ["lat=32", "lon=112", "lat=91&lon=0", "lat=x&lon=0", "k=1"])
def test_a_place_is_whole_or_none(door: httpx.Client, query: str) -> None:
    assert door.get(f"{PATH}?{query}").status_code == 422


def test_a_position_may_be_given(door: httpx.Client) -> None:
    assert door.get(f"{PATH}?lat=32.03&lon=112.13").json() == door.get(PATH).json()
