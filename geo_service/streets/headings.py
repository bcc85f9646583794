"""Where a way leads before and after each junction on it."""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats
from geo_service.geometry.metric import (
    metres_per_degree_east,
    metres_per_degree_north,
    segment_lengths_m,
    wrap_degrees,
)
from geo_service.streets.way import Way

_AROUND_M = 15.0
"""So much of a way before and after a junction tells how it turns there."""
_SHORTEST_M = 5.0
"""So much of it even where the next junction is nearer."""


class Headings(NamedTuple):
    """Of a way of r stretches; degrees clockwise from north."""

    off_start: float
    """From the position to the street."""
    after: list[float]
    """r: at each stretch's start."""
    before: list[float]
    """r: at its end."""
    lon: list[float]
    """r + 1: where each starts, and where the last one ends; WGS-84, decimal degrees."""
    lat: list[float]


def read_headings(way: Way) -> Headings:
    """Read off a way's line where it leads.

    Parameters
    ----------
    way : Way
        Its stretches tell where along the line its junctions are.

    Returns
    -------
    Headings
        A heading spans 15 m of the line, less where another junction is nearer, but 5 m at
        least; never the straight parts off the street. Raises nothing.
    """
    line = _Line.along(way.lon, way.lat)
    length_mm = np.abs(way.end_mm - way.start_mm)
    stops = (way.off_start_mm + np.append(0, np.cumsum(length_mm))) / 1000.0
    start, end = stops[:-1], stops[1:]
    ahead = np.minimum(start + _AROUND_M, np.maximum(end, start + _SHORTEST_M))
    behind = np.maximum(end - _AROUND_M, np.minimum(start, end - _SHORTEST_M))
    lon, lat = line.at(stops)
    return Headings(
        off_start=float(line.heading(np.zeros(1), stops[:1])[0]),
        after=line.heading(start, np.minimum(ahead, stops[-1])).tolist(),
        before=line.heading(np.maximum(behind, stops[0]), end).tolist(),
        lon=wrap_degrees(lon).tolist(),
        lat=lat.tolist(),
    )


def turned(heading: float, following: float) -> float:
    """Return the degrees turned to the right from one heading to another, -180 to 180.

    Parameters
    ----------
    heading, following : float
        Degrees, clockwise from any direction. Raises nothing.
    """
    return (following - heading + 180.0) % 360.0 - 180.0


class _Line(NamedTuple):
    """A line whose points are found by their metres along it."""

    metres: Floats
    lon: Floats
    """Without a jump at the 180th meridian."""
    lat: Floats

    @classmethod
    def along(cls, lon: Floats, lat: Floats) -> "_Line":
        lengths = segment_lengths_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        steps = wrap_degrees(np.diff(lon))
        return cls(
            np.append(0.0, np.cumsum(lengths)), lon[0] + np.append(0.0, np.cumsum(steps)), lat
        )

    def at(self, metres: Floats) -> tuple[Floats, Floats]:
        """Return the positions so many metres along the line."""
        return np.interp(metres, self.metres, self.lon), np.interp(metres, self.metres, self.lat)

    def heading(self, start: Floats, end: Floats) -> Floats:
        """Return the straight headings from some points of the line to others."""
        (lon, lat), (to_lon, to_lat) = self.at(start), self.at(end)
        middle = (lat + to_lat) / 2.0
        east = (to_lon - lon) * metres_per_degree_east(middle)
        north = (to_lat - lat) * metres_per_degree_north(middle)
        return np.degrees(np.arctan2(east, north))
