"""What a page is given says at each place the seconds to the nearest facility."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.domain.facility import Facility
from geo_service.maps.graded_lines import NO_WAY_S, GradedLines, grade_lines
from geo_service.maps.packing import to_pixels
from geo_service.maps.view import View
from geo_service.streets.catchments import Catchments
from geo_service.streets.long_lines import points_along
from geo_service.streets.prepared import Streets

StreetsOf: TypeAlias = Callable[..., Streets]
CatchmentsOf: TypeAlias = Callable[..., Catchments]
VIEW = View(112.14, 32.0, 112.1, 32.1, 112.2)


def seconds_at(lines: GradedLines, x: float, y: float) -> list[tuple[float, float, int]]:
    """Every line at a place: pixels off it, seconds there, and whose it is."""
    found = []
    for line, site in enumerate(lines.site.tolist()):
        for row in range(lines.offsets[line], lines.offsets[line + 1] - 1):
            a = np.array([lines.x[row], lines.y[row]], float)
            b = np.array([lines.x[row + 1], lines.y[row + 1]], float)
            square = float((b - a) @ (b - a))
            share = (
                0.0
                if not square
                else float(np.clip((np.array([x, y]) - a) @ (b - a) / square, 0, 1))
            )
            off = float(np.hypot(*(np.array([x, y]) - a - share * (b - a))))
            first, last = lines.seconds[row], lines.seconds[row + 1]
            found.append((off, first + share * (last - first), site))
    return sorted(found)


def crooked(streets_of: StreetsOf, **tags: str) -> Streets:
    """A ladder of crooked streets, some 500 m high; drawn up to the left and down to the right."""
    random = np.random.default_rng(2)

    def bent(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
        share = np.linspace(0, 1, 9)[1:-1, None]
        inner = np.array(a) + share * (np.array(b) - np.array(a)) + random.normal(0, 2e-5, (7, 2))
        return [a, *map(tuple, inner.round(7).tolist()), b]

    corners = [[(112.14 + 0.002 * x, 32.04 + 0.001 * y) for x in (0, 1)] for y in range(6)]
    rungs = [bent(*row[:: 1 if y % 2 else -1]) for y, row in enumerate(corners)]
    up = [bent(corners[y][0], corners[y + 1][0]) for y in range(5)]
    down = [bent(corners[y + 1][1], corners[y][1]) for y in range(5)]
    return streets_of(*rungs, *up, *down, **tags)


@pytest.mark.parametrize("oneway", ["no", "yes"])
@pytest.mark.parametrize("tolerance", [1.0, 5.0])
def test_seconds_along_lines_are_those_of_the_pieces(
    streets_of: StreetsOf, catchments_of: CatchmentsOf, tolerance: float, oneway: str
) -> None:
    streets = crooked(streets_of, oneway=oneway)
    assert streets.network.edge_backward.all() == (oneway == "no")
    facilities = [
        Facility("a", "rest_station", 112.1401, 32.0401),
        Facility("b", "rest_station", 112.1418, 32.0447),
    ]
    catchments = catchments_of(streets, facilities, limit=30_000)
    lines = grade_lines(streets.network, catchments, VIEW, tolerance)
    assert (np.diff(lines.site) >= 0).all()
    for row in range(len(catchments.edge)):
        start, end = int(catchments.start_mm[row]), int(catchments.end_mm[row])
        # Nearer to a corner another street may be as near as this one.
        for at in range(start + 6_000, end - 6_000, 5_000):
            share = (at - start) / (end - start)
            first, last = catchments.cost_start[row], catchments.cost_end[row]
            edge = catchments.edge[row : row + 1]
            x, y = to_pixels(*points_along(streets.network, edge, np.array([at])))
            off, seconds, site = seconds_at(lines, float(x[0]), float(y[0]))[0]
            assert off <= tolerance + 1.5, "both places are whole pixels"
            assert site == catchments.site[row]
            assert seconds == pytest.approx((first + share * (last - first)) / 1000, abs=3.5)


def test_facility_in_the_middle_of_a_straight_street_is_where_the_seconds_are_least(
    streets_of: StreetsOf, catchments_of: CatchmentsOf
) -> None:
    streets = streets_of([(112.14, 32.04), (112.15, 32.04)])
    catchments = catchments_of(streets, [Facility("a", "rest_station", 112.145, 32.04)])
    lines = grade_lines(streets.network, catchments, VIEW, 5.0)
    assert lines.offsets.tolist() == [0, 3]
    assert lines.seconds.tolist() == [85, 0, 85]


def test_points_that_matter_little_are_left_out(
    streets_of: StreetsOf, catchments_of: CatchmentsOf
) -> None:
    streets = crooked(streets_of)
    catchments = catchments_of(streets, [Facility("a", "rest_station", 112.1401, 32.0401)])
    fine, coarse = (
        grade_lines(streets.network, catchments, VIEW, tolerance) for tolerance in (0.1, 20.0)
    )
    assert len(coarse.x) < 0.5 * len(fine.x)
    assert coarse.site.tolist() == fine.site.tolist()


def test_where_a_one_way_street_begins_the_seconds_leap(
    streets_of: StreetsOf, catchments_of: CatchmentsOf
) -> None:
    a, b, c = (112.14, 32.04), (112.142, 32.04), (112.141, 32.042)
    streets = streets_of([a, b], [b, c], [c, a], oneway="yes")
    # Who has just passed the facility must go around once more.
    catchments = catchments_of(streets, [Facility("a", "rest_station", *a)])
    lines = grade_lines(streets.network, catchments, VIEW, 1.0)
    x, y = (int(value[0]) for value in to_pixels(np.array([a[0]]), np.array([a[1]])))
    here = (lines.x == x) & (lines.y == y)
    round_s = streets.network.edge_time_ms.sum() / 1000
    assert sorted({int(lines.seconds[here].min()), int(lines.seconds[here].max())}) == [
        0,
        pytest.approx(round_s, abs=1),
    ]
    for row in range(len(lines.x) - 1):
        if (lines.x[row], lines.y[row]) != (lines.x[row + 1], lines.y[row + 1]):
            assert abs(int(lines.seconds[row + 1] - lines.seconds[row])) < 0.6 * round_s


def test_streets_that_reach_no_facility_are_beyond_all_seconds(
    streets_of: StreetsOf, catchments_of: CatchmentsOf
) -> None:
    streets = crooked(streets_of)
    catchments = catchments_of(streets, [Facility("far", "rest_station", 113.0, 32.0)])
    lines = grade_lines(streets.network, catchments, VIEW, 1.0)
    assert set(lines.site.tolist()) == {-1}
    assert set(lines.seconds.tolist()) == {NO_WAY_S}
