"""Trips, distinct riders, metres and visits of each place, added up while partitions stream by."""

from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.domain.trace import Fixes, TripRiders
from geo_service.overlay.distinct_riders import Distinct, Numbering
from geo_service.overlay.visits import Visits


@dataclass(frozen=True, slots=True, eq=False)
class Visited:
    """One row a place that was visited, ascending."""

    place: Integers
    trips: Integers
    riders: Integers
    """Distinct ones."""
    metres: Floats
    visits: Integers
    """A trip may visit a place many times."""


class VisitTally:
    """Adds up visits; a trip lies in one partition only, a rider may come in many."""

    def __init__(self) -> None:
        self._places, self._riders = Numbering(), Numbering()
        self._distinct = Distinct()
        self._trips = np.zeros(0, dtype=np.int64)
        self._metres = np.zeros(0, dtype=np.float64)
        self._visits = np.zeros(0, dtype=np.int64)

    def add(self, trips: Fixes | TripRiders, visits: Visits) -> None:
        """Take in the visits of one partition.

        Parameters
        ----------
        trips : Fixes or TripRiders
            The partition's; only their riders are read.
        visits : Visits
            Where the trips were. Raises nothing.
        """
        codes, row = np.unique(visits.place, return_inverse=True)
        place = self._places.numbers(codes.tolist())[row]
        places = len(self._places)
        pairs = np.unique(place * trips.trips + visits.trip)
        pair_place, pair_trip = np.divmod(pairs, max(1, trips.trips))
        rider = self._riders.numbers(trips.rider_ids)[trips.rider[pair_trip]]
        self._distinct.add(pair_place, rider)
        new = places - len(self._trips)
        self._trips = np.pad(self._trips, (0, new)) + np.bincount(pair_place, minlength=places)
        self._metres = np.pad(self._metres, (0, new)) + np.bincount(
            place, weights=visits.metres, minlength=places
        )
        self._visits = np.pad(self._visits, (0, new)) + np.bincount(place, minlength=places)

    def visited(self) -> Visited:
        """Return the figures so far."""
        place = np.array(self._places.names, dtype=np.int64)
        order = np.argsort(place)
        riders = self._distinct.count(len(place))
        return Visited(
            place[order],
            self._trips[order],
            riders[order],
            self._metres[order],
            self._visits[order],
        )
