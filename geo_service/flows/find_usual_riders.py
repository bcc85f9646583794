"""Whose usual routes pass which issues, out of the last weeks of which there are trips."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from geo_service.domain.issue import Issue
from geo_service.domain.moments import day_begin
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.rider import pseudonym
from geo_service.domain.slots import Per, SlotRule
from geo_service.flows.count_passes import STEP
from geo_service.flows.counted_period import Period
from geo_service.flows.in_parallel import in_parallel
from geo_service.flows.wiring import Workspace
from geo_service.overlay.distinct_riders import Numbering
from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.pass_kernel import Track
from geo_service.overlay.passes import passes_at, watch
from geo_service.overlay.usual_riders import (
    UsualRiders,
    always_open,
    join_usual_riders,
    usual_riders,
)
from geo_service.store import rider_rows
from geo_service.store.trace_boxes import Box
from geo_service.store.trace_lake import TraceLake
from geo_service.store.trace_packing import MICROSECONDS_A_MILLISECOND
from geo_service.store.trace_rows import LyingTrips

_METRES_A_DEGREE = 110_500.0
"""No degree of latitude is shorter."""
_HIGHEST = 85.0
"""Nearer to a pole a box of degrees is no help."""


class Found(NamedTuple):
    """Who passes what."""

    names: tuple[str, ...]
    """Pseudonyms of accounts, by the riders' numbers."""
    pairs: UsualRiders


def find_usual_riders(workspace: Workspace, issues: Sequence[Issue], now: datetime) -> Found:
    """Find the riders who passed issues, whether or not these were open then.

    Parameters
    ----------
    workspace : Workspace
        Holds the trips; its settings say how many days count, back from the last one of which
        there are trips, and how near is a pass.
    issues : sequence of Issue
        One or more.
    now : datetime
        With a zone; only trips that started before count.

    Returns
    -------
    Found
        Issues are numbered as given. Trips without a rider's name are left out, and since riders'
        names change those of riders without an account, who could not be asked.

    Raises
    ------
    NotReady
        If a file of the trace lake is missing or damaged, or the riders' key is.

    Notes
    -----
    Nobody is counted here but asked, so a rider's trips before and after a change of names are put
    together, as far as the keys are here.
    """
    settings, lake = workspace.settings, workspace.lake
    period = _last_days(lake, now, settings.usual_days)
    points = always_open(issues)
    box = _box_around(points, settings.radius_m)
    parts = (
        part
        for day in lake.days(period.since, period.until)
        for part in lake.look(day.day, period.since, period.until, box).parts
    )
    riders, gathered = Numbering(), _Gathered()
    for names, pairs in in_parallel(_looks(workspace, period, points), parts):
        gathered.add(pairs._replace(rider=riders.numbers(names)[pairs.rider]))
    return Found(tuple(str(name) for name in riders.names), gathered.pairs())


def _last_days(lake: TraceLake, now: datetime, days: int) -> Period:
    """Return the last days of which there are trips: many a city loads them month by month."""
    known = lake.days(until=now)
    until = min(now, day_begin(known[-1].day + 1)) if known else now
    return Period(until - timedelta(days=days), until)


def _looks(
    workspace: Workspace, period: Period, points: IssuePoints
) -> Callable[[LyingTrips], tuple[tuple[str, ...], UsualRiders]]:
    """Return what reads some trips and looks which issues their riders passed."""
    settings, lake = workspace.settings, workspace.lake
    rule = PassRule(settings.radius_m, settings.max_gap_s, settings.max_gap_m)
    watched = watch(points, np.arange(len(points), dtype=np.int64), rule)
    slots = SlotRule(Per.HOUR, workspace.calendar().zone)
    account = _accounts(workspace)

    def look(part: LyingTrips) -> tuple[tuple[str, ...], UsualRiders]:
        packed = period.starting_in(lake.read_packed(part))
        rider, names = packed.riders()
        track = Track(
            packed.offsets, packed.t, packed.lon, packed.lat, MICROSECONDS_A_MILLISECOND, STEP
        )
        passes = passes_at(track, watched)
        riders = Numbering()
        # A number for each account, -1 for whoever has none.
        known = [account(name) for name in names]
        number = np.full(len(names), -1, dtype=np.int64)
        named = [row for row, one in enumerate(known) if one]
        number[named] = riders.numbers(one for one in known if one)
        rider = number[rider]
        kept = np.flatnonzero(rider[passes.trip] >= 0)
        trip, hour = passes.trip[kept], slots.slots(passes.t[kept])
        found = usual_riders(passes.issue[kept], rider[trip], trip, hour)
        return tuple(str(one) for one in riders.names), found

    return look


def _accounts(workspace: Workspace) -> Callable[[str], str]:
    """Return what says of which account a name in traces is; blank: of none."""
    names = workspace.trace_names()
    # Files that name no rider are kept under the pseudonym of nobody.
    nobody = {"", *names.names(pseudonym("", workspace.rider_key()))}
    if not names.generations:
        return lambda name: "" if name in nobody else name
    with workspace.database.reading() as connection:
        accounts = names.accounts(rider_rows.accounts(connection))
    return lambda name: "" if name in nobody else accounts.get(name, "")


class _Gathered:
    """Pairs that come part by part, put together before they become many."""

    def __init__(self) -> None:
        self._kept = join_usual_riders([])
        self._fresh: list[UsualRiders] = []
        self._waiting = 0

    def add(self, pairs: UsualRiders) -> None:
        self._fresh.append(pairs)
        self._waiting += len(pairs.issue)
        # Joined only when the new ones outweigh the old, which keeps the work near n log n.
        if self._waiting > len(self._kept.issue):
            self.pairs()

    def pairs(self) -> UsualRiders:
        self._kept = join_usual_riders([self._kept, *self._fresh])
        self._fresh, self._waiting = [], 0
        return self._kept


def _box_around(points: IssuePoints, radius_m: float) -> Box | None:
    """Return the degrees in which a trip must come to pass any issue; None: anywhere.

    Only trips that meet it are read: for one new report few, and quickly.
    """
    south, north = float(points.lat.min()), float(points.lat.max())
    west, east = float(points.lon.min()), float(points.lon.max())
    # A metre more than needed, since a segment bends a little on its way.
    up = (radius_m + 1.0) / _METRES_A_DEGREE
    highest = max(abs(south), abs(north)) + up
    if highest > _HIGHEST:
        return None
    across = up / math.cos(math.radians(highest))
    if west - across < -180.0 or east + across > 180.0:
        return None
    return Box(west - across, south - up, east + across, north + up)
