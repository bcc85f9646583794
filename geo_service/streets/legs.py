"""The legs of a way: its stretches, joined where nothing is worth telling between them.

A street that goes on under its name is one leg, however many junctions it passes. A nameless gap
where streets meet (the way across a broad road, a short link) is part of the turn there.
"""

from collections.abc import Iterable
from typing import NamedTuple

from geo_service.streets.headings import turned

_BEND_OF_NAMED = 55.0
"""A bend of so many degrees is told even where the street keeps its name."""
_BEND_OF_NAMELESS = 40.0
_BACK = 125.0
"""Whoever turns more than this turns back."""
_SLIGHT_M = 12.0
"""A leg no longer than this is not worth a step: the next street is in sight."""
_GAP_M = 30.0
"""A nameless leg no longer than this, where two streets meet, is part of the turn."""
_GAP_STRAIGHT_M = 100.0
"""One no longer than this is part of the street that lies straight on behind it."""


class Stretch(NamedTuple):
    """What there is to tell of one stretch of a way."""

    name: str
    name_en: str
    street_class: str
    length_mm: int
    time_ms: int
    after: float
    """The heading at its start, degrees clockwise from north."""
    before: float
    """The heading at its end."""
    lon: float
    """Where it starts; WGS-84, decimal degrees."""
    lat: float


class Leg(NamedTuple):
    """Stretches told as one: those of a street, and the gaps before and after it."""

    lead: tuple[Stretch, ...]
    street: tuple[Stretch, ...]
    tail: tuple[Stretch, ...] = ()

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """All of them, in riding order."""
        return self.lead + self.street + self.tail

    @property
    def called(self) -> str:
        """The street's name in any language; empty where it has none."""
        return self.street[0].name or self.street[0].name_en

    @property
    def length_m(self) -> float:
        """Metres, the gaps included."""
        return sum(stretch.length_mm for stretch in self.stretches) / 1000.0

    def turned_to(self, following: "Leg") -> float:
        """Return the degrees turned to the right, from one street to another."""
        return turned(self.street[-1].before, following.street[0].after)

    def goes_on(self, following: "Leg") -> bool:
        """Say whether another leg is the same street, no bend worth telling between."""
        most = _BEND_OF_NAMED if self.called else _BEND_OF_NAMELESS
        return self.called == following.called and abs(self.turned_to(following)) < most

    def joined(self, following: "Leg") -> "Leg":
        """Return both as one street, what leads into the other as a part of it."""
        return Leg(self.lead, self.street + following.lead + following.street)


def join_stretches(stretches: Iterable[Stretch]) -> list[Leg]:
    """Join the stretches of a way into legs: by name first, then over the gaps.

    Parameters
    ----------
    stretches : iterable of Stretch
        In riding order.

    Returns
    -------
    list of Leg
        In riding order; each stretch is in one of them. Raises nothing.
    """
    by_name: list[Leg] = []
    for stretch in stretches:
        _append(by_name, Leg((), (stretch,)))
    legs: list[Leg] = []
    for leg in by_name:
        gap = legs.pop().stretches if legs and _leads_in(legs, leg) else ()
        _append(legs, leg._replace(lead=gap))
    if len(legs) > 1 and legs[-1].length_m <= _SLIGHT_M:
        gap = legs.pop().stretches
        legs[-1] = legs[-1]._replace(tail=gap)
    return legs


def _append(legs: list[Leg], leg: Leg) -> None:
    if legs and legs[-1].goes_on(leg):
        leg = legs.pop().joined(leg)
    legs.append(leg)


def _leads_in(legs: list[Leg], leg: Leg) -> bool:
    """Say whether the last leg is a gap before the street that follows it."""
    gap = legs[-1]
    if gap.length_m <= _SLIGHT_M:
        return True
    if len(legs) == 1 or not leg.called:
        return False
    street = legs[-2]
    first, second = street.turned_to(gap), gap.turned_to(leg)
    back = abs(first + second) > _BACK
    if back or gap.called:
        return back and street.called == leg.called and gap.length_m <= _GAP_M
    bends = sorted((abs(first), abs(second)))
    if bends[1] < _BEND_OF_NAMELESS:
        return gap.length_m <= _GAP_STRAIGHT_M
    # Left and then right is two turns; left and left again is one.
    one_turn = first * second > 0.0 or bends[0] < _BEND_OF_NAMELESS
    return one_turn and gap.length_m <= _GAP_M
