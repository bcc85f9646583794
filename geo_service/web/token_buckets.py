"""So many times an hour each, evenly or all at once: a token bucket for each of many."""

import sqlite3
from typing import Final

from geo_service.web.commons import Commons

HOUR_S: Final = 3_600.0
MOST_TAKEN: Final = 50_000
"""So many times that somebody took last are remembered; who took longer ago is full again."""
_FIND: Final = "SELECT remaining, at FROM taken WHERE what = ? AND who = ?"
_KEEP: Final = "INSERT OR REPLACE INTO taken (what, who, remaining, at) VALUES (?, ?, ?, ?)"
"""Replaced, a row has a new number, so that numbers tell who took last."""
_FORGET: Final = (
    "DELETE FROM taken WHERE number <= (SELECT max(number) FROM taken) - ? OR at < ? OR at > ?"
)
"""After an hour anybody's is full again; what is of a later moment was taken before a restart."""


class TokenBuckets:
    """What each may take: an hour's worth at once, and then as fast as it comes back.

    Parameters
    ----------
    commons : Commons
        Where it is written down who took; whoever shares it counts together.
    what : str
        What is taken; nothing else goes by this name there.
    an_hour : int
        How many; 0: any number.
    """

    def __init__(self, commons: Commons, what: str, an_hour: int) -> None:
        self._commons = commons
        self._what = what
        self._an_hour = an_hour

    def wait_s(self, who: str, now_s: float) -> float:
        """Say how many seconds somebody has to wait until one may be taken; 0: none."""
        if not self._an_hour:
            return 0.0
        with self._commons.open() as file:
            return self._until_one(self._now_left(file, who, now_s))

    def take(self, who: str, now_s: float) -> float:
        """Take one, if there is one.

        Parameters
        ----------
        who : str
            Whose.
        now_s : float
            Seconds by a clock that never goes back, the same for all processes.

        Returns
        -------
        float
            0: it was taken; else nothing was, and there is one in so many seconds.
        """
        if not self._an_hour:
            return 0.0
        with self._commons.open() as file:
            left = self._now_left(file, who, now_s)
            if left >= 1.0:
                file.execute(_KEEP, (self._what, who, left - 1.0, now_s))
                file.execute(_FORGET, (MOST_TAKEN, now_s - HOUR_S, now_s))
            return self._until_one(left)

    def _until_one(self, left: float) -> float:
        return max(0.0, 1.0 - left) * HOUR_S / self._an_hour

    def _now_left(self, file: sqlite3.Connection, who: str, now_s: float) -> float:
        found = file.execute(_FIND, (self._what, who)).fetchone()
        left, then_s = found or (float(self._an_hour), now_s)
        return min(float(self._an_hour), left + max(0.0, now_s - then_s) * self._an_hour / HOUR_S)
