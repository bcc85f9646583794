"""The lake's files as segments on a flat map: what peers without a Parquet reader of theirs join.

Trips lie whole in one file, and the files are those of a lake that nothing was replaced in, so
that every row of them counts.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pass_tables import places_of
from pyproj import Transformer

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule

Made = TypeVar("Made")

STEP = 1e-7
"""Degrees of the lake's whole numbers."""


class Frame(NamedTuple):
    """A projection that measures to within 0.1 % about a city."""

    crs: str
    """As GIS programs name it; its unit is the metre."""


PORTO = Frame("EPSG:32629")
BEIJING = Frame("EPSG:32650")


class Fixes(NamedTuple):
    """The rows of one file; shape (n,) each."""

    trip: NDArray[np.int32]
    rider_id: pa.DictionaryArray
    t_ms: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def read_segments(path: Path, first_row: int, frame: Frame, rule: PassRule) -> pa.Table:
    """Return the segments of one file, each from the fix before to its own.

    Parameters
    ----------
    path : Path
        A file of the lake.
    first_row : int
        The number of its first fix: no two fixes of the lake may bear the same.
    frame : Frame
        What metres are measured on.
    rule : PassRule
        Says which fixes are joined.

    Returns
    -------
    pyarrow.Table
        A row for each fix: its ``number``, ``rider_id``, whether it is ``joined`` to the one
        before (if not, its segment is the fix itself), ``began_ms``, ``ended_ms``, ``x``, ``y``,
        ``x_end``, ``y_end`` (metres). Raises nothing of its own.
    """
    fixes = _read_fixes(path, frame)
    joined = np.zeros(len(fixes.t_ms), dtype=np.bool_)
    joined[1:] = (
        (np.diff(fixes.trip) == 0)
        & (np.diff(fixes.t_ms) <= rule.max_gap_s * 1000)
        & (np.hypot(np.diff(fixes.x), np.diff(fixes.y)) <= rule.max_gap_m)
    )
    end = np.arange(len(joined))
    start = end - joined
    return pa.table(
        {
            "number": first_row + end,
            "rider_id": fixes.rider_id,
            "joined": joined,
            "began_ms": fixes.t_ms[start],
            "ended_ms": fixes.t_ms,
            "x": fixes.x[start],
            "y": fixes.y[start],
            "x_end": fixes.x,
            "y_end": fixes.y,
        }
    )


def each_file(work: Callable[[Path, int], Made], trace_files: Sequence[Path]) -> list[Made]:
    """Call the work with each file and the number of its first fix, on all cores."""
    rows = [pq.read_metadata(path).num_rows for path in trace_files]
    first_rows = [0, *np.cumsum(rows).tolist()]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(work, trace_files, first_rows))


def read_all_segments(trace_files: Sequence[Path], frame: Frame, rule: PassRule) -> list[pa.Table]:
    """Return the segments of each file, their fixes numbered through."""
    return each_file(partial(read_segments, frame=frame, rule=rule), trace_files)


def places_in(frame: Frame, issues: Sequence[Issue]) -> pa.Table:
    """Return where issues lie: ``issue`` (its place in the order), ``at_x``, ``at_y`` (metres)."""
    places = places_of(issues)
    x, y = _to_metres(frame).transform(places["lon"].to_numpy(), places["lat"].to_numpy())
    return pa.table({"issue": places["issue"], "at_x": x, "at_y": y})


def _read_fixes(path: Path, frame: Frame) -> Fixes:
    names = ["trip_id", "rider_id"]
    table = pq.read_table(path, read_dictionary=names).unify_dictionaries().combine_chunks()
    trip, rider_id = (table[name].chunk(0) for name in names)
    lon, lat, t_ms = (table[name].to_numpy() for name in ("lon", "lat", "t"))
    x, y = _to_metres(frame).transform(lon * STEP, lat * STEP)
    return Fixes(trip.indices.to_numpy(), rider_id, t_ms, x, y)


def _to_metres(frame: Frame) -> Transformer:
    return Transformer.from_crs("EPSG:4326", frame.crs, always_xy=True)
