"""A rider's own trips: what each is called, and what may be sent at a time."""

import hmac
from itertools import pairwise

import numpy as np

from geo_service.arrays import Floats
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import segment_lengths_m

PREFIX = "own-"
ID_DIGITS = 32
MOST_TRIPS = 100
MOST_FIXES = 200_000
"""More than two days and nights, a fix a second."""


def own_trip_id(rider: str, starts_us: int, key: bytes) -> str:
    """Name a trip for its rider and its first moment.

    A rider begins one trip at a time: what is sent again replaces itself, nobody can name, or
    guess, another's trip, and what phones call their files is not kept.

    Parameters
    ----------
    rider : str
        A pseudonym.
    starts_us : int
        When the trip's first fix was recorded, microseconds since 1970 UTC; told apart by
        milliseconds, as the lake keeps them.
    key : bytes
        The secret behind the riders' pseudonyms.
    """
    content = f"trip\0{rider}\0{(starts_us + 500) // 1000}".encode()
    return PREFIX + hmac.digest(key, content, "sha256").hex()[:ID_DIGITS]


def is_sent(trip_id: str) -> bool:
    """Say whether a trip was sent by its rider, and not loaded from a file; raises nothing."""
    return trip_id.startswith(PREFIX)


def trip_lengths_m(fixes: Fixes) -> Floats:
    """Return how long each trip is along its fixes, in metres; shape (trips,)."""
    lon, lat = fixes.lon, fixes.lat
    along = np.concatenate(
        ([0.0], np.cumsum(segment_lengths_m(lon[:-1], lat[:-1], lon[1:], lat[1:])))
    )
    return np.array([along[end - 1] - along[start] for start, end in pairwise(fixes.offsets)])
