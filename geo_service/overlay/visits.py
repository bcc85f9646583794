"""Visits of trips to places: to the cells they were in, or the streets they rode along."""

from dataclasses import dataclass

from geo_service.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """One row a visit of a trip to a place; a trip may visit a place many times."""

    trip: Integers
    """Shape (v,): the trip's number in its fixes."""
    place: Integers
    """Shape (v,): a cell, or a street edge."""
    metres: Floats
    """Shape (v,): how far the trip went there."""
    t: Integers
    """Shape (v,): when it was there, microseconds UTC."""
