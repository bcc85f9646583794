"""Which areas lie in which others, and whether a place lies in some of them."""

from collections.abc import Collection, Sequence

import numpy as np
import shapely

from geo_service.arrays import Shapes
from geo_service.domain.area import Area
from geo_service.domain.area_shape import FULL_TURN, area_shapes, shifted

SAME_BORDER = 1.5e-5
"""Degrees, some 1.6 m. An inner area's border may lie so far outside the outer one's: two drawings
of one border, each rounded to the fifth decimal, are up to 1.42e-5 degrees apart."""
_TURNS = (0.0, FULL_TURN, -FULL_TURN)


class AreaNest:
    """Areas, made ready for the questions which lie in others and which hold a place.

    Any number of threads may ask; what was answered once is remembered.

    Parameters
    ----------
    areas : sequence of Area
        All there are.
    """

    def __init__(self, areas: Sequence[Area]) -> None:
        self._ids = [area.area_id for area in areas]
        self._number = {area_id: number for number, area_id in enumerate(self._ids)}
        self._shapes = area_shapes([area.wkb for area in areas])
        self._tree = shapely.STRtree(self._shapes)
        self._within: dict[frozenset[str], frozenset[str]] = {}

    def within(self, area_ids: frozenset[str]) -> frozenset[str]:
        """Return the ids of some areas and of all that lie in one of them.

        An area lies in another if all of it but the width of a border does, see `SAME_BORDER`;
        one that only touches it along a border does not.

        Parameters
        ----------
        area_ids : frozenset of str
            Those that are not there are left out. Raises nothing.
        """
        known = self._within.get(area_ids)
        if known is None:
            inner = {
                self._ids[one] for outer in self._shapes_of(area_ids) for one in self._in(outer)
            }
            known = self._within[area_ids] = frozenset(inner | (area_ids & self._number.keys()))
        return known

    def holds(self, area_ids: Collection[str], lon: float, lat: float) -> bool:
        """Say whether a place lies in one of some areas; borders belong to them. Raises nothing.

        Parameters
        ----------
        area_ids : collection of str
            Those that are not there hold nothing.
        lon, lat : float
            WGS-84, decimal degrees.
        """
        shapes = self._shapes_of(area_ids)
        return any(bool(shapely.intersects_xy(shapes, lon + turn, lat).any()) for turn in _TURNS)

    def _shapes_of(self, area_ids: Collection[str]) -> Shapes:
        numbers = sorted(self._number[one] for one in area_ids if one in self._number)
        return self._shapes[np.array(numbers, dtype=np.int64)]

    def _in(self, outer: shapely.Geometry) -> list[int]:
        """Return the numbers of the areas that lie in one, wherever the 180th meridian cuts."""
        found = set[int]()
        for turn in _TURNS:
            here = shifted(outer, turn)
            grown = shapely.buffer(here, SAME_BORDER)
            shapely.prepare([here, grown])
            near = self._tree.query(grown, predicate="covers")
            # A strip no wider than a border would otherwise lie in both its neighbours.
            inside = shapely.covers(here, shapely.point_on_surface(self._shapes[near]))
            found.update(near[inside].tolist())
        return sorted(found)
