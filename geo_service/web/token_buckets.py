"""So many times an hour each, evenly or all at once: a token bucket for each of many."""

from collections import OrderedDict
from threading import Lock
from typing import Final

HOUR_S: Final = 3_600.0
MOST_KNOWN: Final = 10_000
"""Of so many at most it is remembered how much they took; who took longest ago is forgotten."""


class TokenBuckets:
    """What each may take: an hour's worth at once, and then as fast as it comes back.

    Parameters
    ----------
    an_hour : int
        How many; 0: any number.
    """

    def __init__(self, an_hour: int) -> None:
        self._an_hour = an_hour
        # How many there were left, and when that was.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, who: str, now_s: float) -> float:
        """Say how many seconds somebody has to wait until one may be taken; 0: none."""
        if not self._an_hour:
            return 0.0
        with self._lock:
            return max(0.0, 1.0 - self._now_left(who, now_s)) * HOUR_S / self._an_hour

    def take(self, who: str, now_s: float) -> float:
        """Take one, if there is one.

        Parameters
        ----------
        who : str
            Whose.
        now_s : float
            Seconds by a clock that never goes back.

        Returns
        -------
        float
            0: it was taken; else nothing was, and there is one in so many seconds.
        """
        if not self._an_hour:
            return 0.0
        with self._lock:
            left = self._now_left(who, now_s)
            if left < 1.0:
                return (1.0 - left) * HOUR_S / self._an_hour
            self._left[who] = left - 1.0, now_s
            self._left.move_to_end(who)
            while len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
            return 0.0

    def _now_left(self, who: str, now_s: float) -> float:
        left, then_s = self._left.get(who, (float(self._an_hour), now_s))
        return min(float(self._an_hour), left + (now_s - then_s) * self._an_hour / HOUR_S)
