"""Passes by GeoPandas: ``sjoin`` with ``dwithin``, and pandas for runs and passes.

Trips lie whole in one file, so each file is counted by itself, on as many threads as there are
cores.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from lake_segments import Frame, each_file, places_in, read_segments
from pass_tables import as_table, intervals_of

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule


def count_passes(
    trace_files: Sequence[Path], issues: Sequence[Issue], rule: PassRule, frame: Frame
) -> pd.DataFrame:
    """Count passes by issue, as :func:`duckdb_passes.count_passes` does, in a frame."""
    places = places_in(frame, issues).to_pandas()
    spots = places.set_geometry(gpd.points_from_xy(places["at_x"], places["at_y"], crs=frame.crs))
    intervals = intervals_of(issues).to_pandas()
    one = partial(_passes_of, frame=frame, rule=rule, spots=spots, intervals=intervals)
    passes = pd.concat(each_file(one, trace_files))
    by_issue = passes.groupby("issue")
    found = by_issue.agg(
        passes=("at_us", "size"),
        riders=("rider_id", "nunique"),
        first_us=("at_us", "min"),
        last_us=("at_us", "max"),
        closest_m=("metres", "min"),
    )
    return as_table(found.reset_index(), issues)


def _passes_of(
    path: Path,
    first_row: int,
    *,
    frame: Frame,
    rule: PassRule,
    spots: gpd.GeoDataFrame,
    intervals: pd.DataFrame,
) -> pd.DataFrame:
    """Return a row for each pass of one file: ``issue``, ``rider_id``, ``at_us``, ``metres``."""
    segments = read_segments(path, first_row, frame, rule).to_pandas()
    ends = segments[["x", "y", "x_end", "y_end"]].to_numpy().reshape(-1, 2, 2)
    lines = segments.set_geometry(shapely.linestrings(ends), crs=frame.crs)
    hits = pd.DataFrame(
        lines.sjoin(spots, predicate="dwithin", distance=rule.radius_m).drop(columns="geometry")
    )
    runs = _runs_of(_with_approaches(hits).sort_values(["issue", "number"]))
    lived = runs.merge(intervals, on="issue")
    is_open = (lived["from_us"] <= lived["at_us"]) & (lived["at_us"] < lived["to_us"])
    return lived[is_open].drop_duplicates(["issue", "run"])


def _with_approaches(hits: pd.DataFrame) -> pd.DataFrame:
    """Add each segment's closest approach: ``at_us``, ``metres``."""
    x, y = hits["x"] - hits["at_x"], hits["y"] - hits["at_y"]
    dx, dy = hits["x_end"] - hits["x"], hits["y_end"] - hits["y"]
    square = (dx**2 + dy**2).where(lambda metres: metres > 0.0, 1.0)
    share = (-(x * dx + y * dy) / square).clip(0.0, 1.0)
    us = np.rint(share * (hits["ended_ms"] - hits["began_ms"]) * 1000).astype(np.int64)
    return hits.assign(
        at_us=hits["began_ms"] * 1000 + us, metres=np.hypot(x + share * dx, y + share * dy)
    )


def _runs_of(hits: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each run of hits that lie in order of issue and number."""
    goes_on = (hits["issue"].diff() == 0) & (hits["number"].diff() == 1) & hits["joined"]
    hits = hits.assign(run=(~goes_on).cumsum())
    closest_m = hits.groupby("run")["metres"].transform("min")
    # What differs by less than a micrometre is tied: the earliest stands.
    tied = hits[hits["metres"] <= closest_m + 1e-6]
    return tied.groupby("run", as_index=False).agg(
        issue=("issue", "first"),
        rider_id=("rider_id", "first"),
        at_us=("at_us", "min"),
        metres=("metres", "min"),
    )
