"""Passes by DuckDB with its spatial extension, as its documentation would have it.

``ST_Transform`` to metres, ``ST_MakeLine``, and a join on ``ST_DWithin``, which DuckDB plans as a
SPATIAL_JOIN: an R-tree of the issues, looked up for every line. Runs and passes are plain SQL.
The extension is a package of its own, which brings the file that ``LOAD`` takes: no download.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import duckdb_extension_spatial
import pandas as pd
from duckdb_passes import finish, on_all_cores, segments
from lake_segments import Frame
from pass_tables import places_of

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule

PLACES = """
    CREATE TEMP TABLE spots AS
    SELECT issue, spot, ST_X(spot) AS at_x, ST_Y(spot) AS at_y
    FROM (
        SELECT issue, ST_Transform(ST_Point(lon, lat), 'EPSG:4326', $crs, true) AS spot FROM places
    )
"""

SEGMENTS = """
    CREATE TEMP MACRO segments_of(file, first_row, max_gap_ms, max_gap_m, crs) AS TABLE
    WITH fixes AS (
        SELECT
            t, trip_id, rider_id, first_row + row_number() OVER () AS number,
            ST_Transform(ST_Point(lon * 1e-7, lat * 1e-7), 'EPSG:4326', crs, true) AS place
        FROM read_parquet(file)
    ),
    in_metres AS (
        SELECT *, ST_X(place) AS x, ST_Y(place) AS y FROM fixes
    ),
    pairs AS (
        SELECT
            *, lag(x) OVER () AS last_x, lag(y) OVER () AS last_y, lag(t) OVER () AS last_t,
            coalesce(lag(trip_id) OVER () = trip_id, false) AS same
        FROM in_metres
    ),
    parted AS (
        SELECT
            *, same AND t - last_t <= max_gap_ms
            AND sqrt(power(x - last_x, 2) + power(y - last_y, 2)) <= max_gap_m AS joined
        FROM pairs
    )
    SELECT
        number, rider_id, joined, t AS ended_ms, x AS x_end, y AS y_end,
        CASE WHEN joined THEN last_t ELSE t END AS began_ms,
        CASE WHEN joined THEN last_x ELSE x END AS x,
        CASE WHEN joined THEN last_y ELSE y END AS y
    FROM parted
"""

OFFSETS = """
    lines AS (
        SELECT *, ST_MakeLine(ST_Point(x, y), ST_Point(x_end, y_end)) AS line FROM segments
    ),
    offsets AS (
        SELECT
            issue, number, rider_id, joined, began_ms, ended_ms,
            x - at_x AS x, y - at_y AS y, x_end - x AS dx, y_end - y AS dy
        FROM lines JOIN spots ON ST_DWithin(line, spot, $radius_m)
    ),
"""


def count_passes(
    trace_files: Sequence[Path], issues: Sequence[Issue], rule: PassRule, frame: Frame
) -> pd.DataFrame:
    """Count passes by issue, as :func:`duckdb_passes.count_passes` does, in a frame."""
    with on_all_cores() as database:
        load_spatial(database)
        database.register("places", places_of(issues))
        database.execute(PLACES, {"crs": frame.crs})
        database.execute(SEGMENTS)
        gaps = f"{rule.max_gap_s * 1000}, {rule.max_gap_m}, '{frame.crs}'"
        return finish(database, f"{segments(trace_files, gaps)}, {OFFSETS}", issues, rule)


def load_spatial(database: duckdb.DuckDBPyConnection) -> None:
    """Load the extension from its package."""
    (file,) = Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension")
    database.load_extension(str(file))
