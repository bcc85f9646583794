import json
from pathlib import Path

import numpy as np
import pytest

from geo_service.flows.load_streets import load_streets
from geo_service.flows.ride_between import ride_between
from geo_service.flows.wiring import Workspace
from geo_service.geometry.metric import geodesic_m
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile

A, B, C, D = (112.14, 32.04), (112.145, 32.04), (112.145, 32.045), (112.14, 32.045)


@pytest.fixture
def ring(empty: Workspace, tmp_path: Path) -> Streets:
    """Return four streets round a block, all ridden one way: A, B, C, D, and A again."""
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "residential", "oneway": "yes"},
            "geometry": {"type": "LineString", "coordinates": [start, end]},
        }
        for start, end in ((A, B), (B, C), (C, D), (D, A))
    ]
    path = tmp_path / "ring.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    load_streets(empty, [path])
    return empty.streets(Profile.EBIKE)


def corners(lon: np.ndarray, lat: np.ndarray) -> list[tuple[float, float]]:
    return [(round(x, 6), round(y, 6)) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def length_m(lon: np.ndarray, lat: np.ndarray) -> float:
    return float(geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


def test_the_way_follows_the_streets_in_their_direction(ring: Streets) -> None:
    ride = ride_between(ring, B, A, 500.0)
    assert ride.by_street
    met = corners(ride.lon, ride.lat)
    assert [corner for corner in met if corner in {A, B, C, D}] == [B, C, D, A]
    there = ride_between(ring, A, B, 500.0)
    assert length_m(there.lon, there.lat) == pytest.approx(472, abs=3)
    assert length_m(ride.lon, ride.lat) > 3 * length_m(there.lon, there.lat)


def test_it_begins_and_ends_at_the_places_themselves(ring: Streets) -> None:
    start, end = (112.1410, 32.0402), (112.1449, 32.0440)
    ride = ride_between(ring, start, end, 500.0)
    assert (corners(ride.lon, ride.lat)[0], corners(ride.lon, ride.lat)[-1]) == (start, end)


@pytest.mark.parametrize(
    ("start", "end"), [((112.2, 32.04), A), (A, (112.2, 32.04)), ((112.2, 32.04), (112.2, 32.1))]
)
def test_where_no_street_is_near_it_is_straight(
    ring: Streets, start: tuple[float, float], end: tuple[float, float]
) -> None:
    ride = ride_between(ring, start, end, 500.0)
    assert not ride.by_street
    assert corners(ride.lon, ride.lat) == [start, end]


def test_without_streets_it_is_straight() -> None:
    ride = ride_between(None, A, C, 500.0)
    assert (ride.by_street, corners(ride.lon, ride.lat)) == (False, [A, C])
