"""Exposure by time: what each cell, street edge or issue sees in each hour or on each weekday.

A visit belongs to the slot in which the trip was there: a fix or a piece of a ride by its own
moment, a street edge by the moment when it was entered, a pass by its closest approach. A trip
that stays on counts in each slot once. Neither issues nor rates are counted: an issue stands there
in every slot, so it belongs to none, and a rate by slot would set all issues against a part of the
trips.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.domain.slots import SLOTS, WEEK_SLOTS, SlotRule, week_slots
from geo_service.domain.trace import Fixes, TripRiders
from geo_service.overlay.distinct_riders import Numbering
from geo_service.overlay.exposure import NO_PLACE
from geo_service.overlay.passes import Passes
from geo_service.overlay.seen import Seen
from geo_service.overlay.visit_tally import Visited, VisitTally
from geo_service.overlay.visits import Visits


@dataclass(frozen=True, slots=True, eq=False)
class SlotExposure:
    """One row a place and slot that saw a trip or a pass, by place and slot; shape (p,) each."""

    place: Integers
    """The H3 cell, the street edge, or the row of the issue."""
    slot: Integers
    """As ``SlotRule.slots`` gives it; in a whole week's table as ``week_slots``."""
    trips: Integers
    riders: Integers
    """Distinct ones."""
    metres: Floats
    """Ridden there by all trips together."""
    passes: Integers
    """At the issues that belong to the place, while they were open."""

    def __len__(self) -> int:
        return len(self.place)


class _PlaceSlots:
    """Places and slots as one number, so that what counts by place counts by both.

    ``slots_of`` puts n moments into slots below ``slots``, shape (k, n): each visit is in k.
    """

    def __init__(self, slots_of: Callable[[Integers], Integers], slots: int) -> None:
        self._slots_of, self._slots, self._places = slots_of, slots, Numbering()

    def coded(self, visits: Visits) -> Visits:
        """Return the visits, once for each slot, with such a number for their place."""
        places, row = np.unique(visits.place, return_inverse=True)
        number = self._places.numbers(places.tolist())[row]
        code = number * self._slots + self._slots_of(visits.t)
        times = len(code)
        return Visits(
            np.tile(visits.trip, times),
            code.ravel(),
            np.tile(visits.metres, times),
            np.tile(visits.t, times),
        )

    def parts(self, code: Integers) -> tuple[Integers, Integers]:
        """Return the place and the slot of each number."""
        number, slot = np.divmod(code, self._slots)
        return np.array(self._places.names, dtype=np.int64)[number], slot


def count_slots(parts: Iterable[Seen], issue_place: Integers, slots: SlotRule) -> SlotExposure:
    """Count exposure by place and slot: by H3 cell, or by street edge.

    Parameters
    ----------
    parts : iterable of Seen
        Trips, the places they were in and the issues they passed; taken one at a time.
    issue_place : ndarray of int, shape (i,)
        The cell each issue lies in, or the edge it belongs to; -1: none is near.
    slots : SlotRule
        How moments are put into slots.

    Returns
    -------
    SlotExposure
        Metres and passes sum, over the slots of a place, to those without slots; trips and riders
        don't: they come in several. Raises nothing of its own.
    """
    return _count(parts, issue_place, _by_rule(slots))


def count_week(parts: Iterable[Seen], issue_place: Integers, zone: tzinfo) -> SlotExposure:
    """Count exposure by place and each slot of a week, wide ones and narrow ones.

    A trip that rides through two hours is one trip of both together, and a rider of several days
    one rider: so all days, all hours and everything are counted by themselves.

    Parameters
    ----------
    parts, issue_place
        As in ``count_slots``.
    zone : tzinfo
        Whose clocks.

    Returns
    -------
    SlotExposure
        Slots as ``week_slots`` gives them. Raises nothing of its own.
    """
    both = _PlaceSlots(lambda t: week_slots(t, zone), WEEK_SLOTS)
    return _count(parts, issue_place, both)


def _by_rule(rule: SlotRule) -> _PlaceSlots:
    return _PlaceSlots(lambda t: rule.slots(t)[np.newaxis], SLOTS)


def _count(parts: Iterable[Seen], issue_place: Integers, both: _PlaceSlots) -> SlotExposure:
    ridden, passed = VisitTally(), VisitTally()
    for seen in parts:
        ridden.add(seen.trips, both.coded(seen.visits))
        passed.add(seen.trips, both.coded(_pass_visits(seen.passes, issue_place)))
    been, met = ridden.visited(), passed.visited()
    return _in_order(both, np.union1d(been.place, met.place), been, met)


def count_issue_slots(
    parts: Iterable[tuple[Fixes | TripRiders, Passes]], issues: int, slots: SlotRule
) -> SlotExposure:
    """Count passes by issue and slot.

    Parameters
    ----------
    parts : iterable of (Fixes or TripRiders, Passes)
        Trips, of which only the riders are read, and the issues they passed; taken one at a time.
    issues : int
        How many there are.
    slots : SlotRule
        How moments are put into slots.

    Returns
    -------
    SlotExposure
        Trips and riders are those who passed; the metres are 0. Raises nothing of its own.
    """
    both, passed = _by_rule(slots), VisitTally()
    for trips, passes in parts:
        passed.add(trips, both.coded(_pass_visits(passes, np.arange(issues))))
    met = passed.visited()
    return _in_order(both, met.place, met, met)


def _pass_visits(passes: Passes, issue_place: Integers) -> Visits:
    """Return passes as visits to the places of their issues."""
    place = issue_place[passes.issue]
    placed = place != NO_PLACE
    return Visits(passes.trip[placed], place[placed], np.zeros(placed.sum()), passes.t[placed])


def _in_order(both: _PlaceSlots, code: Integers, seen: Visited, met: Visited) -> SlotExposure:
    """Put what was seen of trips and met of issues into one row a place and slot."""
    place, slot = both.parts(code)
    order = np.lexsort((slot, place))
    trips, riders, passes = np.zeros((3, len(code)), dtype=np.int64)
    metres = np.zeros(len(code))
    row = np.searchsorted(code, seen.place)
    trips[row], riders[row], metres[row] = seen.trips, seen.riders, seen.metres
    passes[np.searchsorted(code, met.place)] = met.visits
    return SlotExposure(
        place[order], slot[order], trips[order], riders[order], metres[order], passes[order]
    )
