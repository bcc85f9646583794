"""Which area and which body answer for a place: the smallest area that holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from geo_service.arrays import Flags, Floats, Integers
from geo_service.domain.area import Area, Body
from geo_service.domain.area_shape import FULL_TURN, area_shapes, shifted, size_m2

_AT_ONCE = 10_000
"""Places looked at together: with each of them come all areas around it."""


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for a place, and why."""

    area_id: str = ""
    """The area that decided; blank: none did."""
    body_id: str = ""
    """Blank: nobody answers."""


class _Pairs(NamedTuple):
    """Pairs of a place and an area that may hold it; a row a pair."""

    row: Integers
    """Of the place."""
    place: Integers
    """Of the area, among all by size."""
    lon: Floats
    """Of the place, as the area's polygon is drawn."""
    lat: Floats

    def only(self, kept: Flags | Integers) -> "_Pairs":
        return _Pairs(self.row[kept], self.place[kept], self.lon[kept], self.lat[kept])


class AreaMap:
    """Areas and bodies, made ready for the question who answers for a place.

    Any number of threads may ask.

    Parameters
    ----------
    areas : sequence of Area
        An area whose body is blank or unknown holds places, but nobody answers for them.
    bodies : sequence of Body
    """

    def __init__(self, areas: Sequence[Area], bodies: Sequence[Body]) -> None:
        shapes = area_shapes([area.wkb for area in areas])
        sizes = [size_m2(shape) for shape in shapes]
        order = sorted(
            range(len(areas)), key=lambda place: (sizes[place], areas[place].area_id)
        )  # From here on an area's place says how large it is among all.
        known = {body.body_id: body for body in bodies}
        self._bodies = [known.get(areas[place].body_id) for place in order]
        self._answers = [Responsible(areas[place].area_id, areas[place].body_id) for place in order]
        self._shapes = shapes[order]
        self._tree = shapely.STRtree(self._shapes)
        west, south, east, _ = shapely.bounds(self._shapes).T if order else np.empty((4, 0))
        self._turns = _turns(west, east)
        self._covering: dict[tuple[int, int], bool] = {}
        shapely.prepare(self._shapes)
        # What a prepared polygon makes when first asked is made before threads can ask.
        shapely.contains_xy(self._shapes, west, south)
        shapely.intersects_xy(self._shapes, west, south)

    def responsible_for(self, lon: float, lat: float, category: str) -> Responsible | None:
        """Say who answers for a place; `responsible_for_all` for one."""
        return self.responsible_for_all(np.array([lon]), np.array([lat]), [category])[0]

    def responsible_for_all(
        self, lon: Floats, lat: Floats, categories: Sequence[str]
    ) -> list[Responsible | None]:
        """Say who answers for places.

        The smallest area, on the ellipsoid, that holds the place and whose body answers for the
        category. On the border of that area: it or one of its neighbours, whichever has the
        smaller id; what covers the smallest area is no neighbour.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (q,)
            WGS-84, decimal degrees.
        categories : sequence of str
            Of what there is at each place.

        Returns
        -------
        list of Responsible or None
            A row a place; None: no area holds it whose body answers. Raises nothing.
        """
        found: list[Responsible | None] = []
        for first in range(0, len(categories), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            found += self._find(lon[part], lat[part], categories[part])
        return found

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a place lies in any area, whoever answers for it; borders belong to it."""
        return bool(self._held(self._near(np.array([lon]), np.array([lat]))).any())

    def _find(
        self, lon: Floats, lat: Floats, categories: Sequence[str]
    ) -> list[Responsible | None]:
        near = self._near(lon, lat)
        answers, number = self._who_answers(categories)
        near = near.only(answers[number[near.row], near.place])
        hit = self._first_held(near)
        found: list[Responsible | None] = [None] * len(categories)
        for row, place in zip(near.row[hit].tolist(), near.place[hit].tolist(), strict=True):
            found[row] = self._answers[place]
        at_border = hit[~self._inside(near.only(hit))]
        touched = self._touched(near, at_border)
        begins = np.searchsorted(touched.row, near.row[at_border])
        ends = np.searchsorted(touched.row, near.row[at_border], side="right")
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            chosen = self._among_neighbours(touched.place[begin:end].tolist())
            found[touched.row[begin]] = self._answers[chosen]
        return found

    def _near(self, lon: Floats, lat: Floats) -> "_Pairs":
        """Pair places with areas that may hold them, in order of place and size of the area."""
        found = []
        for turn in self._turns:
            row, place = self._tree.query(shapely.points(lon + turn, lat))
            found.append(_Pairs(row, place, lon[row] + turn, lat[row]))
        pairs = _Pairs(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
        return pairs.only(np.argsort(pairs.row * len(self._answers) + pairs.place, kind="stable"))

    def _held(self, pairs: "_Pairs") -> Flags:
        return shapely.intersects_xy(self._shapes[pairs.place], pairs.lon, pairs.lat)

    def _inside(self, pairs: "_Pairs") -> Flags:
        return shapely.contains_xy(self._shapes[pairs.place], pairs.lon, pairs.lat)

    def _first_held(self, pairs: "_Pairs") -> Integers:
        """Return of each place that is held the first pair in which it is."""
        at = np.flatnonzero(np.diff(pairs.row, prepend=-1))
        hits = [np.empty(0, dtype=np.int64)]
        while len(at):
            held = self._held(pairs.only(at))
            hits.append(at[held])
            behind = at[~held] + 1
            behind = behind[behind < len(pairs.row)]
            at = behind[pairs.row[behind] == pairs.row[behind - 1]]
        return np.sort(np.concatenate(hits))

    def _touched(self, pairs: "_Pairs", at_border: Integers) -> "_Pairs":
        """Keep those pairs, and what comes behind each of them, whose place is on the border."""
        since = np.full(int(pairs.row.max(initial=0)) + 1, len(pairs.row))
        since[pairs.row[at_border]] = at_border
        rest = pairs.only(np.arange(len(pairs.row)) >= since[pairs.row])
        return rest.only(self._held(rest) & ~self._inside(rest))

    def _who_answers(self, categories: Sequence[str]) -> tuple[Flags, Integers]:
        """Return a table of categories and areas, and which of its rows each category is."""
        numbers: dict[str, int] = {}
        number = [numbers.setdefault(category, len(numbers)) for category in categories]
        answers = [
            [body is not None and body.answers_for(category) for body in self._bodies]
            for category in numbers
        ]
        shape = len(numbers), len(self._bodies)
        return np.array(answers, dtype=np.bool_).reshape(shape), np.array(number, dtype=np.int64)

    def _among_neighbours(self, touched: Sequence[int]) -> int:
        """Choose among areas on whose border a place lies; the first is the smallest."""
        smallest = touched[0]
        rivals = [
            place for place in touched if place == smallest or not self._covers(place, smallest)
        ]
        return min(rivals, key=lambda place: self._answers[place].area_id)

    def _covers(self, place: int, other: int) -> bool:
        pair = place, other
        if pair not in self._covering:
            self._covering[pair] = any(
                shapely.covers(self._shapes[place], shifted(self._shapes[other], turn))
                for turn in self._turns
            )
        return self._covering[pair]


def _turns(west: Floats, east: Floats) -> tuple[float, ...]:
    """Return by how many degrees places are moved to be found on either side of the seam."""
    at_seam = bool(((west <= -180.0) | (east >= 180.0)).any())
    return (0.0, FULL_TURN, -FULL_TURN) if at_seam else (0.0,)
