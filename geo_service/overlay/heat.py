"""Weighted points for the heat layers of maps."""

from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats
from geo_service.overlay.cells import cell_centre
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.pass_counts import PassCounts


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """Points with a weight above zero; WGS-84, decimal degrees; shape (h,) each."""

    lon: Floats
    lat: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.weight)


def pass_heat(points: IssuePoints, counts: PassCounts) -> Heat:
    """Weigh each issue by its passes.

    Parameters
    ----------
    points : IssuePoints
        The issues.
    counts : PassCounts
        Their passes, row by row.

    Returns
    -------
    Heat
        The issues that were passed. Raises nothing.
    """
    passed = counts.passes > 0
    return Heat(points.lon[passed], points.lat[passed], counts.passes[passed].astype(np.float64))


def exposure_heat(exposure: Exposure) -> Heat:
    """Weigh the middle of each cell by the trips that were in it.

    Parameters
    ----------
    exposure : Exposure
        By cell.

    Returns
    -------
    Heat
        The cells that saw a trip. Raises nothing.
    """
    lon, lat = cell_centre(exposure.key)
    ridden = exposure.trips > 0
    return Heat(lon[ridden], lat[ridden], exposure.trips[ridden].astype(np.float64))
