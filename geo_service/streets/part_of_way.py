"""What parts of a way cost: a stretch of an edge, and the walk off the street."""

from typing import TypeVar

from geo_service.arrays import Integers
from geo_service.compiled import compiled
from geo_service.streets.network import part_cost
from geo_service.streets.packed_cost import pack_measured
from geo_service.streets.profile import OFF_STREET_M_S

Whole = TypeVar("Whole", int, Integers)

OFF_STREET_MM_S = round(OFF_STREET_M_S * 1000)

_part_cost = compiled(part_cost)


@compiled
def off_street_ms(off_mm: Whole) -> Whole:
    """Return the milliseconds that millimetres off the street take, to the nearest.

    Parameters
    ----------
    off_mm : int, or ndarray of int
        Not negative. Raises nothing.
    """
    return (off_mm * 1000 + OFF_STREET_MM_S // 2) // OFF_STREET_MM_S


@compiled
def off_street_cost(off_mm: int, by_time: bool) -> int:  # noqa: FBT001 - compiled code takes no keywords alone
    """Return the packed cost of millimetres off the street.

    Parameters
    ----------
    off_mm : int
        Not negative.
    by_time : bool
        Whether seconds are minimised. Raises nothing.
    """
    return pack_measured(off_mm, off_street_ms(off_mm), by_time)


@compiled
def stretch_cost(
    length_mm: int,
    time_ms: int,
    start_mm: int,
    end_mm: int,
    by_time: bool,  # noqa: FBT001 - as above
) -> int:
    """Return the packed cost of a stretch of an edge, in either direction.

    Parameters
    ----------
    length_mm, time_ms : int
        Of the whole edge.
    start_mm, end_mm : int
        Offsets along the edge.
    by_time : bool
        Whether seconds are minimised. Raises nothing.
    """
    spent = _part_cost(time_ms, end_mm, length_mm) - _part_cost(time_ms, start_mm, length_mm)
    return pack_measured(abs(end_mm - start_mm), abs(spent), by_time)
