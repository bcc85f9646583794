"""What a collection is: its name and meaning, who may see it, its fields, and how it is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from geo_service.arrays import Shapes
from geo_service.domain.visibility import Viewer
from geo_service.features.columns import Features, Field
from geo_service.flows.wiring import Workspace


class Shape(StrEnum):
    """What features of a collection are on the map."""

    POINT = "Point"
    LINE = "LineString"
    """Or several of them, where it is cut at the 180th meridian."""
    POLYGON = "Polygon"
    """Or several of them."""


@dataclass(frozen=True, slots=True)
class Sight:
    """By whose rights features are read."""

    viewer: Viewer
    trusted: bool = False
    """Whether who reads may read the workspace itself, as on the command line: then he is told
    also what an issue says that staff have not approved."""


PUBLIC = Sight(Viewer.PUBLIC)
TRUSTED = Sight(Viewer.ANALYST, trusted=True)


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Features of one sort."""

    name: str
    """As addresses and commands say it."""
    title: str
    description: str
    """Which features there are, and what a feature is."""
    shape: Shape
    id_name: str
    """What the features' ids are called, where they stand in a column."""
    fields: tuple[Field, ...]
    read: Callable[[Workspace, Sight], Features]
    viewer: Viewer = Viewer.PUBLIC
    """Who may see it: everybody, or analysts alone."""
    begins: str = ""
    """The field that says since when a feature holds; blank: time has no meaning here."""
    ends: str = ""
    """The field that says until when, that moment not included; without a value: it still does."""

    def is_seen_by(self, viewer: Viewer) -> bool:
        """Say whether somebody may see it. Raises nothing."""
        return viewer in (self.viewer, Viewer.ANALYST)


def points_of(lon: Sequence[float], lat: Sequence[float]) -> Shapes:
    """Make points of decimal degrees, WGS-84, all at once; shape (n,). Raises nothing."""
    return np.asarray(shapely.points(np.array(lon, np.float64), np.array(lat, np.float64)))
