"""The plane at an issue against pyproj, everywhere on earth."""

import math

import numpy as np
import pytest
from pyproj import Geod, Transformer

from geo_service.overlay.tangent_plane import (
    FLAT_TO_M,
    chord_m,
    closest_on_segment,
    earth_centred,
    flat_frames_at,
    on_flat_frame,
    on_plane,
    planes_at,
    surely_within,
)

GEOD = Geod(ellps="WGS84")
PLACES = [(0.0, 0.0), (112.15, 32.04), (180.0, 70.0), (-180.0, -85.0), (33.0, 89.999)]
PLACES += [(77.0, 90.0), (-71.0, -45.0)]


def test_earth_centred_coordinates_are_those_of_proj() -> None:
    to_earth_centred = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    for lon, lat in PLACES:
        expected = to_earth_centred.transform(lon, lat, 0.0)
        assert earth_centred(lon, lat) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("metres", [0.1, 25.0, 500.0, 1000.0])
def test_places_lie_where_a_geodesic_leads(place: tuple[float, float], metres: float) -> None:
    plane = planes_at(*(np.array([part]) for part in place))[0]
    for bearing in range(0, 360, 15):
        lon, lat, _ = GEOD.fwd(*place, bearing, metres)
        east, north = on_plane(plane, earth_centred(lon, lat))
        expected = (
            metres * math.sin(math.radians(bearing)),
            metres * math.cos(math.radians(bearing)),
        )
        assert (east, north) == pytest.approx(expected, abs=metres * 1e-6 + 1e-6)


@pytest.mark.parametrize("place", PLACES)
def test_a_segment_is_closest_at_its_foot_or_at_an_end(place: tuple[float, float]) -> None:
    plane = planes_at(*(np.array([part]) for part in place))[0]

    def at(bearing: float, metres: float) -> tuple[float, float, float]:
        return earth_centred(*GEOD.fwd(*place, bearing, metres)[:2])

    distance_m, share = closest_on_segment(plane, at(90.0, 30.0), at(0.0, 40.0))
    assert (distance_m, share) == pytest.approx((24.0, 0.36), abs=1e-4)
    assert closest_on_segment(plane, at(10.0, 5.0), at(10.0, 80.0)) == pytest.approx((5.0, 0.0))
    assert closest_on_segment(plane, at(10.0, 80.0), at(10.0, 5.0)) == pytest.approx((5.0, 1.0))
    assert closest_on_segment(plane, at(3.0, 7.0), at(3.0, 7.0)) == pytest.approx((7.0, 0.0))


def test_the_other_half_of_the_earth_is_infinitely_far() -> None:
    plane = planes_at(np.array([10.0]), np.array([20.0]))[0]
    behind = earth_centred(-170.0, -20.0)
    assert closest_on_segment(plane, behind, behind) == (math.inf, 0.0)


def test_a_chord_is_as_long_as_the_geodesic() -> None:
    for metres, share in ((0.5, 1e-6), (500.0, 1e-8), (100_000.0, 1 / 90_000)):
        for place in PLACES:
            lon, lat, _ = GEOD.fwd(*place, 60.0, metres)
            assert chord_m(*place, lon, lat) == pytest.approx(metres, rel=share)


def test_surely_within_never_says_so_wrongly() -> None:
    rng = np.random.default_rng(3)
    said = 0
    for lat in rng.uniform(-90.0, 90.0, 2000):
        away = rng.uniform(-0.006, 0.006, 2)
        there = lat + away[1] if abs(lat + away[1]) <= 90.0 else lat
        if surely_within(50.0, lat, 50.0 + away[0], there, 500.0):
            said += 1
            assert GEOD.inv(50.0, lat, 50.0 + away[0], there)[2] <= 500.0
    assert said > 100


@pytest.mark.parametrize("place", [(0.0, 0.0), (112.15, 32.04), (180.0, 69.9), (-71.0, -45.0)])
def test_lengths_of_degrees_give_the_same_plane_near_by(place: tuple[float, float]) -> None:
    lon, lat = place
    (frame,) = flat_frames_at(np.array([lat]), FLAT_TO_M)
    plane = planes_at(np.array([lon]), np.array([lat]))[0]
    for bearing in range(0, 360, 15):
        for metres in (1.0, 25.0, 500.0, FLAT_TO_M):
            there_lon, there_lat, _ = GEOD.fwd(*place, bearing, metres)
            apart = (there_lon - lon + 180.0) % 360.0 - 180.0
            flat = on_flat_frame(tuple(frame.tolist()), apart, there_lat - lat)
            round_one = on_plane(plane, earth_centred(there_lon, there_lat))
            assert flat == pytest.approx(round_one, abs=2e-6 * metres + 1e-6)


def test_lengths_of_degrees_are_not_used_near_poles_or_for_long_segments() -> None:
    lat = np.array([0.0, 69.0, -70.5, 90.0])
    assert (flat_frames_at(lat, 500.0)[:, 0] > 0.0).tolist() == [True, True, False, False]
    assert not flat_frames_at(lat, FLAT_TO_M + 1.0).any()
