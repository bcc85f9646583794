"""Passes by DuckDB alone: the spatial join as an equi-join of grid cells, and plain arithmetic.

The earth needs no projection here: every issue has its own flat frame, made from the ellipsoid's
two radii of curvature at its latitude. Formulas: Snyder, "Map Projections: A Working Manual" (USGS
PP 1395), p. 24; a parallel leaves its tangent by x² tan(latitude) / 2N, and its degrees shorten
northwards as the derivative of N cos(latitude) says.

What makes it fast was found by trying. A fix meets the one before through a window without an
order, which streams where one with an order sorts and takes some four times as long; each file has
its own, so that files are read side by side. (It looks back, never ahead: a streamed ``lead`` may
return rows that are not there, as DuckDB's issues 25306 and 25995 tell; here it did.) One equi-join
serves segments of all lengths.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd
from lake_segments import Frame
from pass_tables import TABLE_OF_OFFSETS, as_table, intervals_of, places_of

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule

RADII = """
    CREATE TEMP MACRO curvature(lat) AS 1.0 - 0.006694379990141317 * power(sin(radians(lat)), 2);
    CREATE TEMP MACRO normal_m(lat) AS 6378137.0 / sqrt(curvature(lat));
    CREATE TEMP MACRO meridian_m(lat) AS
        6378137.0 * (1.0 - 0.006694379990141317) / power(curvature(lat), 1.5);
    CREATE TEMP MACRO east_m(lat) AS radians(1e-7) * normal_m(lat) * cos(radians(lat));
    CREATE TEMP MACRO north_m(lat) AS radians(1e-7) * meridian_m(lat);
"""
"""Radii of curvature, and metres in a step of 1e-7 degree."""

CELLS = """
    CREATE TEMP TABLE cells AS
    WITH frames AS (
        SELECT
            issue, lon * 1e7 AS lon, lat * 1e7 AS lat,
            east_m(lat) AS east, north_m(lat) AS north,
            -power(radians(1e-7), 2) * meridian_m(lat) * sin(radians(lat)) AS narrowing,
            tan(radians(lat)) / (2.0 * normal_m(lat)) AS bend
        FROM places
    ),
    reaching AS (
        SELECT
            *, 1.001 * $radius_m / east + power(2, level - 1) AS lon_reach,
            1.001 * $radius_m / north + power(2, level - 1) AS lat_reach
        FROM frames, (SELECT unnest([12, 14, 18, 31]) AS level)
    ),
    in_columns AS (
        SELECT *, unnest(range(
            floor(lon - lon_reach + 1800000000)::BIGINT >> level,
            (floor(lon + lon_reach + 1800000000)::BIGINT >> level) + 1
        )) AS cell_column
        FROM reaching
    ),
    in_cells AS (
        SELECT *, unnest(range(
            floor(lat - lat_reach + 900000000)::BIGINT >> level,
            (floor(lat + lat_reach + 900000000)::BIGINT >> level) + 1
        )) AS cell_row
        FROM in_columns
    )
    SELECT
        issue, lon AS at_lon, lat AS at_lat, east, north, narrowing, bend,
        (level::BIGINT << 40) | (cell_column << 20) | cell_row AS cell
    FROM in_cells
"""
"""The issues by cell, at four levels: the cells of level n are 2^n steps wide, and hold all issues
within the radius of any segment that has its middle there and is no longer than they are wide."""

SEGMENTS = """
    CREATE TEMP MACRO segments_of(file, first_row, max_gap_ms, max_gap_m, sure_steps) AS TABLE
    WITH pairs AS (
        SELECT
            lon, lat, t, rider_id, first_row + row_number() OVER () AS number,
            lag(lon) OVER () AS last_lon, lag(lat) OVER () AS last_lat, lag(t) OVER () AS last_t,
            coalesce(lag(trip_id) OVER () = trip_id, false) AS same
        FROM read_parquet(file)
    ),
    parted AS (
        SELECT *, CASE
            WHEN NOT same OR t - last_t > max_gap_ms THEN false
            WHEN abs(lon - last_lon) + abs(lat - last_lat) <= sure_steps THEN true
            ELSE sqrt(
                power((lon - last_lon) * east_m((lat + last_lat) * 0.5e-7), 2)
                + power((lat - last_lat) * north_m((lat + last_lat) * 0.5e-7), 2)
            ) <= max_gap_m END AS joined
        FROM pairs
    )
    SELECT
        number, rider_id, joined, t AS ended_ms, lon AS lon_end, lat AS lat_end,
        CASE WHEN joined THEN last_t ELSE t END AS began_ms,
        CASE WHEN joined THEN last_lon ELSE lon END AS lon,
        CASE WHEN joined THEN last_lat ELSE lat END AS lat
    FROM parted
"""
"""The segments of a file, each as ``TABLE_OF_OFFSETS`` wants it."""

OFFSETS = """
    in_cells AS (
        SELECT
            *, greatest(abs(lon_end - lon), abs(lat_end - lat)) AS steps,
            CASE WHEN steps <= 4096 THEN 12 WHEN steps <= 16384 THEN 14
                WHEN steps <= 262144 THEN 18 ELSE 31 END AS level,
            (level::BIGINT << 40)
            | (((lon::BIGINT + lon_end + 3600000000) >> (level + 1)) << 20)
            | ((lat::BIGINT + lat_end + 1800000000) >> (level + 1)) AS cell
        FROM segments
    ),
    in_metres AS (
        SELECT
            issue, number, rider_id, joined, began_ms, ended_ms, bend,
            (lon - at_lon) * (east + narrowing * (lat - at_lat)) AS x,
            (lon_end - at_lon) * (east + narrowing * (lat_end - at_lat)) AS x_end,
            (lat - at_lat) * north AS up, (lat_end - at_lat) * north AS up_end
        FROM in_cells JOIN cells USING (cell)
    ),
    offsets AS (
        SELECT
            *, x_end - x AS dx, up + bend * x * x AS y,
            up_end - up + bend * (x_end * x_end - x * x) AS dy
        FROM in_metres
    ),
"""
"""Where each segment lies as seen from the issues of its cell, in metres east and north."""


def count_passes(
    trace_files: Sequence[Path], issues: Sequence[Issue], rule: PassRule, _frame: Frame
) -> pd.DataFrame:
    """Count passes by issue, not across the 180th meridian.

    Parameters
    ----------
    trace_files : sequence of Path
        Of the lake.
    issues : sequence of Issue
        Their ids become the index.
    rule : PassRule
        How close is a pass, and which fixes are joined.

    Returns
    -------
    DataFrame
        As ``pass_tables.as_table`` gives it. Raises nothing of its own.
    """
    with on_all_cores() as database:
        database.register("places", places_of(issues))
        database.execute(RADII)
        database.execute(CELLS, {"radius_m": rule.radius_m})
        database.execute(SEGMENTS)
        # No degree is longer than 111,700 m anywhere.
        sure_steps = int(rule.max_gap_m / 111_700 * 1e7)
        gaps = f"{rule.max_gap_s * 1000}, {rule.max_gap_m}, {sure_steps}"
        return finish(database, f"{segments(trace_files, gaps)}, {OFFSETS}", issues, rule)


def on_all_cores() -> duckdb.DuckDBPyConnection:
    """Open a database in memory."""
    return duckdb.connect(config={"threads": len(os.sched_getaffinity(0))})


def segments(trace_files: Sequence[Path], rest: str) -> str:
    """Return the SQL that reads all files side by side.

    Parameters
    ----------
    trace_files : sequence of Path
        Each becomes a call of the macro ``segments_of``.
    rest : str
        What that takes after the file and the number of its first fix.
    """
    parts = []
    for number, path in enumerate(trace_files):
        name = str(path).replace("'", "''")
        parts.append(f"SELECT * FROM segments_of('{name}', {number << 32}, {rest})")  # noqa: S608 - a parameter can't stand for a file
    return f"segments AS ({' UNION ALL '.join(parts)})"


def finish(
    database: duckdb.DuckDBPyConnection, offsets: str, issues: Sequence[Issue], rule: PassRule
) -> pd.DataFrame:
    """Go from the SQL that ends in ``offsets`` to the table."""
    database.register("intervals", intervals_of(issues))
    found = database.execute(f"WITH {offsets} {TABLE_OF_OFFSETS}", {"radius_m": rule.radius_m})
    return as_table(found.df(), issues)
