"""Ride a route: speeds, lights, stops, and what a phone records of it."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from demo_district.frame import Point

SLOWEST_M_S, FASTEST_M_S = 12.0 / 3.6, 24.0 / 3.6
PACE = {
    "primary": 1.1,
    "secondary": 1.05,
    "tertiary": 1.0,
    "residential": 0.92,
    "living_street": 0.78,
    "service": 0.78,
    "path": 0.75,
    "cycleway": 0.95,
}
"""How a rider's own pace changes with the class of the street."""
NOISE_LASTS_S = 40.0
"""The error of a phone's position fades over about this time."""
RESTING_S = 18
"""A phone that lies still records about this often."""


@dataclass(frozen=True)
class Leg:
    """One way from a stop to the next: points in metres, the class of street between them."""

    points: tuple[Point, ...]
    classes: tuple[str, ...]
    lights: tuple[bool, ...]
    """For each point, whether traffic lights stand there."""
    wait_s: int
    """How long the rider stays at its end."""


@dataclass(frozen=True)
class Moment:
    """Where a rider truly is, each second."""

    point: Point
    resting: bool


def ride(legs: Sequence[Leg], pace_m_s: float, chance: random.Random) -> list[Moment]:
    """Ride legs one after the other and return the true place of every second."""
    moments = [Moment(legs[0].points[0], resting=True)] * chance.randint(5, 30)
    for leg in legs:
        _ride_leg(leg, pace_m_s, chance, moments)
        moments.extend([Moment(leg.points[-1], resting=True)] * leg.wait_s)
    return moments


def _ride_leg(leg: Leg, pace_m_s: float, chance: random.Random, moments: list[Moment]) -> None:
    left_over, swing = 0.0, 0.0
    for row, (start, end) in enumerate(pairwise(leg.points)):
        length = math.dist(start, end)
        slow = 0.7 if row and _turns(leg.points[row - 1], start, end) else 1.0
        at = -left_over
        while True:
            swing = 0.9 * swing + chance.gauss(0.0, 0.05)
            speed = pace_m_s * PACE[leg.classes[row]] * (1.0 + swing) * slow
            step = min(max(speed, SLOWEST_M_S), FASTEST_M_S)
            if at + step > length:
                break
            at += step
            share = at / length
            point = (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            moments.append(Moment(point, resting=False))
        left_over = length - at
        if leg.lights[row + 1] and chance.random() < 0.3:
            moments.extend([Moment(end, resting=False)] * chance.randint(6, 38))
            left_over = 0.0


def _turns(before: Point, corner: Point, after: Point) -> bool:
    """Say whether the way turns by more than 40 degrees."""
    heading = math.atan2(corner[1] - before[1], corner[0] - before[0])
    later = math.atan2(after[1] - corner[1], after[0] - corner[0])
    return abs(math.remainder(later - heading, math.tau)) > math.radians(40.0)


def record(moments: Sequence[Moment], chance: random.Random) -> tuple[list[int], list[Point]]:
    """Return what a phone records: seconds from the start, and places with an error.

    It records every 5 to 10 seconds, less often at rest. Its error is 5 to 8 m (root mean square)
    and fades slowly, so that the track is shifted rather than ragged; some trips have a gap.
    """
    every = chance.randint(5, 9)
    axis_m = chance.uniform(5.0, 8.0) / math.sqrt(2.0)
    gap = _gap(len(moments), chance)
    seconds, places = [], []
    second, last = 0, 0
    error = (chance.gauss(0.0, axis_m), chance.gauss(0.0, axis_m))
    while second < len(moments):
        keep = math.exp(-(second - last) / NOISE_LASTS_S)
        fresh = axis_m * math.sqrt(1.0 - keep * keep)
        error = (
            keep * error[0] + chance.gauss(0.0, fresh),
            keep * error[1] + chance.gauss(0.0, fresh),
        )
        if second not in gap:
            here = moments[second].point
            seconds.append(second)
            places.append((here[0] + error[0], here[1] + error[1]))
        last = second
        still = (
            moments[second].resting and moments[min(second + RESTING_S, len(moments) - 1)].resting
        )
        second += RESTING_S if still else every + chance.randint(0, 1)
    return seconds, places


def _gap(length: int, chance: random.Random) -> range:
    """Return the seconds in which a phone has no reception: mostly none."""
    kind = chance.random()
    if kind < 0.12:
        lost = chance.randint(140, 300)
    elif kind < 0.35:
        lost = chance.randint(20, 70)
    else:
        return range(0)
    if length < lost + 120:
        return range(0)
    start = chance.randint(60, length - lost - 60)
    return range(start, start + lost)
