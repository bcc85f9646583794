"""Telling the user when a whole file looks as if it were in another datum than they said."""

from collections.abc import Sequence

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import read_otherwise
from geo_service.streets.datum_fit import better_share
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap

SAMPLE = 5000
"""So many positions of a file, evenly chosen, are compared with the streets."""
SEEN_M = 200.0
"""So far is looked for a street."""


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
    if not len(lon) or workspace.streets_version_if_any() is None:
        return ()
    streets = workspace.streets(Profile.WALK)
    rows = np.linspace(0, len(lon) - 1, num=min(len(lon), SAMPLE), dtype=np.int64)

    def off_mm(lon: Floats, lat: Floats) -> Integers:
        return snap(streets.network, streets.grid, lon, lat, max_m=SEEN_M).off_mm

    ours = off_mm(lon[rows], lat[rows])
    shares = {
        datum: better_share(ours, off_mm(*positions))
        for datum, positions in read_otherwise(lon[rows], lat[rows], declared).items()
    }
    best = max(shares, key=lambda datum: shares[datum])
    if not shares[best]:
        return ()
    doubt = (
        f"These positions look like {best}, not {declared}: read so, {shares[best]:.0%} lie "
        f"nearer to a street. They were taken as {declared}. If they are {best}, load the file "
        f"again with --datum {best}, and with --replace if it holds all there are: records "
        "without an id are known by their positions, and would be there twice."
    )
    return (doubt,)
