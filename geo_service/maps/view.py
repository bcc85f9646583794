"""Which part of the world a page opens on, without a seam at the 180th meridian."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo_service.arrays import Floats
from geo_service.geometry.metric import wrap_degrees
from geo_service.maps.content import MapContent
from geo_service.overlay.cells import cell_centre


@dataclass(frozen=True, slots=True)
class View:
    """The frame all positions of a page are brought to."""

    middle_lon: float
    """Longitudes are written within 180 degrees of this one, so that neighbours stay so."""
    south: float
    west: float
    north: float
    east: float

    def unwrapped(self, lon: ArrayLike) -> Floats:
        """Write longitudes within 180 degrees of the middle."""
        held = np.asarray(lon, dtype=np.float64)
        return self.middle_lon + wrap_degrees(held - self.middle_lon)

    @property
    def corners(self) -> list[list[float]]:
        """South-west and north-east, as Leaflet takes bounds: latitude first."""
        return [[self.south, self.west], [self.north, self.east]]


def view_of(content: MapContent) -> View:
    """Choose the view: all facilities and issues, else streets, else cells, else the world."""
    places = [(at.facility.lon, at.facility.lat) for at in content.facilities]
    places += [(issue.lon, issue.lat) for issue in content.issues]
    if places:
        lon, lat = np.array(places, dtype=np.float64).T
    elif content.network is not None and content.network.edges:
        lon, lat = content.network.shape_lon, content.network.shape_lat
    elif content.cells is not None and len(content.cells):
        lon, lat = cell_centre(content.cells.key)
    else:
        return View(0.0, -60.0, -170.0, 75.0, 170.0)
    middle = float(lon[0])
    unwrapped = middle + wrap_degrees(lon - middle)
    return View(
        middle, float(lat.min()), float(unwrapped.min()), float(lat.max()), float(unwrapped.max())
    )
