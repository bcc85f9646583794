"""Telling the user when a whole file looks as if it were in another datum than they said."""

from collections.abc import Sequence

import numpy as np

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.trace import Floats
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.ingest.extent import read_otherwise
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap

ENOUGH = 20
"""With fewer positions than this, chance decides."""
SAMPLE = 500
FAR_MM = 2_000_000
"""Beyond this a position says nothing of the datum."""
CLEARLY = 0.5
"""Another datum is named if its median distance to the streets is below this share of ours."""


def doubt_datum(
    workspace: Workspace, records: Sequence[Facility | Issue], declared: Datum
) -> tuple[str, ...]:
    """Warn if records lie clearly nearer to the streets when read in another datum.

    Parameters
    ----------
    workspace : Workspace
        Its streets are what the records are compared with; without streets nothing is said.
    records : sequence of Facility or Issue
        Already converted from ``declared`` to WGS-84.
    declared : Datum
        What the user said.
    """
    lon = np.array([record.lon for record in records], dtype=np.float64)
    lat = np.array([record.lat for record in records], dtype=np.float64)
    return doubt_datum_of_positions(workspace, lon, lat, declared)


def doubt_datum_of_positions(
    workspace: Workspace, lon: Floats, lat: Floats, declared: Datum
) -> tuple[str, ...]:
    """Do the same for bare positions, shape (n,), WGS-84, decimal degrees."""
    if len(lon) < ENOUGH or workspace.streets_version_if_any() is None:
        return ()
    network, grid = workspace.streets(Profile.WALK)
    rows = np.linspace(0, len(lon) - 1, num=min(len(lon), SAMPLE), dtype=np.int64)

    def median_mm(lon: Floats, lat: Floats) -> float:
        snapped = snap(network, grid, lon, lat, max_m=FAR_MM / 1000)
        return float(np.median(np.where(snapped.edge >= 0, snapped.off_mm, FAR_MM)))

    ours = median_mm(lon[rows], lat[rows])
    others = {
        datum: median_mm(*positions)
        for datum, positions in read_otherwise(lon[rows], lat[rows], declared).items()
    }
    best = min(others, key=lambda datum: others[datum])
    if others[best] >= ours * CLEARLY or ours - others[best] < 10_000:
        return ()
    return (
        f"Read as {declared} the positions lie {ours / 1000:.0f} m from a street (median), read "
        f"as {best} {others[best] / 1000:.0f} m. If the file is in {best}, load it again with "
        f"--datum {best}; nothing was changed.",
    )
