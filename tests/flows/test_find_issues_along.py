"""Issues along a route of a workspace: which are told, in which order, and how far along."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from geo_service.domain.issue import Issue
from geo_service.errors import RefusedFields, WrongUsage
from geo_service.flows.find_issues_along import (
    MOST_POSITIONS,
    RouteAnswer,
    RouteQuestion,
    find_issues_along,
)
from geo_service.flows.wiring import Workspace
from geo_service.store import issues as stored

GEOD = Geod(ellps="WGS84")
WAY = [(112.140, 32.04), (112.150, 32.04)]
"""Along the workspace's street."""

Way = Sequence[tuple[float, float]]


def keep(workspace: Workspace, *issues: Issue) -> None:
    with workspace.database.writing() as connection:
        stored.write(connection, issues, replace=True)


def ask(
    workspace: Workspace, way: Way, now: datetime, radius_m: float | None = None
) -> RouteAnswer:
    lon, lat = np.array(way, dtype=np.float64).reshape(-1, 2).T
    return find_issues_along(workspace, RouteQuestion(lon, lat, radius_m), now)


def names(answer: RouteAnswer) -> list[str]:
    return [met.issue.issue_id for met in answer.found]


def issue_at(issue_id: str, lon: float, reported_at: datetime, **words: object) -> Issue:
    return Issue(issue_id, "standing_water", lon, 32.0401, reported_at, **words)


def test_only_public_issues_that_are_open_now_are_told(workspace: Workspace, now: datetime) -> None:
    hour = timedelta(hours=1)
    since = now - 9 * hour
    keep(
        workspace,
        issue_at("open", 112.149, since),
        issue_at("closed", 112.148, since, closed_at=now - hour),
        issue_at("closes now", 112.147, since, closed_at=now),
        issue_at("closes later", 112.146, since, closed_at=now + hour),
        issue_at("not yet", 112.145, now + hour),
        issue_at("just now", 112.144, now),
        issue_at("private", 112.143, since, approved=False),
        issue_at(
            "reopened", 112.142, since, closed_at=now - 3 * hour, reopened=((now - hour, None),)
        ),
        issue_at("closed again", 112.141, since, closed_at=since, reopened=((since, now - hour),)),
    )
    told = ["reopened", "just now", "closes later", "open"]
    assert names(ask(workspace, WAY, now)) == told
    assert names(ask(workspace, WAY[::-1], now)) == told[::-1]
    east = now.astimezone(timezone(timedelta(hours=8)))
    assert names(ask(workspace, WAY, east)) == told
    assert names(ask(workspace, WAY, now - 2 * hour)) == [
        "closed again",
        "closes later",
        "closes now",
        "closed",
        "open",
    ]


def test_a_loop_tells_of_an_issue_once_where_it_comes_nearest(
    workspace: Workspace, now: datetime
) -> None:
    keep(workspace, issue_at("i", 112.145, now))
    (there,) = ask(workspace, [*WAY, (112.15, 32.04008), (112.14, 32.04008)], now).found
    length_m = GEOD.inv(*WAY[0], *WAY[1])[2]
    assert there.along_m == pytest.approx(1.5 * length_m, abs=10)
    assert there.off_m == pytest.approx(2.2, abs=0.1)
    (first,) = ask(workspace, [*WAY, WAY[0]], now).found
    assert first.along_m == pytest.approx(0.5 * length_m, abs=0.1)


def test_of_issues_met_at_once_the_smaller_id_comes_first(
    workspace: Workspace, now: datetime
) -> None:
    keep(workspace, *(issue_at(name, 112.145, now) for name in ("b", "a", "c")))
    assert names(ask(workspace, WAY, now)) == ["a", "b", "c"]


@pytest.mark.parametrize("place", [(112.145, 32.04), (180.0, -60.0), (-0.001, 70.0)])
@pytest.mark.parametrize("seed", range(5))
def test_random_routes_are_as_shapely_says_on_a_map_of_their_own(
    empty: Workspace, now: datetime, place: tuple[float, float], seed: int
) -> None:
    """A transverse Mercator map stretches these few kilometres by less than a millionth."""
    rng = np.random.default_rng(seed)
    chart = Transformer.from_crs(
        4326, f"+proj=tmerc +lon_0={place[0]} +lat_0={place[1]} +ellps=WGS84", always_xy=True
    )
    corners = np.cumsum(rng.normal(0, 120, (rng.integers(2, 30), 2)), axis=0)
    near = corners[rng.integers(0, len(corners), 80)] + rng.normal(0, 60, (80, 2))
    way = on_earth(chart, corners)
    keep(
        empty,
        *(Issue(f"{row:02d}", "c", *spot, now) for row, spot in enumerate(on_earth(chart, near))),
    )
    line = shapely.LineString(corners)
    points = shapely.points(near)
    off_m, along_m = line.distance(points), line.project(points)
    radius_m = 40.0
    assert np.abs(off_m - radius_m).min() > 0.001, "no issue lies where either answer is right"

    answer = ask(empty, way, now, radius_m)

    hit = np.flatnonzero(off_m <= radius_m)
    # Issues nearest to one and the same corner are met at once: the smaller id first.
    met_first = np.lexsort((hit, along_m[hit].round(6)))
    assert names(answer) == [f"{row:02d}" for row in hit[met_first]]
    for met in answer.found:
        row = int(met.issue.issue_id)
        assert met.off_m == pytest.approx(off_m[row], abs=0.01)
        assert met.along_m == pytest.approx(along_m[row], abs=0.02)
    assert answer.length_m == pytest.approx(line.length, rel=1e-5)


def on_earth(chart: Transformer, metres: np.ndarray) -> list[tuple[float, float]]:
    places = zip(*chart.transform(*metres.T, direction="INVERSE"), strict=True)
    return [(float(lon), float(lat)) for lon, lat in places]


def test_radius_is_the_settings_unless_asked_for(workspace: Workspace, now: datetime) -> None:
    keep(
        workspace,
        issue_at("11 m", 112.145, now),
        replace(issue_at("far", 112.146, now), lat=32.041),
    )
    assert names(ask(workspace, WAY, now)) == ["11 m"]
    assert names(ask(workspace, WAY, now, 11.0)) == []
    assert names(ask(workspace, WAY, now, 120.0)) == ["11 m", "far"]
    for setting, told in ((5.0, []), (150.0, ["11 m", "far"]), (1e12, ["11 m", "far"])):
        settings = replace(workspace.settings, radius_m=setting)
        assert names(ask(replace(workspace, settings=settings), WAY, now)) == told


@pytest.mark.parametrize("radius_m", [0.0, -1.0, 200.1, math.nan, math.inf])
def test_senseless_radius_is_refused(workspace: Workspace, now: datetime, radius_m: float) -> None:
    with pytest.raises(WrongUsage, match="at most 200 m") as caught:
        ask(workspace, WAY, now, radius_m)
    assert caught.value.where == "radius_m"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ([], "two positions"),
        (WAY[:1], "two positions"),
        (WAY[:1] * 9, "leads nowhere"),
        ([(180.0, 1.0), (-180.0, 1.0)], "leads nowhere"),
        ([WAY[0], (math.nan, 32.0)], "longer than 500 km"),
        ([(112.0, 32.0), (112.0, 36.6)], "longer than 500 km"),
        ([(112.0, 32.0), (112.0, 34.0), (112.0, 31.0)], "longer than 500 km"),
        (WAY * (MOST_POSITIONS // 2 + 1), "more than 10,000 positions"),
    ],
)
def test_what_is_no_route_is_refused(
    workspace: Workspace, now: datetime, way: Way, said: str
) -> None:
    with pytest.raises(RefusedFields) as caught:
        ask(workspace, way, now)
    assert said in caught.value.faults["coordinates"]


def test_largest_routes_are_answered(workspace: Workspace, now: datetime) -> None:
    keep(workspace, issue_at("i", 112.145, now))
    turns = [WAY[row % 2] for row in range(500)]
    stops = [place for place in turns for _ in range(MOST_POSITIONS // 500)]
    answer = ask(workspace, stops, now)
    assert answer.length_m == pytest.approx(499 * GEOD.inv(*WAY[0], *WAY[1])[2])
    assert answer.found[0].along_m == pytest.approx(answer.length_m / 998, abs=0.1)
    assert ask(workspace, [(112.0, 32.0), (112.0, 36.5)], now).length_m < 500_000


def test_a_route_far_from_the_city_says_so(workspace: Workspace, now: datetime) -> None:
    beside = 112.15 + np.array([70_000, 80_000]) / GEOD.inv(112.15, 32.04, 113.15, 32.04)[2]
    near, far = ([(lon, 32.04), (lon, 32.05)] for lon in beside)
    assert ask(workspace, WAY, now).notes == ()
    assert ask(workspace, near, now).notes == ()
    (note,) = ask(workspace, far, now).notes
    assert "more than 75 km from this city's streets" in note
    assert ask(workspace, [*far, *near], now).notes == ()


def test_a_route_that_crosses_the_city_between_far_places_is_not_far(
    workspace: Workspace, now: datetime
) -> None:
    ends = [(110.5, 32.04), (113.8, 32.04)]
    assert min(GEOD.inv(*end, *WAY[0])[2] for end in ends) > 100_000
    assert ask(workspace, ends, now).notes == ()


def test_without_streets_nothing_is_far(empty: Workspace, now: datetime) -> None:
    assert ask(empty, WAY, now) == RouteAnswer((), pytest.approx(944, abs=1), ())


def test_length_is_that_of_the_geodesics(empty: Workspace, now: datetime) -> None:
    way = [(179.9, 10.0), (-179.9, 10.1), (-179.5, 12.0)]
    length_m = sum(GEOD.inv(*a, *b)[2] for a, b in itertools.pairwise(way))
    assert ask(empty, way, now).length_m == pytest.approx(length_m, abs=0.001)
