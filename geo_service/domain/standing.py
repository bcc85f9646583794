"""How a facility stands at a moment: open, usable, and for how long if nothing is reported."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from geo_service.domain.facility import Facility
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
    until, state = span.until, facility.state
    if state is not None:
        # At this very age a state still counts; a microsecond later it does not.
        stale = state.observed_at + timedelta(seconds=stale_after_s, microseconds=1)
        if moment < stale:
            until = min(until, stale)
    return Standing(span.opening, usable, moment, until)
