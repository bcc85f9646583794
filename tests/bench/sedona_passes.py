"""Passes by SedonaDB: its spatial join, and runs and passes in its SQL.

It can't number the rows of Parquet files in the order in which they lie, so pyarrow reads them and
pyproj takes them to metres, a file a thread, before SedonaDB makes lines and joins on
``ST_DWithin``.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import sedonadb
from lake_segments import Frame, places_in, read_all_segments
from pass_tables import TABLE_OF_OFFSETS, as_table, intervals_of

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule

OFFSETS = """
    lines AS (
        SELECT *, ST_MakeLine(ST_Point(x, y), ST_Point(x_end, y_end)) AS line FROM segments
    ),
    spots AS (
        SELECT *, ST_Point(at_x, at_y) AS spot FROM places
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
    database = sedonadb.connect()
    tables = {
        "segments": pa.concat_tables(read_all_segments(trace_files, frame, rule)),
        "places": places_in(frame, issues),
        "intervals": intervals_of(issues),
    }
    for name, table in tables.items():
        database.create_data_frame(table).to_view(name)
    # DataFusion's SQL has no such word, and needs none.
    table_of_offsets = TABLE_OF_OFFSETS.replace("MATERIALIZED", "")
    found = database.sql(f"WITH {OFFSETS} {table_of_offsets}", params={"radius_m": rule.radius_m})
    return as_table(pa.table(found).to_pandas(), issues)
