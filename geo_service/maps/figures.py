"""Numbers and times as a reader of the map meets them."""

import math
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from geo_service.domain.moments import from_microseconds

_SHOWS = 0.9
"""The strongest class begins at this share of the highest value, or lower."""
_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
"""First digits of round limits."""


def say_count(count: int) -> str:
    """Write a count with a comma between thousands."""
    return f"{count:,}"


def say_number(number: float) -> str:
    """Write a number with as many digits as it deserves: three, or all before the point."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def say_chance(share: float) -> str:
    """Write a share or chance to three decimals; one that would round to 0 as below 0.001."""
    return "< 0.001" if share < 0.001 else f"{share:.3f}"


def say_briefly(number: float) -> str:
    """Write a round number so that it fits under a class of colour: 20k for 20,000."""
    if number >= 1e6:
        return f"{number / 1e6:g}M"
    return f"{number / 1e3:g}k" if number >= 1e4 else say_number(number)


def say_length(metres: float) -> str:
    """Write a length in metres, or in kilometres from one kilometre on."""
    return f"{metres / 1000:,.1f} km" if metres >= 1000 else f"{metres:.0f} m"


def say_minutes(seconds: float) -> str:
    """Write a duration in minutes, to a tenth below 20."""
    minutes = seconds / 60.0
    return f"{minutes:.1f} min" if minutes < 20.0 else f"{minutes:,.0f} min"


def say_time(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment to the minute in a time zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def say_time_us(microseconds: int, zone: ZoneInfo) -> str:
    """Write a moment given in microseconds since 1970 UTC; a negative one was never: empty."""
    if microseconds < 0:
        return ""
    return say_time(from_microseconds(int(microseconds)), zone)


def class_limits(values: ArrayLike, classes: int) -> list[float]:
    """Find round limits that share values out over classes about evenly.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Only those finite and above 0 count.
    classes : int
        At most this many classes.

    Returns
    -------
    list of float
        Ascending, without repeats: the first value of each class after the first; class c holds
        values from limit c - 1 on. Empty where all values are in one class.
    """
    held = np.asarray(values, dtype=np.float64)
    held = held[np.isfinite(held) & (held > 0)]
    if len(held) == 0:
        return []
    shares = np.arange(1, classes) / classes
    limits = {_rounded(float(limit)) for limit in np.quantile(held, shares)}
    return sorted(limit for limit in limits if held.min() < limit <= held.max())


def round_limits(lowest: float, highest: float, classes: int) -> list[float]:
    """Find round limits, about evenly by ratio, for values between two.

    Parameters
    ----------
    lowest, highest : float
        Where the classes begin, about, and the greatest value; above 0.
    classes : int
        At most this many.

    Returns
    -------
    list of float
        Ascending, without repeats: the least value of each class, all of them below ``highest``.
    """
    wanted = np.geomspace(min(lowest, _SHOWS * highest), _SHOWS * highest, classes)
    return sorted({_rounded_down(float(limit)) for limit in wanted})


def class_ranges(limits: list[float], smallest: float, largest: float) -> list[str]:
    """Write the classes made by ``class_limits`` as ranges, for a legend."""
    if not limits:
        return [
            say_number(smallest)
            if smallest == largest
            else say_range(_rounded(smallest), _rounded(largest))
        ]
    edges = [_rounded(smallest), *limits, _rounded(largest)]
    return [say_range(low, high) for low, high in pairwise(edges)]


def say_range(low: float, high: float) -> str:
    """Write a range with a dash between its ends."""
    return f"{say_number(low)}–{say_number(high)}"  # noqa: RUF001 - a range has an en dash


def _rounded(value: float) -> float:
    """Round to two digits: 1,234 to 1,200."""
    return float(f"{value:.2g}")


def _rounded_down(value: float) -> float:
    """Round to the round number at or below: 1,999 to 1,500."""
    power = math.floor(math.log10(value))
    digit = max(digit for digit in _ROUND if float(f"{digit}e{power}") <= value * (1.0 + 1e-9))
    return float(f"{digit}e{power}")
