"""Catchments as frames and features: each facility's streets, and the holes between them."""

import json
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_service.arrays import Flags, Floats, Shapes
from geo_service.domain.facility import Facility
from geo_service.export.frames import WGS84
from geo_service.streets.catchment_totals import Coverage
from geo_service.streets.catchments import Catchments, farthest_spots
from geo_service.streets.long_lines import Lines, join_pieces, points_along
from geo_service.streets.network import Network

Frame: TypeAlias = gpd.GeoDataFrame

TOLERANCE = 1e-6
"""A shape point that matters less than so many degrees (some 10 cm) is left out."""
DECIMALS = 6
NAMES = ("facility_id", "kind", "name", "name_en")


def facility_names(facilities: Iterable[Facility]) -> pd.DataFrame:
    """Return what catchments say of facilities: ``facility_id, kind, name, name_en``."""
    rows = [(one.facility_id, one.kind, one.name, one.name_en) for one in facilities]
    return pd.DataFrame(rows, columns=list(NAMES), dtype=object)


def catchments_frame(
    names: pd.DataFrame, wanted: Flags, network: Network, catchments: Catchments
) -> Frame:
    """One row a facility with the streets nearest to it, and a last row of the holes, lines.

    Parameters
    ----------
    names : DataFrame
        What to say of each site, a row a site.
    wanted : ndarray of bool, shape (s,)
        The sites that have a row.
    network, catchments : Network, Catchments
        The pieces and the streets they are of.

    Returns
    -------
    GeoDataFrame
        The columns of ``names``, empty for the holes; ``hole``; ``length_m`` of street and its
        ``share`` of all streets; the farthest position of the row: ``farthest_s`` seconds (by
        distance ``farthest_m`` metres) from its nearest facility, ``farthest_lon``,
        ``farthest_lat``. Together the rows hold every street once; one that has none has no
        geometry. Raises nothing of its own.
    """
    sites = len(names)
    group = np.where(catchments.beyond | (catchments.site < 0), sites, catchments.site)
    rows = np.append(np.flatnonzero(wanted), sites)
    metres = np.bincount(group, weights=catchments.length_mm / 1000.0, minlength=sites + 1)
    spots = farthest_spots(catchments, group, sites + 1)
    known = spots.edge >= 0
    lon, lat = np.full((2, sites + 1), np.nan)
    lon[known], lat[known] = points_along(network, spots.edge[known], spots.offset_mm[known])
    pieces = catchments.edge, catchments.start_mm, catchments.end_mm
    shapes = line_shapes(join_pieces(network, *pieces, group), sites + 1)
    unit = "farthest_s" if catchments.by_time else "farthest_m"
    holes = pd.DataFrame([[None] * len(names.columns)], columns=names.columns, dtype=object)
    return gpd.GeoDataFrame(
        {
            **pd.concat([names[wanted], holes], ignore_index=True),
            "hole": rows == sites,
            "length_m": metres[rows].round(1),
            "share": (metres / max(metres.sum(), 0.001))[rows].round(6),
            unit: np.where(known, spots.cost / 1000.0, np.nan)[rows].round(1),
            "farthest_lon": _within_180(lon)[rows].round(DECIMALS),
            "farthest_lat": lat[rows].round(DECIMALS),
        },
        geometry=shapes[rows],
        crs=WGS84,
    )


def line_shapes(lines: Lines, groups: int) -> Shapes:
    """Return a MultiLineString for each group, None for one without lines; shape (groups,)."""
    of_point = np.repeat(np.arange(len(lines.group)), np.diff(lines.offsets))
    whole = shapely.linestrings(np.column_stack((lines.lon, lines.lat)), indices=of_point)
    simple = shapely.simplify(_cut_at_180(np.asarray(whole)), TOLERANCE, preserve_topology=False)
    parts, line = shapely.get_parts(simple, return_index=True)
    rounded = shapely.transform(parts, lambda points: points.round(DECIMALS))
    # Rounding may leave nothing of a piece that is some millimetres long.
    kept = shapely.length(rounded) > 0.0
    shapes: Shapes = np.full(groups, None, dtype=object)
    held, index = np.unique(lines.group[line[kept]], return_inverse=True)
    shapes[held] = shapely.multilinestrings(rounded[kept], indices=index)
    return shapes


def features_text(frame: Frame, **foreign: object) -> str:
    """Write a frame as a GeoJSON FeatureCollection, ``foreign`` members first.

    Many times faster than writing each position from Python: lines are written by shapely.
    """
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    features = [
        f'{{"type":"Feature","geometry":{shape or "null"},"properties":{_compact(record)}}}'
        for shape, record in zip(shapes, records, strict=True)
    ]
    head = _compact({"type": "FeatureCollection", **foreign})
    return f'{head[:-1]},"features":[{",".join(features)}]}}'


def summary(
    coverage: Coverage, network: Network, facility_ids: Sequence[str], *, by_time: bool, limit: int
) -> dict[str, Any]:
    """Say what catchments come to.

    Parameters
    ----------
    coverage, network : Coverage, Network
        The sums, and the streets they are of.
    facility_ids : sequence of str
        Of each site.
    by_time, limit : bool, int
        Whether the limit is in milliseconds or millimetres.

    Returns
    -------
    dict
        ``minutes`` or ``metres``, the limit; ``street_km, within_km, within_share, beyond_km``;
        ``farthest``: where it is worst, its ``facility_id``, and ``minutes`` or ``metres``; None
        where no facility can be reached. Raises nothing.
    """
    unit, one = ("minutes", 60_000) if by_time else ("metres", 1000)
    spots, farthest = coverage.farthest, None
    if spots.edge[0] >= 0:
        lon, lat = points_along(network, spots.edge, spots.offset_mm)
        farthest = {
            "lon": round(float(_within_180(lon)[0]), DECIMALS),
            "lat": round(float(lat[0]), DECIMALS),
            unit: round(float(spots.cost[0]) / one, 1),
            "facility_id": facility_ids[int(spots.site[0])],
        }
    return {
        unit: round(limit / one, 6),
        "street_km": round(coverage.total_mm / 1e6, 3),
        "within_km": round(coverage.near_mm / 1e6, 3),
        "within_share": round(coverage.share, 6),
        "beyond_km": round(coverage.hole_mm / 1e6, 3),
        "farthest": farthest,
    }


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _within_180(lon: Floats) -> Floats:
    return np.where(lon > 180.0, lon - 360.0, np.where(lon < -180.0, lon + 360.0, lon))


def _cut_at_180(shapes: Shapes) -> Shapes:
    """Cut lines at the 180th meridian, as RFC 7946 (3.1.9) asks for."""
    west, _, east, _ = shapely.bounds(shapes).T
    earth = shapely.box(-180, -90, 180, 90)
    for row in np.flatnonzero((west < -180.0) | (east > 180.0)):
        parts = [*shapely.get_parts(shapely.intersection(shapes[row], earth))]
        for part in shapely.get_parts(shapely.difference(shapes[row], earth)):
            # The whole part is turned, its end on the meridian too.
            turn = np.array([-360.0 if part.bounds[2] > 180.0 else 360.0, 0.0])
            parts.append(shapely.transform(part, partial(np.add, turn)))
        shapes[row] = shapely.multilinestrings([part for part in parts if part.length > 0.0])
    return shapes
