"""The parameter ``bbox``, in whatever system it is said (OGC API - Features, Parts 1 and 2)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely

from geo_service.arrays import Flags, Floats, Shapes
from geo_service.features.selection import Box
from geo_service.geometry.reference_systems import WGS84, ReferenceSystem
from geo_service.web.parameters import read_number

POINTS_A_SIDE = 21
"""A box's sides are bent in degrees: at so many points it is looked how far."""


class AskedBox(NamedTuple):
    """Where features are asked for."""

    box: Box
    """WGS-84."""
    meets: Callable[[Shapes], Flags] | None = None
    """Says which shapes, WGS-84, meet the box itself; None: those that meet ``box``."""


def read_box(text: str, system: ReferenceSystem = WGS84) -> AskedBox:
    """Read ``bbox``.

    Parameters
    ----------
    text : str
        Four numbers, least before greatest, or six with heights, which are not looked at.
    system : ReferenceSystem
        Whose coordinates they are, in its order of axes.

    Raises
    ------
    ValueError
        Saying what it must be.
    """
    parts = text.split(",")
    if len(parts) not in (4, 6):
        raise ValueError("It must be four numbers, or six with heights, parted by commas.")
    numbers = [read_number(part) for part in parts]
    first, second, first_most, second_most = (
        numbers if len(numbers) == 4 else [numbers[index] for index in (0, 1, 3, 4)]
    )
    if system is WGS84:
        return AskedBox(_in_degrees(first, second, first_most, second_most))
    if system.latitude_first:
        return AskedBox(_in_degrees(second, first, second_most, first_most))
    if first > first_most or second > second_most:
        raise ValueError("Its least numbers must not be greater than its greatest.")
    return _projected((first, second, first_most, second_most), system)


def _in_degrees(west: float, south: float, east: float, north: float) -> Box:
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(
            "It must be in decimal degrees, in the order of axes of its system, south below north."
        )
    return west, south, east, north


def _projected(corners: Box, system: ReferenceSystem) -> AskedBox:
    first, second, first_most, second_most = corners
    along, up = (
        np.linspace(least, most, POINTS_A_SIDE)
        for least, most in ((first, first_most), (second, second_most))
    )
    lon, lat = system.to_wgs84(
        np.concatenate((along, along, np.full_like(up, first), np.full_like(up, first_most))),
        np.concatenate((np.full_like(along, second), np.full_like(along, second_most), up, up)),
    )
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise ValueError("It reaches beyond where its system has a meaning.")
    box = shapely.box(*corners)

    def meets(shapes: Shapes) -> Flags:
        moved = shapely.transform(shapes, lambda positions: _moved(positions, system))
        return np.atleast_1d(shapely.intersects(moved, box))

    # Sides bend between the points that are looked at too, by far less than this.
    margin = 1e-3 * max(np.ptp(lon), np.ptp(lat)) + 1e-6
    west, south = max(lon.min() - margin, -180.0), max(lat.min() - margin, -90.0)
    east, north = min(lon.max() + margin, 180.0), min(lat.max() + margin, 90.0)
    return AskedBox((float(west), float(south), float(east), float(north)), meets)


def shape_to_wgs84(shape: shapely.Geometry, system: ReferenceSystem) -> shapely.Geometry:
    """Return a shape of a system's coordinates in WGS-84, longitude first.

    Raises
    ------
    ValueError
        If it reaches beyond where its system has a meaning.
    """

    def back(positions: Floats) -> Floats:
        return np.column_stack(system.to_wgs84(positions[:, 0], positions[:, 1]))

    moved = shapely.transform(shape, back)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise ValueError("It reaches beyond where its system has a meaning.")
    return moved


def _moved(positions: Floats, system: ReferenceSystem) -> Floats:
    return np.column_stack(system.from_wgs84(positions[:, 0], positions[:, 1]))
