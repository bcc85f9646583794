"""A country of like cities, made by a seed: its facilities, its issues, its riders' days.

Each city is Porto's streets, moved east by so many degrees that no two touch; on the same latitude
its metres stay what they are. A day comes city by city, so that only one lies in memory.
"""

from dataclasses import replace
from functools import cached_property

import numpy as np
from places import make_facilities
from rides import DAYS, Rides, make_issues

from geo_service.domain.facility import Facility
from geo_service.domain.issue import Issue
from geo_service.domain.trace import Fixes
from geo_service.streets.network import Network

APART = 1.0
"""Degrees from one city to the next."""
FACILITIES, ISSUES, FIXES_A_DAY = 10**5, 10**6, 10**9
"""Of the country that is meant; what is measured is as many of its cities as one machine bears."""


class Country:
    """So many cities, and what happens in them.

    Parameters
    ----------
    network : Network
        The streets of one.
    cities : int
        At most 180, which fill the globe half.
    fixes_a_day : int
        Of all cities together, roughly.
    """

    def __init__(self, network: Network, cities: int, fixes_a_day: int) -> None:
        self._network, self.cities = network, cities
        self._fixes_a_day = fixes_a_day

    @cached_property
    def _rides(self) -> Rides:
        return Rides(self._network, self._fixes_a_day * DAYS // self.cities)

    def facilities(self, count: int = FACILITIES) -> list[Facility]:
        """Return facilities, as many in each city."""
        return [
            replace(one, facility_id=f"{city:03}-{one.facility_id}", lon=one.lon + city * APART)
            for city in range(self.cities)
            for one in make_facilities(self._network, count // self.cities, seed=7 + city)
        ]

    def issues(self, count: int = ISSUES) -> list[Issue]:
        """Return issues of a month, as many in each city."""
        return [
            replace(one, issue_id=f"{city:03}-{one.issue_id}", lon=one.lon + city * APART)
            for city in range(self.cities)
            for one in make_issues(self._network, count // self.cities, seed=11 + city)
        ]

    def day(self, city: int, day: int) -> Fixes:
        """Return a city's trips of one day; its riders are its own."""
        fixes = self._rides.day(day)
        return replace(
            fixes,
            trip_ids=tuple(f"{city:03}-{trip}" for trip in fixes.trip_ids),
            rider_ids=tuple(f"{city:03x}{rider[3:]}" for rider in fixes.rider_ids),
            lon=np.round(fixes.lon + city * APART, 7),
        )
