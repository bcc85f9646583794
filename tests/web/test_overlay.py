from collections.abc import Callable

import httpx
import pytest

Bearer = Callable[[str], dict[str, str]]

PATHS = ["/overlay/issues", "/overlay/cells", "/overlay/streets"]


def rows(door: httpx.Client, bearer: Bearer, path: str, **params: str) -> list[dict]:
    answer = door.get(path, params=params, headers=bearer("analyst"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["features"]


@pytest.mark.parametrize("path", PATHS)
def test_figures_are_for_analysts_only(door: httpx.Client, bearer: Bearer, path: str) -> None:
    shown_none = door.get(path)
    assert shown_none.status_code == 401
    assert shown_none.headers["www-authenticate"].startswith("Bearer ")
    assert door.get(path, headers=bearer("rider")).status_code == 403
    assert rows(door, bearer, path)


def test_every_issue_has_its_passes(door: httpx.Client, bearer: Bearer) -> None:
    """Twelve riders made two trips each past all five issues, the private one too."""
    found = rows(door, bearer, "/overlay/issues")
    assert {one["properties"]["issue_id"] for one in found} == {f"issue-{i}" for i in range(1, 6)}
    for one in found:
        assert one["geometry"]["type"] == "Point"
        assert one["properties"]["passes"] == 24
        assert one["properties"]["riders"] == 12
        assert one["properties"]["closest_m"] == pytest.approx(5.5, abs=0.3)
        assert one["properties"]["first_pass"].startswith("2026-10-05T01:")
        assert one["properties"]["first_pass"].endswith("Z")
        assert one["properties"]["closed_at"] is None


def test_since_and_until_choose_trips(door: httpx.Client, bearer: Bearer) -> None:
    half = rows(door, bearer, "/overlay/issues", until="2026-10-06T00:00:00Z")
    assert {one["properties"]["passes"] for one in half} == {12}
    none = rows(door, bearer, "/overlay/issues", since="2026-10-07T00:00:00Z")
    assert {one["properties"]["passes"] for one in none} == {0}
    assert none[0]["properties"]["closest_m"] is None
    assert none[0]["properties"]["first_pass"] is None


def test_radius_decides_what_is_a_pass(door: httpx.Client, bearer: Bearer) -> None:
    near = rows(door, bearer, "/overlay/issues", radius_m="3")
    assert {one["properties"]["passes"] for one in near} == {0}


def test_box_keeps_what_lies_in_it(door: httpx.Client, bearer: Bearer) -> None:
    west = rows(door, bearer, "/overlay/issues", bbox="112.12,32.03,112.136,32.05")
    assert [one["properties"]["issue_id"] for one in west] == ["issue-1", "issue-2"]
    around = rows(door, bearer, "/overlay/issues", bbox="112.1375,32.0,-170,33")
    assert [one["properties"]["issue_id"] for one in around] == ["issue-4", "issue-5"]
    assert rows(door, bearer, "/overlay/issues", bbox="0,0,1,1") == []


def test_cells_and_streets_have_trips(door: httpx.Client, bearer: Bearer) -> None:
    cells = rows(door, bearer, "/overlay/cells")
    assert cells[0]["geometry"]["type"] == "Polygon"
    assert max(one["properties"]["trips"] for one in cells) == 24
    streets = rows(door, bearer, "/overlay/streets")
    assert streets[0]["geometry"]["type"] == "LineString"
    assert {one["properties"]["name"] for one in streets} == {"格子街"}
    assert max(one["properties"]["trips"] for one in streets) == 24
    assert sum(one["properties"]["issues"] for one in streets) == 5


def test_figures_by_hour_and_weekday(door: httpx.Client, bearer: Bearer) -> None:
    """Rides began between nine and a quarter past in Shanghai, on a Monday and a Tuesday."""
    for path in PATHS:
        found = rows(door, bearer, path, per="weekday_hour")
        slots = {(one["properties"]["weekday"], one["properties"]["hour"]) for one in found}
        assert slots == {(1, 9), (2, 9)}
        assert {one["properties"]["passes"] for one in found} <= {0, 12, 24}
    issues = rows(door, bearer, "/overlay/issues", per="hour")
    assert [one["properties"]["riders"] for one in issues] == [12] * 5
    assert "weekday" not in issues[0]["properties"]


def test_places_without_a_trip(door: httpx.Client, bearer: Bearer) -> None:
    """All rides are along one of sixteen streets, seven edges of 112."""
    streets = rows(door, bearer, "/overlay/streets", blind_spots="true")
    assert len(streets) == 112 - 7
    assert {one["properties"]["issues"] for one in streets} == {0}
    cells = rows(door, bearer, "/overlay/cells", blind_spots="true")
    assert cells[0]["properties"]["street_m"] > 0
    seen = rows(door, bearer, "/overlay/cells")
    names = [{one["properties"]["cell"] for one in found} for found in (cells, seen)]
    assert names[0].isdisjoint(names[1])


def test_hot_spots_are_told(door: httpx.Client, bearer: Bearer) -> None:
    for path in ("/overlay/cells", "/overlay/streets"):
        found = [one["properties"] for one in rows(door, bearer, path)]
        assert {one["hot_spot"] for one in found} == {False}
        assert sum(one["expected_issues"] or 0 for one in found) == pytest.approx(5)


def test_issues_to_confirm(door: httpx.Client, bearer: Bearer) -> None:
    for riders, count in (("true", 5), ("12", 5), ("13", 0)):
        found = rows(door, bearer, "/overlay/issues", unconfirmed=riders)
        assert len(found) == count
        for one in found:
            assert one["properties"]["riders_since_confirmed"] == 12
            assert one["properties"]["last_confirmed_at"] == "2026-09-20T00:00:00Z"


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("/overlay/cells", {"per": "hour", "blind_spots": "true"}, "per"),
        ("/overlay/issues", {"per": "hour", "unconfirmed": "3"}, "per"),
        ("/overlay/issues", {"blind_spots": "true"}, "blind_spots"),
        ("/overlay/streets", {"unconfirmed": "3"}, "unconfirmed"),
        ("/overlay/issues", {"unconfirmed": "0"}, "unconfirmed"),
        ("/overlay/issues", {"unconfirmed": "yes"}, "unconfirmed"),
        ("/overlay/streets", {"per": "month"}, "per"),
        ("/overlay/streets", {"blind_spots": "1"}, "blind_spots"),
    ],
)
def test_what_does_not_go_together_is_named(
    door: httpx.Client, bearer: Bearer, path: str, params: dict[str, str], field: str
) -> None:
    refused = door.get(path, params=params, headers=bearer("analyst"))
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]
    assert door.get(path, params=params).status_code == 401


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("radius_m", "0"),
        ("radius_m", "1001"),
        ("since", "yesterday"),
        ("until", "2026-10-06"),
        ("bbox", "1,2,3"),
        ("k", "3"),
    ],
)
def test_wrong_parameters_are_named(
    door: httpx.Client, bearer: Bearer, name: str, text: str
) -> None:
    refused = door.get("/overlay/cells", params={name: text}, headers=bearer("analyst"))
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [name]


def test_who_may_not_see_is_not_told_what_is_wrong(door: httpx.Client) -> None:
    assert door.get("/overlay/cells", params={"radius_m": "x"}).status_code == 401
