"""What nearest means."""

from enum import StrEnum


class Measure(StrEnum):
    """What nearest means: fewest seconds, fewest metres by street, or the geodesic."""

    TIME = "time"
    DISTANCE = "distance"
    STRAIGHT = "straight"
