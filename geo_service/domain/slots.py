"""Slots: hours of the day and days of the week, as the clocks of a city show them."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from enum import StrEnum

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.moments import MICROSECONDS, SECONDS_A_DAY, from_microseconds

HOURS = 24
SLOTS = 8 * HOURS
"""Every slot is below this: weekdays are numbered from 1, and 0 stands for any."""
WEEK_SLOTS = 8 * (HOURS + 1)
"""Every slot of a whole week's table is below this."""
_HOUR_US = 3600 * MICROSECONDS
_DAY_US = SECONDS_A_DAY * MICROSECONDS
_QUARTER_US = 900 * MICROSECONDS
_THURSDAY = 3
"""1970-01-01, counted from Monday as 0."""
_MICROSECOND = timedelta(microseconds=1)


class Per(StrEnum):
    """How time is parted into slots."""

    HOUR = "hour"
    """24 hours of the day, whatever the day."""
    WEEKDAY = "weekday"
    """Seven days of the week."""
    WEEKDAY_HOUR = "weekday_hour"
    """168 hours of the week."""

    @property
    def has_weekday(self) -> bool:
        """Whether days of the week are told apart."""
        return self is not Per.HOUR

    @property
    def has_hour(self) -> bool:
        """Whether hours of the day are told apart."""
        return self is not Per.WEEKDAY


@dataclass(frozen=True, slots=True)
class SlotRule:
    """How moments are put into slots."""

    per: Per
    zone: tzinfo
    """Whose clocks: summer time and all other changes are followed."""

    def slots(self, t: Integers) -> Integers:
        """Put moments into slots.

        Parameters
        ----------
        t : ndarray of int, shape (n,)
            Microseconds since 1970-01-01T00:00Z; of the years 2 to 9998.

        Returns
        -------
        ndarray of int, shape (n,)
            From 0 to ``SLOTS`` - 1; :func:`slot_parts` takes them apart. Raises nothing.
        """
        shown = shown_us(t, self.zone)
        weekday = (shown // _DAY_US + _THURSDAY) % 7 + 1 if self.per.has_weekday else 0
        hour = shown % _DAY_US // _HOUR_US if self.per.has_hour else 0
        return np.broadcast_to(weekday * HOURS + hour, t.shape)


def slot_parts(slot: Integers) -> tuple[Integers, Integers]:
    """Take slots apart.

    Parameters
    ----------
    slot : ndarray of int, shape (n,)
        As ``SlotRule.slots`` gives them.

    Returns
    -------
    weekday : ndarray of int, shape (n,)
        As ISO 8601 counts: 1 is Monday, 7 Sunday; 0 if days are not told apart.
    hour : ndarray of int, shape (n,)
        From 0 to 23; 0 if hours are not told apart. Raises nothing.
    """
    weekday, hour = np.divmod(slot, HOURS)
    return weekday, hour


def week_slots(t: Integers, zone: tzinfo) -> Integers:
    """Put moments into all slots of a week that they are in, wide ones and narrow ones.

    Parameters
    ----------
    t : ndarray of int, shape (n,)
        Microseconds since 1970-01-01T00:00Z; of the years 2 to 9998.
    zone : tzinfo
        Whose clocks.

    Returns
    -------
    ndarray of int, shape (4, n)
        The slot of everything; of the hour on whatever day; of the weekday at whatever hour; of
        the hour of the week. A slot is 25 times the weekday (1 is Monday, 0 any), and to that 1
        plus the hour, or nothing for all hours. Raises nothing.
    """
    weekday, hour = slot_parts(SlotRule(Per.WEEKDAY_HOUR, zone).slots(t))
    day, at = (HOURS + 1) * weekday, 1 + hour
    return np.stack((np.zeros_like(day), at, day, day + at))


def shown_us(t: Integers, zone: tzinfo) -> Integers:
    """Find what the clocks of a zone show.

    Parameters
    ----------
    t : ndarray of int, shape (n,)
        Microseconds since 1970-01-01T00:00Z; of the years 2 to 9998.
    zone : tzinfo
        Is asked for two moments a quarter of an hour at most, however many moments lie in it;
        only within a quarter in which the clocks are changed, for every second.

    Returns
    -------
    ndarray of int, shape (n,)
        Microseconds since the clocks there showed 1970-01-01 00:00. Raises nothing.
    """
    quarter, row = np.unique(t // _QUARTER_US, return_inverse=True)
    borders = np.union1d(quarter, quarter + 1)
    ahead = _ahead_us(borders * _QUARTER_US, zone)
    at_start = ahead[np.searchsorted(borders, quarter)]
    at_end = ahead[np.searchsorted(borders, quarter + 1)]
    shown: Integers = t + at_start[row]
    # Clocks were put forward at a minute past midnight too (St. John's, until 2011).
    changing = np.flatnonzero((at_start != at_end)[row])
    second, row = np.unique(t[changing] // MICROSECONDS, return_inverse=True)
    shown[changing] = t[changing] + _ahead_us(second * MICROSECONDS, zone)[row]
    return shown


def _ahead_us(t: Integers, zone: tzinfo) -> Integers:
    """Return how far clocks are ahead of UTC."""
    moments = (from_microseconds(moment).astimezone(zone) for moment in t.tolist())
    ahead = [(moment.utcoffset() or timedelta()) // _MICROSECOND for moment in moments]
    return np.array(ahead, dtype=np.int64)
