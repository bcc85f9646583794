"""How a facility stands at a moment: open, usable, and for how long if nothing is reported."""

import math
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from geo_service.domain.facility import Facility, State
from geo_service.domain.opening import Opening, Openings
from geo_service.domain.usable import Usable, usable_at

ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
"""The end of what nothing ends."""


class Standing(NamedTuple):
    """Of one facility, from ``since`` on and before ``until``."""

    opening: Opening
    usable: Usable
    since: datetime
    until: datetime
    """Later it may be open or usable otherwise, even if nothing is reported."""


def standing_at(
    facility: Facility, moment: datetime, openings: Openings, stale_after_s: float
) -> Standing:
    """Answer how a facility stands at a moment.

    Parameters
    ----------
    facility : Facility
        With its live state, if it reports one.
    moment : datetime
        With a zone.
    openings : Openings
        Of the city's calendar.
    stale_after_s : float
        Live state older than this many seconds says nothing.

    Returns
    -------
    Standing
        Raises nothing.
    """
    span = openings.at(facility.opening_hours, moment)
    usable = usable_at(facility, moment, is_open=span.opening.open, stale_after_s=stale_after_s)
    until = span.until
    if facility.state is not None:
        stale = _grows_stale(facility.state, stale_after_s)
        if moment < stale:
            until = min(until, stale)
    return Standing(span.opening, usable, moment, until)


def _grows_stale(state: State, stale_after_s: float) -> datetime:
    """Return the first moment at which a state says nothing any more."""
    try:
        # At this very age a state still counts; a microsecond later it does not.
        counts = timedelta(microseconds=math.floor(stale_after_s * 1e6))
        return state.observed_at + counts + timedelta(microseconds=1)
    except OverflowError:
        return ALWAYS
