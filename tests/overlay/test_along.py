"""Issues along a planned line, in riding order."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyproj import Geod

from geo_service.overlay.along import issues_along, split_long_stretches
from geo_service.overlay.issue_grid import issue_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_service.overlay.along import Along
    from tests.overlay.conftest import Plan

GEOD = Geod(ellps="WGS84")


def along(
    plan: Plan, line: Sequence[Sequence[float]], issues: Sequence[Sequence[float]], radius_m: float
) -> Along:
    way = np.array([plan.at(*vertex) for vertex in line]).reshape(-1, 2)
    points = issue_points([plan.issue(*place) for place in issues])
    return issues_along(way[:, 0], way[:, 1], points, radius_m)


def test_issues_come_in_riding_order_with_their_metres(plan: Plan) -> None:
    found = along(
        plan,
        [(0, 0), (300, 0), (300, 400)],
        [(310, 200), (100, 20), (100, 26), (-10, 0), (300, 430), (20, -5)],
        25.0,
    )
    assert found.issue.tolist() == [3, 5, 1, 0]
    assert found.along_m == pytest.approx([0, 20, 100, 500], abs=0.05)
    assert found.off_m == pytest.approx([10, 5, 20, 10], abs=0.01)


@pytest.mark.parametrize("radius_m", [5e-324, 1e-300, 1e-30, 1e-9])
def test_a_radius_of_next_to_nothing_finds_what_lies_on_the_line(
    plan: Plan, radius_m: float
) -> None:
    found = along(plan, [(0, 0), (300, 0)], [(0, 0), (100, 1)], radius_m)
    assert found.issue.tolist() == [0]


def test_an_issue_passed_twice_is_told_of_once_at_its_nearest(plan: Plan) -> None:
    found = along(plan, [(0, 8), (400, 8), (400, 0), (0, 0)], [(100, 2)], 25.0)
    assert found.along_m == pytest.approx([708.0], abs=0.05)
    assert found.off_m == pytest.approx([2.0], abs=0.01)


def test_of_two_places_equally_near_the_first_counts(plan: Plan) -> None:
    found = along(plan, [(-300, 0), (-10, 0), (-300, 0), (-10, 0)], [(0, 0)], 25.0)
    assert found.along_m == pytest.approx([290.0], abs=0.05)


@pytest.mark.parametrize("place", [(112.15, 32.04), (180.0, -60.0), (0.0, 70.0), (9.0, 89.99)])
def test_random_lines_are_as_the_finest_sampling_says(
    plan_at: type[Plan], place: tuple[float, float]
) -> None:
    rng = np.random.default_rng(int(place[0]))
    plan = plan_at(*place)
    line = np.cumsum(rng.uniform(-150, 150, (9, 2)), axis=0)
    issues = line[rng.integers(0, 9, 40)] + rng.uniform(-60, 60, (40, 2))
    way = np.array([plan.at(*vertex) for vertex in line])
    samples = np.concatenate(
        [GEOD.npts(*a, *b, 2000, initial_idx=0) for a, b in itertools.pairwise(way)]
    )
    nearest = {}
    for number, east_north in enumerate(issues):
        issue = plan.at(*east_north)
        away = GEOD.inv(*samples.T, *(np.full(len(samples), part) for part in issue))[2]
        nearest[number] = min(away)

    found = along(plan, line.tolist(), issues.tolist(), 25.0)

    assert set(found.issue.tolist()) == {one for one, metres in nearest.items() if metres <= 25.0}
    assert found.off_m == pytest.approx([nearest[one] for one in found.issue], rel=1e-3, abs=0.05)
    assert (np.diff(found.along_m) >= 0.0).all()


def test_a_single_vertex_is_a_point(plan: Plan) -> None:
    found = along(plan, [(0, 0)], [(0, 20), (0, 30)], 25.0)
    assert (found.issue.tolist(), found.along_m.tolist()) == ([0], [0.0])


def test_long_stretches_between_vertices_are_searched_too(plan: Plan) -> None:
    # 20 km without a vertex; the geodesic between the ends is the line meant.
    (ends,) = [[plan.at(-10_000, 0), plan.at(10_000, 0)]]
    on_it = GEOD.npts(*ends[0], *ends[1], 3)
    points = issue_points([type(plan)(*place).issue(0, 10) for place in on_it])
    found = issues_along(*np.array(ends).T, points, 25.0)
    assert found.issue.tolist() == [0, 1, 2]
    assert found.along_m == pytest.approx([5000, 10_000, 15_000], abs=1.0)
    assert found.off_m == pytest.approx([10, 10, 10], abs=0.02)


@pytest.mark.parametrize("place", [(112.15, 32.04), (179.0, 0.0), (10.0, 70.0)])
@pytest.mark.parametrize("kilometres", [300, 3000, 12_000])
def test_stretches_of_any_length_are_measured_on_the_earth(
    plan_at: type[Plan], place: tuple[float, float], kilometres: int
) -> None:
    lon, lat, _ = GEOD.fwd(*place, 50, 1000 * kilometres)
    aside = []
    for share in (0.03, 0.3, 0.5, 0.8, 0.97):
        lon_there, lat_there, back = GEOD.fwd(*place, 50, 1000 * kilometres * share)
        aside.append(plan_at(*GEOD.fwd(lon_there, lat_there, back + 90, 20)[:2]).issue(0, 0))
    ends = np.array([place, (lon, lat)])
    found = issues_along(*ends.T, issue_points(aside), 25.0)
    assert found.issue.tolist() == [0, 1, 2, 3, 4]
    assert found.off_m == pytest.approx([20.0] * 5, rel=1e-3)
    metres = 1000.0 * kilometres
    assert found.along_m == pytest.approx(
        [share * metres for share in (0.03, 0.3, 0.5, 0.8, 0.97)], rel=1e-5
    )


def test_only_long_stretches_are_split() -> None:
    lon, lat = np.array([179.9, -179.9, 179.0, 179.1]), np.array([10.0, 10.1, 10.2, 10.3])
    split_lon, split_lat = split_long_stretches(lon, lat)
    assert len(split_lon) == 4 + 2
    assert split_lon[[0, 1, 4, 5]].tolist() == lon.tolist()
    assert split_lat[[0, 1, 4, 5]].tolist() == lat.tolist()
    metres = GEOD.inv(split_lon[1:4], split_lat[1:4], split_lon[2:5], split_lat[2:5])[2]
    whole = GEOD.inv(lon[1], lat[1], lon[2], lat[2])[2]
    assert metres == pytest.approx([whole / 3] * 3)
    assert split_long_stretches(lon[:2], lat[:2])[0].tolist() == lon[:2].tolist()


def test_a_long_stretch_may_pass_poleward_of_its_ends(plan_at: type[Plan]) -> None:
    found = along(plan_at(10.0, 85.0), [(-1000, 0), (1000, 0)], [(0, 24.9)], 25.0)
    assert found.along_m == pytest.approx([1000.0], abs=0.1)


def test_no_line_and_no_issues_are_no_rows(plan: Plan) -> None:
    assert len(along(plan, [], [(0, 0)], 25.0)) == 0
    assert len(along(plan, [(0, 0), (5, 5)], [], 25.0)) == 0
