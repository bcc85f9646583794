"""Displacements that are known, and the way back to a centimetre."""

from typing import TypeAlias

import numpy as np
import pytest
from pyproj import Geod

from geo_service.arrays import Floats
from geo_service.geometry.datum import Datum, convert, to_wgs84

Positions: TypeAlias = tuple[Floats, Floats]

GEOD = Geod(ellps="WGS84")
CENTIMETRE = 0.01
XIANGYANG = np.array([112.15]), np.array([32.04])


def metres(here: Positions, there: Positions) -> Floats:
    return np.asarray(GEOD.inv(*here, *there)[2])


def over_china(count: int = 4000) -> Positions:
    """Draw positions away from the border of the box outside which the datums are one."""
    rng = np.random.default_rng(5)
    return rng.uniform(73.6, 135.0, count), rng.uniform(3.9, 53.5, count)


@pytest.mark.parametrize("source", Datum)
@pytest.mark.parametrize("target", Datum)
def test_there_and_back_is_within_a_centimetre_all_over_china(source: Datum, target: Datum) -> None:
    here = over_china()
    there = convert(*here, source=source, target=target)
    back = convert(*there, source=target, target=source)
    assert metres(here, back).max() <= CENTIMETRE


@pytest.mark.parametrize(("datum", "about_m"), [(Datum.GCJ02, 600.0), (Datum.BD09, 1250.0)])
def test_xiangyang_is_displaced_as_far_as_is_known(datum: Datum, about_m: float) -> None:
    there = convert(*XIANGYANG, source=Datum.WGS84, target=datum)
    assert metres(XIANGYANG, there)[0] == pytest.approx(about_m, rel=0.05)


def test_positions_published_in_both_datums_agree() -> None:
    # Tiananmen, as the public libraries gcoord and coordtransform convert it; their way from
    # BD-09 is a formula that is off by about a metre.
    bd09 = np.array([116.404]), np.array([39.915])
    gcj02 = convert(*bd09, source=Datum.BD09, target=Datum.GCJ02)
    assert (gcj02[0][0], gcj02[1][0]) == pytest.approx(
        (116.39762729119315, 39.90865673957631), abs=2e-5
    )
    there = convert(np.array([116.404]), np.array([39.915]), source=Datum.WGS84, target=Datum.GCJ02)
    assert (there[0][0], there[1][0]) == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-7
    )


def test_one_conversion_is_as_good_as_two() -> None:
    here = over_china(200)
    direct = convert(*here, source=Datum.BD09, target=Datum.WGS84)
    gcj02 = convert(*here, source=Datum.BD09, target=Datum.GCJ02)
    assert metres(direct, convert(*gcj02, source=Datum.GCJ02, target=Datum.WGS84)).max() < 1e-6


@pytest.mark.parametrize("source", Datum)
@pytest.mark.parametrize("target", Datum)
def test_outside_china_nothing_changes(source: Datum, target: Datum) -> None:
    lon = np.array([2.35, -71.06, 139.69, 179.9, -179.9, 72.0, 103.8, 18.4])
    lat = np.array([48.86, 42.36, 35.69, 0.0, 89.0, 30.0, 0.5, -33.9])
    there = convert(lon, lat, source=source, target=target)
    assert there[0].tolist() == lon.tolist()
    assert there[1].tolist() == lat.tolist()


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(72.004, 30.0), (137.8347, 30.0), (100.0, 0.8293), (100.0, 55.8271)],
    ids=["west", "east", "south", "north"],
)
def test_the_border_itself_is_inside_and_what_lies_beyond_it_is_not(lon: float, lat: float) -> None:
    beyond = 1e-7
    lons = np.array([lon, lon - beyond if lon < 100 else lon + beyond if lon > 100 else lon])
    lats = np.array([lat, lat - beyond if lat < 30 else lat + beyond if lat > 30 else lat])
    moved_lon, moved_lat = convert(lons, lats, source=Datum.WGS84, target=Datum.GCJ02)
    assert ((moved_lon != lons) & (moved_lat != lats)).tolist() == [True, False]


def test_no_number_stays_no_number_and_leaves_its_neighbours_alone() -> None:
    lon, lat = np.array([np.nan, 112.15]), np.array([32.04, 32.04])
    there_lon, there_lat = convert(lon, lat, source=Datum.GCJ02, target=Datum.WGS84)
    alone = convert(*XIANGYANG, source=Datum.GCJ02, target=Datum.WGS84)
    assert np.isnan(there_lon[0])
    assert (there_lon[1], there_lat[1]) == (alone[0][0], alone[1][0])


def test_what_was_given_is_not_changed() -> None:
    lon, lat = XIANGYANG
    same_lon, _ = convert(lon, lat, source=Datum.WGS84, target=Datum.WGS84)
    same_lon += 1.0
    assert lon.tolist() == [112.15]


def test_lists_and_no_positions_are_taken_too() -> None:
    assert convert([], [], source=Datum.GCJ02, target=Datum.WGS84)[0].tolist() == []
    assert convert([10.0], [50.0], source=Datum.BD09, target=Datum.WGS84)[1].tolist() == [50.0]


@pytest.mark.parametrize("source", Datum)
def test_one_position_goes_where_many_go(source: Datum) -> None:
    many = convert(*XIANGYANG, source=source, target=Datum.WGS84)
    lon, lat = to_wgs84(float(XIANGYANG[0][0]), float(XIANGYANG[1][0]), source)
    assert (lon, lat) == pytest.approx((many[0][0], many[1][0]), abs=1e-12)
    assert (type(lon), type(lat)) == (float, float)


@pytest.mark.parametrize("position", [(32.04, 112.15), (1e300, 0.0), (0.0, float("inf"))])
def test_what_is_nowhere_stays_as_it_is(position: tuple[float, float]) -> None:
    assert to_wgs84(*position, Datum.BD09) == position
