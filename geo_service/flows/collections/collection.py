"""What a collection is: its name and meaning, who may see it, its fields, and how it is read."""

from collections.abc import Callable, Hashable, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import shapely

from geo_service.domain.visibility import Viewer
from geo_service.export.feature_layer import Layer
from geo_service.features.columns import Features, Field, Row, Value
from geo_service.flows.wiring import Workspace
from geo_service.store import city
from geo_service.store.change_journal import Journal
from geo_service.store.database import Connection


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


ReadSome: TypeAlias = Callable[[Connection, Several[str], Sight], dict[str, Row | None]]


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
    version: Callable[[Connection], Hashable] = city.changes
    """What differs whenever the features may; not asked where there is a journal."""
    journal: Journal | None = None
    """Where it is written down which of them changed."""
    read_some: ReadSome | None = None
    """Reads those that a journal names, and others whose features hang on them; None for each
    that is not there, or not for who reads."""
    counted: bool = False
    """Whether it is counted of all trips, which takes a while in a large city."""
    viewer: Viewer = Viewer.PUBLIC
    """Who may see it: everybody, or analysts alone."""
    begins: str = ""
    """The field that says since when a feature holds; blank: time has no meaning here."""
    ends: str = ""
    """The field that says until when, that moment not included; without a value: it still does."""
    called: tuple[str, ...] = ()
    """The fields that may name a feature, the first that does; else its id."""
    sort: str = ""
    """The field that says what sort of thing a feature is."""

    @property
    def layer(self) -> Layer:
        """What files say of it. Raises nothing."""
        return Layer(
            self.name, str(self.shape), self.id_name, called=self.called, sort=self.sort,
            begins=self.begins,
        )  # fmt: skip

    def is_seen_by(self, viewer: Viewer) -> bool:
        """Say whether somebody may see it. Raises nothing."""
        return viewer in (self.viewer, Viewer.ANALYST)


def point_rows(told: Sequence[tuple[str, float, float, Sequence[Value]]]) -> list[Row]:
    """Make features of ids, longitudes, latitudes (WGS-84, degrees) and values.

    All points are made at once, since one by one they take longer than all else. Raises nothing.
    """
    lon, lat = (np.array([one[axis] for one in told], dtype=np.float64) for axis in (1, 2))
    points = np.asarray(shapely.points(lon, lat))
    return [(one[0], point, one[3]) for one, point in zip(told, points, strict=True)]
