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
    assert door.get(path).status_code == 403
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
    assert door.get("/overlay/cells", params={"radius_m": "x"}).status_code == 403
